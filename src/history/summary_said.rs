//! What a summary says of itself: its unit of time, the end of observation, what counted as one purchase.
//!
//! Each is a column with one value in all rows, so that it survives in any format and any tool, and in the metadata
//! of Parquet and Arrow, too. Summaries that say nothing of one of them are as good, and the caller's options say it;
//! two that contradict each other are an error.

use jiff::civil::Date;

use super::options::LogOptions;
use super::read::{Inputs, arrow};
use crate::base::{Error, Grain, Place, Result, Unit};
use crate::history::UnitSource;

/// What is said, in the order of the columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fact {
    /// The unit of recency and T.
    Unit,
    /// The end of observation.
    ObservedUntil,
    /// What counted as one purchase.
    Grain,
}

impl Fact {
    /// How many there are.
    pub const COUNT: usize = 3;

    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Fact::Unit => ("unit", "clv.unit", "--unit"),
            Fact::ObservedUntil => ("end of observation", "clv.observed_until", "--observed-until"),
            Fact::Grain => ("grain", "clv.grain", "--grain"),
        }
    }
}

/// Up to two different values of each, and where they were first seen.
#[derive(Debug, Clone, Default)]
pub(crate) struct Said([Vec<(String, Place)>; Fact::COUNT]);

impl Said {
    /// Looks at what one row says; `None` where there is no such column.
    pub fn look(&mut self, row: &[Option<&str>; Fact::COUNT], place: impl Fn() -> Place) {
        for (known, text) in self.0.iter_mut().zip(row) {
            let Some(text) = text.map(str::trim) else { continue };
            if known.len() < 2 && known.iter().all(|(known, _)| known != text) {
                known.push((text.to_owned(), place()));
            }
        }
    }

    /// What another piece of the input says, too.
    pub fn add(&mut self, other: Said) {
        self.0.iter_mut().zip(other.0).for_each(|(known, more)| known.extend(more));
    }
}

/// What was found out.
pub(crate) struct Facts {
    pub unit: Unit,
    pub unit_source: UnitSource,
    pub observed_until: Option<Date>,
    pub grain: Option<Grain>,
}

/// By the summary, by the caller, or the default; contradictions are errors.
pub(crate) fn facts(said: &Said, inputs: &Inputs, options: &LogOptions) -> Result<Facts> {
    let given = options.unit;
    let unit = found(Fact::Unit, said, inputs, "one of day, week, month, year", str::parse)?;
    let date = |text: &str| text.parse::<Date>();
    let until = found(Fact::ObservedUntil, said, inputs, "a date such as 2024-01-31", date)?;
    let grain = found(Fact::Grain, said, inputs, "one of hour, day, week, month, year", str::parse)?;
    let asked = options.grain;
    agrees(Fact::Unit, given, &unit)?;
    agrees(Fact::Grain, asked, &grain)?;
    agrees(Fact::ObservedUntil, options.observed_until, &until)?;
    let (unit, unit_source) = match (unit, given) {
        (Some((unit, _)), _) => (unit, UnitSource::File),
        (None, Some(unit)) => (unit, UnitSource::Given),
        (None, None) => (Unit::default(), UnitSource::Default),
    };
    let observed_until = until.map(|(date, _)| date).or(options.observed_until);
    Ok(Facts { unit, unit_source, observed_until, grain: grain.map(|(grain, _)| grain).or(asked) })
}

/// The value of a fact, and the file that says it.
fn found<T, E>(
    fact: Fact,
    said: &Said,
    inputs: &Inputs,
    form: &str,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Result<Option<(T, String)>> {
    let (what, key, _) = fact.words();
    let said = &said.0[fact as usize];
    let index = inputs.tables[0].summary().said[fact as usize];
    let column = index.map(|index| inputs.tables[0].names[index].clone()).unwrap_or_default();
    // A unit that only some rows have is a contradiction: the others may be in any.
    let said: Vec<_> = said.iter().filter(|(text, _)| fact == Fact::Unit || !text.is_empty()).collect();
    if let Some((other, place)) = said.iter().find(|(text, _)| *text != said[0].0) {
        let message =
            format!("another {what} than '{}' in the rows before: all rows must have the same", said[0].0);
        return Err(Error::input(place.clone().at(column, other), message));
    }
    let mut one = said.first().filter(|(text, _)| !text.is_empty()).map(|said| (*said).clone());
    for table in &inputs.tables {
        let value = table.arrow.as_ref().and_then(|arrow| arrow::file_value(arrow, key));
        let Some(value) = value else { continue };
        match &one {
            Some((known, _)) if known != value => {
                let message = format!("the file's metadata give the {what} {value}, others say {known}");
                return Err(Error::input(Place::file(&table.source.name), message));
            }
            _ => one = Some((value.to_owned(), Place::file(&table.source.name))),
        }
    }
    let Some((text, place)) = one else { return Ok(None) };
    match parse(&text) {
        Ok(value) => Ok(Some((value, place.file.clone()))),
        Err(_) => {
            let message = match fact {
                Fact::Unit => format!("the unit is not {form}"),
                _ => format!("the {what} is not {form}: rename the column if it says something else"),
            };
            Err(Error::input(place.at(&column, &text), message))
        }
    }
}

/// Does the caller say what the summary says?
fn agrees<T: PartialEq + std::fmt::Display>(
    fact: Fact,
    given: Option<T>,
    found: &Option<(T, String)>,
) -> Result<()> {
    let (what, _, option) = fact.words();
    match (given, found) {
        (Some(given), Some((own, file))) if given != *own => {
            let what = if fact == Fact::Unit { String::new() } else { format!("the {what} is ") };
            let message =
                format!("says {given}, but the summary {file} says {what}{own} itself; leave the option out");
            Err(Error::option(option, message))
        }
        _ => Ok(()),
    }
}
