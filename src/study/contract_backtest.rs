//! The backtest of contracts: hides the end of a book, forecasts it, and compares with what became of the contracts that were
//! there, and with what people do without a model.
//!
//! Nothing after an origin reaches a forecast: it reads what `clv forecast --observed-until` of that day reads ([`Book::as_of`]). What is compared: contracts and MRR of each month of the
//! holdout, of those who were there at the origin (a later change of plan counts in what happened; nobody new does), survivors
//! by cohort, and who leaves. Baselines forecast with the same calendar and other chances to renew:
//!
//! * `last-churn`: the share of renewals not made lately, by plan, for ever (three months; a year for longer periods);
//! * `same-churn`: the share not made in all the past, by plan, whatever the age;
//! * `kaplan-meier`: the share renewed at each age, by period, and from the last age with [`baselines::ENOUGH`] renewals due on the share of
//!   that and later ones.
//!
//! CRPS of MRR is that of the futures that are drawn (Gneiting & Raftery 2007, equation 21); of a forecast without a
//! distribution it is its absolute error.

mod baselines;
mod said;

use jiff::civil::Date;
use rustc_hash::FxHashMap;
use serde::Serialize;

use crate::base::{Duration, Error, Horizon, Progress, Result, Unit};
use crate::contracts::ahead::{Ahead, Path, Retentions};
use crate::contracts::book::End;
use crate::contracts::{Book, BookModel, Cycle, PlanOptions, Term};
use crate::customers::UnseenLevel;
use baselines::{churn, kaplan_meier, last_churn};
use said::verdict;

/// Futures that CRPS is worked out from.
const FUTURES: usize = 500;

/// What to hide, and how to forecast it.
#[derive(Debug, Clone)]
pub struct ContractTestOptions {
    /// How much of the end is hidden; `None`: a third of the book, at most a year, in whole months.
    pub holdout: Option<Duration>,
    /// Origins: the last is one holdout before the end, each earlier one another holdout back.
    pub origins: usize,
    /// Intervals hold what happens with this probability.
    pub probability: f64,
    /// Equal seeds give equal intervals.
    pub seed: u64,
    /// How books are fitted.
    pub plans: PlanOptions,
}

impl Default for ContractTestOptions {
    fn default() -> Self {
        ContractTestOptions {
            holdout: None,
            origins: 1,
            probability: 0.9,
            seed: 1,
            plans: PlanOptions::default(),
        }
    }
}

/// One figure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ContractFigure {
    /// The origin of the forecast.
    pub origin: String,
    /// Whose it is: `model`, or a baseline.
    pub forecast: &'static str,
    /// What it says: see [`ContractFigure::METRICS`].
    pub metric: &'static str,
    /// Its value.
    pub value: f64,
}

impl ContractFigure {
    /// All metrics with what they say.
    pub const METRICS: [(&'static str, &'static str); 9] = [
        ("contracts_error", "contracts at the end of the holdout, too many or too few, relative"),
        ("mrr_error", "MRR at the end of the holdout, too much or too little, relative"),
        ("cohort_error", "survivors by cohort: absolute errors, relative to all survivors"),
        ("crps_mrr", "CRPS of MRR, mean over months, relative to what it was"),
        ("log_score", "who leaves: mean of -ln of the probability of what happened (lower is better)"),
        ("brier", "who leaves: mean squared error of the probability"),
        ("auc", "who leaves: chance that one who left had the higher probability"),
        ("contracts_coverage", "months whose contracts lie in the interval"),
        ("mrr_coverage", "months whose MRR lies in the interval"),
    ];
}

/// A month of the holdout.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ContractMonth {
    /// The origin of the forecast.
    pub origin: String,
    /// Its last day.
    pub until: String,
    /// Contracts that were there, expected, and the interval.
    pub contracts: [f64; 4],
    /// MRR likewise.
    pub mrr: [f64; 4],
}

/// What a backtest of contracts found.
#[derive(Debug, Clone)]
pub struct ContractTest {
    /// How much was hidden.
    pub holdout: Duration,
    /// Contracts that were there at each origin, and how many of them left within the holdout.
    pub origins: Vec<(Date, u64, u64)>,
    /// All figures.
    pub figures: Vec<ContractFigure>,
    /// Months of the model's forecasts.
    pub months: Vec<ContractMonth>,
    /// In words, the best first.
    pub verdict: Vec<String>,
}

/// Hides the end of a book and forecasts it.
///
/// # Errors
/// If the book is too short, or a fit fails.
pub fn contract_backtest(
    book: &Book,
    options: &ContractTestOptions,
    progress: &dyn Progress,
) -> Result<ContractTest> {
    let holdout = holdout(book, options)?;
    let mut test = ContractTest {
        holdout,
        origins: Vec::new(),
        figures: Vec::new(),
        months: Vec::new(),
        verdict: Vec::new(),
    };
    let cycle = Cycle { every: holdout.count as u32, unit: holdout.unit };
    let first = book.terms.iter().map(|term| term.origin).min().unwrap_or(book.observed_until);
    for back in (1..=options.origins.max(1) as u32).rev() {
        let origin = cycle.before(book.observed_until, back);
        if origin <= first {
            let message = format!(
                "{back} holdouts of {holdout} back is {origin}, before the first contract: use fewer, or a shorter --holdout"
            );
            return Err(Error::option("--origins", message));
        }
        one(book, origin, &mut test, options, progress)?;
    }
    test.verdict = verdict(&test);
    Ok(test)
}

fn holdout(book: &Book, options: &ContractTestOptions) -> Result<Duration> {
    if !book.has_calendar {
        return Err(Error::option("LOG", "these contracts have no dates: nothing of them can be hidden"));
    }
    if let Some(holdout) = options.holdout {
        if holdout.count.fract() != 0.0 {
            return Err(Error::option(
                "--holdout",
                "contracts are tested over whole days, weeks, months or years",
            ));
        }
        return Ok(holdout);
    }
    let first = book.terms.iter().map(|term| term.origin).min().unwrap_or(book.observed_until);
    let months = Cycle::MONTHLY.whole(first, book.observed_until) / 3;
    Ok(Duration { count: f64::from(months.clamp(1, 12)), unit: Unit::Month })
}

/// What became of the contracts of an origin.
struct Fates<'a> {
    book: &'a Book,
    /// Of the terms at the origin: those that follow in the whole book, as places among its terms.
    of: Vec<Option<(usize, usize)>>,
}

/// What tells a term in both books.
type Mark = (u32, Date, u32, u32, u32);

/// Marks of terms in their order; those that are alike are counted.
fn marks(terms: &[Term]) -> impl Iterator<Item = Mark> {
    let mut seen: FxHashMap<(u32, Date, u32, u32), u32> = FxHashMap::default();
    terms.iter().map(move |term| {
        let (customer, start, name, plan) = (term.customer, term.start, term.name, term.plan);
        let nth = seen.entry((customer, start, name, plan)).or_insert(0);
        *nth += 1;
        (customer, start, name, plan, *nth)
    })
}

impl<'a> Fates<'a> {
    /// Contracts have other numbers at the origin: those of returns that came later are not among them.
    fn new(book: &'a Book, past: &Book) -> Self {
        let mut places: FxHashMap<Mark, (usize, usize)> = FxHashMap::default();
        let mut all = marks(&book.terms);
        let mut first = 0;
        for terms in book.terms.chunk_by(|a, b| a.contract == b.contract) {
            let end = first + terms.len();
            places.extend(all.by_ref().take(terms.len()).zip(first..end).map(|(mark, at)| (mark, (at, end))));
            first = end;
        }
        Fates { book, of: marks(&past.terms).map(|mark| places.get(&mark).copied()).collect() }
    }

    fn terms(&self, of: usize) -> &[Term] {
        self.of[of].map_or(&[], |(from, to)| &self.book.terms[from..to])
    }

    /// How surely it is there on a day, and its MRR then; what is due at the end of the book counts with its chance.
    fn on(&self, of: usize, day: Date) -> (f64, f64) {
        let terms = self.terms(of);
        if let Some(term) = terms.iter().find(|term| term.is_active(day)) {
            return (1.0, self.book.mrr_on(term, day));
        }
        let due = |term: &&Term| matches!(term.end, End::Due(since) if since <= day);
        let Some(term) = terms.iter().find(due) else { return (0.0, 0.0) };
        let chance = self.book.chance(term).unwrap_or(0.0);
        (chance, chance * self.book.mrr_on(term, day))
    }

    fn left(&self, of: usize, day: Date) -> bool {
        self.terms(of).last().is_some_and(|term| match term.end {
            End::Left(end) => end <= day,
            End::Due(since) => since <= day && self.book.chance(term).unwrap_or(0.0) < 0.5,
            _ => false,
        })
    }
}

/// Contracts that are paid at the end of a book, with their places among its terms.
fn paid(past: &Book) -> impl Iterator<Item = (usize, &Term)> {
    past.terms.iter().enumerate().filter(|(_, term)| term.is_active(past.observed_until))
}

fn one(
    book: &Book,
    origin: Date,
    test: &mut ContractTest,
    options: &ContractTestOptions,
    progress: &dyn Progress,
) -> Result<()> {
    let past = book.as_of(origin);
    let model = BookModel::fit(&past, &options.plans, progress)?;
    let ahead = Ahead::new(&past, &model, Horizon::Finite(test.holdout), UnseenLevel::Reference)?;
    let futures = ahead.futures(options.seed, progress)?;
    let fates = Fates::new(book, &past);
    let ends = ahead.months.ends.clone();
    let mut actual: Path = vec![[0.0; 4]; ends.len()];
    let there = past.terms.iter().enumerate().filter(|(_, term)| past.chance(term).is_some());
    for (at, _) in there {
        for (month, end) in actual.iter_mut().zip(&ends) {
            let (there, mrr) = fates.on(at, *end);
            month[0] += there;
            month[2] += mrr;
        }
    }
    let last = *ends.last().expect("a holdout has a month");
    let active = past.active().count() as u64;
    let left = paid(&past).filter(|(at, _)| fates.left(*at, last)).count() as u64;
    test.origins.push((origin, active, left));
    let case = Case { past: &past, ahead: &ahead, fates: &fates, actual: &actual, last, origin };
    case.judge("model", ahead.kinds.estimated(), Some(&futures), options.probability, test);
    let last_rates = last_churn(&past);
    case.judge(
        "last-churn",
        |kind, _| 1.0 - last_rates[ahead.kinds.plan(kind)],
        None,
        options.probability,
        test,
    );
    let tables = past.tables();
    let same: Vec<f64> = tables.iter().map(churn).collect();
    case.judge("same-churn", |kind, _| 1.0 - same[ahead.kinds.plan(kind)], None, options.probability, test);
    let curves = kaplan_meier(&past, &tables);
    case.judge(
        "kaplan-meier",
        |kind, t| {
            let curve = &curves[ahead.kinds.plan(kind)];
            curve[(t as usize - 1).min(curve.len() - 1)]
        },
        None,
        options.probability,
        test,
    );
    Ok(())
}

/// One origin.
struct Case<'a> {
    past: &'a Book,
    ahead: &'a Ahead<'a>,
    fates: &'a Fates<'a>,
    actual: &'a Path,
    last: Date,
    origin: Date,
}

impl Case<'_> {
    fn judge(
        &self,
        forecast: &'static str,
        chance: impl Fn(usize, u32) -> f64,
        futures: Option<&Vec<Path>>,
        probability: f64,
        test: &mut ContractTest,
    ) {
        let origin = self.origin.to_string();
        let expected = self.ahead.expected_of(|_| true, &chance);
        let (then, was) = (expected[expected.len() - 1], self.actual[self.actual.len() - 1]);
        let mut add = |metric: &'static str, value: f64| {
            if value.is_finite() {
                test.figures.push(ContractFigure { origin: origin.clone(), forecast, metric, value });
            }
        };
        add("contracts_error", then[0] / was[0] - 1.0);
        if self.past.has_money {
            add("mrr_error", then[2] / was[2] - 1.0);
            add("crps_mrr", self.crps(&expected, futures));
        }
        let who = self.who(&chance);
        add("cohort_error", who.cohorts());
        let (log_score, brier, auc) = who.scores();
        add("log_score", log_score);
        add("brier", brier);
        add("auc", auc);
        let Some(futures) = futures else { return };
        let months = self.ahead.months_ahead(futures, probability);
        let share = |of: &dyn Fn(usize) -> bool| {
            (0..months.len()).filter(|m| of(*m)).count() as f64 / months.len() as f64
        };
        let within = |value: f64, lower: f64, upper: f64| lower <= value && value <= upper;
        add(
            "contracts_coverage",
            share(&|m| {
                let range = months[m].contracts;
                within(self.actual[m][0], range.lower, range.upper)
            }),
        );
        if self.past.has_money {
            add(
                "mrr_coverage",
                share(&|m| {
                    let range = months[m].mrr.unwrap_or_default();
                    within(self.actual[m][2], range.lower, range.upper)
                }),
            );
        }
        for (month, was) in months.iter().zip(self.actual) {
            let mrr = month.mrr.unwrap_or_default();
            test.months.push(ContractMonth {
                origin: origin.clone(),
                until: month.until.to_string(),
                contracts: [was[0], month.contracts.expected, month.contracts.lower, month.contracts.upper],
                mrr: [was[2], mrr.expected, mrr.lower, mrr.upper],
            });
        }
    }

    fn crps(&self, expected: &Path, futures: Option<&Vec<Path>>) -> f64 {
        let months = self.actual.len();
        let of = |month: usize| {
            let was = self.actual[month][2];
            let Some(futures) = futures else { return (expected[month][2] - was).abs() / was };
            let step = futures.len().div_ceil(FUTURES);
            let mut drawn: Vec<f64> = futures.iter().step_by(step).map(|path| path[month][2]).collect();
            crps(&mut drawn, was) / was
        };
        (0..months).map(of).sum::<f64>() / months as f64
    }

    /// The probability of each contract to leave, and whether it did.
    fn who(&self, chance: impl Fn(usize, u32) -> f64) -> Who {
        let mut known = Retentions::new(self.ahead.kinds.len(), chance);
        let mut who = Who::default();
        let quarter = |date: Date| 4 * i32::from(date.year()) + (i32::from(date.month()) - 1) / 3;
        for (at, term) in paid(self.past) {
            let cycle = self.past.plans[term.plan as usize].cycle;
            let n = cycle.whole(term.origin, self.origin);
            let due = cycle.whole(term.origin, self.last) - n;
            let retention = &known.of(self.ahead.kinds.of(term), n, due)[n as usize..];
            let stays: f64 = match term.ends_on(cycle, n) {
                Some((end, _)) => f64::from(u8::from(end > self.last)),
                None => retention[..due as usize].iter().product(),
            };
            let left = self.fates.left(at, self.last);
            let cohort = who.by_cohort.entry(quarter(term.origin)).or_default();
            cohort.0 += stays;
            cohort.1 += f64::from(u8::from(!left));
            who.all.push((1.0 - stays, left));
        }
        who
    }
}

#[derive(Default)]
struct Who {
    all: Vec<(f64, bool)>,
    by_cohort: FxHashMap<i32, (f64, f64)>,
}

impl Who {
    fn cohorts(&self) -> f64 {
        let mut all: Vec<_> = self.by_cohort.iter().collect();
        all.sort_by_key(|(quarter, _)| **quarter);
        let (apart, there) =
            all.iter().fold((0.0, 0.0), |(a, b), (_, (e, was))| (a + (e - was).abs(), b + was));
        apart / there
    }

    fn scores(mut self) -> (f64, f64, f64) {
        let n = self.all.len() as f64;
        let clip = |p: f64| p.clamp(1e-6, 1.0 - 1e-6);
        let log = |(p, left): &(f64, bool)| -(if *left { clip(*p) } else { clip(1.0 - p) }).ln();
        let brier = |(p, left): &(f64, bool)| (p - f64::from(u8::from(*left))).powi(2);
        let (log, brier) =
            (self.all.iter().map(log).sum::<f64>() / n, self.all.iter().map(brier).sum::<f64>() / n);
        self.all.sort_by(|a, b| a.0.total_cmp(&b.0));
        // Mid-ranks, so that equal probabilities count half.
        let (mut rank, mut sum, mut left) = (0.0, 0.0, 0.0);
        for equal in self.all.chunk_by(|a, b| a.0 == b.0) {
            let k = equal.len() as f64;
            let gone = equal.iter().filter(|(_, left)| *left).count() as f64;
            sum += gone * (rank + 0.5 * (k + 1.0));
            (rank, left) = (rank + k, left + gone);
        }
        let stayed = n - left;
        (log, brier, (sum - 0.5 * left * (left + 1.0)) / (left * stayed))
    }
}

/// `E|X − y| − E|X − X'|/2` of draws.
fn crps(drawn: &mut [f64], was: f64) -> f64 {
    drawn.sort_by(f64::total_cmp);
    let n = drawn.len() as f64;
    let away = drawn.iter().map(|x| (x - was).abs()).sum::<f64>() / n;
    let apart: f64 = drawn.iter().enumerate().map(|(i, x)| (2.0 * i as f64 - n + 1.0) * x).sum::<f64>();
    away - apart / (n * n)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of a normal with mean 0 and deviation 1, seen 0: `(sqrt 2 − 1)/sqrt pi` = 0.2336950 (Gneiting & Raftery 2007, equation 5).
    /// 2,001 quantiles stand for it: their own error is of the order of one in a thousand.
    #[test]
    fn crps_of_draws() {
        use statrs::distribution::{ContinuousCDF, Normal};
        let normal = Normal::standard();
        let mut drawn: Vec<f64> =
            (0..2001).map(|i| normal.inverse_cdf((f64::from(i) + 0.5) / 2001.0)).collect();
        let found = crps(&mut drawn, 0.0);
        assert!((found / 0.233_695_0 - 1.0).abs() < 2e-3, "{found}");
        // A certain forecast: its absolute error.
        assert!((crps(&mut [3.0; 10], 5.0) - 2.0).abs() < 1e-12);
    }
}
