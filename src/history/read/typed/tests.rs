//! Typed columns: small cases of their own.

use arrow_array::{DictionaryArray, Int32Array, LargeStringArray};
use arrow_buffer::{Buffer, MutableBuffer};

use super::*;

/// Seen to fail as text "too large" with the cast of the library, and with offsets counted from the whole.
#[test]
fn text_beyond_two_gib_of_a_table() {
    let wide = 1i64 << 31;
    // As the last rows of a table have it whose text before them has been cut off: offsets begin late.
    let text = LargeStringArray::from(vec!["zero", "a", "bc", ""]);
    let same = narrow(&(Arc::new(text.slice(1, 3)) as ArrayRef)).unwrap();
    assert_eq!(same.as_string::<i32>(), &StringArray::from(vec!["a", "bc", ""]));
    // 2 GiB of zeros that nobody touches.
    let values = Buffer::from(MutableBuffer::from_len_zeroed(wide as usize + 3));
    let offsets = OffsetBuffer::new(ScalarBuffer::from(vec![0, wide, wide + 1, wide + 3]));
    let text = LargeStringArray::new(offsets, values, None);
    let late = narrow(&(Arc::new(text.slice(1, 2)) as ArrayRef)).unwrap();
    assert_eq!(late.as_string::<i32>(), &StringArray::from(vec!["\0", "\0\0"]));
    assert_eq!(narrow(&(Arc::new(text) as ArrayRef)).unwrap_err(), TOO_LONG);
}

/// Seen to abort for want of memory: 10 MB a thousand times.
#[test]
fn few_values_for_many_rows() {
    let long = "x".repeat(10 << 20);
    let dictionary = |keys: Vec<i32>| -> ArrayRef {
        let values = Arc::new(StringArray::from(vec!["a", &long]));
        Arc::new(DictionaryArray::new(Int32Array::from(keys), values))
    };
    assert_eq!(plain(&dictionary(vec![1; 1000])).unwrap_err(), TOO_LONG);
    let few = plain(&dictionary(vec![0; 1000])).unwrap();
    assert_eq!((few.len(), few.as_string::<i32>().value(999)), (1000, "a"));
}

#[test]
fn uuids_are_written_as_usual() {
    let uuid: Vec<u8> = (0..16).collect();
    assert_eq!(write_uuid(&uuid, &mut [0; 36]), b"00010203-0405-0607-0809-0a0b0c0d0e0f");
}
