//! Is the model to be trusted? The end of the log was hidden from it; this is how it did.

use crate::base::numbers::{count, grouped, signed, significant};
use crate::fitted::ClvModel;
use crate::show::{
    figure,
    report::{
        self,
        page::{Part, Section, Tile},
    },
};
use crate::study::backtest::{
    Backtest, BacktestOptions, Entrant, LEVEL, Metric, Origin, Pooled, total_words,
};

/// The model that is shown: the first that was asked for.
fn shown(found: &Backtest) -> Option<(&Origin, &Entrant)> {
    let origin = found.origins.last()?;
    origin.entrants.iter().find(|entrant| !entrant.baseline).map(|entrant| (origin, entrant))
}

/// How far the total was off.
pub(super) fn tile(found: &Backtest) -> Option<Tile> {
    let (origin, entrant) = shown(found)?;
    let off = entrant.values[Metric::TotalBias as usize];
    let interval = match off.lower.is_finite() {
        true => format!(
            "{} to {} % ({:.0} % interval)",
            signed(100.0 * off.lower, 0),
            signed(100.0 * off.upper, 0),
            100.0 * LEVEL
        ),
        false => String::new(),
    };
    Some(Tile {
        label: "Last forecast".to_owned(),
        figure: format!("{} %", signed(100.0 * off.value, 0)),
        note: interval,
        definition: format!(
            "Purchases expected over those made from {} to {}, which the model was not shown; 0 % is right.",
            origin.window.origin, origin.window.end
        ),
    })
}

pub(super) fn section(model: &ClvModel, backtest: Result<&Backtest, &str>) -> Section {
    let section = Section::new("trust", "Is the model to be trusted?");
    let found = match backtest {
        Ok(found) => found,
        Err(why) => return section.lines([format!("No backtest was made: {why}")]),
    };
    let mut lines = vec![
        "The last part of the log was hidden, the model fitted to the rest, and each customer forecast. A forecast \
         further ahead is less sure than this one."
            .to_owned(),
    ];
    if model.covariates().is_some() {
        lines.push("It is a backtest of the model without its covariates.".to_owned());
    }
    if model.groups().is_some() {
        lines.push("It is a backtest of one model for all groups.".to_owned());
    }
    lines.extend(shown(found).into_iter().flat_map(|(origin, entrant)| in_words(found, origin, entrant)));
    let mut section = section.lines(lines);
    if let Some((origin, entrant)) = shown(found) {
        let curves = [&entrant.tracking].into_iter().filter(|points| !points.is_empty());
        let curves = curves
            .flat_map(|points| [figure::cumulative_tracking(points), figure::incremental_tracking(points)]);
        section = section.figures(curves);
        let mut figures = vec![figure::by_group(&entrant.groups, "frequency")];
        // Where the miss comes from: when, and of whom.
        for by in ["month", "cohort"] {
            if entrant.groups.iter().filter(|group| group.by == by).count() > 1 {
                figures.push(figure::by_group(&entrant.groups, by));
            }
        }
        if !entrant.calibration.is_empty() {
            figures.push(figure::chances(&entrant.calibration));
        }
        figures.push(figure::lift(&entrant.groups, origin.spend.is_some()));
        let metric = if origin.spend.is_some() { Metric::ValueMae } else { Metric::Mae };
        figures.extend(figure::comparison(found, metric));
        section = section.figures(figures);
    }
    let report = report::backtest(found);
    let blocks = report.results.into_iter().chain(report.remarks).collect();
    section.push(Part::Folded("All figures of the backtest".to_owned(), blocks));
    section
}

/// How it did, in plain words: in total, customer by customer, and with the best customers.
fn in_words(found: &Backtest, origin: &Origin, entrant: &Entrant) -> Vec<String> {
    let of = |metric: Metric| entrant.values[metric as usize];
    let mut words = vec![format!(
        "In total {} expected {} purchases of the {} customers known on {}; they made {} until {}.",
        entrant.name,
        grouped(origin.purchases * (1.0 + of(Metric::TotalBias).value), 0),
        count(origin.customers),
        origin.window.origin,
        grouped(origin.purchases, 0),
        origin.window.end
    )];
    words.extend(total_words(origin, entrant.name).into_iter().map(|why| format!("{why}.")));
    if of(Metric::TotalBias).beyond_noise() {
        words.push(
            "That is more than chance: expect the value above to be off by as much, unless you know why this time \
             was not like the others."
                .to_owned(),
        );
    }
    words.extend(against_baselines(found, entrant));
    let replicates = entrant.replicates.len();
    if replicates < BacktestOptions::default().replicates as usize {
        words.push(format!("Its intervals come from {replicates} bootstrap replicates."));
    }
    let top = of(Metric::ValueTop20).value;
    if top.is_finite() {
        words.push(format!(
            "Of the fifth of customers who then spent most, {} % were in the fifth that it had ranked highest.",
            significant(100.0 * top, 3)
        ));
    }
    words
}

/// Single customers: how far off, beside the best rule that needs no model.
fn against_baselines(found: &Backtest, entrant: &Entrant) -> Option<String> {
    let mae = |entrant: &Pooled| entrant.values[Metric::Mae as usize].value;
    let own = found.pooled.iter().find(|pooled| pooled.name == entrant.name)?;
    let baselines = found.pooled.iter().filter(|pooled| pooled.baseline && mae(pooled).is_finite());
    let best = baselines.min_by(|a, b| mae(a).total_cmp(&mae(b)))?;
    let difference = found.difference(own.name, best.name)?.of(Metric::Mae);
    let told = match (difference.beyond_noise(), difference.value < 0.0) {
        (true, true) => "the model is better, beyond noise",
        (true, false) => "the model is worse, beyond noise",
        (false, _) => "which of them is better cannot be told from noise",
    };
    Some(format!(
        "The purchases of a single customer it missed by {} on average; the best of the rules without a model, \
         {}, by {}: {told}.",
        significant(mae(own), 3),
        best.name,
        significant(mae(best), 3)
    ))
}
