//! Tables of customers of one `x` and `T` who are alive: of their purchases, and of what each number of these is worth
//! ([`super::worth`]); and the quantiles of the value of a mixture of them.

use std::sync::Arc;

use super::ahead::Basis;
use super::worth::{Worth, Worths};
use crate::customers::Customer;
use crate::fitted::PurchaseModel;
use crate::model::{CountTable, Counts, Discounted};

/// Tables of customers of one `x` and `T` who are alive.
pub(super) struct Age {
    pub table: CountTable,
    /// Line by line.
    pub sums: Vec<Sums>,
    /// Under the estimates, and under each point of the spend model, what each number of purchases is worth, stage by
    /// stage.
    worths: Vec<Vec<(f64, Arc<Worth>)>>,
    /// From one to the next of those.
    stages: usize,
}

/// Moments of one line: of purchases, and of the worth of one unit of money for each.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sums {
    pub mean: f64,
    pub square: f64,
    pub worth: f64,
    pub worth_squares: f64,
    pub worth_square: f64,
}

impl Age {
    pub fn new(models: &[PurchaseModel], customer: &Customer, horizon: f64) -> Self {
        let lines: Vec<_> =
            models.iter().flat_map(|model| model.counts_if_alive(customer, horizon)).collect();
        let table = CountTable::new(&lines);
        let moments = |over: &Vec<f64>| {
            let mut sums = Sums::default();
            for at in 1..table.places.len() {
                let (n, chance) = (table.middle(at), CountTable::chance(over, at));
                sums.mean += chance * n;
                sums.square += chance * n * n;
            }
            sums
        };
        let sums = table.over.iter().map(moments).collect();
        Age { table, sums, worths: Vec::new(), stages: 1 }
    }

    /// About as much memory as it takes; distributions of worth are shared.
    pub fn bytes(&self) -> usize {
        let each = size_of::<f64>() * (1 + self.table.over.len())
            + size_of::<(f64, Arc<Worth>)>() * self.worths.len();
        // A vector of its own takes some 48 bytes more.
        let vectors = 48 * (self.table.over.len() + self.worths.len());
        size_of::<Age>() + size_of::<Sums>() * self.sums.len() + each * self.table.places.len() + vectors
    }

    /// Adds what each number of purchases is worth. When they are made is that of the estimates: another point moves it
    /// to the second order only.
    pub fn add_worth(
        &mut self,
        models: &[PurchaseModel],
        customer: &Customer,
        spends: bool,
        basis: &Basis,
        worths: &mut Worths,
    ) {
        let lines = models[0].counts_if_alive(customer, basis.until());
        let (discounting, horizon, mut spans) = (basis.reach.discounting, basis.until(), Vec::new());
        self.stages = lines.len();
        let mut of_line = |line: &dyn Counts| -> Vec<Discounted> {
            let one = |at| Discounted::new(line, self.table.middle(at), discounting, horizon, &mut spans);
            (1..self.table.places.len()).map(one).collect()
        };
        let discounted: Vec<Vec<Discounted>> = lines.iter().map(|line| of_line(&**line)).collect();
        for (i, (sums, over)) in self.sums.iter_mut().zip(&self.table.over).enumerate() {
            for (at, own) in (1..).zip(&discounted[i % lines.len()]) {
                let chance = CountTable::chance(over, at);
                sums.worth += chance * own.sum;
                sums.worth_squares += chance * own.squares;
                sums.worth_square += chance * own.square;
            }
        }
        let points = basis.points.spend.iter().filter(|_| !basis.points.spend_is_sure);
        for (at, spend) in basis.spend.into_iter().chain(points).enumerate() {
            let (p, b) = spend.shapes(if spends { customer.x } else { 0 });
            let mut one = |own: &Discounted| {
                let variance = p * own.squares + p * p * (own.square - own.sum * own.sum).max(0.0);
                if at > 0 && basis.points.spend_is_drawn {
                    worths.get_drawn(p * own.sum, variance, b)
                } else {
                    worths.get(p * own.sum, variance, b)
                }
            };
            self.worths.extend(discounted.iter().map(|own| own.iter().map(&mut one).collect()));
        }
    }

    /// `ln` of the value that is exceeded with this probability: under the estimates of the spend model, or under its
    /// points, whose units are these (their logarithms), beginning from there. Minus infinity for no value at all.
    pub fn solve(&self, over: &[Vec<f64>], upper: f64, units: &[f64], from: Option<f64>) -> f64 {
        if some(over) <= upper {
            return f64::NEG_INFINITY;
        }
        let worths = self.worths_of(from.is_some());
        let ends = |end: fn(&Worth) -> f64, pick: fn(f64, f64) -> f64| {
            let all = worths.chunks(self.stages).zip(units).flat_map(|(own, unit)| {
                own.iter().flatten().map(move |(ln_factor, worth)| end(worth) + unit + ln_factor)
            });
            all.reduce(pick).unwrap_or(0.0)
        };
        let (mut low, mut high) = (ends(|w| w.ends().0, f64::min), ends(|w| w.ends().1, f64::max));
        let mut z = from.unwrap_or_else(|| self.guess(over, upper)).clamp(low, high);
        for _ in 0..STEPS {
            let (chance, slope) = exceeded(worths, over, units, z);
            if chance > upper {
                low = z
            } else {
                high = z
            }
            let newton = z + (chance - upper) / slope;
            let next = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
            let step = (next - z).abs();
            z = next;
            if step < PRECISE {
                break;
            }
        }
        z
    }

    /// What numbers of purchases are worth under the points of the spend model, or under its estimates.
    pub fn worths_of(&self, points: bool) -> &[Vec<(f64, Arc<Worth>)>] {
        let (estimates, beside) = self.worths.split_at(self.stages);
        if points { beside } else { estimates }
    }

    /// A place to begin: the middle of what that number of purchases is worth that is exceeded as often.
    fn guess(&self, over: &[Vec<f64>], upper: f64) -> f64 {
        let all = |at: usize| over.iter().map(|own| own[at]).sum::<f64>();
        let most = 0.5 * (upper + upper * all(0).min(1.0));
        let at = (0..self.table.places.len()).find(|at| all(*at) <= most).unwrap_or(1).max(1);
        let (ln_factor, worth) = &self.worths[0][(at - 1).min(self.worths[0].len() - 1)];
        0.5 * (worth.ends().0 + worth.ends().1) + ln_factor
    }
}

/// The chance of any purchase.
pub(super) fn some(over: &[Vec<f64>]) -> f64 {
    over.iter().filter_map(|own| own.first()).sum()
}

/// The chance of a value above `e^z`, and its density there; see [`Age::solve`].
pub(super) fn exceeded(
    worths: &[Vec<(f64, Arc<Worth>)>],
    over: &[Vec<f64>],
    units: &[f64],
    z: f64,
) -> (f64, f64) {
    let (mut sum, mut slope) = (0.0, 0.0);
    for (at_point, unit) in worths.chunks(over.len()).zip(units) {
        for (own, over) in at_point.iter().zip(over) {
            for (at, (ln_factor, worth)) in (1..).zip(own) {
                let chance = over[at - 1] - over[at];
                if chance > NOTHING {
                    let (below, density) = worth.below(z - unit - ln_factor);
                    sum += chance * (1.0 - below);
                    slope += chance * density;
                }
            }
        }
    }
    let share = 1.0 / units.len() as f64;
    (share * sum, share * slope)
}

/// Numbers of purchases less likely than this do not show in a quantile.
const NOTHING: f64 = 1e-8;
/// Newton's steps, at most, each within what is known to hold the answer.
const STEPS: u32 = 80;
/// A relative step of a value that ends the search.
const PRECISE: f64 = 1e-7;
