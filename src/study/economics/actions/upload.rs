//! The contacts of a plan in the shapes that other programs import. Nobody of the control group is in any of them, nor
//! who has no e-mail address: both are counted where the files are spoken of.
//!
//! | shape | columns | laid out as |
//! |---|---|---|
//! | Klaviyo | `Email`, and properties | first column `Email`, others are custom properties, dates `YYYY-MM-DD` |
//! | HubSpot | `Email`, and properties | `Email` is the identifier of a contact, dates `YYYY-MM-DD` |
//! | Meta | `email`, `value` | a customer list with value: SHA-256 of the address in small letters, a value of at least 0 |
//! | Google | `Email` | Customer Match: SHA-256 of the normalised address, nothing else |
//!
//! Addresses are taken in small letters and without blanks around them; for Google, those of gmail.com and
//! googlemail.com lose the points before the @, as its own normalisation has it.

use std::sync::Arc;

use arrow_array::{ArrayRef, Date32Array, Float64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use sha2::{Digest, Sha256};

use super::list::day;
use super::{Actions, Group, Planned};
use crate::base::{Error, Result};
use crate::history::Summary;
use crate::output::{TableWriter, Target};

/// A program that takes a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Klaviyo: a list of profiles with properties.
    Klaviyo,
    /// `HubSpot`: contacts with properties.
    HubSpot,
    /// Meta: a custom audience with values.
    Meta,
    /// Google Ads: Customer Match.
    Google,
}

impl Shape {
    /// All there are.
    pub const ALL: [Shape; 4] = [Shape::Klaviyo, Shape::HubSpot, Shape::Meta, Shape::Google];

    /// Its name, as an option.
    pub fn name(self) -> &'static str {
        match self {
            Shape::Klaviyo => "klaviyo",
            Shape::HubSpot => "hubspot",
            Shape::Meta => "meta",
            Shape::Google => "google",
        }
    }

    /// Writes the contacts of a plan.
    ///
    /// # Errors
    /// If no contact has an e-mail address, or the file cannot be written.
    pub fn write(self, found: &Actions, target: &Target) -> Result<()> {
        let table = self.table(found)?;
        let mut writer = TableWriter::create(target, table.schema())?;
        writer.write(&table)?;
        writer.finish()
    }

    /// The contacts of a plan as a table.
    ///
    /// # Errors
    /// If no contact has an e-mail address.
    pub fn table(self, found: &Actions) -> Result<RecordBatch> {
        let some: Vec<(&Planned, &str)> =
            found.of(Group::Contact).filter_map(|p| Some((p, p.email.as_deref()?))).collect();
        if some.is_empty() && found.of(Group::Contact).next().is_some() {
            let message = "no contact has an e-mail address, by which the other program knows people: name the column \
                           that holds them with --email";
            return Err(Error::option(format!("--{}", self.name()), message));
        }
        Ok(match self {
            Shape::Klaviyo => properties(&some, found, |name| format!("clv_{name}")),
            Shape::HubSpot => properties(&some, found, |name| format!("CLV {}", name.replace('_', " "))),
            Shape::Meta => {
                let values = some.iter().map(|(p, _)| cents(p.customer.value).max(0.0));
                let columns: Vec<ArrayRef> = vec![
                    texts(some.iter().map(|(_, email)| hashed(email))),
                    Arc::new(Float64Array::from_iter_values(values)),
                ];
                batch(&[("email", DataType::Utf8), ("value", DataType::Float64)], columns)
            }
            Shape::Google => {
                let column = texts(some.iter().map(|(_, email)| hashed(&for_google(email))));
                batch(&[("Email", DataType::Utf8)], vec![column])
            }
        })
    }
}

/// A row a contact with what is known of it.
fn properties(some: &[(&Planned, &str)], found: &Actions, name: impl Fn(&str) -> String) -> RecordBatch {
    let number = |of: fn(&Planned) -> f64| -> ArrayRef {
        Arc::new(Float64Array::from_iter_values(some.iter().map(|(p, _)| cents(of(p)))))
    };
    let columns: Vec<ArrayRef> = vec![
        texts(some.iter().map(|(_, email)| (*email).to_owned())),
        texts(some.iter().map(|(p, _)| p.action.name().to_owned())),
        texts(some.iter().map(|(p, _)| p.reason(found))),
        Arc::new(some.iter().map(|(p, _)| p.by.map(day)).collect::<Date32Array>()),
        number(|p| p.gain.value),
        number(|p| p.customer.value),
        texts(some.iter().map(|(p, _)| p.customer.state.name().to_owned())),
    ];
    let own = ["action", "reason", "by", "gain", "value", "segment"].map(&name);
    let kinds = [
        DataType::Utf8,
        DataType::Utf8,
        DataType::Date32,
        DataType::Float64,
        DataType::Float64,
        DataType::Utf8,
    ];
    let fields: Vec<(&str, DataType)> =
        [("Email", DataType::Utf8)].into_iter().chain(own.iter().map(String::as_str).zip(kinds)).collect();
    batch(&fields, columns)
}

fn batch(fields: &[(&str, DataType)], columns: Vec<ArrayRef>) -> RecordBatch {
    let fields: Vec<Field> =
        fields.iter().map(|(name, kind)| Field::new(*name, kind.clone(), true)).collect();
    let schema: SchemaRef = Arc::new(Schema::new(fields));
    RecordBatch::try_new(schema, columns).expect("columns of the schema, equally long")
}

fn texts(all: impl Iterator<Item = String>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(all))
}

fn cents(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// SHA-256 in hexadecimal small letters.
fn hashed(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An address as Google normalises it.
fn for_google(email: &str) -> String {
    match email.split_once('@') {
        Some((name, domain @ ("gmail.com" | "googlemail.com"))) => {
            format!("{}@{domain}", name.replace('.', ""))
        }
        _ => email.to_owned(),
    }
}

/// An e-mail address in small letters without blanks around it; `None` if it is none.
pub fn email(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    let (name, domain) = text.split_once('@')?;
    let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '@' | ',' | ';' | '<' | '>' | '"');
    let whole = !name.is_empty()
        && !domain.starts_with('.')
        && !domain.ends_with('.')
        && domain.contains('.')
        && !name.contains(odd)
        && !domain.contains(odd);
    whole.then_some(text)
}

/// The addresses of all customers: from an attribute, or their ids.
pub(super) fn emails(summary: &Summary, attribute: Option<&str>) -> Result<Vec<Option<String>>> {
    let place = match attribute {
        Some(name) => {
            let found = summary.meta.attributes.iter().position(|own| own == name);
            let missing = || Error::option("--email", format!("the customers have no attribute '{name}'"));
            Some(found.ok_or_else(missing)?)
        }
        None => None,
    };
    let mut all = Vec::new();
    for batch in summary.batches() {
        let batch = batch?;
        for row in 0..batch.len() {
            let text = match place {
                Some(place) => batch.attributes[place].value(row),
                None => batch.customer_id.value(row),
            };
            all.push(email(text));
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The digest of `test@example.com`, as `sha256sum` gives it.
    const TEST: &str = "973dfe463ec85785f5f95af5ba3906eedb2d931c24e69824a89ea65dba4e813b";

    #[test]
    fn addresses_are_normalised() {
        assert_eq!(email(" Test@Example.COM "), Some("test@example.com".to_owned()));
        for none in ["", "c00012", "a@b", "@b.de", "a@b.", "a b@c.de", "a@b@c.de", "A <a@b.de>"] {
            assert_eq!(email(none), None, "{none}");
        }
        assert_eq!(hashed("test@example.com"), TEST);
        assert_eq!(for_google("ann.e.lee@gmail.com"), "annelee@gmail.com");
        assert_eq!(for_google("ann.lee@example.com"), "ann.lee@example.com");
    }
}
