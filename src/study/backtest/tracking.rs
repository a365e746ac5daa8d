//! Repeat purchases over time, from the first customer on through the holdout: expected of customers by when
//! they came, without what they did since, against actual. In sample it shows whether the model can follow
//! these customers at all.
//!
//! Expected up to a time `t` is `Σ E[X(t − first)]` over the customers known at the origin, `X` the purchases
//! of a new customer.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::scatter::{Chance, of_parameters};
use super::windows::{Window, Windows};
use crate::base::Unit;
use crate::customers::Intensity;
use crate::fitted::{ClvModel, PurchaseModel};
use crate::history::Calendar;
use crate::special::LogChebyshev;

/// Repeat purchases up to the end of a period, of the customers known at the origin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrackPoint {
    /// Last day of the period: a week that ends with the origin or whole weeks from it, or one longer grain.
    pub until: Date,
    /// Does it lie after the origin?
    pub holdout: bool,
    /// Expected purchases since the first customer.
    pub expected: f64,
    /// Actual ones.
    pub actual: f64,
    /// Standard deviation of such customers' purchases since the first of them, by chance and by the
    /// uncertainty of the parameters; not a number if the model cannot draw customers.
    pub spread: f64,
    /// The same of the purchases of this period alone.
    pub spread_alone: f64,
}

/// The curve of one model.
pub(super) fn tracking(
    model: &ClvModel,
    calendar: &Calendar,
    windows: &Windows,
    window: &Window,
) -> Vec<TrackPoint> {
    let period = calendar.period();
    let origin = windows.last_grain(window.origin);
    let Some((&oldest, _)) = calendar.ages.last_key_value() else { return Vec::new() };
    let periods = -oldest.div_euclid(period)..=-(-windows.length).div_euclid(period);
    let ahead: Vec<i32> = periods.clone().map(|j| (j * period).min(windows.length)).collect();
    let voices = model.voices();
    let expected = of_all(&voices, calendar, windows, &ahead);
    let spread = spread(model, &voices, calendar, windows, &ahead);
    let mut actual = 0;
    let mut points = Vec::new();
    for (i, j) in periods.enumerate() {
        actual += calendar.repeats.get(&j).copied().unwrap_or(0);
        points.push(TrackPoint {
            until: windows.last_day(origin.saturating_add(ahead[i])),
            holdout: j > 0,
            expected: expected[i],
            actual: actual as f64,
            spread: spread[i][0],
            spread_alone: spread[i][1],
        });
    }
    points
}

/// The same of the average of some models.
fn of_all(voices: &[(f64, ClvModel)], calendar: &Calendar, windows: &Windows, ahead: &[i32]) -> Vec<f64> {
    let mut sums = vec![0.0; ahead.len()];
    for (weight, model) in voices {
        let own = expected(model, &model.purchase, calendar, windows, ahead);
        sums.iter_mut().zip(own).for_each(|(sum, own)| *sum += weight * own);
    }
    sums
}

/// Expected purchases up to each time, given in grains from the origin.
fn expected(
    model: &ClvModel,
    purchase: &PurchaseModel,
    calendar: &Calendar,
    windows: &Windows,
    ahead: &[i32],
) -> Vec<f64> {
    let in_units = |grains: i32| windows.grain.in_units(grains, windows.unit);
    if let Some(intensity) = &model.intensity {
        return match purchase.member().counts_exposure() {
            true => expected_in_exposure(intensity, purchase, calendar, windows, ahead),
            false => expected_by_birth(intensity, purchase, calendar, windows, ahead),
        };
    }
    let at = |age: i32| match age {
        ..=0 => 0.0,
        age => purchase.expected_purchases_new(in_units(age)),
    };
    // Where rates do not change one age is like another, whenever it was.
    let mut known: BTreeMap<i32, f64> = BTreeMap::new();
    let mut expected_at = |age: i32| *known.entry(age).or_insert_with(|| at(age));
    let at = |ahead: &i32| calendar.ages.iter().map(|(age, n)| *n as f64 * expected_at(age + ahead)).sum();
    ahead.iter().map(at).collect()
}

/// The same where purchases are counted in exposure and lifetimes in time: each day of birth by itself.
fn expected_by_birth(
    intensity: &Intensity,
    purchase: &PurchaseModel,
    calendar: &Calendar,
    windows: &Windows,
    ahead: &[i32],
) -> Vec<f64> {
    let in_units = |grains: i32| windows.grain.in_units(grains, windows.unit);
    let mut sums = vec![0.0; ahead.len()];
    for (age, n) in &calendar.ages {
        let born = -windows.grain.in_units(*age, Unit::Day);
        let own = purchase.exposed(intensity, (born, born), windows.unit.days());
        let ages: Vec<f64> = ahead.iter().map(|ahead| in_units((age + ahead).max(0))).collect();
        let expected = own.expected_purchases_new_within(&ages);
        sums.iter_mut().zip(expected).for_each(|(sum, one)| *sum += *n as f64 * one);
    }
    sums
}

/// Points between which what is expected of new customers is interpolated.
const POINTS: usize = 32;

/// The same where time is exposure, which is another one for each day of birth, but what is expected within it is not.
fn expected_in_exposure(
    intensity: &Intensity,
    purchase: &PurchaseModel,
    calendar: &Calendar,
    windows: &Windows,
    ahead: &[i32],
) -> Vec<f64> {
    let days = |grains: i32| windows.grain.in_units(grains, Unit::Day);
    let exposure = |age: i32, ahead: i32| {
        let born = -days(age);
        intensity.exposure(born, (born + days(age + ahead)).max(born)) / windows.unit.days()
    };
    let all = || calendar.ages.keys().flat_map(|age| ahead.iter().map(|ahead| exposure(*age, *ahead)));
    let longest = all().fold(0.0, f64::max);
    let between = LogChebyshev::new(0.02 * longest, longest, POINTS);
    let expected: Vec<f64> = between
        .nodes()
        .into_iter()
        .map(|node| if node > 0.0 { purchase.expected_purchases_new(node) } else { 0.0 })
        .collect();
    let one = |ahead: &i32| {
        calendar.ages.iter().map(|(age, n)| *n as f64 * between.at(exposure(*age, *ahead), &expected)).sum()
    };
    ahead.iter().map(one).collect()
}

/// Standard deviations at each time: since the first customer, and of the last period alone.
///
/// What their parameters leave open models that were fitted to the same customers have in common, so deviations add up.
fn spread(
    model: &ClvModel,
    voices: &[(f64, ClvModel)],
    calendar: &Calendar,
    windows: &Windows,
    ahead: &[i32],
) -> Vec<[f64; 2]> {
    let Ok(process) = model.purchase.process() else { return vec![[f64::NAN; 2]; ahead.len()] };
    let oldest = calendar.ages.last_key_value().map_or(0, |(age, _)| *age);
    let grain = windows.grain.in_units(1, windows.unit);
    let chance = Chance::new(&*process, oldest + windows.length, calendar.period(), grain);
    let mut open = vec![[0.0; 2]; ahead.len()];
    for (weight, model) in voices {
        let in_all = |purchase: &PurchaseModel| expected(model, purchase, calendar, windows, ahead);
        let alone = |purchase: &PurchaseModel| {
            let curve = in_all(purchase);
            (0..curve.len()).map(|i| curve[i] - if i > 0 { curve[i - 1] } else { 0.0 }).collect()
        };
        let own = [of_parameters(model, in_all), of_parameters(model, alone)];
        for (i, sums) in open.iter_mut().enumerate() {
            (0..2).for_each(|which| sums[which] += weight * own[which][i].sqrt());
        }
    }
    let both = |i: usize| {
        let chance = chance.of(&calendar.ages, ahead[i]);
        [0, 1].map(|which| (chance[which] + open[i][which].powi(2)).sqrt())
    };
    (0..ahead.len()).map(both).collect()
}
