//! Where a fit of either model starts, and the limits it may end at: those of the models without
//! stages.

use crate::customers::CustomerTable;
use crate::model::{Limit, beta_geometric, erlang::Erlang};

/// Starting points `[k, r, alpha, a, b]` with `k = 1`. Another `k` divides `alpha`, a time of a stage.
pub(in crate::model) fn starts(table: &CustomerTable) -> Result<Vec<Vec<f64>>, String> {
    let starts = beta_geometric::starts(table)?;
    Ok(starts.into_iter().map(|start| [vec![1.0], start].concat()).collect())
}

impl Erlang {
    /// The limits of these parameters; see [`Model::limits`](crate::model::Model::limits).
    pub fn limits(&self) -> Vec<Limit<Self>> {
        let without_churn = match self.k {
            1 => "nbd fits as well",
            _ => "a model of regular purchases without churn fits as well",
        };
        let limits = self.without_stages().limits_beside(without_churn).into_iter();
        let own = |at: beta_geometric::BetaGeometric| {
            let alpha = at.alpha / self.stages();
            Erlang { r: at.r, alpha, a: at.a, b: at.b, ..*self }
        };
        // `k` comes first.
        limits.map(|limit| Limit::of_kernel(limit, own, 1)).collect()
    }
}
