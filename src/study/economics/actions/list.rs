//! The plan as a table, one row a customer, the most rewarding first.

use std::sync::Arc;

use arrow_array::{ArrayRef, Date32Array, Float64Array, RecordBatch, StringArray, UInt32Array};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use jiff::civil::Date;

use super::{Action, Actions, Group, Planned};
use crate::base::numbers::grouped;
use crate::history::BATCH_ROWS;

/// The columns of the list.
pub fn actions_schema() -> SchemaRef {
    let text = |name: &str| Field::new(name, DataType::Utf8, false);
    let number = |name: &str| Field::new(name, DataType::Float64, true);
    let whole = |name: &str| Field::new(name, DataType::UInt32, false);
    Arc::new(Schema::new(vec![
        text("customer_id"),
        text("action"),
        text("reason"),
        Field::new("by", DataType::Date32, true),
        number("gain"),
        number("gain_lower"),
        number("gain_upper"),
        number("cost"),
        whole("priority"),
        text("group"),
        text("segment"),
        number("value"),
        number("value_if_back"),
        number("p_purchase"),
        number("expected_spend"),
        whole("purchases"),
        number("days_since_last"),
        number("days_between"),
        Field::new("decided_on", DataType::Date32, false),
    ]))
}

/// The list in batches of the [`actions_schema`].
pub fn actions_tables(found: &Actions) -> impl Iterator<Item = RecordBatch> + '_ {
    let schema = actions_schema();
    found.customers.chunks(BATCH_ROWS).enumerate().map(move |(chunk, some)| {
        let text = |of: &dyn Fn(&Planned) -> String| -> ArrayRef {
            Arc::new(StringArray::from_iter_values(some.iter().map(of)))
        };
        let number = |of: &dyn Fn(&Planned) -> Option<f64>| -> ArrayRef {
            Arc::new(some.iter().map(of).collect::<Float64Array>())
        };
        let first = (chunk * BATCH_ROWS) as u32 + 1;
        let decided = std::iter::repeat_n(Some(day(found.decided_on)), some.len());
        let columns: Vec<ArrayRef> = vec![
            text(&|p| p.customer.id.clone()),
            text(&|p| p.action.name().to_owned()),
            text(&|p| reason(p, found)),
            Arc::new(some.iter().map(|p| p.by.map(day)).collect::<Date32Array>()),
            number(&|p| Some(p.gain.value)),
            number(&|p| p.gain.interval.map(|bounds| bounds.0)),
            number(&|p| p.gain.interval.map(|bounds| bounds.1)),
            number(&|p| Some(if p.group == Group::Contact { found.options.contact_cost } else { 0.0 })),
            Arc::new(UInt32Array::from_iter_values(first..first + some.len() as u32)),
            text(&|p| p.group.name().to_owned()),
            text(&|p| p.customer.state.name().to_owned()),
            number(&|p| Some(p.customer.value)),
            number(&|p| Some(p.value_if_back())),
            number(&|p| Some(p.p_purchase)),
            number(&|p| Some(p.spend)),
            Arc::new(UInt32Array::from_iter_values(some.iter().map(|p| p.customer.purchases))),
            number(&|p| Some(p.customer.silence)),
            number(&|p| p.customer.gap),
            Arc::new(decided.collect::<Date32Array>()),
        ];
        RecordBatch::try_new(schema.clone(), columns).expect("columns of the schema, equally long")
    })
}

pub(super) fn day(date: Date) -> i32 {
    date.since(Date::constant(1970, 1, 1)).map_or(0, |span| span.get_days())
}

impl Planned {
    /// Why, in words.
    pub fn reason(&self, found: &Actions) -> String {
        reason(self, found)
    }
}

fn reason(planned: &Planned, found: &Actions) -> String {
    let customer = &planned.customer;
    let horizon = found.options.value.horizon.in_words();
    let share = format!("{:.0} % to buy {horizon}", 100.0 * planned.p_purchase);
    let if_back = grouped(planned.value_if_back(), 0);
    let rhythm = match customer.gap {
        Some(gap) => {
            format!("usually every {}, silent for {:.0}", days(gap), customer.silence)
        }
        None => format!("bought once, {} ago", days(customer.silence)),
    };
    match planned.action {
        Action::WinBack => format!("{rhythm}; {share}; worth {if_back} if they come back"),
        Action::SecondPurchase => format!("{rhythm}; {share}; worth {if_back} if they do"),
        Action::Upsell => {
            format!("{rhythm}, so on time; {share}; spends {} a purchase", grouped(planned.spend, 2))
        }
        Action::Thank => format!(
            "among the best {:.0} %, worth {} {horizon}; {rhythm}",
            100.0 * found.options.rules.best,
            grouped(customer.value, 0)
        ),
        Action::LeaveAlone => format!(
            "{rhythm}; {share}; a contact is expected to bring {} and costs {}",
            grouped(planned.gain.value, 2),
            grouped(found.options.contact_cost, 2)
        ),
    }
}

fn days(days: f64) -> String {
    let whole = days.round();
    format!("{whole:.0} day{}", if whole == 1.0 { "" } else { "s" })
}
