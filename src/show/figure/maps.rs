//! Heat maps over what is known of a customer: how often, and how long ago. Of customers of one age.

use arrow_array::RecordBatch;
use serde_json::{Value, json};

use super::Figure;
use super::columns::Columns;
use crate::base::{Horizon, Unit, numbers::significant};
use crate::customers::Customer;
use crate::fitted::ClvModel;
use crate::forecast::profile::Profile;
use crate::model::Attrition;

/// What a map shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MapOptions {
    /// The age of the customers, in the model's unit; positive.
    pub age: f64,
    /// The most repeat purchases on the map; at least 1.
    pub most: u32,
    /// How far expected purchases look, in the model's unit; positive and finite.
    pub horizon: f64,
}

impl MapOptions {
    /// A map of the oldest customers, with as many purchases as all but a few have, that looks as far as the
    /// horizon, or a year if that has no end. `None` if nobody has an age.
    pub fn of(model: &ClvModel, profile: &Profile, horizon: Horizon) -> Option<MapOptions> {
        let [horizon, year] = [horizon, Horizon::default()].map(|horizon| match horizon {
            Horizon::Finite(duration) if model.counts_opportunities() => {
                duration.nearest(model.unit).max(1.0)
            }
            horizon => horizon.in_units(model.unit),
        });
        let horizon = if horizon.is_finite() { horizon } else { year };
        let age = profile.oldest * Unit::Month.days() / model.unit.days();
        (age > 0.0).then(|| MapOptions { age, most: profile.usual_most().max(5), horizon })
    }
}

/// Classes of recency, and of frequency, at most.
const CLASSES: u32 = 26;

/// P(alive) by repeat purchases and time since the last one.
pub fn p_alive_map(model: &ClvModel, options: &MapOptions) -> Figure {
    let cells = Cells::new(model, options, |purchase, customer| purchase.p_alive(customer));
    let half = cells.rows.iter().filter(|cell| cell.value >= 0.5).map(|cell| cell.silent_to);
    let longest = half.fold(0.0, f64::max);
    let reading = format!(
        "Of customers whose first purchase was {} {unit}s ago. Nobody on this map who has been silent for more than \
         {} {unit}s is more likely than not to be a customer still; those who used to buy often fall sooner.",
        significant(options.age, 4),
        significant(longest, 3),
        unit = model.unit
    );
    cells.draw("p_alive_map", "Who is still a customer", "P(alive)", ".0%", Some([0.0, 1.0]), reading, model)
}

/// Expected purchases within the horizon by repeat purchases and time since the last one.
pub fn purchases_map(model: &ClvModel, options: &MapOptions) -> Figure {
    let cells = Cells::new(model, options, |purchase, customer| {
        purchase.expected_purchases(customer, options.horizon)
    });
    let most = cells.rows.iter().max_by(|a, b| a.value.total_cmp(&b.value));
    let reading = format!(
        "Of customers whose first purchase was {} {unit}s ago, within {} {unit}s from now. At most {} purchases, of \
         those with {} repeat purchases.",
        significant(options.age, 4),
        significant(options.horizon, 4),
        most.map_or("no".to_owned(), |cell| significant(cell.value, 3)),
        most.map_or("no".to_owned(), |cell| cell.x.to_string()),
        unit = model.unit
    );
    cells.draw("purchases_map", "How often they will buy", "expected purchases", ",.2f", None, reading, model)
}

struct Cell {
    x: u32,
    silent_from: f64,
    silent_to: f64,
    value: f64,
}

struct Cells {
    rows: Vec<Cell>,
}

impl Cells {
    /// Works the map out; a cell stands for its middle, or for the opportunity in it.
    fn new(model: &ClvModel, options: &MapOptions, value: impl Fn(&dyn Attrition, &Customer) -> f64) -> Self {
        let whole = model.purchase.needs().opportunities;
        let age = if whole { options.age.round().max(1.0) } else { options.age };
        let columns = if whole { CLASSES.min(age as u32) } else { CLASSES };
        let step = options.most.div_ceil(CLASSES).max(1);
        let mut rows = Vec::new();
        for x in (1..=options.most).step_by(step as usize) {
            for column in 0..columns {
                let at = |part: f64| age * (f64::from(column) + part) / f64::from(columns);
                let middle = if whole { at(0.5).floor() } else { at(0.5) };
                let customer = Customer { x, t_x: age - middle, t: age };
                // A model that follows customers is asked of those who bought at equal gaps.
                let ages: Vec<f64> = (1..=x).map(|n| customer.t_x * f64::from(n) / f64::from(x)).collect();
                let (purchase, seen) = model.seen_buying(&customer, &ages, 0.0);
                if purchase.admits(&customer).is_ok() {
                    let value = value(&*purchase, &seen);
                    rows.push(Cell { x, silent_from: at(0.0), silent_to: at(1.0), value });
                }
            }
        }
        Cells { rows }
    }

    fn table(&self) -> RecordBatch {
        Columns::new()
            .counts("frequency", self.rows.iter().map(|cell| u64::from(cell.x)))
            .numbers("silent_from", self.rows.iter().map(|cell| cell.silent_from))
            .numbers("silent_to", self.rows.iter().map(|cell| cell.silent_to))
            .numbers("value", self.rows.iter().map(|cell| cell.value))
            .finish()
    }

    #[allow(clippy::too_many_arguments)]
    fn draw(
        &self,
        name: &str,
        title: &str,
        what: &str,
        format: &str,
        domain: Option<[f64; 2]>,
        reading: String,
        model: &ClvModel,
    ) -> Figure {
        let since = format!("{}s since the last purchase", model.unit);
        let scale = domain.map_or(Value::Null, |domain| json!({ "domain": domain }));
        let mut color = json!({ "field": "value", "type": "quantitative", "title": what,
            "legend": { "format": format, "gradientLength": 200 } });
        if !scale.is_null() {
            color["scale"] = scale;
        }
        let body = json!({
            "mark": { "type": "rect", "aria": false },
            "encoding": {
                "x": { "field": "silent_from", "bin": "binned", "type": "quantitative", "title": since,
                    "axis": { "grid": false } },
                "x2": { "field": "silent_to" },
                "y": { "field": "frequency", "type": "ordinal", "sort": "descending", "title": "repeat purchases" },
                "color": color,
                "tooltip": [
                    { "field": "frequency", "type": "quantitative", "title": "repeat purchases" },
                    { "field": "silent_from", "type": "quantitative", "title": "silent from", "format": ".3~g" },
                    { "field": "silent_to", "type": "quantitative", "title": "silent to", "format": ".3~g" },
                    { "field": "value", "type": "quantitative", "title": what, "format": format },
                ],
            },
        });
        let drawn = format!("A heat map of {what} by repeat purchases and {since}");
        Figure::new(name, title, &drawn, reading, self.table(), body)
    }
}
