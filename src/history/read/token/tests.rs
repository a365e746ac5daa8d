//! Cutting records: small cases of their own.

use super::*;

type Rows = Vec<Vec<Vec<u8>>>;

fn ours(text: &[u8]) -> (Rows, bool) {
    let (mut at, mut line, mut bad_quotes) = (0, 1, false);
    let mut tokenizer = Tokenizer::new(b',');
    let mut ours = Vec::new();
    while let Some(record) = tokenizer.next_row(text, &mut at, &mut line) {
        bad_quotes |= record.bad_quotes;
        ours.push((0..record.fields.len()).map(|index| record.field(index).to_vec()).collect());
    }
    (ours, bad_quotes)
}

fn theirs(text: &[u8]) -> Rows {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
    reader.byte_records().map(|row| row.unwrap().iter().map(<[u8]>::to_vec).collect()).collect()
}

/// Small random texts of the signs that matter.
fn texts() -> impl Iterator<Item = Vec<u8>> {
    let mut state = 7u64;
    let mut next = move |below: u64| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) % below
    };
    (0..60_000).map(move |_| (0..next(24)).map(|_| b"ab,,\"\"\n\r"[next(8) as usize]).collect())
}

#[test]
fn records_are_those_of_the_csv_crate() {
    let mut compared = 0;
    for text in texts() {
        let (ours, bad_quotes) = ours(&text);
        if !bad_quotes {
            assert_eq!(ours, theirs(&text), "{:?}", String::from_utf8_lossy(&text));
            compared += 1;
        }
    }
    assert!(compared > 30_000);
}

/// Bytes of all values, in records of all lengths that end anywhere in the block. Seen to fail with a borrow that
/// goes on into the next byte, and without the mask at the record's end.
#[test]
fn fields_end_at_separators_only() {
    let mut state = 3u64;
    let mut next = |below: u64| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) % below
    };
    for round in 0..20_000 {
        let separator = [b',', b'\t', b'|', 0x80][round % 4];
        let near = [separator, separator, separator ^ 1, separator ^ 0x80, separator ^ 0x81];
        let byte = |_| if next(2) == 0 { near[next(5) as usize] } else { next(256) as u8 };
        let block: Vec<u8> = (0..round % 41).map(byte).collect();
        let length = next(block.len() as u64 + 1) as usize;
        let mut fields = Vec::new();
        split_plain(&block, length, separator, &mut fields);
        let texts: Vec<_> = fields.iter().map(|&(a, b)| &block[a as usize..b as usize]).collect();
        assert_eq!(texts, block[..length].split(|byte| *byte == separator).collect::<Vec<_>>());
    }
}

#[test]
fn cutting_loses_nothing() {
    for text in texts().take(10_000) {
        let whole = ours(&text).0;
        for room in 1..=text.len() {
            let (mut pieces, mut from, mut to) = (Vec::new(), 0, 0);
            while to < text.len() {
                to = (to + room).min(text.len());
                let last = to == text.len();
                match cut(&text[from..to], Some(b','), last) {
                    Cut::At(end) => {
                        pieces.extend(ours(&text[from..from + end]).0);
                        from += end;
                    }
                    Cut::OpenQuote(end) if !last => {
                        pieces.extend(ours(&text[from..from + end]).0);
                        from += end;
                    }
                    Cut::OpenQuote(_) => pieces.extend(ours(&text[from..to]).0),
                    Cut::None => assert!(!last),
                }
            }
            assert_eq!(pieces, whole, "{room} of {:?}", String::from_utf8_lossy(&text));
        }
    }
}

#[test]
fn lines_are_numbered_as_editors_do() {
    let text = b"a\r\n\r\nb\rc\n\"x\ny\",z\nd";
    let (mut at, mut line) = (0, 1);
    let mut tokenizer = Tokenizer::new(b',');
    let mut lines = Vec::new();
    while let Some(record) = tokenizer.next(text, &mut at, &mut line) {
        lines.push((record.line, record.lines));
    }
    assert_eq!(lines, [(1, 1), (3, 1), (4, 1), (5, 2), (7, 1)]);
    assert_eq!(count_lines(text), 6);
}

#[test]
fn rows_of_separators_are_blank_lines() {
    for (separator, blank) in [
        (b',', ",,"),
        (b',', "\"\",\"\","),
        (b',', " , \t,\u{a0}"),
        (b';', ";;;;"),
        (b'\t', "\t\t"),
        (b'|', " "),
    ] {
        let full = format!("a{0}b{0}\n", char::from(separator));
        let text = format!("{blank}\n{full}{blank}\r\n{blank}\n{full}{blank}");
        let (mut at, mut line, mut lines) = (0, 1, Vec::new());
        let mut tokenizer = Tokenizer::new(separator);
        while let Some(record) = tokenizer.next(text.as_bytes(), &mut at, &mut line) {
            lines.push((record.line, record.field(1).to_vec()));
        }
        assert_eq!(lines, [(2, b"b".to_vec()), (5, b"b".to_vec())], "{blank:?}");
    }
    // Nothing in the first field is not nothing at all; a stray quote is no blank.
    for text in [",,x", "\"\" \"\",,"] {
        let (mut at, mut line) = (0, 1);
        assert!(Tokenizer::new(b',').next(text.as_bytes(), &mut at, &mut line).is_some(), "{text}");
    }
}

#[test]
fn separators_are_found() {
    for (text, want) in [
        ("a,b;c\n1,2;3\n", Some(b',')),
        ("id;date;amount\n1;2;3,5\n2;2;1,5\n", Some(b';')),
        ("a\tb\n1,5\t2\n", Some(b'\t')),
        ("\"a,x\"|b\n1|2\n", Some(b'|')),
        ("one\ntwo\n", None),
    ] {
        assert_eq!(find_separator(text.as_bytes()), want, "{text}");
    }
}
