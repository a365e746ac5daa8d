//! Sums of log-likelihoods over counted rows whose purchases are counted in exposure: `ln L = ln w(T) + ln Z` as in
//! [`super`], with `w` and `U` of one day of birth instead of all.
//!
//! Rows of one `T` share their nodes, and what depends on time alone there; those of one `x` too share `U` at the steps of
//! `m`, which follows from the right.

use super::{ALL, AtTime, Derivatives, Jet, TRIANGLE, ZERO, ln_z};
use crate::customers::{CourseRow, Courses, CustomerTable, Path};
use crate::model::lifetime::course::{Grid, GridPiece, class_of, largest_of};
use crate::model::lifetime::{BuyingLifetime, Lifetime};

/// A node.
struct AtNode {
    weight: f64,
    /// `ln(1 + Λ/α)`
    ln_a: f64,
    /// `ln S h`
    ln_sh: f64,
    /// Derivatives of `ln(w h)` without what `x` adds, and `1/(α + Λ)`.
    first: [f64; ALL],
    second: [f64; TRIANGLE],
    inverse: f64,
}

/// Rows of one day of birth.
struct Born<'a> {
    table: &'a CustomerTable,
    path: &'a Path,
    t: f64,
    /// At `T`.
    exposure: f64,
}

impl<L: Lifetime> BuyingLifetime<L> {
    /// The sum of `ln Z` and of `ln S(T)` over rows in the order of their courses.
    pub(super) fn add_courses<const SECOND: bool>(
        &self,
        table: &CustomerTable,
        courses: &Courses,
        rows: std::ops::Range<usize>,
        out: &mut Derivatives,
    ) {
        let t = |row: &CourseRow| table.t[row.row as usize];
        let class = |row: &CourseRow| class_of(self.r + f64::from(row.x));
        let mut sum = ZERO;
        for born_at_once in courses.rows[rows].chunk_by(|a, b| t(a) == t(b)) {
            let number = t(&born_at_once[0]);
            let (path, t) = (courses.path(number), table.times[number as usize]);
            let born = Born { table, path, t, exposure: path.exposure(t) };
            for alike in born_at_once.chunk_by(|a, b| class(a) == class(b)) {
                self.add_alike::<SECOND>(&born, alike, class(&alike[0]), &mut sum);
            }
        }
        sum.add_to(out, 2 + L::PARAMS);
    }

    /// Adds rows of one `T` whose powers share nodes.
    fn add_alike<const SECOND: bool>(&self, born: &Born, rows: &[CourseRow], class: i32, sum: &mut Jet) {
        let first = rows.iter().map(|row| born.last(row)).fold(f64::INFINITY, f64::min);
        let node = |age: f64, exposure: f64, weight: f64| {
            let (survival, hazard) = self.lifetime.slopes(age);
            let both = survival.plus(&hazard);
            let (first, second) = self.slopes::<SECOND>(0.0, exposure, &both);
            let inverse = 1.0 / (self.alpha + exposure);
            AtNode { weight, ln_a: -first[0], ln_sh: both.value, first, second, inverse }
        };
        let grid = Grid::new(self, born.path, (first, born.t), largest_of(class), node);
        let (at_end, _) = self.lifetime.slopes(born.t);
        for same_x in rows.chunk_by(|a, b| a.x == b.x) {
            let x = f64::from(same_x[0].x);
            let end = self.at_time(x, born.t, born.exposure);
            let slopes = self.slopes::<SECOND>(x, born.exposure, &at_end);
            self.each_later::<SECOND>(born, &grid, same_x, |row, last| {
                let count = born.table.count[row.row as usize];
                sum.add::<SECOND>(count, &ln_z::<SECOND>(last, &end, &slopes));
            });
        }
    }

    fn at_time(&self, x: f64, age: f64, exposure: f64) -> AtTime {
        AtTime { ln_s: self.lifetime.ln_survival(age), ln_rate: self.ln_rate(x, exposure), later: ZERO }
    }

    /// Calls `f` with each row of one `x`, by `t_x` from the last on, and `U` at it.
    fn each_later<const SECOND: bool>(
        &self,
        born: &Born,
        grid: &Grid<AtNode>,
        rows: &[CourseRow],
        mut f: impl FnMut(&CourseRow, &AtTime),
    ) {
        let x = f64::from(rows[0].x);
        let mut left = rows;
        let mut next = self.at_time(x, born.t, born.exposure);
        for (i, GridPiece { piece, ln_s, ln_a, .. }) in grid.pieces.iter().enumerate().rev() {
            while let Some((row, others)) = left.split_last()
                && born.last(row) > piece.from
            {
                let last = born.last(row);
                let mut at = self.at_time(x, last, piece.exposure(last));
                at.later = self.within::<SECOND>(x, born.path, (last, piece.to), at.ln_w());
                at.later.add::<SECOND>((next.ln_w() - at.ln_w()).exp(), &next.later);
                f(row, &at);
                left = others;
            }
            if left.is_empty() {
                return;
            }
            let mut at = AtTime { ln_s: *ln_s, ln_rate: -(self.r + x) * ln_a, later: ZERO };
            let ln_w = at.ln_w();
            for node in &grid.nodes[grid.of(i)] {
                let mass = node.weight * (node.ln_sh - (self.r + x) * node.ln_a - ln_w).exp();
                add::<SECOND>(&mut at.later, mass, x, node);
            }
            at.later.add::<SECOND>((next.ln_w() - ln_w).exp(), &next.later);
            if piece.from == 0.0 {
                self.add_at_once(&mut at.later);
            }
            next = at;
        }
        // Those whose last purchase was where the first piece begins.
        left.iter().rev().for_each(|row| f(row, &next));
    }

    /// `∫ w h / e^ln_w` with its derivatives, from an age on that is no step of `m`.
    fn within<const SECOND: bool>(&self, x: f64, path: &Path, ages: (f64, f64), ln_w: f64) -> Jet {
        let mut jet = ZERO;
        for (panel, piece) in self.panels(path, ages, self.r + x, 0.0) {
            panel.nodes(|age, weight| {
                let exposure = piece.exposure(age);
                let (survival, hazard) = self.lifetime.slopes(age);
                let (first, second) = self.slopes::<SECOND>(x, exposure, &survival.plus(&hazard));
                // first[0] is −ln(1 + Λ/α).
                let at = survival.value + (self.r + x) * first[0] + hazard.value;
                jet.add_node::<SECOND>(weight * (at - ln_w).exp(), &first, &second);
            });
        }
        jet
    }
}

/// Adds a node of customers of this `x`.
#[inline]
fn add<const SECOND: bool>(jet: &mut Jet, mass: f64, x: f64, at: &AtNode) {
    let mut first = at.first;
    first[1] -= x * at.inverse;
    if !SECOND {
        jet.add_node::<SECOND>(mass, &first, &at.second);
        return;
    }
    let mut second = at.second;
    second[ALL] += x * at.inverse * at.inverse;
    jet.add_node::<SECOND>(mass, &first, &second);
}

impl Born<'_> {
    /// `t_x` of a row.
    fn last(&self, row: &CourseRow) -> f64 {
        self.table.times[self.table.t_x[row.row as usize] as usize]
    }
}
