//! What forecasts of earlier dates have shown, kept with the model that was made of them.

use jiff::civil::Date;

/// The totals of one forecast that was tried: what it said and what came.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trial {
    /// From where it looked ahead.
    pub origin: Date,
    /// How far \[weeks\].
    pub weeks: f64,
    /// Customers known then.
    pub customers: f64,
    /// Purchases it expected of them.
    pub expected: f64,
    /// Purchases they made.
    pub bought: f64,
    /// The share of customers within their 90 % intervals, those at the ends in part.
    pub covered: f64,
    /// Continuous ranked probability score of a customer.
    pub crps: f64,
    /// The same of the reference, mbg-nbd with steady rates.
    pub reference: f64,
    /// The same of the average of all with equal weights, where it was kept.
    pub robust: Option<f64>,
    /// Purchases those customers made in as long a time before: the forecast that nothing changes. `None` where the log
    /// does not go back so far.
    pub before: Option<f64>,
    /// Was the total within the 90 % interval that what was seen at the other dates makes?
    pub held: Option<bool>,
}

/// How forecasts from earlier dates did, of the models that are averaged and of the average.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Learned {
    /// Windows that do not overlap, of the longest horizon tried; not always a whole number.
    pub windows: f64,
    /// Mean squared error of the logarithms of totals in those trials, relative to what was to be expected of it
    /// ([`Learned::usual`]).
    pub excess: f64,
    /// Repeat purchases that the models were fitted to.
    pub repeats: f64,
    /// The forecasts that were tried, the earliest first.
    pub trials: Vec<Trial>,
    /// Why there are none, in words.
    pub why_none: Option<String>,
    /// Models that could not be fitted, and why.
    pub dropped: Vec<String>,
}

/// Errors of totals as they are on logs of shops: the variance of their logarithms by horizon \[weeks\].
const USUAL: [(f64, f64); 3] = [(13.0, 0.013), (26.0, 0.021), (52.0, 0.022)];
/// ... and what few repeat purchases add, times their number.
const OF_FEW: f64 = 30.0;
/// So many windows is that knowledge worth.
const WORTH: f64 = 3.0;
/// Degrees of freedom of it.
const FREEDOM: f64 = 6.0;
/// Trials say no more than this of how much larger errors are here.
const MOST_EXCESS: f64 = 4.0;

impl Learned {
    /// The variance of the logarithm of a total that is usual for so many repeat purchases and weeks.
    pub fn usual(repeats: f64, weeks: f64) -> f64 {
        let (first, last) = (USUAL[0], USUAL[USUAL.len() - 1]);
        let between = |pair: &[(f64, f64)]| {
            let ((x, a), (y, b)) = (pair[0], pair[1]);
            (weeks >= x && weeks <= y).then(|| a + (b - a) * (weeks - x) / (y - x))
        };
        let of_horizon = USUAL.windows(2).find_map(between);
        // Shorter: as shocks of weeks that add up; longer: growing with the logarithm.
        let beyond = if weeks < first.0 {
            first.1 * (first.0 / weeks.max(1.0)).sqrt()
        } else {
            last.1 * weeks / last.0
        };
        of_horizon.unwrap_or(beyond) + OF_FEW / repeats.max(1.0)
    }

    /// The variance of what all customers share in so many weeks to come, relative to the square of a total, with what so few
    /// trials leave open of it (the variance of a t distribution).
    pub fn shared_variance(&self, weeks: f64) -> f64 {
        let weeks = weeks.min(520.0);
        let excess = self.excess.min(MOST_EXCESS);
        let variance =
            Learned::usual(self.repeats, weeks) * (WORTH + self.windows * excess) / (WORTH + self.windows);
        let freedom = FREEDOM + self.windows;
        variance * freedom / (freedom - 2.0)
    }

    /// Would the 90 % interval of a total that was so far off have held it: with what all customers share, and the chance of
    /// so many purchases?
    pub fn holds(&self, trial: &Trial) -> bool {
        let variance = self.shared_variance(trial.weeks) + 1.0 / trial.expected.max(1.0);
        (trial.expected / trial.bought).ln().abs() <= NORMAL_95 * variance.sqrt()
    }
}

/// The 95 % quantile of the normal distribution.
const NORMAL_95: f64 = 1.644_853_626_951_472_2;

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand, from the constants.
    #[test]
    fn totals_are_as_unsure_as_they_were() {
        assert!((Learned::usual(3000.0, 13.0) - 0.023).abs() < 1e-15);
        assert!((Learned::usual(f64::INFINITY, 39.0) - 0.0215).abs() < 1e-15);
        assert!((Learned::usual(f64::INFINITY, 104.0) - 0.044).abs() < 1e-15);
        let none = Learned { repeats: f64::INFINITY, excess: 9.0, ..Learned::default() };
        assert!((none.shared_variance(52.0) - 0.022 * 1.5).abs() < 1e-12);
        // Two windows that erred twice as much as is usual: (3 + 2 · 2) / 5, with 8 degrees of freedom.
        let some = Learned { windows: 2.0, excess: 2.0, ..none };
        assert!((some.shared_variance(52.0) - 0.022 * 1.4 * 8.0 / 6.0).abs() < 1e-12);
    }
}
