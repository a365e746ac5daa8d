//! Why a row cannot be used and how to repair it, in words.

use super::account::Fate;
use super::clean::{Cells, Names, Rules};
use super::read::amounts::spelled::NumberStyle;
use super::read::calendar::{Moment, date_of_day};
use super::read::dates::{DateRule, DateStyle, Shape};
use super::read::{amounts, likeness};

pub(super) fn explain_shape(rule: &DateRule, shape: Shape) -> String {
    let written = rule.describe();
    match (shape, rule) {
        (_, DateRule::Strftime(..) | DateRule::Unix(_) | DateRule::Excel) => {
            format!("not a date of the form {written}")
        }
        (Shape::DayMonth { sign, .. }, DateRule::DayMonth { sign: same, .. }) if sign == *same => {
            format!("no such day when read as {written}, as other dates of this column have to be")
        }
        (Shape::YearFirst(sign), DateRule::YearFirst(same)) if sign == *same => {
            "no such day in the calendar".into()
        }
        (Shape::Month, _) => {
            format!("a month without a day; the other dates are {written}")
        }
        (Shape::Other, DateRule::Free) => {
            format!("not read as a date; the others are {written} (--date-format sets another form)")
        }
        (Shape::Other, _) => {
            format!("not a date of the form {written}, as the others are (--date-format sets another form)")
        }
        _ => format!(
            "written in another format than the others, which are {written}: write all dates in one format \
             (YYYY-MM-DD is never misread)"
        ),
    }
}

pub(super) fn explain_range(rules: &Rules, style: &DateStyle, moment: Moment) -> (Fate, String) {
    if moment.day < rules.from {
        let from = date_of_day(rules.from);
        // Their years go on from the year 622, counted by the moon or by the sun.
        if (1300..1500).contains(&date_of_day(moment.day).year()) {
            let problem = "a year of the Islamic (1445) or the Persian (1403) calendar: write dates in common years (2024) first";
            return (Fate::DateTooEarly, problem.to_owned());
        }
        return (
            Fate::DateTooEarly,
            format!("the date is before {from}: a typo? (--dates-from DATE allows earlier dates)"),
        );
    }
    let problem = match rules.until_given {
        true => {
            format!("the date is after {}, the latest that --dates-until allows", date_of_day(rules.until))
        }
        false => {
            "the date is in the future, after today: a typo? (--dates-until DATE allows later dates)".into()
        }
    };
    let hint = match style.rule {
        DateRule::Unix(1.0) => "; if these are milliseconds use --date-format unix-ms",
        _ => "",
    };
    (Fate::DateTooLate, problem + hint)
}

pub(super) fn explain_amount(
    names: &Names,
    style: NumberStyle,
    cells: &impl Cells,
) -> (Fate, String, String, String) {
    let quantity = names.quantity.as_ref().map(|name| (name, cells.quantity()));
    let readable = |text: &str| style.read(text.trim().as_bytes()).is_some();
    let (column, text) = match quantity {
        Some((name, text)) if !readable(&text) => (name.clone(), text),
        _ => (names.amount.clone(), cells.amount()),
    };
    let trimmed = text.trim();
    if trimmed.is_empty() {
        let problem = "the amount is empty (missing; it is not taken for 0)";
        return (Fate::MissingAmount, column, text, problem.into());
    }
    let problem = match (readable(&text), names.quantity.is_some()) {
        (true, true) => "quantity x price is too large, or both are negative".into(),
        _ => amounts::explain(trimmed, style.point == b','),
    };
    (Fate::UnusableAmount, column, text, problem)
}

/// What an amount looks like that cannot be read as it is written.
pub(super) fn looks_like(names: &Names, style: NumberStyle, cells: &impl Cells) -> Option<f64> {
    let amount = amounts::looks_like(&cells.amount(), style.point)?;
    let quantity = match &names.quantity {
        Some(_) => amounts::looks_like(&cells.quantity(), style.point)?,
        None => 1.0,
    };
    Some(amount * quantity).filter(|size| size.abs() <= amounts::LARGEST)
}

/// Does a row that has neither a customer nor a date say in one of its cells that it is a sum?
pub(super) fn says_total(cells: &[String]) -> bool {
    let words = |text: &str| text.chars().any(char::is_alphabetic);
    let mut texts = cells.iter().map(|text| text.trim()).filter(|text| words(text));
    // A word behind it says what of: "Total January".
    let first_word = |text: &str| text.split_whitespace().next().is_some_and(is_total);
    texts.clone().any(is_total) || (texts.clone().count() == 1 && texts.all(first_word))
}

/// Is a row without customer, date and amount what some programs write below a table: one or two cells of many (`437 record(s)
/// downloaded`)?
pub(super) fn is_foot(cells: &[String]) -> bool {
    const COLUMNS: usize = 5;
    const FILLED: usize = 2;
    let filled = cells.iter().filter(|text| !text.trim().is_empty()).count();
    cells.len() >= COLUMNS && filled <= FILLED
}

/// Is it the word in front of a sum, as reports have it in their last line?
pub(crate) fn is_total(text: &str) -> bool {
    const WORDS: &str = "total totals grandtotal grandtotals subtotal subtotals sum sums overall totalresult runningtotal reporttotal \
        gesamt gesamtsumme summe summen zwischensumme insgesamt gesamtergebnis gesamtbetrag endsumme totalsumme \
        totale totali totalegenerale totalecomplessivo subtotale totaal eindtotaal subtotaal totalt summa delsumma ialt yhteensä \
        suma sumatotal totalgeneral totalgeral totalgénéral totalgeneral soustotal totaux somme sommes ensemble soma subtotal \
        toplam geneltoplam aratoplam toplamlar итого всего итог итоги промежуточныйитог общийитог 合計 総計 小計 总计 合计 小计 總計 總計 \
        합계 총계 소계 razem sumarazem sumakońcowa sumaczęściowa ogółem łącznie podsumowanie celkem součet mezisoučet celkovýsoučet \
        összesen végösszeg összesítés сума разом усього σύνολο totalgenerala totalgenerală ukupno skupaj";
    let bare: String = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    !bare.is_empty() && likeness::is(&bare, WORDS)
}

/// Is a line no row at all, by its id, date and amount as they are written: the header once more, a line of totals, a rule
/// between them, a remark?
pub(super) fn is_no_row(names: &Names, has_amount: bool, id: &str, date: &str, amount: &str) -> bool {
    let named = |text: &str, name: &str| text.trim().eq_ignore_ascii_case(name.trim());
    let header = named(date, &names.date) && (id.is_empty() || named(id, &names.id));
    header || is_total(id) || is_total(date) || is_rule(&[id, date, amount]) || {
        let (dateless, moneyless) = (date.trim().is_empty(), amount.trim().is_empty());
        // Words behind it say what of: "Subtotal January".
        let sum =
            dateless && !moneyless && (id.split_whitespace().next().is_some_and(is_total) || is_of_all(id));
        has_amount && (sum || (dateless && moneyless && is_remark(id)))
    }
}

/// Is it the word for another figure of all rows, which reports have below a sum?
fn is_of_all(text: &str) -> bool {
    const WORDS: &str = "average avg mean median count rowcount recordcount durchschnitt mittelwert anzahl moyenne nombre promedio recuento cuenta \
        media conteggio contagem ortalama sayı adet gemiddelde gemiddeld aantal średnia liczba среднее количество 平均 件数 数量 計数 计数 \
        平均值 個数 평균 개수 건수 medel medelvärde antal gennemsnit gjennomsnitt keskiarvo průměr počet átlag darab";
    let bare: String = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    !bare.is_empty() && likeness::is(&bare, WORDS)
}

/// Is a line that is not as wide as the others no row: by its fields, as far as they have something in them.
pub(super) fn is_beside_rows(fields: &[&str]) -> bool {
    match fields {
        [] => false,
        [first, ..] if is_total(first) => true,
        [one] => is_remark(one) || is_rule(fields),
        _ => is_rule(fields),
    }
}

/// What stands alone in a line and is no id: a sentence of at least three words, the number of a page, how many rows there
/// were, anything between lines drawn with signs.
fn is_remark(text: &str) -> bool {
    const PAGES: &str = "page seite página pagina pag strona sayfa страница стр ページ 页 頁 페이지 rows row zeilen lignes filas";
    let text = text.trim();
    let within = |from: &str, to: &str| text.len() > 6 && text.starts_with(from) && text.ends_with(to);
    if within("(", ")") || ["--", "==", "**", "__"].iter().any(|sign| within(sign, sign)) {
        return true;
    }
    let words = || text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric));
    let numbered = || {
        let number = |word: &str| word.chars().all(|c| c.is_ascii_digit() || "/.:".contains(c));
        let page = |word: &str| likeness::is(&word.to_lowercase(), PAGES);
        words().any(number) && words().all(|word| number(word) || page(word.trim_matches(['.', ':'])))
    };
    words().count() >= 3 || (words().count() == 2 && numbered())
}

/// Nothing but lines drawn with signs.
pub(super) fn is_rule(fields: &[&str]) -> bool {
    let drawn = |text: &str| text.chars().all(|c| "-=_*+#|~ \u{2500}\u{2550}".contains(c));
    fields.iter().all(|text| drawn(text))
        && fields.iter().map(|text| text.trim().len()).max().unwrap_or(0) >= 3
}
