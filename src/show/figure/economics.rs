//! Figures of economics: what customers cost and bring, the revenue ahead, what moves the value.

use serde_json::json;

use super::columns::Columns;
use super::{Figure, label, number, tooltip};
use crate::base::numbers::{grouped, significant};
use crate::study::economics::{Economics, Figure as Estimate, GroupEconomics, month_name};

/// Groups that a figure shows, the largest, beside all customers.
const SHOWN: usize = 4;

/// The largest groups, then all customers.
fn largest(found: &Economics) -> Vec<&GroupEconomics> {
    let mut groups: Vec<&GroupEconomics> = found.groups.iter().collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.loyalty.customers));
    groups.truncate(SHOWN);
    groups.push(&found.all);
    groups
}

fn lower(figure: &Estimate) -> f64 {
    figure.interval.map_or(f64::NAN, |(lower, _)| lower)
}

fn upper(figure: &Estimate) -> f64 {
    figure.interval.map_or(f64::NAN, |(_, upper)| upper)
}

/// The margin a new customer has brought month by month, less what the customer cost, by group: it has paid
/// back where the line crosses zero. `None` without costs.
pub fn payback(found: &Economics) -> Option<Figure> {
    let groups: Vec<_> =
        largest(found).into_iter().filter_map(|group| Some((group, group.against.as_ref()?))).collect();
    let (all, against) = groups.last()?;
    let mut rows = Vec::new();
    for (group, against) in &groups {
        let start = group.new.curve.first().map_or(0, |point| point.month);
        // The first purchase is made at once.
        let first = found.options.value.margin * group.new.first_purchase.value;
        let at_once = (start > 0).then_some((group.name.as_str(), 0.0, first - against.cac));
        rows.extend(at_once);
        rows.extend(
            group
                .new
                .curve
                .iter()
                .map(|point| (group.name.as_str(), point.month as f64, point.margin.value - against.cac)),
        );
    }
    let month = against.payback.month;
    let reading = format!(
        "A new customer ({}) costs {} and has brought it back {}; where a line crosses zero, the cost is paid.{}",
        all.name,
        grouped(against.cac, 2),
        month.map_or("not within these months".to_owned(), |month| format!("after {month} months")),
        if found.groups.len() > SHOWN { " The four largest groups are shown, and all together." } else { "" }
    );
    let data = Columns::new()
        .texts("group", rows.iter().map(|row| row.0))
        .numbers("month", rows.iter().map(|row| row.1))
        .numbers("margin_less_cost", rows.iter().map(|row| row.2))
        .finish();
    let names: Vec<&str> = groups.iter().rev().map(|(group, _)| group.name.as_str()).collect();
    let shown = tooltip(&[
        ("group", "group", ""),
        ("month", "month", ""),
        ("margin_less_cost", "margin less cost", ",.2f"),
    ]);
    let color = json!({ "field": "group", "type": "nominal", "title": null, "scale": { "domain": names } });
    let dash = json!({ "field": "group", "type": "nominal", "title": null, "scale": { "domain": names,
        "range": [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [12, 4]] } });
    let body = json!({ "layer": [
        { "data": { "values": [{}] }, "mark": { "type": "rule", "style": "boundary" }, "encoding": { "y": { "datum": 0 } } },
        { "mark": { "type": "line" }, "encoding": {
            "x": number("month", "months since the first purchase"),
            "y": number("margin_less_cost", "margin of a customer less cost"),
            "color": color, "strokeDash": dash, "tooltip": shown } },
    ] });
    let title = "When has a new customer paid for itself?";
    Some(Figure::new("payback", title, "A rising line for each group, from below zero", reading, data, body))
}

/// LTV over CAC by group, with its interval and the wanted ratio. `None` without costs.
pub fn ltv_to_cac(found: &Economics) -> Option<Figure> {
    let mut groups: Vec<_> = found
        .groups
        .iter()
        .chain([&found.all])
        .filter_map(|group| Some((group, group.against.as_ref()?)))
        .filter(|(_, against)| against.ratio.value.is_finite())
        .collect();
    let of_all = groups.iter().filter(|(group, _)| group.name == found.all.name).count();
    let own = groups.len() - of_all;
    groups[..own].sort_by(|a, b| b.1.ratio.value.total_cmp(&a.1.ratio.value));
    let target = found.options.target_ratio;
    let own = || groups.iter().filter(|(group, _)| group.name != found.all.name);
    let sure = found.options.interval.is_some();
    let reached =
        own().filter(|(_, found)| if sure { found.p_ratio >= 0.5 } else { found.ratio.value >= target });
    let reading = format!(
        "The dashed line is the wanted ratio of {}, a rule of thumb; {} of {} groups {}.",
        significant(target, 3),
        reached.count(),
        own().count(),
        if sure { "more likely reach it than not" } else { "are expected to reach it" }
    );
    (!groups.is_empty()).then_some(())?;
    let data = Columns::new()
        .texts("group", groups.iter().map(|(group, _)| &group.name))
        .numbers("ratio", groups.iter().map(|(_, against)| against.ratio.value))
        .numbers("lower", groups.iter().map(|(_, against)| lower(&against.ratio)))
        .numbers("upper", groups.iter().map(|(_, against)| upper(&against.ratio)))
        .numbers("p_reaches", groups.iter().map(|(_, against)| against.p_ratio))
        .finish();
    let y = json!({ "field": "group", "type": "nominal", "sort": null, "title": null });
    let x = "lifetime value of a new customer over its cost";
    let shown = tooltip(&[
        ("group", "group", ""),
        ("ratio", "LTV:CAC", ",.2f"),
        ("lower", "from", ",.2f"),
        ("upper", "to", ",.2f"),
        ("p_reaches", "P(wanted ratio)", ".0%"),
    ]);
    let body = json!({ "layer": [
        { "data": { "values": [{}] }, "mark": { "type": "rule", "style": "boundary" }, "encoding": { "x": { "datum": target, "type": "quantitative", "title": x } } },
        { "mark": { "type": "rule" },
            "encoding": { "x": number("lower", x), "x2": { "field": "upper" }, "y": y } },
        { "mark": { "type": "point", "size": 80 }, "encoding": { "x": number("ratio", x), "y": y, "tooltip": shown } },
    ] });
    let drawn = "A point with an interval for each group";
    Some(Figure::new("ltv_to_cac", "Value of a new customer over its cost", drawn, reading, data, body))
}

/// Expected revenue month by month, of today's customers and of planned acquisitions, with its interval.
/// `None` without months.
pub fn revenue_ahead(found: &Economics) -> Option<Figure> {
    let months = &found.equity.months;
    let last = months.last()?;
    let total: f64 = months.iter().map(|month| month.total.value).sum();
    let planned: f64 = months.iter().map(|month| month.planned).sum();
    let mut reading =
        format!("{} months bring {} in all, before margin and not discounted", last.month, grouped(total, 0));
    if planned > 0.0 {
        reading += &format!(", {} of it from customers still to be won as planned", grouped(planned, 0));
    }
    reading += ". Without new customers it falls, as those there are leave; seasons are not in it.";
    let data = Columns::new()
        .dates("until", months.iter().map(|month| month.until))
        .numbers("todays_customers", months.iter().map(|month| month.base.value))
        .numbers("planned", months.iter().map(|month| month.planned))
        .numbers("total", months.iter().map(|month| month.total.value))
        .numbers("lower", months.iter().map(|month| lower(&month.total)))
        .numbers("upper", months.iter().map(|month| upper(&month.total)))
        .finish();
    let x = json!({ "field": "until", "type": "temporal", "title": "month that ends then",
        "scale": { "type": "utc" }, "axis": { "format": "%b %Y", "labelBound": true } });
    let axis = "expected revenue of a month";
    let shown = tooltip(&[
        ("todays_customers", "today's customers", ",.0f"),
        ("planned", "planned", ",.0f"),
        ("lower", "total from", ",.0f"),
        ("upper", "total to", ",.0f"),
    ]);
    let names = ["total", "today's customers"];
    let body = json!({ "layer": [
        { "mark": { "type": "area", "style": "band", "aria": false },
            "encoding": { "x": x, "y": number("lower", axis), "y2": { "field": "upper" } } },
        { "mark": { "type": "line", "point": true }, "encoding": { "x": x, "y": number("total", axis),
            "color": super::series(names[0], &names), "tooltip": shown } },
        { "mark": { "type": "line", "strokeDash": [6, 3] }, "encoding": { "x": x,
            "y": number("todays_customers", axis), "color": super::series(names[1], &names) } },
    ] });
    let drawn = "Lines over the months ahead, with a band";
    Some(Figure::new("revenue_ahead", "Expected revenue by month", drawn, reading, data, body))
}

/// Months of first purchase that a figure shows, the latest.
const COHORTS: usize = 36;

/// Value of today's customers by when they came. `None` without cohorts.
pub fn equity_by_cohort(found: &Economics) -> Option<Figure> {
    let cohorts = &found.equity.cohorts;
    let cohorts = &cohorts[cohorts.len().saturating_sub(COHORTS)..];
    let best = cohorts.iter().max_by(|a, b| a.value.value.total_cmp(&b.value.value))?;
    let reading = format!(
        "Bars are the value to come of the customers first seen in a month{}; those of {} hold most, {}.",
        if cohorts.len() == COHORTS { " (the last 36)" } else { "" },
        month_name(best.month),
        grouped(best.value.value, 0)
    );
    let data = Columns::new()
        .texts("cohort", cohorts.iter().map(|cohort| month_name(cohort.month)))
        .counts("customers", cohorts.iter().map(|cohort| cohort.customers))
        .numbers("value", cohorts.iter().map(|cohort| cohort.value.value))
        .numbers("lower", cohorts.iter().map(|cohort| lower(&cohort.value)))
        .numbers("upper", cohorts.iter().map(|cohort| upper(&cohort.value)))
        .finish();
    let x = label("cohort", "month of the first purchase");
    let shown = tooltip(&[
        ("cohort", "first seen", ""),
        ("customers", "customers", ",.0f"),
        ("value", "value", ",.0f"),
        ("lower", "from", ",.0f"),
        ("upper", "to", ",.0f"),
    ]);
    let axis = "value to come";
    let body = json!({ "layer": [
        { "mark": { "type": "bar" }, "encoding": { "x": x, "y": number("value", axis), "tooltip": shown } },
        { "mark": { "type": "rule" },
            "encoding": { "x": x, "y": number("lower", axis), "y2": { "field": "upper" } } },
    ] });
    let drawn = "Bars with intervals by month of the first purchase";
    Some(Figure::new("equity_by_cohort", "Value by when customers came", drawn, reading, data, body))
}

/// The value of today's customers with a tenth less and a tenth more of each driver, the strongest first (a
/// tornado). `None` if nothing moves it.
pub fn tornado(found: &Economics) -> Option<Figure> {
    let width = |pair: (f64, f64)| (pair.1 - pair.0).abs();
    let mut drivers: Vec<_> = found.sensitivity.iter().filter(|s| width(s.equity) > 0.0).collect();
    drivers.sort_by(|a, b| width(b.equity).total_cmp(&width(a.equity)));
    let first = drivers.first()?;
    let now = found.equity.value.value;
    let reading = format!(
        "Today's value is {}; a tenth more or less of {} moves it most, to {} or {}.",
        grouped(now, 0),
        first.driver.name(),
        grouped(first.equity.0.max(first.equity.1), 0),
        grouped(first.equity.0.min(first.equity.1), 0)
    );
    let data = Columns::new()
        .texts("driver", drivers.iter().map(|s| s.driver.name()))
        .numbers("tenth_less", drivers.iter().map(|s| s.equity.0))
        .numbers("tenth_more", drivers.iter().map(|s| s.equity.1))
        .numbers("elasticity", drivers.iter().map(|s| s.equity_elasticity))
        .finish();
    let y = json!({ "field": "driver", "type": "nominal", "sort": null, "title": null });
    let axis = "value of today's customers";
    let x = |field: &str| {
        let mut x = number(field, axis);
        x["scale"] = json!({ "zero": false });
        x
    };
    let shown = tooltip(&[
        ("driver", "driver", ""),
        ("tenth_less", "with a tenth less", ",.0f"),
        ("tenth_more", "with a tenth more", ",.0f"),
        ("elasticity", "elasticity", ".2f"),
    ]);
    let names = ["a tenth less", "a tenth more"];
    let body = json!({ "layer": [
        { "mark": { "type": "bar", "height": 12 },
            "encoding": { "y": y, "x": x("tenth_less"), "x2": { "field": "tenth_more" }, "tooltip": shown } },
        { "mark": { "type": "point", "shape": "diamond" },
            "encoding": { "y": y, "x": x("tenth_less"), "color": super::series(names[0], &names) } },
        { "mark": { "type": "point" },
            "encoding": { "y": y, "x": x("tenth_more"), "color": super::series(names[1], &names) } },
        { "data": { "values": [{}] }, "mark": { "type": "rule", "style": "boundary" }, "encoding": { "x": { "datum": now, "type": "quantitative", "title": axis } } },
    ] });
    Some(Figure::new(
        "tornado",
        "What would move the value",
        "A bar for each driver, the longest first",
        reading,
        data,
        body,
    ))
}
