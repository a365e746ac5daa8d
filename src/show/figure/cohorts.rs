//! The triangle of cohorts of a shop: who of them buys in which period, seen and expected.

use serde_json::json;

use super::columns::Columns;
use super::{Figure, tooltip};
use crate::base::numbers::{count, significant};
use crate::study::economics::{Economics, TriangleCell};

/// Cohorts that are drawn, the latest.
const COHORTS: usize = 24;

/// The share of each cohort's customers who buy in each period, as it was seen and as the model expects it. `None` where cohorts
/// were not counted, or nothing but first purchases was.
pub fn cohorts(found: &Economics) -> Option<Figure> {
    let triangle = found.triangle.as_ref()?;
    let name = |period: i32| triangle.period.name(period);
    let mut known: Vec<i32> = triangle.cells.iter().map(|cell| cell.cohort).collect();
    known.dedup();
    let first = known[known.len().saturating_sub(COHORTS)..].first()?;
    // All buy when they come.
    let later = |cell: &&TriangleCell| cell.cohort >= *first && (cell.cohort != cell.period || cell.expected);
    let cells: Vec<&TriangleCell> = triangle.cells.iter().filter(later).collect();
    let share = |cell: &TriangleCell| cell.buyers / cell.customers as f64;
    let next = cells.iter().find(|cell| cell.expected)?;
    let reading = format!(
        "Of the {} customers who came in {} {}% are expected to buy from {} to {}. Framed cells have not come yet; the {word} in \
         which customers came, when all buy, is left out.",
        count(next.customers),
        name(next.cohort),
        significant(100.0 * share(next), 2),
        next.from,
        next.until,
        word = triangle.period.word(),
    );
    let part = |cell: &TriangleCell| match (cell.whole, cell.expected) {
        (true, _) => name(cell.period),
        (false, false) => format!("{} so far", name(cell.period)),
        (false, true) => format!("{} part", name(cell.period)),
    };
    let data = Columns::new()
        .texts("cohort", cells.iter().map(|cell| name(cell.cohort)))
        .texts("period", cells.iter().map(|cell| part(cell)))
        .dates("from", cells.iter().map(|cell| cell.from))
        .counts("customers", cells.iter().map(|cell| cell.customers))
        .numbers("buyers", cells.iter().map(|cell| cell.buyers))
        .numbers("share", cells.iter().map(|cell| share(cell)))
        .numbers("revenue", cells.iter().map(|cell| cell.revenue))
        .texts("what", cells.iter().map(|cell| if cell.expected { "expected" } else { "seen" }))
        .finish();
    let mut order: Vec<(jiff::civil::Date, String)> =
        cells.iter().map(|cell| (cell.from, part(cell))).collect();
    order.sort();
    order.dedup();
    let order: Vec<String> = order.into_iter().map(|(_, part)| part).collect();
    let x = json!({ "field": "period", "type": "ordinal", "title": triangle.period.word(), "scale": { "domain": order },
        "axis": { "labelAngle": -45 } });
    let y = json!({ "field": "cohort", "type": "ordinal", "title": "first purchase in" });
    let shown = tooltip(&[
        ("cohort", "first purchase in", ""),
        ("period", "period", ""),
        ("customers", "customers", ",.0f"),
        ("buyers", "buyers", ",.1f"),
        ("share", "share who buy", ".1%"),
        ("revenue", "revenue", ",.0f"),
        ("what", "", ""),
    ]);
    let color = json!({ "field": "share", "type": "quantitative", "title": "share who buy", "scale": { "domainMin": 0 },
        "legend": { "format": ".0%", "gradientLength": 200 } });
    let body = json!({ "layer": [
        { "mark": { "type": "rect", "aria": false }, "encoding": { "x": x, "y": y, "color": color, "tooltip": shown } },
        { "transform": [{ "filter": "datum.what === 'expected'" }],
            "mark": { "type": "rect", "filled": false, "style": "boundary", "aria": false }, "encoding": { "x": x, "y": y } },
    ] });
    let drawn = "A heat map of the share of each cohort that buys in each period";
    Some(Figure::new("cohorts", "Who buys again, by cohort", drawn, reading, data, body))
}
