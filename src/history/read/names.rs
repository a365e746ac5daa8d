//! Well-known column names, by role. A name that can mean two things belongs to no list or to both, so
//! that it is asked about rather than guessed.

use super::likeness::is;
use super::vocabulary::{self, Part, fold_words};
use crate::history::PURCHASE_TIMES;

/// Would a column of this name be taken for something else when a summary is read?
pub(crate) fn is_of_summary(name: &str) -> bool {
    let name = normalise(name);
    let roles =
        [&FREQUENCY, &RECENCY, &AGE, &MONETARY, &LOG_GAPS, &TIMES, &UNIT, &OBSERVED_UNTIL, &GRAIN, &DATE];
    name == ID.names[0] || roles.iter().any(|role| role.names.contains(&&*name))
}

/// Letters that tell names apart.
pub(crate) fn normalise(name: &str) -> String {
    let kept = name.chars().filter(|c| !matches!(c, ' ' | '_' | '-' | '.' | '\u{a0}'));
    kept.flat_map(char::to_lowercase).collect()
}

/// Is it what clv itself calls the customer's id?
pub(crate) fn is_standard_id(name: &str) -> bool {
    normalise(name) == ID.names[0]
}

/// Well-known names of a role, the standard one first, all normalised.
pub(super) struct Role {
    /// The standard name, as messages give it.
    pub standard: &'static str,
    /// The flag that names the column.
    pub flag: &'static str,
    /// Names that are taken for it.
    pub names: &'static [&'static str],
}

pub(super) const ID: Role = Role {
    standard: "customer_id",
    flag: "--id",
    names: &[
        "customerid",
        "customer",
        "customerno",
        "customernumber",
        "customerkey",
        "customercode",
        "customeruniqueid",
        "custid",
        "cust",
        "custno",
        "clientid",
        "client",
        "userid",
        "user",
        "memberid",
        "member",
        "accountid",
        "buyerid",
        "buyer",
        "shopperid",
        "householdid",
        "visitorid",
        "contactid",
        "subscriberid",
        "id",
    ],
};

pub(super) const DATE: Role = Role {
    standard: "date",
    flag: "--date",
    names: &[
        "date",
        "orderdate",
        "invoicedate",
        "transactiondate",
        "purchasedate",
        "saledate",
        "salesdate",
        "paymentdate",
        "datetime",
        "orderdatetime",
        "invoicedatetime",
        "transactiondatetime",
        "purchasedatetime",
        "timestamp",
        "ordertimestamp",
        "transactiontimestamp",
        "purchasetimestamp",
        "orderpurchasetimestamp",
        "orderedat",
        "purchasedat",
        "createdat",
        "ordertime",
        "transactiontime",
        "purchasetime",
        "eventtime",
        "time",
        "day",
    ],
};

pub(super) const AMOUNT: Role = Role {
    standard: "amount",
    flag: "--amount",
    names: &[
        "amount",
        "revenue",
        "sales",
        "total",
        "value",
        "price",
        "spend",
        "spent",
        "turnover",
        "gmv",
        "netsales",
        "saleamount",
        "salesamount",
        "salesvalue",
        "orderamount",
        "ordertotal",
        "ordervalue",
        "orderrevenue",
        "invoiceamount",
        "invoicetotal",
        "transactionamount",
        "transactionvalue",
        "purchaseamount",
        "purchasevalue",
        "totalamount",
        "totalprice",
        "totalsales",
        "totalrevenue",
        "totalvalue",
        "totalspend",
        "paymentamount",
        "paymentvalue",
        "netamount",
        "grossamount",
        "linetotal",
        "subtotal",
        "amountspent",
        "monetaryvalue",
    ],
};

pub(super) const QUANTITY: Role = Role {
    standard: "quantity",
    flag: "--quantity",
    names: &["quantity", "qty", "units", "quantityordered"],
};

pub(super) const PRICE: Role = Role {
    standard: "unit_price",
    flag: "--price",
    names: &["unitprice", "price", "priceeach", "itemprice", "unitcost", "priceperunit"],
};

/// Prices that are those of one piece in some exports and those of a whole line in others.
const PRICE_OF_EITHER: [&str; 1] = ["itemprice"];

/// Is there a word for a price in a name?
pub(super) fn is_price(name: &str) -> bool {
    const PRICE: &str = "preis price prices prix prezzo cena precio preco prijs fiyat fiyati unit each piece stuck unitaire unitario";
    fold_words(name).iter().any(|word| is(word, PRICE) || word.ends_with("preis") || word.ends_with("prijs"))
}

/// May a price by its name be that of one piece or of the whole line: because the name is used for both, or since all it says
/// is that taxes are in it or not?
pub(super) fn is_price_of_either(name: &str) -> bool {
    const TAXED: &str =
        "brutto netto gross net lordo bruto incl inc including excl ex excluding ttc ht con sin";
    const PRICE: &str =
        "prices preis bruttopreis nettopreis brutopreis price prix prezzo cena precio preco prijs brutoprijs";
    let words = fold_words(name);
    let has = |list: &'static str| words.iter().any(|word| is(word, list));
    let compound = words.iter().any(|word| matches!(&**word, "bruttopreis" | "nettopreis" | "brutoprijs"));
    let unknown = has(PRICE) && vocabulary::rank(Part::Price, name).is_none();
    PRICE_OF_EITHER.contains(&normalise(name).as_str()) || compound || unknown || (has(TAXED) && has(PRICE))
}

/// Does the name speak of what a line comes to, rather than of one piece?
pub(super) fn is_total(name: &str) -> bool {
    const SUMS: [&str; 10] =
        ["total", "amount", "revenue", "sales", "gross", "net", "turnover", "value", "paid", "charged"];
    const PIECES: [&str; 9] = ["unit", "each", "price", "cost", "per", "tax", "discount", "rate", "weight"];
    let name = normalise(name);
    SUMS.iter().any(|word| name.contains(word)) && !PIECES.iter().any(|word| name.contains(word))
}

pub(super) const FREQUENCY: Role = Role { standard: "frequency", flag: "", names: &["frequency"] };
pub(super) const RECENCY: Role = Role { standard: "recency", flag: "", names: &["recency"] };
pub(super) const AGE: Role = Role { standard: "T", flag: "", names: &["t"] };
pub(super) const MONETARY: Role =
    Role { standard: "monetary_value", flag: "--amount", names: &["monetaryvalue", "monetary"] };
pub(super) const LOG_GAPS: Role = Role { standard: "log_gaps", flag: "", names: &["loggaps", "litt"] };
pub(super) const TIMES: Role = Role { standard: PURCHASE_TIMES, flag: "", names: &["purchasetimes"] };
pub(super) const UNIT: Role = Role { standard: "unit", flag: "--unit", names: &["unit"] };
pub(super) const OBSERVED_UNTIL: Role =
    Role { standard: "observed_until", flag: "--observed-until", names: &["observeduntil"] };
pub(super) const GRAIN: Role = Role { standard: "grain", flag: "--grain", names: &["grain"] };

/// What columns of contracts may be called: periods, customers, the beginning and the end.
pub(crate) const CONTRACT_PERIOD: [&str; 4] = ["period", "periods", "age", "tenure"];
pub(crate) const CONTRACT_COUNT: [&str; 5] = ["customers", "survivors", "active", "alive", "count"];
pub(crate) const CONTRACT_START: [&str; 5] = ["start", "start_date", "started", "signup_date", "begin"];
pub(crate) const CONTRACT_END: [&str; 5] = ["end", "end_date", "ended", "cancel_date", "churn_date"];

/// The column of the beginning of a contract.
pub(crate) fn contract_start(columns: &[String]) -> Option<usize> {
    let plain = |name: &str| name.replace([' ', '_', '-'], "").to_lowercase();
    columns.iter().position(|column| CONTRACT_START.iter().any(|name| plain(name) == plain(column)))
}

/// Are these the columns of a retention table, or of contracts by date?
pub(crate) fn looks_like_contracts(columns: &[String]) -> bool {
    let plain = |name: &str| name.replace([' ', '_', '-'], "").to_lowercase();
    let has =
        |names: &[&str]| columns.iter().any(|column| names.iter().any(|name| plain(name) == plain(column)));
    has(&CONTRACT_PERIOD) && has(&CONTRACT_COUNT) || has(&CONTRACT_START) && has(&CONTRACT_END)
}
