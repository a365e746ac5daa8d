//! Loyalty by group, and the value of the textbook beside that of the model.
//!
//! ```text
//! textbook value = average order value · repeat purchases a customer-year · years of retention · margin
//! years of retention = 1 / (1 − yearly retention)     by the rule of activity
//! ```
//!
//! The textbook's value is a rule of thumb: it takes every customer for the average one, retention for the
//! same at every age, the future for endless and money in ten years for money today. Where customers differ, it is
//! too high for most and too low for the best; it is shown so that one sees how far off it is.

use super::acquisition::NewCustomer;
use super::base::Base;
use crate::base::Unit;

/// What customers of a group have done, and what a new one is expected to do.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Loyalty {
    /// Customers.
    pub customers: u64,
    /// Purchases, the first ones included.
    pub purchases: u64,
    /// Paid, net of returns.
    pub paid: f64,
    /// Share of customers who came back.
    pub repeat_rate: f64,
    /// Share who bought once.
    pub one_time: f64,
    /// Mean days between purchases of those who came back.
    pub gap: Option<f64>,
    /// Repeat purchases a customer and year, so far.
    pub frequency: f64,
    /// Probability that a new customer comes back within the horizon, by the model.
    pub p_repeat: f64,
    /// Repeat purchases that a new customer is expected to make within the horizon.
    pub expected_frequency: f64,
}

/// The textbook's value of a customer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Textbook {
    /// Revenue a purchase.
    pub order_value: f64,
    /// Repeat purchases a customer-year.
    pub frequency: f64,
    /// Share of active customers still active a year later, by the rule; `None` if there were none.
    pub yearly_retention: Option<f64>,
    /// Years; `None` if nobody left.
    pub years: Option<f64>,
    /// Order value x frequency x years x margin.
    pub value: Option<f64>,
    /// The same over the model's LTV of a new customer.
    pub over_ltv: Option<f64>,
}

impl Loyalty {
    /// Of the customers `of`, whose times are in `unit`.
    pub(super) fn new(
        base: &Base,
        of: impl Fn(usize) -> bool,
        p_repeat: f64,
        new: &NewCustomer,
        unit: Unit,
    ) -> Self {
        let (mut n, mut repeaters, mut x, mut paid, mut t_x, mut t) = (0u64, 0u64, 0u64, 0.0, 0.0, 0.0);
        for i in (0..base.len()).filter(|i| of(*i)) {
            let customer = &base.customers[i];
            n += 1;
            repeaters += u64::from(customer.x > 0);
            x += u64::from(customer.x);
            paid += base.paid(i);
            t_x += customer.t_x;
            t += customer.t;
        }
        let years = t * unit.days() / Unit::Year.days();
        let repeat_rate = repeaters as f64 / n as f64;
        Loyalty {
            customers: n,
            purchases: x + n,
            paid,
            repeat_rate,
            one_time: 1.0 - repeat_rate,
            gap: (x > 0).then(|| t_x / x as f64 * unit.days()),
            frequency: if years > 0.0 { x as f64 / years } else { 0.0 },
            p_repeat,
            expected_frequency: new.purchases.value,
        }
    }

    /// The textbook's value, from a retention seen over so many days.
    pub(super) fn textbook(&self, retained: Option<f64>, days: f64, margin: f64, ltv: f64) -> Textbook {
        let yearly = retained.map(|share| share.powf(Unit::Year.days() / days));
        let years = yearly.filter(|yearly| *yearly < 1.0).map(|yearly| 1.0 / (1.0 - yearly));
        let order_value = self.paid / self.purchases as f64;
        let value = years.map(|years| order_value * self.frequency * years * margin);
        Textbook {
            order_value,
            frequency: self.frequency,
            yearly_retention: yearly,
            years,
            value,
            over_ltv: value.map(|value| value / ltv),
        }
    }
}
