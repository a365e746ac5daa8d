//! What the figures say, in words: which model is best, whether it beats doing without one beyond noise, and
//! what it does not foresee.

use super::answers::{ANSWERED, answers};
use super::forecast::LEVELS;
use super::metrics::Metric;
use super::{Backtest, Difference, Entrant, Estimate, Group, Origin, Pooled};
use crate::base::{
    Grain,
    numbers::{MONTHS, grouped, signed},
};
use crate::history::first_grain;

/// What a model is compared with baselines on.
pub const COMPARED: [Metric; 10] = [
    Metric::TotalError,
    Metric::Auc,
    Metric::Spearman,
    Metric::Rmse,
    Metric::Deviance,
    Metric::Mae,
    Metric::ValueError,
    Metric::ValueTop20,
    Metric::ValueGini,
    Metric::ValueMae,
];

/// Growth within the holdout that is worth a mention.
const RISE: f64 = 1.05;
/// A difference of mean amounts that is.
const APART: f64 = 0.1;
/// Months, or cohorts, that are named.
const NAMED: usize = 3;
/// Fewer purchases in a holdout are said with the figure.
const FEW: f64 = 10.0;

/// The model with the lowest mean CRPS.
pub(super) fn best(pooled: &[Pooled]) -> Option<&Pooled> {
    let crps = |entrant: &Pooled| entrant.values[Metric::Crps as usize].value;
    pooled.iter().filter(|e| !e.baseline).min_by(|a, b| crps(a).total_cmp(&crps(b)))
}

/// The sentences of a verdict.
pub(super) fn verdict(backtest: &Backtest) -> Vec<String> {
    let Some(best) = best(&backtest.pooled) else {
        return vec!["no model could be fitted at all origins: there is nothing to compare".to_owned()];
    };
    let mut words: Vec<String> = answers(backtest, best.name).iter().map(ToString::to_string).collect();
    words.push(among_models(backtest, best));
    words.extend(worse_than_chance(best));
    words.extend(against_baselines(backtest, best));
    words.extend(too_narrow(best));
    words.extend(backtest.origins.iter().flat_map(|origin| totals(origin, best.name)));
    words
}

fn among_models(backtest: &Backtest, best: &Pooled) -> String {
    let mut words = format!("{} has the lowest CRPS", best.name);
    let others = backtest.pooled.iter().filter(|e| !e.baseline && e.name != best.name);
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

/// Against the best baseline on each figure beyond those of the answers: a hard test, since that is another baseline each
/// time. A line each of what it wins and what it loses.
fn against_baselines(backtest: &Backtest, best: &Pooled) -> Vec<String> {
    let (mut wins, mut losses) = (Vec::new(), Vec::new());
    let below: Vec<Metric> = below_chance(best).into_iter().map(|(metric, _)| metric).collect();
    let further = COMPARED.into_iter().filter(|metric| !ANSWERED.contains(metric));
    for metric in further.filter(|metric| !below.contains(metric)) {
        let loss = |e: &Pooled| metric.loss(e.values[metric as usize].value);
        let baselines = backtest.pooled.iter().filter(|e| e.baseline && loss(e).is_finite());
        let Some(baseline) = baselines.min_by(|a, b| loss(a).total_cmp(&loss(b))) else { continue };
        let Some(difference) = backtest.difference(best.name, baseline.name) else { continue };
        let difference = difference.of(metric);
        match (difference.beyond_noise(), difference.value < 0.0) {
            (true, true) => wins.push(metric.words().to_owned()),
            (true, false) => losses.push(format!("{} (to {})", metric.words(), baseline.name)),
            (false, _) => {}
        }
    }
    let said = [
        ("beats the best baseline beyond noise on", wins),
        ("loses to the best baseline beyond noise on", losses),
    ];
    let said = said.into_iter().filter(|(_, figures)| !figures.is_empty());
    said.map(|(what, figures)| format!("{} {what}: {}", best.name, figures.join(", "))).collect()
}

/// Figures of an order that chance would give better ones of, beyond noise.
fn below_chance(best: &Pooled) -> Vec<(Metric, f64)> {
    let chance = |metric: Metric| metric.chance().map(|chance| (metric, chance));
    let below = |(metric, chance): &(Metric, f64)| best.values[*metric as usize].upper < *chance;
    Metric::ALL.into_iter().filter_map(chance).filter(below).collect()
}

/// An order that is the wrong way round beats a baseline whose is more so; both are worse than none.
fn worse_than_chance(best: &Pooled) -> Option<String> {
    let one = |(metric, chance): &(Metric, f64)| {
        let value = best.values[*metric as usize].value;
        format!("{} is {value:.2}, by chance {chance}", metric.words())
    };
    let found: Vec<String> = below_chance(best).iter().map(one).collect();
    (!found.is_empty()).then(|| {
        format!(
            "the order in which {} puts customers is worse than chance, beyond noise ({}): those it expects most of \
             buy least",
            best.name,
            found.join("; ")
        )
    })
}

/// Intervals that hold less than they say.
fn too_narrow(best: &Pooled) -> Option<String> {
    let held = best.values[Metric::Coverage90 as usize];
    (held.upper < LEVELS[2]).then(|| match held.value {
        0.0 => format!("none of the 90 % intervals that {} gives customers held", best.name),
        held => format!(
            "the 90 % intervals that {} gives customers held {:.1} % of them, fewer than they say beyond noise",
            best.name,
            100.0 * held
        ),
    })
}

/// How far the totals of purchases and of spend are off in one holdout, and what of that the data show.
pub(crate) fn totals(origin: &Origin, name: &str) -> Vec<String> {
    let Some(entrant) = origin.entrants.iter().find(|e| e.name == name) else { return Vec::new() };
    let purchases = entrant.values[Metric::TotalBias as usize];
    let reasons = [
        rising(entrant).filter(|_| purchases.value < 0.0),
        parts(entrant, "month", "of", month_words).map(|words| words + &unseen(origin, entrant)),
        parts(entrant, "cohort", "by when customers came, of", |label| label.to_owned()),
        in_sample(entrant),
    ];
    let purchases_off = off(origin, "purchases", purchases, reasons.into_iter().flatten().collect());
    let spend_off = origin.spend.and_then(|spend| {
        let bias = entrant.values[Metric::ValueBias as usize];
        let reasons = [amounts(origin, spend, purchases, bias), dearer(origin)];
        off(origin, "spend", bias, reasons.into_iter().flatten().collect())
    });
    purchases_off.into_iter().chain(spend_off).collect()
}

/// One total.
fn off(origin: &Origin, what: &str, bias: Estimate, reasons: Vec<String>) -> Option<String> {
    if !bias.value.is_finite() {
        return None;
    }
    let way = if bias.value < 0.0 { "too low" } else { "too high" };
    let ends = format!("{} to {} %", signed(100.0 * bias.lower, 0), signed(100.0 * bias.upper, 0));
    let few = match origin.purchases {
        n if n < FEW => format!("; of {n} purchase{} only", if n == 1.0 { "" } else { "s" }),
        _ => String::new(),
    };
    let noise = if bias.beyond_noise() { "" } else { ", within noise" };
    // Without replicates nothing says how sure it is.
    let sure = match bias.lower.is_finite() {
        true => format!(" ({ends}{noise}{few})"),
        false => few.strip_prefix("; ").map_or(String::new(), |few| format!(" ({few})")),
    };
    let mut words = format!(
        "{} to {}: total of {what} {:.0} % {way}{sure}",
        origin.window.origin,
        origin.window.end,
        100.0 * bias.value.abs()
    );
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

/// The groups that make most of a miss, and how much each.
fn most<'a>(entrant: &'a Entrant, by: &str) -> (f64, Vec<(&'a Group, f64)>) {
    let of = entrant.groups.iter().filter(|group| group.by == by);
    let mut all: Vec<(&Group, f64)> = of.map(|group| (group, group.actual - group.expected)).collect();
    let miss: f64 = all.iter().map(|(_, part)| part).sum();
    all.sort_by(|a, b| (b.1 * miss).total_cmp(&(a.1 * miss)));
    let several = all.len() > 1;
    all.retain(|(_, part)| several && part * miss > 0.0);
    all.truncate(NAMED);
    (miss, all)
}

/// How much of the miss each group makes, the largest parts first.
fn parts(entrant: &Entrant, by: &str, head: &str, name: impl Fn(&str) -> String) -> Option<String> {
    let (miss, groups) = most(entrant, by);
    let one = |(group, part): &(&Group, f64)| format!("{} {}", name(&group.label), grouped(part.abs(), 0));
    let named: Vec<String> = groups.iter().map(one).collect();
    let kind = if miss > 0.0 { "missing purchases" } else { "purchases too many" };
    (!named.is_empty()).then(|| format!("{head} {} {kind}: {}", grouped(miss.abs(), 0), named.join(", ")))
}

/// Months of the year among those that make most of a miss which the fit has not seen.
fn unseen(origin: &Origin, entrant: &Entrant) -> String {
    let of_year = |label: &str| label.get(5..).and_then(|month| month.parse::<i32>().ok()).unwrap_or(0);
    let months = first_grain(Grain::Month, origin.first)..=first_grain(Grain::Month, origin.window.origin);
    let seen = |month: i32| months.clone().any(|seen| seen.rem_euclid(12) + 1 == month);
    let new = most(entrant, "month").1.into_iter().map(|(group, _)| of_year(&group.label));
    let new: Vec<&str> = new.filter(|month| !seen(*month)).filter_map(month_of_year).collect();
    if new.is_empty() { String::new() } else { format!(" (no {} was in the fit)", new.join(" and no ")) }
}

fn month_of_year(month: i32) -> Option<&'static str> {
    MONTHS.get(usize::try_from(month - 1).ok()?).copied()
}

/// `1998-03` as people say it.
fn month_words(label: &str) -> String {
    let month = label.get(5..).and_then(|month| month.parse().ok()).and_then(month_of_year);
    month.map_or(label.to_owned(), |month| format!("{month} {}", &label[..4]))
}

/// How the model does on the purchases it was fitted to: in sample, expected by when customers came.
pub(crate) fn before(entrant: &Entrant) -> Option<(f64, f64)> {
    let last = entrant.tracking.iter().rev().find(|point| !point.holdout)?;
    (last.actual > 0.0).then_some((last.expected, last.actual))
}

fn in_sample(entrant: &Entrant) -> Option<String> {
    let (expected, actual) = before(entrant)?;
    Some(format!("in sample, up to the origin, it is {} % off", signed(100.0 * (expected / actual - 1.0), 1)))
}

/// A purchase's mean amount, where that is what makes the difference.
fn amounts(origin: &Origin, spend: f64, purchases: Estimate, value: Estimate) -> Option<String> {
    let (actual, apart) = (spend / origin.purchases, (1.0 + value.value) / (1.0 + purchases.value));
    (actual.is_finite() && (apart - 1.0).abs() > APART).then(|| {
        format!(
            "a purchase brought {} on average, expected were {}",
            grouped(actual, 2),
            grouped(actual * apart, 2)
        )
    })
}

/// Amounts that change with time within customers.
fn dearer(origin: &Origin) -> Option<String> {
    let found = origin.dearer.filter(|found| found.beyond_noise() && found.value.abs() > APART)?;
    Some(format!(
        "the same customers paid {:.2} times as much a purchase after the origin as before it ({:.2} to {:.2}): amounts \
         change with time, and the model of spend takes them to stay",
        1.0 + found.value,
        1.0 + found.lower,
        1.0 + found.upper
    ))
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
