//! Contracts drawn from the models of a book: who takes which plan, from when to when, at which price.
//!
//! A customer takes a plan with the share that it has of all contracts, begins on a day of the window, all alike, and has a chance
//! `theta` to leave of its own, `Beta(alpha, beta)` of the plan. It renews for the `t`-th time with `(1 − theta)^(t^c − (t−1)^c)`
//! (`c = 1`: sBG), to the power of what its month is worse than others for all: mean 1, as far apart as the fit has seen. Prices are
//! the mean ones of their plans. Nobody comes back, changes the plan, or is on trial.

use std::sync::Arc;

use arrow_array::types::Date32Type;
use arrow_array::{ArrayRef, Float64Array, Int64Array, PrimitiveArray, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use jiff::Span;
use jiff::civil::Date;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Beta, Distribution, StandardNormal};

use super::SimulateOptions;
use crate::base::{Error, Progress, Result};
use crate::contracts::{BookModel, PlanFit};
use crate::output::{TableWriter, Target};

/// Customers that are drawn together.
const CHUNK: u64 = 65_536;

/// Writes a table of contracts and returns how many rows it has.
///
/// # Errors
/// If the options contradict each other, or the table cannot be written.
pub fn write(
    model: &BookModel,
    options: &SimulateOptions,
    target: &Target,
    progress: &dyn Progress,
) -> Result<u64> {
    options.check()?;
    let mut writer = TableWriter::create(target, schema(model))?;
    let rows = simulate(model, options, progress, |batch| writer.write(batch))?;
    writer.finish()?;
    Ok(rows)
}

/// Columns that a table has anyhow.
fn own(name: &str) -> bool {
    ["customer_id", "plan", "interval", "price", "start", "end"].contains(&name)
}

/// The columns: `customer_id`, `plan`, `interval`, `price` where prices are known, covariates, `start`, and `end`: the first day no
/// longer covered, empty while it goes on.
pub fn schema(model: &BookModel) -> SchemaRef {
    let text = |name: &str| Field::new(name, DataType::Utf8, false);
    let mut fields = vec![Field::new("customer_id", DataType::Int64, false), text("plan"), text("interval")];
    if has_prices(model) {
        fields.push(Field::new("price", DataType::Float64, false));
    }
    fields.extend(model.covariates().iter().filter(|name| !own(name)).map(|name| text(name)));
    fields.push(Field::new("start", DataType::Date32, false));
    fields.push(Field::new("end", DataType::Date32, true));
    Arc::new(Schema::new(fields))
}

fn has_prices(model: &BookModel) -> bool {
    model.plans.iter().any(|plan| plan.price.is_some())
}

/// Draws contracts and hands them to `sink`, by customer; returns how many there are.
///
/// # Errors
/// If the options contradict each other, `sink` fails or `progress` says stop.
pub fn simulate(
    model: &BookModel,
    options: &SimulateOptions,
    progress: &dyn Progress,
    mut sink: impl FnMut(&RecordBatch) -> Result<()>,
) -> Result<u64> {
    options.check()?;
    if options.exact {
        return Err(Error::option("--exact", "contracts begin and end on a day, not at a moment of it"));
    }
    let drawing = Drawing::new(model, options);
    progress.stage("drawing customers", Some(options.customers));
    let mut first = 0;
    while first < options.customers {
        let last = (first + CHUNK).min(options.customers);
        let rows: Vec<Row> = (first..last).map(|customer| drawing.row(customer)).collect();
        sink(&drawing.table(&rows, first))?;
        progress.check()?;
        progress.advance(last - first);
        first = last;
    }
    Ok(options.customers)
}

/// What drawing a customer needs.
struct Drawing<'a> {
    model: &'a BookModel,
    options: &'a SimulateOptions,
    /// Shares of plans, each with those before it.
    shares: Vec<f64>,
    /// By month from that of the start on: how much worse it is for all.
    months: Vec<f64>,
}

struct Row {
    plan: usize,
    /// Among the kinds of its plan.
    kind: Option<usize>,
    start: Date,
    end: Option<Date>,
}

fn month(date: Date) -> i64 {
    12 * i64::from(date.year()) + i64::from(date.month())
}

impl<'a> Drawing<'a> {
    fn new(model: &'a BookModel, options: &'a SimulateOptions) -> Self {
        let all: f64 = model.plans.iter().map(|plan| plan.seen.contracts).sum();
        let mut sum = 0.0;
        let share = |plan: &PlanFit| {
            sum += plan.seen.contracts / all;
            sum
        };
        let mut rng = ChaCha8Rng::seed_from_u64(options.seed);
        let deviation = model.shock.deviation;
        let mut factor = || {
            let z: f64 = StandardNormal.sample(&mut rng);
            (deviation * z - 0.5 * deviation * deviation).exp()
        };
        let months = (month(options.start)..=month(options.until)).map(|_| factor()).collect();
        Drawing { model, options, shares: model.plans.iter().map(share).collect(), months }
    }

    fn row(&self, customer: u64) -> Row {
        let mut rng = ChaCha8Rng::seed_from_u64(self.options.seed);
        rng.set_stream(customer + 1);
        let pick: f64 = rng.random();
        let plan = self.shares.iter().position(|share| pick < *share).unwrap_or(self.shares.len() - 1);
        let window = f64::from((self.options.acquired_until - self.options.start).get_days()) + 1.0;
        let day = (rng.random::<f64>() * window) as i64;
        let start = self.options.start.saturating_add(Span::new().days(day));
        let own = &self.model.plans[plan];
        if own.mix.is_empty() {
            return Row { plan, kind: None, start, end: self.end(own, &own.params, start, &mut rng) };
        }
        let mut pick: f64 = rng.random();
        let kind = own.mix.iter().position(|(share, _)| {
            pick -= share;
            pick < 0.0
        });
        let kind = kind.unwrap_or(own.mix.len() - 1);
        let params = self.model.params_with(plan, &own.mix[kind].1);
        Row { plan, kind: Some(kind), start, end: self.end(own, &params, start, &mut rng) }
    }

    /// When it ends, if by the end of the table.
    fn end(&self, plan: &PlanFit, params: &[f64], start: Date, rng: &mut ChaCha8Rng) -> Option<Date> {
        let shape = params.get(2).copied().unwrap_or(1.0);
        let own = Beta::new(params[0], params[1]).expect("parameters are positive");
        let stays = (-own.sample(rng)).ln_1p();
        for t in 1.. {
            let due = plan.plan.cycle.after(start, t);
            if due > self.options.until {
                break;
            }
            let months = self.months[(month(due) - month(self.options.start)) as usize];
            let t = f64::from(t);
            let power = t.powf(shape) - (t - 1.0).powf(shape);
            if rng.random::<f64>() >= (stays * power * months).exp() {
                return Some(due);
            }
        }
        None
    }

    /// The value of a covariate: of a number that of its kind, rounded.
    fn value(&self, row: &Row, name: &str) -> String {
        let plan = &self.model.plans[row.plan];
        let (Some(covariates), Some(kind)) = (&self.model.cycles[plan.cycle].covariates, row.kind) else {
            return String::new();
        };
        covariates.decode(name, &plan.mix[kind].1).unwrap_or_default()
    }

    fn table(&self, rows: &[Row], first: u64) -> RecordBatch {
        let plan = |row: &Row| &self.model.plans[row.plan];
        let day = |date: Date| (date - Date::constant(1970, 1, 1)).get_days();
        let mut columns: Vec<ArrayRef> = vec![
            Arc::new(Int64Array::from_iter_values((first as i64 + 1..).take(rows.len()))),
            Arc::new(StringArray::from_iter_values(rows.iter().map(|row| &plan(row).plan.name))),
            Arc::new(StringArray::from_iter_values(rows.iter().map(|row| plan(row).plan.cycle.to_string()))),
        ];
        if has_prices(self.model) {
            let price = |row| (plan(row).price.unwrap_or(0.0) * 100.0).round() / 100.0;
            columns.push(Arc::new(Float64Array::from_iter_values(rows.iter().map(price))));
        }
        for name in self.model.covariates().into_iter().filter(|name| !own(name)) {
            let values = rows.iter().map(|row| self.value(row, &name));
            columns.push(Arc::new(StringArray::from_iter_values(values)));
        }
        let starts = rows.iter().map(|row| day(row.start));
        columns.push(Arc::new(PrimitiveArray::<Date32Type>::from_iter_values(starts)));
        let ends = rows.iter().map(|row| row.end.map(day));
        columns.push(Arc::new(PrimitiveArray::<Date32Type>::from_iter(ends)));
        RecordBatch::try_new(schema(self.model), columns).expect("columns of the schema, equally long")
    }
}
