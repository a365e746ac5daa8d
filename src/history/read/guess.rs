//! Dates of no known format: what to say of them. The formats that are offered were made from the value shown, and read
//! it.

use super::calendar::{Moment, date_of_day};
use super::dates::{DateRule, Shape};
use crate::base::Grain;
use crate::history::options::DateFormat;

/// Days, as people and programs write them. Of those that differ only in the order of day and month both are offered.
const DAYS: [&str; 42] = [
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y%m%d",
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%d.%m.%y",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d-%m-%y",
    "%m-%d-%y",
    "%y-%m-%d",
    "%y/%m/%d",
    "%d %m %Y",
    "%Y %m %d",
    "%d%m%Y",
    "%m%d%Y",
    "%d %b %Y",
    "%d %B %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%d/%b/%Y",
    "%d %b %y",
    "%d. %B %Y",
    "%d. %b %Y",
    "%d%b%Y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%b %d %Y",
    "%B %d %Y",
    "%Y-%b-%d",
    "%Y %b %d",
    "%Y, %B %d",
    "%a, %d %b %Y",
    "%a %d %b %Y",
    "%A, %B %d, %Y",
    "%A, %d %B %Y",
    "%a %b %d %Y",
    "%a, %b %d, %Y",
];
/// Times of day, behind them.
const TIMES: [&str; 8] =
    ["%H:%M", "%H:%M:%S", "%H:%M:%S%.f", "%I:%M %p", "%I:%M:%S %p", "%H.%M", "%I.%M.%S.%f %p", "%H%M%S"];
/// What is between day and time.
const BETWEEN: [&str; 6] = [" ", "T", "", ", ", " at ", " - "];
/// Offsets and zones, behind times.
const ZONES: [&str; 7] = ["", "%z", " %z", "%:z", " %:z", "Z", " %Q"];

/// What is wrong with a date that has no known format, and what to do.
pub(super) fn explain(shape: Shape, text: &str, grain: Grain) -> String {
    let offered = |none: &str| match &formats(text)[..] {
        [] => none.to_owned(),
        [one] => format!("--date-format {one}"),
        all => format!("--date-format {}", all.join(" or ")),
    };
    match shape {
        Shape::Month => format!(
            "this is a month without a day, which --grain {grain} needs: with --grain month (or year) each month is taken \
             for its first day"
        ),
        Shape::ShortYear { .. } => format!(
            "a year of two digits is not taken for a date by itself: say how dates are written with {}",
            offered("--date-format, e.g. '%d/%m/%y' or '%m/%d/%y'")
        ),
        Shape::Number => {
            let fits = match &formats(text)[..] {
                [] if text.len() == 4 && text.starts_with(['1', '2']) => {
                    "; if these are years, --date-format %Y --grain year takes each for its first day"
                        .to_owned()
                }
                [] => String::new(),
                fits => format!("; this one is read by {}", fits.join(" or ")),
            };
            format!(
                "numbers are not taken for dates by themselves: say what they are with --date-format unix (seconds since \
                 1970), unix-ms, excel (days since 1899-12-30), or a format such as '%Y%m%d'{fits}"
            )
        }
        _ => format!(
            "not a date in a known format (YYYY-MM-DD, perhaps with a time): {}",
            match zone_name(text) {
                Some(_) => format!(
                    "it ends in the name of a time zone. Days are those of the clock that wrote the row, so that the name \
                     is not needed: say {}",
                    offered("how dates are written with --date-format, %Q for the name, or take it away")
                ),
                None => format!(
                    "say how dates are written with {}",
                    offered(
                        "--date-format: a strftime pattern of numbers and English names of months (%d %m %Y, %b, %H:%M:%S, \
                         %p, %z), unix, unix-ms or excel; what no pattern reads has to be written as YYYY-MM-DD"
                    )
                ),
            }
        ),
    }
}

/// Up to two formats that read this value, quoted where a shell needs it, with the date that each makes of it if they
/// differ.
fn formats(text: &str) -> Vec<String> {
    let text = text.trim();
    let mut found: Vec<(String, Moment)> = Vec::new();
    let mut offer = |name: String, format: DateFormat| {
        let rule = DateRule::from_format(&format, Grain::Day).ok();
        let moment = rule.and_then(|rule| rule.parse(text.as_bytes())).filter(is_likely);
        if let Some(moment) = moment
            && found.len() < 2
            && found.iter().all(|(_, other)| other.day != moment.day)
        {
            found.push((name, moment));
        }
    };
    for (name, format) in [
        ("unix", DateFormat::Unix),
        ("unix-ms", DateFormat::UnixMs),
        ("unix-us", DateFormat::UnixUs),
        ("unix-ns", DateFormat::UnixNs),
        ("excel", DateFormat::Excel),
    ] {
        offer(name.to_owned(), format);
    }
    for pattern in patterns(text) {
        offer(format!("'{}'", pattern.replace('\'', "'\\''")), DateFormat::Strftime(pattern));
    }
    if let [(name, _)] = &found[..] {
        return vec![name.clone()];
    }
    found.into_iter().map(|(name, moment)| format!("{name} ({})", date_of_day(moment.day))).collect()
}

/// A date that a purchase may have: from 1971 (small numbers of anything are in 1970), and not long after today.
fn is_likely(moment: &Moment) -> bool {
    let tomorrow = jiff::Timestamp::now().as_second() / 86_400 + 366;
    (365..tomorrow).contains(&i64::from(moment.day))
}

/// Patterns that read the text, the plainest first.
fn patterns(text: &str) -> Vec<String> {
    let reads = |pattern: &String| jiff::fmt::strtime::parse(pattern, text).is_ok();
    let mut all: Vec<String> = DAYS.iter().map(|day| (*day).to_owned()).collect();
    // Zones outermost: the name of one could be anything, AM too.
    for zone in ZONES {
        for day in DAYS {
            // A blank in a pattern may stand for none.
            for between in BETWEEN.into_iter().filter(|between| text.contains(between)) {
                all.extend(TIMES.map(|time| format!("{day}{between}{time}{zone}")));
            }
        }
    }
    all.retain(reads);
    all
}

/// The name of a time zone at the end of a time, such as EST or America/New_York.
fn zone_name(text: &str) -> Option<&str> {
    let (before, name) = text.trim().rsplit_once(' ')?;
    let letters = name.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, '/' | '_' | '-' | '+'));
    let is_name = letters && name.len() >= 3 && name.starts_with(|c: char| c.is_ascii_uppercase());
    (is_name && before.contains(':')).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_offered_reads_the_value() {
        // The spellings of 1 May 2023 that are not read by themselves, and what reads them.
        for (text, want) in [
            ("1 May 2023", "'%d %b %Y'"),
            ("May 1, 2023", "'%b %d, %Y'"),
            ("January 1, 2023", "'%B %d, %Y'"),
            ("01-May-2023", "'%d-%b-%Y'"),
            ("01-May-23", "'%d-%b-%y'"),
            ("01-MAY-23 10.15.00.000000 AM", "'%d-%b-%y %I.%M.%S.%f %p'"),
            ("May 1, 2023 10:15 AM", "'%b %d, %Y %I:%M %p'"),
            ("Monday, May 1, 2023", "'%A, %B %d, %Y'"),
            ("Mon, 01 May 2023 10:15:00 GMT", "'%a, %d %b %Y %H:%M:%S %Q'"),
            ("Mon, 01 May 2023 10:15:00 +0200", "'%a, %d %b %Y %H:%M:%S %z'"),
            ("20230501T101500Z", "'%Y%m%dT%H%M%SZ'"),
            ("20230501101500", "'%Y%m%d%H%M%S'"),
            ("2023-03-01 23:30:00 America/New_York", "'%Y-%m-%d %H:%M:%S %Q'"),
            ("2023-03-01 23:30:00 EST", "'%Y-%m-%d %H:%M:%S %Q'"),
            ("15.01.23", "'%d.%m.%y'"),
            ("1672617600", "unix"),
        ] {
            assert_eq!(formats(text), [want], "{text}");
        }
        assert_eq!(
            formats("5/1/23 10:15"),
            ["'%d/%m/%y %H:%M' (2023-01-05)", "'%m/%d/%y %H:%M' (2023-05-01)"]
        );
        for text in ["1 Mai 2023", "2023-05-01 a las 10:15", "2023-W18-1", "soon"] {
            assert_eq!(formats(text), [""; 0], "{text}");
            assert!(explain(Shape::Other, text, Grain::Day).contains("a strftime pattern of"), "{text}");
        }
    }
}
