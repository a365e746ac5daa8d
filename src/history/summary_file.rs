//! A summary that the user brings (frequency, recency, T[, monetary_value]) instead of a log.
//!
//! It is read once in full to be checked ([`SummaryFile::meta`]) and then streamed as often as
//! wanted, one piece ahead of the caller. Ids must be unique: in a sorted file neighbours show it,
//! otherwise 64-bit hashes are sorted and equal ones looked at again, so no ids are kept.

use std::hash::Hasher;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustc_hash::{FxHashMap, FxHashSet, FxHasher};

use super::account::Fate;
use super::attributes::{AttributeCounts, say_missing};
use super::id_column::IdColumn;
use super::oddities::warn_standouts;
use super::options::LogOptions;
use super::read::feed::Feed;
use super::read::names::normalise;
use super::read::outcome::{account_of, merge, refuse_bad_rows, warn_skipped};
use super::read::recognise::Table;
use super::read::{Inputs, in_parallel};
use super::standout::Leaders;
use super::summary_rows::{self, Customers};
use super::summary_said::{Facts, Said, facts};
use crate::base::{Error, ErrorKind, Place, Progress, Result, Warning, ahead::Ahead};
use crate::history::{BATCH_ROWS, Batches, Summary, SummaryBatch, SummaryMeta, UnitSource};

/// `T` beyond this many weeks (25 years) is rarely one in weeks; where all times are whole, as days are, beyond three years.
const IMPLAUSIBLE_WEEKS: f64 = 1300.0;
const IMPLAUSIBLE_WHOLE_WEEKS: f64 = 156.0;

/// A summary on disk, checked by [`SummaryFile::meta`], then streamed.
pub(crate) struct SummaryFile {
    inner: Arc<Inner>,
}

struct Inner {
    inputs: Inputs,
    options: LogOptions,
    /// How many customers there were when the rows were checked.
    checked: OnceLock<u64>,
}

/// What a piece of the file shows, in the order of the input.
struct Piece {
    tally: super::tally::Tally,
    said: Said,
    ignored_money: u64,
    zero_money: u64,
    leaders: Leaders,
    missing: Vec<u64>,
    largest_t: f64,
    whole_times: bool,
    /// First and last id, if ids rise strictly within the piece; the piece's order otherwise unknown.
    rising: Option<(Vec<u8>, Vec<u8>)>,
    empty: bool,
}

impl Piece {
    fn of(customers: Customers) -> Self {
        let mut ids = customers.ids();
        let first = ids.next();
        let mut last = first;
        let rises = ids.all(|id| last.replace(id).is_some_and(|before| before < id));
        let rising = first.zip(last).filter(|_| rises).map(|(a, b)| (a.to_vec(), b.to_vec()));
        let empty = first.is_none();
        drop(ids);
        Piece {
            ignored_money: customers.ignored_money,
            zero_money: customers.zero_money,
            leaders: customers.leaders(),
            missing: customers.missing.clone(),
            largest_t: customers.largest_t(),
            whole_times: customers.whole_times(),
            rising,
            empty,
            said: customers.said,
            tally: customers.tally,
        }
    }
}

impl SummaryFile {
    /// Not checked yet.
    pub fn new(inputs: Inputs, options: LogOptions) -> Self {
        SummaryFile { inner: Arc::new(Inner { inputs, options, checked: OnceLock::new() }) }
    }

    /// Checks every row; a [`Summary`] that streams them.
    ///
    /// # Errors
    /// As [`SummaryFile::meta`].
    pub fn open(self, progress: &dyn Progress) -> Result<Summary> {
        let meta = self.meta(progress)?;
        Ok(Summary::new(meta, self))
    }

    /// Checks every row, and says what is known of the summary as a whole.
    ///
    /// # Errors
    /// If rows are impossible and not to be skipped, if an id occurs twice, if units differ.
    pub fn meta(&self, progress: &dyn Progress) -> Result<SummaryMeta> {
        let Inner { inputs, options, checked } = &*self.inner;
        progress.stage("checking the summary", Some(inputs.bytes()));
        let mut pieces = self.inner.each(progress, |customers| Ok(Piece::of(customers)))?;
        let mut leaders = Leaders::default();
        pieces.iter_mut().for_each(|piece| leaders.add(std::mem::take(&mut piece.leaders)));
        let standouts = leaders.standouts();
        let sorted = rises(&pieces);
        let ignored_money: u64 = pieces.iter().map(|piece| piece.ignored_money).sum();
        let zero_money: u64 = pieces.iter().map(|piece| piece.zero_money).sum();
        let counts = missing(&pieces);
        let largest_t = pieces.iter().map(|piece| piece.largest_t).fold(0.0, f64::max);
        let whole_times = pieces.iter().all(|piece| piece.whole_times);
        let mut said = Said::default();
        let take = |piece: Piece| {
            said.add(piece.said);
            piece.tally
        };
        let tally = merge(pieces.into_iter().map(take).collect());
        let account = account_of(&tally, false);
        refuse_bad_rows(&tally, &account, options, &inputs.tables[0].source.name)?;
        let _ = checked.set(account.rows(Fate::Customer));
        if !sorted {
            self.inner.refuse_duplicates(account.rows_read, progress)?;
        }
        let Facts { unit, unit_source, observed_until, grain } = facts(&said, inputs, options)?;
        let mut warnings: Vec<Warning> = warn_skipped(&tally, &account).into_iter().collect();
        warnings.extend(warn_unit(unit_source, largest_t, whole_times));
        warnings.extend(warn_ignored_money(ignored_money));
        warnings.extend(warn_zero_money(zero_money));
        warnings.extend(warn_counts(&inputs.tables[0], options));
        let has_money = inputs.tables[0].summary().monetary.is_some();
        warnings.extend(warn_standouts(&standouts, has_money));
        Ok(SummaryMeta {
            unit,
            unit_source,
            observed_until,
            grain,
            settled: true,
            has_money,
            standouts,
            has_log_gaps: inputs.tables[0].summary().log_gaps.is_some(),
            has_purchase_times: inputs.tables[0].summary().purchase_times.is_some(),
            sorted,
            id_column: IdColumn::of(inputs),
            attributes: options.attributes.clone(),
            assumptions: self.inner.assumptions(&counts, account.rows(Fate::Customer)),
            account,
            warnings,
            ..SummaryMeta::default()
        })
    }
}

/// Do ids rise strictly from the first row to the last? Then none occurs twice.
fn rises(pieces: &[Piece]) -> bool {
    let mut before: Option<&[u8]> = None;
    for piece in pieces.iter().filter(|piece| !piece.empty) {
        let Some((first, last)) = &piece.rising else { return false };
        if before.is_some_and(|before| before >= first.as_slice()) {
            return false;
        }
        before = Some(last);
    }
    true
}

/// Attribute by attribute, the customers without a value.
fn missing(pieces: &[Piece]) -> Vec<AttributeCounts> {
    let mut all = Vec::new();
    for piece in pieces {
        let counts = piece.missing.iter().map(|&missing| AttributeCounts { missing, several: 0 });
        AttributeCounts::add_all(&mut all, &counts.collect::<Vec<_>>());
    }
    all
}

impl Inner {
    fn assumptions(&self, counts: &[AttributeCounts], customers: u64) -> Vec<String> {
        let missing = say_missing(&self.options.attributes, counts, customers);
        self.inputs.assumptions.iter().cloned().chain(missing).collect()
    }

    fn point(&self) -> u8 {
        if self.options.decimal_comma { b',' } else { b'.' }
    }

    /// Reads all customers in parallel; results in the order of the input.
    fn each<T: Send>(
        &self,
        progress: &dyn Progress,
        f: impl Fn(Customers) -> Result<T> + Sync,
    ) -> Result<Vec<T>> {
        in_parallel(&self.inputs, &self.options, progress, |_, work, block| {
            let key = work.key;
            let customers = summary_rows::read(&self.inputs, work, block, self.point())?;
            Ok(vec![(key, f(customers)?)])
        })
    }

    fn refuse_duplicates(&self, rows: u64, progress: &dyn Progress) -> Result<()> {
        progress.stage("looking for customers that occur twice", Some(self.inputs.bytes()));
        let hashes = Mutex::new(Vec::with_capacity(rows as usize));
        self.each(progress, |customers| {
            hashes.lock().unwrap_or_else(PoisonError::into_inner).extend(customers.ids().map(hash));
            Ok(())
        })?;
        let mut hashes: Vec<u64> = hashes.into_inner().unwrap_or_else(PoisonError::into_inner);
        hashes.sort_unstable();
        let twice: FxHashSet<u64> =
            hashes.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
        drop(hashes);
        if twice.is_empty() {
            return Ok(());
        }
        progress.stage("naming customers that occur twice", Some(self.inputs.bytes()));
        let suspects = self.each(progress, |customers| {
            let ids = customers.ids().zip(&customers.rows);
            let suspects = ids.filter(|(id, _)| twice.contains(&hash(id)));
            Ok(suspects.map(|(id, &row)| (id.to_vec(), (customers.file, row))).collect::<Vec<_>>())
        })?;
        let mut seen: FxHashMap<Vec<u8>, (usize, u64)> = FxHashMap::default();
        let (mut first, mut count) = (None, 0u64);
        for (id, at) in suspects.into_iter().flatten() {
            if let Some(&before) = seen.get(&id) {
                count += 1;
                first.get_or_insert((id, before, at));
            } else {
                seen.insert(id, at);
            }
        }
        match first {
            Some((id, before, at)) => Err(self.duplicate(&id, before, at, count)),
            None => Ok(()),
        }
    }

    fn duplicate(&self, id: &[u8], before: (usize, u64), at: (usize, u64), count: u64) -> Error {
        let place = |(file, row): (usize, u64)| {
            let table = &self.inputs.tables[file];
            match table.arrow {
                None => Place::line(&table.source.name, row),
                Some(_) => Place { row: Some(row), ..Place::file(&table.source.name) },
            }
        };
        let column = &self.inputs.tables[at.0].names[self.inputs.tables[at.0].summary().id];
        let message = format!(
            "duplicate customer_id, first seen at {}; a summary has one row a customer ({count} duplicate row{} in all)",
            place(before),
            if count == 1 { "" } else { "s" }
        );
        Error::input(place(at).at(column, String::from_utf8_lossy(id)), message)
    }

    /// A file that somebody writes while it is read must not look like a smaller one.
    fn as_checked(&self, customers: u64) -> Result<()> {
        match self.checked.get() {
            Some(&before) if before != customers => {
                let message = format!(
                    "the summary has changed while it was read: it had {before} customers, and now {customers}"
                );
                Err(Error::input(Place::file(&self.inputs.tables[0].source.name), message))
            }
            _ => Ok(()),
        }
    }

    /// Sends all batches in order; stops when nobody listens.
    fn stream(&self, send: &dyn Fn(Result<SummaryBatch>) -> bool) {
        let mut feed = Feed::new(&self.inputs);
        let mut block = Vec::new();
        let mut customers = 0;
        loop {
            let read = match feed.next(&mut block) {
                Ok(None) => {
                    self.as_checked(customers).map_or_else(|error| send(Err(error)), |()| true);
                    return;
                }
                Ok(Some(work)) => summary_rows::read(&self.inputs, work, &block, self.point()),
                Err(error) => Err(error),
            };
            let checked = read.and_then(|customers| match customers.tally.bad.first() {
                Some((_, bad)) if !self.options.skip_bad_rows => {
                    Err(ErrorKind::Input { place: bad.place.clone(), message: bad.problem.clone() }.into())
                }
                _ => Ok(customers.into_batches(BATCH_ROWS)),
            });
            match checked {
                Ok(mut batches) => {
                    let count = |batch: &SummaryBatch| customers += batch.len() as u64;
                    if !batches.by_ref().inspect(count).all(|batch| send(Ok(batch))) {
                        return;
                    }
                }
                Err(error) => {
                    send(Err(error));
                    return;
                }
            }
        }
    }
}

/// A hash with its high bits mixed, because it alone is compared.
fn hash(id: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(id);
    let mixed = hasher.finish().wrapping_add(id.len() as u64);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

impl Batches for SummaryFile {
    fn batches(&self) -> Box<dyn Iterator<Item = Result<SummaryBatch>> + Send + '_> {
        let inner = self.inner.clone();
        Box::new(Ahead::new(1, move |send| inner.stream(send)))
    }
}

fn warn_unit(source: UnitSource, largest_t: f64, whole_times: bool) -> Option<Warning> {
    let most = if whole_times { IMPLAUSIBLE_WHOLE_WEEKS } else { IMPLAUSIBLE_WEEKS };
    let doubtful = source == UnitSource::Default && largest_t > most;
    doubtful.then(|| {
        let years = largest_t * 7.0 / crate::base::DAYS_PER_YEAR;
        let years = if years < 10.0 { format!("{years:.1}") } else { format!("{years:.0}") };
        let whole = if whole_times { " Other packages make summaries in days unless told otherwise." } else { "" };
        Warning::new(
            "implausible-unit",
            format!(
                "nothing says the unit of time, and weeks are assumed: the largest T is {largest_t}, which would be {years} \
                 years. If it is in days say --unit day, if in weeks --unit week.{whole}"
            ),
        )
    })
}

/// A column that looks like how many customers a row stands for. A role or an attribute it is none.
fn warn_counts(table: &Table, options: &LogOptions) -> Option<Warning> {
    const COUNTS: [&str; 13] = [
        "ncusts",
        "ncust",
        "ncustomers",
        "numcustomers",
        "numbercustomers",
        "numberofcustomers",
        "customers",
        "custs",
        "count",
        "counts",
        "n",
        "weight",
        "weights",
    ];
    let used = table.used();
    let looks = |(i, name): &(usize, &String)| {
        COUNTS.contains(&normalise(name).as_str()) && !used.contains(i) && !options.attributes.contains(name)
    };
    table.names.iter().enumerate().find(looks).map(|(_, name)| {
        let message = format!(
            "column '{name}' is not used: each row is taken for one customer. If it says how many customers a row stands \
             for, write each row that many times, with ids of their own"
        );
        Warning::new("counts-not-used", message)
    })
}

fn warn_ignored_money(ignored: u64) -> Option<Warning> {
    (ignored > 0).then(|| {
        Warning::new(
            "money-without-repeats",
            format!(
                "{ignored} customers have frequency 0 but a monetary_value: it is ignored, because monetary_value is the mean \
                 of repeat purchases; if yours is a mean over all purchases, spend will be wrong"
            ),
        )
    })
}

fn warn_zero_money(zero: u64) -> Option<Warning> {
    (zero > 0).then(|| {
        Warning::new(
            "repeats-worth-nothing",
            format!("{zero} customers have repeat purchases and a monetary_value of 0, as when all of it was returned"),
        )
    })
}
