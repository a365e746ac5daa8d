//! Separators that no tokenizer of single signs knows: several signs (`||`, `::`, `|+|`), and signs that are rarely one
//! (`^`, `~`, Hive's control characters), and blanks, one or more of them, as columns of a fixed width have. Such a text is
//! written out with commas.

use super::super::dates::Shape;
use super::super::inputs::Source;
use super::{Spool, push_field};
use crate::base::{Progress, Result, shown::shown};
use crate::history::input::SpooledTable;
use crate::history::options::LogOptions;

/// Signs that separators are made of.
const SIGNS: &str = "|+:;~^#$@!*&%,\t\u{1}\u{2}\u{7f}\u{a6}\u{a7}\u{b6}";
/// Those that times, addresses and amounts have alone.
const NEVER_ALONE: &str = ":@+%&$";
/// Those that are separators by themselves in any table.
const USUAL: [char; 4] = [',', ';', '\t', '|'];
/// Those that never stand in a row that blanks cut; a comma may be the decimal one.
const USUAL_IN_ROWS: [char; 4] = [';', '\t', '|', '"'];
/// What stands for blanks.
const BLANKS: &str = " ";
/// One is no longer.
const LONGEST: usize = 4;
/// Lines that have to be cut alike, and how many of them at least.
const LINES: usize = 50;
const ALIKE: usize = 2;
const PIECE: usize = 1 << 18;

/// The text with commas; `None` if it is separated as others are.
pub(super) fn rows(
    source: &Source,
    head: &[u8],
    options: &LogOptions,
    progress: &dyn Progress,
) -> Result<Option<SpooledTable>> {
    let Some(separator) = found(head).or_else(|| are_blanks(head).then(|| BLANKS.to_owned())) else {
        return Ok(None);
    };
    let mut spool = Spool::new(&source.name, source.length.max(1 << 20), options)?;
    progress.stage("reading the separators", Some(source.length));
    let (mut text, mut rest, mut ended) = (source.open_text()?, Vec::new(), false);
    while !ended {
        progress.check()?;
        let target = rest.len() + PIECE;
        ended = text.fill(&mut rest, target)?;
        let whole = match ended {
            true => rest.len(),
            false => memchr::memrchr(b'\n', &rest).map_or(0, |end| end + 1),
        };
        // What is no UTF-8 here is said by who reads the lines.
        for line in rest[..whole].split_inclusive(|byte| *byte == b'\n') {
            spool.write(&with_commas(line, &separator))?;
        }
        rest.drain(..whole);
    }
    let by = if separator == BLANKS { "blanks".to_owned() } else { format!("'{}'", shown(&separator)) };
    let said = format!("fields are separated by {by}");
    let layout = Some(format!("text separated by {by}"));
    Ok(Some(SpooledTable { layout, ..spool.finish(vec![said])? }))
}

fn with_commas(line: &[u8], separator: &str) -> Vec<u8> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let mut out = Vec::with_capacity(line.len() + 16);
    let Ok(text) = std::str::from_utf8(line) else { return [line, b"\n"].concat() };
    let (blanks, signs) = match separator {
        BLANKS => (Some(text.split_whitespace()), None),
        signs => (None, Some(text.split(signs))),
    };
    for (at, field) in blanks.into_iter().flatten().chain(signs.into_iter().flatten()).enumerate() {
        if at > 0 {
            out.push(b',');
        }
        let quoted = field.strip_prefix('"').and_then(|field| field.strip_suffix('"'));
        match quoted {
            Some(inner) => push_field(&mut out, &inner.replace("\"\"", "\"")),
            None => push_field(&mut out, field),
        }
    }
    out.push(b'\n');
    out
}

/// Do blanks cut the text into columns: three or more in every line, with a date or a number that may be one in each line
/// of one of them?
fn are_blanks(head: &[u8]) -> bool {
    const COLUMNS: usize = 3;
    let end = head.len() - usize::from(head.len() >= super::HEAD) * last_line(head);
    let Some(text) = head.get(..end).and_then(|head| std::str::from_utf8(head).ok()) else { return false };
    let lines: Vec<&str> = text
        .trim_start_matches('\u{feff}')
        .lines()
        .filter(|line| !line.trim().is_empty())
        .take(LINES)
        .collect();
    let fields: Vec<Vec<&str>> = lines.iter().map(|line| line.split_whitespace().collect()).collect();
    let Some((first, rows)) = fields.split_first().filter(|(_, rows)| rows.len() > ALIKE) else {
        return false;
    };
    let dated = |column: usize| {
        rows.iter().all(|row| {
            let shape = Shape::of(row[column].as_bytes());
            !matches!(shape, Shape::Blank | Shape::Other | Shape::Number | Shape::Month)
        })
    };
    first.len() >= COLUMNS
        && rows.iter().all(|row| row.len() == first.len())
        && lines.iter().all(|line| !line.contains(USUAL_IN_ROWS) && !has_commas(line))
        && (0..first.len()).any(dated)
}

/// Are there commas that are no decimal ones: not between two figures?
fn has_commas(line: &str) -> bool {
    let bytes = line.as_bytes();
    let figure = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    memchr::memchr_iter(b',', bytes).any(|at| !figure(at.checked_sub(1)) || !figure(Some(at + 1)))
}

/// The run of signs that cuts the first lines into equally many fields, where a single usual sign does not.
fn found(head: &[u8]) -> Option<String> {
    let end = head.len() - usize::from(head.len() >= super::HEAD) * last_line(head);
    let text = std::str::from_utf8(head.get(..end)?).ok()?.trim_start_matches('\u{feff}');
    let mut lines = text.lines().filter(|line| !line.trim().is_empty()).take(LINES);
    let first = lines.next()?;
    if first.starts_with("sep=") || first.trim_start().starts_with(['{', '[', '<']) {
        return None;
    }
    let run = runs(first)?;
    let fields = first.split(run).count();
    let (mut alike, mut all) = (0, 0);
    for line in lines {
        all += 1;
        alike += usize::from(line.split(run).count() == fields);
    }
    // A single line more may be cut by accident; a footer is cut otherwise.
    (alike >= ALIKE.min(all.max(1)) && alike + 2 >= all).then(|| run.to_owned())
}

/// The most frequent run of signs of a line, if none of its signs stands elsewhere in it.
fn runs(line: &str) -> Option<&str> {
    let is_sign = |c: char| SIGNS.contains(c);
    let mut all: Vec<&str> = Vec::new();
    let mut start = None;
    for (at, sign) in line.char_indices().chain([(line.len(), ' ')]) {
        match (start, is_sign(sign)) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                all.push(&line[from..at]);
                start = None;
            }
            _ => {}
        }
    }
    let often = |run: &str| all.iter().filter(|other| **other == run).count();
    // Of equals the shorter one: two of them with nothing between look like one of their own.
    let best = all.iter().copied().max_by_key(|run| (often(run), std::cmp::Reverse(run.len())))?;
    let length = best.chars().count();
    let usual = |c: char| USUAL.contains(&c);
    // Between two of them there may be nothing, or a time of day.
    let again = |run: &str| run == best.repeat(run.len() / best.len()) || (run == ":" && best != ":");
    let own = all.iter().all(|run| again(run) || !run.chars().any(|sign| usual(sign) || best.contains(sign)));
    // One sign is enough where no other could be meant, and it does not merely stand in a sentence.
    let fits = match length {
        // A control character is in no word and no time.
        1 if best.chars().all(char::is_control) && best != "\t" => !line.contains(USUAL),
        1 => !line.contains(USUAL) && often(best) >= 2 && !line.contains(' ') && !NEVER_ALONE.contains(best),
        _ => length <= LONGEST,
    };
    // What stands at the end alone separates nothing: a title with empty cells behind it.
    let between = often(best) > 1 || !line.trim_end().ends_with(best);
    (own && fits && between).then_some(best)
}

/// How long the last line is, which may be cut off.
fn last_line(head: &[u8]) -> usize {
    head.len() - memchr::memrchr(b'\n', head).map_or(0, |end| end + 1)
}

#[cfg(test)]
mod tests {
    use super::{are_blanks, found, with_commas};

    #[test]
    fn columns_of_a_fixed_width_are_cut_by_blanks() {
        // CDNOW_master.txt (Fader & Hardie), with and without a header, and with an amount in another country's writing.
        for text in [
            " 00001 19970101  1   11.77\n 00002 19970112  1   12.00\n 00002 19970112  5   77.00\n 00003 19970102  2   20.76\n",
            "customer_id  order_date   amount\nC1           2023-01-02    5.00\nC2           2023-01-09   17.00\nC2   2023-02-09   17.00\n",
            "a 02.01.2023 5,50\nb 09.01.2023 7,00\nb 10.01.2023 8,00\nc 11.01.2023 9,00\n",
        ] {
            assert!(are_blanks(text.as_bytes()), "{text}");
        }
        for text in [
            "a title of a report\nthis is a line\nand yet another one\nand yet another one\n",
            "id date amount\na 2023-01-02 5\nb 2023-01-09 7 x\nb 2023-01-09 7\n",
            "id,date of order,amount\na b,2023-01-02 10:15,5\na b,2023-01-02 10:15,5\na b,2023-01-02 10:15,5\n",
            "1 2 3\n4 5 6\n7 8 9\n7 8 9\n",
            "Order Date,Customer Name,Amount\n2022-01-13 10:15:00,Anna Meyer,5.00\n2022-01-14 10:15:00,Bob Ray,6.00\n2022-01-15 10:15:00,Bob Ray,6.00\n",
        ] {
            assert!(!are_blanks(text.as_bytes()), "{text}");
        }
        assert_eq!(with_commas(b" 00001 19970101  1   11,77\r\n", " "), b"00001,19970101,1,\"11,77\"\n");
    }

    #[test]
    fn separators_are_found_where_single_signs_are_none() {
        for (text, want) in [
            ("id||date||amount\na||2023-01-02||5\nb||2023-01-09||7\n", Some("||")),
            ("a::2023-01-02 10:15::5\nb::2023-01-09 11:20::7\nc::2023-01-09 11:20::7\n", Some("::")),
            ("71774|+|2|+|x\n71775|+|2|+|y\n71776|+|2|+|z\n", Some("|+|")),
            ("71774|+|2|+||+|x\n71775|+||+|1|+|y\n71776|+|2|+|1|+|z\n", Some("|+|")),
            ("id^date^amount\na^2023-01-02^5\nb^2023-01-09^7\n", Some("^")),
            ("id\u{1}date\u{1}amount\na\u{1}2023-01-02\u{1}5\nb\u{1}2023-01-09\u{1}7\n", Some("\u{1}")),
            (
                "1\u{1}2023-01-02 10:15:00\u{1}5\n2\u{1}2023-01-09 11:20:00\u{1}7\n3\u{1}2023-01-09 11:20:00\u{1}7\n",
                Some("\u{1}"),
            ),
            ("id;;date;;amount\na;;2023-01-02;;5,5\nb;;2023-01-09;;7,5\n", Some(";;")),
            // Empty fields, times, e-mail addresses and sentences are no separators.
            ("a||2023-01-02|5\nb||2023-01-09|7\n", None),
            ("id,date,amount\na,2023-01-02,5\n", None),
            ("id,,date\na,,2023-01-02\n", Some(",,")),
            ("customer_id,date,$$$\na,2023-01-02,5\n", None),
            ("bob@example.com\nann@example.com\n", None),
            ("10:15:20\n10:16:20\n10:17:20\n", None),
            ("{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n", None),
            ("a title: of a report: this one\nb: c\n", None),
        ] {
            assert_eq!(found(text.as_bytes()).as_deref(), want, "{text}");
        }
    }
}
