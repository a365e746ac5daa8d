//! How fast something fades, with its unit.

use std::fmt;
use std::str::FromStr;

use super::{Unit, split_number};
use crate::base::{Error, Result};

/// How fast rates of purchase drift: what was learned a time `t` ago counts `e^(−kappa t)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DriftRate {
    /// `kappa` per this unit, e.g. 0.03.
    kappa: f64,
    per: Unit,
}

impl DriftRate {
    /// `kappa` per `per`.
    ///
    /// # Errors
    /// If it is not positive and finite.
    pub fn new(kappa: f64, per: Unit) -> Result<Self> {
        if kappa.is_finite() && kappa > 0.0 {
            return Ok(DriftRate { kappa, per });
        }
        let message = format!(
            "the drift {kappa} must be positive and finite; rates that do not drift are those of nbd"
        );
        Err(Error::option("--drift", message))
    }

    /// `kappa` per `unit`.
    pub fn in_units(self, unit: Unit) -> f64 {
        if unit == self.per { self.kappa } else { self.kappa * unit.days() / self.per.days() }
    }
}

impl fmt::Display for DriftRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let per = match self.per {
            Unit::Year => "yr",
            unit => unit.suffix(),
        };
        // Without the digits that a factor of 100 adds.
        write!(f, "{}%/{per}", (self.kappa * 1e14).round() / 1e12)
    }
}

impl FromStr for DriftRate {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        let wrong = |what: &str| {
            let message =
                format!("the drift '{text}' {what}; write a percentage and its period, such as 3%/w");
            Error::option("--drift", message)
        };
        let (number, rest) = split_number(text.trim());
        let percent: f64 = number.parse().map_err(|_| wrong("is not a rate"))?;
        let per = rest.strip_prefix('%').ok_or_else(|| wrong("has no % sign"))?.trim();
        let per = per.strip_prefix('/').ok_or_else(|| wrong("does not say per what"))?.trim();
        let per = Unit::from_suffix(per).ok_or_else(|| wrong("has an unknown period"))?;
        DriftRate::new(percent / 100.0, per)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drifts_have_a_unit() {
        let drift: DriftRate = "3%/w".parse().unwrap();
        assert_eq!((drift.in_units(Unit::Week), drift.to_string()), (0.03, "3%/w".to_owned()));
        assert!((drift.in_units(Unit::Day) / (0.03 / 7.0) - 1.0).abs() < 1e-15);
        assert_eq!("0.7 % / day".parse::<DriftRate>().unwrap().to_string(), "0.7%/d");
        for bad in ["3", "3%", "0.03/wk", "0%/w", "-3%/w", "3%/fortnight", "nan%/w", ""] {
            assert!(bad.parse::<DriftRate>().unwrap_err().to_string().contains("--drift"), "{bad}");
        }
    }
}
