//! What the words of a status mean: was this a purchase, was it undone, was it none? In the languages of the exports.

mod words;

use self::words::{CALLED_OFF, CALLING_OFF, NOTHING, PARTS, PHRASES, PURCHASE, REFUSED, SYLLABLES, UNDONE};
use super::likeness::is;
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

/// What a status says.
pub(crate) fn of_status(text: &str) -> Meaning {
    let words = words(text);
    let phrase = words.join(" ");
    if words.iter().any(|word| is_partly(word)) {
        return Meaning::Purchase;
    }
    for (meaning, phrases) in PHRASES {
        if phrases.split(',').any(|one| one.split_whitespace().eq(words.iter().map(String::as_str))) {
            return *meaning;
        }
    }
    let (joined, spaced) = (words.concat(), format!(" {phrase} "));
    for (meaning, parts) in PARTS {
        if parts.split_whitespace().any(|part| joined.contains(part)) {
            return *meaning;
        }
    }
    for (meaning, syllables) in SYLLABLES {
        if syllables.split(',').any(|one| spaced.contains(&format!(" {} ", one.trim()))) {
            return *meaning;
        }
    }
    const NOT: &str =
        "not no non nicht niet nie не nao belum tidak khong chua غير لم לא δεν ikke inte ei ne nu nem नहीं";
    if words.iter().any(|word| NOT.split(' ').any(|not| not == word)) {
        return Meaning::Unknown;
    }
    let any = |list: &'static str| words.iter().any(|word| is(word, list));
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

/// Does a word say that only a part is meant?
fn is_partly(word: &str) -> bool {
    word.starts_with("partial")
        || word.starts_with("teilerstatt")
        || word.starts_with("teilstorn")
        || word.starts_with("parcial")
        || word.starts_with("parzial")
        || matches!(
            word,
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
}

/// Was a part given back?
pub(crate) fn is_partly_undone(text: &str) -> bool {
    let words = words(text);
    words.iter().any(|word| is_partly(word))
        && words
            .iter()
            .any(|word| UNDONE.split_whitespace().any(|one| one == word) || word.starts_with("teilerstatt"))
}

/// Is it of a deal that was won? Then those that were not are none, whatever their stages are called.
pub(crate) fn is_won(text: &str) -> bool {
    const WON: &str = "won closedwon gewonnen gagne gagnee ganado ganada vinto vinta ganho ganha kazanildi wygrana wygrane выиграна выиграно";
    words(text).iter().any(|word| is(word, WON))
}

/// What the state of a delivery says of the purchase: an order that is not on its way yet is one; what was called off or
/// came back is none.
pub(crate) fn of_delivery(text: &str) -> Meaning {
    match of_status(text) {
        Meaning::Nothing if is_called_off(text) => Meaning::Nothing,
        Meaning::Nothing => Meaning::Purchase,
        other => other,
    }
}

/// Is there a word that it was called off?
pub(crate) fn is_called_off(text: &str) -> bool {
    let words = words(text);
    let joined = words.concat();
    const PARTS: &str = "取消 关闭 關閉 キャンセル 취소 ยกเลิก";
    words.iter().any(|word| {
        CALLED_OFF.split_whitespace().any(|one| one == word) || matches!(&**word, "huy" | "batal")
    }) || PARTS.split(' ').any(|part| joined.contains(part))
}

/// Yes or no.
pub(crate) fn truth(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "1" | "ja" | "oui" | "si" | "sí" | "sì" | "sim" | "evet" | "tak"
        | "да" | "истина" | "wahr" | "vrai" | "verdadero" | "是" | "はい" | "예" | "ya" | "có" | "ใช่"
        | "نعم" | "כן" | "ναι" | "так" | "ano" | "igen" | "da" | "kyllä" | "हाँ" | "vero" | "verdadeiro"
        | "済" | "有" | "○" => Some(true),
        "false" | "f" | "no" | "n" | "0" | "nein" | "non" | "não" | "nao" | "nee" | "nie" | "hayır"
        | "нет" | "ложь" | "falsch" | "faux" | "falso" | "none" | "-" | "否" | "いいえ" | "아니오"
        | "tidak" | "không" | "ไม่ใช่" | "ไม่" | "لا" | "לא" | "όχι" | "ні" | "ne" | "nem" | "nu" | "nei"
        | "nej" | "ei" | "नहीं" | "未" | "無" | "无" | "×" => Some(false),
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

    /// A word that is not folded is never found.
    #[test]
    fn all_words_are_small_and_without_accents() {
        let lists = [PURCHASE, UNDONE, CALLED_OFF, CALLING_OFF, REFUSED, NOTHING];
        let words = lists.iter().flat_map(|list| list.split_whitespace());
        let phrases = PHRASES.iter().chain(SYLLABLES).flat_map(|(_, list)| list.split(','));
        let parts = PARTS.iter().flat_map(|(_, list)| list.split_whitespace());
        for text in words.chain(phrases).chain(parts) {
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(fold_words(&text).join(" "), text);
        }
    }

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
            // Further languages, each with what was bought, was not, and came back.
            ("Selesai", Purchase),
            ("Dibatalkan", Nothing),
            ("Belum Bayar", Nothing),
            ("Dana dikembalikan", Undone),
            ("Đã giao", Purchase),
            ("Hoàn thành", Purchase),
            ("Đã hủy", Nothing),
            ("Không thành công", Nothing),
            ("Trả hàng/Hoàn tiền", Undone),
            ("สำเร็จ", Purchase),
            ("ยกเลิกแล้ว", Nothing),
            ("ไม่สำเร็จ", Nothing),
            ("คืนเงินแล้ว", Undone),
            ("مكتمل", Purchase),
            ("تم الدفع", Purchase),
            ("ملغى", Nothing),
            ("غير مدفوع", Nothing),
            ("مسترد", Undone),
            ("שולם", Purchase),
            ("בוטל", Nothing),
            ("הוחזר", Undone),
            ("Ολοκληρώθηκε", Purchase),
            ("Ακυρώθηκε", Nothing),
            ("Επιστροφή χρημάτων", Undone),
            ("Виконано", Purchase),
            ("Скасовано", Nothing),
            ("Повернено", Undone),
            ("सफल", Purchase),
            ("रद्द", Nothing),
            ("धनवापसी", Undone),
            ("Slutförd", Purchase),
            ("Makulerad", Nothing),
            ("Återbetald", Undone),
            ("Gennemført", Purchase),
            ("Annulleret", Nothing),
            ("Kansellert", Nothing),
            ("Refundert", Undone),
            ("Lähetetty", Purchase),
            ("Peruttu", Nothing),
            ("Livrată", Purchase),
            ("Anulată", Nothing),
            ("Rambursat", Undone),
            ("Sikeres", Purchase),
            ("Sikertelen", Nothing),
            ("Visszatérítve", Undone),
            ("Uhrazeno", Purchase),
            ("Zrušeno", Nothing),
            ("Vráceno", Undone),
            ("Isporučeno", Purchase),
            ("Otkazano", Nothing),
            ("배송대기", Purchase),
            ("결제대기", Nothing),
            ("待发货", Purchase),
            ("交易關閉", Nothing),
            ("do_not_honor", Nothing),
            ("submitted_for_settlement", Purchase),
            ("No-show", Nothing),
            ("returning customer", Unknown),
        ] {
            assert_eq!(of_status(text), meaning, "{text}");
        }
        for (text, meaning) in [
            ("unfulfilled", Purchase),
            ("On hold", Purchase),
            ("Pending", Purchase),
            ("Cancelled", Nothing),
            ("Returned", Undone),
        ] {
            assert_eq!(of_delivery(text), meaning, "{text}");
        }
    }
}
