//! One customer over time: how likely still to be one, day by day, as it would have been scored then.

use jiff::civil::Date;
use serde_json::json;

use super::Figure;
use super::columns::Columns;
use crate::base::{Error, Grain, Result, numbers::significant};
use crate::customers::Customer;
use crate::fitted::ClvModel;
use crate::history::{first_grain, grain_start};

/// Points of the curve, about.
const POINTS: i32 = 400;

/// P(alive) of a customer from the first purchase to a date, given the dates of the purchases.
///
/// # Errors
/// If there is no purchase, or the last one is after `until`.
pub fn alive_history(model: &ClvModel, purchases: &[Date], until: Date) -> Result<Figure> {
    model.refuse_in_time("a figure of a model")?;
    let grain = model.grain.filter(|grain| *grain != Grain::Hour).unwrap_or(Grain::Day);
    let mut occasions: Vec<i32> = purchases.iter().map(|date| first_grain(grain, *date)).collect();
    occasions.sort_unstable();
    occasions.dedup();
    let end = first_grain(grain, until);
    let (Some(&first), Some(&last)) = (occasions.first(), occasions.last()) else {
        return Err(Error::option("purchases", "a customer has at least one purchase"));
    };
    if last > end {
        let message = format!("the last purchase is on {}, after {until}", grain_start(grain, last));
        return Err(Error::option("until", message));
    }
    let in_units = |n: i32| grain.in_units(n, model.unit);
    let step = ((end - first) / POINTS).max(1);
    // Where it jumps there is a point on either side.
    let wanted = |at: &i32| {
        (at - first) % step == 0 || *at == end || occasions.contains(at) || occasions.contains(&(at + 1))
    };
    let mut rows = Vec::new();
    for at in (first..=end).filter(wanted) {
        let known = occasions.partition_point(|occasion| *occasion <= at);
        let customer = Customer {
            x: known as u32 - 1,
            t_x: in_units(occasions[known - 1] - first),
            t: in_units(at - first),
        };
        let date = grain_start(grain, at);
        let after =
            model.observed_until.and_then(|end| date.since(end).ok()).map_or(0, |span| span.get_days());
        let ages: Vec<f64> = occasions[1..known].iter().map(|occasion| in_units(occasion - first)).collect();
        let (purchase, seen) = model.seen_buying(&customer, &ages, f64::from(after));
        purchase.admits(&customer).map_err(|words| Error::model(purchase.name(), words))?;
        let alive = purchase.p_alive(&seen);
        rows.push((grain_start(grain, at), alive, occasions[known - 1] == at));
    }
    let data = Columns::new()
        .dates("date", rows.iter().map(|row| row.0))
        .numbers("p_alive", rows.iter().map(|row| row.1))
        .flags("purchase", rows.iter().map(|row| row.2))
        .finish();
    let reading = format!(
        "{} purchases; on {until} still a customer with a probability of {}%.",
        occasions.len(),
        significant(100.0 * rows.last().map_or(1.0, |row| row.1), 3)
    );
    let x = json!({ "field": "date", "type": "temporal", "title": null, "scale": { "type": "utc" },
        "axis": { "format": "%b %Y", "labelBound": true } });
    let y = json!({ "field": "p_alive", "type": "quantitative", "title": "P(alive)",
        "scale": { "domain": [0, 1] }, "axis": { "format": ".0%" } });
    let shown = json!([
        { "field": "date", "type": "temporal", "title": "date", "timeUnit": "utcyearmonthdate" },
        { "field": "p_alive", "type": "quantitative", "title": "P(alive)", "format": ".1%" },
    ]);
    let body = json!({ "layer": [
        { "mark": { "type": "line" }, "encoding": { "x": x, "y": y, "tooltip": shown } },
        { "transform": [{ "filter": "datum.purchase" }], "mark": { "type": "rule", "style": "boundary" },
            "encoding": { "x": x } },
        { "transform": [{ "filter": "datum.purchase" }], "mark": { "type": "point" },
            "encoding": { "x": x, "y": y, "tooltip": shown } },
    ] });
    let drawn = "A line of P(alive) over time, with a dashed line at each purchase";
    Ok(Figure::new("alive_history", "Still a customer?", drawn, reading, data, body))
}
