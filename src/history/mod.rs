//! From purchase log to summary: the only code that reads purchases.
//!
//! Rows are read (`read`), cleaned and counted (`clean`), scattered by customer into partitions that
//! spill to disk under a memory limit (`scatter`), and each partition is sorted and folded into
//! one row a customer (`collapse`); the sorted pieces are merged into one [`Summary`](crate::Summary).

mod account;
mod clean;
mod options;
pub(crate) mod read;
pub(crate) mod summary_file;
mod summary_rows;
#[cfg(test)]
mod summary_tests;

pub use account::{AccountEntry, AccountNote, CleaningAccount, Fate};
pub use options::{DateFormat, LogOptions, Returns};
