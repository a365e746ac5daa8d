//! The page as text for a pull request or a chat: the same facts in Markdown, charts by their sentences.

use std::fmt::Write;

use crate::base::shown::shown;
use crate::show::report::{
    Block, Table,
    page::{Page, Part, Section, Tile},
};

/// A page as Markdown.
pub fn render(page: &Page) -> String {
    let mut out = format!("# {}\n\n{}\n\n", words(&page.title), words(&page.about));
    tiles(&page.tiles, &mut out);
    for banner in &page.banners {
        let _ = writeln!(out, "> {}\n", words(banner));
    }
    page.sections.iter().for_each(|one| section(one, &mut out));
    // One line ends the text.
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn tiles(tiles: &[Tile], out: &mut String) {
    for tile in tiles {
        let note = if tile.note.is_empty() { String::new() } else { format!(", {}", words(&tile.note)) };
        let _ = writeln!(
            out,
            "- **{}: {}**{note}. {}",
            words(&tile.label),
            words(&tile.figure),
            words(&tile.definition)
        );
    }
    out.push('\n');
}

fn section(section: &Section, out: &mut String) {
    let _ = writeln!(out, "## {}\n", words(&section.title));
    for part in &section.parts {
        match part {
            Part::Blocks(blocks) => blocks.iter().for_each(|one| block(one, out)),
            Part::Tiles(all) => tiles(all, out),
            Part::Advice(all) => {
                for (i, advised) in all.iter().enumerate() {
                    let [what, certainty, rule] =
                        [&advised.what, &advised.certainty, &advised.rule].map(|text| words(text));
                    let _ = writeln!(out, "{}. **{what}** {certainty} *{rule}*", i + 1);
                }
                out.push('\n');
            }
            Part::Heat(heat) => {
                let _ = writeln!(out, "**{}.**\n", words(&heat.title));
                table(&heat.table, out);
            }
            Part::Figures(figures) => {
                for figure in figures {
                    let _ = writeln!(out, "**{}.** {}\n", words(&figure.title), words(&figure.reading));
                }
            }
            Part::Folded(title, blocks) => {
                let _ = writeln!(out, "<details><summary>{}</summary>\n", words(title));
                blocks.iter().for_each(|one| block(one, out));
                out.push_str("</details>\n\n");
            }
            Part::Terms(terms) => {
                for term in terms {
                    let _ = writeln!(out, "- **{}**: {}", words(term.name), words(&term.meaning));
                }
                out.push('\n');
            }
        }
    }
}

fn block(block: &Block, out: &mut String) {
    match block {
        Block::Heading(text) => {
            let _ = writeln!(out, "### {}\n", words(text));
        }
        Block::Line(text) => {
            let _ = writeln!(out, "{}\n", words(text));
        }
        Block::Table(table) => self::table(table, out),
    }
}

fn table(table: &Table, out: &mut String) {
    let cell = |text: &str| words(text).trim().to_owned();
    let row =
        |cells: &mut dyn Iterator<Item = String>| format!("| {} |", cells.collect::<Vec<_>>().join(" | "));
    let _ = writeln!(out, "{}", row(&mut table.columns.iter().map(|(head, _)| cell(head))));
    let rule = |number: bool| if number { "---:" } else { "---" };
    let _ = writeln!(out, "{}", row(&mut table.columns.iter().map(|(_, number)| rule(*number).to_owned())));
    for cells in &table.rows {
        let _ = writeln!(out, "{}", row(&mut cells.iter().map(|text| cell(text))));
    }
    out.push('\n');
}

/// Text that Markdown takes for nothing else.
fn words(text: &str) -> String {
    let text = shown(text);
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\n' | '\r' => out.push(' '),
            '|' | '*' | '_' | '`' | '[' | ']' | '\\' | '#' | '~' => out.extend(['\\', letter]),
            _ => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No text of the data becomes markup.
    #[test]
    fn texts_are_no_markup() {
        let mut table = Table::new(&["channel", ">value"]);
        table.row(["<b>|x".to_owned(), "1".to_owned()]);
        let mut out = String::new();
        super::table(&table, &mut out);
        assert_eq!(out, "| channel | value |\n| --- | ---: |\n| &lt;b&gt;\\|x | 1 |\n\n");
        assert_eq!(words("[a](b) _c_ `d`"), "\\[a\\](b) \\_c\\_ \\`d\\`");
    }
}
