//! The HTML renderer: a page that carries all it needs, opens from disk, and asks nothing of a network.
//!
//! The document is a tree of [`Element`]s, which escape their texts; data go into the page as JSON in which
//! `<` cannot end a script. The page's own policy (CSP) allows the scripts it came with, by their digests,
//! and no connection at all: neither a text in the data nor the charting library could reach anywhere.

mod assets;
mod blocks;
mod element;

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use self::assets::Script;
use self::blocks::{Glossary, block, cells, terms};
use self::element::{Element, element, text};
use crate::base::{Error, Result, files, numbers::things, shown::shown_lines};
use crate::show::{
    figure::{Figure, Theme},
    report::{
        page::{Advised, Page, Part, Section, Tile},
        plain,
    },
};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A page as a document.
pub fn render(page: &Page) -> String {
    let scripts = assets::scripts();
    let glossary = Glossary::of(page);
    let skip = text("a", "Skip to the content").class("skip").attribute("href", "#main");
    let sections = page.sections.iter().map(|part| section(part, &glossary));
    let main = element("main").attribute("id", "main").all(sections);
    let body = element("body")
        .with(skip)
        .with(header(page))
        .with(main)
        .with(footer())
        .all(scripts.iter().map(|script| element("script").code(&script.text)));
    let document = element("html").attribute("lang", "en").with(head(page, &scripts)).with(body);
    format!("<!DOCTYPE html>{document}\n")
}

/// What a picture in the page may have at most \[bytes\].
const LARGEST: usize = 1 << 20;

/// A picture as a `data:` address; what it is its first bytes say.
///
/// # Errors
/// If it cannot be read, is too large, or is no picture that browsers show.
pub fn picture(path: &Path) -> Result<String> {
    let refuse = |why: &str| Err(Error::option("--logo", format!("'{}' {why}", path.display())));
    let Some(bytes) = files::small(path, LARGEST)? else {
        return refuse("has more than 1 MB: a logo on a page needs some hundred pixels only");
    };
    let kind = match &bytes[..] {
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [b'G', b'I', b'F', b'8', ..] => "image/gif",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
        _ if String::from_utf8_lossy(&bytes).contains("<svg") => "image/svg+xml",
        _ => return refuse("is no PNG, JPEG, GIF, WebP or SVG"),
    };
    Ok(format!("data:{kind};base64,{}", STANDARD.encode(&bytes)))
}

/// The scripts that turn a specification into a picture, in order: Vega, and Vega-Lite on top of it.
pub(crate) fn charting() -> Vec<String> {
    assets::scripts().into_iter().take(2).map(|script| script.text).collect()
}

fn head(page: &Page, scripts: &[Script]) -> Element {
    let named = |name: &'static str, content: &str| {
        element("meta").attribute("name", name).attribute("content", content)
    };
    element("head")
        .with(element("meta").attribute("charset", "utf-8"))
        .with(
            element("meta")
                .attribute("http-equiv", "Content-Security-Policy")
                .attribute("content", policy(scripts)),
        )
        .with(named("viewport", "width=device-width, initial-scale=1"))
        .with(named("color-scheme", "light dark"))
        .with(named("generator", &format!("clv {VERSION}")))
        .with(text("title", &page.title))
        .with(element("style").code(assets::STYLE))
}

/// What the page may do: run its own scripts, and nothing else.
fn policy(scripts: &[Script]) -> String {
    let digests: Vec<String> = scripts.iter().map(|script| format!("'sha256-{}'", script.digest)).collect();
    format!(
        "default-src 'none'; script-src {}; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; \
         form-action 'none'",
        digests.join(" ")
    )
}

fn header(page: &Page) -> Element {
    // What is said in the title need not be read out twice.
    let logo = page
        .logo
        .as_ref()
        .map(|data| element("img").class("logo").attribute("src", data).attribute("alt", ""));
    let banner = |words: &String| text("p", words).class("banner").attribute("role", "note");
    let mut header = element("header")
        .all(logo)
        .with(text("h1", &page.title))
        .with(text("p", &page.about).class("about"))
        .with(tiles(&page.tiles))
        .all(page.banners.iter().map(banner));
    if !page.warnings.is_empty() {
        let many = things(page.warnings.len() as u64, "note");
        let link = text("a", format!("{many} on the data and the method")).attribute("href", "#notes");
        header = header
            .with(element("p").class("warnings").with(link).text(": read before you rely on a figure."));
    }
    let link = |part: &Section| {
        element("li").with(text("a", &part.title).attribute("href", format!("#{}", part.id)))
    };
    let links = element("ol").all(page.sections.iter().map(link));
    header.with(element("nav").attribute("aria-label", "Contents").with(links))
}

fn tiles(tiles: &[Tile]) -> Element {
    let tile = |tile: &Tile| {
        let note = (!tile.note.is_empty()).then(|| text("dd", &tile.note).class("note"));
        element("div")
            .with(text("dt", &tile.label))
            .with(text("dd", &tile.figure).class("figure"))
            .all(note)
            .with(text("dd", &tile.definition).class("definition"))
    };
    element("dl").class("tiles").all(tiles.iter().map(tile))
}

fn advice(all: &[Advised]) -> Element {
    let one = |advised: &Advised| {
        element("li")
            .with(text("p", &advised.what).class("what"))
            .with(text("p", &advised.certainty).class("certainty"))
            .with(text("p", &advised.rule).class("rule"))
    };
    element("ol").class("advice").all(all.iter().map(one))
}

fn section(section: &Section, glossary: &Glossary) -> Element {
    let title = format!("{}-title", section.id);
    element("section")
        .attribute("id", section.id.to_string())
        .attribute("aria-labelledby", &title)
        .with(text("h2", &section.title).attribute("id", title))
        .all(section.parts.iter().flat_map(|one| part(one, glossary)))
}

fn part(part: &Part, glossary: &Glossary) -> Vec<Element> {
    match part {
        Part::Blocks(blocks) => blocks.iter().map(|one| block(one, glossary)).collect(),
        Part::Tiles(all) => vec![tiles(all)],
        Part::Advice(all) => vec![advice(all)],
        Part::Heat(heat) => self::blocks::heat(heat, glossary),
        Part::Figures(figures) => {
            let class = if figures.len() == 1 { "figures single" } else { "figures" };
            vec![element("div").class(class).all(figures.iter().map(figure))]
        }
        Part::Folded(title, blocks) => {
            let details = element("details").class("folded").with(text("summary", title));
            vec![details.all(blocks.iter().map(|one| block(one, glossary)))]
        }
        Part::Terms(all) => vec![terms(all)],
    }
}

/// A chart, what it shows, and the table behind it.
fn figure(figure: &Figure) -> Element {
    let id = format!("figure-{}", figure.name);
    let title = format!("{id}-title");
    let caption = element("figcaption")
        .with(text("h3", &figure.title).attribute("id", &title))
        .with(text("p", &figure.reading));
    let waiting = text("p", "The chart needs JavaScript; its data are below.").class("waiting");
    let data = element("details")
        .class("data")
        .with(text("summary", "Data of this chart"))
        .with(cells(&figure.data, &figure.title));
    element("figure")
        .attribute("id", id)
        .attribute("aria-labelledby", title)
        .with(caption)
        .with(element("div").class("chart").attribute("data-figure", &figure.name).with(waiting))
        .with(data)
        .with(
            element("script")
                .attribute("type", "application/json")
                .attribute("data-spec", &figure.name)
                .code(embedded(&visible(spec(figure)))),
        )
}

/// The specification as the page draws it: as wide as its place, its title in the caption.
fn spec(figure: &Figure) -> Value {
    let mut spec = figure.spec(&Theme::PAGE);
    if let Some(object) = spec.as_object_mut() {
        object.shift_remove("title");
        if object.contains_key("width") {
            object["width"] = "container".into();
            object.insert("autosize".into(), json!({ "type": "fit-x", "contains": "padding" }));
        }
    }
    spec
}

/// The same with all its texts as they are shown: a chart draws them.
fn visible(value: Value) -> Value {
    let text = |text: String| shown_lines(&text).into_owned();
    match value {
        Value::String(found) => Value::String(text(found)),
        Value::Array(all) => all.into_iter().map(visible).collect(),
        Value::Object(all) => all.into_iter().map(|(key, value)| (text(key), visible(value))).collect(),
        other => other,
    }
}

/// JSON that is safe inside a script element, whatever texts are in it: no `<`, and no line ends that
/// JavaScript once took for its own.
fn embedded(value: &Value) -> String {
    plain(value)
        .to_string()
        .replace('<', "\\u003c")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

fn footer() -> Element {
    let made = format!(
        "Made by clv {VERSION}. The page holds aggregates of customers and asks nothing of a network."
    );
    let licences = assets::LICENCES.iter().flat_map(|(name, words)| [text("h3", *name), text("pre", *words)]);
    element("footer").with(text("p", made)).with(
        element("details")
            .with(text("summary", "The charts are drawn by Vega, Vega-Lite and Vega-Embed"))
            .all(licences),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_cannot_end_a_script() {
        let hostile = json!({ "level": "</script><script>alert(1)</script><!--\u{2028}" });
        let text = embedded(&hostile);
        assert!(!text.contains('<') && !text.contains('\u{2028}'), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).ok(), Some(hostile));
    }
}
