//! Workbooks of before 2007 whose few cells lie far apart, or that say they have more than a sheet can hold: their reader
//! makes room for all that lies between, so that a file of some kilobytes would take gigabytes. They are refused before.

use std::io::{BufReader, Read};

use super::super::guarded::guarded;
use super::super::inputs::Source;
use super::bombs::MOST_TAKEN;
use crate::base::{Error, Place, Progress, Result};

/// What the reader takes for a place in a sheet, and for a cell that it expects \[bytes\].
const PLACE: u64 = 32;
const EXPECTED: u64 = 48;

/// Records by their types, as \[MS-XLS\] 2.3 has them: where a sheet begins and ends, its size, and its cells.
const BOF: u16 = 0x0809;
const EOF: u16 = 0x000a;
const DIMENSIONS: u16 = 0x0200;
const CELLS: [u16; 8] = [0x0203, 0x0204, 0x00d6, 0x0205, 0x027e, 0x00fd, 0x00bd, 0x0006];

/// Goes through the sheets to see what room they take.
///
/// # Errors
/// If that is more than a workbook has.
pub(super) fn refuse(source: &Source, progress: &dyn Progress) -> Result<()> {
    let bytes = BufReader::new(source.open()?);
    // What is wrong with the file is said by who reads it.
    let taken = guarded(|| -> std::result::Result<u64, String> {
        let mut file = cfb::CompoundFile::open(bytes).map_err(|e| e.to_string())?;
        let mut most = 0;
        for name in ["/Workbook", "/Book"] {
            if let Ok(stream) = file.open_stream(name) {
                most = most.max(room(&mut BufReader::new(stream), &|| progress.check().is_ok()));
            }
        }
        Ok(most)
    });
    progress.check()?;
    match taken {
        Ok(taken) if taken > MOST_TAKEN => {
            let message = format!(
                "its sheets would take more than {} MB, as no workbook of this size does: cells lie too far apart, or it says \
                 that it has more than it has. It was not read; save the sheet as CSV or .xlsx",
                MOST_TAKEN >> 20
            );
            Err(Error::input(Place::file(&source.name), message))
        }
        _ => Ok(()),
    }
}

/// The part of a sheet that has cells.
#[derive(Default, Clone, Copy)]
struct Bounds(Option<[u64; 4]>);

impl Bounds {
    fn see(&mut self, row: u64, first: u64, last: u64) {
        let [r0, r1, c0, c1] = self.0.unwrap_or([row, row, first, last]);
        self.0 = Some([r0.min(row), r1.max(row), c0.min(first), c1.max(last)]);
    }

    fn places(self) -> u64 {
        self.0.map_or(0, |[r0, r1, c0, c1]| (r1 - r0 + 1) * (c1 - c0 + 1))
    }
}

/// What the sheets of a stream of records take \[bytes\], as far as it can be read.
fn room(stream: &mut impl Read, go_on: &dyn Fn() -> bool) -> u64 {
    let (mut kept, mut most, mut bounds) = (0u64, 0u64, Bounds::default());
    let mut data = Vec::new();
    let mut records = 0u32;
    loop {
        let mut head = [0; 4];
        if stream.read_exact(&mut head).is_err() {
            break;
        }
        let kind = u16::from_le_bytes([head[0], head[1]]);
        data.resize(usize::from(u16::from_le_bytes([head[2], head[3]])), 0);
        records = records.wrapping_add(1);
        if stream.read_exact(&mut data).is_err() || (records.is_multiple_of(4096) && !go_on()) {
            break;
        }
        let word =
            |at: usize| data.get(at..at + 2).map_or(0, |two| u64::from(u16::from_le_bytes([two[0], two[1]])));
        match kind {
            BOF | EOF => {
                kept += bounds.places() * PLACE;
                bounds = Bounds::default();
            }
            DIMENSIONS => most = most.max(expected(&data).saturating_mul(EXPECTED)),
            kind if CELLS.contains(&kind) && data.len() >= 6 => {
                // One of several numbers ends with the column of the last.
                let last = if kind == 0x00bd { word(data.len() - 2).max(word(2)) } else { word(2) };
                bounds.see(word(0), word(2), last);
            }
            _ => {}
        }
    }
    kept += bounds.places() * PLACE;
    most.max(kept)
}

/// How many cells a sheet says that it has: rows and columns from and to, in 10 or 14 bytes.
fn expected(data: &[u8]) -> u64 {
    let number = |range: std::ops::Range<usize>| {
        data.get(range)
            .unwrap_or_default()
            .iter()
            .rev()
            .fold(0u64, |number, byte| number << 8 | u64::from(*byte))
    };
    let (rows, columns) = match data.len() {
        10 => (number(2..4).saturating_sub(number(0..2)), number(6..8).saturating_sub(number(4..6))),
        14 => (number(4..8).saturating_sub(number(0..4)), number(10..12).saturating_sub(number(8..10))),
        _ => return 0,
    };
    rows.saturating_mul(columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u16, data: &[u8]) -> Vec<u8> {
        [&kind.to_le_bytes()[..], &(data.len() as u16).to_le_bytes(), data].concat()
    }

    fn cell(row: u16, column: u16) -> Vec<u8> {
        record(0x0203, &[&row.to_le_bytes()[..], &column.to_le_bytes(), &[0; 10]].concat())
    }

    #[test]
    fn room_is_what_lies_between_cells_and_what_is_said() {
        let room = |records: &[Vec<u8>]| super::room(&mut &records.concat()[..], &|| true);
        let sheet =
            |cells: Vec<Vec<u8>>| [vec![record(BOF, &[0; 16])], cells, vec![record(EOF, &[])]].concat();
        let far = || sheet(vec![cell(0, 0), cell(65_535, 255)]);
        assert_eq!(room(&sheet(vec![cell(3, 1), cell(5, 2)])), 6 * PLACE);
        assert_eq!(room(&far()), 65_536 * 256 * PLACE);
        assert_eq!(room(&[far(), far()].concat()), 2 * 65_536 * 256 * PLACE);
        let says = |rows: u32, columns: u16| {
            let data = [&[0; 4][..], &rows.to_le_bytes(), &[0; 2], &columns.to_le_bytes(), &[0; 2]].concat();
            vec![record(DIMENSIONS, &data)]
        };
        assert_eq!(room(&sheet(says(100, 10))), 1_000 * EXPECTED);
        assert!(room(&sheet(says(u32::MAX, 255))) > MOST_TAKEN);
        // Cut off in the middle.
        assert_eq!(super::room(&mut &cell(1, 1)[..9], &|| true), 0);
    }
}
