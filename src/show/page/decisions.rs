//! What customers cost and bring, the revenue ahead, and what would move the value: the economics of a base
//! as sections of a page.

use crate::show::{
    figure,
    report::{
        self, Block,
        page::{Part, Section},
    },
};
use crate::study::economics::Economics;

/// The sections of these economics, to stand before the appendix.
pub(super) fn economics(found: &Economics) -> Vec<Section> {
    let figures = [figure::payback(found), figure::ltv_to_cac(found)].into_iter().flatten();
    let acquisition = Section::new("acquisition", "What acquisition earns").figures(figures);
    let figures = [figure::revenue_ahead(found), figure::equity_by_cohort(found), figure::tornado(found)];
    let mut ahead = Section::new("ahead", "What lies ahead, and what would move it")
        .lines(found.notes.iter().map(|note| sentence(note)))
        .figures(figures.into_iter().flatten());
    let report = report::aggregates(found);
    let tables: Vec<Block> = report.results.into_iter().chain(report.remarks).collect();
    ahead.push(Part::Folded("All figures of the economics".to_owned(), tables));
    vec![acquisition, ahead]
}

/// A note as a sentence.
fn sentence(note: &str) -> String {
    let mut letters = note.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}
