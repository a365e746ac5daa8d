//! Columns with their roles, by index.

use serde::{Deserialize, Serialize};

use super::super::screen::Screen;
use crate::history::orders::Lines;
use crate::history::summary_said::Fact;

/// Columns of a log, by index.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LogColumns {
    pub id: usize,
    pub date: usize,
    pub amount: AmountColumns,
    pub currency: Option<usize>,
    pub attributes: Vec<usize>,
    /// Numbers of rows, where the input has lost their order.
    pub order: Option<usize>,
    /// What is to be taken off the amount.
    pub refund: Option<usize>,
    /// By whose values rows are left out.
    pub screens: Vec<Screen>,
    /// The number of the order that a row is part of.
    pub order_id: Option<usize>,
    /// How the lines of an order make its amount, if orders are put together.
    pub lines: Option<Lines>,
    /// Are rows without an amount further lines of an order that has one?
    pub blank_lines: bool,
    /// What is said of lines of an order that have one amount each, all the same, and are added up; empty otherwise.
    #[serde(default)]
    pub alike: String,
    /// What else is said of how columns were chosen, one sentence each.
    #[serde(default)]
    pub remarks: Vec<String>,
    /// Are ids e-mail addresses?
    pub mail: bool,
    /// Are rows without a customer those of guests?
    pub guests: bool,
    /// Who a row with a negative amount is paid to.
    pub payee: Option<usize>,
    /// The platform whose export this is, in a sentence.
    pub preset: Option<String>,
    /// Columns that may say that a row is no purchase, and that have no other role.
    pub watched: Vec<usize>,
    /// Columns whose values look like money, where there is no amount.
    #[serde(default)]
    pub money_like: Vec<usize>,
    /// How many decimal places amounts are moved: 2 where they are in cents.
    #[serde(default)]
    pub minor: u8,
}

impl LogColumns {
    /// Indexes of all of them, each once; those that need not be there in every row come last.
    pub fn used(&self) -> Vec<usize> {
        let mut used = Vec::new();
        let loose = self.loose();
        for index in indexes(&self.roles()).into_iter().chain(loose) {
            if !used.contains(&index) {
                used.push(index);
            }
        }
        used
    }

    /// How many of them need not be there in every row.
    pub fn optional(&self) -> usize {
        let roles = indexes(&self.roles());
        self.used().iter().filter(|index| !roles.contains(index)).count()
    }

    fn loose(&self) -> Vec<usize> {
        let screens = self.screens.iter().map(|screen| screen.column);
        self.refund
            .into_iter()
            .chain(screens)
            .chain(self.order_id)
            .chain(self.payee)
            .chain(self.watched.iter().copied())
            .collect()
    }

    /// The same columns at other places.
    pub fn map(&self, to: impl Fn(usize) -> usize) -> LogColumns {
        LogColumns {
            id: to(self.id),
            date: to(self.date),
            amount: match self.amount {
                AmountColumns::None => AmountColumns::None,
                AmountColumns::One(one) => AmountColumns::One(to(one)),
                AmountColumns::Product { quantity, price } => {
                    AmountColumns::Product { quantity: to(quantity), price: to(price) }
                }
            },
            currency: self.currency.map(&to),
            attributes: self.attributes.iter().map(|&index| to(index)).collect(),
            order: self.order.map(&to),
            refund: self.refund.map(&to),
            screens: self
                .screens
                .iter()
                .map(|screen| Screen { column: to(screen.column), by: screen.by.clone() })
                .collect(),
            order_id: self.order_id.map(&to),
            lines: self.lines,
            blank_lines: self.blank_lines,
            alike: self.alike.clone(),
            remarks: self.remarks.clone(),
            mail: self.mail,
            guests: self.guests,
            payee: self.payee.map(&to),
            preset: self.preset.clone(),
            // They are not read, and keep their places.
            money_like: self.money_like.clone(),
            watched: self.watched.iter().map(|&index| to(index)).collect(),
            minor: self.minor,
        }
    }

    /// An amount as it is written, in whole units of its currency.
    #[inline]
    pub fn in_units(&self, amount: f64) -> f64 {
        match self.minor {
            0 => amount,
            places => amount / 10f64.powi(i32::from(places)),
        }
    }

    pub(super) fn roles(&self) -> Vec<Played> {
        let mut roles = vec![("the id", self.id), ("the date", self.date)];
        match self.amount {
            AmountColumns::None => {}
            AmountColumns::One(one) => roles.push(("the amount", one)),
            AmountColumns::Product { quantity, price } => {
                roles.extend([("the quantity", quantity), ("the price", price)]);
            }
        }
        roles.extend(self.currency.map(|index| ("the currency", index)));
        roles.extend(self.attributes.iter().map(|index| (ATTRIBUTE, *index)));
        roles.extend(self.order.map(|index| ("the order of rows", index)));
        roles
    }
}

pub(super) const ATTRIBUTE: &str = "an attribute";

/// What a column is, in words, and its index.
pub(super) type Played = (&'static str, usize);

fn indexes(roles: &[Played]) -> Vec<usize> {
    roles.iter().map(|(_, index)| *index).collect()
}

/// Where amounts come from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum AmountColumns {
    /// There are none.
    #[default]
    None,
    /// One column.
    One(usize),
    /// Quantity times price.
    Product { quantity: usize, price: usize },
}

impl AmountColumns {
    /// The column whose sign is that of the amount.
    pub fn first(self) -> Option<usize> {
        match self {
            AmountColumns::None => None,
            AmountColumns::One(one) | AmountColumns::Product { quantity: one, .. } => Some(one),
        }
    }
}

/// Columns of a summary, by index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SummaryColumns {
    pub id: usize,
    pub frequency: usize,
    pub recency: usize,
    pub t: usize,
    pub monetary: Option<usize>,
    pub log_gaps: Option<usize>,
    pub purchase_times: Option<usize>,
    /// What it says of itself, in the order of [`Fact`].
    pub said: [Option<usize>; Fact::COUNT],
    pub attributes: Vec<usize>,
}

impl SummaryColumns {
    /// Indexes of all of them.
    pub fn used(&self) -> Vec<usize> {
        indexes(&self.roles())
    }

    pub(super) fn roles(&self) -> Vec<Played> {
        let mut roles = vec![
            ("the id", self.id),
            ("frequency", self.frequency),
            ("recency", self.recency),
            ("T", self.t),
        ];
        let [unit, until, grain] = self.said;
        let optional = [
            ("monetary_value", self.monetary),
            ("log_gaps", self.log_gaps),
            ("purchase_times", self.purchase_times),
            ("the unit", unit),
            ("the end of observation", until),
            ("the grain", grain),
        ];
        roles.extend(optional.into_iter().filter_map(|(role, index)| Some((role, index?))));
        roles.extend(self.attributes.iter().map(|index| (ATTRIBUTE, *index)));
        roles
    }
}

/// Columns of a file of customers, by index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CustomerColumns {
    pub id: usize,
    pub attributes: Vec<usize>,
}

impl CustomerColumns {
    /// Indexes of all of them.
    pub fn used(&self) -> Vec<usize> {
        indexes(&self.roles())
    }

    pub(super) fn roles(&self) -> Vec<Played> {
        let attributes = self.attributes.iter().map(|index| (ATTRIBUTE, *index));
        [("the id", self.id)].into_iter().chain(attributes).collect()
    }
}

/// What a table is, by its columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Columns {
    Log(LogColumns),
    Summary(SummaryColumns),
    Customers(CustomerColumns),
}
