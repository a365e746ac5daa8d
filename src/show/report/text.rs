//! The terminal renderer: blocks to text with a little colour, which the stream removes where there
//! is no terminal. No text of a block reaches a terminal as a command to it.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};

use crate::base::shown::shown;
use crate::show::report::{Block, Report, Table};

const HEADING: Style = Style::new().bold();
const HEAD: Style = Style::new().dimmed();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();

/// Blocks as text.
pub fn render(blocks: &[Block]) -> String {
    let mut out = String::new();
    for (i, block) in blocks.iter().enumerate() {
        match block {
            Block::Heading(text) => {
                let gap = if i == 0 { "" } else { "\n" };
                let _ = writeln!(out, "{gap}{HEADING}{}{HEADING:#}", shown(text));
            }
            Block::Table(table) => render_table(&visible(table), &mut out),
            Block::Line(text) => out.push_str(&wrapped(&shown(text), "  ", "  ")),
        }
    }
    out
}

/// A whole report as text without colour: what was assumed, what was found, what looks wrong.
pub fn plain(report: &Report) -> String {
    let parts = [render(&report.remarks), render(&report.results), render_warnings(&report.warnings)];
    let parts: Vec<&String> = parts.iter().filter(|part| !part.is_empty()).collect();
    let text: Vec<String> = parts.into_iter().map(|part| without_colour(part)).collect();
    text.join("\n")
}

/// Text that was rendered here, without its styles.
fn without_colour(text: &str) -> String {
    // The longest first: bold alone is the beginning of bold and yellow.
    let styles = [WARNING, HEADING, HEAD].iter().flat_map(|style| [format!("{style}"), format!("{style:#}")]);
    styles.fold(text.to_owned(), |text, style| text.replace(&style, ""))
}

/// Warnings as text.
pub fn render_warnings(warnings: &[String]) -> String {
    let mut out = String::new();
    for warning in warnings {
        let text = wrapped(&format!("warning: {}", shown(warning)), "", "  ");
        let _ = write!(out, "{}", text.replacen("warning:", &format!("{WARNING}warning:{WARNING:#}"), 1));
    }
    out
}

/// The table as it is shown.
fn visible(table: &Table) -> Table {
    let columns = table.columns.iter().map(|(head, number)| (shown(head).into_owned(), *number));
    let rows = table.rows.iter().map(|row| row.iter().map(|cell| shown(cell).into_owned()).collect());
    Table { columns: columns.collect(), rows: rows.collect() }
}

fn render_table(table: &Table, out: &mut String) {
    let width = |c: usize| {
        let cells = table.rows.iter().map(|row| row[c].chars().count());
        cells.chain([table.columns[c].0.chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..table.columns.len()).map(width).collect();
    if table.columns.iter().any(|(head, _)| !head.is_empty()) {
        let heads: Vec<String> = table.columns.iter().map(|(head, _)| head.clone()).collect();
        let _ = writeln!(out, "{HEAD}{}{HEAD:#}", line(&heads, table, &widths));
    }
    for row in &table.rows {
        let _ = writeln!(out, "{}", line(row, table, &widths));
    }
}

fn line(cells: &[String], table: &Table, widths: &[usize]) -> String {
    let mut text = String::new();
    for ((cell, (_, number)), width) in cells.iter().zip(&table.columns).zip(widths) {
        let _ = match number {
            true => write!(text, "  {cell:>width$}"),
            false => write!(text, "  {cell:<width$}"),
        };
    }
    text.trim_end().to_owned()
}

/// Columns of text before a line is broken.
const WIDTH: usize = 100;

fn wrapped(text: &str, first: &str, rest: &str) -> String {
    let mut out = String::from(first);
    let mut used = first.len();
    for (i, word) in text.split(' ').enumerate() {
        let length = word.chars().count();
        if i > 0 && used + 1 + length > WIDTH {
            out.push('\n');
            out.push_str(rest);
            used = rest.len();
        } else if i > 0 {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += length;
    }
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With the heading's style, the beginning of the warning's, taken away first, a colour was left: Python's tests saw it.
    #[test]
    fn plain_text_has_no_styles() {
        let mut table = Table::new(&["what", ">figure"]);
        table.row(["customers".to_owned(), "12".to_owned()]);
        let results = vec![Block::Heading("forecast".to_owned()), Block::Table(table)];
        let warnings = vec!["something is wrong".to_owned()];
        let report = Report { results, warnings, ..Report::default() };
        let text = plain(&report);
        assert!(!text.contains('\u{1b}') && text.contains("warning: something is wrong"), "{text:?}");
    }
}
