//! What columns look like by their names, where no well-known name settles it: enough to offer them, not to take
//! them.

use std::cell::RefCell;

use rustc_hash::{FxHashMap, FxHashSet};

use super::flags;
use super::kind;
use super::names::{self, normalise};
use super::vocabulary;

/// A name in words: `Customer Email`, `customer_email` and `customerEmail` are two.
pub(crate) fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut small = false;
    for c in name.chars() {
        if !is_of_word(c) || (small && c.is_uppercase()) {
            words.push(String::new());
        }
        small = c.is_lowercase();
        if is_of_word(c) {
            let last = words.last_mut().expect("there is always one");
            last.extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Letters and figures, and the marks on letters that many scripts write as signs of their own: accents, the tones of
/// Thai, the vowels of Arabic and Hebrew, the viramas of India.
fn is_of_word(c: char) -> bool {
    c.is_alphanumeric()
        || matches!(c, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5bd}' | '\u{5bf}'..='\u{5c7}' | '\u{64b}'..='\u{65f}'
            | '\u{670}' | '\u{93c}' | '\u{94d}' | '\u{9cd}' | '\u{a4d}' | '\u{acd}' | '\u{bcd}' | '\u{c4d}' | '\u{ccd}'
            | '\u{d4d}' | '\u{e47}'..='\u{e4e}' | '\u{200c}' | '\u{200d}')
}

/// Is it one of the words of a list?
pub(crate) fn is(word: &str, known: &'static str) -> bool {
    thread_local! {
        /// Lists by their place: tables of very many columns ask for the same ones again and again.
        static LISTS: RefCell<FxHashMap<(usize, usize), FxHashSet<&'static str>>> = RefCell::default();
    }
    LISTS.with_borrow_mut(|lists| {
        let list = lists.entry((known.as_ptr() as usize, known.len()));
        list.or_insert_with(|| known.split_whitespace().collect()).contains(word)
    })
}

fn has(words: &[String], known: &'static str) -> bool {
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

/// Does a column hold what tells people (or firms) of one name apart: an address, a telephone, a number that an authority gave?
pub(crate) fn identifies(name: &str) -> bool {
    const OWN: &str = "mail email phone mobile telefon telefono telefone telefoon telephone tel gsm handy celular mobil \
        телефон nif nie cif dni nip regon pesel инн огрн кпп siret siren rut ruc cpf cnpj cuit ssn abn gstin tckn vkn ico dic \
        mrn iban";
    const OF_TAX: &str = "vat tax vergi steuer ust fiscal kimlik nationalid";
    const NUMBER: &str = "no nr number num id nummer numero numara numarasi code";
    let words = vocabulary::fold_words(name);
    let has = |list: &'static str| words.iter().any(|word| is(word, list));
    has(OWN)
        || (has(OF_TAX) && has(NUMBER))
        || matches!(&*words.concat(), "accountnumber" | "accountno" | "ustid" | "ustidnr" | "vatid")
}

/// Does a name look like one of money?
pub(crate) fn is_money(name: &str) -> bool {
    const MONEY: &str = "amount amt revenue sales sale price total gross net cost value spend spent paid charge charges \
        charged subtotal turnover gmv payment proceeds usd eur gbp betrag umsatz summe preis gesamt \
        brutto netto montant prix importe precio valor importo prezzo bedrag prijs kwota cena belopp \
        beløb сумма цена выручка стоимость 金額 売上 合計 価格 totalcharges grandtotal listprice netsales \
        totalprice debit credit soll haben debe haber dare avere débit crédit";
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

fn has_one(name: &str, list: &'static str) -> bool {
    let words = vocabulary::fold_words(name);
    let mail = words.iter().any(|word| word.contains("mail") || word == "correo" || word == "posta");
    mail && words.iter().any(|word| is(word, list))
}

fn has_pair(name: &str, start: &str) -> bool {
    vocabulary::fold_words(name).join(" ").starts_with(start)
}

/// Is it a moment?
pub(crate) fn is_when(name: &str) -> bool {
    let words = words(name);
    let ends = |end: &&str| words.iter().any(|word| word.ends_with(*end));
    has(&words, "at on date time datum fecha data tarihi дата am le el timestamp")
        || ["datum", "日", "日期", "日時", "时间", "時間", "일", "일시"].iter().any(ends)
}

/// Is it a column of deals, which are purchases once they are closed?
pub(crate) fn is_deal(name: &str) -> bool {
    let words = vocabulary::fold_words(name);
    has(&words, "stage dealstage stagename opportunity deal pipeline iswon")
}

/// Is it when a deal was closed?
pub(crate) fn is_close(name: &str) -> bool {
    let joined = vocabulary::fold_words(name).concat();
    is(
        &joined,
        "closedate closeddate closedat closedon dateclosed wontime wondate abschlussdatum datedecloture fechadecierre datachiusura",
    )
}

/// Is it a number of things?
pub(crate) fn is_count(name: &str) -> bool {
    let words = words(name);
    has(&words, "quantity qty count items units number id no num") && !words.concat().contains("noshow")
}

/// Does a payment cost something itself?
pub(crate) fn is_fee(name: &str) -> bool {
    has(
        &words(name),
        "fee fees gebühr gebühren frais commission comisión comisiones tarifa tariffa kosten commissione commissioni ücret provision provizja prowizja комиссия",
    )
}

/// Is it what a market place or a provider of payments takes of what customers pay?
pub(crate) fn is_sellers_fee(name: &str) -> bool {
    const OF_OTHERS: &str = "shipping delivery handling freight versand lieferung envio envío frete livraison port spedizione kargo \
        verzending verzendkosten wysylka wysyłka доставка postage tax taxes late membership";
    let words = words(name);
    let compound = words.iter().any(|word| word.ends_with("gebühr") || word.ends_with("gebühren"));
    let plural = has(&words, "commissions taxa taxas tarifas fees комиссии provisionen kommission");
    (is_fee(name) || compound || plural) && !has(&words, OF_OTHERS)
}

/// Does a name say that its amounts are in thousands?
pub(crate) fn is_in_thousands(name: &str) -> bool {
    const PARTS: [&str; 10] = ["(t€)", "t€", "k€", "$000", "€000", "£000", "'000", "千円", "万元", "천원"];
    let words = words(name);
    let lower = name.to_lowercase();
    has(&words, "teur tusd tchf keur kusd kgbp thousand thousands тыс miles milliers migliaia tausend")
        || PARTS.iter().any(|part| lower.contains(part))
        || words.windows(2).any(|pair| pair[0] == "k" && matches!(&*pair[1], "usd" | "eur" | "gbp"))
}

/// Is it a price that was asked, or what the goods cost, rather than what was paid?
pub(crate) fn is_list_price(name: &str) -> bool {
    has(&words(name), "list listprice cost compare msrp rrp retail original profit margin")
}

/// Words of one line of an order, in the languages of exports.
const LINE: &str = "line lineitem item unit piece each product position pos posten artikel article sku variant per position positions zeile zeilen \
    ligne linea riga artigo articulo articolo produto produit prodotto producto produkt satir urun regel orderregel pozycja pozycji \
    строка строки позиция позиции товара позиції rad linje rivi radek tetel termek produs barang produk san รายการ بند פריט שורה ειδοσ γραμμη";
/// The same as beginnings and ends of words, and parts of them where they are not apart.
const LINE_PARTS: &str = "positions zeilen artikel einzel stuck regel tetel termek radku";
const LINE_CJK: &str = "单价 單價 単価 단가 商品 行 明细 明細 品目 품목 상품 สินค้า";
/// Prices, which are those of one piece unless a name says that they are of the whole.
const PRICES: &str = "price preis prix precio prezzo preco fiyat fiyati prijs cena цена ціна harga gia hinta pris ar pret kaina hind τιμη ราคา \
    السعر سعر מחיר 价格 價格 価格 가격";
/// Words of a whole order.
const ORDER: &str = "order orders grand invoice basket cart receipt checkout bill bestellung bestell auftrag auftrags \
    commande facture pedido factura ordine fattura compra siparis fatura bestelling factuur zamowienia faktury заказа чека счета \
    замовлення objednavky rendeles comanda comenzii pesanan";
const ORDER_PARTS: &str = "bestell auftrags rechnungs order ordre faktura";
const ORDER_CJK: &str = "订单 訂單 注文 请求 請求 支付 支払 实付 결제 주문 คำสั่งซื้อ";

/// Does a name say that an amount is that of a line?
pub(crate) fn is_of_line(name: &str) -> bool {
    let words = vocabulary::fold_words(name);
    let joined = words.concat();
    let whole = has(&words, "total grand order final overall amount gesamt totale") && !has(&words, LINE);
    let cjk = |list: &str| list.split(' ').any(|part| joined.contains(part));
    has(&words, LINE)
        || LINE_PARTS.split(' ').any(|part| words.iter().any(|word| word.starts_with(part)))
        || (cjk(LINE_CJK) && !cjk(ORDER_CJK))
        || (has(&words, PRICES) && !whole)
}

/// Is it a sum below a part: of one line as often as of an order?
pub(crate) fn is_subtotal(name: &str) -> bool {
    let joined = vocabulary::fold_words(name).concat();
    matches!(&*joined, "subtotal" | "zwischensumme" | "soustotal" | "subtotale" | "subtotaal" | "aratoplam")
}

/// Does it say that it is that of a whole order?
pub(crate) fn is_of_order(name: &str) -> bool {
    let words = vocabulary::fold_words(name);
    let joined = words.concat();
    has(&words, ORDER)
        || ORDER_PARTS.split(' ').any(|part| words.iter().any(|word| word.starts_with(part)))
        || ORDER_CJK.split(' ').any(|part| joined.contains(part))
}

/// Is it a column of what was bought?
pub(crate) fn is_product(name: &str) -> bool {
    const GOODS: &str = "product item sku asin ean upc gtin article artikel variant lineitem stockcode description title produkt produit \
        producto prodotto produto urun товар номенклатура артикул 商品 상품 barang produk articulo articolo artigo towar zbozi termek \
        สินค้า ticket isbn style";
    const OTHER: &str = "type price amount total quantity qty count status tax discount id_order category date number_of weight cost url";
    let words = vocabulary::fold_words(name);
    let joined = words.concat();
    let goods = has(&words, GOODS)
        || ["商品", "상품", "สินค้า", "stockcode", "productid", "lineitemname"]
            .iter()
            .any(|part| joined.contains(part));
    goods && !has(&words, OTHER)
}

/// What a column might say of whether a row is a purchase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) enum Watch {
    /// What became of an order or payment.
    Status,
    /// What became of its delivery.
    Delivery,
    /// What kind of row it is.
    Kind,
    /// Something that was undone: how much of it, when, or whether.
    Undone,
    /// Whether a payment went through.
    Done,
    /// When it was paid.
    PaidWhen,
    /// In which currency the amount is.
    Currency,
    /// By which sign its amount counts.
    Sign,
    /// On which side of an account it stands: debit or credit.
    Side,
    /// What is taken off a price.
    Discount,
    /// Which version of an order it is.
    Version,
}

/// Words for the state of something, in the languages of exports, as [`vocabulary::fold_words`] has them.
const STATE: &str = "status statut statuts estado estados estatus stato situacao durum durumu statu статус состояние состояния stan tila tilanne \
    allapot statusz stare starea κατασταση statusname stav stanje toestand tilstand lage etat etats busena statusas statuss olek staatus \
    staða състояние стан حاله الحاله وضعيت סטטוס מצב स्थिति स्टेटस kondisi tinhtrang trangthai";
/// The same where words are not apart: the end of the name.
const STATE_ENDS: &str = "状态 狀態 狀况 狀況 状况 状況 状態 ステータス 상태 สถานะ";
/// Names that may be of the place where somebody lives, of a grade, or of the answer to a letter as well.
const STATE_OR_PLACE: &str = "estado estados etat etats stato stan stare starea stanje tila state toestand lage מצב result results outcome \
    response responsetext responsemessage resultat ergebnis resultado risultato resultaat wynik sonuc результат";
/// Of what an order or a payment is: beside these `state` and `stage` are no places.
const OF_SALES: &str = "pipeline sales order orders payment payments pay transaction transactions txn trx invoice deal opportunity charge checkout \
    booking reservation ticket donation refund financial settlement commande paiement pedido pago compra venta ordine \
    pagamento pedido pagamento bestelling betaling zamowienia platnosci";
/// What goes on after the purchase: there an order that is waiting is a purchase all the same.
const DELIVERY: &str = "fulfillment fulfilment fulfillmentstatus shipping shipment delivery deliver dispatch courier tracking lieferung liefer versand \
    livraison expedition envio entrega spedizione consegna kargo teslimat verzending levering wysylki dostawy доставки доставка отгрузки \
    pengiriman leverans forsendelse toimitus";
/// Columns of something else than the row's purchase.
const ELSEWHERE: &str = "address marital member membership customer client user employment loyalty stock vip email policy reason \
    currency by credit card account rate days window inventory tax vat kyc marketing consent newsletter escrow subscription \
    provincia province provincestate region county";
/// Which version of an order or a document a row is.
const VERSIONS: &str = "version revision rev versionno versionnumber revisionno revisionnumber orderversion orderrevision invoiceversion \
    documentversion fassung revisao versao versiyon revizyon wersja versie версия редакция 版本 版数";
/// The sign of an amount, as a column of its own.
const SIGNS: &str = "sign signe signo segno sinal vorzeichen isaret teken znak amountsign signfactor signflag signmultiplier amountfactor";
/// The side of an account.
const SIDES: &str = "dc cd sh dh drcr crdr debitcredit creditdebit debitcreditflag debitcreditindicator creditdebitindicator dcflag \
    dcindicator sollhaben shkz sk shkennzeichen sollhabenkennzeichen sollhabenkz debehaber dareavere debitcredito debitcredit";
const DISCOUNTS: &str = "discount discounts disc rabatt rabatte nachlass remise remises descuento descuentos dto sconto sconti desconto descontos \
    indirim iskonto korting rabat rabaty rabatu sleva kedvezmeny скидка скидки";

/// How many places the amounts of a column are to be moved: it is called one of cents, or of the like.
pub(crate) fn minor_places(name: &str) -> u8 {
    const HUNDREDTHS: &str = "cents cent minor minorunits paise pence pennies kopecks kopeks kopecki centavos centimes kurus kuruş grosz grosze groszy 分 коп копейки копейках копеек øre öre haléře";
    let words = words(name);
    match () {
        () if has(&words, "per percent pct share rate") => 0,
        () if has(&words, HUNDREDTHS) || words.concat().ends_with("moneyamount") => 2,
        () if has(&words, "micros") => 6,
        () => 0,
    }
}

/// Is the column one of those?
pub(crate) fn watch(name: &str) -> Option<Watch> {
    const CURRENCIES: &str = "currency currencies currencycode ccy waehrung wahrung devise moneda moeda valuta divisa doviz waluta penznem \
        валюта валюты 通貨 币种 幣種 货币 貨幣 통화";
    const CURRENCY_NAMES: &str = "cur curr parabirimi mena valuuta";
    const OF_CURRENCIES: &str = "rate rates exchange conversion converted amount amt value total sum sums fee fees date tax gross net \
        betrag montant importe importo valor kurs kur cambio symbol format id cost revenue sales";
    const CURRENCY: &str = "currency currencycode currencies curr ccy waehrung währung devise moneda valuta";
    let (plain, whole) = (vocabulary::fold_words(name), normalise(name));
    if is(&whole, CURRENCY)
        || is(&plain.concat(), CURRENCY_NAMES)
        || (has(&plain, CURRENCIES) && !has(&plain, OF_CURRENCIES))
    {
        return Some(Watch::Currency);
    }
    let joined = plain.concat();
    if flags::is_row_back(name) || flags::is_reason(name) {
        return Some(Watch::Undone);
    }
    if flags::is_paid_when(name) {
        return Some(Watch::PaidWhen);
    }
    if is(&joined, SIDES) {
        return Some(Watch::Side);
    }
    let delivery = has(&plain, DELIVERY);
    if has(&plain, ELSEWHERE) {
        return None;
    }
    if is_state(&plain) {
        return Some(if delivery { Watch::Delivery } else { Watch::Status });
    }
    if delivery {
        return None;
    }
    if flags::is_undone(&plain) {
        return Some(Watch::Undone);
    }
    if kind::is_name(name) || whole == "paymenttype" || whole == "state" {
        return Some(Watch::Kind);
    }
    if flags::is_refund(name) {
        return Some(Watch::Undone);
    }
    match joined.as_str() {
        _ if flags::is_done(&plain) => Some(Watch::Done),
        "environment" | "env" => Some(Watch::Status),
        _ if is(&joined, VERSIONS) => Some(Watch::Version),
        _ if is(&joined, SIGNS) => Some(Watch::Sign),
        _ if has(&plain, DISCOUNTS) && !has(&plain, "code codes name type reason coupon id title") => {
            Some(Watch::Discount)
        }
        _ => None,
    }
}

/// Does a name in words say that the column is of a state?
fn is_state(plain: &[String]) -> bool {
    let joined = plain.concat();
    let place = matches!(joined.as_str(), "state" | "stage") || joined.ends_with("provincestate");
    has(plain, STATE)
        || is(&joined, STATE)
        || plain.iter().any(|word| word.ends_with("status") || word.ends_with("zustand"))
        || plain.windows(2).any(|pair| is(&pair.concat(), STATE))
        || STATE_ENDS.split(' ').any(|end| joined.ends_with(end) || joined.starts_with(end))
        || (has(plain, "state states stage") && !place && has(plain, OF_SALES))
        || is(&joined, STATE_OR_PLACE) && joined != "state"
        || matches!(
            joined.as_str(),
            "orderstate" | "dealstage" | "opportunitystage" | "stagename" | "stage" | "forecastcategory"
        )
}

/// May a column that is not called so be of states all the same, if its values are some? What people note is none.
pub(crate) fn may_be_state(name: &str) -> bool {
    const NOTES: &str = "note notes comment comments remark remarks memo message text bemerkung notiz kommentar anmerkung nota notas commentaire \
        remarque comentario observacion observaciones opmerking uwagi not notlar комментарий примечание 备注 備考 비고 메모";
    let plain = vocabulary::fold_words(name);
    !has(&plain, NOTES) && !has(&plain, ELSEWHERE) && !has(&plain, DELIVERY) && !kind::is_of_other(name)
}

/// Is a column of states of nothing but orders, so that words that are not known there are worth a word?
pub(crate) fn is_surely_state(name: &str) -> bool {
    let plain = vocabulary::fold_words(name);
    let joined = plain.concat();
    watch(name) == Some(Watch::Status)
        && (!is(&joined, STATE_OR_PLACE) || has(&plain, OF_SALES))
        && joined != "stage"
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
            ("Fulfillment Status", Some(Watch::Delivery)),
            ("Shipping Address", None),
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
