//! What BG/NBD and MBG/NBD share: customers buy at their own steady rate, Gamma(r, alpha), and leave
//! with their own chance `p`, Beta(a, b), after a purchase. `coin` is 1 if they may also leave right
//! after the very first purchase (MBG/NBD), else 0 (BG/NBD).
//!
//! ```text
//! L = A_T + [x+coin>0] A_tx,   X = x + coin
//! A_T = B(a,b+X)/B(a,b) · Γ(r+x)/Γ(r) · α^r/(α+T)^(r+x)         still a customer
//! A_tx / A_T = a/(b+X−1) · ((α+T)/(α+t_x))^(r+x) = e^ρ           left at t_x
//! ```
//! `ln L = ln A_T + ln(1 + e^ρ)`. Of a sum over customers `ln A_T` needs only how often each `x` and
//! each `T` occurs. The rest needs each row: one exponential, one logarithm, and eleven sums from
//! which the gradient and the Hessian follow group by group, because with `q = P(left)`
//! ```text
//! ∇ ln(1+e^ρ) = q ∇ρ,   ∇∇ ln(1+e^ρ) = q ∇∇ρ + q(1−q) ∇ρ ∇ρᵀ
//! ∂ρ/∂r = Δ,  ∂ρ/∂α = −(r+x) δ,  ∂ρ/∂a = 1/a,  ∂ρ/∂b = −1/(b+X−1)
//! Δ = ln((α+T)/(α+t_x)),  δ = 1/(α+t_x) − 1/(α+T) = (T−t_x)/((α+t_x)(α+T))
//! ```

mod first;
mod forecast;
mod limits;
mod scorer;
mod survival;

use std::ops::Range;

use crate::customers::{Customer, CustomerTable, SameX};
use crate::model::{
    Derivatives, Order,
    gamma_poisson::{GammaPoisson, Sum, TimeTerms},
};
use crate::special::{digamma_difference, ln_beta_ratio, trigamma_difference};

use first::Powers;
pub(super) use limits::starts;
use scorer::BetaGeometricScorer;
pub(super) use survival::Survival;

/// The parameters of either model.
#[derive(Debug, Clone, Copy)]
pub(super) struct BetaGeometric {
    pub r: f64,
    pub alpha: f64,
    pub a: f64,
    pub b: f64,
    /// Chances to leave at the first purchase: 0 or 1.
    pub coin: f64,
}

/// What a sum needs that is the same for many rows.
#[derive(Debug)]
pub struct Prepared {
    times: Vec<TimeTerms>,
    /// Group by group: `ln(a/(b+X−1))`.
    ln_odds: Vec<f64>,
    /// Group by group: what serves the first order, where it pays.
    powers: Vec<Option<Powers>>,
}

/// Sums over rows of one group.
#[derive(Debug, Clone, Copy, Default)]
struct RowSums {
    value: f64,
    q: f64,
    q_log: f64,
    q_gap: f64,
    q_square_gap: f64,
    pq: f64,
    pq_log: f64,
    pq_gap: f64,
    pq_log_log: f64,
    pq_log_gap: f64,
    pq_gap_gap: f64,
}

/// Rows are added up in blocks, and the blocks then: rounding grows with both lengths, not with
/// their product.
const BLOCK: usize = 512;

impl BetaGeometric {
    fn rate(&self) -> GammaPoisson {
        GammaPoisson { r: self.r, alpha: self.alpha }
    }

    /// `b + X − 1`, added up so that a small `b` keeps its digits.
    pub fn before_last_toss(&self, x: u32) -> f64 {
        self.b + (f64::from(x) + self.coin - 1.0)
    }

    /// `ln` of the odds of having left right after the last purchase to not having left then, before
    /// the silence since is taken into account. Needs `x + coin > 0`.
    pub fn ln_odds(&self, x: u32) -> f64 {
        if self.a < limits::NEVER {
            return f64::NEG_INFINITY;
        }
        (self.a / self.before_last_toss(x)).ln()
    }

    /// `ln P(left)/P(alive)`; minus infinity if the customer had no chance to leave.
    fn ln_odds_left(&self, row: &Customer) -> f64 {
        let x = f64::from(row.x);
        if x + self.coin == 0.0 {
            return f64::NEG_INFINITY;
        }
        let silence = ((row.t - row.t_x) / (self.alpha + row.t_x)).ln_1p();
        self.ln_odds(row.x) + (self.r + x) * silence
    }

    /// Starts from the larger of the two terms: the other may be smaller by more digits than there
    /// are.
    pub fn log_likelihood(&self, row: &Customer) -> f64 {
        let tosses = f64::from(row.x) + self.coin;
        if row.x == 0 {
            // Never bought, or (MBG/NBD) left at once.
            let alive = self.rate().log_likelihood(row);
            let not_bought = -alive.exp_m1() * self.stays();
            return if self.coin == 0.0 { alive } else { self.ln_rest(not_bought, alive) };
        }
        let rho = self.ln_odds_left(row);
        let (survived, silent_since) = if rho > 0.0 {
            let last = (self.a / (self.a + self.before_last_toss(row.x))).ln();
            (last + ln_beta_ratio(self.a, self.b, tosses - 1.0), row.t_x)
        } else {
            (ln_beta_ratio(self.a, self.b, tosses), row.t)
        };
        let bought = self.rate().log_likelihood(&Customer { t: silent_since, ..*row });
        bought + survived + (-rho.abs()).exp().ln_1p()
    }

    /// `ln(1 − p)`
    pub fn ln_rest(&self, p: f64, alive: f64) -> f64 {
        if p < 0.5 { (-p).ln_1p() } else { ((self.a + self.b * alive.exp()) / (self.a + self.b)).ln() }
    }

    pub fn p_alive(&self, row: &Customer) -> f64 {
        1.0 / (1.0 + self.ln_odds_left(row).exp())
    }

    pub fn prepare(&self, table: &CustomerTable, order: Order) -> Prepared {
        let ln_odds: Vec<f64> = table.groups.iter().map(|group| self.ln_odds(group.x)).collect();
        let times = self.rate().time_terms(table);
        Prepared { powers: self.powers(table, &times, &ln_odds, order), times, ln_odds }
    }

    /// The sum of `ln A_T`.
    pub fn shared(&self, table: &CustomerTable, prepared: &Prepared, out: &mut Derivatives) {
        self.rate().add_sum(table, &prepared.times, out);
        self.add_survived(table, out);
    }

    /// The sum of `ln B(a,b+X)/B(a,b)`; `a` and `b` are parameters 2 and 3.
    pub fn add_survived(&self, table: &CustomerTable, out: &mut Derivatives) {
        if !out.to_second() {
            return self.add_survived_first(table, out);
        }
        let (a, b) = (self.a, self.b);
        let mut sums = [Sum::default(); 5];
        for group in &table.groups {
            let (tosses, n) = (f64::from(group.x) + self.coin, group.count);
            let (both, both2) = (digamma_difference(a + b, tosses), trigamma_difference(a + b, tosses));
            sums[0].add(n * ln_beta_ratio(a, b, tosses));
            sums[1].add(-n * both);
            sums[2].add(n * (digamma_difference(b, tosses) - both));
            sums[3].add(-n * both2);
            sums[4].add(n * (trigamma_difference(b, tosses) - both2));
        }
        let [value, g_a, g_b, h_aa, h_bb] = sums.map(|sum| sum.total());
        out.value += value;
        out.gradient[2] += g_a;
        out.gradient[3] += g_b;
        out.hessian[[2, 2]] += h_aa;
        out.hessian[[2, 3]] += h_aa;
        out.hessian[[3, 2]] += h_aa;
        out.hessian[[3, 3]] += h_bb;
    }

    /// The sum of `ln(1 + e^ρ)` over a range of rows.
    pub fn rows(
        &self,
        table: &CustomerTable,
        prepared: &Prepared,
        rows: Range<usize>,
        out: &mut Derivatives,
    ) {
        let first = table.groups.partition_point(|group| group.rows.end <= rows.start);
        let known = prepared.ln_odds[first..].iter().zip(&prepared.powers[first..]);
        for (group, (ln_odds, powers)) in table.groups[first..].iter().zip(known) {
            if group.rows.start >= rows.end {
                break;
            }
            let power = self.r + f64::from(group.x);
            if f64::from(group.x) + self.coin == 0.0 {
                continue;
            }
            let mut sums = RowSums::default();
            let mut start = group.rows.start.max(rows.start);
            let end = group.rows.end.min(rows.end);
            if let Some(powers) = powers {
                self.combine(group, &RowSums::by_powers(table, prepared, powers, start..end), out);
                continue;
            }
            while start < end {
                let next = (start + BLOCK).min(end);
                let times = &prepared.times;
                sums.add(&match out.order {
                    Order::First => RowSums::of::<false>(table, times, start..next, *ln_odds, power),
                    Order::Second => RowSums::of::<true>(table, times, start..next, *ln_odds, power),
                });
                start = next;
            }
            self.combine(group, &sums, out);
        }
    }

    /// Gradient and Hessian from the sums over the rows of a group.
    fn combine(&self, group: &SameX, s: &RowSums, out: &mut Derivatives) {
        let power = self.r + f64::from(group.x);
        // ∂ρ/∂a and ∂ρ/∂b; ∂ρ/∂α is −power times the gap.
        let by_a = 1.0 / self.a;
        let by_b = -1.0 / self.before_last_toss(group.x);
        out.value += s.value;
        let gradient = [s.q_log, -power * s.q_gap, s.q * by_a, s.q * by_b];
        for (sum, term) in out.gradient.iter_mut().zip(gradient) {
            *sum += term;
        }
        if !out.to_second() {
            return;
        }
        let mut add = |i: usize, j: usize, term: f64| {
            out.hessian[[i, j]] += term;
            if i != j {
                out.hessian[[j, i]] += term;
            }
        };
        add(0, 0, s.pq_log_log);
        add(0, 1, -s.q_gap - power * s.pq_log_gap);
        add(0, 2, s.pq_log * by_a);
        add(0, 3, s.pq_log * by_b);
        add(1, 1, power * (s.q_square_gap + power * s.pq_gap_gap));
        add(1, 2, -power * s.pq_gap * by_a);
        add(1, 3, -power * s.pq_gap * by_b);
        add(2, 2, (s.pq - s.q) * by_a * by_a);
        add(2, 3, s.pq * by_a * by_b);
        add(3, 3, (s.pq + s.q) * by_b * by_b);
    }
}

impl RowSums {
    fn of<const SECOND: bool>(
        table: &CustomerTable,
        times: &[TimeTerms],
        rows: Range<usize>,
        ln_odds: f64,
        power: f64,
    ) -> Self {
        let mut sums = RowSums::default();
        let mut product = 1.0;
        let columns = table.t[rows.clone()].iter().zip(&table.t_x[rows.clone()]).zip(&table.count[rows]);
        for ((t, t_x), weight) in columns {
            let (end, last) = (&times[*t as usize], &times[*t_x as usize]);
            let log = end.log - last.log;
            let gap = (end.time - last.time) * end.inverse * last.inverse;
            let rho = ln_odds + power * log;
            let e = (-rho.abs()).exp();
            let whole = 1.0 + e;
            let larger = 1.0 / whole;
            let q = weight * if rho > 0.0 { larger } else { e * larger };
            // ln of a product for a sum of ln(1+e): at most 2 to the length of a block.
            if *weight == 1.0 {
                product *= whole;
            } else {
                sums.value += weight * whole.ln();
            }
            sums.value += weight * rho.max(0.0);
            sums.q += q;
            sums.q_log += q * log;
            sums.q_gap += q * gap;
            if !SECOND {
                continue;
            }
            let pq = weight * e * larger * larger;
            sums.q_square_gap += q * gap * (end.inverse + last.inverse);
            sums.pq += pq;
            let (pq_log, pq_gap) = (pq * log, pq * gap);
            sums.pq_log += pq_log;
            sums.pq_gap += pq_gap;
            sums.pq_log_log += pq_log * log;
            sums.pq_log_gap += pq_log * gap;
            sums.pq_gap_gap += pq_gap * gap;
        }
        sums.value += product.ln();
        sums
    }

    fn add(&mut self, other: &RowSums) {
        self.value += other.value;
        self.q += other.q;
        self.q_log += other.q_log;
        self.q_gap += other.q_gap;
        self.q_square_gap += other.q_square_gap;
        self.pq += other.pq;
        self.pq_log += other.pq_log;
        self.pq_gap += other.pq_gap;
        self.pq_log_log += other.pq_log_log;
        self.pq_log_gap += other.pq_log_gap;
        self.pq_gap_gap += other.pq_gap_gap;
    }
}
