//! A file of customers: attributes to be joined to a summary by id. It is kept in memory.

use arrow_array::builder::StringBuilder;
use arrow_array::{Array, RecordBatch, StringArray};
use hashbrown::HashTable;

use super::account::Fate;
use super::attributes::{AttributeCounts, Interner, Levels, Profiles, say_missing};
use super::codec::Texts;
use super::input::Input;
use super::options::LogOptions;
use super::read::batch::column;
use super::read::columns;
use super::read::feed::{Data, Work, for_each_batch};
use super::read::outcome::{account_of, merge, refuse_bad_rows, warn_skipped};
use super::read::recognise::{Table, recognise_customers};
use super::read::text::{Width, broken, for_each_record};
use super::read::typed::{IdBuffer, Ids, texts};
use super::read::{Inputs, in_parallel};
use super::scatter::hash_text;
use super::tally::{LISTED, Tally};
use crate::base::{BadRow, Error, Place, Progress, Result, Warning};
use crate::history::{Batches, Summary, SummaryBatch};

/// Attributes by customer.
pub(crate) struct CustomerFile {
    name: String,
    ids: Texts,
    /// By id: its index.
    index: HashTable<u32>,
    /// By index: the number of the values.
    codes: Vec<u32>,
    levels: Levels,
    /// Rows that say again what another one says.
    repeated: u64,
    assumptions: Vec<String>,
    warning: Option<Warning>,
}

/// What a piece of the file holds.
#[derive(Default)]
struct Piece {
    ids: Texts,
    codes: Vec<u32>,
    /// Line or row of each.
    rows: Vec<u64>,
    file: usize,
    tally: Tally,
}

impl CustomerFile {
    /// Reads all of it.
    ///
    /// # Errors
    /// If it cannot be read or understood, if rows are bad and not to be skipped, if one customer has
    /// different values.
    pub fn read(input: &Input, options: &LogOptions, progress: &dyn Progress) -> Result<CustomerFile> {
        let inputs = recognise_customers(input, options)?;
        progress.stage("reading customers", Some(inputs.bytes()));
        let profiles = Profiles::new(&attributes_of_all(&inputs, options)?, u64::MAX);
        let mut pieces = in_parallel(&inputs, options, progress, |_, work, block| {
            let key = work.key;
            Ok(vec![(key, Piece::read(&inputs, work, block, &profiles)?)])
        })?;
        let tally = merge(pieces.iter_mut().map(|piece| std::mem::take(&mut piece.tally)).collect());
        let name = &inputs.tables[0].source.name;
        if tally.rows == 0 {
            return Err(Error::input(Place::file(name), "the file has a header and no customers"));
        }
        let account = account_of(&tally, false);
        refuse_bad_rows(&tally, &account, options, name)?;
        let mut file = CustomerFile {
            name: name.clone(),
            ids: Texts::default(),
            index: HashTable::new(),
            codes: Vec::new(),
            levels: profiles.levels(),
            repeated: 0,
            assumptions: inputs.assumptions.clone(),
            warning: warn_skipped(&tally, &account),
        };
        file.gather(&inputs, pieces)?;
        Ok(file)
    }

    /// The attributes that have to come from elsewhere.
    pub fn not_here(&self, options: &LogOptions) -> Vec<String> {
        options.attributes.iter().filter(|name| !self.levels.names.contains(name)).cloned().collect()
    }

    /// Brings the pieces together, in their order.
    fn gather(&mut self, inputs: &Inputs, pieces: Vec<Piece>) -> Result<()> {
        let mut places: Vec<(usize, u64)> = Vec::new();
        for piece in pieces {
            for (i, &code) in piece.codes.iter().enumerate() {
                let (id, at) = (piece.ids.get(i), (piece.file, piece.rows[i]));
                match self.find(id) {
                    None => {
                        self.insert(id, code);
                        places.push(at);
                    }
                    Some(known) if self.codes[known] == code => self.repeated += 1,
                    Some(known) => return Err(self.conflict(inputs, known, code, places[known], at)),
                }
            }
        }
        Ok(())
    }

    fn find(&self, id: &[u8]) -> Option<usize> {
        let same = |&known: &u32| self.ids.get(known as usize) == id;
        self.index.find(hash_text(id), same).map(|&index| index as usize)
    }

    fn insert(&mut self, id: &[u8], code: u32) {
        let number = self.codes.len() as u32;
        self.ids.push(id);
        self.codes.push(code);
        let ids = &self.ids;
        self.index.insert_unique(hash_text(id), number, |&known| hash_text(ids.get(known as usize)));
    }

    /// The error for a customer with different values.
    fn conflict(
        &self,
        inputs: &Inputs,
        known: usize,
        code: u32,
        before: (usize, u64),
        at: (usize, u64),
    ) -> Error {
        let (first, second) = (self.levels.ranks(self.codes[known]), self.levels.ranks(code));
        let attribute = (0..first.len()).find(|&i| first[i] != second[i]).unwrap_or_default();
        let text = |ranks: &[u32]| self.levels.text(attribute, ranks[attribute]).to_owned();
        let table = &inputs.tables[at.0];
        let column = &table.names[table.customers().attributes[attribute]];
        let message = format!(
            "customer '{}' has another value, '{}', at {}: a customer has one row, or the same values in all",
            String::from_utf8_lossy(self.ids.get(known)),
            text(first),
            place(inputs, before.0, before.1)
        );
        Error::input(place(inputs, at.0, at.1).at(column, text(second)), message)
    }

    /// The summary with these attributes, in this order, and what is to be said of those who have none.
    ///
    /// # Errors
    /// What reading the summary gives.
    pub fn join(self, mut summary: Summary, names: &[String], progress: &dyn Progress) -> Result<Summary> {
        let (mut customers, mut without) = (0u64, 0u64);
        let mut met = vec![false; self.codes.len()];
        let mut counts = vec![AttributeCounts::default(); self.levels.names.len()];
        progress.stage("joining customers", None);
        for batch in summary.batches() {
            progress.check()?;
            let batch = batch?;
            customers += batch.len() as u64;
            for row in 0..batch.len() {
                let Some(index) = self.find(batch.customer_id.value(row).as_bytes()) else {
                    without += 1;
                    continue;
                };
                met[index] = true;
                let ranks = self.levels.ranks(self.codes[index]).iter().zip(&mut counts);
                ranks.for_each(|(&rank, counts)| counts.missing += u64::from(rank == Levels::NONE));
            }
            progress.advance(batch.len() as u64);
        }
        let unmet = met.iter().filter(|met| !**met).count() as u64;
        let strangers = self.warn_strangers(&summary, customers, without)?;
        let meta = &mut summary.meta;
        let before = std::mem::replace(&mut meta.attributes, names.to_vec());
        meta.assumptions.extend(self.assumptions.iter().cloned());
        meta.assumptions.extend(self.say(customers, without, unmet));
        meta.assumptions.extend(say_missing(&self.levels.names, &counts, customers));
        meta.warnings.extend(self.warning.clone());
        meta.warnings.extend(strangers);
        let meta = summary.meta.clone();
        // In the order of names: a column of the summary's own, or one of those joined behind them.
        let all: Vec<&String> = before.iter().chain(&self.levels.names).collect();
        let order = names.iter().filter_map(|name| all.iter().position(|known| *known == name)).collect();
        Ok(Summary::new(meta, Joined { summary, file: self, order }))
    }

    /// What was counted, in sentences.
    fn say(&self, customers: u64, without: u64, unmet: u64) -> Vec<String> {
        let name = &self.name;
        let mut said = Vec::new();
        if without > 0 {
            said.push(format!(
                "{without} of {customers} customers have no row in {name}; their attributes are taken to be \"{}\"",
                super::attributes::MISSING
            ));
        }
        if unmet > 0 {
            said.push(format!("{unmet} of {} ids of {name} are not among the customers", self.codes.len()));
        }
        if self.repeated > 0 {
            said.push(format!("{} rows of {name} repeat another row of the same id", self.repeated));
        }
        said
    }

    /// Ids that never meet are mostly written in two ways.
    fn warn_strangers(&self, summary: &Summary, customers: u64, without: u64) -> Result<Option<Warning>> {
        if customers == 0 || without < customers {
            return Ok(None);
        }
        let batch = summary.batches().next().transpose()?;
        let example = batch.map_or(String::new(), |batch| batch.customer_id.value(0).to_owned());
        let message = format!(
            "no customer has a row in {}: are ids written in the same way? Here one is '{example}', there '{}'",
            self.name,
            String::from_utf8_lossy(self.ids.get(0))
        );
        Ok(Some(Warning::new("no-customer-joined", message)))
    }

    /// The batch with the attributes behind its own.
    fn attach(&self, mut batch: SummaryBatch) -> SummaryBatch {
        let mut columns: Vec<StringBuilder> =
            self.levels.names.iter().map(|_| StringBuilder::new()).collect();
        for row in 0..batch.len() {
            let index = self.find(batch.customer_id.value(row).as_bytes());
            let ranks = index.map(|index| self.levels.ranks(self.codes[index]));
            for (attribute, column) in columns.iter_mut().enumerate() {
                let rank = ranks.map_or(Levels::NONE, |ranks| ranks[attribute]);
                column.append_value(self.levels.text(attribute, rank));
            }
        }
        batch.attributes.extend(columns.iter_mut().map(StringBuilder::finish));
        batch
    }
}

/// A summary with attributes joined to it.
struct Joined {
    summary: Summary,
    file: CustomerFile,
    /// Where each attribute is among those of the summary and then those of the file.
    order: Vec<usize>,
}

impl Batches for Joined {
    fn batches(&self) -> Box<dyn Iterator<Item = Result<SummaryBatch>> + Send + '_> {
        let joined = |batch| {
            let mut batch = self.file.attach(batch);
            batch.attributes = self.order.iter().map(|&at| batch.attributes[at].clone()).collect();
            batch
        };
        Box::new(self.summary.batches().map(move |batch| batch.map(joined)))
    }
}

/// The attributes that a table has, by the names they were asked for.
fn attributes_here(table: &Table, options: &LogOptions) -> Vec<String> {
    let here = |name: &&String| columns::has(&table.names, name);
    options.attributes.iter().filter(here).cloned().collect()
}

/// The attributes of all tables, which must have the same.
fn attributes_of_all(inputs: &Inputs, options: &LogOptions) -> Result<Vec<String>> {
    let first = &inputs.tables[0];
    let names = attributes_here(first, options);
    for other in &inputs.tables[1..] {
        let others = attributes_here(other, options);
        if others != names {
            let message = format!(
                "the attributes here are {}, but {} in {}: files of customers must have the same",
                others.join(", "),
                names.join(", "),
                first.source.name
            );
            return Err(Error::columns(&other.source.name, message));
        }
    }
    Ok(names)
}

/// The place of a row.
fn place(inputs: &Inputs, file: usize, row: u64) -> Place {
    let table = &inputs.tables[file];
    match table.arrow {
        None => Place::line(&table.source.name, row),
        Some(_) => Place { row: Some(row), ..Place::file(&table.source.name) },
    }
}

impl Piece {
    fn read(inputs: &Inputs, work: Work, block: &[u8], profiles: &Profiles) -> Result<Piece> {
        let table = &inputs.tables[work.file];
        let mut piece = Piece { file: work.file, ..Piece::default() };
        let mut interner = Interner::new(profiles);
        match work.data {
            Data::Text { first_line, .. } => piece.read_text(table, block, first_line, &mut interner)?,
            _ => for_each_batch(inputs, work, |table, batch, first_row, _| {
                piece.read_batch(table, batch, first_row, &mut interner)
            })?,
        }
        Ok(piece)
    }

    fn read_text(
        &mut self,
        table: &Table,
        block: &[u8],
        first_line: u64,
        interner: &mut Interner,
    ) -> Result<()> {
        let used = table.used();
        let names: Vec<String> = used.iter().map(|&index| table.names[index].clone()).collect();
        let nul = memchr::memchr(0, block).is_some();
        // Records of JSON Lines hold only the columns used, in that order: the id, then attributes.
        let (width, columns) = match table.separator() {
            Some(_) => (Width::of(&table.names), used),
            None => (Width::of(&names), (0..used.len()).collect()),
        };
        let mut failed = None;
        for_each_record(block, first_line, table.separator(), &names, |record| {
            let place = Place::line(&table.source.name, record.line);
            if let Some(why) = broken(record, width, nul) {
                return self.bad(Fate::BrokenLine, place, why);
            }
            let values = columns[1..].iter().map(|&index| record.field(index));
            let added = self.row(table, record.field(columns[0]), values, record.line, place, interner);
            failed = failed.take().or(added.err());
        });
        failed.map_or(Ok(()), Err)
    }

    fn read_batch(
        &mut self,
        table: &Table,
        batch: &RecordBatch,
        first_row: u64,
        interner: &mut Interner,
    ) -> Result<()> {
        let columns = table.customers();
        let ids = column(table, batch, columns.id, Ids::new)?;
        let values = columns.attributes.iter().map(|&index| column(table, batch, index, texts));
        let values = values.collect::<Result<Vec<StringArray>>>()?;
        let mut buffer = IdBuffer::new();
        for index in 0..batch.num_rows() {
            let number = first_row + index as u64;
            let place = Place { row: Some(number), ..Place::file(&table.source.name) };
            let Some(id) = ids.text(index, &mut buffer) else {
                let place = place.at(&table.names[columns.id], ids.shown(index));
                self.bad(
                    Fate::UnusableId,
                    place,
                    "a customer id must be text or a whole number below 2^53".into(),
                );
                continue;
            };
            let values = values.iter().map(|column| text_of(column, index));
            self.row(table, id, values, number, place, interner)?;
        }
        Ok(())
    }

    fn row<'v>(
        &mut self,
        table: &Table,
        id: &[u8],
        values: impl Iterator<Item = &'v [u8]>,
        number: u64,
        place: Place,
        interner: &mut Interner,
    ) -> Result<()> {
        if std::str::from_utf8(id).unwrap_or_default().trim().is_empty() {
            let place = place.at(&table.names[table.customers().id], "");
            self.bad(Fate::MissingId, place, "the customer id is empty (missing)".into());
            return Ok(());
        }
        self.tally.rows += 1;
        self.tally.fates[Fate::Customer as usize].0 += 1;
        self.ids.push(id);
        self.codes.push(interner.code(values)?);
        self.rows.push(number);
        Ok(())
    }

    fn bad(&mut self, fate: Fate, place: Place, problem: String) {
        self.tally.rows += 1;
        self.tally.fates[fate as usize].0 += 1;
        if self.tally.bad.len() < LISTED {
            self.tally.bad.push((fate, BadRow { place, problem }));
        }
    }
}

/// A value of a column; empty where there is none.
pub(crate) fn text_of(column: &StringArray, row: usize) -> &[u8] {
    if column.is_valid(row) { column.value(row).as_bytes() } else { &[] }
}
