//! Can it be trusted? Ends of the log were hidden from the model; this is how it did, in plain verdicts, beside what one
//! would have done without it.

use super::words::{percent, signed_percent};
use crate::base::numbers::count;
use crate::fitted::ClvModel;
use crate::show::{
    figure,
    report::{
        self, Block, Table,
        page::{Part, Section, Tile},
    },
};
use crate::study::backtest::{Backtest, Entrant, Metric, Origin, answers, total_words};

/// The model that is shown: the first that was asked for.
fn entrant(origin: &Origin) -> Option<&Entrant> {
    origin.entrants.iter().find(|entrant| !entrant.baseline)
}

fn shown(found: &Backtest) -> Option<(&Origin, &Entrant)> {
    let origin = found.origins.last()?;
    entrant(origin).map(|entrant| (origin, entrant))
}

/// How far past totals were off.
pub(super) fn tile(found: &Backtest) -> Option<Tile> {
    let offs: Vec<String> = found
        .origins
        .iter()
        .filter_map(|origin| Some(signed_percent(entrant(origin)?.values[Metric::TotalBias as usize].value)))
        .collect();
    let (first, last) = (found.origins.first()?, found.origins.last()?);
    Some(Tile {
        label: if offs.len() == 1 { "The last forecast was off by" } else { "Past forecasts were off by" }
            .to_owned(),
        figure: offs.join(", "),
        note: String::new(),
        definition: format!(
            "Purchases expected against those made, from {} to {}, which the model was not shown; 0% is right.",
            first.window.origin, last.window.end
        ),
    })
}

pub(super) fn section(model: &ClvModel, backtest: Result<&Backtest, &str>) -> Section {
    let section = Section::new("trust", "Can it be trusted?");
    let found = match backtest {
        Ok(found) => found,
        Err(why) => {
            // What to type otherwise is nothing for a page.
            let why = why.split(". Use ").next().unwrap_or(why).trim_end_matches('.');
            return section.lines([format!("Past forecasts were not tried: {why}.")]);
        }
    };
    let mut lines = vec![format!(
        "{} of the log {} hidden, the model fitted to what came before, and each customer forecast. Forecasts further ahead \
         are less sure than these.",
        if found.origins.len() == 1 { "The end" } else { "Parts at the end" },
        if found.origins.len() == 1 { "was" } else { "were, one after the other," },
    )];
    if model.covariates().is_some() {
        lines.push("This is tried with the model without its covariates.".to_owned());
    }
    if model.groups().is_some() {
        lines.push("This is tried with one model for all groups.".to_owned());
    }
    let mut section = section.lines(lines);
    section.push(Part::Blocks(vec![Block::Table(verdicts(found))]));
    let Some((origin, entrant)) = shown(found) else { return section };
    let why = total_words(origin, entrant.name)
        .into_iter()
        .map(|why| Block::Line(format!("The last one: {why}.").replace(" %", "%")));
    section.push(Part::Blocks(why.collect()));
    let months = entrant.groups.iter().filter(|group| group.by == "month").count() > 1;
    section.figures(months.then(|| figure::by_group(&entrant.groups, "month")))
}

/// What was asked, how it went, and what one would have had without a model.
fn verdicts(found: &Backtest) -> Table {
    let mut table = Table::new(&["", "Forecast", "Verdict", "Without a model"]);
    for origin in &found.origins {
        let Some(own) = entrant(origin) else { continue };
        let off = own.values[Metric::TotalBias as usize];
        table.row([
            format!(
                "Purchases of {} customers, {} to {}",
                count(origin.customers),
                origin.window.origin,
                origin.window.end
            ),
            format!(
                "{} expected, {} made",
                count((origin.purchases * (1.0 + off.value)).round().max(0.0) as u64),
                count(origin.purchases.round() as u64)
            ),
            total(off.value, off.beyond_noise()),
            best(&origin.entrants, Metric::TotalBias).map_or("-".to_owned(), |(name, value)| {
                format!("{} ({})", signed_percent(value), name.replace('-', " "))
            }),
        ]);
    }
    let Some(own) = found.pooled.iter().find(|pooled| !pooled.baseline) else { return table };
    for answer in answers(found, own.name) {
        let beside = if answer.beside.is_empty() { "-".to_owned() } else { answer.beside };
        let cells = [capital(answer.about), answer.found, answer.said, beside];
        table.row(cells.map(|cell| cell.replace(" %", "%")));
    }
    table
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

fn total(off: f64, beyond: bool) -> String {
    let way = if off < 0.0 { "too low" } else { "too high" };
    match (off.is_finite(), beyond) {
        (false, _) => "nothing to compare with".to_owned(),
        (true, false) => format!("right, but for chance ({})", signed_percent(off)),
        (true, true) => format!("{way} by {}, more than chance", percent(off.abs())),
    }
}

/// The baseline that does best by a metric, and its figure.
fn best(all: &[Entrant], metric: Metric) -> Option<(&'static str, f64)> {
    let figures =
        all.iter().filter(|own| own.baseline).map(|own| (own.name, own.values[metric as usize].value));
    least(figures, metric)
}

fn least(figures: impl Iterator<Item = (&'static str, f64)>, metric: Metric) -> Option<(&'static str, f64)> {
    let finite = figures.filter(|(_, value)| value.is_finite());
    finite.min_by(|a, b| metric.loss(a.1).total_cmp(&metric.loss(b.1)))
}

/// All that there is to know of the past forecasts, for who wants it.
pub(super) fn details(backtest: Result<&Backtest, &str>, section: &mut Section) {
    let Ok(found) = backtest else { return };
    if let Some((origin, entrant)) = shown(found) {
        let curves = [&entrant.tracking].into_iter().filter(|points| !points.is_empty());
        let curves = curves
            .flat_map(|points| [figure::cumulative_tracking(points), figure::incremental_tracking(points)]);
        let mut figures: Vec<_> = curves.collect();
        figures.push(figure::by_group(&entrant.groups, "frequency"));
        if entrant.groups.iter().filter(|group| group.by == "cohort").count() > 1 {
            figures.push(figure::by_group(&entrant.groups, "cohort"));
        }
        if !entrant.calibration.is_empty() {
            figures.push(figure::chances(&entrant.calibration));
        }
        figures.push(figure::lift(&entrant.groups, origin.spend.is_some()));
        let metric = if origin.spend.is_some() { Metric::ValueMae } else { Metric::Mae };
        figures.extend(figure::comparison(found, metric));
        section.push(Part::Figures(figures));
    }
    let report = report::backtest(found);
    let blocks = report.results.into_iter().chain(report.remarks).collect();
    section.push(Part::Folded("All figures of past forecasts".to_owned(), blocks));
}
