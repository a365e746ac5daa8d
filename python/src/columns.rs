//! Columns for NumPy, without PyArrow: numbers and dates as bytes of their type, anything else as a list.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{Array, ArrayRef};
use arrow_cast::cast;
use arrow_cast::display::array_value_to_string;
use arrow_schema::{DataType, TimeUnit};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};

/// What NumPy calls not a time.
const NOT_A_TIME: i64 = i64::MIN;

/// The name of a type of NumPy with the values as bytes, or `object` with a list of them. A missing number is not a
/// number, a missing date not a time.
pub fn for_numpy<'py>(
    py: Python<'py>,
    kind: &DataType,
    parts: &[ArrayRef],
) -> PyResult<(&'static str, Bound<'py, PyAny>)> {
    let missing = parts.iter().any(|part| part.null_count() > 0);
    match kind {
        DataType::Dictionary(_, values) => {
            let plain: Result<Vec<ArrayRef>, _> = parts.iter().map(|part| cast(part, values)).collect();
            for_numpy(py, values, &plain.map_err(failed)?)
        }
        DataType::Date32 => bytes(py, "datetime64[D]", parts, &DataType::Int32, whole(NOT_A_TIME)),
        DataType::Timestamp(unit, _) => {
            let name = match unit {
                TimeUnit::Second => "datetime64[s]",
                TimeUnit::Millisecond => "datetime64[ms]",
                TimeUnit::Microsecond => "datetime64[us]",
                TimeUnit::Nanosecond => "datetime64[ns]",
            };
            bytes(py, name, parts, &DataType::Int64, whole(NOT_A_TIME))
        }
        kind if kind.is_integer() && !missing && *kind != DataType::UInt64 => {
            bytes(py, "int64", parts, &DataType::Int64, whole(0))
        }
        kind if kind.is_numeric() && *kind != DataType::UInt64 => {
            bytes(py, "float64", parts, &DataType::Float64, real)
        }
        _ => Ok(("object", list(py, parts)?.into_any())),
    }
}

fn failed(error: impl ToString) -> PyErr {
    PyValueError::new_err(error.to_string())
}

/// Values as bytes of eight each, once they are of a type.
fn bytes<'py>(
    py: Python<'py>,
    name: &'static str,
    parts: &[ArrayRef],
    through: &DataType,
    write: impl Fn(&ArrayRef, &mut Vec<u8>),
) -> PyResult<(&'static str, Bound<'py, PyAny>)> {
    let mut all = Vec::with_capacity(8 * parts.iter().map(|part| part.len()).sum::<usize>());
    for part in parts {
        let part = cast(part, through).map_err(failed)?;
        let part =
            if *through == DataType::Int32 { cast(&part, &DataType::Int64).map_err(failed)? } else { part };
        write(&part, &mut all);
    }
    Ok((name, PyBytes::new(py, &all).into_any()))
}

fn whole(missing: i64) -> impl Fn(&ArrayRef, &mut Vec<u8>) {
    move |part, all| {
        let values = part.as_primitive::<Int64Type>().iter();
        values.for_each(|value| all.extend(value.unwrap_or(missing).to_ne_bytes()));
    }
}

fn real(part: &ArrayRef, all: &mut Vec<u8>) {
    let values = part.as_primitive::<Float64Type>().iter();
    values.for_each(|value| all.extend(value.unwrap_or(f64::NAN).to_ne_bytes()));
}

/// Values as Python's own.
fn list<'py>(py: Python<'py>, parts: &[ArrayRef]) -> PyResult<Bound<'py, PyList>> {
    let all = PyList::empty(py);
    for part in parts {
        for row in 0..part.len() {
            match () {
                () if part.is_null(row) => all.append(py.None())?,
                () if let Some(texts) = part.as_string_opt::<i32>() => all.append(texts.value(row))?,
                () if let Some(whole) = part.as_primitive_opt::<arrow_array::types::UInt64Type>() => {
                    all.append(whole.value(row))?;
                }
                () if let Some(whole) = part.as_boolean_opt() => all.append(whole.value(row))?,
                () => all.append(array_value_to_string(part, row).map_err(failed)?)?,
            }
        }
    }
    Ok(all)
}
