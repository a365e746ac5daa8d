//! Figures of customers under contract: MRR behind and ahead, how long plans hold, the triangle of cohorts, past forecasts.

use serde_json::json;

use super::columns::Columns;
use super::{Figure, number, series, tooltip};
use crate::base::numbers::{grouped, significant};
use crate::contracts::{BookForecast, PlanAhead};
use crate::study::ContractTest;
use crate::study::subscribers::TriangleCell;

/// Plans that are drawn, those with the most contracts.
const PLANS: usize = 5;

fn month_axis() -> serde_json::Value {
    json!({ "field": "until", "type": "temporal", "title": null, "axis": { "format": "%b %Y", "labelBound": true } })
}

/// MRR month by month: as it was, and what is expected of today's contracts, with its range. `None` without prices.
pub fn recurring_revenue(forecast: &BookForecast, probability: f64) -> Option<Figure> {
    let mut rows: Vec<(jiff::civil::Date, f64, f64, f64, f64)> = Vec::new();
    for month in &forecast.seen {
        rows.push((month.until, month.mrr?, f64::NAN, f64::NAN, f64::NAN));
    }
    for month in &forecast.months {
        let mrr = month.mrr?;
        rows.push((month.until, f64::NAN, mrr.expected, mrr.lower, mrr.upper));
    }
    let last = forecast.months.last()?.mrr?;
    let now = forecast.totals.mrr?;
    let reading = format!(
        "{} a month today; of today's contracts {} are expected to be left at the end, {} to {} with {}% probability. Nobody new is \
         counted.",
        grouped(now, 0),
        grouped(last.expected, 0),
        grouped(last.lower, 0),
        grouped(last.upper, 0),
        significant(100.0 * probability, 3)
    );
    let column = |of: fn(&(jiff::civil::Date, f64, f64, f64, f64)) -> f64| rows.iter().map(of);
    let data = Columns::new()
        .dates("until", rows.iter().map(|row| row.0))
        .numbers("actual", column(|row| row.1))
        .numbers("expected", column(|row| row.2))
        .numbers("lower", column(|row| row.3))
        .numbers("upper", column(|row| row.4))
        .finish();
    let title = "monthly recurring revenue";
    let shown = tooltip(&[
        ("actual", "actual", ",.0f"),
        ("expected", "expected", ",.0f"),
        ("lower", "from", ",.0f"),
        ("upper", "to", ",.0f"),
    ]);
    let names = super::BOTH;
    let line = |field: &str| {
        json!({ "transform": [{ "filter": format!("isValid(datum.{field})") }], "mark": { "type": "line", "point": true },
            "encoding": { "x": month_axis(), "y": number(field, title), "color": series(field, &names), "tooltip": shown } })
    };
    let band = json!({ "transform": [{ "filter": "isValid(datum.lower)" }], "mark": { "type": "area", "opacity": 0.2 },
        "encoding": { "x": month_axis(), "y": number("lower", title), "y2": { "field": "upper" },
            "color": series("expected", &names) } });
    let body = json!({ "layer": [band, line("actual"), line("expected")] });
    let drawn = "A line of the months behind, and one of those ahead within a band";
    Some(Figure::new("recurring_revenue", "MRR behind and ahead", drawn, reading, data, body))
}

/// How long new contracts of each plan hold, with bands. `None` if there is no plan.
pub fn plan_survival(plans: &[PlanAhead], months_of: impl Fn(usize) -> f64) -> Option<Figure> {
    let mut order: Vec<usize> = (0..plans.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(plans[*at].contracts));
    order.truncate(PLANS);
    let mut rows: Vec<(&str, f64, f64, f64, f64)> = Vec::new();
    for at in &order {
        let plan = &plans[*at];
        rows.push((&plan.plan, 0.0, 1.0, 1.0, 1.0));
        for (t, range) in (1..).zip(&plan.survival) {
            let months = f64::from(t) * months_of(*at);
            if months <= 36.0 {
                rows.push((&plan.plan, months, range.expected, range.lower, range.upper));
            }
        }
    }
    let first = order.first()?;
    let at = |months: f64| {
        let periods = (months / months_of(*first)).round().max(1.0) as usize;
        plans[*first].survival.get(periods - 1).map(|range| range.expected)
    };
    let year = at(12.0).map_or(String::new(), |share| {
        format!(
            " Of new contracts of {} {}% are there after a year.",
            plans[*first].plan,
            significant(100.0 * share, 3)
        )
    });
    let reading = format!(
        "Shares of new contracts that are still there, by the model; bands are how sure that is.{year}"
    );
    let data = Columns::new()
        .texts("plan", rows.iter().map(|row| row.0))
        .numbers("months", rows.iter().map(|row| row.1))
        .numbers("share", rows.iter().map(|row| row.2))
        .numbers("lower", rows.iter().map(|row| row.3))
        .numbers("upper", rows.iter().map(|row| row.4))
        .finish();
    let names: Vec<&str> = order.iter().map(|at| plans[*at].plan.as_str()).collect();
    let color = json!({ "field": "plan", "type": "nominal", "title": null, "scale": { "domain": names } });
    let x = number("months", "months since the beginning");
    let share = json!({ "field": "share", "type": "quantitative", "title": "share still there", "scale": { "domain": [0, 1] },
        "axis": { "format": ".0%" } });
    let mut lower = share.clone();
    lower["field"] = "lower".into();
    let shown = tooltip(&[
        ("plan", "plan", ""),
        ("months", "months", ".0f"),
        ("share", "still there", ".1%"),
        ("lower", "from", ".1%"),
        ("upper", "to", ".1%"),
    ]);
    let body = json!({ "layer": [
        { "mark": { "type": "area", "opacity": 0.15 },
            "encoding": { "x": x, "y": lower, "y2": { "field": "upper" }, "color": color } },
        { "mark": { "type": "line" }, "encoding": { "x": x, "y": share, "color": color, "tooltip": shown } },
    ] });
    let drawn = "A falling line a plan, each within a band";
    Some(Figure::new("plan_survival", "How long contracts hold, by plan", drawn, reading, data, body))
}

/// The triangle of cohorts, completed by the model. `None` if there are no dates.
pub fn cohort_triangle(cells: &[TriangleCell]) -> Option<Figure> {
    let last = cells.iter().rfind(|cell| cell.seen && cell.months == 12)?;
    let reading = format!(
        "Of contracts that began in {} {}% were there twelve months on. Framed cells have not come yet, or not for all: the model \
         expects them of those who are there.",
        last.cohort,
        significant(100.0 * last.share, 3)
    );
    let data = Columns::new()
        .texts("cohort", cells.iter().map(|cell| &cell.cohort))
        .counts("months", cells.iter().map(|cell| u64::from(cell.months)))
        .counts("contracts", cells.iter().map(|cell| cell.contracts))
        .numbers("share", cells.iter().map(|cell| cell.share))
        .texts("what", cells.iter().map(|cell| if cell.seen { "seen" } else { "expected" }))
        .finish();
    let x = json!({ "field": "months", "type": "ordinal", "title": "months since the beginning", "axis": { "labelAngle": 0 } });
    let y = json!({ "field": "cohort", "type": "ordinal", "title": "contracts that began in" });
    let shown = tooltip(&[
        ("cohort", "cohort", ""),
        ("months", "months", ".0f"),
        ("contracts", "contracts", ",.0f"),
        ("share", "still there", ".1%"),
        ("what", "", ""),
    ]);
    let color = json!({ "field": "share", "type": "quantitative", "title": "still there", "scale": { "domain": [0, 1] },
        "legend": { "format": ".0%", "gradientLength": 200 } });
    let stroke =
        json!({ "condition": { "test": "datum.what === 'expected'", "value": "#888" }, "value": null });
    let body = json!({
        "mark": { "type": "rect", "strokeWidth": 1, "aria": false },
        "encoding": { "x": x, "y": y, "color": color, "stroke": stroke, "tooltip": shown },
    });
    let drawn = "A heat map of the share of each cohort that is still there by age";
    Some(Figure::new("cohort_triangle", "Cohorts by age, seen and expected", drawn, reading, data, body))
}

/// Past forecasts: MRR, or contracts where there are no prices, of the months that were hidden.
pub fn hidden_months(test: &ContractTest, has_money: bool) -> Option<Figure> {
    let what = |month: &crate::study::ContractMonth| if has_money { month.mrr } else { month.contracts };
    let origin = &test.months.last()?.origin;
    let months: Vec<_> = test.months.iter().filter(|month| month.origin == *origin).collect();
    let held = months.iter().filter(|month| {
        let [was, _, lower, upper] = what(month);
        lower <= was && was <= upper
    });
    let reading = format!(
        "What was hidden after {origin}: {} of {} months lie in their ranges.",
        held.count(),
        months.len()
    );
    let column = |at: usize| months.iter().map(move |month| what(month)[at]);
    let data = Columns::new()
        .dates("until", months.iter().filter_map(|month| month.until.parse().ok()))
        .numbers("actual", column(0))
        .numbers("expected", column(1))
        .numbers("lower", column(2))
        .numbers("upper", column(3))
        .finish();
    let title = if has_money { "monthly recurring revenue" } else { "contracts" };
    let names = super::BOTH;
    let shown = tooltip(&[
        ("actual", "actual", ",.0f"),
        ("expected", "expected", ",.0f"),
        ("lower", "from", ",.0f"),
        ("upper", "to", ",.0f"),
    ]);
    let line = |field: &str| {
        json!({ "mark": { "type": "line", "point": true }, "encoding": { "x": month_axis(), "y": number(field, title),
            "color": series(field, &names), "tooltip": shown } })
    };
    let band = json!({ "mark": { "type": "area", "opacity": 0.2 }, "encoding": { "x": month_axis(), "y": number("lower", title),
        "y2": { "field": "upper" }, "color": series("expected", &names) } });
    let body = json!({ "layer": [band, line("actual"), line("expected")] });
    let drawn = "Lines of what was and what was expected, within a band";
    Some(Figure::new("hidden_months", "The last forecast and what happened", drawn, reading, data, body))
}
