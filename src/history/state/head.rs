//! What a state knows of itself beside its rows: how they were read, so that the next ones are read alike; what reading
//! came to; which files they came from; until when customers were observed.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::file::damaged;
use crate::base::{Error, Grain, Place, Result, Unit};
use crate::history::options::{ColumnValues, DateFormat, LogOptions, Returns};
use crate::history::orders::Lines;
use crate::history::read::Findings;
use crate::history::read::columns::LogColumns;

/// The version of states that this program writes, and the last that it reads.
pub(crate) const VERSION: u32 = 1;

/// What a state knows of itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Head {
    /// The version of the format.
    pub version: u32,
    /// What wrote it.
    pub clv: String,
    /// Rows that are kept.
    pub rows: u64,
    /// The end of observation that was given last, if one was.
    pub observed_until: Option<Date>,
    /// The files that were read.
    pub files: Vec<FileRead>,
    /// Where the places and the numbers of files of the next rows begin.
    pub next_place: u64,
    pub next_file: u32,
    /// How rows were read.
    pub how: HowRead,
    /// What reading came to.
    pub findings: Findings,
}

/// A file whose rows are in a state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FileRead {
    /// Its name, as it was given.
    pub name: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
}

/// How the rows of a state were read.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct HowRead {
    /// The columns of the first file, and their roles.
    pub names: Vec<String>,
    pub columns: LogColumns,
    /// How the lines of an order make its amount, if they have to be put together.
    pub lines: Option<Lines>,
    /// Options that decide what a row is.
    id: Option<String>,
    date: Option<String>,
    amount: Option<String>,
    quantity: Option<String>,
    price: Option<String>,
    currency_column: Option<String>,
    order: Option<String>,
    preset: Option<String>,
    guests: Vec<String>,
    fold_case: bool,
    trim: bool,
    #[serde(default)]
    fill_down: Vec<String>,
    only: Vec<ColumnValues>,
    except: Vec<ColumnValues>,
    currency: Option<String>,
    pub date_format: Option<String>,
    no_header: bool,
    encoding: Option<String>,
    sheet: Option<String>,
    decimal_comma: bool,
    decimal_point: bool,
    time_zone: Option<String>,
    returns: Returns,
    /// Attributes that are kept.
    pub attributes: Vec<String>,
    grain: Option<Grain>,
    unit: Option<Unit>,
    since: Option<Date>,
}

impl HowRead {
    /// As these options say, of files with such columns.
    pub fn new(options: &LogOptions, names: &[String], columns: &LogColumns) -> Self {
        HowRead {
            names: names.to_vec(),
            columns: LogColumns { watched: columns.watched.clone(), ..columns.clone() },
            lines: columns.lines,
            id: options.id.clone(),
            date: options.date.clone(),
            amount: options.amount.clone(),
            quantity: options.quantity.clone(),
            price: options.price.clone(),
            currency_column: options.currency_column.clone(),
            order: options.order.clone(),
            preset: options.preset.clone(),
            guests: options.guests.clone(),
            fold_case: options.fold_case,
            trim: options.trim,
            fill_down: options.fill_down.clone(),
            only: options.only.clone(),
            except: options.except.clone(),
            currency: options.currency.clone(),
            date_format: options.date_format.as_ref().map(|format| format.name().to_owned()),
            no_header: options.no_header,
            encoding: options.encoding.clone(),
            sheet: options.sheet.clone(),
            decimal_comma: options.decimal_comma,
            decimal_point: options.decimal_point,
            time_zone: options.time_zone.clone(),
            returns: options.returns,
            attributes: options.attributes.clone(),
            grain: options.grain,
            unit: options.unit,
            since: options.since,
        }
    }

    /// What the rows said of how they are written, where nobody else did.
    pub fn found(&mut self, format: Option<DateFormat>, comma: Option<bool>) {
        self.date_format = self.date_format.take().or(format.map(|format| format.name().to_owned()));
        if !self.decimal_comma && !self.decimal_point {
            (self.decimal_comma, self.decimal_point) = (comma == Some(true), comma == Some(false));
        }
    }

    /// Options for more rows: what these leave open is as it was.
    pub fn for_more(&self, options: &LogOptions) -> LogOptions {
        let text = |given: &Option<String>, known: &Option<String>| given.clone().or(known.clone());
        let amounts = options.amount.is_some() || options.quantity.is_some() || options.price.is_some();
        let known = |name: &Option<String>| name.clone().filter(|_| !amounts);
        let signs = options.decimal_comma || options.decimal_point;
        let list = |given: &[ColumnValues], known: &[ColumnValues]| {
            if given.is_empty() { known.to_vec() } else { given.to_vec() }
        };
        LogOptions {
            id: text(&options.id, &self.id),
            date: text(&options.date, &self.date),
            amount: options.amount.clone().or(known(&self.amount)),
            quantity: options.quantity.clone().or(known(&self.quantity)),
            price: options.price.clone().or(known(&self.price)),
            currency_column: text(&options.currency_column, &self.currency_column),
            order: text(&options.order, &self.order),
            preset: text(&options.preset, &self.preset),
            only: list(&options.only, &self.only),
            except: list(&options.except, &self.except),
            date_format: options.date_format.clone().or(self.date_format.as_deref().map(DateFormat::named)),
            no_header: options.no_header || self.no_header,
            encoding: text(&options.encoding, &self.encoding),
            sheet: text(&options.sheet, &self.sheet),
            decimal_comma: options.decimal_comma || (self.decimal_comma && !signs),
            decimal_point: options.decimal_point || (self.decimal_point && !signs),
            time_zone: text(&options.time_zone, &self.time_zone),
            attributes: self.attributes.clone(),
            ..self.settled(options)
        }
    }

    /// The options of a verb that reads the state: what decided which rows there are is settled.
    pub fn settled(&self, options: &LogOptions) -> LogOptions {
        LogOptions {
            guests: self.guests.clone(),
            fold_case: self.fold_case,
            trim: self.trim,
            currency: self.currency.clone(),
            returns: self.returns,
            grain: options.grain.or(self.grain.filter(|_| options.default_grain.is_none())),
            unit: options.unit.or(self.unit),
            since: options.since.or(self.since),
            ..options.clone()
        }
    }

    /// Options that decide which rows count cannot be given afterwards.
    ///
    /// # Errors
    /// If one of them differs from what the state was made with.
    pub fn refuse_other(&self, name: &str, options: &LogOptions) -> Result<()> {
        let lists = |given: &[ColumnValues], known: &[ColumnValues]| !given.is_empty() && given != known;
        let differs = [
            ("--only", lists(&options.only, &self.only)),
            ("--except", lists(&options.except, &self.except)),
            ("--returns", options.returns != Returns::Net && options.returns != self.returns),
            ("--currency", options.currency.is_some() && options.currency != self.currency),
            ("--guests", !options.guests.is_empty() && options.guests != self.guests),
            ("--fold-case", options.fold_case && !self.fold_case),
            ("--trim", options.trim && !self.trim),
            ("--time-zone", options.time_zone.is_some() && options.time_zone != self.time_zone),
        ];
        match differs.into_iter().find(|(_, differs)| *differs) {
            None => Ok(()),
            Some((option, _)) => {
                let message = format!(
                    "{name} is a state: it was made without this, and keeps only rows as they were read then. Make it anew \
                     from the logs, with this option: clv summarize LOG.. --state FILE"
                );
                Err(Error::option(option, message))
            }
        }
    }

    /// Attributes must have been kept.
    ///
    /// # Errors
    /// If one was not.
    pub fn refuse_unknown(&self, name: &str, attributes: &[String]) -> Result<()> {
        let Some(missing) = attributes.iter().find(|wanted| !self.attributes.contains(wanted)) else {
            return Ok(());
        };
        let kept = match &self.attributes[..] {
            [] => "no attributes".to_owned(),
            some => format!("only the attributes {}", some.join(", ")),
        };
        let message = format!(
            "{name} is a state that keeps {kept}, and not '{missing}': make it anew from the logs with --attributes {missing}, \
             or give a file that has it with --customers"
        );
        Err(Error::option("--attributes", message))
    }
}

impl Head {
    /// From the text in the file.
    ///
    /// # Errors
    /// If a later version wrote it, or if it is damaged.
    pub fn parse(name: &str, text: &str) -> Result<Head> {
        #[derive(Deserialize)]
        struct Version {
            version: u32,
            clv: String,
        }
        let version: Version = serde_json::from_str(text).map_err(|error| damaged(name, error))?;
        if version.version > VERSION {
            let message = format!(
                "the state is of version {}, which clv {} wrote; this is clv {}, which reads states up to version {VERSION}: \
                 use that version of clv or a later one",
                version.version,
                version.clv,
                env!("CARGO_PKG_VERSION")
            );
            return Err(Error::input(Place::file(name), message));
        }
        serde_json::from_str(text).map_err(|error| damaged(name, error))
    }

    /// The end of observation: the one that was given last, or the last date.
    pub fn until(&self) -> Option<Date> {
        let last = self.findings.dates().1;
        self.observed_until.filter(|until| last.is_none_or(|last| last <= *until)).or(last)
    }

    /// As text.
    ///
    /// # Panics
    /// Never: it is made of numbers and text.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a head is made of finite numbers and text")
    }
}
