//! Why columns cannot be found, in words.

use super::super::months::periods;
use super::Table;
use crate::base::{Error, Grain};

impl Table<'_> {
    /// What is wrong with the columns, and what may be behind it.
    pub(super) fn error(&self, message: &str) -> Error {
        if let [name] = self.names
            && let Some(sign) =
                [',', ';', '\t', '|'].into_iter().find(|sign| name.matches(*sign).count() >= 1)
        {
            let message = format!(
                "the whole header is in quotes ('{}'), so that the lines have one column: remove the quotes around whole \
                 lines, and leave those around fields with a '{}' in them",
                shorten(name, 60),
                sign.escape_default()
            );
            return Error::columns(self.file, message);
        }
        if let [_] = self.names
            && self.no_header
        {
            return Error::columns(
                self.file,
                format!(
                    "{message}: the first line is a single field, so that nothing was found that separates fields"
                ),
            );
        }
        if let Some(message) = self.in_periods() {
            return Error::columns(self.file, message);
        }
        if let Some(value) = self.names.iter().find(|name| looks_like_data(name)).filter(|_| !self.no_header)
        {
            let message = format!(
                "the first line looks like data ('{}'), not like column names: the file needs a header line such as \
                 customer_id,date,amount, or --no-header and the numbers of the columns (--id 1 --date 2 --amount 3)",
                shorten(value, 60)
            );
            return Error::columns(self.file, message);
        }
        Error::columns(self.file, format!("{message} (columns: {})", list(self.names)))
    }

    /// Columns that are months or years: what asks for them.
    fn in_periods(&self) -> Option<String> {
        const ENOUGH: usize = 3;
        let (grain, all) = [Grain::Month, Grain::Year]
            .map(|grain| (grain, periods(self.names, grain)))
            .into_iter()
            .find(|(_, all)| all.len() >= ENOUGH)?;
        let name = |at: Option<&(usize, String)>| at.map_or("", |(at, _)| self.names[*at].as_str());
        Some(format!(
            "there is a column for each {grain} ({} to {}) and none of dates: with --grain {grain} each of their cells that \
             is not empty or 0 is read as one purchase of its {grain}; a row a purchase says more",
            shorten(name(all.first()), 40),
            shorten(name(all.last()), 40)
        ))
    }
}

/// Is it a date or a number rather than a name?
pub(crate) fn looks_like_data(name: &str) -> bool {
    use super::super::dates::Shape;
    !matches!(Shape::of(name.as_bytes()), Shape::Blank | Shape::Other)
}

/// Some column names for a message.
pub(crate) fn list(names: &[String]) -> String {
    const SHOWN: usize = 20;
    let mut shown: Vec<String> = names.iter().take(SHOWN).map(|name| shorten(name, 40)).collect();
    if names.len() > SHOWN {
        shown.push(format!("... and {} more", names.len() - SHOWN));
    }
    shown.join(", ")
}

fn shorten(text: &str, length: usize) -> String {
    let mut short: String = text.chars().take(length).collect();
    if short.len() < text.len() {
        short.push_str("...");
    }
    short
}
