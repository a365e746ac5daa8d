//! How well a fit agrees with its own customers.

use jiff::civil::Date;
use serde_json::{Value, json};

use crate::base::numbers::{count, grouped, signed, significant};
use crate::show::report::{Block, Report, Table};
use crate::study::diagnostics::{
    AgeBin, AgeGroup, Diagnosis, FrequencyBin, Influence, MonthBin, SpendCheck, Times, a_year_later,
};

/// Describes a diagnosis: tables, and what stands out in them.
pub fn diagnostics(found: &Diagnosis) -> Report {
    let mut report = Report::default();
    let mut part = |heading: &str, table: Table| {
        report.results.push(Block::Heading(heading.to_owned()));
        report.results.push(Block::Table(table));
    };
    part("customers by repeat purchases, against those expected", frequencies(&found.frequencies));
    part("repeat purchases by when customers came", cohorts(&found.cohorts));
    if let Some(times) = &found.times {
        part("repeat purchases by weeks since the first purchase", ages(times));
        part("repeat purchases by month", months(times));
    }
    let share = match &found.influence {
        Ok(influence) => {
            part(&influence_heading(influence), influence_table(influence));
            influence_words(influence, found)
        }
        Err(words) => format!("influence of the busiest customers: {words}"),
    };
    report.results.push(Block::Line(share));
    if let Some(spend) = &found.spend {
        report.results.push(Block::Heading("mean amounts of repeat customers, by share below".to_owned()));
        report.results.push(Block::Table(quantiles(spend)));
        let words =
            spend.correlation.map(|c| format!("correlation with repeat purchases: {c:+.3} (taken for 0)"));
        report.results.extend(words.map(Block::Line));
        report.results.extend(found.drift.as_ref().map(a_year_later).map(Block::Line));
    }
    report.warnings = found.warnings.iter().map(|warning| warning.message.clone()).collect();
    let warnings = found.warnings.iter().map(|w| json!({ "code": w.code, "message": w.message }));
    report.json.insert("warnings".into(), warnings.collect());
    report.json.insert("diagnostics".into(), object(found));
    report
}

fn deviations(residual: f64) -> String {
    signed(residual, 1)
}

fn frequencies(bins: &[FrequencyBin]) -> Table {
    let mut table = Table::new(&[">repeat purchases", ">customers", ">expected", ">std. deviations"]);
    for bin in bins {
        let x = format!("{}{}", bin.x, if bin.or_more { "+" } else { "" });
        let customers = count(bin.actual as u64);
        table.row([x, customers, grouped(bin.expected, 1), deviations(bin.residual)]);
    }
    table
}

fn cohorts(groups: &[AgeGroup]) -> Table {
    let heads = [">months ago", ">customers", ">repeat purchases", ">expected", ">std. deviations"];
    let mut table = Table::new(&heads);
    for group in groups {
        table.row([
            group.months.to_string(),
            count(group.customers),
            grouped(group.actual, 0),
            grouped(group.expected, 1),
            deviations(group.residual),
        ]);
    }
    table
}

/// Actual against expected, and how many times as many.
fn against(actual: f64, expected: f64) -> [String; 3] {
    let times = if expected > 0.0 { significant(actual / expected, 3) } else { String::new() };
    [grouped(actual, 0), grouped(expected, 1), times]
}

fn ages(times: &Times) -> Table {
    let mut table = Table::new(&["weeks", ">repeat purchases", ">expected", ">times"]);
    for bin in &times.ages {
        let weeks = match bin.to {
            to if to == f64::INFINITY => format!("{} on", bin.from + 1.0),
            to if to - bin.from == 1.0 => to.to_string(),
            to => format!("{} to {to}", bin.from + 1.0),
        };
        let [actual, expected, times] = against(bin.actual, bin.expected);
        table.row([weeks, actual, expected, times]);
    }
    table
}

fn months(times: &Times) -> Table {
    let mut table = Table::new(&["month", ">repeat purchases", ">expected", ">times"]);
    for bin in &times.months {
        let [actual, expected, times] = against(bin.actual, bin.expected);
        table.row([month(bin.month), actual, expected, times]);
    }
    table
}

fn month(first: Date) -> String {
    format!("{:04}-{:02}", first.year(), first.month())
}

fn influence_heading(influence: &Influence) -> String {
    format!(
        "without the {} customers who buy most ({} or more repeat purchases)",
        count(influence.dropped),
        influence.from
    )
}

fn influence_table(influence: &Influence) -> Table {
    let mut table = Table::new(&["parameter", ">with them", ">without"]);
    for (name, with, without) in &influence.params {
        table.row([(*name).to_owned(), significant(*with, 5), significant(*without, 5)]);
    }
    table
}

fn influence_words(influence: &Influence, found: &Diagnosis) -> String {
    format!(
        "purchases expected of all others within {}: {} with them, {} without ({} %)",
        found.horizon,
        grouped(influence.with, 1),
        grouped(influence.without, 1),
        signed(100.0 * influence.change(), 1)
    )
}

fn quantiles(spend: &SpendCheck) -> Table {
    let mut table = Table::new(&[">share", ">actual", ">expected"]);
    for q in &spend.quantiles {
        let share = format!("{} %", significant(100.0 * q.probability, 3));
        table.row([share, grouped(q.actual, 2), grouped(q.expected, 2)]);
    }
    table
}

fn object(found: &Diagnosis) -> Value {
    let bin = |bin: &FrequencyBin| {
        json!({
            "frequency": bin.x, "or_more": bin.or_more, "actual": bin.actual, "expected": bin.expected,
            "residual": bin.residual,
        })
    };
    let group = |group: &AgeGroup| {
        json!({
            "months": group.months, "customers": group.customers, "actual": group.actual,
            "expected": group.expected, "residual": group.residual,
        })
    };
    let influence = match &found.influence {
        Err(words) => json!({ "missing": words }),
        Ok(influence) => {
            let param = |(name, with, without): &(&str, f64, f64)| json!({ "name": name, "with": with, "without": without });
            json!({
                "dropped": influence.dropped,
                "from": influence.from,
                "parameters": influence.params.iter().map(param).collect::<Vec<_>>(),
                "horizon": found.horizon.to_string(),
                "expected_with": influence.with,
                "expected_without": influence.without,
            })
        }
    };
    let spend = found.spend.as_ref().map(|spend| {
        let quantile = |q: &crate::study::diagnostics::SpendQuantile| {
            json!({ "probability": q.probability, "actual": q.actual, "expected": q.expected })
        };
        json!({
            "quantiles": spend.quantiles.iter().map(quantile).collect::<Vec<_>>(),
            "correlation": spend.correlation,
        })
    });
    let times = found.times.as_ref().map(|times| {
        let age = |bin: &AgeBin| {
            let to = bin.to.is_finite().then_some(bin.to);
            json!({ "from_weeks": bin.from, "to_weeks": to, "actual": bin.actual, "expected": bin.expected })
        };
        let month =
            |bin: &MonthBin| json!({ "month": month(bin.month), "actual": bin.actual, "expected": bin.expected });
        json!({
            "by_age": times.ages.iter().map(age).collect::<Vec<_>>(),
            "by_month": times.months.iter().map(month).collect::<Vec<_>>(),
        })
    });
    json!({
        "times": times,
        "frequencies": found.frequencies.iter().map(bin).collect::<Vec<_>>(),
        "cohorts": found.cohorts.iter().map(group).collect::<Vec<_>>(),
        "influence": influence,
        "spend": spend,
        "spend_drift": found.drift.map(|drift| {
            json!({ "customers": drift.customers, "slope_per_year": drift.slope, "standard_error": drift.error })
        }),
    })
}
