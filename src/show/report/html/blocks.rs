//! Blocks, tables and terms as HTML.

use std::collections::BTreeSet;

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, ArrayRef, RecordBatch};

use super::element::{Element, element, text};
use crate::base::numbers::significant;
use crate::show::report::{
    Block, Table,
    page::{Heat, Page, Part, Shade, Term},
};

/// The terms that the page explains, to link to them.
#[derive(Default)]
pub(super) struct Glossary {
    names: BTreeSet<&'static str>,
}

impl Glossary {
    pub fn of(page: &Page) -> Self {
        let parts = page.sections.iter().flat_map(|section| &section.parts);
        let terms = parts.filter_map(|part| match part {
            Part::Terms(terms) => Some(terms),
            _ => None,
        });
        Glossary { names: terms.flatten().map(|term| term.name).collect() }
    }

    /// A cell that is a term links to what it means.
    fn cell(&self, kind: &'static str, words: &str) -> Element {
        let name = words.trim_start_matches("* ").trim();
        if !self.names.contains(name) {
            return text(kind, words);
        }
        let link = text("a", words).class("term").attribute("href", format!("#{}", anchor(name)));
        element(kind).with(link)
    }
}

/// Where a term is explained.
fn anchor(name: &str) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    format!("term-{}", name.chars().map(letter).collect::<String>())
}

pub(super) fn terms(all: &[Term]) -> Element {
    let term =
        |term: &Term| [text("dt", term.name).attribute("id", anchor(term.name)), text("dd", &term.meaning)];
    element("dl").class("terms").all(all.iter().flat_map(term))
}

pub(super) fn block(block: &Block, glossary: &Glossary) -> Element {
    match block {
        Block::Heading(words) => text("h3", words),
        Block::Line(words) => text("p", words),
        Block::Table(table) => scrolling("Table".to_owned(), self::table(table, glossary)),
    }
}

/// A table in a place of its own, which scrolls by keyboard too.
fn scrolling(label: String, table: Element) -> Element {
    let place = element("div").class("scroll").attribute("tabindex", "0").attribute("role", "group");
    place.attribute("aria-label", label).with(table)
}

/// A table whose cells are shaded.
pub(super) fn heat(heat: &Heat, glossary: &Glossary) -> Vec<Element> {
    let shade = |row: usize, column: usize| heat.shades.get(row).and_then(|row| row.get(column));
    let class = |row: usize, column: usize| {
        let Shade { level, expected } = shade(row, column).copied().unwrap_or_default();
        let level = if level > 0 { format!(" heat-{level}") } else { String::new() };
        level + if expected { " expected" } else { "" }
    };
    let table = table_of(&heat.table, glossary, class).class("heat");
    vec![text("h3", &heat.title), scrolling(heat.title.clone(), table)]
}

fn table(table: &Table, glossary: &Glossary) -> Element {
    table_of(table, glossary, |_, _| String::new())
}

/// `more` are the classes of a cell, by row and column, each with a blank before it.
fn table_of(table: &Table, glossary: &Glossary, more: impl Fn(usize, usize) -> String) -> Element {
    let heads = table.columns.iter().map(|(head, number)| {
        glossary.cell("th", head).attribute("scope", "col").class_if("number", *number)
    });
    let headed = table.columns.iter().any(|(head, _)| !head.is_empty());
    let head = headed.then(|| element("thead").with(element("tr").all(heads)));
    let row = |(r, row): (usize, &Vec<String>)| {
        let cells = row.iter().zip(&table.columns).enumerate();
        element("tr").all(cells.map(|(i, (cell, (_, number)))| match i == 0 && !number {
            true => glossary.cell("th", cell).attribute("scope", "row"),
            false => {
                let classes = format!("{}{}", if *number { "number" } else { "" }, more(r, i));
                let cell = text("td", cell);
                if classes.is_empty() { cell } else { cell.attribute("class", classes.trim_start()) }
            }
        }))
    };
    element("table").all(head).with(element("tbody").all(table.rows.iter().enumerate().map(row)))
}

/// The data of a figure as a table.
pub(super) fn cells(data: &RecordBatch, caption: &str) -> Element {
    let schema = data.schema();
    let head = |name: &str| text("th", name.replace('_', " ")).attribute("scope", "col").class("number");
    let heads = element("tr").all(schema.fields().iter().map(|field| head(field.name())));
    let row = |row: usize| {
        let cell = |column: &ArrayRef| text("td", cell(column.as_ref(), row)).class("number");
        element("tr").all(data.columns().iter().map(cell))
    };
    let rows = element("tbody").all((0..data.num_rows()).map(row));
    scrolling(format!("Data: {caption}"), element("table").with(element("thead").with(heads)).with(rows))
}

fn cell(column: &dyn Array, row: usize) -> String {
    if column.is_null(row) {
        return String::new();
    }
    if let Some(numbers) = column.as_primitive_opt::<Float64Type>() {
        return significant(numbers.value(row), 5);
    }
    arrow_cast::display::array_value_to_string(column, row).unwrap_or_default()
}
