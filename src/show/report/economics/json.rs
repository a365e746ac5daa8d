//! The same figures for programs: one object, with the arrays that figures are drawn from.

use serde_json::{Value, json};

use crate::study::economics::{
    Economics, Figure, GroupEconomics, Payback, Share, State,
    budget::{Optimum, SpendPoint},
    month_name,
};

/// Infinite and unknown numbers have no place in JSON.
fn number(value: f64) -> Value {
    if value.is_finite() { value.into() } else { Value::Null }
}

fn figure(figure: &Figure) -> Value {
    let (lower, upper) = figure.interval.unzip();
    let bound = |bound: Option<f64>| bound.map_or(Value::Null, number);
    json!({ "value": number(figure.value), "lower": bound(lower), "upper": bound(upper) })
}

fn payback(payback: &Payback) -> Value {
    let (lower, upper) = payback.interval.unzip();
    json!({ "month": payback.month, "lower": lower.flatten(), "upper": upper.flatten() })
}

fn list<T>(items: &[T], one: impl Fn(&T) -> Value) -> Value {
    items.iter().map(one).collect()
}

pub(super) fn economics(found: &Economics) -> Value {
    let options = &found.options;
    json!({
        "model": found.model,
        "settings": found.settings(),
        "by": options.by,
        "interval": options.interval,
        "expected_buyers": figure(&found.buyers),
        "target_ratio": options.target_ratio,
        "target_payback": options.target_payback.to_string(),
        "all": group(&found.all),
        "groups": list(&found.groups, group),
        "acquired": list(&found.acquired, |month| json!({
            "group": month.group, "month": month_name(month.month), "customers": month.customers,
            "cost": month.cost, "cac": month.cac().map(number), "realised_margin": month.realised,
            "expected_value": month.expected,
        })),
        "retention": retention(found),
        "triangle": triangle(found),
        "equity": equity(found),
        "segments": segments(found),
        "movement": movement(found),
        "good_customers": list(&found.who, |a| json!({
            "by": a.by, "level": a.level, "customers": a.customers, "best": a.best,
            "over_representation": figure(&a.ratio), "p": a.p, "q": a.q, "mean_value": a.mean_value,
            "shrunken_value": figure(&a.shrunken_value), "mean_paid": a.mean_paid,
        })),
        "sensitivity": list(&found.sensitivity, |s| json!({
            "driver": s.driver.name(), "equity_elasticity": s.equity_elasticity,
            "net_elasticity": s.net_elasticity, "equity_less": s.equity.0, "equity_more": s.equity.1,
            "ltv_less": s.ltv.0, "ltv_more": s.ltv.1, "capped": s.capped,
        })),
        "scenarios": list(&found.scenarios, |o| json!({
            "scenario": o.scenario.to_string(), "equity": o.equity, "equity_before": o.equity_before,
            "ltv": o.ltv, "ltv_before": o.ltv_before, "cac": o.cac, "capped": o.capped,
        })),
        "budget": budget(found),
        "notes": found.notes,
    })
}

fn group(group: &GroupEconomics) -> Value {
    let (new, acquired, loyalty, book) = (&group.new, &group.acquired, &group.loyalty, &group.textbook);
    json!({
        "name": group.name,
        "customers": loyalty.customers,
        "equity": figure(&group.equity),
        "new_customer": {
            "first_purchase": figure(&new.first_purchase), "mean_amount": figure(&new.mean_amount),
            "purchases": figure(&new.purchases), "discounted_purchases": number(new.discounted_purchases),
            "ltv": figure(&new.ltv), "most_for_ratio": figure(&new.most_for_ratio),
            "most_for_payback": figure(&new.most_for_payback),
            "curve": list(&new.curve, |point| json!({
                "month": point.month, "margin": figure(&point.margin),
                "discounted": figure(&point.discounted), "survival": point.survival,
            })),
        },
        "acquired": { "customers": acquired.customers, "with_costs": acquired.costed, "cost": acquired.cost,
            "realised_margin": acquired.realised, "expected_value": acquired.expected },
        "against_cost": group.against.as_ref().map(|against| json!({
            "cac": against.cac, "ltv_to_cac": figure(&against.ratio), "p_ratio": against.p_ratio,
            "payback": payback(&against.payback), "discounted_payback": payback(&against.discounted_payback),
            "p_payback": against.p_payback,
        })),
        "loyalty": { "purchases": loyalty.purchases, "paid": loyalty.paid, "repeat_rate": loyalty.repeat_rate,
            "one_time": loyalty.one_time, "days_between_purchases": loyalty.gap,
            "frequency_per_year": loyalty.frequency, "p_repeat": loyalty.p_repeat,
            "expected_frequency": number(loyalty.expected_frequency) },
        "textbook": { "order_value": number(book.order_value), "yearly_retention": book.yearly_retention,
            "years": book.years, "value": book.value, "over_ltv": book.over_ltv.map(number) },
    })
}

fn retention(found: &Economics) -> Value {
    let retention = &found.retention;
    json!({
        "active_within_days": retention.active_within,
        "active": retention.active,
        "expected_alive": retention.alive,
        "recent_monthly": retention.recent,
        "recent_monthly_retained": retention.recent_retained,
        "next_month": number(retention.next_month),
        "next_year": number(retention.next_year),
        "half_life_months": retention.half_life,
        "observed": list(&retention.observed, |m| json!({
            "month": month_name(m.month), "start": m.start, "active": m.counts.active, "new": m.counts.new,
            "acquired": m.counts.acquired, "purchases": m.counts.purchases, "revenue": m.counts.revenue,
            "retention": m.retention, "retained": m.retained,
        })),
        "implied": list(&retention.implied, |m| json!({
            "month": m.month, "survival": m.survival, "retention": number(m.retention),
        })),
    })
}

fn triangle(found: &Economics) -> Value {
    let Some(triangle) = &found.triangle else { return Value::Null };
    let name = |period: i32| triangle.period.name(period);
    json!({
        "period": triangle.period.word(),
        "cells": list(&triangle.cells, |c| json!({
            "cohort": name(c.cohort), "period": name(c.period), "from": c.from.to_string(),
            "until": c.until.to_string(), "whole": c.whole, "customers": c.customers, "buyers": number(c.buyers),
            "purchases": number(c.purchases), "revenue": number(c.revenue), "expected": c.expected,
        })),
    })
}

fn equity(found: &Economics) -> Value {
    let equity = &found.equity;
    json!({
        "value": figure(&equity.value),
        "undiscounted_revenue": number(equity.undiscounted),
        "later_revenue": number(equity.later),
        "cohorts": list(&equity.cohorts, |c| json!({
            "month": month_name(c.month), "customers": c.customers, "value": figure(&c.value),
        })),
        "months": list(&equity.months, |m| json!({
            "month": m.month, "until": m.until.to_string(), "base": figure(&m.base), "planned": m.planned,
            "total": figure(&m.total),
        })),
        "planned": list(&equity.planned, |p| json!({
            "group": p.group, "per_month": p.per_month, "months": p.months, "value": figure(&p.value),
            "cost": p.cost,
        })),
    })
}

fn share(share: &Share) -> Value {
    json!({ "customers": share.customers, "value": share.value, "paid": share.paid, "overdue": share.overdue })
}

fn segments(found: &Economics) -> Value {
    let (segments, rules) = (&found.segments, &found.segments.rules);
    json!({
        "rules": { "new_within_days": rules.new_within, "loyal_repeats": rules.loyal_repeats,
            "buys_within": rules.buys_within.to_string(), "lapsed": rules.lapsed, "overdue": rules.overdue,
            "surprising": rules.surprising, "best": rules.best },
        "states": list(&segments.states, |(state, sums)| json!({ "state": state.name(), "sums": share(sums) })),
        "deciles": list(&segments.deciles, share),
        "best": share(&segments.best),
        "all": share(&segments.all),
    })
}

fn movement(found: &Economics) -> Value {
    let Some(movement) = &found.movement else { return Value::Null };
    let surprises = |(n, customers): &(u64, Vec<crate::study::economics::Surprise>)| {
        json!({ "customers": n, "first": list(customers, |s| json!({
            "id": s.id, "purchases": s.purchases, "expected": s.expected, "p": s.p, "value": s.value,
        })) })
    };
    json!({
        "from": movement.from.to_string(),
        "to": movement.to.to_string(),
        "states": State::ALL.map(State::name),
        "matrix": movement.matrix,
        "arrived": movement.arrived,
        "retained": movement.retained_all,
        "value_before": movement.value.0,
        "value_now": movement.value.1,
        "falls": list(&movement.falls, |f| json!({
            "id": f.id, "before": f.before, "now": f.now, "from": f.from.name(), "to": f.to.name(),
        })),
        "growing": surprises(&movement.growing),
        "shrinking": surprises(&movement.shrinking),
        "expected_by_chance": movement.expected_by_chance,
    })
}

fn optimum(optimum: &Optimum) -> Value {
    let point = |p: &SpendPoint| json!({ "spend": p.spend, "rate": p.rate, "value": number(p.value) });
    json!({ "ceiling": optimum.response.ceiling, "today": point(&optimum.today), "best": point(&optimum.best),
        "curve": list(&optimum.curve, point) })
}

fn budget(found: &Economics) -> Value {
    let budget = &found.budget;
    json!({
        "acquisition": budget.acquisition.as_ref().map(optimum),
        "retention": budget.retention.as_ref().map(optimum),
        "curves": list(&budget.curves, |c| {
            let (most, k) = c.fitted.as_ref().ok().copied().unzip();
            json!({ "group": c.group, "months": c.months, "cost": c.cost, "new": c.new, "most": most, "k": k,
                "refused": c.fitted.as_ref().err() })
        }),
        "allocation": budget.allocation.as_ref().map(|a| json!({
            "budget": a.budget, "unspent": a.unspent,
            "parts": list(&a.parts, |p| json!({
                "group": p.group, "today": p.today, "spend": p.spend, "new": p.new, "net": p.net,
                "marginal": p.marginal,
            })),
            "refused": list(&a.refused, |(group, reason)| json!({ "group": group, "reason": reason })),
        })),
        "offers": list(&budget.offers, |(state, offer)| json!({
            "state": state.name(), "cost": offer.cost, "value_if_kept": offer.value_if_kept,
            "uplift_needed": number(offer.uplift_needed),
        })),
    })
}
