//! Where a fit of either model starts, and what it means when it ends at the edge.

use crate::model::beta_geometric::BetaGeometric;
use crate::model::table::CustomerTable;

/// A parameter counts as gone to a limit beyond this factor.
const FAR: f64 = 1e3;

/// Starting points `[r, alpha, a, b]`: different degrees of heterogeneity and of churn, each with the
/// observed mean buying rate.
pub(in crate::model) fn starts(table: &CustomerTable) -> Result<Vec<Vec<f64>>, String> {
    let rate = table.mean_rate()?;
    let shapes = [(0.5, 0.8, 2.5), (1.0, 0.1, 5.0), (4.0, 0.3, 0.6), (0.1, 2.0, 10.0)];
    Ok(shapes.iter().map(|(r, a, b)| vec![*r, r / rate, *a, *b]).collect())
}

impl BetaGeometric {
    /// The limit that these parameters are near, in words.
    pub fn limit(&self) -> String {
        let BetaGeometric { r, alpha, a, b, .. } = *self;
        let mean = a / (a + b);
        let mut words = Vec::new();
        if mean < 1.0 / FAR {
            words.push(
                "no churn visible, nobody seems to leave: a/(a + b) -> 0, and nbd fits as well".to_owned(),
            );
        } else if mean > 1.0 - 1.0 / FAR {
            words.push("everyone leaves at the first occasion: b/(a + b) -> 0".to_owned());
        } else if a + b > FAR {
            words.push(format!(
                "everyone leaves with the same chance {mean:.3}: a and b -> infinity together"
            ));
        } else if a + b < 1.0 / FAR {
            words.push(format!(
                "a share {mean:.3} of customers leaves at the first occasion and the others never: a and b -> 0"
            ));
        }
        if r > FAR {
            words.push(format!(
                "no heterogeneity of buying rates: everyone buys {:.4} times per unit of time, r and alpha -> infinity together",
                r / alpha
            ));
        } else if r < 1.0 / FAR {
            words.push("almost nobody ever buys again: r -> 0".to_owned());
        }
        match words.is_empty() {
            true => {
                "these data do not determine all parameters: very different values fit as well".to_owned()
            }
            false => words.join("; "),
        }
    }
}
