//! Value and gradient of the sum alone, which sampling asks for tens of thousands of times.
//!
//! Rows of one `x` differ in their two times only: `e^ρ = w(T)/w(t_x)` with `w(τ) = (α+τ)^(r+x)` (and the odds
//! of leaving in one of them), so that two powers for each distinct time replace an exponential for each row,
//! and `Σ q Δ`, `Σ q δ` are differences of sums over either time. Logarithms are taken of products of many
//! rows. What depends on `x` alone follows from the last `x` by recurrences.

use std::ops::Range;

use super::{BetaGeometric, Prepared, RowSums};
use crate::customers::{CustomerTable, SameX};
use crate::model::{
    Derivatives, Order,
    gamma_poisson::{Sum, TimeTerms},
};
use crate::special::{digamma_difference, ln_beta_ratio};

/// Powers up to `e^LARGEST` are representable, and products of two.
const LARGEST: f64 = 300.0;
/// Products of rows are taken logarithms of beyond this.
const FULL: f64 = 1e150;
/// Rows that stand for up to so many customers share products.
const SHARED: usize = 8;
/// The powers of a time cost as much as this share of a row without them.
const PAYS: usize = 3;
/// As far ahead the next `x` is reached step by step.
const NEAR: f64 = 24.0;

/// `w` and what a row needs of its last purchase, time by time, for one group.
#[derive(Debug)]
pub(super) struct Powers {
    /// `w(τ)`, relative to that of the latest time.
    at_end: Vec<f64>,
    /// `a/(b+X−1) / w(τ)`, `ln(1+τ/α)` and `1/(α+τ)`.
    at_last: Vec<[f64; 3]>,
}

/// `w(τ)` and its reciprocal, time by time, for the last `x` that was asked for.
#[derive(Default)]
struct Running {
    x: Option<u32>,
    up: Vec<f64>,
    down: Vec<f64>,
}

impl Running {
    fn at(&mut self, model: &BetaGeometric, x: u32, times: &[TimeTerms], ln_odds: f64) -> Option<Powers> {
        let (first, last) = (times.first()?, times.last()?);
        let power = model.r + f64::from(x);
        let range = power * (last.log - first.log) + ln_odds.abs();
        if f64::from(x) + model.coin == 0.0 || range.is_nan() || range >= LARGEST {
            return None;
        }
        if x > 0 && self.x == Some(x - 1) {
            let (from, to) = (last.inverse, model.alpha + last.time);
            for ((up, down), time) in self.up.iter_mut().zip(&mut self.down).zip(times) {
                *up *= (model.alpha + time.time) * from;
                *down *= to * time.inverse;
            }
        } else {
            self.up = times.iter().map(|time| (power * (time.log - last.log)).exp()).collect();
            self.down = self.up.iter().map(|up| 1.0 / up).collect();
        }
        self.x = Some(x);
        let odds = ln_odds.exp();
        let at_last = times.iter().zip(&self.down).map(|(time, down)| [odds * down, time.log, time.inverse]);
        Some(Powers { at_end: self.up.clone(), at_last: at_last.collect() })
    }
}

impl BetaGeometric {
    /// The powers of each group that has enough rows for them to pay.
    pub(super) fn powers(
        &self,
        table: &CustomerTable,
        times: &[TimeTerms],
        ln_odds: &[f64],
        order: Order,
    ) -> Vec<Option<Powers>> {
        let pays = |group: &SameX| order == Order::First && PAYS * group.rows.len() >= times.len();
        let mut running = Running::default();
        let groups = table.groups.iter().zip(ln_odds);
        groups
            .map(|(group, ln_odds)| pays(group).then(|| running.at(self, group.x, times, *ln_odds)).flatten())
            .collect()
    }

    /// The sum of `ln B(a,b+X)/B(a,b)` with its gradient.
    pub(super) fn add_survived_first(&self, table: &CustomerTable, out: &mut Derivatives) {
        let mut sums = [Sum::default(); 3];
        let mut at = Survived { a: self.a, b: self.b, tosses: 0.0, ln: 0.0, both: 0.0, stays: 0.0 };
        for group in &table.groups {
            at.go_to(f64::from(group.x) + self.coin);
            sums[0].add(group.count * at.ln);
            sums[1].add(-group.count * at.both);
            sums[2].add(group.count * (at.stays - at.both));
        }
        let [value, g_a, g_b] = sums.map(|sum| sum.total());
        out.value += value;
        out.gradient[2] += g_a;
        out.gradient[3] += g_b;
    }
}

/// `ln B(a,b+X)/B(a,b)`, and the differences of digammas of `a + b` and `b`, for ascending `X`.
struct Survived {
    a: f64,
    b: f64,
    tosses: f64,
    ln: f64,
    both: f64,
    stays: f64,
}

impl Survived {
    fn go_to(&mut self, tosses: f64) {
        let (a, b) = (self.a, self.b);
        if tosses - self.tosses > NEAR {
            self.ln = ln_beta_ratio(a, b, tosses);
            self.both = digamma_difference(a + b, tosses);
            self.stays = digamma_difference(b, tosses);
            self.tosses = tosses;
            return;
        }
        let mut ratio = 1.0;
        while self.tosses < tosses {
            let (stays, both) = (1.0 / (b + self.tosses), 1.0 / (a + b + self.tosses));
            ratio *= (b + self.tosses) * both;
            self.both += both;
            self.stays += stays;
            self.tosses += 1.0;
        }
        self.ln += ratio.ln();
    }
}

impl RowSums {
    /// Value and gradient of a range of rows of one group. Rows are sorted by `T`.
    pub(super) fn by_powers(
        table: &CustomerTable,
        prepared: &Prepared,
        powers: &Powers,
        rows: Range<usize>,
    ) -> Self {
        let (mut sums, mut products) = (RowSums::default(), [1.0; SHARED]);
        let mut row = rows.start;
        for same_t in table.t[rows].chunk_by(|a, b| a == b) {
            let t = same_t[0] as usize;
            let (w, (mut q_all, mut q_log, mut q_inverse)) = (powers.at_end[t], (0.0, 0.0, 0.0));
            let next = row + same_t.len();
            for (t_x, weight) in table.t_x[row..next].iter().zip(&table.count[row..next]) {
                let [down, log, inverse] = powers.at_last[*t_x as usize];
                let ratio = w * down;
                let whole = 1.0 + ratio;
                let q = weight * (ratio / whole);
                q_all += q;
                q_log += q * log;
                q_inverse += q * inverse;
                let shared = *weight as usize;
                if shared < SHARED && shared as f64 == *weight {
                    products[shared] *= whole;
                    if products[shared] > FULL {
                        sums.value += weight * products[shared].ln();
                        products[shared] = 1.0;
                    }
                } else {
                    sums.value += weight * whole.ln();
                }
            }
            let end = &prepared.times[t];
            sums.q += q_all;
            sums.q_log += q_all * end.log - q_log;
            sums.q_gap += q_inverse - q_all * end.inverse;
            row = next;
        }
        for (weight, product) in products.iter().enumerate() {
            sums.value += weight as f64 * product.ln();
        }
        sums
    }
}
