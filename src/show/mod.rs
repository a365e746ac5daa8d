//! What people are shown: results as data, figures, and the page.

pub mod figure;
pub mod page;
#[cfg(feature = "cli")]
pub mod picture;
pub mod report;
pub(crate) mod triangle;
