//! Customers whose rates of purchase change with age and date, and who leave in time: purchases are counted in exposure
//! `Λ`, lifetimes are not.
//!
//! ```text
//! L = w(T) + ∫_{t_x}^T w(τ) h(τ) dτ,   w(τ) = Γ(r+x)/Γ(r) · α^r/(α+Λ(τ))^(r+x) · S(τ)     times Π m at repeat purchases
//! E(purchases within u) = (r+x)/(α+Λ(T)) · ∫_0^u m(T+v) S(T+v)/S(T) dv     if alive
//! ```
//! Between two steps of `m` exposure is straight, so every integral is a sum over such pieces, each by Gauss-Legendre
//! panels as where rates are steady ([`Panel::short`]): a week of its own rate takes four nodes.

use std::sync::Arc;

use super::panels::Panel;
use super::{BuyingLifetime, Lifetime, Silence};
use crate::customers::{Customer, Path, Piece};

/// A model of customers born on one day, who are in the model's time; the path is from birth on.
#[derive(Debug, Clone)]
pub(in crate::model) struct InCourse<L> {
    pub(super) kernel: BuyingLifetime<L>,
    pub(super) course: Arc<Path>,
}

/// What lies ahead of customers of one age: times and exposures from now on.
#[derive(Debug, Clone)]
pub(in crate::model) struct Ahead {
    course: Arc<Path>,
    age: f64,
    behind: f64,
}

impl Ahead {
    pub fn new(course: &Arc<Path>, age: f64) -> Self {
        Ahead { course: course.clone(), age, behind: course.exposure(age) }
    }

    /// Exposure within a time.
    pub fn exposure(&self, time: f64) -> f64 {
        (self.course.exposure(self.age + time) - self.behind).max(0.0)
    }

    /// The time within which there is so much exposure.
    pub fn time(&self, exposure: f64) -> f64 {
        (self.course.ahead(self.behind + exposure) - self.age).max(0.0)
    }

    /// What lies between two times ahead.
    pub fn pieces(&self, from: f64, to: f64) -> impl Iterator<Item = Piece> + '_ {
        let pieces = self.course.pieces(self.age + from, self.age + to);
        pieces.map(|Piece { from, to, at, m }| Piece {
            from: from - self.age,
            to: to - self.age,
            at: at - self.behind,
            m,
        })
    }

    /// The time from which on `m` is constant, and `m` then.
    pub fn constant_from(&self) -> (f64, f64) {
        let (age, m) = self.course.constant_from();
        ((age - self.age).max(0.0), m)
    }
}

impl<L: Lifetime> InCourse<L> {
    pub fn new(kernel: BuyingLifetime<L>, course: Path) -> Self {
        InCourse { kernel, course: Arc::new(course) }
    }

    pub(super) fn ahead(&self, customer: &Customer) -> Ahead {
        Ahead::new(&self.course, customer.t)
    }

    /// `α + Λ` at an age.
    pub(super) fn scale(&self, age: f64) -> f64 {
        self.kernel.alpha + self.course.exposure(age)
    }

    /// The two ways to a silence; see [`BuyingLifetime::silence`]. The weight is one of the age and the exposure at it.
    pub(super) fn silence_weighted(
        &self,
        row: &Customer,
        speed: f64,
        weight: &dyn Fn(f64, f64) -> f64,
    ) -> Silence {
        let kernel = &self.kernel;
        if let Some(at_once) = kernel.lifetime.at_once() {
            let stayed = BuyingLifetime { lifetime: at_once.others, ..*kernel };
            let stayed = InCourse { kernel: stayed, course: self.course.clone() };
            let left_at_once = weight(0.0, 0.0);
            let others = stayed.silence_weighted(row, speed, weight);
            return others.with_at_once(row, &at_once, left_at_once);
        }
        let power = kernel.r + f64::from(row.x);
        // Lifetimes are counted from t_x, as where rates are steady.
        let (rest, at_last) = (kernel.lifetime.aged(row.t_x), self.course.exposure(row.t_x));
        let scale = kernel.alpha + at_last;
        let ln_w = |age: f64, exposure: f64| {
            rest.ln_survival(age - row.t_x) - power * ((exposure - at_last) / scale).ln_1p()
        };
        let ln_alive = ln_w(row.t, self.course.exposure(row.t));
        let mut left = 0.0;
        if !kernel.lifetime.is_endless() {
            let mut covered = 1e-300_f64;
            for (panel, piece) in kernel.panels(&self.course, (row.t_x, row.t), power, speed) {
                let part = panel.integrate(|age| {
                    let exposure = piece.exposure(age);
                    (ln_w(age, exposure) + rest.ln_hazard(age - row.t_x)).exp() * weight(age, exposure)
                });
                left += part;
                covered = covered.max(left);
                let at_end = piece.exposure(panel.to);
                let weighed_down = part == 0.0 && (left > 0.0 || weight(panel.to, at_end) == 0.0);
                if weighed_down || ln_w(panel.to, at_end) < covered.ln() - super::NEGLIGIBLE {
                    break;
                }
            }
        }
        Silence::of(ln_alive, left)
    }

    pub(super) fn silence(&self, row: &Customer) -> Silence {
        self.silence_weighted(row, 0.0, &|_, _| 1.0)
    }
}

impl<L: Lifetime> BuyingLifetime<L> {
    /// The panels of `w h`, for `w` of this power, between two ages of a course, with the pieces that they lie in; `speed` is
    /// how fast the logarithm of what it is multiplied by changes.
    pub(super) fn panels<'a>(
        &'a self,
        course: &'a Path,
        (from, to): (f64, f64),
        power: f64,
        speed: f64,
    ) -> impl Iterator<Item = (Panel, Piece)> + 'a {
        course.pieces(from, to).flat_map(move |piece| {
            let mut at = piece.from;
            std::iter::from_fn(move || {
                if at >= piece.to {
                    return None;
                }
                let scale = (self.alpha + piece.exposure(at)) / piece.m;
                let reach = self.lifetime.reach(at).min(3.0 * scale);
                let hazard = self.lifetime.ln_hazard(at).exp();
                let panel = Panel::short(
                    at,
                    piece.to,
                    reach,
                    power / scale + hazard + self.lifetime.growth(at) + speed,
                );
                at = panel.to;
                Some((panel, piece))
            })
        })
    }
}

/// Nodes of all panels between the steps of `m`, for powers up to a largest one.
#[derive(Debug)]
pub(super) struct Grid<N> {
    /// Piece by piece.
    pub pieces: Vec<GridPiece>,
    pub nodes: Vec<N>,
}

#[derive(Debug)]
pub(super) struct GridPiece {
    pub piece: Piece,
    /// `ln S` and `ln(1 + Λ/α)` at its beginning.
    pub ln_s: f64,
    pub ln_a: f64,
    /// Its nodes end before this one.
    pub end: usize,
}

impl<N> Grid<N> {
    /// From the step before one age up to another; `node` makes a node of an age, the exposure at it and the weight.
    pub fn new<L: Lifetime>(
        kernel: &BuyingLifetime<L>,
        course: &Path,
        (from, to): (f64, f64),
        power: f64,
        node: impl Fn(f64, f64, f64) -> N,
    ) -> Self {
        let mut grid = Grid { pieces: Vec::new(), nodes: Vec::new() };
        let lifetime = &kernel.lifetime;
        let first = course.steps().take_while(|step| *step <= from).last().unwrap_or(0.0);
        let mut last: Option<Piece> = None;
        for (panel, piece) in kernel.panels(course, (first, to), power, 0.0) {
            if last != Some(piece) {
                last = Some(piece);
                grid.pieces.push(GridPiece {
                    piece,
                    ln_s: lifetime.ln_survival(piece.from),
                    ln_a: (piece.at / kernel.alpha).ln_1p(),
                    end: 0,
                });
            }
            panel.nodes(|age, weight| grid.nodes.push(node(age, piece.exposure(age), weight)));
            grid.pieces.last_mut().expect("one was put there").end = grid.nodes.len();
        }
        grid
    }

    /// The nodes of a piece.
    pub fn of(&self, piece: usize) -> std::ops::Range<usize> {
        (if piece == 0 { 0 } else { self.pieces[piece - 1].end })..self.pieces[piece].end
    }

    /// The piece that an age lies in.
    pub fn at(&self, age: f64) -> usize {
        self.pieces.partition_point(|piece| piece.piece.from <= age).saturating_sub(1)
    }
}

/// Powers that share a grid: up to eight times the smallest.
pub(super) fn class_of(power: f64) -> i32 {
    (power.log2() / 3.0).ceil() as i32
}

/// The largest power of a class.
pub(super) fn largest_of(class: i32) -> f64 {
    (3.0 * f64::from(class)).exp2()
}
