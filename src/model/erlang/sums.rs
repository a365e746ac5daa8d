//! Sums over the number of purchases, each of `step` stages, all of whose terms are positive.
//!
//! The number of stages passed is negative binomial: `ln P(m)` rises to its mode and falls. Where few
//! terms matter they are added one by one, each from the last by the recurrence. Where many do, the
//! summand is smooth over ranges in proportion to `n` and to the spread of `m`, and Gaussian rules for
//! sums do with 20 terms of each range; so a horizon of a million purchases costs what one of a
//! thousand does. Both are cut where 1e-17 of the sum is left.

use rustc_hash::FxHashMap;

use crate::special::{SUM_NODES, SUMS, ln_beta_ratio, ln_negative_binomial};

/// As many terms are added one by one.
const ONE_BY_ONE: f64 = 1024.0;

/// The last level of the rules for sums.
const LAST_LEVEL: usize = 63;

/// `e^−45` of the highest term does not matter.
const NEGLIGIBLE: f64 = -45.0;

/// A chance of `e^−600` can still be multiplied up from.
const REPRESENTABLE: f64 = 600.0;

/// The numbers `m = first + step i`, `i = 0, 1, ...`, of stages passed in a time `odds` times the scale
/// of a rate of this shape.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counts {
    pub step: f64,
    pub first: f64,
    pub shape: f64,
    pub odds: f64,
}

impl Counts {
    pub fn ln_chance(&self, m: f64) -> f64 {
        ln_negative_binomial(m, self.shape, self.odds)
    }

    pub fn mode(&self) -> f64 {
        ((self.shape - 1.0) * self.odds).max(0.0).floor()
    }

    /// A length over which the chances are smooth, and of which some ten matter.
    pub fn spread(&self) -> f64 {
        self.deviation() + 1.0 + self.odds
    }

    /// Standard deviation of the number of stages; its square may be no number.
    fn deviation(&self) -> f64 {
        (self.shape * self.odds).sqrt() * (1.0 + self.odds).sqrt()
    }

    /// How many `m` matter, at most.
    pub fn extent(&self) -> f64 {
        let from_none = self.mode().min(9.0 * self.spread());
        let falling = 9.0 * self.deviation() + 45.0 * (1.0 + self.odds);
        from_none + falling
    }

    /// The factor from the chance of `m` to that of `m + 1`.
    #[inline]
    pub fn up(&self, m: f64) -> f64 {
        (self.shape + m) / (m + 1.0) * (self.odds / (1.0 + self.odds))
    }

    /// The first `i` that matters. What is summed may fall off more slowly than the chances, by up to
    /// `(mode/m)^stages`.
    pub fn start(&self, stages: f64) -> f64 {
        if self.shape * self.odds.ln_1p() < REPRESENTABLE {
            return 0.0;
        }
        let mode = self.mode();
        let peak = self.ln_chance(mode);
        let matters = |i: f64| {
            let m = self.first + self.step * i;
            self.ln_chance(m) + stages * ((mode + 1.0) / (m + 1.0)).ln() - peak > NEGLIGIBLE
        };
        let (mut low, mut high) = (0.0, ((mode - self.first) / self.step).floor().max(0.0));
        if matters(low) {
            return low;
        }
        while high - low > (0.05 * self.spread() / self.step).max(1.0) {
            let middle = (0.5 * (low + high)).floor();
            if matters(middle) { high = middle } else { low = middle }
        }
        low
    }

    /// Calls with `i`, a weight and the chance of `m`, such that the sum of weight by chance by any
    /// smooth function of `i` is the sum over all `i`.
    pub fn visit(&self, stages: f64, f: impl FnMut(f64, f64, f64)) {
        let start = self.start(stages);
        if self.extent() <= ONE_BY_ONE * self.step { self.singly(start, f) } else { self.in_blocks(start, f) }
    }

    fn singly(&self, start: f64, mut f: impl FnMut(f64, f64, f64)) {
        let (mode, left) = (self.mode(), 1e-17 / self.spread());
        let (mut i, mut m) = (start, self.first + self.step * start);
        let (mut chance, mut sum) = (self.ln_chance(m).exp(), 0.0);
        loop {
            f(i, 1.0, chance);
            sum += chance;
            if m > mode && chance <= left * sum {
                break;
            }
            let next = m + self.step;
            while m < next {
                chance *= self.up(m);
                m += 1.0;
            }
            i += 1.0;
        }
    }

    fn in_blocks(&self, start: f64, mut f: impl FnMut(f64, f64, f64)) {
        let mode = self.mode();
        let longest = 5.0 * self.spread() / self.step;
        let (mut i, mut sum) = (start, 0.0);
        loop {
            let mut part = 0.0;
            let begins = self.first + self.step * i;
            let mut visit = |i: f64, weight: f64| {
                let chance = self.ln_chance(self.first + self.step * i).exp();
                f(i, weight, chance);
                part += weight * chance;
            };
            // From i to 3 i: what is singular at 0 is smooth there to 20 digits.
            let length = longest.min(2.0 * i);
            if length < 32.0 {
                visit(i, 1.0);
                i += 1.0;
            } else {
                // Beyond the last level a sum is an integral, whose rule is the same in proportion.
                let level = length.log2().floor();
                let (nodes, weights) = &SUMS[(level as usize).min(LAST_LEVEL)];
                let scale = (level - LAST_LEVEL as f64).max(0.0).exp2();
                (0..SUM_NODES).for_each(|n| visit(i + scale * nodes[n], scale * weights[n]));
                i += level.exp2();
            }
            sum += part;
            if begins > mode && part * self.spread() <= 1e-17 * sum * (self.step * length.max(1.0)) {
                break;
            }
        }
    }
}

/// `E[q^i]`, `q = 1 − p`: the chance not to leave at `i` purchases, if `p ~ Beta(a, big_b)`.
#[derive(Debug)]
pub(super) struct Stays {
    a: f64,
    big_b: f64,
    next: f64,
    value: f64,
    /// Nodes of blocks come again, in sums for other times.
    known: FxHashMap<u64, f64>,
}

impl Stays {
    pub fn new(a: f64, big_b: f64) -> Self {
        Stays { a, big_b, next: 0.0, value: 1.0, known: FxHashMap::default() }
    }

    /// At `i`; one after the other by the recurrence.
    #[inline]
    pub fn at(&mut self, i: f64) -> f64 {
        if i == 0.0 {
            self.value = 1.0;
        } else if i != self.next {
            let (a, big_b) = (self.a, self.big_b);
            self.value = *self.known.entry(i.to_bits()).or_insert_with(|| ln_beta_ratio(a, big_b, i).exp());
        }
        let value = self.value;
        self.value *= (self.big_b + i) / (self.a + self.big_b + i);
        self.next = i + 1.0;
        value
    }
}
