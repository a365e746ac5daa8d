//! A few customers, purchase by purchase, and how likely each is a customer still.

use serde_json::json;

use super::Figure;
use super::columns::Columns;
use crate::base::{Error, Result, numbers::significant};
use crate::customers::Customer;
use crate::fitted::ClvModel;
use crate::history::{Past, grain_start};

/// Customers that are shown.
const SHOWN: usize = 15;
/// Customers among whom they are chosen.
const AMONG: usize = 2_000;

/// Purchases of a few repeat customers over time, those in front who are most likely customers still. They are taken at
/// even steps of P(alive) from a sample; no ids are shown.
///
/// # Errors
/// If the model cannot speak of one of them, or nobody came back.
pub fn timelines(model: &ClvModel, past: &Past) -> Result<Figure> {
    let units = |grains: i32| past.grain.in_units(grains, model.unit);
    let mut all: Vec<(f64, Vec<i32>)> = Vec::new();
    let step = past.customers().filter(|when| when.len() > 1).count().div_ceil(AMONG).max(1);
    for when in past.customers().filter(|when| when.len() > 1).step_by(step) {
        let (first, last) = (when[0], when[when.len() - 1]);
        let customer =
            Customer { x: when.len() as u32 - 1, t_x: units(last - first), t: units(past.end - first) };
        let ages: Vec<f64> = when[1..].iter().map(|day| units(day - first)).collect();
        let (purchase, seen) = model.seen_buying(&customer, &ages, 0.0);
        purchase.admits(&customer).map_err(|words| Error::model(purchase.name(), words))?;
        all.push((purchase.p_alive(&seen), when.to_vec()));
    }
    if all.is_empty() {
        return Err(Error::option("timelines", "nobody made a repeat purchase: there is nothing to show"));
    }
    all.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let n = all.len().min(SHOWN);
    let chosen: Vec<&(f64, Vec<i32>)> =
        (0..n).map(|i| &all[if n > 1 { i * (all.len() - 1) / (n - 1) } else { 0 }]).collect();
    let rows: Vec<(u64, f64, i32)> = (1..)
        .zip(&chosen)
        .flat_map(|(number, (alive, when))| when.iter().map(move |day| (number, *alive, *day)))
        .collect();
    let end = grain_start(past.grain, past.end);
    let data = Columns::new()
        .counts("customer", rows.iter().map(|row| row.0))
        .numbers("p_alive", rows.iter().map(|row| row.1))
        .dates("date", rows.iter().map(|row| grain_start(past.grain, row.2)))
        .dates("until", rows.iter().map(|_| end))
        .finish();
    let middle = &chosen[n / 2];
    let reading = format!(
        "{n} of {} repeat customers, at even steps of P(alive). The one in the middle bought {} times, last on {}, and is a \
         customer still with a probability of {} % on {end}.",
        all.len(),
        middle.1.len(),
        middle.1.last().map_or(end, |day| grain_start(past.grain, *day)),
        significant(100.0 * middle.0, 3),
    );
    Ok(Figure::new(
        "timelines",
        "Customers, purchase by purchase",
        "A line a customer with a point at each purchase, darker the more likely a customer still",
        reading,
        data,
        body(),
    ))
}

fn body() -> serde_json::Value {
    let x = |field: &str| {
        json!({ "field": field, "type": "temporal", "title": null, "scale": { "type": "utc" },
            "axis": { "format": "%b %Y", "labelBound": true } })
    };
    let y = json!({ "field": "customer", "type": "ordinal", "title": null, "axis": null });
    let color = json!({ "field": "p_alive", "type": "quantitative", "title": "P(alive)",
        "scale": { "domain": [0, 1] }, "legend": { "format": ".0%" } });
    let shown = json!([
        { "field": "date", "type": "temporal", "title": "purchase", "timeUnit": "utcyearmonthdate" },
        { "field": "p_alive", "type": "quantitative", "title": "P(alive) today", "format": ".1%" },
    ]);
    json!({ "layer": [
        { "transform": [{ "aggregate": [
                { "op": "min", "field": "date", "as": "first" }, { "op": "max", "field": "until", "as": "end" },
                { "op": "max", "field": "p_alive", "as": "p_alive" } ],
            "groupby": ["customer"] }],
            "mark": { "type": "rule", "opacity": 0.4 },
            "encoding": { "x": x("first"), "x2": { "field": "end" }, "y": y, "color": color } },
        { "mark": { "type": "point", "filled": true, "size": 40 },
            "encoding": { "x": x("date"), "y": y, "color": color, "tooltip": shown } },
        { "transform": [{ "aggregate": [
                { "op": "max", "field": "until", "as": "end" }, { "op": "max", "field": "p_alive", "as": "p_alive" } ],
            "groupby": ["customer"] }],
            "mark": { "type": "text", "style": "note", "align": "left", "dx": 5 },
            "encoding": { "x": x("end"), "y": y,
                "text": { "field": "p_alive", "type": "quantitative", "format": ".0%" } } },
    ] })
}
