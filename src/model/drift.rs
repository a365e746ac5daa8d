//! What models of drifting rates share: what is believed of a customer's rate goes from purchase to purchase and fades with the
//! time between them ([`filter`]); and customers may leave right after a purchase, the first included, with their own chance
//! `p`, Beta(a, b), as in MBG/NBD, or never do.
//!
//! ```text
//! ln L = gaps + ln( B(a,b+X)/B(a,b) S + B(a+1,b+X−1)/B(a,b) ),   X = x + 1
//! ```
//! with `S` the chance of a silence of at least `T − t_x`, and without the last term and the betas where nobody leaves.
//! With `ρ = ln(a/(b+X−1)) − ln S`, the odds of having left, `ln L = gaps + ln S + ln B(a,b+X)/B(a,b) + ln(1 + e^ρ)`; of
//! which with `q = P(left)`
//! ```text
//! ∇ ln(1+e^ρ) = q ∇ρ,   ∇∇ ln(1+e^ρ) = q ∇∇ρ + q(1−q) ∇ρ ∇ρᵀ
//! ```

mod ahead;
mod filter;
mod likelihood;
mod process;
mod renewal;

use crate::customers::{Customer, CustomerTable, Table};
use crate::model::beta_geometric::BetaGeometric;
use crate::special::ln_beta_ratio;
use filter::{Belief, Filter};

/// The parameters, and the customer whose purchases are known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Drift {
    pub k: u32,
    pub kappa: f64,
    pub r: f64,
    pub alpha: f64,
    /// `a` and `b`; `None`: nobody leaves.
    pub leave: Option<(f64, f64)>,
    pub past: Past,
}

/// A drift to start from, that is to be put in its place \[1/units\].
///
/// # Errors
/// If purchases are not known.
pub(super) fn first(table: &CustomerTable) -> Result<f64, String> {
    if table.ages.is_none() {
        return Err(
            "when each purchase was is not known, and rates that drift are seen in nothing else: fit to the \
                    purchase log, or to a summary made of it with clv summarize --purchase-times"
                .to_owned(),
        );
    }
    Ok(0.1 / table.typical())
}

/// What a customer's purchases say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Past {
    /// Repeat purchases.
    x: u32,
    /// Age at the last.
    last: f64,
    belief: Belief,
    /// Log-likelihood of the gaps.
    ln: f64,
}

impl Past {
    /// Of a customer who has not bought again yet.
    pub fn none(k: u32, r: f64, alpha: f64) -> Self {
        Past { x: 0, last: 0.0, belief: Belief { shape: r, scale: alpha / f64::from(k) }, ln: 0.0 }
    }
}

impl Drift {
    /// What these ages at repeat purchases say, ascending.
    pub fn after(&self, ages: &[f64]) -> Past {
        let filter = self.filter();
        let mut past = Past::none(self.k, self.r, self.alpha);
        for age in ages {
            past.ln += filter.buys(&mut past.belief, age - past.last);
            (past.x, past.last) = (past.x + 1, *age);
        }
        past
    }

    /// The same of a customer who has not bought again yet.
    fn of_new(&self) -> Self {
        Drift { past: Past::none(self.k, self.r, self.alpha), ..*self }
    }

    fn filter(&self) -> Filter {
        Filter { k: self.k, kappa: self.kappa, r: self.r, alpha: self.alpha }
    }

    /// Is this the customer whose purchases are known?
    fn knows(&self, customer: &Customer) -> bool {
        customer.x == self.past.x
    }

    /// The same customers at steady rates, whose chances to leave are those of this model.
    pub fn steady((r, alpha): (f64, f64), (a, b): (f64, f64)) -> BetaGeometric {
        BetaGeometric { r, alpha, a, b, coin: 1.0 }
    }

    fn ln_silence(&self, customer: &Customer) -> f64 {
        self.filter().ln_silence(&self.past.belief, (customer.t - self.past.last).max(0.0))
    }

    /// `ρ`
    fn ln_odds_left(&self, (a, b): (f64, f64), ln_silence: f64) -> f64 {
        Drift::steady((self.r, self.alpha), (a, b)).ln_odds(self.past.x) - ln_silence
    }

    /// Of the customer whose purchases are known; not a number of any other.
    pub fn log_likelihood(&self, row: &Customer) -> f64 {
        if !self.knows(row) {
            return f64::NAN;
        }
        let silence = self.ln_silence(row);
        let Some((a, b)) = self.leave else { return self.past.ln + silence };
        let (rho, tosses) = (self.ln_odds_left((a, b), silence), f64::from(row.x) + 1.0);
        // From the larger of the two terms: the other may be smaller by more digits than there are.
        let larger = if rho > 0.0 {
            (a / (a + b + tosses - 1.0)).ln() + ln_beta_ratio(a, b, tosses - 1.0)
        } else {
            silence + ln_beta_ratio(a, b, tosses)
        };
        self.past.ln + larger + (-rho.abs()).exp().ln_1p()
    }
}
