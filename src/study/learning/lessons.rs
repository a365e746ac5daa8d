//! Trying candidates from earlier dates.

use std::sync::Arc;

use jiff::civil::Date;

use super::average;
use super::candidates::{self, Candidate, reference};
use super::past::Origin;
use crate::base::{ErrorKind, Horizon, Progress, Result, Unit};
use crate::fitted::{ClvModel, FitRequest, Trial};
use crate::forecast::rules::{Followed, Marks, PIT_BINS, compare};
use crate::history::{Past, Summary};

/// How much is tried.
#[derive(Debug, Clone, Copy)]
pub(super) struct Effort {
    /// Origins, at most.
    origins: i32,
    /// Customers who are marked at each, at most.
    marked: usize,
}

impl Effort {
    pub const FULL: Effort = Effort { origins: 8, marked: 12_000 };
    /// Enough to see whether it is worth it.
    pub const GLANCE: Effort = Effort { origins: 3, marked: 2_000 };
}

/// The horizon in steps from one origin to the next; horizons of one and two steps are tried, too.
const STEPS: i32 = 4;
/// At least this part of the log is known at an origin.
const KNOWN: f64 = 0.25;
/// ... and this long [weeks].
const LEAST_KNOWN: f64 = 13.0;
/// A shorter log says nothing [weeks].
const LEAST: f64 = 26.0;
/// Fewer customers, or repeat purchases, at an origin say nothing.
const FEWEST: f64 = 50.0;

/// What came of trying candidates from one origin, up to one horizon.
#[derive(Debug, Clone)]
pub struct Cell {
    /// The last day that was known.
    pub origin: Date,
    /// How far they looked \[weeks\].
    pub weeks: f64,
    /// Repeat purchases known.
    pub repeats: f64,
    /// How often customers of the sample bought.
    pub bought: f64,
    /// Customers of the sample.
    pub customers: f64,
    /// Candidate by candidate what was expected.
    pub expected: Vec<f64>,
    /// How distributions err together, a customer: see [`pairs`](crate::forecast::rules::Compared::pairs).
    pub pairs: Vec<Vec<f64>>,
    /// Purchases those customers made in as long a time before; `None` where the log does not go back so far.
    pub before: Option<f64>,
    /// The score of the reference, a customer.
    pub reference: f64,
    /// How many of the candidates need not know each purchase: the first.
    pub steady: usize,
    /// The candidates as they were fitted.
    models: Arc<Vec<ClvModel>>,
    /// What happened, within a horizon \[units\].
    rows: Vec<Followed>,
    horizon: f64,
}

/// What was learned.
#[derive(Debug, Clone)]
pub struct Lessons {
    /// Windows of the horizon that do not overlap, in part.
    pub windows: f64,
    /// The trials, the latest origin first.
    pub cells: Vec<Cell>,
}

impl Lessons {
    /// The same of so many candidates, the first.
    pub(super) fn of_first(&self, n: usize) -> Lessons {
        let cell = |cell: &Cell| Cell {
            expected: cell.expected[..n].to_vec(),
            pairs: cell.pairs[..n].iter().map(|row| row[..n].to_vec()).collect(),
            ..cell.clone()
        };
        Lessons { windows: self.windows, cells: self.cells.iter().map(cell).collect() }
    }

    /// How much better the average of the second weights would have forecast than that of the first: the mean over trials of
    /// the logarithm of the ratio of scores.
    pub(super) fn gain(&self, from: &[f64], to: &[f64]) -> f64 {
        let one = |cell: &Cell| (cell.score(from) / cell.score(to)).ln();
        self.cells.iter().map(one).sum::<f64>() / self.cells.len() as f64
    }
}

impl Cell {
    /// Tries models, the last of which is the reference; `None` if nobody buys or is expected to.
    fn new(origin: &Origin, models: &Arc<Vec<ClvModel>>, ahead: i32, repeats: f64) -> Result<Option<Self>> {
        let followed = models.iter().any(|model| model.purchase.needs().purchase_times);
        let (rows, horizon) = (origin.rows(ahead, followed), origin.time(ahead));
        let compared = compare(&models.iter().collect::<Vec<_>>(), horizon, &rows)?;
        if compared.marks.iter().any(|marks| marks.expected <= 0.0 || marks.bought <= 0.0) {
            return Ok(None);
        }
        let (own, reference) = compared.marks.split_at(compared.marks.len() - 1);
        let customers = reference[0].customers;
        let steady =
            models[..own.len()].iter().filter(|model| !model.purchase.needs().purchase_times).count();
        let pairs = compared.pairs[..own.len()].iter();
        Ok(Some(Cell {
            origin: origin.date(),
            weeks: origin.weeks(ahead),
            repeats,
            bought: reference[0].bought,
            customers,
            expected: own.iter().map(|marks| marks.expected).collect(),
            pairs: pairs.map(|row| row[..own.len()].iter().map(|pair| pair / customers).collect()).collect(),
            before: origin.before(ahead),
            reference: reference[0].crps / customers,
            steady,
            models: models.clone(),
            rows,
            horizon,
        }))
    }

    /// The logarithms of expected over bought.
    pub(super) fn errors(&self) -> Vec<f64> {
        self.expected.iter().map(|expected| (expected / self.bought).ln()).collect()
    }

    /// The score of the average with these weights, a customer: a quadratic form in them.
    fn score(&self, weights: &[f64]) -> f64 {
        let row = |row: &Vec<f64>| row.iter().zip(weights).map(|(pair, weight)| pair * weight).sum::<f64>();
        self.pairs.iter().zip(weights).map(|(pairs, weight)| weight * row(pairs)).sum()
    }

    /// That of the robust average: the candidates that every log has what they need for, all of the same weight.
    fn robust(&self) -> f64 {
        let equal = |i| if i < self.steady { 1.0 / self.steady as f64 } else { 0.0 };
        self.score(&(0..self.pairs.len()).map(equal).collect::<Vec<f64>>())
    }

    /// What the average with these weights would have done.
    ///
    /// # Errors
    /// If it gives no finite answer for a customer.
    pub(super) fn trial(&self, weights: &[f64]) -> Result<Trial> {
        let first = &self.models[0];
        let purchase = average(weights.iter().copied().zip(self.models.iter()), true);
        let model = ClvModel { purchase, intensity: None, ..first.clone() };
        let marks = compare(&[&model], self.horizon, &self.rows)?.marks[0];
        Ok(Trial {
            origin: self.origin,
            weeks: self.weeks,
            customers: marks.customers,
            expected: marks.expected,
            bought: marks.bought,
            covered: inside(&marks) / marks.customers,
            crps: marks.crps / marks.customers,
            reference: self.reference,
            robust: Some(self.robust()),
            before: self.before,
            held: None,
        })
    }
}

/// How many customers' probability integral transform is between 5 and 95 %.
fn inside(marks: &Marks) -> f64 {
    // All bins of a twentieth but the first and the last.
    let bins = PIT_BINS / 20;
    marks.pit[bins..PIT_BINS - bins].iter().sum()
}

/// Tries candidates; in words why nothing can be learned, if so.
///
/// # Errors
/// If the caller wants it to stop.
pub fn learn(
    candidates: &[Candidate],
    summary: &Summary,
    request: &FitRequest,
    progress: &dyn Progress,
) -> Result<Result<Lessons, String>> {
    learn_with(Effort::FULL, candidates, summary, request, progress)
}

/// The same with so much effort.
pub(super) fn learn_with(
    effort: Effort,
    candidates: &[Candidate],
    summary: &Summary,
    request: &FitRequest,
    progress: &dyn Progress,
) -> Result<Result<Lessons, String>> {
    let meta = &summary.meta;
    let Some(past) = &meta.past else {
        return Ok(Err("a summary does not say when purchases happened, so that no forecast can be tried from earlier dates".to_owned()));
    };
    let plan = match Plan::new(past, &request.horizon, effort.origins) {
        Ok(plan) => plan,
        Err(words) => return Ok(Err(words)),
    };
    let mut own = request.clone();
    own.options.accept_unconverged = true;
    progress.stage("trying forecasts from earlier dates", Some(plan.origins.len() as u64));
    let mut cells = Vec::new();
    for (at, horizons) in &plan.origins {
        progress.check()?;
        let origin = Origin::new(past, meta.unit, *at, effort.marked);
        cells.extend(tried(candidates, &origin, horizons, summary, &own, progress)?);
        progress.advance(1);
    }
    if cells.is_empty() {
        return Ok(Err(format!(
            "at no earlier date were there {FEWEST} customers and as many repeat purchases to fit models to"
        )));
    }
    Ok(Ok(Lessons { windows: plan.windows, cells }))
}

/// One origin; nothing where candidates cannot be fitted, or nobody buys.
fn tried(
    candidates: &[Candidate],
    origin: &Origin,
    horizons: &[i32],
    summary: &Summary,
    request: &FitRequest,
    progress: &dyn Progress,
) -> Result<Vec<Cell>> {
    let (known, counts) = origin.counts(&summary.meta);
    let repeats = counts.trained_on.repeat_purchases as f64;
    if counts.customers.customers < FEWEST || repeats < FEWEST {
        return Ok(Vec::new());
    }
    let fitted = candidates::rates(candidates, (&known, &counts), request, &())
        .and_then(|rates| candidates::fit_all(candidates, (&known, &counts), &rates, request, &()))
        .and_then(|fitted| Ok((fitted, reference(&known, &counts, request, &())?)));
    let ((fitted, dropped), reference) = match fitted {
        Ok(fitted) => fitted,
        Err(error) if matches!(error.kind(), ErrorKind::Interrupted) => return Err(error),
        Err(_) => return Ok(Vec::new()),
    };
    if !dropped.is_empty() {
        return Ok(Vec::new());
    }
    let models: Vec<ClvModel> = fitted.into_iter().map(|(_, model)| model).chain([reference]).collect();
    let models = Arc::new(models);
    let mut cells = Vec::new();
    for &ahead in horizons {
        progress.check()?;
        cells.extend(Cell::new(origin, &models, ahead, repeats)?);
    }
    Ok(cells)
}

/// From where to look how far.
struct Plan {
    windows: f64,
    /// The last grain known, and horizons \[grains\].
    origins: Vec<(i32, Vec<i32>)>,
}

impl Plan {
    fn new(past: &Past, horizon: &Horizon, most: i32) -> Result<Plan, String> {
        let grain = past.grain;
        let Some(first) = past.customers().map(|when| when[0]).min() else {
            return Err("nobody bought".to_owned());
        };
        let week = grain.in_units(1, Unit::Week);
        let span = past.end - first + 1;
        if f64::from(span) * week < LEAST {
            return Err(format!(
                "the log is {:.0} weeks long, and {LEAST} are needed to try forecasts from earlier dates",
                f64::from(span) * week
            ));
        }
        let asked = (horizon.in_units(Unit::Week).min(520.0) / week).round() as i32;
        // Of a shorter log as much is tried as half of it.
        let longest = asked.clamp(1, (span / 2).max(1));
        let steps = |steps: i32| ((steps * longest) / STEPS).max(steps);
        let least = (LEAST_KNOWN / week).max(KNOWN * f64::from(span));
        let mut origins = Vec::new();
        for k in 1..=most {
            let at = past.end - steps(k);
            if f64::from(at - first) < least {
                break;
            }
            let horizons = [1, 2, STEPS].into_iter().filter(|own| *own <= k).map(steps);
            origins.push((at, horizons.collect()));
        }
        match origins.last() {
            None => Err("the log is too short to try forecasts from earlier dates".to_owned()),
            Some((earliest, _)) => {
                let windows = f64::from(past.end - earliest) / f64::from(asked.max(1));
                Ok(Plan { windows, origins })
            }
        }
    }
}
