//! Columns with their roles, by index.

use crate::history::summary_said::Fact;

/// Columns of a log, by index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LogColumns {
    pub id: usize,
    pub date: usize,
    pub amount: AmountColumns,
    pub currency: Option<usize>,
    pub attributes: Vec<usize>,
    /// Numbers of rows, where the input has lost their order.
    pub order: Option<usize>,
    /// Columns that may say that a row is no purchase, and that have no other role.
    pub watched: Vec<usize>,
}

impl LogColumns {
    /// Indexes of all of them; those that are only watched come last.
    pub fn used(&self) -> Vec<usize> {
        [indexes(&self.roles()), self.watched.clone()].concat()
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AmountColumns {
    /// There are none.
    None,
    /// One column.
    One(usize),
    /// Quantity times price.
    Product { quantity: usize, price: usize },
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
