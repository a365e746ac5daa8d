//! A backtest on one screen: figures of models and baselines, where the best model errs, and a verdict.

use serde_json::{Map, Value, json};

use crate::base::numbers::{count, grouped, signed, significant};
use crate::show::report::{Block, Report, Table};
use crate::study::backtest::{
    Backtest, Baseline, Entrant, Estimate, Group, LEVEL, Metric, Origin, Pooled, before,
};

/// Describes a backtest.
pub fn backtest(found: &Backtest) -> Report {
    let mut report = Report::default();
    report.results.push(Block::Heading(heading(found)));
    for origin in &found.origins {
        report.results.push(Block::Line(origin_words(origin)));
    }
    report.results.push(Block::Heading("purchases".to_owned()));
    report.results.push(Block::Table(purchases(found)));
    if found.pooled.iter().any(|e| e.values[Metric::ValueMae as usize].value.is_finite()) {
        report.results.push(Block::Heading(SPEND.to_owned()));
        report.results.push(Block::Table(spend(found)));
    }
    report.results.push(Block::Heading(
        "customers within the models' intervals (with randomised ends: exact)".to_owned(),
    ));
    report.results.push(Block::Table(coverage(found)));
    if let Some((origin, entrant)) = shown(found) {
        let words = format!("{} at {}, by repeat purchases before", entrant.name, origin.window.origin);
        report.results.push(Block::Heading(words));
        report.results.push(Block::Table(across(entrant.groups.iter().filter(|g| g.by == "frequency"))));
        for (by, words) in [("month", "by month of the holdout"), ("cohort", "by when customers came")] {
            let groups = largest(&entrant.groups, by);
            if groups.len() > 1 {
                report.results.push(Block::Heading(words.to_owned()));
                report.results.push(Block::Table(missed(&groups)));
            }
        }
    }
    report.results.push(Block::Heading("verdict".to_owned()));
    report.results.extend(found.verdict.iter().cloned().map(Block::Line));
    report.remarks.extend(missing(found).into_iter().map(Block::Line));
    report.json.insert("backtest".into(), object(found));
    report
}

fn heading(found: &Backtest) -> String {
    let windows = &found.windows;
    let several = match found.origins.len() {
        1 => "1 origin".to_owned(),
        n => format!("means over {n} origins"),
    };
    format!(
        "backtest, {several}, holdout {} {}s = {} {}s; {:.0} % intervals by bootstrap",
        windows.length,
        windows.grain,
        significant(windows.horizon(), 6),
        windows.unit,
        100.0 * LEVEL
    )
}

fn origin_words(origin: &Origin) -> String {
    let spend = origin.spend.map_or(String::new(), |spend| format!(", spend {}", grouped(spend, 0)));
    format!(
        "to {}: {} customers known on {}, {} of them buy, {} purchases{spend}",
        origin.window.end,
        count(origin.customers),
        origin.window.origin,
        count(origin.buyers),
        grouped(origin.purchases, 0),
    )
}

const SPEND: &str = "spend (lift: of the best tenth by forecast; top 20 %: share of the actual ones found)";

/// Rows of figures, one an entrant.
fn figures(found: &Backtest, heads: &[&str], cells: impl Fn(&Pooled) -> Vec<String>) -> Table {
    let mut table = Table::new(heads);
    for entrant in &found.pooled {
        let name = format!("{}{}", if entrant.baseline { "* " } else { "" }, entrant.name);
        table.row([name].into_iter().chain(cells(entrant)));
    }
    table
}

/// How far totals are off either way, where there are several.
const OFF: &str = ">off by";

fn purchases(found: &Backtest) -> Table {
    // The mean absolute error rewards forecasts that are too low, and comes last.
    let plain = [
        (">CRPS", Metric::Crps),
        (">AUC", Metric::Auc),
        (">Brier", Metric::Brier),
        (">Spearman", Metric::Spearman),
        (">deviance", Metric::Deviance),
        (">RMSE", Metric::Rmse),
        (">MAE", Metric::Mae),
    ];
    let heads = ["", ">total", ">", OFF].into_iter().chain(plain.map(|(head, _)| head));
    let heads: Vec<&str> = heads.filter(|head| *head != OFF || found.origins.len() > 1).collect();
    figures(found, &heads, |entrant| {
        let of = |metric: Metric| &entrant.values[metric as usize];
        let mut cells = vec![percent(of(Metric::TotalBias)), interval(of(Metric::TotalBias))];
        cells.extend((found.origins.len() > 1).then(|| share(of(Metric::TotalError).value)));
        cells.extend(plain.map(|(_, metric)| number(of(metric).value)));
        cells
    })
}

fn spend(found: &Backtest) -> Table {
    let heads = ["", ">total", ">", OFF, ">Gini", ">", ">lift", ">top 20 %", ">MAE"];
    let heads: Vec<&str> = heads.into_iter().filter(|head| *head != OFF || found.origins.len() > 1).collect();
    figures(found, &heads, |entrant| {
        let of = |metric: Metric| &entrant.values[metric as usize];
        let gini = of(Metric::ValueGini);
        let mut cells = vec![percent(of(Metric::ValueBias)), interval(of(Metric::ValueBias))];
        cells.extend((found.origins.len() > 1).then(|| share(of(Metric::ValueError).value)));
        cells.extend([
            number(gini.value),
            range(gini, |x| format!("{x:.3}")),
            number(of(Metric::ValueLift).value),
            share(of(Metric::ValueTop20).value),
            number(of(Metric::ValueMae).value),
        ]);
        cells
    })
}

fn coverage(found: &Backtest) -> Table {
    let heads = ["", ">50 %", ">", ">80 %", ">", ">90 %", ">", ">KS, last origin", ">p"];
    let mut table = Table::new(&heads);
    for entrant in found.pooled.iter().filter(|entrant| !entrant.baseline) {
        let of = |metric: Metric| entrant.values[metric as usize].value;
        let pairs = [
            (Metric::Coverage50, Metric::PitCoverage50),
            (Metric::Coverage80, Metric::PitCoverage80),
            (Metric::Coverage90, Metric::PitCoverage90),
        ];
        let cells =
            pairs.into_iter().flat_map(|(plain, pit)| [share(of(plain)), format!("({})", share(of(pit)))]);
        let last = found.origins.last().and_then(|o| o.entrants.iter().find(|e| e.name == entrant.name));
        let uniformity = last.and_then(|e| e.uniformity);
        let distance = uniformity.map_or(String::new(), |u| significant(u.distance, 2));
        let p = uniformity.map_or(String::new(), |u| significant(u.p, 2));
        table.row([entrant.name.to_owned()].into_iter().chain(cells).chain([distance, p]));
    }
    table
}

/// The best model at the last origin.
fn shown(found: &Backtest) -> Option<(&Origin, &Entrant)> {
    let origin = found.origins.last()?;
    let best = found.best()?;
    Some((origin, origin.entrants.iter().find(|entrant| entrant.name == best)?))
}

/// Groups beside each other that a table has room for.
const ROOM: usize = 9;

/// The groups in their order; of too many those that are missed most, and the others as one.
fn largest(groups: &[Group], by: &str) -> Vec<Group> {
    let all: Vec<&Group> = groups.iter().filter(|group| group.by == by).collect();
    let miss = |group: &Group| (group.actual - group.expected).abs();
    let mut sizes: Vec<f64> = all.iter().map(|group| miss(group)).collect();
    sizes.sort_by(|a, b| b.total_cmp(a));
    let least = if all.len() > ROOM { sizes[ROOM - 2] } else { 0.0 };
    let mut kept: Vec<Group> = all.iter().filter(|g| miss(g) >= least).map(|g| (*g).clone()).collect();
    let rest: Vec<&&Group> = all.iter().filter(|group| miss(group) < least).collect();
    if let Some(one) = rest.first() {
        kept.push(Group {
            label: "others".to_owned(),
            expected: rest.iter().map(|group| group.expected).sum(),
            actual: rest.iter().map(|group| group.actual).sum(),
            ..(**one).clone()
        });
    }
    kept
}

fn missed(groups: &[Group]) -> Table {
    let heads: Vec<String> =
        ["".to_owned()].into_iter().chain(groups.iter().map(|group| format!(">{}", group.label))).collect();
    let mut table = Table::new(&heads.iter().map(String::as_str).collect::<Vec<_>>());
    let mut row = |what: &str, of: &dyn Fn(&Group) -> f64| {
        table.row([what.to_owned()].into_iter().chain(groups.iter().map(|group| grouped(of(group), 0))));
    };
    row("expected", &|group| group.expected);
    row("actual", &|group| group.actual);
    row("missing", &|group| group.actual - group.expected);
    table
}

fn across<'a>(groups: impl Iterator<Item = &'a Group>) -> Table {
    let groups: Vec<&Group> = groups.collect();
    let heads: Vec<String> =
        ["".to_owned()].into_iter().chain(groups.iter().map(|group| format!(">{}", group.label))).collect();
    let mut table = Table::new(&heads.iter().map(String::as_str).collect::<Vec<_>>());
    let mut row = |what: &str, of: &dyn Fn(&Group) -> String| {
        table.row([what.to_owned()].into_iter().chain(groups.iter().map(|group| of(group))));
    };
    row("customers", &|group| count(group.customers));
    row("expected", &|group| grouped(group.expected, 0));
    row("actual", &|group| grouped(group.actual, 0));
    table
}

/// What is not in the tables, and why; what the baselines are.
fn missing(found: &Backtest) -> Vec<String> {
    let mut words = Vec::new();
    if found.windows.too_early > 0 {
        let (n, first) = (found.windows.too_early, found.windows.first);
        words.push(format!("{n} origins that were asked for lie before the first purchase, on {first}"));
    }
    for origin in &found.origins {
        for (name, why) in &origin.left_out {
            words.push(format!("{name} is left out at {}: {why}", origin.window.origin));
        }
    }
    let of = |baseline: &Baseline| found.pooled.iter().any(|entrant| entrant.name == baseline.name());
    let baselines = Baseline::ALL.iter().filter(|baseline| of(baseline));
    let baselines: Vec<String> =
        baselines.map(|baseline| format!("{}: {}", baseline.name(), baseline.about())).collect();
    words.push(format!("* baselines without a model: {}", baselines.join("; ")));
    words
}

fn number(value: f64) -> String {
    if value.is_finite() { significant(value, 4) } else { "-".to_owned() }
}

fn share(value: f64) -> String {
    if value.is_finite() { format!("{:.1} %", 100.0 * value) } else { "-".to_owned() }
}

fn percent(estimate: &Estimate) -> String {
    if estimate.value.is_finite() {
        format!("{} %", signed(100.0 * estimate.value, 1))
    } else {
        "-".to_owned()
    }
}

fn interval(estimate: &Estimate) -> String {
    range(estimate, |x| signed(100.0 * x, 0))
}

fn range(estimate: &Estimate, cell: impl Fn(f64) -> String) -> String {
    let known = estimate.lower.is_finite() && estimate.value.is_finite();
    if known { format!("[{}, {}]", cell(estimate.lower), cell(estimate.upper)) } else { String::new() }
}

fn object(found: &Backtest) -> Value {
    let windows = &found.windows;
    let pooled = found.pooled.iter().map(|e| entrant(e.name, e.baseline, &e.values));
    let differences = found.differences.iter().map(|difference| {
        json!({
            "first": difference.first,
            "second": difference.second,
            "loss_difference": metrics(&difference.values),
        })
    });
    json!({
        "holdout": { "grains": windows.length, "grain": windows.grain.name(),
            "horizon": windows.horizon(), "unit": windows.unit.name() },
        "interval": LEVEL,
        "figures": pooled.collect::<Value>(),
        "differences": differences.collect::<Value>(),
        "origins": found.origins.iter().map(of_origin).collect::<Value>(),
        "verdict": found.verdict,
    })
}

fn entrant(name: &str, baseline: bool, values: &[Estimate]) -> Value {
    json!({ "name": name, "baseline": baseline, "metrics": metrics(values) })
}

fn metrics(values: &[Estimate]) -> Value {
    let finite = |value: f64| value.is_finite().then_some(value);
    let mut object = Map::new();
    for (metric, e) in Metric::ALL.iter().zip(values).filter(|(_, e)| e.value.is_finite()) {
        let figure = json!({ "value": e.value, "lower": finite(e.lower), "upper": finite(e.upper) });
        object.insert(metric.name().to_owned(), figure);
    }
    Value::Object(object)
}

fn of_origin(origin: &Origin) -> Value {
    let entrants = origin.entrants.iter().map(|e| {
        let mut object = entrant(e.name, e.baseline, &e.values);
        object["groups"] = e.groups.iter().map(group).collect();
        if let Some(uniformity) = e.uniformity {
            object["pit_ks"] = json!({ "distance": uniformity.distance, "p": uniformity.p });
        }
        if e.baseline {
            object["learned"] = e.learned.clone().into();
            return object;
        }
        if let Some((expected, actual)) = before(e) {
            object["in_sample"] = json!({ "expected": expected, "actual": actual });
        }
        let bins = e.calibration.iter();
        object["calibration"] = bins
            .map(|b| json!({ "customers": b.customers, "expected": b.expected, "actual": b.actual }))
            .collect();
        let points = e.tracking.iter();
        object["tracking"] = points
            .map(|p| json!({ "until": p.until.to_string(), "expected": p.expected, "actual": p.actual }))
            .collect();
        object
    });
    let left_out = origin.left_out.iter().map(|(name, why)| json!({ "name": name, "why": why }));
    json!({
        "origin": origin.window.origin.to_string(),
        "end": origin.window.end.to_string(),
        "customers": origin.customers,
        "buyers": origin.buyers,
        "purchases": origin.purchases,
        "spend": origin.spend,
        "amounts_after_over_before": origin.dearer.map(|found| json!({
            "value": 1.0 + found.value, "lower": 1.0 + found.lower, "upper": 1.0 + found.upper,
        })),
        "forecasts": entrants.collect::<Value>(),
        "left_out": left_out.collect::<Value>(),
    })
}

fn group(group: &Group) -> Value {
    json!({ "by": group.by, "label": group.label, "customers": group.customers,
        "expected": group.expected, "actual": group.actual })
}
