//! Customers as a model sees them: in its unit, each with the parameters of its covariates.

use rustc_hash::FxHashMap;

use crate::base::{Error, Result};
use crate::customers::{Customer, UnseenLevel};
use crate::fitted::{ClvModel, PurchaseModel};
use crate::history::Summary;

/// Shows all customers of a summary, in the unit of the model, each with the model of those who share its
/// covariates, and the number of that model among those returned.
pub(super) fn each(
    model: &ClvModel,
    summary: &Summary,
    mut see: impl FnMut(usize, &PurchaseModel, Customer),
) -> Result<Vec<PurchaseModel>> {
    let same = summary.meta.unit == model.unit;
    let time = if same { 1.0 } else { summary.meta.unit.days() / model.unit.days() };
    let Some(covariates) = &model.covariates else {
        for batch in summary.batches() {
            let batch = batch?;
            (0..batch.len()).for_each(|row| see(0, &model.purchase, Customer::of(&batch, row).scaled(time)));
        }
        return Ok(vec![model.purchase.clone()]);
    };
    let places = covariates.places(&summary.meta)?;
    let mut known: FxHashMap<Vec<u64>, usize> = FxHashMap::default();
    let mut models: Vec<PurchaseModel> = Vec::new();
    for batch in summary.batches() {
        let batch = batch?;
        for row in 0..batch.len() {
            let values: Vec<&str> = places.iter().map(|place| batch.attributes[*place].value(row)).collect();
            let columns = covariates
                .encode(&values, UnseenLevel::Error)
                .map_err(|words| Error::model(model.purchase.name, words))?;
            let key = columns.iter().map(|value| value.to_bits()).collect();
            let kind = *known.entry(key).or_insert(models.len());
            if kind == models.len() {
                let params = covariates.params(&model.purchase.params, &columns);
                models.push(PurchaseModel::new(model.purchase.name, &params)?);
            }
            see(kind, &models[kind], Customer::of(&batch, row).scaled(time));
        }
    }
    Ok(models)
}
