//! Forecasts of a backtest side by side, on one figure of merit.

use serde_json::{Value, json};

use super::Figure;
use super::columns::Columns;
use crate::base::numbers::significant;
use crate::study::backtest::{Backtest, LEVEL, Metric, Pooled};

/// Models and baselines on one metric with their bootstrap intervals, the best first; `None` if no entrant has
/// it.
pub fn comparison(found: &Backtest, metric: Metric) -> Option<Figure> {
    let of = |entrant: &Pooled| entrant.values[metric as usize];
    let mut entrants: Vec<&Pooled> = found.pooled.iter().filter(|e| of(e).value.is_finite()).collect();
    let loss = |entrant: &Pooled| metric.loss(of(entrant).value);
    entrants.sort_by(|a, b| loss(a).total_cmp(&loss(b)));
    let best = entrants.first()?;
    let kind = |entrant: &&Pooled| if entrant.baseline { "without a model" } else { "model" };
    let data = Columns::new()
        .texts("forecast", entrants.iter().map(|entrant| entrant.name))
        .texts("kind", entrants.iter().map(kind))
        .numbers("value", entrants.iter().map(|entrant| of(entrant).value))
        .numbers("lower", entrants.iter().map(|entrant| of(entrant).lower))
        .numbers("upper", entrants.iter().map(|entrant| of(entrant).upper))
        .finish();
    let axis = metric_words(metric);
    let reading = format!(
        "{} is best, at {}. Lines are {}% bootstrap intervals over customers; forecasts of the same customers can \
         differ beyond noise though their intervals overlap.",
        best.name,
        significant(of(best).value, 3),
        significant(100.0 * LEVEL, 3)
    );
    let x = |field: &str| json!({ "field": field, "type": "quantitative", "title": axis, "scale": { "zero": false } });
    let y = json!({ "field": "forecast", "type": "nominal", "sort": null, "title": null });
    let color: Value = json!({ "field": "kind", "type": "nominal", "title": null,
        "scale": { "domain": ["without a model", "model"] } });
    let shape = json!({ "field": "kind", "type": "nominal", "title": null,
        "scale": { "domain": ["without a model", "model"], "range": ["diamond", "circle"] } });
    let shown = super::tooltip(&[
        ("forecast", "forecast", ""),
        ("value", "value", ".4~g"),
        ("lower", "lower", ".4~g"),
        ("upper", "upper", ".4~g"),
    ]);
    let body = json!({ "layer": [
        { "mark": { "type": "rule" },
            "encoding": { "x": x("lower"), "x2": { "field": "upper" }, "y": y, "color": color } },
        { "mark": { "type": "point", "size": 80 },
            "encoding": { "x": x("value"), "y": y, "color": color, "shape": shape, "tooltip": shown } },
    ] });
    let title = format!("Forecasts compared: {axis}");
    let name = format!("comparison_{}", metric.name());
    Some(Figure::new(&name, &title, "A point with an interval for each forecast", reading, data, body))
}

/// What a metric is, in words, and which way is better.
pub fn metric_words(metric: Metric) -> &'static str {
    match metric {
        Metric::TotalBias => "error of the total of purchases (0 is right)",
        Metric::TotalError => "error of the total of purchases, either way (less is better)",
        Metric::Mae => "mean absolute error of purchases (less is better)",
        Metric::Rmse => "root mean squared error of purchases (less is better)",
        Metric::Spearman => "rank correlation of forecast and purchases (more is better)",
        Metric::Deviance => "Poisson deviance of purchases (less is better)",
        Metric::Crps => "CRPS of purchases (less is better)",
        Metric::Auc => "AUC: buyers ranked above others (more is better)",
        Metric::Brier => "Brier score of the chance to buy (less is better)",
        Metric::Coverage50 => "share within 50 % intervals, counts are whole",
        Metric::Coverage80 => "share within 80 % intervals, counts are whole",
        Metric::Coverage90 => "share within 90 % intervals, counts are whole",
        Metric::PitCoverage50 => "share within 50 % intervals (50 % is right)",
        Metric::PitCoverage80 => "share within 80 % intervals (80 % is right)",
        Metric::PitCoverage90 => "share within 90 % intervals (90 % is right)",
        Metric::ValueBias => "error of the total of spend (0 is right)",
        Metric::ValueError => "error of the total of spend, either way (less is better)",
        Metric::ValueMae => "mean absolute error of spend (less is better)",
        Metric::ValueGini => "normalised Gini of spend (more is better)",
        Metric::ValueLift => "lift of the best tenth by spend (more is better)",
        Metric::ValueTop20 => "share of the top 20% by spend found (more is better)",
    }
}
