//! Customers as a model sees them, one by one, each with the model of its class.

use crate::base::Result;
use crate::customers::{Classes, Customer, UnseenLevel};
use crate::fitted::{ClvModel, PurchaseModel, View};
use crate::history::Summary;

/// Shows all customers of a summary, in the unit of the model, each with the model of those who share its
/// covariates, and the number of that model among those returned: that of what they did since they came.
pub(super) fn each(
    model: &ClvModel,
    summary: &Summary,
    mut see: impl FnMut(usize, &PurchaseModel, Customer),
) -> Result<Vec<PurchaseModel>> {
    let view = View::new(model, &summary.meta, UnseenLevel::Error)?;
    let (mut classes, mut models) = (Classes::default(), Vec::new());
    for batch in summary.batches() {
        let batch = batch?;
        for row in 0..batch.len() {
            let class = classes.number(view.columns(&batch, row)?) as usize;
            if class == models.len() {
                models.push(view.model_since_birth(&classes.columns[class])?);
            }
            see(class, &models[class], view.clock.history(&batch, row));
        }
    }
    Ok(models)
}
