//! Typed columns of Arrow tables as what a role needs: ids as text, dates as moments, numbers.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Float64Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType, UInt64Type,
};
use arrow_array::{
    Array, ArrayRef, FixedSizeBinaryArray, Float64Array, Int64Array, StringArray, UInt64Array, make_array,
};
use arrow_buffer::{OffsetBuffer, ScalarBuffer};
use arrow_cast::cast;
use arrow_schema::{DataType, TimeUnit};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::amounts;
use super::amounts::spelled::NumberStyle;
use super::calendar::Moment;
use super::dates::{DateRule, DateStyle, parse_offset};
use super::text::trim;
use crate::history::{clean::Id, scatter::PLAIN_END};

/// A column of ids. Numbers are written as decimal text.
pub(crate) enum Ids {
    Text(StringArray),
    /// Integers that are handed on as such: writing and parsing them for each row takes long.
    Plain(UInt64Array),
    /// Integers of which some are not as `Plain` has them.
    Int(Int64Array),
    UInt(UInt64Array),
    /// Whole numbers only; others are bad rows.
    Float(Float64Array),
    /// UUIDs.
    Bytes16(FixedSizeBinaryArray),
}

/// Room for the text of a number or UUID.
pub(crate) struct IdBuffer {
    number: itoa::Buffer,
    uuid: [u8; 36],
}

impl IdBuffer {
    /// With nothing in it.
    pub fn new() -> Self {
        IdBuffer { number: itoa::Buffer::new(), uuid: [0; 36] }
    }
}

impl Ids {
    /// Takes a column; `Err` says why it cannot hold ids.
    pub fn new(column: &ArrayRef) -> Result<Self, String> {
        let column = plain(column)?;
        let refuse = || {
            Err(format!(
                "a column of type {} cannot hold customer ids: cast it to text or integers",
                column.data_type()
            ))
        };
        Ok(match column.data_type() {
            DataType::Utf8 => Ids::Text(column.as_string::<i32>().clone()),
            DataType::UInt64 => Ids::unsigned(column.as_primitive()),
            kind if kind.is_integer() => Ids::signed(convert(&column, &DataType::Int64)?.as_primitive()),
            kind if kind.is_floating() => {
                Ids::Float(convert(&column, &DataType::Float64)?.as_primitive::<Float64Type>().clone())
            }
            DataType::Decimal128(_, 0) | DataType::Decimal256(_, 0) => {
                Ids::Text(convert(&column, &DataType::Utf8)?.as_string::<i32>().clone())
            }
            DataType::FixedSizeBinary(16) => Ids::Bytes16(column.as_fixed_size_binary().clone()),
            DataType::Null => Ids::Text(convert(&column, &DataType::Utf8)?.as_string::<i32>().clone()),
            _ => return refuse(),
        })
    }

    fn unsigned(ids: &UInt64Array) -> Self {
        match ids.iter().flatten().all(|id| id < PLAIN_END) {
            true => Ids::Plain(ids.clone()),
            false => Ids::UInt(ids.clone()),
        }
    }

    fn signed(ids: &Int64Array) -> Self {
        if !ids.iter().flatten().all(|id| id >= 0) {
            return Ids::Int(ids.clone());
        }
        let values = ScalarBuffer::from(ids.values().inner().clone());
        Ids::Plain(UInt64Array::new(values, ids.nulls().cloned()))
    }

    /// The id of a row; an empty text if there is none, `None` if it is a number that is no id.
    #[inline(always)]
    pub fn get<'a>(&'a self, row: usize, buffer: &'a mut IdBuffer) -> Option<Id<'a>> {
        match self {
            Ids::Plain(ids) if ids.is_valid(row) => Some(Id::Int(ids.value(row))),
            Ids::Text(ids) if ids.is_valid(row) => Some(Id::Text(ids.value(row).as_bytes())),
            _ => self.text(row, buffer).map(Id::Text),
        }
    }

    /// The same id as text.
    pub fn text<'a>(&'a self, row: usize, buffer: &'a mut IdBuffer) -> Option<&'a [u8]> {
        match self {
            Ids::Text(ids) if ids.is_valid(row) => Some(ids.value(row).as_bytes()),
            Ids::Plain(ids) if ids.is_valid(row) => Some(buffer.number.format(ids.value(row)).as_bytes()),
            Ids::Int(ids) if ids.is_valid(row) => Some(buffer.number.format(ids.value(row)).as_bytes()),
            Ids::UInt(ids) if ids.is_valid(row) => Some(buffer.number.format(ids.value(row)).as_bytes()),
            Ids::Float(ids) if ids.is_valid(row) => {
                let value = ids.value(row);
                if value.is_nan() {
                    return Some(&[]);
                }
                let whole = value.fract() == 0.0 && value.abs() <= 9_007_199_254_740_992.0;
                whole.then(|| buffer.number.format(value as i64).as_bytes())
            }
            Ids::Bytes16(ids) if ids.is_valid(row) => Some(write_uuid(ids.value(row), &mut buffer.uuid)),
            _ => Some(&[]),
        }
    }

    /// Are ids floating-point numbers?
    pub fn is_float(&self) -> bool {
        matches!(self, Ids::Float(_))
    }

    /// The value for a message.
    pub fn shown(&self, row: usize) -> String {
        match self {
            Ids::Float(ids) if ids.is_valid(row) => ids.value(row).to_string(),
            _ => {
                String::from_utf8_lossy(self.text(row, &mut IdBuffer::new()).unwrap_or_default()).into_owned()
            }
        }
    }
}

fn write_uuid<'a>(bytes: &[u8], buffer: &'a mut [u8; 36]) -> &'a [u8] {
    let mut at = 0;
    for (index, byte) in bytes.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            buffer[at] = b'-';
            at += 1;
        }
        for half in [byte >> 4, byte & 15] {
            buffer[at] = b"0123456789abcdef"[usize::from(half)];
            at += 1;
        }
    }
    &buffer[..at]
}

/// The clock of a column of instants. Its zone is taken for that of the shop.
#[derive(Debug, Clone)]
pub(crate) enum Clock {
    /// No zone is named: as it stands.
    Civil,
    /// Always as far ahead of UTC \[seconds\]; also where the zone is not known, as 0.
    Fixed(i32),
    /// With summer and winter.
    Zone(TimeZone),
}

impl Clock {
    /// Of the zone that a column names. Zones come with the program, so that they are the same on every machine.
    pub fn of(zone: Option<&str>) -> Self {
        let Some(name) = zone else { return Clock::Civil };
        if let Some(offset) = parse_offset(name.as_bytes()).flatten() {
            return Clock::Fixed(offset);
        }
        match TimeZone::get(name) {
            Ok(zone) => {
                zone.to_fixed_offset().map_or(Clock::Zone(zone), |fixed| Clock::Fixed(fixed.seconds()))
            }
            Err(_) => Clock::Fixed(0),
        }
    }

    /// Is a zone of this name known?
    pub fn knows(name: &str) -> bool {
        parse_offset(name.as_bytes()).flatten().is_some() || TimeZone::get(name).is_ok()
    }

    /// The same moment on this clock; one without an offset stays as it is.
    pub fn read_moment(&self, moment: Moment) -> Option<Moment> {
        if moment.offset == Moment::CIVIL || matches!(self, Clock::Civil) {
            return Some(moment);
        }
        let seconds = i64::from(moment.day) * 86_400 + i64::from(moment.second) - i64::from(moment.offset);
        self.read(seconds, moment.nano)
    }

    fn read(&self, seconds: i64, nano: u32) -> Option<Moment> {
        let offset = match self {
            Clock::Civil => return Some(Moment { nano, ..Moment::from_seconds(seconds)? }),
            Clock::Fixed(offset) => *offset,
            Clock::Zone(zone) => zone.to_offset(Timestamp::from_second(seconds).ok()?).seconds(),
        };
        Some(Moment { nano, offset, ..Moment::from_seconds(seconds.checked_add(i64::from(offset))?)? })
    }
}

/// A column of dates.
pub(crate) enum Dates {
    /// Days since 1970.
    Days(arrow_array::Date32Array),
    /// So many to a second, since 1970, on this clock.
    Ticks(Int64Array, i64, Clock),
    /// Whole numbers.
    Int(Int64Array),
    /// Other numbers.
    Number(Float64Array),
    Text(StringArray),
}

impl Dates {
    /// Takes a column; `Err` says why it cannot hold dates.
    pub fn new(column: &ArrayRef) -> Result<Self, String> {
        let column = plain(column)?;
        let ticks = |per_second: i64, zone: &Option<Arc<str>>| -> Result<Self, String> {
            let ticks = match per_second {
                1 => column.as_primitive::<TimestampSecondType>().reinterpret_cast::<Int64Type>(),
                1_000 => column.as_primitive::<TimestampMillisecondType>().reinterpret_cast(),
                1_000_000 => column.as_primitive::<TimestampMicrosecondType>().reinterpret_cast(),
                _ => column.as_primitive::<TimestampNanosecondType>().reinterpret_cast(),
            };
            Ok(Dates::Ticks(ticks, per_second, Clock::of(zone.as_deref())))
        };
        match column.data_type() {
            DataType::Date32 => Ok(Dates::Days(column.as_primitive::<Date32Type>().clone())),
            DataType::Date64 => {
                let ticks = convert(&column, &DataType::Int64)?.as_primitive::<Int64Type>().clone();
                Ok(Dates::Ticks(ticks, 1_000, Clock::Civil))
            }
            DataType::Timestamp(TimeUnit::Second, zone) => ticks(1, zone),
            DataType::Timestamp(TimeUnit::Millisecond, zone) => ticks(1_000, zone),
            DataType::Timestamp(TimeUnit::Microsecond, zone) => ticks(1_000_000, zone),
            DataType::Timestamp(TimeUnit::Nanosecond, zone) => ticks(1_000_000_000, zone),
            DataType::Utf8 => Ok(Dates::Text(column.as_string::<i32>().clone())),
            DataType::Null => Ok(Dates::Text(convert(&column, &DataType::Utf8)?.as_string::<i32>().clone())),
            kind if kind.is_integer() && *kind != DataType::UInt64 => {
                Ok(Dates::Int(convert(&column, &DataType::Int64)?.as_primitive::<Int64Type>().clone()))
            }
            kind if kind.is_numeric() => {
                Ok(Dates::Number(convert(&column, &DataType::Float64)?.as_primitive::<Float64Type>().clone()))
            }
            kind => Err(format!("a column of type {kind} cannot hold dates")),
        }
    }

    /// Are these dates by their type, whatever a rule says?
    pub fn is_typed(&self) -> bool {
        matches!(self, Dates::Days(_) | Dates::Ticks(..))
    }

    /// The date of a row; `None` if there is none or it cannot be read.
    #[inline(always)]
    pub fn get(&self, row: usize, style: &DateStyle) -> Option<Moment> {
        match self {
            Dates::Days(days) => days.is_valid(row).then(|| Moment::of_day(days.value(row))),
            _ => self.read(row, style),
        }
    }

    fn read(&self, row: usize, style: &DateStyle) -> Option<Moment> {
        match self {
            Dates::Days(_) => self.get(row, style),
            Dates::Ticks(..) => style.on_clock(self.tick(row)?),
            Dates::Text(texts) => {
                style.parse(trim(texts.is_valid(row).then(|| texts.value(row))?.as_bytes()))
            }
            Dates::Int(_) | Dates::Number(_) => match style.rule {
                DateRule::Strftime(..) => style.parse(self.shown(row).as_bytes()),
                _ => style.on_clock(style.rule.parse_number(self.number(row)?)?),
            },
        }
    }

    /// A moment of a column of moments.
    fn tick(&self, row: usize) -> Option<Moment> {
        let Dates::Ticks(ticks, per_second, clock) = self else { return None };
        let ticks = ticks.is_valid(row).then(|| ticks.value(row))?;
        let nano = ticks.rem_euclid(*per_second) * (1_000_000_000 / per_second);
        clock.read(ticks.div_euclid(*per_second), nano as u32)
    }

    fn number(&self, row: usize) -> Option<f64> {
        match self {
            Dates::Int(numbers) => numbers.is_valid(row).then(|| numbers.value(row) as f64),
            Dates::Number(numbers) => numbers.is_valid(row).then(|| numbers.value(row)),
            _ => None,
        }
    }

    /// The value as text: for messages and for finding out how dates are written.
    pub fn shown(&self, row: usize) -> String {
        match self {
            Dates::Text(texts) if texts.is_valid(row) => texts.value(row).to_owned(),
            Dates::Int(numbers) if numbers.is_valid(row) => numbers.value(row).to_string(),
            Dates::Number(numbers) if numbers.is_valid(row) => format!("{:?}", numbers.value(row)),
            Dates::Days(days) if days.is_valid(row) => {
                super::calendar::date_of_day(days.value(row)).to_string()
            }
            Dates::Ticks(..) => {
                let day = self.tick(row).map(|moment| super::calendar::date_of_day(moment.day));
                day.map_or_else(String::new, |day| day.to_string())
            }
            _ => String::new(),
        }
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        match self {
            Dates::Days(a) => a.len(),
            Dates::Ticks(a, ..) | Dates::Int(a) => a.len(),
            Dates::Number(a) => a.len(),
            Dates::Text(a) => a.len(),
        }
    }
}

/// A column of numbers.
pub(crate) enum Numbers {
    Number(Float64Array),
    Text(StringArray),
}

impl Numbers {
    /// Takes a column; `Err` says why it cannot hold numbers.
    pub fn new(column: &ArrayRef) -> Result<Self, String> {
        let column = plain(column)?;
        match column.data_type() {
            DataType::Utf8 => Ok(Numbers::Text(column.as_string::<i32>().clone())),
            kind if kind.is_numeric() || *kind == DataType::Null => Ok(Numbers::Number(
                convert(&column, &DataType::Float64)?.as_primitive::<Float64Type>().clone(),
            )),
            kind => Err(format!("a column of type {kind} cannot hold numbers")),
        }
    }

    /// The number of a row; `None` if there is none or it is not finite.
    #[inline(always)]
    pub fn get(&self, row: usize, point: u8) -> Option<f64> {
        match self {
            Numbers::Number(numbers) => {
                numbers.is_valid(row).then(|| numbers.value(row) + 0.0).filter(|value| value.is_finite())
            }
            Numbers::Text(texts) => {
                amounts::parse(trim(texts.is_valid(row).then(|| texts.value(row))?.as_bytes()), point)
            }
        }
    }

    /// The number of a row however it is written.
    pub fn read(&self, row: usize, style: NumberStyle) -> Option<f64> {
        self.get(row, style.point).or_else(|| style.read(self.shown(row).trim().as_bytes()))
    }

    /// The value for a message; empty if there is none.
    pub fn shown(&self, row: usize) -> String {
        match self {
            Numbers::Number(numbers) if numbers.is_valid(row) => format!("{}", numbers.value(row)),
            Numbers::Text(texts) if texts.is_valid(row) => texts.value(row).to_owned(),
            _ => String::new(),
        }
    }
}

/// A column of plain text, for currencies and units.
pub(crate) fn texts(column: &ArrayRef) -> Result<StringArray, String> {
    Ok(convert(&plain(column)?, &DataType::Utf8)?.as_string::<i32>().clone())
}

/// A column of whole numbers from 0.
pub(crate) fn counts(column: &ArrayRef) -> Result<UInt64Array, String> {
    Ok(convert(&plain(column)?, &DataType::UInt64)?.as_primitive::<UInt64Type>().clone())
}

/// Without dictionaries, and with one kind of text.
fn plain(column: &ArrayRef) -> Result<ArrayRef, String> {
    match column.data_type() {
        DataType::Dictionary(_, values) => {
            written_out(column)?;
            plain(&convert(column, values)?)
        }
        DataType::LargeUtf8 => narrow(column),
        DataType::Utf8View => convert(column, &DataType::Utf8),
        DataType::RunEndEncoded(_, values) => {
            written_out(column)?;
            plain(&convert(column, values.data_type())?)
        }
        _ => Ok(column.clone()),
    }
}

/// Text with offsets of 64 bits as text with offsets of 32, counted from its own first row: a piece of a table may
/// begin beyond 2 GiB of the whole.
fn narrow(column: &ArrayRef) -> Result<ArrayRef, String> {
    let text = column.as_string::<i64>();
    let offsets = text.value_offsets();
    let (first, last) = (offsets[0], offsets[offsets.len() - 1]);
    if last <= i64::from(i32::MAX) {
        return convert(column, &DataType::Utf8);
    }
    if last - first > i64::from(i32::MAX) {
        return Err(TOO_LONG.to_owned());
    }
    let own: Vec<i32> = offsets.iter().map(|offset| (offset - first) as i32).collect();
    let values = text.values().slice_with_length(first as usize, (last - first) as usize);
    let offsets = OffsetBuffer::new(ScalarBuffer::from(own));
    Ok(Arc::new(StringArray::new(offsets, values, text.nulls().cloned())))
}

const TOO_LONG: &str =
    "some thousand rows of this column come to more than 2 GiB of text: it can hold no ids or words";

/// A few values may stand for many rows: written out they must not come to more than a column can hold.
fn written_out(column: &ArrayRef) -> Result<(), String> {
    let (values, keys) = match column.data_type() {
        DataType::Dictionary(..) => {
            let dictionary = column.as_any_dictionary();
            (dictionary.values().clone(), Some(dictionary))
        }
        _ => (column.to_data().child_data().last().cloned().map(make_array).ok_or("no values")?, None),
    };
    let length = |value: usize| match values.data_type() {
        DataType::Utf8 => values.as_string::<i32>().value_length(value) as u64,
        DataType::LargeUtf8 => values.as_string::<i64>().value_length(value) as u64,
        DataType::Utf8View => values.as_string_view().value(value).len() as u64,
        _ => 0,
    };
    let most = i32::MAX as u64;
    // Nearly always all values together, as often as there are rows, are few.
    let all = values.get_buffer_memory_size() as u64;
    if all.saturating_mul(column.len() as u64) <= most || values.is_empty() {
        return Ok(());
    }
    let longest = (0..values.len()).map(length).max().unwrap_or(0);
    if longest.saturating_mul(column.len() as u64) <= most {
        return Ok(());
    }
    let Some(dictionary) = keys else { return Err(TOO_LONG.to_owned()) };
    let last = values.len() - 1;
    let sum: u64 = dictionary.normalized_keys().into_iter().map(|key| length(key.min(last))).sum();
    if sum <= most { Ok(()) } else { Err(TOO_LONG.to_owned()) }
}

fn convert(column: &ArrayRef, to: &DataType) -> Result<ArrayRef, String> {
    cast(column, to).map_err(|e| format!("a column of type {} cannot be used here ({e})", column.data_type()))
}

#[cfg(test)]
mod tests;
