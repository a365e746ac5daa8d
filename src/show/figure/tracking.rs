//! Purchases over time, expected and actual; see [`TrackPoint`].

use jiff::Unit;
use serde_json::{Value, json};
use statrs::distribution::{ContinuousCDF, Normal};

use super::columns::Columns;
use super::{BOTH, Figure, number, series, tooltip};
use crate::base::numbers::grouped;
use crate::study::backtest::{LEVEL, TrackPoint};

/// Repeat purchases since the first customer, expected and actual, with the end of what was known.
pub fn cumulative_tracking(points: &[TrackPoint]) -> Figure {
    let title = "Repeat purchases since the first customer";
    draw("tracking_cumulative", title, "repeat purchases in all", points, in_all(points))
}

/// The purchases of each period instead of those since the beginning. A last period that is shorter than the others is
/// left out.
fn each_period(points: &[TrackPoint]) -> Vec<TrackPoint> {
    let mut before = (0.0, 0.0);
    let mut each: Vec<TrackPoint> = points
        .iter()
        .map(|point| {
            let (expected, actual) = (point.expected - before.0, point.actual - before.1);
            before = (point.expected, point.actual);
            TrackPoint { expected, actual, spread: point.spread_alone, ..*point }
        })
        .collect();
    if let [.., a, b, c] = each[..]
        && days(&b, &c) < days(&a, &b).min(28)
    {
        each.pop();
    }
    each
}

fn days(a: &TrackPoint, b: &TrackPoint) -> i32 {
    a.until.until((Unit::Day, b.until)).map_or(0, |span| span.get_days())
}

/// Actual less expected repeat purchases of each period, in standard deviations of what the model expects of chance: what is
/// left should show no pattern. Runs above or below the line are seasons, campaigns, or a model that leaves too early or late.
pub fn residuals(points: &[TrackPoint]) -> Figure {
    let each: Vec<TrackPoint> = each_period(points).into_iter().filter(|point| point.spread > 0.0).collect();
    let of = |point: &TrackPoint| (point.actual - point.expected) / point.spread;
    let data = Columns::new()
        .dates("until", each.iter().map(|point| point.until))
        .flags("holdout", each.iter().map(|point| point.holdout))
        .numbers("residual", each.iter().map(of))
        .numbers("actual", each.iter().map(|point| point.actual))
        .numbers("expected", each.iter().map(|point| point.expected))
        .finish();
    let beyond = each.iter().filter(|point| of(point).abs() > 2.0).count();
    let pairs: Vec<(f64, f64)> = each.windows(2).map(|pair| (of(&pair[0]), of(&pair[1]))).collect();
    let same = pairs.iter().filter(|(a, b)| a * b > 0.0).count();
    let reading = format!(
        "{beyond} of {} periods are more than two standard deviations off; chance makes about {}. {} of {} stand on the same \
         side as the one before; chance makes about half.",
        each.len(),
        grouped(0.0455 * each.len() as f64, 0),
        same,
        pairs.len()
    );
    let x = json!({ "field": "until", "type": "temporal", "title": null, "scale": { "type": "utc" },
        "axis": { "format": "%b %Y", "labelBound": true } });
    let mut shown = tooltip(&[
        ("residual", "off by [std. dev.]", "+.2f"),
        ("actual", "actual", ",.0f"),
        ("expected", "expected", ",.1f"),
    ]);
    if let Some(shown) = shown.as_array_mut() {
        let until =
            json!({ "field": "until", "type": "temporal", "title": "until", "timeUnit": "utcyearmonthdate" });
        shown.insert(0, until);
    }
    let names = ["known to the fit", "holdout"];
    let points = |which: &str, filter: &str| {
        json!({ "transform": [{ "filter": filter }], "mark": { "type": "point" }, "encoding": {
            "x": x, "y": number("residual", "actual less expected [std. dev.]"), "color": series(which, &names),
            "tooltip": shown } })
    };
    let line = |at: f64| json!({ "mark": { "type": "rule", "style": "boundary" }, "encoding": { "y": { "datum": at } } });
    let body = json!({ "layer": [
        points(names[0], "!datum.holdout"), points(names[1], "datum.holdout"), line(-2.0), line(0.0), line(2.0),
    ] });
    let drawn = "Points over time, of what happened less what was expected, with lines at 0 and at two standard deviations";
    Figure::new("residuals", "What the model leaves unexplained", drawn, reading, data, body)
}

/// Repeat purchases of each period, expected and actual, with the end of what was known. A last period that
/// is shorter than the others is left out.
pub fn incremental_tracking(points: &[TrackPoint]) -> Figure {
    let each = each_period(points);
    let period = match each[..] {
        [.., a, b] if days(&a, &b) == 7 => "week",
        [.., a, b] if (28..=31).contains(&days(&a, &b)) => "month",
        [.., a, b] if days(&a, &b) == 1 => "day",
        _ => "period",
    };
    let title = format!("Repeat purchases per {period}");
    let axis = format!("repeat purchases per {period}");
    draw("tracking_incremental", &title, &axis, &each, in_all(points))
}

/// How far the total of the holdout is off, in words.
fn in_all(points: &[TrackPoint]) -> String {
    let before = points.iter().rev().find(|point| !point.holdout);
    let (start, end) = match (before, points.last()) {
        (Some(before), Some(end)) if end.holdout => ((before.expected, before.actual), end),
        _ => return "What the model expects of customers by when they came, and what they did.".to_owned(),
    };
    let (expected, actual) = (end.expected - start.0, end.actual - start.1);
    format!(
        "After the dashed line, which the model had not seen, {} repeat purchases were expected and {} made: {:+.1} %. The band \
         holds the purchases of such customers with 90 % probability, if the model is right. Expected is what such customers \
         buy, given when they came and not what they had bought: the total that is forecast from each history may differ.",
        grouped(expected, 0),
        grouped(actual, 0),
        100.0 * (expected / actual - 1.0)
    )
}

fn draw(name: &str, title: &str, axis: &str, points: &[TrackPoint], reading: String) -> Figure {
    let z = Normal::standard().inverse_cdf(0.5 + 0.5 * LEVEL);
    let data = Columns::new()
        .dates("until", points.iter().map(|point| point.until))
        .flags("holdout", points.iter().map(|point| point.holdout))
        .numbers("actual", points.iter().map(|point| point.actual))
        .numbers("expected", points.iter().map(|point| point.expected))
        .numbers("lower", points.iter().map(|point| (point.expected - z * point.spread).max(0.0)))
        .numbers("upper", points.iter().map(|point| point.expected + z * point.spread))
        .finish();
    let x = json!({ "field": "until", "type": "temporal", "title": null, "scale": { "type": "utc" },
        "axis": { "format": "%b %Y", "labelBound": true } });
    let line = |which: &str, dash: Value| {
        let mut mark = json!({ "type": "line" });
        mark["strokeDash"] = dash;
        json!({ "mark": mark,
            "encoding": { "x": x, "y": number(which, axis), "color": series(which, &BOTH) } })
    };
    let boundary = json!({ "aggregate": "max", "field": "until", "type": "temporal", "title": null });
    let known = json!([{ "filter": "!datum.holdout" }]);
    let has_holdout = points.iter().any(|point| point.holdout);
    let band = json!({ "mark": { "type": "area", "style": "band", "aria": false },
        "encoding": { "x": x, "y": number("lower", axis), "y2": { "field": "upper" }, "color": series("expected", &BOTH) } });
    let mut layers = vec![band, line("actual", json!([1, 0])), line("expected", json!([6, 3]))];
    if has_holdout {
        layers.push(json!({ "transform": known, "mark": { "type": "rule", "style": "boundary" },
            "encoding": { "x": boundary } }));
        layers.push(json!({ "transform": known,
            "mark": { "type": "text", "style": "note", "align": "left", "baseline": "top", "dx": 5,
                "text": "forecast from here" },
            "encoding": { "x": boundary, "y": { "value": 0 } } }));
    }
    layers.push(pointed_at(&x));
    let drawn =
        "Two lines over time, of actual and of expected repeat purchases, the latter with a 90 % band";
    Figure::new(name, title, drawn, reading, data, json!({ "layer": layers }))
}

/// Both figures of the period that is pointed at.
fn pointed_at(x: &Value) -> Value {
    let mut shown = tooltip(&[
        ("actual", "actual", ",.0f"),
        ("expected", "expected", ",.1f"),
        ("lower", "from", ",.0f"),
        ("upper", "to", ",.0f"),
    ]);
    if let Some(shown) = shown.as_array_mut() {
        shown.insert(
            0,
            json!({ "field": "until", "type": "temporal", "title": "until", "timeUnit": "utcyearmonthdate" }),
        );
    }
    json!({
        "mark": { "type": "rule", "opacity": 0, "strokeWidth": 8, "aria": false },
        "encoding": { "x": x, "tooltip": shown },
    })
}
