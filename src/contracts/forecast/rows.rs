//! Tables of a forecast: a row a contract, a row a month.

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Date32Array, Float64Array, RecordBatch, StringArray, UInt32Array};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use jiff::civil::Date;
use rustc_hash::FxHashMap;

use crate::base::{Unit, ValueOptions, days_since_1970};
use crate::contracts::ahead::{Ahead, MonthAhead, Range};
use crate::contracts::book::{Book, End, Term};

/// What the rows add up to.
#[derive(Default)]
pub(super) struct Sums {
    pub clv: f64,
    pub remaining: f64,
}

/// What is asked of contracts of one kind and age with as many renewals ahead.
#[derive(Clone, Copy)]
struct Answer {
    p_renew: f64,
    stays: f64,
    renewals: f64,
    lifetime: f64,
    discounted: f64,
    within: f64,
}

pub(super) fn rows(book: &Book, ahead: &mut Ahead, value: &ValueOptions) -> (RecordBatch, Sums) {
    let there: Vec<(&Term, f64)> = book.there().collect();
    let day = value.discount.continuous(Unit::Day);
    let contracts = ahead.kinds.contracts();
    let mut known: FxHashMap<(usize, u32, u32), Answer> = FxHashMap::default();
    let n = there.len();
    let mut columns = Columns::with_capacity(n);
    let horizon = ahead.months.ends.last().copied().unwrap_or(book.observed_until);
    let mut sums = Sums::default();
    for (term, chance) in there {
        let cycle = book.plans[term.plan as usize].cycle;
        let (renewed, next, periods) = ahead.schedule(term.origin, cycle);
        let kind = ahead.kinds.of(term);
        let answer = known.entry((kind, renewed, periods)).or_insert_with(|| {
            let contract = &contracts[kind];
            let d = (day * cycle.days()).exp_m1();
            Answer {
                p_renew: contract.retention(renewed + 1),
                stays: contract.stays(renewed, periods),
                renewals: contract.renewals_within(renewed, periods),
                lifetime: contract.renewals_to_come(renewed, 0.0),
                discounted: contract.renewals_to_come(renewed, d),
                within: contract.discounted_within(renewed, periods, d),
            }
        });
        let d = (day * cycle.days()).exp_m1();
        let wait = (-day * f64::from((next - book.observed_until).get_days())).exp();
        let price = value.margin * term.price;
        let mut row = Row { renewed, next, answer: *answer, paid: true, chance, value: [0.0; 2] };
        row.value = [answer.within, answer.discounted].map(|periods| price * wait * periods);
        if let Some((end, sure)) = term.ends_on(cycle, renewed) {
            row.answer = Answer::until(sure, sure.min(periods), end > horizon, d);
            row.next = if sure > 0 { next } else { end };
            row.value = [row.answer.within, row.answer.discounted].map(|periods| price * wait * periods);
        } else if let End::Due(since) = term.end {
            // The renewal of that day counts, too: it is paid today, if at all.
            row.answer = answer.late(chance, d);
            row.value = row.value.map(|value| chance * (price + value));
            (row.renewed, row.next, row.paid) = (renewed.saturating_sub(1), since, false);
        }
        sums.clv += row.value[0];
        sums.remaining += row.value[1];
        columns.push(book, term, &row);
    }
    (columns.table(book), sums)
}

impl Answer {
    /// Of a contract that is known to end: so many renewals until then, and so many within the horizon.
    fn until(all: u32, within: u32, stays: bool, d: f64) -> Self {
        let discounted = |n: u32| (0..n).fold((0.0, 1.0), |(sum, by), _| (sum + by, by / (1.0 + d))).0;
        let sure = |yes: bool| if yes { 1.0 } else { 0.0 };
        Answer {
            p_renew: sure(all > 0),
            stays: sure(stays),
            renewals: f64::from(within),
            lifetime: f64::from(all),
            discounted: discounted(all),
            within: discounted(within),
        }
    }

    /// Of a contract whose payment is late: if it comes, that is a renewal, and the others follow.
    fn late(self, chance: f64, d: f64) -> Self {
        Answer {
            p_renew: chance,
            stays: chance * self.stays,
            renewals: chance * (1.0 + self.renewals),
            lifetime: chance * (1.0 + self.lifetime),
            discounted: chance * (1.0 + self.discounted / (1.0 + d)),
            within: chance * (1.0 + self.within / (1.0 + d)),
        }
    }
}

/// A row of the table.
struct Row {
    renewed: u32,
    next: Date,
    answer: Answer,
    paid: bool,
    chance: f64,
    value: [f64; 2],
}

/// Columns of the table, in the making.
struct Columns {
    customer: Vec<u32>,
    contract: Vec<u32>,
    plan: Vec<u32>,
    periods: Vec<u32>,
    next: Vec<Date>,
    paid: Vec<bool>,
    chance: Vec<f64>,
    numbers: [Vec<f64>; 9],
}

impl Columns {
    fn with_capacity(n: usize) -> Self {
        let whole = || Vec::with_capacity(n);
        Columns {
            customer: whole(),
            contract: whole(),
            plan: whole(),
            periods: whole(),
            next: Vec::with_capacity(n),
            paid: Vec::with_capacity(n),
            chance: Vec::with_capacity(n),
            numbers: std::array::from_fn(|_| Vec::with_capacity(n)),
        }
    }

    fn push(&mut self, book: &Book, term: &Term, row: &Row) {
        self.customer.push(term.customer);
        self.contract.push(term.name);
        self.plan.push(term.plan);
        self.periods.push(row.renewed);
        self.next.push(row.next);
        self.paid.push(row.paid);
        self.chance.push(row.chance);
        let answer = &row.answer;
        let all = [
            answer.p_renew,
            answer.lifetime,
            answer.discounted,
            answer.renewals,
            answer.stays,
            if row.paid { book.mrr(term) } else { 0.0 },
            term.price * answer.renewals,
            row.value[0],
            row.value[1],
        ];
        self.numbers.iter_mut().zip(all).for_each(|(column, number)| column.push(number));
    }

    fn table(self, book: &Book) -> RecordBatch {
        let text = |all: &[Box<str>], of: &[u32]| -> ArrayRef {
            Arc::new(StringArray::from_iter_values(of.iter().map(|at| &*all[*at as usize])))
        };
        let plans: Vec<Box<str>> = book.plans.iter().map(|plan| plan.shown().into()).collect();
        let mut columns: Vec<ArrayRef> = vec![
            text(&book.customers, &self.customer),
            Arc::new(UInt32Array::from(self.periods)),
            Arc::new(BooleanArray::from(self.paid)),
            Arc::new(Float64Array::from(self.chance)),
        ];
        let finite = |all: Vec<f64>| -> ArrayRef {
            Arc::new(all.into_iter().map(|x| x.is_finite().then_some(x)).collect::<Float64Array>())
        };
        let [p_renew, lifetime, discounted, renewals, stays, mrr, revenue, clv, remaining] =
            self.numbers.map(finite);
        columns.extend([p_renew, lifetime, discounted, renewals]);
        columns.push(text(&book.contracts, &self.contract));
        columns.push(text(&plans, &self.plan));
        columns.push(dates(self.next.into_iter()));
        columns.push(stays);
        if book.has_money {
            columns.extend([mrr, revenue, clv, remaining]);
        }
        RecordBatch::try_new(contract_table_schema(book.has_money), columns)
            .expect("columns are equally long")
    }
}

/// The columns of forecast contracts: those of scored contracts (`active` is no and `p_alive` a chance where a payment is late; such a
/// row has no `mrr` yet), then `contract_id`, `plan`, `next_renewal` (a date),
/// `p_active` (at the horizon), and with prices `mrr`, `expected_revenue` (within the horizon), `clv` (margin x its present
/// value) and `remaining_value` (of all renewals to come).
pub fn contract_table_schema(has_money: bool) -> SchemaRef {
    let number = |name: &str| Field::new(name, DataType::Float64, true);
    let text = |name: &str| Field::new(name, DataType::Utf8, false);
    let mut fields = vec![
        text("customer_id"),
        Field::new("periods", DataType::UInt32, false),
        Field::new("active", DataType::Boolean, false),
        number("p_alive"),
        number("p_renew"),
        number("expected_lifetime"),
        number("discounted_lifetime"),
        number("expected_renewals"),
        text("contract_id"),
        text("plan"),
        Field::new("next_renewal", DataType::Date32, false),
        number("p_active"),
    ];
    if has_money {
        fields.extend(["mrr", "expected_revenue", "clv", "remaining_value"].map(number));
    }
    Arc::new(Schema::new(fields))
}

fn dates(all: impl Iterator<Item = Date>) -> ArrayRef {
    Arc::new(Date32Array::from_iter_values(all.map(days_since_1970)))
}

/// Months as a table, for files.
pub fn month_table(months: &[MonthAhead], has_money: bool) -> RecordBatch {
    let until = dates(months.iter().map(|month| month.until));
    let (mut fields, mut columns) = (vec![Field::new("until", DataType::Date32, false)], vec![until]);
    let mut add = |name: &str, of: &dyn Fn(&MonthAhead) -> Range| {
        for (at, suffix) in ["", "_lower", "_upper"].into_iter().enumerate() {
            let part = |range: &Range| [range.expected, range.lower, range.upper][at];
            fields.push(Field::new(format!("{name}{suffix}"), DataType::Float64, true));
            columns
                .push(Arc::new(Float64Array::from_iter_values(months.iter().map(|month| part(&of(month))))));
        }
    };
    add("contracts", &|month| month.contracts);
    add("leaving", &|month| month.leaving);
    if has_money {
        add("mrr", &|month| month.mrr.unwrap_or_default());
        add("revenue", &|month| month.revenue.unwrap_or_default());
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).expect("columns are equally long")
}
