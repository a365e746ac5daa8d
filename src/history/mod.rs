//! From purchase log to summary: the only code that reads purchases.
//!
//! Rows are read (`read`), cleaned and counted (`clean`), scattered by customer into partitions that
//! spill to disk under a memory limit (`scatter`, `store`), and each partition is sorted and folded into
//! one row a customer (`collapse`, `group`, `fold`); the sorted pieces are merged into one
//! [`Summary`](crate::Summary) (`merge`).

mod account;
mod codec;
mod collapse;
mod fold;
mod group;
mod merge;
mod options;
mod read;
mod scatter;
mod store;
mod summarize;
#[cfg(test)]
mod tests;
mod twins;

pub use account::{AccountEntry, AccountNote, CleaningAccount, Fate};
pub use options::{DateFormat, LogOptions, Returns};
