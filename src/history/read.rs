//! x
use arrow_array::StringArray;
use jiff::civil::Date;

use super::CleaningAccount;
use crate::warning::Warning;

pub(crate) struct Purchases {
    pub id: StringArray,
    pub when: Vec<i32>,
    pub amount: Vec<f64>,
}
#[derive(Default)]
pub(crate) struct ReadOutcome {
    pub account: CleaningAccount,
    pub first: Option<Date>,
    pub last: Option<Date>,
    pub has_amount: bool,
    pub order_lines: bool,
    pub assumptions: Vec<String>,
    pub warnings: Vec<Warning>,
}
