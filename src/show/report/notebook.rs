//! The notebook's renderer: a report as a fragment of HTML that takes its colours from the page around it.

use std::fmt::Write;

use crate::base::shown::shown_lines;
use crate::show::report::{Block, Report, Table};

/// A whole report: results first, then what looks wrong; what was assumed can be folded out.
pub fn render(report: &Report) -> String {
    let mut out = String::from("<div class=\"clv\">");
    report.results.iter().for_each(|block| push(block, &mut out));
    for warning in &report.warnings {
        let _ = write!(out, "<p><strong>Warning:</strong> {}</p>", escape(warning));
    }
    if !report.remarks.is_empty() {
        out.push_str("<details><summary>what was read and assumed</summary>");
        report.remarks.iter().for_each(|block| push(block, &mut out));
        out.push_str("</details>");
    }
    out.push_str("</div>");
    out
}

/// One table.
pub fn render_table(table: &Table) -> String {
    let mut out = String::new();
    push_table(table, &mut out);
    out
}

fn push(block: &Block, out: &mut String) {
    match block {
        Block::Heading(text) => {
            let _ = write!(out, "<h4>{}</h4>", escape(text));
        }
        Block::Line(text) => {
            let _ = write!(out, "<p>{}</p>", escape(text));
        }
        Block::Table(table) => push_table(table, out),
    }
}

fn push_table(table: &Table, out: &mut String) {
    out.push_str("<table>");
    if table.columns.iter().any(|(head, _)| !head.is_empty()) {
        out.push_str("<thead><tr>");
        let heads = table.columns.iter().map(|(head, number)| (head.as_str(), *number));
        heads.for_each(|(head, number)| push_cell("th", head, number, out));
        out.push_str("</tr></thead>");
    }
    out.push_str("<tbody>");
    for row in &table.rows {
        out.push_str("<tr>");
        row.iter().zip(&table.columns).for_each(|(cell, (_, number))| push_cell("td", cell, *number, out));
        out.push_str("</tr>");
    }
    out.push_str("</tbody></table>");
}

fn push_cell(tag: &str, text: &str, number: bool, out: &mut String) {
    let align = if number { "right" } else { "left" };
    let _ = write!(out, "<{tag} style=\"text-align:{align}\">{}</{tag}>", escape(text));
}

/// Text from data must not become markup.
fn escape(text: &str) -> String {
    shown_lines(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_no_markup() {
        let mut table = Table::new(&["customer_id", ">clv"]);
        table.row(["<script>x</script>".to_owned(), "1".to_owned()]);
        let html = render_table(&table);
        assert!(!html.contains("<script>"), "{html}");
        assert!(html.contains("&lt;script&gt;") && html.contains("text-align:right\">1<"), "{html}");
    }
}
