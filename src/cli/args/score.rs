//! What is said of customers: `--horizon`, `--interval`, and what a purchase is worth.

use clap::{Args, ValueEnum};

use super::parse::{plain, share};
use crate::base::{DiscountRate, Horizon, Result, Timing, ValueOptions};
use crate::customers::UnseenLevel;
use crate::forecast::{ExtraColumn, IntervalOf, IntervalOptions, ScoreOptions, Steps};

/// What a purchase is worth.
#[derive(Args)]
pub(in crate::cli) struct ValueArgs {
    /// How far to look: 90d, 39w, 12mo, 2y, or inf [default: 12mo]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, value_parser = plain::<Horizon>, help_heading = "Value")]
    horizon: Option<Horizon>,
    /// Discount rate: 10%/yr (annual effective), 0.8%/mo, or 0 [default: 10%/yr]
    #[arg(long, value_name = "RATE", allow_hyphen_values = true, value_parser = plain::<DiscountRate>, help_heading = "Value")]
    discount: Option<DiscountRate>,
    /// Share of revenue that is kept, such as 40% or 0.4 [default: 1, revenue]
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true, value_parser = share, help_heading = "Value")]
    margin: Option<f64>,
    /// When purchases are paid: continuous, monthly (as lifetimes), or monthly=30.4375d [default: continuous]
    #[arg(long, value_name = "TIMING", help_heading = "Value")]
    discounting: Option<Timing>,
}

/// What to say of each customer.
#[derive(Args)]
pub(in crate::cli) struct ScoreArgs {
    #[command(flatten)]
    value: ValueArgs,
    /// A row a customer and step on the way: 12mo/1mo for every month of a year, or horizons, 1mo,3mo,12mo; the last one is the horizon
    #[arg(long, value_name = "STEPS", value_parser = plain::<Steps>, conflicts_with_all = ["horizon", "columns"], help_heading = "Output")]
    path: Option<Steps>,
    /// Further columns: purchases_median (within the horizon), next_purchase_median (a date), expected_lifetime (within the horizon, days), rate (1/day), dropout
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', help_heading = "Output")]
    columns: Vec<ExtraColumn>,
    /// What to do with values of covariates that the fit has not seen [default: error]
    #[arg(long, value_enum, help_heading = "Output")]
    unseen_level: Option<UnseenArg>,
    /// Intervals of purchases and clv that hold what happens with this probability, such as 90% or 0.9
    #[arg(long, value_name = "SHARE", value_parser = share, help_heading = "Output")]
    interval: Option<f64>,
    /// With --interval: also how far the expectation itself is uncertain
    #[arg(long, requires = "interval", help_heading = "Output")]
    interval_of_mean: bool,
    /// With --interval: what those of totals hold beside chance: what past totals missed (past), or the model alone [default: past]
    #[arg(long, value_enum, requires = "interval", help_heading = "Output")]
    interval_of: Option<IntervalOfArg>,
    /// Seed of the intervals: equal seeds give equal intervals [default: 1]
    #[arg(long, value_name = "N", help_heading = "Output")]
    seed: Option<u64>,
    /// Attribute by whose values totals are shown too: channel
    #[arg(long, value_name = "COLUMN", help_heading = "Output")]
    pub by: Option<String>,
}

/// `--unseen-level`.
#[derive(Clone, Copy, ValueEnum)]
enum UnseenArg {
    /// An error that names the customer
    Error,
    /// Take the reference level, or the mean
    Reference,
}

/// `--interval-of`.
#[derive(Clone, Copy, ValueEnum)]
enum IntervalOfArg {
    /// Errors of past totals, and shocks of weeks, where the model knows them
    Past,
    /// The model alone
    Model,
}

impl ScoreArgs {
    pub fn options(&self) -> Result<ScoreOptions> {
        let unseen = self.unseen_level.map_or_else(UnseenLevel::default, |unseen| match unseen {
            UnseenArg::Error => UnseenLevel::Error,
            UnseenArg::Reference => UnseenLevel::Reference,
        });
        let default = IntervalOptions::default();
        let interval = self.interval.map(|probability| IntervalOptions {
            probability,
            of_mean: self.interval_of_mean,
            seed: self.seed.unwrap_or(default.seed),
            of: self.interval_of.map_or(default.of, |of| match of {
                IntervalOfArg::Past => IntervalOf::Past,
                IntervalOfArg::Model => IntervalOf::Model,
            }),
        });
        let interval = interval.map(IntervalOptions::checked).transpose()?;
        let (columns, by, path) = (self.columns.clone(), self.by.clone(), self.path.clone());
        let value = self.value.options()?;
        let horizon = path.as_ref().map_or(value.horizon, Steps::last);
        Ok(ScoreOptions {
            value: ValueOptions { horizon, ..value },
            columns,
            unseen,
            interval,
            by,
            path,
            memory: None,
        })
    }
}

impl ValueArgs {
    pub fn options(&self) -> Result<ValueOptions> {
        let default = ValueOptions::default();
        let options = ValueOptions {
            horizon: self.horizon.unwrap_or(default.horizon),
            discount: self.discount.unwrap_or(default.discount),
            margin: self.margin.unwrap_or(default.margin),
            timing: self.discounting.unwrap_or(default.timing),
        };
        options.checked()
    }
}
