//! Purchase logs drawn from a model: for tests, for planning, for teaching.
//!
//! Each customer has a stream of random numbers of its own, given by the seed and the customer's
//! number, so that the log is the same for any number of threads, and more customers leave the
//! first ones as they are. Customers are drawn in parallel and handed on in order, in bounded memory.

pub mod book;

use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use arrow_array::builder::{Float64Builder, Int64Builder, PrimitiveBuilder};
use arrow_array::types::{Date32Type, TimestampMicrosecondType};
use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray, UInt32Array};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use jiff::civil::Date;
use rand::distr::Distribution;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::base::{Error, Progress, Result, Unit};
use crate::fitted::{ClvModel, PurchaseModel};
use crate::history::{BATCH_ROWS, Summary, SummaryBatch, SummaryMeta, UnitSource};
use crate::model::{Amounts, Process};
use crate::output::{TableWriter, Target};

/// Customers that are drawn together, if they have so many purchases on average; fewer of busier ones.
const CHUNK: u64 = 4096;
const PURCHASES: f64 = 100.0;

/// More purchases of a customer, on average, are not what anybody means: 100,000, or one an hour.
const MOST_PURCHASES: f64 = 1e5;
const MOST_A_DAY: f64 = 24.0;

/// More purchases of one customer are not drawn, however rare such customers are.
const MOST_OF_ONE: f64 = 1e6;

/// What to draw.
#[derive(Debug, Clone)]
pub struct SimulateOptions {
    /// How many customers; their ids are 1, 2, 3, ...
    pub customers: u64,
    /// First purchases are spread evenly from this date on ...
    pub start: Date,
    /// ... to this one.
    pub acquired_until: Date,
    /// Last date of the log.
    pub until: Date,
    /// Equal seeds give equal logs.
    pub seed: u64,
    /// Write the moment of each purchase instead of its date.
    pub exact: bool,
    /// Worker threads; `None`: one a core. They change no result.
    pub threads: Option<usize>,
}

impl Default for SimulateOptions {
    fn default() -> Self {
        SimulateOptions::from_start(Date::constant(2020, 1, 1))
    }
}

impl SimulateOptions {
    /// Three years from `start` on; customers are acquired in the first of them.
    pub fn from_start(start: Date) -> Self {
        let days = |n: i32| start.saturating_add(jiff::Span::new().days(n));
        SimulateOptions {
            customers: 10_000,
            start,
            acquired_until: days(365),
            until: days(3 * 365),
            seed: 1,
            exact: false,
            threads: None,
        }
    }

    fn check(&self) -> Result<()> {
        let refuse = |option: &str, message: String| Err(Error::option(option, message));
        if self.customers == 0 {
            return refuse("--customers", "at least one customer is needed".to_owned());
        }
        if self.until < self.start {
            return refuse("--until", format!("{} is before the start, {}", self.until, self.start));
        }
        if self.acquired_until < self.start {
            let message = format!("{} is before the start, {}", self.acquired_until, self.start);
            return refuse("--acquired-until", message);
        }
        if self.until < self.acquired_until {
            let message =
                format!("{} is before the last first purchase, {}", self.until, self.acquired_until);
            return refuse("--until", message);
        }
        Ok(())
    }
}

/// Writes a log and returns how many rows it has.
///
/// # Errors
/// If the options contradict each other, or the log cannot be written.
pub fn write_log(
    model: &ClvModel,
    options: &SimulateOptions,
    target: &Target,
    progress: &dyn Progress,
) -> Result<u64> {
    options.check()?;
    let mut writer = TableWriter::create(target, schema(model, options))?;
    let rows = simulate(model, options, progress, |batch| writer.write(batch))?;
    writer.finish()?;
    Ok(rows)
}

/// The columns of a log: `customer_id`, `date` and, if the model has a spend model, `amount`.
pub fn schema(model: &ClvModel, options: &SimulateOptions) -> SchemaRef {
    let date =
        if options.exact { DataType::Timestamp(TimeUnit::Microsecond, None) } else { DataType::Date32 };
    let mut fields = vec![Field::new("customer_id", DataType::Int64, false), Field::new("date", date, false)];
    if model.spend.is_some() {
        fields.push(Field::new("amount", DataType::Float64, false));
    }
    Arc::new(Schema::new(fields))
}

/// Draws a log and hands it to `sink` in order, by customer; returns how many rows there are.
///
/// # Errors
/// If the options contradict each other, `sink` fails or `progress` says stop.
pub fn simulate(
    model: &ClvModel,
    options: &SimulateOptions,
    progress: &dyn Progress,
    mut sink: impl FnMut(&RecordBatch) -> Result<()>,
) -> Result<u64> {
    options.check()?;
    model.refuse_in_time("a simulated log")?;
    let plan = Plan::new(model, options)?;
    let cores = || thread::available_parallelism().map_or(1, NonZero::get);
    let workers = options.threads.unwrap_or_else(cores).max(1) as u64;
    let chunks = options.customers.div_ceil(plan.chunk);
    progress.stage("drawing customers", Some(options.customers));
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        // Worker w draws chunks w, w + workers, ...; taken in turn they come in order.
        let (plan, stop) = (&plan, &stop);
        let draw = |worker: u64, chunks_out: SyncSender<Result<RecordBatch>>| {
            for chunk in (worker..chunks).step_by(workers as usize) {
                if stop.load(Ordering::Relaxed) || chunks_out.send(plan.log(chunk)).is_err() {
                    return;
                }
            }
        };
        let receivers: Vec<_> = (0..workers)
            .map(|worker| {
                let (sender, receiver) = sync_channel(2);
                scope.spawn(move || draw(worker, sender));
                receiver
            })
            .collect();
        let mut rows = 0;
        for chunk in 0..chunks {
            let Ok(batch) = receivers[(chunk % workers) as usize].recv() else {
                break; // The worker has panicked, which the end of the scope hands on.
            };
            let write = |batch: RecordBatch| sink(&batch).map(|()| batch.num_rows() as u64);
            match progress.check().and(batch).and_then(write) {
                Ok(written) => rows += written,
                Err(error) => {
                    stop.store(true, Ordering::Relaxed);
                    return Err(error);
                }
            }
            progress.advance(plan.customers(chunk).count() as u64);
        }
        Ok(rows)
    })
}

/// Draws summaries in continuous time: no rounding to days or cents, no purchases merged. What a fit
/// recovers from them is what was put in, up to chance.
///
/// # Errors
/// If the options contradict each other.
pub fn simulate_summary(model: &ClvModel, options: &SimulateOptions) -> Result<Summary> {
    options.check()?;
    model.refuse_in_time("a simulated log")?;
    let plan = Plan::new(model, options)?;
    let mut batches = Vec::new();
    let numbers: Vec<u64> = (0..options.customers).collect();
    for numbers in numbers.chunks(BATCH_ROWS) {
        batches.push(plan.summary(numbers)?);
    }
    let meta = SummaryMeta {
        unit: model.unit,
        unit_source: UnitSource::Given,
        first_purchase: Some(options.start),
        observed_until: Some(options.until),
        has_money: model.spend.is_some(),
        ..SummaryMeta::default()
    };
    Ok(Summary::new(meta, batches))
}

/// Everything that drawing a customer needs.
struct Plan<'a> {
    options: &'a SimulateOptions,
    /// The name of the purchase model.
    name: &'static str,
    unit: Unit,
    /// Of customers of each day of the window, where rates change with time; else one for all.
    processes: Vec<Box<dyn Process>>,
    spend: Option<Amounts>,
    schema: SchemaRef,
    rng: ChaCha8Rng,
    /// Customers that are drawn together.
    chunk: u64,
    /// Days since 1970 of the start.
    start: i32,
    /// Days from the start to the end of the last date of first purchases.
    window: f64,
    /// Days from the start to the end of the log.
    length: f64,
}

/// One customer's purchases.
#[derive(Default)]
struct Drawn {
    /// Days from the start to the first purchase.
    first: f64,
    /// Age at each purchase, the first one (0) included [units of the model].
    ages: Vec<f64>,
    /// Amount of each; empty without a spend model.
    amounts: Vec<f64>,
}

/// The model of customers who come so many days after the start.
fn born(model: &ClvModel, start: Date, day: usize) -> PurchaseModel {
    let end = model.rates_until().unwrap_or(start);
    let days = end.until(start).map_or(0, |span| span.get_days());
    // At midday on average; a day ends where that of the rates does.
    model.born(f64::from(days) + day as f64 - 0.5)
}

/// How customers of each day of the window behave.
fn processes(model: &ClvModel, start: Date, window: f64) -> Result<Vec<Box<dyn Process>>> {
    let days = if model.rates_until().is_some() { window as usize } else { 1 };
    (0..days).map(|day| born(model, start, day).process()).collect()
}

impl<'a> Plan<'a> {
    fn new(model: &ClvModel, options: &'a SimulateOptions) -> Result<Self> {
        if let Some(intensity) = &model.intensity {
            intensity.knows(options.start, options.until)?;
        }
        let days = |from: Date, to: Date| from.until(to).map_or(0, |span| span.get_days());
        let length = f64::from(days(options.start, options.until)) + 1.0;
        let purchases = born(model, options.start, 0).expected_purchases_new(length / model.unit.days());
        if purchases.is_nan() || purchases > MOST_PURCHASES.min(MOST_A_DAY * length) {
            let many = if purchases < 1e9 { format!("{purchases:.0}") } else { format!("{purchases:.1e}") };
            let message = format!(
                "a customer would buy {many} times in the {length} days until {} on average, and no more than \
                 {MOST_A_DAY} times a day and {MOST_PURCHASES} times in all are simulated: are the parameters in {}s?",
                options.until, model.unit
            );
            return Err(Error::model(model.purchase.name(), message));
        }
        let window = f64::from(days(options.start, options.acquired_until)) + 1.0;
        Ok(Plan {
            options,
            name: model.purchase.name(),
            unit: model.unit,
            processes: processes(model, options.start, window)?,
            spend: model.spend.as_ref().map(|spend| spend.new_amounts()).transpose()?,
            schema: schema(model, options),
            rng: ChaCha8Rng::seed_from_u64(options.seed),
            chunk: (CHUNK as f64 * (PURCHASES / purchases).min(1.0)).ceil() as u64,
            start: days(Date::constant(1970, 1, 1), options.start),
            window,
            length,
        })
    }

    /// The customers of a chunk, numbered from 0.
    fn customers(&self, chunk: u64) -> std::ops::Range<u64> {
        chunk * self.chunk..((chunk + 1) * self.chunk).min(self.options.customers)
    }

    /// # Errors
    /// If one of few customers by far would buy more than anybody means.
    fn draw(&self, customer: u64, drawn: &mut Drawn) -> Result<()> {
        let mut rng = self.rng.clone();
        rng.set_stream(customer);
        drawn.first = rng.random::<f64>() * self.window;
        drawn.ages.clear();
        drawn.ages.push(0.0);
        let until = (self.length - drawn.first) / self.unit.days();
        let process = &self.processes[(drawn.first as usize).min(self.processes.len() - 1)];
        if process.bundles(&mut rng, until, MOST_OF_ONE, &mut drawn.ages) > 1.0 {
            let message = format!(
                "customer {} would buy more than {MOST_OF_ONE} times by {}: few buy nearly all, and no such customer is \
                 simulated. A larger r spreads the purchases over more customers",
                customer + 1,
                self.options.until
            );
            return Err(Error::model(self.name, message));
        }
        drawn.amounts.clear();
        if let Some(spend) = &self.spend {
            let (nu, one) = (spend.nu(&mut rng), spend.one());
            drawn.amounts.extend((0..drawn.ages.len()).map(|_| one.sample(&mut rng) / nu));
        }
        Ok(())
    }

    /// The rows of a chunk of customers.
    fn log(&self, chunk: u64) -> Result<RecordBatch> {
        let mut ids = Int64Builder::new();
        let mut dates = PrimitiveBuilder::<Date32Type>::new();
        let mut moments = PrimitiveBuilder::<TimestampMicrosecondType>::new();
        let mut amounts = Float64Builder::new();
        let mut drawn = Drawn::default();
        for customer in self.customers(chunk) {
            self.draw(customer, &mut drawn)?;
            for age in &drawn.ages {
                // A rounding error must not move a purchase past the end.
                let day = (drawn.first + age * self.unit.days()).min(self.length.next_down());
                ids.append_value(customer as i64 + 1);
                if self.options.exact {
                    let start = i64::from(self.start) * 86_400_000_000;
                    moments.append_value(start + (day * 86_400e6) as i64);
                } else {
                    dates.append_value(self.start + day as i32);
                }
            }
            for amount in &drawn.amounts {
                // A price is a whole number of cents, and not nothing.
                amounts.append_value((amount * 100.0).round().max(1.0) / 100.0);
            }
        }
        let when: ArrayRef = match self.options.exact {
            true => Arc::new(moments.finish()),
            false => Arc::new(dates.finish()),
        };
        let mut columns: Vec<ArrayRef> = vec![Arc::new(ids.finish()), when];
        if self.spend.is_some() {
            columns.push(Arc::new(amounts.finish()));
        }
        Ok(RecordBatch::try_new(self.schema.clone(), columns).expect("columns of the schema, equally long"))
    }

    fn summary(&self, numbers: &[u64]) -> Result<SummaryBatch> {
        let mut drawn = Drawn::default();
        let (mut x, mut t_x, mut t, mut mean) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for &number in numbers {
            self.draw(number, &mut drawn)?;
            let repeats = drawn.ages.len() - 1;
            x.push(repeats as u32);
            t_x.push(drawn.ages[repeats]);
            t.push((self.length - drawn.first) / self.unit.days());
            let spent: f64 = drawn.amounts.iter().skip(1).sum();
            mean.push(if repeats == 0 { 0.0 } else { spent / repeats as f64 });
        }
        Ok(SummaryBatch {
            customer_id: StringArray::from_iter_values(numbers.iter().map(|n| (n + 1).to_string())),
            frequency: UInt32Array::from(x),
            recency: Float64Array::from(t_x),
            t: Float64Array::from(t),
            monetary_value: self.spend.is_some().then(|| Float64Array::from(mean)),
            log_gaps: None,
            purchase_times: None,
            first_amount: None,
            attributes: Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests;
