//! Distributions of the lifetime: exponential or Gompertz for one customer, with a gamma-distributed
//! proneness to leave over customers.

use crate::model::{Dropout, Mixing};

/// Parameters below this stand for 0. `s`: nobody ever leaves. `beta`: who leaves does it at once, the others
/// never; see [`AtOnce`].
const NEVER: f64 = 1e-200;

/// What `beta` is where it stands for 0. A time must stay below [`NEVER`] in any unit.
pub(in crate::model) const AT_ONCE: f64 = 1e-220;
/// `ln 1/β` there.
const DEPTH: f64 = 506.568_720_458_690_1;

/// As `s` and `β` go to 0 with `s ln(1/β) = k` fixed, proneness to leave becomes either none or endless: a share
/// `1 − e^−k` of new customers leaves at once. In parameters `s = k/ln(1/β)`, with `β` at [`AT_ONCE`]; there the
/// formulas are those of the limit itself, `β^s` without what depends on the age.
#[derive(Debug, Clone, Copy)]
pub(in crate::model) struct AtOnce<L> {
    /// `ln` of the share that stays, `−k`.
    pub ln_stay: f64,
    /// Its derivative by `s`.
    pub by_s: f64,
    /// Where `s` is among the lifetime's parameters.
    pub place: usize,
    /// The lifetime of those who stay.
    pub others: L,
}

impl<L> AtOnce<L> {
    fn new(s: f64, place: usize, others: L) -> Self {
        AtOnce { ln_stay: -DEPTH * s, by_s: -DEPTH, place, others }
    }

    /// The share that stays.
    pub fn stay(&self) -> f64 {
        self.ln_stay.exp()
    }

    /// The share that leaves.
    pub fn leave(&self) -> f64 {
        -self.ln_stay.exp_m1()
    }
}

/// `s` at the limit where, of `s` and `β`, this power of `β` is the share that stays at an age: the search for the
/// limit's own share begins there.
pub(in crate::model) fn shape_at_once(s: f64, beta: f64, age: f64) -> f64 {
    if beta < NEVER { s } else { (s * (age / beta).ln_1p()).clamp(0.05, 3.0) / DEPTH }
}

/// Lifetime parameters, at most.
pub(in crate::model) const MOST: usize = 3;

/// A value with first and second derivatives by the lifetime's parameters.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::model) struct Slopes {
    pub value: f64,
    pub first: [f64; MOST],
    /// The upper triangle.
    pub second: [[f64; MOST]; MOST],
}

/// The distribution of the lifetime over customers.
pub(in crate::model) trait Lifetime: Copy + std::fmt::Debug + Send + Sync + 'static {
    /// How many parameters.
    const PARAMS: usize;

    /// Does nobody ever leave?
    fn is_endless(&self) -> bool;

    /// Does a share of customers leave at once? `None` but for the limit where it does. `S` jumps at 0 then;
    /// [`Lifetime::aged`] is that of those who stayed, at any age.
    fn at_once(&self) -> Option<AtOnce<Self>>;

    /// `ln S(age)`
    fn ln_survival(&self, age: f64) -> f64;

    /// `ln h(age)`
    fn ln_hazard(&self, age: f64) -> f64;

    /// Both with derivatives by the parameters.
    fn slopes(&self, age: f64) -> (Slopes, Slopes);

    /// How long a panel that starts at `age` may be for both to be resolved by 20 nodes.
    fn reach(&self, age: f64) -> f64;

    /// How fast `ln h` can rise from `age` on.
    fn growth(&self, age: f64) -> f64;

    /// What is left of the lifetime of those alive at `age`.
    fn aged(&self, age: f64) -> Self;

    /// `∫_0^∞ S`
    fn mean(&self) -> f64;

    /// `∫_0^horizon S`, if there is a closed form.
    fn mean_within(&self, horizon: f64) -> Option<f64>;

    /// From this age on `S` falls by a constant rate: `(age, rate)`.
    fn exponential_from(&self) -> Option<(f64, f64)>;

    /// Posterior mean of the proneness to leave (the rate of leaving at age 0) of those who lived to
    /// `age`, and of those who left at it.
    fn proneness(&self, age: f64) -> (f64, f64);

    /// How customers differ in it.
    fn mixing(&self) -> Dropout;

    /// How fast, at most, the logarithm of that falls with `age` where `S` and `h` are smooth.
    fn ageing(&self) -> f64;
}

/// What holds at any age but 0.
fn if_older(age: f64, value: f64) -> f64 {
    if age > 0.0 { value } else { 0.0 }
}

/// Exponential lifetimes with rate Gamma(s, beta): `S = (β/(β+τ))^s`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::model) struct Lomax {
    pub s: f64,
    pub beta: f64,
}

impl Lifetime for Lomax {
    const PARAMS: usize = 2;

    fn is_endless(&self) -> bool {
        self.s < NEVER
    }

    fn at_once(&self) -> Option<AtOnce<Self>> {
        let others = Lomax { s: 1e-250, beta: 1.0 };
        (self.beta < NEVER && !self.is_endless()).then(|| AtOnce::new(self.s, 0, others))
    }

    fn ln_survival(&self, age: f64) -> f64 {
        match self.at_once() {
            Some(at_once) => if_older(age, at_once.ln_stay),
            None => -self.s * (age / self.beta).ln_1p(),
        }
    }

    fn ln_hazard(&self, age: f64) -> f64 {
        if self.at_once().is_some() { f64::NEG_INFINITY } else { (self.s / (self.beta + age)).ln() }
    }

    fn slopes(&self, age: f64) -> (Slopes, Slopes) {
        let (s, beta) = (self.s, self.beta);
        if let Some(at_once) = self.at_once() {
            let survival = Slopes {
                value: if_older(age, at_once.ln_stay),
                first: [if_older(age, at_once.by_s), 0.0, 0.0],
                ..Slopes::default()
            };
            return (survival, Slopes { value: f64::NEG_INFINITY, ..Slopes::default() });
        }
        let inverse = 1.0 / (beta + age);
        let gap = age * inverse / beta;
        let log = (age / beta).ln_1p();
        let survival = Slopes {
            value: -s * log,
            first: [-log, s * gap, 0.0],
            second: [[0.0, gap, 0.0], [0.0, -s * gap * (1.0 / beta + inverse), 0.0], [0.0; MOST]],
        };
        let hazard = Slopes {
            value: self.ln_hazard(age),
            first: [1.0 / s, -inverse, 0.0],
            second: [[-1.0 / (s * s), 0.0, 0.0], [0.0, inverse * inverse, 0.0], [0.0; MOST]],
        };
        (survival, hazard)
    }

    fn reach(&self, age: f64) -> f64 {
        if self.at_once().is_some() { f64::INFINITY } else { 3.0 * (self.beta + age) }
    }

    fn growth(&self, _: f64) -> f64 {
        0.0
    }

    fn aged(&self, age: f64) -> Self {
        match self.at_once() {
            Some(at_once) => at_once.others,
            None => Lomax { s: self.s, beta: self.beta + age },
        }
    }

    fn mean(&self) -> f64 {
        if self.s > 1.0 { self.beta / (self.s - 1.0) } else { f64::INFINITY }
    }

    /// `β (e^((1−s) y) − 1)/(1−s)`, `y = ln(1 + horizon/β)`; nothing happens at `s = 1`.
    fn mean_within(&self, horizon: f64) -> Option<f64> {
        let y = (horizon / self.beta).ln_1p();
        let bent = (1.0 - self.s) * y;
        let mean = if bent.abs() < 1e-8 { 1.0 + 0.5 * bent } else { bent.exp_m1() / bent };
        Some(self.beta * y * mean)
    }

    fn exponential_from(&self) -> Option<(f64, f64)> {
        None
    }

    fn proneness(&self, age: f64) -> (f64, f64) {
        let alive = if self.at_once().is_some() { 0.0 } else { self.s / (self.beta + age) };
        (alive, (self.s + 1.0) / (self.beta + age))
    }

    fn mixing(&self) -> Dropout {
        Dropout::Rate(Mixing::Gamma { shape: self.s, rate: self.beta })
    }

    fn ageing(&self) -> f64 {
        0.0
    }
}

/// Gompertz lifetimes, hazard `η b e^(b τ)`, with `η` Gamma(s, beta):
/// `S = (β/(β − 1 + e^(bτ)))^s`.
///
/// All is written with `K = 1 + (β−1) e^(−bτ)`, so that `β − 1 + e^(bτ) = e^(bτ) K`: nothing overflows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::model) struct Gompertz {
    pub b: f64,
    pub s: f64,
    pub beta: f64,
}

impl Gompertz {
    /// `e^(−bτ)`, and `K`.
    fn decayed(&self, age: f64) -> (f64, f64) {
        let q = (-self.b * age).exp();
        (q, self.beta * q - (-self.b * age).exp_m1())
    }

    /// The derivatives where a share leaves at once and the others all at the rate `b s`.
    fn slopes_at_once(&self, age: f64, at_once: &AtOnce<Self>) -> (Slopes, Slopes) {
        let (b, s) = (self.b, self.s);
        let survival = Slopes {
            value: if_older(age, at_once.ln_stay) - s * b * age,
            first: [-s * age, if_older(age, at_once.by_s) - b * age, 0.0],
            second: [[0.0, -age, 0.0], [0.0; MOST], [0.0; MOST]],
        };
        let hazard = Slopes {
            value: (b * s).ln(),
            first: [1.0 / b, 1.0 / s, 0.0],
            second: [[-1.0 / (b * b), 0.0, 0.0], [0.0, -1.0 / (s * s), 0.0], [0.0; MOST]],
        };
        (survival, hazard)
    }

    /// From here on `β − 1` does not show beside `e^(bτ)`.
    fn exponential_age(&self) -> f64 {
        (self.beta.max(1.0).ln() + 40.0) / self.b
    }

    /// `ln((β − 1 + e^(bτ))/β) = −ln S / s`
    fn log(&self, age: f64) -> f64 {
        let exponent = self.b * age;
        if exponent < 30.0 {
            (exponent.exp_m1() / self.beta).ln_1p()
        } else {
            exponent + self.decayed(age).1.ln() - self.beta.ln()
        }
    }
}

impl Lifetime for Gompertz {
    const PARAMS: usize = 3;

    fn is_endless(&self) -> bool {
        self.s < NEVER || (self.b < NEVER && self.beta >= NEVER)
    }

    /// Those who stay leave at the rate `b s`, all alike.
    fn at_once(&self) -> Option<AtOnce<Self>> {
        let others = Gompertz { beta: 1.0, ..*self };
        (self.beta < NEVER && self.s >= NEVER).then(|| AtOnce::new(self.s, 1, others))
    }

    fn ln_survival(&self, age: f64) -> f64 {
        match self.at_once() {
            Some(at_once) => if_older(age, at_once.ln_stay) + at_once.others.ln_survival(age),
            None => -self.s * self.log(age),
        }
    }

    fn ln_hazard(&self, age: f64) -> f64 {
        match self.at_once() {
            Some(_) => (self.b * self.s).ln(),
            None => (self.b * self.s / self.decayed(age).1).ln(),
        }
    }

    /// In the order `b`, `s`, `beta`.
    fn slopes(&self, age: f64) -> (Slopes, Slopes) {
        if let Some(at_once) = self.at_once() {
            return self.slopes_at_once(age, &at_once);
        }
        let (b, s, beta) = (self.b, self.s, self.beta);
        let (q, k) = self.decayed(age);
        let rest = -(-b * age).exp_m1(); // 1 − q
        // Of ln((β − 1 + e^(bτ))/β):
        let by_b = age / k;
        let by_beta = -rest / (beta * k);
        let by_bb = age * age * (beta - 1.0) * q / (k * k);
        let by_b_beta = -age * q / (k * k);
        let by_beta_beta = rest * (k + beta * q) / (beta * beta * k * k);
        let log = self.log(age);
        let survival = Slopes {
            value: -s * log,
            first: [-s * by_b, -log, -s * by_beta],
            second: [
                [-s * by_bb, -by_b, -s * by_b_beta],
                [0.0, 0.0, -by_beta],
                [0.0, 0.0, -s * by_beta_beta],
            ],
        };
        // Of −ln K:
        let k_b = -(beta - 1.0) * age * q / k;
        let k_beta = q / k;
        let hazard = Slopes {
            value: (b * s / k).ln(),
            first: [1.0 / b - k_b, 1.0 / s, -k_beta],
            second: [
                [-1.0 / (b * b) + age * k_b + k_b * k_b, 0.0, age * q / k + k_b * k_beta],
                [0.0, -1.0 / (s * s), 0.0],
                [0.0, 0.0, k_beta * k_beta],
            ],
        };
        (survival, hazard)
    }

    /// `S` has its singularities where `e^(bτ) = 1 − β`: on the real axis left of 0 for `β < 1`, else
    /// (and again) a distance `π/b` from it or more.
    fn reach(&self, age: f64) -> f64 {
        if age >= self.exponential_age() || self.at_once().is_some() {
            return f64::INFINITY;
        }
        let far = 2.0 / self.b;
        if self.beta < 1.0 { far.min(3.0 * (age - (-self.beta).ln_1p() / self.b)) } else { far }
    }

    fn growth(&self, age: f64) -> f64 {
        if age < self.exponential_age() && self.at_once().is_none() { self.b } else { 0.0 }
    }

    fn aged(&self, age: f64) -> Self {
        match self.at_once() {
            Some(at_once) => at_once.others,
            None => Gompertz { beta: self.decayed(age).1, ..*self },
        }
    }

    fn mean(&self) -> f64 {
        f64::NAN
    }

    fn mean_within(&self, _: f64) -> Option<f64> {
        None
    }

    fn exponential_from(&self) -> Option<(f64, f64)> {
        Some((self.exponential_age(), self.s * self.b))
    }

    fn proneness(&self, age: f64) -> (f64, f64) {
        let (q, k) = self.decayed(age);
        let one = self.b * q / k;
        let alive = if self.at_once().is_some() { self.s * self.b } else { self.s * one };
        (alive, (self.s + 1.0) * one)
    }

    /// `b η`, `η` ~ Gamma(s, beta).
    fn mixing(&self) -> Dropout {
        Dropout::RateAtFirst(Mixing::Gamma { shape: self.s, rate: self.beta / self.b })
    }

    fn ageing(&self) -> f64 {
        self.b
    }
}
