//! Tables that come out: Arrow inside, handed over by the PyCapsule protocol without copying.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use arrow_array::ffi::FFI_ArrowSchema;
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{RecordBatch, RecordBatchIterator, RecordBatchReader};
use arrow_schema::{ArrowError, SchemaRef};
use clv::base::ahead::Ahead;
use clv::output::{
    CsvStyle, TableWriter, Target, summary_schema, summary_table, without_negative_zeros, write_summary,
};
use clv::show::report::{notebook, text};
use pyo3::exceptions::{PyImportError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::errors::raise;
use crate::run::long;

/// Rows that are shown of a table.
const SHOWN: usize = 10;

/// A table of results, in Arrow's layout.
///
/// It speaks the Arrow PyCapsule protocol, so that pandas, Polars, DuckDB and PyArrow take it as it is:
/// ``polars.DataFrame(table)``, ``pyarrow.table(table)``, ``duckdb.sql("from table")`` on the result of these.
#[pyclass(frozen, subclass, module = "clv")]
pub struct Table {
    source: Source,
}

/// Where its rows are.
enum Source {
    /// In memory.
    Batches(SchemaRef, Vec<RecordBatch>),
    /// In a summary, which may be larger than memory.
    Summary(Arc<clv::Summary>),
}

impl Table {
    /// A table in memory.
    pub fn of(schema: SchemaRef, batches: Vec<RecordBatch>) -> Self {
        let batches = batches.iter().map(|batch| without_negative_zeros(batch).into_owned()).collect();
        Table { source: Source::Batches(schema, batches) }
    }

    /// The table of a summary.
    pub fn of_summary(summary: Arc<clv::Summary>) -> Self {
        Table { source: Source::Summary(summary) }
    }

    /// Its rows, if they are in memory.
    pub fn batches(&self) -> Option<(&SchemaRef, &[RecordBatch])> {
        match &self.source {
            Source::Batches(schema, batches) => Some((schema, batches)),
            Source::Summary(_) => None,
        }
    }

    fn schema(&self) -> SchemaRef {
        match &self.source {
            Source::Batches(schema, _) => schema.clone(),
            Source::Summary(summary) => summary_schema(&summary.meta),
        }
    }

    fn reader(&self) -> Box<dyn RecordBatchReader + Send> {
        let schema = self.schema();
        match &self.source {
            Source::Batches(_, batches) => {
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
    fn rows(&self) -> clv::Result<usize> {
        match &self.source {
            Source::Batches(_, batches) => Ok(batches.iter().map(RecordBatch::num_rows).sum()),
            Source::Summary(summary) => summary.customers().map(|rows| rows as usize),
        }
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
        PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(self.reader()), c"arrow_array_stream")
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let schema = FFI_ArrowSchema::try_from(self.schema().as_ref());
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

    /// As a data frame of pandas, which must be installed with PyArrow.
    fn to_pandas<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        package(slf.py(), "pandas")?;
        Self::to_arrow(slf)?.call_method0("to_pandas")
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
            Source::Batches(schema, batches) => {
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

/// A package of the caller's; none is needed for anything else.
fn package<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyModule>> {
    py.import(name).map_err(|error| {
        let missing = PyImportError::new_err(format!("this needs {name}: pip install {name}"));
        missing.set_cause(py, Some(error));
        missing
    })
}
