//! How customers differ under a model: the distributions of what is each customer's own. Their shape is
//! what the parameters mean.

use statrs::distribution::{Beta, ContinuousCDF, Gamma};

/// A distribution over customers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Mixing {
    /// Gamma(shape, rate), with mean `shape / rate`.
    Gamma {
        /// Its shape.
        shape: f64,
        /// Its rate, one over the scale.
        rate: f64,
    },
    /// Beta(a, b), with mean `a / (a + b)`.
    Beta {
        /// Its first parameter.
        a: f64,
        /// Its second parameter.
        b: f64,
    },
}

impl Mixing {
    /// Its mean.
    pub fn mean(self) -> f64 {
        match self {
            Mixing::Gamma { shape, rate } => shape / rate,
            Mixing::Beta { a, b } => a / (a + b),
        }
    }

    /// The share of customers at or below `value`: the regularised incomplete gamma function
    /// `P(shape, rate · value)`, or beta function `I_value(a, b)`.
    pub fn below(self, value: f64) -> f64 {
        match self {
            _ if value <= 0.0 => 0.0,
            // Relative to the scale, so that no parameter is too large for the library.
            Mixing::Gamma { shape, rate } => {
                Gamma::new(shape, 1.0).map_or_else(|_| self.point(value), |gamma| gamma.cdf(rate * value))
            }
            Mixing::Beta { .. } if value >= 1.0 => 1.0,
            Mixing::Beta { a, b } => {
                Beta::new(a, b).map_or_else(|_| self.point(value), |beta| beta.cdf(value))
            }
        }
    }

    /// All customers at the mean.
    fn point(self, value: f64) -> f64 {
        f64::from(u8::from(value >= self.mean()))
    }
}

/// How customers differ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Population {
    /// Purchases per unit of time while a customer (per opportunity, if purchases can only happen at
    /// opportunities).
    pub rate: Mixing,
    /// Proneness to leave; `None` if nobody ever does.
    pub dropout: Option<Dropout>,
}

/// How customers differ in their proneness to leave.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Dropout {
    /// The chance to leave at each occasion (purchase or opportunity).
    Chance(Mixing),
    /// The rate of leaving per unit of time, the same at any age.
    Rate(Mixing),
    /// The rate of leaving per unit of time at age 0, which grows with age.
    RateAtFirst(Mixing),
}

impl Dropout {
    /// The distribution.
    pub fn mixing(self) -> Mixing {
        match self {
            Dropout::Chance(mixing) | Dropout::Rate(mixing) | Dropout::RateAtFirst(mixing) => mixing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_those_of_simple_cases() {
        let exponential = Mixing::Gamma { shape: 1.0, rate: 2.0 };
        assert!((exponential.below(0.7) - (1.0 - (-1.4f64).exp())).abs() < 1e-14);
        let power = Mixing::Beta { a: 3.0, b: 1.0 };
        assert!((power.below(0.5) - 0.125).abs() < 1e-14 && power.below(1.0) == 1.0);
        assert_eq!((exponential.mean(), power.mean()), (0.5, 0.75));
        assert_eq!((exponential.below(0.0), power.below(-1.0)), (0.0, 0.0));
    }
}
