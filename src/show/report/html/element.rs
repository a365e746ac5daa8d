//! Elements of a document: a tree that closes what it opens and escapes what it is given, so that no text of
//! a user's becomes markup.

use std::fmt::{self, Display, Write};

use crate::base::shown::shown_lines;

/// An element with its attributes and what is in it.
pub(super) struct Element {
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
    content: Vec<Content>,
}

enum Content {
    Element(Element),
    Text(String),
    /// The text of a script or style, of this program's own making.
    Code(String),
}

/// An empty element.
pub(super) fn element(name: &'static str) -> Element {
    Element { name, attributes: Vec::new(), content: Vec::new() }
}

/// An element with a text in it.
pub(super) fn text(name: &'static str, text: impl Into<String>) -> Element {
    element(name).text(text)
}

impl Element {
    pub fn attribute(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.attributes.push((name, value.into()));
        self
    }

    pub fn class(self, name: &'static str) -> Self {
        self.attribute("class", name)
    }

    pub fn class_if(self, name: &'static str, wanted: bool) -> Self {
        if wanted { self.class(name) } else { self }
    }

    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.content.push(Content::Text(text.into()));
        self
    }

    /// Adds the code of a script or style as it is. It must not contain the tag that ends it.
    pub fn code(mut self, code: impl Into<String>) -> Self {
        self.content.push(Content::Code(code.into()));
        self
    }

    pub fn with(mut self, element: Element) -> Self {
        self.content.push(Content::Element(element));
        self
    }

    pub fn all(mut self, elements: impl IntoIterator<Item = Element>) -> Self {
        self.content.extend(elements.into_iter().map(Content::Element));
        self
    }
}

/// Elements that have no content and no end.
const VOID: [&str; 2] = ["meta", "img"];

impl Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}", self.name)?;
        for (name, value) in &self.attributes {
            write!(f, " {name}=\"")?;
            escape(value, f)?;
            f.write_char('"')?;
        }
        f.write_char('>')?;
        for content in &self.content {
            match content {
                Content::Element(element) => element.fmt(f)?,
                Content::Text(text) => escape(text, f)?,
                Content::Code(code) => f.write_str(code)?,
            }
        }
        if VOID.contains(&self.name) { Ok(()) } else { write!(f, "</{}>", self.name) }
    }
}

/// As content, or as the value of an attribute, which stands in `"`.
fn escape(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let text = shown_lines(text);
    let mut rest = &text[..];
    while let Some(at) = rest.find(['&', '<', '>', '"']) {
        f.write_str(&rest[..at])?;
        f.write_str(match rest.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            _ => "&quot;",
        })?;
        rest = &rest[at + 1..];
    }
    f.write_str(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_no_markup() {
        let hostile = "</p><script>'&\"ä";
        let paragraph = text("p", hostile).attribute("title", hostile).with(element("meta"));
        let escaped = "&lt;/p&gt;&lt;script&gt;'&amp;&quot;ä";
        assert_eq!(paragraph.to_string(), format!("<p title=\"{escaped}\">{escaped}<meta></p>"));
        let turned = text("p", "a\u{202e}b\u{2066}\nc");
        assert_eq!(turned.to_string(), "<p>a\\u{202e}b\\u{2066}\nc</p>");
        assert_eq!(element("script").code("a<b").to_string(), "<script>a<b</script>");
    }
}
