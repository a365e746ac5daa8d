//! One error type for the whole crate: what went wrong, where, and how to repair it.
//!
//! The rule: what a user can cause is an `Err` of [`Error`]; what only we can cause is a panic.
//! Conditions that do not stop the work are [`Warning`](crate::base::Warning)s.

use std::any::Any;
use std::fmt::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::base::shown::{Showing, shown, shown_lines};

/// `Result` with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong; one pointer wide. Match on [`Error::kind`].
pub struct Error(Box<ErrorKind>);

/// The kinds of error. New kinds may be added.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A file could not be opened, read, written or renamed.
    #[error("{}: cannot {action}: {source}", path.display())]
    Io {
        /// What was tried: "open", "write", ...
        action: &'static str,
        /// The file it was tried on.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The input is damaged or cannot be understood as a whole (truncated gzip, no rows, not a table).
    #[error("{place}: {message}")]
    Input {
        /// Where.
        place: Place,
        /// What is wrong and how to repair it.
        message: String,
    },
    /// It is not clear which column plays which role.
    #[error("{file}: {message}")]
    Columns {
        /// The file whose columns they are.
        file: String,
        /// What is missing or ambiguous, the columns found, and the flag that settles it.
        message: String,
    },
    /// Rows that cannot be used.
    #[error("{0}")]
    BadRows(BadRows),
    /// An option has a value that cannot be used.
    #[error("{option}: {message}")]
    Option {
        /// The option as the user writes it, e.g. `--horizon`.
        option: String,
        /// What is wrong with its value and what a right one looks like.
        message: String,
    },
    /// A model or parameter is unknown, missing or out of its domain.
    #[error("model {model}: {message}")]
    Model {
        /// The model's name.
        model: String,
        /// What is wrong.
        message: String,
    },
    /// The data cannot determine the parameters.
    #[error("{model}: the parameters cannot be determined from these data: {message}")]
    NotIdentified {
        /// The model's name.
        model: String,
        /// Why not, and what would help.
        message: String,
    },
    /// The search for the maximum of the likelihood failed; the report is the evidence.
    #[error("{model}: the fit did not converge: {stop}{way_out}")]
    NotConverged {
        /// The model's name.
        model: String,
        /// What else to do, in words.
        way_out: &'static str,
        /// How the search ended, in words.
        stop: String,
        /// All that the fit says of itself; see [`FitReport::of`](crate::fit::FitReport::of).
        report: Box<dyn Any + Send + Sync>,
    },
    /// A model file cannot be used.
    #[error("{}: {message}", path.display())]
    ModelFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
    /// A model file is of a version that this program does not know.
    #[error(
        "{}: the model file has format version {found}; this version of clv reads versions 1 to {newest}. Use a newer clv.",
        path.display()
    )]
    UnsupportedVersion {
        /// The file.
        path: PathBuf,
        /// The version it says.
        found: u64,
        /// The newest version known here.
        newest: u64,
    },
    /// A forecast is infinite or not a number.
    #[error(
        "customer '{customer}': {column} is {value}: the model gives no finite answer for this customer; \
         check the model's parameters (a spend model needs q > 1) or use a shorter horizon"
    )]
    NotFinite {
        /// Whose.
        customer: String,
        /// Which forecast.
        column: &'static str,
        /// What it is.
        value: f64,
    },
    /// The caller asked to stop (Ctrl-C).
    #[error("interrupted")]
    Interrupted,
}

impl Error {
    /// What kind of error it is.
    pub fn kind(&self) -> &ErrorKind {
        &self.0
    }

    /// The kind, by value.
    pub fn into_kind(self) -> ErrorKind {
        *self.0
    }

    /// Where in the input it happened, when that is one place.
    pub fn place(&self) -> Option<&Place> {
        match self.kind() {
            ErrorKind::Input { place, .. } => Some(place),
            ErrorKind::BadRows(rows) => rows.listed.first().map(|row| &row.place),
            _ => None,
        }
    }

    /// An [`ErrorKind::Io`].
    pub fn io(action: &'static str, path: impl AsRef<Path>, source: std::io::Error) -> Self {
        let path = path.as_ref().to_owned();
        ErrorKind::Io { action, path, source }.into()
    }

    /// An [`ErrorKind::Option`].
    pub fn option(option: impl Into<String>, message: impl Into<String>) -> Self {
        ErrorKind::Option { option: option.into(), message: message.into() }.into()
    }

    /// The same of another option, if it is of one.
    pub fn of_option(self, option: &str) -> Self {
        match self.into_kind() {
            ErrorKind::Option { message, .. } => Error::option(option, message),
            other => other.into(),
        }
    }

    /// An [`ErrorKind::Input`].
    pub fn input(place: Place, message: impl Into<String>) -> Self {
        ErrorKind::Input { place, message: message.into() }.into()
    }

    /// An [`ErrorKind::Columns`].
    pub fn columns(file: impl Into<String>, message: impl Into<String>) -> Self {
        ErrorKind::Columns { file: file.into(), message: message.into() }.into()
    }

    /// An [`ErrorKind::Model`].
    pub fn model(model: impl Into<String>, message: impl Into<String>) -> Self {
        ErrorKind::Model { model: model.into(), message: message.into() }.into()
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Error(Box::new(kind))
    }
}

/// In words, as they are shown: what comes from outside is made visible here (see [`shown`](crate::base::shown)). Rows that
/// cannot be used are listed line by line; nothing else has lines.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = matches!(*self.0, ErrorKind::BadRows(_));
        write!(Showing { out: f, lines }, "{}", self.0)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}

/// A place in the input. Shown as `orders.csv, line 48213, column "date": '2024-13-02'`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The file, as the user named it.
    pub file: String,
    /// Line of a text file, from 1; the header is line 1.
    pub line: Option<u64>,
    /// Row of a table without lines (Parquet, Arrow), from 1.
    pub row: Option<u64>,
    /// The column's name.
    pub column: Option<String>,
    /// The value found there.
    pub value: Option<String>,
}

impl Place {
    /// A whole file.
    pub fn file(file: impl Into<String>) -> Self {
        Place { file: file.into(), ..Place::default() }
    }

    /// A line of a text file.
    pub fn line(file: impl Into<String>, line: u64) -> Self {
        Place { line: Some(line), ..Place::file(file) }
    }

    /// This place, in this column, with this value.
    pub fn at(mut self, column: impl Into<String>, value: impl Into<String>) -> Self {
        self.column = Some(column.into());
        self.value = Some(value.into());
        self
    }
}

/// Values longer than this are cut in messages.
const SHOWN_VALUE: usize = 60;

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shown(&self.file))?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        if let Some(row) = self.row {
            write!(f, ", row {row}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column \"{}\"", shown(column))?;
        }
        if let Some(value) = &self.value {
            let start: String = value.chars().take(SHOWN_VALUE).collect();
            let more = if start.len() < value.len() { "..." } else { "" };
            write!(f, ": '{}{more}'", start.escape_debug())?;
        }
        Ok(())
    }
}

/// One row that cannot be used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BadRow {
    /// Where it is.
    pub place: Place,
    /// What is wrong with it and how to repair it.
    pub problem: String,
}

/// Rows that cannot be used: the first of them, and how many in all.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BadRows {
    /// The first ones in the order of the input.
    pub listed: Vec<BadRow>,
    /// How many there are.
    pub total: u64,
    /// How many rows were read.
    pub rows_read: u64,
    /// What to do about them, e.g. which flag goes on without them.
    pub advice: String,
}

impl fmt::Display for BadRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rows, verb) = if self.total == 1 { ("row", "is") } else { ("rows", "are") };
        writeln!(f, "{} {rows} of {} {verb} unusable:", self.total, self.rows_read)?;
        for row in &self.listed {
            writeln!(f, "  {}: {}", row.place, shown(&row.problem))?;
        }
        if self.total > self.listed.len() as u64 {
            writeln!(f, "  ... and {} more", self.total - self.listed.len() as u64)?;
        }
        f.write_str(&shown_lines(&self.advice))
    }
}
