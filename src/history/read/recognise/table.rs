//! One file as a table: its format, and what its columns are for.

use arrow_schema::DataType;

use crate::history::read::arrow::ArrowTable;
use crate::history::read::columns::{AmountColumns, Columns, CustomerColumns, LogColumns, SummaryColumns};
use crate::history::read::inputs::{Format, Source};

/// One file, looked at.
#[derive(Debug)]
pub(crate) struct Table {
    /// The file.
    pub source: Source,
    /// How its bytes make a table.
    pub format: Format,
    /// Its columns.
    pub names: Vec<String>,
    /// Their roles.
    pub columns: Columns,
    /// What Parquet or Arrow says of itself.
    pub arrow: Option<ArrowTable>,
    /// Columns that have no role and are looked at before reading.
    pub looked_at: Vec<usize>,
    /// How many records stand above the header; `None`: there is no header.
    pub above: Option<usize>,
    /// What is to be said of its layout.
    pub said: Option<String>,
}

impl Table {
    /// The roles of a log's columns.
    pub fn log(&self) -> &LogColumns {
        match &self.columns {
            Columns::Log(columns) => columns,
            _ => unreachable!("inputs of one call are all of one kind"),
        }
    }

    /// Between fields; `None` if the table is not separated text.
    pub fn separator(&self) -> Option<u8> {
        match self.format {
            Format::Text(separator) => Some(separator),
            _ => None,
        }
    }

    /// Are dates of a log dates by their type?
    pub fn has_typed_dates(&self) -> bool {
        let field = self.arrow.as_ref().map(|arrow| arrow.schema.field(self.log().date));
        field.is_some_and(|field| field.data_type().is_temporal())
    }

    /// Are dates, and numbers if there are any, what they are by their type?
    pub fn is_typed(&self) -> bool {
        let Some(arrow) = &self.arrow else { return false };
        let numeric = |index: usize| arrow.schema.field(index).data_type().is_numeric();
        let numbers = match self.log().amount {
            AmountColumns::None => true,
            AmountColumns::One(one) => numeric(one),
            AmountColumns::Product { quantity, price } => numeric(quantity) && numeric(price),
        };
        numbers && self.has_typed_dates()
    }

    /// The time zone of dates that are instants by their type.
    pub fn zone_of_dates(&self) -> Option<String> {
        let field = self.arrow.as_ref().map(|arrow| arrow.schema.field(self.log().date))?;
        match field.data_type() {
            DataType::Timestamp(_, zone) => zone.as_deref().map(str::to_owned),
            _ => None,
        }
    }

    /// Indexes of the columns that have a role.
    pub fn used(&self) -> Vec<usize> {
        let mut used = match &self.columns {
            Columns::Log(log) => log.used(),
            Columns::Summary(summary) => summary.used(),
            Columns::Customers(customers) => customers.used(),
        };
        used.extend(&self.looked_at);
        used
    }

    /// From now on only these columns are read.
    pub fn look_only_at(&mut self, id: usize, attributes: Vec<usize>) {
        self.columns = Columns::Customers(CustomerColumns { id, attributes });
    }

    /// The roles of a summary's columns.
    pub fn summary(&self) -> &SummaryColumns {
        match &self.columns {
            Columns::Summary(columns) => columns,
            _ => unreachable!("inputs of one call are all of one kind"),
        }
    }

    /// The columns of a file of customers.
    pub fn customers(&self) -> &CustomerColumns {
        match &self.columns {
            Columns::Customers(columns) => columns,
            _ => unreachable!("inputs of one call are all of one kind"),
        }
    }
}
