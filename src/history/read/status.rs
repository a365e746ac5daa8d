//! What the words of a status mean: was this a purchase, was it undone, was it none? In the languages of the exports.

use super::vocabulary::fold_words;

/// What a status, or the kind of a row, says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// It is a purchase.
    Purchase,
    /// It was one, and was given back or paid back; or the row is itself a return.
    Undone,
    /// Nothing was bought.
    Nothing,
    /// Not known here.
    Unknown,
}

const PURCHASE: &str = "paid complete completed delivered shipped fulfilled succeeded success successful approved captured settled done \
    ok processed processing sent confirmed finished invoiced accepted dispatched won unshipped unfulfilled collected cleared \
    bezahlt abgeschlossen versendet versandt geliefert zugestellt erledigt bestatigt fakturiert ausgeliefert \
    paye payee payé expedie expediee livre livree termine terminee confirme confirmee valide validee accepte reglee regle \
    pagado pagada completado completada enviado enviada entregado entregada confirmado confirmada cobrado facturado \
    pagato pagata completato completata spedito spedita consegnato consegnata confermato confermata evaso evasa fatturato \
    pago paga concluido concluida entregue faturado aprovado aprovada \
    odendi tamamlandi gonderildi kargolandi kargoda onaylandi basarili faturalandi teslim tamam odenmis \
    betaald voltooid verzonden geleverd afgerond afgehandeld bevestigd verstuurd bezorgd \
    oplacone oplacony oplacona zaplacone zrealizowane zrealizowany zrealizowana wyslane wyslany wyslana dostarczone dostarczony \
    zakonczone zakonczony zakonczona potwierdzone \
    оплачен оплачено оплачена выполнен выполнено выполнена доставлен доставлено отправлен отправлено завершен завершено \
    завершена получен проведен проведено подтвержден закрыт успешно \
    vyrizena vyrizeno vyrizene zaplaceno zaplacena dokonceno dokoncena odeslano odeslana dorucena doruceno expedovano vybavena \
    zaplatene dorucene teljesitve teljesitett fizetve kifizetve kiszallitva lezarva betald betalt skickad levererad slutford afsluttet \
    leveret sendt fullfort maksettu toimitettu valmis platit platita achitat livrata livrat finalizata oplaceno atendido tahsil \
    сплачено виконано доставлений";

const UNDONE: &str = "refunded refund refunds returned return returns reversed reversal chargeback reimbursed \
    erstattet ruckerstattet gutgeschrieben gutschrift retourniert retoure zuruckgegeben ruckgabe \
    rembourse remboursee remboursement retourne retournee retour avoir \
    reembolsado reembolsada reembolso devuelto devuelta devolucion \
    rimborsato rimborsata rimborso reso restituito restituita \
    devolvido devolvida estornado estornada estorno devolucao \
    iade terugbetaald terugbetaling geretourneerd retourzending \
    zwrocone zwrocony zwrot zwroty \
    возвращен возвращено возврат возмещен \
    vraceno vracena refundovano vratene visszateritve visszakuldve aterbetald returnerad refunderet refunderad returneret \
    palautettu hyvitetty returnat rambursat повернуто";

/// Called off: nothing was bought, or what was paid went back.
const CALLED_OFF: &str = "cancelled canceled cancel cancellation void voided storniert stornierung storno annule annulee annulation cancelado \
    cancelada cancelacion cancelamento anulado anulada anulacion annullato annullata annullamento iptal geannuleerd annulering avbruten makulerad annullerad annulleret avbestilt kansellert peruttu \
    peruutettu anulata anulat zrusena zruseny zrusene lemondva lemondott sztornozva скасовано anulowane anulowany anulowana anulowanie zruseno stornovano torolve отменен отменено отменена отмена аннулирован";
/// Of those the ones that may also have been asked for only, and what became of that.
const CALLING_OFF: &str = "cancel cancellation void storno stornierung annulation anulacion annullamento cancelamento cancelacion iptal \
    annulering anulowanie отмена";
const REFUSED: &str = "declined rejected refused denied failed requested abgelehnt angefragt refusee refuse rechazada rechazado rifiutato \
    recusado reddedildi geweigerd odrzucone отклонена отклонено";

const NOTHING: &str = "failed failure fail declined decline pending expired abandoned draft \
    rejected error denied hold onhold withdrawn invalid incomplete unavailable blocked fraud fraudulent deleted uncaptured unpaid lost \
    refused trash timeout disputed unsuccessful awaiting unconfirmed quote quotation archived \
    abgebrochen fehlgeschlagen abgelehnt ausstehend offen unbezahlt abgelaufen geloscht entwurf angefragt \
    echoue echouee refuse refusee attente expire expiree impaye impayee brouillon abandonne abandonnee \
    fallido fallida rechazado rechazada pendiente vencido vencida caducado impagado borrador \
    fallito fallita rifiutato rifiutata attesa scaduto scaduta bozza sospeso \
    falhou recusado recusada pendente expirado expirada aguardando rascunho \
    basarisiz reddedildi bekliyor beklemede bekleniyor taslak odenmedi \
    mislukt geweigerd afgewezen wacht openstaand verlopen onbetaald concept \
    nieudane nieudana odrzucone odrzucony oczekuje oczekujace oczekujacy nieoplacone wygasle \
    ошибка отклонен отклонено ожидает ожидание просрочен черновик удален \
    неоплачен удалено";

/// Words that are several, or that mean another thing than their parts: what they mean, and the phrases.
const PHRASES: &[(Meaning, &str)] = &[
    (
        Meaning::Purchase,
        "closed won, closedwon, pending shipment, pending fulfillment, pending fulfilment, pending delivery, pending pickup, awaiting \
         shipment, awaiting fulfillment, awaiting fulfilment, awaiting pickup, payment complete, payment accepted, remote payment \
         accepted, payment received, partially shipped, picked up, teslim edildi, kargoya verildi, hazirlaniyor, in attesa di spedizione, \
         en cours de livraison, en cours de preparation, in bearbeitung, en preparacion, en proceso, in lavorazione, in behandeling, w \
         realizacji, w trakcie realizacji, сделка успешна, успешно реализовано, на доставке, delivered to customer, preparation in \
         progress, processing in progress, vente conclue",
    ),
    (
        Meaning::Nothing,
        "closed lost, closedlost, requires payment method, requires confirmation, requires action, requires capture, not paid, payment \
         error, on hold, pending payment, awaiting payment, payment pending, timed out, manual verification required, checkout draft, on \
         backorder not paid, nicht bezahlt, non paye, no pagado, non pagato, nao pago, niet betaald, nie oplacone, не оплачен, не \
         оплачено, не реализовано, закрыто и не реализовано, wc failed, en attente, pago pendiente, in sospeso",
    ),
    (
        Meaning::Undone,
        "charged back, refunded in full, fully refunded, credit note, credit memo, nota de credito, nota di credito, creditnota, faktura \
        korygujaca, note de credit, iade edildi, in arrivo reso, сделан возврат, dispute lost",
    ),
];

/// Parts of words where words are not apart.
const PARTS: &[(Meaning, &str)] = &[
    (Meaning::Undone, "退款 退货 退貨 返品 返金 환불 반품"),
    (
        Meaning::Nothing,
        "未付款 未支付 待付款 待支付 取消 失败 失敗 关闭 キャンセル 未払 未入金 保留 취소 실패 미결제 대기",
    ),
    (
        Meaning::Purchase,
        "已完成 完成 已付款 已支付 已发货 已發貨 已收货 成功 发货 完了 済 出荷 発送 支払済 入金済 配達 완료 배송 결제 성공 구매확정",
    ),
];

/// What a status says.
pub(crate) fn of_status(text: &str) -> Meaning {
    let words = words(text);
    let phrase = words.join(" ");
    if words.iter().any(|word| {
        word.starts_with("partial")
            || word.starts_with("teilerstatt")
            || word.starts_with("teilstorn")
            || word.starts_with("parcial")
            || word.starts_with("parzial")
            || matches!(
                &**word,
                "teilweise"
                    | "partiel"
                    | "partielle"
                    | "partiellement"
                    | "kismen"
                    | "kismi"
                    | "gedeeltelijk"
                    | "czesciowo"
                    | "частично"
            )
    }) {
        return Meaning::Purchase;
    }
    for (meaning, phrases) in PHRASES {
        if phrases.split(',').any(|one| one.trim() == phrase) {
            return *meaning;
        }
    }
    for (meaning, parts) in PARTS {
        if parts.split(' ').any(|part| phrase.contains(part)) {
            return *meaning;
        }
    }
    if words
        .iter()
        .any(|word| matches!(&**word, "not" | "no" | "non" | "nicht" | "niet" | "nie" | "не" | "nao"))
    {
        return Meaning::Unknown;
    }
    let any = |list: &str| words.iter().any(|word| list.split_whitespace().any(|one| one == word));
    // A cancellation or a return that was declined leaves the purchase; one that was only asked for, too.
    if (any(CALLING_OFF) || any(UNDONE)) && any(REFUSED) {
        return Meaning::Unknown;
    }
    if any(CALLED_OFF) {
        return if any(UNDONE) { Meaning::Undone } else { Meaning::Nothing };
    }
    match (any(UNDONE), any(NOTHING), any(PURCHASE)) {
        (true, false, _) => Meaning::Undone,
        (false, true, false) => Meaning::Nothing,
        (false, false, true) => Meaning::Purchase,
        // "Payment failed after delivery" is anybody's guess; "canceled, completed" too.
        (false, true, true) if words.len() == 2 => Meaning::Nothing,
        _ if phrase == "test" => Meaning::Nothing,
        _ => Meaning::Unknown,
    }
}

/// Yes or no.
pub(crate) fn truth(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "1" | "ja" | "oui" | "si" | "sí" | "sì" | "sim" | "evet" | "tak"
        | "да" | "истина" | "wahr" | "vrai" | "verdadero" | "是" | "はい" | "예" => Some(true),
        "false" | "f" | "no" | "n" | "0" | "nein" | "non" | "não" | "nao" | "nee" | "nie" | "hayır"
        | "нет" | "ложь" | "falsch" | "faux" | "falso" | "none" | "-" | "否" | "いいえ" | "아니오" => {
            Some(false)
        }
        _ => None,
    }
}

fn words(text: &str) -> Vec<String> {
    let mut words = fold_words(text);
    // WooCommerce writes wc-completed.
    if words.len() > 1 && words[0] == "wc" {
        words.remove(0);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_ten_languages_mean_what_they_say() {
        use Meaning::{Nothing, Purchase, Undone, Unknown};
        for (text, meaning) in [
            ("paid", Purchase),
            ("wc-completed", Purchase),
            ("Closed Won", Purchase),
            ("closedlost", Nothing),
            ("partially_refunded", Purchase),
            ("PartiallyShipped", Purchase),
            ("refunded", Undone),
            ("return_pending", Unknown),
            ("Cancelled by customer", Nothing),
            ("requires_payment_method", Nothing),
            ("Payment accepted", Purchase),
            ("Awaiting Fulfillment", Purchase),
            ("Awaiting payment", Nothing),
            ("Storniert", Nothing),
            ("Ödendi", Purchase),
            ("İptal edildi", Nothing),
            ("İade", Undone),
            ("Annulée", Nothing),
            ("Zrealizowane", Purchase),
            ("Отменён", Nothing),
            ("Не оплачен", Nothing),
            ("已取消", Nothing),
            ("交易成功", Purchase),
            ("キャンセル", Nothing),
            ("배송완료", Purchase),
            ("gold", Unknown),
            ("not cancelled", Unknown),
            ("Cancelled - refunded", Undone),
            ("cancelled/refunded", Undone),
            ("CancelledRefunded", Undone),
            ("Storniert / erstattet", Undone),
            ("Annulée, remboursée", Undone),
            ("Delivered; returned", Undone),
            ("Refunded (partial)", Purchase),
            ("Teilerstattet", Purchase),
            ("Cancelled after shipping", Nothing),
            ("Canceled: payment declined", Nothing),
            ("Cancellation declined", Unknown),
            ("refund_requested", Unknown),
            ("Refund failed", Unknown),
            ("returning customer", Unknown),
        ] {
            assert_eq!(of_status(text), meaning, "{text}");
        }
    }
}
