//! Where a fit starts, and the limits it may end at.

use super::{BgBb, admits};
use crate::customers::{Customer, CustomerTable};
use crate::model::{Limit, alone, together};
use crate::params::Direction;

/// Opportunities that a fit goes through one by one for each number of purchases, at most.
const MOST: f64 = 20_000.0;

/// Starting points: the observed share of opportunities bought at, or more where many have left, with
/// different degrees of heterogeneity and of churn.
pub(super) fn starts(table: &CustomerTable) -> Result<Vec<Vec<f64>>, String> {
    let rate = table.mean_rate()?;
    let longest = table.times.last().copied().unwrap_or_default();
    if longest > MOST {
        return Err(format!(
            "a customer has {longest} opportunities, and bg-bb is fitted to at most {MOST} of them, 55 years of days: a \
             longer grain and unit (--grain month --unit month), or --model bg-nbd for purchases at any time"
        ));
    }
    for group in &table.groups {
        for row in group.rows.clone() {
            let time = |times: &[u32]| table.times[times[row] as usize];
            admits(&Customer { x: group.x, t_x: time(&table.t_x), t: time(&table.t) })?;
        }
    }
    // Share, how alike they are, chance to leave, how alike: means and sums of the parameters.
    let shapes = [
        (1.5, 2.0, 0.2, 3.0),
        (1.0, 1.0, 0.02, 5.0),
        (1.2, 10.0, 0.1, 1.0),
        (2.0, 3.0, 0.4, 2.0),
        (1.0, 0.3, 0.05, 30.0),
        (1.5, 50.0, 0.1, 20.0),
        (1.2, 2.0, 0.3, 0.1),
        (3.0, 2.0, 0.7, 1.0),
    ];
    let start = |(times, alike, leave, alike_too): &(f64, f64, f64, f64)| {
        let buy = (rate * times).min(0.5 + 0.5 * rate).clamp(1e-6, 1.0 - 1e-6);
        vec![buy * alike, (1.0 - buy) * alike, leave * alike_too, (1.0 - leave) * alike_too]
    };
    Ok(shapes.iter().map(start).collect())
}

/// `a/(a+b)`, for people.
fn shown(mean: f64) -> String {
    if (1e-3..=0.999).contains(&mean) { format!("{mean:.3}") } else { format!("{mean:.1e}") }
}

impl BgBb {
    pub(super) fn limits_of(&self) -> Vec<Limit<Self>> {
        let BgBb { alpha, beta, gamma, delta } = *self;
        let (buy, leave) = (alpha / (alpha + beta), gamma / (gamma + delta));
        let leaving = |gamma: f64, delta: f64, words: String, flat: Vec<Direction>| Limit {
            of: "chance to leave",
            model: BgBb { gamma, delta, ..*self },
            words,
            flat,
        };
        let buying = |alpha: f64, beta: f64, words: String, flat: Vec<Direction>| Limit {
            of: "chance to buy",
            model: BgBb { alpha, beta, ..*self },
            words,
            flat,
        };
        let nobody = "no churn visible, nobody seems to leave: gamma/(gamma + delta) -> 0".to_owned();
        let everybody = "everyone leaves before the first opportunity: delta/(gamma + delta) -> 0".to_owned();
        let same = format!(
            "everyone leaves with the same chance {}: gamma and delta -> infinity together",
            shown(leave)
        );
        let kinds = format!(
            "a share {} of customers leaves before the first opportunity and the others never: gamma and \
             delta -> 0",
            shown(leave)
        );
        let always =
            "everyone who is a customer buys at every opportunity: beta/(alpha + beta) -> 0".to_owned();
        let alike = format!(
            "no heterogeneity of buying: everyone buys with the same chance {}, alpha and beta -> infinity \
             together",
            shown(buy)
        );
        let two = format!(
            "a share {} of customers buys at every opportunity and the others never: alpha and beta -> 0",
            shown(buy)
        );
        vec![
            leaving(1e-250, 1.0, nobody, vec![alone(2), alone(3)]),
            leaving(1.0, 1e-12, everybody, vec![alone(2), alone(3)]),
            leaving(1e10 * leave, 1e10 * (delta / (gamma + delta)), same, vec![together(2, 3)]),
            leaving(1e-10 * leave, 1e-10 * (delta / (gamma + delta)), kinds, vec![together(2, 3)]),
            buying(1.0, 1e-12, always, vec![alone(0), alone(1)]),
            buying(1e10 * buy, 1e10 * (beta / (alpha + beta)), alike, vec![together(0, 1)]),
            buying(1e-10 * buy, 1e-10 * (beta / (alpha + beta)), two, vec![together(0, 1)]),
        ]
    }
}
