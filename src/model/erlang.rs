//! What BG/CNBD-k and MBG/CNBD-k share: from one purchase to the next a customer passes `k` stages, at
//! a steady rate of its own, Gamma(r, alpha) over customers, and leaves with a chance of its own,
//! Beta(a, b), after a purchase. `coin` is 1 if also after the very first one (MBG), else 0 (BG).
//! With `k = 1` these are MBG/NBD and BG/NBD. All is said given the stage `j` that a customer who is
//! alive has reached since its last purchase, and then averaged over `j`: no approximation is needed.
//!
//! ```text
//! L = (A_T W + [X>0] A_tx) Γ(k)^−x,   X = x + coin,  R = r + k x
//! A_T = B(a,b+X)/B(a,b) · Γ(R)/Γ(r) · α^r/(α+T)^R
//! W = Σ_{j<k} (R)_j/j! u^j,   u = (T−t_x)/(α+T)           at most k−1 stages since t_x
//! A_tx / A_T = a/(b+X−1) · ((α+T)/(α+t_x))^R = e^ρ0          left at t_x
//! ```
//! `ln L = ln A_T + ln W + ln(1 + e^ρ)` up to `Γ(k)`, with `ρ = ρ0 − ln W`. The terms of `W`, divided by
//! it, are the chances `ω_j` of the stages of a customer who is alive. `D_j = Σ_{i<j} 1/(R+i)` being the
//! derivative of `ln (R)_j`, and means and covariances those under `ω`,
//! ```text
//! ∂ ln W/∂r = E[D],  ∂ ln W/∂α = −E[j]/(α+T)
//! ∂∂rr = Var D − E[Σ_{i<j} 1/(R+i)²],  ∂∂rα = −Cov(j,D)/(α+T),  ∂∂αα = (Var j + E[j])/(α+T)²
//! ```
//! and with `q = P(left)` the rest is as in `beta_geometric.rs`.

mod forecast;
mod limits;
mod renewal;
mod scorer;
mod staged;
mod staying;
mod sums;

use std::ops::Range;

use crate::customers::{Customer, CustomerTable, SameX};
use crate::model::{
    Derivatives, Order,
    beta_geometric::BetaGeometric,
    gamma_poisson::{GammaPoisson, Sum, TimeTerms},
};
use crate::params::LARGEST_WHOLE;
use crate::special::{ln_beta_ratio, ln_gamma, negative_binomial_tail};

pub(super) use limits::starts;
pub(super) use renewal::{Panels, Renewals};
pub(super) use staged::{Staged, buys};

/// The most stages there are.
const MOST: usize = LARGEST_WHOLE as usize;

/// The parameters of either model.
#[derive(Debug, Clone, Copy)]
pub(super) struct Erlang {
    pub k: u32,
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
}

/// The chances `ω_j` of the stages, and `ln W`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stages {
    chance: [f64; MOST],
    ln_whole: f64,
}

impl Stages {
    /// The chance that so many stages are behind.
    pub fn chance(&self, stage: u32) -> f64 {
        self.chance[stage as usize]
    }

    /// `ln W`
    pub fn ln_whole(&self) -> f64 {
        self.ln_whole
    }

    /// For the shape `R` and the silence `u`.
    #[inline]
    pub fn new(k: u32, shape: f64, u: f64) -> Self {
        let k = k as usize;
        let mut chance = [0.0; MOST];
        let (mut term, mut whole, mut scale) = (1.0, 1.0, 0.0);
        chance[0] = 1.0;
        for j in 1..k {
            let before = (j - 1) as f64;
            term *= (shape + before) / (before + 1.0) * u;
            chance[j] = term;
            whole += term;
            if whole > 1e250 {
                chance[..=j].iter_mut().for_each(|chance| *chance *= 1e-250);
                (term, whole, scale) = (term * 1e-250, whole * 1e-250, scale + 250.0);
            }
        }
        chance[..k].iter_mut().for_each(|chance| *chance /= whole);
        Stages { chance, ln_whole: whole.ln() + scale * std::f64::consts::LN_10 }
    }

    /// The mean of what depends on the stage.
    fn mean(&self, by_stage: &[f64]) -> f64 {
        let terms = self.chance.iter().zip(by_stage).filter(|(chance, _)| **chance > 0.0);
        terms.map(|(chance, value)| chance * value).sum()
    }
}

/// Derivatives of `ln (R)_j` by `R`, the first two, for each stage.
pub(super) struct Rising {
    first: [f64; MOST],
    second: [f64; MOST],
}

impl Rising {
    pub fn new(k: u32, shape: f64) -> Self {
        let (mut first, mut second) = ([0.0; MOST], [0.0; MOST]);
        for j in 1..k as usize {
            let inverse = 1.0 / (shape + (j - 1) as f64);
            first[j] = first[j - 1] + inverse;
            second[j] = second[j - 1] - inverse * inverse;
        }
        Rising { first, second }
    }
}

/// Sums over rows of one `x`: value, gradient, and the upper triangle of the Hessian, in `r`, `alpha`,
/// `a`, `b`.
#[derive(Debug, Clone, Copy, Default)]
struct RowSums {
    value: f64,
    gradient: [f64; 4],
    hessian: [f64; 10],
}

/// What is the same for all rows of one `x`.
struct SameRows {
    k: u32,
    shape: f64,
    rising: Rising,
    /// `ln(a/(b+X−1))`; minus infinity if there was no chance to leave.
    ln_odds: f64,
    /// `∂ρ/∂a` and `∂ρ/∂b`.
    by_a: f64,
    by_b: f64,
}

/// Rows are added up in blocks, and the blocks then, as in `beta_geometric.rs`.
const BLOCK: usize = 512;

impl Erlang {
    fn stages(&self) -> f64 {
        f64::from(self.k)
    }

    fn rate(&self) -> GammaPoisson {
        GammaPoisson { r: self.r, alpha: self.alpha }
    }

    /// The same customers if each purchase took one stage `k` times as long: their chances to leave
    /// are those of this model, and their purchases are close to its.
    pub fn without_stages(&self) -> BetaGeometric {
        let Erlang { r, alpha, a, b, coin, .. } = *self;
        BetaGeometric { r, alpha: self.stages() * alpha, a, b, coin }
    }

    /// `R`: the rate of a customer who is alive at stage `j` is Gamma(R + j, α + T).
    fn shape(&self, x: u32) -> f64 {
        self.r + self.stages() * f64::from(x)
    }

    /// Where a customer who is alive may be.
    fn stages_of(&self, row: &Customer) -> Stages {
        Stages::new(self.k, self.shape(row.x), (row.t - row.t_x) / (self.alpha + row.t))
    }

    /// `ln P(left)/P(alive)`; minus infinity if the customer had no chance to leave.
    fn ln_odds_left(&self, row: &Customer) -> f64 {
        if f64::from(row.x) + self.coin == 0.0 {
            return f64::NEG_INFINITY;
        }
        let silence = ((row.t - row.t_x) / (self.alpha + row.t_x)).ln_1p();
        let stages = self.stages_of(row);
        self.without_stages().ln_odds(row.x) + (self.shape(row.x) * silence - stages.ln_whole)
    }

    /// Starts from the larger of the two terms: the other may be smaller by more digits than there
    /// are.
    pub fn log_likelihood(&self, row: &Customer) -> f64 {
        if row.x == 0 {
            return self.log_likelihood_without_purchase(row.t);
        }
        let (tosses, x) = (f64::from(row.x) + self.coin, f64::from(row.x));
        let (rho, leaving) = (self.ln_odds_left(row), self.without_stages());
        let (survived, silent_since, stages) = if rho > 0.0 {
            let last = (self.a / (self.a + leaving.before_last_toss(row.x))).ln();
            (last + ln_beta_ratio(self.a, self.b, tosses - 1.0), row.t_x, 0.0)
        } else {
            (ln_beta_ratio(self.a, self.b, tosses), row.t, self.stages_of(row).ln_whole)
        };
        let bought = self.rate().log_likelihood_of(self.stages() * x, silent_since);
        bought + stages + survived + (-rho.abs()).exp().ln_1p() - x * self.ln_gamma_k()
    }

    fn ln_gamma_k(&self) -> f64 {
        ln_gamma(self.stages())
    }

    /// Fewer than `k` stages in a time `t`, or (MBG) left at once.
    fn log_likelihood_without_purchase(&self, t: f64) -> f64 {
        let bought = negative_binomial_tail(self.k, self.r, t / self.alpha);
        let alive = if bought < 0.5 {
            (-bought).ln_1p()
        } else {
            let stages = Stages::new(self.k, self.r, t / (self.alpha + t));
            stages.ln_whole + self.rate().log_likelihood_of(0.0, t)
        };
        let leaving = self.without_stages();
        let not_bought = -alive.exp_m1() * leaving.stays();
        if self.coin == 0.0 { alive } else { leaving.ln_rest(not_bought, alive) }
    }

    pub fn p_alive(&self, row: &Customer) -> f64 {
        1.0 / (1.0 + self.ln_odds_left(row).exp())
    }

    pub fn prepare(&self, table: &CustomerTable) -> Prepared {
        let ln_odds = |group: &SameX| match f64::from(group.x) + self.coin > 0.0 {
            true => self.without_stages().ln_odds(group.x),
            false => f64::NEG_INFINITY,
        };
        let ln_odds = table.groups.iter().map(ln_odds).collect();
        Prepared { times: self.rate().time_terms(table), ln_odds }
    }

    /// The sum of `ln A_T`, and of the gaps as far as they are known.
    pub fn shared(&self, table: &CustomerTable, prepared: &Prepared, out: &mut Derivatives) {
        let mut sum = Derivatives::of_order(4, out.order);
        self.rate().add_sum_of_stages(self.stages(), table, &prepared.times, &mut sum);
        self.without_stages().add_survived(table, &mut sum);
        let mut repeats = Sum::default();
        table.t_repeats.iter().for_each(|count| repeats.add(*count));
        sum.value -= repeats.total() * self.ln_gamma_k();
        if let Some(log_gaps) = table.log_gaps {
            sum.value += (self.stages() - 1.0) * log_gaps;
        }
        add_below_k(&sum, out);
    }

    /// The sum of `ln W + ln(1 + e^ρ)` over a range of rows.
    pub fn rows(
        &self,
        table: &CustomerTable,
        prepared: &Prepared,
        rows: Range<usize>,
        out: &mut Derivatives,
    ) {
        let first = table.groups.partition_point(|group| group.rows.end <= rows.start);
        for (group, ln_odds) in table.groups[first..].iter().zip(&prepared.ln_odds[first..]) {
            if group.rows.start >= rows.end {
                break;
            }
            let same = self.same_rows(group.x, *ln_odds);
            let mut start = group.rows.start.max(rows.start);
            let end = group.rows.end.min(rows.end);
            while start < end {
                let next = (start + BLOCK).min(end);
                let times = &prepared.times;
                match out.order {
                    Order::First => RowSums::of::<false>(&same, table, times, start..next).add_to(out),
                    Order::Second => RowSums::of::<true>(&same, table, times, start..next).add_to(out),
                }
                start = next;
            }
        }
    }

    fn same_rows(&self, x: u32, ln_odds: f64) -> SameRows {
        let (k, shape) = (self.k, self.shape(x));
        let rising = Rising::new(k, shape);
        let by_b = match f64::from(x) + self.coin > 0.0 {
            true => -1.0 / self.without_stages().before_last_toss(x),
            false => 0.0,
        };
        SameRows { k, shape, rising, ln_odds, by_a: 1.0 / self.a, by_b }
    }
}

/// Adds a sum in `r`, `alpha`, `a`, `b` to one in `k` and these, which does not move `k`.
fn add_below_k(sum: &Derivatives, out: &mut Derivatives) {
    out.value += sum.value;
    for i in 0..4 {
        out.gradient[i + 1] += sum.gradient[i];
        for j in 0..if sum.to_second() { 4 } else { 0 } {
            out.hessian[[i + 1, j + 1]] += sum.hessian[[i, j]];
        }
    }
}

impl RowSums {
    fn of<const SECOND: bool>(
        same: &SameRows,
        table: &CustomerTable,
        times: &[TimeTerms],
        rows: Range<usize>,
    ) -> Self {
        let mut sums = RowSums::default();
        let columns = table.t[rows.clone()].iter().zip(&table.t_x[rows.clone()]).zip(&table.count[rows]);
        for ((t, t_x), weight) in columns {
            sums.add_row::<SECOND>(same, &times[*t as usize], &times[*t_x as usize], *weight);
        }
        sums
    }

    #[inline]
    fn add_row<const SECOND: bool>(
        &mut self,
        same: &SameRows,
        end: &TimeTerms,
        last: &TimeTerms,
        weight: f64,
    ) {
        let silence = end.time - last.time;
        let (log, gap) = (end.log - last.log, silence * end.inverse * last.inverse);
        let (ln_w, by_w, by_by_w) = same.ln_w::<SECOND>(silence * end.inverse, end.inverse);
        let rho = same.ln_odds + (same.shape * log - ln_w);
        let e = (-rho.abs()).exp();
        let larger = 1.0 / (1.0 + e);
        let (left, alive) = if rho > 0.0 { (larger, e * larger) } else { (e * larger, larger) };
        let both = weight * e * larger * larger;
        self.value += weight * (ln_w + rho.max(0.0) + e.ln_1p());
        let by_rho0 = [log, -same.shape * gap, same.by_a, same.by_b];
        let by_rho = [by_rho0[0] - by_w[0], by_rho0[1] - by_w[1], by_rho0[2], by_rho0[3]];
        let (left, alive) = (weight * left, weight * alive);
        for (sum, by) in self.gradient.iter_mut().zip(by_rho0) {
            *sum += left * by;
        }
        self.gradient[0] += alive * by_w[0];
        self.gradient[1] += alive * by_w[1];
        if !SECOND {
            return;
        }
        self.add_square(both, &by_rho);
        self.hessian[0] += alive * by_by_w[0];
        self.hessian[1] += alive * by_by_w[1] - left * gap;
        self.hessian[4] += alive * by_by_w[2] + left * same.shape * gap * (end.inverse + last.inverse);
        self.hessian[7] -= left * same.by_a * same.by_a;
        self.hessian[9] += left * same.by_b * same.by_b;
    }

    /// `q(1−q) ∇ρ ∇ρᵀ`
    #[inline]
    fn add_square(&mut self, factor: f64, by_rho: &[f64; 4]) {
        let mut place = 0;
        for (i, one) in by_rho.iter().enumerate() {
            for other in &by_rho[i..] {
                self.hessian[place] += factor * one * other;
                place += 1;
            }
        }
    }

    fn add_to(&self, out: &mut Derivatives) {
        let mut sum = Derivatives::of_order(4, out.order);
        sum.value = self.value;
        let mut place = 0;
        for i in 0..4 {
            sum.gradient[i] = self.gradient[i];
            for j in i..4 {
                sum.hessian[[i, j]] = self.hessian[place];
                sum.hessian[[j, i]] = self.hessian[place];
                place += 1;
            }
        }
        add_below_k(&sum, out);
    }
}

impl SameRows {
    /// See [`ln_w`].
    #[inline]
    fn ln_w<const SECOND: bool>(&self, u: f64, inverse: f64) -> (f64, [f64; 2], [f64; 3]) {
        ln_w::<SECOND>(self.k, self.shape, &self.rising, u, inverse)
    }
}

/// `ln W` of a silence `u`, its gradient and its second derivatives (RR, Rα, αα) in the shape `R` and `α`, with
/// `inverse = 1/(α+T)`.
#[inline]
pub(super) fn ln_w<const SECOND: bool>(
    k: u32,
    shape: f64,
    rising: &Rising,
    u: f64,
    inverse: f64,
) -> (f64, [f64; 2], [f64; 3]) {
    if k == 1 {
        return (0.0, [0.0; 2], [0.0; 3]);
    }
    let stages = Stages::new(k, shape, u);
    let (mut j_1, mut d_1, mut second) = (0.0, 0.0, 0.0);
    for j in 1..k as usize {
        let chance = stages.chance[j];
        j_1 += chance * j as f64;
        d_1 += chance * rising.first[j];
        second += chance * rising.second[j];
    }
    if !SECOND {
        return (stages.ln_whole, [d_1, -j_1 * inverse], [0.0; 3]);
    }
    let (mut jj, mut jd, mut dd) = (0.0, 0.0, 0.0);
    for j in 0..k as usize {
        let chance = stages.chance[j];
        let (from_j, from_d) = (j as f64 - j_1, rising.first[j] - d_1);
        jj += chance * from_j * from_j;
        jd += chance * from_j * from_d;
        dd += chance * from_d * from_d;
    }
    let second = [dd + second, -jd * inverse, (jj + j_1) * inverse * inverse];
    (stages.ln_whole, [d_1, -j_1 * inverse], second)
}
