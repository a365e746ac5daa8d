//! Kinds of rows: what a column of kinds is called, and what its words mean. An invoice is a purchase, a credit note is a
//! return though its amount is positive, a payout, a fee or an offer is neither. In the languages of the exports.

use serde::{Deserialize, Serialize};

use super::likeness::{is, words};
use super::status::{self, Meaning};
use super::vocabulary::fold_words;

/// Words that make a name one of kinds, alone or with [`OF`].
const HEADS: &str = "type types typ typu kind kinds art tipo tipologia tip tipi tur turu cins cinsi soort rodzaj rodz druh тип вид \
    tipus tipusa typus slag genre clase";
/// What rows of a log are kinds of, and the words between.
const OF: &str = "vch verifikation verifikations transaction transactions trans tran txn trx document documents doc docs record entry event order orders invoice voucher sale \
    sales movement operation receipt line billing posting journal ledger activity transact credit debit row item \
    gift gifts donation donations beleg belegs vorgang vorgangs buchung buchungs transaktion transaktions auftrag auftrags rechnung rechnungs umsatz bewegung \
    bewegungs verkauf verkaufs dokument dokumenten fakturen \
    piece operacion transaccion comprobante documento factura movimiento venta pedido operazione movimento transazione fattura ordine \
    vendita transacao operacao venda nota fatura belge islem evrak hareket fis siparis satis factuur boeking boekings transactie \
    verkoop dokumentu transakcji operacji faktury zamowienia sprzedazy paragonu dokladu doklad bizonylat \
    документа операции заказа чека продажи сделки накладной движения facture vente commande mouvement ecriture \
    de des du del della di do da la le l d of the a der des van";
/// Names of kinds in one word.
const NAMES: &str = "event eventname reportingcategory vorgang operation operacion operazione operacao operatie operacja операция islem \
    movement movimiento mouvement movimento hareket bewegung activity action causale nature naturaoperacao transactionevent salereturn \
    salesreturn документвид";
/// What names of one word are made of, where words are not apart.
const TAILS: &str = "art typ type soort turu tipi typu";
const CJK_TAILS: &str = "类型 類型 种类 種類 種別 区分 유형 구분 종류";
/// Methods of payment: where they stand, a column of "payment types" is none of kinds of rows.
const METHODS: &str = "card cash paypal visa mastercard amex klarna bank transfer cheque check sepa ideal wire cod giropay sofort bar \
    karte lastschrift vorkasse uberweisung nachnahme carte especes virement tarjeta efectivo carta contanti kart nakit havale contant \
    gotowka przelew blik pix boleto наличные карта";

/// Is it a column of the kinds of rows?
pub(crate) fn is_name(name: &str) -> bool {
    let words = fold_words(name);
    let whole = words.concat();
    if is(&whole, NAMES) {
        return true;
    }
    let known = |word: &String| is(word, HEADS) || is(word, OF);
    if words.iter().all(known) && words.iter().any(|word| is(word, HEADS)) {
        return true;
    }
    let made_of = |tail: &str| {
        let stem = whole.strip_suffix(tail).unwrap_or_default();
        !stem.is_empty() && (is(stem, OF) || is(stem.trim_end_matches('s'), OF))
    };
    TAILS.split(' ').any(made_of)
        || CJK_TAILS.split(' ').any(|tail| whole.ends_with(tail) && is_of_rows(&whole, tail))
}

/// Names of kinds that are written without blanks: those of a document, an order, a trade.
fn is_of_rows(whole: &str, tail: &str) -> bool {
    const ROWS: &str = "交易 单据 订单 销售 單據 訂單 取引 伝票 注文 売上 販売 거래 전표 주문 매출 판매";
    let stem = whole.strip_suffix(tail).unwrap_or_default();
    stem.is_empty() || ROWS.split(' ').any(|row| row == stem)
}

/// Does a name of kinds say of what, as `transaction type` does and `type` does not?
pub(crate) fn says_of_what(name: &str) -> bool {
    const BETWEEN: &str = "de des du del della di do da la le l d of the a der van";
    fold_words(name).iter().any(|word| is(word, OF) && !is(word, BETWEEN))
}

/// Does the name say how was paid, or what was bought? An invoice is a way to pay, and a thing that shops sell, too.
pub(crate) fn is_of_other(name: &str) -> bool {
    const STEMS: &str = "pay zahl bezahl pago paiem pagam forma odeme betaal betal plat zaplat оплат 支付 支払 결제 categor kategor produ artikel \
        artic item sku channel kanal canal region country customer kunde client cliente klant klient musteri клиент товар 商品 상품";
    fold_words(name).iter().any(|word| STEMS.split_whitespace().any(|stem| word.starts_with(stem)))
}

/// Are these the kinds of rows whatever their column is called: all of them known, documents that bill and documents that
/// give back among them?
pub(crate) fn are_kinds<'v>(values: impl Iterator<Item = &'v str> + Clone) -> bool {
    let document =
        |text: &str| text.chars().any(char::is_alphabetic) && !text.chars().any(|c| c.is_ascii_digit());
    let sold = |text: &str| {
        of(text, Beside::default()) == Meaning::Purchase && status::of_status(text) == Meaning::Unknown
    };
    values.clone().all(|text| document(text) && of(text, Beside::default()) != Meaning::Unknown)
        && values.clone().any(sold)
        && values.clone().any(is_surely_return)
}

/// Are kinds of payments their methods?
pub(crate) fn are_methods<'v>(name: &str, mut values: impl Iterator<Item = &'v str>) -> bool {
    words(name).iter().any(|word| word.starts_with("pay"))
        && values.any(|value| {
            fold_words(value).iter().any(|word| METHODS.split_whitespace().any(|one| one == word))
        })
}

/// Kinds of rows that are purchases.
const SALES: &str = "payment payments sale sales charge order orders purchase purchases invoice invoices receipt checkout transaction donation \
    capture captured settled completion postauthorization postauth bill billing sold inv gift gifts pay pur sal sls \
    verkauf verkaufe bestellung rechnung kauf zahlung faktura ausgangsrechnung barverkauf kassenbeleg bon beleg \
    vente achat commande paiement facture ticket reglement venta compra pedido pago cobro boleta factura comprobante vendita acquisto ordine \
    pagamento fattura scontrino ricevuta corrispettivo venda fatura cupom \
    satis siparis odeme alisveris perakende toptan verkoop bestelling aankoop betaling factuur kassabon sprzedaz zamowienie zakup platnosc \
    paragon prodej doklad uctenka szamla eladas nyugta salg forsaljning kvittering \
    lasku factura реалізація продаж \
    продажа продажи покупка заказ оплата реализация чек \
    accrec td01 td06 td24 380 ft fv f2";
/// Rows that are bills; where they stand, payments are those of the bills.
const BILLS: &str = "реализация faturasi lasku τιμολογιο فاتوره invoice invoices inv rechnung ausgangsrechnung faktura facture factura fattura fatura factuur szamla счет td01 380 ft fv f2";
const PAYMENTS: &str = "inbetalning inbetalningar befizetes maksu εισπραξη recibo recibos приход payment payments zahlung zahlungseingang zahlungseingange paiement reglement pago cobro pagamento incasso odeme tahsilat betaling platnosc \
    wplata platba fizetes оплата платеж поступление bankeingang";
/// Orders; where bills stand, they are those that are billed later.
const ORDERS: &str = "order orders auftrag bestellung commande pedido ordine siparis siparisi bestelling zamowienie objednavka rendeles заказ encomenda \
    opportunity";
const ORDER_PARTS: &str = "受注 订单 訂單 주문";
/// Steps of a payment that was taken; where that stands, the others are of the same payment.
const TAKEN: &str = "capture captured settled completion postauthorization postauth";
const STEPS: &str = "received authorised authorized authorisation authorization auth approved sentforsettle submitted initiated created pending open";
/// Words of rows by which something comes back.
const RETURNS: &str = "refund refunds return returns reversal reversals chargeback chargebacks creditmemo creditnote cn crn nc rma \
    storno stornierung stornorechnung gutschrift gutschriften retoure retouren ruckgabe rucknahme ruckzahlung widerruf rechnungskorrektur \
    avoir avoirs retour retours remboursement annulation devolucion devoluciones reembolso reembolsos abono abonos rectificativa anulacion \
    reso resi rimborso rimborsi storni annullamento accredito devolucao devolucoes estorno estornos \
    iade iadesi terugbetaling terugbetalingen retourzending retouren creditfactuur creditnota zwrot zwroty korekta korekty korygujaca \
    dobropis vratka opravny jovairas sztorno visszaru kreditnota kreditfaktura kreditering retur hyvitys hyvityslasku palautus \
    accreccredit повернення возврат возвраты сторно корректировка корректировочный 赤伝 td04 381 g2 gs s1";
/// The same as parts of longer words.
const RETURN_PARTS: &str = "gutschrift storno ruckerstatt erstattung rechnungskorrektur creditnot creditmem creditfact kreditnot \
    kreditfakt korygujac devoluc reembols remboursement rimbors refund chargeback возврат 退款 退货 退貨 返品 返金 환불 반품";
const RETURN_PHRASES: &str = "credit note, credit notes, credit memo, credit memos, credit invoice, sales credit, sales return, customer return, \
    cancellation invoice, corrective invoice, correction invoice, nota de credito, nota credito, nota di credito, note de credit, facture d \
    avoir, facture avoir, factura rectificativa, factura de abono, factura storno, nota de abono, nota de devolucao, faktura korygujaca, \
    faktura korekta, iade faturasi, satistan iade, satis iade, satis iadesi, credit nota, opravny danovy doklad, payment refund, payment \
    reversal, возврат от покупателя, возврат товаров от покупателя, корректировка реализации";
/// What a payment costs.
const FEES: &str = "fee fees gebuhr gebuhren frais comision comisiones commissione commissioni ucreti komisyon prowizja prowizje tarifa taxa \
    комиссия комиссии kosten";
/// What is offered, promised, delivered or blocked, and no sale.
const OFFERS: &str = "bankgutschrift proforma quote quotation estimate angebot kostenvoranschlag devis presupuesto cotizacion preventivo orcamento teklif \
    offerte offert tilbud tarjous oferta wycena nabidka arajanlat dijbekero zalohova zalohove lieferschein albaran remito irsaliye irsaliyesi \
    pakbon packingslip wz auftragsbestatigung authorization authorisation opportunity preauthorization preauth auth authorize void pledge pledges commercialoffer предложение";
const OFFER_PHRASES: &str = "pro forma, pro forma invoice, proforma invoice, proforma rechnung, delivery note, bon de livraison, bon de commande, \
    order confirmation, packing slip, sent for settle, счет на оплату покупателю, счет покупателю, documento di trasporto, sevk irsaliyesi, faktura pro forma, счет на оплату, purchase order, recurring gift, recurring gift pledge, planned gift";
/// Movements of money, events of a visit.
const OTHERS: &str = "bareinlage barentnahme kassensturz kassendifferenz einlage entnahme points loyalty earned nosale payout payouts transfer transfers withdrawal withdrawals fee fees deposit deposits adjustment adjustments conversion reserve reserved \
    topup loan interest expense bill view visit pageview click scroll search login signup cart impression wishlist hold contribution tax \
    auszahlung auszahlungen abbuchung abhebung einbehaltung wahrungsumrechnung uberweisung umbuchung virement versement retrait retenue \
    retiro transferencia retencion prelievo bonifico trasferimento saque havale para_cekme cekim uitbetaling opname overboeking wyplata \
    oplata przelew вывод перевод выплата удержание";
/// Money that is held back for a time, and its release: parts of words.
const HOLDS: &str = "einbehalt retenue retencion retencao trattenut inhouding zadrzan blokad bloke удержан";
const EVENTS: &str = "page view, view item, view item list, select item, add to cart, addtocart, remove from cart, view cart, begin checkout, \
    add shipping info, add payment info, session start, first visit, user engagement, sign up, product view, product viewed, checkout \
    started, start checkout, initiate checkout, general withdrawal, bank deposit to pp account, account hold for open authorization, general \
    currency conversion, hold on balance for dispute investigation, order shipped, shopping cart item, void of authorization, general \
    authorization, balance transfer, payout failure, payout cancel, issuing transaction, view promotion, select promotion, generate lead, \
    add to wishlist, order placed draft, fulfilled order, ordered product, received email, opened email, clicked email, reversal of general \
    account hold, general account hold, temporary hold, currency conversion";

/// What stands beside a kind in its column, as far as it changes what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Beside {
    /// Bills: a payment is that of a bill, and an order one that is billed.
    bills: bool,
    /// Sales and no debits: a credit is a return.
    sales: bool,
    /// Sales and the lines of sales: the lines and the payments of a sale are in it already.
    #[serde(default)]
    lines: bool,
    /// Sales that are called so: a payment is that of a sale.
    #[serde(default)]
    sold: bool,
    /// All of them are codes of one program: its place in [`CODES`], and one more.
    #[serde(default)]
    codes: u8,
    /// Payments that were taken: their other steps are of the same ones.
    #[serde(default)]
    taken: bool,
}

/// Codes of documents, which mean something only in the company of others of the same program: sales, returns, and what is neither.
const CODES: [[&str; 3]; 8] = [
    // Sage: sales invoices and credits; receipts, discounts, and what is bought or booked.
    ["si", "sc", "sr sa sd jd jc br bp cr cp pi pc pp pa pd vp vr"],
    // SAP: invoices and credit memos of customers; payments, clearing, and what vendors send.
    ["dr rv", "dg", "dz da zp zv ab sa sb kr kg kz kn re wa we"],
    // Many ledgers: invoices, credit notes, payments.
    ["in inv", "cm cn cr crn crm", "py pm pmt pay rc rct rec rcp jnl"],
    // SAP's kinds of bills: invoices, debit memos; credits, cancellations; pro forma.
    ["f1 f2 l2 zf2", "g2 re s1 zg2 zre", "f5 f8"],
    // Portugal: invoices; credits; offers, transports, orders, receipts.
    ["ft fs fr nd vd", "nc", "or orc gt gr gd ga gc ne ec pf rc rg fo co"],
    // Poland: invoices, receipts; corrections; stock, orders, pro forma.
    ["fv fs pa", "kfv kfs fk kor", "wz zk pf pz mm rw pw zd"],
    // Tills: sale, return, void. From here on, by single letters.
    ["s", "r", "v x"],
    // Ledgers: invoice, credit, payment.
    ["i", "c", "p"],
];

/// How many of them have more than letters.
const LETTERS: usize = 6;

/// By the codes of this place in [`CODES`], and one more.
fn of_code(word: &str, codes: u8) -> Option<Meaning> {
    let book = CODES.get(usize::from(codes).checked_sub(1)?)?;
    let meanings = [Meaning::Purchase, Meaning::Undone, Meaning::Nothing];
    let found = book.iter().position(|list| list.split(' ').any(|one| one == word));
    found.map(|at| meanings[at])
}

/// The place of the codes that all these values are, sales and others among them, and one more; 0 if they are none.
fn codes<'v>(values: impl Iterator<Item = &'v str> + Clone) -> u8 {
    let all_of = |codes: &u8| {
        let meaning = |text: &'v str| of_code(&fold_words(text).concat(), *codes);
        values.clone().all(|text| meaning(text).is_some())
            && values.clone().any(|text| meaning(text) == Some(Meaning::Purchase))
            && values.clone().any(|text| meaning(text) != Some(Meaning::Purchase))
    };
    (1..=CODES.len() as u8).find(all_of).unwrap_or(0)
}

impl Beside {
    /// Are they single letters, which mean something only where it is said of what?
    pub fn are_letters(self) -> bool {
        usize::from(self.codes) > LETTERS
    }

    /// By the values of a column.
    pub fn of<'v>(values: impl Iterator<Item = &'v str> + Clone) -> Self {
        let debit = |text: &str| fold_words(text).iter().any(|word| word == "debit" || word == "debits");
        let sale = |text| of(text, Beside::default()) == Meaning::Purchase;
        Beside {
            bills: values.clone().any(is_bill),
            sales: values.clone().any(sale) && !values.clone().any(debit),
            sold: values.clone().any(is_sold),
            codes: codes(values.clone()),
            taken: values.clone().any(|text| fold_words(text).iter().any(|word| is(word, TAKEN))),
            lines: values.clone().any(|text| {
                line_of(text).is_some_and(|whole| values.clone().any(|text| fold_words(text) == whole))
            }),
        }
    }
}

/// What the kind of a row says.
pub(crate) fn of(text: &str, beside: Beside) -> Meaning {
    let words = fold_words(text);
    let phrase = words.join(" ");
    let any = |list: &'static str| words.iter().any(|word| is(word, list));
    let is_phrase = |phrases: &str| {
        phrases.split(',').any(|one| one.split_whitespace().eq(words.iter().map(String::as_str)))
    };
    if let Some(meaning) = of_code(&words.concat(), beside.codes) {
        return meaning;
    }
    if beside.lines && (line_of(text).is_some() || any(PAYMENTS)) {
        return Meaning::Nothing;
    }
    if beside.taken && any(STEPS) && !any(TAKEN) {
        return Meaning::Nothing;
    }
    let event = is_phrase(EVENTS) || phrase.starts_with("general withdrawal");
    let held = words.iter().any(|word| HOLDS.split_whitespace().any(|part| word.contains(part)));
    if event || held || any(FEES) || is_phrase(OFFER_PHRASES) || any(OFFERS) {
        return Meaning::Nothing;
    }
    if beside.sales && matches!(&*phrase, "credit" | "credits" | "rev" | "ret" | "rtn") {
        return Meaning::Undone;
    }
    match (names_return(&words), is_open(&words)) {
        (true, false) => return Meaning::Undone,
        // One that failed, or was only asked for.
        (true, true) => return Meaning::Nothing,
        _ => {}
    }
    match (any(OTHERS), any(SALES)) {
        (true, false) => return Meaning::Nothing,
        _ if beside.bills && (any(PAYMENTS) || is_receipt(&words)) && !any(BILLS) => return Meaning::Nothing,
        _ if beside.bills && is_order(&words) && !any(BILLS) => return Meaning::Nothing,
        _ if beside.sold && matches!(&*phrase, "payment" | "payments" | "receipt" | "receipts") => {
            return Meaning::Nothing;
        }
        // An order that was called off, a payment that failed.
        (_, true) if status::of_status(text) == Meaning::Nothing => return Meaning::Nothing,
        (_, true) => return Meaning::Purchase,
        _ => {}
    }
    match parts(&phrase) {
        Some(meaning) => meaning,
        None => status::of_status(text),
    }
}

/// Is it a receipt of money, and not that of a sale at the till?
fn is_receipt(words: &[String]) -> bool {
    let one = |list: &'static str| words.iter().any(|word| is(word, list));
    one("receipt receipts") && !one("sale sales cash till shop store pos")
}

/// Is it an order, as long as it is no bill?
fn is_order(words: &[String]) -> bool {
    let joined = words.concat();
    words.iter().any(|word| is(word, ORDERS))
        || (ORDER_PARTS.split(' ').any(|part| joined.contains(part)) && !is_bill_in_parts(&joined))
}

/// Is it a bill or a sale where words are not apart?
fn is_bill_in_parts(joined: &str) -> bool {
    const BILLED: &str = "发票 發票 請求書 세금계산서 売上 销售出库 销售单 매출";
    BILLED.split(' ').any(|part| joined.contains(part))
}

/// Is it called a sale, and no more?
fn is_sold(text: &str) -> bool {
    is(
        &fold_words(text).concat(),
        "sale sales verkauf verkaufe vente ventes venta ventas vendita vendite venda vendas",
    )
}

/// What a line is of: `Sale` of a `Sale Line`.
fn line_of(text: &str) -> Option<Vec<String>> {
    const LINES: [&str; 10] =
        ["line", "lines", "item", "position", "zeile", "ligne", "linea", "riga", "linha", "regel"];
    let mut words = fold_words(text);
    (words.len() > 1 && LINES.contains(&&*words.pop()?)).then_some(words)
}

/// Is it a bill?
pub(crate) fn is_bill(text: &str) -> bool {
    let words = fold_words(text);
    (words.iter().any(|word| BILLS.split_whitespace().any(|one| one == word))
        || is_bill_in_parts(&words.concat()))
        && of(text, Beside::default()) == Meaning::Purchase
}

/// Is the row itself one by which something comes back?
pub(crate) fn is_return(text: &str) -> bool {
    let words = fold_words(text);
    names_return(&words) && !is_open(&words)
}

fn names_return(words: &[String]) -> bool {
    let any = words.iter().any(|word| {
        is(word, RETURNS)
            || (!word.ends_with("able") && RETURN_PARTS.split_whitespace().any(|part| word.contains(part)))
    });
    let phrase = |one: &str| {
        let one: Vec<&str> = one.split_whitespace().collect();
        words.windows(one.len()).any(|part| part.iter().eq(&one))
    };
    any || RETURN_PHRASES.split(',').any(phrase)
}

/// "No return", "refund failed", "return requested": nothing came back.
fn is_open(words: &[String]) -> bool {
    const OPEN: &str =
        "no not non nicht niet nie не nao failed declined rejected requested pending abgelehnt angefragt";
    words.iter().any(|word| OPEN.split(' ').any(|one| one == word))
}

/// Words that mean a return wherever they stand; `return` alone may be a customer who came again.
pub(crate) fn is_surely_return(text: &str) -> bool {
    let alone = [
        "return", "returns", "retour", "retours", "nc", "cn", "gs", "s1", "g2", "381", "rma", "reso", "resi",
    ];
    is_return(text) && !alone.contains(&fold_words(text).concat().as_str())
}

/// Where words are not apart, or are several.
fn parts(phrase: &str) -> Option<Meaning> {
    const PAYMENTS: &str = "收款,入金,입금,سند قبض,phieu thu,поступление на";
    const RETURNS: &str = "اشعار دائن,πιστωτικ,tra hang,jovairo";
    const SALES: &str = "销售,售出,购买,消费,銷售,売上,販売,購入,注文,판매,구매,매출,주문,hoa don,发票,請求書,세금계산서,인보이스";
    let is = |list: &str| list.split(',').any(|part| phrase.contains(part));
    const OFFERS: &str = "见积,見積,报价,報價,견적";
    [
        (OFFERS, Meaning::Nothing),
        (PAYMENTS, Meaning::Nothing),
        (RETURNS, Meaning::Undone),
        (SALES, Meaning::Purchase),
    ]
    .into_iter()
    .find_map(|(list, meaning)| is(list).then_some(meaning))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Meaning::{Nothing, Purchase, Undone, Unknown};

    #[test]
    fn kinds_are_named_in_many_languages() {
        for name in [
            "Type",
            "Typ",
            "Art",
            "Belegart",
            "Belegtyp",
            "Dokumenttyp",
            "Transaktionsart",
            "Transaktionstyp",
            "Rechnungsart",
            "Vorgang",
            "Tipo",
            "Tipo de documento",
            "Tipo documento",
            "Tipo de transação",
            "Type de document",
            "Type de pièce",
            "Tür",
            "Belge Türü",
            "Fatura Tipi",
            "İşlem türü",
            "Soort",
            "Documentsoort",
            "Soort document",
            "Rodzaj",
            "Rodzaj dokumentu",
            "Typ dokumentu",
            "Тип",
            "Вид документа",
            "Тип операции",
            "Document type",
            "Doc. Type",
            "Kind",
            "Transaction Type",
            "transaction_type",
            "TransactionType",
            "event_name",
            "Reporting Category",
            "Typ dokladu",
            "交易类型",
            "取引区分",
            "種別",
            "거래유형",
            "Invoice Type",
            "Voucher Type",
            "Order type",
        ] {
            assert!(is_name(name), "{name}");
        }
        for name in [
            "Customer Type",
            "Product type",
            "Artikel",
            "Article",
            "Zahlungsart",
            "Payment method",
            "Versandart",
            "Kundentyp",
            "Party",
            "Start",
            "Prototype",
            "Tip",
            "Document",
            "Status",
            "Typenschild",
            "会员类型",
            "date",
        ] {
            // A tip is one of kinds in Turkish and Polish: its values, which are numbers, say that it is none.
            assert!(name == "Tip" || !is_name(name), "{name}");
        }
    }

    #[test]
    fn kinds_of_rows_mean_what_they_say() {
        for (text, meaning) in [
            ("Payment Refund", Undone),
            ("Express Checkout Payment", Purchase),
            ("General Withdrawal - Bank account", Nothing),
            ("charge", Purchase),
            ("payout", Nothing),
            ("stripe_fee", Nothing),
            ("Payment Fee", Nothing),
            ("Fee refund", Nothing),
            ("refund", Undone),
            ("payment_refund", Undone),
            ("view", Nothing),
            ("add_to_cart", Nothing),
            ("purchase", Purchase),
            ("online", Unknown),
            ("CA", Unknown),
            ("sale", Purchase),
            ("authorization", Nothing),
            ("void", Nothing),
            ("capture", Purchase),
            ("Rechnung", Purchase),
            ("Gutschrift", Undone),
            ("Stornorechnung", Undone),
            ("Rechnungskorrektur", Undone),
            ("Storno", Undone),
            ("Angebot", Nothing),
            ("Lieferschein", Nothing),
            ("Factura", Purchase),
            ("Devolución", Undone),
            ("Nota de crédito", Undone),
            ("Factura rectificativa", Undone),
            ("Abono", Undone),
            ("Facture", Purchase),
            ("Avoir", Undone),
            ("Devis", Nothing),
            ("Fattura", Purchase),
            ("Nota di credito", Undone),
            ("Reso", Undone),
            ("Factuur", Purchase),
            ("Creditnota", Undone),
            ("Creditfactuur", Undone),
            ("Invoice", Purchase),
            ("Credit Note", Undone),
            ("Credit Memo", Undone),
            ("CreditMemo", Undone),
            ("Pro-forma invoice", Nothing),
            ("Satış", Purchase),
            ("İade", Undone),
            ("Satış İadesi", Undone),
            ("Sprzedaż", Purchase),
            ("Zwrot", Undone),
            ("Faktura korygująca", Undone),
            ("Korekta", Undone),
            ("Реализация", Purchase),
            ("Возврат от покупателя", Undone),
            ("TD01", Purchase),
            ("TD04", Undone),
            ("INV", Purchase),
            ("CN", Undone),
            ("Dobropis", Undone),
            ("返品", Undone),
            ("売上", Purchase),
            ("환불", Undone),
            ("退款", Undone),
            ("Währungsumrechnung", Nothing),
            ("General Currency Conversion", Nothing),
            ("Von Nutzer eingeleitete Abbuchung", Nothing),
            ("Rückzahlung", Undone),
            ("Chargeback", Undone),
            ("Chargeback Fee", Nothing),
            ("Refund failed", Nothing),
            ("Non-refundable", Unknown),
            ("Bankgutschrift auf PayPal-Konto", Nothing),
            ("Rückbuchung allgemeiner Kontoeinbehaltung", Nothing),
            ("Annulation de la retenue générale sur le compte", Nothing),
            ("Cancelación de retención general de la cuenta", Nothing),
            ("Storno di trattenuta generale sul conto", Nothing),
            ("Subscription Payment", Purchase),
            ("PreApproved Payment Bill User Payment", Purchase),
            ("Retoure", Undone),
            ("Sales invoice", Purchase),
            ("Sales credit note", Undone),
            ("ACCRECCREDIT", Undone),
            ("ACCREC", Purchase),
            ("Customer credit memo (posted)", Undone),
        ] {
            assert_eq!(of(text, Beside::default()), meaning, "{text}");
        }
        let bills = Beside { bills: true, ..Beside::default() };
        assert_eq!((of("Payment", bills), of("Invoice payment", bills)), (Nothing, Purchase));
        let beside = |values: &[&'static str]| of("credit", Beside::of(values.iter().copied()));
        assert_eq!((beside(&["sale", "credit"]), beside(&["credit", "debit", "payment"])), (Undone, Unknown));
        // A till that writes a sale, its lines and its payments one below the other (Lightspeed).
        let levels = Beside::of(["Sale", "Sale Line", "Payment"].into_iter());
        assert_eq!(
            ["Sale", "Sale Line", "Payment"].map(|text| of(text, levels)),
            [Purchase, Nothing, Nothing]
        );
        assert!(is_bill("Rechnung") && !is_bill("Storno-Rechnung") && !is_bill("Payment"));
        assert!(is_surely_return("Gutschrift") && !is_surely_return("Return"));
    }
}
