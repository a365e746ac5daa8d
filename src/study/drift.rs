//! How fast rates drift, and how regular purchases are: what of a model that follows customers from purchase to purchase
//! is chosen, and not estimated.
//!
//! Likelihood is no guide here: it judges the next gap, of which there are many, and not the number of purchases a horizon
//! ahead, which is asked for. It takes regularity where forecasts lose by it. So the last part of the observation is held
//! back, for all who were customers before; the model is fitted to what was known then at each place of a small grid;
//! and the place whose forecasts have the least continuous ranked probability score is taken. A sample of the customers
//! does, and nothing after the end of observation is used.

use rayon::prelude::*;

use crate::base::{DriftRate, ErrorKind, Progress, Result, Unit};
use crate::customers::{Customer, CustomerTable, Table};
use crate::fit::{FitOptions, PosteriorOptions};
use crate::fitted::{ClvModel, FitRequest, Member, PurchaseModel};
use crate::forecast::rules::{Seen, mark};
use crate::params::Scale;

/// Drifts that are tried \[1/week\]. The least but one is taken where there is too little to choose by.
const DRIFTS: [f64; 4] = [0.01, 0.03, 0.1, 0.3];
/// Stages that are tried.
const STAGES: [u32; 3] = [1, 2, 3];
/// The part of the observation that is held back, and the most of it \[days\].
const PART: f64 = 0.3;
const MOST_DAYS: f64 = 364.0;
/// Customers by whom it is chosen.
const SAMPLE: usize = 5_000;
/// Fewer customers who were known before, or purchases after, say nothing.
const FEWEST: usize = 50;

/// The customers of an earlier day, and what they bought since.
struct Earlier {
    known: CustomerTable,
    rows: Vec<(Vec<f64>, Seen)>,
    horizon: f64,
}

/// What was chosen for a model of rates that drift.
pub(super) fn of(model: &ClvModel) -> Option<(DriftRate, u32)> {
    let value = |scale: Scale| {
        let specs = model.purchase.specs().iter().zip(model.purchase.params());
        specs.filter(|(spec, _)| spec.scale == scale).map(|(_, value)| *value).next()
    };
    let drift = DriftRate::new(value(Scale::ChosenRate)?, model.unit).ok()?;
    Some((drift, value(Scale::Whole)? as u32))
}

/// One place of the grid.
struct Tried {
    drift: f64,
    stages: u32,
    crps: f64,
    log_likelihood: f64,
}

/// The request with drift and regularity chosen where it leaves them open, and what is to be said of that. Models that
/// do not drift are left as they are.
///
/// # Errors
/// If the caller wants it to stop.
pub(super) fn choose(
    member: &'static Member,
    table: &CustomerTable,
    unit: Unit,
    request: &FitRequest,
    progress: &dyn Progress,
) -> Result<(FitRequest, Option<String>)> {
    let table = match &table.by_ages {
        Some(table) if member.needs.purchase_times => table,
        _ => return Ok((request.clone(), None)),
    };
    let given = (request.drift.map(|drift| drift.in_units(Unit::Week)), request.options.regularity);
    if let (Some(_), Some(_)) = given {
        return Ok((request.clone(), None));
    }
    let mut chosen = request.clone();
    let mut set = |drift: f64, stages: u32| -> Result<String> {
        chosen.drift = Some(request.drift.map_or_else(|| DriftRate::new(drift, Unit::Week), Ok)?);
        chosen.options.regularity = Some(stages);
        Ok(chosen.drift.map(|drift| drift.to_string()).unwrap_or_default())
    };
    let Some(earlier) = Earlier::of(table, unit) else {
        let drift = set(DRIFTS[1], request.options.regularity.unwrap_or(1))?;
        let note = format!(
            "the drift {drift} is an assumption: there is too little to choose it by (--drift gives another)"
        );
        return Ok((chosen, Some(note)));
    };
    progress.stage("choosing how fast rates drift", None);
    let tried = earlier.try_all(member, unit, given, request, progress)?;
    let Some(best) = tried.iter().min_by(|a, b| a.crps.total_cmp(&b.crps)) else {
        set(DRIFTS[1], request.options.regularity.unwrap_or(1))?;
        return Ok((chosen, None));
    };
    let drift = set(best.drift, best.stages)?;
    let note = in_words(&tried, best, &drift, earlier.horizon * unit.days() / 7.0);
    Ok((chosen, Some(note)))
}

impl Earlier {
    /// `None` if there is too little on either side.
    fn of(table: &CustomerTable, unit: Unit) -> Option<Earlier> {
        let ages = table.ages.as_ref()?;
        let horizon = (PART * table.times.last()?).min(MOST_DAYS / unit.days());
        let mut builder = CustomerTable::builder();
        let (mut rows, mut customers, mut purchases) = (Vec::new(), 0.0, 0.0);
        let step = table.len().div_ceil(SAMPLE).max(1);
        for row in (0..table.len()).step_by(step) {
            let t = table.times[table.t[row] as usize] - horizon;
            if t <= 0.0 {
                continue;
            }
            let own: Vec<f64> = ages.of(row).take_while(|age| *age <= t).collect();
            let bought = (ages.of(row).len() - own.len()) as u32;
            let customer = Customer { x: own.len() as u32, t_x: own.last().copied().unwrap_or(0.0), t };
            let count = table.count[row];
            builder.push_with_ages(customer, &own, count);
            (customers, purchases) = (customers + count, purchases + count * f64::from(bought));
            rows.push((own, Seen { customer, bought, count }));
        }
        let fewest = FEWEST as f64;
        (customers >= fewest && purchases >= fewest).then(|| Earlier {
            known: builder.finish(),
            rows,
            horizon,
        })
    }

    /// Fits and marks the model at each place that is open. Where it cannot be fitted there is nothing.
    fn try_all(
        &self,
        member: &'static Member,
        unit: Unit,
        given: (Option<f64>, Option<u32>),
        request: &FitRequest,
        progress: &dyn Progress,
    ) -> Result<Vec<Tried>> {
        let drifts = given.0.map_or(DRIFTS.to_vec(), |drift| vec![drift]);
        let stages = given.1.map_or(STAGES.to_vec(), |stages| vec![stages]);
        let mut tried = Vec::new();
        for drift in &drifts {
            for &stages in &stages {
                progress.check()?;
                let options = FitOptions {
                    drift: Some(DriftRate::new(*drift, Unit::Week)?.in_units(unit)),
                    regularity: Some(stages),
                    posterior: PosteriorOptions::unchecked(),
                    ..request.options.clone()
                };
                match member.fit(&self.known, &options, progress) {
                    Ok((model, report)) => tried.push(Tried {
                        drift: *drift,
                        stages,
                        crps: self.mark(&model)?,
                        log_likelihood: report.log_likelihood,
                    }),
                    Err(error) if matches!(error.kind(), ErrorKind::Interrupted) => return Err(error),
                    Err(_) => {}
                }
            }
        }
        Ok(tried)
    }

    /// The mean score over customers.
    fn mark(&self, model: &PurchaseModel) -> Result<f64> {
        let one = |(ages, seen): &(Vec<f64>, Seen)| {
            mark(&model.of_purchases(ages), self.horizon, std::slice::from_ref(seen))
        };
        let marks = self.rows.par_iter().map(one).collect::<Result<Vec<_>>>()?;
        let customers: f64 = marks.iter().map(|mark| mark.customers).sum();
        Ok(marks.iter().map(|mark| mark.crps).sum::<f64>() / customers)
    }
}

fn in_words(tried: &[Tried], best: &Tried, drift: &str, weeks: f64) -> String {
    let of = |one: &Tried| format!("{}%/w, k = {}", (one.drift * 1e12).round() / 1e10, one.stages);
    let mut words = format!(
        "drift kappa = {drift} and regularity k = {}, chosen by the forecasts of the last {weeks:.0} weeks from what was known \
         before (mean CRPS {:.5})",
        best.stages, best.crps
    );
    let others = tried.iter().filter(|one| !std::ptr::eq(*one, best));
    if let Some(second) = others.min_by(|a, b| a.crps.total_cmp(&b.crps)) {
        words += &format!("; next is {} with {:.5}", of(second), second.crps);
    }
    let likeliest = tried.iter().max_by(|a, b| a.log_likelihood.total_cmp(&b.log_likelihood));
    if let Some(likeliest) = likeliest.filter(|one| !std::ptr::eq(*one, best)) {
        words += &format!(
            "; likelihood would take {}, whose forecasts are worse ({:.5})",
            of(likeliest),
            likeliest.crps
        );
    }
    words
}
