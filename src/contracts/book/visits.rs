//! Rows with a beginning and an end that are no contracts: rentals, rides, sessions. They last hours or days, less than any period
//! that is billed, and customers come again.

use rustc_hash::FxHashSet;

use super::layout::{Layout, Role};
use super::layout_of;
use crate::base::Result;
use crate::history::read::columns::{Columns, CustomerColumns};
use crate::history::read::dates::free::{self, Orders};
use crate::history::read::evidence::{Evidence, Sample};
use crate::history::read::recognise::{Table, recognise_rows};
use crate::history::{Input, LogOptions};

/// The shortest period that is billed is a week; what ends on its last day, or begins late on its first, is a day shorter \[s\].
const SHORTEST: i64 = 6 * 86_400;
/// So many rows with both dates are no accident, and so many of them are short.
const ENOUGH: usize = 20;
const MOST: f64 = 0.9;

/// Are the rows of all these tables visits, rather than contracts? Exports of billing programs never are.
pub(super) fn are_visits(inputs: &[Input], log: &LogOptions) -> bool {
    let nothing = Columns::Customers(CustomerColumns { id: 0, attributes: Vec::new() });
    let tables = recognise_rows(inputs, log, |_, _| Ok(nothing.clone())).map(|inputs| inputs.tables);
    tables.is_ok_and(|tables| {
        !tables.is_empty() && tables.into_iter().all(|table| is_of_visits(table, log).unwrap_or(false))
    })
}

fn is_of_visits(table: Table, log: &LogOptions) -> Result<bool> {
    let Some(layout) = layout_of(&table.names, log).filter(|layout| !layout.is_program) else {
        return Ok(false);
    };
    let billed = [Role::Plan, Role::Interval, Role::PaidUntil, Role::TrialEnd];
    let columns = [Role::Customer, Role::Start, Role::Ended].map(|role| layout.column(role));
    let [Some(customer), Some(start), Some(end)] = columns else { return Ok(false) };
    if billed.iter().any(|role| has(&layout, *role)) {
        return Ok(false);
    }
    let sample = Evidence::new(table).look(&[customer, start, end])?;
    let spells: Vec<(&str, i64)> = spells(&sample, [customer, start, end]);
    let short = spells.iter().filter(|(_, seconds)| (0..SHORTEST).contains(seconds)).count();
    let customers: FxHashSet<&str> = spells.iter().map(|(customer, _)| *customer).collect();
    let again = customers.len() as f64 <= MOST * spells.len() as f64;
    Ok(spells.len() >= ENOUGH && again && short as f64 >= MOST * spells.len() as f64)
}

fn has(layout: &Layout, role: Role) -> bool {
    layout.column(role).is_some()
}

/// Whose, and how long \[s\], as far as both dates can be read in one way.
fn spells(sample: &Sample, [customer, start, end]: [usize; 3]) -> Vec<(&str, i64)> {
    let second = |text: &str| {
        let moment = free::read(text.as_bytes())?.settle(&Orders::default())?;
        Some(i64::from(moment.day) * 86_400 + i64::from(moment.second))
    };
    let dates = sample.column(start).iter().zip(sample.column(end));
    let rows = sample.column(customer).iter().zip(dates);
    rows.filter_map(|(customer, (start, end))| Some((&**customer, second(end)? - second(start)?))).collect()
}
