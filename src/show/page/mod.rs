//! The page to look at: what the base is worth and how sure that is, whether to trust it, who holds the
//! value, what is at risk, how customers behave, and an appendix with data and method.
//!
//! Sections are made of the same blocks that commands print and of [figures](crate::show::figure); all are
//! aggregates, so the page does not grow with customers. Nothing is worked out here: that is
//! [`overview`](crate::study::overview).

mod behaviour;
mod decisions;
mod glossary;
mod trust;
mod value;

use crate::base::{numbers::count, warning};
use crate::fitted::ClvModel;
use crate::history::SummaryMeta;
use crate::show::{
    figure,
    report::{
        self, Block,
        page::{Page, Part, Section},
    },
};
use crate::study::Overview;

/// The title of a page, unless it is given one.
pub const TITLE: &str = "What our customers are worth";

/// Makes the page of an overview.
pub fn build(title: String, model: &ClvModel, overview: &Overview) -> Page {
    let Overview { summary, scores, totals, profile, frequencies, backtest, economics } = overview;
    let backtest = backtest.as_ref().map_err(String::as_str);
    let forecast = report::forecast(model, totals, None, scores);
    let (mut input, mut fitted) = (report::input(&summary.meta), report::model(model));
    // A page goes round: it names no customer.
    let of_fit = model.warnings();
    let names: Vec<&String> = summary.meta.warnings.iter().chain(of_fit).flat_map(|w| &w.names).collect();
    for words in input.warnings.iter_mut().chain(&mut fitted.warnings) {
        *words = warning::without_names(words, names.iter().copied());
    }
    let mut warnings = Vec::new();
    for warning in [&input.warnings, &fitted.warnings, &forecast.warnings].into_iter().flatten() {
        if !warnings.contains(warning) {
            warnings.push(warning.clone());
        }
    }
    let mut tiles = value::tiles(totals, scores);
    tiles.extend(backtest.ok().and_then(trust::tile));
    let mut sections = vec![
        value::worth(model, totals, scores, &forecast.results),
        trust::section(model, backtest),
        value::holders(totals),
        value::risk(model, profile, scores),
        behaviour::section(model, profile, frequencies),
    ];
    sections.extend(economics.iter().flat_map(decisions::economics));
    sections.push(appendix(data_blocks(&input), fitted.results, model));
    sections.push(glossary::section());
    sections.retain(|section| !section.parts.is_empty());
    let about = about(model, &summary.meta, totals.customers);
    Page { title, about, tiles, warnings, sections }
}

fn about(model: &ClvModel, meta: &SummaryMeta, customers: u64) -> String {
    let mut words = format!("{} customers", count(customers));
    if let (Some(from), Some(until)) = (meta.first_purchase, meta.observed_until) {
        words += &format!(", observed {from} to {until}");
    }
    let spend = if model.spend.is_some() { " and gamma-gamma" } else { "" };
    words + &format!("; forecast by {}{spend}.", model.purchase.name())
}

/// What became of the rows, and what looks wrong with them.
fn data_blocks(input: &report::Report) -> Vec<Block> {
    let mut blocks = input.remarks.clone();
    if !input.warnings.is_empty() {
        blocks.push(Block::Heading("what looks wrong".to_owned()));
        blocks.extend(input.warnings.iter().cloned().map(Block::Line));
    }
    blocks
}

/// Where the figures come from: the rows, the assumptions, the fit.
fn appendix(data: Vec<Block>, fit: Vec<Block>, model: &ClvModel) -> Section {
    let mut section = Section::new("data-and-method", "Data and method");
    section.push(Part::Blocks(data));
    section.push(Part::Blocks(fit));
    section.push(Part::Figures(figure::posterior(model).into_iter().collect()));
    section
}
