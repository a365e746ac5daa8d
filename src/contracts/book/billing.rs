//! Which column says how often contracts are billed, where its name does not: the one whose values are all periods (monthly,
//! annual, P1M, 3 months, jährlich).

use super::layout::{Layout, Role, plain};
use super::{BookOptions, layout_of};
use rustc_hash::FxHashMap;

use crate::base::{Result, Warning};
use crate::contracts::Cycle;
use crate::history::read::evidence::Sample;
use crate::history::read::rows;
use crate::history::{Input, LogOptions};

/// What was found.
#[derive(Default)]
pub(super) struct Billing {
    /// The column's name.
    pub column: Option<String>,
    pub warning: Option<Warning>,
}

/// A column of such a name has this share of periods at least.
const MOST: f64 = 0.8;
/// Names that say of a period that it is no billing period: of a trial, of notice.
const OTHERS: [&str; 10] =
    ["trial", "notice", "probe", "kündig", "kundig", "cancel", "grace", "tenure", "prueba", "essai"];

/// Names that say that a column is one, if most of its values are periods: what the others are is then asked.
const NAMES: [&str; 24] = [
    "billing",
    "cadence",
    "billingcadence",
    "billingterm",
    "term",
    "billingschedule",
    "billingfrequency",
    "renewalperiod",
    "recurrence",
    "renewalterm",
    "paymentinterval",
    "planperiod",
    "plancycle",
    "cycle",
    "intervall",
    "abrechnung",
    "abrechnungszeitraum",
    "zahlungsweise",
    "turnus",
    "périodicité",
    "fréquence",
    "facturation",
    "periodicidad",
    "facturación",
];

/// Looks for the column among those that have no other meaning, where no name says which it is.
pub(super) fn find(inputs: &[Input], log: &LogOptions, options: &BookOptions) -> Result<Billing> {
    if options.period.is_some() {
        return Ok(Billing::default());
    }
    let samples = rows::samples(inputs, log, |names| {
        layout_of(names, log).map_or_else(Vec::new, |layout| candidates(&layout, names))
    })?;
    let Some((names, sample)) = samples.first() else { return Ok(Billing::default()) };
    let seen: Vec<(bool, &String)> = (0..names.len())
        .filter_map(|at| {
            let named = NAMES.contains(&plain(&names[at]).as_str());
            (share(sample, at) >= if named { MOST } else { 1.0 }).then_some((named, &names[at]))
        })
        .collect();
    let named = seen.iter().any(|(named, _)| *named);
    let found: Vec<&String> = seen.iter().filter(|(one, _)| *one == named).map(|(_, name)| *name).collect();
    Ok(match found[..] {
        [] => Billing::default(),
        [one] => Billing { column: Some(one.clone()), warning: None },
        _ => {
            let shown: Vec<String> = found.iter().map(|name| format!("\"{name}\"")).collect();
            let message = format!(
                "{} may each say how often contracts are billed, so none of them is taken: rename that one to interval, or say --period",
                shown.join(" and ")
            );
            Billing { column: None, warning: Some(Warning::new("contracts-several-periods", message)) }
        }
    })
}

fn candidates(layout: &Layout, names: &[String]) -> Vec<usize> {
    let free = |at: &usize| {
        let name = plain(&names[*at]);
        layout.is_free(*at) && !OTHERS.iter().any(|other| name.contains(other))
    };
    // A tenure counts months, whatever the contract is called.
    let none = layout.has_interval() || layout.column(Role::Start).is_none();
    if none { Vec::new() } else { (0..names.len()).filter(free).collect() }
}

/// The share of the values of a column that are periods, written in more than a letter; 0 where most rows have none.
fn share(sample: &Sample, column: usize) -> f64 {
    let values = sample.column(column);
    let said: Vec<&str> = values.iter().map(|value| &**value).filter(|value| !value.is_empty()).collect();
    if 2 * said.len() <= values.len() {
        return 0.0;
    }
    let mut known: FxHashMap<&str, bool> = FxHashMap::default();
    let period = |value: &str| {
        let letters = value.chars().filter(|c| c.is_alphabetic()).count();
        (letters > 1 || !value.is_ascii()) && Cycle::parse(value, 1).is_some()
    };
    let periods = said.iter().filter(|value| *known.entry(value).or_insert_with(|| period(value))).count();
    periods as f64 / said.len() as f64
}
