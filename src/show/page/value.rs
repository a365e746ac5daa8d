//! What the base is worth, who will buy, and who holds the value.

use super::words::{Money, percent};
use crate::base::numbers::{count, grouped};
use crate::forecast::{ScoreOptions, Spread, Totals};
use crate::show::{
    figure,
    report::page::{Section, Tile},
};
use crate::study::Overview;

/// The answer in figures.
pub(super) fn tiles(found: &Overview, money: &Money) -> Vec<Tile> {
    let Overview { totals, scores, revenue, .. } = found;
    let within = scores.value.horizon.in_words();
    let all = totals.groups.get(&None);
    let people = |value: f64| grouped(value, 0);
    let heads = |(low, high): (f64, f64)| format!("{} to {}", people(low), people(high));
    let mut tiles = Vec::new();
    if let Some(value) = totals.value {
        let what = match scores.value.margin {
            1.0 => "Revenue".to_owned(),
            margin => format!("Margin ({} of revenue)", percent(margin)),
        };
        tiles.push(Tile {
            label: "Today's customers are worth".to_owned(),
            figure: money.say(value),
            note: between(all.map(|all| &all.clv_spread), scores, |bounds| money.range(bounds)),
            definition: format!(
                "{what} expected from them {within}, as present value at {} a year. Customers still to be won are not in it.",
                percent(scores.value.discount.effective(crate::base::Unit::Year))
            ),
        });
    }
    let share = totals.buyers / totals.customers.max(1) as f64;
    tiles.push(Tile {
        label: "Customers who will buy".to_owned(),
        figure: people(totals.buyers),
        note: between(all.map(|all| &all.buyers_spread), scores, heads),
        definition: format!(
            "Of {} customers, {} are expected to buy {within}.",
            count(totals.customers),
            percent(share)
        ),
    });
    tiles.extend(revenue.as_ref().and_then(|revenue| to_come(revenue, scores, money)));
    if let Some(purchases) = totals.purchases {
        tiles.push(Tile {
            label: "Purchases to come".to_owned(),
            figure: people(purchases),
            note: between(all.map(|all| &all.purchases_spread), scores, heads),
            definition: format!("Expected of today's customers {within}."),
        });
    }
    if let Some(value) = totals.value {
        tiles.push(Tile {
            label: "Average value per customer".to_owned(),
            figure: money.say(value / totals.customers.max(1) as f64),
            note: String::new(),
            definition: "Most are worth less than that, few far more.".to_owned(),
        });
    }
    tiles
}

fn to_come(revenue: &Totals, scores: &ScoreOptions, money: &Money) -> Option<Tile> {
    let spread = revenue.groups.get(&None).map(|all| &all.clv_spread);
    Some(Tile {
        label: "Revenue to come".to_owned(),
        figure: money.say(revenue.value?),
        note: between(spread, scores, |bounds| money.range(bounds)),
        definition: format!(
            "From today's customers {}, before costs and not discounted.",
            scores.value.horizon.in_words()
        ),
    })
}

fn between(spread: Option<&Spread>, scores: &ScoreOptions, say: impl Fn((f64, f64)) -> String) -> String {
    let bounds = scores.interval.and_then(|options| Some((options, spread?.interval(options.probability)?)));
    bounds.map_or(String::new(), |(options, bounds)| {
        format!("{} ({} interval)", say(bounds), percent(options.probability))
    })
}

/// Who holds the value.
pub(super) fn holders(totals: &Totals) -> Section {
    let figures = [figure::concentration(totals), figure::value_deciles(totals)];
    Section::new("holders", "Who holds the value").figures(figures.into_iter().flatten())
}
