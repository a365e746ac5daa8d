//! One origin: what was known, what models and baselines make of it, and what came.

use jiff::civil::Date;

use super::baselines::{self, Baseline};
use super::cohort::Cohort;
use super::forecast::{Forecast, Uniformity, forecast};
use super::metrics::Scorecard;
use super::pool::estimates;
use super::windows::{Window, Windows};
use super::{BacktestOptions, Entrant, Origin, groups, resample, tracking};
use crate::base::{Duration, Error, ErrorKind, Grain, Horizon, Progress, Result};
use crate::customers::{Counts, Within};
use crate::fit::{Rates, fit_spend};
use crate::fitted::{ClvModel, FitRequest, Member, SpendModel, average};
use crate::history::{self, Input, LogOptions, Summary, first_grain};
use crate::params::Scale;
use crate::study::{drift, learning};

/// Fewer customers at an origin say nothing.
const FEWEST: usize = 30;

/// One origin's test.
pub(super) struct Test<'a> {
    pub inputs: &'a [Input],
    pub log: &'a LogOptions,
    pub options: &'a BacktestOptions,
    pub windows: &'a Windows,
    pub window: &'a Window,
    pub progress: &'a dyn Progress,
}

impl Test<'_> {
    /// Summarises, fits, forecasts, and only then looks at the holdout.
    pub fn run(&self, members: &[&'static Member]) -> Result<Origin> {
        let known = self.known(members)?;
        let earlier = self.window.earlier.map(|date| self.open(date, None)).transpose()?;
        let end = self.open(self.window.end, Some(self.window.origin))?;
        let mut cohort = Cohort::join(&known, earlier.as_ref(), &end, self.progress)?;
        cohort.followed = self.followed(&known)?;
        self.enough(cohort.len())?;
        self.any_purchase(&cohort)?;
        let mut left_out = Vec::new();
        let mut entrants = Vec::new();
        for (name, outcome) in self.fit(members, &known, &mut left_out)? {
            match outcome {
                Ok(model) => entrants.push(self.judge_model(name, model, &cohort, &end)?),
                Err(words) => left_out.push((name.to_owned(), words)),
            }
        }
        for baseline in Baseline::ALL {
            match baselines::forecast(baseline, &cohort, self.windows.horizon()) {
                Ok((forecast, learned)) => {
                    entrants.push(self.judge(baseline.name(), forecast, &cohort, learned)?)
                }
                Err(words) => left_out.push((baseline.name().to_owned(), words)),
            }
        }
        Ok(Origin {
            window: *self.window,
            first: self.windows.first,
            customers: cohort.len() as u64,
            buyers: cohort.bought.iter().filter(|bought| **bought > 0.0).count() as u64,
            purchases: cohort.bought.iter().sum(),
            spend: cohort.spent.as_ref().map(|spent| spent.iter().sum()),
            dearer: cohort.dearer(),
            entrants,
            left_out,
            cohort: self.options.keep.then_some(cohort),
        })
    }

    /// The log as it was known at a date.
    fn open(&self, until: Date, calendar: Option<Date>) -> Result<Summary> {
        let log = LogOptions {
            observed_until: Some(until),
            log_gaps: false,
            purchase_times: false,
            calendar,
            ..self.log.clone()
        };
        history::open_inputs(self.inputs, &log, self.progress)
    }

    /// The log as it was known at the origin, with what the models ask of it.
    fn known(&self, members: &[&'static Member]) -> Result<Summary> {
        let observed_until = Some(self.window.origin);
        let log_gaps = members.iter().any(|member| member.needs.log_gaps);
        let follows = self.options.over_time.is_some();
        let purchase_times = follows || members.iter().any(|member| member.needs.purchase_times);
        let timing = matches!(self.options.rates, Rates::Estimated(_));
        let mut log = LogOptions {
            observed_until,
            log_gaps,
            purchase_times,
            timing,
            calendar: None,
            ..self.log.clone()
        };
        if members.iter().any(|member| average::is_average(member.name)) {
            learning::asks(&mut log);
        }
        history::open_inputs(self.inputs, &log, self.progress)
    }

    /// What is known of the customers over time, up to the end of the holdout, with their first days; in their order.
    fn followed(&self, known: &Summary) -> Result<Vec<(u32, i32)>> {
        let Some(over_time) = &self.options.over_time else { return Ok(Vec::new()) };
        let day = |date: Date| first_grain(Grain::Day, date);
        let (origin, end) = (day(self.window.origin), day(self.window.end));
        let mut followed = Vec::new();
        for batch in known.batches() {
            let batch = batch?;
            for row in 0..batch.len() {
                let born = origin - (batch.t.value(row) * known.meta.unit.days()).round() as i32;
                let number = over_time.of(batch.customer_id.value(row), (born, end), Within::End)?;
                followed.push((number, born));
            }
        }
        Ok(followed)
    }

    fn enough(&self, customers: usize) -> Result<()> {
        if customers >= FEWEST {
            return Ok(());
        }
        let message = format!(
            "{customers} customers were known on {}, one holdout before {}: at least {FEWEST} are needed to say \
             anything. Use a shorter one, or fewer --origins",
            self.window.origin, self.window.end
        );
        Err(Error::option("--holdout", message))
    }

    /// A holdout in which nobody buys says nothing; most often the log ends before the date it was said to.
    fn any_purchase(&self, cohort: &Cohort) -> Result<()> {
        if cohort.bought.iter().any(|bought| *bought > 0.0) {
            return Ok(());
        }
        let message = format!(
            "nobody known on {} bought from then to {}: does the log reach that far? Give the last day it is \
             complete for as --observed-until, or a longer holdout",
            self.window.origin, self.window.end
        );
        Err(Error::option("--holdout", message))
    }

    /// Fits the models to what was known, with one spend model for all.
    fn fit(
        &self,
        members: &[&'static Member],
        known: &Summary,
        left_out: &mut Vec<(String, String)>,
    ) -> Result<Vec<(&'static str, Result<ClvModel, String>)>> {
        let counts = Counts::read(known, self.progress)?;
        let spend = self.spend(&counts, left_out)?;
        let mut fitted = Vec::new();
        for member in members {
            self.progress.check()?;
            let mut request = FitRequest {
                model: member.name.to_owned(),
                spend: false,
                options: self.options.fit.clone(),
                rates: self.options.rates.clone(),
                over_time: self.options.over_time.clone(),
                horizon: Horizon::Finite(Duration { count: self.windows.horizon(), unit: self.windows.unit }),
                ..FitRequest::default()
            };
            // Models of an average have rates of their own.
            if average::is_average(member.name) {
                request.rates = Rates::Steady;
            }
            // Given for the models that have one.
            if !member.params.iter().any(|spec| spec.scale == Scale::Whole) {
                request.options.regularity = None;
            }
            let mut chosen = None;
            if member.needs.purchase_times {
                request.drift = self.options.drift;
                (request, chosen) =
                    drift::choose(member, &counts.customers, known.meta.unit, &request, self.progress)?;
            }
            let model = match average::is_average(member.name) {
                true => learning::fit_average(known, &counts, &request, self.progress),
                false => ClvModel::fit_purchase(member, known, &counts, &request, self.progress),
            };
            let outcome = in_words(model)?;
            let said = |mut model: ClvModel| {
                model.purchase_fit.iter_mut().for_each(|fit| fit.notes.extend(chosen.clone()));
                ClvModel { spend, over_time: self.options.over_time.clone(), ..model }
            };
            fitted.push((member.name, outcome.map(said)));
        }
        Ok(fitted)
    }

    fn spend(&self, counts: &Counts, left_out: &mut Vec<(String, String)>) -> Result<Option<SpendModel>> {
        let Some(table) = &counts.spend else { return Ok(None) };
        match in_words(fit_spend(table, &counts.amounts, &self.options.fit, self.progress))? {
            Ok(fitted) => Ok(Some(fitted.model.into())),
            Err(words) => {
                left_out.push(("value of the models".to_owned(), words));
                Ok(None)
            }
        }
    }

    fn judge_model(
        &self,
        name: &'static str,
        model: ClvModel,
        cohort: &Cohort,
        end: &Summary,
    ) -> Result<Entrant> {
        let (windows, seed) = (self.windows, self.options.seed);
        if let Some(intensity) = &model.intensity {
            intensity.knows(self.window.origin, self.window.end)?;
        }
        let months = windows.months(self.window.origin);
        let until: Vec<f64> =
            months.iter().map(|(_, end)| windows.grain.in_units(*end, windows.unit)).collect();
        let forecast = forecast(&model, cohort, (windows.horizon(), &until), seed, self.progress)?;
        let by_month = end.meta.calendar.as_ref().map_or_else(Vec::new, |calendar| {
            groups::by_month(&forecast.until, calendar, &months, cohort.len())
        });
        let tracking = end
            .meta
            .calendar
            .as_ref()
            // What newcomers buy depends on what is known of each.
            .filter(|_| model.in_time().is_none())
            .map_or_else(Vec::new, |calendar| tracking::tracking(&model, calendar, windows, self.window));
        let mut entrant = self.judge(name, forecast, cohort, String::new())?;
        entrant.groups.extend(by_month);
        Ok(Entrant { baseline: false, tracking, model: Some(model), ..entrant })
    }

    fn judge(
        &self,
        name: &'static str,
        forecast: Forecast,
        cohort: &Cohort,
        learned: String,
    ) -> Result<Entrant> {
        self.progress.stage(&format!("judging {name}"), None);
        let card = Scorecard::new(cohort, &forecast);
        let values = card.measure(&vec![1.0; cohort.len()]);
        let options = self.options;
        let draws = (options.seed, options.replicates);
        let replicates = resample::replicates((&card, &values), cohort, &forecast, draws, self.progress)?;
        let distribution = forecast.distribution.as_ref();
        Ok(Entrant {
            name,
            baseline: true,
            learned,
            model: None,
            values: estimates(&values, &replicates),
            replicates,
            uniformity: distribution.map(|found| Uniformity::of(&found.pit)),
            groups: groups::groups(cohort, &forecast, self.windows, self.window.origin),
            calibration: distribution
                .map_or_else(Vec::new, |found| groups::calibration(cohort, &found.p_buy)),
            tracking: Vec::new(),
            forecast: options.keep.then_some(forecast),
        })
    }
}

/// A model that these data cannot determine is left out with the reason; other errors end the work.
fn in_words<T>(outcome: Result<T>) -> Result<Result<T, String>> {
    match outcome {
        Ok(fitted) => Ok(Ok(fitted)),
        Err(error) => match error.kind() {
            ErrorKind::NotIdentified { .. } | ErrorKind::NotConverged { .. } => Ok(Err(error.to_string())),
            _ => Err(error),
        },
    }
}
