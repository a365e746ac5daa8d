//! A page to look at, as data: figures up front, sections of words, tables and figures, an appendix. What
//! commands tell on a terminal goes in as the same [`Block`]s; [`html`](super::html) renders it.

use std::borrow::Cow;

use crate::show::figure::Figure;
use serde_json::json;

use crate::base::numbers::grouped;
use crate::output::Target;
use crate::show::report::{Block, Report, Table};

/// A page.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// Its title.
    pub title: String,
    /// What it is about: customers, dates, model.
    pub about: String,
    /// The company's picture, as a `data:` address.
    pub logo: Option<String>,
    /// The answer in figures.
    pub tiles: Vec<Tile>,
    /// What changes how all of it is to be read, in a sentence each.
    pub banners: Vec<String>,
    /// What looks wrong, with advice.
    pub warnings: Vec<String>,
    /// The sections, in order.
    pub sections: Vec<Section>,
}

/// One figure that matters.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tile {
    /// What it is.
    pub label: String,
    /// The figure.
    pub figure: String,
    /// How sure it is, or what it compares with; may be empty.
    pub note: String,
    /// How it is defined.
    pub definition: String,
}

impl Page {
    /// A page of one figure.
    pub fn of_figure(figure: Figure) -> Page {
        let reading = Part::Blocks(vec![Block::Line(figure.reading.clone())]);
        let (title, parts) = (figure.title.clone(), vec![reading, Part::Figures(vec![figure])]);
        let section = Section { id: Cow::Borrowed("figure"), title: "Figure".to_owned(), parts };
        let (about, tiles, banners, warnings) = (String::new(), Vec::new(), Vec::new(), Vec::new());
        Page { title, about, logo: None, tiles, banners, warnings, sections: vec![section] }
    }
}

/// A part of a page with a heading of its own.
#[derive(Debug, Clone)]
pub struct Section {
    /// Its name in links: letters, digits, `-`.
    pub id: Cow<'static, str>,
    /// Its title.
    pub title: String,
    /// What is in it, in order.
    pub parts: Vec<Part>,
}

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advised {
    /// What, in a sentence.
    pub what: String,
    /// How sure that is.
    pub certainty: String,
    /// By which rule it is said.
    pub rule: String,
}

/// A table whose cells are shaded by how much they are.
#[derive(Debug, Clone, PartialEq)]
pub struct Heat {
    /// What it shows.
    pub title: String,
    /// The table.
    pub table: Table,
    /// Row by row: the shade of each cell.
    pub shades: Vec<Vec<Shade>>,
}

/// How a cell is shaded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Shade {
    /// From 0, not at all, to 5.
    pub level: u8,
    /// Has it not come yet?
    pub expected: bool,
}

/// What a section is made of.
#[derive(Debug, Clone)]
pub enum Part {
    /// Headings, tables, sentences.
    Blocks(Vec<Block>),
    /// Figures that matter.
    Tiles(Vec<Tile>),
    /// What to do.
    Advice(Vec<Advised>),
    /// A shaded table.
    Heat(Heat),
    /// Figures side by side, where there is room.
    Figures(Vec<Figure>),
    /// What only some want to see, under its title.
    Folded(String, Vec<Block>),
    /// Terms and what they mean.
    Terms(Vec<Term>),
}

/// A term and what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// The term, as tables have it.
    pub name: &'static str,
    /// What it means.
    pub meaning: String,
}

/// Says what is on a page that was written: its figures up front, and where it is.
pub fn page(page: &Page, target: &Target, bytes: usize) -> Report {
    let mut report = Report::default();
    report.results.push(Block::Heading(page.about.clone()));
    let mut table = Table::new(&["", ">", ""]);
    for tile in &page.tiles {
        table.row([tile.label.clone(), tile.figure.clone(), tile.note.clone()]);
    }
    report.results.push(Block::Table(table));
    if !target.is_stdout() {
        let size = grouped(bytes as f64 / 1e6, 1);
        report.results.push(Block::Line(format!("one page to look at: {target} ({size} MB)")));
    }
    report.warnings.extend(page.warnings.iter().cloned());
    let tiles = page.tiles.iter().map(|t| json!({ "label": t.label, "figure": t.figure, "note": t.note }));
    report.json.insert(
        "page".into(),
        json!({ "output": target.to_string(), "bytes": bytes, "tiles": tiles.collect::<Vec<_>>() }),
    );
    report
}

impl Section {
    /// A section without anything in it.
    pub fn new(id: &'static str, title: &str) -> Self {
        Section { id: Cow::Borrowed(id), title: title.to_owned(), parts: Vec::new() }
    }

    /// Adds sentences.
    pub fn lines(mut self, lines: impl IntoIterator<Item = String>) -> Self {
        let blocks: Vec<Block> = lines.into_iter().map(Block::Line).collect();
        self.push(Part::Blocks(blocks));
        self
    }

    /// Adds figures.
    pub fn figures(mut self, figures: impl IntoIterator<Item = Figure>) -> Self {
        self.push(Part::Figures(figures.into_iter().collect()));
        self
    }

    /// Adds a part, if there is something in it.
    pub fn push(&mut self, part: Part) {
        let empty = match &part {
            Part::Blocks(blocks) | Part::Folded(_, blocks) => blocks.is_empty(),
            Part::Tiles(tiles) => tiles.is_empty(),
            Part::Heat(heat) => heat.table.rows.is_empty(),
            Part::Advice(advice) => advice.is_empty(),
            Part::Figures(figures) => figures.is_empty(),
            Part::Terms(terms) => terms.is_empty(),
        };
        if !empty {
            self.parts.push(part);
        }
    }
}
