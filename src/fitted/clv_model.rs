//! The whole fitted thing: a purchase model, a spend model, the unit of their time, and where they
//! come from. Obtained by fitting a summary, from known parameters, or from a model file.

use std::sync::Arc;

use jiff::Span;
use jiff::civil::Date;

use crate::base::{Error, ErrorKind, Grain, Horizon, Progress, Result, Unit, ValueOptions, Warning};
use crate::customers::{Counts, Customer, Intensity, OverTime, Regressors, TIME_COVARIATES, TrainedOn};
use crate::fit::{FitReport, fit_spend};
use crate::fitted::fitting::Found;
use crate::fitted::{FitRequest, Learned, Member, PurchaseModel, SpendModel};
use crate::history::Summary;
use crate::params::{Covariates, Effects, Groups, InTime};

/// A purchase model and a spend model, ready to score customers.
#[derive(Debug, Clone)]
pub struct ClvModel {
    /// Who is still a customer, and how often they will buy.
    pub purchase: PurchaseModel,
    /// Why customers have parameters of their own: the purchase model's are then those of the reference customer, or what
    /// groups have in common.
    pub effects: Option<Effects>,
    /// How rates change with age and date, if they do: the purchase model's time is then exposure.
    pub intensity: Option<Arc<Intensity>>,
    /// What is known of its customers over time, where it follows that ([`Effects::InTime`]). It belongs to customers, so that
    /// neither fits nor files leave it here: see [`ClvModel::knowing`].
    pub over_time: Option<Arc<OverTime>>,
    /// What forecasts of earlier dates have shown, of an average.
    pub learned: Option<Arc<Learned>>,
    /// How the purchase model was fitted; `None` if its parameters were given, and for an average, whose models have
    /// fits of their own.
    pub purchase_fit: Option<FitReport>,
    /// How much a purchase is worth; `None` without amounts.
    pub spend: Option<SpendModel>,
    /// How the spend model was fitted; `None` if its parameters were given.
    pub spend_fit: Option<FitReport>,
    /// The unit of the purchase model's time.
    pub unit: Unit,
    /// What counted as one purchase, if known.
    pub grain: Option<Grain>,
    /// The earliest purchase it was fitted to, if known.
    pub first_purchase: Option<Date>,
    /// The end of the observation it was fitted to, if known.
    pub observed_until: Option<Date>,
    /// What it was fitted to; `None` if its parameters were given.
    pub trained_on: Option<TrainedOn>,
}

/// A horizon of more times the observation is a guess.
const FAR: f64 = 3.0;

/// Fewer customers than this say little of how customers differ.
const FEW: u64 = 30;

fn few(customers: u64) -> Option<Warning> {
    (customers < FEW).then(|| {
        let message =
            format!("the model is fitted to {customers} customers: too few to say how customers differ");
        Warning::new("few-customers", message)
    })
}

/// Without a repeat purchase nothing can be fitted: says who was taken for a customer, which is often why.
fn refuse_no_repeats(summary: &Summary, counts: &Counts, model: &str) -> Result<()> {
    let trained = &counts.trained_on;
    match &summary.meta.customer_column {
        Some(column) if trained.repeat_purchases == 0 && trained.customers > 0 => {
            let message = column.no_repeats(trained.customers);
            Err(ErrorKind::NotIdentified { model: model.to_owned(), message }.into())
        }
        _ => Ok(()),
    }
}

impl ClvModel {
    /// A model of known parameters.
    pub fn from_parameters(purchase: PurchaseModel, spend: Option<SpendModel>, unit: Unit) -> Self {
        ClvModel {
            purchase,
            effects: None,
            intensity: None,
            over_time: None,
            learned: None,
            purchase_fit: None,
            spend,
            spend_fit: None,
            unit,
            grain: None,
            first_purchase: None,
            observed_until: None,
            trained_on: None,
        }
    }

    /// A customer whose times are in the model's unit as the purchase model counts them, seen from the end of the observation
    /// that it was fitted to, with the model of what lies ahead.
    pub fn seen(&self, customer: &Customer) -> (PurchaseModel, Customer) {
        self.seen_after(customer, 0.0)
    }

    /// The same, seen so many days after that end.
    pub fn seen_after(&self, customer: &Customer, days: f64) -> (PurchaseModel, Customer) {
        self.seen_buying(customer, &[], days)
    }

    /// The same of one who bought again at these ages \[units\], which a model that follows customers has to know; others
    /// pass over them.
    pub fn seen_buying(&self, customer: &Customer, ages: &[f64], days: f64) -> (PurchaseModel, Customer) {
        let unit = self.unit.days();
        let rates = self.intensity.as_deref().map(|intensity| (intensity, (days - customer.t * unit, days)));
        let purchase = self.purchase.of_age(customer.t * unit, days, unit);
        (purchase.of_history(ages, rates, unit), *customer)
    }

    /// The purchase model of customers who have just bought for the first time, so long before that end \[units\].
    pub fn newcomer(&self, before: f64) -> PurchaseModel {
        self.born(-before * self.unit.days())
    }

    /// The purchase model of customers who bought for the first time so many days after that end.
    pub fn born(&self, days: f64) -> PurchaseModel {
        match &self.intensity {
            Some(intensity) => self.purchase.exposed(intensity, (days, days), self.unit.days()),
            None => self.purchase.of_age(0.0, days, self.unit.days()),
        }
    }

    /// The variance of the shocks of a horizon to come, which all customers share, relative to the square of a total: weeks
    /// are independent, so that it falls with their number.
    pub fn shared_variance(&self, horizon: &Horizon) -> f64 {
        self.shared_variance_within(horizon.in_units(Unit::Week))
    }

    /// The same of so many weeks.
    pub fn shared_variance_within(&self, weeks: f64) -> f64 {
        if let Some(learned) = &self.learned {
            return learned.shared_variance(weeks);
        }
        let Some(intensity) = &self.intensity else { return 0.0 };
        let spread = intensity.parts().shock_spread;
        (spread * spread).exp_m1() / weeks.max(1.0)
    }

    /// The end of the observation that rates were estimated from, if they change with age and date.
    pub fn rates_until(&self) -> Option<Date> {
        let own = self.intensity.as_ref().map(|intensity| intensity.parts().end);
        own.or_else(|| self.purchase.average().and_then(|average| average.end()))
    }

    /// # Errors
    /// If rates follow what all customers share of a day (promotions, prices), and that is not known of all days from one date
    /// to the end of a horizon: says which are missing. Behind any known day its mean is taken, for all time to come.
    pub fn knows_days(&self, after: Option<Date>, horizon: &Horizon) -> Result<()> {
        let (Some(intensity), Horizon::Finite(length)) = (&self.intensity, horizon) else { return Ok(()) };
        let from = after.unwrap_or(intensity.parts().end);
        let last = from.saturating_add(Span::new().days(length.days().min(4e6) as i64));
        intensity.knows(from.tomorrow().unwrap_or(from).min(last), last)
    }

    /// The same with a newer table of what all customers share of a day: what it says of its days holds, other days stay.
    ///
    /// # Errors
    /// If the model follows none of its columns.
    pub fn with_calendar(&self, newer: &Regressors) -> Result<ClvModel> {
        let own = self.intensity.as_ref().and_then(|intensity| intensity.parts().shared.as_ref());
        let names = own.map_or(&[][..], |own| own.regressors.names());
        if !names.iter().any(|name| newer.names().contains(name)) {
            let message = match names {
                [] => "the model does not follow any: fit it with clv fit --calendar FILE".to_owned(),
                names => {
                    format!("the model follows {}, and the file has none of these columns", names.join(", "))
                }
            };
            return Err(Error::option("--calendar", message));
        }
        let intensity = self.intensity.as_ref().map(|intensity| Arc::new(intensity.renewed(newer)));
        Ok(ClvModel { intensity, ..self.clone() })
    }

    /// How its purchase model was fitted; of an average how each of its models was.
    pub fn purchase_fits(&self) -> impl Iterator<Item = &FitReport> {
        let parts = self.purchase.average().into_iter().flat_map(|average| &average.parts);
        self.purchase_fit.iter().chain(parts.filter_map(|part| part.fit.as_ref()))
    }

    /// Adds warnings to what its fit says, of an average to what that of its first model says.
    pub fn warn(&mut self, warnings: Vec<Warning>) {
        match self.purchase.average() {
            None => self.purchase_fit.iter_mut().for_each(|fit| fit.warnings.extend(warnings.clone())),
            Some(average) => {
                let mut own = average.clone();
                own.parts[0].fit.iter_mut().for_each(|fit| fit.warnings.extend(warnings.clone()));
                self.purchase = PurchaseModel::averaging(own);
            }
        }
    }

    /// What its fits warn of, each once: models of an average say much the same of their customers.
    pub fn warnings(&self) -> Vec<&Warning> {
        let mut all: Vec<&Warning> = Vec::new();
        for warning in self.purchase_fits().chain(&self.spend_fit).flat_map(|fit| &fit.warnings) {
            let known = |other: &&Warning| other.code == warning.code && other.message == warning.message;
            if !all.iter().any(known) {
                all.push(warning);
            }
        }
        all
    }

    /// The single models that it is made of, with weights: itself, or what an average averages. Without spend.
    pub fn voices(&self) -> Vec<(f64, ClvModel)> {
        let Some(average) = self.purchase.average() else { return vec![(1.0, self.clone())] };
        let one = |part: &crate::fitted::Part| {
            let own = ClvModel::from_parameters(part.model.clone(), None, self.unit);
            let model = ClvModel {
                intensity: part.intensity.clone(),
                purchase_fit: part.fit.clone(),
                grain: self.grain,
                first_purchase: self.first_purchase,
                observed_until: self.observed_until,
                trained_on: self.trained_on.clone(),
                ..own
            };
            (part.weight, model)
        };
        average.parts.iter().map(one).collect()
    }

    /// How its parameters depend on covariates, if they do.
    pub fn covariates(&self) -> Option<&Covariates> {
        match &self.effects {
            Some(Effects::Covariates(covariates)) => Some(covariates),
            _ => None,
        }
    }

    /// What it follows of customers over time, if it does.
    pub fn in_time(&self) -> Option<&InTime> {
        match &self.effects {
            Some(Effects::InTime(own)) => Some(own),
            _ => None,
        }
    }

    /// The same with what is known of customers over time.
    ///
    /// # Errors
    /// If it follows none, or the file lacks one of its columns.
    pub fn knowing(&self, over_time: &OverTime) -> Result<ClvModel> {
        let Some(own) = self.in_time() else {
            let message = "the model does not follow what changes with time: fit it with clv fit --time-covariates FILE";
            return Err(Error::option(TIME_COVARIATES, message));
        };
        Ok(ClvModel { over_time: Some(Arc::new(over_time.only(&own.names)?)), ..self.clone() })
    }

    /// # Errors
    /// If it follows what is known of customers over time: `what` does not.
    pub fn refuse_in_time(&self, what: &str) -> Result<()> {
        match self.in_time() {
            None => Ok(()),
            Some(own) => {
                let message = format!(
                    "the model follows {} of each customer over time, and {what} does not (clv score, forecast and backtest do)",
                    own.names.join(", ")
                );
                Err(Error::option(TIME_COVARIATES, message))
            }
        }
    }

    /// Its groups, if it has any.
    pub fn groups(&self) -> Option<&Groups> {
        match &self.effects {
            Some(Effects::Groups(groups)) => Some(groups),
            _ => None,
        }
    }

    /// The attributes that tell its customers apart.
    pub fn attributes(&self) -> Vec<String> {
        let effects = self.effects.iter().flat_map(Effects::covariates);
        effects.map(|covariate| covariate.name.clone()).collect()
    }

    /// Does its purchase model count opportunities, one in each unit of time, and nothing between?
    pub fn counts_opportunities(&self) -> bool {
        self.purchase.needs().opportunities
    }

    /// These settings with the horizon that its forecasts look to: of a model of opportunities a whole number of them.
    ///
    /// # Errors
    /// If it is none by the calendar, or [`ClvModel::knows_days`] has one.
    pub fn value_options(&self, options: ValueOptions) -> Result<ValueOptions> {
        self.knows_days(None, &options.horizon)?;
        if !self.counts_opportunities() {
            return Ok(options);
        }
        let what = format!("{}, a model of purchases at opportunities,", self.purchase.name());
        Ok(ValueOptions { horizon: options.horizon.whole(self.unit, &what)?, ..options })
    }

    /// What settings mean for it, in words.
    pub fn settings(&self, options: &ValueOptions) -> Vec<String> {
        options.in_words(self.unit, self.counts_opportunities())
    }

    /// Fits a purchase model alone, to a summary that has been counted.
    ///
    /// # Errors
    /// See [`ClvModel::fit`].
    pub fn fit_purchase(
        member: &'static Member,
        summary: &Summary,
        counts: &Counts,
        request: &FitRequest,
        progress: &dyn Progress,
    ) -> Result<ClvModel> {
        refuse_no_repeats(summary, counts, member.name)?;
        progress.stage("fitting", None);
        let mut request = request.clone();
        if let Some(drift) = request.drift {
            request.options.drift = Some(drift.in_units(summary.meta.unit));
        }
        let Found { purchase, mut report, effects, intensity } =
            member.fit_request(summary, counts, &request, progress)?;
        report.warnings.extend(few(counts.trained_on.customers));
        Ok(ClvModel {
            purchase,
            effects,
            intensity,
            over_time: None,
            learned: None,
            purchase_fit: Some(report),
            spend: None,
            spend_fit: None,
            unit: summary.meta.unit,
            grain: summary.meta.grain,
            first_purchase: summary.meta.first_purchase,
            observed_until: summary.meta.observed_until,
            trained_on: Some(counts.trained_on.clone()),
        })
    }

    /// A warning of a horizon that is many times as long as what was observed of customers.
    pub fn far_horizon(&self, horizon: &Horizon) -> Option<Warning> {
        let Horizon::Finite(horizon) = horizon else { return None };
        let span = self.observed_until?.since(self.first_purchase?).ok()?;
        let days = f64::from(span.get_days() + 1).max(1.0);
        let ratio = horizon.days() / days;
        (ratio > FAR).then(|| {
            let message = format!(
                "the horizon {horizon} is {ratio:.1} times the {days} days that the model was fitted to: nothing is \
                 seen of what customers do so late, and the forecast rests on the form of the model"
            );
            Warning::new("far-horizon", message)
        })
    }

    /// Adds the spend model, if it is wanted and there are amounts.
    ///
    /// # Errors
    /// If the amounts cannot determine it.
    pub fn with_spend(
        self,
        counts: &Counts,
        request: &FitRequest,
        progress: &dyn Progress,
    ) -> Result<ClvModel> {
        let spend = match &counts.spend {
            Some(table) if request.spend => {
                Some(fit_spend(table, &counts.amounts, &request.options, progress)?)
            }
            _ => None,
        };
        let (spend, spend_fit) = spend.map(|fitted| (fitted.model.into(), fitted.report)).unzip();
        Ok(ClvModel { spend, spend_fit, ..self })
    }
}
