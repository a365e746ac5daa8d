//! The summary as one SQL statement, for logs that live in a warehouse: what [`history`](crate::history)
//! makes of the same rows, with its rules for bad rows, merging, returns and the end of observation.
//!
//! [`statement`] puts together named steps (`steps`), which are the same in every dialect but for a table
//! of words (`dialect`). Nothing here connects to anything: a statement is text.

mod dialect;
mod steps;

pub use dialect::Dialect;

use crate::base::{Error, Result};
use crate::history::{LogOptions, Returns};
use steps::Steps;

/// What to write a statement for. Of the settings of a log it takes the columns (but for currency and
/// attributes), the range of dates, returns, grain, unit, the window, and whether bad rows are skipped.
#[derive(Debug, Clone)]
pub struct SqlOptions {
    /// Whose words to use.
    pub dialect: Dialect,
    /// The table of purchases; parts such as a schema are separated by points, and double quotes keep
    /// a point within a part.
    pub table: String,
    /// A query in place of a table, which is written as it is.
    pub query: Option<String>,
    /// Is there no column of amounts?
    pub no_amount: bool,
    /// Count what becomes of the rows, instead of the summary?
    pub account: bool,
}

/// The table of purchases if none is named.
pub const TABLE: &str = "purchases";

impl SqlOptions {
    /// A summary of the table [`TABLE`].
    pub fn new(dialect: Dialect) -> Self {
        SqlOptions { dialect, table: TABLE.into(), query: None, no_amount: false, account: false }
    }
}

/// The statement, without a semicolon at its end, so that it can be put into another one.
///
/// The summary has the columns `customer_id, frequency, recency, T, monetary_value, unit`; what else `clv summarize`
/// writes of all customers alike (`observed_until`, `grain`) is for the caller to say, who has the table. Unless
/// `skip_bad_rows` is set, each customer with bad rows has one more row, in which all numbers are NULL: it
/// is refused wherever a summary is read. The account has `fate, rows, amount`, with the names of
/// [`Fate::code`](crate::history::Fate::code); `return` is a return that is netted, or finds no purchase.
///
/// Columns that are not named are called `customer_id`, `date` and `amount` (in Snowflake in capitals, as it
/// keeps them).
///
/// # Errors
/// If a name cannot be one, or options contradict each other.
pub fn statement(options: &SqlOptions, log: &LogOptions) -> Result<String> {
    refuse_contradictions(options, log)?;
    let steps = Steps::new(options, log)?;
    let mut text = header(options, log);
    text.push_str("WITH ");
    let parts = if options.account { steps.account() } else { steps.summary() };
    let (last, named) = parts.split_last().expect("a statement has steps");
    for (i, step) in named.iter().enumerate() {
        let comma = if i + 1 < named.len() { "," } else { "" };
        text.push_str(&format!("{} AS (\n{}\n){comma}\n", step.name, indented(step)));
    }
    text.push_str(&last.body);
    text.push('\n');
    Ok(text)
}

fn refuse_contradictions(options: &SqlOptions, log: &LogOptions) -> Result<()> {
    let product = log.quantity.is_some() || log.price.is_some();
    if product && log.amount.is_some() {
        return Err(Error::option("--amount", "give either --amount, or --quantity and --price"));
    }
    if log.quantity.is_some() != log.price.is_some() {
        return Err(Error::option("--quantity", "the amount is quantity x price: both are needed"));
    }
    if options.no_amount && (product || log.amount.is_some()) {
        return Err(Error::option("--no-amount", "a column of amounts is named"));
    }
    Ok(())
}

/// What the statement is, in comments. No name that a user gave is in it.
fn header(options: &SqlOptions, log: &LogOptions) -> String {
    let words = options.dialect.words();
    let tested = match words.tested_on {
        Some(engine) => format!("tested on {engine}"),
        None => "never executed by clv's tests: compare a first result with clv summarize".into(),
    };
    let what = if options.account {
        "What becomes of the rows of a purchase log"
    } else {
        "The summary of a purchase log"
    };
    let mut lines = vec![
        format!("{what}, by the rules of clv {}.", env!("CARGO_PKG_VERSION")),
        format!("For {} ({tested}).", words.title),
        format!(
            "Purchases of one customer and {} are one; time is in {}s.",
            log.grain(),
            log.unit.unwrap_or_default()
        ),
    ];
    // Where dates are text, they are what the shop's own clock wrote.
    if words.date_text.is_none() {
        lines.extend([
            "Times with a time zone are dated by the session's clock; clv takes that of the file: its offsets, or the zone of"
                .into(),
            "the column. Set the session's time zone to the shop's.".into(),
        ]);
    }
    if log.observed_until.is_none() {
        lines.push("Observation ends with the last date of the log (--observed-until DATE fixes it).".into());
    }
    lines.extend(
        options
            .account
            .then(|| "The lines add up to the rows of the table.".into())
            .or_else(|| bad_rows(log)),
    );
    lines.iter().map(|line| format!("-- {line}\n")).collect()
}

fn bad_rows(log: &LogOptions) -> Option<String> {
    Some(match (log.skip_bad_rows, log.returns) {
        (true, _) => "Bad rows are left out; clv sql --account counts them.".into(),
        (false, Returns::Reject) => {
            "Bad rows (negative amounts are) show as lines without numbers, which clv refuses.".into()
        }
        (false, _) => {
            "Bad rows show as lines without numbers, which clv refuses (see --skip-bad-rows).".into()
        }
    })
}

fn indented(step: &steps::Step) -> String {
    let comments = step.comment.lines().map(|line| format!("  -- {line}"));
    let body = step.body.lines().map(|line| format!("  {line}"));
    comments.chain(body).collect::<Vec<_>>().join("\n")
}
