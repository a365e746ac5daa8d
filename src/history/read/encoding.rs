//! In which encoding a text is that is not UTF-8, to say so.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GBK, IBM866, ISO_8859_2, ISO_8859_8, ISO_8859_8_I, KOI8_U, SHIFT_JIS,
    WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1253, WINDOWS_1254, WINDOWS_1255, WINDOWS_1256,
};

/// Encodings of exports that few letters do not tell apart.
const COMMON: [&Encoding; 15] = [
    WINDOWS_1252,
    WINDOWS_1251,
    WINDOWS_1250,
    WINDOWS_1253,
    WINDOWS_1254,
    SHIFT_JIS,
    GBK,
    EUC_KR,
    BIG5,
    EUC_JP,
    KOI8_U,
    IBM866,
    ISO_8859_2,
    WINDOWS_1255,
    WINDOWS_1256,
];

/// What columns of purchases are called where letters are not those of ASCII, in small letters.
const WORDS: &str = "клиент|покупатель|контрагент|заказчик|дата|сумма|цена|стоимость|итого|количество|заказ|\
    выручка|клієнт|сума|顧客|会員|日付|購入|注文|金額|売上|合計|価格|客户|日期|订单|金额|价格|客戶|訂單|고객|날짜|금액|주문|회원|müşteri|\
    sipariş|zákazník|částka|πελάτης|ημερομηνία|ποσό|לקוח|תאריך|סכום|הזמנה|סטטוס|العميل|التاريخ|المبلغ|الطلب|vevő|dátum|összeg|größe|käufer|numéro|montant réglé|município";

/// Lines at the head in which words are looked for.
const HEAD: usize = 5;

/// Are all that is beyond ASCII signs that Western Europe writes beside letters and figures: of money, of numbers, quotation
/// marks? Then other encodings have letters there that would stand alone.
fn has_only_signs(text: &[u8]) -> bool {
    const SIGNS: &[u8] =
        b"\x80\x85\x91\x92\x93\x94\x95\x96\x97\xa0\xa3\xa4\xa5\xa7\xa9\xab\xae\xb0\xb1\xb2\xb3\xb4\xb7\xbb";
    let beside = |at: usize| text.get(at).is_some_and(u8::is_ascii_alphabetic);
    let high = text.iter().enumerate().filter(|(_, byte)| !byte.is_ascii());
    // A letter between letters is one.
    high.clone().all(|(at, byte)| SIGNS.contains(byte) && !(*byte == 0xa3 && beside(at + 1)))
        && high.count() > 0
}

/// The encoding of a text that is not UTF-8: one in which its first lines have words that columns are called by, else
/// what its letters look like.
pub(super) fn found(text: &[u8]) -> &'static Encoding {
    if has_only_signs(text) {
        return WINDOWS_1252;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(text, true);
    // Windows writes Hebrew with signs of its own beside the letters, among them that of the shekel.
    let guess = match detector.guess(None, Utf8Detection::Deny) {
        guess if guess == ISO_8859_8 || guess == ISO_8859_8_I => WINDOWS_1255,
        guess => guess,
    };
    let end = memchr::memchr_iter(b'\n', text).nth(HEAD - 1).unwrap_or(text.len());
    let words = |encoding: &'static Encoding| {
        let (head, errors) = encoding.decode_without_bom_handling(&text[..end]);
        let head = head.to_lowercase();
        if errors { 0 } else { WORDS.split('|').filter(|word| head.contains(word)).count() }
    };
    // Of equals the guess, then the more common one.
    let scored = COMMON.iter().rev().copied().chain([guess]).map(|encoding| (words(encoding), encoding));
    scored.fold((0, guess), |best, next| if next.0 >= best.0 && next.0 > 0 { next } else { best }).1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Own texts, short as headers are.
    #[test]
    fn encodings_are_told_by_few_words() {
        for (encoding, text) in [
            (WINDOWS_1251, "Клиент;Дата;Сумма\n1;01.02.2023;5\n"),
            (KOI8_U, "Клиент;Дата;Сумма\n1;01.02.2023;5\n"),
            (IBM866, "Покупатель;Дата;Сумма\nИванова;01.02.2023;5\n"),
            (SHIFT_JIS, "顧客番号,購入日,金額\n1,2023-01-02,5\n"),
            (WINDOWS_1255, "לקוח,תאריך,סכום\nדנה,02/01/2023,₪5\n"),
            (WINDOWS_1256, "العميل,التاريخ,المبلغ\nأحمد,02/01/2023,5\n"),
            (GBK, "客户,日期,金额\n张三,2023-01-02,5\n"),
            (EUC_KR, "고객,날짜,금액\n1,2023-01-02,5\n"),
            (WINDOWS_1252, "Receipt,Date,Total £\n1,2023-01-02,5\n"),
            (WINDOWS_1252, "Customer,Date,Total\n1,2023-01-02,£ 5.00\n2,2023-01-03,7 €\n"),
            (WINDOWS_1250, "Klient;Data;Kwota\nŁucja Żak;01.02.2023;5 zł\nŁukasz;01.02.2023;5 zł\n"),
            (
                WINDOWS_1252,
                "Kunde;Datum;Betrag\nMüller;01.02.2023;5\nJürgens;01.02.2023;5\nGroß;01.03.2023;5\n",
            ),
        ] {
            let (bytes, ..) = encoding.encode(text);
            assert_eq!(found(&bytes).name(), encoding.name(), "{text}");
        }
    }
}
