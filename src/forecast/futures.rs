//! Futures of customers, drawn: how many purchases and what they are worth, under draws of the parameters. What intervals
//! are the quantiles of, one by one, for whoever wants another function of them.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, RecordBatch, UInt32Array, builder::StringBuilder};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::ScoreOptions;
use super::question::{Question, spend_row};
use super::simulated::Outcome;
use crate::base::{Error, Horizon, Progress, Result};
use crate::customers::key;
use crate::fitted::draws::{self, Draw};
use crate::fitted::{ClvModel, PurchaseModel};
use crate::history::{Summary, SummaryBatch, hash_text};

/// How futures are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FutureOptions {
    /// Futures of each customer.
    pub draws: u32,
    /// Equal seeds give equal futures, customer by customer, whoever else is asked about.
    pub seed: u64,
}

impl Default for FutureOptions {
    fn default() -> Self {
        FutureOptions { draws: 100, seed: 1 }
    }
}

/// The columns: whose future, which one (from 0; the same number is the same draw of the parameters for all), purchases
/// within the horizon, and their value as scores have it (margin times present value; empty without a spend model).
pub fn futures_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("customer_id", DataType::Utf8, false),
        Field::new("draw", DataType::UInt32, false),
        Field::new("purchases", DataType::Float64, false),
        Field::new("value", DataType::Float64, true),
    ]))
}

/// Draws futures of all customers of a summary: a row a customer and draw, those of a customer together.
///
/// # Errors
/// If the horizon has no end, or no random numbers can be drawn at the model's parameters; what `sink` gives.
pub fn futures_into(
    model: &ClvModel,
    summary: &Summary,
    scores: &ScoreOptions,
    options: FutureOptions,
    progress: &dyn Progress,
    mut sink: impl FnMut(RecordBatch) -> Result<()>,
) -> Result<()> {
    if scores.value.horizon == Horizon::Infinite {
        return Err(Error::option("--horizon", "futures without end cannot be drawn: give a horizon"));
    }
    let plain = ScoreOptions { interval: None, columns: Vec::new(), by: None, ..scores.clone() };
    let question = Question::new(model, summary, &plain)?;
    let drawn = draws::draw(model, options.draws as usize, options.seed);
    let futures = Futures { question: &question, drawn: &drawn, seed: options.seed };
    progress.stage("drawing futures", None);
    let mut models = FxHashMap::default();
    for batch in summary.batches() {
        progress.check()?;
        let batch = batch?;
        progress.advance(batch.len() as u64);
        sink(futures.of(&batch, &mut models)?)?;
    }
    Ok(())
}

/// The models of all draws, by covariates.
type Models = FxHashMap<Vec<u64>, Vec<PurchaseModel>>;

/// Customers whose futures are drawn together.
const TOGETHER: usize = 256;

struct Futures<'a> {
    question: &'a Question<'a>,
    drawn: &'a [Draw],
    seed: u64,
}

impl Futures<'_> {
    fn of(&self, customers: &SummaryBatch, models: &mut Models) -> Result<RecordBatch> {
        let n = customers.len();
        let mut classes = Vec::with_capacity(n);
        for row in 0..n {
            self.question.view.history(customers, row)?;
            let columns = self.question.view.columns(customers, row)?;
            let class = key(&columns);
            if !models.contains_key(&class) {
                let own = self.drawn.iter().map(|draw| self.question.under(draw, &columns));
                models.insert(class.clone(), own.collect::<Result<_>>()?);
            }
            classes.push(class);
        }
        let rows: Vec<usize> = (0..n).collect();
        let some = |rows: &[usize]| -> Result<Vec<(f64, Option<f64>)>> {
            let mut all = Vec::with_capacity(rows.len() * self.drawn.len());
            rows.iter()
                .try_for_each(|&row| self.customer(customers, row, &models[&classes[row]], &mut all))?;
            Ok(all)
        };
        let drawn = rows.par_chunks(TOGETHER).map(some).collect::<Result<Vec<_>>>()?.concat();
        let mut ids = StringBuilder::new();
        for row in 0..n {
            (0..self.drawn.len()).for_each(|_| ids.append_value(customers.customer_id.value(row)));
        }
        let numbers = (0..n).flat_map(|_| 0..self.drawn.len() as u32);
        let columns: Vec<ArrayRef> = vec![
            Arc::new(ids.finish()),
            Arc::new(UInt32Array::from_iter_values(numbers)),
            Arc::new(drawn.iter().map(|(purchases, _)| *purchases).collect::<Float64Array>()),
            Arc::new(drawn.iter().map(|(_, value)| *value).collect::<Float64Array>()),
        ];
        Ok(RecordBatch::try_new(futures_schema(), columns).expect("the columns of the schema"))
    }

    /// The futures of one customer: purchases and value.
    fn customer(
        &self,
        customers: &SummaryBatch,
        row: usize,
        models: &[PurchaseModel],
        all: &mut Vec<(f64, Option<f64>)>,
    ) -> Result<()> {
        let customer = self.question.view.clock.canonical(customers, row);
        let spent = spend_row(customers, row);
        let reach = self.question.reach();
        // The same whoever else is asked about, and in which order.
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(hash_text(customers.customer_id.value(row).as_bytes()));
        let mut ages = Vec::new();
        for (draw, model) in self.drawn.iter().zip(models) {
            let spend = draw.spend.filter(|_| self.question.money);
            let outcome = Outcome::new(model, spend.as_ref(), &customer, spent.spends())?;
            let until = reach.until(model.finite_without_end());
            let (purchases, worth) = outcome.draw(&reach, until, &mut rng, &mut ages);
            let value = spend.map(|spend| self.question.margin * spend.unit(spent.spent()) * worth);
            all.push((purchases, value));
        }
        Ok(())
    }
}
