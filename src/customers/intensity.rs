//! Rates of purchase that change with a customer's age and with the date.
//!
//! Whoever was born (bought first) on day `b` buys on day `t` at `λ m(b, t)`, with
//! ```text
//! ln m(b, t) = f(age t − b) + season(week of the year) + shock(week) + regressors(day)
//! Λ(b, t) = ∫_b^t m(b, s) ds        exposure
//! ```
//! and `λ` the customer's own. Models count in exposure what they counted in age: of customers who buy at random `x`, `Λ(b,
//! last purchase)` and `Λ(b, end)` say all, as `x`, `t_x` and `T` do where `m = 1`. Where they leave in time, lifetimes are not counted so
//! ([`Courses`](super::Courses)).
//!
//! Days have one `m`, weeks are counted from the end of the observation that `m` was estimated from, and ages in the steps
//! of [`AGE_STEPS`]: `m` is constant on their crossings, and exposure a sum over them, without error.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;
use rustc_hash::FxHashMap;

use crate::base::{Grain, Result};
use crate::customers::{Customer, Regressors, Season, Shared};
use crate::history::{first_grain, grain_start};

mod path;

pub use path::{Path, Piece};

/// Ages at which the effect of age may step \[weeks\].
pub const AGE_STEPS: [f64; 19] = [
    1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 36.0, 52.0, 78.0, 104.0, 156.0, 208.0, 260.0, 364.0,
    520.0, 780.0,
];
/// Weeks ahead that are told apart; what lies beyond has the mean of the last year of them.
const AHEAD: usize = 520;
/// Days of a week.
pub(crate) const WEEK: f64 = 7.0;

/// What `ln m` is made of. Parts that are not there are empty or zero.
#[derive(Debug, Clone, PartialEq)]
pub struct Parts {
    /// The last day of the observation that it was estimated from.
    pub end: Date,
    /// By age: element `i` below `AGE_STEPS[i]`; 0 for older customers.
    pub age: Vec<f64>,
    /// By week before `end`, that which ends with it first.
    pub shocks: Vec<f64>,
    /// The spread of shocks, and of those to come.
    pub shock_spread: f64,
    /// `ln` of the mean of `m` over the weeks seen, as far as shocks go: what weeks not seen are taken for. A week counts by
    /// the purchases expected in it without its shock, so that one week that the shop was closed does not set the level.
    pub unseen: f64,
    /// By the time of year.
    pub season: Option<Season>,
    /// By what all customers share of a day: promotions, prices, holidays.
    pub shared: Option<Shared>,
}

impl Parts {
    /// `m = 1`.
    pub fn none(end: Date) -> Self {
        Parts {
            end,
            age: Vec::new(),
            shocks: Vec::new(),
            shock_spread: 0.0,
            unseen: 0.0,
            season: None,
            shared: None,
        }
    }

    /// These, so many times as far from others of the same kind.
    pub fn beyond(&self, centre: &Parts, far: f64) -> Self {
        let moved = |own: &[f64], centre: &[f64]| -> Vec<f64> {
            // What is not there is 0.
            let own = |i: usize| own.get(i).copied().unwrap_or(0.0);
            centre.iter().enumerate().map(|(i, centre)| centre + far * (own(i) - centre)).collect()
        };
        let season =
            self.season.as_ref().zip(centre.season.as_ref()).map(|(own, centre)| own.beyond(centre, far));
        let shared =
            self.shared.as_ref().zip(centre.shared.as_ref()).map(|(own, centre)| own.beyond(centre, far));
        Parts {
            age: moved(&self.age, &centre.age),
            shocks: moved(&self.shocks, &centre.shocks),
            unseen: centre.unseen + far * (self.unseen - centre.unseen),
            season,
            shared,
            ..centre.clone()
        }
    }

    /// Is `m = 1` throughout?
    pub fn is_none(&self) -> bool {
        let zero = |values: &[f64]| values.iter().all(|value| *value == 0.0);
        zero(&self.age)
            && zero(&self.shocks)
            && self.unseen == 0.0
            && self.season.as_ref().is_none_or(Season::is_none)
            && self.shared.as_ref().is_none_or(Shared::is_none)
    }

    /// The calendar's part of `ln m` in week `week` after the end, 0 the first of them, -1 that which ends with it. Of weeks
    /// not seen the mean is taken. Without what days differ by.
    pub fn ln_week(&self, week: i64) -> f64 {
        let seen = usize::try_from(-1 - week).ok().and_then(|back| self.shocks.get(back));
        let shock = seen.copied().unwrap_or(self.unseen);
        shock + self.season.as_ref().map_or(0.0, |season| season.at(self.middle(week)))
    }

    /// The same of one day, 0 the first after the end.
    pub fn ln_day(&self, day: i64) -> f64 {
        let shared = |shared: &Shared| shared.at(self.day(day)).unwrap_or(shared.unknown);
        self.ln_week(day.div_euclid(7)) + self.shared.as_ref().map_or(0.0, shared)
    }

    /// The date of a day after the end, 0 the first.
    pub fn day(&self, day: i64) -> Date {
        self.end.saturating_add(jiff::Span::new().days((day + 1).clamp(-4_000_000, 4_000_000)))
    }

    /// A date in the middle of a week.
    pub fn middle(&self, week: i64) -> Date {
        self.end.saturating_add(jiff::Span::new().days((7 * week + 4).clamp(-4_000_000, 4_000_000)))
    }
}

/// `m`, with what is needed to add it up.
#[derive(Debug, Clone, PartialEq)]
pub struct Intensity {
    parts: Parts,
    /// The age steps in days with `exp f` below them.
    ages: Vec<(f64, f64)>,
    /// Days of a cell of the calendar: a week, or a day where days differ.
    cell: f64,
    /// The calendar's part added up to the start of each cell, from the earliest that differs on.
    sums: Vec<f64>,
    /// How many of them lie before the end.
    before: usize,
    /// The starts of cells that may differ from the one before, by number.
    starts: Vec<u32>,
    /// Mean of the calendar's part before, and behind, those cells.
    outside: [f64; 2],
    beside: Vec<Beside>,
    paths: Paths,
}

/// Paths that were asked for before: customers are asked about day of birth by day of birth, each under many parameters.
#[derive(Debug, Default)]
struct Paths(Mutex<FxHashMap<[u64; 3], Arc<Path>>>);

/// They are what the rest says.
impl Clone for Paths {
    fn clone(&self) -> Self {
        Paths::default()
    }
}

impl PartialEq for Paths {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// As many are kept, at most.
const PATHS: usize = 256;

/// Rates that what was seen leaves open as well.
#[derive(Debug, Clone, PartialEq)]
pub struct Beside {
    /// Them.
    pub rates: Arc<Intensity>,
    /// By how much the logarithms of the purchase model's parameters are greater under them.
    pub moves: Vec<f64>,
}

impl Intensity {
    /// Of these parts.
    pub fn new(parts: Parts) -> Self {
        let (cell, [before, ahead]) = reach(&parts);
        let ln_m = |at: i64| if cell == WEEK { parts.ln_week(at) } else { parts.ln_day(at) };
        let cells: Vec<f64> = (-(before as i64)..ahead as i64).map(|at| ln_m(at).exp()).collect();
        let mut sums = vec![0.0];
        for m in &cells {
            sums.push(sums[sums.len() - 1] + cell * m);
        }
        // Days on which nothing changes are no steps.
        let differs = |at: &usize| cell == WEEK || *at == 0 || cells.get(*at) != Some(&cells[*at - 1]);
        let starts = (0..sums.len()).filter(differs).map(|at| at as u32).collect();
        let unseen = (parts.unseen + parts.shared.as_ref().map_or(0.0, |shared| shared.unknown)).exp();
        let mean = |cells: &[f64]| match cells {
            [] => unseen,
            cells => cells.iter().sum::<f64>() / cells.len() as f64,
        };
        let year = (52.0 * WEEK / cell) as usize;
        let outside = match parts.season {
            Some(_) => [mean(&cells[..year]), mean(&cells[cells.len() - year..])],
            None => [unseen; 2],
        };
        let zero = sums[before];
        sums.iter_mut().for_each(|sum| *sum -= zero);
        let ages = parts.age.iter().zip(AGE_STEPS).map(|(f, step)| (WEEK * step, f.exp())).collect();
        Intensity {
            parts,
            ages,
            cell,
            sums,
            before,
            starts,
            outside,
            beside: Vec::new(),
            paths: Paths::default(),
        }
    }

    /// The same with what a newer table says of days: see [`Regressors::renewed`](super::Regressors::renewed).
    pub fn renewed(&self, newer: &Regressors) -> Self {
        let of = |rates: &Intensity| {
            let shared = rates.parts.shared.clone();
            let shared =
                shared.map(|own| Shared { regressors: Arc::new(own.regressors.renewed(newer)), ..own });
            Intensity::new(Parts { shared, ..rates.parts.clone() })
        };
        let beside = |own: &Beside| Beside { rates: Arc::new(of(&own.rates)), moves: own.moves.clone() };
        of(self).with_beside(self.beside.iter().map(beside).collect())
    }

    /// The path of who was born, and is seen, at these moments \[days from the end\], in a unit of so many days: see [`Path::new`].
    pub fn path(&self, born: f64, now: f64, unit: f64) -> Arc<Path> {
        let key = [born, now, unit].map(f64::to_bits);
        let mut known = self.paths.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= PATHS && !known.contains_key(&key) {
            known.clear();
        }
        known.entry(key).or_insert_with(|| Arc::new(Path::new(self, born, now, unit))).clone()
    }

    /// # Errors
    /// If what is shared by all customers is not known of all days from one date to another: says which.
    pub fn knows(&self, from: Date, to: Date) -> Result<()> {
        self.parts.shared.as_ref().map_or(Ok(()), |shared| shared.knows(from, to))
    }

    /// The same with rates that are as likely as each other, in pairs on either side of these.
    pub fn with_beside(self, beside: Vec<Beside>) -> Self {
        Intensity { beside, ..self }
    }

    /// Rates that were left open as well; none if these are taken as known.
    pub fn beside(&self) -> &[Beside] {
        &self.beside
    }

    /// What it is made of.
    pub fn parts(&self) -> &Parts {
        &self.parts
    }

    /// What the calendar's part of `m` is on average in the months that begin after the end of observation, each with its first day;
    /// none where dates change nothing.
    pub fn months_ahead(&self, months: i32) -> Vec<(Date, f64)> {
        let parts = &self.parts;
        if parts.season.is_none() && parts.shared.is_none() {
            return Vec::new();
        }
        let start = |after: i32| grain_start(Grain::Month, first_grain(Grain::Month, parts.end) + after);
        // A day begins where the one before it ends.
        let moment =
            |day: Date| f64::from(first_grain(Grain::Day, day) - first_grain(Grain::Day, parts.end) - 1);
        let mean = |after: i32| {
            let (from, to) = (moment(start(after)), moment(start(after + 1)));
            (start(after), (self.calendar(to) - self.calendar(from)) / (to - from))
        };
        (1..=months).map(mean).collect()
    }

    /// The calendar's part from the end of observation to a moment \[days from that end\].
    fn calendar(&self, moment: f64) -> f64 {
        let cell = moment / self.cell + self.before as f64;
        let last = self.sums.len() - 1;
        if cell <= 0.0 {
            return self.sums[0] + cell * self.cell * self.outside[0];
        }
        if cell >= last as f64 {
            return self.sums[last] + (cell - last as f64) * self.cell * self.outside[1];
        }
        let whole = cell.floor();
        let at = whole as usize;
        self.sums[at] + (cell - whole) * (self.sums[at + 1] - self.sums[at])
    }

    /// Exposure of who was born at `born` up to `until` \[all in days, from the end of observation\].
    pub fn exposure(&self, born: f64, until: f64) -> f64 {
        let (mut sum, mut from) = (0.0, self.calendar(born));
        for (step, factor) in &self.ages {
            let to = self.calendar((born + step).min(until));
            sum += factor * (to - from);
            if born + step >= until {
                return sum;
            }
            from = to;
        }
        sum + (self.calendar(until) - from)
    }

    /// A customer in exposure, seen from `now` \[days from the end of observation\], times in a unit of so many days.
    pub fn of(&self, customer: &Customer, now: f64, unit: f64) -> Customer {
        let born = now - customer.t * unit;
        let exposure = |age: f64| self.exposure(born, born + age * unit) / unit;
        let t = exposure(customer.t);
        // The last moment is one, whichever way it is reached.
        let t_x = if customer.t_x == customer.t { t } else { exposure(customer.t_x).min(t) };
        Customer { x: customer.x, t_x, t }
    }

    /// Ages of whom was born on a day, in exposure \[days from the end of observation; units of so many days\].
    pub fn ages_of(&self, born: f64, ages: impl Iterator<Item = f64>, unit: f64) -> Vec<f64> {
        ages.map(|age| self.exposure(born, born + age * unit) / unit).collect()
    }

    /// `exp f` at an age \[days\].
    fn age_factor(&self, age: f64) -> f64 {
        let at = self.ages.partition_point(|(step, _)| *step < age);
        self.ages.get(at).map_or(1.0, |(_, factor)| *factor)
    }

    /// Where `m` may step after `now`, ascending, of who was born at `born` \[days from the end of observation\].
    fn steps_after(&self, born: f64, now: f64) -> Vec<f64> {
        let mut steps: Vec<f64> = self.ages.iter().map(|(step, _)| born + step).collect();
        steps.extend(self.starts.iter().map(|at| (f64::from(*at) - self.before as f64) * self.cell));
        steps.retain(|step| *step > now);
        steps.sort_unstable_by(f64::total_cmp);
        steps.dedup();
        steps
    }
}

/// How long a cell of the calendar is \[days\], and how many cells differ before and after the end.
fn reach(parts: &Parts) -> (f64, [usize; 2]) {
    let ahead = if parts.season.is_some() { AHEAD } else { 0 };
    let before = parts.shocks.len() + ahead;
    let Some(shared) = &parts.shared else { return (WEEK, [before, ahead]) };
    let days = |from: Date, to: Date| to.since(from).map_or(0, |span| span.get_days().max(0) as usize);
    let known = (shared.regressors.from(), shared.regressors.until());
    let [before, ahead] = [before, ahead].map(|weeks| 7 * weeks);
    (1.0, [before.max(days(known.0, parts.end) + 1), ahead.max(days(parts.end, known.1))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::customers::Effect;

    fn parts() -> Parts {
        let season = Some(Season::Waves([0.2, -0.1, 0.05, 0.3]));
        let shocks = vec![0.1, -0.3, 0.2, 0.0, 0.4];
        Parts {
            age: vec![0.9, 0.4, 0.4, 0.1],
            shocks,
            shock_spread: 0.3,
            unseen: 0.04,
            season,
            ..Parts::none(end())
        }
    }

    fn end() -> Date {
        "2024-03-10".parse().unwrap()
    }

    /// Promotions of four days in every eleven, and a price that rises, known from before the first customers on.
    fn promotions() -> Shared {
        let from: Date = "2023-12-01".parse().unwrap();
        let day = |i: i32| from.saturating_add(jiff::Span::new().days(i));
        let of = |i: i32| vec![f64::from(u8::from(i % 11 < 4)), f64::from(i / 30)];
        let names = ["promotion", "price"].map(str::to_owned).to_vec();
        let regressors = Regressors::new(names, (0..200).map(|i| (day(i), of(i))), day(199));
        assert_eq!((regressors.from(), regressors.until()), (from, day(199)));
        let effect = |slope, centre| Effect { slope, error: 0.1, centre };
        let effects = vec![effect(0.4, 0.36), effect(-0.1, 2.0)];
        Shared::seen(Arc::new(regressors), effects, from, end())
    }

    /// Day by day, by the definition.
    fn by_days(parts: &Parts, born: i64, until: i64) -> f64 {
        let day = |day: i64| {
            let age = (day - born) as f64 / WEEK;
            let step = AGE_STEPS.iter().position(|step| age <= *step);
            let f = step.and_then(|step| parts.age.get(step)).copied().unwrap_or(0.0);
            (f + parts.ln_day(day - 1)).exp()
        };
        (born + 1..=until).map(day).sum()
    }

    /// Against the sum over days. Seen to fail with weeks that begin a day late, with ages that step a day late, with the shock
    /// of the week after, and with unseen weeks left at 1.
    #[test]
    fn exposure_is_the_sum_over_days() {
        let promotions = Parts { shared: Some(promotions()), ..parts() };
        let alone = Parts { shared: Some(promotions.shared.clone().unwrap()), ..Parts::none(end()) };
        for parts in [parts(), Parts { season: None, ..parts() }, promotions, alone, Parts::none(end())] {
            let intensity = Intensity::new(parts.clone());
            for (born, now, until) in [(-60, -60, 40), (-60, -13, 900), (-20, 0, 1), (-3, 0, 30), (5, 9, 70)]
            {
                let path = Path::new(&intensity, born as f64, now as f64, 7.0);
                let exact = by_days(&parts, born, until) - by_days(&parts, born, now);
                let found = 7.0 * path.exposure((until - now) as f64 / 7.0);
                assert!((found / exact - 1.0).abs() < 1e-12, "{born} {now} {until}: {found} {exact}");
                let direct = intensity.exposure(born as f64, until as f64);
                let exact = by_days(&parts, born, until);
                assert!((direct / exact - 1.0).abs() < 1e-12, "{born} {until}: {direct} {exact}");
                for ahead in [0.3, 2.0, 77.7, 6000.0] {
                    let back = path.ahead(path.exposure(ahead));
                    assert!((back / ahead - 1.0).abs() < 1e-12, "{ahead} {back}");
                }
            }
        }
    }

    /// Without parts time is exposure.
    #[test]
    fn nothing_changes_nothing() {
        let intensity = Intensity::new(Parts::none(end()));
        assert!(intensity.parts().is_none() && !parts().is_none());
        for (born, until) in [(-60.0, -3.0), (-1.0, 0.0), (-0.25, 0.125)] {
            assert!((intensity.exposure(born, until) - (until - born)).abs() < 1e-13);
        }
        assert_eq!(Path::new(&intensity, -9.0, 0.0, 1.0).exposure(f64::INFINITY), f64::INFINITY);
    }
}
