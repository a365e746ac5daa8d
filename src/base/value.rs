//! From expected purchases to money: margin x spend x the present value of the purchases.
//!
//! ```text
//! clv = margin · E[spend] · ∫ (0, horizon] e^(-delta t) dE[Y(t)],   delta = ln(1 + annual rate) per year
//! ```
//!
//! seen from the end of observation; history and the first purchase are not in it.

use std::fmt;
use std::str::FromStr;

use crate::base::{DiscountRate, Duration, Error, Horizon, Result, Unit};

/// When a future purchase is paid, for discounting.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Timing {
    /// At the moment it happens (the default).
    #[default]
    Continuous,
    /// At the end of its month, a month being what lifetimes and PyMC-Marketing to 0.19 take it for:
    /// 30 days in a model in days, 4.345 weeks in one in weeks. For comparing with their figures.
    Monthly,
    /// At the end of its month of the given length; `30.4375d` is PyMC-Marketing's since 1.0.
    MonthsOf(Duration),
}

impl Timing {
    fn months_of(length: Duration) -> Result<Self> {
        if (28.0..=31.0).contains(&length.days()) {
            return Ok(Timing::MonthsOf(length));
        }
        let message = format!("a month of {length} is none: it has 28 to 31 days, such as monthly=30.4375d");
        Err(Error::option("--discounting", message))
    }

    /// The length of a month in a unit, if purchases are paid at its end.
    pub fn month(self, unit: Unit) -> Option<f64> {
        match self {
            Timing::Continuous => None,
            Timing::MonthsOf(length) => Some(length.in_units(unit)),
            Timing::Monthly => Some(match unit {
                Unit::Day => 30.0,
                Unit::Week => 4.345,
                Unit::Month => 1.0,
                Unit::Year => 1.0 / 12.0,
            }),
        }
    }
}

impl fmt::Display for Timing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Timing::Continuous => f.write_str("continuous"),
            Timing::Monthly => f.write_str("monthly"),
            Timing::MonthsOf(length) => write!(f, "monthly={length}"),
        }
    }
}

impl FromStr for Timing {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        match text {
            "continuous" => Ok(Timing::Continuous),
            "monthly" => Ok(Timing::Monthly),
            _ => match text.strip_prefix("monthly=") {
                Some(length) => length.parse().and_then(Timing::months_of),
                None => Err(Error::option(
                    "--discounting",
                    format!(
                        "'{text}' is not one of continuous, monthly, monthly=LENGTH (such as monthly=30.4375d)"
                    ),
                )),
            },
        }
    }
}

/// Discounting of future purchases.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Discounting {
    /// Each purchase counts `exp(-delta t)` at the moment `t` it happens.
    Continuous {
        /// Continuous rate [1/unit].
        delta: f64,
    },
    /// Purchases of a step count `(1 + d)^-i` at the end of the `i`-th step; a last incomplete step
    /// at its own (fractional) end.
    EndOfStep {
        /// Effective rate per step.
        d: f64,
        /// Length of a step \[units\].
        step: f64,
    },
}

impl Discounting {
    /// What a unit of money is worth now that is paid at `time`; steps end at the horizon at the latest.
    pub fn factor(self, time: f64, horizon: f64) -> f64 {
        match self {
            Discounting::Continuous { delta } => (-delta * time).exp(),
            Discounting::EndOfStep { d, step } => {
                let end = ((time / step).ceil() * step).min(horizon);
                (-d.ln_1p() * end / step).exp()
            }
        }
    }

    /// Is there anything to discount?
    pub fn is_any(self) -> bool {
        match self {
            Discounting::Continuous { delta } => delta != 0.0,
            Discounting::EndOfStep { d, .. } => d != 0.0,
        }
    }
}

/// How to turn purchases into value; the settings behind every `clv` figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ValueOptions {
    /// How far to look.
    pub horizon: Horizon,
    /// What a year's delay costs.
    pub discount: DiscountRate,
    /// Share of revenue that is kept; 1 gives revenue, not margin.
    pub margin: f64,
    /// When purchases are paid.
    pub timing: Timing,
}

impl Default for ValueOptions {
    fn default() -> Self {
        ValueOptions {
            horizon: Horizon::default(),
            discount: DiscountRate::default(),
            margin: 1.0,
            timing: Timing::default(),
        }
    }
}

impl ValueOptions {
    /// Checks the margin.
    ///
    /// # Errors
    /// If it is not above 0 and at most 1.
    pub fn checked(self) -> Result<Self> {
        if self.margin > 0.0 && self.margin <= 1.0 {
            return Ok(self);
        }
        let message = format!("the margin {} must be above 0 and at most 1: write 30% or 0.3", self.margin);
        Err(Error::option("--margin", message))
    }

    /// The discounting in a model's unit.
    pub fn discounting(&self, unit: Unit) -> Discounting {
        match self.timing.month(unit) {
            None => Discounting::Continuous { delta: self.discount.continuous(unit) },
            Some(step) => Discounting::EndOfStep { d: self.discount.effective(Unit::Month), step },
        }
    }

    /// The horizon of the value in a model's unit: with monthly payments, a horizon in months or
    /// years is so many of those months, whatever their length.
    pub fn value_horizon(&self, unit: Unit) -> f64 {
        match (self.horizon, self.timing.month(unit)) {
            (Horizon::Finite(Duration { count, unit: Unit::Month }), Some(month)) => count * month,
            (Horizon::Finite(Duration { count, unit: Unit::Year }), Some(month)) => 12.0 * count * month,
            (horizon, _) => horizon.in_units(unit),
        }
    }

    /// What these settings mean, in words, for a model in this unit, of which it may count whole ones only.
    pub fn in_words(&self, unit: Unit, whole: bool) -> Vec<String> {
        let horizon = match self.horizon {
            Horizon::Finite(duration)
                if whole && duration.whole(unit).is_some_and(|n| n != duration.in_units(unit)) =>
            {
                format!(
                    "horizon {duration} = {} whole {unit}{}",
                    duration.nearest(unit),
                    if duration.nearest(unit) == 1.0 { "" } else { "s" }
                )
            }
            Horizon::Finite(duration) if duration.unit == unit => format!("horizon {duration}"),
            Horizon::Finite(duration) => {
                format!("horizon {duration} = {:.6} {unit}s", duration.in_units(unit))
            }
            Horizon::Infinite => "horizon without end".to_owned(),
        };
        let discount = match (self.discount == DiscountRate::ZERO, self.timing.month(unit)) {
            (true, _) => "no discounting".to_owned(),
            (false, None) => format!(
                "discount {} = {:.6} per {unit}, continuous",
                self.discount,
                self.discount.continuous(unit)
            ),
            (false, Some(month)) => format!(
                "discount {} = {:.6} per month, at the end of months of {month} {unit}s",
                self.discount,
                self.discount.effective(Unit::Month)
            ),
        };
        let margin = match self.margin {
            1.0 => "margin 1: values are revenue, not margin (--margin)".to_owned(),
            margin => format!("margin {margin}"),
        };
        let mut words = vec![horizon];
        if self.value_horizon(unit) != self.horizon.in_units(unit) {
            words.push(format!("value to {:.6} {unit}s, in these months", self.value_horizon(unit)));
        }
        words.extend([discount, margin]);
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn monthly_horizons_count_months() {
        let options = ValueOptions { timing: Timing::Monthly, ..ValueOptions::default() };
        assert_eq!(options.value_horizon(Unit::Week), 12.0 * 4.345);
        assert_eq!(options.value_horizon(Unit::Day), 360.0);
        let years = ValueOptions { horizon: "2y".parse().unwrap(), ..options };
        assert_eq!(years.value_horizon(Unit::Day), 720.0);
        assert_eq!(ValueOptions::default().value_horizon(Unit::Day), 365.25);
        assert_eq!("monthly=30.4375d".parse::<Timing>().unwrap().month(Unit::Day), Some(30.4375));
        assert!("weekly".parse::<Timing>().is_err());
    }
}
