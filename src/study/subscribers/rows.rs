//! All figures as one tidy table, as that of purchases.

use super::{SubscriberEconomics, SubscriberGroup};
use crate::study::economics::{Figure, Row, Rows, month_name};

impl SubscriberEconomics {
    /// All figures.
    pub fn rows(&self) -> Vec<Row> {
        let mut rows = Rows::default();
        for group in [&self.all].into_iter().chain(&self.groups) {
            of_group(group, &mut rows);
        }
        for month in &self.won {
            let period = month_name(month.month);
            rows.plain("acquired", &month.group, &period, "customers", month.customers as f64);
            if let Some(cost) = month.cost {
                rows.plain("acquired", &month.group, &period, "cost", cost);
            }
        }
        for month in &self.forecast.months {
            let figure = |range: &crate::contracts::Range| Figure {
                value: range.expected,
                interval: Some((range.lower, range.upper)),
            };
            rows.add("months", "", month.until, "contracts", figure(&month.contracts));
            for (name, range) in [("mrr", &month.mrr), ("revenue", &month.revenue)] {
                if let Some(range) = range {
                    rows.add("months", "", month.until, name, figure(range));
                }
            }
        }
        rows.0
    }
}

fn of_group(group: &SubscriberGroup, rows: &mut Rows) {
    let (name, new) = (&group.name, &group.new);
    rows.plain("base", name, "", "customers", group.customers as f64);
    rows.plain("base", name, "", "contracts", group.contracts as f64);
    rows.plain("base", name, "", "mrr", group.mrr);
    if group.due > 0 {
        rows.plain("base", name, "", "contracts_late", group.due as f64);
        rows.plain("base", name, "", "contracts_late_expected", group.due_expected);
        rows.plain("base", name, "", "mrr_late", group.due_mrr);
    }
    rows.plain("base", name, "", "mrr_at_risk", group.at_risk);
    rows.plain("equity", name, "", "value", group.equity);
    rows.plain("equity", name, "", "remaining_value", group.remaining);
    rows.plain("new customer", name, "", "mrr", new.mrr);
    rows.add("new customer", name, "", "after_a_year", new.after_a_year);
    rows.some("new customer", name, "seen_after_a_year", new.seen_after_a_year);
    rows.add("new customer", name, "", "ltv", new.ltv);
    if let Some(ltv) = new.ltv_without_end {
        rows.add("new customer", name, "", "ltv_without_end", ltv);
    }
    rows.add("new customer", name, "", "most_for_ratio", new.most_for_ratio);
    rows.add("new customer", name, "", "most_for_payback", new.most_for_payback);
    for point in &new.curve {
        rows.add("new customer", name, point.month, "margin", point.margin);
        rows.add("new customer", name, point.month, "discounted_margin", point.discounted);
        rows.plain("new customer", name, point.month, "survival", point.survival);
    }
    let Some(against) = &group.against else { return };
    rows.some("acquisition", name, "cost", group.cost);
    rows.plain("acquisition", name, "", "costed_customers", group.costed as f64);
    rows.plain("acquisition", name, "", "cac", against.cac);
    rows.add("acquisition", name, "", "ltv_to_cac", against.ratio);
    rows.plain("acquisition", name, "", "p_ltv_to_cac", against.p_ratio);
    rows.plain("acquisition", name, "", "p_loss", against.p_loss);
    rows.plain("acquisition", name, "", "p_payback", against.p_payback);
    let month = |month: Option<usize>| month.map_or(f64::INFINITY, |month| month as f64);
    let both =
        [("payback_month", &against.payback), ("discounted_payback_month", &against.discounted_payback)];
    for (metric, payback) in both {
        let interval = payback.interval.map(|(low, high)| (month(low), month(high)));
        rows.add("acquisition", name, "", metric, Figure { value: month(payback.month), interval });
    }
}
