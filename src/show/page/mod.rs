//! The page to look at: what the base is worth and how sure that is, whether to trust it, who holds the
//! value, what is at risk, how customers behave, and an appendix with data and method.
//!
//! Sections are made of the same blocks that commands print and of [figures](crate::show::figure); all are
//! aggregates, gathered in one pass over the scores, so the page does not grow with customers. Other parts of
//! the program hand in sections of their own, which stand before the appendix.

mod behaviour;
mod decisions;
mod glossary;
mod trust;
mod value;

pub use self::decisions::economics;
pub use self::trust::backtest;

use crate::base::{Progress, Result, numbers::count, warning};
use crate::fitted::ClvModel;
use crate::forecast::{
    ScoreOptions, Totals,
    profile::{self, Profile},
};
use crate::history::{Summary, SummaryMeta};
use crate::show::{
    figure,
    report::{
        self, Block,
        page::{Page, Part, Section},
    },
};
use crate::study::{
    backtest::Backtest,
    diagnostics::{self, FrequencyBin},
};

/// What a page is made from.
pub struct PageRequest<'a> {
    /// Its title.
    pub title: String,
    /// The fitted model.
    pub model: &'a ClvModel,
    /// The customers.
    pub summary: &'a Summary,
    /// How to score them.
    pub scores: &'a ScoreOptions,
    /// A backtest of the model on the same log, or why there is none.
    pub backtest: Result<&'a Backtest, String>,
    /// Further sections, before the appendix.
    pub more: Vec<Section>,
}

/// The title of a page, unless it is given one.
pub const TITLE: &str = "What our customers are worth";

/// What one pass over customers gives.
struct Gathered {
    totals: Totals,
    profile: Profile,
    frequencies: Vec<FrequencyBin>,
}

/// Makes a page; reads the summary twice.
///
/// # Errors
/// If the summary cannot be read or the options cannot be answered.
pub fn build(request: PageRequest, progress: &dyn Progress) -> Result<Page> {
    let gathered = gather(&request, progress)?;
    let PageRequest { title, model, summary, scores, backtest, more } = request;
    let forecast = report::forecast(model, &gathered.totals, None, scores);
    let (mut input, mut fitted) = (report::input(&summary.meta), report::model(model));
    // A page goes round: it names no customer.
    let of_fit = model.purchase_fit.iter().flat_map(|fit| &fit.warnings);
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
    let mut tiles = value::tiles(&gathered.totals, scores);
    tiles.extend(backtest.as_ref().ok().and_then(|found| trust::tile(found)));
    let mut sections = vec![
        value::worth(model, &gathered.totals, scores, &forecast.results),
        trust::section(model, backtest.as_ref().map_err(String::as_str).copied()),
        value::holders(&gathered.totals),
        value::risk(model, &gathered.profile, scores),
        behaviour::section(model, &gathered.profile, &gathered.frequencies),
    ];
    sections.extend(more);
    sections.push(appendix(data_blocks(&input), fitted.results, model));
    sections.push(glossary::section());
    sections.retain(|section| !section.parts.is_empty());
    let about = about(model, &summary.meta, gathered.totals.customers);
    Ok(Page { title, about, tiles, warnings, sections })
}

fn gather(request: &PageRequest, progress: &dyn Progress) -> Result<Gathered> {
    let PageRequest { model, summary, scores, .. } = request;
    let (totals, profile) = profile::read(model, summary, scores, progress)?;
    let frequencies = diagnostics::frequencies(model, summary, profile.frequency_classes())?;
    Ok(Gathered { totals, profile, frequencies })
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
