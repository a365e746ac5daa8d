//! Where a fit of either model starts, and the limits it may end at.

use crate::customers::CustomerTable;
use crate::model::{Limit, alone, beta_geometric::BetaGeometric, together};
use crate::params::Direction;

/// `a` below this stands for 0: nobody ever leaves, however long the silence.
pub(super) const NEVER: f64 = 1e-200;

/// Starting points `[r, alpha, a, b]`, each with the observed mean buying rate: different degrees of
/// heterogeneity and of churn, chances to leave that are alike (`a`, `b` large) and that are nearly 0
/// or 1 (`a`, `b` small).
pub(in crate::model) fn starts(table: &CustomerTable) -> Result<Vec<Vec<f64>>, String> {
    let rate = table.mean_rate()?;
    let shapes = [
        (0.5, 0.8, 2.5),
        (1.0, 0.1, 5.0),
        (4.0, 0.3, 0.6),
        (0.1, 2.0, 10.0),
        (1.0, 0.003, 0.1),
        (1.0, 0.02, 0.02),
        (0.5, 0.05, 0.002),
        (2.0, 1.5, 0.2),
        (20.0, 1.5, 0.2),
        (30.0, 0.01, 0.005),
        (5.0, 30.0, 100.0),
        (0.5, 100.0, 10.0),
    ];
    Ok(shapes.iter().map(|(r, a, b)| vec![*r, r / rate, *a, *b]).collect())
}

impl BetaGeometric {
    /// The limits of these parameters; see [`Model::limits`](crate::model::Model::limits).
    pub fn limits(&self) -> Vec<Limit<Self>> {
        self.limits_beside("nbd fits as well")
    }

    /// The same, with what is to be said of a model without churn.
    pub fn limits_beside(&self, without_churn: &str) -> Vec<Limit<Self>> {
        let BetaGeometric { r, alpha, a, b, .. } = *self;
        let mean = a / (a + b);
        let shown = if mean < 1e-3 { format!("{mean:.1e}") } else { format!("{mean:.3}") };
        let nobody = format!("no churn visible, nobody seems to leave: a/(a + b) -> 0, and {without_churn}");
        let everybody = "everyone leaves at the first occasion: b/(a + b) -> 0".to_owned();
        let alike = format!("everyone leaves with the same chance {shown}: a and b -> infinity together");
        let kinds = format!(
            "a share {shown} of customers leaves at the first occasion and the others never: a and b -> 0"
        );
        let rates = format!(
            "no heterogeneity of buying rates: everyone buys {:.4} times per unit of time, r and alpha -> \
             infinity together",
            r / alpha
        );
        let same_rate = BetaGeometric { r: 1e10, alpha: 1e10 * (alpha / r), ..*self };
        let (both, shares) = (|| vec![alone(2), alone(3)], || vec![together(2, 3)]);
        let chances = |a: f64, b: f64, words: String, flat: Vec<Direction>| Limit {
            of: "chance to leave",
            model: BetaGeometric { a, b, ..*self },
            words,
            flat,
        };
        vec![
            chances(1e-250, 1.0, nobody, both()),
            chances(1.0, 1e-12, everybody, both()),
            chances(1e10 * mean, 1e10 * (b / (a + b)), alike, shares()),
            chances(1e-10 * mean, 1e-10 * (b / (a + b)), kinds, shares()),
            Limit { of: "buying rate", model: same_rate, words: rates, flat: vec![together(0, 1)] },
        ]
    }
}
