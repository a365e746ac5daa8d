//! What is believed of one customer's rate, from purchase to purchase, with its derivatives in `r` and `alpha`.
//!
//! `R` does not depend on `alpha`, and `A` is linear in it; a discount that is at its floor, `r/R`, depends on `r`:
//! ```text
//! ℓ = Σ_{i<k} ln(R+i) − k ln(A+g) − R ln(1+g/A) + (k−1) ln g − ln Γ(k)
//! ℓ_R = Σ 1/(R+i) − ln(1+g/A)    ℓ_A = R/A − (R+k)/(A+g)
//! ℓ_RR = −Σ 1/(R+i)²    ℓ_RA = 1/A − 1/(A+g)    ℓ_AA = (R+k)/(A+g)² − R/A²
//! ```

use crate::model::Derivatives;
use crate::model::erlang::{Rising, Stages, ln_w};
use crate::special::ln_gamma;

/// The rate of stages is Gamma(shape, scale).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Belief {
    pub shape: f64,
    pub scale: f64,
}

/// The parameters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Filter {
    pub k: u32,
    pub kappa: f64,
    pub r: f64,
    pub alpha: f64,
}

/// A sum with its derivatives in `r` and `alpha`.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Slopes {
    pub value: f64,
    pub r: f64,
    pub alpha: f64,
    pub rr: f64,
    pub ra: f64,
    pub aa: f64,
}

impl Slopes {
    pub fn add(&mut self, other: &Slopes, weight: f64) {
        self.value += weight * other.value;
        self.r += weight * other.r;
        self.alpha += weight * other.alpha;
        self.rr += weight * other.rr;
        self.ra += weight * other.ra;
        self.aa += weight * other.aa;
    }

    /// Adds it to a sum in `k`, `kappa`, `r`, `alpha`, the first two of which are chosen.
    pub fn add_to(&self, out: &mut Derivatives) {
        out.value += self.value;
        out.gradient[2] += self.r;
        out.gradient[3] += self.alpha;
        if out.to_second() {
            out.hessian[[2, 2]] += self.rr;
            out.hessian[[2, 3]] += self.ra;
            out.hessian[[3, 2]] += self.ra;
            out.hessian[[3, 3]] += self.aa;
        }
    }
}

/// Derivatives of `R` and `A`.
#[derive(Debug, Clone, Copy)]
struct Moving {
    at: Belief,
    shape_r: f64,
    shape_rr: f64,
    scale_r: f64,
    scale_rr: f64,
    scale_a: f64,
    scale_ra: f64,
}

/// A function of `R` and `A` with its derivatives.
#[derive(Debug, Clone, Copy)]
struct Term {
    value: f64,
    by_shape: f64,
    by_scale: f64,
    shape_shape: f64,
    shape_scale: f64,
    scale_scale: f64,
}

impl Moving {
    /// Adds a term by the chain rule.
    #[inline]
    fn add<const SECOND: bool>(&self, term: &Term, sum: &mut Slopes) {
        let Moving { shape_r, shape_rr, scale_r, scale_rr, scale_a, scale_ra, .. } = *self;
        sum.value += term.value;
        sum.r += term.by_shape * shape_r + term.by_scale * scale_r;
        sum.alpha += term.by_scale * scale_a;
        if SECOND {
            sum.rr += term.shape_shape * shape_r * shape_r
                + 2.0 * term.shape_scale * shape_r * scale_r
                + term.scale_scale * scale_r * scale_r
                + term.by_shape * shape_rr
                + term.by_scale * scale_rr;
            sum.ra += term.shape_scale * shape_r * scale_a
                + term.scale_scale * scale_r * scale_a
                + term.by_scale * scale_ra;
            sum.aa += term.scale_scale * scale_a * scale_a;
        }
    }

    /// Multiplies both by a factor that does not depend on the parameters.
    fn scale(&mut self, by: f64) {
        self.at.shape *= by;
        self.shape_r *= by;
        self.shape_rr *= by;
        self.at.scale *= by;
        self.scale_r *= by;
        self.scale_rr *= by;
        self.scale_a *= by;
        self.scale_ra *= by;
    }

    /// Multiplies both by `q = r/R`.
    fn lift_to_floor(&mut self, r: f64) {
        let (shape, d, dd) = (self.at.shape, self.shape_r, self.shape_rr);
        let q = r / shape;
        let q_r = (1.0 - q * d) / shape;
        let q_rr = (-2.0 * d + 2.0 * q * d * d - r * dd) / (shape * shape);
        self.scale_rr = self.scale_rr * q + 2.0 * self.scale_r * q_r + self.at.scale * q_rr;
        self.scale_r = self.scale_r * q + self.at.scale * q_r;
        self.scale_ra = self.scale_ra * q + self.scale_a * q_r;
        self.scale_a *= q;
        self.at.scale *= q;
        (self.at.shape, self.shape_r, self.shape_rr) = (r, 1.0, 0.0);
    }
}

impl Filter {
    fn stages(&self) -> f64 {
        f64::from(self.k)
    }

    /// What the time that passes leaves of a belief: its mean stays, its spread grows up to that of new customers.
    pub fn fades(&self, belief: Belief, time: f64) -> Belief {
        let by = (-self.kappa * time).exp().max((self.r / belief.shape).min(1.0));
        Belief { shape: belief.shape * by, scale: belief.scale * by }
    }

    /// The logarithm of the density of a gap, and the belief after it.
    pub fn buys(&self, belief: &mut Belief, gap: f64) -> f64 {
        let ln = self.ln_gap(*belief, gap);
        let bought = Belief { shape: belief.shape + self.stages(), scale: belief.scale + gap };
        *belief = self.fades(bought, gap);
        ln
    }

    fn ln_gap(&self, Belief { shape, scale }: Belief, gap: f64) -> f64 {
        let rising: f64 = (0..self.k).map(|i| ((shape + f64::from(i)) / (scale + gap)).ln()).sum();
        rising - shape * (gap / scale).ln_1p() + self.of_gap(gap)
    }

    /// The part that no parameter moves.
    fn of_gap(&self, gap: f64) -> f64 {
        if self.k == 1 { 0.0 } else { (self.stages() - 1.0) * gap.ln() - ln_gamma(self.stages()) }
    }

    /// The logarithm of the chance that a silence is at least this long.
    pub fn ln_silence(&self, belief: &Belief, silence: f64) -> f64 {
        let none = -belief.shape * (silence / belief.scale).ln_1p();
        if self.k == 1 { none } else { none + self.stages_at(belief, silence).ln_whole() }
    }

    /// The chances of the stages that a customer may have reached who has been silent so long.
    pub fn stages_at(&self, belief: &Belief, silence: f64) -> Stages {
        Stages::new(self.k, belief.shape, silence / (belief.scale + silence))
    }

    /// The log-likelihood of the gaps of a customer of age `t` who bought at these ages, and of its silence since.
    pub fn follow<const SECOND: bool>(&self, ages: impl Iterator<Item = f64>, t: f64) -> [Slopes; 2] {
        let scale_a = self.stages().recip();
        let mut now = Moving {
            at: Belief { shape: self.r, scale: self.alpha * scale_a },
            shape_r: 1.0,
            shape_rr: 0.0,
            scale_r: 0.0,
            scale_rr: 0.0,
            scale_a,
            scale_ra: 0.0,
        };
        let (mut last, mut gaps, mut silence) = (0.0, Slopes::default(), Slopes::default());
        for age in ages {
            let gap = age - last;
            now.add::<SECOND>(&self.term_of_gap(now.at, gap), &mut gaps);
            now.at.shape += self.stages();
            now.at.scale += gap;
            let by = (-self.kappa * gap).exp();
            if by * now.at.shape >= self.r {
                now.scale(by)
            } else {
                now.lift_to_floor(self.r)
            }
            last = age;
        }
        now.add::<SECOND>(&self.term_of_silence(now.at, t - last), &mut silence);
        [gaps, silence]
    }

    #[inline]
    fn term_of_gap(&self, belief: Belief, gap: f64) -> Term {
        let Belief { shape, scale } = belief;
        let (inverse, later) = (scale.recip(), (scale + gap).recip());
        let longer = (gap * inverse).ln_1p();
        let (mut rising, mut first, mut second) = (0.0, 0.0, 0.0);
        for i in 0..self.k {
            let at = shape + f64::from(i);
            rising += (at * later).ln();
            first += at.recip();
            second -= at.recip().powi(2);
        }
        let stages = shape + self.stages();
        Term {
            value: rising - shape * longer + self.of_gap(gap),
            by_shape: first - longer,
            by_scale: shape * inverse - stages * later,
            shape_shape: second,
            shape_scale: inverse - later,
            scale_scale: stages * later * later - shape * inverse * inverse,
        }
    }

    fn term_of_silence(&self, belief: Belief, silence: f64) -> Term {
        let Belief { shape, scale } = belief;
        let (inverse, later) = (scale.recip(), (scale + silence).recip());
        let longer = (silence * inverse).ln_1p();
        let mut term = Term {
            value: -shape * longer,
            by_shape: -longer,
            by_scale: shape * (inverse - later),
            shape_shape: 0.0,
            shape_scale: inverse - later,
            scale_scale: shape * (later * later - inverse * inverse),
        };
        if self.k > 1 {
            let rising = Rising::new(self.k, shape);
            let (value, first, second) = ln_w::<true>(self.k, shape, &rising, silence * later, later);
            term.value += value;
            term.by_shape += first[0];
            term.by_scale += first[1];
            term.shape_shape += second[0];
            term.shape_scale += second[1];
            term.scale_scale += second[2];
        }
        term
    }
}
