//! How wide each part is: by Laplace's approximation of the evidence, the likelihood with the parts integrated out.
//!
//! A parameter at its bound 0 has the integral of `exp(g δ − ½ c δ²)` over `δ ≥ 0`, one inside what the bound leaves of its normal
//! distribution.

use std::f64::consts::{LN_2, PI, SQRT_2};

use statrs::function::erf::erfc;

use super::cells::Cells;
use super::regression::{Estimate, Parameter, Solution, Widths, regress};
use super::{IntensityRequest, SeasonRequest};

/// Widths to choose from.
const AGE: [f64; 6] = [0.05, 0.1, 0.2, 0.4, 0.8, 1.6];
const SHOCKS: [f64; 7] = [0.05, 0.1, 0.15, 0.2, 0.35, 0.6, 1.0];
const SEASON: [f64; 4] = [0.1, 0.2, 0.4, 0.8];
/// In standard deviations of the column.
const SHARED: [f64; 6] = [0.02, 0.05, 0.1, 0.2, 0.4, 0.8];
/// A part must be worth more evidence than this.
const GAIN: f64 = 0.5;
/// The same of a column of what customers share, beside the logarithm of how many there are: one in a hundred logs in which
/// nothing happens shows one by chance.
const SHARED_GAIN: f64 = 1.5;
/// Rounds over the parts, at most.
const ROUNDS: usize = 4;

/// The solution at the widths with the most evidence.
pub(super) fn choose(
    cells: &Cells,
    request: &IntensityRequest,
    from: &Widths,
    start: &Estimate,
) -> (Solution, Widths) {
    let mut best = Candidate::new(cells, from.clone(), start);
    for _ in 0..ROUNDS {
        let before = best.widths.clone();
        best = best.along(cells, &SHOCKS, GAIN, |widths, value| widths.shocks = value);
        if request.age {
            best = best.along(cells, &AGE, GAIN, |widths, value| widths.age = value);
        }
        if request.season == SeasonRequest::Auto {
            best = best.along(cells, &SEASON, GAIN, |widths, value| widths.season = value);
        }
        best = best.along_shared(cells);
        if best.widths == before {
            break;
        }
    }
    (best.solution, best.widths)
}

struct Candidate {
    widths: Widths,
    solution: Solution,
    evidence: f64,
}

impl Candidate {
    fn new(cells: &Cells, widths: Widths, start: &Estimate) -> Self {
        let solution = regress(cells, &widths, start);
        Candidate { evidence: evidence(&solution, &widths), solution, widths }
    }

    /// The best with another width of one part, which is left out unless it pays.
    fn along(self, cells: &Cells, values: &[f64], gain: f64, set: impl Fn(&mut Widths, f64)) -> Self {
        let with = |value: f64| {
            let mut widths = self.widths.clone();
            set(&mut widths, value);
            Candidate::new(cells, widths, &self.solution.estimate)
        };
        let without = with(0.0);
        let mut best = with(values[0]);
        for value in &values[1..] {
            let next = with(*value);
            if next.evidence <= best.evidence {
                break;
            }
            best = next;
        }
        if best.evidence > without.evidence + gain { best } else { without }
    }

    /// The same column by column of what customers share. Of many columns one shows something by chance: each must be worth as
    /// much more as there are columns.
    fn along_shared(self, cells: &Cells) -> Self {
        let columns = cells.scales.len();
        let gain = SHARED_GAIN + (columns as f64).ln_1p();
        (0..columns).filter(|column| cells.scales[*column].1 > 0.0).fold(self, |best, column| {
            best.along(cells, &SHARED, gain, |widths, value| {
                widths.shared.resize(columns, 0.0);
                widths.shared[column] = value;
            })
        })
    }
}

/// `ln` of the likelihood integrated over the parts, but for a constant.
fn evidence(solution: &Solution, widths: &Widths) -> f64 {
    let shocks =
        if widths.shocks > 0.0 { -widths.shocks.ln() * solution.estimate.shocks.len() as f64 } else { 0.0 };
    solution.value + shocks - 0.5 * solution.ln_det + solution.few.iter().map(part).sum::<f64>()
}

/// What one parameter's prior and bound add.
fn part(parameter: &Parameter) -> f64 {
    let prior = -parameter.width.ln();
    let root = parameter.curvature.sqrt();
    match (parameter.positive, parameter.at_bound()) {
        (false, _) => prior,
        (true, false) => prior + LN_2 + ln_below(parameter.value * root),
        (true, true) => {
            let z = parameter.gradient / root;
            prior + LN_2 - root.ln() + 0.5 * z * z + ln_below(z)
        }
    }
}

/// `ln Φ(z)`
fn ln_below(z: f64) -> f64 {
    if z > -8.0 {
        return (0.5 * erfc(-z / SQRT_2)).ln();
    }
    // Abramowitz & Stegun 26.2.12: the terms left out are below 15/z^6.
    let square = z * z;
    -0.5 * square - (-z * (2.0 * PI).sqrt()).ln() + (3.0 / (square * square) - 1.0 / square).ln_1p()
}
