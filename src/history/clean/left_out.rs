//! Rows that are no purchase: counted by what they are, with the reason and the repair of those that are bad.

use super::{Cells, Cleaner, Id};
use crate::base::{BadRow, Error, Place};
use crate::history::account::Fate;
use crate::history::explain::{
    explain_amount, explain_range, explain_shape, is_foot, is_no_row, looks_like, says_total,
};
use crate::history::options::Returns;
use crate::history::read::amounts;
use crate::history::read::calendar::Moment;
use crate::history::read::dates::{DateRule, Shape};
use crate::history::read::totals::{self, Above, MISSING_ID, Sum};
use crate::history::tally::LISTED;

impl Cleaner<'_> {
    /// Counts a row that is not passed on.
    pub fn count(&mut self, fate: Fate, amount: Option<f64>) {
        let entry = &mut self.tally.fates[fate as usize];
        entry.0 += 1;
        if let Some(amount) =
            amount.filter(|amount| self.rules.has_amount && amount.abs() <= amounts::LARGEST)
        {
            entry.1.add(amount);
            entry.2 += 1;
        }
    }

    /// Counts a row that cannot even be taken apart.
    pub fn rows_bad(&mut self, fate: Fate, place: impl FnOnce() -> Place, problem: String) {
        self.tally.rows += 1;
        self.bad(fate, None, place, problem);
    }

    /// Counts a bad row and keeps it for the message.
    pub fn bad(
        &mut self,
        fate: Fate,
        amount: Option<f64>,
        place: impl FnOnce() -> Place,
        problem: impl Into<String>,
    ) {
        self.count(fate, amount);
        if self.tally.bad.len() < LISTED {
            self.tally.bad.push((fate, BadRow { place: place(), problem: problem.into() }));
        }
    }

    /// Can a row without a customer and a date be the sum of those above?
    fn may_be_sum(&self) -> bool {
        self.rules.has_amount && self.tally.sums.len() < totals::MOST
    }

    #[cold]
    pub(super) fn leave_out(
        &mut self,
        id: Id,
        date: Option<Moment>,
        amount: Option<f64>,
        cells: &impl Cells,
    ) {
        let rules = self.rules;
        let names = self.names;
        let at = |column: &str, value: String| cells.place().at(column, value);
        if let Id::Text(id) = id
            && std::str::from_utf8(id).unwrap_or_default().trim().is_empty()
        {
            let text = cells.date();
            let dateless = date.is_none() && text.trim().is_empty();
            let total = || dateless && says_total(&cells.all());
            let foot =
                || rules.has_amount && dateless && cells.amount().trim().is_empty() && is_foot(&cells.all());
            if is_no_row(names, rules.has_amount, "", &text, &cells.amount()) || total() || foot() {
                return self.count(Fate::NoRow, None);
            }
            if let Some(amount) = amount.filter(|_| dateless && self.may_be_sum()) {
                let place = at(&names.id, String::from_utf8_lossy(id).into_owned());
                let above = Above::of(&self.tally, &self.amounts);
                let above = Above { rows: above.rows - 1, ..above };
                return self.tally.sums.push(Sum { place, amount, above });
            }
            let problem = MISSING_ID;
            let value = String::from_utf8_lossy(id).into_owned();
            return self.bad(Fate::MissingId, amount, || at(&names.id, value), problem);
        }
        let Some(moment) = date else {
            let text = cells.date();
            let id = if let Id::Text(id) = id { String::from_utf8_lossy(id) } else { "".into() };
            if is_no_row(names, rules.has_amount, id.trim(), &text, &cells.amount()) {
                return self.count(Fate::NoRow, None);
            }
            let (fate, problem) = self.explain_date(text.trim(), cells);
            return self.bad(fate, amount, || at(&names.date, text), problem);
        };
        if moment.day < rules.from || moment.day > rules.until {
            let (fate, problem) = explain_range(rules, &self.writing.date, moment);
            return self.bad(fate, amount, || at(&names.date, cells.date()), problem);
        }
        let Some(value) = amount.filter(|amount| amount.abs() <= amounts::LARGEST) else {
            let (fate, column, text, problem) = explain_amount(names, self.writing.number, cells);
            looks_like(names, self.writing.number, cells)
                .into_iter()
                .for_each(|amount| self.tally.unread.see(amount));
            return self.bad(fate, None, || at(&column, text), problem);
        };
        if value.is_sign_negative() && rules.returns == Returns::Reject {
            let problem = "a negative amount (--returns net or drop says what to do with returns)";
            return self.bad(Fate::NegativeAmount, amount, || at(&names.amount, cells.amount()), problem);
        }
        let fate = match moment.day > rules.observed_until {
            true => Fate::AfterObservedUntil,
            false if value == 0.0 => Fate::ReturnOfNothing,
            false => Fate::ReturnDropped,
        };
        self.count(fate, amount);
    }

    /// Why a date cannot be read; a value that speaks against the whole column is fatal.
    fn explain_date(&mut self, text: &str, cells: &impl Cells) -> (Fate, String) {
        let shape = Shape::of(text.as_bytes());
        let style = &self.writing.date;
        let rule = &style.rule;
        if shape == Shape::Blank {
            return (Fate::MissingDate, "the date is empty (missing)".into());
        }
        if let Some(day_first) = style.proves_other_order(text.as_bytes()) {
            let place = cells.place().at(&self.names.date, text);
            self.tally.orders[usize::from(day_first)].get_or_insert(place);
        }
        if *rule == DateRule::Compact && matches!(shape, Shape::Number) && self.tally.fatal.is_none() {
            let message = "not all numbers of this column are dates YYYYMMDD, so none is taken for one: say how dates are \
                           written with --date-format (unix, unix-ms, excel, or '%Y%m%d' to have other numbers reported as bad rows)";
            let place = cells.place().at(&self.names.date, text);
            self.tally.fatal = Some(Error::input(place, message).into());
        }
        (Fate::UnreadableDate, explain_shape(rule, shape))
    }
}
