//! Signs and codes of currencies, as they stand beside amounts.

/// Codes of ISO 4217 in use, and a few that exports still have.
const CODES: &str = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLF \
    CLP CNH CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS \
    INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK \
    MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP \
    STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWL";

/// Signs and short names, folded, and the codes that they can mean; the first one where nothing else is said.
const SIGNS: [(&str, &str); 87] = [
    ("$", "USD CAD AUD NZD MXN SGD HKD TWD ARS CLP COP BRL"),
    ("us$", "USD"),
    ("u$s", "USD"),
    ("a$", "AUD"),
    ("au$", "AUD"),
    ("c$", "CAD"),
    ("ca$", "CAD"),
    ("can$", "CAD"),
    ("nz$", "NZD"),
    ("hk$", "HKD"),
    ("s$", "SGD"),
    ("mx$", "MXN"),
    ("mex$", "MXN"),
    ("nt$", "TWD"),
    ("ar$", "ARS"),
    ("r$", "BRL"),
    ("€", "EUR"),
    ("euro", "EUR"),
    ("euros", "EUR"),
    ("£", "GBP"),
    ("￡", "GBP"),
    ("¥", "JPY CNY"),
    // As Shift_JIS and EUC-KR have it where ASCII has this sign.
    ("\\", "JPY KRW"),
    ("￥", "JPY CNY"),
    ("円", "JPY"),
    ("元", "CNY TWD"),
    ("cn¥", "CNY"),
    ("rmb", "CNY"),
    ("₩", "KRW"),
    ("￦", "KRW"),
    ("원", "KRW"),
    ("₹", "INR"),
    ("rs", "INR PKR LKR NPR MUR"),
    ("rs.", "INR PKR LKR NPR MUR"),
    ("₽", "RUB"),
    ("руб", "RUB"),
    ("руб.", "RUB"),
    ("р.", "RUB"),
    ("р", "RUB"),
    ("₺", "TRY"),
    ("tl", "TRY"),
    ("₴", "UAH"),
    ("грн", "UAH"),
    ("грн.", "UAH"),
    ("₪", "ILS"),
    ("₫", "VND"),
    ("đ", "VND"),
    ("฿", "THB"),
    ("₦", "NGN"),
    ("₱", "PHP"),
    ("₸", "KZT"),
    ("₼", "AZN"),
    ("₾", "GEL"),
    ("₡", "CRC"),
    ("kr", "SEK NOK DKK ISK"),
    ("kr.", "SEK NOK DKK ISK"),
    ("zł", "PLN"),
    ("zl", "PLN"),
    ("kč", "CZK"),
    ("kc", "CZK"),
    ("ft", "HUF"),
    ("lei", "RON MDL"),
    ("лв", "BGN"),
    ("лв.", "BGN"),
    ("fr.", "CHF"),
    ("sfr.", "CHF"),
    ("rp", "IDR"),
    ("rm", "MYR"),
    ("r", "ZAR"),
    ("dollar", "USD CAD AUD NZD"),
    ("dollars", "USD CAD AUD NZD"),
    ("pounds", "GBP"),
    ("reais", "BRL"),
    ("real", "BRL"),
    ("pesos", "MXN ARS CLP COP UYU"),
    ("lira", "TRY"),
    ("kronor", "SEK"),
    ("kroner", "NOK DKK"),
    ("złotych", "PLN"),
    ("рублей", "RUB"),
    ("yen", "JPY"),
    ("yuan", "CNY"),
    ("won", "KRW"),
    ("rupees", "INR PKR LKR NPR"),
    ("rupiah", "IDR"),
    ("франков", "CHF"),
    ("franken", "CHF"),
];

/// The currencies that a sign or code can mean, the likeliest first; `None` if it is none.
fn meanings(text: &str) -> Option<&'static str> {
    let text = text.trim();
    let code = |code: &&str| code.eq_ignore_ascii_case(text);
    if text.len() == 3
        && let Some(code) = CODES.split_whitespace().find(code)
    {
        return Some(code);
    }
    let lower = text.to_lowercase();
    SIGNS.iter().find(|(sign, _)| *sign == lower).map(|(_, codes)| *codes)
}

/// Is it the sign or code of a currency?
pub(crate) fn is_currency(text: &str) -> bool {
    meanings(text).is_some()
}

/// The same name for the same currency: its code, by its likeliest meaning; other names as they are.
pub(crate) fn canonical(text: &str) -> String {
    let known = meanings(text).and_then(|codes| codes.split(' ').next());
    known.map_or_else(|| text.trim().to_owned(), str::to_owned)
}

/// Can the sign, code or name mean the currency that was asked for?
pub(crate) fn can_mean(text: &str, asked: &str) -> bool {
    let asked = canonical(asked);
    match meanings(text) {
        Some(codes) => codes.split(' ').any(|code| code == asked),
        None => text.trim().eq_ignore_ascii_case(&asked),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_and_codes_mean_currencies() {
        for (text, asked) in [
            ("$", "USD"),
            ("$", "CAD"),
            ("US$", "usd"),
            ("€", "EUR"),
            ("eur", "€"),
            ("kr.", "SEK"),
            ("kr", "NOK"),
            ("￥", "JPY"),
            ("TL", "TRY"),
            ("points", "Points"),
        ] {
            assert!(can_mean(text, asked), "{text} {asked}");
        }
        assert!(!can_mean("$", "EUR") && !can_mean("CAD", "USD") && !is_currency("pcs") && !is_currency(""));
        assert_eq!(
            (canonical("€"), canonical("$"), canonical("Points")),
            ("EUR".into(), "USD".into(), "Points".into())
        );
    }
}
