//! The rate at which a customer who is alive at stage `j` will be buying, a time `s A` ahead, `A = α+T`.
//!
//! The `m`-th stage from now ends at the rate `R_j/A · P(N = m−1)`, `R_j = R+j` and `N` negative binomial
//! of shape `R_j + 1` and odds `s`. The `n`-th purchase is stage `kn − j`, and is made if none of the
//! `n − 1` before was the last:
//! ```text
//! M_j(s) = R_j Σ_{n>=1} E[q^(n−1)] P(N = kn−j−1),   M_{j+1}/M_j term by term = (kn−j−1) / (R_j s)
//! ```
//! which depends on `x` alone. So the terms of the last stage give those of all others.
//!
//! `M` is tabulated as in `beta_geometric/survival.rs`, in panels of 20 nodes in `y = ln(1 + s)`. A
//! customer whose rate is well known buys at nearly equal gaps, `k/R` in `s`, until the gaps have added
//! up to an error as large as one: some `2k` purchases. The `l`-th harmonic of this oscillation falls
//! off as `e^−(2π² l² X/k²)`, `X = R s`; so panels no longer than `2.4 √X` in `X` resolve all that there is
//! left of it, which takes panels cut into up to about `k/2` parts. Nothing of this cancels: all terms are
//! positive.

use super::sums::{Counts, Stays};
use super::{Erlang, MOST};
use crate::model::keep::Slots;
use crate::model::weights::{NODES, Panel, Weights};

/// A number for each stage.
pub(super) type ByStage = [f64; MOST];

/// Cut panels; see the head of this file.
#[derive(Debug, Clone, Copy)]
pub(in crate::model) struct Panels {
    k: u32,
    /// Nearly `X/s`.
    shape: f64,
    level: usize,
}

impl Panels {
    /// For a shape `R`, and weights from which it may be that only a first short part matters.
    pub fn new(k: u32, shape: f64, weights: &Weights) -> Self {
        let shape = shape + f64::from(k);
        let own = (shape / 3.0).log2().ceil().max(1.0);
        // Soon the chances are powers of s up to the k-th, of which a polynomial in y over a much
        // longer panel would keep no digit.
        let short = if k == 1 { 0.0 } else { 6.0 - weights.end().log2().floor() };
        Panels { k, shape, level: own.max(short).min(1000.0) as usize }
    }

    pub fn level(&self) -> usize {
        self.level
    }

    /// Into how many parts a panel is cut: a power of two.
    fn parts(&self, panel: &Panel) -> usize {
        let (low, high) = (self.shape * panel.low.exp_m1(), self.shape * panel.high.exp_m1());
        let k = f64::from(self.k);
        if self.k == 1 || low > 2.0 * k * k {
            return 1;
        }
        let parts = ((high - low) / (2.4 * low.max(3.0).sqrt())).ceil() as usize;
        // Before the first purchases M is a power of s, up to the (k−1)-th.
        let early = if low < k { self.k as usize / 4 } else { 1 };
        parts.max(early).next_power_of_two().min(self.most_parts())
    }

    fn most_parts(&self) -> usize {
        self.k.next_power_of_two() as usize
    }

    /// Visits all parts that the weights reach, with their weights.
    pub fn visit(&self, weights: &mut Weights, mut f: impl FnMut(&Panel, &[f64; NODES])) {
        for i in 0.. {
            let whole = Panel::new(self.level, i);
            let parts = self.parts(&whole);
            for part in 0..parts {
                let at = |n: usize| whole.low + (whole.high - whole.low) * (n as f64 / parts as f64);
                // All parts of all ways to cut have numbers of their own.
                let slot = 2 * self.most_parts() * whole.slot + parts + part;
                let high = if part + 1 == parts { whole.high } else { at(part + 1) };
                let panel = Panel { low: at(part), high, slot };
                match weights.in_panel(&panel) {
                    Some(weights) => f(&panel, weights),
                    None => return,
                }
            }
        }
    }
}

/// `M` for one `x`, in panels that are filled when asked for.
#[derive(Debug)]
pub(in crate::model) struct Renewals {
    model: Erlang,
    x: u32,
    panels: Panels,
    /// In each panel the values at its nodes, stage by stage.
    known: Slots<Box<[f64]>>,
}

impl Renewals {
    pub fn new(model: Erlang, x: u32, panels: Panels) -> Self {
        Renewals { model, x, panels, known: Slots::default() }
    }

    /// How much memory it takes, about.
    pub fn bytes(&self) -> usize {
        self.known.bytes(self.model.k as usize * NODES * size_of::<f64>())
    }

    /// `Σ weight × M` over all nodes, for each stage.
    pub fn dot(&mut self, weights: &mut Weights) -> ByStage {
        let mut sums = [0.0; MOST];
        let (model, x, known) = (self.model, self.x, &mut self.known);
        self.panels.visit(weights, |panel, weights| {
            let values = known.get(panel.slot, || tabulate(&model, x, panel));
            for (sum, values) in sums.iter_mut().zip(values.chunks_exact(NODES)) {
                *sum += weights.iter().zip(values).map(|(w, m)| w * m).sum::<f64>();
            }
        });
        sums
    }
}

fn tabulate(model: &Erlang, x: u32, panel: &Panel) -> Box<[f64]> {
    let k = model.k as usize;
    let mut values = vec![0.0; k * NODES];
    let mut stays = model.staying_at(x);
    for (node, y) in panel.nodes().enumerate() {
        let at = model.renewal(x, y.exp_m1(), &mut stays);
        (0..k).for_each(|j| values[j * NODES + node] = at[j]);
    }
    values.into()
}

impl Erlang {
    /// `E[q^n]` of one who is alive.
    pub(super) fn staying_at(&self, x: u32) -> Stays {
        Stays::new(self.a, self.without_stages().big_b(x))
    }

    /// `M_j(s)` for each stage.
    fn renewal(&self, x: u32, s: f64, stays: &mut Stays) -> ByStage {
        let (k, shape) = (self.stages(), self.shape(x));
        let last = self.k as usize - 1;
        let counts = Counts { step: k, first: 0.0, shape: shape + k, odds: s };
        let mut sums = [0.0; MOST];
        counts.visit(k - 1.0, |i, weight, chance| {
            let mut term = weight * chance * stays.at(i) * (shape + k - 1.0);
            sums[last] += term;
            for j in (0..last).rev() {
                let stage = j as f64;
                term *= (shape + stage) * s / (k * i + (k - 1.0 - stage));
                sums[j] += term;
            }
        });
        sums
    }

    /// Expected purchases within `s A`, for each stage, from the chances of the numbers of stages: right
    /// in all digits however short the time. `None` if so many matter that the integral of `M` is as
    /// good.
    pub(super) fn expected_soon(&self, x: u32, s: f64) -> Option<ByStage> {
        const MANY: f64 = 20_000.0;
        let mut sums = [0.0; MOST];
        for (j, sum) in sums.iter_mut().enumerate().take(self.k as usize) {
            let counts = Counts { step: 1.0, first: 0.0, shape: self.shape(x) + j as f64, odds: s };
            if counts.extent() > MANY {
                return None;
            }
            *sum = self.staged(x, 0.0, j as u32).summed(&counts);
        }
        Some(sums)
    }
}
