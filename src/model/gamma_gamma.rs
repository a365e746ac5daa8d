//! Gamma-Gamma: the amounts of a customer's purchases vary at random around that customer's own mean,
//! which differs between customers and has nothing to do with how often they buy.
//!
//! Data of one customer: `x` repeat purchases (at least 1), `z̄` their mean amount (positive).
//! Parameters: `p` shape of the amounts, Gamma(p, nu); `q`, `v` nu ~ Gamma(q, v) (`v` in money).
//!
//! Likelihood: Fader & Hardie (2013), "The gamma-gamma model of monetary value", brucehardie.com note
//! 025; Fader, Hardie & Lee (2005), "RFM and CLV", Journal of Marketing Research 42(4), 415-430:
//! ```text
//! L = Γ(px+q) / (Γ(px) Γ(q)) · v^q z̄^(px−1) x^(px) / (v + x z̄)^(px+q)
//! ```
//! As printed, at an easy point:
//! ```
//! use clv::customers::SpendRow;
//! use clv::model::{GammaGamma, Model};
//! use clv::special::ln_beta;
//!
//! let model = GammaGamma { p: 6.25, q: 3.74, v: 15.44 };
//! let row = SpendRow { x: 2, mean: 35.08 };
//! let GammaGamma { p, q, v } = model;
//! let top = v.powf(q) * 35.08_f64.powf(2.0 * p - 1.0) * 2.0_f64.powf(2.0 * p);
//! let printed = top / (v + 2.0 * 35.08).powf(2.0 * p + q) / ln_beta(2.0 * p, q).exp();
//! assert!((model.log_likelihood(&row) - printed.ln()).abs() < 1e-13);
//! ```
//! The posterior of the mean amount `p/nu` is `p (v + x z̄)` divided by a Gamma(px+q, 1).
//!
//! Computed from the distance to the most likely mean `p v/q`: with `e = z̄ q/(p v) − 1` and
//! `w = px/(px+q)` the powers are `px ln((1+e)/(1+we)) − q ln(1+we)`, and all large terms have
//! cancelled against Stirling's series of the gamma functions.
//! Differs from the paper: where the mean is infinite (px + q <= 1) the answer is infinite, not a
//! negative number.
//! Checked by: fixtures/reference/gg.jsonl, tests/models/published_models.rs, tests/models/conformance.rs.

use std::f64::consts::TAU;
use std::ops::Range;

use statrs::function::beta::beta_reg;

use crate::base::Result;
use crate::customers::{SpendRow, SpendTable, Table};
use crate::model::{Amounts, Derivatives, Limit, Model, Order, Spend, together};
use crate::params::{Direction, ParamSpec, Scale};
use crate::special::{ln_gamma_quantile_upper, psi_remainder, stirling, trigamma, trigamma_difference};

/// The Gamma-Gamma model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GammaGamma {
    /// Shape of the distribution of a customer's amounts.
    pub p: f64,
    /// Shape of the distribution of `nu`.
    pub q: f64,
    /// Rate of the distribution of `nu` \[money\].
    pub v: f64,
}

/// Below this `q` the mean of the population hangs on customers never seen.
const SHAKY: f64 = 1.1;

/// What is the same for all rows with one `x`.
#[derive(Debug, Clone, Copy)]
pub struct Prepared {
    /// `px` and `px + q`.
    shape: f64,
    total: f64,
    /// All of `ln L` but for the powers and `−ln z̄`.
    constant: f64,
}

impl GammaGamma {
    fn prepared(&self, x: u32) -> Prepared {
        let shape = self.p * f64::from(x);
        let total = shape + self.q;
        let remainders = stirling(total) - stirling(shape) - stirling(self.q);
        let constant = remainders + 0.5 * (shape * (self.q / total) / TAU).ln();
        Prepared { shape, total, constant }
    }

    /// `ln(1 + we)`, and `ln((1 + e)/(1 + we))`.
    fn logs(&self, prepared: &Prepared, x: u32, mean: f64) -> (f64, f64) {
        let Prepared { shape, total, .. } = *prepared;
        let spent = f64::from(x) * (mean / self.v);
        let e = mean * (self.q / (self.p * self.v)) - 1.0;
        let we = shape / total * e;
        let near = e / (1.0 + spent);
        // Far below the most likely mean `1 + e` cancels.
        let pooled = if we > -0.5 { we.ln_1p() } else { (self.q * (1.0 + spent) / total).ln() };
        let near = if near > -0.5 { near.ln_1p() } else { (spent / (1.0 + spent) * (total / shape)).ln() };
        (pooled, near)
    }

    /// `p (v + x z̄)`.
    fn scale(&self, row: &SpendRow) -> f64 {
        let spent = if row.x > 0 { f64::from(row.x) * row.mean } else { 0.0 };
        self.p * (self.v + spent)
    }

    /// `px + q`.
    fn posterior_shape(&self, row: &SpendRow) -> f64 {
        self.p * f64::from(row.x) + self.q
    }
}

impl Model for GammaGamma {
    type Row = SpendRow;
    type Table = SpendTable;
    type Prepared = Vec<Prepared>;

    const NAME: &'static str = "gamma-gamma";
    const PARAMS: &'static [ParamSpec] = &[
        ParamSpec { name: "p", meaning: "amounts: shape of their distribution", scale: Scale::None },
        ParamSpec { name: "q", meaning: "customers: shape of the distribution of nu", scale: Scale::None },
        ParamSpec { name: "v", meaning: "customers: rate of the distribution of nu", scale: Scale::Money },
    ];

    fn from_params(params: &[f64]) -> Self {
        GammaGamma { p: params[0], q: params[1], v: params[2] }
    }

    fn params(&self) -> Vec<f64> {
        vec![self.p, self.q, self.v]
    }

    /// Different spreads within and between customers, each with the observed mean amount.
    fn starts(table: &SpendTable) -> Result<Vec<Vec<f64>>, String> {
        if table.customers < 2.0 {
            return Err("fewer than two customers have repeat purchases with an amount".to_owned());
        }
        let mean = table.typical();
        let shapes: [(f64, f64); 4] = [(5.0, 4.0), (1.0, 2.0), (50.0, 2.0), (5.0, 50.0)];
        Ok(shapes.iter().map(|(p, q)| vec![*p, *q, mean * (q - 1.0) / p]).collect())
    }

    fn limits(&self) -> Vec<Limit<Self>> {
        const FAR: f64 = 1e15;
        let GammaGamma { p, q, v } = *self;
        let mean = p * v / q;
        let steady = "each customer always spends the same amount: p -> infinity, v -> 0".to_owned();
        let alike = format!(
            "no heterogeneity of spending: all spend {mean:.2} on average, q and v -> infinity together"
        );
        let limit = |of: &'static str, model: GammaGamma, words: String, direction: Direction| Limit {
            of,
            model,
            words,
            flat: vec![direction],
        };
        vec![
            limit("p", GammaGamma { p: FAR, q, v: v * (p / FAR) }, steady, vec![(0, 1.0), (2, -1.0)]),
            limit("q", GammaGamma { p, q: FAR, v: v * (FAR / q) }, alike, together(1, 2)),
        ]
    }

    /// A row with no repeat purchase says nothing: 0.
    fn log_likelihood(&self, row: &SpendRow) -> f64 {
        if row.x == 0 {
            return 0.0;
        }
        let prepared = self.prepared(row.x);
        let (pooled, near) = self.logs(&prepared, row.x, row.mean);
        prepared.constant + (prepared.shape * near - self.q * pooled) - row.mean.ln()
    }

    fn prepare(&self, table: &SpendTable, _: Order) -> Vec<Prepared> {
        table.groups.iter().map(|group| self.prepared(group.x)).collect()
    }

    fn shared(&self, table: &SpendTable, prepared: &Vec<Prepared>, out: &mut Derivatives) {
        for (group, prepared) in table.groups.iter().zip(prepared) {
            let (n, x) = (group.count, f64::from(group.x));
            let Prepared { shape, total, constant } = *prepared;
            let both = psi_remainder(total);
            out.value += n * constant;
            out.gradient[0] += n * x * (both - psi_remainder(shape));
            out.gradient[1] += n * (both - psi_remainder(self.q));
            if !out.to_second() {
                continue;
            }
            out.hessian[[0, 0]] += n * x * x * trigamma_difference(shape, self.q);
            out.hessian[[1, 1]] += n * trigamma_difference(self.q, shape);
            let cross = n * x * trigamma(total);
            out.hessian[[0, 1]] += cross;
            out.hessian[[1, 0]] += cross;
        }
    }

    fn rows(&self, table: &SpendTable, prepared: &Vec<Prepared>, rows: Range<usize>, out: &mut Derivatives) {
        let first = table.groups.partition_point(|group| group.rows.end <= rows.start);
        for (group, prepared) in table.groups[first..].iter().zip(&prepared[first..]) {
            let range = group.rows.start.max(rows.start)..group.rows.end.min(rows.end);
            if range.is_empty() {
                break;
            }
            self.add_rows(table, prepared, group.x, range, out);
        }
    }
}

impl GammaGamma {
    /// Adds rows of one group.
    fn add_rows(
        &self,
        table: &SpendTable,
        prepared: &Prepared,
        x: u32,
        rows: Range<usize>,
        out: &mut Derivatives,
    ) {
        let GammaGamma { q, v, .. } = *self;
        let Prepared { shape, total, .. } = *prepared;
        let count = f64::from(x);
        let mut value = 0.0;
        let mut sums = [0.0; 6];
        for (mean, weight) in table.mean[rows.clone()].iter().zip(&table.count[rows]) {
            let (pooled, near) = self.logs(prepared, x, *mean);
            value += weight * ((shape * near - q * pooled) - mean.ln());
            let spent = count * mean;
            let inverse = 1.0 / (v + spent);
            // px e = (q x z̄ − p x v)/v
            let surplus = (q * spent - shape * v) / v;
            let terms = [
                pooled,
                near,
                surplus * inverse,
                inverse,
                spent * inverse / v,
                total * inverse * inverse - q / (v * v),
            ];
            for (sum, term) in sums.iter_mut().zip(terms) {
                *sum += weight * term;
            }
        }
        out.value += value;
        out.gradient[0] += count * sums[1];
        out.gradient[1] -= sums[0];
        out.gradient[2] += sums[2];
        let mut add = |i: usize, j: usize, term: f64| {
            out.hessian[[i, j]] += term;
            if i != j {
                out.hessian[[j, i]] += term;
            }
        };
        add(0, 2, -count * sums[3]);
        add(1, 2, sums[4]);
        add(2, 2, sums[5]);
    }
}

impl Spend for GammaGamma {
    fn expected_spend(&self, row: &SpendRow) -> f64 {
        let shape = self.posterior_shape(row);
        if shape > 1.0 { self.scale(row) / (shape - 1.0) } else { f64::INFINITY }
    }

    fn spend_variance(&self, row: &SpendRow) -> f64 {
        let shape = self.posterior_shape(row);
        if shape <= 2.0 {
            return f64::INFINITY;
        }
        let mean = self.scale(row) / (shape - 1.0);
        mean * (mean / (shape - 2.0))
    }

    fn spend_quantile(&self, row: &SpendRow, probability: f64) -> f64 {
        let ln_gamma = ln_gamma_quantile_upper(self.posterior_shape(row), probability);
        (self.scale(row).ln() - ln_gamma).exp()
    }

    /// `p v/(q − 1)` needs `q > 1`.
    fn without_mean(&self) -> Option<String> {
        (self.q <= 1.0)
            .then(|| format!("q = {} gives the population no finite mean: a value needs q > 1", self.q))
    }

    fn population_mean_slopes(&self) -> Option<Vec<f64>> {
        (self.q >= SHAKY).then(|| vec![1.0, -self.q / (self.q - 1.0), 1.0])
    }

    /// The mean of `x` amounts is `v/x · B/(1 − B)` with `B ~ Beta(p x, q)` (Fader & Hardie, note 025).
    fn mean_below(&self, x: f64, mean: f64) -> f64 {
        beta_reg(self.p * x, self.q, x * mean / (x * mean + self.v))
    }

    fn unit(&self, spent: f64) -> f64 {
        self.v + spent
    }

    fn shapes(&self, x: u32) -> (f64, f64) {
        (self.p, self.p * f64::from(x) + self.q)
    }

    fn amounts(&self, x: u32) -> Result<Amounts> {
        Amounts::new(self.p, self.p * f64::from(x) + self.q, 1.0)
    }

    fn new_amounts(&self) -> Result<Amounts> {
        Amounts::new(self.p, self.q, self.v)
    }
}
