//! What a caller hands in: a path, several, a table that speaks the Arrow PyCapsule protocol, or a result of
//! ours. Tables are taken over without copying.

use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::ffi_stream::{ArrowArrayStreamReader, FFI_ArrowArrayStream};
pub use clv::history::Input;
use clv::history::{LogOptions, MemoryTable};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyList, PyString, PyTuple};

use crate::errors::{data_error, raise};
use crate::summary::Summary;
use crate::table::Table;

/// What messages call a table handed in.
const NAME: &str = "data";

/// Streams of more bytes than this, or than the memory limit, are kept in a temporary file.
const KEPT: u64 = 256 << 20;

/// What was handed in.
pub enum Given {
    /// A summary of ours, with all that is known of it.
    Summary(Arc<clv::Summary>),
    /// Anything to be read.
    Inputs(Vec<Input>),
}

impl Given {
    /// Takes an argument, which is to be read with these options.
    pub fn new(data: &Bound<'_, PyAny>, log: &LogOptions) -> PyResult<Given> {
        if let Ok(summary) = data.cast::<Summary>() {
            return Ok(Given::Summary(summary.get().inner.clone()));
        }
        if !data.is_instance_of::<PyList>() && !data.is_instance_of::<PyTuple>() {
            return Ok(Given::Inputs(vec![one(data, NAME, log)?]));
        }
        let parts = data.try_iter()?.enumerate();
        let inputs = parts.map(|(i, part)| one(&part?, &format!("{NAME}[{i}]"), log));
        Ok(Given::Inputs(inputs.collect::<PyResult<_>>()?))
    }
}

/// A path or a table, called `name` in messages; of the options, those of memory and temporary files matter.
pub fn one(data: &Bound<'_, PyAny>, name: &str, log: &LogOptions) -> PyResult<Input> {
    if data.is_instance_of::<PyString>() || data.hasattr("__fspath__")? {
        return Ok(Input::Path(data.extract::<PathBuf>()?));
    }
    if let Ok(table) = data.cast::<Table>()
        && let Some((schema, batches)) = table.get().batches()
    {
        return Ok(MemoryTable::new(name, schema.clone(), batches.to_vec()).into());
    }
    table(data, name, log)
}

fn table(data: &Bound<'_, PyAny>, name: &str, log: &LogOptions) -> PyResult<Input> {
    let py = data.py();
    let capsule = stream(data)?;
    let reader = import(&capsule)?;
    // What has a length is there in memory already. Anything else, and a relation that a query engine has yet to
    // fetch, may be large.
    let there = data.hasattr("__len__")? && !data.hasattr("fetchall")?;
    let most = if there { u64::MAX } else { log.memory_limit.map_or(KEPT, |limit| limit.min(KEPT)) };
    let folder = log.temp_dir.as_deref();
    // A stream may be a query that is only run now, and needs the interpreter for it.
    py.detach(|| Input::from_stream(name, reader, most, folder)).map_err(|error| raise(py, error))
}

/// The stream of something that is a table.
fn stream<'py>(data: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyCapsule>> {
    const STREAM: &str = "__arrow_c_stream__";
    let py = data.py();
    let capsule = if data.hasattr(STREAM)? {
        data.call_method0(STREAM)
    } else if data.hasattr("scanner")? {
        // A dataset of PyArrow is no stream itself.
        data.call_method0("scanner")?.call_method0("to_reader")?.call_method0(STREAM)
    } else if data.hasattr("collect")? && data.hasattr("collect_schema")? {
        // A lazy frame of Polars.
        data.call_method0("collect")?.call_method0(STREAM)
    } else if data.hasattr("to_pyarrow_batches")? {
        // An expression of Ibis.
        data.call_method0("to_pyarrow_batches")?.call_method0(STREAM)
    } else {
        let kind = data.get_type().fully_qualified_name()?;
        return Err(PyTypeError::new_err(format!(
            "data is a {kind}, which is neither a path nor a table: hand over a table of pandas, Polars, DuckDB, \
             PyArrow or Ibis, or anything else with {STREAM}"
        )));
    };
    let capsule = capsule.map_err(|error| unreadable(py, error))?;
    Ok(capsule.cast_into::<PyCapsule>()?)
}

/// A table whose own library cannot make Arrow of it: mostly a column of mixed types.
fn unreadable(py: Python<'_>, error: PyErr) -> PyErr {
    let module = error.get_type(py).getattr("__module__").and_then(|m| m.extract::<String>());
    if !module.is_ok_and(|module| module.starts_with("pyarrow")) {
        return error;
    }
    let message = format!(
        "data: the table cannot be handed over ({}): a column seems to hold values of several types; cast it to one, \
         ids to text",
        error.value(py)
    );
    let data = data_error(py, &message);
    data.set_cause(py, Some(error));
    data
}

#[allow(unsafe_code)]
fn import(capsule: &Bound<'_, PyCapsule>) -> PyResult<ArrowArrayStreamReader> {
    let pointer = capsule.pointer_checked(Some(c"arrow_array_stream"))?.cast::<FFI_ArrowArrayStream>();
    // SAFETY: by the PyCapsule protocol a capsule of this name holds a valid stream. It is moved out of
    // the capsule, which is left with a released one, as the protocol asks of a consumer.
    let reader = unsafe { ArrowArrayStreamReader::from_raw(pointer.as_ptr()) };
    reader.map_err(|e| {
        // A stream of one column has a schema that is no table's.
        let words = match e.to_string() {
            e if e.contains("as a Schema") => {
                "data is a single column (a series or an array), not a table: hand over \
                                               the table that has the columns of customers and dates"
                    .to_owned()
            }
            e => format!("data: the table cannot be read: {e}"),
        };
        data_error(capsule.py(), &words)
    })
}
