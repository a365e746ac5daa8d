//! Is a column of prices that stands beside quantities that of one piece, or of the whole line? Some names mean both
//! (`item-price` is the line's with Amazon, one piece's with Google Analytics), and a column of totals may show that the
//! name misleads. Where neither the name nor the data decide, the caller is asked: the two differ by a factor of the
//! quantity.

use arrow_array::RecordBatch;

use super::amounts::spelled::NumberStyle;
use super::batch::column;
use super::columns::AmountColumns;
use super::feed::{Data, Feed, Work, for_each_batch};
use super::look::number_style;
use super::names::{is_price_of_either, is_total};
use super::recognise::{Inputs, Table};
use super::text::{for_each_record, product, trim};
use super::typed::Numbers;
use super::vocabulary::{Part, rank};
use crate::base::{Error, Place, Result};
use crate::history::options::LogOptions;

/// So many rows are looked at.
const LOOKED_AT: u64 = 10_000;
/// This share of the rows must speak for a reading.
const MOST: f64 = 0.9;
/// What rounding to cents may change.
const CENT: f64 = 0.0051;

/// Asks if the amount is quantity times price by the names of the columns alone, and may be the price alone.
///
/// # Errors
/// If so, with both readings; if rows cannot be read at all.
pub(super) fn check(inputs: &mut Inputs, options: &LogOptions) -> Result<()> {
    let table = &inputs.tables[0];
    let AmountColumns::Product { quantity, price } = table.log().amount else { return Ok(()) };
    if options.price.is_some() {
        return Ok(());
    }
    let taken = table.log().used();
    let totals = (0..table.names.len()).filter(|at| !taken.contains(at) && is_total(&table.names[*at]));
    let columns: Vec<usize> = [quantity, price].into_iter().chain(totals).collect();
    let counts = rank(Part::Quantity, &table.names[quantity]);
    let open = is_price_of_either(&table.names[price]) || counts.is_some_and(|rank| rank > 0);
    if columns.len() == 2 && !open {
        return Ok(());
    }
    let mut seen = Seen { fits: vec![Fits::default(); columns.len() - 2], ..Seen::default() };
    inputs.tables[0].looked_at = columns[2..].to_vec();
    let style = number_style(inputs, 0, options)?;
    let looked = look(inputs, &columns, style, &mut seen);
    inputs.tables[0].looked_at.clear();
    looked?;
    let table = &inputs.tables[0];
    seen.judge(table, &columns, open)
}

/// What the rows of a table say of its pair.
#[derive(Default)]
struct Seen {
    rows: u64,
    /// Sums of both readings.
    products: f64,
    prices: f64,
    /// Rows in which the two differ, and the first of them: its place, quantity and price.
    different: u64,
    example: Option<(Place, f64, f64)>,
    /// By column of totals: how many of these rows agree with it.
    fits: Vec<Fits>,
}

#[derive(Default, Clone)]
struct Fits {
    product: u64,
    price: u64,
}

impl Seen {
    /// A row: quantity, price, totals, as far as they are numbers.
    fn row(&mut self, numbers: &[Option<f64>], place: impl FnOnce() -> Place) {
        let [Some(quantity), Some(price), totals @ ..] = numbers else { return };
        let Some(paid) = product(*quantity, *price) else { return };
        self.rows += 1;
        self.products += paid;
        self.prices += price;
        if (paid - price).abs() <= CENT * quantity.abs().max(1.0) {
            return;
        }
        self.different += 1;
        self.example.get_or_insert_with(|| (place(), *quantity, *price));
        for (fits, total) in self.fits.iter_mut().zip(totals) {
            let Some(total) = total else { continue };
            let near = |value: f64, cents: f64| (value - total).abs() <= CENT * cents + 1e-9 * total.abs();
            fits.product += u64::from(near(paid, quantity.abs().max(1.0)));
            fits.price += u64::from(near(*price, 1.0));
        }
    }

    fn is_enough(&self) -> bool {
        self.rows >= LOOKED_AT && self.different > 0
    }

    fn judge(self, table: &Table, columns: &[usize], open: bool) -> Result<()> {
        let Some((place, quantity, price)) = &self.example else { return Ok(()) };
        let share = |rows: u64| rows as f64 / self.different as f64;
        if self.fits.iter().any(|fits| share(fits.product) >= MOST) {
            return Ok(());
        }
        let against = |fits: &Fits| share(fits.price) >= MOST && share(fits.product) <= 1.0 - MOST;
        let against = self.fits.iter().position(against).map(|at| &table.names[columns[2 + at]]);
        if !open && against.is_none() {
            return Ok(());
        }
        let (pieces, name) = (&table.names[columns[0]], &table.names[columns[1]]);
        let why = match against {
            Some(total) => format!("the column \"{total}\" is as large as \"{name}\" alone"),
            None => "the name is used for both".to_owned(),
        };
        let message = format!(
            "is \"{name}\" the price of one piece or of the whole line? ({why}.) This row is worth {quantity} x {price} = \
             {:.2}, or {price:.2}; the first {} rows are worth {:.2}, or {:.2}. Say which: --quantity \"{pieces}\" --price \
             \"{name}\" for the price of one, or --amount \"{name}\" for that of the line",
            quantity * price,
            self.rows,
            self.products,
            self.prices,
        );
        Err(Error::input(place.clone().at(name, price.to_string()), message))
    }
}

fn look(inputs: &Inputs, columns: &[usize], style: NumberStyle, seen: &mut Seen) -> Result<()> {
    let mut feed = Feed::new(inputs);
    let mut block = Vec::new();
    while !seen.is_enough()
        && let Some(work) = feed.next(&mut block)?
        // Other files may have their columns in another order.
        && work.file == 0
    {
        match work.data {
            Data::Text { first_line, .. } => {
                look_at_text(&inputs.tables[0], &block, first_line, columns, style, seen);
            }
            _ => look_at_batches(inputs, work, columns, style, seen)?,
        }
    }
    Ok(())
}

fn look_at_text(
    table: &Table,
    block: &[u8],
    first_line: u64,
    columns: &[usize],
    style: NumberStyle,
    seen: &mut Seen,
) {
    let packed = table.separator().is_none();
    let names: Vec<String> = columns.iter().map(|&at| table.names[at].clone()).collect();
    let width = if packed { columns.len() } else { table.names.len() };
    let mut numbers = Vec::new();
    for_each_record(block, first_line, table.separator(), &names, |record| {
        if record.fields.len() == width && !seen.is_enough() {
            let cell = |(at, &index): (usize, &usize)| record.field(if packed { at } else { index });
            numbers.clear();
            numbers.extend(columns.iter().enumerate().map(cell).map(|text| style.read(trim(text))));
            seen.row(&numbers, || Place::line(&table.source.name, record.line));
        }
    });
}

fn look_at_batches(
    inputs: &Inputs,
    work: Work,
    columns: &[usize],
    style: NumberStyle,
    seen: &mut Seen,
) -> Result<()> {
    for_each_batch(inputs, work, |table, batch: &RecordBatch, first_row, _| {
        // A column that cannot hold numbers is none of totals.
        let numbers = |&index: &usize| column(table, batch, index, Numbers::new).ok();
        let numbers: Vec<Option<Numbers>> = columns.iter().map(numbers).collect();
        for row in 0..batch.num_rows() {
            if seen.is_enough() {
                break;
            }
            let cells = numbers.iter().map(|numbers| {
                let numbers = numbers.as_ref()?;
                numbers.get(row, style.point).or_else(|| style.read(numbers.shown(row).trim().as_bytes()))
            });
            let place = || Place { row: Some(first_row + row as u64), ..Place::file(&table.source.name) };
            seen.row(&cells.collect::<Vec<_>>(), place);
        }
        Ok(())
    })
}
