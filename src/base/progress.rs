//! How long work says how far it is, and hears that it should stop.

use crate::base::{ErrorKind, Result};

/// Receives progress of a long call. `()` ignores it.
pub trait Progress: Sync {
    /// A new stage begins; `total` is in the units that [`advance`](Progress::advance) counts, if known.
    fn stage(&self, name: &str, total: Option<u64>);

    /// So much more of the stage is done.
    fn advance(&self, n: u64);

    /// Does the caller want it to stop?
    fn stopped(&self) -> bool {
        false
    }

    /// `Err` if the caller wants it to stop.
    ///
    /// # Errors
    /// [`ErrorKind::Interrupted`].
    fn check(&self) -> Result<()> {
        if self.stopped() { Err(ErrorKind::Interrupted.into()) } else { Ok(()) }
    }
}

impl Progress for () {
    fn stage(&self, _name: &str, _total: Option<u64>) {}
    fn advance(&self, _n: u64) {}
}
