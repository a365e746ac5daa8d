//! Contracts of a book counted by the values of their covariates: what a fit with covariates needs.

use std::collections::BTreeMap;
use std::ops::Range;

use super::Cycle;
use super::book::Book;
use super::kinds::{Mix, few, place, values};
use crate::base::{Result, Warning};
use crate::customers::{CovariateTables, UnseenLevel};
use crate::model::{ContractRow, ContractTable};
use crate::params::Covariates;

/// The contracts of one period, told apart.
pub(super) struct Told {
    /// Counted by covariates; `None` where none of them tells any apart.
    pub tables: Option<CovariateTables<ContractTable>>,
    /// Where covariates are among the attributes.
    places: Vec<usize>,
    /// Covariates that have one value only.
    idle: Vec<String>,
}

impl Told {
    /// What is said of covariates that tell nothing apart.
    pub fn warning(&self, cycle: Cycle) -> Option<Warning> {
        let message = format!(
            "{cycle} contracts have one value of {} only: it tells none of them apart, and is left out of their model",
            self.idle.join(", ")
        );
        (!self.idle.is_empty()).then(|| Warning::new("covariate-of-one-value", message))
    }
}

/// Counts the contracts of some plans by covariates; `None` if there are none.
///
/// # Errors
/// If a column is missing, has too many values, or follows from others.
pub(super) fn told_apart(book: &Book, plans: Range<usize>, names: &[String]) -> Result<Option<Told>> {
    if names.is_empty() {
        return Ok(None);
    }
    let mut told = Told { tables: None, places: Vec::new(), idle: Vec::new() };
    let all = names.iter().map(|name| place(name, book)).collect::<Result<Vec<_>>>()?;
    let rows = rows(book, &plans, &all);
    let mut used = Vec::new();
    for (k, name) in names.iter().enumerate() {
        let mut found = rows.keys().map(|values| values[k]);
        let first = found.next();
        if found.any(|value| Some(value) != first) {
            told.places.push(all[k]);
            used.push(name.clone());
        } else {
            told.idle.push(name.clone());
        }
    }
    if !used.is_empty() {
        let counted = self::rows(book, &plans, &told.places).into_iter().map(|(values, rows)| {
            (values.into_iter().map(str::to_owned).collect(), ContractTable::entered(rows))
        });
        told.tables = Some(CovariateTables::of(&used, counted.collect())?);
    }
    Ok(Some(told))
}

/// Contracts by the values of some attributes, as a fit sees them.
#[allow(clippy::type_complexity)]
fn rows<'b>(
    book: &'b Book,
    plans: &Range<usize>,
    places: &[usize],
) -> BTreeMap<Vec<&'b str>, Vec<(ContractRow, u32)>> {
    let mut found: BTreeMap<Vec<&str>, Vec<(ContractRow, u32)>> = BTreeMap::new();
    for term in book.terms.iter().filter(|term| plans.contains(&(term.plan as usize))) {
        let cycle = book.plans[term.plan as usize].cycle;
        if let Some(row) = term.on(book.settled_until(), cycle) {
            found.entry(values(book, term.attributes, places)).or_default().push((row, term.entered(cycle)));
        }
    }
    found
}

/// Of each plan: its contracts by the columns of their covariates; nothing without covariates.
pub(super) fn mixes(
    book: &Book,
    plans: Range<usize>,
    told: Option<&Told>,
    covariates: Option<&Covariates>,
) -> Vec<Mix> {
    let (Some(told), Some(covariates)) = (told, covariates) else { return vec![Mix::new(); plans.len()] };
    let of = |plan: usize| {
        let rows = rows(book, &(plan..plan + 1), &told.places);
        let columns = |values: &[&str]| {
            covariates.encode(values, UnseenLevel::Error).expect("the fit has seen all of them")
        };
        few(rows.iter().map(|(values, rows)| (rows.len() as f64, columns(values))).collect(), covariates)
    };
    plans.map(of).collect()
}
