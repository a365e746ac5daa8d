//! How likely each number of purchases is: of customers with what is known of them, and of new ones.

use std::collections::hash_map::Entry;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, RecordBatch, UInt32Array, builder::StringBuilder};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use rustc_hash::FxHashMap;

use crate::base::{Error, Horizon, Progress, Result};
use crate::customers::{Customer, UnseenLevel, key};
use crate::fitted::{ClvModel, PurchaseModel, View};
use crate::history::Summary;

/// The columns of a table of chances: whose, how many purchases, how likely; of new customers without `customer_id`.
pub fn chances_schema(of_customers: bool) -> SchemaRef {
    let id = of_customers.then(|| Field::new("customer_id", DataType::Utf8, false));
    let purchases = Field::new("purchases", DataType::UInt32, false);
    let probability = Field::new("probability", DataType::Float64, false);
    Arc::new(Schema::new(id.into_iter().chain([purchases, probability]).collect::<Vec<_>>()))
}

/// A horizon in the model's unit, which must have an end.
fn finite(model: &ClvModel, horizon: Horizon) -> Result<f64> {
    let what = format!("{}, a model of purchases at opportunities,", model.purchase.name());
    let horizon = if model.counts_opportunities() { horizon.whole(model.unit, &what)? } else { horizon };
    match horizon {
        Horizon::Finite(length) => Ok(length.in_units(model.unit)),
        Horizon::Infinite => Err(Error::option(
            "--horizon",
            "the number of purchases without end has no table: give a horizon",
        )),
    }
}

/// `P(X(t) = n)` for `n` from 0 to `most`: purchases of a new customer, after the first one, within the horizon from the
/// end of the model's observation on. With covariates that of the reference customer, with groups that of a group that was
/// not seen; their own are those of customers ([`chances_into`]) that [`newcomers`](super::newcomers()) makes.
///
/// # Errors
/// If the horizon has no end.
pub fn chances_of_new(model: &ClvModel, horizon: Horizon, most: u32) -> Result<RecordBatch> {
    model.refuse_in_time("a table of new customers")?;
    let (ahead, born) = (finite(model, horizon)?, model.born(0.0));
    let chances = (0..=most).map(|n| born.purchases_pmf_new(ahead, n));
    let columns: Vec<ArrayRef> = vec![
        Arc::new(UInt32Array::from_iter_values(0..=most)),
        Arc::new(Float64Array::from_iter_values(chances)),
    ];
    Ok(RecordBatch::try_new(chances_schema(false), columns).expect("the columns of the schema"))
}

/// `P(Y(t) = n | x, t_x, T)` for `n` from 0 to `most`, customer by customer: purchases within the horizon.
///
/// # Errors
/// If the horizon has no end, a customer cannot be read, or the model cannot speak of one; what `sink` gives.
pub fn chances_into(
    model: &ClvModel,
    summary: &Summary,
    (horizon, most): (Horizon, u32),
    unseen: UnseenLevel,
    progress: &dyn Progress,
    mut sink: impl FnMut(RecordBatch) -> Result<()>,
) -> Result<()> {
    let ahead = finite(model, horizon)?;
    model.knows_days(summary.meta.observed_until, &horizon)?;
    let view = View::new(model, &summary.meta, unseen)?.looking(&horizon);
    let mut models: FxHashMap<Vec<u64>, PurchaseModel> = FxHashMap::default();
    let mut known: FxHashMap<(Vec<u64>, u32, u64, u64), Vec<f64>> = FxHashMap::default();
    progress.stage("scoring customers", None);
    for batch in summary.batches() {
        progress.check()?;
        let batch = batch?;
        progress.advance(batch.len() as u64);
        let rows = batch.len() * (most as usize + 1);
        let mut ids = StringBuilder::with_capacity(rows, 8 * rows);
        let mut chances = Vec::with_capacity(rows);
        for row in 0..batch.len() {
            let customer @ Customer { x, t_x, t } = view.history(&batch, row)?;
            let columns = view.columns(&batch, row)?;
            let class = key(&columns);
            let model = match models.entry(class.clone()) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(place) => place.insert(view.model_of(&columns)?),
            };
            let own = known.entry((class, x, t_x.to_bits(), t.to_bits()));
            let own =
                own.or_insert_with(|| (0..=most).map(|n| model.purchases_pmf(&customer, ahead, n)).collect());
            chances.extend_from_slice(own);
            (0..=most).for_each(|_| ids.append_value(batch.customer_id.value(row)));
        }
        let numbers = (0..batch.len()).flat_map(|_| 0..=most);
        let columns: Vec<ArrayRef> = vec![
            Arc::new(ids.finish()),
            Arc::new(UInt32Array::from_iter_values(numbers)),
            Arc::new(Float64Array::from(chances)),
        ];
        sink(RecordBatch::try_new(chances_schema(true), columns).expect("the columns of the schema"))?;
    }
    Ok(())
}
