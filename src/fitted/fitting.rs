//! Fitting a member of the family as a request asks: plain, with covariates, or with groups.

use std::sync::Arc;

use crate::base::{Error, Progress, Result};
use crate::customers::{
    Beside, Counts, CovariateTables, CustomerTable, GroupTables, Intensity, OverTime, Parts, TIME_COVARIATES,
    Table, Within,
};
use crate::fit::{
    Estimate, FitOptions, FitReport, FittedIntensity, IntensityRequest, PosteriorMethod, PosteriorOptions,
    Rates, Seen, exposed_from, fit_intensity,
};
use crate::fitted::{FitRequest, Member, PurchaseModel, lives};
use crate::history::Summary;
use crate::model::MbgNbd;
use crate::params::{CovariateConvention, Effects, Groups, PooledGroups};

impl Member {
    /// Fits it to a summary that has been counted; the summary's rows are only read if customers are told apart.
    ///
    /// # Errors
    /// See [`ClvModel::fit`](crate::fitted::ClvModel::fit).
    pub(super) fn fit_request(
        &'static self,
        summary: &Summary,
        counts: &Counts,
        request: &FitRequest,
        progress: &dyn Progress,
    ) -> Result<Found> {
        request.refuse_in_time(self)?;
        match &request.rates {
            Rates::Steady => {}
            Rates::Estimated(wanted) => {
                request.refuse_with_rates(self)?;
                return self.fit_estimated(summary, counts, (wanted, request), progress);
            }
            Rates::Given(intensity) => {
                request.refuse_with_rates(self)?;
                return self.fit_given(summary, counts, (Some(intensity.clone()), 0.0), request, progress);
            }
        }
        if let Some(over_time) = &request.over_time {
            return self.fit_in_time(summary, counts, (over_time, request), progress);
        }
        let names = &request.covariates.names;
        if let Some(name) = &request.groups {
            return self.fit_grouped(summary, counts, name, request, progress);
        }
        if names.is_empty() {
            let (purchase, report) = self.fit(&counts.customers, &request.options, progress)?;
            return Ok(Found { purchase, report, effects: None, intensity: None });
        }
        let regression = self.regression()?;
        let tables = CovariateTables::read(summary, names, progress)?;
        let (purchase, report, found) =
            regression(&counts.customers, &tables, &request.covariates, &request.options, progress)?;
        Ok(Found { purchase, report, effects: Some(Effects::Covariates(found)), intensity: None })
    }

    /// First all customers together, then group by group about that.
    fn fit_grouped(
        &'static self,
        summary: &Summary,
        counts: &Counts,
        name: &str,
        request: &FitRequest,
        progress: &dyn Progress,
    ) -> Result<Found> {
        request.refuse_with_groups()?;
        let options = FitOptions { posterior: PosteriorOptions::unchecked(), ..request.options };
        let (of_all, report) = self.fit(&counts.customers, &options, progress)?;
        let tables = GroupTables::read(summary, name, progress)?;
        let customers = tables.tables.iter().map(|table| table.customers() as u64).collect();
        let (pooled, log_likelihood) = self.fit_groups(&tables.tables, of_all.params(), progress)?;
        let purchase = self.with(&pooled.common)?;
        let report = describe(report, &pooled, log_likelihood);
        let groups = Groups { covariate: tables.covariate, customers, pooled };
        let effects = Some(Effects::Groups(Box::new(groups)));
        Ok(Found { purchase, report, effects, intensity: None })
    }

    /// With what is known of each customer over time.
    fn fit_in_time(
        &'static self,
        summary: &Summary,
        counts: &Counts,
        (over_time, request): (&Arc<OverTime>, &FitRequest),
        progress: &dyn Progress,
    ) -> Result<Found> {
        let within = match request.covariates.convention {
            CovariateConvention::Separate => Within::End,
            CovariateConvention::Clvtools => Within::Start,
        };
        let lives = lives::read(summary, over_time, within, progress)?;
        let (purchase, report, found) =
            self.in_time()?(&counts.customers, &lives, &request.options, progress)?;
        Ok(Found { purchase, report, effects: Some(Effects::InTime(found)), intensity: None })
    }

    /// First how rates change with age and date, then the customers in exposure.
    fn fit_estimated(
        &'static self,
        summary: &Summary,
        counts: &Counts,
        (wanted, request): (&IntensityRequest, &FitRequest),
        progress: &dyn Progress,
    ) -> Result<Found> {
        let meta = &summary.meta;
        let (Some(timing), Some(end)) = (&meta.timing, meta.observed_until) else {
            let message = "a summary does not say when purchases happened: fit the purchase log itself";
            return Err(Error::option(wanted.option(), message));
        };
        let seen = Seen { timing, end, unit: meta.unit.days() };
        // Learned from one model, whichever takes it.
        let found = fit_intensity::<MbgNbd>(&counts.customers, &seen, wanted, progress)?;
        let mut fitted =
            self.fit_given(summary, counts, (found.intensity(), found.ln_m), request, progress)?;
        if let Some(rates) = &fitted.intensity {
            let rates = self.with_beside(rates, &found, (counts, meta.unit.days()), &fitted)?;
            fitted.intensity = Some(rates);
        }
        fitted.report.log_likelihood += found.ln_m;
        fitted.report.free_parameters += found.effective.round() as usize;
        fitted.report.notes.extend(found.absent(wanted));
        Ok(fitted)
    }

    /// Rates with those that were left open, each with what the parameters would be. A model that follows customers from
    /// purchase to purchase takes them as known.
    fn with_beside(
        &self,
        rates: &Intensity,
        found: &FittedIntensity,
        (counts, unit): (&Counts, f64),
        fitted: &Found,
    ) -> Result<Arc<Intensity>> {
        let (params, covariance) = (fitted.purchase.params(), fitted.report.covariance.as_ref());
        let one = |parts: &Parts| {
            let rates = Intensity::new(parts.clone());
            let table = self.in_rates(&counts.customers, &rates, 0.0, unit);
            let moves = self.moves(&table, params, covariance)?;
            Ok(Beside { rates: Arc::new(rates), moves })
        };
        let followed = self.needs.purchase_times;
        let drawn = found.drawn.iter().filter(|_| !followed).map(one).collect::<Result<_>>()?;
        Ok(Arc::new(rates.clone().with_beside(drawn)))
    }

    /// Customers as it counts them where rates change so, seen so many days after the end of the observation that those were
    /// estimated from; their times are in units of so many days.
    pub fn in_rates(
        &self,
        table: &CustomerTable,
        intensity: &Intensity,
        now: f64,
        unit: f64,
    ) -> CustomerTable {
        match self.counts_exposure() {
            true => exposed_from(table, intensity, now, unit),
            false => table.in_courses(intensity, now, unit),
        }
    }

    /// Customers in an exposure that is known; `ln_m` is the sum of `ln m` over purchases.
    fn fit_given(
        &'static self,
        summary: &Summary,
        counts: &Counts,
        (intensity, ln_m): (Option<Arc<Intensity>>, f64),
        request: &FitRequest,
        progress: &dyn Progress,
    ) -> Result<Found> {
        let exposed = intensity.as_ref().map(|intensity| {
            let mut table = self.in_rates(&counts.customers, intensity, 0.0, summary.meta.unit.days());
            table.log_gaps = counts.customers.log_gaps.map(|sum| sum + ln_m);
            table
        });
        let table = exposed.as_ref().unwrap_or(&counts.customers);
        let (purchase, report) = self.fit(table, &request.options, progress)?;
        Ok(Found { purchase, report, effects: None, intensity })
    }
}

/// What a fit of a member found.
pub(super) struct Found {
    pub purchase: PurchaseModel,
    pub report: FitReport,
    pub effects: Option<Effects>,
    pub intensity: Option<Arc<Intensity>>,
}

impl FitRequest {
    /// # Errors
    /// If it asks for something that does not go with what is known of customers over time, or the model cannot follow that.
    fn refuse_in_time(&self, member: &Member) -> Result<()> {
        if self.over_time.is_none() {
            return Ok(());
        }
        member.in_time()?;
        let sampled =
            matches!(self.options.posterior.method, PosteriorMethod::Nuts | PosteriorMethod::Bootstrap);
        let asked = [
            (
                !self.covariates.names.is_empty(),
                "--covariates do not go with it: put them into its file, as columns that stay the same",
            ),
            (self.groups.is_some(), "--groups do not go with it: groups have all parameters of their own"),
            (
                self.rates != Rates::Steady,
                "--age-effect, --season, --calendar and --holidays do not go with it: put what all customers share into its file, \
                 as columns that all have",
            ),
            (sampled, "the posterior has its normal approximation: leave --posterior out"),
        ];
        match asked.into_iter().find(|(is_asked, _)| *is_asked) {
            Some((_, words)) => Err(Error::option(TIME_COVARIATES, words)),
            None => Ok(()),
        }
    }

    /// # Errors
    /// If it asks for something that rates which change with time do not go with, or the model cannot have them.
    fn refuse_with_rates(&self, member: &Member) -> Result<()> {
        member.in_exposure()?;
        if !self.covariates.names.is_empty() || self.groups.is_some() {
            let message = "rates that change with age and date go with one model of all customers: leave --covariates and \
                           --groups out";
            return Err(Error::option("--age-effect", message));
        }
        Ok(())
    }

    /// # Errors
    /// If it asks for something that groups do not go with.
    pub(super) fn refuse_with_groups(&self) -> Result<()> {
        if self.groups.is_none() {
            return Ok(());
        }
        if !self.covariates.names.is_empty() {
            let message = "a model has groups or covariates, not both: groups have all parameters of their own, covariates \
                           shift those of all";
            return Err(Error::option("--groups", message));
        }
        match self.options.posterior.method {
            PosteriorMethod::Nuts | PosteriorMethod::Bootstrap => {
                let message =
                    "the parameters of groups have their normal approximation: leave --posterior out";
                Err(Error::option("--groups", message))
            }
            PosteriorMethod::Laplace | PosteriorMethod::Auto => Ok(()),
        }
    }
}

/// The report of the fit of all customers, made that of their groups. The likelihood is that with the groups' own
/// parameters integrated out: it has the middle of all groups and how they differ as its parameters.
fn describe(all: FitReport, pooled: &PooledGroups, log_likelihood: f64) -> FitReport {
    let covariance = &pooled.common_covariance;
    let n = pooled.common.len();
    let both = |i: usize, j: usize| covariance[[i, j]] * pooled.common[i] * pooled.common[j];
    let estimate = |(i, estimate): (usize, &Estimate)| Estimate {
        value: pooled.common[i],
        standard_error: (both(i, i) > 0.0).then(|| both(i, i).sqrt()),
        ..estimate.clone()
    };
    let free = all.free_parameters;
    let note = format!(
        "parameters are those in the middle of the groups; the log-likelihood has the groups' own integrated out (that of all \
         customers as one group is {:.3}, with {free} parameters)",
        all.log_likelihood
    );
    FitReport {
        estimates: all.estimates.iter().enumerate().map(estimate).collect(),
        covariance: Some((0..n).map(|i| (0..n).map(|j| both(i, j)).collect()).collect()),
        log_likelihood,
        free_parameters: free + free * (free + 1) / 2,
        posterior: None,
        notes: [all.notes, vec![note]].concat(),
        ..all
    }
}
