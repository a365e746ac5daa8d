//! Rows of a record batch, handed to the cleaner.

use arrow_array::{Array, ArrayRef, RecordBatch, StringArray, UInt64Array};

use super::amounts::spelled::NumberStyle;
use super::columns::AmountColumns;
use super::recognise::Table;
use super::text::product;
use super::typed::{Dates, IdBuffer, Ids, Numbers, counts, texts};
use crate::base::{Error, Place, Result};
use crate::history::{
    account::Fate,
    clean::{Cells, Cleaner},
    customer_file::text_of,
};

enum Amounts {
    None,
    One(Numbers),
    Product { quantity: Numbers, price: Numbers },
}

impl Amounts {
    /// The amount of a row; `None` if it cannot be read.
    #[inline]
    fn get(&self, row: usize, point: u8) -> Option<f64> {
        match self {
            Amounts::None => Some(0.0),
            Amounts::One(numbers) => numbers.get(row, point),
            Amounts::Product { quantity, price } => match (quantity.get(row, point), price.get(row, point)) {
                (Some(quantity), Some(price)) => product(quantity, price),
                _ => None,
            },
        }
    }
}

impl Amounts {
    /// Are they text, at least in part?
    fn is_text(&self) -> bool {
        match self {
            Amounts::None => false,
            Amounts::One(numbers) => matches!(numbers, Numbers::Text(_)),
            Amounts::Product { quantity, price } => {
                matches!(quantity, Numbers::Text(_)) || matches!(price, Numbers::Text(_))
            }
        }
    }

    /// The numbers of a row as they are written.
    fn texts(&self, row: usize) -> Vec<String> {
        match self {
            Amounts::None => Vec::new(),
            Amounts::One(numbers) => vec![numbers.shown(row)],
            Amounts::Product { quantity, price } => vec![quantity.shown(row), price.shown(row)],
        }
    }

    /// The amount of a row however it is written.
    fn read(&self, row: usize, style: NumberStyle) -> Option<f64> {
        self.get(row, style.point).or_else(|| {
            let numbers: Option<Vec<f64>> =
                self.texts(row).iter().map(|text| style.read(text.trim().as_bytes())).collect();
            match numbers?[..] {
                [one] => Some(one),
                [quantity, price] => product(quantity, price),
                _ => None,
            }
        })
    }

    /// Is there nothing?
    fn is_blank(&self, row: usize) -> bool {
        matches!(self, Amounts::One(numbers) if numbers.shown(row).trim().is_empty())
    }
}

/// A batch's columns by role.
struct Roles {
    ids: Ids,
    dates: Dates,
    amounts: Amounts,
    currency: Option<StringArray>,
    attributes: Vec<StringArray>,
    /// Numbers of rows, where the input has lost their order.
    order: Option<UInt64Array>,
    refund: Option<Numbers>,
    /// Values by which rows are left out; `None` of a column that cannot be text.
    screens: Vec<Option<StringArray>>,
    /// The numbers of orders.
    order_ids: Option<StringArray>,
    /// Who rows with a negative amount are paid to.
    payees: Option<Ids>,
}

/// The column of a table by its index, made ready for its role.
pub(crate) fn column<T>(
    table: &Table,
    batch: &RecordBatch,
    index: usize,
    make: impl Fn(&ArrayRef) -> Result<T, String>,
) -> Result<T> {
    let name = &table.names[index];
    let place = || Place { column: Some(name.clone()), ..Place::file(&table.source.name) };
    let column =
        batch.column_by_name(name).ok_or_else(|| Error::input(place(), "the column is missing here"))?;
    make(column).map_err(|why| Error::input(place(), why))
}

/// A column as text; `None` if it cannot be.
pub(crate) fn text_column(table: &Table, batch: &RecordBatch, index: usize) -> Option<StringArray> {
    column(table, batch, index, texts).ok()
}

impl Roles {
    fn new(table: &Table, batch: &RecordBatch) -> Result<Self> {
        let log = table.log();
        let numbers = |index| column(table, batch, index, Numbers::new);
        Ok(Roles {
            ids: column(table, batch, log.id, Ids::new)?,
            dates: column(table, batch, log.date, Dates::new)?,
            amounts: match log.amount {
                AmountColumns::None => Amounts::None,
                AmountColumns::One(index) => Amounts::One(numbers(index)?),
                AmountColumns::Product { quantity, price } => {
                    Amounts::Product { quantity: numbers(quantity)?, price: numbers(price)? }
                }
            },
            currency: log.currency.map(|index| column(table, batch, index, texts)).transpose()?,
            attributes: log
                .attributes
                .iter()
                .map(|&index| column(table, batch, index, texts))
                .collect::<Result<_>>()?,
            order: log.order.map(|index| column(table, batch, index, counts)).transpose()?,
            refund: log.refund.map(numbers).transpose()?,
            order_ids: log.order_id.and_then(|index| text_column(table, batch, index)),
            payees: log.payee.map(|index| column(table, batch, index, Ids::new)).transpose()?,
            screens: log.screens.iter().map(|screen| text_column(table, batch, screen.column)).collect(),
        })
    }

    /// Ids, days and amounts, if that is all there is and each row has them.
    fn plain(&self) -> Option<(&[u64], &[i32], &[f64])> {
        match self {
            Roles {
                ids: Ids::Plain(ids),
                dates: Dates::Days(days),
                amounts: Amounts::One(Numbers::Number(amounts)),
                currency: None,
                attributes,
                order: _,
                refund: None,
                screens,
                order_ids: None,
                payees: None,
            } if attributes.is_empty()
                && screens.is_empty()
                && ids.null_count() + days.null_count() + amounts.null_count() == 0 =>
            {
                Some((ids.values(), days.values(), amounts.values()))
            }
            _ => None,
        }
    }
}

/// Cleans the rows of a batch whose first row has this number.
pub(crate) fn clean_batch(
    table: &Table,
    batch: &RecordBatch,
    first_row: u64,
    cleaner: &mut Cleaner,
) -> Result<()> {
    let roles = Roles::new(table, batch)?;
    let rules = cleaner.rules;
    let style = &cleaner.writing.date;
    let number = cleaner.writing.number;
    let point = number.point;
    let mut buffer = IdBuffer::new();
    let minor = table.log().minor;
    let in_units = |amount: f64| table.log().in_units(amount);
    let plain = roles
        .plain()
        .filter(|_| minor == 0 && rules.has_amount && !rules.orders && !rules.kept && !rules.ids.change());
    // What becomes of rows that columns decide about, for what is watched beside them.
    let decided = roles.refund.is_some() || !roles.screens.is_empty();
    let mut left: Vec<Option<f64>> = vec![None; if decided { batch.num_rows() } else { 0 }];
    let mut next = 0;
    while next < batch.num_rows() {
        if let Some((ids, days, amounts)) = plain {
            next += cleaner.purchases(&ids[next..], &days[next..], &amounts[next..]);
            if next == batch.num_rows() {
                break;
            }
        }
        let row = next;
        next += 1;
        let cells = BatchCells { table, roles: &roles, row, number: first_row + row as u64 };
        if let Some(currency) = &roles.currency {
            let text = if currency.is_valid(row) { currency.value(row).trim() } else { "" };
            if !cleaner.currency(text, &cells) {
                continue;
            }
        }
        if let Some(orders) = &roles.order_ids {
            let order = text_of_row(orders, row);
            if table.log().blank_lines && !order.trim_ascii().is_empty() && roles.amounts.is_blank(row) {
                cleaner.order_line();
                continue;
            }
            cleaner.order(order);
        }
        let mut amount = match roles.amounts.get(row, point) {
            None if roles.amounts.is_text() => {
                let texts = roles.amounts.texts(row);
                match cleaner.spelled(&texts, roles.currency.is_some(), roles.dates.get(row, style), &cells) {
                    Some(amount) => amount,
                    None => continue,
                }
            }
            amount => amount,
        }
        .map(in_units);
        if roles.refund.is_some() || !roles.screens.is_empty() {
            let refund = roles.refund.as_ref().map(|refund| refund.read(row, number).map(in_units));
            let values = roles
                .screens
                .iter()
                .map(|column| column.as_ref().map_or(&b""[..], |column| text_of_row(column, row)));
            match cleaner.screen(table, values, amount, refund) {
                Some(rest) => amount = rest,
                None => {
                    if let Some(id) = roles.ids.get(row, &mut buffer) {
                        cleaner.take_back(id, roles.dates.get(row, style));
                    }
                    continue;
                }
            }
            left[row] = amount;
        }
        if !roles.attributes.is_empty() {
            cleaner.place(roles.order.as_ref().map(|numbers| numbers.value(row)));
            cleaner.attributes(roles.attributes.iter().map(|column| text_of(column, row)));
        }
        if (rules.orders || rules.kept) && roles.attributes.is_empty() {
            cleaner.place(None);
        }
        let ids = match &roles.payees {
            Some(payees) if amount.is_some_and(|amount| amount < 0.0) => payees,
            _ => &roles.ids,
        };
        match ids.get(row, &mut buffer) {
            Some(id) => cleaner.row(id, roles.dates.get(row, style), amount, &cells),
            None => {
                let problem =
                    "a customer id must be text or a whole number below 2^53; cast the column to text";
                let place = || cells.place().at(&cleaner.names.id, roles.ids.shown(row));
                cleaner.rows_bad(Fate::UnusableId, place, problem.into());
            }
        }
    }
    watch(table, batch, (&roles, decided.then_some(&left)), cleaner);
    if roles.ids.is_float() {
        cleaner.tally.number_ids += batch.num_rows() as u64;
    }
    Ok(())
}

/// Counts what stands in columns that may say that a row is no purchase.
/// Rows that were left out count no more; `left` is what is left of the others.
fn watch(
    table: &Table,
    batch: &RecordBatch,
    (roles, left): (&Roles, Option<&Vec<Option<f64>>>),
    cleaner: &mut Cleaner,
) {
    let watched = &table.log().watched;
    if watched.is_empty() {
        return;
    }
    let style = cleaner.writing.number;
    let columns: Vec<_> = watched.iter().map(|&index| text_column(table, batch, index)).collect();
    for row in 0..batch.num_rows() {
        let texts =
            columns.iter().map(|column| column.as_ref().map_or(&b""[..], |column| text_of_row(column, row)));
        let amount = left.map_or_else(
            || roles.amounts.read(row, style).map(|amount| table.log().in_units(amount)),
            |left| left[row],
        );
        cleaner.watch(table, texts, amount);
    }
}

fn text_of_row(column: &StringArray, row: usize) -> &[u8] {
    if column.is_valid(row) { column.value(row).as_bytes() } else { b"" }
}

/// Calls `each` with every date that is not one by its type, and the number of its row.
pub(crate) fn each_date(
    table: &Table,
    batch: &RecordBatch,
    first_row: u64,
    mut each: impl FnMut(&str, u64),
) -> Result<()> {
    let dates = column(table, batch, table.log().date, Dates::new)?;
    if !dates.is_typed() {
        for row in 0..dates.len() {
            each(&dates.shown(row), first_row + row as u64);
        }
    }
    Ok(())
}

/// Calls `each` with every amount, quantity and price that is text, and the numbers of its column (of these) and its row.
pub(crate) fn each_number(
    table: &Table,
    batch: &RecordBatch,
    first_row: u64,
    mut each: impl FnMut(usize, &str, u64),
) -> Result<()> {
    let columns = match table.log().amount {
        AmountColumns::None => [None, None],
        AmountColumns::One(one) => [Some(one), None],
        AmountColumns::Product { quantity, price } => [Some(quantity), Some(price)],
    };
    for (at, index) in columns.into_iter().flatten().enumerate() {
        if let Numbers::Text(texts) = column(table, batch, index, Numbers::new)? {
            let valid = (0..texts.len()).filter(|&row| texts.is_valid(row));
            valid.for_each(|row| each(at, texts.value(row), first_row + row as u64));
        }
    }
    Ok(())
}

struct BatchCells<'a> {
    table: &'a Table,
    roles: &'a Roles,
    row: usize,
    number: u64,
}

impl Cells for BatchCells<'_> {
    fn date(&self) -> String {
        self.roles.dates.shown(self.row)
    }

    fn amount(&self) -> String {
        match &self.roles.amounts {
            Amounts::None => String::new(),
            Amounts::One(numbers) | Amounts::Product { price: numbers, .. } => numbers.shown(self.row),
        }
    }

    fn quantity(&self) -> String {
        match &self.roles.amounts {
            Amounts::Product { quantity, .. } => quantity.shown(self.row),
            _ => String::new(),
        }
    }

    fn place(&self) -> Place {
        Place { row: Some(self.number), ..Place::file(&self.table.source.name) }
    }
}
