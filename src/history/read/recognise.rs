//! What the inputs are: the format of each file and the roles of its columns, which must be the same
//! in all of them.

mod first;
mod said;
mod table;
mod texts;
mod titles;

use super::arrow::{self, ArrowTable};
use super::columns::{self, AmountColumns, Columns, CustomerColumns};
use super::evidence::Evidence;
use super::inputs::{self, Format, Source};
use super::pair;
use crate::base::{Error, Result};
use crate::history::{input::Input, options::LogOptions, orders::Lines, summary_file::SummaryFile};
use first::{First, as_first, decide_as_first};
pub(crate) use said::said_of_config;
pub(crate) use table::Table;
use texts::{explain_columns, look_at_text};
use titles::title_lines;

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
