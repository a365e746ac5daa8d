//! How customers differ: shares of customers by their own rate of purchases and by their own proneness to
//! leave, as the model sees them before it knows anything of one.

use serde_json::json;

use super::Figure;
use super::columns::Columns;
use crate::base::numbers::significant;
use crate::fitted::ClvModel;
use crate::model::{Dropout, Mixing};

/// Classes of a histogram.
const CLASSES: u32 = 40;
/// This share of customers is on the axis.
const SHOWN: f64 = 0.98;

/// One figure of the rates of purchases and, unless nobody ever leaves, one of the dropout. Shares of
/// customers and not densities: those are infinite at zero for most fits.
pub fn heterogeneity(model: &ClvModel) -> Vec<Figure> {
    let opportunities = model.purchase.needs().opportunities;
    let (population, unit) = (model.purchase.population(), model.unit);
    let rate = match opportunities {
        true => "chance to buy at an opportunity, while a customer".to_owned(),
        false => format!("purchases per {unit}, while a customer"),
    };
    let occasion = if opportunities { "before each opportunity" } else { "at each purchase" };
    let mut all = vec![histogram("heterogeneity_rate", "How often customers buy", &rate, population.rate)];
    all.extend(population.dropout.map(|dropout| {
        let axis = match dropout {
            Dropout::Chance(_) => format!("chance to leave {occasion}"),
            Dropout::Rate(_) => format!("rate of leaving per {unit}"),
            Dropout::RateAtFirst(_) => format!("rate of leaving per {unit} of a new customer"),
        };
        histogram("heterogeneity_dropout", "How prone customers are to leave", &axis, dropout.mixing())
    }));
    all
}

fn histogram(name: &str, title: &str, axis: &str, mixing: Mixing) -> Figure {
    let most = quantile(mixing, SHOWN);
    let most = if matches!(mixing, Mixing::Beta { .. }) && most > 0.5 { 1.0 } else { most };
    let edge = |i: u32| most * f64::from(i) / f64::from(CLASSES);
    let share = |i: u32| mixing.below(edge(i + 1)) - mixing.below(edge(i));
    let data = Columns::new()
        .numbers("from", (0..CLASSES).map(edge))
        .numbers("to", (0..CLASSES).map(|i| edge(i + 1)))
        .numbers("share", (0..CLASSES).map(share))
        .finish();
    let mut reading = format!(
        "The mean is {}; half of the customers are below {}.",
        significant(mixing.mean(), 3),
        significant(quantile(mixing, 0.5), 3)
    );
    let beyond = 1.0 - mixing.below(most);
    if beyond > 1e-9 {
        reading += &format!(" {}% lie beyond the axis.", significant(100.0 * beyond, 2));
    }
    let body = json!({
        "mark": { "type": "bar", "opacity": 0.8 },
        "encoding": {
            "x": { "field": "from", "bin": "binned", "type": "quantitative", "title": axis },
            "x2": { "field": "to" },
            "y": { "field": "share", "type": "quantitative", "title": "share of customers", "axis": { "format": "%" } },
            "tooltip": [
                { "field": "from", "type": "quantitative", "title": "from", "format": ".3~g" },
                { "field": "to", "type": "quantitative", "title": "to", "format": ".3~g" },
                { "field": "share", "type": "quantitative", "title": "share of customers", "format": ".1%" },
            ],
        },
    });
    Figure::new(name, title, "A histogram", reading, data, body)
}

/// Bisection of the distribution function.
fn quantile(mixing: Mixing, probability: f64) -> f64 {
    let (mut low, mut high) = (0.0, mixing.mean());
    while mixing.below(high) < probability && high < 1e300 {
        (low, high) = (high, 2.0 * high);
    }
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high || high - low <= 1e-10 * high {
            break;
        }
        if mixing.below(middle) < probability { low = middle } else { high = middle }
    }
    high
}
