//! All figures but those of single customers as one tidy table: `topic, group, period, metric, value, lower, upper`.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};

use super::{Economics, Figure, GroupEconomics, State, month_name};
use crate::base::Result;
use crate::output::{TableWriter, Target};

/// One figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What it is about: `new customer`, `acquisition`, `retention`, `equity`, ...
    pub topic: String,
    /// Whose: a group, a state, a driver; empty for all.
    pub group: String,
    /// When: a month, a date, an age in months; empty for none.
    pub period: String,
    /// Which figure.
    pub metric: String,
    /// The figure.
    pub value: Option<f64>,
    /// Lower end of its interval.
    pub lower: Option<f64>,
    /// Upper end.
    pub upper: Option<f64>,
}

/// Rows as they grow.
#[derive(Default)]
pub(in crate::study) struct Rows(pub Vec<Row>);

impl Rows {
    pub fn add(&mut self, topic: &str, group: &str, period: impl ToString, metric: &str, figure: Figure) {
        let finite = |value: f64| value.is_finite().then_some(value);
        let (lower, upper) = figure.interval.unzip();
        self.0.push(Row {
            topic: topic.to_owned(),
            group: group.to_owned(),
            period: period.to_string(),
            metric: metric.to_owned(),
            value: finite(figure.value),
            lower: lower.and_then(finite),
            upper: upper.and_then(finite),
        });
    }

    pub fn plain(&mut self, topic: &str, group: &str, period: impl ToString, metric: &str, value: f64) {
        self.add(topic, group, period, metric, Figure::plain(value));
    }

    pub fn some(&mut self, topic: &str, group: &str, metric: &str, value: Option<f64>) {
        if let Some(value) = value {
            self.plain(topic, group, "", metric, value);
        }
    }
}

impl Economics {
    /// All figures but those of single customers.
    pub fn rows(&self) -> Vec<Row> {
        let mut rows = Rows(Vec::new());
        for group in [&self.all].into_iter().chain(&self.groups) {
            of_group(group, &mut rows);
        }
        rows.add("customers", "", "", "will_buy", self.buyers);
        self.acquired_rows(&mut rows);
        self.retention_rows(&mut rows);
        self.triangle_rows(&mut rows);
        self.equity_rows(&mut rows);
        self.segment_rows(&mut rows);
        self.who_rows(&mut rows);
        self.decision_rows(&mut rows);
        rows.0
    }

    fn acquired_rows(&self, rows: &mut Rows) {
        for month in &self.acquired {
            let (group, period) = (&month.group, month_name(month.month));
            let mut add = |metric: &str, value: f64| rows.plain("acquired", group, &period, metric, value);
            add("customers", month.customers as f64);
            month.cost.into_iter().for_each(|cost| add("cost", cost));
            month.cac().into_iter().for_each(|cac| add("cac", cac));
            add("realised_margin", month.realised);
            add("expected_value", month.expected);
        }
    }

    fn retention_rows(&self, rows: &mut Rows) {
        let found = &self.retention;
        for month in &found.observed {
            let period = month_name(month.month);
            let mut add =
                |metric: &str, value: f64| rows.plain("observed retention", "", &period, metric, value);
            add("active_at_start", month.start as f64);
            add("active_at_end", month.counts.active as f64);
            add("new_and_active", month.counts.new as f64);
            add("acquired", month.counts.acquired as f64);
            add("purchases", month.counts.purchases as f64);
            add("revenue", month.counts.revenue);
            month.retention.into_iter().for_each(|share| add("retention", share));
            month.retained.into_iter().for_each(|share| add("retained", share));
        }
        for month in &found.implied {
            rows.plain("implied retention", "", month.month, "survival", month.survival);
            rows.plain("implied retention", "", month.month, "retention", month.retention);
        }
        rows.plain("retention", "", "", "active_by_rule", found.active as f64);
        rows.plain("retention", "", "", "expected_alive", found.alive);
        rows.plain("retention", "", "", "next_month", found.next_month);
        rows.plain("retention", "", "", "next_year", found.next_year);
        rows.some("retention", "", "half_life_months", found.half_life);
        rows.some("retention", "", "recent_monthly", found.recent);
    }

    fn triangle_rows(&self, rows: &mut Rows) {
        let Some(found) = &self.triangle else { return };
        for cell in &found.cells {
            let topic = if cell.expected { "expected cohorts" } else { "observed cohorts" };
            let (cohort, period) = (found.period.name(cell.cohort), found.period.name(cell.period));
            let mut add = |metric: &str, value: f64| rows.plain(topic, &cohort, &period, metric, value);
            add("customers", cell.customers as f64);
            add("buyers", cell.buyers);
            add("purchases", cell.purchases);
            add("revenue", cell.revenue);
        }
    }

    fn equity_rows(&self, rows: &mut Rows) {
        for cohort in &self.equity.cohorts {
            let period = month_name(cohort.month);
            rows.plain("equity by cohort", "", &period, "customers", cohort.customers as f64);
            rows.add("equity by cohort", "", &period, "value", cohort.value);
        }
        for month in &self.equity.months {
            rows.add("expected revenue", "", month.until, "base", month.base);
            rows.plain("expected revenue", "", month.until, "planned", month.planned);
            rows.add("expected revenue", "", month.until, "total", month.total);
        }
        rows.plain("expected revenue", "", "later", "base", self.equity.later);
        rows.plain("equity", "", "", "undiscounted_revenue", self.equity.undiscounted);
        for plan in &self.equity.planned {
            rows.plain("planned", &plan.group, "", "customers_per_month", plan.per_month);
            rows.add("planned", &plan.group, "", "value", plan.value);
            rows.some("planned", &plan.group, "cost", plan.cost);
        }
    }

    fn segment_rows(&self, rows: &mut Rows) {
        let deciles = self.segments.deciles.iter().enumerate();
        let deciles = deciles.map(|(i, share)| ("value decile", (i + 1).to_string(), share));
        let states = self.segments.states.iter().map(|(s, share)| ("state", s.name().to_owned(), share));
        let best = [("state", "best".to_owned(), &self.segments.best)];
        for (topic, group, share) in states.chain(deciles).chain(best) {
            rows.plain(topic, &group, "", "customers", share.customers as f64);
            rows.plain(topic, &group, "", "value", share.value);
            rows.plain(topic, &group, "", "paid", share.paid);
            rows.plain(topic, &group, "", "overdue", share.overdue as f64);
        }
        let Some(movement) = &self.movement else { return };
        for (from, row) in State::ALL.iter().zip(&movement.matrix) {
            for (to, count) in State::ALL.iter().zip(row) {
                rows.plain("movement", from.name(), movement.from, to.name(), *count as f64);
            }
        }
        for (to, count) in State::ALL.iter().zip(&movement.arrived) {
            rows.plain("movement", "(arrived)", movement.from, to.name(), *count as f64);
        }
        rows.plain("movement", "", movement.from, "growing", movement.growing.0 as f64);
        rows.plain("movement", "", movement.from, "shrinking", movement.shrinking.0 as f64);
    }

    fn who_rows(&self, rows: &mut Rows) {
        for found in &self.who {
            let topic = format!("good customers by {}", found.by);
            rows.plain(&topic, &found.level, "", "customers", found.customers as f64);
            rows.add(&topic, &found.level, "", "over_representation", found.ratio);
            rows.plain(&topic, &found.level, "", "p", found.p);
            rows.plain(&topic, &found.level, "", "q", found.q);
            rows.plain(&topic, &found.level, "", "mean_value", found.mean_value);
            rows.add(&topic, &found.level, "", "shrunken_value", found.shrunken_value);
            rows.plain(&topic, &found.level, "", "mean_paid", found.mean_paid);
        }
    }

    fn decision_rows(&self, rows: &mut Rows) {
        for found in &self.sensitivity {
            let name = found.driver.name();
            rows.plain("sensitivity", name, "", "equity_elasticity", found.equity_elasticity);
            rows.some("sensitivity", name, "net_elasticity", found.net_elasticity);
            rows.plain("sensitivity", name, "", "equity_10_percent_less", found.equity.0);
            rows.plain("sensitivity", name, "", "equity_10_percent_more", found.equity.1);
        }
        for outcome in &self.scenarios {
            let name = outcome.scenario.to_string();
            rows.plain("scenario", &name, "", "equity", outcome.equity);
            rows.plain("scenario", &name, "", "equity_before", outcome.equity_before);
            rows.plain("scenario", &name, "", "ltv", outcome.ltv);
            rows.some("scenario", &name, "cac", outcome.cac);
        }
        let optima = [("acquisition", &self.budget.acquisition), ("retention", &self.budget.retention)];
        for (name, optimum) in optima.into_iter().filter_map(|(name, o)| Some((name, o.as_ref()?))) {
            for (kind, point) in [("today", &optimum.today), ("best", &optimum.best)] {
                rows.plain("budget", name, kind, "spend", point.spend);
                rows.plain("budget", name, kind, "rate", point.rate);
                rows.plain("budget", name, kind, "value", point.value);
            }
        }
        for part in self.budget.allocation.iter().flat_map(|allocation| &allocation.parts) {
            rows.plain("allocation", &part.group, "", "today", part.today);
            rows.plain("allocation", &part.group, "", "spend", part.spend);
            rows.plain("allocation", &part.group, "", "new_customers", part.new);
        }
        for (state, offer) in &self.budget.offers {
            rows.plain("retention offer", state.name(), "", "uplift_needed", offer.uplift_needed);
        }
    }
}

fn of_group(group: &GroupEconomics, rows: &mut Rows) {
    let name = group.name.as_str();
    let new = &group.new;
    rows.add("new customer", name, "", "first_purchase", new.first_purchase);
    rows.add("new customer", name, "", "mean_amount", new.mean_amount);
    rows.add("new customer", name, "", "purchases", new.purchases);
    rows.plain("new customer", name, "", "discounted_purchases", new.discounted_purchases);
    rows.add("new customer", name, "", "ltv", new.ltv);
    rows.add("new customer", name, "", "most_for_ratio", new.most_for_ratio);
    rows.add("new customer", name, "", "most_for_payback", new.most_for_payback);
    for point in &new.curve {
        rows.add("payback curve", name, point.month, "margin", point.margin);
        rows.add("payback curve", name, point.month, "discounted_margin", point.discounted);
    }
    let acquired = &group.acquired;
    rows.plain("acquisition", name, "", "customers", acquired.customers as f64);
    rows.some("acquisition", name, "cost", acquired.cost);
    rows.some("acquisition", name, "cac", acquired.cac());
    rows.plain("acquisition", name, "", "realised_margin", acquired.realised);
    rows.plain("acquisition", name, "", "worth_per_customer", acquired.worth());
    if let Some(against) = &group.against {
        rows.add("acquisition", name, "", "ltv_to_cac", against.ratio);
        rows.plain("acquisition", name, "", "p_ltv_to_cac", against.p_ratio);
        rows.plain("acquisition", name, "", "p_payback", against.p_payback);
        let month = |month: Option<usize>| month.map_or(f64::INFINITY, |month| month as f64);
        let both =
            [("payback_month", &against.payback), ("discounted_payback_month", &against.discounted_payback)];
        for (metric, payback) in both {
            let interval = payback.interval.map(|(low, high)| (month(low), month(high)));
            rows.add("acquisition", name, "", metric, Figure { value: month(payback.month), interval });
        }
    }
    let loyalty = &group.loyalty;
    rows.plain("loyalty", name, "", "repeat_rate", loyalty.repeat_rate);
    rows.plain("loyalty", name, "", "p_repeat", loyalty.p_repeat);
    rows.plain("loyalty", name, "", "frequency_per_year", loyalty.frequency);
    rows.some("loyalty", name, "days_between_purchases", loyalty.gap);
    rows.plain("loyalty", name, "", "one_time_share", loyalty.one_time);
    rows.plain("textbook", name, "", "order_value", group.textbook.order_value);
    rows.some("textbook", name, "yearly_retention", group.textbook.yearly_retention);
    rows.some("textbook", name, "value", group.textbook.value);
    rows.add("equity", name, "", "value", group.equity);
}

/// The columns of the table of all figures.
pub fn schema() -> SchemaRef {
    let text = |name: &str| Field::new(name, DataType::Utf8, false);
    let number = |name: &str| Field::new(name, DataType::Float64, true);
    let numbers = ["value", "lower", "upper"].map(number);
    Arc::new(Schema::new([&["topic", "group", "period", "metric"].map(text)[..], &numbers].concat()))
}

/// All figures as a table of this [`schema`].
pub fn table(found: &Economics) -> RecordBatch {
    table_of(&found.rows())
}

/// Figures as a table of this [`schema`].
pub(in crate::study) fn table_of(rows: &[Row]) -> RecordBatch {
    let texts =
        |of: fn(&Row) -> &str| -> ArrayRef { Arc::new(StringArray::from_iter_values(rows.iter().map(of))) };
    let numbers =
        |of: fn(&Row) -> Option<f64>| -> ArrayRef { Arc::new(rows.iter().map(of).collect::<Float64Array>()) };
    let columns = vec![
        texts(|row| &row.topic),
        texts(|row| &row.group),
        texts(|row| &row.period),
        texts(|row| &row.metric),
        numbers(|row| row.value),
        numbers(|row| row.lower),
        numbers(|row| row.upper),
    ];
    RecordBatch::try_new(schema(), columns).expect("columns of the schema, equally long")
}

/// Writes all figures.
///
/// # Errors
/// If they cannot be written.
pub fn write(found: &Economics, target: &Target) -> Result<()> {
    let mut writer = TableWriter::create(target, schema())?;
    writer.write(&table(found))?;
    writer.finish()
}
