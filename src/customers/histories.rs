//! Customers by what they have done: what a model says of one history is worked out once for all customers who
//! share it, and what it says of a customer who is alive once for all of one age and frequency.
//!
//! Of a customer who is alive how long the last purchase is ago tells nothing more, unless purchases are regular
//! ([`Attrition::recency_matters_if_alive`](crate::model::Attrition::recency_matters_if_alive)): then ages are histories.

use rayon::prelude::*;

use crate::customers::Customer;

/// One history.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct History {
    /// In the model's unit.
    pub customer: Customer,
    /// Where its covariates are among the classes.
    pub class: u32,
    /// Where it is among the ages.
    pub age: u32,
    /// Customers who share it.
    pub count: u32,
}

/// Histories that are alike once the customer is known to be alive.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Age {
    /// One who has bought just now, where that is all the same.
    pub customer: Customer,
    /// Where its covariates are among the classes.
    pub class: u32,
}

/// All customers by history.
#[derive(Debug, Default)]
pub struct Histories {
    /// The distinct ones; those of one age are together.
    pub distinct: Vec<History>,
    /// Customer by customer: which history.
    pub of: Vec<u32>,
    /// The distinct ages.
    pub ages: Vec<Age>,
}

impl Histories {
    /// Of customers and their classes; `apart` says whether silence matters.
    pub fn new(customers: &[Customer], classes: &[u32], apart: bool) -> Self {
        let key = |i: u32| {
            let Customer { x, t_x, t } = customers[i as usize];
            (classes[i as usize], t.to_bits(), x, t_x.to_bits())
        };
        let mut order: Vec<u32> = (0..customers.len() as u32).collect();
        order.par_sort_unstable_by_key(|i| key(*i));
        let mut found = Histories { of: vec![0; customers.len()], ..Histories::default() };
        for same in order.chunk_by(|a, b| key(*a) == key(*b)) {
            let (customer, class) = (customers[same[0] as usize], classes[same[0] as usize]);
            let age = found.age(customer, class, apart);
            let at = found.distinct.len() as u32;
            same.iter().for_each(|i| found.of[*i as usize] = at);
            found.distinct.push(History { customer, class, age, count: same.len() as u32 });
        }
        found
    }

    /// The age of the next history: that of the last one, or a new one.
    fn age(&mut self, customer: Customer, class: u32, apart: bool) -> u32 {
        let Customer { x, t, .. } = customer;
        let t_x = if x > 0 && !apart { t } else { customer.t_x };
        let age = Age { customer: Customer { x, t_x, t }, class };
        if self.ages.last() != Some(&age) {
            self.ages.push(age);
        }
        self.ages.len() as u32 - 1
    }

    /// What `of` says of each history under the model of its class, worked out side by side.
    pub fn each<M: Sync, T: Send>(&self, models: &[M], of: impl Fn(&M, &History) -> T + Sync) -> Vec<T> {
        self.distinct.par_iter().map(|history| of(&models[history.class as usize], history)).collect()
    }

    /// What `of` says of each age.
    pub fn each_age<M: Sync, T: Send>(&self, models: &[M], of: impl Fn(&M, &Customer) -> T + Sync) -> Vec<T> {
        self.ages.par_iter().map(|age| of(&models[age.class as usize], &age.customer)).collect()
    }

    /// The sum over customers of a number that each history has.
    pub fn total(&self, of: impl Fn(usize, &History) -> f64) -> f64 {
        self.distinct.iter().enumerate().map(|(h, history)| f64::from(history.count) * of(h, history)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Customers who share everything share a history; those of one age and frequency an age, unless silence
    /// matters. Seen to fail with `t_x` left out of the key.
    #[test]
    fn customers_are_shared() {
        let of = |x: u32, t_x: f64, t: f64| Customer { x, t_x, t };
        let customers = [of(1, 2.0, 9.0), of(0, 0.0, 9.0), of(1, 5.0, 9.0), of(1, 2.0, 9.0), of(1, 2.0, 8.0)];
        let together = Histories::new(&customers, &[0; 5], false);
        assert_eq!((together.distinct.len(), together.ages.len()), (4, 3));
        assert_eq!(together.of[0], together.of[3]);
        for (i, customer) in customers.iter().enumerate() {
            assert_eq!(together.distinct[together.of[i] as usize].customer, *customer);
        }
        let age = together.ages[together.distinct[together.of[2] as usize].age as usize].customer;
        assert_eq!(age, of(1, 9.0, 9.0));
        assert_eq!(together.distinct.iter().map(|history| history.count).sum::<u32>(), 5);
        assert_eq!(Histories::new(&customers, &[0; 5], true).ages.len(), 4);
        assert_eq!(Histories::new(&customers, &[0, 0, 0, 1, 0], false).distinct.len(), 5);
    }
}
