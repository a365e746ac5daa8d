//! The first rows of a table as text, column by column: what the values say where names leave open what a column is.

use rustc_hash::{FxHashMap, FxHashSet};

use super::batch::text_column;
use super::columns::{Columns, CustomerColumns};
use super::feed::{Data, Feed, batches_while};
use super::recognise::{Inputs, Table};
use super::text::for_each_record_with;
use crate::base::Result;

/// So many rows are looked at.
pub(crate) const LOOKED_AT: usize = 10_000;

/// Fewer rows than this show nothing.
const ENOUGH: usize = 20;

/// Some columns of the first rows.
#[derive(Debug, Default)]
pub(crate) struct Sample {
    /// By column: its index and its values, without blanks around; empty where there is none.
    columns: Vec<(usize, Vec<Box<str>>)>,
    /// Are there no others?
    pub whole: bool,
}

/// Asks a table for its first rows, column by column as they are needed.
pub(crate) struct Evidence {
    /// The table, but while it is read.
    table: Option<Table>,
    /// Is it one of several?
    pub several: bool,
}

impl Evidence {
    /// Of a table whose roles are not known yet.
    pub fn new(table: Table) -> Self {
        Evidence { table: Some(table), several: false }
    }

    /// The table again.
    pub fn into_table(self) -> Option<Table> {
        self.table
    }

    /// The first rows of these columns.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn look(&mut self, columns: &[usize]) -> Result<Sample> {
        let Some(mut table) = self.table.take() else { return Ok(Sample::default()) };
        let mut wanted = columns.to_vec();
        wanted.sort_unstable();
        wanted.dedup();
        let Some((&first, others)) = wanted.split_first() else {
            self.table = Some(table);
            return Ok(Sample::default());
        };
        table.columns = Columns::Customers(CustomerColumns { id: first, attributes: others.to_vec() });
        let mut inputs = Inputs { tables: vec![table], assumptions: Vec::new() };
        let sample = read(&inputs, &wanted);
        self.table = inputs.tables.pop();
        sample
    }
}

fn read(inputs: &Inputs, columns: &[usize]) -> Result<Sample> {
    let mut sample =
        Sample { columns: columns.iter().map(|&index| (index, Vec::new())).collect(), whole: true };
    let (mut feed, mut block) = (Feed::new(inputs), Vec::new());
    while let Some(work) = feed.next(&mut block)? {
        if sample.rows() >= LOOKED_AT {
            sample.whole = false;
            break;
        }
        let table = &inputs.tables[work.file];
        if let Data::Text { first_line, .. } = work.data {
            sample.text(table, &block, first_line, columns);
            continue;
        }
        batches_while(inputs, work, |table, batch| {
            let rows = batch.num_rows().min(LOOKED_AT - sample.rows());
            for (index, values) in &mut sample.columns {
                let texts = text_column(table, batch, *index);
                values.extend((0..rows).map(|row| {
                    let text = texts.as_ref().filter(|texts| arrow_array::Array::is_valid(*texts, row));
                    text.map_or(Box::default(), |texts| texts.value(row).trim().into())
                }));
            }
            Ok(sample.rows() < LOOKED_AT)
        })?;
    }
    Ok(sample)
}

impl Sample {
    fn text(&mut self, table: &Table, block: &[u8], first_line: u64, columns: &[usize]) {
        let separated = table.separator().is_some();
        let names: Vec<String> = columns.iter().map(|&index| table.names[index].clone()).collect();
        let width = if separated { table.names.len() } else { names.len() };
        for_each_record_with(block, first_line, table.separator(), (&names, names.len()), |record| {
            if record.fields.len() != width || self.rows() >= LOOKED_AT {
                self.whole &= self.rows() < LOOKED_AT;
                return;
            }
            for (at, (index, values)) in self.columns.iter_mut().enumerate() {
                let field = record.field(if separated { *index } else { at });
                values.push(String::from_utf8_lossy(field).trim().into());
            }
        });
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |(_, values)| values.len())
    }

    /// The values of a column.
    pub fn column(&self, index: usize) -> &[Box<str>] {
        self.columns.iter().find(|(known, _)| *known == index).map_or(&[], |(_, values)| values)
    }

    /// What there is in a column.
    pub fn fill(&self, index: usize) -> Fill {
        let values = self.column(index);
        let filled = values.iter().filter(|value| !value.is_empty());
        let distinct: FxHashSet<&str> = filled.clone().map(|value| &**value).collect();
        Fill { rows: values.len(), filled: filled.count(), distinct: distinct.len() }
    }

    /// Do two columns tell the rows apart in the same way? Rows without one of them say nothing.
    pub fn alike(&self, one: usize, other: usize) -> bool {
        if self.rows() < ENOUGH {
            return false;
        }
        let (mut there, mut back) = (FxHashMap::default(), FxHashMap::default());
        let mut pairs = self.column(one).iter().zip(self.column(other));
        pairs.all(|(a, b)| {
            a.is_empty()
                || b.is_empty()
                || (*there.entry(&**a).or_insert(&**b) == &**b && *back.entry(&**b).or_insert(&**a) == &**a)
        })
    }

    /// Does the first of two columns tell the rows apart as the second does, and some of them besides that have no value
    /// there? Capital letters are no difference.
    pub fn is_fuller(&self, one: usize, other: usize) -> bool {
        if self.rows() < ENOUGH || self.fill(one).filled <= self.fill(other).filled {
            return false;
        }
        let (mut there, mut back) = (FxHashMap::default(), FxHashMap::default());
        let mut pairs = self.column(one).iter().zip(self.column(other));
        pairs.all(|(a, b)| {
            let (a, b) = (a.to_lowercase(), b.to_lowercase());
            let same = |map: &mut FxHashMap<String, String>, from: &str, to: &str| {
                map.entry(from.to_owned()).or_insert_with(|| to.to_owned()) == to
            };
            b.is_empty() || (!a.is_empty() && same(&mut there, &a, &b) && same(&mut back, &b, &a))
        })
    }

    /// Does each value of the first of two columns go with one value of the second?
    pub fn is_of_one(&self, one: usize, other: usize) -> bool {
        let mut known: FxHashMap<&str, &str> = FxHashMap::default();
        let mut pairs = self.column(one).iter().zip(self.column(other));
        self.rows() >= ENOUGH && pairs.all(|(a, b)| *known.entry(a).or_insert(b) == &**b)
    }

    /// Are all values of two columns the same?
    pub fn equal(&self, one: usize, other: usize) -> bool {
        self.rows() >= ENOUGH && self.column(one) == self.column(other)
    }
}

/// How full a column is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Fill {
    /// Rows looked at.
    pub rows: usize,
    /// Those with a value.
    pub filled: usize,
    /// How many different values.
    pub distinct: usize,
}

impl Fill {
    /// Is each value another one, of enough to say so?
    pub fn is_all_new(&self) -> bool {
        self.filled >= ENOUGH && self.distinct == self.filled
    }

    /// Is it one value, of enough to say so?
    pub fn is_all_one(&self) -> bool {
        self.filled >= ENOUGH && self.distinct == 1
    }

    /// Has more than this share of the rows a value?
    pub fn is_in(&self, share: f64) -> bool {
        self.filled as f64 > share * self.rows as f64
    }
}
