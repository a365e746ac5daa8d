//! What columns look like by their names, where no well-known name settles it: enough to offer them, not to take
//! them.

use super::kind;
use super::names::{self, normalise};
use super::vocabulary;

/// A name in words: `Customer Email`, `customer_email` and `customerEmail` are two.
pub(crate) fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut small = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || (small && c.is_uppercase()) {
            words.push(String::new());
        }
        small = c.is_lowercase();
        if c.is_alphanumeric() {
            let last = words.last_mut().expect("there is always one");
            last.extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Is it one of the words of a list?
pub(crate) fn is(word: &str, known: &str) -> bool {
    known.split(' ').any(|one| one == word)
}

fn has(words: &[String], known: &str) -> bool {
    words.iter().any(|word| is(word, known))
}

/// How much the name is one of customers: 0 is the most; `None` if it is not.
pub(crate) fn customer(name: &str) -> Option<u8> {
    const WHO: &str = "customer customers cust client user member account acct buyer shopper household visitor contact \
        subscriber person patient guest payer kunde kunden kundennr kundennummer klant cliente клиент \
        покупатель loyalty donor login debitor";
    const MAIL: &str = "email mail emailaddress correo courriel эл";
    const PHONE: &str = "phone mobile telefon telephone msisdn";
    const OTHER: &str = "status type segment city state country zip postcode province region group since date tax note \
        notes comment source agent service tags age gender language level tier count address created \
        currency description first last";
    let words = words(name);
    let whole = normalise(name);
    let mail = has(&words, MAIL);
    if words.iter().any(|word| is(word, OTHER) && !(mail && word == "address")) {
        return None;
    }
    let named = names::ID.names.contains(&whole.as_str()) && whole != "id";
    let who = has(&words, WHO) || whole.starts_with("customer");
    match (named, mail, who) {
        (true, ..) => Some(0),
        (_, true, _) => Some(1),
        (.., true) => Some(2),
        _ => has(&words, PHONE).then_some(3),
    }
}

/// Columns that look like money.
pub(crate) fn money(names: &[String]) -> Vec<String> {
    names.iter().filter(|name| is_money(name)).cloned().collect()
}

fn is_money(name: &str) -> bool {
    const MONEY: &str = "amount amt revenue sales sale price total gross net cost value spend spent paid charge charges \
        charged subtotal turnover gmv payment proceeds usd eur gbp betrag umsatz summe preis gesamt \
        brutto netto montant prix importe precio valor importo prezzo bedrag prijs kwota cena belopp \
        beløb сумма цена выручка стоимость 金額 売上 合計 価格 totalcharges grandtotal listprice netsales \
        totalprice";
    const OTHER: &str = "id no number date time at currency method type status count quantity qty items units tax vat \
        taxes discount shipping fee fees tip tips refund refunded balance reference references terms \
        name code channel rep person due provider percent";
    const TAILS: [&str; 9] = ["betrag", "umsatz", "summe", "wert", "preis", "bedrag", "金额", "金額", "금액"];
    const TAXES: [&str; 10] =
        ["steuer", "mwst", "ust", "rabatt", "versand", "tva", "kdv", "税", "运费", "優惠"];
    let words = words(name);
    let compound = words.iter().any(|word| {
        TAILS.iter().any(|tail| word.ends_with(tail)) && !TAXES.iter().any(|tax| word.contains(tax))
    });
    (has(&words, MONEY) || compound) && !has(&words, OTHER)
}

/// Is it of money or goods that came back, rather than of an order that was called off?
pub(crate) fn is_refund(name: &str) -> bool {
    has(
        &words(name),
        "refund refunds refunded returned return returns chargeback chargebacks reembolso reembolsado remboursé rembourse remboursement \
         rimborso rimborsato erstattet erstattung rückerstattung iade terugbetaald terugbetaling zwrot zwrócono возврат возврата возвращено isrefunded 退款 退款金额 返金 返金額 환불 환불금액",
    )
}

/// Is it of who sends money, in a list of payments?
pub(crate) fn is_sender(name: &str) -> bool {
    has_one(
        name,
        "from sender absender expediteur remitente mittente remetente van nadawca gonderen kimden отправитель",
    ) || has_pair(name, "de l adresse")
}

/// Is it of who gets it?
pub(crate) fn is_recipient(name: &str) -> bool {
    has_one(name, "to recipient empfanger destinataire destinatario naar odbiorca alici kime получатель")
        || has_pair(name, "a l adresse")
}

fn has_one(name: &str, list: &str) -> bool {
    let words = vocabulary::fold_words(name);
    let mail = words.iter().any(|word| word.contains("mail") || word == "correo" || word == "posta");
    mail && words.iter().any(|word| is(word, list))
}

fn has_pair(name: &str, start: &str) -> bool {
    vocabulary::fold_words(name).join(" ").starts_with(start)
}

/// Is it a moment?
pub(crate) fn is_when(name: &str) -> bool {
    has(&words(name), "at on date time datum fecha data tarihi дата am le el timestamp")
}

/// Is it a number of things?
pub(crate) fn is_count(name: &str) -> bool {
    has(&words(name), "quantity qty count items units number id no num")
}

/// Does a payment cost something itself?
pub(crate) fn is_fee(name: &str) -> bool {
    has(
        &words(name),
        "fee fees gebühr gebühren frais commission comisión comisiones tarifa tariffa kosten commissione commissioni ücret provision provizja prowizja комиссия",
    )
}

/// Is it a price that was asked, or what the goods cost, rather than what was paid?
pub(crate) fn is_list_price(name: &str) -> bool {
    has(&words(name), "list listprice cost compare msrp rrp retail original profit margin")
}

/// What a column might say of whether a row is a purchase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) enum Watch {
    /// What became of an order or payment.
    Status,
    /// What kind of row it is.
    Kind,
    /// Something that was undone: how much of it, when, or whether.
    Undone,
    /// Whether a payment went through.
    Done,
    /// In which currency the amount is.
    Currency,
}

/// Is the column one of those?
pub(crate) fn watch(name: &str) -> Option<Watch> {
    const UNDONE: &str = "refund refunds refunded cancel cancelled canceled cancellation chargeback chargebacks voided \
        void disputed dispute deleted reversed returned storno storniert annule reembolso rembourse \
        iscancelled isrefunded istest remboursé remboursement reembolsado devuelto rimborso rimborsato erstattet erstattung \
        rückerstattung iade terugbetaald terugbetaling zwrot zwrócono возврат возврата возвращено 退款 退款金额 返金 返金額 환불 환불금액";
    const STATE: &str = "status statut estado estatus stato situação situacao durum durumu статус состояние 状态 订单状态 交易状态 狀態 \
        訂單狀態 stan tila állapot stare κατάσταση statusname ステータス 状態 注文状況 注文ステータス 상태 주문상태 결제상태 stav toestand";
    const CURRENCY: &str = "currency currencycode currencies curr ccy waehrung währung devise moneda valuta";
    const ELSEWHERE: &str = "fulfillment fulfilment shipping shipment delivery address marital member membership customer \
        client user employment loyalty stock subscription vip email policy reason currency by credit \
        card account rate days window inventory";
    let words = words(name);
    let whole = normalise(name);
    if is(&whole, CURRENCY) {
        return Some(Watch::Currency);
    }
    if has(&words, ELSEWHERE) {
        return None;
    }
    let state = words.iter().any(|word| is(word, STATE) || word.ends_with("status"));
    if state || matches!(&*whole, "orderstate" | "dealstage" | "opportunitystage" | "stage") {
        return Some(Watch::Status);
    }
    if has(&words, UNDONE) || is(&whole, UNDONE) {
        return Some(Watch::Undone);
    }
    if kind::is_name(name) || matches!(&*whole, "paymenttype" | "state") {
        return Some(Watch::Kind);
    }
    match whole.as_str() {
        "captured" | "paid" | "ispaid" | "succeeded" | "success" | "approved" | "issuccess"
        | "issuccessful" => Some(Watch::Done),
        "test" | "testorder" | "testmode" => Some(Watch::Undone),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_exports_are_understood() {
        for (name, rank) in [
            ("customer_unique_id", Some(0)),
            ("Email", Some(1)),
            ("Customer Email", Some(1)),
            ("E-mail", Some(1)),
            ("From Email Address", Some(1)),
            ("Kunden-Nr", Some(2)),
            ("Id", None),
            ("Customer Type", None),
            ("Billing City", None),
            ("order_id", None),
            ("Phone", Some(3)),
        ] {
            assert_eq!(customer(name), rank, "{name}");
        }
        let money: Vec<&str> = [
            "Gross",
            "Fee",
            "Net",
            "net_sales",
            "price_usd",
            "revenue_net",
            "tran_amount",
            "TotalCharges",
            "list_price",
            "Payment Method",
            "Network",
            "cost",
            "Betrag",
            "Сумма",
            "Discount Amount",
            "totalPrice",
            "InvoiceNo",
        ]
        .into_iter()
        .filter(|name| is_money(name))
        .collect();
        let expected = [
            "Gross",
            "Net",
            "net_sales",
            "price_usd",
            "revenue_net",
            "tran_amount",
            "TotalCharges",
            "list_price",
            "cost",
            "Betrag",
            "Сумма",
            "totalPrice",
        ];
        assert_eq!(money, expected);
        for (name, what) in [
            ("Financial Status", Some(Watch::Status)),
            ("order_status", Some(Watch::Status)),
            ("Fulfillment Status", None),
            ("Address Status", None),
            ("Amount Refunded", Some(Watch::Undone)),
            ("Cancelled at", Some(Watch::Undone)),
            ("Captured", Some(Watch::Done)),
            ("Type", Some(Watch::Kind)),
            ("Currency Code", Some(Watch::Currency)),
            ("Currency Rate", None),
            ("channel", None),
            ("Discount Code", None),
        ] {
            assert_eq!(watch(name), what, "{name}");
        }
    }
}
