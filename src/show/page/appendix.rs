//! The appendix: the notes, how customers behave under the model, past forecasts in full, and where figures come from.

use crate::base::warning;
use crate::fitted::ClvModel;
use crate::params::Effects;
use crate::show::{
    figure::{self, MapOptions},
    report::{
        self, Block,
        page::{Part, Section},
    },
};
use crate::study::Overview;

/// What is said of new customers, with covariates.
const REFERENCE: &str = "Customers differ by covariates; what is said of new customers, of their rates and their \
                         proneness to leave is said of the reference customer.";
/// The same, with groups.
const MIDDLE: &str = "Groups have parameters of their own; what is said of new customers, of their rates and their \
                      proneness to leave is said of the middle of all groups.";

pub(super) fn sections(model: &ClvModel, found: &Overview, notes: &[String]) -> Vec<Section> {
    let said =
        Section::new("notes", "Appendix: notes on the data and the method").lines(notes.iter().cloned());
    let mut past = Section::new("past", "Appendix: past forecasts in full");
    super::trust::details(found.backtest.as_ref().map_err(String::as_str), &mut past);
    vec![said, behaviour(model, found), past, figures(model, found), method(model, found)]
}

/// How customers behave under the model: how long they stay, how often they buy.
fn behaviour(model: &ClvModel, found: &Overview) -> Section {
    let lines = model.effects.as_ref().map(|effects| match effects {
        Effects::Covariates(_) => REFERENCE.to_owned(),
        Effects::Groups(_) => MIDDLE.to_owned(),
        Effects::InTime(_) => REFERENCE.to_owned(),
    });
    let means = format!(
        "P(alive), the probability of still being a customer, is what it means under this model ({}): others may say half as much \
         or twice as much of the same customers, and agree on who will buy. {} of {} customers are still customers under it.",
        model.purchase.name(),
        crate::base::numbers::grouped(found.totals.alive, 0),
        crate::base::numbers::count(found.totals.customers)
    );
    let section = Section::new("behaviour", "Appendix: how long customers stay and how often they buy");
    let mut figures = vec![figure::frequencies(&found.frequencies)];
    // Where nobody is seen to leave these charts show nothing.
    if !found.leaving.is_nobody() {
        figures.push(figure::retention(model, &found.profile));
        figures.extend(figure::at_risk(&found.profile));
        let map = MapOptions::of(model, &found.profile, found.scores.value.horizon);
        figures.extend(map.map(|options| figure::p_alive_map(model, &options)));
    }
    // The models of an average each have their own.
    if model.purchase.average().is_none() {
        figures.extend(figure::heterogeneity(model));
    }
    section.lines(lines.into_iter().chain([means])).figures(figures)
}

/// All figures of the forecast and of economics, as the command line prints them.
fn figures(model: &ClvModel, found: &Overview) -> Section {
    let mut section = Section::new("figures", "Appendix: all figures");
    let forecast = report::forecast(model, &found.totals, None, &found.scores);
    section.push(Part::Folded("All figures of the forecast".to_owned(), forecast.results));
    if let Some(economics) = &found.economics {
        let report = report::aggregates(economics);
        let tables: Vec<Block> = report.results.into_iter().chain(report.remarks).collect();
        section.push(Part::Folded("All figures of the economics".to_owned(), tables));
    }
    section
}

/// Where the figures come from: the rows, the assumptions, the fit.
fn method(model: &ClvModel, found: &Overview) -> Section {
    let mut section = Section::new("data-and-method", "Appendix: data and method")
        .lines([format!("Settings: {}.", model.settings(&found.scores.value).join("; "))]);
    let meta = &found.summary.meta;
    let mut input = report::input(meta);
    let names: Vec<&String> = meta.warnings.iter().flat_map(|warning| &warning.names).collect();
    input.warnings.iter_mut().for_each(|words| *words = warning::without_names(words, names.iter().copied()));
    section.push(Part::Blocks(input.remarks));
    section.push(Part::Blocks(report::model(model).results));
    section.push(Part::Figures(figure::posterior(model).into_iter().collect()));
    section
}
