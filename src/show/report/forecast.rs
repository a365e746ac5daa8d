//! A forecast of all customers: the total, how it is spread, and the first of them.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, UInt32Type};
use arrow_array::{Array, RecordBatch};
use serde_json::{Value, json};

use crate::base::{
    Horizon, ValueOptions, Warning,
    numbers::{count, grouped, significant, things},
};
use crate::fitted::ClvModel;
use crate::forecast::{GroupSums, IntervalOptions, OLD, ScoreOptions, Spread, Totals};
use crate::show::report::{Block, Report, Table};

/// Describes a forecast; `first` holds the first customers of the output.
pub fn forecast(
    model: &ClvModel,
    totals: &Totals,
    first: Option<&RecordBatch>,
    scores: &ScoreOptions,
) -> Report {
    let options = &scores.value;
    let mut report = Report::default();
    let words = model.settings(options);
    report.results.push(Block::Heading(format!("forecast ({})", words.join("; "))));
    report.results.push(Block::Table(figures(model, totals, scores.interval.as_ref())));
    report.results.extend(sees_nobody_leave(model, options.horizon).map(Block::Line));
    let groups = groups(totals, scores);
    report.results.extend(groups.0);
    report.results.extend(pooled(model, scores).map(Block::Line));
    let mut warnings = Vec::new();
    if scores.interval.is_some() {
        report.results.extend(crate::forecast::weak_prior(model).map(Block::Line));
        warnings
            .extend(crate::forecast::no_intervals(model).map(|words| Warning::new("no-intervals", words)));
        warnings.extend(certain(model));
    }
    warnings.extend(model.far_horizon(&options.horizon));
    warnings.extend(unseen(model, totals));
    warnings.extend(old(totals));
    report.remarks.extend(since_fit(model, totals).map(Block::Line));
    if totals.purchases.is_none() && totals.customers > 0 {
        report.results.push(Block::Line(format!(
            "expected_purchases is empty: without end they are infinite under this {} model; their discounted \
             value is not",
            model.purchase.name()
        )));
    }
    if let Some(first) = first {
        report.results.push(Block::Heading("the first customers of the output".to_owned()));
        report.results.push(Block::Table(rows(first)));
    }
    report.json.insert("forecast".into(), json(model, totals, options, &words));
    if scores.interval.is_some() {
        add_bounds(&mut report.json["forecast"], &groups.1);
    }
    if scores.by.is_some() || scores.interval.is_some() {
        report.json.insert("totals".into(), groups.1);
    }
    warnings.extend(high_discount(options));
    if !warnings.is_empty() {
        let each = |warning: &Warning| json!({ "code": warning.code, "message": warning.message });
        report.json.insert("warnings".into(), warnings.iter().map(each).collect());
    }
    report.warnings.extend(warnings.into_iter().map(|warning| warning.message));
    report
}

/// Where next to nobody leaves, the model says nothing of who is still a customer.
fn sees_nobody_leave(model: &ClvModel, horizon: Horizon) -> Option<String> {
    let more = match &crate::forecast::may_see_more(model)[..] {
        [] => String::new(),
        others => format!(" ({} may see more)", others.join(" or ")),
    };
    crate::forecast::leaving(model, horizon).is_nobody().then(|| {
        format!(
            "{} sees next to no customer leave within the horizon: it cannot tell leaving from buying rarely here, and says \
             nothing of who is still a customer{more}",
            model.purchase.name()
        )
    })
}

/// The intervals of all customers together, which stand among those of groups.
fn add_bounds(forecast: &mut Value, groups: &Value) {
    let all = groups.as_array().and_then(|all| all.iter().find(|sums| sums["group"].is_null()));
    for figure in ["expected_buyers", "expected_purchases", "clv"] {
        for end in ["lower", "upper"] {
            let bound = format!("{figure}_{end}");
            if let Some(all) = all {
                forecast[&bound] = all[&bound].clone();
            }
        }
    }
}

/// The settings and the totals.
fn json(model: &ClvModel, totals: &Totals, options: &ValueOptions, words: &[String]) -> Value {
    json!({
        "settings": words,
        "horizon": options.horizon.to_string(),
        "discount": options.discount.to_string(),
        "discount_per_unit_continuous": options.discount.continuous(model.unit),
        "discounting": options.timing.to_string(),
        "margin": options.margin,
        "customers": totals.customers,
        "customers_without_repeat": totals.one_time,
        "fit_age_days": totals.since_fit.map(|(days, _)| days),
        "customers_since_fit": totals.since_fit.map(|(_, newer)| newer),
        "expected_buyers": totals.buyers,
        "expected_alive": totals.alive,
        "expected_purchases": totals.purchases,
        "clv": totals.value,
        "value_share": {
            "top_1_percent": totals.value_share(0.01),
            "top_10_percent": totals.value_share(0.1),
            "top_20_percent": totals.value_share(0.2),
        },
    })
}

/// How old the fit is, and how many of these customers it never saw.
fn since_fit(model: &ClvModel, totals: &Totals) -> Option<String> {
    let ((days, newer), fitted) = totals.since_fit.zip(model.observed_until)?;
    let share = 100.0 * newer as f64 / totals.customers.max(1) as f64;
    Some(format!(
        "the model was fitted to purchases until {fitted}, {} days before the end of these; {} of {} ({} %) came after it",
        grouped(days, 0),
        count(newer),
        things(totals.customers, "customer"),
        grouped(share, 0)
    ))
}

/// A fit that is old.
fn old(totals: &Totals) -> Option<Warning> {
    totals.since_fit.filter(|(days, _)| *days > OLD.days()).map(|(days, _)| {
        let message = format!(
            "the model was fitted {} days before the end of these purchases, more than {OLD}: fit it again, or see with clv \
             monitor whether its forecast came true",
            grouped(days, 0)
        );
        Warning::new("old-fit", message)
    })
}

/// A rate that is likely a mistake.
fn high_discount(options: &ValueOptions) -> Option<Warning> {
    options.discount.is_suspicious().then(|| {
        let message = format!(
            "the discount {} is {} % a year: money a year away is worth less than half. Is that meant?",
            options.discount,
            grouped(100.0 * options.discount.effective(crate::base::Unit::Year), 0)
        );
        Warning::new("high-discount", message)
    })
}

fn figures(model: &ClvModel, totals: &Totals, interval: Option<&IntervalOptions>) -> Table {
    let mut table = Table::new(&["", ">", ""]);
    let mut row = |what: &str, figure: String, note: String| table.row([what.to_owned(), figure, note]);
    let share = |part: f64| format!("{:.1} %", 100.0 * part / totals.customers.max(1) as f64);
    let all = totals.groups.get(&None).map(|all| &all.buyers_spread);
    let note = format!(
        "{} of the customers, expected within the horizon{}",
        share(totals.buyers),
        between(all, interval, 0)
    );
    row("will buy", grouped(totals.buyers, 0), note);
    row("customers", count(totals.customers), format!("{} bought once", count(totals.one_time)));
    row(
        "still customers",
        grouped(totals.alive, 0),
        format!("{}, as {} means it", share(totals.alive), model.purchase.name()),
    );
    if let Some(purchases) = totals.purchases {
        let all = totals.groups.get(&None).map(|all| &all.purchases_spread);
        let note = format!("expected within the horizon{}", between(all, interval, 0));
        row("purchases", grouped(purchases, 1), note);
    }
    if let Some(value) = totals.value {
        let mean = value / totals.customers.max(1) as f64;
        let all = totals.groups.get(&None).map(|all| &all.clv_spread);
        let note = format!("{} a customer{}", grouped(mean, 2), between(all, interval, 0));
        row("value (clv)", grouped(value, 2), note);
    }
    let held = [0.01, 0.1, 0.2].map(|top| totals.value_share(top));
    if let [Some(one), Some(ten), Some(twenty)] = held {
        let percent = |share: f64| format!("{:.1} %", 100.0 * share);
        row("held by the top 1 %", percent(one), "of customers, by value".to_owned());
        row("  top 10 %", percent(ten), String::new());
        row("  top 20 %", percent(twenty), String::new());
    }
    table
}

/// The interval of a total in words.
fn between(spread: Option<&Spread>, interval: Option<&IntervalOptions>, digits: usize) -> String {
    let bounds = interval.and_then(|options| spread?.interval(options.probability).map(|b| (options, b)));
    bounds.map_or(String::new(), |(options, (low, high))| {
        let share = significant(100.0 * options.probability, 4);
        format!("; {share} % interval {} to {}", grouped(low, digits), grouped(high, digits))
    })
}

/// Totals by group, as a table and as JSON.
fn groups(totals: &Totals, scores: &ScoreOptions) -> (Vec<Block>, Value) {
    let interval = scores.interval.as_ref();
    let mut header = vec![scores.by.as_deref().unwrap_or("group"), ">customers", ">purchases", ">clv"];
    if interval.is_some() {
        header.extend([">clv lower", ">clv upper"]);
    }
    let mut table = Table::new(&header);
    let mut json = Vec::new();
    let shown = shown(totals);
    for (name, sums) in &totals.groups {
        let bounds = |spread: &Spread| interval.and_then(|options| spread.interval(options.probability));
        let (purchases, clv) = (bounds(&sums.purchases_spread), bounds(&sums.clv_spread));
        let buyers = bounds(&sums.buyers_spread);
        json.push(json!({
            "group": name, "customers": sums.customers, "expected_buyers": sums.buyers,
            "expected_buyers_lower": buyers.map(|b| b.0), "expected_buyers_upper": buyers.map(|b| b.1),
            "expected_alive": sums.alive,
            "expected_purchases": sums.purchases, "expected_purchases_lower": purchases.map(|b| b.0),
            "expected_purchases_upper": purchases.map(|b| b.1), "clv": sums.clv,
            "clv_lower": clv.map(|b| b.0), "clv_upper": clv.map(|b| b.1),
        }));
        let Some(name) = name.as_ref().filter(|_| sums.customers >= shown) else { continue };
        let number = |value: Option<f64>| value.map_or("-".to_owned(), |value| grouped(value, 1));
        let mut row = vec![name.clone(), count(sums.customers), number(sums.purchases), number(sums.clv)];
        if interval.is_some() {
            row.extend([number(clv.map(|b| b.0)), number(clv.map(|b| b.1))]);
        }
        table.row(row);
    }
    let blocks = match &scores.by {
        Some(by) => {
            let mut blocks = vec![Block::Heading(format!("by {by}")), Block::Table(table)];
            blocks.extend(left_out(totals, by, shown).map(Block::Line));
            blocks
        }
        None => Vec::new(),
    };
    (blocks, Value::from(json))
}

/// Groups that a table shows at least, if there are so many; those of equal size stay together.
const SHOWN_GROUPS: usize = 50;

/// How many customers a group must have to be shown.
fn shown(totals: &Totals) -> u64 {
    let named = totals.groups.iter().filter(|(name, _)| name.is_some());
    let mut sizes: Vec<u64> = named.map(|(_, sums)| sums.customers).collect();
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    match sizes.get(SHOWN_GROUPS) {
        None => 0,
        // Too many of one size: those that are larger, if there are any.
        Some(next) if sizes.iter().filter(|size| *size >= next).count() > 2 * SHOWN_GROUPS => next + 1,
        Some(next) => *next,
    }
}

/// What became of the groups that are not shown.
fn left_out(totals: &Totals, by: &str, shown: u64) -> Option<String> {
    let named = totals.groups.iter().filter(|(name, _)| name.is_some());
    let rest: Vec<&GroupSums> = named.map(|(_, sums)| sums).filter(|sums| sums.customers < shown).collect();
    let (groups, customers) = (rest.len() as u64, rest.iter().map(|sums| sums.customers).sum());
    let sum = |what: &str, of: fn(&GroupSums) -> Option<f64>| {
        let sum = rest.iter().map(|sums| of(sums)).sum::<Option<f64>>();
        sum.map_or(String::new(), |sum| format!(", {what} {}", grouped(sum, 1)))
    };
    let ids = 2 * groups > totals.customers;
    let doubt = if ids { format!("; is {by} a column of ids?") } else { String::new() };
    (groups > 0).then(|| {
        format!(
            "and {} smaller groups of at most {} customers: {} customers in all{}{} (each group: --json){doubt}",
            count(groups),
            count(shown - 1),
            count(customers),
            sum("purchases", |sums| sums.purchases),
            sum("clv", |sums| sums.clv),
        )
    })
}

/// Whose model the totals of groups come from.
fn pooled(model: &ClvModel, scores: &ScoreOptions) -> Option<String> {
    let by = scores.by.as_ref()?;
    let explained = model.attributes().contains(by);
    (!explained).then(|| {
        format!(
            "the totals by {by} come from the model of all customers; where groups buy or leave differently, fit with \
             --groups {by}"
        )
    })
}

/// Groups that the fit has not seen.
fn unseen(model: &ClvModel, totals: &Totals) -> Option<Warning> {
    const SHOWN: usize = 5;
    let groups = model.groups().filter(|_| !totals.unseen.is_empty())?;
    let mut names: Vec<String> =
        totals.unseen.iter().take(SHOWN).map(|(name, n)| format!("'{name}' {}", count(*n))).collect();
    names.extend((totals.unseen.len() > SHOWN).then(|| "...".to_owned()));
    let message = format!(
        "customers of groups by {} that the fit has not seen are forecast as the middle of all groups: {}",
        groups.covariate.name,
        names.join(", ")
    );
    Some(Warning::new("unseen-groups", message))
}

/// What intervals leave out, if parameters were given.
fn certain(model: &ClvModel) -> Option<Warning> {
    crate::forecast::parameters_are_certain(model).then(|| {
        let words = "the intervals take the parameters as known: they were given, not fitted";
        Warning::new("known-parameters", words)
    })
}

/// The rows of a table as people read them: text flush left, the first column too.
pub fn rows(batch: &RecordBatch) -> Table {
    let schema = batch.schema();
    let names: Vec<String> = schema
        .fields()
        .iter()
        .enumerate()
        .map(|(i, field)| match i {
            0 => field.name().clone(),
            _ => format!(">{}", field.name()),
        })
        .collect();
    let mut table = Table::new(&names.iter().map(String::as_str).collect::<Vec<_>>());
    for row in 0..batch.num_rows() {
        table.row(batch.columns().iter().map(|column| cell(column.as_ref(), row)));
    }
    table
}

fn cell(column: &dyn Array, row: usize) -> String {
    if column.is_null(row) {
        return "-".to_owned();
    }
    if let Some(text) = column.as_string_opt::<i32>() {
        return text.value(row).chars().take(24).collect();
    }
    if let Some(numbers) = column.as_primitive_opt::<Float64Type>() {
        return significant(numbers.value(row), 5);
    }
    if let Some(numbers) = column.as_primitive_opt::<UInt32Type>() {
        return numbers.value(row).to_string();
    }
    // Dates.
    arrow_cast::display::array_value_to_string(column, row).unwrap_or_default()
}
