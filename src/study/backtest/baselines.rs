//! What people do without a model: forecasts that any model should beat.
//!
//! Those that have something to learn learn it one holdout earlier: from what was known then of the customers
//! known then, and what they bought up to the origin. No baseline knows more than the models do. Purchases are
//! repeat purchases throughout: the first one is the acquisition. Their value is purchases times the
//! customer's own mean amount, or that of all repeat customers for those without one.

use super::cohort::{Cohort, Earlier};
use super::forecast::Forecast;
use crate::customers::SpendRow;

/// Fewer customers one holdout earlier teach nothing.
pub(super) const FEWEST: usize = 30;
/// Fewer customers of a cell do not speak for it.
const FEWEST_IN_CELL: usize = 10;

/// One way to forecast without a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Baseline {
    /// As many purchases as in the window of the same length before the origin.
    LastWindow,
    /// The same for everyone: the mean of those known one holdout earlier, up to the origin.
    Mean,
    /// The own rate so far, for ever.
    SameRate,
    /// The own rate so far, or nothing after too long a silence; how long was best one holdout earlier.
    Recency,
    /// The mean of the cell of recency, frequency and money, each in fifths, one holdout earlier.
    RfmCells,
}

impl Baseline {
    /// All there are.
    pub const ALL: [Baseline; 5] =
        [Baseline::LastWindow, Baseline::Mean, Baseline::SameRate, Baseline::Recency, Baseline::RfmCells];

    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Baseline::LastWindow => "last-window",
            Baseline::Mean => "mean",
            Baseline::SameRate => "same-rate",
            Baseline::Recency => "recency-rule",
            Baseline::RfmCells => "rfm-cells",
        }
    }

    /// What it says, in words.
    pub fn about(self) -> &'static str {
        match self {
            Baseline::LastWindow => "as in the last window of that length",
            Baseline::Mean => "the mean of all, learned on the window before",
            Baseline::SameRate => "the own rate for ever",
            Baseline::Recency => "the own rate, nothing after too long a silence",
            Baseline::RfmCells => "the mean of the RFM cell, learned on the window before",
        }
    }

    fn learns(self) -> bool {
        !matches!(self, Baseline::LastWindow | Baseline::SameRate)
    }
}

/// The baseline's forecast of purchases within `horizon`, with what it learned in words.
///
/// # Errors
/// In words, if it has nothing to learn from.
pub(super) fn forecast(
    baseline: Baseline,
    cohort: &Cohort,
    horizon: f64,
) -> Result<(Forecast, String), String> {
    let known: Vec<usize> = (0..cohort.len()).filter(|&i| cohort.earlier[i].is_some()).collect();
    if baseline.learns() && known.len() < FEWEST {
        return Err(format!(
            "it learns from the customers known one holdout before the origin, of whom there are {}",
            known.len()
        ));
    }
    let own_rate = |i: usize| {
        let customer = &cohort.customers[i];
        if customer.t > 0.0 { f64::from(customer.x) / customer.t * horizon } else { 0.0 }
    };
    let all = 0..cohort.len();
    let (purchases, words) = match baseline {
        Baseline::LastWindow => (all.map(|i| last_window(cohort, i)).collect(), String::new()),
        Baseline::SameRate => (all.map(own_rate).collect(), String::new()),
        Baseline::Mean => {
            let mean = known.iter().map(|&i| last_window(cohort, i)).sum::<f64>() / known.len() as f64;
            (vec![mean; cohort.len()], format!("mean {mean:.4} purchases"))
        }
        Baseline::Recency => {
            let cut = best_silence(cohort, &known, horizon);
            let silence = |i: usize| cohort.customers[i].t - cohort.customers[i].t_x;
            let one = |i| if silence(i) > cut { 0.0 } else { own_rate(i) };
            let words =
                if cut.is_finite() { format!("silent up to {cut:.2}") } else { "no cut-off".to_owned() };
            (all.map(one).collect(), words)
        }
        Baseline::RfmCells => {
            let cells = Cells::learn(cohort, &known);
            (all.map(|i| cells.mean_of(&now(cohort, i))).collect(), format!("{} cells", cells.full()))
        }
    };
    Ok((
        Forecast { value: value(cohort, &purchases), purchases, distribution: None, until: Vec::new() },
        words,
    ))
}

/// Repeat purchases in the window of the holdout's length before the origin.
fn last_window(cohort: &Cohort, i: usize) -> f64 {
    let before = cohort.earlier[i].map_or(0, |earlier| earlier.x);
    f64::from(cohort.customers[i].x) - f64::from(before)
}

fn value(cohort: &Cohort, purchases: &[f64]) -> Option<Vec<f64>> {
    let means = cohort.mean.as_ref()?;
    let own = |i: usize| Some(means[i]).filter(|mean| SpendRow::of(cohort.customers[i].x, *mean).spends());
    let known: Vec<f64> = (0..cohort.len()).filter_map(own).collect();
    let of_all = if known.is_empty() { 0.0 } else { known.iter().sum::<f64>() / known.len() as f64 };
    Some(purchases.iter().enumerate().map(|(i, n)| n * own(i).unwrap_or(of_all)).collect())
}

/// The silence up to which the own rate forecast best one holdout earlier, by squared error: one of twenty
/// quantiles of the silences then, or no end.
fn best_silence(cohort: &Cohort, known: &[usize], horizon: f64) -> f64 {
    let then = |&i: &usize| cohort.earlier[i].map(|earlier| (i, earlier));
    let mut lessons: Vec<(f64, f64, f64)> = known
        .iter()
        .filter_map(then)
        .map(|(i, earlier)| {
            let age = cohort.customers[i].t - horizon;
            let rate = if age > 0.0 { f64::from(earlier.x) / age * horizon } else { 0.0 };
            (earlier.silence, rate, last_window(cohort, i))
        })
        .collect();
    lessons.sort_by(|a, b| a.0.total_cmp(&b.0));
    let error = |cut: f64| -> f64 {
        lessons.iter().map(|(silence, rate, y)| (y - if *silence > cut { 0.0 } else { *rate }).powi(2)).sum()
    };
    let cuts = (1..20).map(|k| lessons[k * (lessons.len() - 1) / 20].0).chain([f64::INFINITY]);
    cuts.map(|cut| (cut, error(cut))).min_by(|a, b| a.1.total_cmp(&b.1)).map_or(f64::INFINITY, |best| best.0)
}

/// What a cell goes by, as known at the origin.
fn now(cohort: &Cohort, i: usize) -> Earlier {
    let customer = &cohort.customers[i];
    let mean = cohort.mean.as_ref().map_or(0.0, |mean| mean[i]);
    Earlier { x: customer.x, silence: customer.t - customer.t_x, mean }
}

/// Mean purchases by fifths of recency, frequency and money.
struct Cells {
    /// Limits of the fifths of each.
    limits: [Vec<f64>; 3],
    /// Sum and count by cell; then by recency and frequency only, then of all.
    sums: [Vec<(f64, usize)>; 3],
}

impl Cells {
    fn learn(cohort: &Cohort, known: &[usize]) -> Cells {
        let lessons = known.iter().filter_map(|&i| Some((cohort.earlier[i]?, last_window(cohort, i))));
        let lessons: Vec<(Earlier, f64)> = lessons.collect();
        let column = |of: fn(&Earlier) -> f64| fifths(lessons.iter().map(|(known, _)| of(known)).collect());
        let limits = [column(|k| k.silence), column(|k| f64::from(k.x)), column(|k| k.mean)];
        let mut cells = Cells { limits, sums: [vec![(0.0, 0); 125], vec![(0.0, 0); 25], vec![(0.0, 0); 1]] };
        for (known, y) in &lessons {
            for (level, at) in cells.places(known).into_iter().enumerate() {
                let (sum, count) = &mut cells.sums[level][at];
                *sum += y;
                *count += 1;
            }
        }
        cells
    }

    /// The customer's cell at each level.
    fn places(&self, known: &Earlier) -> [usize; 3] {
        let class = |limits: &[f64], value: f64| limits.iter().filter(|limit| value > **limit).count();
        let r = class(&self.limits[0], known.silence);
        let f = class(&self.limits[1], f64::from(known.x));
        let m = class(&self.limits[2], known.mean);
        [(r * 5 + f) * 5 + m, r * 5 + f, 0]
    }

    /// The mean of the narrowest cell that has enough customers.
    fn mean_of(&self, known: &Earlier) -> f64 {
        let places = self.places(known).into_iter().zip(&self.sums);
        let cells: Vec<(f64, usize)> = places.map(|(at, sums)| sums[at]).collect();
        let enough = cells.iter().find(|(_, count)| *count >= FEWEST_IN_CELL);
        let (sum, count) = enough.copied().unwrap_or(cells[2]);
        sum / count.max(1) as f64
    }

    /// How many narrow cells have enough customers.
    fn full(&self) -> usize {
        self.sums[0].iter().filter(|(_, count)| *count >= FEWEST_IN_CELL).count()
    }
}

/// The limits between fifths: the largest value of each of the lower four. Where many values are equal there are
/// fewer, and none at the largest, so that larger values, which may come later, belong to the highest fifth.
fn fifths(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    let mut limits: Vec<f64> = (1..5).map(|k| values[(k * values.len() / 5).saturating_sub(1)]).collect();
    limits.dedup();
    limits.retain(|limit| Some(limit) != values.last());
    limits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::customers::Customer;

    /// Forty customers of age 20, seen at 10 too; every other one bought twice early, then once more.
    fn cohort() -> Cohort {
        let even = |i: usize| i.is_multiple_of(2);
        let customer = |i: usize| match even(i) {
            true => Customer { x: 3, t_x: 18.0, t: 20.0 },
            false => Customer { x: 1, t_x: 1.0, t: 20.0 },
        };
        let earlier = |i: usize| match even(i) {
            true => Earlier { x: 2, silence: 2.0, mean: 10.0 },
            false => Earlier { x: 1, silence: 9.0, mean: 5.0 },
        };
        Cohort {
            key: (0..40).collect(),
            purchase_times: Default::default(),
            followed: Vec::new(),
            customers: (0..40).map(customer).collect(),
            mean: Some((0..40).map(|i| if even(i) { 10.0 } else { 5.0 }).collect()),
            earlier: (0..40).map(|i| Some(earlier(i))).collect(),
            bought: vec![1.0; 40],
            spent: Some(vec![1.0; 40]),
        }
    }

    fn first_two(baseline: Baseline) -> Vec<f64> {
        forecast(baseline, &cohort(), 10.0).unwrap().0.purchases[..2].to_vec()
    }

    #[test]
    fn baselines_by_hand() {
        assert_eq!(first_two(Baseline::LastWindow), [1.0, 0.0]);
        assert_eq!(first_two(Baseline::Mean), [0.5, 0.5]);
        assert_eq!(first_two(Baseline::SameRate), [1.5, 0.5]);
        // Silent for 9 bought nothing: the cut-off is 2.
        assert_eq!(first_two(Baseline::Recency), [1.5, 0.0]);
        assert_eq!(first_two(Baseline::RfmCells), [1.0, 0.0]);
        let (forecast, _) = forecast(Baseline::SameRate, &cohort(), 10.0).unwrap();
        assert_eq!(forecast.value.unwrap()[..2], [15.0, 2.5]);
    }

    #[test]
    fn nothing_to_learn_is_said() {
        let mut young = cohort();
        young.earlier.iter_mut().skip(29).for_each(|earlier| *earlier = None);
        assert!(forecast(Baseline::RfmCells, &young, 10.0).unwrap_err().contains("29"));
        assert!(forecast(Baseline::SameRate, &young, 10.0).is_ok());
    }
}
