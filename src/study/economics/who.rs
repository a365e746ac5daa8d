//! Who the good customers are: which values of an attribute are found among the best more often than among all,
//! and what a customer of each is worth.
//!
//! The best are the top 20 % by value. Of a group with `n` customers, `k` of them among the `K` best of all `N`, the ratio
//! `(k/n)/(K/N)` says how far it is over-represented. Its interval is Wilson's (1927) of `k/n`; `p` is that of
//! the hypergeometric distribution, two-sided; `q` is corrected for looking at all groups of an attribute by
//! Benjamini & Hochberg (1995): of those with `q` below 0.05, a twentieth is expected to be there by chance.
//! Value per customer is drawn to that of the others (see [`super::pooling`]), so that a tiny group does not win
//! by luck; the mean over customers stays what it is.

use statrs::distribution::{ContinuousCDF, Discrete, Hypergeometric, Normal};

use super::base::{Base, Grouping};
use super::pooling::{Sample, pooled};
use super::segments::by_value;
use super::uncertain::Figure;

/// One value of an attribute.
#[derive(Debug, Clone, PartialEq)]
pub struct Association {
    /// The attribute.
    pub by: String,
    /// Its value.
    pub level: String,
    /// Customers.
    pub customers: u64,
    /// Of these among the best.
    pub best: u64,
    /// Share of the best here over that of all.
    pub ratio: Figure,
    /// Probability of a share as far off by chance.
    pub p: f64,
    /// The same, corrected for looking at all values of the attribute.
    pub q: f64,
    /// Mean value a customer, from today on.
    pub mean_value: f64,
    /// The same, drawn to that of the others, with its interval.
    pub shrunken_value: Figure,
    /// Mean paid so far a customer, net of returns.
    pub mean_paid: f64,
}

/// All values of all attributes.
pub(super) fn associations(
    base: &Base,
    values: &[f64],
    best: f64,
    probability: Option<f64>,
) -> Vec<Association> {
    let count = (best * base.len() as f64).ceil() as usize;
    let mut is_best = vec![false; base.len()];
    by_value(values).into_iter().take(count).for_each(|i| is_best[i] = true);
    base.by.iter().flat_map(|by| of_attribute(base, by, values, &is_best, count, probability)).collect()
}

fn of_attribute(
    base: &Base,
    by: &Grouping,
    values: &[f64],
    is_best: &[bool],
    count: usize,
    probability: Option<f64>,
) -> Vec<Association> {
    let mut members = vec![Vec::new(); by.levels.len()];
    (0..base.len()).for_each(|i| members[by.of[i] as usize].push(i));
    let found: Vec<Sample> =
        members.iter().map(|members| Sample::of(members.iter().map(|i| values[*i]))).collect();
    let shrunk = pooled(&found);
    let z = probability.map(quantile);
    let overall = count as f64 / base.len() as f64;
    let one = |level: usize| {
        let n = members[level].len() as u64;
        let k = members[level].iter().filter(|i| is_best[**i]).count() as u64;
        let share = |z: f64| {
            let (low, high) = wilson(k as f64, n as f64, z);
            (low / overall, high / overall)
        };
        let (mean, variance) = shrunk[level];
        let error = z.map(|z| z * variance.sqrt()).filter(|error| error.is_finite());
        Association {
            by: by.name.clone(),
            level: by.levels[level].clone(),
            customers: n,
            best: k,
            ratio: Figure { value: k as f64 / n as f64 / overall, interval: z.map(share) },
            p: two_sided(base.len() as u64, count as u64, n, k),
            q: 1.0,
            mean_value: found[level].mean,
            shrunken_value: Figure {
                value: mean,
                interval: error.map(|error| ((mean - error).max(0.0), mean + error)),
            },
            mean_paid: members[level].iter().map(|i| base.paid(*i)).sum::<f64>() / n as f64,
        }
    };
    let mut all: Vec<Association> = (0..by.levels.len()).map(one).collect();
    correct(&mut all);
    all
}

/// Benjamini and Hochberg's correction.
fn correct(all: &mut [Association]) {
    let n = all.len() as f64;
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.sort_by(|a, b| all[*b].p.total_cmp(&all[*a].p));
    let mut least = 1.0f64;
    for (from_last, i) in order.into_iter().enumerate() {
        least = least.min(all[i].p * n / (n - from_last as f64));
        all[i].q = least;
    }
}

/// The normal quantile of a central interval.
pub(super) fn quantile(probability: f64) -> f64 {
    Normal::standard().inverse_cdf(0.5 + 0.5 * probability)
}

/// Wilson's interval of a share.
fn wilson(k: f64, n: f64, z: f64) -> (f64, f64) {
    let (share, extra) = (k / n, z * z / n);
    let centre = (share + 0.5 * extra) / (1.0 + extra);
    let half = z / (1.0 + extra) * (share * (1.0 - share) / n + 0.25 * extra / n).sqrt();
    // Nothing of n leaves nothing for sure, and all of n all: rounding must not say otherwise.
    let low = if k == 0.0 { 0.0 } else { (centre - half).max(0.0) };
    (low, if k == n { 1.0 } else { (centre + half).min(1.0) })
}

/// Probability of a number of the best no likelier than `k`, among `n` of `all` customers with `best` best.
fn two_sided(all: u64, best: u64, n: u64, k: u64) -> f64 {
    let Ok(distribution) = Hypergeometric::new(all, best, n) else { return 1.0 };
    let (low, high) = ((n + best).saturating_sub(all), n.min(best));
    let observed = distribution.ln_pmf(k);
    // Sums over a range that holds all of the mass: 40 standard deviations.
    let share = best as f64 / all as f64;
    let deviation = (n as f64 * share * (1.0 - share)).sqrt().max(1.0);
    let mean = n as f64 * share;
    let from = low.max((mean - 40.0 * deviation - 10.0).max(0.0) as u64).min(k);
    let to = high.min((mean + 40.0 * deviation + 10.0) as u64).max(k);
    let likely = (from..=to).map(|j| distribution.ln_pmf(j)).filter(|p| *p <= observed + 1e-9);
    likely.map(f64::exp).sum::<f64>().min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R 4.x: fisher.test(matrix(c(3,1,1,3),2))$p.value = 0.4857143; binom-free Wilson interval of 8/10 at 95 %:
    /// 0.4901625 to 0.9433178 (published: Agresti & Coull 1998's formula by hand). Seen to fail with `<` for
    /// `<=` in the two-sided sum, and `z` for `z²`.
    #[test]
    fn known_values() {
        assert!((two_sided(8, 4, 4, 3) - 0.485_714_285_714).abs() < 1e-10);
        let (low, high) = wilson(8.0, 10.0, 1.959_963_984_540_054);
        assert!((low - 0.490_162_5).abs() < 1e-6 && (high - 0.943_317_8).abs() < 1e-6, "{low} {high}");
        for n in 1..2000 {
            let n = f64::from(n);
            assert_eq!((wilson(0.0, n, 1.644_853_626_951).0, wilson(n, n, 1.644_853_626_951).1), (0.0, 1.0));
        }
    }

    /// Benjamini and Hochberg's own way: p 0.01, 0.04, 0.03, 0.5 of four give q 0.04, 0.0533, 0.0533, 0.5.
    #[test]
    fn many_looks_are_corrected() {
        let one = |p: f64| Association {
            by: String::new(),
            level: String::new(),
            customers: 1,
            best: 0,
            ratio: Figure::default(),
            p,
            q: 1.0,
            mean_value: 0.0,
            shrunken_value: Figure::default(),
            mean_paid: 0.0,
        };
        let mut all = [0.01, 0.04, 0.03, 0.5].map(one);
        correct(&mut all);
        let q: Vec<f64> = all.iter().map(|a| a.q).collect();
        let expected = [0.04, 0.16 / 3.0, 0.16 / 3.0, 0.5];
        assert!(q.iter().zip(expected).all(|(q, e)| (q - e).abs() < 1e-12), "{q:?}");
    }
}
