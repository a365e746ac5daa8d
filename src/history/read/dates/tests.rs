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
        // The end of a day is the start of the next (ISO 8601-1).
        ("2024-02-29 24:00", "2024-03-01 00:00"),
        ("2024-12-31T24:00:00Z", "2025-01-01 00:00"),
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
        "2023-01-02 24:01",
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
        ("05.03.23", Shape::ShortYear { sign: b'.' }),
        ("1672617600", Shape::Number),
        ("44928.5", Shape::Number),
        ("Jan 6 2023", Shape::Words),
        ("Jan 2023", Shape::Month),
        ("2023-01", Shape::Month),
        ("2023-W05", Shape::Words),
        ("2023-W54", Shape::Other),
    ] {
        assert_eq!(Shape::of(text.as_bytes()), want, "{text}");
    }
}

/// Values of one column, read by the column's order or by their own.
#[test]
fn dates_in_words_and_short_years() {
    let orders = Orders {
        full: [Some(Order::MonthDay); 3],
        short: [Some(Order::DayMonth), Some(Order::MonthDay), Some(Order::DayMonth)],
        until: day_of_civil(2026, 1, 1).unwrap(),
    };
    let style =
        DateStyle { rule: DateRule::Free, orders: Some(orders), said: false, clock: None, buddhist: false };
    let read = |text: &str| {
        let moment = style.parse(text.as_bytes())?;
        Some(format!(
            "{} {:02}:{:02}",
            date_of_day(moment.day),
            moment.second / 3600,
            moment.second / 60 % 60
        ))
    };
    for text in [
        "1 May 2023",
        "May 1, 2023",
        "May 1st, 2023",
        "01-May-2023",
        "01-May-23",
        "Monday, May 1, 2023",
        "1 Mai 2023",
        "1. Mai 2023",
        "1er mai 2023",
        "lundi 1 mai 2023",
        "1 de mayo de 2023",
        "lunes, 1 de mayo de 2023",
        "1 maggio 2023",
        "1º de maio de 2023",
        "1 Mayıs 2023",
        "1 MAYIS 2023 Pazartesi",
        "1 mei 2023",
        "1 maja 2023",
        "1 мая 2023",
        "1 мая 2023 г.",
        "01.май.2023",
        "2023年5月1日",
        "2023年05月01日(月)",
        "2023년 5월 1일",
        "2023. 5. 1.",
        "23. 5. 1.",
        "２０２３/５/１",
        "01.05.23",
        "5/1/23",
        "5/1/2023",
        "2023 May 1",
        "2023-May-01",
        "1 травня 2023",
        "1 května 2023",
        "seg., 1 de mai. de 2023",
        "mar. 1 mai 2023",
    ] {
        assert_eq!(read(text).as_deref(), Some("2023-05-01 00:00"), "{text}");
    }
    for text in [
        "May 1, 2023 3:15 PM",
        "May 1, 2023, 3:15:00 p.m.",
        "5/1/2023 03:15 PM",
        "5/1/23 15:15",
        "01-MAY-23 03.15.00.000000 PM",
        "Mon, 01 May 2023 15:15:00 GMT",
        "Mon, 01 May 2023 15:15:00 +0200",
        "Mon May  1 15:15:00 2023",
        "Mon May  1 15:15:00 EST 2023",
        "Mon May 01 2023 15:15:00 GMT+0200 (Central European Summer Time)",
        "20230501T151500Z",
        "20230501 15:15",
        "2023年5月1日 15時15分30秒",
        "2023年5月1日 午後3:15",
        "2023년 5월 1일 오후 3:15:00",
        "2023. 5. 1. 오후 3:15",
        "1 мая 2023 г., 15:15",
        "1. Mai 2023 um 15:15 Uhr",
        "1 mai 2023 à 15h15",
        "2023-05-01 a las 15:15",
        "01.05.23 15:15",
        "1 Mayıs 2023 ÖS 3:15",
        "01.05.2023 ÖS 3:15:00".replace("01.05", "05.01").as_str(),
        "1/05/23 3:15 p. m.".replace("1/05", "5/01").as_str(),
        "2023-05-01T15:15:00+02:00[Europe/Berlin]",
        "2023-05-01 15:15:00 America/New_York",
        "2023-05-01 15:15:00 EST",
        "15:15:00 May 1, 2023 PDT",
    ] {
        assert_eq!(read(text).as_deref(), Some("2023-05-01 15:15"), "{text}");
    }
    for text in [
        "soon",
        "May 2023",
        "31 June 2023",
        "May 1",
        "1.2.3",
        "2023-W18-9",
        "45047",
        "1683000000",
        "13/13/2023",
        "Foo 1, 2023",
        "1 May 2023 25:00",
        "May 1, 2023 13:15 PM",
        "20230501101500",
        "12 monkeys 2023",
        "01-05",
        "10:15",
        "2023-05-01 10:15 XYZ",
    ] {
        assert_eq!(read(text), None, "{text}");
    }
}

#[test]
fn an_order_that_numbers_leave_open_is_not_guessed() {
    let until = day_of_civil(2026, 1, 1).unwrap();
    let orders = Orders { until, ..Orders::default() };
    let style = DateStyle {
        rule: DateRule::YearFirst(b'-'),
        orders: Some(orders),
        said: false,
        clock: None,
        buddhist: false,
    };
    let day = |text: &str| style.parse(text.as_bytes()).map(|moment| date_of_day(moment.day).to_string());
    assert_eq!(day("25/12/2023").as_deref(), Some("2023-12-25"));
    assert_eq!(day("12/25/2023").as_deref(), Some("2023-12-25"));
    assert_eq!((day("05/12/2023"), day("05/12/23"), day("05.12.23")), (None, None, None));
    // As year, month and day this would be in 2031, and as month first it is no date.
    assert_eq!(day("31-12-23").as_deref(), Some("2023-12-31"));
}

#[test]
fn times_of_known_offset_are_moved_to_the_clock_that_is_wanted() {
    let clock = Clock::of(Some("Europe/Istanbul"));
    let style = |rule| DateStyle {
        rule,
        orders: Some(Orders::default()),
        said: false,
        clock: Some(clock.clone()),
        buddhist: false,
    };
    let read = |rule, text: &str| {
        let moment = style(rule).parse(text.as_bytes()).unwrap();
        format!("{} {:02}", date_of_day(moment.day), moment.second / 3600)
    };
    let iso = DateRule::YearFirst(b'-');
    assert_eq!(read(iso.clone(), "2023-03-01T23:30:00-05:00"), "2023-03-02 07");
    assert_eq!(read(iso.clone(), "2023-03-01T23:30:00Z"), "2023-03-02 02");
    assert_eq!(read(iso.clone(), "2023-03-01 23:30:00 America/New_York"), "2023-03-02 07");
    assert_eq!(read(iso.clone(), "2023-03-01 23:30:00 PDT"), "2023-03-02 09");
    assert_eq!(read(iso, "2023-03-01 23:30:00"), "2023-03-01 23");
    assert_eq!(read(DateRule::Unix(1.0), "1677713400"), "2023-03-02 02");
}

/// Every name of a month that Unicode's locale data have (see fixtures/README.md), in the order of day, month, year and, as in
/// Hungary, China and elsewhere, year first.
#[test]
fn months_of_every_language_are_read() {
    let table = include_str!("../../../../fixtures/months_cldr.csv");
    let mut count = 0;
    for line in table.lines().skip(1) {
        let [language, month, name] = line.splitn(3, ',').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let expected = day_of_civil(2023, month.parse().unwrap(), 5);
        for text in [format!("5 {name} 2023"), format!("5. {name} 2023 14:05"), format!("2023 {name} 5")] {
            let read = super::free::read(text.as_bytes()).and_then(|value| value.settle(&Orders::default()));
            assert_eq!(read.map(|moment| moment.day), expected, "{language}: {text}");
        }
        count += 1;
    }
    assert_eq!(count, 863);
}

/// Two words, a number behind a word, and the years of Thailand.
#[test]
fn months_of_more_than_a_name() {
    for (text, month) in [
        ("5 كانون الثاني 2023", 1),
        // Mercado Libre.
        ("5 de março de 2023 10:33 hs.", 3),
        ("5 تشرين الأول 2023", 10),
        ("Ngày 5 tháng 3 năm 2023", 3),
        ("5 Thg 11, 2023", 11),
        ("5 ม.ค. 2566", 1),
        ("5 มีนาคม 2566", 3),
        ("5 במרץ 2023", 3),
        ("٥ مارس ٢٠٢٣", 3),
    ] {
        let read = super::free::read(text.as_bytes()).and_then(|value| value.settle(&Orders::default()));
        assert_eq!(read.map(|moment| moment.day), day_of_civil(2023, month, 5), "{text}");
    }
}
