//! What is checked, and what an alarm says.

use jiff::civil::Date;

use super::past::{Did, Outcome};
use crate::base::numbers::grouped;
use crate::forecast::{GroupSums, Spread};

/// What is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Purchases of the customers known at the fit.
    Purchases,
    /// How many of them bought.
    Buyers,
    /// What they paid.
    Spend,
    /// Who of them bought: the logarithmic score of P(purchase).
    Score,
    /// Purchases of customers who came after the fit.
    Newcomers,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 5] = [Kind::Purchases, Kind::Buyers, Kind::Spend, Kind::Score, Kind::Newcomers];

    /// A short stable name for programs.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Purchases => "purchases",
            Kind::Buyers => "buyers",
            Kind::Spend => "spend",
            Kind::Score => "log-score",
            Kind::Newcomers => "new-customers",
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Kind::Purchases => "purchases of the customers known at the fit",
            Kind::Buyers => "customers known at the fit who bought",
            Kind::Spend => "what the customers known at the fit paid",
            Kind::Score => "log score of P(purchase), a customer",
            Kind::Newcomers => "purchases of customers who came after the fit",
        }
    }
}

/// One check.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// What was checked.
    pub kind: Kind,
    /// From when to when.
    pub from: Date,
    /// See `from`.
    pub until: Date,
    /// What was expected, and the interval outside which there is an alarm.
    pub expected: f64,
    /// See `expected`.
    pub lower: f64,
    /// See `expected`.
    pub upper: f64,
    /// What happened.
    pub observed: f64,
    /// Is it outside?
    pub alarm: bool,
}

impl Check {
    fn new(kind: Kind, outcome: &Outcome, expected: f64, (lower, upper): (f64, f64), observed: f64) -> Self {
        let alarm = observed < lower || observed > upper;
        Check { kind, from: outcome.from, until: outcome.until, expected, lower, upper, observed, alarm }
    }

    /// In words.
    pub fn words(&self) -> String {
        let digits = if self.kind == Kind::Score { 4 } else { 0 };
        let number = |value: f64| grouped(value, digits);
        let verdict = match (self.alarm, self.observed < self.expected) {
            (false, _) => "as expected",
            (true, true) => "FEWER than the model allows",
            (true, false) => "MORE than the model allows",
        };
        let verdict = if self.kind == Kind::Score || self.kind == Kind::Spend {
            verdict.replace("FEWER", "LESS")
        } else {
            verdict.to_owned()
        };
        format!(
            "{}: {}, {} expected ({} to {}): {verdict}",
            self.kind.words(),
            number(self.observed),
            number(self.expected),
            number(self.lower),
            number(self.upper)
        )
    }
}

/// A total has to be of some customers to say anything of all.
const FEWEST: u64 = 50;

type Figure = (Kind, Option<f64>, fn(&GroupSums) -> &Spread, Option<f64>);

/// Checks of the customers known at the fit; intervals leave `level` outside.
pub(super) fn of_known(outcome: &Outcome, level: f64) -> Vec<Check> {
    let Some((sums, did)) = all(outcome) else { return Vec::new() };
    let figures: [Figure; 3] = [
        (Kind::Purchases, sums.purchases, |sums| &sums.purchases_spread, Some(did.purchases)),
        (Kind::Buyers, Some(sums.buyers), |sums| &sums.buyers_spread, Some(did.buyers)),
        (Kind::Spend, sums.clv, |sums| &sums.clv_spread, did.spent),
    ];
    let checks = figures.into_iter().filter_map(|(kind, expected, spread, observed)| {
        let interval = spread(sums).interval(1.0 - level)?;
        Some(Check::new(kind, outcome, expected?, interval, observed?))
    });
    checks.chain(score(outcome, sums, level)).collect()
}

/// The check of the customers who came after the fit.
pub(super) fn of_new(outcome: &Outcome, _from: Date, level: f64) -> Option<Check> {
    let (sums, did) = all(outcome)?;
    let interval = sums.purchases_spread.interval(1.0 - level)?;
    Some(Check::new(Kind::Newcomers, outcome, sums.purchases?, interval, did.purchases))
}

fn all(outcome: &Outcome) -> Option<(&GroupSums, &Did)> {
    let sums = outcome.forecast.get(&None).filter(|sums| sums.customers >= FEWEST)?;
    Some((sums, outcome.did.get(&None)?))
}

/// The logarithmic score of P(purchase) against its expectation under the forecast, a customer. With
/// `S = Σ ln P(what happened)`, `E S = Σ p ln p + q ln q` and `Var S = Σ p q (ln p/q)²`; what the fit leaves open moves
/// all chances together, as it does the number of buyers: by `λ p q` each, with the spread that their total has beyond
/// chance. A normal interval.
fn score(outcome: &Outcome, sums: &GroupSums, level: f64) -> Option<Check> {
    let n = outcome.chances.len() as f64;
    let (mut seen, mut expected, mut variance, mut chance, mut slope) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for &(p, bought) in &outcome.chances {
        let p = p.clamp(1e-12, 1.0 - 1e-12);
        let (q, odds) = (1.0 - p, (p / (1.0 - p)).ln());
        seen += if bought { p.ln() } else { q.ln() };
        expected += p * p.ln() + q * q.ln();
        variance += p * q * odds * odds;
        chance += p * q;
        slope += p * q * odds;
    }
    // One standard deviation to either side.
    let (low, high) = sums.buyers_spread.interval(0.682_689_492_137_085_9)?;
    let open = (0.25 * (high - low).powi(2) - chance).max(0.0);
    if chance <= 0.0 {
        return None;
    }
    let sd = (variance + open * (slope / chance).powi(2)).sqrt();
    let half = sd * std::f64::consts::SQRT_2 * statrs::function::erf::erfc_inv(level);
    let interval = ((expected - half) / n, (expected + half) / n);
    Some(Check::new(Kind::Score, outcome, expected / n, interval, seen / n))
}
