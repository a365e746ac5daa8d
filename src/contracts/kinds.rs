//! Contracts that renew alike: those of one plan, and where a model has covariates, with the same values of these.
//!
//! A kind without covariates is its plan. A value that the fit has not seen counts as the most frequent one (of a number that is
//! missing: as the mean), which is said.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::book::{Book, Term};
use super::plans::BookModel;
use crate::base::numbers::things;
use crate::base::{Error, Result, Warning};
use crate::customers::UnseenLevel;
use crate::model::Contract;
use crate::params::Covariates;

/// Kinds that stand for those of a plan, at most, where they are averaged: alike ones are put together.
const MOST: usize = 64;

/// A share of contracts with the means of their columns.
pub(crate) type Mix = Vec<(f64, Vec<f64>)>;

/// One kind.
#[derive(Debug, Clone)]
struct Kind {
    plan: u32,
    /// Columns of its covariates; `None` where its period has none.
    columns: Option<Vec<f64>>,
}

/// The kinds of a book's contracts under a model, whose plans are the book's.
#[derive(Debug, Clone)]
pub(crate) struct Kinds<'a> {
    model: &'a BookModel,
    all: Vec<Kind>,
    /// By plan and combination of attributes.
    numbers: FxHashMap<(u32, u32), u32>,
    /// What was not seen by the fit: values with how many terms have them.
    unseen: BTreeMap<String, u64>,
}

impl<'a> Kinds<'a> {
    /// Those of a book.
    ///
    /// # Errors
    /// If the book lacks a covariate of the model, or has a value of one that the fit has not seen, if that is an error.
    pub fn new(book: &Book, model: &'a BookModel, unseen: UnseenLevel) -> Result<Self> {
        // Kinds of plans as such have the plan's number.
        let all = (0..model.plans.len() as u32).map(|plan| Kind { plan, columns: None }).collect();
        let mut kinds = Kinds { model, all, numbers: FxHashMap::default(), unseen: BTreeMap::new() };
        let places =
            model.cycles.iter().map(|fit| fit.covariates.as_ref().map(|it| places(it, book)).transpose());
        let places = places.collect::<Result<Vec<_>>>()?;
        let mut known: FxHashMap<(u32, Vec<u64>), u32> = FxHashMap::default();
        let mut strange: FxHashMap<(u32, u32), String> = FxHashMap::default();
        for term in &book.terms {
            let cycle = model.plans[term.plan as usize].cycle;
            let (Some(covariates), Some(places)) = (&model.cycles[cycle].covariates, &places[cycle]) else {
                continue;
            };
            let told = (term.plan, term.attributes);
            if kinds.numbers.contains_key(&told) {
                if let Some(words) = strange.get(&told) {
                    *kinds.unseen.entry(words.clone()).or_default() += 1;
                }
                continue;
            }
            let values = values(book, term.attributes, places);
            let columns = match covariates.encode(&values, UnseenLevel::Error) {
                Ok(columns) => columns,
                Err(words) if unseen == UnseenLevel::Error => {
                    return Err(Error::option("--covariates", words));
                }
                Err(words) => {
                    *kinds.unseen.entry(words.clone()).or_default() += 1;
                    strange.insert(told, words);
                    covariates.encode(&values, UnseenLevel::Reference).expect("nothing is unseen then")
                }
            };
            let next = kinds.all.len() as u32;
            let key = (term.plan, columns.iter().map(|value| value.to_bits()).collect());
            let number = *known.entry(key).or_insert(next);
            if number == next {
                kinds.all.push(Kind { plan: term.plan, columns: Some(columns) });
            }
            kinds.numbers.insert(told, number);
        }
        Ok(kinds)
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// The kind of a term.
    pub fn of(&self, term: &Term) -> usize {
        *self.numbers.get(&(term.plan, term.attributes)).unwrap_or(&term.plan) as usize
    }

    /// The plan of a kind.
    pub fn plan(&self, kind: usize) -> usize {
        self.all[kind].plan as usize
    }

    /// Columns of a kind's covariates.
    pub fn columns(&self, kind: usize) -> Option<&Vec<f64>> {
        self.all[kind].columns.as_ref()
    }

    /// The model of a kind at the estimates.
    pub fn contract(&self, kind: usize) -> Box<dyn Contract> {
        let plan = self.plan(kind);
        match &self.all[kind].columns {
            None => self.model.contract(plan, &self.model.plans[plan].params),
            Some(columns) => self.model.contract(plan, &self.model.params_with(plan, columns)),
        }
    }

    /// All of them, by number.
    pub fn contracts(&self) -> Vec<Box<dyn Contract>> {
        (0..self.len()).map(|kind| self.contract(kind)).collect()
    }

    /// The model of a kind under a draw of the parameters.
    pub fn drawn(&self, kind: usize, draw: usize) -> Box<dyn Contract> {
        let plan = self.plan(kind);
        match &self.all[kind].columns {
            None => self.model.contract(plan, &self.model.plans[plan].draws[draw]),
            Some(columns) => self.model.contract(plan, &self.model.drawn_with(plan, columns, draw)),
        }
    }

    /// The chances to renew at the estimates, by kind.
    pub fn estimated(&self) -> impl Fn(usize, u32) -> f64 + use<> {
        let contracts = self.contracts();
        move |kind, t| contracts[kind].retention(t)
    }

    /// What was not seen when the model was fitted, in words.
    pub fn warning(&self) -> Option<Warning> {
        let (words, _) = self.unseen.iter().max_by_key(|(_, n)| **n)?;
        let all: u64 = self.unseen.values().sum();
        let more = match self.unseen.len() {
            1 => String::new(),
            n => format!("; and {} more", things(n as u64 - 1, "such value")),
        };
        let message = format!(
            "{} with a value that the model has not seen: {words}{more}; they count as the most frequent value (a number as its \
             mean): fit again, or say --unseen-level error",
            things(all, "contract")
        );
        Some(Warning::new("contracts-unseen-level", message))
    }
}

/// Where covariates are among the attributes of a book.
fn places(covariates: &Covariates, book: &Book) -> Result<Vec<usize>> {
    covariates.covariates.iter().map(|covariate| place(&covariate.name, book)).collect()
}

/// Where one attribute is.
pub(super) fn place(name: &str, book: &Book) -> Result<usize> {
    let found = book.attribute_names.iter().position(|known| same_name(known, name));
    found.ok_or_else(|| {
        let message =
            format!("the contracts have no column '{name}', which the model asks for (--covariates)");
        Error::option("--covariates", message)
    })
}

/// Names of columns are compared as everywhere.
fn same_name(one: &str, other: &str) -> bool {
    super::book::layout::plain(one) == super::book::layout::plain(other)
}

/// Values of some attributes.
pub(super) fn values<'b>(book: &'b Book, attributes: u32, places: &[usize]) -> Vec<&'b str> {
    let all = book.attributes.get(attributes as usize);
    places.iter().map(|at| all.and_then(|all| all.get(*at)).map_or("", String::as_str)).collect()
}

/// A mixture of few for one of many: those whose effect is alike are put together, with the means of their columns.
pub(crate) fn few(mut all: Mix, covariates: &Covariates) -> Mix {
    let total: f64 = all.iter().map(|(n, _)| n).sum();
    if total <= 0.0 {
        return Vec::new();
    }
    let effect = |columns: &[f64]| -> f64 {
        covariates.coefficients.iter().map(|c| c.value * columns[c.column]).sum()
    };
    all.sort_by(|a, b| {
        let by = effect(&a.1).total_cmp(&effect(&b.1));
        by.then_with(|| {
            a.1.iter()
                .zip(&b.1)
                .map(|(a, b)| a.total_cmp(b))
                .find(|it| it.is_ne())
                .unwrap_or(std::cmp::Ordering::Equal)
        })
    });
    if all.len() <= MOST {
        return all.into_iter().map(|(n, columns)| (n / total, columns)).collect();
    }
    let mut found: Mix = Vec::new();
    let (mut before, mut last) = (0.0, usize::MAX);
    for (n, columns) in all {
        let bin = ((before + 0.5 * n) / total * MOST as f64) as usize;
        before += n;
        if bin != last {
            found.push((0.0, vec![0.0; columns.len()]));
            last = bin;
        }
        let (sum, means) = found.last_mut().expect("a bin was begun");
        *sum += n;
        means.iter_mut().zip(&columns).for_each(|(mean, value)| *mean += n / *sum * (value - *mean));
    }
    found.iter_mut().for_each(|(n, _)| *n /= total);
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::customers::{Covariate, Kind as Values};
    use crate::params::Coefficient;

    /// A thousand prices in few kinds: shares add up to 1, the mean of all is kept, and order by effect too.
    #[test]
    fn few_stand_for_many() {
        let covariates = Covariates {
            covariates: vec![Covariate { name: "price".into(), kind: Values::Number { mean: 0.0 } }],
            convention: Default::default(),
            coefficients: vec![Coefficient {
                process: "leaving".into(),
                column: 0,
                value: -0.1,
                targets: vec![(1, -1.0)],
            }],
        };
        let all: Mix = (0..1000).map(|i| (1.0 + f64::from(i % 3), vec![f64::from(i)])).collect();
        let total: f64 = all.iter().map(|(n, _)| n).sum();
        let mean: f64 = all.iter().map(|(n, z)| n * z[0]).sum::<f64>() / total;
        let found = few(all, &covariates);
        assert!(found.len() <= MOST && found.len() > MOST / 2, "{}", found.len());
        assert!((found.iter().map(|(n, _)| n).sum::<f64>() - 1.0).abs() < 1e-12);
        let kept: f64 = found.iter().map(|(n, z)| n * z[0]).sum();
        assert!((kept / mean - 1.0).abs() < 1e-12, "{kept} {mean}");
        assert!(found.is_sorted_by(|a, b| a.1[0] > b.1[0]));
    }
}
