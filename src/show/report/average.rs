//! An average of models: which they are, and what forecasts of earlier dates say of it.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::base::numbers::{count, significant};
use crate::fitted::{Average, Learned, Part, Trial};
use crate::params::ParamSpec;
use crate::show::report::{Block, Table, model, rates};

/// The models with their weights, and how rates change.
pub(super) fn describe(average: &Average, learned: Option<&Learned>, unit: crate::base::Unit) -> model::Part {
    let name = if average.learned { "best" } else { "robust" };
    let how = if average.learned {
        "weights learned from forecasts of earlier dates"
    } else {
        "all of the same weight"
    };
    let mut table = Table::new(&["model", ">weight", "parameters", "rates"]);
    for part in &average.parts {
        let changing = if part.intensity.is_some() { "change with age and date" } else { "steady" };
        table.row([
            part.model.name().to_owned(),
            format!("{:.2}", part.weight),
            parameters(part),
            changing.to_owned(),
        ]);
    }
    let heading = format!("{name}: the average of {} models, {how}", average.parts.len());
    let mut blocks = vec![Block::Heading(heading), Block::Table(table)];
    let changes = average.parts.iter().find_map(|part| part.intensity.as_ref());
    blocks.extend(changes.into_iter().flat_map(|found| rates::words(found.parts())).map(Block::Line));
    let mut json = Map::new();
    json.insert("name".into(), name.into());
    let all = |of: &dyn Fn(&Part, usize) -> Value| -> Value {
        let named = average.parts.iter().flat_map(|part| {
            let own = part.model.specs().iter().enumerate();
            own.map(move |(i, spec)| (format!("{}.{}", part.model.name(), spec.name), of(part, i)))
        });
        Value::Object(named.collect())
    };
    let error = |part: &Part, i: usize| part.fit.as_ref().and_then(|fit| fit.estimates[i].standard_error);
    json.insert("parameters".into(), all(&|part, i| part.model.params()[i].into()));
    json.insert("standard_errors".into(), all(&|part, i| error(part, i).map_or(Value::Null, Value::from)));
    json.insert("models".into(), average.parts.iter().map(|part| part_json(part, unit)).collect());
    if let Some(learned) = learned {
        blocks.extend(learned.dropped.iter().map(|words| Block::Line(format!("left out: {words}"))));
        blocks.extend(trust(learned));
        json.insert("learned".into(), learned_json(learned));
    }
    model::Part { blocks, json }
}

fn parameters(part: &Part) -> String {
    let one = |(spec, value): (&ParamSpec, &f64)| format!("{} {}", spec.name, significant(*value, 4));
    part.model.specs().iter().zip(part.model.params()).map(one).collect::<Vec<_>>().join(", ")
}

fn part_json(part: &Part, unit: crate::base::Unit) -> Value {
    let own =
        model::describe(part.model.name(), part.model.specs(), part.model.params(), part.fit.as_ref(), unit);
    let mut json = own.json;
    json.insert("weight".into(), part.weight.into());
    json.extend(part.intensity.as_ref().map(|found| ("rates".to_owned(), rates::json(found.parts()))));
    Value::Object(json)
}

/// How forecasts of earlier dates did, in one table, by how far they looked.
fn trust(learned: &Learned) -> Vec<Block> {
    if let Some(words) = &learned.why_none {
        return vec![Block::Line(format!(
            "how far off totals may be is what is usual of other logs, nothing of this one's past: {words}"
        ))];
    }
    let mut table = Table::new(&[
        "weeks ahead",
        ">tried",
        ">totals off by",
        ">on average",
        ">the last period again",
        ">totals held",
        ">customers held",
        ">CRPS to mbg-nbd",
        ">to equal weights",
    ]);
    for (weeks, trials) in by_horizon(&learned.trials) {
        let mean = |of: &dyn Fn(&Trial) -> f64| {
            trials.iter().map(|trial| of(trial)).sum::<f64>() / trials.len() as f64
        };
        let off = |trial: &Trial| trial.expected / trial.bought - 1.0;
        table.row([
            weeks.to_string(),
            count(trials.len() as u64),
            format!("{:.0} %", 100.0 * mean(&|trial| off(trial).abs())),
            format!("{:+.0} %", 100.0 * mean(&off)),
            unchanged(&trials).map_or("-".to_owned(), |(_, before)| format!("{:.0} %", 100.0 * before)),
            held(&trials),
            format!("{:.0} %", 100.0 * mean(&|trial| trial.covered)),
            percent(Some(mean(&|trial| (trial.crps / trial.reference).ln()))),
            percent(against_equal(&trials)),
        ]);
    }
    let words = "the same models, fitted to what was known at earlier dates, against what came; held: by 90 % intervals, \
                 those of totals made of the other dates (weights were chosen on all)";
    let mut blocks = vec![
        Block::Heading("how it would have done".to_owned()),
        Block::Table(table),
        Block::Line(words.to_owned()),
    ];
    blocks.extend(as_good(learned).map(Block::Line));
    blocks
}

/// The logarithm of a ratio as a change.
fn percent(log: Option<f64>) -> String {
    log.map_or("-".to_owned(), |log| format!("{:+.1} %", 100.0 * log.exp_m1()))
}

/// How many of the totals were within the 90 % intervals that the other dates make.
fn held(trials: &[&Trial]) -> String {
    let known: Vec<bool> = trials.iter().filter_map(|trial| trial.held).collect();
    match known.len() {
        0 => "-".to_owned(),
        n => format!("{} of {n}", known.iter().filter(|held| **held).count()),
    }
}

/// Where the log goes back so far: how far totals were off, and how far as many purchases as in as long a time before.
fn unchanged(trials: &[&Trial]) -> Option<(f64, f64)> {
    let pairs = trials.iter().filter_map(|trial| {
        let off = |total: f64| (total / trial.bought - 1.0).abs();
        Some((off(trial.expected), off(trial.before?)))
    });
    let pairs: Vec<(f64, f64)> = pairs.collect();
    let mean = |of: fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / pairs.len() as f64;
    (!pairs.is_empty()).then(|| (mean(|pair| pair.0), mean(|pair| pair.1)))
}

/// The mean logarithm of the score over that of the average with equal weights.
fn against_equal(trials: &[&Trial]) -> Option<f64> {
    let logs = trials.iter().map(|trial| Some((trial.crps / trial.robust?).ln()));
    let logs: Vec<f64> = logs.collect::<Option<_>>()?;
    Some(logs.iter().sum::<f64>() / logs.len() as f64)
}

/// Where the past says that the last period again is as good a forecast of a total.
fn as_good(learned: &Learned) -> Option<String> {
    let by = by_horizon(&learned.trials);
    let (weeks, trials) = by.iter().next_back()?;
    let (own, before) = unchanged(trials)?;
    (before <= own).then(|| {
        format!(
            "{weeks} weeks ahead the last period again was no worse for totals ({:.0} % off against {:.0} % on the dates where \
             there is one): use either for them; it says nothing of single customers",
            100.0 * before,
            100.0 * own
        )
    })
}

fn by_horizon(trials: &[Trial]) -> BTreeMap<u64, Vec<&Trial>> {
    let mut by: BTreeMap<u64, Vec<&Trial>> = BTreeMap::new();
    trials.iter().for_each(|trial| by.entry(trial.weeks.round() as u64).or_default().push(trial));
    by
}

fn learned_json(learned: &Learned) -> Value {
    let one = |trial: &Trial| {
        json!({
            "origin": trial.origin.to_string(),
            "weeks": trial.weeks,
            "customers": trial.customers,
            "expected": trial.expected,
            "bought": trial.bought,
            "in_90_intervals": trial.covered,
            "crps": trial.crps,
            "crps_mbg_nbd": trial.reference,
            "crps_equal_weights": trial.robust,
            "bought_before": trial.before,
            "total_in_90_interval": trial.held,
        })
    };
    json!({
        "windows": learned.windows,
        "excess_of_totals": learned.excess,
        "why_none": learned.why_none,
        "left_out": learned.dropped,
        "trials": learned.trials.iter().map(one).collect::<Vec<_>>(),
    })
}
