//! Does a fitted model see anybody leave?

use crate::base::{Horizon, ValueOptions};
use crate::customers::Customer;
use crate::fitted::average::BEST;
use crate::fitted::{ClvModel, draws};
use crate::model::Attrition;

/// How many of new customers have left within a horizon, and how far the fit leaves that open.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Leaving {
    /// Share of new customers gone by the end of the horizon.
    pub share: f64,
    /// Its standard deviation over draws of the parameters; 0 where they are given.
    pub sd: f64,
}

/// Shares below are nobody, whatever is known of them.
const NOBODY: f64 = 1e-3;

impl Leaving {
    /// Does the model see next to nobody leave: fewer than it cannot tell from none?
    pub fn is_nobody(self) -> bool {
        self.share < NOBODY.max(self.sd)
    }
}

/// Of a new customer (of the reference, with covariates), within the horizon, or a year if that has no end.
pub fn leaving(model: &ClvModel, horizon: Horizon) -> Leaving {
    let horizon = match horizon {
        Horizon::Finite(_) => horizon,
        Horizon::Infinite => Horizon::default(),
    };
    // Opportunities are counted whole, as the forecast counts them.
    let options = model.value_options(ValueOptions { horizon, ..ValueOptions::default() });
    let ahead = options.map_or(horizon, |options| options.horizon).in_units(model.unit);
    let gone = |purchase: &dyn Attrition| 1.0 - purchase.p_alive_after(&Customer::NEW, ahead);
    let drawn = draws::draw(model, draws::DRAWS, 1);
    let shares = drawn.iter().filter_map(|draw| Some(gone(&*model.purchase.with(&draw.params).ok()?)));
    let shares: Vec<f64> = shares.filter(|share| share.is_finite()).collect();
    let n = shares.len().max(1) as f64;
    let mean = shares.iter().sum::<f64>() / n;
    let variance = shares.iter().map(|share| (share - mean).powi(2)).sum::<f64>() / n;
    Leaving { share: gone(&*model.purchase), sd: variance.sqrt() }
}

/// Models that may see more customers leave than this one; empty for an average, which has looked at them.
pub fn may_see_more(model: &ClvModel) -> Vec<&'static str> {
    let purchase = &model.purchase;
    let others = ["pareto-nbd", BEST].into_iter().filter(|name| *name != purchase.name());
    others.filter(|_| purchase.average().is_none()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Unit;
    use crate::fitted::PurchaseModel;

    /// Of the NBD nobody leaves; of MBG/NBD of chance a/(a + b) = 1/4 that many leave at the first purchase at once.
    #[test]
    fn who_leaves_is_told_from_who_stays() {
        let of = |name: &'static str, params: &[f64]| {
            let purchase = PurchaseModel::new(name, params).unwrap();
            leaving(&ClvModel::from_parameters(purchase, None, Unit::Week), Horizon::default())
        };
        let nbd = of("nbd", &[0.5, 4.0]);
        assert!(nbd.is_nobody() && nbd.share == 0.0, "{nbd:?}");
        let mbg = of("mbg-nbd", &[0.5, 4.0, 1.0, 3.0]);
        assert!(!mbg.is_nobody() && mbg.share > 0.25 && mbg.share < 0.9, "{mbg:?}");
    }

    /// A year is 365 days, 52 weeks, 12 months: one opportunity, at which gamma/(gamma + delta) of new customers leave.
    #[test]
    fn opportunities_are_counted_by_the_calendar() {
        let purchase = PurchaseModel::new("bg-bb", &[1.204, 0.75, 0.657, 2.783]).unwrap();
        let model = ClvModel::from_parameters(purchase, None, Unit::Year);
        let at = |text: &str| leaving(&model, text.parse().unwrap());
        for text in ["365d", "52w", "12mo", "1y"] {
            assert_eq!(at(text), at("1y"), "{text}");
        }
        assert!((at("365d").share / (0.657 / (0.657 + 2.783)) - 1.0).abs() < 1e-12, "{:?}", at("365d"));
    }

    /// A model is not offered in place of itself.
    #[test]
    fn others_may_see_more() {
        let of = |name: &'static str, params: &[f64]| {
            let purchase = PurchaseModel::new(name, params).unwrap();
            may_see_more(&ClvModel::from_parameters(purchase, None, Unit::Week))
        };
        assert_eq!(of("nbd", &[0.5, 4.0]), ["pareto-nbd", "best"]);
        assert_eq!(of("pareto-nbd", &[0.5, 4.0, 0.5, 10.0]), ["best"]);
    }
}
