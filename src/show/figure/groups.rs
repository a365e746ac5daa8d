//! Where a forecast was right and where not: by groups of customers, by chance to buy, by decile.

use serde_json::json;
use statrs::distribution::{ContinuousCDF, Normal};

use super::columns::Columns;
use super::{BOTH, Figure, label, number, series, tooltip};
use crate::base::numbers::{count, significant};
use crate::study::backtest::{Bin, Group, LEVEL};

/// Mean purchases of a customer in the holdout by group (`by`: `frequency`, `cohort` or `month`, see [`Group`]).
pub fn by_group(groups: &[Group], by: &str) -> Figure {
    let of: Vec<&Group> = groups.iter().filter(|group| group.by == by).collect();
    let axis = match by {
        "frequency" => "repeat purchases before",
        "cohort" => "month of the first purchase",
        "month" => "month of the holdout",
        other => other,
    };
    let each = |of: &dyn Fn(&Group) -> f64| -> Vec<f64> {
        groups.iter().filter(|g| g.by == by).map(|g| of(g) / g.customers.max(1) as f64).collect()
    };
    let (actual, expected) = (each(&|group| group.actual), each(&|group| group.expected));
    let total = |of: &dyn Fn(&Group) -> f64| groups.iter().filter(|g| g.by == by).map(of).sum::<f64>();
    let off = total(&|group| (group.expected - group.actual).abs()) / total(&|group| group.actual);
    let of_what = if by == "month" { "purchases" } else { "groups of customers" };
    let reading = format!(
        "Over {of_what} by {axis}, forecasts and purchases differ by {}% of the purchases.",
        significant(100.0 * off, 2)
    );
    let data = Columns::new()
        .texts("group", of.iter().map(|group| &group.label))
        .counts("customers", of.iter().map(|group| group.customers))
        .numbers("actual", actual)
        .numbers("expected", expected)
        .finish();
    let title = format!("Purchases of a customer in the holdout by {axis}");
    let name = format!("calibration_{by}");
    let y = "purchases a customer";
    let drawn = "Bars of actual purchases, points of expected ones";
    Figure::new(&name, &title, drawn, reading, data, bars_and_points(axis, y, ",.3f"))
}

fn bars_and_points(axis: &str, y: &str, format: &str) -> serde_json::Value {
    let shown = tooltip(&[
        ("group", axis, ""),
        ("customers", "customers", ",.0f"),
        ("actual", "actual", format),
        ("expected", "expected", format),
    ]);
    let x = label("group", axis);
    json!({ "layer": [
        { "mark": { "type": "bar" }, "encoding": {
            "x": x, "y": number("actual", y), "color": series("actual", &BOTH), "tooltip": shown } },
        { "mark": { "type": "point" }, "encoding": {
            "x": x, "y": number("expected", y), "color": series("expected", &BOTH), "tooltip": shown } },
    ] })
}

/// Value (or purchases) of a customer by decile of the forecast, over the mean of all; the first decile is
/// the best.
pub fn lift(groups: &[Group], spend: bool) -> Figure {
    let of: Vec<&Group> = groups.iter().filter(|group| group.by == "decile").collect();
    let customers: u64 = of.iter().map(|group| group.customers).sum();
    let mean = of.iter().map(|group| group.actual).sum::<f64>() / customers.max(1) as f64;
    let ratio = |sum: f64, group: &Group| sum / group.customers.max(1) as f64 / mean;
    let what = if spend { "spend" } else { "purchases" };
    let best = of.first().map_or(f64::NAN, |group| ratio(group.actual, group));
    let reading = format!(
        "The tenth of customers with the highest forecast had {} times the {what} of the average customer.",
        significant(best, 3)
    );
    let data = Columns::new()
        .texts("group", of.iter().map(|group| &group.label))
        .counts("customers", of.iter().map(|group| group.customers))
        .numbers("actual", of.iter().map(|group| ratio(group.actual, group)))
        .numbers("expected", of.iter().map(|group| ratio(group.expected, group)))
        .finish();
    let title = format!("{} in the holdout by decile of the forecast", capital(what));
    let body =
        bars_and_points("decile of the forecast, the best first", &format!("{what} over the mean"), ",.2f");
    let drawn = "Bars of actual lift by decile, points of the expected one";
    Figure::new("lift", &title, drawn, reading, data, body)
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// Chances to buy in the holdout against shares that did, by tenths of customers. The intervals are
/// Wilson's (1927), what chance alone leaves open.
pub fn chances(bins: &[Bin]) -> Figure {
    let z = Normal::standard().inverse_cdf(0.5 + 0.5 * LEVEL);
    let interval = |bin: &Bin| {
        let (n, p) = (bin.customers as f64, bin.actual);
        let middle = (p + z * z / (2.0 * n)) / (1.0 + z * z / n);
        let half = z / (1.0 + z * z / n) * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
        ((middle - half).max(0.0), (middle + half).min(1.0))
    };
    let within = bins.iter().filter(|bin| {
        let (low, high) = interval(bin);
        (low..=high).contains(&bin.expected)
    });
    let reading = format!(
        "On the line a forecast chance is the share that bought. In {} of {} groups of customers it is within \
         what chance explains ({}% interval).",
        count(within.count() as u64),
        bins.len(),
        significant(100.0 * LEVEL, 3)
    );
    let data = Columns::new()
        .numbers("expected", bins.iter().map(|bin| bin.expected))
        .numbers("actual", bins.iter().map(|bin| bin.actual))
        .numbers("lower", bins.iter().map(|bin| interval(bin).0))
        .numbers("upper", bins.iter().map(|bin| interval(bin).1))
        .counts("customers", bins.iter().map(|bin| bin.customers))
        .finish();
    let most = bins.iter().map(|bin| bin.expected.max(interval(bin).1)).fold(0.0, f64::max);
    let scale = json!({ "domain": [0, (10.0 * most).ceil().max(1.0) / 10.0] });
    let axis = |field: &str, title: &str| json!({ "field": field, "type": "quantitative", "title": title, "scale": scale, "axis": { "format": ".0%" } });
    let shown = tooltip(&[
        ("expected", "expected", ".1%"),
        ("actual", "actual", ".1%"),
        ("lower", "lower", ".1%"),
        ("upper", "upper", ".1%"),
        ("customers", "customers", ",.0f"),
    ]);
    let x = axis("expected", "forecast chance to buy in the holdout");
    let y = axis("actual", "share that bought");
    let body = json!({ "layer": [
        { "mark": { "type": "line", "style": "reference", "aria": false },
            "encoding": { "x": x, "y": axis("expected", "share that bought") } },
        { "mark": { "type": "rule" }, "encoding": { "x": x, "y": axis("lower", "share that bought"),
            "y2": { "field": "upper" } } },
        { "mark": { "type": "point" }, "encoding": { "x": x, "y": y, "tooltip": shown } },
    ] });
    let title = "Chances to buy, forecast and actual";
    Figure::new(
        "calibration_chances",
        title,
        "Points with intervals around a diagonal line",
        reading,
        data,
        body,
    )
}
