//! Figures of a fit: how many customers bought how often, and how sure its parameters are.

use serde_json::json;

use super::columns::Columns;
use super::{BOTH, Figure, label, number, series, tooltip};
use crate::base::numbers::{count, grouped, significant};
use crate::fit::FitReport;
use crate::fitted::ClvModel;
use crate::study::diagnostics::FrequencyBin;

/// Customers by repeat purchases, actual and expected; see [`frequencies`](crate::study::diagnostics::frequencies).
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

/// How sure the parameters are: of each the density that the fit leaves open. That of the draws, where the fit has
/// draws of its posterior; else normal in its logarithm with the standard error of the fit. `None` if the fit
/// says nothing of it (given parameters, a boundary).
pub fn posterior(model: &ClvModel) -> Option<Figure> {
    let fits = model.purchase_fits().chain(&model.spend_fit);
    let all: Vec<Known> = fits.flat_map(known).collect();
    let rows: Vec<(&str, f64, f64)> = all.iter().flat_map(Known::density).collect();
    let data = Columns::new()
        .texts("parameter", rows.iter().map(|row| row.0))
        .numbers("value", rows.iter().map(|row| row.1))
        .numbers("density", rows.iter().map(|row| row.2))
        .finish();
    let widest = all.iter().max_by(|a, b| a.spread.total_cmp(&b.spread))?;
    let reading = format!(
        "The narrower, the better the data determine a parameter. The least certain is {}, with a standard \
         {} of {}% of its estimate.",
        widest.name,
        if widest.draws.is_some() { "deviation" } else { "error" },
        significant(100.0 * widest.spread, 2)
    );
    let names: Vec<&String> = all.iter().map(|one| &one.name).collect();
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

/// A parameter of whose uncertainty something is known.
struct Known {
    name: String,
    value: f64,
    /// Its standard deviation over its estimate.
    spread: f64,
    /// Logarithms of the draws of its posterior, if there are any.
    draws: Option<Vec<f64>>,
}

fn known(fit: &FitReport) -> impl Iterator<Item = Known> {
    let draws = fit.posterior.as_ref().map(|posterior| &posterior.draws).filter(|draws| !draws.is_empty());
    fit.estimates.iter().enumerate().filter_map(move |(i, estimate)| {
        let logs = |draws: &Vec<Vec<f64>>| draws.iter().map(|draw| draw[i].ln()).collect::<Vec<f64>>();
        let logs = draws.map(logs);
        let deviation = match draws {
            Some(draws) => deviation(&draws.iter().map(|draw| draw[i]).collect::<Vec<f64>>()),
            None => estimate.standard_error?,
        };
        let name = format!("{} {}", fit.model, estimate.name);
        let known = Known { name, value: estimate.value, spread: deviation / estimate.value, draws: logs };
        (known.spread > 0.0 && known.spread.is_finite()).then_some(known)
    })
}

impl Known {
    /// The density of the parameter on a grid of its logarithm.
    fn density(&self) -> Vec<(&str, f64, f64)> {
        let logs = self.draws.as_deref();
        let (middle, spread) = match logs {
            Some(logs) => (logs.iter().sum::<f64>() / logs.len() as f64, deviation(logs)),
            None => (self.value.ln(), self.spread),
        };
        let normal = |z: f64, spread: f64| (-0.5 * z * z).exp() / (spread * std::f64::consts::TAU.sqrt());
        let of_log = |log: f64| match logs {
            None => normal((log - middle) / spread, spread),
            Some(logs) => {
                // Silverman's rule of thumb: a normal kernel around each draw.
                let width = 1.06 * spread * (logs.len() as f64).powf(-0.2);
                logs.iter().map(|draw| normal((log - draw) / width, width)).sum::<f64>() / logs.len() as f64
            }
        };
        let point = |i: i32| {
            let log = middle + spread * REACH * (2.0 * f64::from(i) / f64::from(POINTS) - 1.0);
            (self.name.as_str(), log.exp(), of_log(log) / log.exp())
        };
        (0..=POINTS).map(point).collect()
    }
}

/// The standard deviation of some numbers.
fn deviation(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (values.len() as f64 - 1.0)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With draws of a log-normal the density is that of the log-normal; whatever is drawn, it adds up to one.
    #[test]
    fn draws_are_what_is_shown() {
        let quantile = |i: usize| statrs::function::erf::erf_inv(2.0 * (i as f64 + 0.5) / 4000.0 - 1.0);
        let logs: Vec<f64> = (0..4000).map(|i| 0.3 * 2f64.sqrt() * quantile(i)).collect();
        let one = |draws| Known { name: String::new(), value: 1.0, spread: 0.3, draws };
        let (drawn, normal) = (one(Some(logs.clone())), one(None));
        let [drawn, normal] = [drawn.density(), normal.density()].map(|all| {
            let all: Vec<(f64, f64)> = all.iter().map(|point| (point.1, point.2)).collect();
            all
        });
        for ((at, shown), (_, known)) in drawn.iter().zip(&normal).filter(|(_, known)| known.1 > 0.1) {
            // The kernel widens it by 2 %.
            assert!((shown - known).abs() < 0.05 * normal[30].1, "{at}: {shown} for {known}");
        }
        let skewed = one(Some(logs.iter().map(|log| log.exp().powi(2)).collect()));
        let all = skewed.density();
        let area = |pair: &[(&str, f64, f64)]| (pair[1].1 - pair[0].1) * 0.5 * (pair[0].2 + pair[1].2);
        let sum: f64 = all.windows(2).map(area).sum();
        assert!((sum - 1.0).abs() < 0.02, "{sum}");
    }
}
