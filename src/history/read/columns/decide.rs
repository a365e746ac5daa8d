//! Which columns decide whether a row is a purchase: those that the caller names, and a status whose words are known.

use super::super::evidence::{Evidence, Sample};
use super::super::likeness::{self, Watch};
use super::super::screen::{Screen, Use};
use super::super::status::{self, Meaning};
use super::choose::sample;
use super::{AmountColumns, LogColumns, Table};
use crate::base::Result;
use crate::history::options::LogOptions;

/// How many such columns of a table are used, at most.
const COLUMNS: usize = 8;
/// A status has few different words.
const WORDS: usize = 40;
/// A column with an entry in more rows than this share says nothing by having one.
const HALF: f64 = 0.5;
/// This share of a column's entries must be numbers.
const MOST: f64 = 0.9;

impl Table<'_> {
    /// Fills in which columns decide, and which is taken off the amount.
    pub(super) fn decide(
        &self,
        options: &LogOptions,
        evidence: &mut Option<&mut Evidence>,
        columns: &mut LogColumns,
    ) -> Result<()> {
        // What is left out by --except goes beside what a column says by itself, what is used by --only in its place.
        let mut used = columns.used();
        for (flag, wanted, by) in [
            ("--only", &options.only, Use::Only as fn(Vec<String>) -> Use),
            ("--except", &options.except, Use::Except),
        ] {
            for one in wanted {
                let column = self.named(flag, &one.column)?;
                columns.screens.push(Screen { column, by: by(one.values.clone()) });
                if flag == "--only" {
                    used.push(column);
                }
            }
        }
        let watched = |index: &usize| !used.contains(index) && likeness::watch(&self.names[*index]).is_some();
        let free: Vec<usize> = (0..self.names.len()).filter(watched).take(COLUMNS).collect();
        if free.is_empty() {
            return Ok(());
        }
        let money = match columns.amount {
            AmountColumns::One(one) | AmountColumns::Product { quantity: one, .. } => Some(one),
            AmountColumns::None => None,
        };
        let wanted: Vec<usize> = free.iter().copied().chain(money).collect();
        let Some(sample) = sample(evidence, &wanted)? else { return Ok(()) };
        let returns = money.is_some_and(|index| sample.column(index).iter().any(|value| is_negative(value)));
        if let AmountColumns::One(amount) = columns.amount {
            columns.refund = self.refund(&free, amount, &sample);
        }
        let taken = columns.refund;
        let screen = |&index: &usize| {
            let by = self.use_of(index, taken, returns, &sample)?;
            Some(Screen { column: index, by })
        };
        columns.screens.extend(free.iter().filter(|index| Some(**index) != taken).filter_map(screen));
        Ok(())
    }

    /// The column of what was paid back: that of the amount's own name, else the first.
    fn refund(&self, free: &[usize], amount: usize, sample: &Sample) -> Option<usize> {
        let sums = |index: &&usize| {
            likeness::watch(&self.names[**index]) == Some(Watch::Undone)
                && likeness::is_refund(&self.names[**index])
                && is_sum(sample.column(**index), &self.names[**index])
        };
        let own = likeness::words(&self.names[amount]);
        let shared = |index: usize| {
            let words = likeness::words(&self.names[index]);
            words.iter().filter(|word| own.contains(word)).count() as i64 * 2 - words.len() as i64
        };
        let mut best: Option<(i64, usize)> = None;
        for &index in free.iter().filter(sums) {
            let score = shared(index);
            if best.is_none_or(|(most, _)| score > most) {
                best = Some((score, index));
            }
        }
        best.map(|(_, index)| index)
    }

    /// How a column decides; `None` if its first values do not show that it does.
    fn use_of(&self, index: usize, refund: Option<usize>, returns: bool, sample: &Sample) -> Option<Use> {
        let values = sample.column(index);
        let fill = sample.fill(index);
        let name = &self.names[index];
        let has = |meaning: Meaning, of: fn(&str) -> Meaning| {
            fill.distinct <= WORDS && values.iter().any(|value| of(value) == meaning)
        };
        let flags =
            || values.iter().filter(|value| !value.is_empty()).all(|value| status::truth(value).is_some());
        match likeness::watch(name)? {
            Watch::Status => has(Meaning::Purchase, status::of_status).then_some(Use::Status { returns }),
            Watch::Kind => has(Meaning::Purchase, status::of_kind).then_some(Use::Kind),
            Watch::Done => {
                let some = values.iter().any(|value| status::truth(value) == Some(true));
                (fill.filled > 0 && flags() && some).then_some(Use::Done)
            }
            Watch::Undone if refund.is_some() && likeness::is_refund(name) => None,
            Watch::Undone if fill.filled > 0 && flags() => {
                values.iter().any(|value| status::truth(value) == Some(false)).then_some(Use::Undone)
            }
            Watch::Undone => {
                let dated = values.iter().filter(|value| !value.is_empty()).all(|value| is_dated(value));
                let when = likeness::is_when(name);
                (when && dated && !likeness::is_refund(name) && !fill.is_in(HALF)).then_some(Use::Entry)
            }
            Watch::Currency => None,
        }
    }
}

/// Is it a negative number?
fn is_negative(text: &str) -> bool {
    text.starts_with(['-', '(', '−']) || text.ends_with('-')
}

/// Does it look like a date?
fn is_dated(text: &str) -> bool {
    text.bytes().filter(u8::is_ascii_digit).count() >= 4
}

/// Are these amounts?
fn is_sum(values: &[Box<str>], name: &str) -> bool {
    let filled: Vec<&str> = values.iter().map(|value| &**value).filter(|value| !value.is_empty()).collect();
    let number = |text: &&&str| {
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        digits > 0
            && !is_date_like(text)
            && text.chars().all(|c| !c.is_alphabetic() || !c.is_ascii() || c.is_ascii_uppercase())
    };
    if likeness::is_when(name) || likeness::is_count(name) {
        return false;
    }
    let numbers = filled.iter().filter(number).count();
    let more_than_flags = filled.iter().any(|value| status::truth(value).is_none());
    !filled.is_empty() && numbers as f64 >= MOST * filled.len() as f64 && more_than_flags
}

fn is_date_like(text: &str) -> bool {
    text.contains(':') || text.contains('/') || text.trim_start_matches('-').matches('-').count() >= 2
}
