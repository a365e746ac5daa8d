//! What the inputs are: the format of each file and the roles of its columns, which must be the same
//! in all of them.

use arrow_schema::DataType;
use rustc_hash::FxHashSet;

use super::arrow::{self, ArrowTable};
use super::blocks::{BlockReader, header, hint_length};
use super::columns::{self, AmountColumns, Columns, CustomerColumns, LogColumns, SummaryColumns};
use super::evidence::Evidence;
use super::inputs::{self, Format, Source};
use super::json;
use super::pair;
use super::screen::Screen;
use super::text::for_each_record;
use super::token::{find_separator, has_line_end};
use crate::base::{Error, Place, Result};
use crate::history::{
    explain::is_rule, input::Input, options::LogOptions, orders::Lines, summary_file::SummaryFile,
};

/// What kind of table the inputs are.
pub(crate) enum Recognised {
    /// Purchases.
    Log(Inputs),
    /// One row a customer already.
    Summary(SummaryFile),
}

/// The files of a log (or summary), looked at.
#[derive(Debug)]
pub(crate) struct Inputs {
    /// One a file, in the order in which they are read.
    pub tables: Vec<Table>,
    /// What was assumed on the way, one sentence each.
    pub assumptions: Vec<String>,
}

impl Inputs {
    /// How the lines of an order make its amount, if orders are put together.
    pub fn orders(&self) -> Option<Lines> {
        self.tables.iter().find_map(|table| match &table.columns {
            Columns::Log(log) => log.lines,
            _ => None,
        })
    }

    /// Length of all files [bytes].
    pub fn bytes(&self) -> u64 {
        self.tables.iter().map(|table| table.source.length).sum()
    }
}

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

/// What kind of table the inputs are, by their columns.
///
/// # Errors
/// If an input cannot be opened or understood, or if the inputs differ in kind or columns.
pub(crate) fn recognise(inputs: &[Input], options: &LogOptions) -> Result<Recognised> {
    recognise_by(inputs, options, true)
}

/// The same; where `by_values` is false only by the names of columns, so that parts of a log are read alike.
///
/// # Errors
/// See [`recognise`](recognise()).
pub(crate) fn recognise_by(inputs: &[Input], options: &LogOptions, by_values: bool) -> Result<Recognised> {
    let (sources, assumptions) = inputs::list(inputs)?;
    let mut tables: Vec<Table> = Vec::new();
    let several = sources.len() > 1;
    for source in sources {
        let find = |file: &str, names: &[String], evidence: &mut Evidence| {
            evidence.several = several;
            let evidence = by_values.then_some(evidence);
            let before = options.for_state.as_ref().and_then(|rows| rows.before());
            let before = before.map(|before| First { names: &before.names, log: Some(&before.columns) });
            match before.or(tables.first().map(First::of)) {
                None => columns::find(file, names, options, evidence),
                // What the first file shows holds for all that have its columns.
                Some(first) => {
                    let columns = columns::find(file, names, &as_first(first, names, options), evidence)?;
                    Ok(decide_as_first(first, names, columns))
                }
            }
        };
        let table = look_at(source, options, find)?;
        if let Some(first) = tables.first() {
            refuse_other_shape(first, &table)?;
        }
        tables.push(table);
    }
    let summary = matches!(tables[0].columns, Columns::Summary(_));
    let assumptions =
        assumptions.into_iter().chain(tables.iter().filter_map(|table| table.said.clone())).collect();
    let mut inputs = Inputs { tables, assumptions };
    if summary {
        return Ok(Recognised::Summary(SummaryFile::new(inputs, options.clone())));
    }
    pair::check(&mut inputs, options)?;
    inputs.say_columns(options);
    Ok(Recognised::Log(inputs))
}

/// How much a file looks like what is read: 0 not at all, 1 like dates of customers, 2 like purchases with amounts, or like a
/// summary.
pub(super) fn likeness_of(source: Source, options: &LogOptions) -> u8 {
    let find = |file: &str, names: &[String], evidence: &mut Evidence| {
        columns::find(file, names, options, Some(evidence))
    };
    match look_at(source, options, find).map(|table| table.columns) {
        Ok(Columns::Log(log)) if log.amount == AmountColumns::None => 1,
        Ok(_) => 2,
        Err(_) => 0,
    }
}

/// The files of customers that an input means.
///
/// # Errors
/// If one cannot be opened or understood.
pub(crate) fn recognise_customers(input: &Input, options: &LogOptions) -> Result<Inputs> {
    let (sources, assumptions) = inputs::list(std::slice::from_ref(input))?;
    let look =
        |source| look_at(source, options, |file, names, _| columns::find_customers(file, names, options));
    Ok(Inputs { tables: sources.into_iter().map(look).collect::<Result<_>>()?, assumptions })
}

/// Tables that are no log, with the columns that `find` wants of them.
///
/// # Errors
/// If one cannot be opened or understood, or `find` refuses it.
pub(crate) fn recognise_rows(
    inputs: &[Input],
    options: &LogOptions,
    find: impl Fn(&str, &[String]) -> Result<Columns>,
) -> Result<Inputs> {
    let (sources, assumptions) = inputs::list(inputs)?;
    let look = |source| look_at(source, options, |file, names, _| find(file, names));
    let tables = sources.into_iter().map(look).collect::<Result<Vec<_>>>()?;
    let assumptions =
        assumptions.into_iter().chain(tables.iter().filter_map(|table| table.said.clone())).collect();
    Ok(Inputs { tables, assumptions })
}

/// The names of the columns of each table.
///
/// # Errors
/// If one cannot be opened or understood.
pub(crate) fn columns_of(inputs: &[Input], options: &LogOptions) -> Result<Vec<Vec<String>>> {
    let nothing = Columns::Customers(CustomerColumns { id: 0, attributes: Vec::new() });
    let tables = recognise_rows(inputs, options, |_, _| Ok(nothing.clone()))?;
    Ok(tables.tables.into_iter().map(|table| table.names).collect())
}

/// The first file that was read, of this log or of the state that it goes into.
#[derive(Clone, Copy)]
struct First<'a> {
    names: &'a [String],
    /// Its columns, if it is a log.
    log: Option<&'a LogColumns>,
}

impl<'a> First<'a> {
    fn of(table: &'a Table) -> Self {
        let log = match &table.columns {
            Columns::Log(log) => Some(log),
            _ => None,
        };
        First { names: &table.names, log }
    }
}

/// The same options, with the columns of the first file where this one has them, too.
fn as_first(first: First, names: &[String], options: &LogOptions) -> LogOptions {
    let Some(log) = first.log else { return options.clone() };
    let mut options = options.clone();
    let here = |index: usize| Some(&first.names[index]).filter(|name| names.contains(name)).cloned();
    options.id = options.id.or_else(|| here(log.id));
    options.date = options.date.or_else(|| here(log.date));
    let given = options.amount.is_some() || options.quantity.is_some() || options.price.is_some();
    match log.amount {
        AmountColumns::One(index) if !given => options.amount = here(index),
        AmountColumns::Product { quantity, price } if !given => {
            (options.quantity, options.price) = (here(quantity), here(price));
        }
        _ => {}
    }
    options
}

/// The columns that decide, as in the first file where this one has them, too.
fn decide_as_first(first: First, names: &[String], columns: Columns) -> Columns {
    let (Some(log), Columns::Log(mut own)) = (first.log, columns.clone()) else {
        return columns;
    };
    let here = |index: usize| names.iter().position(|name| *name == first.names[index]);
    own.screens = log
        .screens
        .iter()
        .filter_map(|screen| Some(Screen { column: here(screen.column)?, by: screen.by.clone() }))
        .collect();
    // A first file in which nothing was paid back yet says nothing of the column.
    own.refund = log.refund.map_or(own.refund, here);
    own.order_id = log.order_id.and_then(here);
    (own.lines, own.blank_lines, own.mail, own.guests) = (log.lines, log.blank_lines, log.mail, log.guests);
    own.payee = log.payee.and_then(here);
    let taken = [
        own.screens.iter().map(|screen| screen.column).collect(),
        own.refund.into_iter().collect::<Vec<_>>(),
    ]
    .concat();
    own.watched =
        log.watched.iter().filter_map(|&index| here(index)).filter(|index| !taken.contains(index)).collect();
    Columns::Log(own)
}

fn look_at(
    source: Source,
    options: &LogOptions,
    find: impl Fn(&str, &[String], &mut Evidence) -> Result<Columns>,
) -> Result<Table> {
    let unknown = Columns::Customers(CustomerColumns { id: 0, attributes: Vec::new() });
    let looked_at = Vec::new();
    if let Some(memory) = source.table() {
        let arrow = ArrowTable::in_memory(memory);
        let names = arrow.names();
        let (format, arrow) = (Format::Memory, Some(arrow));
        let table =
            Table { source, format, names, columns: unknown, arrow, looked_at, above: Some(0), said: None };
        return with_roles(table, find, |error, _| error);
    }
    let mut head = Vec::new();
    source.open_text()?.fill(&mut head, 4096)?;
    let format = inputs::recognise_format(&source.name, &head)?;
    let (format, names, arrow) = match format {
        Format::Text(_) | Format::JsonLines => {
            let (format, names) = look_at_text(&source, format, options.no_header)?;
            (format, names, None)
        }
        _ => {
            let arrow = arrow::describe(&source, format)?;
            (format, arrow.names(), Some(arrow))
        }
    };
    let above = (!options.no_header).then_some(0);
    let table =
        Table { source, format, names, columns: unknown.clone(), arrow, looked_at, above, said: None };
    let again = table.source.clone();
    let explain = |error: Error, table: &Table| explain_columns(error, &table.source, table.format, &head);
    let error = match with_roles(table, &find, explain) {
        Ok(table) => return Ok(table),
        Err(error) => error,
    };
    let Some(titles) = title_lines(&again, format).filter(|_| above == Some(0)) else { return Err(error) };
    let said = format!("{}: the table begins in line {}, below '{}'", again.name, titles.line, titles.first);
    let table = Table {
        source: again,
        format,
        names: titles.names,
        columns: unknown,
        arrow: None,
        looked_at: Vec::new(),
        above: Some(titles.above),
        said: Some(said),
    };
    with_roles(table, &find, |error, _| error)
}

/// The table with the roles that are found for its columns.
fn with_roles(
    table: Table,
    find: impl Fn(&str, &[String], &mut Evidence) -> Result<Columns>,
    explain: impl Fn(Error, &Table) -> Error,
) -> Result<Table> {
    let (name, names) = (table.source.name.clone(), table.names.clone());
    let mut evidence = Evidence::new(table);
    let columns = find(&name, &names, &mut evidence);
    let table = evidence.into_table().expect("a table is given back when its rows were looked at");
    match columns {
        Ok(columns) => Ok(Table { columns, ..table }),
        Err(error) => Err(explain(error, &table)),
    }
}

/// Format with its separator, and column names.
fn look_at_text(source: &Source, format: Format, no_header: bool) -> Result<(Format, Vec<String>)> {
    let mut block = Vec::new();
    let empty = || Error::input(Place::file(&source.name), "the file is empty: it has no header and no rows");
    if format == Format::JsonLines {
        let first = BlockReader::open(source, None)?.next(&mut block)?;
        first.ok_or_else(empty)?;
        let names = json_names(source, &block);
        return Ok((format, names.map_err(|error| wrapped_rows(source, &block).unwrap_or(error))?));
    }
    // The separator is found in text whose quotes are not understood yet.
    let mut head = Vec::new();
    let mut text = source.open_text()?;
    let ended = text.fill(&mut head, 1 << 18)?;
    let body = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head);
    let sample =
        if ended { body } else { &body[..memchr::memrchr2(b'\n', b'\r', body).unwrap_or(body.len())] };
    let separator = match hint_length(sample) {
        0 => find_separator(sample).unwrap_or(b','),
        _ => sample[4],
    };
    let (first_line, _) = BlockReader::open(source, Some(separator))?.next(&mut block)?.ok_or_else(empty)?;
    let (names, ..) = header(&block, first_line, separator, (!no_header).then_some(0));
    Ok((Format::Text(separator), names))
}

/// The keys that occur in the first lines, in the order in which they come up.
fn json_names(source: &Source, block: &[u8]) -> Result<Vec<String>> {
    let (mut names, mut seen) = (Vec::new(), FxHashSet::default());
    let rows = block.split(|&b| b == b'\n' || b == b'\r').filter(|row| !row.trim_ascii().is_empty());
    for row in rows.take(1000) {
        for key in json::keys(row) {
            if seen.insert(key.clone()) {
                names.push(key);
            }
        }
    }
    match names.is_empty() {
        true => Err(Error::input(
            Place::line(&source.name, 1),
            "not JSON Lines: each line must be one object such as {\"customer_id\": \"C1\", \"date\": \"2023-01-02\"}",
        )),
        false => Ok(names),
    }
}

/// Adds what may be behind columns that are not found.
fn explain_columns(error: Error, source: &Source, format: Format, head: &[u8]) -> Error {
    let explained = match format {
        Format::JsonLines => wrapped_rows(source, head),
        _ => None,
    };
    if let Some(explained) = explained {
        return explained;
    }
    if source.length > 200 && !has_line_end(head) && head.len() >= 200 {
        let message = format!(
            "the file seems to be a single line: a header and rows must be lines of their own ({error})"
        );
        return Error::input(Place::line(&source.name, 1), shorten(message));
    }
    error
}

/// Rows inside one JSON object: `{"orders": [{...}, ...]}`, on one line or on many.
fn wrapped_rows(source: &Source, head: &[u8]) -> Option<Error> {
    let text = std::str::from_utf8(head)
        .unwrap_or_else(|e| std::str::from_utf8(&head[..e.valid_up_to()]).unwrap_or_default());
    let text = text.trim_start_matches('\u{feff}').trim_start().strip_prefix('{')?;
    // The first key whose value is an array of objects.
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let (before, _) = compact.split_once("\":[{")?;
    let key = before.rsplit('"').next().filter(|key| !key.is_empty())?;
    let first_line = text.lines().next().unwrap_or_default();
    let one_line = text.lines().count() < 2;
    let nested = before.matches('{').count() != before.matches('}').count();
    // A row of JSON Lines may hold an array, too: then the next line is a row like it.
    let next_is_row = text.lines().nth(1).is_some_and(|line| line.trim_start().starts_with('{'));
    if nested || (next_is_row && first_line.trim_end().ends_with('}')) {
        return None;
    }
    let shape = if one_line { "one JSON object" } else { "one JSON object over many lines" };
    let message = format!(
        "the file is {shape} that holds the rows in \"{key}\"; write one row a line (jq -c '.\"{key}\"[]' does it)"
    );
    Some(Error::input(Place::file(&source.name), message))
}

/// What stands above a header.
struct Titles {
    above: usize,
    /// The first of it.
    first: String,
    /// The line of the header, and its names.
    line: u64,
    names: Vec<String>,
}

/// Lines above the header, as reports have them.
fn title_lines(source: &Source, format: Format) -> Option<Titles> {
    const LOOKED_AT: usize = 50;
    let Format::Text(separator) = format else { return None };
    let mut block = Vec::new();
    let (first_line, _) = BlockReader::open(source, Some(separator)).ok()?.next(&mut block).ok()??;
    let mut lines: Vec<(u64, Vec<String>)> = Vec::new();
    for_each_record(&block, first_line, Some(separator), &[], |record| {
        if lines.len() < LOOKED_AT {
            let field = |i| String::from_utf8_lossy(record.field(i)).trim().to_owned();
            lines.push((record.line, (0..record.fields.len()).map(field).collect()));
        }
    });
    let filled = |fields: &[String]| fields.iter().filter(|field| !field.is_empty()).count();
    let (_, first) = lines.first()?;
    // A header names its columns, each otherwise, and none of the names looks like data; the rows below are as wide.
    let is_header = |&(at, (_, fields)): &(usize, &(u64, Vec<String>))| {
        let names = fields.iter().filter(|name| !name.is_empty());
        filled(fields) > filled(first)
            && filled(fields) >= 2
            && names.clone().all(|name| {
                !columns::looks_like_data(name) && names.clone().filter(|other| *other == name).count() == 1
            })
            && lines[at + 1..].iter().find(|(_, next)| !is_drawn(next)).is_some_and(|(_, next)| {
                next.len() == fields.len()
                    && next.iter().any(|value| value.bytes().any(|byte| byte.is_ascii_digit()))
            })
    };
    let (above, (line, names)) = lines.iter().enumerate().skip(1).find(is_header)?;
    let first = first.iter().find(|field| !field.is_empty()).map_or("", String::as_str);
    Some(Titles { above, first: first.to_owned(), line: *line, names: names.clone() })
}

/// Is it a line drawn between rows?
fn is_drawn(fields: &[String]) -> bool {
    is_rule(&fields.iter().map(String::as_str).collect::<Vec<_>>())
}

fn shorten(text: String) -> String {
    match text.char_indices().nth(600) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

fn refuse_other_shape(first: &Table, other: &Table) -> Result<()> {
    let shape = |table: &Table| match &table.columns {
        Columns::Log(log) => {
            // Amounts and order lines go together: each file has its own way to an amount.
            let amount = usize::from(log.amount != AmountColumns::None);
            (0, amount, log.currency.is_some(), false, false)
        }
        Columns::Summary(summary) => {
            let gaps = summary.log_gaps.is_some() || summary.purchase_times.is_some();
            (1, 0, summary.monetary.is_some(), summary.said[0].is_some(), gaps)
        }
        Columns::Customers(_) => (2, 0, false, false, false),
    };
    if shape(first) == shape(other) {
        return Ok(());
    }
    let message = format!(
        "the columns ({}) do not play the same roles as those of {} ({}): read files of one shape together, or name the columns",
        columns::list(&other.names),
        first.source.name,
        columns::list(&first.names)
    );
    Err(Error::columns(&other.source.name, message))
}

/// That options came from a file.
pub(crate) fn said_of_config(file: &str) -> String {
    format!("options that were not typed are those of {file} (--config none leaves them)")
}

impl Inputs {
    /// Says which columns were taken by their names, and what is missing.
    fn say_columns(&mut self, options: &LogOptions) {
        let table = &self.tables[0];
        let log = table.log();
        let name = |index: usize| &table.names[index];
        let said = match log.amount {
            AmountColumns::Product { quantity, price }
                if options.quantity.is_none() || options.price.is_none() =>
            {
                Some(format!("the amount is column \"{}\" times column \"{}\"", name(quantity), name(price)))
            }
            AmountColumns::One(index) if options.amount.is_none() && name(index) != "amount" => {
                Some(format!("amounts are in column \"{}\"", name(index)))
            }
            _ => None,
        };
        let file = options.config.as_ref();
        let file = file.map(|file| said_of_config(file));
        let mut roles: Vec<String> = file.into_iter().chain(log.preset.clone()).collect();
        if options.id.is_none() && name(log.id) != "customer_id" {
            roles.push(format!("customers are in column \"{}\"", name(log.id)));
        }
        if options.date.is_none() && name(log.date) != "date" {
            roles.push(format!("dates are in column \"{}\"", name(log.date)));
        }
        if let (Some(lines), Some(order)) = (log.lines, log.order_id) {
            roles.push(match lines {
                Lines::Add if !log.alike.is_empty() => format!(
                    "orders are in column \"{0}\": the lines of one have the same amount in nearly all of them, and are added up ({1}): \
                     if it is that of the whole order, say so with --order \"{0}=once\"",
                    name(order),
                    log.alike
                ),
                Lines::Add => format!("orders are in column \"{}\": the lines of one are one purchase", name(order)),
                Lines::Repeat => format!(
                    "orders are in column \"{0}\": the lines of one are one purchase, and each has the amount of the whole \
                     order, which counts once (--order \"{0}=add\" adds all lines up)",
                    name(order)
                ),
            });
        }
        self.assumptions.extend(roles);
        self.assumptions.extend(said);
    }
}
