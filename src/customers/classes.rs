//! Covariates of customers, from text to numbers and to parameters.
//!
//! A covariate whose values are all numbers is one column as it is; any other is one column of 0 and 1
//! per level, except the most frequent one, the reference. The purchase model's own parameters are
//! those of a customer whose columns are all 0; coefficients are per unit of the user's numbers.
//! Inside the fit columns are centred and scaled (see [`crate::fit`]), which changes no result.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::base::{Error, Progress, Result};
use crate::customers::{Customer, CustomerTable, Table};
use crate::history::{Summary, SummaryBatch, SummaryMeta};

/// What to do at scoring with a level that the fit has not seen, or a value that is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UnseenLevel {
    /// An error that names it.
    #[default]
    Error,
    /// Take the reference level, or the mean of the number, instead.
    Reference,
}

/// One covariate as it was in the data of the fit.
#[derive(Debug, Clone, PartialEq)]
pub struct Covariate {
    /// The attribute's name.
    pub name: String,
    /// What its values are.
    pub kind: Kind,
}

/// What the values of a covariate are.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Numbers, with their mean in the data of the fit.
    Number {
        /// The mean over customers.
        mean: f64,
    },
    /// Levels.
    Levels {
        /// The level that the model's own parameters are for: the most frequent one.
        reference: String,
        /// The others, sorted.
        others: Vec<String>,
    },
    /// Groups that have parameters of their own, by number; what was not seen has the number behind the last.
    Groups {
        /// Their names, sorted.
        names: Vec<String>,
    },
}

/// Customers counted by the values of their covariates.
pub struct CovariateTables<T = CustomerTable> {
    /// The covariates found.
    pub covariates: Vec<Covariate>,
    /// The columns of each distinct combination, and its customers.
    pub groups: Vec<(Vec<f64>, T)>,
}

impl Covariate {
    /// From all values with how many customers have them.
    fn new(name: &str, values: &BTreeMap<&str, f64>) -> Result<Self> {
        let name = name.to_owned();
        if values.len() < 2 {
            let only = values.keys().next().copied().unwrap_or_default();
            let message = format!("covariate '{name}' is '{only}' for all customers: it can explain nothing");
            return Err(Error::option("--covariates", message));
        }
        let numbers: Option<Vec<(f64, f64)>> = values.iter().map(|(v, n)| Some((number(v)?, *n))).collect();
        if let Some(numbers) = numbers {
            let customers: f64 = numbers.iter().map(|(_, n)| n).sum();
            let mean = numbers.iter().map(|(value, n)| value * n / customers).sum();
            return Ok(Covariate { name, kind: Kind::Number { mean } });
        }
        if values.len() > MOST_LEVELS {
            let message = format!(
                "covariate '{name}' has {} levels and is not numeric throughout: merge levels (at most \
                 {MOST_LEVELS}), or mend the values that are no numbers",
                values.len()
            );
            return Err(Error::option("--covariates", message));
        }
        let most = values.values().fold(0.0, |most: f64, n| most.max(*n));
        let reference = values.iter().find(|(_, n)| **n == most).map_or("", |(value, _)| value).to_owned();
        let others = values.keys().filter(|v| **v != reference).map(|v| (*v).to_owned()).collect();
        Ok(Covariate { name, kind: Kind::Levels { reference, others } })
    }

    /// Names of its columns.
    pub fn columns(&self) -> Vec<String> {
        match &self.kind {
            Kind::Number { .. } => vec![self.name.clone()],
            Kind::Levels { others, .. } => others.iter().map(|l| format!("{}={l}", self.name)).collect(),
            Kind::Groups { .. } => vec![self.name.clone()],
        }
    }

    /// Adds the columns of one value; `None` if it was not seen.
    fn encode(&self, value: &str, unseen: UnseenLevel, columns: &mut Vec<f64>) -> Option<()> {
        let lenient = unseen == UnseenLevel::Reference;
        match &self.kind {
            Kind::Number { mean } => columns.push(number(value).or(lenient.then_some(*mean))?),
            Kind::Levels { reference, others } => {
                if value != reference && !others.iter().any(|level| level == value) && !lenient {
                    return None;
                }
                columns.extend(others.iter().map(|level| f64::from(u8::from(level == value))));
            }
            Kind::Groups { names } => {
                let place = names.binary_search_by(|name| name.as_str().cmp(value));
                columns.push(place.unwrap_or(names.len()) as f64);
            }
        }
        Some(())
    }
}

/// More levels than this are a mistake (an id, a date); also of groups that are fitted one by one.
pub(crate) const MOST_LEVELS: usize = 200;

fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|value: &f64| value.is_finite())
}

pub(crate) fn encode(
    covariates: &[Covariate],
    values: &[&str],
    unseen: UnseenLevel,
) -> std::result::Result<Vec<f64>, String> {
    let mut columns = Vec::new();
    for (covariate, value) in covariates.iter().zip(values) {
        covariate.encode(value, unseen, &mut columns).ok_or_else(|| {
            let (name, known) = (
                &covariate.name,
                match &covariate.kind {
                    Kind::Number { .. } => "numbers".to_owned(),
                    Kind::Levels { reference, others } => format!("{reference}, {}", others.join(", ")),
                    Kind::Groups { names } => names.join(", "),
                },
            );
            format!("{name} '{value}' was not seen when the model was fitted (known: {known})")
        })?;
    }
    Ok(columns)
}

pub(crate) fn places<'a>(names: impl Iterator<Item = &'a str>, meta: &SummaryMeta) -> Result<Vec<usize>> {
    let place = |name: &str| {
        meta.attributes.iter().position(|attribute| attribute == name).ok_or_else(|| {
            let message = format!("the customers have no attribute '{name}'");
            Error::option("--covariates", message)
        })
    };
    names.map(place).collect()
}

/// Tells customers of a summary apart by their covariates.
#[derive(Debug, Clone)]
pub struct Encoder<'a> {
    covariates: &'a [Covariate],
    /// Where they are among the summary's attributes.
    places: Vec<usize>,
    unseen: UnseenLevel,
}

impl<'a> Encoder<'a> {
    /// For these covariates; without any, all customers are alike.
    ///
    /// # Errors
    /// If the summary lacks one.
    pub fn new(covariates: &'a [Covariate], meta: &SummaryMeta, unseen: UnseenLevel) -> Result<Self> {
        let places = places(covariates.iter().map(|covariate| covariate.name.as_str()), meta)?;
        Ok(Encoder { covariates, places, unseen })
    }

    /// The columns of a customer.
    ///
    /// # Errors
    /// In words, if the fit has not seen one of its values.
    pub fn columns(&self, customers: &SummaryBatch, row: usize) -> std::result::Result<Vec<f64>, String> {
        if self.covariates.is_empty() {
            return Ok(Vec::new());
        }
        let values: Vec<&str> = self.places.iter().map(|a| customers.attributes[*a].value(row)).collect();
        encode(self.covariates, &values, self.unseen)
            .map_err(|words| format!("customer '{}': {words}", customers.customer_id.value(row)))
    }
}

/// Distinct combinations of covariates, numbered as they come.
#[derive(Debug, Clone, Default)]
pub struct Classes {
    /// The columns of each.
    pub columns: Vec<Vec<f64>>,
    numbers: FxHashMap<Vec<u64>, u32>,
}

impl Classes {
    /// The number of this combination.
    pub fn number(&mut self, columns: Vec<f64>) -> u32 {
        let next = self.columns.len() as u32;
        let number = *self.numbers.entry(key(&columns)).or_insert(next);
        if number == next {
            self.columns.push(columns);
        }
        number
    }
}

/// A combination of covariates as what can be looked up.
pub(crate) fn key(columns: &[f64]) -> Vec<u64> {
    columns.iter().map(|value| value.to_bits()).collect()
}

impl CovariateTables {
    /// Reads a summary and counts its customers by covariates.
    ///
    /// # Errors
    /// If a covariate is missing or of no use, or the summary cannot be read.
    pub fn read(summary: &Summary, names: &[String], progress: &dyn Progress) -> Result<Self> {
        let places = places(names.iter().map(String::as_str), &summary.meta)?;
        let mut rows: BTreeMap<Vec<String>, Vec<Customer>> = BTreeMap::new();
        for batch in summary.batches() {
            progress.check()?;
            let batch = batch?;
            for i in 0..batch.len() {
                let values: Vec<&str> = places.iter().map(|p| batch.attributes[*p].value(i)).collect();
                let customer = Customer::of(&batch, i);
                let values: Vec<String> = values.into_iter().map(str::to_owned).collect();
                rows.entry(values).or_default().push(customer);
            }
        }
        let counted = |(values, customers): (Vec<String>, Vec<Customer>)| {
            let mut builder = CustomerTable::builder();
            customers.iter().for_each(|customer| {
                builder.push(*customer, 1.0);
            });
            (values, builder.finish())
        };
        CovariateTables::of(names, rows.into_iter().map(counted).collect())
    }
}

impl<T: Table> CovariateTables<T> {
    /// Of customers who are counted for each combination of values of these covariates.
    ///
    /// # Errors
    /// If a covariate is of no use.
    pub fn of(names: &[String], counted: Vec<(Vec<String>, T)>) -> Result<Self> {
        let mut covariates = Vec::new();
        for (k, name) in names.iter().enumerate() {
            let mut counts: BTreeMap<&str, f64> = BTreeMap::new();
            for (values, table) in &counted {
                *counts.entry(&values[k]).or_default() += table.customers();
            }
            covariates.push(Covariate::new(name, &counts)?);
        }
        let group = |(values, table): (Vec<String>, T)| {
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            (encode(&covariates, &values, UnseenLevel::Error).expect("all values were seen"), table)
        };
        let groups: Vec<(Vec<f64>, T)> = counted.into_iter().map(group).collect();
        refuse_dependent(&covariates, &groups)?;
        Ok(CovariateTables { covariates, groups })
    }
}

/// Columns that others determine have no coefficients of their own.
fn refuse_dependent<T: Table>(covariates: &[Covariate], groups: &[(Vec<f64>, T)]) -> Result<()> {
    let names: Vec<String> = covariates.iter().flat_map(Covariate::columns).collect();
    let customers: f64 = groups.iter().map(|(_, table)| table.customers()).sum();
    let mean_of = |k: usize| groups.iter().map(|(z, t)| t.customers() * z[k]).sum::<f64>() / customers;
    // Gram and Schmidt, weighted by customers.
    let mut basis: Vec<Vec<f64>> = Vec::new();
    let dot = |a: &[f64], b: &[f64]| -> f64 {
        groups.iter().zip(a.iter().zip(b)).map(|((_, table), (a, b))| table.customers() * a * b).sum()
    };
    for (k, name) in names.iter().enumerate() {
        let mean = mean_of(k);
        let mut column: Vec<f64> = groups.iter().map(|(z, _)| z[k] - mean).collect();
        let whole = dot(&column, &column);
        for other in &basis {
            let along = dot(&column, other);
            column.iter_mut().zip(other).for_each(|(value, other)| *value -= along * other);
        }
        let rest = dot(&column, &column);
        if rest <= 1e-9 * whole {
            let message = format!(
                "the column {name} follows from the others ({}): leave it out, or one of them",
                names[..k].join(", ")
            );
            return Err(Error::option("--covariates", message));
        }
        basis.push(column.iter().map(|value| value / rest.sqrt()).collect());
    }
    Ok(())
}
