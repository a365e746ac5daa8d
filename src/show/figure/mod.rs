//! Figures: each is defined once, here, as a table and a declarative specification made from it, so that a
//! notebook and the HTML page show the same.
//!
//! The specification is Vega-Lite (<https://vega.github.io/vega-lite/>): JSON that draws itself in a page,
//! is an object to restyle in Altair, and turns into PNG or SVG without a browser. It names no colour of its
//! own; a [`Theme`] gives them, for light and dark. A figure holds aggregates, never customers, so its size
//! does not grow with them.

mod alive;
mod base;
mod cohorts;
mod columns;
mod comparison;
mod desk;
mod economics;
mod gallery;
mod groups;
mod heterogeneity;
mod maps;
mod model;
mod predictive;
mod subscribers;
mod theme;
mod timelines;
mod tracking;
mod value;

use arrow_array::RecordBatch;
use arrow_schema::DataType;
use serde_json::{Map, Value, json};

pub use self::alive::alive_history;
pub use self::base::{at_risk, retention};
pub use self::cohorts::cohorts;
pub use self::comparison::{comparison, metric_words};
pub use self::desk::{months, movement, payback_months};
pub use self::economics::{equity_by_cohort, ltv_to_cac, payback, revenue_ahead, tornado};
pub use self::gallery::{Drawing, NAMES, Needs, draw, names, of_customers};
pub use self::groups::{by_group, chances, lift};
pub use self::heterogeneity::heterogeneity;
pub use self::maps::{MapOptions, p_alive_map, purchases_map};
pub use self::model::{frequencies, posterior};
pub use self::predictive::{gaps, predictive_frequency, spend_density};
pub use self::subscribers::{cohort_triangle, hidden_months, plan_survival, recurring_revenue};
pub use self::theme::Theme;
pub use self::timelines::timelines;
pub use self::tracking::{cumulative_tracking, incremental_tracking, residuals};
pub use self::value::{concentration, value_deciles};

/// The version of Vega-Lite that specifications are written in.
const SCHEMA: &str = "https://vega.github.io/schema/vega-lite/v6.json";

/// Width and height where the place does not say otherwise \[px\].
const SIZE: (u32, u32) = (560, 280);

/// A picture of a table, and what is to be seen in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// What kind of figure it is: a stable name of letters, digits and `_`.
    pub name: String,
    /// Its title.
    pub title: String,
    /// What it shows, in a sentence or two, with the figures that matter.
    pub reading: String,
    /// The same for those who cannot see it: what is drawn, then the reading.
    pub alt: String,
    /// Its data.
    pub data: RecordBatch,
    /// Marks and encodings, without data, title and colours.
    body: Map<String, Value>,
}

impl Figure {
    /// A figure; `drawn` says what is on the picture, `body` is the Vega-Lite of its marks.
    fn new(name: &str, title: &str, drawn: &str, reading: String, data: RecordBatch, body: Value) -> Self {
        let Value::Object(mut body) = body else { unreachable!("a specification is an object") };
        body.get_mut("layer").and_then(Value::as_array_mut).into_iter().flatten().for_each(name_series);
        let alt = format!("{drawn}. {reading}");
        Figure { name: name.to_owned(), title: title.to_owned(), reading, alt, data, body }
    }

    /// The whole specification, with its data, to be drawn by anything that knows Vega-Lite.
    pub fn spec(&self, theme: &Theme) -> Value {
        let mut spec = Map::new();
        spec.insert("$schema".into(), SCHEMA.into());
        spec.insert("description".into(), self.alt.clone().into());
        spec.insert("title".into(), self.title.clone().into());
        if !self.body.contains_key("facet") {
            spec.insert("width".into(), SIZE.0.into());
            spec.insert("height".into(), SIZE.1.into());
        }
        spec.insert("data".into(), self.values());
        spec.extend(self.body.clone());
        spec.insert("config".into(), theme.config());
        Value::Object(spec)
    }

    /// The data as Vega-Lite reads them: dates are those of the calendar, wherever the reader is.
    fn values(&self) -> Value {
        let schema = self.data.schema();
        let dates = schema.fields().iter().filter(|field| *field.data_type() == DataType::Date32);
        let parse: Map<String, Value> =
            dates.map(|field| (field.name().clone(), "utc:'%Y-%m-%d'".into())).collect();
        let mut data = json!({ "name": self.name, "values": self.rows() });
        if !parse.is_empty() {
            data["format"] = json!({ "parse": parse });
        }
        data
    }

    /// The data, row by row.
    fn rows(&self) -> Value {
        let mut writer = arrow_json::WriterBuilder::new()
            .with_explicit_nulls(true)
            .build::<_, arrow_json::writer::JsonArray>(Vec::new());
        let written = writer.write(&self.data).and_then(|()| writer.finish());
        written.expect("numbers, texts and dates have a form in JSON, and memory takes it");
        serde_json::from_slice(&writer.into_inner()).expect("it was just written")
    }
}

/// A quantitative encoding.
fn number(field: &str, title: &str) -> Value {
    json!({ "field": field, "type": "quantitative", "title": title })
}

/// An encoding by labels in the order of the rows.
fn label(field: &str, title: &str) -> Value {
    json!({ "field": field, "type": "ordinal", "title": title, "sort": null, "axis": { "labelAngle": 0 } })
}

/// The colour of one of the series of a figure; `all` names them in the order of the theme's colours.
fn series(which: &str, all: &[&str]) -> Value {
    json!({ "datum": which, "type": "nominal", "title": null, "scale": { "domain": all } })
}

/// A layer whose colour is that of a series gets its name as a field: the schema of Vega-Lite knows scales
/// of fields only, and without one the order of colours would be that of the alphabet.
fn name_series(layer: &mut Value) {
    let Some(color) = layer["encoding"].get_mut("color").and_then(Value::as_object_mut) else { return };
    let Some(which) = color.remove("datum") else { return };
    color.insert("field".into(), "series".into());
    // A string of JSON is one of Vega's expressions, too.
    let name = json!({ "calculate": which.to_string(), "as": "series" });
    match layer.get_mut("transform").and_then(Value::as_array_mut) {
        Some(transform) => transform.push(name),
        None => layer["transform"] = json!([name]),
    }
}

/// What shows when a mark is pointed at: the fields, with their titles and formats.
fn tooltip(fields: &[(&str, &str, &str)]) -> Value {
    let one = |(field, title, format): &(&str, &str, &str)| match format.is_empty() {
        true => json!({ "field": field, "title": title }),
        false => json!({ "field": field, "title": title, "type": "quantitative", "format": format }),
    };
    fields.iter().map(one).collect()
}

/// The two series of most figures.
const BOTH: [&str; 2] = ["actual", "expected"];

#[cfg(test)]
mod tests {
    use super::*;
    use columns::Columns;

    #[test]
    fn data_are_in_the_specification() {
        let date: jiff::civil::Date = "1997-09-30".parse().unwrap();
        let data = Columns::new()
            .texts("name", ["</script>"])
            .numbers("value", [0.1 + 0.2])
            .numbers("none", [f64::NAN])
            .dates("until", [date])
            .finish();
        let body = json!({ "mark": "bar" });
        let figure = Figure::new("test", "Title", "Bars", "A reading.".into(), data, body);
        let spec = figure.spec(&Theme::LIGHT);
        let row = &spec["data"]["values"][0];
        assert_eq!(row["value"], json!(0.1 + 0.2), "not to the last bit");
        assert_eq!((&row["none"], &row["until"]), (&Value::Null, &json!("1997-09-30")));
        assert_eq!(spec["data"]["format"]["parse"]["until"], "utc:'%Y-%m-%d'");
        assert_eq!(spec["description"], "Bars. A reading.");
        assert_ne!(figure.spec(&Theme::DARK)["config"], spec["config"]);
    }
}
