//! Is Arrow IPC what it says of itself? Every length and offset in a file or stream is held against what is there
//! before anything is allocated for it. Columns' own offsets are checked by the reader when it builds them.
//!
//! Format: <https://arrow.apache.org/docs/format/Columnar.html#serialization-and-interprocess-communication-ipc>.

use std::io::{Read, Seek, SeekFrom};

use arrow_ipc::reader::read_footer_length;
use arrow_ipc::{Block, CompressionType, Message, RecordBatch, root_as_footer, root_as_message};

use super::inputs::{Format, Opened};

/// The marker before the length of a message.
const CONTINUATION: [u8; 4] = [0xff; 4];
/// `ARROW1` and padding at the start, and the footer's length and `ARROW1` at the end.
const MAGIC: u64 = 8;
const TAIL: u64 = 10;
/// What the packed buffers of one batch may come to when they are unpacked \[bytes\].
const MOST_UNPACKED: u64 = 4 << 30;
/// A byte of LZ4 stands for at most so many.
const LZ4_RATIO: u64 = 256;
/// Four bytes of Zstandard stand for at most 128 KiB.
const ZSTD_RATIO: u64 = 1 << 15;
/// What a frame has beside its data \[bytes\].
const FRAME: u64 = 1 << 10;

/// Checks a file or stream from its start to its end, without its columns.
///
/// # Errors
/// In words, if it is not as the format wants it.
pub(super) fn check(file: Opened, format: Format) -> Result<(), String> {
    let mut walk = Walk { length: file.length, file };
    match format {
        Format::ArrowFile => walk.file(),
        _ => walk.stream(),
    }
}

struct Walk {
    file: Opened,
    length: u64,
}

impl Walk {
    /// So many bytes at a place, if they are there.
    fn bytes(&mut self, at: u64, length: u64, what: &str) -> Result<Vec<u8>, String> {
        if at.checked_add(length).is_none_or(|end| end > self.length) {
            return Err(format!("it says that {what} has {length} bytes, and it ends before"));
        }
        let mut bytes = vec![0; usize::try_from(length).map_err(|e| e.to_string())?];
        let read = self.file.seek(SeekFrom::Start(at)).and_then(|_| self.file.read_exact(&mut bytes));
        read.map_err(|e| e.to_string())?;
        Ok(bytes)
    }

    fn stream(&mut self) -> Result<(), String> {
        let mut at = 0;
        while at < self.length {
            let mut prefix = self.bytes(at, 4, "a message's length")?;
            at += 4;
            if prefix == CONTINUATION {
                prefix = self.bytes(at, 4, "a message's length")?;
                at += 4;
            }
            let length = i32::from_le_bytes([prefix[0], prefix[1], prefix[2], prefix[3]]);
            if length == 0 {
                return Ok(());
            }
            let length = not_negative(length.into(), "the length of a message")?;
            let description = self.bytes(at, length, "a message")?;
            at += length;
            let message = root_as_message(&description).map_err(|e| e.to_string())?;
            let body = not_negative(message.bodyLength(), "the length of a message's data")?;
            self.message(&message, at, body)?;
            at += body;
        }
        Ok(())
    }

    fn file(&mut self) -> Result<(), String> {
        let Some(tail) = self.length.checked_sub(TAIL).filter(|tail| *tail >= MAGIC) else {
            return Err("it is too short".to_owned());
        };
        let bytes = self.bytes(tail, TAIL, "its end")?;
        let mut end = [0; TAIL as usize];
        end.copy_from_slice(&bytes);
        let footer = read_footer_length(end).map_err(|e| e.to_string())? as u64;
        let start = tail.checked_sub(footer).filter(|start| *start >= MAGIC);
        let start = start.ok_or("its footer is longer than the file")?;
        let footer = self.bytes(start, footer, "its footer")?;
        let footer = root_as_footer(&footer).map_err(|e| e.to_string())?;
        let blocks = footer.dictionaries().into_iter().chain(footer.recordBatches());
        blocks.flat_map(|blocks| blocks.iter()).try_for_each(|block| self.block(block))
    }

    /// A message that a file's footer points at.
    fn block(&mut self, block: &Block) -> Result<(), String> {
        let at = not_negative(block.offset(), "the place of a batch")?;
        let length = not_negative(block.metaDataLength().into(), "the length of a batch's description")?;
        let body = not_negative(block.bodyLength(), "the length of a batch's data")?;
        let bytes = self.bytes(at, length, "a batch's description")?;
        let prefix = if bytes.starts_with(&CONTINUATION) { 8 } else { 4 };
        let description = bytes.get(prefix..).ok_or("a batch's description is too short")?;
        let message = root_as_message(description).map_err(|e| e.to_string())?;
        self.message(&message, at + length, body)
    }

    /// A message whose data are `body` bytes at `at`.
    fn message(&mut self, message: &Message, at: u64, body: u64) -> Result<(), String> {
        if at.checked_add(body).is_none_or(|end| end > self.length) {
            return Err(format!("it says that a batch has {body} bytes, and it ends before"));
        }
        let dictionary = message.header_as_dictionary_batch().and_then(|dictionary| dictionary.data());
        match message.header_as_record_batch().or(dictionary) {
            Some(batch) => self.batch(&batch, at, body),
            None => Ok(()),
        }
    }

    fn batch(&mut self, batch: &RecordBatch, at: u64, body: u64) -> Result<(), String> {
        let rows = not_negative(batch.length(), "the number of rows")?;
        for node in batch.nodes().into_iter().flatten() {
            let length = not_negative(node.length(), "the length of a column")?;
            if not_negative(node.null_count(), "the number of missing values")? > length {
                return Err("a column has more missing values than values".to_owned());
            }
        }
        let ratio = batch.compression().map(|packed| match packed.codec() {
            CompressionType::LZ4_FRAME => LZ4_RATIO,
            _ => ZSTD_RATIO,
        });
        let mut unpacked = 0u64;
        for buffer in batch.buffers().into_iter().flatten() {
            let start = not_negative(buffer.offset(), "the place of a buffer")?;
            let length = not_negative(buffer.length(), "the length of a buffer")?;
            if start.checked_add(length).is_none_or(|end| end > body) {
                return Err(format!("a buffer of {length} bytes lies outside its batch of {body}"));
            }
            let full = match ratio {
                Some(ratio) if length > 0 => self.unpacked(at + start, length, ratio)?,
                _ => length,
            };
            unpacked = unpacked.saturating_add(full);
        }
        if ratio.is_some() && unpacked > MOST_UNPACKED {
            return Err(format!(
                "a batch would unpack to {unpacked} bytes: the most is {} GB; write smaller batches",
                MOST_UNPACKED >> 30
            ));
        }
        // Only columns of nothing or of runs have less than a bit a row.
        if rows > unpacked.saturating_mul(8) && rows > i32::MAX as u64 {
            return Err(format!("a batch says that it has {rows} rows, and has {unpacked} bytes"));
        }
        Ok(())
    }

    /// How long a packed buffer says that it is, if so many bytes can say so much.
    fn unpacked(&mut self, at: u64, length: u64, ratio: u64) -> Result<u64, String> {
        let packed = length.checked_sub(8).ok_or("a packed buffer has no length")?;
        let prefix = self.bytes(at, 8, "a packed buffer")?;
        let mut said = [0; 8];
        said.copy_from_slice(&prefix);
        match i64::from_le_bytes(said) {
            -1 => Ok(packed),
            full => {
                let full = not_negative(full, "the length of a packed buffer")?;
                if full > packed.saturating_mul(ratio).saturating_add(FRAME) {
                    return Err(format!("{packed} packed bytes say that they are {full}"));
                }
                Ok(full)
            }
        }
    }
}

fn not_negative(number: i64, what: &str) -> Result<u64, String> {
    u64::try_from(number).map_err(|_| format!("{what} is {number}"))
}
