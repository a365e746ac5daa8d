//! Saturating curves of new customers by cost, `n(c) = N (1 − exp(−k c))`, fitted to months by quasi-Poisson
//! likelihood, and refused with a reason where the months do not show the bend.

use statrs::distribution::{ChiSquared, ContinuousCDF};

/// A fitted saturating curve of one channel, or why there is none.
#[derive(Debug, Clone, PartialEq)]
pub struct ChannelCurve {
    /// The channel.
    pub group: String,
    /// Months behind it.
    pub months: usize,
    /// Mean cost a month.
    pub cost: f64,
    /// Mean new customers a month.
    pub new: f64,
    /// `N` and `k`; or the reason why they are not known.
    pub fitted: std::result::Result<(f64, f64), String>,
}

/// Months with costs that a curve needs.
const FEWEST_MONTHS: usize = 6;
/// Least coefficient of variation of costs.
const LEAST_VARIATION: f64 = 0.1;
/// Level at which the bend must show.
const LEVEL: f64 = 0.05;

impl ChannelCurve {
    /// Fits months of `(cost, new customers)`.
    pub fn fit(group: &str, months: &[(f64, f64)]) -> Self {
        let n = months.len() as f64;
        let (cost, new) = (
            months.iter().map(|m| m.0).sum::<f64>() / n.max(1.0),
            months.iter().map(|m| m.1).sum::<f64>() / n.max(1.0),
        );
        let fitted = fit(months, cost, new);
        ChannelCurve { group: group.to_owned(), months: months.len(), cost, new, fitted }
    }
}

fn fit(months: &[(f64, f64)], mean: f64, new: f64) -> std::result::Result<(f64, f64), String> {
    let n = months.len() as f64;
    if months.len() < FEWEST_MONTHS {
        return Err(format!("{} months with costs, {FEWEST_MONTHS} are needed", months.len()));
    }
    let deviation = (months.iter().map(|m| (m.0 - mean).powi(2)).sum::<f64>() / n).sqrt();
    if mean <= 0.0 || new <= 0.0 || deviation < LEAST_VARIATION * mean {
        let share = if mean > 0.0 { 100.0 * deviation / mean } else { 0.0 };
        return Err(format!(
            "costs hardly vary ({share:.0} % of their mean): what more money brings was never tried"
        ));
    }
    let curve = Likelihood { months, total: new * n };
    let best = curve.best(mean);
    let a = curve.scale(best);
    let expected = |c: f64| (a * shape(best, c)).max(1e-9);
    let pearson: f64 = months.iter().map(|(c, y)| (y - expected(*c)).powi(2) / expected(*c)).sum();
    let overdispersion = (pearson / (n - 2.0)).max(1.0);
    let gain = 2.0 * (curve.at(best) - curve.at(0.0)) / overdispersion;
    let p = ChiSquared::new(1.0).map_or(1.0, |chi| chi.sf(gain.max(0.0)));
    if p > LEVEL {
        return Err(format!(
            "the months do not show where its curve bends (p = {p:.2}): a straight line fits as well, and it has no end"
        ));
    }
    if best * mean > 20.0 {
        return Err("new customers do not rise with costs: they may come by themselves".to_owned());
    }
    Ok((a / best, best))
}

/// The curve divided by `N k`; for `k = 0` it is a straight line.
fn shape(k: f64, cost: f64) -> f64 {
    if k == 0.0 { cost } else { -(-k * cost).exp_m1() / k }
}

/// The quasi-Poisson likelihood of `k`; for a given `k` that of `N` has its maximum where the totals agree.
struct Likelihood<'a> {
    months: &'a [(f64, f64)],
    /// New customers in all.
    total: f64,
}

/// The largest `k` times mean cost that is looked at over the smallest, and steps between them.
const SMALLEST: f64 = 1e-3;
const RANGE: f64 = 1e5;
const STEPS: u32 = 100;

impl Likelihood<'_> {
    /// `N k`.
    fn scale(&self, k: f64) -> f64 {
        self.total / self.months.iter().map(|m| shape(k, m.0)).sum::<f64>()
    }

    fn at(&self, k: f64) -> f64 {
        let a = self.scale(k);
        let paid = self.months.iter().filter(|m| m.0 > 0.0);
        paid.map(|(c, y)| y * (a * shape(k, *c)).ln() - a * shape(k, *c)).sum()
    }

    /// The best `k`: a grid finds the peak, Brent's method its top.
    fn best(&self, mean: f64) -> f64 {
        let k = |step: f64| SMALLEST * RANGE.powf(step / f64::from(STEPS)) / mean;
        let of = |step: f64| self.at(k(step));
        let steps = (0..=STEPS).map(f64::from);
        let near = steps.max_by(|a, b| of(*a).total_cmp(&of(*b))).unwrap_or(0.0);
        let (from, to) = ((near - 1.0).max(0.0), (near + 1.0).min(f64::from(STEPS)));
        k(super::highest(of, from, to).filter(|found| of(*found) >= of(near)).unwrap_or(near))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A curve is found where there is one, and refused where not. Seen to fail with the test of the bend
    /// left out.
    #[test]
    fn curves_are_found_or_refused() {
        let costs = [100.0, 300.0, 600.0, 1000.0, 1500.0, 2500.0, 4000.0, 200.0];
        let bent: Vec<(f64, f64)> =
            costs.map(|c| (c, (500.0 * (1.0 - (-c / 1000.0f64).exp())).round())).to_vec();
        let (most, k) = ChannelCurve::fit("a", &bent).fitted.unwrap();
        assert!((most / 500.0 - 1.0).abs() < 0.02 && (k * 1000.0 - 1.0).abs() < 0.05, "{most} {k}");
        // Without rounding the truth is the maximum, to the digits that a flat top leaves.
        let exact = costs.map(|c| (c, 500.0 * (1.0 - (-c / 1000.0f64).exp())));
        let (most, k) = ChannelCurve::fit("a", &exact).fitted.unwrap();
        assert!((most / 500.0 - 1.0).abs() < 1e-6 && (k * 1000.0 - 1.0).abs() < 1e-6, "{most} {k}");
        let straight: Vec<(f64, f64)> = costs.map(|c| (c, (0.1 * c).round())).to_vec();
        assert!(ChannelCurve::fit("b", &straight).fitted.unwrap_err().contains("bends"));
        assert!(ChannelCurve::fit("c", &[(100.0, 10.0); 12]).fitted.unwrap_err().contains("vary"));
        assert!(ChannelCurve::fit("d", &bent[..3]).fitted.unwrap_err().contains("months"));
    }
}
