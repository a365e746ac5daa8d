//! What stands out in the tables, in words with advice. Where the lines are drawn is a rule of thumb: far
//! enough from chance, and large enough to matter. (The correlation of spend with frequency is the fit's own to warn of.)

use super::Diagnosis;
use crate::base::{
    Warning,
    numbers::{count, significant},
};
use crate::history::SpendDrift;

/// Standard deviations beyond which a difference is no chance: of a table of ten rows one in 6000 has more.
const FAR: f64 = 4.0;
/// A share of the customers, or of the purchases, that matters.
const MATTERS: f64 = 0.02;
/// How far a cohort may be off.
const COHORT: f64 = 0.1;
/// How far the expected purchases of all others may move with the busiest customers.
const MOVES: f64 = 0.05;
/// How far amounts of the same customers may change within a year, and how many customers it takes to say so.
const DRIFT: f64 = 0.1;
const MANY: u64 = 50;
/// Standard deviations that hold 95 % of a normal distribution.
const NORMAL_95: f64 = 1.959964;
/// How far a quantile of spend may be off.
const QUANTILE: f64 = 0.15;

pub(super) fn stand_out(found: &Diagnosis) -> Vec<Warning> {
    [frequency(found), cohort(found), influence(found), quantiles(found), drift(found)]
        .into_iter()
        .flatten()
        .collect()
}

fn frequency(found: &Diagnosis) -> Option<Warning> {
    let all: f64 = found.frequencies.iter().map(|bin| bin.actual).sum();
    let far = |bin: &&super::FrequencyBin| {
        bin.residual.abs() > FAR && (bin.actual - bin.expected).abs() > MATTERS * all
    };
    let off = |bin: &super::FrequencyBin| (bin.actual - bin.expected).abs();
    let worst = found.frequencies.iter().filter(far).max_by(|a, b| off(a).total_cmp(&off(b)))?;
    let more = if worst.or_more { " or more" } else { "" };
    let message = format!(
        "{:.0} customers made {}{more} repeat purchases, {:.0} were expected ({:+.1} standard deviations): \
         another model may fit better (--model all)",
        worst.actual, worst.x, worst.expected, worst.residual
    );
    Some(Warning::new("frequencies-off", message))
}

fn cohort(found: &Diagnosis) -> Option<Warning> {
    let all: f64 = found.cohorts.iter().map(|group| group.actual).sum();
    let far = |group: &&super::AgeGroup| {
        let off = group.actual - group.expected;
        group.residual.abs() > FAR && off.abs() > COHORT * group.expected && group.actual > MATTERS * all
    };
    let n = found.cohorts.iter().filter(far).count();
    let worst =
        found.cohorts.iter().filter(far).max_by(|a, b| a.residual.abs().total_cmp(&b.residual.abs()))?;
    let message = format!(
        "customers who came at different times differ: those of {} months ago made {:.0} repeat purchases, {:.0} \
         were expected ({:+.1} standard deviations; {n} of {} months are as far off). One model for all follows no \
         trend: fit recent customers apart (--since), or use what tells them apart as --covariates",
        worst.months,
        worst.actual,
        worst.expected,
        worst.residual,
        found.cohorts.len()
    );
    Some(Warning::new("cohorts-off", message))
}

fn influence(found: &Diagnosis) -> Option<Warning> {
    let influence = found.influence.as_ref().ok().filter(|found| found.change().abs() > MOVES)?;
    let message = format!(
        "without the {} customers of {} or more repeat purchases, the purchases expected of all others within {} \
         are {:+.1} %: see who they are (resellers, test accounts, merged ids) before money is spent on this",
        influence.dropped,
        influence.from,
        found.horizon,
        100.0 * influence.change()
    );
    Some(Warning::new("few-customers-decide", message))
}

fn quantiles(found: &Diagnosis) -> Option<Warning> {
    // The ends of the distribution are noise.
    let middle = |q: &&super::SpendQuantile| (0.05..=0.95).contains(&q.probability) && q.expected > 0.0;
    let off = |q: &super::SpendQuantile| q.actual / q.expected - 1.0;
    let spend = found.spend.as_ref()?;
    let worst = spend.quantiles.iter().filter(middle).max_by(|a, b| off(a).abs().total_cmp(&off(b).abs()))?;
    (off(worst).abs() > QUANTILE).then(|| {
        let message = format!(
            "mean amounts are not spread as gamma-gamma takes them to be: {:.0} % of the customers are below {:.2}, \
             expected was {:.2} ({:+.0} %)",
            100.0 * worst.probability,
            worst.actual,
            worst.expected,
            100.0 * off(worst)
        );
        Warning::new("spend-off", message)
    })
}

/// In words for how much dearer, or cheaper, a purchase is a year later.
pub(crate) fn a_year_later(drift: &SpendDrift) -> String {
    let times = |deviations: f64| significant((drift.slope + deviations * drift.error).exp(), 3);
    format!(
        "the same customers pay {} times as much a purchase a year later (95 %: {} to {}; {} customers who bought twice \
         or more)",
        times(0.0),
        times(-NORMAL_95),
        times(NORMAL_95),
        count(drift.customers)
    )
}

fn drift(found: &Diagnosis) -> Option<Warning> {
    let drift = found.drift.filter(|drift| drift.customers >= MANY)?;
    let matters = drift.slope.exp() - 1.0;
    (drift.slope.abs() > FAR * drift.error && matters.abs() > DRIFT).then(|| {
        let message = format!(
            "{}: amounts change with time, and the model of spend takes them to stay. Are prices, the currency or the range \
             on offer others than before? Fit to the recent past (--since), and see the spend in clv backtest",
            a_year_later(&drift)
        );
        Warning::new("spend-drifts", message)
    })
}
