//! Names of columns by the role that they play, in the languages of the programs that export logs: one table. Names are
//! compared by their words: without case, signs, accents, units in brackets and codes of currencies.

mod names;
mod wider;

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::likeness::{is, words};

/// What a column can be for a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Part {
    Customer,
    Date,
    Amount,
    Quantity,
    Price,
    Order,
}

/// How good a name is for its role: the lesser is the better, 0 is the standard name.
pub(crate) type Rank = u8;

/// Emails tell customers apart if nothing better does; then names and numbers of telephones.
pub(crate) const MAIL: Rank = 2;
pub(crate) const PERSON: Rank = 3;
pub(crate) const PHONE: Rank = 4;
/// A number of rows, of orders or of customers.
pub(crate) const BARE_ID: Rank = 5;
/// The sum over all that was paid; what is left of it without taxes or returns; what it was before; one of these.
pub(crate) const NET: Rank = 2;
pub(crate) const GROSS: Rank = 3;

/// Codes and words of currencies and taxes, which say how much a column's numbers are worth, not what they are.
const MONEY: &str = "usd eur gbp chf sek nok dkk czk huf pln try brl rub uah jpy cny rmb krw inr cad aud nzd mxn clp cop ars zar \
    sgd hkd twd thb idr vnd aed ils tl zł zl kr руб р eur€ us$ 元 円 원 rp rm baht บาท nis uah грн лв bgn rsd ron myr egp sar kes ngn ghs pkr \
    bdt lkr php kzt uyu vnđ đ";

/// Does a name say in which currency its amounts are, by the code?
pub(crate) fn names_currency(name: &str) -> bool {
    let code = |word: &String| word.len() == 3 && MONEY.split_whitespace().any(|code| code == word);
    words(name).iter().any(code)
}

/// A name by its words, in small letters and without accents; what stands in brackets (a unit, a time zone) and codes of
/// currencies are left out, unless nothing else is there.
pub(crate) fn plain(name: &str) -> String {
    let mut depth = 0_u32;
    let outside = name.chars().filter(|c| match c {
        '(' | '[' | '（' | '【' => {
            depth += 1;
            false
        }
        ')' | ']' | '）' | '】' => {
            depth = depth.saturating_sub(1);
            false
        }
        _ => depth == 0,
    });
    let outside: String = outside.collect();
    let all = words(&outside);
    let kept: String = all
        .iter()
        .filter(|word| !MONEY.split(' ').any(|code| code == *word))
        .flat_map(|word| word.chars())
        .filter_map(fold)
        .collect();
    if !kept.is_empty() { kept } else { words(name).concat().chars().filter_map(fold).collect() }
}

/// The words of a text, in small letters and without accents.
pub(crate) fn fold_words(text: &str) -> Vec<String> {
    words(text).iter().map(|word| word.chars().filter_map(fold).collect()).collect()
}

/// A letter without its accent; `None` for an accent of its own.
fn fold(c: char) -> Option<char> {
    Some(match c {
        '\u{300}'..='\u{36f}'
        | '\u{591}'..='\u{5c7}'
        | '\u{64b}'..='\u{65f}'
        | '\u{640}'
        | '\u{200c}'
        | '\u{200d}' => return None,
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'è'..='ë' | 'ē' | 'ę' | 'ě' => 'e',
        'ì'..='ï' | 'ī' | 'ı' => 'i',
        'ñ' | 'ń' | 'ň' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ő' => 'o',
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => 'u',
        'ý' | 'ÿ' => 'y',
        'ś' | 'š' | 'ş' | 'ș' => 's',
        'ź' | 'ż' | 'ž' => 'z',
        'ğ' => 'g',
        'ł' => 'l',
        'ř' => 'r',
        'ť' | 'ţ' | 'ț' => 't',
        'ď' => 'd',
        'đ' => 'd',
        'ģ' => 'g',
        'ė' => 'e',
        'į' => 'i',
        'ķ' => 'k',
        'ļ' => 'l',
        'ņ' => 'n',
        'ų' | 'ư' => 'u',
        'ơ' => 'o',
        // Vietnamese: a letter with its tone.
        'ạ'..='ặ' => 'a',
        'ẹ'..='ệ' => 'e',
        'ỉ'..='ị' => 'i',
        'ọ'..='ợ' => 'o',
        'ụ'..='ự' => 'u',
        'ỳ'..='ỹ' => 'y',
        'ά' => 'α',
        'έ' => 'ε',
        'ή' => 'η',
        'ί' | 'ϊ' | 'ΐ' => 'ι',
        'ό' => 'ο',
        'ύ' | 'ϋ' | 'ΰ' => 'υ',
        'ώ' => 'ω',
        'ς' => 'σ',
        'ё' => 'е',
        // Arabic and Persian write these letters in several ways.
        'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
        'ى' | 'ئ' | 'ی' => 'ي',
        'ؤ' => 'و',
        'ة' => 'ه',
        'ک' => 'ك',
        'º' | '°' => 'o',
        _ => c,
    })
}

/// The rank of a name for a role.
pub(crate) fn rank(part: Part, name: &str) -> Option<Rank> {
    // Databases write the type of a value as a key within it: `total.$numberDecimal`.
    let name = name.split_once(".$").map_or(name, |(name, _)| name);
    let rank = |name: &str| known().get(&(part, plain(name))).copied();
    // What stands in brackets may tell a name from another one: "Amount (net)".
    let whole = name.replace(['(', ')', '[', ']'], " ");
    let known = (whole != name).then(|| rank(&whole)).flatten().or_else(|| rank(name));
    let sums = matches!(part, Part::Amount | Part::Price);
    let known = known.or_else(|| rank(&without_tax(&whole).filter(|_| sums)?));
    known.or_else(|| person(&whole).filter(|_| part == Part::Customer))
}

/// What a name says that is made of a word for who buys and one for what of it stands there (`donor.email`,
/// `customers.id`), or that ends with one for addresses where words are not apart.
fn person(name: &str) -> Option<Rank> {
    const WHO: &str = "customer customers client clients buyer buyers donor donors payer user users member members contact contacts guest guests \
        shopper patient consumer subscriber supporter purchaser attendee kunde kunden kaufer client acheteur cliente comprador acquirente \
        musteri alici klant koper klient kupujacy покупатель клиент покупець pelanggan pembeli";
    const WHAT: [(&str, Rank); 4] = [
        ("id uuid guid no nr number code key ref reference", 1),
        ("email mail emailaddress", MAIL),
        ("name fullname username", PERSON),
        ("phone phonenumber mobile telephone", PHONE),
    ];
    const MAILS: &str = "メールアドレス メール 邮箱 郵箱 電子信箱 이메일";
    let words = fold_words(name);
    let joined = words.concat();
    if MAILS.split(' ').any(|end| joined.ends_with(end)) {
        return Some(MAIL);
    }
    let (last, who) = words.split_last().filter(|(_, who)| !who.is_empty())?;
    let known = WHAT.iter().find(|(list, _)| is(last, list)).map(|(_, rank)| *rank);
    // A number of contact is one of a telephone.
    let known = known.map(|rank| if rank == 1 && who == ["contact"] && last != "id" { PHONE } else { rank });
    known.filter(|_| who.iter().all(|word| is(word, WHO)))
}

/// A name without the words that say that taxes are in it; `None` if there are none.
fn without_tax(name: &str) -> Option<String> {
    const IN: &str = "inkl incl inc including inclusive inclus incluido compresa inclusa dahil con com s z vč vc vcetne vrátane vratane з cu termasuk";
    const TAXES: &str = "tax taxes vat gst hst mwst ust ustg moms mva btw kdv dph iva tva alv áfa afa ндс пдв ддс pdv ddv ppn fpa φπα";
    // "MwSt" is one word.
    let words = fold_words(&name.to_lowercase());
    let has = |list: &'static str| words.iter().any(|word| is(word, list));
    let kept = words.iter().filter(|word| !is(word, IN) && !is(word, TAXES));
    (has(IN) && has(TAXES)).then(|| kept.cloned().collect::<Vec<_>>().join(" "))
}

fn known() -> &'static FxHashMap<(Part, String), Rank> {
    static KNOWN: OnceLock<FxHashMap<(Part, String), Rank>> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let mut known = FxHashMap::default();
        for (part, rank, names) in names::TABLE.iter().chain(wider::TABLE) {
            for name in names.split(',') {
                known.entry((*part, plain(name))).or_insert(*rank);
            }
        }
        known
    })
}

/// Does a name speak of a time, of something else than the purchase?
pub(crate) fn is_other_date(name: &str) -> bool {
    const OTHER: &str = "updated update modified due birth birthday ship shipped shipping delivered delivery refunded refund cancelled \
        canceled cancel fulfilled expiry expires expiration end start started begin signup registered registration joined since last \
        first next estimated approved returned return deposited payout available zone \
        vade son fallig falligkeit falligkeitsdatum versanddatum lieferdatum versand lieferung geburtsdatum geandert erstattet storniert \
        echeance expedition livraison naissance modification vencimiento envio entrega nacimiento actualizacion modificacion scadenza \
        spedizione consegna nascita vencimento entregue nascimento verzenddatum vervaldatum vervaldag leverdatum geboortedatum \
        kargo teslim teslimat guncelleme dogum iptal termin platnosci wysylki dostawy urodzenia forfallodatum forfaldsdato leveransdatum \
        leveringsdato leveringsdatum splatnosti expedice doruceni narozeni lejarat fizetesi szallitas kiszallitas scadentei livrarii \
        срок доставки отгрузки рождения изменения оплатить";
    fold_words(name).iter().any(|word| is(word, OTHER))
}

/// Does a name speak of a time at all?
pub(crate) fn is_date(name: &str) -> bool {
    const WHEN: &str =
        "date datetime time timestamp day datum fecha data tarih tarihi дата at on am 日期 日付 日時 ymd";
    let words = words(name);
    let whole = plain(name);
    let ends = ["date", "datum", "tarihi", "日期", "时间", "日付", "日時", "일자", "일시"];
    let last = words.last().is_some_and(|word| WHEN.split(' ').any(|one| one == word));
    let first =
        words.first().is_some_and(|word| "date fecha data дата datum".split(' ').any(|one| one == word));
    (last || first || ends.iter().any(|end| whole.ends_with(end))) && !is_other_date(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_ten_languages_are_known() {
        for (part, name, expected) in [
            (Part::Customer, "Customer ID", Some(0)),
            (Part::Customer, "Kunden-Nr.", Some(1)),
            (Part::Customer, "Numéro de client", Some(1)),
            (Part::Customer, "Müşteri No", Some(1)),
            (Part::Customer, "MÜŞTERİ NO", Some(1)),
            (Part::Customer, "Код клиента", Some(1)),
            (Part::Customer, "顧客番号", Some(1)),
            (Part::Customer, "고객 번호", Some(1)),
            (Part::Customer, "Customer E-mail", Some(MAIL)),
            (Part::Customer, "id", Some(BARE_ID)),
            (Part::Customer, "Order ID", None),
            (Part::Customer, "donor.email", Some(MAIL)),
            (Part::Customer, "customers.id", Some(1)),
            (Part::Customer, "Contact No.", Some(PHONE)),
            (Part::Customer, "注文者メールアドレス", Some(MAIL)),
            (Part::Customer, "注文者氏名", Some(PERSON)),
            // Of a ledger.
            (Part::Customer, "AccountCode", None),
            (Part::Date, "Created date (UTC)", Some(2)),
            (Part::Date, "Sipariş Tarihi", Some(1)),
            (Part::Date, "Data zamówienia", Some(1)),
            (Part::Date, "下单时间", Some(1)),
            (Part::Amount, "N. Revenue", Some(NET)),
            (Part::Amount, "Order Total (inc tax)", Some(1)),
            (Part::Amount, "Amount (EUR)", Some(0)),
            (Part::Amount, "Total $", Some(1)),
            (Part::Amount, "tran_amount", Some(1)),
            (Part::Amount, "Betrag EUR", Some(1)),
            (Part::Amount, "Łączna kwota", Some(1)),
            (Part::Amount, "Сумма заказа, руб.", Some(1)),
            (Part::Amount, "Discount Amount", None),
            (Part::Amount, "Betrag (Netto)", Some(NET)),
            (Part::Amount, "Betrag (Brutto)", Some(GROSS)),
            (Part::Amount, "Montant (€)", Some(1)),
            (Part::Amount, "Gesamtbetrag inkl. MwSt.", Some(1)),
            (Part::Amount, "Totalt inkl. moms", Some(1)),
            (Part::Amount, "Total incl. VAT", Some(1)),
            (Part::Amount, "Toplam (KDV dahil)", Some(1)),
            (Part::Amount, "Tax", None),
            (Part::Customer, "Absender E-Mail-Adresse", Some(MAIL)),
            (Part::Customer, "Karta lojalnościowa", Some(1)),
            (Part::Quantity, "Lineitem quantity", Some(0)),
            (Part::Price, "Birim Fiyatı", Some(0)),
            (Part::Order, "N° commande", Some(0)),
            (Part::Order, "amazon-order-id", Some(0)),
        ] {
            assert_eq!(rank(part, name), expected, "{name}");
        }
        for (name, expected) in
            [("Bestellt am", true), ("Shipped at", false), ("Channel", false), ("Sold Date", true)]
        {
            assert_eq!(is_date(name), expected, "{name}");
        }
    }
}
