//! Parts of tables: columns, and rows by a mask or by their numbers; and tables as bytes that travel.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray, UInt64Array,
};
use arrow_ipc::{reader::StreamReader, writer::StreamWriter};
use arrow_schema::{ArrowError, Field, Schema, SchemaRef};
use arrow_select::concat::concat_batches;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::slice::PySliceIndices;
use pyo3::types::{PyBytes, PyDict};

use crate::errors::raise;
use crate::table::{Source, Table};

impl Table {
    /// The same table of other batches; `of` says what becomes of each.
    fn changed(
        &self,
        of: &mut dyn FnMut(&RecordBatch) -> Result<RecordBatch, ArrowError>,
    ) -> PyResult<Table> {
        let mut all = |(schema, batches): (&SchemaRef, &[RecordBatch])| {
            let changed = batches.iter().map(&mut *of).collect::<Result<Vec<_>, _>>()?;
            Ok((changed.first().map_or_else(|| schema.clone(), RecordBatch::schema), changed))
        };
        let failed = |e: ArrowError| PyValueError::new_err(e.to_string());
        match &self.source {
            Source::Batches(schema, batches) => {
                let (schema, batches) = all((schema, batches)).map_err(failed)?;
                Ok(Table { source: Source::Batches(schema, batches) })
            }
            Source::Named { shown, written } => {
                let shown = all((&shown.0, &shown.1)).map_err(failed)?;
                let written = all((&written.0, &written.1)).map_err(failed)?;
                Ok(Table { source: Source::Named { shown, written } })
            }
            Source::Summary(_) => {
                let batches = self.reader().collect::<Result<Vec<_>, _>>().map_err(failed)?;
                Table::of(self.schema(), batches).changed(of)
            }
        }
    }

    /// Some of its columns.
    pub(crate) fn of_columns(&self, places: &[usize]) -> PyResult<Table> {
        if self.batches().is_some_and(|(_, batches)| batches.is_empty()) {
            let schema = self.schema().project(places).map_err(|e| PyValueError::new_err(e.to_string()))?;
            return Ok(Table::of(Arc::new(schema), Vec::new()));
        }
        self.changed(&mut |batch| batch.project(places))
    }

    /// Its rows by a mask.
    pub(crate) fn of_rows(&self, py: Python<'_>, chosen: Vec<bool>) -> PyResult<Table> {
        let rows = self.rows().map_err(|error| raise(py, error))?;
        if chosen.len() != rows {
            return Err(PyValueError::new_err(format!(
                "{} times True or False for {rows} rows",
                chosen.len()
            )));
        }
        let mask = BooleanArray::from(chosen);
        let (mut at, batches) = (0, self.batches().map_or(0, |(_, batches)| batches.len()));
        let mut seen = 0;
        self.changed(&mut |batch| {
            // What is shown and what is written have the same batches.
            if batches > 0 && seen == batches {
                (at, seen) = (0, 0);
            }
            let own = mask.slice(at, batch.num_rows());
            (at, seen) = (at + batch.num_rows(), seen + 1);
            arrow_select::filter::filter_record_batch(batch, &own)
        })
    }

    /// Some of its rows by their numbers.
    pub(crate) fn rows_of(&self, indices: &PySliceIndices) -> PyResult<Table> {
        let (start, step, n) = (indices.start, indices.step, indices.slicelength);
        let failed = |e: ArrowError| PyValueError::new_err(e.to_string());
        let take = |schema: &SchemaRef, batches: &[RecordBatch]| {
            let whole = concat_batches(schema, batches).map_err(failed)?;
            if step == 1 {
                return Ok(whole.slice(start.max(0) as usize, n));
            }
            let rows = (0..n as isize).map(|i| (start + i * step) as u64);
            let rows = UInt64Array::from_iter_values(rows);
            arrow_select::take::take_record_batch(&whole, &rows).map_err(failed)
        };
        Ok(match &self.source {
            Source::Named { shown, written } => {
                let one = |(schema, batches): &(SchemaRef, Vec<RecordBatch>)| -> PyResult<_> {
                    Ok((schema.clone(), vec![take(schema, batches)?]))
                };
                Table { source: Source::Named { shown: one(shown)?, written: one(written)? } }
            }
            _ => {
                let schema = self.schema();
                let batches = self.reader().collect::<Result<Vec<_>, _>>().map_err(failed)?;
                Table::of(schema.clone(), vec![take(&schema, &batches)?])
            }
        })
    }

    /// All of it as bytes that travel.
    pub(crate) fn to_bytes(&self) -> PyResult<Vec<u8>> {
        let failed = |e: ArrowError| PyValueError::new_err(e.to_string());
        let mut bytes = Vec::new();
        let mut one =
            |schema: &SchemaRef, batches: &mut dyn Iterator<Item = Result<RecordBatch, ArrowError>>| {
                let mut writer = StreamWriter::try_new(Vec::new(), schema)?;
                for batch in batches {
                    writer.write(&batch?)?;
                }
                writer.finish()?;
                let part = writer.into_inner()?;
                bytes.extend((part.len() as u64).to_le_bytes());
                bytes.extend(part);
                Ok::<(), ArrowError>(())
            };
        match &self.source {
            Source::Named { shown, written } => {
                for (schema, batches) in [shown, written] {
                    one(schema, &mut batches.iter().cloned().map(Ok)).map_err(failed)?;
                }
            }
            _ => one(&self.schema(), &mut self.reader()).map_err(failed)?,
        }
        Ok(bytes)
    }

    /// The table that these bytes were made of.
    pub fn from_bytes(bytes: &[u8]) -> Option<Table> {
        let (mut rest, mut parts) = (bytes, Vec::new());
        while !rest.is_empty() {
            let (length, after) = rest.split_first_chunk::<8>()?;
            let (part, after) = after.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
            let reader = StreamReader::try_new(part, None).ok()?;
            let schema = reader.schema();
            parts.push((schema, reader.collect::<Result<Vec<_>, _>>().ok()?));
            rest = after;
        }
        let written = parts.pop()?;
        let source = match parts.pop() {
            Some(shown) => Source::Named { shown, written },
            None => Source::Batches(written.0, written.1),
        };
        Some(Table { source })
    }
}

/// The table of this name.
pub fn of_name(tables: &[(String, RecordBatch)], name: &str) -> PyResult<Table> {
    let found = tables.iter().find(|(known, _)| known == name).map(|(_, batch)| batch);
    let batch = found.ok_or_else(|| PyValueError::new_err(format!("there is no table of {name}")))?;
    Ok(Table::of(batch.schema(), vec![batch.clone()]))
}

/// Tables by name as bytes that travel.
pub fn travelling<'py>(
    py: Python<'py>,
    tables: &[(String, RecordBatch)],
) -> PyResult<Vec<(String, Bound<'py, PyBytes>)>> {
    let one = |(name, batch): &(String, RecordBatch)| {
        let bytes = Table::of(batch.schema(), vec![batch.clone()]).to_bytes()?;
        Ok((name.clone(), PyBytes::new(py, &bytes)))
    };
    tables.iter().map(one).collect()
}

/// The tables that arrived.
pub fn arrived(tables: &[(String, Vec<u8>)]) -> Option<Vec<(String, RecordBatch)>> {
    let one = |(name, bytes): &(String, Vec<u8>)| {
        let table = Table::from_bytes(bytes)?;
        let (schema, batches) = table.batches()?;
        Some((name.clone(), concat_batches(schema, batches).ok()?))
    };
    tables.iter().map(one).collect()
}

/// A table of these columns, each a list of numbers, of text, or of nothing.
#[pyfunction]
pub fn make_table(columns: &Bound<'_, PyDict>) -> PyResult<Table> {
    let (mut fields, mut arrays) = (Vec::new(), Vec::<ArrayRef>::new());
    for (name, values) in columns.iter() {
        let name: String = name.extract()?;
        let array: ArrayRef = if let Ok(values) = values.extract::<Vec<Option<i64>>>() {
            Arc::new(Int64Array::from(values))
        } else if let Ok(values) = values.extract::<Vec<Option<f64>>>() {
            Arc::new(Float64Array::from(values))
        } else {
            Arc::new(StringArray::from(values.extract::<Vec<Option<String>>>()?))
        };
        fields.push(Field::new(name, array.data_type().clone(), true));
        arrays.push(array);
    }
    let schema = Arc::new(Schema::new(fields));
    let batch = RecordBatch::try_new(schema.clone(), arrays);
    Ok(Table::of(schema, vec![batch.map_err(|error| PyValueError::new_err(error.to_string()))?]))
}
