//! A log in parts: for engines that bring the rows of a customer together themselves, on many machines.
//!
//! Each part, of whole customers, is read, cleaned and folded where it lies, as a log of one machine is. What its
//! rows came to, a [`Part`], travels as text; added up, the parts are judged and described as if they had been read
//! in one piece: the same account, the same sentences, the same errors. What is lost on the way is the order of rows, by
//! which attributes are taken of rows at the same time: an engine that has one sends it as a column
//! ([`LogOptions::row_order`]).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::describe::{Counted, describe};
use super::input::Input;
use super::once::keep;
use super::options::LogOptions;
use super::read::columns::{self, AmountColumns, Columns};
use super::read::{self, Findings, Inputs, ReadOutcome, Recognised};
use super::summarize::gather;
use super::{attributes, clean};
use crate::base::{Error, Place, Progress, Result};
use crate::history::{Summary, SummaryMeta};

/// What the rows of a part came to.
#[derive(Debug, Serialize, Deserialize)]
pub struct Part {
    findings: Findings,
    counts: Counted,
}

/// The parts of a log, added up and described.
#[derive(Debug)]
pub struct Whole {
    /// What is known of the summary; its customers are in the parts.
    pub meta: SummaryMeta,
    /// How many customers all parts have.
    pub customers: u64,
}

/// A log by the names of its columns.
#[derive(Debug)]
pub struct Shape {
    /// The columns that are read: who, when, then the others.
    pub columns: Vec<String>,
    /// What its summary has.
    pub meta: SummaryMeta,
}

/// What a table with these columns is as a log; `None` if it is a summary.
///
/// # Errors
/// If a role has no column or more than one.
pub fn shape(names: &[String], options: &LogOptions) -> Result<Option<Shape>> {
    check(options)?;
    let Columns::Log(log) = columns::find(NAME, names, options, None)? else { return Ok(None) };
    // Its customers will say when they were observed until; now only the columns are asked for.
    let until = options.observed_until.or(Some(Date::constant(1970, 1, 1)));
    let options = &LogOptions { observed_until: until, ..options.clone() };
    let meta = plain_meta(options, log.amount != AmountColumns::None);
    Ok(Some(Shape { columns: log.used().into_iter().map(|column| names[column].clone()).collect(), meta }))
}

/// Looks through some rows of a log, of whomever: what they are, and from when to when.
///
/// # Errors
/// If they cannot be read. Bad rows are only counted.
pub fn survey(inputs: &[Input], options: &LogOptions, progress: &dyn Progress) -> Result<Part> {
    let inputs = recognise(inputs, options)?;
    let (findings, _) = read::find(&inputs, options, progress, &|_, _| Ok(()))?;
    Ok(Part { findings: without_places(findings), counts: Counted::default() })
}

/// The customers of one part, and what its rows came to. All rows of a customer must be in it, and the end of
/// observation, which is one for all parts, must be given.
///
/// # Errors
/// If the rows cannot be read. Bad rows are only counted.
pub fn summarize(inputs: &[Input], options: &LogOptions, progress: &dyn Progress) -> Result<(Summary, Part)> {
    if options.observed_until.is_none() {
        return Err(Error::option("--observed-until", "parts of a log need one end of observation for all"));
    }
    let inputs = recognise(inputs, options)?;
    let mut found = Findings::default();
    let gathered = gather(options, progress, inputs.orders(), |sink| {
        let (findings, profiles) = read::find(&inputs, options, progress, sink)?;
        found = findings;
        let (first, last) = found.dates();
        let (has_amount, order_lines) = (found.has_amount, found.order_lines);
        Ok(ReadOutcome { first, last, has_amount, order_lines, profiles, ..ReadOutcome::default() })
    })?;
    let summary = Summary::new(plain_meta(options, found.has_amount), gathered.source);
    Ok((summary, Part { findings: without_places(found), counts: gathered.counts }))
}

impl Part {
    /// As text, to be sent.
    ///
    /// # Panics
    /// Never: it is made of numbers and text.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a part is made of finite numbers and text")
    }

    /// From [`to_json`](Part::to_json) of the same version.
    ///
    /// # Errors
    /// If it is no such text.
    pub fn from_json(text: &str) -> Result<Part> {
        serde_json::from_str(text).map_err(|error| {
            let message = format!(
                "what a part of the log came to cannot be read ({error}): is clv of one version everywhere?"
            );
            Error::input(Place::file(NAME), message)
        })
    }
}

/// Adds parts up, in this order: the rows they have, and the last date of those that can be used. Judged like a
/// whole log.
///
/// # Errors
/// If rows are bad and not to be skipped, if none is left, if parts contradict each other.
pub fn surveyed(parts: Vec<Part>, options: &LogOptions) -> Result<(u64, Option<Date>)> {
    let outcome =
        Findings::of_parts(parts.into_iter().map(|part| part.findings).collect())?.settle(options)?;
    Ok((outcome.account.rows_read, outcome.last))
}

/// Adds parts up, in this order, and describes the whole. The options are those for a log in one piece: without an
/// end of observation it is the last date.
///
/// # Errors
/// See [`surveyed`].
pub fn whole(parts: Vec<Part>, options: &LogOptions) -> Result<Whole> {
    let mut counts = Counted::default();
    let mut findings = Vec::new();
    for part in parts {
        counts.add(part.counts);
        findings.push(part.findings);
    }
    let outcome = Findings::of_parts(findings)?.settle(options)?;
    Ok(Whole { meta: describe(options, outcome, &counts), customers: counts.folded.customers })
}

/// What messages call the log.
const NAME: &str = "data";

fn check(options: &LogOptions) -> Result<()> {
    if options.customers.is_some() {
        let message = "a log in parts is not joined with it here: join the table of customers before";
        return Err(Error::option("--customers", message));
    }
    clean::check_window(options)?;
    attributes::check(options)
}

fn recognise(inputs: &[Input], options: &LogOptions) -> Result<Inputs> {
    check(options)?;
    let (inputs, options) = &keep(inputs, options, &())?;
    match read::recognise_by(inputs, options, false)? {
        Recognised::Log(inputs) => Ok(inputs),
        Recognised::Summary(_) => {
            Err(Error::input(Place::file(NAME), "these are the columns of a summary, not of a log"))
        }
    }
}

/// What is known of a summary without its rows.
fn plain_meta(options: &LogOptions, has_money: bool) -> SummaryMeta {
    SummaryMeta {
        unit: options.unit.unwrap_or_default(),
        grain: Some(options.grain()),
        observed_until: options.observed_until,
        has_money,
        has_log_gaps: options.log_gaps,
        has_purchase_times: options.purchase_times,
        attributes: options.attributes.clone(),
        sorted: true,
        ..SummaryMeta::default()
    }
}

/// A row's number in a part is nothing that anybody could look up.
fn without_places(mut findings: Findings) -> Findings {
    let tally = &mut findings.tally;
    let places = tally.bad.iter_mut().map(|(_, row)| &mut row.place);
    for place in places.chain(tally.currencies.iter_mut().map(|currency| &mut currency.first)) {
        (place.row, place.line) = (None, None);
    }
    findings
}
