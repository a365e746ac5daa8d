//! What scoring asks of a model of repeat purchases: the questions of one customer, and a scorer that shares
//! work between many.

use std::sync::Arc;

use super::{Counts, Population, Process, Tables};
use crate::base::{Discounting, Result};
use crate::customers::{Customer, Path};

/// `Attrition` of a model whose answers are those of its kernel, which models share.
macro_rules! attrition_by_kernel {
    // Its kernel has scorers of customers counted in exposure, too.
    (@along) => {
        fn scorer_along(
            &self,
            along: &crate::model::Along,
            horizon: f64,
            discounting: crate::base::Discounting,
        ) -> Option<Box<dyn crate::model::Scorer>> {
            self.kernel().scorer_along(along, horizon, discounting)
        }
    };
    // Its kernel follows customers from purchase to purchase.
    (@of_purchases) => {
        fn admits(&self, customer: &Customer) -> Result<(), String> {
            self.kernel().admits(customer, Self::NAME)
        }
        fn none_within(&self, customer: &Customer, ahead: f64) -> f64 {
            self.kernel().none_within(customer, ahead)
        }
        fn expected_purchases_new(&self, horizon: f64) -> f64 {
            self.kernel().expected_purchases_new(horizon)
        }
        fn purchases_pmf_new(&self, horizon: f64, n: u32) -> f64 {
            self.kernel().purchases_pmf_new(horizon, n)
        }
        fn of_purchases(&self, ages: &[f64]) -> Option<std::sync::Arc<dyn crate::model::Attrition>> {
            Some(std::sync::Arc::new(self.after(ages)))
        }
    };
    ($model:ty $(, $more:ident)*) => {
        impl crate::model::Attrition for $model {
            fn p_alive(&self, customer: &Customer) -> f64 {
                self.kernel().p_alive(customer)
            }
            fn p_alive_after(&self, customer: &Customer, ahead: f64) -> f64 {
                self.kernel().p_alive_after(customer, ahead)
            }
            fn expected_lifetime(&self, customer: &Customer, horizon: f64) -> f64 {
                self.kernel().expected_lifetime(customer, horizon)
            }
            fn expected_if_alive(&self, customer: &Customer, horizon: f64) -> f64 {
                self.kernel().expected_if_alive(customer, horizon)
            }
            fn discounted_if_alive(
                &self,
                customer: &Customer,
                horizon: f64,
                discounting: crate::base::Discounting,
            ) -> f64 {
                self.kernel().discounted_if_alive(customer, horizon, discounting)
            }
            fn finite_without_end(&self) -> bool {
                self.kernel().finite_without_end()
            }
            fn purchases_pmf(&self, customer: &Customer, horizon: f64, n: u32) -> f64 {
                self.kernel().purchases_pmf(customer, horizon, n)
            }
            fn buys_if_alive(&self, customer: &Customer, between: (f64, f64)) -> f64 {
                self.kernel().buys_if_alive(customer, between)
            }
            fn counts_if_alive(
                &self,
                customer: &Customer,
                horizon: f64,
            ) -> Vec<Box<dyn crate::model::Counts>> {
                self.kernel().counts_if_alive(customer, horizon)
            }
            fn stage_chances(&self, customer: &Customer, chances: &mut Vec<f64>) {
                self.kernel().stage_chances(customer, chances);
            }
            fn posterior_means(&self, customer: &Customer) -> crate::model::PosteriorMeans {
                self.kernel().posterior_means(customer)
            }
            fn scorer(
                &self,
                horizon: f64,
                discounting: crate::base::Discounting,
            ) -> Box<dyn crate::model::Scorer> {
                self.kernel().scorer(horizon, discounting)
            }
            fn recency_matters_if_alive(&self) -> bool {
                self.kernel().recency_matters_if_alive()
            }
            fn population(&self) -> crate::model::Population {
                self.kernel().population()
            }
            fn process(&self) -> crate::base::Result<Box<dyn crate::model::Process>> {
                self.kernel().process()
            }
            fn future_if_alive(
                &self,
                customer: &Customer,
            ) -> crate::base::Result<Box<dyn crate::model::Process>> {
                self.kernel().future_if_alive(customer)
            }
            $(attrition_by_kernel!(@$more);)*
        }
    };
}

/// What lies ahead of customers born on one day, in exposure, and tables that those of the same model share, whenever born.
#[derive(Debug, Clone)]
pub struct Along {
    /// Time and exposure from now on.
    pub path: Arc<Path>,
    /// Of the model's scorers.
    pub tables: Arc<Tables>,
}

/// What is known of one customer's own habits: the posterior means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PosteriorMeans {
    /// Purchases per unit of time (per opportunity, if purchases can only happen at opportunities),
    /// while the customer is one.
    pub rate: f64,
    /// How prone to leave: the chance to leave at each occasion, or the rate of leaving per unit of
    /// time; which of them, the model says.
    pub dropout: f64,
}

/// A model of repeat purchases of customers who may leave unseen.
///
/// Times are in the unit of the model's parameters. Horizons are positive; they may be infinite
/// where that is said. All is said of a customer's future beyond its age `T`; a new customer is
/// [`Customer::NEW`].
pub trait Attrition: std::fmt::Debug + Send + Sync {
    /// Checks that the model can speak of this customer: a model of opportunities needs whole ages.
    /// All other answers are given for customers who pass.
    ///
    /// # Errors
    /// In words, with the repair.
    fn admits(&self, _customer: &Customer) -> Result<(), String> {
        Ok(())
    }

    /// Probability that the customer is still one at age `T`.
    fn p_alive(&self, customer: &Customer) -> f64;

    /// Probability that the customer is still one at age `T + ahead`.
    fn p_alive_after(&self, customer: &Customer, ahead: f64) -> f64;

    /// Expected part of `(T, T + horizon]` during which the customer is one. The horizon may be
    /// infinite; the result is infinite where the mean lifetime is.
    fn expected_lifetime(&self, customer: &Customer, horizon: f64) -> f64;

    /// Expected purchases in `(T, T + horizon]` given that the customer is alive at `T`. The horizon
    /// may be infinite if [`Attrition::finite_without_end`].
    fn expected_if_alive(&self, customer: &Customer, horizon: f64) -> f64;

    /// Present value at `T` of one unit of money for each purchase in `(T, T + horizon]`, given
    /// that the customer is alive at `T`. The horizon may be infinite; the result is infinite where
    /// the sum diverges.
    fn discounted_if_alive(&self, customer: &Customer, horizon: f64, discounting: Discounting) -> f64;

    /// Expected purchases in `(T, T + horizon]`.
    fn expected_purchases(&self, customer: &Customer, horizon: f64) -> f64 {
        let alive = self.p_alive(customer);
        // Who has left buys nothing, however much one who is alive would without end.
        if alive == 0.0 { 0.0 } else { alive * self.expected_if_alive(customer, horizon) }
    }

    /// Discounted expected purchases in `(T, T + horizon]`; see [`Attrition::discounted_if_alive`].
    fn expected_discounted(&self, customer: &Customer, horizon: f64, discounting: Discounting) -> f64 {
        let alive = self.p_alive(customer);
        if alive == 0.0 { 0.0 } else { alive * self.discounted_if_alive(customer, horizon, discounting) }
    }

    /// Are the purchases expected without end finite for every customer?
    fn finite_without_end(&self) -> bool;

    /// `P(Y = n)` for the number `Y` of purchases in `(T, T + horizon]`.
    fn purchases_pmf(&self, customer: &Customer, horizon: f64, n: u32) -> f64;

    /// The probability of no purchase in `(T, T + ahead]`, which falls as `ahead` grows; that of
    /// [`Attrition::purchases_pmf`] unless that depends on how far one looks.
    fn none_within(&self, customer: &Customer, ahead: f64) -> f64 {
        self.purchases_pmf(customer, ahead, 0)
    }

    /// The probability of at least one purchase in `(T + from, T + to]` given that the customer is alive at `T`; both finite.
    /// What happens up to `T + from` is not known. From 0 on this times [`Attrition::p_alive`] is `1 − P(Y = 0)`.
    fn buys_if_alive(&self, customer: &Customer, between: (f64, f64)) -> f64;

    /// The number of purchases in `(T, T + horizon]` given that the customer is alive at `T`, from each stage that it
    /// may have reached: a function of `x` and `T` alone. The horizon may be infinite.
    fn counts_if_alive(&self, customer: &Customer, horizon: f64) -> Vec<Box<dyn Counts>>;

    /// Adds the chances of those stages, given that the customer is alive; there is one if purchases are not regular.
    fn stage_chances(&self, _customer: &Customer, chances: &mut Vec<f64>) {
        chances.push(1.0);
    }

    /// Posterior means of the customer's own rate of purchases and propensity to leave.
    fn posterior_means(&self, customer: &Customer) -> PosteriorMeans;

    /// Does the time since the last purchase say anything of what a customer does who is alive? It does where
    /// purchases are regular; else `x` and `T` say all.
    fn recency_matters_if_alive(&self) -> bool {
        false
    }

    /// How customers differ, before anything is known of one.
    fn population(&self) -> Population;

    /// Expected repeat purchases of a new customer in `(0, horizon]`.
    fn expected_purchases_new(&self, horizon: f64) -> f64 {
        self.expected_purchases(&Customer::NEW, horizon)
    }

    /// The same in each of some `(0, horizon]`, finite and ascending.
    fn expected_purchases_new_within(&self, horizons: &[f64]) -> Vec<f64> {
        horizons.iter().map(|horizon| self.expected_purchases_new(*horizon)).collect()
    }

    /// `P(X = n)` for the number `X` of repeat purchases of a new customer in `(0, horizon]`.
    fn purchases_pmf_new(&self, horizon: f64, n: u32) -> f64 {
        self.purchases_pmf(&Customer::NEW, horizon, n)
    }

    /// A calculator for many customers that shares work between them. Its results do not depend on
    /// which customers it is asked about, nor in what order.
    fn scorer(&self, horizon: f64, discounting: Discounting) -> Box<dyn Scorer>;

    /// The same for customers who are counted in exposure while money loses its worth in time; `horizon` is in time. `None` if
    /// the model has no such scorer, or not for this way of discounting.
    fn scorer_along(
        &self,
        _along: &Along,
        _horizon: f64,
        _discounting: Discounting,
    ) -> Option<Box<dyn Scorer>> {
        None
    }

    /// The model of a customer who bought again at these ages; `None` if `x`, `t_x` and `T` say all there is to know.
    fn of_purchases(&self, _ages: &[f64]) -> Option<Arc<dyn Attrition>> {
        None
    }

    /// How customers of this model behave, to draw them.
    ///
    /// # Errors
    /// If no random numbers can be drawn at these parameters.
    fn process(&self) -> Result<Box<dyn Process>>;

    /// How a customer with this history who is alive at `T` goes on: draws of a process whose ages are
    /// times from `T` on, habits drawn from what the history says of them.
    ///
    /// # Errors
    /// If no random numbers can be drawn at these parameters.
    fn future_if_alive(&self, customer: &Customer) -> Result<Box<dyn Process>>;

    /// P(alive) and [`Attrition::future_if_alive`]: an average of models works out the one for the other.
    ///
    /// # Errors
    /// See [`Attrition::future_if_alive`].
    fn future(&self, customer: &Customer) -> Result<(f64, Box<dyn Process>)> {
        Ok((self.p_alive(customer), self.future_if_alive(customer)?))
    }
}

/// What a score says of one customer's purchases.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outlook {
    /// See [`Attrition::p_alive`].
    pub p_alive: f64,
    /// See [`Attrition::expected_purchases`].
    pub purchases: f64,
    /// See [`Attrition::expected_discounted`].
    pub discounted: f64,
}

impl Outlook {
    /// From what is expected of a customer who is alive.
    pub fn new(p_alive: f64, purchases_if_alive: f64, discounted_if_alive: f64) -> Self {
        Outlook {
            p_alive,
            purchases: p_alive * purchases_if_alive,
            discounted: p_alive * discounted_if_alive,
        }
    }
}

/// The outlook at one horizon, for many customers; see [`Attrition::scorer`].
pub trait Scorer: Send {
    /// The outlook of one customer.
    fn outlook(&mut self, customer: &Customer) -> Outlook;

    /// Looks to another horizon from now on; what does not depend on it is kept.
    fn look(&mut self, horizon: f64, discounting: Discounting);

    /// As many scorers share the memory that one may take: what it keeps of its work, none of its results.
    fn share_memory(&mut self, _n: usize) {}

    /// What is expected of a customer who is alive: purchases, and the same discounted. The outlook is this
    /// times [`Attrition::p_alive`], for those who have worked that out already.
    fn if_alive(&mut self, customer: &Customer) -> (f64, f64);
}
