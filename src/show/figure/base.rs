//! The customer base as it stands: who is at risk, and how customers of different age hold out.

use serde_json::json;

use super::columns::Columns;
use super::{Figure, label, number, tooltip};
use crate::base::{
    Unit,
    numbers::{grouped, significant},
};
use crate::customers::Customer;
use crate::fitted::ClvModel;
use crate::forecast::profile::Profile;

/// Repeat customers by how likely they are customers still. `None` if there are none.
pub fn at_risk(profile: &Profile) -> Option<Figure> {
    let bands = &profile.bands;
    let customers: u64 = bands.iter().map(|band| band.customers).sum();
    if customers == 0 {
        return None;
    }
    let doubtful: u64 = bands[..5].iter().map(|band| band.customers).sum();
    let mut reading = format!(
        "{} of {} repeat customers ({}%) are more likely gone than not",
        grouped(doubtful as f64, 0),
        grouped(customers as f64, 0),
        significant(100.0 * doubtful as f64 / customers as f64, 3)
    );
    let spent = |from: usize, to: usize| bands[from..to].iter().filter_map(|band| band.spent).sum::<f64>();
    if spent(0, 10) > 0.0 {
        reading += &format!(
            "; they brought {}% of all repeat spend so far",
            significant(100.0 * spent(0, 5) / spent(0, 10), 3)
        );
    }
    reading.push('.');
    let data = Columns::new()
        .texts("p_alive", (0..10).map(|tenth| format!("{}-{}%", 10 * tenth, 10 * (tenth + 1))))
        .counts("customers", bands.iter().map(|band| band.customers))
        .numbers("spent_so_far", bands.iter().map(|band| band.spent.unwrap_or(f64::NAN)))
        .numbers("value_to_come", bands.iter().map(|band| band.value.unwrap_or(f64::NAN)))
        .finish();
    let shown = tooltip(&[
        ("p_alive", "P(alive)", ""),
        ("customers", "customers", ",.0f"),
        ("spent_so_far", "repeat spend so far", ",.0f"),
        ("value_to_come", "value to come", ",.0f"),
    ]);
    let body = json!({
        "mark": { "type": "bar" },
        "encoding": { "x": label("p_alive", "P(alive): probability of still being a customer"),
            "y": number("customers", "repeat customers"), "tooltip": shown },
    });
    Some(Figure::new(
        "at_risk",
        "Who is at risk",
        "Bars of repeat customers by P(alive)",
        reading,
        data,
        body,
    ))
}

/// Months that are drawn one by one at most.
const CENTURY: u32 = 1200;

/// How many of new customers are customers still after so many months, by the model, and how many of each
/// month's new customers probably are, by what they did since.
pub fn retention(model: &ClvModel, profile: &Profile) -> Figure {
    let oldest = profile.ages.keys().last().copied().unwrap_or(0);
    let month = Unit::Month.days() / model.unit.days();
    let newcomer = model.newcomer(0.0);
    let expected = |months: f64| newcomer.p_alive_after(&Customer::NEW, months * month);
    // Month by month for a century; older customers, whose ages are no months of anybody, where there are any.
    let near = oldest.clamp(12, CENTURY);
    let older = profile.ages.keys().copied().filter(|age| *age > near);
    let ages: Vec<u32> = (0..=near).chain(older).collect();
    let middle = |age: &u32| f64::from(*age) + 0.5;
    let group = |age: &u32| profile.ages.get(age);
    let data = Columns::new()
        .numbers("months", ages.iter().map(middle))
        .numbers("expected", ages.iter().map(|age| expected(middle(age))))
        .numbers(
            "cohort",
            ages.iter().map(|age| group(age).map_or(f64::NAN, |g| g.alive / g.customers as f64)),
        )
        .counts("customers", ages.iter().map(|age| group(age).map_or(0, |g| g.customers)))
        .finish();
    let half = ages.iter().find(|age| expected(middle(age)) < 0.5);
    let half = half.map_or_else(
        || format!("more than half are customers still after {} months", u64::from(oldest.max(12)) + 1),
        |age| format!("half have left after about {} months", age),
    );
    let reading = format!(
        "Of new customers {}% are customers still after a year, by the model; {half}. Points are the customers \
         there are, by the month they came.",
        significant(100.0 * expected(12.0), 3)
    );
    let percent = |field: &str| {
        json!({ "field": field, "type": "quantitative", "title": "share still customers",
            "scale": { "domain": [0, 1] }, "axis": { "format": ".0%" } })
    };
    let x = number("months", "months since the first purchase");
    let names = ["customers of that month", "new customers, by the model"];
    let shown = tooltip(&[
        ("months", "months", ".1f"),
        ("expected", "by the model", ".1%"),
        ("cohort", "customers of that month", ".1%"),
        ("customers", "customers", ",.0f"),
    ]);
    let body = json!({ "layer": [
        { "mark": { "type": "line" }, "encoding": { "x": x, "y": percent("expected"),
            "color": super::series(names[1], &names), "tooltip": shown } },
        { "transform": [{ "filter": "isValid(datum.cohort)" }], "mark": { "type": "point" },
            "encoding": { "x": x, "y": percent("cohort"), "color": super::series(names[0], &names),
                "tooltip": shown } },
    ] });
    let drawn = "A falling line by the model, points of the customers there are";
    Figure::new("retention", "How long customers stay", drawn, reading, data, body)
}
