//! Model files: JSON, small (parameters, never customers), readable for ever.
//!
//! The structs of a format version are their own, apart from the types in memory, and refuse what
//! they do not know. A file of any version ever released is read through these structs; an unknown
//! version, field or parameter is a clear error that names the file.

mod contract;
mod v1;
mod v2;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use crate::base::{Error, ErrorKind, Result};
use crate::contracts::{BookModel, ContractMember, ContractModel};
use crate::fitted::ClvModel;
use crate::output::write_bytes_atomically;
use crate::params::Effects;

/// The newest format version this program knows.
pub const NEWEST: u64 = 2;
/// The name that every model file carries.
pub const FORMAT: &str = "clv-model";

/// Writes a model file, whole or not at all.
///
/// # Errors
/// If it cannot be written.
pub fn save(model: &ClvModel, path: &Path) -> Result<()> {
    write_bytes_atomically(path, to_json(model).as_bytes())
}

/// A model file's text.
pub fn to_json(model: &ClvModel) -> String {
    match &model.effects {
        None if model.intensity.is_some()
            || model.purchase.average().is_some()
            || model.purchase.needs().purchase_times =>
        {
            as_text(&v2::File::from_model(model))
        }
        None | Some(Effects::Covariates(_)) => as_text(&v1::File::from_model(model)),
        Some(Effects::Groups(_) | Effects::InTime(_)) => as_text(&v2::File::from_model(model)),
    }
}

fn as_text(file: &impl Serialize) -> String {
    let mut text =
        serde_json::to_string_pretty(file).expect("a model file holds only finite numbers and text");
    text.push('\n');
    text
}

/// A contractual model's file as text.
pub fn contract_to_json(model: &ContractModel) -> String {
    as_text(&v1::File::from_contract(model))
}

/// The text of the file of a book's models.
pub fn book_to_json(model: &BookModel) -> String {
    as_text(&v2::book::File::new(model))
}

/// The text of a model file of whatever kind.
pub fn any_to_json(model: &AnyModel) -> String {
    match model {
        AnyModel::Purchases(model) => to_json(model),
        AnyModel::Contracts(model) => contract_to_json(model),
        AnyModel::Book(model) => book_to_json(model),
    }
}

/// What a model file holds.
#[derive(Debug, Clone)]
pub enum AnyModel {
    /// A model of purchases.
    Purchases(Box<ClvModel>),
    /// A model of contracts of one period, or of a retention table.
    Contracts(Box<ContractModel>),
    /// Models of a book of contracts: a billing export.
    Book(Box<BookModel>),
}

/// Reads a model file of whatever kind.
///
/// # Errors
/// If it cannot be read, is not a model file, is of an unknown version, or holds an unknown field
/// or a parameter out of its domain.
pub fn load_any(path: &Path) -> Result<AnyModel> {
    any_from_json(&text_of(path)?, path)
}

/// Does a file look like a model's, and not like a log?
pub fn is_model(path: &Path) -> bool {
    let mut start = Vec::new();
    let read = File::open(path).and_then(|file| file.take(4096).read_to_end(&mut start));
    let text = String::from_utf8_lossy(&start);
    read.is_ok()
        && text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']).starts_with('{')
        && text.contains(FORMAT)
}

/// What is said of a file that is something else: a log, most of all.
const SWAPPED: &str =
    ". clv fit makes one of a log; where both are given the model comes first (clv score model.json log.csv)";

/// Model files are small: with all draws of a posterior they have a few MB at most.
const MOST: u64 = 64 << 20;

fn text_of(path: &Path) -> Result<String> {
    if path.as_os_str() == "-" {
        let message =
            "a model is read from a file, not from standard input: clv score MODEL LOG, where LOG may be -";
        return Err(Error::option("MODEL", message));
    }
    let failed = |e| Error::io("read the model file", path, e);
    let wrong = |message: String| Err(ErrorKind::ModelFile { path: path.to_owned(), message }.into());
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(MOST + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MOST {
        return wrong(format!("not a model file: it has more than {} MB", MOST >> 20));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text),
        Err(_) => wrong(format!("not a model file: it is not text in UTF-8{SWAPPED}")),
    }
}

/// Reads the file of a purchase model.
///
/// # Errors
/// See [`load_any`]; or if it is another kind of model.
pub fn load(path: &Path) -> Result<ClvModel> {
    purchases(load_any(path)?, path)
}

/// Reads the text of a purchase model's file; `path` is for messages.
///
/// # Errors
/// See [`load`].
pub fn from_json(text: &str, path: &Path) -> Result<ClvModel> {
    purchases(any_from_json(text, path)?, path)
}

fn purchases(model: AnyModel, path: &Path) -> Result<ClvModel> {
    let (name, verbs) = match model {
        AnyModel::Purchases(model) => return Ok(*model),
        AnyModel::Contracts(model) => (model.name, "clv score and clv inspect"),
        AnyModel::Book(_) => ("this", "clv score, clv inspect, clv simulate, clv economics and clv report"),
    };
    let message =
        format!("{name} is a model of contracts, not of purchases: {verbs} do contracts, other verbs do not");
    Err(ErrorKind::ModelFile { path: path.to_owned(), message }.into())
}

/// Reads a model file's text; `path` is for messages.
///
/// # Errors
/// See [`load_any`].
pub fn any_from_json(text: &str, path: &Path) -> Result<AnyModel> {
    let wrong = |message: String| Error::from(ErrorKind::ModelFile { path: path.to_owned(), message });
    let value: Value = serde_json::from_str(text).map_err(|e| match not_a_number(text) {
        Some(name) => wrong(format!("parameter {name} is not a finite number")),
        None if text.trim().is_empty() => wrong("not a model file: it is empty".to_owned()),
        None if !text.trim_start().starts_with('{') => {
            wrong(format!("not a model file: it is no JSON{SWAPPED}"))
        }
        None => wrong(format!("not a model file: the JSON is damaged or cut off ({e})")),
    })?;
    if value.get("format").and_then(Value::as_str) != Some(FORMAT) {
        let message = format!("not a model file of clv (it has no \"format\": \"{FORMAT}\")");
        return Err(wrong(message + "; make one with clv fit or clv model"));
    }
    let version = match value.get("format_version").and_then(Value::as_u64) {
        Some(version @ 1..=NEWEST) => version,
        Some(0) => return Err(wrong("\"format_version\" 0 does not exist".to_owned())),
        Some(found) => {
            return Err(ErrorKind::UnsupportedVersion { path: path.to_owned(), found, newest: NEWEST }.into());
        }
        None => return Err(wrong("\"format_version\" is missing or not a whole number".to_owned())),
    };
    let maker = value.get("made_by").and_then(Value::as_str).unwrap_or_default().to_owned();
    let unknown = |e: serde_json::Error| match is_newer(&maker) {
        true => wrong(format!(
            "it was made by {maker}, which is newer than this program ({}), and holds what this one does not know ({e}): \
             update clv",
            env!("CARGO_PKG_VERSION")
        )),
        false => wrong(format!("model file damaged: {e}")),
    };
    in_memory(version, value).map_err(unknown)?.map_err(|e| wrong(e.to_string()))
}

/// The outer error is that of the form, the inner one that of the model.
fn in_memory(version: u64, value: Value) -> serde_json::Result<Result<AnyModel>> {
    let purchases = |model| AnyModel::Purchases(Box::new(model));
    if version == 2 && value.get("contracts").is_some() {
        let file: v2::book::File = serde_json::from_value(value)?;
        return Ok(file.into_model().map(|model| AnyModel::Book(Box::new(model))));
    }
    if version == 2 {
        return Ok(serde_json::from_value::<v2::File>(value)?.into_model().map(purchases));
    }
    let file: v1::File = serde_json::from_value(value)?;
    Ok(match ContractMember::named(file.model()) {
        Some(_) => file.into_contract().map(|model| AnyModel::Contracts(Box::new(model))),
        None => file.into_model().map(purchases),
    })
}

/// Is this "clv 1.2.3" of a later version than this program's?
fn is_newer(made_by: &str) -> bool {
    let version = |text: &str| -> Vec<u64> {
        text.split(['.', '-', '+']).map_while(|part| part.parse().ok()).collect()
    };
    made_by.strip_prefix("clv ").is_some_and(|made_by| version(made_by) > version(env!("CARGO_PKG_VERSION")))
}

/// JSON has no NaN or Infinity, but some writers put them there: the key in front of the first.
fn not_a_number(text: &str) -> Option<&str> {
    let at = ["NaN", "nan", "Infinity", "inf"].iter().filter_map(|word| {
        text.match_indices(word)
            .map(|(at, _)| at)
            .find(|at| text[..*at].trim_end().trim_end_matches('-').trim_end().ends_with(':'))
    });
    let before = text[..at.min()?].trim_end().trim_end_matches('-').trim_end().strip_suffix(':')?.trim_end();
    before.strip_suffix('"')?.rsplit('"').next()
}
