//! The posterior of a model as rows of draws under names, and what each customer's history says of each draw: for tools
//! that judge samplers and compare models (ArviZ and the like).

use super::draws::{self, Draw};
use super::{ClvModel, View};
use crate::base::{Error, Progress, Result};
use crate::customers::{SpendRow, UnseenLevel};
use crate::fit::posterior::Evidence;
use crate::history::Summary;

/// Chains that independent draws are dealt to, so that whoever compares chains has several.
const CHAINS: usize = 4;

/// Draws of the parameters, chain by chain.
#[derive(Debug, Clone)]
pub struct PosteriorDraws {
    /// The parameters' names, those of the purchase model first: `r`; of a group `r[search]`; a coefficient is
    /// `purchase:region=south`, a parameter of one model of an average `bg-nbd.r`.
    pub names: Vec<String>,
    /// How many of them are the spend model's: the last ones.
    pub of_spend: usize,
    /// How many chains, of equal length.
    pub chains: usize,
    /// How they were found: `laplace`, `nuts` or `bootstrap`; the prior's `open` where likelihood alone has no end.
    pub method: &'static str,
    draws: Vec<Draw>,
}

/// Log-likelihoods of customers: a row a draw, a column a customer.
#[derive(Debug, Clone)]
pub struct Pointwise {
    /// Of purchases.
    pub purchases: Vec<Vec<f64>>,
    /// Of amounts, of those customers only who say something of them; empty without a spend model.
    pub spend: Vec<Vec<f64>>,
    /// Who they are.
    pub customers: Vec<String>,
    /// The places among them of those whose amounts count.
    pub spenders: Vec<usize>,
}

impl PosteriorDraws {
    /// The draws, each with a value a name.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = Vec<f64>> + '_ {
        self.draws.iter().map(values)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.draws.len()
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.draws.is_empty()
    }
}

fn values(draw: &Draw) -> Vec<f64> {
    let spend = draw.spend.map(|spend| spend.params()).unwrap_or_default();
    [&draw.params[..], &draw.coefficients, &spend].concat()
}

impl ClvModel {
    /// Draws of the parameters: those that the fit has kept of its sampler or its resamples, else `draws` independent ones of
    /// the normal distribution of their logarithms (coefficients: of their own).
    ///
    /// # Errors
    /// If the parameters were given, or the fit cannot say how sure they are.
    pub fn posterior(&self, draws: usize, seed: u64) -> Result<PosteriorDraws> {
        if self.purchase_fits().next().is_none() {
            let message = "its parameters were given, not estimated: nothing is known of how sure they are";
            return Err(Error::model(self.purchase.name(), message));
        }
        if let Some(name) = draws::open(self) {
            let message = "this fit does not say how sure its parameters are: fit it with --posterior nuts";
            return Err(Error::model(name, message));
        }
        let kept = self.purchase_fit.as_ref().and_then(|fit| fit.posterior.as_ref());
        let (method, chains, n) = match kept.map(|kept| (&kept.evidence, kept.draws.len())) {
            Some((Evidence::Nuts(nuts), n @ 1..)) => ("nuts", nuts.chains, n),
            Some((Evidence::Bootstrap { .. }, n @ 1..)) => ("bootstrap", 1, n),
            Some((Evidence::Laplace { .. }, n @ 1..)) => ("open", 1, n),
            _ => ("laplace", CHAINS, draws),
        };
        // All chains are of one length.
        let whole = (n / chains).max(1) * chains;
        let mut draws = draws::draw(self, n.max(whole), seed);
        draws.truncate(whole);
        let (names, of_spend) = self.names();
        Ok(PosteriorDraws { names, of_spend, chains, method, draws })
    }

    /// The names of what is drawn, and how many of them are of the spend model.
    fn names(&self) -> (Vec<String>, usize) {
        let own = |specs: &[crate::params::ParamSpec]| -> Vec<String> {
            specs.iter().map(|spec| spec.name.to_owned()).collect()
        };
        let mut names = match self.purchase.average() {
            None => own(self.purchase.specs()),
            Some(average) => {
                let of_part = |part: &super::Part| {
                    let model = part.model.name();
                    own(part.model.specs()).into_iter().map(move |name| format!("{model}.{name}"))
                };
                average.parts.iter().flat_map(of_part).collect()
            }
        };
        if let Some(groups) = self.groups() {
            let shared = own(self.purchase.specs());
            let all = groups.names().iter().map(String::as_str).chain(["(a new group)"]);
            names.extend(all.flat_map(|group| shared.iter().map(move |name| format!("{name}[{group}]"))));
        }
        if let Some(covariates) = self.covariates() {
            let columns = covariates.columns();
            let all = covariates.coefficients.iter();
            names.extend(all.map(|one| format!("{}:{}", one.process, columns[one.column])));
        }
        let spend = self.spend.map(|spend| own(spend.specs())).unwrap_or_default();
        let of_spend = spend.len();
        names.extend(spend);
        (names, of_spend)
    }

    /// What the history of each customer says of each draw.
    ///
    /// # Errors
    /// If the model's likelihood of a customer is not that of `(x, t_x, T)` under one set of parameters: averages, models
    /// that follow customers, and rates that change with age and date. If the customers cannot be read.
    pub fn pointwise(
        &self,
        summary: &Summary,
        posterior: &PosteriorDraws,
        progress: &dyn Progress,
    ) -> Result<Pointwise> {
        self.refuse_in_time("the likelihood of single customers")?;
        let needs = self.purchase.needs();
        if self.purchase.average().is_some() || self.intensity.is_some() || needs.purchase_times {
            let message = "the likelihood of a single customer is not given for averages, for rates that change with age and \
                           season, and for models that follow customers (drift-nbd, drift-mbg-nbd)";
            return Err(Error::model(self.purchase.name(), message));
        }
        let view = View::new(self, &summary.meta, UnseenLevel::Error)?;
        let mut customers = Vec::new();
        let (mut ids, mut gaps, mut amounts) = (Vec::new(), Vec::new(), Vec::new());
        for batch in summary.batches() {
            progress.check()?;
            let batch = batch?;
            for row in 0..batch.len() {
                customers.push((view.history(&batch, row)?, view.columns(&batch, row)?));
                ids.push(batch.customer_id.value(row).to_owned());
                gaps.push(batch.log_gaps.as_ref().map_or(0.0, |gaps| gaps.value(row)));
                let mean = batch.monetary_value.as_ref().map(|mean| mean.value(row));
                amounts.push(mean.map(|mean| SpendRow::of(batch.frequency.value(row), mean)));
            }
        }
        let spenders: Vec<usize> =
            (0..amounts.len()).filter(|&i| amounts[i].is_some_and(|row| row.spends())).collect();
        let mut found = Pointwise { purchases: Vec::new(), spend: Vec::new(), customers: ids, spenders };
        let stages = if needs.log_gaps { self.stages() } else { 1.0 };
        progress.stage("likelihoods", Some(posterior.len() as u64));
        for draw in &posterior.draws {
            progress.check()?;
            progress.advance(1);
            let one = |((customer, columns), gaps): (&(_, Vec<f64>), &f64)| {
                let own = self.purchase.member().log_likelihood(&draw.params_of(self, columns), customer)?;
                Ok(own + (stages - 1.0) * gaps)
            };
            found.purchases.push(customers.iter().zip(&gaps).map(one).collect::<Result<_>>()?);
            let Some(spend) = draw.spend else { continue };
            let one = |i: &usize| amounts[*i].map_or(0.0, |row| spend.log_likelihood(&row));
            found.spend.push(found.spenders.iter().map(one).collect());
        }
        Ok(found)
    }

    /// How many stages a gap between purchases has, of a model of regular purchases.
    fn stages(&self) -> f64 {
        let place = self.purchase.specs().iter().position(|spec| spec.name == "k");
        place.map_or(1.0, |place| self.purchase.params()[place])
    }
}
