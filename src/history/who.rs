//! Who is a customer: does the column that was taken for it number customers, or something that never repeats?

use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};

use super::account::{CleaningAccount, Fate};
use super::read::batch::text_column;
use super::read::feed::{Data, Feed, Work, for_each_batch};
use super::read::text::for_each_record_with;
use super::read::{Inputs, likeness};
use super::scatter::hash_text;
use crate::base::{
    Result, Warning,
    numbers::{count, things},
};
use crate::history::SummaryMeta;

/// From this share of purchases on that are each of a customer of their own, nearly every one is.
const NEARLY_ALL: f64 = 0.9;
/// Fewer purchases than this say nothing.
const FEW: u64 = 20;
/// Rows that are looked at for other columns.
const LOOKED_AT: u64 = 20_000;
/// Another column repeats if it has fewer values than this share of its rows.
const REPEATS: f64 = 0.9;

/// Which column customers were taken from, and which others there are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CustomerColumn {
    /// Its name.
    pub name: String,
    /// Purchases: rows of the log.
    pub purchases: u64,
    /// Columns that look like customers, too, and repeat: the likelier first. Only looked for where nearly every
    /// row is of a new customer.
    pub others: Vec<OtherColumn>,
}

/// A column that could number customers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OtherColumn {
    /// Its name.
    pub name: String,
    /// Different values, in the rows looked at.
    pub values: u64,
    /// These rows, as far as they have a value.
    pub rows: u64,
}

impl CustomerColumn {
    /// Why nobody came back, in words.
    pub(crate) fn no_repeats(&self, customers: u64) -> String {
        let name = &self.name;
        let mut words =
            "no customer made a repeat purchase (frequency is 0 for all), so nothing is known of how often \
                         customers come back. "
                .to_owned();
        words += &format!(
            "Customers were taken from column \"{name}\" ({} in {} purchases)",
            count(customers),
            count(self.purchases)
        );
        match self.others.is_empty() {
            false => words += &format!(": does it number orders? {}", self.offer()),
            true => {
                words += ": if it does not tell customers apart, name the right one with --id. Else a longer observation \
                          is needed, or a finer --grain if repeat purchases fall within one grain"
            }
        }
        words
    }

    /// The other columns, in words.
    fn offer(&self) -> String {
        let name = |column: &OtherColumn| format!("\"{}\"", column.name);
        let Some((first, rest)) = self.others.split_first() else { return String::new() };
        let more = match rest.is_empty() {
            true => String::new(),
            false => format!("; also {}", rest.iter().map(name).collect::<Vec<_>>().join(", ")),
        };
        format!(
            "Column {} repeats ({} values in the first {} rows that have one): --id names it{more}",
            name(first),
            count(first.values),
            count(first.rows)
        )
    }

    fn warn(&self, customers: u64) -> Option<Warning> {
        let nearly_all = self.purchases >= FEW && customers as f64 >= NEARLY_ALL * self.purchases as f64;
        if !nearly_all || (self.others.is_empty() && customers < self.purchases) {
            return None;
        }
        let offer = match self.others.is_empty() {
            true => "If it is, name the column of customers with --id".to_owned(),
            false => self.offer(),
        };
        let message = format!(
            "nearly every purchase is of a new customer: {} customers by column \"{}\" in {} purchases. Is it a number \
             of orders rather than of customers? {offer}",
            count(customers),
            self.name,
            count(self.purchases)
        );
        Some(Warning::new("nearly-all-customers-new", message))
    }
}

impl CustomerColumn {
    /// A handful of customers with very many purchases may be those who sell.
    fn warn_few(&self, customers: u64) -> Option<Warning> {
        const HANDFUL: u64 = 5;
        const EACH: u64 = 50;
        if customers == 0
            || customers > HANDFUL
            || self.purchases < EACH * customers
            || self.purchases < 2 * EACH
        {
            return None;
        }
        let message = format!(
            "column \"{}\" has {} in {} purchases: is it who sells, or a ledger's account, rather than who buys? Name the \
             column of customers with --id",
            self.name,
            things(customers, "value"),
            count(self.purchases)
        );
        Some(Warning::new("hardly-any-customers", message))
    }
}

/// Looks at who is a customer, once a log is summarised. Only if hardly any comes back are the first rows read once
/// more, with other columns.
///
/// # Errors
/// If they cannot be read.
pub(super) fn look(inputs: Inputs, meta: &mut SummaryMeta) -> Result<()> {
    let table = &inputs.tables[0];
    let name = table.names[table.log().id].clone();
    let (purchases, customers) = (meta.account.rows(Fate::Purchase), meta.customers.unwrap_or_default());
    let hardly = customers > 0
        && (customers as f64 >= NEARLY_ALL * purchases as f64 || occasions(&meta.account) <= customers);
    let others = if hardly { others(inputs)? } else { Vec::new() };
    let column = CustomerColumn { name, purchases, others };
    meta.warnings.extend(column.warn(customers));
    meta.warnings.extend(column.warn_few(customers));
    meta.customer_column = Some(column);
    Ok(())
}

fn occasions(account: &CleaningAccount) -> u64 {
    let merged = account.notes.iter().find(|note| note.code == "same-grain").map_or(0, |note| note.rows);
    account.rows(Fate::Purchase) - merged
}

/// What is known of a column's values.
#[derive(Default)]
struct Seen {
    values: FxHashSet<u64>,
    rows: u64,
}

impl Seen {
    fn see(&mut self, value: &[u8]) {
        let value = value.trim_ascii();
        if !value.is_empty() && self.rows < LOOKED_AT {
            self.rows += 1;
            self.values.insert(hash_text(value));
        }
    }
}

/// Columns that look like customers by their names and repeat in the first rows.
fn others(mut inputs: Inputs) -> Result<Vec<OtherColumn>> {
    inputs.tables.truncate(1);
    let table = &mut inputs.tables[0];
    let taken = table.log().id;
    let mut columns: Vec<(u8, usize)> = (0..table.names.len())
        .filter(|index| *index != taken)
        .filter_map(|index| Some((likeness::customer(&table.names[index])?, index)))
        .collect();
    columns.sort_unstable();
    let columns: Vec<usize> = columns.into_iter().map(|(_, index)| index).collect();
    if columns.is_empty() {
        return Ok(Vec::new());
    }
    table.look_only_at(taken, columns.clone());
    let mut seen: Vec<Seen> = columns.iter().map(|_| Seen::default()).collect();
    let (mut feed, mut block) = (Feed::new(&inputs), Vec::new());
    if let Some(work) = feed.next(&mut block)? {
        see(&inputs, work, &block, &columns, &mut seen)?;
    }
    let names = &inputs.tables[0].names;
    let found = columns.iter().zip(seen).filter(|(_, seen)| {
        let (values, rows) = (seen.values.len() as f64, seen.rows as f64);
        rows > 0.0 && values < REPEATS * rows && values > 1.0
    });
    let other = |(index, seen): (&usize, Seen)| OtherColumn {
        name: names[*index].clone(),
        values: seen.values.len() as u64,
        rows: seen.rows,
    };
    Ok(found.map(other).collect())
}

fn see(inputs: &Inputs, work: Work, block: &[u8], columns: &[usize], seen: &mut [Seen]) -> Result<()> {
    let table = &inputs.tables[work.file];
    if let Data::Text { first_line, .. } = work.data {
        let names: Vec<String> = columns.iter().map(|&index| table.names[index].clone()).collect();
        let any = (&names[..], names.len());
        for_each_record_with(block, first_line, table.separator(), any, |record| {
            for (i, (&index, seen)) in columns.iter().zip(&mut *seen).enumerate() {
                let index = if table.separator().is_some() { index } else { i };
                if index < record.fields.len() {
                    seen.see(record.field(index));
                }
            }
        });
        return Ok(());
    }
    for_each_batch(inputs, work, |table, batch, _, _| {
        for (&index, seen) in columns.iter().zip(&mut *seen) {
            // A column that cannot be text is no customer's.
            let Some(texts) = text_column(table, batch, index) else { continue };
            texts.iter().flatten().for_each(|value| seen.see(value.as_bytes()));
        }
        Ok(())
    })
}
