//! Who is still a customer, and who stays: history by history.

use crate::customers::Histories;
use crate::fitted::PurchaseModel;

/// P(alive) of each history.
pub(super) fn p_alive(histories: &Histories, models: &[PurchaseModel]) -> Vec<f64> {
    histories.each(models, |model, history| model.p_alive(&history.customer))
}

/// P(still a customer after so long) of one of each age who is alive now.
pub(super) fn stays(histories: &Histories, models: &[PurchaseModel], ahead: f64) -> Vec<f64> {
    histories.each_age(models, |model, customer| {
        let alive = model.p_alive(customer);
        if alive > 0.0 { model.p_alive_after(customer, ahead) / alive } else { 0.0 }
    })
}
