//! Figures of a fit: how many customers bought how often, and how sure its parameters are.

use serde_json::json;

use super::columns::Columns;
use super::{BOTH, Figure, label, number, series, tooltip};
use crate::clv_model::ClvModel;
use crate::diagnostics::FrequencyBin;
use crate::fit::{Estimate, FitReport};
use crate::report::{count, grouped, significant};

/// Customers by repeat purchases, actual and expected; see [`frequencies`](crate::diagnostics::frequencies).
pub fn frequencies(bins: &[FrequencyBin]) -> Figure {
    let name = |bin: &FrequencyBin| format!("{}{}", bin.x, if bin.or_more { "+" } else { "" });
    let data = Columns::new()
        .texts("purchases", bins.iter().map(name))
        .numbers("actual", bins.iter().map(|bin| bin.actual))
        .numbers("expected", bins.iter().map(|bin| bin.expected))
        .numbers("residual", bins.iter().map(|bin| bin.residual))
        .finish();
    let customers: f64 = bins.iter().map(|bin| bin.actual).sum();
    let mut reading = String::from("There are no customers.");
    let worst = bins.iter().max_by(|a, b| a.residual.abs().total_cmp(&b.residual.abs()));
    if let (Some(first), Some(worst)) = (bins.first(), worst) {
        reading = format!(
            "Of {} customers {} bought once; the model expects {}. It is furthest off among those with {} repeat, by \
             {} standard deviations ({} customers, {} expected).",
            count(customers as u64),
            grouped(first.actual, 0),
            grouped(first.expected, 0),
            name(worst),
            significant(worst.residual.abs(), 2),
            grouped(worst.actual, 0),
            grouped(worst.expected, 0),
        );
    }
    let shown = tooltip(&[
        ("purchases", "repeat purchases", ""),
        ("actual", "actual", ",.0f"),
        ("expected", "expected", ",.1f"),
        ("residual", "difference [std. dev.]", ".2f"),
    ]);
    let x = label("purchases", "repeat purchases");
    let body = json!({ "layer": [
        { "mark": { "type": "bar" }, "encoding": {
            "x": x, "y": number("actual", "customers"), "color": series("actual", &BOTH), "tooltip": shown } },
        { "mark": { "type": "point" }, "encoding": {
            "x": x, "y": number("expected", "customers"), "color": series("expected", &BOTH), "tooltip": shown } },
    ] });
    let title = "Customers by repeat purchases";
    Figure::new(
        "frequencies",
        title,
        "Bars of actual numbers of customers, points of expected ones",
        reading,
        data,
        body,
    )
}

/// Points of a density.
const POINTS: i32 = 60;
/// How far it is drawn \[standard deviations\].
const REACH: f64 = 3.5;

/// How sure the parameters are: of each the density that the fit leaves open, normal in its logarithm with
/// the standard error of the fit. `None` if the fit says nothing of it (given parameters, a boundary).
pub fn posterior(model: &ClvModel) -> Option<Figure> {
    let fits = [&model.purchase_fit, &model.spend_fit].into_iter().flatten();
    let all: Vec<(String, &Estimate, f64)> = fits.flat_map(known).collect();
    if all.is_empty() {
        return None;
    }
    let rows: Vec<(&str, f64, f64)> =
        all.iter().flat_map(|(name, estimate, spread)| density(name, estimate.value, *spread)).collect();
    let data = Columns::new()
        .texts("parameter", rows.iter().map(|row| row.0))
        .numbers("value", rows.iter().map(|row| row.1))
        .numbers("density", rows.iter().map(|row| row.2))
        .finish();
    let (name, _, spread) = all.iter().max_by(|a, b| a.2.total_cmp(&b.2))?;
    let reading = format!(
        "The narrower, the better the data determine a parameter. The least certain is {name}, with a standard \
         error of {} % of its estimate.",
        significant(100.0 * spread, 2)
    );
    let names: Vec<&String> = all.iter().map(|(name, _, _)| name).collect();
    let mut value = number("value", "");
    value["scale"] = json!({ "zero": false });
    value["axis"] = json!({ "grid": false, "tickCount": 4 });
    let body = json!({
        "facet": { "field": "parameter", "type": "nominal", "title": null, "sort": names },
        "columns": 2,
        "spec": { "width": 230, "height": 90, "mark": { "type": "area", "opacity": 0.5, "line": true },
            "encoding": { "x": value, "y": { "field": "density", "type": "quantitative", "axis": null } } },
        "resolve": { "scale": { "x": "independent", "y": "independent" } },
    });
    let title = "How sure the parameters are";
    Some(Figure::new("posterior", title, "A density for each parameter", reading, data, body))
}

/// The parameters whose errors are known, with the standard deviations of their logarithms.
fn known(fit: &FitReport) -> impl Iterator<Item = (String, &Estimate, f64)> {
    fit.estimates.iter().filter_map(|estimate| {
        let spread = estimate.standard_error? / estimate.value;
        (spread > 0.0 && spread.is_finite())
            .then(|| (format!("{} {}", fit.model, estimate.name), estimate, spread))
    })
}

/// The density of a parameter whose logarithm is normal, on a grid of the logarithm.
fn density(name: &str, value: f64, spread: f64) -> impl Iterator<Item = (&str, f64, f64)> {
    (0..=POINTS).map(move |i| {
        let z = REACH * (2.0 * f64::from(i) / f64::from(POINTS) - 1.0);
        let at = value * (spread * z).exp();
        (name, at, (-0.5 * z * z).exp() / (at * spread * std::f64::consts::TAU.sqrt()))
    })
}
