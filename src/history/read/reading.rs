//! How an export is read, as data: what was found of it, each decision with its evidence. It is shown in words, and
//! written as the options that say the same (`clv.toml`), so that the next export is read in the same way.

use serde::Serialize;

use super::columns::{AmountColumns, LogColumns};
use super::dates::free::Order;
use super::inputs::Format;
use super::look::Writing;
use super::recognise::{Inputs, Recognised, Table};
use super::{plan, presets};
use crate::base::shown::shown;
use crate::base::{Error, Place, Progress, Result};
use crate::history::input::Input;
use crate::history::options::{ColumnValues, LogOptions, Returns};
use crate::history::orders::Lines;
use crate::history::state;

/// How an export is read.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reading {
    /// The tables, in the order in which they are read.
    pub files: Vec<FileReading>,
    /// What was decided, by the option that says so.
    pub decisions: Vec<Decision>,
    /// What else was found, one sentence each.
    pub found: Vec<String>,
}

/// One table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FileReading {
    /// Its name.
    pub name: String,
    /// What it is, in words.
    pub container: String,
    /// Its columns.
    pub columns: Vec<String>,
    /// How its dates and amounts are written, one sentence each.
    pub written: Vec<String>,
}

/// Something that was decided.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Decision {
    /// What it concerns: `columns`, `values`, `rows` or `time`.
    pub about: &'static str,
    /// The option that says so, as it is typed without the dashes.
    pub option: &'static str,
    /// Its value.
    pub value: Setting,
    /// Why.
    pub evidence: String,
}

/// The value of an option.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Setting {
    /// It is given.
    Given(bool),
    /// One value.
    One(String),
    /// Several.
    Many(Vec<String>),
}

/// What the caller said needs no evidence.
const SAID: &str = "as you said";

impl Reading {
    /// How these inputs are read; `None` for a summary, which needs no such decisions.
    ///
    /// # Errors
    /// If they cannot be read or understood, or leave open how.
    pub(crate) fn of(
        inputs: &[Input],
        options: &LogOptions,
        progress: &dyn Progress,
    ) -> Result<Option<Self>> {
        if state::among(inputs)?.is_some() {
            return Ok(None);
        }
        let Recognised::Log(log) = super::recognise(inputs, options)? else { return Ok(None) };
        let rules = plan::rules(&log, options, progress)?;
        let files = log.tables.iter().zip(&rules.writings);
        let files = files.map(|(table, writing)| FileReading {
            name: table.source.name.clone(),
            container: container(table),
            columns: table.names.clone(),
            written: writing.said.clone(),
        });
        let mut reading = Reading { files: files.collect(), decisions: Vec::new(), found: Vec::new() };
        reading.unpacked(inputs, options);
        reading.columns(&log, options)?;
        if let Some(comma) = agreed_comma(&rules.writings) {
            let option = if comma { "decimal-comma" } else { "decimal-point" };
            let evidence = rules.writings[0].said.iter().find(|said| said.contains("decimal"));
            let evidence = evidence.map_or("numbers that allow no other sign", String::as_str);
            reading.decide("values", option, Setting::Given(true), evidence);
        }
        if options.date_format.is_none()
            && let Some(order) = agreed_order(&rules.writings)
        {
            let evidence =
                rules.writings.iter().flat_map(|one| &one.said).find(|said| said.contains("dates are"));
            let evidence = evidence.map_or("dates that allow no other order", String::as_str);
            reading.decide("values", "date-format", Setting::One(order.format().name().to_owned()), evidence);
        }
        reading.said(options);
        Ok(Some(reading))
    }

    fn decide(&mut self, about: &'static str, option: &'static str, value: Setting, evidence: &str) {
        if self.decisions.iter().all(|known| known.option != option) {
            self.decisions.push(Decision { about, option, value, evidence: evidence.to_owned() });
        }
    }

    fn one(&mut self, about: &'static str, option: &'static str, value: &Option<String>, evidence: &str) {
        if let Some(value) = value {
            self.decide(about, option, Setting::One(value.clone()), evidence);
        }
    }

    /// What was decided before there were columns.
    fn unpacked(&mut self, inputs: &[Input], options: &LogOptions) {
        let why = |given: bool| if given { SAID } else { "found by looking" };
        for input in inputs {
            let Input::Spooled(table) = input else { continue };
            self.found.extend(table.said.iter().cloned());
            self.one("values", "encoding", &table.encoding, why(options.encoding.is_some()));
            self.one("values", "sheet", &table.sheet, why(options.sheet.is_some()));
        }
    }

    fn columns(&mut self, log: &Inputs, options: &LogOptions) -> Result<()> {
        let table = &log.tables[0];
        let columns: &LogColumns = table.log();
        let name = |index: usize| Some(table.names[index].clone());
        let preset = presets::find(&table.names, options)?;
        self.found.extend(log.tables.iter().filter_map(|table| table.said.clone()));
        let why = |given: &Option<String>, found: &'static str| if given.is_some() { SAID } else { found };
        let by_name = match preset {
            Some(_) => "as this platform calls it, or by its name and first rows",
            None => "by its name and first rows",
        };
        let known = preset.map(|preset| preset.name.to_owned()).or_else(|| options.preset.clone());
        self.one("columns", "preset", &known, why(&options.preset, "all columns of its export are there"));
        self.one("columns", "id", &name(columns.id), why(&options.id, by_name));
        self.one("columns", "date", &name(columns.date), why(&options.date, by_name));
        match columns.amount {
            AmountColumns::None => {}
            AmountColumns::One(one) => {
                self.one("columns", "amount", &name(one), why(&options.amount, by_name));
            }
            AmountColumns::Product { quantity, price } => {
                self.one("columns", "quantity", &name(quantity), why(&options.quantity, by_name));
                self.one("columns", "price", &name(price), why(&options.price, by_name));
            }
        }
        let once = if columns.lines == Some(Lines::Repeat) { "=once" } else { "" };
        let order = columns.order_id.filter(|_| columns.lines.is_some()).and_then(name);
        let order = order.map(|order| order + once);
        self.one("columns", "order", &order, why(&options.order, "orders stand in several lines"));
        let currency = columns.currency.and_then(name);
        self.one("columns", "currency-column", &currency, SAID);
        for screen in &columns.screens {
            let column = &table.names[screen.column];
            self.found.push(format!("the column \"{column}\" decides which rows are purchases"));
        }
        if let Some(refund) = columns.refund {
            self.found.push(format!("what was paid back is in column \"{}\"", table.names[refund]));
        }
        Ok(())
    }

    /// What the caller said beside columns.
    fn said(&mut self, options: &LogOptions) {
        let given = |is: bool| is.then_some(Setting::Given(true));
        let one = |text: Option<String>| text.map(Setting::One);
        let many = |all: &[String]| (!all.is_empty()).then(|| Setting::Many(all.to_vec()));
        let lists = |all: &[ColumnValues]| {
            let all: Vec<String> =
                all.iter().map(|one| format!("{}={}", one.column, one.values.join(","))).collect();
            (!all.is_empty()).then_some(Setting::Many(all))
        };
        let format = options.date_format.as_ref().map(|format| format.name().to_owned());
        let returns = match options.returns {
            Returns::Net => None,
            Returns::Drop => Some("drop".to_owned()),
            Returns::Reject => Some("reject".to_owned()),
        };
        let all = [
            ("columns", "attributes", many(&options.attributes)),
            ("columns", "no-header", given(options.no_header)),
            ("values", "date-format", one(format)),
            ("values", "time-zone", one(options.time_zone.clone())),
            ("values", "currency", one(options.currency.clone())),
            ("values", "decimal-comma", given(options.decimal_comma)),
            ("values", "decimal-point", given(options.decimal_point)),
            ("values", "dates-from", one(options.dates_from.map(|date| date.to_string()))),
            ("values", "dates-until", one(options.dates_until.map(|date| date.to_string()))),
            ("rows", "skip-bad-rows", given(options.skip_bad_rows)),
            ("rows", "returns", one(returns)),
            ("rows", "only", lists(&options.only)),
            ("rows", "except", lists(&options.except)),
            ("rows", "guests", many(&options.guests)),
            ("rows", "fold-case", given(options.fold_case)),
            ("rows", "trim", given(options.trim)),
            ("rows", "fill-down", many(&options.fill_down)),
            ("time", "grain", one(options.grain.map(|grain| grain.to_string()))),
            ("time", "unit", one(options.unit.map(|unit| unit.to_string()))),
            ("time", "observed-until", one(options.observed_until.map(|date| date.to_string()))),
            ("time", "since", one(options.since.map(|date| date.to_string()))),
        ];
        for (about, option, value) in all {
            if let Some(value) = value {
                self.decide(about, option, value, SAID);
            }
        }
    }

    /// The same as a file of options, each with its evidence above it.
    pub fn to_toml(&self) -> String {
        let mut text = String::from(
            "# How clv reads these files, as clv check found it. Options that are typed win over these.\n",
        );
        for file in &self.files {
            text += &format!("# {}: {}\n", shown(&file.name), file.container);
        }
        for about in ["columns", "values", "rows", "time"] {
            let here: Vec<&Decision> = self.decisions.iter().filter(|one| one.about == about).collect();
            if here.is_empty() {
                continue;
            }
            text += &format!("\n[{about}]\n");
            for decision in here {
                text += &format!(
                    "# {}\n{} = {}\n",
                    shown(&decision.evidence),
                    decision.option,
                    decision.value.to_toml()
                );
            }
        }
        text
    }
}

impl Setting {
    fn to_toml(&self) -> toml::Value {
        match self {
            Setting::Given(is) => toml::Value::Boolean(*is),
            Setting::One(text) => toml::Value::String(text.clone()),
            Setting::Many(all) => toml::Value::Array(all.iter().cloned().map(toml::Value::String).collect()),
        }
    }

    /// In words.
    pub fn words(&self) -> String {
        match self {
            Setting::Given(_) => "yes".to_owned(),
            Setting::One(text) => text.clone(),
            Setting::Many(all) => all.join(", "),
        }
    }
}

/// The order of day, month and year that the dates of all files show, if any of them do.
pub(super) fn agreed_order(writings: &[Writing]) -> Option<Order> {
    let mut orders = writings.iter().flat_map(|writing| writing.date.orders_shown());
    let first = orders.next()?;
    orders.all(|order| order == first).then_some(first)
}

/// Do the amounts of all files have a decimal comma, if they are sure to have one or the other?
pub(super) fn agreed_comma(writings: &[Writing]) -> Option<bool> {
    let (first, rest) = writings.split_first()?;
    let agreed = first.number.sure && rest.iter().all(|other| other.number == first.number);
    agreed.then_some(first.number.point == b',')
}

/// A file of options is no longer \[bytes\].
const LONGEST: u64 = 1 << 20;

/// What a file of options says; what it means is for who asks.
///
/// # Errors
/// If it cannot be read, or is no TOML.
pub(crate) fn read_options(file: &str) -> Result<toml::Table> {
    let wrong = |message: String| Error::input(Place::file(file), message);
    let length = std::fs::metadata(file).map_err(|e| Error::io("open", file, e))?.len();
    if length > LONGEST {
        return Err(wrong("a file of options is not that long".into()));
    }
    let text = std::fs::read_to_string(file).map_err(|e| Error::io("read", file, e))?;
    text.parse().map_err(|error: toml::de::Error| {
        let at = error.span().map_or(0, |span| span.start.min(text.len()));
        let line = text[..at].matches('\n').count();
        let there = text.lines().nth(line).unwrap_or_default().trim();
        let message = format!(
            "this is no TOML: {} (the line is: {there}). Texts stand in quotes: id = \"customer\"",
            error.message().trim().replace('\n', ", ")
        );
        Error::input(Place::line(file, line as u64 + 1), message)
    })
}

/// Where a file of options gives this option this value: its line.
pub(crate) fn line_of(file: &str, option: &str, value: &str) -> Option<u64> {
    let text = std::fs::read_to_string(file).ok()?;
    let gives = |line: &str| {
        let Some((name, given)) = line.split_once('=') else { return false };
        name.trim().trim_matches(['"', '\'']) == option && given.contains(value)
    };
    text.lines().position(gives).map(|at| at as u64 + 1)
}

/// What a table is, in words.
fn container(table: &Table) -> String {
    let columns = format!("{} columns", table.names.len());
    let header = match table.above {
        None => ", no header",
        Some(0) => "",
        Some(_) => ", header below titles",
    };
    let what = match (table.format, &table.source.layout) {
        (Format::Text(_), Some(layout)) => format!("{layout}{header}"),
        (Format::Text(b'\t'), None) => format!("text separated by tabs{header}"),
        (Format::Text(other), None) => format!("text separated by '{}'{header}", char::from(other)),
        (other, _) => whole(other),
    };
    format!("{what}, {columns}")
}

/// What a table is that is no text with separators, in words.
fn whole(format: Format) -> String {
    let what = match format {
        Format::Text(_) => "text",
        Format::JsonLines => "JSON, one object a row",
        Format::Parquet => "Parquet",
        Format::ArrowStream | Format::ArrowFile => "Arrow",
        Format::Memory => "a table in memory",
    };
    what.to_owned()
}
