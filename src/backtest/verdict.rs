//! What the figures say, in words: which model is best, whether it beats doing without one beyond noise, and
//! what it does not foresee.

use super::metrics::Metric;
use super::{Backtest, Difference, Entrant, Origin, Pooled};
use crate::history::first_grain;
use crate::units::Grain;

/// What a model is compared with rivals on.
pub const COMPARED: [Metric; 10] = [
    Metric::Mae,
    Metric::Rmse,
    Metric::Deviance,
    Metric::Spearman,
    Metric::Auc,
    Metric::TotalBias,
    Metric::ValueMae,
    Metric::ValueGini,
    Metric::ValueTop20,
    Metric::ValueBias,
];

/// Growth within the holdout that is worth a mention.
const RISE: f64 = 1.05;

/// The model with the lowest mean CRPS.
pub(super) fn best(pooled: &[Pooled]) -> Option<&Pooled> {
    let crps = |entrant: &Pooled| entrant.values[Metric::Crps as usize].value;
    pooled.iter().filter(|e| !e.rival).min_by(|a, b| crps(a).total_cmp(&crps(b)))
}

/// The sentences of a verdict.
pub(super) fn verdict(backtest: &Backtest) -> Vec<String> {
    let Some(best) = best(&backtest.pooled) else {
        return vec!["no model could be fitted at all origins: there is nothing to compare".to_owned()];
    };
    let mut words = vec![among_models(backtest, best)];
    words.extend(against_rivals(backtest, best));
    words.extend(backtest.origins.iter().filter_map(|origin| total(origin, best.name)));
    words
}

fn among_models(backtest: &Backtest, best: &Pooled) -> String {
    let mut words = format!("{} has the lowest CRPS", best.name);
    let others = backtest.pooled.iter().filter(|e| !e.rival && e.name != best.name);
    let (mut same, mut worse) = (Vec::new(), Vec::new());
    for other in others {
        match backtest.difference(best.name, other.name).map(|d| d.of(Metric::Crps).beyond_noise()) {
            Some(true) => worse.push(other.name),
            _ => same.push(other.name),
        }
    }
    if !same.is_empty() {
        words += &format!("; not told from {} beyond noise", same.join(", "));
    }
    if !worse.is_empty() {
        words += &format!("; better beyond noise than {}", worse.join(", "));
    }
    words
}

/// Against the best rival on each figure: a hard test, since that is another rival each time.
fn against_rivals(backtest: &Backtest, best: &Pooled) -> Option<String> {
    let (mut wins, mut draws, mut losses) = (Vec::new(), Vec::new(), Vec::new());
    for metric in COMPARED {
        let loss = |e: &Pooled| metric.loss(e.values[metric as usize].value);
        let rivals = backtest.pooled.iter().filter(|e| e.rival && loss(e).is_finite());
        let Some(rival) = rivals.min_by(|a, b| loss(a).total_cmp(&loss(b))) else { continue };
        let Some(difference) = backtest.difference(best.name, rival.name) else { continue };
        let difference = difference.of(metric);
        match (difference.beyond_noise(), difference.value < 0.0) {
            (true, true) => wins.push(metric.words().to_owned()),
            (true, false) => losses.push(format!("{} to {}", metric.words(), rival.name)),
            (false, _) => draws.push(format!("{} against {}", metric.words(), rival.name)),
        }
    }
    let said = [("beats it beyond noise on", wins), ("is not told apart on", draws), ("loses on", losses)];
    let said: Vec<String> = said
        .into_iter()
        .filter(|(_, m)| !m.is_empty())
        .map(|(w, m)| format!("{w} {}", m.join(", ")))
        .collect();
    (!said.is_empty())
        .then(|| format!("against the best rival on each figure, {} {}", best.name, said.join("; it ")))
}

/// How far the total is off in one holdout, and what may explain it.
pub(crate) fn total(origin: &Origin, name: &str) -> Option<String> {
    let entrant = origin.entrants.iter().find(|e| e.name == name)?;
    let bias = entrant.values[Metric::TotalBias as usize];
    let way = if bias.value < 0.0 { "too low" } else { "too high" };
    let ends = format!("{:+.0} to {:+.0} %", 100.0 * bias.lower, 100.0 * bias.upper);
    let mut words = format!(
        "{} to {}: total {:.0} % {way} ({ends}{})",
        origin.window.origin,
        origin.window.end,
        100.0 * bias.value.abs(),
        if bias.beyond_noise() { "" } else { ", within noise" }
    );
    let reasons: Vec<String> =
        [rising(entrant).filter(|_| bias.value < 0.0), december(origin), in_sample(entrant, bias.value)]
            .into_iter()
            .flatten()
            .collect();
    if bias.beyond_noise() && !reasons.is_empty() {
        words += &format!(": {}", reasons.join("; "));
    }
    Some(words)
}

/// Customers who can only leave buy ever less; do these?
fn rising(entrant: &Entrant) -> Option<String> {
    let before = entrant.tracking.iter().rev().find(|point| !point.holdout).map_or(0.0, |point| point.actual);
    let held: Vec<f64> = entrant.tracking.iter().filter(|p| p.holdout).map(|p| p.actual).collect();
    let half = held.len() / 2;
    let (middle, end) = (*held.get(half.checked_sub(1)?)?, *held.get(2 * half - 1)?);
    (end - middle > RISE * (middle - before)).then(|| {
        "purchases rise within the holdout, which no model of customers who leave foresees".to_owned()
    })
}

/// A season that the fit has not seen.
fn december(origin: &Origin) -> Option<String> {
    let has_december = |from, to| {
        let (from, to) = (first_grain(Grain::Month, from), first_grain(Grain::Month, to));
        (from..=to).any(|month| month.rem_euclid(12) == 11)
    };
    let start = origin.window.origin.tomorrow().ok()?;
    let seen = has_december(origin.first, origin.window.origin);
    (has_december(start, origin.window.end) && !seen)
        .then(|| "December is in it and was in no fit".to_owned())
}

/// Does the model err the same way on the customers it was fitted to?
fn in_sample(entrant: &Entrant, in_holdout: f64) -> Option<String> {
    let last = entrant.tracking.iter().rev().find(|point| !point.holdout)?;
    let bias = last.expected / last.actual - 1.0;
    (bias.abs() > 0.03 && bias.is_finite() && bias * in_holdout > 0.0)
        .then(|| format!("already in sample the total is {:+.0} % off", 100.0 * bias))
}

impl Backtest {
    /// The model with the lowest mean CRPS.
    pub fn best(&self) -> Option<&'static str> {
        best(&self.pooled).map(|best| best.name)
    }

    /// The paired difference of two entrants, the first less the second.
    pub fn difference(&self, first: &str, second: &str) -> Option<Difference> {
        let found = |a: &str, b: &str| self.differences.iter().find(|d| d.first == a && d.second == b);
        found(first, second).cloned().or_else(|| found(second, first).map(Difference::turned))
    }
}
