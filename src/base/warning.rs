//! What does not stop the work but should be known, each with advice.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::base::shown::shown;

/// A finding with advice. New kinds may be added.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Warning {
    /// A short stable name for programs, e.g. `exact-duplicates`: one of [`CODES`].
    pub code: Cow<'static, str>,
    /// The finding and the advice, for people.
    pub message: String,
    /// Customers whom the message names, in quotes, as they are written there.
    pub names: Vec<String>,
}

/// What stands for a customer where none may be named.
const NOBODY: &str = "(not named here)";

/// A text without these names: for model files and pages, which name no customer.
pub(crate) fn without_names<'n>(text: &str, names: impl IntoIterator<Item = &'n String>) -> String {
    names.into_iter().fold(text.to_owned(), |text, name| text.replace(&format!("'{name}'"), NOBODY))
}

impl Warning {
    /// A warning with its code.
    pub fn new(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Warning { code: code.into(), message: message.into(), names: Vec::new() }
    }

    /// The same, with the customers whom its message names in quotes.
    pub fn naming(self, names: impl IntoIterator<Item = String>) -> Self {
        Warning { names: names.into_iter().collect(), ..self }
    }

    /// The message without the names of customers.
    pub fn anonymous(&self) -> String {
        without_names(&self.message, &self.names)
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shown(&self.message))
    }
}

/// Codes of findings that endanger no figure: they say how sure figures are, or what was taken for granted because it was
/// asked for. Where warnings interrupt, these do not.
const REMARKS: &[&str] = &["poor-approximation", "known-parameters"];

/// Is this the code of a finding that endangers no figure?
pub fn is_remark(code: &str) -> bool {
    REMARKS.contains(&code)
}

/// All codes, with what they stand for. A code keeps its meaning; new ones may come.
pub const CODES: &[(&str, &str)] = &[
    // Of a log or summary.
    ("attribute-varies", "customers have several values of an attribute"),
    ("bad-rows-skipped", "rows that cannot be used were left out"),
    ("blanks-around-ids", "ids have blanks around them"),
    ("counts-not-used", "a column that counts customers was not used"),
    ("currency-not-checked", "amounts of several currencies are added up"),
    ("dates-far-outside", "a handful of dates lies far outside all others"),
    ("dates-in-1970", "seconds were taken for milliseconds"),
    ("exact-duplicates", "rows occur twice"),
    ("few-renewals", "too little is seen of the renewals of contracts to tell customers apart"),
    ("float-ids", "ids are written like 17850.0"),
    ("floating-point-ids", "ids are numbers with a fraction by their type"),
    ("company-no-interval", "the value of a shop has no interval, beside that of contracts"),
    ("company-no-id-in-both", "no customer of the shop has the id of one under contract"),
    ("company-other-day", "purchases and contracts are observed until different days"),
    ("contracts-unseen-level", "contracts have a value of a covariate that the model has not seen"),
    ("covariate-of-one-value", "a covariate has one value only for contracts of a period"),
    ("contracts-unknown-plan", "the model of contracts was not fitted to a plan of these"),
    ("contracts-unknown-status", "the status of contracts is a word that is not known"),
    ("contracts-as-purchases", "tables of contracts are read as purchases"),
    ("contracts-cents", "amounts of contracts may be in cents"),
    ("contracts-price-of-seat", "a price may be of one seat or of the whole subscription"),
    ("contracts-several-periods", "several columns may be the billing period"),
    ("contracts-two-levels", "prices of a plan may be of a month and of a year"),
    ("contracts-without-price", "running contracts have no price"),
    ("hardly-any-customers", "the column of customers has a handful of values"),
    ("id-of-many", "an id has more purchases than a person makes"),
    ("ids-differ-by-blanks", "ids differ only by blanks around them"),
    ("ids-differ-by-case", "ids differ only by case"),
    ("ids-differ-by-decimals", "ids differ only by .0 at their end"),
    ("ids-differ-by-spelling", "ids differ only by how accents or blanks within them are stored"),
    ("implausible-unit", "times are too long for their unit"),
    ("money-without-repeats", "a summary has money where there was no repeat purchase"),
    ("nearly-all-customers-new", "the column of customers hardly repeats"),
    ("no-amount-but-money", "there are no amounts, but columns that look like money"),
    ("no-customer-joined", "the file of customers has none of these customers"),
    ("no-customers", "no customer is left"),
    ("no-effect-on-summary", "an option has no effect on a summary"),
    ("null-words-as-ids", "ids are words for missing"),
    ("one-customer-makes-the-value", "a customer makes most of the amount of all"),
    ("refunds-of-nobody", "refunds are of a customer who never buys"),
    ("refunds-not-used", "a column of refunds was not used"),
    ("discount-not-used", "a column of discounts beside quantity and price was not used"),
    ("repeats-worth-nothing", "repeat purchases are worth nothing"),
    ("rounded-ids", "ids have lost their last digits"),
    ("scientific-ids", "ids are written like 1.23457E+11"),
    ("status-not-used", "a column says that rows are no purchases, and was not used"),
    ("unpaid-not-looked-at", "a column of dates of payment has none in some rows, which count"),
    ("too-many-negative-amounts", "more amounts are negative than returns make"),
    ("unmatched-returns", "returns find no purchase"),
    ("value-not-there", "a value that an option names does not occur"),
    // Of a fit.
    ("bootstrap-failed", "refits of the bootstrap failed"),
    ("boundary", "the fit ended at a boundary of the model"),
    ("few-customers", "the fit rests on few customers"),
    ("few-spenders", "the spend fit rests on few customers"),
    ("no-mean-spend", "the spend model has no mean"),
    ("no-one-time-buyers", "customers who bought once were left out"),
    ("log-begins-midway", "customers first seen where the log begins buy as old customers"),
    ("no-posterior", "the parameters' uncertainty is not known"),
    ("open-parameters", "what the fit leaves open is drawn under the weak prior"),
    ("not-converged", "the fit did not converge and was accepted"),
    ("poor-approximation", "the posterior is far from normal"),
    ("poor-sampling", "the chains did not mix"),
    ("spend-correlated", "spend goes with frequency"),
    ("standouts-move-the-fit", "what the fit is without customers who stand out"),
    ("zero-spend", "repeat customers have a mean amount of 0"),
    // Of a forecast, and of diagnostics.
    ("spend-drifts", "the same customers pay more, or less, as time goes on"),
    ("spend-off", "amounts are not spread as the spend model takes them to be"),
    ("cohorts-off", "cohorts differ from what the model expects"),
    ("far-horizon", "the horizon is far beyond what was observed"),
    ("unseen-groups", "customers belong to groups that the fit has not seen"),
    ("few-customers-decide", "a few customers move the forecast of all others"),
    ("frequencies-off", "frequencies differ from what the model expects"),
    ("known-parameters", "intervals take the parameters as known"),
    ("no-intervals", "no honest interval can be given"),
    ("high-discount", "the discount is unusually high"),
    ("old-fit", "the model was fitted long before the end of these purchases"),
    ("other-grain", "the model was fitted to purchases of another grain"),
];
