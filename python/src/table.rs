//! Tables that come out: Arrow inside, handed over by the PyCapsule protocol without copying.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::ffi::FFI_ArrowSchema;
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{ArrayRef, RecordBatch, RecordBatchIterator, RecordBatchReader};
use arrow_schema::{ArrowError, Schema, SchemaRef};
use clv::base::ahead::Ahead;
use clv::history::IdColumn;
use clv::output::{
    CsvStyle, TableWriter, Target, summary_schema, summary_table, without_negative_zeros, write_summary,
};
use clv::show::report::{notebook, text};
use pyo3::exceptions::{PyImportError, PyKeyError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyCapsule, PyList, PySlice};

use crate::columns;
use crate::errors::{data_error, raise};
use crate::outward;
use crate::report::Pickled;
use crate::run::long;

/// Rows that are shown of a table.
const SHOWN: usize = 10;

/// A table of results, in Arrow's layout.
///
/// It speaks the Arrow PyCapsule protocol, so that pandas, Polars, DuckDB and PyArrow take it as it is:
/// ``polars.DataFrame(table)``, ``pyarrow.table(table)``, ``duckdb.sql("from table")`` on the result of these.
#[pyclass(frozen, subclass, module = "clv")]
pub struct Table {
    pub(crate) source: Source,
}

/// Where its rows are.
pub(crate) enum Source {
    /// In memory.
    Batches(SchemaRef, Vec<RecordBatch>),
    /// In memory, with ids as the caller gave them; files are written of the second one, as everywhere.
    Named { shown: (SchemaRef, Vec<RecordBatch>), written: (SchemaRef, Vec<RecordBatch>) },
    /// In a summary, which may be larger than memory.
    Summary(Arc<clv::Summary>),
}

impl Table {
    /// A table in memory.
    pub fn of(schema: SchemaRef, batches: Vec<RecordBatch>) -> Self {
        let batches = batches.iter().map(|batch| without_negative_zeros(batch).into_owned()).collect();
        Table { source: Source::Batches(schema, batches) }
    }

    /// A table whose first column are ids that were taken from this column: they get its name and its type back.
    pub fn of_customers(schema: SchemaRef, batches: Vec<RecordBatch>, ids: Option<&IdColumn>) -> Self {
        let table = Table::of(schema, batches);
        let Source::Batches(schema, batches) = &table.source else { return table };
        match ids.and_then(|ids| with_ids(schema, batches, ids)) {
            Some(shown) => {
                Table { source: Source::Named { shown, written: (schema.clone(), batches.clone()) } }
            }
            None => table,
        }
    }

    /// What would be written of it, as input called `name`.
    pub fn as_written(&self, name: &str) -> clv::history::Input {
        let (schema, batches) = match &self.source {
            Source::Batches(schema, batches) | Source::Named { written: (schema, batches), .. } => {
                (schema.clone(), batches.clone())
            }
            Source::Summary(_) => (self.schema(), self.reader().flatten().collect()),
        };
        clv::history::MemoryTable::new(name, schema, batches).into()
    }

    /// The table of a summary.
    pub fn of_summary(summary: Arc<clv::Summary>) -> Self {
        Table { source: Source::Summary(summary) }
    }

    /// Its rows, if they are in memory.
    pub fn batches(&self) -> Option<(&SchemaRef, &[RecordBatch])> {
        match &self.source {
            Source::Batches(schema, batches) => Some((schema, batches)),
            Source::Named { shown: (schema, batches), .. } => Some((schema, batches)),
            Source::Summary(_) => None,
        }
    }

    pub(crate) fn schema(&self) -> SchemaRef {
        match &self.source {
            Source::Batches(schema, _) | Source::Named { shown: (schema, _), .. } => schema.clone(),
            Source::Summary(summary) => summary_schema(&summary.meta),
        }
    }

    pub(crate) fn reader(&self) -> Box<dyn RecordBatchReader + Send> {
        let schema = self.schema();
        match &self.source {
            Source::Batches(_, batches) | Source::Named { shown: (_, batches), .. } => {
                Box::new(RecordBatchIterator::new(batches.clone().into_iter().map(Ok), schema))
            }
            Source::Summary(summary) => stream(summary.clone(), schema),
        }
    }

    /// The first rows, in one batch.
    fn first(&self, n: usize) -> PyResult<RecordBatch> {
        let failed = |e: ArrowError| PyValueError::new_err(e.to_string());
        let mut left = n;
        let mut parts = Vec::new();
        for batch in self.reader() {
            let batch = batch.map_err(failed)?;
            parts.push(batch.slice(0, left.min(batch.num_rows())));
            left -= left.min(batch.num_rows());
            if left == 0 {
                break;
            }
        }
        arrow_select::concat::concat_batches(&self.schema(), &parts).map_err(failed)
    }

    /// How many rows; what cannot be read to its end has none that could be said.
    pub(crate) fn rows(&self) -> clv::Result<usize> {
        match &self.source {
            Source::Batches(_, batches) | Source::Named { shown: (_, batches), .. } => {
                Ok(batches.iter().map(RecordBatch::num_rows).sum())
            }
            Source::Summary(summary) => summary.customers().map(|rows| rows as usize),
        }
    }

    /// Where a column is.
    fn place(&self, name: &str) -> PyResult<usize> {
        self.schema().index_of(name).map_err(|_| {
            let columns = self.columns();
            PyKeyError::new_err(format!("'{name}' is no column here; there are {}", columns.join(", ")))
        })
    }

    fn shown(&self) -> PyResult<(clv::show::report::Table, String)> {
        let first = self.first(SHOWN)?;
        let rows = self.rows().map_err(|error| PyValueError::new_err(error.to_string()))?;
        let columns = self.schema().fields().len();
        let words = match rows > first.num_rows() {
            true => format!("the first {} of {rows} rows x {columns} columns", first.num_rows()),
            false => format!("{rows} rows x {columns} columns"),
        };
        Ok((clv::show::report::rows(&first), words))
    }
}

/// The table with its ids as they were given; `None` if they are so already, or if one of them is not of its type any
/// more.
fn with_ids(
    schema: &SchemaRef,
    batches: &[RecordBatch],
    ids: &IdColumn,
) -> Option<(SchemaRef, Vec<RecordBatch>)> {
    let (first, others) = schema.fields().split_first()?;
    // Two columns of one name would be worse than another name.
    let taken = others.iter().any(|field| *field.name() == ids.name);
    let name = if taken { first.name() } else { &ids.name };
    if ids.is_text() && name == first.name() {
        return None;
    }
    let columns: Vec<ArrayRef> =
        batches.iter().map(|batch| ids.restored(batch.column(0).as_string_opt()?)).collect::<Option<_>>()?;
    let field = outward::of_ids(name, ids.kind.clone(), first.is_nullable());
    let fields = [Arc::new(field)].into_iter().chain(others.iter().cloned());
    let named = Arc::new(Schema::new_with_metadata(fields.collect::<Vec<_>>(), schema.metadata().clone()));
    let batch = |(batch, ids): (&RecordBatch, ArrayRef)| {
        let columns = [ids].into_iter().chain(batch.columns()[1..].iter().cloned());
        RecordBatch::try_new(named.clone(), columns.collect()).ok()
    };
    let shown = batches.iter().zip(columns).map(batch).collect::<Option<_>>()?;
    Some((named, shown))
}

/// A summary's batches one after another: a thread reads ahead of whoever takes them.
fn stream(summary: Arc<clv::Summary>, schema: SchemaRef) -> Box<dyn RecordBatchReader + Send> {
    let columns = schema.clone();
    let mut ahead = Ahead::new(2, move |send| {
        for batch in summary.batches() {
            let table = batch.map(|batch| summary_table(batch, &summary.meta, &columns));
            if !send(table.map_err(|e| ArrowError::ExternalError(Box::new(e)))) {
                return;
            }
        }
    });
    // Who takes the rows is not of our language: a panic must not get there, nor look like the end.
    let next = move || {
        catch_unwind(AssertUnwindSafe(|| ahead.next())).unwrap_or_else(|_| {
            Some(Err(ArrowError::ComputeError(
                "the rows cannot be read any further: clv has failed".to_owned(),
            )))
        })
    };
    Box::new(RecordBatchIterator::new(std::iter::from_fn(next), schema))
}

#[pymethods]
impl Table {
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // The protocol lets a producer keep to its own types.
        let _ = requested_schema;
        PyCapsule::new_with_value(
            py,
            FFI_ArrowArrayStream::new(outward::rows(self.reader())),
            c"arrow_array_stream",
        )
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let schema = FFI_ArrowSchema::try_from(outward::schema(&self.schema()).as_ref());
        let schema = schema.map_err(|e| PyValueError::new_err(e.to_string()))?;
        PyCapsule::new_with_value(py, schema, c"arrow_schema")
    }

    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        py.detach(|| self.rows()).map_err(|error| raise(py, error))
    }

    /// Rows and columns.
    #[getter]
    fn shape(&self, py: Python<'_>) -> PyResult<(usize, usize)> {
        Ok((self.__len__(py)?, self.schema().fields().len()))
    }

    /// The columns' names.
    #[getter]
    fn columns(&self) -> Vec<String> {
        self.schema().fields().iter().map(|field| field.name().clone()).collect()
    }

    /// The columns' names, as a mapping has them: ``dict(table)`` has an array a column.
    fn keys(&self) -> Vec<String> {
        self.columns()
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(PyList::new(py, self.columns())?.try_iter()?.into_any())
    }

    fn __contains__(&self, name: &Bound<'_, PyAny>) -> bool {
        name.extract::<String>().is_ok_and(|name| self.columns().contains(&name))
    }

    /// A column as an array of NumPy (``table["clv"]``); columns (``table[["clv", "p_alive"]]``) and rows
    /// (``table[:10]``, ``table[table["clv"] > 100]``) as a table.
    fn __getitem__<'py>(slf: &Bound<'py, Self>, key: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let (py, table) = (slf.py(), slf.get());
        if let Ok(name) = key.extract::<String>() {
            table.place(&name)?;
            return py.import("clv._arrays")?.call_method1("column", (slf, name));
        }
        if let Ok(slice) = key.cast::<PySlice>() {
            return Ok(
                Bound::new(py, table.rows_of(&slice.indices(table.__len__(py)? as isize)?)?)?.into_any()
            );
        }
        if let Ok(names) = key.extract::<Vec<String>>() {
            let places: Vec<usize> = names.iter().map(|name| table.place(name)).collect::<PyResult<_>>()?;
            return Ok(Bound::new(py, table.of_columns(&places)?)?.into_any());
        }
        let list = if key.hasattr("tolist")? { key.call_method0("tolist")? } else { key.clone() };
        let Ok(chosen) = list.extract::<Vec<bool>>() else {
            let message = "a table is asked for a column by its name, for columns by a list of names, and for rows by a \
                           slice or an array of True and False";
            return Err(PyTypeError::new_err(message));
        };
        Ok(Bound::new(py, table.of_rows(py, chosen)?)?.into_any())
    }

    /// All columns as one array of NumPy with two dimensions: numbers, or objects if a column holds something else.
    fn to_numpy<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("clv._arrays")?.call_method1("matrix", (slf,))
    }

    #[pyo3(signature = (dtype=None, copy=None))]
    fn __array__<'py>(
        slf: &Bound<'py, Self>,
        dtype: Option<Bound<'py, PyAny>>,
        copy: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("clv._arrays")?.call_method1("array", (slf, dtype, copy))
    }

    /// A column for NumPy: the name of a type with the values as bytes, or ``object`` with a list of them.
    fn _column<'py>(&self, py: Python<'py>, name: &str) -> PyResult<(&'static str, Bound<'py, PyAny>)> {
        let place = self.place(name)?;
        let failed = |e: ArrowError| PyValueError::new_err(e.to_string());
        let parts = self.reader().map(|batch| Ok(batch?.column(place).clone()));
        let parts = parts.collect::<Result<Vec<ArrayRef>, ArrowError>>().map_err(failed)?;
        columns::for_numpy(py, self.schema().field(place).data_type(), &parts)
    }

    /// The first rows.
    #[pyo3(signature = (n=5))]
    fn head(&self, n: usize) -> PyResult<Table> {
        Ok(Table::of(self.schema(), vec![self.first(n)?]))
    }

    /// As a table of PyArrow, which must be installed.
    fn to_arrow<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        package(slf.py(), "pyarrow")?.call_method1("table", (slf,))
    }

    /// As a data frame of Polars, which must be installed.
    fn to_polars<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        package(slf.py(), "polars")?.call_method1("DataFrame", (slf,))
    }

    /// As a data frame of pandas, which must be installed with PyArrow: dates as ``datetime64``.
    fn to_pandas<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        package(slf.py(), "pandas")?;
        slf.py().import("clv._arrays")?.call_method1("frame", (Self::to_arrow(slf)?,))
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Pickled<'py, (Bound<'py, PyBytes>,)>> {
        let (py, table) = (slf.py(), slf.get());
        let make = py.import("clv._core")?.getattr("table_from_bytes")?;
        Ok((make, (PyBytes::new(py, &table.to_bytes()?),)))
    }

    fn __copy__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __deepcopy__(slf: Py<Self>, memo: &Bound<'_, PyAny>) -> Py<Self> {
        // It cannot be changed, so that a copy would be the same.
        let _ = memo;
        slf
    }

    /// Writes it as the command line does: .csv, .xlsx, .parquet or .jsonl, whole or not at all.
    ///
    /// ``csv_separator`` (``";"``, ``"tab"``) and ``csv_decimal_comma`` are for spreadsheets that do not take commas and points.
    /// Raises ``OptionError`` for another extension, ``FileError`` if nothing can be written there.
    #[pyo3(signature = (path, *, csv_separator=None, csv_decimal_comma=false))]
    fn write(
        &self,
        py: Python<'_>,
        path: &Bound<'_, PyAny>,
        csv_separator: Option<&str>,
        csv_decimal_comma: bool,
    ) -> PyResult<()> {
        let path: std::path::PathBuf = path.extract()?;
        let target = CsvStyle::new(csv_separator, csv_decimal_comma)
            .and_then(|style| Ok(Target::table(&path.to_string_lossy())?.with_csv(style)))
            .map_err(|e| raise(py, e))?;
        long(py, |progress| match &self.source {
            Source::Summary(summary) => write_summary(summary, &target, progress).map(drop),
            Source::Batches(schema, batches) | Source::Named { written: (schema, batches), .. } => {
                let mut writer = TableWriter::create(&target, schema.clone())?;
                progress.stage("writing", None);
                for batch in batches {
                    progress.check()?;
                    writer.write(batch)?;
                }
                writer.finish()
            }
        })
    }

    fn __repr__(&self) -> PyResult<String> {
        let (table, words) = self.shown()?;
        let mut report = clv::show::report::Report::default();
        report.results = vec![clv::show::report::Block::Table(table), clv::show::report::Block::Line(words)];
        Ok(text::plain(&report))
    }

    fn _repr_html_(&self) -> PyResult<String> {
        let (table, words) = self.shown()?;
        Ok(format!("{}<p>{words}</p>", notebook::render_table(&table)))
    }
}

/// The table that was pickled, by the same version.
///
/// Raises ``DataError`` for other bytes.
#[pyfunction]
pub fn table_from_bytes(py: Python<'_>, data: &[u8]) -> PyResult<Table> {
    let wrong = || data_error(py, "data: these bytes are no table of this version of clv");
    Table::from_bytes(data).ok_or_else(wrong)
}

/// A package of the caller's; none is needed for anything else.
fn package<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyModule>> {
    py.import(name).map_err(|error| {
        let missing = PyImportError::new_err(format!("this needs {name}: pip install {name}"));
        missing.set_cause(py, Some(error));
        missing
    })
}
