//! What would move the value: elasticities, a tornado, and scenarios.
//!
//! A scenario multiplies drivers of value by one plus a relative change:
//!
//! | driver | what it multiplies |
//! |---|---|
//! | `retention` | the share of customers that is still there a year later, at every age; a month's share stays at most 1, which is said where it was capped |
//! | `frequency` | purchases while a customer; lifetimes stay |
//! | `spend` | the amount of every purchase, first ones included |
//! | `margin` | the margin |
//! | `discount` | the yearly discount rate |
//! | `cac` | the cost of acquiring a customer |
//!
//! Value is moved month by month: with `D_m` the discounted margin of month `m` and `A_m` the customers expected at
//! its end, retention multiplies `D_m` by the geometric mean of `A'/A` at both ends of the month, and another
//! discount rate by `exp(−(δ' − δ)(m − 1/2))`. No change multiplies by 1. Elasticity is the relative change of value
//! over the relative change of a driver, by a central difference of 1 %. That frequency, spend and
//! margin have an elasticity of 1 is arithmetic; what a percent of each costs is for the company to say.

use std::fmt;
use std::str::FromStr;

use super::acquisition::NewCustomer;
use super::valuation::Sums;
use crate::base::{DiscountRate, Error, Result, Unit};

/// What can be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Driver {
    /// Yearly retention.
    Retention,
    /// Purchases while a customer.
    Frequency,
    /// Amounts.
    Spend,
    /// Margin.
    Margin,
    /// Discount rate.
    Discount,
    /// Cost of acquisition.
    Cac,
}

impl Driver {
    /// All of them.
    pub const ALL: [Driver; 6] =
        [Driver::Retention, Driver::Frequency, Driver::Spend, Driver::Margin, Driver::Discount, Driver::Cac];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Driver::Retention => "retention",
            Driver::Frequency => "frequency",
            Driver::Spend => "spend",
            Driver::Margin => "margin",
            Driver::Discount => "discount",
            Driver::Cac => "cac",
        }
    }
}

/// Relative changes of drivers, in the order of [`Driver::ALL`]; 0.05 is 5 % more.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Scenario {
    /// The changes.
    pub changes: [f64; 6],
}

impl Scenario {
    /// One driver changed.
    pub fn one(driver: Driver, change: f64) -> Self {
        let mut scenario = Scenario::default();
        scenario.changes[driver as usize] = change;
        scenario
    }

    fn factor(&self, driver: Driver) -> f64 {
        1.0 + self.changes[driver as usize]
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let changed = Driver::ALL.iter().filter(|driver| self.changes[**driver as usize] != 0.0);
        let words: Vec<String> = changed
            .map(|driver| {
                format!("{}={:+}%", driver.name(), (self.changes[*driver as usize] * 1e8).round() / 1e6)
            })
            .collect();
        f.write_str(if words.is_empty() { "no change" } else { "" })?;
        f.write_str(&words.join(","))
    }
}

impl FromStr for Scenario {
    type Err = Error;

    /// `retention=+2%,spend=-5%`.
    fn from_str(text: &str) -> Result<Self> {
        let known: Vec<&str> = Driver::ALL.iter().map(|driver| driver.name()).collect();
        let wrong = |part: &str, what: &str| {
            let form = "write relative changes like retention=+2%,spend=-5%";
            Error::option("--scenario", format!("'{part}' {what}; {form} (of {})", known.join(", ")))
        };
        let mut scenario = Scenario::default();
        for part in text.split(',') {
            let (name, change) = part.split_once('=').ok_or_else(|| wrong(part, "has no ="))?;
            let driver = Driver::ALL.iter().find(|driver| driver.name() == name.trim());
            let driver = *driver.ok_or_else(|| wrong(part, "names no driver"))?;
            let number = change.trim().strip_suffix('%').ok_or_else(|| wrong(part, "has no % sign"))?;
            let change = number.trim().parse::<f64>().map_err(|_| wrong(part, "is not a change"))? / 100.0;
            if !(change.is_finite() && change > -1.0) {
                return Err(wrong(part, "leaves nothing: a change is above -100%"));
            }
            if scenario.changes[driver as usize] != 0.0 {
                return Err(wrong(part, "changes a driver for the second time"));
            }
            scenario.changes[driver as usize] = change;
        }
        Ok(scenario)
    }
}

/// What a scenario makes of the figures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// The changes.
    pub scenario: Scenario,
    /// Value of today's customers.
    pub equity: f64,
    /// The same before.
    pub equity_before: f64,
    /// LTV of a new customer.
    pub ltv: f64,
    /// The same before.
    pub ltv_before: f64,
    /// CAC, if it is known.
    pub cac: Option<f64>,
    /// Would retention have risen above 1 in a month, so that it was taken to be 1?
    pub capped: bool,
}

/// How much one driver moves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sensitivity {
    /// The driver.
    pub driver: Driver,
    /// Elasticity of the value of today's customers.
    pub equity_elasticity: f64,
    /// Elasticity of what a new customer leaves over the cost of acquisition; `None` without CAC.
    pub net_elasticity: Option<f64>,
    /// Value of today's customers with a tenth less and a tenth more of the driver.
    pub equity: (f64, f64),
    /// LTV of a new customer likewise.
    pub ltv: (f64, f64),
    /// Was retention, with a tenth more, capped at 1 in a month?
    pub capped: bool,
}

/// Monthly margins and survival that drivers act on.
pub(super) struct Levers<'a> {
    sums: &'a Sums,
    alive: f64,
    new: &'a NewCustomer,
    margin_first: f64,
    cac: Option<f64>,
    discount: DiscountRate,
    /// Months of a new customer's curve within the horizon.
    months: usize,
}

impl<'a> Levers<'a> {
    /// `alive` customers today; `margin_first` is the margin on a first purchase.
    pub fn new(
        sums: &'a Sums,
        alive: f64,
        new: &'a NewCustomer,
        margin_first: f64,
        cac: Option<f64>,
        discount: DiscountRate,
    ) -> Self {
        Levers { sums, alive, new, margin_first, cac, discount, months: new.curve.len() - 1 }
    }

    /// Of new customers no more than so many days are told apart.
    pub fn within(self, days: f64) -> Self {
        let whole = (days / Unit::Month.days() + 1e-9).floor();
        Levers { months: whole.min(self.months as f64) as usize, ..self }
    }

    /// What a scenario makes of the figures.
    pub fn outcome(&self, scenario: Scenario) -> Outcome {
        let money = scenario.factor(Driver::Spend) * scenario.factor(Driver::Margin);
        let busy = money * scenario.factor(Driver::Frequency);
        let alive: Vec<f64> = [self.alive].into_iter().chain(self.sums.alive.iter().copied()).collect();
        let (factors, base_capped) = self.factors(&alive, &scenario);
        let moved: f64 = self.sums.discounted.iter().zip(&factors).map(|(d, f)| d * f).sum();
        let told: f64 = self.sums.discounted.iter().sum();
        // What lies beyond the months told apart moves as the last of them.
        let later = (self.sums.value - told) * factors.last().copied().unwrap_or(1.0);
        let points = &self.new.curve[..=self.months];
        let survival: Vec<f64> = points.iter().map(|p| p.survival).collect();
        let steps: Vec<f64> =
            points.windows(2).map(|pair| pair[1].discounted.value - pair[0].discounted.value).collect();
        let (new_factors, new_capped) = self.factors(&survival, &scenario);
        let before: f64 = steps.iter().sum();
        let after: f64 = steps.iter().zip(&new_factors).map(|(step, f)| step * f).sum();
        let rest = self.new.ltv.value - self.margin_first;
        let share = if before > 0.0 { after / before } else { 1.0 };
        Outcome {
            scenario,
            equity: busy * (moved + later),
            equity_before: told + (self.sums.value - told),
            ltv: money * self.margin_first + busy * rest * share,
            ltv_before: self.margin_first + rest,
            cac: self.cac.map(|cac| cac * scenario.factor(Driver::Cac)),
            capped: base_capped || new_capped,
        }
    }

    /// By what each month's discounted margin is multiplied, and whether a month's retention was capped.
    fn factors(&self, alive: &[f64], scenario: &Scenario) -> (Vec<f64>, bool) {
        let monthly = scenario.factor(Driver::Retention).powf(1.0 / 12.0);
        let rate = self.discount.continuous(Unit::Month);
        let yearly = self.discount.effective(Unit::Year) * scenario.factor(Driver::Discount);
        let other = yearly.ln_1p() / 12.0;
        let changed = scenario.changes[Driver::Discount as usize] != 0.0;
        let (mut ratio, mut capped) = (1.0, false);
        let one = |(m, pair): (usize, &[f64])| {
            let kept = if pair[0] > 0.0 { pair[1] / pair[0] } else { 0.0 };
            let before = ratio;
            if kept > 0.0 {
                ratio *= monthly.min(1.0 / kept);
                capped |= monthly > 1.0 && monthly * kept > 1.0;
            }
            let delay = if changed { (-(other - rate) * (m as f64 + 0.5)).exp() } else { 1.0 };
            (before * ratio).sqrt() * delay
        };
        (alive.windows(2).enumerate().map(one).collect(), capped)
    }

    /// All drivers, the one that moves today's value most first.
    pub fn sensitivities(&self) -> Vec<Sensitivity> {
        const STEP: f64 = 0.01;
        const TENTH: f64 = 0.1;
        let one = |driver: Driver| {
            let at = |change: f64| self.outcome(Scenario::one(driver, change));
            let (less, more) = (at(-STEP), at(STEP));
            let elasticity = |a: f64, b: f64, value: f64| (b - a) / (2.0 * STEP * value);
            let net = |outcome: &Outcome| outcome.cac.map(|cac| outcome.ltv - cac);
            let now = net(&at(0.0)).filter(|net| *net != 0.0);
            let net_elasticity = net(&less).zip(net(&more)).zip(now);
            let (low, high) = (at(-TENTH), at(TENTH));
            Sensitivity {
                driver,
                equity_elasticity: elasticity(less.equity, more.equity, less.equity_before),
                net_elasticity: net_elasticity.map(|((a, b), now)| elasticity(a, b, now.abs())),
                equity: (low.equity, high.equity),
                ltv: (low.ltv, high.ltv),
                capped: high.capped,
            }
        };
        let mut all = Driver::ALL.map(one).to_vec();
        let width = |s: &Sensitivity| (s.equity.1 - s.equity.0).abs();
        all.sort_by(|a, b| width(b).total_cmp(&width(a)));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scenarios_are_relative_changes() {
        let scenario: Scenario = "retention=+2%, spend=-5%".parse().unwrap();
        assert_eq!((scenario.changes[0], scenario.changes[2]), (0.02, -0.05));
        assert_eq!(scenario.to_string(), "retention=+2%,spend=-5%");
        for bad in ["retention=2", "churn=2%", "spend", "spend=-100%", "spend=1%,spend=2%", "", "spend=nan%"]
        {
            assert!(bad.parse::<Scenario>().is_err(), "{bad}");
        }
    }
}
