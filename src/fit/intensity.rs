//! Estimating how rates change with age and date, and with what all customers share of a day: the parts of [`Intensity`].
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

use jiff::ToSpan;
use jiff::civil::Date;
use rand::SeedableRng;
use rand::distr::Distribution;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use self::cells::{Cells, Daily, WAVES, add_rates};
use self::regression::{Estimate, Solution, Widths};
use super::{FitOptions, PosteriorOptions, fit};
use crate::base::{Error, Grain, Progress, Result};
use crate::customers::{
    Customer, CustomerTable, Effect, Holidays, Intensity, Parts, Regressors, Season, Shared, Table,
};
use crate::history::Timing;
use crate::model::RatesSeen;

/// Which parts of `ln m` to estimate; their widths come from the data, and may be 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct IntensityRequest {
    /// By the customer's age, falling from the second week on.
    pub age: bool,
    /// By the time of year.
    pub season: SeasonRequest,
    /// By what all customers share of a day: promotions, prices, closures.
    pub shared: Option<Arc<Regressors>>,
    /// By holidays.
    pub holidays: Option<Holidays>,
}

/// What is to be known of the time of year.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum SeasonRequest {
    /// Nothing.
    #[default]
    None,
    /// As the data say, where two years are seen.
    Auto,
    /// It is given.
    Given(Season),
}

impl SeasonRequest {
    fn given(&self) -> Option<&Season> {
        match self {
            SeasonRequest::Given(season) => Some(season),
            _ => None,
        }
    }
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
    /// With tables in the place of files: what customers share of days, and a season.
    pub fn with(self, shared: Option<Arc<Regressors>>, season: Option<Season>) -> Self {
        if shared.is_none() && season.is_none() {
            return self;
        }
        let mut request = match self {
            Rates::Estimated(request) => request,
            Rates::Steady | Rates::Given(_) => IntensityRequest::default(),
        };
        request.shared = shared.or(request.shared);
        request.season = season.map_or(request.season, SeasonRequest::Given);
        Rates::Estimated(request)
    }

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
    /// Columns that customers share of which the data show nothing, and those that do not change while customers are seen.
    pub idle: [Vec<String>; 2],
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
    /// The parts that these have: to look for them at an earlier date.
    pub fn like(parts: &Parts) -> Self {
        let season = match &parts.season {
            None => SeasonRequest::None,
            Some(Season::Waves(_)) => SeasonRequest::Auto,
            Some(given) => SeasonRequest::Given(given.clone()),
        };
        let shared = parts.shared.as_ref().map(|shared| shared.regressors.clone());
        IntensityRequest { age: !parts.age.is_empty(), season, shared, holidays: None }
    }

    /// The option that asks for it.
    pub fn option(&self) -> &'static str {
        match (self.age, &self.shared, self.holidays) {
            (true, ..) => "--age-effect",
            (_, Some(_), _) => "--calendar",
            (.., Some(_)) => "--holidays",
            _ => "--season",
        }
    }
}

/// Turns of customers and `m`, at most.
const MOST_TURNS: usize = 60;
/// `m` stays when it moves by less than this part of itself.
const STAYS: f64 = 2e-3;
/// Holidays are worked out so many years ahead.
const HOLIDAYS_AHEAD: i64 = 10;
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
    request: &IntensityRequest,
    progress: &dyn Progress,
) -> Result<FittedIntensity> {
    let step = table.len().div_ceil(ROWS).max(1);
    let thinned = (step > 1).then(|| table.thinned(step));
    let part = thinned.as_ref().unwrap_or(table);
    let longest = longest(table) * seen.unit;
    let mut request = request.clone();
    let first = Parts::none(seen.end).day(-1 - longest.ceil() as i64);
    if let Some(holidays) = request.holidays {
        let own = holidays.regressors(first, seen.end.saturating_add(HOLIDAYS_AHEAD.years()));
        request.shared = Some(Arc::new(match &request.shared {
            Some(shared) => shared.beside(&own)?,
            None => own,
        }));
    }
    if let Some(shared) = &mut request.shared {
        covers(shared, seen, first)?;
        if seen.timing.grain == Grain::Week {
            *shared = Arc::new(shared.weekly(seen.end));
        }
    }
    let mut cells = Cells::new(seen, longest, (request.season.given(), request.shared.as_deref()));
    cells.follow_weekdays(seen);
    if request.season == SeasonRequest::Auto && cells.size().1 <= SEASON_WEEKS {
        request.season = SeasonRequest::None;
    }
    let options = FitOptions {
        accept_unconverged: true,
        posterior: PosteriorOptions::unchecked(),
        ..FitOptions::default()
    };
    let (mut estimate, mut widths) = (Estimate::zero(&cells), Widths::default());
    for turn in 1..=MOST_TURNS {
        progress.check()?;
        let intensity = Intensity::new(parts(&cells, &estimate, (&request, &[]), seen.end));
        let model = fit::<M>(&exposed(part, &intensity, seen.unit), &options, progress)?.model;
        let mut rates = Daily::new();
        rows(part).for_each(|(customer, count)| {
            add_rates(&mut rates, &model, (&customer, count), &intensity, seen.unit);
        });
        cells.expect(&rates, part.customers() / table.customers());
        let (solution, chosen) = evidence::choose(&cells, &request, &widths, &estimate);
        let stays = moved(&estimate, &solution.estimate) < STAYS && chosen == widths;
        (estimate, widths) = (solution.estimate.clone(), chosen);
        if stays || turn == MOST_TURNS {
            return Ok(finish(&cells, &solution, (&widths, &request), (seen.end, stays.then_some(turn))));
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

/// # Errors
/// If not all days on which customers are seen are known.
fn covers(shared: &Regressors, seen: &Seen, first: Date) -> Result<()> {
    if seen.timing.grain > Grain::Week {
        let message = "it says what days and weeks have in common, and purchases are counted by month or year here: use \
                       --grain day or week";
        return Err(Error::option("--calendar", message));
    }
    Shared { regressors: Arc::new(shared.clone()), effects: Vec::new(), unknown: 0.0 }.knows(first, seen.end)
}

/// What an estimate makes of `ln m`; errors are those of slopes of what is shared.
fn parts(
    cells: &Cells,
    estimate: &Estimate,
    (request, errors): (&IntensityRequest, &[f64]),
    end: Date,
) -> Parts {
    let any = |values: &[f64]| values.iter().any(|value| *value != 0.0);
    let kept = |values: Vec<f64>| if any(&values) { values } else { Vec::new() };
    let waves: [f64; WAVES] = std::array::from_fn(|i| estimate.slopes[i]);
    let season = || any(&waves).then_some(Season::Waves(waves));
    let shared = request.shared.as_ref().map(|shared| {
        let own = (estimate.slopes[WAVES..].iter().zip(&cells.scales)).enumerate();
        let effect = |(i, (slope, (centre, spread))): (usize, (&f64, &(f64, f64)))| {
            let error = errors.get(i).copied().unwrap_or(0.0);
            let by = if *spread > 0.0 { spread.recip() } else { 0.0 };
            Effect { slope: slope * by, error: error * by, centre: *centre }
        };
        let from = Parts::none(end).day(-(7 * cells.weeks as i64));
        Shared::seen(shared.clone(), own.map(effect).collect(), from, end)
    });
    Parts {
        age: kept(estimate.age()),
        shocks: kept(estimate.shocks.clone()),
        season: request.season.given().cloned().or_else(season),
        shared: shared.filter(|shared| !shared.is_none()),
        ..Parts::none(end)
    }
}

/// By how much `ln m` differs, at most.
fn moved(a: &Estimate, b: &Estimate) -> f64 {
    let most = |a: &[f64], b: &[f64]| a.iter().zip(b).fold(0.0, |most: f64, (a, b)| most.max((a - b).abs()));
    most(&a.age(), &b.age()) + most(&a.shocks, &b.shocks) + most(&a.slopes, &b.slopes)
}

fn finish(
    cells: &Cells,
    solution: &Solution,
    (widths, request): (&Widths, &IntensityRequest),
    (end, turns): (Date, Option<usize>),
) -> FittedIntensity {
    let estimate = &solution.estimate;
    let age: f64 = cells.by_step.iter().zip(estimate.age()).map(|(n, f)| n * f).sum();
    let dates: f64 = (cells.columns.iter())
        .map(|column| column.purchases * (estimate.shocks[column.week] + estimate.linear(column)))
        .sum();
    let few = estimate.steps.len() + estimate.slopes.len();
    let errors = &solution.errors(few)[estimate.steps.len() + WAVES..];
    // Columns without an effect are not kept.
    let there = |i: &usize| estimate.slopes[WAVES + i] != 0.0;
    let kept: Vec<usize> = (0..cells.scales.len()).filter(there).collect();
    let whole = |estimate: &Estimate| Parts {
        shock_spread: widths.shocks,
        unseen: cells.mean_shock(estimate),
        ..only(parts(cells, estimate, (request, errors), end), &kept)
    };
    let idle = |flat: bool| {
        let own = |i: &usize| !there(i) && (cells.scales[*i].1 == 0.0) == flat;
        let name = |i: usize| request.shared.as_ref().map(|shared| shared.names()[i].clone());
        (0..cells.scales.len()).filter(own).filter_map(name).collect()
    };
    FittedIntensity {
        parts: whole(estimate),
        drawn: drawn(solution).iter().map(whole).collect(),
        ln_m: age + dates,
        effective: solution.effective,
        weeks: cells.weeks,
        idle: [idle(false), idle(true)],
        turns,
    }
}

/// The same with some of the columns that customers share.
fn only(parts: Parts, columns: &[usize]) -> Parts {
    let of = |shared: Shared| Shared {
        regressors: Arc::new(shared.regressors.only(columns)),
        effects: columns.iter().map(|column| shared.effects[*column]).collect(),
        ..shared
    };
    Parts { shared: parts.shared.map(of), ..parts }
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

    /// Three days of promotion in every sixteen, and a price that rises.
    fn promotions() -> Regressors {
        let from: Date = "2023-05-01".parse().unwrap();
        let day = |i: i32| from.saturating_add(jiff::Span::new().days(i));
        let of = |i: i32| vec![f64::from(u8::from(i % 16 < 3)), f64::from(i / 40)];
        let names = ["promotion", "price"].map(str::to_owned).to_vec();
        Regressors::new(names, (0..400).map(|i| (day(i), of(i))), day(399))
    }

    /// The likelihood of what was seen under these parts, up to what does not change with them.
    fn likelihood(
        table: &CustomerTable,
        model: &MbgNbd,
        (cells, request): (&Cells, &IntensityRequest),
        estimate: &Estimate,
    ) -> f64 {
        let intensity = Intensity::new(parts(cells, estimate, (request, &[]), end()));
        let customers: f64 =
            rows(table).map(|(row, n)| n * model.log_likelihood(&intensity.of(&row, 0.0, 7.0))).sum();
        let age: f64 = cells.by_step.iter().zip(estimate.age()).map(|(n, f)| n * f).sum();
        let date = |column: &cells::Column| {
            column.purchases * (estimate.shocks[column.week] + estimate.linear(column))
        };
        customers + age + cells.columns.iter().map(date).sum::<f64>()
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
        let request =
            IntensityRequest { shared: Some(Arc::new(promotions())), ..IntensityRequest::default() };
        let mut cells = Cells::new(&seen, longest(&table) * 7.0, (None, request.shared.as_deref()));
        let mut at = Estimate::zero(&cells);
        at.slopes = vec![0.2, -0.1, 0.05, 0.1, 0.15, -0.2];
        at.steps.iter_mut().enumerate().for_each(|(i, step)| *step = 0.05 + 0.02 * i as f64);
        at.shocks.iter_mut().enumerate().for_each(|(i, shock)| *shock = 0.2 * (i as f64).sin());
        let intensity = Intensity::new(parts(&cells, &at, (&request, &[]), end()));
        let mut daily = Daily::new();
        rows(&table).for_each(|row| add_rates(&mut daily, &model, (&row.0, row.1), &intensity, 7.0));
        cells.expect(&daily, 1.0);
        let slope = |change: &dyn Fn(&mut Estimate, f64)| {
            let value = |by: f64| {
                let mut moved = at.clone();
                change(&mut moved, by);
                likelihood(&table, &model, (&cells, &request), &moved)
            };
            (value(1e-4) - value(-1e-4)) / 2e-4
        };
        let (steps, weeks) = cells.size();
        let by_age: Vec<f64> = at.age().iter().map(|f| f.exp()).chain([1.0]).collect();
        let mu = |step: usize, column: usize| {
            let own = &cells.columns[column];
            cells.expected[[step, column]] * by_age[step] * (at.shocks[own.week] + at.linear(own)).exp()
        };
        let columns = 0..cells.columns.len();
        let rest = |column: usize| {
            cells.columns[column].purchases - (0..=steps).map(|step| mu(step, column)).sum::<f64>()
        };
        assert!(columns.len() > weeks, "promotions divide weeks");
        for week in [0, 3, 20, weeks - 2] {
            let own = columns.clone().filter(|column| cells.columns[*column].week == week);
            let exact: f64 = own.clone().map(rest).sum();
            let bought: f64 = own.map(|column| cells.columns[column].purchases).sum();
            let found = slope(&|moved, by| moved.shocks[week] += by);
            assert!((found - exact).abs() < 1e-5 * (1.0 + bought), "week {week}: {found} {exact}");
        }
        for i in 0..at.slopes.len() {
            let exact: f64 =
                columns.clone().map(|column| cells.columns[column].basis[i] * rest(column)).sum();
            let found = slope(&|moved, by| moved.slopes[i] += by);
            assert!((found - exact).abs() < 1e-4 * (1.0 + exact.abs()), "slope {i}: {found} {exact}");
        }
        // The step `δ_i` moves all ages up to its own.
        for step in 1..steps {
            let own = |k: usize| cells.by_step[k] - columns.clone().map(|column| mu(k, column)).sum::<f64>();
            let exact: f64 = (0..=step).map(own).sum();
            let found = slope(&|moved, by| moved.steps[step] += by);
            assert!((found - exact).abs() < 1e-4 * (1.0 + exact.abs()), "step {step}: {found} {exact}");
        }
    }
}
