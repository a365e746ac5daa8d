//! Separators that no tokenizer of single signs knows: several signs (`||`, `::`, `|+|`), and signs that are rarely one
//! (`^`, `~`, Hive's control characters). Such a text is written out with commas.

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
    let Some(separator) = found(head) else { return Ok(None) };
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
    let said = format!("fields are separated by '{}'", shown(&separator));
    let layout = Some(format!("text separated by '{}'", shown(&separator)));
    Ok(Some(SpooledTable { layout, ..spool.finish(vec![said])? }))
}

fn with_commas(line: &[u8], separator: &str) -> Vec<u8> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let mut out = Vec::with_capacity(line.len() + 16);
    let Ok(text) = std::str::from_utf8(line) else { return [line, b"\n"].concat() };
    for (at, field) in text.split(separator).enumerate() {
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
        1 => !line.contains(USUAL) && often(best) >= 2 && !line.contains(' ') && !NEVER_ALONE.contains(best),
        _ => length <= LONGEST,
    };
    (own && fits).then_some(best)
}

/// How long the last line is, which may be cut off.
fn last_line(head: &[u8]) -> usize {
    head.len() - memchr::memrchr(b'\n', head).map_or(0, |end| end + 1)
}

#[cfg(test)]
mod tests {
    use super::found;

    #[test]
    fn separators_are_found_where_single_signs_are_none() {
        for (text, want) in [
            ("id||date||amount\na||2023-01-02||5\nb||2023-01-09||7\n", Some("||")),
            ("a::2023-01-02 10:15::5\nb::2023-01-09 11:20::7\nc::2023-01-09 11:20::7\n", Some("::")),
            ("71774|+|2|+|x\n71775|+|2|+|y\n71776|+|2|+|z\n", Some("|+|")),
            ("71774|+|2|+||+|x\n71775|+||+|1|+|y\n71776|+|2|+|1|+|z\n", Some("|+|")),
            ("id^date^amount\na^2023-01-02^5\nb^2023-01-09^7\n", Some("^")),
            ("id\u{1}date\u{1}amount\na\u{1}2023-01-02\u{1}5\nb\u{1}2023-01-09\u{1}7\n", Some("\u{1}")),
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
