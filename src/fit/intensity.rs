//! Estimating how rates change with age and date: the parts of [`Intensity`].
//!
//! Given `m` customers are fitted in exposure as in time; given what customers are, `m` is a Poisson regression. The two take
//! turns (EM) until `m` stays: then purchases seen equal purchases expected by age and by week
//! as far as the parts can tell, which is the gradient of the likelihood:
//! ```text
//! ∂ ln L / ∂ ln m(s) = N(s) − E(s),   E(s) = m(s) Σ (posterior rate of who is a customer at s)
//! ```
//! The regression reads `N` and `E` by age step and week ([`cells`]), so its cost does not grow with customers. Other models of
//! the family take the same `m`.

mod cells;
mod evidence;
mod regression;
mod words;

use std::sync::Arc;

use jiff::civil::Date;
use rand::SeedableRng;
use rand::distr::Distribution;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use self::cells::{Cells, Daily, add_rates};
use self::regression::{Estimate, Solution, Widths};
use super::{FitOptions, PosteriorOptions, fit};
use crate::base::{Progress, Result};
use crate::customers::{Customer, CustomerTable, Intensity, Parts, Season, Table};
use crate::history::Timing;
use crate::model::RatesSeen;

/// Which parts of `ln m` to estimate; their widths come from the data, and may be 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct IntensityRequest {
    /// By the customer's age, falling from the second week on.
    pub age: bool,
    /// By the time of year, where two years are seen.
    pub season: bool,
}

/// How rates change with age and date.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Rates {
    /// Not at all.
    #[default]
    Steady,
    /// As the data say.
    Estimated(IntensityRequest),
    /// As is known.
    Given(Arc<Intensity>),
}

impl Rates {
    /// With the parts asked for.
    pub fn estimated(request: IntensityRequest) -> Self {
        if request == IntensityRequest::default() { Rates::Steady } else { Rates::Estimated(request) }
    }
}

/// What is known of when purchases happened.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// Repeat purchases by age and date.
    pub timing: &'a Timing,
    /// The last day of the observation.
    pub end: Date,
    /// Days of a unit of the table's times.
    pub unit: f64,
}

/// Parts of `ln m` found in the data.
#[derive(Debug, Clone)]
pub struct FittedIntensity {
    /// Them.
    pub parts: Parts,
    /// The sum of `ln m` over repeat purchases: what belongs to the likelihood beside that in exposure.
    pub ln_m: f64,
    /// How many parameters they are worth: the trace of the hat matrix.
    pub effective: f64,
    /// Weeks that were seen.
    pub weeks: usize,
    /// Turns until it stayed; `None` if it did not.
    pub turns: Option<usize>,
    /// Draws of the posterior of the parts, in pairs on either side.
    pub drawn: Vec<Parts>,
}

impl FittedIntensity {
    /// `m`; `None` if nothing was found to change.
    pub fn intensity(&self) -> Option<Arc<Intensity>> {
        (!self.parts.is_none()).then(|| Arc::new(Intensity::new(self.parts.clone())))
    }
}

impl IntensityRequest {
    /// The option that asks for it.
    pub fn option(self) -> &'static str {
        if self.age { "--age-effect" } else { "--season" }
    }
}

/// Turns of customers and `m`, at most.
const MOST_TURNS: usize = 60;
/// `m` stays when it moves by less than this part of itself.
const STAYS: f64 = 2e-3;
/// A season needs more weeks than these.
pub const SEASON_WEEKS: usize = 104;
/// The oldest age steps, which have `f = 0`, hold at least this part of repeat purchases.
const OLDEST: f64 = 0.04;
/// Rows that are enough to learn `m` from; of more every so many is taken.
const ROWS: usize = 400_000;

/// Estimates the parts asked for.
///
/// # Errors
/// If the data cannot determine the model, or the caller wants it to stop.
pub fn fit_intensity<M: RatesSeen>(
    table: &CustomerTable,
    seen: &Seen,
    request: IntensityRequest,
    progress: &dyn Progress,
) -> Result<FittedIntensity> {
    let step = table.len().div_ceil(ROWS).max(1);
    let thinned = (step > 1).then(|| table.thinned(step));
    let part = thinned.as_ref().unwrap_or(table);
    let mut cells = Cells::new(seen, longest(table) * seen.unit);
    let request = IntensityRequest { season: request.season && cells.size().1 > SEASON_WEEKS, ..request };
    let options = FitOptions {
        accept_unconverged: true,
        posterior: PosteriorOptions::unchecked(),
        ..FitOptions::default()
    };
    let (mut estimate, mut widths) = (Estimate::zero(&cells), Widths::default());
    for turn in 1..=MOST_TURNS {
        progress.check()?;
        let intensity = Intensity::new(parts(&estimate, seen.end));
        let model = fit::<M>(&exposed(part, &intensity, seen.unit), &options, progress)?.model;
        let mut rates = Daily::new();
        rows(part).for_each(|(customer, count)| {
            add_rates(&mut rates, &model, (&customer, count), &intensity, seen.unit);
        });
        cells.expect(&rates, part.customers() / table.customers());
        let (solution, chosen) = evidence::choose(&cells, request, widths, &estimate);
        let stays = moved(&estimate, &solution.estimate) < STAYS && chosen == widths;
        (estimate, widths) = (solution.estimate.clone(), chosen);
        if stays || turn == MOST_TURNS {
            return Ok(finish(&cells, &solution, widths, (seen.end, stays.then_some(turn))));
        }
    }
    unreachable!("the last turn ends it")
}

/// A table's customers in exposure. Of the gaps between purchases each takes the `m` of the purchase that ends it; where all
/// purchases are known, gaps are exposures, too.
pub fn exposed(table: &CustomerTable, intensity: &Intensity, unit: f64) -> CustomerTable {
    exposed_from(table, intensity, 0.0, unit)
}

/// The same of customers who are seen so many days after the end of the observation that the rates were estimated from.
pub fn exposed_from(table: &CustomerTable, intensity: &Intensity, now: f64, unit: f64) -> CustomerTable {
    let mut builder = CustomerTable::builder();
    for (customer, count) in rows(table) {
        builder.push(intensity.of(&customer, now, unit), count);
    }
    if let Some(told_apart) = &table.by_ages {
        builder.by_ages(exposed_by_ages(told_apart, intensity, unit));
    }
    builder.finish()
}

fn exposed_by_ages(table: &CustomerTable, intensity: &Intensity, unit: f64) -> CustomerTable {
    let mut builder = CustomerTable::builder();
    for (row, (customer, count)) in rows(table).enumerate() {
        let ages = table.ages.iter().flat_map(|ages| ages.of(row));
        let ages = intensity.ages_of(-customer.t * unit, ages, unit);
        builder.push_with_ages(intensity.of(&customer, 0.0, unit), &ages, count);
    }
    builder.finish()
}

fn rows(table: &CustomerTable) -> impl Iterator<Item = (Customer, f64)> {
    table.groups.iter().flat_map(move |group| {
        group.rows.clone().map(move |row| {
            let time = |at: u32| table.times[at as usize];
            (Customer { x: group.x, t_x: time(table.t_x[row]), t: time(table.t[row]) }, table.count[row])
        })
    })
}

fn longest(table: &CustomerTable) -> f64 {
    table.t.iter().fold(0.0, |longest: f64, at| longest.max(table.times[*at as usize]))
}

/// What an estimate makes of `ln m`.
fn parts(estimate: &Estimate, end: Date) -> Parts {
    let any = |values: &[f64]| values.iter().any(|value| *value != 0.0);
    let kept = |values: Vec<f64>| if any(&values) { values } else { Vec::new() };
    Parts {
        age: kept(estimate.age()),
        shocks: kept(estimate.shocks.clone()),
        season: any(&estimate.waves).then_some(Season { waves: estimate.waves }),
        ..Parts::none(end)
    }
}

/// By how much `ln m` differs, at most.
fn moved(a: &Estimate, b: &Estimate) -> f64 {
    let most = |a: &[f64], b: &[f64]| a.iter().zip(b).fold(0.0, |most: f64, (a, b)| most.max((a - b).abs()));
    most(&a.age(), &b.age()) + most(&a.shocks, &b.shocks) + most(&a.waves, &b.waves)
}

fn finish(
    cells: &Cells,
    solution: &Solution,
    widths: Widths,
    (end, turns): (Date, Option<usize>),
) -> FittedIntensity {
    let estimate = &solution.estimate;
    let age: f64 = cells.by_step.iter().zip(estimate.age()).map(|(n, f)| n * f).sum();
    let week = |(w, n): (usize, &f64)| n * (estimate.shocks[w] + estimate.wave(&cells.waves[w]));
    let weeks: f64 = cells.by_week.iter().enumerate().map(week).sum();
    let whole = |estimate: &Estimate| Parts {
        shock_spread: widths.shocks,
        unseen: cells.mean_shock(estimate),
        ..parts(estimate, end)
    };
    FittedIntensity {
        parts: whole(estimate),
        drawn: drawn(solution).iter().map(whole).collect(),
        ln_m: age + weeks,
        effective: solution.effective,
        weeks: cells.by_week.len(),
        turns,
    }
}

/// Pairs of draws of the parts.
const PAIRS: usize = 4;

/// The same for the same data.
fn drawn(solution: &Solution) -> Vec<Estimate> {
    let mut rng = ChaCha8Rng::seed_from_u64(17);
    let n = solution.dimensions();
    let pair = |_| {
        let z: Vec<f64> = (0..n).map(|_| StandardNormal.sample(&mut rng)).collect();
        let other: Vec<f64> = z.iter().map(|z| -z).collect();
        [solution.drawn(&z), solution.drawn(&other)]
    };
    if n == 0 { Vec::new() } else { (0..PAIRS).flat_map(pair).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::MbgNbd;
    use crate::model::Model;

    /// Customers with purchases that cluster after the first.
    fn log() -> (CustomerTable, Timing) {
        let mut timing = Timing::new(crate::base::Grain::Day, 300);
        let mut builder = CustomerTable::builder();
        for i in 0..400i32 {
            let born = (i * 37) % 200;
            let gaps = [3 + i % 11, 9 + i % 23, 31 + i % 47, 60 + i % 71];
            let (mut last, mut x) = (born, 0);
            for gap in gaps.iter().take((i % 5) as usize).take_while(|gap| **gap % 7 != 0) {
                if last + gap > 300 {
                    break;
                }
                last += gap;
                x += 1;
                timing.occasion(born, last);
            }
            let weeks = |days: i32| f64::from(days) / 7.0;
            builder.push(Customer { x, t_x: weeks(last - born), t: weeks(300 - born) }, 1.0);
        }
        (builder.finish(), timing)
    }

    /// The likelihood of what was seen under these parts, up to what does not change with them.
    fn likelihood(table: &CustomerTable, model: &MbgNbd, cells: &Cells, estimate: &Estimate) -> f64 {
        let intensity = Intensity::new(parts(estimate, end()));
        let customers: f64 =
            rows(table).map(|(row, n)| n * model.log_likelihood(&intensity.of(&row, 0.0, 7.0))).sum();
        let age: f64 = cells.by_step.iter().zip(estimate.age()).map(|(n, f)| n * f).sum();
        let weeks: f64 = cells.by_week.iter().zip(&estimate.shocks).map(|(n, h)| n * h).sum();
        customers + age + weeks
    }

    fn end() -> Date {
        "2024-03-10".parse().unwrap()
    }

    /// What is seen less what is expected is the slope of the likelihood, by age step and by week, against differences.
    /// Seen to fail with rates since the last purchase taken for those before, and with cells that begin a week late.
    #[test]
    fn the_gradient_is_seen_less_expected() {
        let (table, timing) = log();
        let model = MbgNbd { r: 0.7, alpha: 9.0, a: 0.8, b: 2.0 };
        let seen = Seen { timing: &timing, end: end(), unit: 7.0 };
        let mut cells = Cells::new(&seen, longest(&table) * 7.0);
        let mut at = Estimate::zero(&cells);
        at.steps.iter_mut().enumerate().for_each(|(i, step)| *step = 0.05 + 0.02 * i as f64);
        at.shocks.iter_mut().enumerate().for_each(|(i, shock)| *shock = 0.2 * (i as f64).sin());
        let intensity = Intensity::new(parts(&at, end()));
        let mut daily = Daily::new();
        rows(&table).for_each(|row| add_rates(&mut daily, &model, (&row.0, row.1), &intensity, 7.0));
        cells.expect(&daily, 1.0);
        let slope = |change: &dyn Fn(&mut Estimate, f64)| {
            let value = |by: f64| {
                let mut moved = at.clone();
                change(&mut moved, by);
                likelihood(&table, &model, &cells, &moved)
            };
            (value(1e-4) - value(-1e-4)) / 2e-4
        };
        let (steps, weeks) = cells.size();
        let by_age: Vec<f64> = at.age().iter().map(|f| f.exp()).chain([1.0]).collect();
        let mu =
            |step: usize, week: usize| cells.expected[[step, week]] * by_age[step] * at.shocks[week].exp();
        for week in [0, 3, 20, weeks - 2] {
            let exact = cells.by_week[week] - (0..=steps).map(|step| mu(step, week)).sum::<f64>();
            let found = slope(&|moved, by| moved.shocks[week] += by);
            assert!(
                (found - exact).abs() < 1e-5 * (1.0 + cells.by_week[week]),
                "week {week}: {found} {exact}"
            );
        }
        // The step `δ_i` moves all ages up to its own.
        for step in 1..steps {
            let own = |k: usize| cells.by_step[k] - (0..weeks).map(|week| mu(k, week)).sum::<f64>();
            let exact: f64 = (0..=step).map(own).sum();
            let found = slope(&|moved, by| moved.steps[step] += by);
            assert!((found - exact).abs() < 1e-4 * (1.0 + exact.abs()), "step {step}: {found} {exact}");
        }
    }
}
