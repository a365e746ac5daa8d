//! The sum of log-likelihoods over a table, with its derivatives: see the head of `drift.rs`.

use std::ops::Range;

use super::Drift;
use super::filter::Slopes;
use crate::customers::CustomerTable;
use crate::model::{Derivatives, Order};

/// Where `r`, `alpha`, `a` and `b` stand among the parameters: behind `k` and `kappa`, which are chosen.
const FREE: [usize; 4] = [2, 3, 4, 5];

impl Drift {
    /// The sum of `ln B(a,b+X)/B(a,b)`: every gap enters by itself.
    pub fn shared(&self, table: &CustomerTable, out: &mut Derivatives) {
        let Some(leave) = self.leave else { return };
        let mut sum = Derivatives::of_order(4, out.order);
        Drift::steady((self.r, self.alpha), leave).add_survived(table, &mut sum);
        out.value += sum.value;
        for (i, to) in FREE.into_iter().enumerate() {
            out.gradient[to] += sum.gradient[i];
            if out.to_second() {
                FREE.into_iter().enumerate().for_each(|(j, at)| out.hessian[[to, at]] += sum.hessian[[i, j]]);
            }
        }
    }

    /// The rest of the sum, over a range of rows.
    pub fn rows(&self, table: &CustomerTable, rows: Range<usize>, out: &mut Derivatives) {
        let filter = self.filter();
        let Some(ages) = &table.ages else {
            out.value = f64::NAN;
            return;
        };
        let mut sum = Slopes::default();
        for row in rows {
            let t = table.times[table.t[row] as usize];
            let [gaps, silence] = match out.order {
                Order::First => filter.follow::<false>(ages.of(row), t),
                Order::Second => filter.follow::<true>(ages.of(row), t),
            };
            let count = table.count[row];
            sum.add(&gaps, count);
            sum.add(&silence, count);
            if let Some(leave) = self.leave {
                self.add_left(leave, ages.of(row).len() as u32, &silence, count, out);
            }
        }
        sum.add_to(out);
    }

    /// `ln(1 + e^ρ)` of so many customers.
    fn add_left(&self, (a, b): (f64, f64), x: u32, silence: &Slopes, count: f64, out: &mut Derivatives) {
        let steady = Drift::steady((self.r, self.alpha), (a, b));
        let rho = steady.ln_odds(x) - silence.value;
        let left = 1.0 / (1.0 + (-rho).exp());
        out.value += count * (rho.max(0.0) + (-rho.abs()).exp().ln_1p());
        let last = steady.before_last_toss(x);
        let slopes = [-silence.r, -silence.alpha, 1.0 / a, -1.0 / last];
        for (to, slope) in FREE.into_iter().zip(slopes) {
            out.gradient[to] += count * left * slope;
        }
        if !out.to_second() {
            return;
        }
        let mut bends = [[0.0; 4]; 4];
        (bends[0][0], bends[1][1]) = (-silence.rr, -silence.aa);
        (bends[0][1], bends[1][0]) = (-silence.ra, -silence.ra);
        (bends[2][2], bends[3][3]) = (-1.0 / (a * a), 1.0 / (last * last));
        for (i, to) in FREE.into_iter().enumerate() {
            for (j, at) in FREE.into_iter().enumerate() {
                let both = (1.0 - left) * slopes[i] * slopes[j];
                out.hessian[[to, at]] += count * left * (bends[i][j] + both);
            }
        }
    }
}
