//! Budget: how much to spend on acquiring and on keeping customers, and where.
//!
//! The decision calculus of Blattberg & Deighton (1996, "Manage marketing by the customer equity test",
//! Harvard Business Review 74(4)) asks a manager for two points of each response, what is spent and reached
//! today and what could be reached at most (the ceiling), and lays an exponential through them:
//!
//! ```text
//! a(A) = ceiling (1 − exp(−k A))      share of prospects won at A spent a prospect
//! r(R) = ceiling (1 − exp(−k R))      share of customers kept a year at R spent a customer and year
//! won by a prospect   = a(A) · LTV − A                               highest at A* = ln(k ceiling LTV)/k
//! left by a customer  = (m − R/r) · r'/(1 − r'),    r' = r/(1 + d)   m: margin a year, d: yearly discount rate
//! ```
//!
//! LTV and `m` come from the model. Both curves are judgement, not data, and are named so.
//!
//! Money is divided among channels by equal marginal return under saturating curves of new customers by month,
//! `n(c) = N (1 − exp(−k c))`, fitted to the cost file by quasi-Poisson likelihood. A channel whose months do not
//! show where its curve bends is refused with the reason: nothing is known of what more money would bring there.

mod curve;

use argmin::core::{CostFunction, Executor};
use argmin::solver::brent::BrentOpt;

pub use self::curve::ChannelCurve;
use crate::base::{Error, Result};

/// A response by judgement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Response {
    /// Spent today, a prospect, or a customer and year.
    pub spend: f64,
    /// Share won, or kept, today.
    pub rate: f64,
    /// Share that no spending exceeds.
    pub ceiling: f64,
}

impl Response {
    /// The same, if it is a response.
    ///
    /// # Errors
    /// If spending is not positive, or the rate not between 0 and the ceiling, or that above 1.
    pub fn checked(self, option: &str) -> Result<Self> {
        let Response { spend, rate, ceiling } = self;
        if spend > 0.0 && spend.is_finite() && 0.0 < rate && rate < ceiling && ceiling <= 1.0 {
            return Ok(self);
        }
        let message = format!(
            "spend {spend} must be above 0, the rate {rate} above 0 and below the ceiling {ceiling}, and that at \
             most 1: write spend=5,rate=0.04,ceiling=0.1"
        );
        Err(Error::option(option, message))
    }

    /// From `spend=5,rate=0.04,ceiling=0.1`.
    ///
    /// # Errors
    /// If something is missing, unknown or out of its domain.
    pub fn parse(option: &str, text: &str) -> Result<Self> {
        let wrong = |what: String| Error::option(option, format!("{what}; write {}", Self::example(option)));
        let mut found = [None; 3];
        for part in text.split(',') {
            let (name, value) = part.split_once('=').ok_or_else(|| wrong(format!("'{part}' has no =")))?;
            let at = ["spend", "rate", "ceiling"].iter().position(|known| *known == name.trim());
            let at = at.ok_or_else(|| wrong(format!("'{}' is not asked for", name.trim())))?;
            found[at] = Some(value.trim().parse().map_err(|_| wrong(format!("'{value}' is not a number")))?);
        }
        let [Some(spend), Some(rate), Some(ceiling)] = found else {
            return Err(wrong("spend, rate and ceiling are all needed".to_owned()));
        };
        Response { spend, rate, ceiling }.checked(option)
    }

    /// How it is written: shares that are won are small, those that are kept are large.
    fn example(option: &str) -> &'static str {
        match option {
            "--retention-response" => "spend=10,rate=0.6,ceiling=0.8",
            _ => "spend=5,rate=0.04,ceiling=0.1",
        }
    }

    fn k(&self) -> f64 {
        -(-self.rate / self.ceiling).ln_1p() / self.spend
    }

    fn at(&self, spend: f64) -> f64 {
        -self.ceiling * (-self.k() * spend).exp_m1()
    }
}

/// A point of a curve of spending.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpendPoint {
    /// Spent a prospect, or a customer and year.
    pub spend: f64,
    /// Share won or kept.
    pub rate: f64,
    /// What it leaves.
    pub value: f64,
}

/// The best spending under a response by judgement.
#[derive(Debug, Clone, PartialEq)]
pub struct Optimum {
    /// The response.
    pub response: Response,
    /// Today's spending.
    pub today: SpendPoint,
    /// The best spending.
    pub best: SpendPoint,
    /// The curve from 0 on.
    pub curve: Vec<SpendPoint>,
}

fn optimum(response: Response, value: impl Fn(f64) -> f64, best: f64) -> Optimum {
    let point = |spend: f64| SpendPoint { spend, rate: response.at(spend), value: value(spend) };
    let far = 1.5 * best.max(response.spend);
    Optimum {
        response,
        today: point(response.spend),
        best: point(best),
        curve: (0..=40).map(|i| point(far * f64::from(i) / 40.0)).collect(),
    }
}

/// What to spend on a prospect.
pub fn acquisition_optimum(response: Response, ltv: f64) -> Optimum {
    let k = response.k();
    let best = ((k * response.ceiling * ltv).ln() / k).max(0.0);
    optimum(response, |spend| response.at(spend) * ltv - spend, best)
}

/// What to spend on a customer a year, who brings `margin` a year while kept.
///
/// # Errors
/// If no best spending can be found.
pub fn retention_optimum(response: Response, margin: f64, discount: f64) -> Result<Optimum> {
    if discount <= 0.0 && response.ceiling >= 1.0 {
        let message = "a customer kept for ever is worth more than any number without discounting: give a --discount, \
                       or a ceiling below 1";
        return Err(Error::option("--retention-response", message));
    }
    let left = |spend: f64| {
        let rate = response.at(spend);
        if rate <= 0.0 {
            // The limit of the formula: R/r goes to 1/(ceiling k), and nobody is kept.
            return 0.0;
        }
        let kept = rate / (1.0 + discount);
        (margin - spend / rate) * kept / (1.0 - kept)
    };
    // Beyond margin x rate a customer costs more than it brings.
    let most = (margin * response.ceiling).max(2.0 * response.spend);
    let best = highest(left, 0.0, most).filter(|best| left(*best) > 0.0).unwrap_or(0.0);
    Ok(optimum(response, left, best))
}

/// Steps of a search for a peak: Brent's method needs a few dozen for all digits.
const STEPS: u64 = 200;

/// Where a function with one peak between two points is highest.
fn highest(of: impl Fn(f64) -> f64, from: f64, to: f64) -> Option<f64> {
    struct Loss<F>(F);
    impl<F: Fn(f64) -> f64> CostFunction for Loss<F> {
        type Param = f64;
        type Output = f64;
        fn cost(&self, at: &f64) -> std::result::Result<f64, argmin::core::Error> {
            Ok(-(self.0)(*at))
        }
    }
    // A function that is no number somewhere has no end of its own.
    let executor = Executor::new(Loss(of), BrentOpt::new(from, to)).configure(|state| state.max_iters(STEPS));
    let run = executor.timer(false).run();
    run.ok().and_then(|run| run.state.best_param)
}

/// A channel's part of a budget.
#[derive(Debug, Clone, PartialEq)]
pub struct Allotment {
    /// The channel.
    pub group: String,
    /// Spent a month today.
    pub today: f64,
    /// To spend a month.
    pub spend: f64,
    /// New customers a month expected of it.
    pub new: f64,
    /// What they leave over the cost.
    pub net: f64,
    /// Value of the customers that the last unit of money brings.
    pub marginal: f64,
}

/// A budget divided so that the last unit of money brings the same everywhere.
#[derive(Debug, Clone, PartialEq)]
pub struct Allocation {
    /// Money a month.
    pub budget: f64,
    /// Part by part.
    pub parts: Vec<Allotment>,
    /// Channels without a curve, with the reason; they have no part.
    pub refused: Vec<(String, String)>,
    /// Money left because no channel returns as much as it costs.
    pub unspent: f64,
}

/// Divides a monthly budget among channels with the LTV of their customers.
pub fn allocate(budget: f64, channels: &[(ChannelCurve, f64)]) -> Allocation {
    let refused = channels.iter().filter_map(|(c, _)| Some((c.group.clone(), c.fitted.clone().err()?)));
    let curves: Vec<(&ChannelCurve, f64, f64, f64)> = channels
        .iter()
        .filter_map(|(c, ltv)| c.fitted.as_ref().ok().map(|(most, k)| (c, *most, *k, *ltv)))
        .collect();
    // Where the marginal value is `least`: N k LTV exp(−k c) = least.
    let spend = |least: f64, (_, most, k, ltv): &(&ChannelCurve, f64, f64, f64)| {
        ((most * k * ltv / least).ln() / k).max(0.0)
    };
    let total = |least: f64| curves.iter().map(|curve| spend(least, curve)).sum::<f64>();
    let (mut low, mut high) = (1.0, 1.0);
    while total(high) > budget {
        high *= 2.0;
    }
    // A unit of money that brings less than one is not spent.
    if total(low) > budget {
        while high - low > 1e-12 * high {
            let middle = 0.5 * (low + high);
            if total(middle) > budget { low = middle } else { high = middle }
        }
    } else {
        high = 1.0;
    }
    let part = |curve: &(&ChannelCurve, f64, f64, f64)| {
        let (channel, most, k, ltv) = *curve;
        let spend = spend(high, curve);
        let new = -most * (-k * spend).exp_m1();
        let marginal = most * k * ltv * (-k * spend).exp();
        Allotment {
            group: channel.group.clone(),
            today: channel.cost,
            spend,
            new,
            net: new * ltv - spend,
            marginal,
        }
    };
    let parts: Vec<Allotment> = curves.iter().map(part).collect();
    let unspent = (budget - parts.iter().map(|part| part.spend).sum::<f64>()).max(0.0);
    let unspent = if unspent < 1e-6 * budget { 0.0 } else { unspent };
    Allocation { budget, parts, refused: refused.collect(), unspent }
}

/// What an offer to keep a customer may cost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Offer {
    /// What the offer costs a customer.
    pub cost: f64,
    /// Mean value of a customer who is kept for certain: value over P(alive).
    pub value_if_kept: f64,
    /// The rise of the probability to stay at which it pays: cost over value; above 1 it cannot.
    pub uplift_needed: f64,
}

impl Offer {
    /// For customers of a mean value if kept.
    pub fn new(cost: f64, value_if_kept: f64) -> Self {
        Offer { cost, value_if_kept, uplift_needed: cost / value_if_kept }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Costs beyond all measure make curves that are no numbers, and the search ends all the same. The program hung on
    /// these months while Brent's method had no limit of steps.
    #[test]
    fn searches_end() {
        highest(|at| if at > 0.3 { f64::NAN } else { at }, 0.0, 1.0);
        for huge in [1e300, f64::MAX, 1e-300] {
            let costs = [238.77, 464.94, 357.99, 22.86, 187.5, 479.42, huge, 133.17, 80.83];
            let months: Vec<(f64, f64)> = costs.iter().map(|cost| (*cost, 6.0)).collect();
            let fitted = ChannelCurve::fit("web", &months).fitted;
            assert!(fitted.is_err_and(|words| !words.is_empty()), "{huge}");
        }
    }

    /// The best spending is where one more unit brings one: own derivative. Seen to fail with the ceiling left
    /// out of A*.
    #[test]
    fn the_last_unit_brings_one() {
        let response = Response { spend: 5.0, rate: 0.04, ceiling: 0.1 };
        assert!((response.at(5.0) - 0.04).abs() < 1e-15);
        let found = acquisition_optimum(response, 400.0);
        let step = 1e-5 * found.best.spend;
        let slope = (response.at(found.best.spend + step) - response.at(found.best.spend - step)) * 400.0;
        assert!((slope / (2.0 * step) - 1.0).abs() < 1e-6);
        assert_eq!(acquisition_optimum(response, 1.0).best.spend, 0.0);
        let kept = retention_optimum(Response { spend: 10.0, rate: 0.7, ceiling: 0.9 }, 100.0, 0.1).unwrap();
        assert!(kept.curve.iter().all(|point| point.value <= kept.best.value * (1.0 + 1e-9)));
        assert!(kept.best.value >= kept.today.value);
    }

    /// All marginal returns are equal, and all money is spent. Seen to fail with `k` left out of the marginal value.
    #[test]
    fn marginal_returns_are_equal() {
        let curve = |group: &str, most: f64, k: f64| {
            let group = group.to_owned();
            ChannelCurve { group, months: 12, cost: 1.0, new: 1.0, fitted: Ok((most, k)) }
        };
        let channels = [(curve("a", 500.0, 1e-3), 60.0), (curve("b", 200.0, 4e-3), 30.0)];
        let found = allocate(2000.0, &channels);
        assert!((found.parts[0].marginal / found.parts[1].marginal - 1.0).abs() < 1e-9);
        assert!((found.parts.iter().map(|p| p.spend).sum::<f64>() / 2000.0 - 1.0).abs() < 1e-9);
        // With money for all, the last unit brings one and the rest is kept.
        let rich = allocate(1e6, &channels);
        assert!(rich.parts.iter().all(|p| (p.marginal - 1.0).abs() < 1e-9) && rich.unspent > 9e5);
    }
}
