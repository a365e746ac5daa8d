//! What can be said of a purchase log wherever it lies, in files or in a warehouse: its columns, what its
//! values mean, and time.

use clap::{Args, ValueEnum};
use jiff::civil::Date;

use super::args::{date, plain};
use crate::base::{Error, Grain, Result, Unit};
use crate::history::{LogOptions, Returns};

/// Columns, values and time of a log.
#[derive(Args, Clone)]
pub(super) struct TableArgs {
    /// Column that says who bought [found by name: customer_id, client_id, user_id, ...]
    #[arg(long, value_name = "COLUMN", help_heading = "Columns")]
    id: Option<String>,
    /// Column that says when [found by name: date, order_date, invoice_date, timestamp, ...]
    #[arg(long, value_name = "COLUMN", help_heading = "Columns")]
    date: Option<String>,
    /// Column that says how much was paid [found by name: amount, revenue, sales, total, ...]
    #[arg(long, value_name = "COLUMN", help_heading = "Columns")]
    amount: Option<String>,
    /// Column of quantities, for order lines: amount = quantity x price
    #[arg(long, value_name = "COLUMN", help_heading = "Columns")]
    quantity: Option<String>,
    /// Column of unit prices, for order lines
    #[arg(long, value_name = "COLUMN", help_heading = "Columns")]
    price: Option<String>,

    /// Earlier dates are bad rows [default: 1970-01-01]
    #[arg(long, value_name = "DATE", value_parser = date, help_heading = "Values")]
    dates_from: Option<Date>,
    /// Later dates are bad rows [default: today]
    #[arg(long, value_name = "DATE", value_parser = date, help_heading = "Values")]
    dates_until: Option<Date>,
    /// What to do with negative amounts [default: net]
    #[arg(long, value_enum, help_heading = "Values")]
    returns: Option<ReturnsArg>,
    /// Go on without bad rows; they are counted and shown
    #[arg(long, help_heading = "Values")]
    skip_bad_rows: bool,

    /// What counts as one purchase: all within one hour, day, week, month or year [default: day, or that of the model or the summary]
    #[arg(long, value_name = "GRAIN", help_heading = "Time", value_parser = plain::<Grain>)]
    pub grain: Option<Grain>,
    /// How time is written: day, week, month or year; changes no forecast [default: week, or what a summary says]
    #[arg(long, value_name = "UNIT", help_heading = "Time", value_parser = plain::<Unit>)]
    pub unit: Option<Unit>,
    /// End of observation [default: the last date of the log]
    #[arg(long, value_name = "DATE", value_parser = date, help_heading = "Time")]
    pub observed_until: Option<Date>,
    /// Leave out customers first seen before this date
    #[arg(long, value_name = "DATE", value_parser = date, help_heading = "Time")]
    since: Option<Date>,
}

/// `--returns`.
#[derive(Clone, Copy, ValueEnum)]
enum ReturnsArg {
    /// Taken off the customer's earlier purchases, newest first
    Net,
    /// Left out
    Drop,
    /// Bad rows
    Reject,
}

impl TableArgs {
    pub fn options(&self) -> Result<LogOptions> {
        let returns = self.returns.map_or_else(Returns::default, |returns| match returns {
            ReturnsArg::Net => Returns::Net,
            ReturnsArg::Drop => Returns::Drop,
            ReturnsArg::Reject => Returns::Reject,
        });
        if self.quantity.is_some() != self.price.is_some() {
            let (given, missing) =
                if self.quantity.is_some() { ("--quantity", "--price") } else { ("--price", "--quantity") };
            return Err(Error::option(
                given,
                format!("the amount is quantity x price: {missing} is needed too"),
            ));
        }
        if self.quantity.is_some() && self.amount.is_some() {
            return Err(Error::option("--amount", "give either --amount, or --quantity and --price"));
        }
        Ok(LogOptions {
            id: self.id.clone(),
            date: self.date.clone(),
            amount: self.amount.clone(),
            quantity: self.quantity.clone(),
            price: self.price.clone(),
            dates_from: self.dates_from,
            dates_until: self.dates_until,
            returns,
            skip_bad_rows: self.skip_bad_rows,
            grain: self.grain,
            unit: self.unit,
            observed_until: self.observed_until,
            since: self.since,
            ..LogOptions::default()
        })
    }
}
