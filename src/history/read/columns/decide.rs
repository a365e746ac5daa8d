//! Which columns decide whether a row is a purchase: those that the caller names, and a status whose words are known.

use super::super::amounts::spelled::NumberStyle;
use super::super::evidence::{Evidence, Sample};
use super::super::flags;
use super::super::kind::{self, Beside};
use super::super::likeness::{self, Watch};
use super::super::screen::{self, Screen, Use};
use super::super::status::{self, Meaning};
use super::super::vocabulary::{self, Part};
use super::super::watched;
use super::choose::sample;
use super::{AmountColumns, LogColumns, Table};
use crate::base::Result;
use crate::history::options::LogOptions;
use rustc_hash::FxHashSet;

/// How many such columns of a table are used, at most.
const COLUMNS: usize = 8;
/// A status has few different words.
const WORDS: usize = 40;
/// Kinds of documents are fewer still, and this many columns are looked through for them.
const KINDS: usize = 12;
const UNNAMED: usize = 24;
/// Returns among rows of which nothing else is known are no more than this share.
const FEW: f64 = 0.4;
/// Credits in no more rows than this share are credit notes.
const CREDITS: f64 = 0.25;
/// What says yes or no is no longer than this.
const LONGEST: usize = 12;
/// A column with an entry in more rows than this share says nothing by having one.
const HALF: f64 = 0.5;
/// So many sums are no accident.
const SUMS: usize = 3;
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
        let unnamed = |index: &usize| {
            !used.contains(index) && !free.contains(index) && !kind::is_of_other(&self.names[*index])
        };
        let unnamed: Vec<usize> = (0..self.names.len()).filter(unnamed).take(UNNAMED).collect();
        // What a row is the sum of stands anywhere.
        let unused: Vec<usize> =
            (0..self.names.len()).filter(|index| !used.contains(index)).take(UNNAMED).collect();
        if unused.is_empty() {
            return Ok(());
        }
        let money = columns.amount.first();
        let wanted: Vec<usize> = free.iter().chain(&unnamed).chain(&unused).copied().chain(money).collect();
        let Some(sample) = sample(evidence, &wanted)? else { return Ok(()) };
        let amounts = money.map(|index| sample.column(index));
        let mut returns = amounts.is_some_and(|amounts| amounts.iter().any(|value| is_negative(value)));
        if let AmountColumns::One(amount) = columns.amount {
            columns.refund = self.refund(&free, amount, &sample);
        }
        let taken = columns.refund;
        let mut kinds: Vec<Screen> =
            free.iter().filter_map(|&index| self.kind(index, amounts, &sample)).collect();
        if kinds.is_empty() {
            kinds.extend(unnamed.iter().find_map(|&index| self.kind_by_values(index, amounts, &sample)));
        }
        let kinds_none = kinds.is_empty();
        returns |= kinds.iter().any(|screen| screen.has_returns(&sample));
        let screen = |&index: &usize| {
            let by = self.use_of(index, taken, returns, &sample)?;
            Some(Screen { column: index, by })
        };
        let others = free.iter().filter(|index| Some(**index) != taken);
        let mut others: Vec<Screen> = others
            .filter(|index| kinds.iter().all(|kind| kind.column != **index))
            .filter_map(screen)
            .collect();
        let is_state = |screen: &Screen| matches!(screen.by, Use::Status { .. });
        if !others.iter().any(is_state) && kinds.is_empty() {
            let found = unnamed.iter().find(|&&index| self.are_states(index, &sample));
            others.extend(found.map(|&column| Screen { column, by: Use::Status { returns, won: false } }));
        }
        // Kinds of documents say more of a row than the side of the account on which it stands.
        if !kinds.is_empty() {
            others.retain(|screen| likeness::watch(&self.names[screen.column]) != Some(Watch::Side));
        }
        let sums = amounts.and_then(|amounts| sums_among(&unused, amounts, &sample));
        let carried = || unused.iter().copied().find(|index| are_carried(sample.column(*index)));
        columns.screens.extend(sums.or_else(carried).map(|column| Screen { column, by: Use::Sums }));
        // An amount without a sign of goods that came back.
        let back = self.taken_back(&unused, amounts.filter(|_| !returns && kinds_none), &sample);
        columns.screens.extend(back.map(|column| Screen { column, by: Use::Sign }));
        // What became of the delivery says something only where nothing says what became of the order.
        if others.iter().any(is_state) {
            others.retain(|screen| !matches!(screen.by, Use::Delivery { .. }));
        }
        columns.screens.extend(others);
        columns.screens.extend(kinds);
        Ok(())
    }

    /// A column of quantities that are negative in some rows, all of them with a positive amount: a few rows are returns.
    fn taken_back(&self, columns: &[usize], amounts: Option<&[Box<str>]>, sample: &Sample) -> Option<usize> {
        let amounts = amounts?;
        let is_quantity = |index: &&usize| vocabulary::rank(Part::Quantity, &self.names[**index]).is_some();
        let are_back = |index: &&usize| {
            let back = sample.column(**index).iter().zip(amounts).filter(|(text, _)| is_negative(text));
            let (mut rows, mut unsigned) = (0, 0);
            back.for_each(|(_, amount)| {
                rows += 1;
                unsigned +=
                    usize::from(!is_negative(amount) && amount.bytes().any(|b| (b'1'..=b'9').contains(&b)));
            });
            unsigned > 0 && unsigned == rows && rows as f64 <= FEW * amounts.len() as f64
        };
        columns.iter().filter(is_quantity).find(are_back).copied()
    }

    /// A column with any name whose first values all are states of orders or payments, good ones and others.
    fn are_states(&self, index: usize, sample: &Sample) -> bool {
        let fill = sample.fill(index);
        let different = different(sample.column(index));
        let any =
            |wanted: fn(Meaning) -> bool| different.iter().any(|value| wanted(status::of_status(value)));
        likeness::may_be_state(&self.names[index])
            && (2..=KINDS).contains(&fill.distinct)
            && fill.is_in(HALF)
            && different.iter().all(|value| status::of_status(value) != Meaning::Unknown)
            && any(|meaning| meaning == Meaning::Purchase)
            && any(|meaning| matches!(meaning, Meaning::Nothing | Meaning::Undone))
    }

    /// A column that is called one of kinds, if its first values are some.
    fn kind(&self, index: usize, amounts: Option<&[Box<str>]>, sample: &Sample) -> Option<Screen> {
        let (values, name) = (sample.column(index), &self.names[index]);
        let watch = likeness::watch(name)?;
        if !matches!(watch, Watch::Kind | Watch::Status) || sample.fill(index).distinct > WORDS {
            return None;
        }
        let different = different(values);
        let each = || different.iter().copied();
        let beside = Beside::of(each());
        if beside.are_letters() && !kind::says_of_what(name) {
            return None;
        }
        let bought = each().any(|value| kind::of(value, beside) == Meaning::Purchase);
        let surely: Vec<&str> = each().filter(|value| kind::is_surely_return(value)).collect();
        let back = values.iter().filter(|value| surely.contains(&&***value)).count();
        let is_kind = match watch {
            // A status may hold the kinds of documents.
            Watch::Status => {
                bought && back > 0 && each().all(|value| status::of_status(value) != Meaning::Purchase)
            }
            // What is bought may have a name that is not known here, or none; few things come back.
            _ => bought || (back > 0 && back as f64 <= FEW * values.len() as f64),
        };
        (is_kind && !kind::are_methods(name, each())).then(|| as_kind(index, values, amounts))
    }

    /// A column with any name whose first values all are kinds of documents.
    fn kind_by_values(&self, index: usize, amounts: Option<&[Box<str>]>, sample: &Sample) -> Option<Screen> {
        let (values, fill) = (sample.column(index), sample.fill(index));
        if !(2..=KINDS).contains(&fill.distinct) || !fill.is_in(HALF) {
            return None;
        }
        let all = kind::are_kinds(different(values).iter().copied());
        all.then(|| as_kind(index, values, amounts))
    }

    /// The column of what was paid back: that of the amount's own name, else the first.
    fn refund(&self, free: &[usize], amount: usize, sample: &Sample) -> Option<usize> {
        let sums = |index: &&usize| {
            likeness::watch(&self.names[**index]) == Some(Watch::Undone)
                && flags::is_refund(&self.names[**index])
                && is_sum(sample.column(**index), &self.names[**index])
                && !self.is_after(amount, **index, sample)
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
            || values.iter().filter(|value| !value.is_empty()).all(|value| flags::flag(value).is_some());
        match likeness::watch(name)? {
            Watch::Status => {
                // Where words for what was bought are not known, those for what was called off are.
                let off = || values.iter().any(|value| status::is_called_off(value));
                let others = || {
                    values
                        .iter()
                        .any(|value| !value.is_empty() && status::of_status(value) == Meaning::Unknown)
                };
                let grades = || values.iter().any(|value| watched::is_grade(value));
                let known = fill.distinct <= WORDS
                    && likeness::is_surely_state(name)
                    && off()
                    && others()
                    && !grades();
                let won = values.iter().any(|value| status::is_won(value));
                (has(Meaning::Purchase, status::of_status) || known).then_some(Use::Status { returns, won })
            }
            Watch::Delivery => {
                let good = has(Meaning::Purchase, status::of_delivery);
                let bad =
                    has(Meaning::Nothing, status::of_delivery) || has(Meaning::Undone, status::of_delivery);
                (good && bad).then_some(Use::Delivery { returns })
            }
            Watch::Kind => None,
            Watch::Done => {
                let some = values.iter().any(|value| flags::flag(value) == Some(true));
                (fill.filled > 0 && flags() && some).then_some(Use::Done)
            }
            // What came back is taken off by the column of refunds, or by rows of its own.
            Watch::Undone if (refund.is_some() || returns) && flags::is_refund(name) => None,
            Watch::Undone if likeness::is_count(name) => None,
            Watch::Undone if flags::is_row_back(name) => {
                let few = fill.distinct <= KINDS && values.iter().all(|value| value.len() <= LONGEST);
                (few && !returns && values.iter().any(|value| screen::is_back(value))).then_some(Use::Back)
            }
            Watch::Sign => {
                let one = |value: &str| matches!(value.trim_end_matches(".0"), "1" | "+1" | "-1" | "+" | "-");
                let signs = values.iter().filter(|value| !value.is_empty()).all(|value| one(value));
                (signs && !returns && values.iter().any(|value| value.starts_with('-'))).then_some(Use::Sign)
            }
            // Few credits are credit notes; many may as well be payments.
            Watch::Side => {
                let credits = values.iter().filter(|value| screen::is_back(value)).count();
                let few = credits as f64 <= CREDITS * values.len() as f64;
                (few && credits > 0 && !returns && fill.distinct <= 3).then_some(Use::Back)
            }
            Watch::Undone if fill.filled > 0 && flags() => {
                // Where rows that were not undone say nothing, few say that they were.
                let some_not = values.iter().any(|value| flags::flag(value) == Some(false));
                let some = values.iter().any(|value| flags::flag(value) == Some(true));
                (some_not || (some && !fill.is_in(HALF))).then_some(Use::Undone)
            }
            Watch::Undone => {
                let filled = values.iter().filter(|value| !flags::is_nothing(value));
                let few = filled.clone().count() as f64 <= HALF * values.len() as f64;
                (flags::is_entry(name, filled) && !flags::is_refund(name) && few).then_some(Use::Entry)
            }
            Watch::Currency | Watch::Discount | Watch::PaidWhen | Watch::Version => None,
        }
    }
}

/// A column in which some rows say that they are sums, and are: of the rows above, up to the sum before.
fn sums_among(columns: &[usize], amounts: &[Box<str>], sample: &Sample) -> Option<usize> {
    /// A cent, and what is lost in adding.
    const CLOSE: f64 = 0.006;
    let style = NumberStyle::proven(amounts.iter().map(|amount| &**amount));
    let number = |text: &str| style.read(text.as_bytes());
    let are_sums = |column: &&usize| {
        let (mut above, mut seen) = ((0.0, 0), 0);
        let mut rows = sample.column(**column).iter().zip(amounts);
        let right = rows.all(|(text, amount)| {
            let Some(amount) = number(amount) else { return true };
            if !screen::is_sum(text) {
                above = (above.0 + amount, above.1 + 1);
                return true;
            }
            let (sum, rows) = std::mem::take(&mut above);
            seen += 1;
            rows > 0 && (amount - sum).abs() <= CLOSE
        });
        right && seen >= SUMS
    };
    columns.iter().find(are_sums).copied()
}

/// Do some of its rows, and fewer than half of them, hold what an account begins with?
fn are_carried(values: &[Box<str>]) -> bool {
    let carried = values.iter().filter(|value| screen::is_carried(value)).count();
    carried > 0 && (carried as f64) < HALF * values.len() as f64
}

/// The different values of a column, without empty ones.
fn different(values: &[Box<str>]) -> FxHashSet<&str> {
    values.iter().map(|value| &**value).filter(|value| !value.is_empty()).collect()
}

/// Which of its values are returns by their kind.
fn returning(values: &[Box<str>], beside: Beside) -> FxHashSet<&str> {
    let back = |value: &&str| kind::of(value, beside) == Meaning::Undone;
    different(values).into_iter().filter(back).collect()
}

/// By the kinds in a column.
fn as_kind(index: usize, values: &[Box<str>], amounts: Option<&[Box<str>]>) -> Screen {
    let beside = Beside::of(different(values).iter().copied());
    let back = returning(values, beside);
    let rows = amounts.into_iter().flat_map(|amounts| values.iter().zip(amounts));
    let (mut negative, mut positive) = (0, 0);
    for (_, amount) in rows.filter(|(value, amount)| !amount.is_empty() && back.contains(&***value)) {
        *(if is_negative(amount) { &mut negative } else { &mut positive }) += 1;
    }
    Screen { column: index, by: Use::Kind { beside, signed: negative > 0 && negative >= positive } }
}

impl Screen {
    /// Does it find returns among the first rows?
    fn has_returns(&self, sample: &Sample) -> bool {
        self.returned(sample).contains(&true)
    }

    /// Which of the first rows are returns by their kind.
    pub(super) fn returned(&self, sample: &Sample) -> Vec<bool> {
        let values = sample.column(self.column);
        match self.by {
            Use::Kind { beside, .. } => {
                let back = returning(values, beside);
                values.iter().map(|value| back.contains(&**value)).collect()
            }
            _ => vec![false; values.len()],
        }
    }
}

/// Is it a negative number?
pub(super) fn is_negative(text: &str) -> bool {
    text.starts_with(['-', '(', '−']) || text.ends_with('-')
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
