//! What does not stop the work but should be known, each with advice.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::shown::shown;

/// A finding with advice. New kinds may be added.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Warning {
    /// A short stable name for programs, e.g. `exact-duplicates`.
    pub code: Cow<'static, str>,
    /// The finding and the advice, for people.
    pub message: String,
}

impl Warning {
    /// A warning with its code.
    pub fn new(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Warning { code: code.into(), message: message.into() }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shown(&self.message))
    }
}
