//! Columns that say of single rows that they are no purchase, or are one: by yes or no, by a moment, by a reason, by what was
//! paid back. What they are called, and what says yes.

use super::likeness::{is, is_when};
use super::status;
use super::vocabulary::fold_words;

/// Something that was undone, or did not come about.
const UNDONE: &str = "stornodatum annulation iptal отмены отменён отменен fraud isfraud refund refunds refunded cancel cancelled canceled cancellation chargeback chargebacks voided void disputed dispute deleted \
    reversed returned storno storniert annule reembolso rembourse iscancelled isrefunded istest remboursement reembolsado devuelto rimborso \
    rimborsato erstattet erstattung ruckerstattung iade terugbetaald terugbetaling zwrot zwrocono возврат возврата возвращено \
    annullato annullata annulee geannuleerd anulado anulada cancelado cancelada anulowano anulowane cancelat stornovano zruseno torolve \
    dibatalkan pengembalian refunderad refunderat aterbetald aterbetalt makulerad annulleret kansellert peruttu palautettu \
    скасовано повернено повернення ακυρωθηκε επιστροφη ملغي استرداد מבוטל בוטל הוחזר החזר \
    erstattungsbetrag ruckerstattungsbetrag stornobetrag gutschriftbetrag gutschriftsbetrag retourenbetrag retourenwert";
/// The same as whole names: in company these words mean other things.
const UNDONE_NAMES: &str = "rejected isrejected rejectedat rejecteddate declined isdeclined declinedat failed isfailed hasfailed failedat expired \
    isexpired noshow isnoshow didnotshow didnotattend abandoned isabandoned iscanceled isvoid isvoided isdeleted isremoved removed \
    ischargeback abgelehnt nichterschienen nonpresentato rechazado rechazada recusado refuse rifiutato reddedildi geweigerd \
    odrzucone odrzucono отклонен отклонено test testorder testmode istestorder sandbox issandbox";
/// What is called off where words are not apart, and what is only said of that.
const CALLED_OFF_PARTS: [&str; 4] = ["キャンセル", "取消", "취소", "ยกเลิก"];
const OF_CALLING_OFF: &str = "可 料 规则 規則 政策 ポリシー 期限 수수료 가능 정책 기한 者 人";
/// Of money or goods that came back.
const BACK_ENDS: &str = "退款 退款金额 退款金額 返金 返金額 환불 환불금액 환불금액 คืนเงิน";
/// In company of these, what comes back is a customer, a right or a rule.
const NOT_BACK: &str = "visitor visitors visit visits user users shopper shoppers guest policy window period days eligible possible label rate \
    able";

/// Does the name say that something was undone, or did not come about?
pub(super) fn is_undone(plain: &[String]) -> bool {
    let joined = plain.concat();
    let any = |list: &'static str| plain.iter().any(|word| is(word, list));
    let called_off = CALLED_OFF_PARTS.iter().any(|part| joined.contains(part))
        && !OF_CALLING_OFF.split(' ').any(|part| joined.contains(part));
    any(UNDONE)
        || is(&joined, UNDONE)
        || is(&joined, UNDONE_NAMES)
        || called_off
        || BACK_ENDS.split(' ').any(|end| joined == end)
}

/// Is it of money or goods that came back, rather than of an order that was called off?
pub(crate) fn is_refund(name: &str) -> bool {
    const BACK: &str = "refund refunds refunded returned return returns chargeback chargebacks reembolso reembolsado rembourse remboursement rimborso \
        rimborsato erstattet erstattung ruckerstattung iade terugbetaald terugbetaling zwrot zwrocono возврат возврата возвращено \
        credited gutschrift gutschriften retoure retouren ruckerstattung ruckerstattungen ruckerstattungsbetrag avoir avoirs devolucion \
        devoluciones devuelto devolvido devolucao reso resi rimborsi remboursements reembolsos estorno estornos estornado \
        creditbedrag zwrotu zwroty 返品金額 返金額 환불액 환불금액 aterbetalning allowances \
        isrefunded pengembalian refunderad refunderat aterbetald aterbetalt palautettu повернено повернення επιστροφη استرداد הוחזר החזר \
        erstattungsbetrag gutschriftbetrag gutschriftsbetrag retourenbetrag retourenwert";
    let plain = fold_words(name);
    let any = |list: &'static str| plain.iter().any(|word| is(word, list));
    (any(BACK) && !any(NOT_BACK)) || BACK_ENDS.split(' ').any(|end| plain.concat() == end)
}

/// Does it say of a row that it is itself one by which something comes back?
pub(crate) fn is_row_back(name: &str) -> bool {
    const NAMES: &str = "return returns isreturn isareturn returnflag returnindicator returnline isreturnline creditnote iscreditnote \
        creditmemo iscreditmemo iscredit isreversal reversal isrefundline isgutschrift isretoure isstorno isavoir isretour returnyn \
        returnamount returnsamount returnvalue returntotal totalreturns salesreturns";
    is(&fold_words(name).concat(), NAMES)
}

/// Is it of whether a payment went through, or a purchase came about?
pub(super) fn is_done(plain: &[String]) -> bool {
    const NAMES: &str = "captured paid ispaid haspaid succeeded success approved issuccess issuccessful successful livemode iscaptured \
        isapproved settled issettled fullypaid paymentreceived bezahlt istbezahlt paye payee estpaye pagado pagada pagato pagata pago paga \
        betaald oplacone oplacono zaplacone zaplacono odendi odendimi оплачено оплачен оплачена betald betalt maksettu zaplaceno zaplacena \
        uhrazeno zaplatene 已付款 是否付款 支払済 入金済 결제완료 fizetve platit lunas won iswon dibayar valid isvalid live islive \
        completed iscompleted complete iscomplete confirmed isconfirmed bestatigt confirme confirmado confermato attended showedup";
    is(&plain.concat(), NAMES)
}

/// Is it of why a purchase was called off, or why a payment failed?
pub(crate) fn is_reason(name: &str) -> bool {
    const NAMES: &str = "cancelreason cancelledreason canceledreason cancellationreason reasonforcancellation cancelationreason cancellationnote \
        voidreason declinereason declinedreason declinecode failurereason failuremessage failurecode failreason failuredetails rejectionreason \
        rejectreason refusalreason errormessage errorcode lossreason lostreason closedlostreason stornogrund stornierungsgrund ablehnungsgrund \
        absagegrund motifannulation motifdannulation raisonannulation raisondannulation motifderefus motivocancelacion motivodecancelacion \
        motivodeanulacion motivocancelamento motivodocancelamento motivodicancellazione motivoannullamento motivodiannullamento iptalnedeni \
        iptalsebebi annuleringsreden redenannulering powodanulowania причинаотмены キャンセル理由 取消原因 취소사유";
    is(&fold_words(name).concat(), NAMES)
}

/// Is it of when a purchase was paid?
pub(crate) fn is_paid_when(name: &str) -> bool {
    const NAMES: &str = "paidat paidon paiddate paidtime datepaid paymentdate paymenttime paymentdatetime datepayment paymentreceivedat \
        paymentreceiveddate bezahltam bezahldatum zahlungsdatum zahldatum zahlungseingang datepaiement datedepaiement payele fechapago \
        fechadepago fechadelpago pagadoel datapagamento datadopagamento datadipagamento pagatoil pagoem odemetarihi betaaldatum betaaldop \
        dataplatnosci datazaplaty датаоплаты 支付时间 付款时间 付款時間 付款日期 入金日 支払日 決済日時 결제일 결제일시";
    is(&fold_words(name).concat(), NAMES)
}

/// Is an entry a moment or a reason, which only rows have of which that is so?
pub(super) fn is_entry(name: &str, mut filled: impl Iterator<Item = impl AsRef<str>>) -> bool {
    let dated = |text: &str| text.bytes().filter(u8::is_ascii_digit).count() >= 4;
    is_reason(name) || (is_when(name) && filled.all(|text| dated(text.as_ref())))
}

/// Yes or no, also by the letters and marks that a column of yes and no has.
pub(crate) fn flag(text: &str) -> Option<bool> {
    match text {
        "x" | "X" | "j" | "J" | "s" | "S" | "o" | "O" | "✓" | "✔" | "☑" => Some(true),
        _ => status::truth(text),
    }
}

/// Does an entry say that there is none: a word for nothing, no, or the date that databases have in its place?
pub(crate) fn is_nothing(text: &str) -> bool {
    const NOTHING: &str = "n/a na null nil nan keine kein ninguno aucun nessuno yok 0000-00-00";
    let lower = text.trim().to_lowercase();
    lower.is_empty()
        || status::truth(&lower) == Some(false)
        || NOTHING.split(' ').any(|word| word == lower)
        || lower.starts_with("0000-00-00")
}
