//! What became of every row that was read.

/// A cleaning account: its lines add up to the rows read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CleaningAccount {
    /// Rows read, without headers and empty lines.
    pub rows_read: u64,
}
