//! Who holds the value: concentration and deciles.

use serde_json::json;

use super::columns::Columns;
use super::{Figure, label, number, tooltip};
use crate::base::numbers::{grouped, significant};
use crate::forecast::Totals;

/// Shares of customers at which the curve is known: whole per cents, and finer at the top.
fn shares() -> Vec<f64> {
    let fine = [0.0, 0.001, 0.002, 0.005].into_iter();
    fine.chain((1..=100).map(|percent| f64::from(percent) / 100.0)).collect()
}

/// Share of the value held by the most valuable customers: the Lorenz curve, read from the top. `None`
/// without values.
pub fn concentration(totals: &Totals) -> Option<Figure> {
    let held: Vec<f64> =
        shares().into_iter().map(|share| totals.value_share(share)).collect::<Option<_>>()?;
    let percent = |share: f64| totals.value_share(share).map(|held| significant(100.0 * held, 3));
    let reading = format!(
        "The most valuable 1% of customers hold {}% of the value to come, the top 10% {}%, the top 20% {}%.",
        percent(0.01)?,
        percent(0.1)?,
        percent(0.2)?
    );
    let data = Columns::new().numbers("customers", shares()).numbers("value", held).finish();
    let axis = |field: &str, title: &str| {
        let mut axis = number(field, title);
        axis["axis"] = json!({ "format": ".0%" });
        axis
    };
    let x = axis("customers", "share of customers, the most valuable first");
    let y = axis("value", "share of value");
    let shown = tooltip(&[("customers", "top", ".1%"), ("value", "hold", ".1%")]);
    let body = json!({ "layer": [
        { "mark": { "type": "line", "style": "reference", "aria": false },
            "encoding": { "x": x, "y": axis("customers", "share of value") } },
        { "mark": { "type": "area", "line": true, "opacity": 0.25 }, "encoding": { "x": x, "y": y, "tooltip": shown } },
    ] });
    let drawn = "A curve above the diagonal of equal values";
    Some(Figure::new("concentration", "Who holds the value", drawn, reading, data, body))
}

/// Mean value of a customer by tenths of customers, the most valuable first. `None` without values.
pub fn value_deciles(totals: &Totals) -> Option<Figure> {
    let total = totals.value?;
    let held: Vec<f64> =
        (0..=10).map(|tenth| totals.value_share(f64::from(tenth) / 10.0)).collect::<Option<_>>()?;
    let share: Vec<f64> = held.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let each = 0.1 * totals.customers as f64;
    let mean = |share: &f64| share * total / each;
    let reading = format!(
        "A customer of the best tenth is worth {} on average, one of the last tenth {}; the average is {}.",
        grouped(mean(&share[0]), 2),
        grouped(mean(&share[9]), 2),
        grouped(total / totals.customers.max(1) as f64, 2)
    );
    let data = Columns::new()
        .texts("decile", (1..=10).map(|tenth| tenth.to_string()))
        .numbers("mean_value", share.iter().map(mean))
        .numbers("share_of_value", share.iter().copied())
        .finish();
    let shown = tooltip(&[
        ("decile", "decile", ""),
        ("mean_value", "mean value", ",.2f"),
        ("share_of_value", "share of value", ".1%"),
    ]);
    let body = json!({
        "mark": { "type": "bar" },
        "encoding": { "x": label("decile", "tenths of customers, the most valuable first"),
            "y": number("mean_value", "mean value of a customer"), "tooltip": shown },
    });
    Some(Figure::new("value_deciles", "Value of a customer by decile", "Bars, falling", reading, data, body))
}
