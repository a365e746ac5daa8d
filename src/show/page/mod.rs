//! The page to look at: what customers are worth, how many will buy and how sure that is; what to do; whether it can be
//! trusted; months, channels and segments; and an appendix with all else.
//!
//! Sections are made of the same blocks that commands print and of [figures](crate::show::figure); all are
//! aggregates, so the page does not grow with customers. Nothing is worked out here: that is
//! [`overview`](crate::study::overview). Above the appendix there is no option, no path and no word of statistics that a
//! reader of newspapers would not know.

mod advice;
mod appendix;
mod channels;
mod cohorts;
pub mod company;
mod customers;
mod glossary;
pub mod subscribers;
mod trust;
mod value;
mod words;

use self::words::{Money, percent};
use crate::base::{numbers::count, warning};
use crate::fitted::ClvModel;
use crate::history::SummaryMeta;
use crate::show::{
    figure,
    report::{
        self,
        page::{Page, Part, Section},
    },
};
use crate::study::{Overview, economics::Economics};

/// The title of a page, unless it is given one.
pub const TITLE: &str = "What our customers are worth";

/// How a page presents itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageOptions {
    /// Its title.
    pub title: String,
    /// The currency of all money, as a sign or a code.
    pub currency: Option<String>,
    /// The company's picture, as a `data:` address.
    pub logo: Option<String>,
}

impl Default for PageOptions {
    fn default() -> Self {
        PageOptions { title: TITLE.to_owned(), currency: None, logo: None }
    }
}

/// Makes the page of an overview.
pub fn build(options: &PageOptions, model: &ClvModel, overview: &Overview) -> Page {
    let read = overview.economics.as_ref().and_then(|found| found.meta.currency.as_deref());
    let money = Money::new(options.currency.as_deref().or(read));
    let backtest = overview.backtest.as_ref().map_err(String::as_str);
    let economics = overview.economics.as_ref();
    let mut tiles = value::tiles(overview, &money);
    tiles.extend(backtest.ok().and_then(trust::tile));
    let mut sections = vec![advice::section(economics, &money), trust::section(model, backtest)];
    sections.extend(economics.iter().flat_map(|found| decisions(found, &money)));
    sections.push(value::holders(&overview.totals));
    let warnings = notes(model, overview);
    sections.extend(appendix::sections(model, overview, &warnings));
    sections.push(glossary::section());
    sections.retain(|section| !section.parts.is_empty());
    Page {
        title: options.title.clone(),
        about: about(&overview.summary.meta, overview.totals.customers)
            + &economics.and_then(|found| course(found, &money)).unwrap_or_default(),
        logo: options.logo.clone(),
        tiles,
        banners: banner(model, overview).into_iter().collect(),
        warnings,
        sections,
    }
}

fn about(meta: &SummaryMeta, customers: u64) -> String {
    let mut words = format!("{} customers", count(customers));
    if let (Some(from), Some(until)) = (meta.first_purchase, meta.observed_until) {
        words += &format!(", purchases from {from} to {until}");
    }
    words + "."
}

/// Whether it is up.
fn course(found: &Economics, money: &Money) -> Option<String> {
    let course = found.meta.activity.as_ref()?.course()?;
    let ((last, before), (came, earlier)) = (course.revenue, course.acquired);
    let change = |ratio: f64, less: &str| {
        format!("{} {}", percent((ratio - 1.0).abs()), if ratio < 1.0 { less } else { "more" })
    };
    let then = match (course.year_before, course.months) {
        (true, 12) => "the year before".to_owned(),
        (true, _) => "the same months of the year before".to_owned(),
        (false, months) => format!("the {months} before"),
    };
    (before > 0.0 && earlier > 0).then(|| {
        format!(
            " Revenue of the last {} whole months was {}, {} than in {then}; {} new customers came, {} than then.",
            course.months,
            money.say(last),
            change(last / before, "less"),
            count(came),
            change(came as f64 / earlier as f64, "fewer"),
        )
    })
}

/// What changes how all of it is to be read.
fn banner(model: &ClvModel, found: &Overview) -> Option<String> {
    found.leaving.is_nobody().then(|| {
        let more = match &crate::forecast::may_see_more(model)[..] {
            [] => String::new(),
            others => format!(" Another model ({}) may see more.", others.join(" or ")),
        };
        format!(
            "This model ({}) sees next to no customer leave within the horizon: it cannot tell leaving from buying rarely here. \
             Totals of buyers and purchases may be right all the same; who is still a customer cannot be said, and charts of it \
             are left out.{more}",
            model.purchase.name()
        )
    })
}

/// What looks wrong, without the names of customers: a page goes round.
fn notes(model: &ClvModel, found: &Overview) -> Vec<String> {
    let meta = &found.summary.meta;
    let forecast = report::forecast(model, &found.totals, None, &found.scores);
    let (mut input, mut fitted) = (report::input(meta), report::model(model));
    let of_fit = model.warnings();
    let names: Vec<&String> = meta.warnings.iter().chain(of_fit).flat_map(|w| &w.names).collect();
    for words in input.warnings.iter_mut().chain(&mut fitted.warnings) {
        *words = warning::without_names(words, names.iter().copied());
    }
    let mut notes = Vec::new();
    for note in [&input.warnings, &fitted.warnings, &forecast.warnings].into_iter().flatten() {
        if !notes.contains(note) {
            notes.push(note.clone());
        }
    }
    notes
}

/// What customers cost and bring, the revenue ahead, who is at risk, and what would move the value.
fn decisions(found: &Economics, money: &Money) -> Vec<Section> {
    let months = Section::new("months", "Revenue by month").figures(figure::months(found));
    let mut value = Section::new("moves", "When customers came, and what would move their value");
    let figures = [figure::equity_by_cohort(found), figure::tornado(found)];
    value.push(Part::Figures(figures.into_iter().flatten().collect()));
    vec![
        months,
        channels::section(found, money),
        customers::section(found, money),
        cohorts::section(found, money),
        value,
    ]
}
