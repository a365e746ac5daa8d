//! Questions whose answers follow from others, whatever the model.

use crate::customers::Customer;
use crate::model::Attrition;

/// Doublings of the time looked ahead: 2^200 units of time is for ever.
const DOUBLINGS: u32 = 200;

/// So is this, in any unit.
const LATEST: f64 = 1e250;

/// The time from `T` on within which the next purchase comes with this probability: `1/2` gives its
/// median. `None` if the customer never buys again with more than the rest of the probability.
///
/// Solves `P(no purchase within t) = 1 − probability` by bisection, to 12 digits; a step of the
/// distribution (purchases at opportunities only) is found as such.
///
/// # Panics
/// If the probability is not between 0 and 1.
pub fn next_purchase_quantile(model: &dyn Attrition, customer: &Customer, probability: f64) -> Option<f64> {
    assert!(probability > 0.0 && probability < 1.0, "{probability} is not between 0 and 1");
    if model.p_alive(customer) <= probability {
        return None;
    }
    let reached = |t: f64| 1.0 - model.none_within(customer, t) >= probability;
    let rate = model.posterior_means(customer).rate;
    // A rate too small for a time is none.
    let mut high = if rate > 0.0 && rate.is_finite() { f64::min(1.0 / rate, LATEST) } else { 1.0 };
    let mut doublings = 0;
    while !reached(high) {
        high *= 2.0;
        doublings += 1;
        if doublings > DOUBLINGS || high == f64::INFINITY {
            return None;
        }
    }
    let mut low = if doublings == 0 { 0.0 } else { 0.5 * high };
    while high - low > 1e-12 * high {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if reached(middle) { high = middle } else { low = middle }
    }
    Some(high)
}
