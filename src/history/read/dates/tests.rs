//! Dates as they are written: small cases of their own.

use super::*;
use crate::history::read::calendar::date_of_day;

fn read(rule: &DateRule, text: &str) -> Option<String> {
    let moment = rule.parse(text.as_bytes())?;
    let (hour, minute) = (moment.second / 3600, moment.second / 60 % 60);
    Some(format!("{} {hour:02}:{minute:02}", date_of_day(moment.day)))
}

#[test]
fn iso_dates_in_all_their_forms() {
    for (text, want) in [
        ("2023-01-02", "2023-01-02 00:00"),
        ("2023-1-2", "2023-01-02 00:00"),
        ("2024-02-29 23:59", "2024-02-29 23:59"),
        ("2023-01-02T10:11:12.123456789Z", "2023-01-02 10:11"),
        ("2023-01-02 10:11:12,5", "2023-01-02 10:11"),
        // As the clock wrote it.
        ("2023-01-02T00:30:00+01:00", "2023-01-02 00:30"),
        ("2023-12-31T23:30-0100", "2023-12-31 23:30"),
        ("2023-01-02 10:11:12 UTC", "2023-01-02 10:11"),
        ("2023-01-02 12:05 AM", "2023-01-02 00:05"),
        ("2023-01-02 12:05 pm", "2023-01-02 12:05"),
    ] {
        assert_eq!(read(&DateRule::YearFirst(b'-'), text).as_deref(), Some(want), "{text}");
    }
    for text in [
        "",
        "2023",
        "2023-01",
        "2023-02-30",
        "2023-00-10",
        "20230102",
        "2023-01-02T",
        "2023-01-02 24:00",
        "2023-01-02 10",
        "2023-01-02 10:60",
        "2023-01-02x",
        "2023-01-02 10:11+25:00",
        "2023-01-02 10:11:",
        "23-01-02",
        "2023-01-02 13:00 PM",
        "-2023-01-02",
        "2023/01/02",
        "2023-01-021",
    ] {
        assert_eq!(read(&DateRule::YearFirst(b'-'), text), None, "{text}");
    }
}

#[test]
fn numbers_and_patterns_when_they_are_asked_for() {
    let read_as = |text: &str, grain| DateRule::from_format(&DateFormat::Strftime(text.to_owned()), grain);
    let pattern = |text: &str| read_as(text, Grain::Day).unwrap();
    for (rule, text, want) in [
        (DateRule::Unix(1.0), "1672617600", "2023-01-02 00:00"),
        (DateRule::Unix(1.0), "-1", "1969-12-31 23:59"),
        (DateRule::Unix(1000.0), "1672617600999", "2023-01-02 00:00"),
        (DateRule::Excel, "44928", "2023-01-02 00:00"),
        (DateRule::Excel, "44928.5", "2023-01-02 12:00"),
        (DateRule::Compact, "20230102", "2023-01-02 00:00"),
        (pattern("%d %b %Y"), "02 Jan 2023", "2023-01-02 00:00"),
        (pattern("%m/%d/%Y %I:%M %p"), "01/02/2023 08:26 PM", "2023-01-02 20:26"),
        (pattern("%Y-%m-%dT%H:%M:%S%z"), "2023-01-02T00:30:00+0100", "2023-01-02 00:30"),
        (pattern("%s"), "1672617600", "2023-01-02 00:00"),
        (read_as("%Y-%m", Grain::Month).unwrap(), "2019-02", "2019-02-01 00:00"),
        (read_as("%b %Y", Grain::Year).unwrap(), "Feb 2019", "2019-02-01 00:00"),
        (read_as("%Y", Grain::Year).unwrap(), "2019", "2019-01-01 00:00"),
        (pattern("%Y%m%d"), "20230102", "2023-01-02 00:00"),
    ] {
        assert_eq!(read(&rule, text).as_deref(), Some(want), "{text}");
    }
    for (rule, text) in
        [(DateRule::Unix(1.0), "1e400"), (DateRule::Excel, "-5"), (DateRule::Unix(1.0), "nan")]
    {
        assert_eq!(read(&rule, text), None, "{text}");
    }
    assert!(read_as("%Y", Grain::Month).is_err() && read_as("%Y-%m", Grain::Week).is_err());
    for text in ["%d/%m", "no pattern", "%!", "%Y-%m", "%Y"] {
        assert!(read_as(text, Grain::Day).is_err(), "{text}");
    }
}

#[test]
fn shapes_are_told_apart() {
    for (text, want) in [
        ("", Shape::Blank),
        ("2023-01-02", Shape::YearFirst(b'-')),
        ("2023.1.2", Shape::YearFirst(b'.')),
        ("20230102", Shape::Compact),
        ("20231302", Shape::Number),
        ("12/1/2010 8:26", Shape::DayMonth { sign: b'/', a: 12, b: 1 }),
        ("05-03-2023", Shape::DayMonth { sign: b'-', a: 5, b: 3 }),
        ("05.03.23", Shape::ShortYear),
        ("1672617600", Shape::Number),
        ("44928.5", Shape::Number),
        ("Jan 6 2023", Shape::Other),
        ("Jan 2023", Shape::Month),
        ("2023-01", Shape::Month),
        ("2023-W05", Shape::Other),
    ] {
        assert_eq!(Shape::of(text.as_bytes()), want, "{text}");
    }
}
