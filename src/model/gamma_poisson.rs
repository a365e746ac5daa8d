//! What all models of purchases at a steady rate share: the rate is Gamma(r, alpha) over customers,
//! so the chance of `x` purchases in a row in a time `T` during which nobody leaves is
//! ```text
//! Γ(r+x)/Γ(r) · α^r / (α+T)^(r+x)
//! ```
//! Computed as `ln Γ(r+x)/Γ(r) − r ln(1 + T/α) − x ln(α + T)`, which keeps its digits when `r` and
//! `alpha` grow together (all customers alike).

use crate::base::Discounting;
use crate::customers::{Customer, CustomerTable};
use crate::model::Derivatives;
use crate::special::{digamma_difference, ln_gamma_difference, trigamma_difference};

/// The distribution of the buying rate.
#[derive(Debug, Clone, Copy)]
pub(super) struct GammaPoisson {
    pub r: f64,
    pub alpha: f64,
}

/// The chance of at least one event within a time, at a rate that is Gamma(`shape`, `scale`).
pub(super) fn some((shape, scale): (f64, f64), within: f64) -> f64 {
    -(-shape * (within / scale).ln_1p()).exp_m1()
}

/// What a sum needs of one distinct time.
#[derive(Debug, Clone, Copy)]
pub(super) struct TimeTerms {
    pub time: f64,
    /// `ln(1 + time/α)`
    pub log: f64,
    /// `1/(α + time)`
    pub inverse: f64,
}

impl GammaPoisson {
    pub fn log_likelihood(&self, row: &Customer) -> f64 {
        self.log_likelihood_of(f64::from(row.x), row.t)
    }

    /// The same of any number of events in a time.
    pub fn log_likelihood_of(&self, x: f64, t: f64) -> f64 {
        let rising = ln_gamma_difference(self.r, x);
        let log = (t / self.alpha).ln_1p();
        let full = if x > 0.0 { x * (self.alpha + t).ln() } else { 0.0 };
        rising - self.r * log - full
    }

    pub fn time_terms(&self, table: &CustomerTable) -> Vec<TimeTerms> {
        let alpha = self.alpha;
        let terms = |time: &f64| TimeTerms {
            time: *time,
            log: (time / alpha).ln_1p(),
            inverse: 1.0 / (alpha + time),
        };
        table.times.iter().map(terms).collect()
    }

    /// Adds the sum over a table; `r` and `alpha` are parameters 0 and 1.
    pub fn add_sum(&self, table: &CustomerTable, times: &[TimeTerms], out: &mut Derivatives) {
        self.add_sum_of_stages(1.0, table, times, out);
    }

    /// The same if each purchase takes this many events.
    pub fn add_sum_of_stages(
        &self,
        stages: f64,
        table: &CustomerTable,
        times: &[TimeTerms],
        out: &mut Derivatives,
    ) {
        let (r, alpha, ln_alpha) = (self.r, self.alpha, self.alpha.ln());
        let mut rising = Rising { z: r, x: 0.0, ln: 0.0, digamma: 0.0 };
        let (mut value, mut g_r, mut h_rr) = (Sum::default(), Sum::default(), Sum::default());
        for group in &table.groups {
            let x = stages * f64::from(group.x);
            if !out.to_second() {
                rising.go_to(x);
                value.add(group.count * rising.ln);
                g_r.add(group.count * rising.digamma);
                continue;
            }
            value.add(group.count * ln_gamma_difference(r, x));
            g_r.add(group.count * digamma_difference(r, x));
            h_rr.add(group.count * trigamma_difference(r, x));
        }
        let (mut g_alpha, mut h_cross, mut h_alpha) = (Sum::default(), Sum::default(), Sum::default());
        for ((terms, count), repeats) in times.iter().zip(&table.t_count).zip(&table.t_repeats) {
            if *count == 0.0 {
                continue;
            }
            let repeats = stages * repeats;
            // 1/α − 1/(α+T)
            let gap = terms.time * terms.inverse / alpha;
            value.add(-(r * count + repeats) * terms.log);
            value.add(-repeats * ln_alpha);
            g_r.add(-count * terms.log);
            g_alpha.add(r * count * gap);
            g_alpha.add(-repeats * terms.inverse);
            if !out.to_second() {
                continue;
            }
            // 1/α² − 1/(α+T)²
            let square_gap = gap * (1.0 / alpha + terms.inverse);
            h_cross.add(count * gap);
            h_alpha.add(-r * count * square_gap);
            h_alpha.add(repeats * terms.inverse * terms.inverse);
        }
        out.value += value.total();
        out.gradient[0] += g_r.total();
        out.gradient[1] += g_alpha.total();
        out.hessian[[0, 0]] += h_rr.total();
        out.hessian[[0, 1]] += h_cross.total();
        out.hessian[[1, 0]] += h_cross.total();
        out.hessian[[1, 1]] += h_alpha.total();
    }
}

/// `ln Γ(z+x)/Γ(z)` and its derivative by `z` for ascending whole `x`: near the last one by the recurrence,
/// which costs a tenth. Thousands of sums for one posterior are worth it; a fit takes the functions.
struct Rising {
    z: f64,
    x: f64,
    ln: f64,
    digamma: f64,
}

impl Rising {
    fn go_to(&mut self, x: f64) {
        const NEAR: f64 = 24.0;
        if x - self.x > NEAR {
            *self = Rising {
                x,
                ln: ln_gamma_difference(self.z, x),
                digamma: digamma_difference(self.z, x),
                ..*self
            };
            return;
        }
        let mut product = 1.0;
        while self.x < x {
            let factor = self.z + self.x;
            product *= factor;
            self.digamma += 1.0 / factor;
            self.x += 1.0;
        }
        self.ln += product.ln();
    }
}

/// A compensated sum (Neumaier): of terms that cancel it keeps the digits that are left.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sum {
    sum: f64,
    lost: f64,
}

impl Sum {
    pub fn add(&mut self, term: f64) {
        let next = self.sum + term;
        let (large, small) = if self.sum.abs() >= term.abs() { (self.sum, term) } else { (term, self.sum) };
        self.lost += (large - next) + small;
        self.sum = next;
    }

    pub fn total(&self) -> f64 {
        self.sum + self.lost
    }
}

/// `∫_0^horizon` of the discount factor: the present value of one unit of money per unit of time.
pub(super) fn annuity(horizon: f64, discounting: Discounting) -> f64 {
    match discounting {
        Discounting::Continuous { delta } if delta > 0.0 => -(-delta * horizon).exp_m1() / delta,
        Discounting::EndOfStep { d, step } if d > 0.0 => {
            let steps = horizon / step;
            let whole = steps.floor();
            let rate = d.ln_1p();
            let last = if steps > whole { (steps - whole) * (-rate * steps).exp() } else { 0.0 };
            step * (-(-rate * whole).exp_m1() / d + last)
        }
        _ => horizon,
    }
}
