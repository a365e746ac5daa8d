//! Rows of a log as the bytes of an export.

use std::io::Write;

use super::{Layout, Returns, Row};

/// The columns of a platform: role (with what stands in it) and heading.
fn columns(layout: &Layout) -> Vec<(&'static str, &'static str)> {
    let columns = layout.platform.split('|').skip(2);
    columns
        .map(|column| {
            // A text may have colons in it, a heading has none.
            column.rsplit_once(':').unwrap()
        })
        .collect()
}

fn number(layout: &Layout, cents: i64) -> String {
    let (point, thousands) = layout.point;
    let digits = (cents.abs() / 100).to_string();
    let mut whole = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            whole += thousands;
        }
        whole.push(digit);
    }
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{whole}{point}{:02}", cents.abs() % 100)
}

/// The amount of the row with the sign that stands there, and the money beside it.
fn amount(layout: &Layout, cents: i64) -> String {
    let text = number(layout, cents);
    let sign = layout.locale.sign;
    match layout.money {
        "before" if !sign.is_empty() => format!("{sign} {text}"),
        "behind" if !sign.is_empty() => format!("{text} {sign}"),
        _ => text,
    }
}

fn date(layout: &Layout, date: jiff::civil::Date, at: usize) -> String {
    let moment = date.at((8 + at % 12) as i8, (at * 7 % 60) as i8, 5, 0);
    jiff::fmt::strtime::format(layout.date, &moment.to_zoned(jiff::tz::TimeZone::UTC).unwrap()).unwrap()
}

fn cell(layout: &Layout, role: &str, row: &Row, at: usize) -> String {
    let (role, text) = role.split_once('=').unwrap_or((role, ""));
    let written = if layout.returns == Returns::Kinds { row.cents.abs() } else { row.cents };
    match role {
        "I" if mail_id(layout) => format!("kunde{}@example.com", 7 + row.customer),
        "I" => format!("K{}", 10_007 + row.customer * 13),
        "D" => date(layout, row.date, at),
        "A" => amount(layout, written),
        "G" => number(layout, written * 6 / 5),
        "N" => number(layout, written * 5 / 6),
        "V" => number(layout, written / 6),
        "O" => format!("B-{}", 20_230 + at),
        "R" => format!("{}", 500 + at),
        "K" if !text.is_empty() => {
            let (sale, back) = text.split_once('/').unwrap();
            if row.cents < 0 { back.to_owned() } else { sale.to_owned() }
        }
        "K" => layout.locale.kinds[usize::from(row.cents < 0)].to_owned(),
        "S" => text.to_owned(),
        "M" => format!("kunde{}@example.com", 7 + row.customer),
        "P" => format!("Person {}", (b'A' + row.customer as u8) as char),
        "U" => "EUR".to_owned(),
        "T" => text.to_owned(),
        "F" => format!("{text} {}", at % 5),
        "L" => date(layout, row.date.tomorrow().unwrap(), at),
        _ => String::new(),
    }
}

/// Is the customer an address?
fn mail_id(layout: &Layout) -> bool {
    columns(layout).iter().any(|(role, name)| *role == "I" && name.to_lowercase().contains("mail"))
}

/// What a sum of the column comes to, in cents: of what stands there.
fn written(layout: &Layout, rows: &[Row]) -> i64 {
    let kinds = layout.returns == Returns::Kinds;
    rows.iter().map(|row| if kinds { row.cents.abs() } else { row.cents }).sum()
}

/// The lines of the table, with titles and totals.
fn table(layout: &Layout, rows: &[Row]) -> Vec<Vec<String>> {
    let columns = columns(layout);
    let width = columns.len();
    let line = |first: &str| {
        let mut line = vec![String::new(); width];
        line[0] = first.to_owned();
        line
    };
    let mut lines = Vec::new();
    if layout.titles {
        lines.extend([line(layout.locale.title), line("")]);
    }
    lines.push(columns.iter().map(|(_, name)| (*name).to_owned()).collect());
    for (at, row) in rows.iter().enumerate() {
        lines.push(columns.iter().map(|(role, _)| cell(layout, role, row, at)).collect());
    }
    if layout.totals != 'n' {
        let sum = written(layout, rows);
        let place = columns.iter().position(|(role, _)| *role == "A").unwrap();
        let mut total = line("");
        for (at, _) in columns.iter().enumerate().filter(|(_, (role, _))| *role == "A") {
            total[at] = amount(layout, sum);
        }
        // The word stands in the first column, or in the last one that says nothing of who and when.
        let beside = columns.iter().rposition(|(role, _)| !matches!(role.as_bytes()[0], b'I' | b'D' | b'A'));
        match (layout.totals, beside) {
            ('f', _) if place > 0 => total[0] = layout.locale.total.to_owned(),
            ('b', Some(at)) => total[at] = format!("{}:", layout.locale.total),
            _ => {}
        }
        lines.push(total);
    }
    lines
}

fn separated(layout: &Layout, lines: &[Vec<String>]) -> String {
    let quoted = |text: &String| match text.contains([layout.separator, '"']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.clone(),
    };
    let separator = layout.separator.to_string();
    lines.iter().map(|line| line.iter().map(quoted).collect::<Vec<_>>().join(&separator) + "\r\n").collect()
}

fn encoded(layout: &Layout, text: &str) -> Vec<u8> {
    match layout.encoding {
        "utf-8" => text.as_bytes().to_vec(),
        "utf-8-bom" => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        "utf-16le" => {
            let units = text.encode_utf16().flat_map(u16::to_le_bytes);
            [0xff, 0xfe].into_iter().chain(units).collect()
        }
        label => {
            let encoding = encoding_rs::Encoding::for_label(label.as_bytes()).unwrap();
            let text: String = text
                .replace('₺', "TL")
                .replace('₽', "руб.")
                .replace('₩', "원")
                .replace('₴', "грн")
                .replace('¥', "￥");
            encoding.encode(&text).0.into_owned()
        }
    }
}

/// The bytes of the export.
pub fn bytes(layout: &Layout, rows: &[Row]) -> Vec<u8> {
    let lines = table(layout, rows);
    let text = || encoded(layout, &separated(layout, &lines));
    let failed = "memory does not fail";
    match layout.container {
        "gz" => {
            let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            out.write_all(&text()).expect(failed);
            out.finish().expect(failed)
        }
        "zip" => {
            let mut out = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
            out.start_file("export.csv", zip::write::SimpleFileOptions::default()).expect(failed);
            out.write_all(&text()).expect(failed);
            out.finish().expect(failed).into_inner()
        }
        "xlsx" => workbook(layout, rows, &lines),
        "json" | "jsonl" => objects(layout, &lines),
        _ => text(),
    }
}

/// Amounts are numbers, dates are texts or serials by turns.
fn workbook(layout: &Layout, rows: &[Row], lines: &[Vec<String>]) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let columns = columns(layout);
    let header = if layout.titles { 2 } else { 0 };
    let day = rust_xlsxwriter::Format::new().set_num_format("dd.mm.yyyy");
    for (at, line) in lines.iter().enumerate() {
        for (column, text) in line.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            let place = (at as u32, column as u16);
            let role = columns[column].0;
            let row = at.checked_sub(header + 1).and_then(|row| rows.get(row));
            let total = layout.totals != 'n' && at + 1 == lines.len();
            match (role, row) {
                ("A", Some(row)) if layout.money.is_empty() => {
                    let kinds = layout.returns == Returns::Kinds;
                    let cents = if kinds { row.cents.abs() } else { row.cents };
                    sheet.write_number(place.0, place.1, cents as f64 / 100.0).unwrap();
                }
                ("D", Some(row)) if layout.number.is_multiple_of(2) => {
                    let date = row.date;
                    let date = rust_xlsxwriter::ExcelDateTime::from_ymd(
                        date.year() as u16,
                        date.month() as u8,
                        date.day() as u8,
                    );
                    sheet.write_datetime_with_format(place.0, place.1, date.unwrap(), &day).unwrap();
                }
                ("A", None) if total && layout.money.is_empty() => {
                    sheet.write_number(place.0, place.1, written(layout, rows) as f64 / 100.0).unwrap();
                }
                _ => {
                    sheet.write_string(place.0, place.1, text).unwrap();
                }
            }
        }
    }
    book.save_to_buffer().unwrap()
}

fn objects(layout: &Layout, lines: &[Vec<String>]) -> Vec<u8> {
    let (header, rows) = lines.split_first().unwrap();
    let object = |line: &Vec<String>| {
        let cells = header.iter().zip(line).map(|(name, text)| (name.clone(), text.clone().into()));
        serde_json::Value::Object(cells.collect())
    };
    let objects: Vec<serde_json::Value> = rows.iter().map(object).collect();
    if layout.container == "json" {
        return serde_json::to_vec_pretty(&serde_json::json!({ "data": objects })).unwrap();
    }
    objects.iter().map(|object| format!("{object}\n")).collect::<String>().into_bytes()
}
