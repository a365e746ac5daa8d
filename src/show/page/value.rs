//! What the base is worth, who holds it, and what of it is at risk.

use crate::base::numbers::{count, grouped, significant};
use crate::fitted::ClvModel;
use crate::forecast::{ScoreOptions, Spread, Totals, profile::Profile};
use crate::show::{
    figure::{self, MapOptions},
    report::{
        Block, Table,
        page::{Part, Section, Tile},
    },
};

/// The answer in figures.
pub(super) fn tiles(totals: &Totals, scores: &ScoreOptions) -> Vec<Tile> {
    let options = &scores.value;
    let horizon = options.horizon;
    let share = |part: f64| {
        format!(
            "{:.1} % of {} customers",
            100.0 * part / totals.customers.max(1) as f64,
            count(totals.customers)
        )
    };
    let all = totals.groups.get(&None);
    let mut tiles = Vec::new();
    if let Some(value) = totals.value {
        let money = if options.margin == 1.0 {
            "Revenue".to_owned()
        } else {
            format!("{} % of revenue, the margin,", significant(100.0 * options.margin, 4))
        };
        tiles.push(Tile {
            label: "Value of the base".to_owned(),
            figure: grouped(value, 0),
            note: between(all.map(|all| &all.clv_spread), scores),
            definition: format!(
                "{money} expected within {horizon} from today's customers, as present value at {}.",
                options.discount
            ),
        });
        tiles.push(Tile {
            label: "A customer".to_owned(),
            figure: grouped(value / totals.customers.max(1) as f64, 2),
            note: "on average".to_owned(),
            definition: "The same divided by all customers; most are worth less, few far more.".to_owned(),
        });
    }
    tiles.push(Tile {
        label: "Customers still".to_owned(),
        figure: grouped(totals.alive, 0),
        note: share(totals.alive),
        definition: "Sum over customers of the probability that they have not left for good.".to_owned(),
    });
    if let Some(purchases) = totals.purchases {
        tiles.push(Tile {
            label: "Purchases to come".to_owned(),
            figure: grouped(purchases, 0),
            note: between(all.map(|all| &all.purchases_spread), scores),
            definition: format!("Expected of all of them within {horizon}; new customers are not in it."),
        });
    }
    tiles
}

fn between(spread: Option<&Spread>, scores: &ScoreOptions) -> String {
    let bounds = scores.interval.and_then(|options| Some((options, spread?.interval(options.probability)?)));
    bounds.map_or(String::new(), |(options, (low, high))| {
        let share = significant(100.0 * options.probability, 4);
        format!("{} to {} ({share} % interval)", grouped(low, 0), grouped(high, 0))
    })
}

/// The answer in a sentence, its settings, and the forecast as the command line prints it, with totals by
/// group.
pub(super) fn worth(model: &ClvModel, totals: &Totals, scores: &ScoreOptions, forecast: &[Block]) -> Section {
    let options = &scores.value;
    let mut lines = Vec::new();
    if let Some(value) = totals.value {
        let interval = between(totals.groups.get(&None).map(|all| &all.clv_spread), scores);
        let sure = if interval.is_empty() { interval } else { format!(", {interval}") };
        let what = if options.margin == 1.0 { "revenue" } else { "margin" };
        lines.push(format!(
            "Today's {} customers are expected to bring {what} of a present value of {}{sure} within {}.",
            count(totals.customers),
            grouped(value, 0),
            options.horizon
        ));
    }
    lines.push(format!("Settings: {}.", model.settings(options).join("; ")));
    let mut section = Section::new("worth", "What the base is worth").lines(lines);
    // Its heading says the settings once more.
    let rest = forecast.iter().skip_while(|block| matches!(block, Block::Heading(_)));
    section.push(Part::Blocks(rest.cloned().collect()));
    section
}

/// Who holds the value.
pub(super) fn holders(totals: &Totals) -> Section {
    let figures = [figure::concentration(totals), figure::value_deciles(totals)];
    Section::new("holders", "Who holds the value").figures(figures.into_iter().flatten())
}

/// Who is at risk, and what they brought.
pub(super) fn risk(model: &ClvModel, profile: &Profile, scores: &ScoreOptions) -> Section {
    let mut section = Section::new("risk", "What is at risk");
    let mut table = Table::new(&["P(alive)", ">repeat customers", ">repeat spend so far", ">value to come"]);
    for (name, bands) in
        [("below 20 %", 0..2), ("20 to 50 %", 2..5), ("50 to 80 %", 5..8), ("80 % and more", 8..10)]
    {
        let bands = &profile.bands[bands];
        let sum = |values: &mut dyn Iterator<Item = Option<f64>>| {
            values.flatten().reduce(|a, b| a + b).map_or("-".to_owned(), |sum| grouped(sum, 0))
        };
        let customers = bands.iter().map(|band| band.customers).sum();
        let (spent, value) =
            (sum(&mut bands.iter().map(|b| b.spent)), sum(&mut bands.iter().map(|b| b.value)));
        table.row([name.to_owned(), count(customers), spent, value]);
    }
    section.push(Part::Blocks(vec![Block::Table(table)]));
    let mut figures: Vec<_> = figure::at_risk(profile).into_iter().collect();
    figures.extend(
        MapOptions::of(model, profile, scores.value.horizon)
            .map(|options| figure::p_alive_map(model, &options)),
    );
    section.figures(figures)
}
