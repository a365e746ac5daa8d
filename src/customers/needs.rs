//! What a model asks of customers beyond `x`, `t_x` and `T`.

/// What a model asks of a customer's history beyond its frequency, recency and age.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Needs {
    /// The sum of the logarithms of the gaps between purchases: models of regular purchases learn from it.
    pub log_gaps: bool,
    /// The ages at each repeat purchase: models that follow a customer from purchase to purchase.
    pub purchase_times: bool,
    /// Purchases at given opportunities, one in each unit of time, and not at any moment.
    pub opportunities: bool,
}

impl Needs {
    /// Nothing.
    pub const NONE: Needs = Needs { log_gaps: false, purchase_times: false, opportunities: false };
}
