//! Tables as Parquet. Text that is the same in all rows, as a summary has it in several columns, is written once for
//! each group of rows and not looked at row by row: the library has no way to say so.

use std::io::Write;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, SchemaRef};
use bytes::Bytes;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::{BoundaryOrder, Compression, Encoding, Type};
use parquet::column::page::{CompressedPage, Page, PageWriter};
use parquet::column::writer::ColumnCloseResult;
use parquet::data_type::ByteArray;
use parquet::errors::Result;
use parquet::file::metadata::{ColumnChunkMetaData, ColumnIndexBuilder};
use parquet::file::page_index::offset_index::{OffsetIndexMetaData, PageLocation};
use parquet::file::properties::WriterProperties;
use parquet::file::statistics::Statistics;
use parquet::file::writer::{SerializedFileWriter, SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;

use super::repeated;

/// Longer text is nothing that a table says of all its rows.
const SHORT: usize = 64;

/// Writes batches as groups of rows.
pub(super) struct ParquetWriter<W: Write + Send> {
    file: SerializedFileWriter<W>,
    encoders: ArrowRowGroupWriterFactory,
    schema: SchemaRef,
    /// The columns of the group at hand, if it has begun.
    columns: Vec<Column>,
    /// Its rows.
    rows: usize,
}

/// A column of the group at hand.
struct Column {
    /// The text of all rows so far, while it is but one.
    same: Option<String>,
    /// What takes the rows otherwise, one for each of its leaves.
    encoders: Vec<ArrowColumnWriter>,
}

impl<W: Write + Send> ParquetWriter<W> {
    /// Begins a file.
    pub fn new(out: W, schema: SchemaRef, properties: WriterProperties) -> Result<Self> {
        let writer = ArrowWriter::try_new(out, schema.clone(), Some(properties))?;
        let (file, encoders) = writer.into_serialized_writer()?;
        Ok(ParquetWriter { file, encoders, schema, columns: Vec::new(), rows: 0 })
    }

    /// Writes some rows.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let most = self.file.properties().max_row_group_row_count().unwrap_or(usize::MAX);
        let mut from = 0;
        while from < batch.num_rows() {
            let rows = (batch.num_rows() - from).min(most - self.rows);
            self.write_to_group(&batch.slice(from, rows))?;
            from += rows;
            if self.rows == most {
                self.end_group()?;
            }
        }
        Ok(())
    }

    /// What it wrote to.
    pub fn into_inner(mut self) -> Result<W> {
        self.end_group()?;
        self.file.into_inner()
    }

    fn write_to_group(&mut self, batch: &RecordBatch) -> Result<()> {
        if self.rows == 0 {
            self.begin_group()?;
        }
        for ((column, field), array) in self.columns.iter_mut().zip(self.schema.fields()).zip(batch.columns())
        {
            column.write(field, array, self.rows)?;
        }
        self.rows += batch.num_rows();
        Ok(())
    }

    fn begin_group(&mut self) -> Result<()> {
        let mut encoders =
            self.encoders.create_column_writers(self.file.flushed_row_groups().len())?.into_iter();
        // Leaves are in the order of the columns that they are of.
        let roots = self.file.schema_descr();
        let mut leaves = vec![0; self.schema.fields().len()];
        (0..roots.num_columns()).for_each(|leaf| leaves[roots.get_column_root_idx(leaf)] += 1);
        let column = |leaves| Column { same: None, encoders: encoders.by_ref().take(leaves).collect() };
        self.columns = leaves.into_iter().map(column).collect();
        Ok(())
    }

    fn end_group(&mut self) -> Result<()> {
        let rows = std::mem::take(&mut self.rows);
        if rows == 0 {
            return Ok(());
        }
        let leaves = self.file.schema_descr().columns().to_vec();
        let mut leaves = leaves.into_iter();
        let mut group = self.file.next_row_group()?;
        for column in self.columns.drain(..) {
            let own: Vec<_> = leaves.by_ref().take(column.encoders.len()).collect();
            match (column.same, &own[..]) {
                (Some(text), [leaf]) => {
                    let (bytes, closed) = chunk_of_same(leaf, &text, rows)?;
                    group.append_column(&bytes, closed)?;
                }
                _ => {
                    for encoder in column.encoders {
                        encoder.close()?.append_to_row_group(&mut group)?;
                    }
                }
            }
        }
        group.close().map(drop)
    }
}

impl Column {
    /// Takes more rows; `before` are there already.
    fn write(&mut self, field: &Field, array: &ArrayRef, before: usize) -> Result<()> {
        let plain = *field.data_type() == DataType::Utf8 && !field.is_nullable();
        let text = if plain { repeated(array.as_string()) } else { None };
        match (text.filter(|text| text.len() <= SHORT), &self.same) {
            (Some(text), Some(same)) if text == same => return Ok(()),
            (Some(text), None) if before == 0 => {
                self.same = Some(text.to_owned());
                return Ok(());
            }
            _ => {}
        }
        if let Some(same) = self.same.take() {
            // Not the same in all rows, then: what was passed over is made up for.
            const AT_ONCE: usize = 1 << 14;
            for from in (0..before).step_by(AT_ONCE) {
                let rows = AT_ONCE.min(before - from);
                self.encode(field, &(Arc::new(StringArray::new_repeated(&same, rows)) as ArrayRef))?;
            }
        }
        self.encode(field, array)
    }

    fn encode(&mut self, field: &Field, array: &ArrayRef) -> Result<()> {
        let leaves = compute_leaves(field, array)?;
        self.encoders.iter_mut().zip(&leaves).try_for_each(|(encoder, leaf)| encoder.write(leaf))
    }
}

/// The chunk of a column without missing values in which all of so many rows have this text: a dictionary of it and
/// one page, which says that its first word comes so many times.
fn chunk_of_same(leaf: &ColumnDescPtr, text: &str, rows: usize) -> Result<(Bytes, ColumnCloseResult)> {
    let dictionary = [&(text.len() as u32).to_le_bytes(), text.as_bytes()].concat();
    let values = run_of_zeros(rows);
    let sizes = [dictionary.len(), values.len()];
    let pages = [
        Page::DictionaryPage {
            buf: dictionary.into(),
            num_values: 1,
            encoding: Encoding::PLAIN,
            is_sorted: true,
        },
        Page::DataPage {
            buf: values.into(),
            num_values: rows as u32,
            encoding: Encoding::RLE_DICTIONARY,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        },
    ];
    let mut out = TrackedWrite::new(Vec::new());
    let mut ends = Vec::new();
    for (page, size) in pages.into_iter().zip(sizes) {
        SerializedPageWriter::new(&mut out).write_page(CompressedPage::new(page, size))?;
        ends.push(out.bytes_written() as i64);
    }
    let (data_page, end) = (ends[0], ends[1]);
    let value = || Some(ByteArray::from(text.as_bytes().to_vec()));
    let metadata = ColumnChunkMetaData::builder(leaf.clone())
        .set_compression(Compression::UNCOMPRESSED)
        .set_encodings(vec![Encoding::PLAIN, Encoding::RLE, Encoding::RLE_DICTIONARY])
        .set_num_values(rows as i64)
        .set_total_compressed_size(end)
        .set_total_uncompressed_size(end)
        .set_dictionary_page_offset(Some(0))
        .set_data_page_offset(data_page)
        .set_unencoded_byte_array_data_bytes(Some((text.len() * rows) as i64))
        .set_statistics(Statistics::byte_array(value(), value(), None, Some(0), false))
        .build()?;
    let mut index = ColumnIndexBuilder::new(Type::BYTE_ARRAY);
    index.append(false, text.as_bytes().to_vec(), text.as_bytes().to_vec(), 0);
    index.set_boundary_order(BoundaryOrder::ASCENDING);
    let page = PageLocation {
        offset: data_page,
        compressed_page_size: (end - data_page) as i32,
        first_row_index: 0,
    };
    let closed = ColumnCloseResult {
        bytes_written: end as u64,
        rows_written: rows as u64,
        metadata,
        bloom_filter: None,
        column_index: Some(index.build()?),
        offset_index: Some(OffsetIndexMetaData {
            page_locations: vec![page],
            unencoded_byte_array_data_bytes: Some(vec![(text.len() * rows) as i64]),
        }),
    };
    Ok((out.into_inner()?.into(), closed))
}

/// So many times index 0, in indexes of one bit: their width, the length of the run and its value, as the hybrid of
/// runs and packed bits that Parquet has for indexes.
fn run_of_zeros(rows: usize) -> Vec<u8> {
    let mut bytes = vec![1];
    // In groups of seven bits, the lowest first; the lowest bit of all is 0 for a run.
    let mut left = (rows as u64) << 1;
    while left >= 0x80 {
        bytes.push(left as u8 | 0x80);
        left >>= 7;
    }
    bytes.extend([left as u8, 0]);
    bytes
}

#[cfg(test)]
mod tests {
    use arrow_array::UInt32Array;
    use arrow_array::types::UInt32Type;
    use arrow_schema::Schema;
    use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
    use parquet::file::metadata::PageIndexPolicy;

    use super::*;

    fn written(batches: &[RecordBatch], group: usize) -> Bytes {
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_row_count(Some(group))
            .build();
        let mut writer = ParquetWriter::new(Vec::new(), batches[0].schema(), properties).unwrap();
        batches.iter().for_each(|batch| writer.write(batch).unwrap());
        writer.into_inner().unwrap().into()
    }

    fn rows(texts: &[&str]) -> RecordBatch {
        let fields = ["a", "b", "n"].map(|name| match name {
            "n" => Field::new(name, DataType::UInt32, false),
            name => Field::new(name, DataType::Utf8, name == "b"),
        });
        let column = || Arc::new(StringArray::from(texts.to_vec())) as ArrayRef;
        let numbers = Arc::new(UInt32Array::from_iter_values(0..texts.len() as u32));
        RecordBatch::try_new(Arc::new(Schema::new(fields.to_vec())), vec![column(), column(), numbers])
            .unwrap()
    }

    /// Groups of all lengths; text that is the same in all rows, in all rows of a group, or only at its beginning. The
    /// statistics and the indexes of pages are there. Seen to fail with runs one too short, with what was passed over
    /// not made up for, and with the text of the group before.
    #[test]
    fn what_is_written_reads_back() {
        let long = "x".repeat(SHORT + 1);
        for batches in [
            vec![rows(&["same"; 300]), rows(&["same"; 40])],
            vec![rows(&["same"; 64]), rows(&["other"; 64]), rows(&["x", "y"])],
            vec![rows(&["same"; 40]), rows(&["same", "same", "other"]), rows(&["same"; 40])],
            vec![rows(&[""; 5]), rows(&["a"])],
            vec![rows(&["one"])],
            vec![rows(&[long.as_str(); 5])],
        ] {
            let all = joined(&batches);
            for group in [1, 5, 64, 127, 128, 1 << 20] {
                let bytes = written(&batches, group);
                let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Required);
                let reader = ParquetRecordBatchReaderBuilder::try_new_with_options(bytes, options).unwrap();
                let groups = reader.metadata().row_groups().to_vec();
                assert_eq!(groups.len(), all.num_rows().div_ceil(group));
                for group in &groups {
                    let statistics = group.column(0).statistics().unwrap();
                    assert!(statistics.min_bytes_opt() <= statistics.max_bytes_opt());
                    assert!(
                        statistics.min_bytes_opt().is_some()
                            && group.column(0).column_index_offset().is_some()
                    );
                }
                let back: Vec<_> = reader.with_batch_size(50).build().unwrap().map(|b| b.unwrap()).collect();
                assert_eq!(joined(&back), all);
            }
        }
    }

    fn joined(batches: &[RecordBatch]) -> RecordBatch {
        let column = |i: usize| batches.iter().map(move |batch| batch.column(i));
        let texts = |i: usize| {
            let texts: Vec<_> =
                column(i).flat_map(|array| array.as_string::<i32>().iter().flatten()).collect();
            Arc::new(StringArray::from(texts)) as ArrayRef
        };
        let numbers: Vec<_> =
            column(2).flat_map(|array| array.as_primitive::<UInt32Type>().values().to_vec()).collect();
        let numbers = Arc::new(UInt32Array::from(numbers));
        RecordBatch::try_new(batches[0].schema(), vec![texts(0), texts(1), numbers]).unwrap()
    }
}
