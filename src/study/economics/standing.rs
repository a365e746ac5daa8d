//! Where customers of one history stand: their state, how unlikely their silence is, and when the next purchase is
//! to be expected. Worked out once for all who share it.
//!
//! The chance that a customer buys within some days is P(alive) times that of one who is alive, which is the same for
//! all of one age and frequency ([`Histories`]); the date by which it is one half is found among whole days.

use rayon::prelude::*;

use super::segments::{SegmentRules, State, p_silence};
use crate::base::Unit;
use crate::customers::Customer;
use crate::customers::{Histories, History};
use crate::fitted::PurchaseModel;
use crate::model::Attrition;

/// No action is dated further ahead than this: nobody plans it \[days\].
const NEXT_WITHIN: usize = 366;

/// What is said of one history.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Standing {
    pub state: State,
    /// P(a purchase within the window of the rules).
    pub p_within: f64,
    /// Probability of so long a silence of someone who keeps the own rhythm.
    pub p_silence: f64,
    /// Is it unlikely, and the customer not given up?
    pub overdue: bool,
    /// In how many days to act.
    pub next: Option<usize>,
}

/// History by history.
pub(super) fn standings(
    histories: &Histories,
    models: &[PurchaseModel],
    unit: Unit,
    rules: &SegmentRules,
) -> Vec<Standing> {
    let of_age: Vec<&[History]> = histories.distinct.chunk_by(|a, b| a.age == b.age).collect();
    let one = |same: &&[History]| -> Vec<Standing> {
        let age = &histories.ages[same[0].age as usize];
        let model = &*models[age.class as usize];
        let mut next = NextPurchase::new(model, &age.customer, unit);
        same.iter().map(|history| standing(model, &history.customer, unit, rules, &mut next)).collect()
    };
    of_age.par_iter().flat_map_iter(one).collect()
}

fn standing(
    model: &dyn Attrition,
    customer: &Customer,
    unit: Unit,
    rules: &SegmentRules,
    next: &mut NextPurchase,
) -> Standing {
    let p_alive = model.p_alive(customer);
    let p_within = p_alive * next.within_window(rules.buys_within.in_units(unit));
    let state = State::of(customer, p_within, unit, rules);
    let p_silence = p_silence(customer);
    let overdue = p_silence < rules.overdue && p_within >= rules.lapsed;
    let next = match state {
        State::Lapsed => None,
        _ if overdue => Some(1),
        _ => next.median(p_alive),
    };
    Standing { state, p_within, p_silence, overdue, next }
}

/// When customers of one age buy again.
struct NextPurchase<'a> {
    model: &'a dyn Attrition,
    customer: &'a Customer,
    p_alive: f64,
    day: f64,
    /// The chance of a purchase within so many days of one who is alive, where it was asked for.
    within: Vec<Option<f64>>,
    /// The same within the window of the rules.
    window: Option<f64>,
}

impl<'a> NextPurchase<'a> {
    fn new(model: &'a dyn Attrition, customer: &'a Customer, unit: Unit) -> Self {
        let (p_alive, day) = (model.p_alive(customer), 1.0 / unit.days());
        NextPurchase { model, customer, p_alive, day, within: vec![None; NEXT_WITHIN + 1], window: None }
    }

    fn within(&mut self, days: usize) -> f64 {
        let NextPurchase { model, customer, p_alive, day, .. } = *self;
        *self.within[days]
            .get_or_insert_with(|| (1.0 - model.purchases_pmf(customer, days as f64 * day, 0)) / p_alive)
    }

    /// The chance of a purchase within the window, which is always the same, of one who is alive.
    fn within_window(&mut self, window: f64) -> f64 {
        let NextPurchase { model, customer, p_alive, .. } = *self;
        let found =
            || if p_alive > 0.0 { (1.0 - model.purchases_pmf(customer, window, 0)) / p_alive } else { 0.0 };
        *self.window.get_or_insert_with(found)
    }

    /// The days within which one with this P(alive) has bought with probability 1/2; `None` if there are none.
    fn median(&mut self, p_alive: f64) -> Option<usize> {
        let mut reached = |days: usize| p_alive * self.within(days) >= 0.5;
        if p_alive <= 0.5 || !reached(NEXT_WITHIN) {
            return None;
        }
        let (mut low, mut high) = (0, NEXT_WITHIN);
        while high - low > 1 {
            let middle = (low + high) / 2;
            if reached(middle) { high = middle } else { low = middle }
        }
        Some(high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fitted::PURCHASE_MODELS;
    use crate::model::next_purchase_quantile;
    use crate::study::economics::alive;

    fn members() -> Vec<PurchaseModel> {
        let params = |name: &str| match name {
            "bg-cnbd" | "mbg-cnbd" => vec![2.0, 0.8, 3.0, 0.5, 2.5],
            "pareto-nbd" => vec![0.8, 8.0, 0.6, 12.0],
            "ggompertz-nbd" => vec![0.8, 8.0, 0.02, 0.6, 2.0],
            "bg-bb" => vec![1.2, 0.75, 0.66, 2.8],
            "nbd" => vec![0.8, 8.0],
            _ => vec![0.8, 8.0, 0.8, 2.5],
        };
        let make = |name: &'static str| PurchaseModel::new(name, &params(name)).unwrap();
        // Each customer of a model that follows them has a model of its own.
        let all = PURCHASE_MODELS.iter().filter(|member| !member.needs.purchase_times);
        all.map(|member| make(member.name)).collect()
    }

    /// What is worked out once for an age is what each customer of it has: of every model purchases, whether they
    /// stay, and the date of the next purchase. Seen to fail with `recency_matters_if_alive` false for bg-cnbd.
    #[test]
    fn ages_say_what_customers_do() {
        let of = |x: u32, t_x: f64| Customer { x, t_x, t: 40.0 };
        let customers = [of(0, 0.0), of(3, 38.0), of(3, 20.0), of(9, 39.0), of(9, 30.0)];
        for model in members() {
            let models = [model];
            let model = &models[0];
            let found = Histories::new(&customers, &[0; 5], model.recency_matters_if_alive());
            let stays = alive::stays(&found, &models, 20.0);
            for (i, customer) in customers.iter().enumerate() {
                let history = &found.distinct[found.of[i] as usize];
                let age = &found.ages[history.age as usize].customer;
                let pairs = [
                    (model.expected_if_alive(age, 20.0), model.expected_if_alive(customer, 20.0)),
                    (
                        model.p_alive(customer) * stays[history.age as usize],
                        model.p_alive_after(customer, 20.0),
                    ),
                ];
                for (shared, own) in pairs {
                    assert!(
                        (shared - own).abs() <= 1e-12 * own.abs(),
                        "{model:?} {customer:?} {shared} {own}"
                    );
                }
                let window = model.p_alive(customer)
                    * NextPurchase::new(&**model, age, Unit::Week).within_window(52.0);
                let own = 1.0 - model.purchases_pmf(customer, 52.0, 0);
                assert!((window - own).abs() <= 1e-12, "{model:?} {customer:?} {window} {own}");
                let median = NextPurchase::new(&**model, age, Unit::Week).median(model.p_alive(customer));
                let own = next_purchase_quantile(&**model, customer, 0.5).map(|weeks| (7.0 * weeks).ceil());
                let own = own.filter(|days| *days <= NEXT_WITHIN as f64).map(|days| days as usize);
                assert_eq!(median, own, "{model:?} {customer:?}");
            }
        }
    }
}
