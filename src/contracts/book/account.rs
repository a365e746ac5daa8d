//! What became of the rows of a book.

use serde::Serialize;

use crate::base::numbers::count;

/// What became of rows: the lines add up to the rows read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct BookAccount {
    /// Rows of the input.
    pub rows: u64,
    /// The first rows of contracts that are followed.
    pub contracts: u64,
    /// Further rows of a contract: the same plan again.
    pub continued: u64,
    /// Further rows of a contract: another plan.
    pub changed: u64,
    /// Rows that are there twice.
    pub repeated: u64,
    /// Trials that ended unpaid.
    pub trial_ended: u64,
    /// Trials that go on.
    pub in_trial: u64,
    /// Contracts that never began: payment was never completed.
    pub never: u64,
    /// Payments of nothing.
    pub free: u64,
    /// Refunds.
    pub refunds: u64,
    /// Contracts that begin after the end of observation.
    pub later: u64,
    /// Contracts in another currency than `--currency`.
    pub other_currency: u64,
    /// Rows that could not be used.
    pub bad: u64,
}

impl BookAccount {
    /// Its lines with something in them, in words.
    pub fn lines(&self) -> Vec<(u64, &'static str)> {
        let all = [
            (self.contracts, "contracts that were paid"),
            (self.continued, "go on with a contract after a break or renewal: the same contract"),
            (self.changed, "go on with a contract under another plan"),
            (self.repeated, "say again what another row says"),
            (self.trial_ended, "trials that ended unpaid: left out"),
            (self.in_trial, "trials that go on: left out"),
            (self.never, "never began, or were never paid: left out"),
            (self.free, "payments of nothing, such as of trials: left out"),
            (self.refunds, "refunds: left out"),
            (self.later, "begin after the end of observation: left out"),
            (self.other_currency, "in another currency: left out"),
            (self.bad, "could not be used: left out (--skip-bad-rows)"),
        ];
        all.into_iter().filter(|(n, _)| *n > 0).collect()
    }

    /// The same as sentences.
    pub(super) fn words(&self) -> Vec<String> {
        self.lines().iter().map(|(n, words)| format!("{} {words}", count(*n))).collect()
    }
}
