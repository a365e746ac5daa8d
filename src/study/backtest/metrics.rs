//! Figures of one forecast against what happened, each a function of weights of the customers, so that the
//! same code gives the figure and its bootstrap replicates.
//!
//! With `y` purchases (or spend) of a customer and the forecast `m`: MAE is the mean of `|y − m|`, RMSE the
//! root of the mean of `(y − m)²`; Poisson deviance the mean of `2 (y ln(y/m) − (y − m))`; Brier the mean of
//! `(1[y > 0] − P(Y > 0))²`; CRPS the mean of `Σ_n (P(Y ≤ n) − 1[y ≤ n])²` (Gneiting & Raftery 2007). The
//! normalised Gini is that of actual spend by forecast over that by itself; the decile lift the mean spend of
//! the tenth with the highest forecasts over that of all.

use super::cohort::Cohort;
use super::forecast::{Forecast, LEVELS};
use super::ranking::{Ranking, correlation};

/// A figure of a forecast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(usize)]
pub enum Metric {
    /// Purchases expected of all over those made, less 1.
    TotalBias,
    /// Mean absolute error of purchases.
    Mae,
    /// Root of the mean squared error of purchases.
    Rmse,
    /// Spearman's correlation of expected and actual purchases. Most customers buy nothing, and share a rank:
    /// a forecast that says 0 of many has the same ties and gains by them, without knowing more.
    Spearman,
    /// Mean Poisson deviance of purchases.
    Deviance,
    /// Mean continuous ranked probability score of the distribution of purchases.
    Crps,
    /// Probability that a buyer is ranked above a non-buyer.
    Auc,
    /// Mean squared error of the probability to buy.
    Brier,
    /// Share of customers in their central 50 % interval, which holds more than that: counts are whole.
    Coverage50,
    /// The same for 80 %.
    Coverage80,
    /// The same for 90 %.
    Coverage90,
    /// Share of customers in their central 50 % interval with its ends randomised, which holds just that.
    PitCoverage50,
    /// The same for 80 %.
    PitCoverage80,
    /// The same for 90 %.
    PitCoverage90,
    /// Spend expected of all over that made, less 1.
    ValueBias,
    /// Mean absolute error of spend.
    ValueMae,
    /// Normalised Gini coefficient of spend.
    ValueGini,
    /// Mean spend of the best tenth by forecast over that of all.
    ValueLift,
    /// Share of the actual top 20 % by spend that is in the top 20 % by forecast.
    ValueTop20,
    /// How far the total of purchases is off, either way: over several origins, errors do not cancel.
    TotalError,
    /// The same of spend.
    ValueError,
}

/// All figures of a forecast, in the order of [`Metric::ALL`]; not a number where there is none.
pub type Values = [f64; Metric::COUNT];

impl Metric {
    /// How many there are.
    pub const COUNT: usize = 21;

    /// All there are.
    pub const ALL: [Metric; Metric::COUNT] = [
        Metric::TotalBias,
        Metric::Mae,
        Metric::Rmse,
        Metric::Spearman,
        Metric::Deviance,
        Metric::Crps,
        Metric::Auc,
        Metric::Brier,
        Metric::Coverage50,
        Metric::Coverage80,
        Metric::Coverage90,
        Metric::PitCoverage50,
        Metric::PitCoverage80,
        Metric::PitCoverage90,
        Metric::ValueBias,
        Metric::ValueMae,
        Metric::ValueGini,
        Metric::ValueLift,
        Metric::ValueTop20,
        Metric::TotalError,
        Metric::ValueError,
    ];

    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Metric::TotalBias => "total_bias",
            Metric::Mae => "mae",
            Metric::Rmse => "rmse",
            Metric::Spearman => "spearman",
            Metric::Deviance => "poisson_deviance",
            Metric::Crps => "crps",
            Metric::Auc => "auc",
            Metric::Brier => "brier",
            Metric::Coverage50 => "coverage_50",
            Metric::Coverage80 => "coverage_80",
            Metric::Coverage90 => "coverage_90",
            Metric::PitCoverage50 => "pit_coverage_50",
            Metric::PitCoverage80 => "pit_coverage_80",
            Metric::PitCoverage90 => "pit_coverage_90",
            Metric::ValueBias => "value_bias",
            Metric::ValueMae => "value_mae",
            Metric::ValueGini => "value_gini",
            Metric::ValueLift => "value_lift_10",
            Metric::ValueTop20 => "value_top_20",
            Metric::TotalError => "total_error",
            Metric::ValueError => "value_error",
        }
    }

    /// What it judges, in words, for sentences.
    pub fn words(self) -> &'static str {
        match self {
            Metric::TotalBias | Metric::TotalError => "the total of purchases",
            Metric::Mae => "single customers' purchases (MAE)",
            Metric::Rmse => "single customers' purchases (RMSE)",
            Metric::Spearman => "the order of customers by purchases (Spearman)",
            Metric::Deviance => "single customers' purchases (Poisson deviance)",
            Metric::Crps => "distributions of purchases (CRPS)",
            Metric::Auc => "telling who buys (AUC)",
            Metric::Brier => "the chance to buy (Brier)",
            Metric::Coverage50 | Metric::PitCoverage50 => "its 50 % intervals",
            Metric::Coverage80 | Metric::PitCoverage80 => "its 80 % intervals",
            Metric::Coverage90 | Metric::PitCoverage90 => "its 90 % intervals",
            Metric::ValueBias | Metric::ValueError => "the total of spend",
            Metric::ValueMae => "single customers' spend (MAE)",
            Metric::ValueGini => "the order of customers by spend (Gini)",
            Metric::ValueLift => "the best tenth by spend (lift)",
            Metric::ValueTop20 => "finding the best fifth by spend",
        }
    }

    /// What chance alone would give, of figures of an order: less is worse than no forecast.
    pub fn chance(self) -> Option<f64> {
        match self {
            Metric::Auc => Some(0.5),
            Metric::Spearman | Metric::ValueGini => Some(0.0),
            _ => None,
        }
    }

    /// How far from perfect a figure is: what is compared between forecasts, less is better.
    pub fn loss(self, value: f64) -> f64 {
        match self {
            Metric::TotalBias | Metric::ValueBias => value.abs(),
            Metric::Spearman | Metric::Auc | Metric::ValueGini => 1.0 - value,
            Metric::ValueLift | Metric::ValueTop20 => -value,
            Metric::Coverage50 | Metric::PitCoverage50 => (value - LEVELS[0]).abs(),
            Metric::Coverage80 | Metric::PitCoverage80 => (value - LEVELS[1]).abs(),
            Metric::Coverage90 | Metric::PitCoverage90 => (value - LEVELS[2]).abs(),
            _ => value,
        }
    }
}

/// Forecasts below this count as this in the Poisson deviance, which is infinite if anybody buys of whom
/// nothing was expected.
const LEAST_EXPECTED: f64 = 1e-3;

/// A forecast beside what happened, with all that does not depend on weights worked out.
pub(super) struct Scorecard<'a> {
    cohort: &'a Cohort,
    forecast: &'a Forecast,
    /// Poisson deviances.
    deviances: Vec<f64>,
    /// By expected purchases.
    expected: Ranking,
    /// By actual purchases.
    bought: Ranking,
    /// By chance to buy, for models; by expected purchases else.
    chance: Ranking,
    /// By expected value and by actual spend.
    value: Option<(Ranking, Ranking)>,
}

impl<'a> Scorecard<'a> {
    pub fn new(cohort: &'a Cohort, forecast: &'a Forecast) -> Self {
        let chance = forecast.distribution.as_ref().map_or(&forecast.purchases, |d| &d.p_buy);
        let value = forecast.value.as_ref().zip(cohort.spent.as_ref());
        let pairs = cohort.bought.iter().zip(&forecast.purchases);
        Scorecard {
            cohort,
            forecast,
            deviances: pairs.map(|(y, m)| deviance(*y, *m)).collect(),
            expected: Ranking::new(&forecast.purchases),
            bought: Ranking::new(&cohort.bought),
            chance: Ranking::new(chance),
            value: value.map(|(value, spent)| (Ranking::new(value), Ranking::new(spent))),
        }
    }

    /// All figures, with these weights of customers.
    pub fn measure(&self, weights: &[f64]) -> Values {
        let mut values = [f64::NAN; Metric::COUNT];
        self.purchases(weights, &mut values);
        self.distribution(weights, &mut values);
        self.value(weights, &mut values);
        values
    }

    fn purchases(&self, weights: &[f64], values: &mut Values) {
        let (bought, expected) = (&self.cohort.bought, &self.forecast.purchases);
        let mean = Mean::of(weights);
        let pairs = || bought.iter().zip(expected);
        let off = mean.ratio(expected, bought) - 1.0;
        values[Metric::TotalBias as usize] = off;
        values[Metric::TotalError as usize] = off.abs();
        values[Metric::Mae as usize] = mean.over(pairs().map(|(y, m)| (y - m).abs()));
        values[Metric::Rmse as usize] = mean.over(pairs().map(|(y, m)| (y - m).powi(2))).sqrt();
        values[Metric::Deviance as usize] = mean.over(self.deviances.iter().copied());
        let (a, b) = (self.expected.ranks(weights), self.bought.ranks(weights));
        values[Metric::Spearman as usize] = correlation(weights, &a, &b);
        values[Metric::Auc as usize] = self.chance.auc(weights, |i| bought[i] > 0.0);
    }

    fn distribution(&self, weights: &[f64], values: &mut Values) {
        let Some(found) = &self.forecast.distribution else { return };
        let mean = Mean::of(weights);
        values[Metric::Crps as usize] = mean.over(found.crps.iter().copied());
        let bought = self.cohort.bought.iter().map(|y| f64::from(u8::from(*y > 0.0)));
        let squares = bought.zip(&found.p_buy).map(|(hit, p)| (hit - p).powi(2));
        values[Metric::Brier as usize] = mean.over(squares);
        for (at, level) in LEVELS.into_iter().enumerate() {
            let inside = found.inside.iter().map(|bits| f64::from(bits >> at & 1));
            values[Metric::Coverage50 as usize + at] = mean.over(inside);
            let within = |pit: &f64| f64::from(u8::from((pit - 0.5).abs() <= 0.5 * level));
            values[Metric::PitCoverage50 as usize + at] = mean.over(found.pit.iter().map(within));
        }
    }

    fn value(&self, weights: &[f64], values: &mut Values) {
        let Some((by_value, by_spent)) = &self.value else { return };
        let (Some(value), Some(spent)) = (&self.forecast.value, &self.cohort.spent) else { return };
        let mean = Mean::of(weights);
        let off = mean.ratio(value, spent) - 1.0;
        values[Metric::ValueBias as usize] = off;
        values[Metric::ValueError as usize] = off.abs();
        values[Metric::ValueMae as usize] = mean.over(value.iter().zip(spent).map(|(v, s)| (v - s).abs()));
        values[Metric::ValueGini as usize] = by_value.gini(weights, spent) / by_spent.gini(weights, spent);
        let top = by_value.top(weights, 0.1);
        let held = mean.over(top.iter().zip(spent).map(|(top, s)| top * s)) / mean.over(top.iter().copied());
        values[Metric::ValueLift as usize] = held / mean.over(spent.iter().copied());
        let (found, sought) = (by_value.top(weights, 0.2), by_spent.top(weights, 0.2));
        let both = mean.over(found.iter().zip(&sought).map(|(a, b)| a * b));
        values[Metric::ValueTop20 as usize] = both / mean.over(sought.iter().copied());
    }
}

/// Poisson deviance of one customer.
fn deviance(y: f64, m: f64) -> f64 {
    let m = m.max(LEAST_EXPECTED);
    let log = if y > 0.0 { y * (y / m).ln() } else { 0.0 };
    2.0 * (log - (y - m))
}

/// Weighted means.
struct Mean<'a> {
    weights: &'a [f64],
    total: f64,
}

impl<'a> Mean<'a> {
    fn of(weights: &'a [f64]) -> Self {
        Mean { weights, total: weights.iter().sum() }
    }

    fn over(&self, values: impl Iterator<Item = f64>) -> f64 {
        self.weights.iter().zip(values).map(|(w, v)| w * v).sum::<f64>() / self.total
    }

    fn ratio(&self, above: &[f64], below: &[f64]) -> f64 {
        self.over(above.iter().copied()) / self.over(below.iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::backtest::forecast::Distribution;

    fn cards() -> (Cohort, Forecast) {
        let cohort = Cohort {
            bought: vec![0.0, 2.0, 1.0, 5.0],
            spent: Some(vec![0.0, 20.0, 5.0, 75.0]),
            ..Cohort::default()
        };
        let distribution = Distribution {
            p_buy: vec![0.2, 0.5, 0.5, 0.9],
            crps: vec![0.1, 0.2, 0.3, 0.4],
            pit: vec![0.5, 0.04, 0.85, 0.97],
            inside: vec![0b111, 0b100, 0b110, 0b000],
        };
        let purchases = vec![0.5, 1.0, 1.0, 2.0];
        let value = Some(vec![5.0, 10.0, 10.0, 40.0]);
        (cohort, Forecast { purchases, value, distribution: Some(distribution), until: Vec::new() })
    }

    #[test]
    fn figures_by_hand() {
        let (cohort, forecast) = cards();
        let values = Scorecard::new(&cohort, &forecast).measure(&[1.0; 4]);
        let expect = |metric: Metric, by_hand: f64| {
            let value = values[metric as usize];
            assert!((value - by_hand).abs() < 1e-12, "{}: {value} and {by_hand}", metric.name());
        };
        expect(Metric::TotalBias, 4.5 / 8.0 - 1.0);
        expect(Metric::TotalError, 3.5 / 8.0);
        expect(Metric::Mae, (0.5 + 1.0 + 0.0 + 3.0) / 4.0);
        expect(Metric::Rmse, ((0.25 + 1.0 + 0.0 + 9.0) / 4.0f64).sqrt());
        // Ranks of the forecast 4, 2.5, 2.5, 1 and of what happened 4, 2, 3, 1.
        expect(Metric::Spearman, (2.25 + 0.25 - 0.25 + 2.25) / (4.5f64 * 5.0).sqrt());
        let deviance = 2.0 * (0.5 + (2.0 * 2f64.ln() - 1.0) + 0.0 + (5.0 * 2.5f64.ln() - 3.0)) / 4.0;
        expect(Metric::Deviance, deviance);
        expect(Metric::Crps, 0.25);
        expect(Metric::Auc, 1.0);
        expect(Metric::Brier, (0.04 + 0.25 + 0.25 + 0.01) / 4.0);
        expect(Metric::Coverage50, 0.25);
        expect(Metric::Coverage80, 0.5);
        expect(Metric::Coverage90, 0.75);
        expect(Metric::PitCoverage50, 0.25);
        expect(Metric::PitCoverage80, 0.5);
        expect(Metric::PitCoverage90, 0.5);
        expect(Metric::ValueBias, 65.0 / 100.0 - 1.0);
        expect(Metric::ValueError, 0.35);
        expect(Metric::ValueMae, (5.0 + 10.0 + 5.0 + 35.0) / 4.0);
        // Lorenz curves: forecast 0, 75, (100 at both ties), 100; own order 0, 75, 95, 100, 100.
        let own = (37.5 + 85.0 + 97.5 + 100.0) / 400.0;
        let by_value = (37.5 + 2.0 * 87.5 + 100.0) / 400.0;
        expect(Metric::ValueGini, (2.0 * by_value - 1.0) / (2.0 * own - 1.0));
        expect(Metric::ValueLift, 75.0 / 25.0);
        expect(Metric::ValueTop20, 1.0 * 0.8);
    }

    #[test]
    fn a_weight_is_so_many_copies() {
        let (cohort, forecast) = cards();
        let (mut more, mut again) = (cohort.clone(), forecast.clone());
        let weights = [2.0, 1.0, 0.0, 3.0];
        let copies: Vec<usize> = vec![0, 0, 1, 3, 3, 3];
        let pick = |values: &[f64]| copies.iter().map(|&i| values[i]).collect::<Vec<_>>();
        more.bought = pick(&cohort.bought);
        more.spent = cohort.spent.as_deref().map(pick);
        again.purchases = pick(&forecast.purchases);
        again.value = forecast.value.as_deref().map(pick);
        again.distribution = forecast.distribution.as_ref().map(|d| Distribution {
            p_buy: pick(&d.p_buy),
            crps: pick(&d.crps),
            pit: pick(&d.pit),
            inside: copies.iter().map(|&i| d.inside[i]).collect(),
        });
        let weighted = Scorecard::new(&cohort, &forecast).measure(&weights);
        let copied = Scorecard::new(&more, &again).measure(&[1.0; 6]);
        for (metric, (a, b)) in Metric::ALL.iter().zip(weighted.iter().zip(&copied)) {
            assert!((a - b).abs() < 1e-12, "{}: {a} and {b}", metric.name());
        }
    }

    #[test]
    fn metrics_are_numbered_in_their_order() {
        assert!(Metric::ALL.iter().enumerate().all(|(at, metric)| *metric as usize == at));
    }
}
