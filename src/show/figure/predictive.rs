//! The log beside logs that the model would have made of the same customers; see
//! [`Predictive`](crate::study::diagnostics::Predictive).

use serde_json::{Value, json};

use super::columns::Columns;
use super::{BOTH, Figure, label, number, series, tooltip};
use crate::base::numbers::{count, significant};
use crate::study::diagnostics::{PredictedBin, Predictive};

/// What a figure is called and shows.
struct Words {
    name: &'static str,
    title: &'static str,
    axis: &'static str,
    share: &'static str,
}

/// Customers by repeat purchases, with what 90 % of the model's logs have.
pub fn predictive_frequency(found: &Predictive) -> Option<Figure> {
    let words = Words {
        name: "predictive_frequency",
        title: "How often customers bought, and would have under the model",
        axis: "repeat purchases",
        share: "share of customers",
    };
    let label = |bin: &PredictedBin| format!("{}{}", bin.from, if bin.to.is_finite() { "" } else { "+" });
    draw(&words, &found.frequency, found.customers, label)
}

/// Mean amounts of repeat customers, with what 90 % of the model's logs have.
pub fn spend_density(found: &Predictive) -> Option<Figure> {
    let words = Words {
        name: "spend_density",
        title: "What repeat customers paid, and would have under the model",
        axis: "mean amount of a repeat purchase",
        share: "share of repeat customers",
    };
    draw(&words, &found.spend, found.customers, range)
}

/// Gaps between the purchases of a customer, with what 90 % of the model's logs have.
pub fn gaps(found: &Predictive) -> Option<Figure> {
    let words = Words {
        name: "gaps",
        title: "Days between purchases, and what they would be under the model",
        axis: "days since the purchase before",
        share: "share of gaps",
    };
    draw(&words, &found.gaps, found.customers, range)
}

fn range(bin: &PredictedBin) -> String {
    let short = |value: f64| significant(value, 3);
    if bin.to.is_finite() {
        format!("{}-{}", short(bin.from), short(bin.to))
    } else {
        format!("{}+", short(bin.from))
    }
}

fn draw(
    words: &Words,
    bins: &[PredictedBin],
    customers: usize,
    name: impl Fn(&PredictedBin) -> String,
) -> Option<Figure> {
    if bins.is_empty() {
        return None;
    }
    let data = Columns::new()
        .texts("class", bins.iter().map(&name))
        .numbers("actual", bins.iter().map(|bin| bin.actual))
        .numbers("expected", bins.iter().map(|bin| bin.expected))
        .numbers("lower", bins.iter().map(|bin| bin.lower))
        .numbers("upper", bins.iter().map(|bin| bin.upper))
        .finish();
    let outside = |bin: &&PredictedBin| bin.actual < bin.lower || bin.actual > bin.upper;
    let off: Vec<&PredictedBin> = bins.iter().filter(outside).collect();
    let worst =
        bins.iter().max_by(|a, b| (a.actual - a.expected).abs().total_cmp(&(b.actual - b.expected).abs()))?;
    let reading = format!(
        "{} of {} classes lie outside of what 90 % of the model's logs of {} such customers have; chance puts about {} there. The \
         largest difference is at {}: {} %, and {} % under the model.",
        off.len(),
        bins.len(),
        count(customers as u64),
        significant(0.1 * bins.len() as f64, 2),
        name(worst),
        significant(100.0 * worst.actual, 3),
        significant(100.0 * worst.expected, 3),
    );
    let shown = tooltip(&[
        ("class", words.axis, ""),
        ("actual", "actual", ".1%"),
        ("expected", "expected", ".1%"),
        ("lower", "from", ".1%"),
        ("upper", "to", ".1%"),
    ]);
    let x = label("class", words.axis);
    let y = |field: &str| -> Value {
        let mut y = number(field, words.share);
        y["axis"] = json!({ "format": ".0%" });
        y
    };
    let mut x = x;
    if bins.len() > 14 {
        x["axis"] = json!({ "labelAngle": -45, "labelOverlap": true });
    }
    let body = json!({ "layer": [
        { "mark": { "type": "bar" },
            "encoding": { "x": x, "y": y("actual"), "color": series("actual", &BOTH), "tooltip": shown } },
        { "mark": { "type": "rule" },
            "encoding": { "x": x, "y": y("lower"), "y2": { "field": "upper" }, "color": series("expected", &BOTH) } },
        { "mark": { "type": "point" },
            "encoding": { "x": x, "y": y("expected"), "color": series("expected", &BOTH), "tooltip": shown } },
    ] });
    let drawn = "Bars of actual shares, points of expected ones with a range that holds 90 %";
    Some(Figure::new(words.name, words.title, drawn, reading, data, body))
}
