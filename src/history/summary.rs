//! The summary: one row a customer (frequency, recency, T, monetary_value), all that any model needs.
//!
//! A [`Summary`] may be larger than memory, so it is read in batches, as often as wanted: the fit
//! reads it once into counts ([`CustomerTable`](crate::customers::CustomerTable)), scoring streams it.
//! Everything after this point depends on the summary, never on the purchase log, so that whoever
//! has only a summary can start here.

use std::sync::Arc;

use arrow_array::{Float64Array, ListArray, StringArray, UInt32Array};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::id_column::IdColumn;
use super::purchase_times;
use crate::base::{Grain, Result, Unit, Warning};
use crate::history::{
    Activity, Calendar, CleaningAccount, CustomerColumn, FarDates, Past, SpendDrift, Standout, Timing,
};

/// Rows of one batch, at most.
pub const BATCH_ROWS: usize = 65_536;

/// Some customers of a summary; columns of equal length, without nulls.
#[derive(Debug, Clone)]
pub struct SummaryBatch {
    /// Who: any text, kept as it was given.
    pub customer_id: StringArray,
    /// `x`: purchase occasions after the first.
    pub frequency: UInt32Array,
    /// `t_x`: age at the last purchase, 0 if there was no repeat purchase \[units\].
    pub recency: Float64Array,
    /// `T`: age at the end of observation \[units\].
    pub t: Float64Array,
    /// Mean amount of a repeat occasion, 0 if there was none; `None` if the input has no amounts.
    pub monetary_value: Option<Float64Array>,
    /// The sum of the natural logarithms of the gaps \[units\] between consecutive purchase occasions, 0 if
    /// there was no repeat purchase; `None` unless it was asked for or the summary has it.
    pub log_gaps: Option<Float64Array>,
    /// The ages at the repeat purchases, ascending \[units\]; `None` unless they were asked for or the summary has them.
    pub purchase_times: Option<ListArray>,
    /// The amount of the first purchase, net of what was returned of it; `None` unless it was asked for of a
    /// log with amounts.
    pub first_amount: Option<Float64Array>,
    /// What is known of the customers beside their purchases: a column for each of
    /// [`SummaryMeta::attributes`]; `(missing)` where nothing is known.
    pub attributes: Vec<StringArray>,
}

impl SummaryBatch {
    /// How many customers.
    pub fn len(&self) -> usize {
        self.frequency.len()
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The ages of a customer at the repeat purchases; empty where they are not known.
    pub fn purchase_times(&self, row: usize) -> &[f64] {
        self.purchase_times.as_ref().map_or(&[], |column| purchase_times::ages(column, row))
    }
}

/// What is known of a summary as a whole.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct SummaryMeta {
    /// How time is written in `recency` and `T`.
    pub unit: Unit,
    /// Where the unit comes from: the caller's option, the file itself, or the default.
    pub unit_source: UnitSource,
    /// What counted as one purchase; `None` when the input was a summary that does not say.
    pub grain: Option<Grain>,
    /// The earliest purchase of all that was used.
    pub first_purchase: Option<Date>,
    /// The end of observation.
    pub observed_until: Option<Date>,
    /// Was `observed_until` taken from the last date of the log?
    pub observed_until_assumed: bool,
    /// Are there amounts?
    pub has_money: bool,
    /// Are there sums of the logarithms of gaps?
    pub has_log_gaps: bool,
    /// Are there the ages at each repeat purchase?
    #[serde(default)]
    pub has_purchase_times: bool,
    /// The names of the attributes, in the order in which they were asked for.
    pub attributes: Vec<String>,
    /// Purchases by time, if they were asked for.
    pub calendar: Option<Calendar>,
    /// Active customers by month, if they were asked for.
    pub activity: Option<Activity>,
    /// Repeat purchases by age and date, if they were asked for.
    pub timing: Option<Timing>,
    /// When customers of a sample bought, if it was asked for.
    #[serde(default)]
    pub past: Option<Past>,
    /// How amounts change with time within customers, if it was asked for.
    pub spend_drift: Option<SpendDrift>,
    /// Was the input a summary, so that nothing is known of single purchases?
    pub settled: bool,
    /// Do rows come sorted by `customer_id` (input was a log)?
    pub sorted: bool,
    /// How many customers there are, where that is known before they are read.
    pub customers: Option<u64>,
    /// Customers so large that they can hardly be one person, or that make most of the value.
    pub standouts: Vec<Standout>,
    /// The one currency of all amounts, where signs beside them or a column say so.
    #[serde(default)]
    pub currency: Option<String>,
    /// Dates far outside all others, of a handful of rows.
    pub far_dates: Vec<FarDates>,
    /// Where customers come from, if the input was a log.
    pub customer_column: Option<CustomerColumn>,
    /// The column that ids were taken from.
    #[serde(default)]
    pub id_column: Option<IdColumn>,
    /// What became of each row of the input.
    pub account: CleaningAccount,
    /// What was assumed on the way (date format, columns taken, ...), one sentence each.
    pub assumptions: Vec<String>,
    /// What looks wrong, with advice.
    pub warnings: Vec<Warning>,
}

impl SummaryMeta {
    /// The unit of its times for a model in this one: a summary that does not say is in the model's. One that was made
    /// of a log is in the unit that it was written in, also where nobody asked for one.
    pub fn unit_under(&self, model: Unit) -> Unit {
        if self.unit_source == UnitSource::Default && !self.is_of_log() { model } else { self.unit }
    }

    /// Was it made of a log here, so that dates of purchases could be had?
    pub fn is_of_log(&self) -> bool {
        self.grain.is_some() && !self.settled
    }
}

/// Where the unit of a summary comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum UnitSource {
    /// The caller said so.
    Given,
    /// The summary's own `unit` column or metadata says so.
    File,
    /// Nobody said; the default was taken.
    #[default]
    Default,
}

/// A source of summary batches that can be read more than once.
pub trait Batches: Send + Sync {
    /// All batches, from the first customer on.
    fn batches(&self) -> Box<dyn Iterator<Item = Result<SummaryBatch>> + Send + '_>;
}

impl Batches for Vec<SummaryBatch> {
    fn batches(&self) -> Box<dyn Iterator<Item = Result<SummaryBatch>> + Send + '_> {
        Box::new(self.iter().cloned().map(Ok))
    }
}

/// One row a customer, in memory or on disk.
pub struct Summary {
    /// What is known of it as a whole.
    pub meta: SummaryMeta,
    source: Arc<dyn Batches>,
}

impl Summary {
    /// A summary that reads its rows from `source`.
    pub fn new(meta: SummaryMeta, source: impl Batches + 'static) -> Self {
        Summary { meta, source: Arc::new(source) }
    }

    /// The same summary with every batch changed on the way: nothing is copied.
    pub fn map(&self, change: impl Fn(SummaryBatch) -> SummaryBatch + Send + Sync + 'static) -> Summary {
        Summary::new(self.meta.clone(), Changed { source: self.source.clone(), change })
    }

    /// The same customers, of whom something else is known as a whole.
    pub fn with_meta(&self, change: impl FnOnce(&mut SummaryMeta)) -> Self {
        let mut meta = self.meta.clone();
        change(&mut meta);
        Summary { meta, source: self.source.clone() }
    }

    /// How many customers there are; reads all batches.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn customers(&self) -> Result<u64> {
        self.batches().map(|batch| Ok(batch?.len() as u64)).sum()
    }

    /// All batches, from the first customer on; may be called again.
    pub fn batches(&self) -> Box<dyn Iterator<Item = Result<SummaryBatch>> + Send + '_> {
        self.source.batches()
    }
}

/// Batches of another source, each changed.
struct Changed<F> {
    source: Arc<dyn Batches>,
    change: F,
}

impl<F: Fn(SummaryBatch) -> SummaryBatch + Send + Sync> Batches for Changed<F> {
    fn batches(&self) -> Box<dyn Iterator<Item = Result<SummaryBatch>> + Send + '_> {
        Box::new(self.source.batches().map(|batch| batch.map(&self.change)))
    }
}
