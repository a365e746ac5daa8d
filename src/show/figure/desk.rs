//! Figures for those who decide: months past and to come, when channels have paid back, and who moved where.

use jiff::civil::Date;
use serde_json::json;

use super::columns::Columns;
use super::{Figure, number, tooltip};
use crate::base::numbers::{count, grouped};
use crate::base::{Grain, Unit};
use crate::history::{Activity, first_grain, grain_start};
use crate::study::economics::{Economics, MonthAhead, Movement, State};

/// Months of the past that are shown, the latest.
const PAST: usize = 24;

/// Revenue of a calendar month to come.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Ahead {
    month: i32,
    value: f64,
    bounds: Option<(f64, f64)>,
    planned: f64,
}

/// Revenue by calendar month: what was paid, and what is expected of today's customers and of planned ones. Expected
/// months, which count from the end of observation, are cut at the ends of calendar months, evenly within one. `None`
/// where months were not counted or none lies ahead.
pub fn months(found: &Economics) -> Option<Figure> {
    let activity = found.meta.activity.as_ref().filter(|activity| !activity.months.is_empty())?;
    let end = found.meta.observed_until?;
    let ahead = by_calendar(&found.equity.months, end);
    let last = ahead.iter().rfind(|month| month.month != this_month(end))?;
    let reading = format!(
        "Dark bars are what customers paid, net of returns; blue ones what today's customers are expected to pay, {} a month at \
         first and {} in the last one shown, with nobody new.{} Seasons and campaigns are not in it.{}",
        grouped(
            ahead.iter().find(|month| month.month != this_month(end)).map_or(0.0, |month| month.value),
            0
        ),
        grouped(last.value, 0),
        found.options.interval.map_or(String::new(), |interval| {
            format!(" Lines are {}% ranges of a month.", grouped(100.0 * interval, 0))
        }),
        if ahead.iter().any(|month| month.planned > 0.0) {
            " Customers still to be won as planned are apart."
        } else {
            ""
        }
    );
    Some(Figure::new(
        "months",
        "Revenue by month, paid and expected",
        "Bars by calendar month, with ranges of those to come",
        reading,
        table(activity, &ahead),
        body(ahead.iter().any(|month| month.planned > 0.0)),
    ))
}

fn this_month(end: Date) -> i32 {
    first_grain(Grain::Month, end)
}

fn table(activity: &Activity, ahead: &[Ahead]) -> arrow_array::RecordBatch {
    let past: Vec<(i32, f64)> =
        activity.months.iter().map(|(month, counts)| (*month, counts.revenue)).collect();
    let past = &past[past.len().saturating_sub(PAST)..];
    let paid = |month: i32| past.iter().find(|(own, _)| *own == month).map_or(0.0, |(_, paid)| *paid);
    let mut rows: Vec<(i32, &str, f64, f64, f64)> =
        past.iter().map(|(month, paid)| (*month, "paid", *paid, f64::NAN, f64::NAN)).collect();
    for one in ahead {
        // Ranges stand on what a month has brought already.
        let base = paid(one.month);
        let (low, high) = one.bounds.unwrap_or((f64::NAN, f64::NAN));
        rows.push((one.month, "expected", one.value, base + low, base + high));
        if one.planned > 0.0 {
            rows.push((one.month, "planned", one.planned, f64::NAN, f64::NAN));
        }
    }
    Columns::new()
        .dates("month", rows.iter().map(|row| grain_start(Grain::Month, row.0)))
        .texts("what", rows.iter().map(|row| row.1))
        .numbers("revenue", rows.iter().map(|row| row.2))
        .numbers("lower", rows.iter().map(|row| row.3))
        .numbers("upper", rows.iter().map(|row| row.4))
        .finish()
}

fn body(planned: bool) -> serde_json::Value {
    let x = json!({ "field": "month", "type": "temporal", "timeUnit": "utcyearmonth", "title": null,
        "axis": { "format": "%b %Y", "labelBound": true } });
    let names = &["paid", "expected", "planned"][..if planned { 3 } else { 2 }];
    // Ranges stand in the middle of a month.
    let mut middle = x.clone();
    middle["bandPosition"] = json!(0.5);
    let color = json!({ "field": "what", "type": "nominal", "title": null, "scale": { "domain": names } });
    let shown = tooltip(&[
        ("what", "", ""),
        ("revenue", "revenue", ",.0f"),
        ("lower", "from", ",.0f"),
        ("upper", "to", ",.0f"),
    ]);
    let axis = "revenue of a month";
    json!({ "layer": [
        { "mark": { "type": "bar" }, "encoding": { "x": x, "y": number("revenue", axis), "color": color,
            "order": { "field": "what", "sort": "descending" }, "tooltip": shown } },
        { "transform": [{ "filter": "isValid(datum.lower)" }], "mark": { "type": "rule", "strokeWidth": 2 },
            "encoding": { "x": middle, "y": number("lower", axis), "y2": { "field": "upper" } } },
    ] })
}

/// Months that count from the end of observation, a twelfth of a year each, cut at the ends of calendar months; the last one only
/// if it is whole.
fn by_calendar(months: &[MonthAhead], end: Date) -> Vec<Ahead> {
    let days = |to: Date| f64::from(end.until(to).map_or(0, |span| span.get_days()));
    let Some(until) = months.last().map(|month| month.until) else { return Vec::new() };
    // Dates are whole days; the last month of a horizon may be shorter.
    let ends = |(i, one): (usize, &MonthAhead)| match (i + 1) as f64 * Unit::Month.days() {
        exact if (exact - days(one.until)).abs() <= 1.0 => exact,
        _ => days(one.until),
    };
    let ends: Vec<f64> = months.iter().enumerate().map(ends).collect();
    let mut found = Vec::new();
    for month in first_grain(Grain::Month, end.saturating_add(jiff::Span::new().days(1))).. {
        let last = grain_start(Grain::Month, month + 1).saturating_sub(jiff::Span::new().days(1));
        if last > until {
            break;
        }
        let from = (days(grain_start(Grain::Month, month)) - 1.0).max(0.0);
        let mut sum = Ahead { month, value: 0.0, bounds: Some((0.0, 0.0)), planned: 0.0 };
        let mut begins = 0.0;
        for (one, &ends) in months.iter().zip(&ends) {
            let overlap = (days(last).min(ends) - from.max(begins)).max(0.0) / (ends - begins);
            sum.value += overlap * one.base.value;
            sum.planned += overlap * one.planned;
            let both = sum.bounds.zip(one.base.interval);
            sum.bounds = both.map(|((a, b), (low, high))| (a + overlap * low, b + overlap * high));
            begins = ends;
        }
        found.push(sum);
    }
    found
}

/// When a new customer of each channel has paid for itself. `None` without costs.
pub fn payback_months(found: &Economics) -> Option<Figure> {
    let mut groups: Vec<_> =
        found.groups.iter().chain([&found.all]).filter_map(|g| Some((g, g.against.as_ref()?))).collect();
    (!groups.is_empty()).then_some(())?;
    let far = found.all.new.curve.last().map_or(24, |point| point.month);
    let month = |month: Option<usize>| month.map_or(far as f64, |month| month as f64);
    groups.sort_by(|a, b| month(a.1.payback.month).total_cmp(&month(b.1.payback.month)));
    let never = groups.iter().filter(|(_, against)| against.payback.month.is_none()).count();
    let all = found.all.against.as_ref().and_then(|against| against.payback.month);
    let reading = format!(
        "The margin of a new customer has reached the cost after so many months{}.{}",
        all.map_or(String::new(), |month| format!("; after {month} over all channels")),
        match never {
            0 => String::new(),
            _ => format!(
                " {never} of them {} not within {far} months, and stand at the right end.",
                if never == 1 { "has" } else { "have" }
            ),
        }
    );
    let bounds: Vec<(f64, f64)> = groups
        .iter()
        .map(|(_, against)| match against.payback.interval {
            Some((soon, late)) => (month(soon), month(late)),
            None => (f64::NAN, f64::NAN),
        })
        .collect();
    let data = Columns::new()
        .texts("channel", groups.iter().map(|(group, _)| &group.name))
        .numbers("months", groups.iter().map(|(_, against)| month(against.payback.month)))
        .numbers("lower", bounds.iter().map(|bounds| bounds.0))
        .numbers("upper", bounds.iter().map(|bounds| bounds.1))
        .finish();
    let y = json!({ "field": "channel", "type": "nominal", "sort": null, "title": null });
    let axis = "months until the cost is back";
    let shown = tooltip(&[
        ("channel", "channel", ""),
        ("months", "months", ",.0f"),
        ("lower", "from", ",.0f"),
        ("upper", "to", ",.0f"),
    ]);
    let body = json!({ "layer": [
        { "mark": { "type": "rule" }, "encoding": { "y": y, "x": number("lower", axis), "x2": { "field": "upper" } } },
        { "mark": { "type": "point", "size": 80 }, "encoding": { "y": y, "x": number("months", axis), "tooltip": shown } },
    ] });
    Some(Figure::new(
        "payback_months",
        "When a new customer has paid back",
        "A point with a range for each channel",
        reading,
        data,
        body,
    ))
}

/// Where customers were at an earlier date, and where they are now.
pub fn movement(found: &Movement) -> Figure {
    let mut rows = Vec::new();
    for (from, counts) in State::ALL.iter().zip(&found.matrix) {
        rows.extend(State::ALL.iter().zip(counts).map(|(to, n)| (from.name(), to.name(), *n)));
    }
    rows.extend(State::ALL.iter().zip(&found.arrived).map(|(to, n)| ("not yet there", to.name(), *n)));
    rows.retain(|(_, _, n)| *n > 0);
    let good = |from: &str, to: &[&str]| -> u64 {
        rows.iter().filter(|(f, t, _)| *f == from && to.contains(t)).map(|(_, _, n)| n).sum()
    };
    let reading = format!(
        "The larger a circle, the more customers were in the segment of its row on {} and are in that of its column on {}. Of \
         the loyal ones then, {} are at risk or have lapsed; of those at risk, {} buy on time again.",
        found.from,
        found.to,
        count(good("loyal", &["at-risk", "lapsed"])),
        count(good("at-risk", &["loyal", "returning"]))
    );
    let data = Columns::new()
        .texts("from", rows.iter().map(|row| row.0))
        .texts("to", rows.iter().map(|row| row.1))
        .counts("customers", rows.iter().map(|row| row.2))
        .finish();
    let names: Vec<&str> = State::ALL.iter().map(|state| state.name()).collect();
    let then: Vec<&str> = names.iter().copied().chain(["not yet there"]).collect();
    let shown = tooltip(&[
        ("from", "segment then", ""),
        ("to", "segment now", ""),
        ("customers", "customers", ",.0f"),
    ]);
    let body = json!({
        "mark": { "type": "point" },
        "encoding": {
            "y": { "field": "from", "type": "nominal", "sort": then, "title": format!("on {}", found.from) },
            "x": { "field": "to", "type": "nominal", "sort": names, "title": format!("on {}", found.to), "axis": { "labelAngle": -30 } },
            "size": { "field": "customers", "type": "quantitative", "legend": null, "scale": { "range": [10, 900] } },
            "tooltip": shown,
        },
    });
    Figure::new(
        "movement",
        "Who moved where",
        "Circles in a grid of segments then and now",
        reading,
        data,
        body,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::economics::Figure as Estimate;

    /// Sums stay: what lies ahead of 15 January, cut at the ends of months, is what it was, but for the part of a month that
    /// is not whole. Months of whole days were 1.3 % too high and too low by turns.
    #[test]
    fn calendar_months_add_up() {
        let end: Date = "2025-01-15".parse().unwrap();
        let until = ["2025-02-14", "2025-03-17", "2025-04-16"];
        let one = |(k, until): (usize, &&str)| MonthAhead {
            month: k + 1,
            until: until.parse().unwrap(),
            base: Estimate {
                value: 300.0 + 100.0 * k as f64,
                interval: Some((270.0 + 90.0 * k as f64, 330.0 + 110.0 * k as f64)),
            },
            planned: 0.0,
            total: Estimate::plain(300.0),
        };
        let months: Vec<MonthAhead> = until.iter().enumerate().map(one).collect();
        let found = by_calendar(&months, end);
        // To 31 January are 16 days, to 28 February 44, to 31 March 75, and a month has 30.4375.
        let day = |value: f64| value / 30.4375;
        let expected = [
            day(300.0) * 16.0,
            day(300.0) * 14.4375 + day(400.0) * 13.5625,
            day(400.0) * 16.875 + day(500.0) * 14.125,
        ];
        assert_eq!(found.len(), 3);
        for (own, value) in found.iter().zip(expected) {
            assert!((own.value - value).abs() < 1e-9, "{own:?} {value}");
            let (low, high) = own.bounds.unwrap();
            assert!((low / own.value - 0.9).abs() < 1e-9 && (high / own.value - 1.1).abs() < 1e-9);
        }
        let whole = by_calendar(&months, "2024-12-31".parse().unwrap());
        assert_eq!(
            whole.first().map(|month| month.month),
            Some(first_grain(Grain::Month, "2025-01-01".parse().unwrap()))
        );
    }
}
