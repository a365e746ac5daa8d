//! Why a row cannot be used and how to repair it, in words.

use super::account::Fate;
use super::clean::{Cells, Rules};
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
    rules: &Rules,
    style: NumberStyle,
    cells: &impl Cells,
) -> (Fate, String, String, String) {
    let names = &rules.names;
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
pub(super) fn looks_like(rules: &Rules, style: NumberStyle, cells: &impl Cells) -> Option<f64> {
    let amount = amounts::looks_like(&cells.amount(), style.point)?;
    let quantity = match &rules.names.quantity {
        Some(_) => amounts::looks_like(&cells.quantity(), style.point)?,
        None => 1.0,
    };
    Some(amount * quantity).filter(|size| size.abs() <= amounts::LARGEST)
}

/// Is it the word in front of a sum, as reports have it in their last line?
pub(super) fn is_total(text: &str) -> bool {
    const WORDS: &str = "total totals grandtotal subtotal sum sums overall gesamt gesamtsumme summe zwischensumme insgesamt totale \
        totaal totalt suma somme totalgénéral итого всего 合計 総計";
    let bare: String = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    !bare.is_empty() && likeness::is(&bare, WORDS)
}

/// What a line may be that is no purchase at all, by its id and date as they are written.
pub(super) fn no_row(rules: &Rules, id: &str, date: &str) -> Option<&'static str> {
    let named = |text: &str, name: &str| text.trim().eq_ignore_ascii_case(name.trim());
    if named(date, &rules.names.date) && (id.is_empty() || named(id, &rules.names.id)) {
        return Some("this is the header once more, in the middle of the file: remove the line");
    }
    (is_total(id) || is_total(date))
        .then_some("this looks like a line of totals, not like a purchase: remove it")
}
