//! Bad input: a table of small defects, and the battery of `fixtures/battery`. Each is either read
//! with the right numbers or refused with a message that names the place and the repair.

use std::io::Write;
use std::path::PathBuf;

use clv::history::{self, DateFormat, LogOptions, Returns, Summary};
use clv::{Grain, Unit};

/// What should come of a case.
enum Expect {
    /// Read: customers, repeat purchases, and the sum of what these are worth.
    Numbers(u64, u64, f64),
    /// Read with these numbers, and the account, an assumption or a warning has these words.
    Said(u64, u64, f64, &'static str),
    /// Refused in a message with all of these.
    Refused(&'static [&'static str]),
}
use Expect::{Numbers, Refused, Said};

type Tweak = fn(&mut LogOptions);

const HEAD: &str = "customer_id,date,amount\n";

fn plain(_: &mut LogOptions) {}

fn skip(options: &mut LogOptions) {
    options.skip_bad_rows = true;
}

fn format(pattern: &str) -> Option<DateFormat> {
    Some(DateFormat::Strftime(pattern.to_owned()))
}

fn open(file: &tempfile::NamedTempFile, tweak: Tweak) -> clv::Result<Summary> {
    let mut options = LogOptions { unit: Some(Unit::Day), ..LogOptions::default() };
    tweak(&mut options);
    let summary = history::open(&[file.path().to_owned()], &options, &())?;
    assert!(summary.meta.account.adds_up(), "the account does not add up");
    Ok(summary)
}

/// Customers, repeat purchases, what these are worth.
fn numbers(summary: &Summary) -> (u64, u64, f64) {
    let (mut customers, mut repeats, mut worth) = (0, 0, 0.0);
    for batch in summary.batches() {
        let batch = batch.unwrap();
        for row in 0..batch.len() {
            let x = batch.frequency.value(row);
            customers += 1;
            repeats += u64::from(x);
            worth += batch.monetary_value.as_ref().map_or(0.0, |money| money.value(row)) * f64::from(x);
        }
    }
    (customers, repeats, worth)
}

/// All that is said about the input.
fn words(summary: &Summary) -> String {
    let meta = &summary.meta;
    let mut said: Vec<String> = meta.assumptions.clone();
    said.extend(meta.warnings.iter().map(|warning| warning.message.clone()));
    said.extend(meta.account.entries.iter().map(|entry| format!("{} {}", entry.rows, entry.fate)));
    said.extend(meta.account.notes.iter().map(|note| format!("{} {}", note.rows, note.words)));
    said.join("\n")
}

/// `None` if all is as it should be.
fn judge(name: &str, got: clv::Result<Summary>, expect: &Expect) -> Option<String> {
    match (got, expect) {
        (Err(error), Refused(parts)) => {
            let message = error.to_string();
            let missing = parts.iter().find(|part| !message.contains(**part))?;
            Some(format!("{name}: the message lacks '{missing}': {message}"))
        }
        (Ok(summary), Numbers(n, x, worth) | Said(n, x, worth, _)) => {
            let (customers, repeats, sum) = numbers(&summary);
            if (customers, repeats) != (*n, *x) || (sum - worth).abs() > 1e-9 * worth.abs() {
                return Some(format!("{name}: got {customers} customers, {repeats} repeats worth {sum}"));
            }
            match expect {
                Said(.., part) if !words(&summary).contains(part) => {
                    Some(format!("{name}: nobody says '{part}': {}", words(&summary)))
                }
                _ => None,
            }
        }
        (Err(error), _) => Some(format!("{name}: refused: {error}")),
        (Ok(summary), Refused(_)) => Some(format!("{name}: accepted: {:?}", numbers(&summary))),
    }
}

fn check(cases: &[(&str, &[u8], Tweak, Expect)], head: &str) {
    let failures: Vec<String> = cases
        .iter()
        .filter_map(|(name, text, tweak, expect)| {
            let text = [head.as_bytes(), text].concat();
            let mut file = tempfile::NamedTempFile::new().unwrap();
            file.write_all(&text).unwrap();
            judge(name, open(&file, *tweak), expect)
        })
        .collect();
    assert!(failures.is_empty(), "{} of {} cases:\n{}", failures.len(), cases.len(), failures.join("\n"));
}

#[test]
fn dates() {
    check(
        &[
            ("control", b"a,2023-01-02,5\na,2023-01-09,7.5\nb,2023-01-02,1\n", plain, Numbers(2, 1, 7.5)),
            ("not padded", b"a,2023-1-2,5\na,2023-01-09,7\n", plain, Numbers(1, 1, 7.0)),
            (
                "with times",
                b"a,2023-01-02T23:59:59.999Z,5\na,2023-01-03 00:00,7\n",
                plain,
                Numbers(1, 1, 7.0),
            ),
            (
                "the day is that of the offset's clock",
                b"a,2023-01-02 23:30:00-02:00,5\na,2023-01-03,7\n",
                plain,
                Numbers(1, 1, 7.0),
            ),
            (
                "offset of two digits",
                b"a,2023-01-02 23:30:00+00,5\na,2023-01-03 UTC,7\n",
                plain,
                Refused(&["line 3", "'2023-01-03 UTC'"]),
            ),
            (
                "no such day",
                b"a,2023-01-02,5\na,2023-02-29,7\n",
                plain,
                Refused(&["line 3", "column \"date\"", "2023-02-29", "no such day"]),
            ),
            ("month 13", b"a,2023-01-02,5\na,2024-13-02,7\n", plain, Refused(&["line 3", "2024-13-02"])),
            (
                "hour 25",
                b"a,2023-01-02 10:00,5\na,2023-01-02 25:00,7\n",
                plain,
                Refused(&["line 3", "25:00"]),
            ),
            (
                "empty",
                b"a,,5\na,2023-01-09,7\n",
                plain,
                Refused(&["line 2", "date is empty", "--skip-bad-rows"]),
            ),
            (
                "future",
                b"a,2023-01-02,5\na,2223-01-09,7\n",
                plain,
                Refused(&["line 3", "2223-01-09", "future", "--dates-until"]),
            ),
            ("future skipped", b"a,2023-01-02,5\na,2223-01-09,7\n", skip, Said(1, 0, 0.0, "2223-01-09")),
            (
                "future allowed",
                b"a,2023-01-02,5\na,2223-01-09,7\n",
                |o| o.dates_until = Some("2300-01-01".parse().unwrap()),
                Numbers(1, 1, 7.0),
            ),
            (
                "before 1970",
                b"a,1923-01-02,5\na,2023-01-09,7\n",
                plain,
                Refused(&["line 2", "1923-01-02", "before 1970-01-01", "--dates-from"]),
            ),
            (
                "before 1970 allowed",
                b"a,1923-01-02,5\na,2023-01-09,7\n",
                |o| o.dates_from = Some("1900-01-01".parse().unwrap()),
                Numbers(1, 1, 7.0),
            ),
            ("eight digits", b"a,20230102,5\na,20230109,7\n", plain, Said(1, 1, 7.0, "YYYYMMDD")),
            (
                "eight digits, one no day",
                b"a,20230102,5\na,20231309,7\n",
                skip,
                Refused(&["line 3", "20231309", "--date-format"]),
            ),
            (
                "unix seconds",
                b"a,1672617600,5\n",
                plain,
                Refused(&["numbers", "--date-format unix", "unix-ms", "excel"]),
            ),
            (
                "unix seconds, said",
                b"a,1672617600,5\na,1673222400.5,7\n",
                |o| o.date_format = Some(DateFormat::Unix),
                Numbers(1, 1, 7.0),
            ),
            (
                "milliseconds as seconds",
                b"a,1672617600000,5\n",
                |o| o.date_format = Some(DateFormat::Unix),
                Refused(&["future", "unix-ms"]),
            ),
            (
                "milliseconds",
                b"a,1672617600000,5\na,1673222400000,7\n",
                |o| o.date_format = Some(DateFormat::UnixMs),
                Numbers(1, 1, 7.0),
            ),
            (
                "spreadsheet days",
                b"a,44928,5\na,44935.75,7\n",
                |o| o.date_format = Some(DateFormat::Excel),
                Numbers(1, 1, 7.0),
            ),
            ("spreadsheet days not said", b"a,44928,5\na,44935,7\n", plain, Refused(&["numbers", "excel"])),
            ("day first", b"a,13/01/2023,5\na,01/02/2023,7\n", plain, Said(1, 1, 7.0, "day/month/year")),
            (
                "month first",
                b"a,1/13/2023 8:26 PM,5\na,1/2/2023 10:00 AM,7\n",
                plain,
                Said(1, 1, 5.0, "month/day/year"),
            ),
            (
                "order open",
                b"a,05/03/2023,5\na,01/02/2023,7\n",
                plain,
                Refused(&["2023-03-05", "2023-05-03", "--date-format '%d/%m/%Y'"]),
            ),
            (
                "order said",
                b"a,05/03/2023,5\na,01/02/2023,7\n",
                |o| o.date_format = format("%d/%m/%Y"),
                Numbers(1, 1, 5.0),
            ),
            (
                "both orders",
                b"a,13/01/2023,5\na,01/13/2023,7\n",
                skip,
                Refused(&["line 3", "line or row 2", "mixes"]),
            ),
            (
                "year of two digits",
                b"a,13.01.23,5\n",
                plain,
                Said(1, 0, 0.0, "day.month.year with a year of two digits"),
            ),
            (
                "year first with slashes",
                b"a,2023/01/02,5\na,2023/01/09,7\n",
                plain,
                Said(1, 1, 7.0, "YYYY/MM/DD"),
            ),
            (
                "mixed formats",
                b"a,2023-01-02,5\na,2023-01-03,5\na,05.03.2023,7\n",
                plain,
                Refused(&["line 4", "05.03.2023", "2023-03-05 (day first) or 2023-05-03 (month first)"]),
            ),
            (
                "words",
                b"a,Jan 6 2023,5\na,Jan 7 2023,7\n",
                plain,
                Said(1, 1, 7.0, "'Jan 6 2023' is 2023-01-06"),
            ),
            (
                "words said",
                b"a,Jan 6 2023,5\na,Jan 17 2023,7\n",
                |o| o.date_format = format("%b %d %Y"),
                Numbers(1, 1, 7.0),
            ),
            (
                "format without a year",
                b"a,01-02,5\n",
                |o| o.date_format = format("%d-%m"),
                Refused(&["--date-format", "%d-%m"]),
            ),
            (
                "format of nonsense",
                b"a,01-02,5\n",
                |o| o.date_format = format("%Q%!"),
                Refused(&["--date-format", "%d/%m/%Y"]),
            ),
            (
                "format that does not fit",
                b"a,2023-01-02,5\n",
                |o| o.date_format = format("%d/%m/%Y"),
                Refused(&["line 2", "%d/%m/%Y"]),
            ),
            (
                "after the end",
                b"a,2023-01-02,5\na,2023-01-09 23:59,7\na,2023-01-10,9\n",
                |o| o.observed_until = Some("2023-01-09".parse().unwrap()),
                Said(1, 1, 7.0, "1 after the end of observation"),
            ),
            (
                "grain week",
                b"a,2023-01-02,5\na,2023-01-08,7\na,2023-01-09,9\n",
                |o| o.grain = Some(Grain::Week),
                Numbers(1, 1, 9.0),
            ),
        ],
        HEAD,
    );
}

#[test]
fn amounts() {
    check(
        &[
            (
                "empty",
                b"a,2023-01-02,\na,2023-01-09,7\n",
                plain,
                Refused(&["line 2", "column \"amount\"", "empty"]),
            ),
            (
                "empty skipped",
                b"a,2023-01-02,\na,2023-01-08,5\na,2023-01-09,7\n",
                skip,
                Said(1, 1, 7.0, "1 without an amount"),
            ),
            ("currency sign", b"a,2023-01-02,$5\na,2023-01-09,$7\n", plain, Said(1, 1, 7.0, "such as '$5'")),
            (
                "thousands",
                b"a,2023-01-02,5\na,2023-01-09,\"1,234.50\"\n",
                plain,
                Said(1, 1, 1234.5, "such as '1,234.50': the point is the decimal sign"),
            ),
            (
                "thousands not quoted",
                b"a,2023-01-02,5\na,2023-01-09,1,234.50\n",
                plain,
                Refused(&["line 3", "4 fields, the header 3"]),
            ),
            (
                "blank thousands",
                b"a,2023-01-02,5\na,2023-01-09,1 234\n",
                plain,
                Said(1, 1, 1234.0, "such as '1 234'"),
            ),
            (
                "decimal comma",
                b"a,2023-01-02,\"5,5\"\na,2023-01-09,\"7,5\"\n",
                plain,
                Said(1, 1, 7.5, "decimal comma: '5,5' allows no other reading"),
            ),
            (
                "decimal comma said",
                b"a,2023-01-02,\"5,5\"\na,2023-01-09,\"7,5\"\n",
                |o| o.decimal_comma = true,
                Numbers(1, 1, 7.5),
            ),
            (
                "point with decimal comma",
                b"a,2023-01-02,\"5,5\"\na,2023-01-09,1.234\n",
                |o| o.decimal_comma = true,
                Numbers(1, 1, 1234.0),
            ),
            (
                "a sign of thousands or decimals",
                b"a,2023-01-02,5\na,2023-01-09,\"1,234\"\n",
                plain,
                Refused(&["line 3", "this is 1234", "or 1.234", "--decimal-point or --decimal-comma"]),
            ),
            (
                "a sign of thousands by an option",
                b"a,2023-01-02,5\na,2023-01-09,\"1,234\"\n",
                |o| o.decimal_point = true,
                Numbers(1, 1, 1234.0),
            ),
            (
                "two currencies by their signs",
                b"a,2023-01-02,$5\na,2023-01-09,7 EUR\n",
                plain,
                Refused(&["'$' here and 'EUR'", "--currency"]),
            ),
            (
                "one of two currencies",
                b"a,2023-01-02,$5\na,2023-01-09,7 EUR\na,2023-01-16,9 \xe2\x82\xac\n",
                |o| o.currency = Some("EUR".into()),
                Said(1, 1, 9.0, "1 in another currency"),
            ),
            (
                "points alone with decimal comma",
                b"a,2023-01-02,29.33\na,2023-01-09,29.73\n",
                |o| o.decimal_comma = true,
                Refused(&["line 2", "leave --decimal-comma out"]),
            ),
            ("percent", b"a,2023-01-02,5\na,2023-01-09,7%\n", plain, Refused(&["line 3", "percentage"])),
            ("parentheses", b"a,2023-01-02,5\na,2023-01-09,(7)\n", plain, Said(1, 0, 0.0, "such as '(7)'")),
            (
                "infinite",
                b"a,2023-01-02,5\na,2023-01-09,inf\n",
                plain,
                Refused(&["line 3", "amount", "not finite"]),
            ),
            (
                "nan",
                b"a,2023-01-02,5\na,2023-01-09,NaN\n",
                plain,
                Refused(&["line 3", "amount", "not finite"]),
            ),
            (
                "1e308",
                b"a,2023-01-02,5\na,2023-01-09,1e308\n",
                plain,
                Refused(&["line 3", "amount", "too large", "1e308"]),
            ),
            ("word", b"a,2023-01-02,5\na,2023-01-09,n/a\n", plain, Refused(&["line 3", "'n/a'", "not 0"])),
            ("exponent and plus", b"a,2023-01-02,5\na,2023-01-09,+7.5e1\n", plain, Numbers(1, 1, 75.0)),
            ("blanks around", b"a,2023-01-02, 5\na, 2023-01-09 , 7 \n", plain, Numbers(1, 1, 7.0)),
            (
                "zero is a purchase",
                b"a,2023-01-02,5\na,2023-01-09,0\n",
                plain,
                Said(1, 1, 0.0, "1 purchases with amount 0"),
            ),
            (
                "returns refused",
                b"a,2023-01-02,5\na,2023-01-09,-7\n",
                |o| o.returns = Returns::Reject,
                Refused(&["line 3", "-7", "--returns"]),
            ),
            (
                "returns dropped",
                b"a,2023-01-02,5\na,2023-01-09,-7\n",
                |o| o.returns = Returns::Drop,
                Said(1, 0, 0.0, "1 returns, dropped"),
            ),
        ],
        HEAD,
    );
}

#[test]
fn ids() {
    check(
        &[
            (
                "empty",
                b",2023-01-02,5\na,2023-01-09,7\n",
                plain,
                Refused(&["line 2", "customer_id", "empty"]),
            ),
            (
                "blank",
                b"a,2023-01-09,7\n  ,2023-01-02,5\n",
                plain,
                Refused(&["line 3", "customer_id", "empty"]),
            ),
            ("leading zeros", b"007,2023-01-02,5\n7,2023-01-09,7\n", plain, Numbers(2, 0, 0.0)),
            ("blanks around", b"a,2023-01-02,5\na ,2023-01-09,7\n", plain, Said(2, 0, 0.0, "blank")),
            ("blanks inside", b"a b,2023-01-02,5\na  b,2023-01-09,7\n", plain, Numbers(2, 0, 0.0)),
            ("case matters", b"A,2023-01-02,5\na,2023-01-09,7\n", plain, Numbers(2, 0, 0.0)),
            (
                "null words",
                b"NA,2023-01-02,5\nnull,2023-01-09,7\nNA,2023-01-03,3\n",
                plain,
                Said(2, 1, 3.0, "3 rows have a customer id that looks like a word for missing"),
            ),
            ("floats", b"17850.0,2023-01-02,5\n17850,2023-01-09,7\n", plain, Said(2, 0, 0.0, "17850.0")),
            (
                "beyond 2^64",
                b"18446744073709551617,2023-01-02,5\n18446744073709551616,2023-01-09,7\n",
                plain,
                Numbers(2, 0, 0.0),
            ),
            (
                "any script",
                "名前,2023-01-02,5\nÜñí,2023-01-09,7\n名前,2023-01-09,7\n".as_bytes(),
                plain,
                Numbers(2, 1, 7.0),
            ),
            (
                "separator and quote inside",
                b"\"a,\"\"b\",2023-01-02,5\n\"a,\"\"b\",2023-01-09,7\n",
                plain,
                Numbers(1, 1, 7.0),
            ),
            (
                "line end inside",
                b"\"a\nb\",2023-01-02,5\n\"a\nb\",2023-01-09,7\nc,2023-01-09,x\n",
                plain,
                Refused(&["line 6", "'x'"]),
            ),
        ],
        HEAD,
    );
}

#[test]
fn files() {
    let long = format!("{HEAD}{}", "x".repeat(17 << 20));
    let gzip = |text: &str| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let rows: String = (0..2000).map(|n| format!("c{n},2023-01-{:02},{n}\n", n % 28 + 1)).collect();
    let whole = gzip(&format!("{HEAD}{rows}"));
    let cut = whole[..whole.len() - 20].to_vec();
    let mut garbled = whole.clone();
    let middle = garbled.len() / 2;
    garbled[middle..middle + 20].fill(0x55);
    let members = [gzip("customer_id,date,amount\na,2023-01-02,5\n"), gzip("a,2023-01-09,7\n")].concat();
    let zstd =
        zstd::encode_all("customer_id,date,amount\na,2023-01-02,5\na,2023-01-09,7\n".as_bytes(), 3).unwrap();
    let utf16: Vec<u8> =
        "\u{feff}customer_id,date\na,2023-01-02\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    check(
        &[
            ("empty", b"", plain, Refused(&["empty"])),
            ("only blank lines", b"\n\n", plain, Refused(&["empty"])),
            ("header only", b"customer_id,date,amount\n", plain, Refused(&["no rows"])),
            ("no header", b"C0088,2023-01-02,14.88\nC0026,2023-01-04,34.27\n", plain, Refused(&["header", "2023-01-02"])),
            ("no id", b"who,date,amount\na,2023-01-02,5\n", plain, Refused(&["customer_id", "--id", "who, date, amount"])),
            ("two ids", b"client_id,user_id,date\na,b,2023-01-02\n", plain, Refused(&["client_id", "user_id", "--id"])),
            ("two dates", b"customer_id,order_date,invoice_date\na,2023-01-02,2023-01-02\n", plain, Refused(&["order_date", "invoice_date", "--date"])),
            ("same name twice", b"customer_id,date,amount,amount\na,2023-01-02,5,6\n", plain, Refused(&["2 columns are called 'amount'", "rename"])),
            ("flag names no column", b"customer_id,date,amount\na,2023-01-02,5\n", |o| o.amount = Some("betrag".into()), Refused(&["betrag", "--amount"])),
            ("semicolon", b"customer_id;date;amount\na;2023-01-02;5\na;2023-01-09;7\n", plain, Numbers(1, 1, 7.0)),
            ("semicolon, decimal comma", b"customer_id;date;amount\na;2023-01-02;5,5\na;2023-01-09;7,5\n", |o| o.decimal_comma = true, Numbers(1, 1, 7.5)),
            ("tab", b"customer_id\tdate\tamount\na\t2023-01-02\t5\na\t2023-01-09\t7\n", plain, Numbers(1, 1, 7.0)),
            ("bar", b"customer_id|date|amount\na|2023-01-02|5\na|2023-01-09|7\n", plain, Numbers(1, 1, 7.0)),
            ("separator said by a spreadsheet", b"sep=;\r\ncustomer_id;date;amount\r\na;2023-01-02;5\r\na;x;7\r\n", plain, Refused(&["line 4"])),
            ("byte order mark", b"\xef\xbb\xbfcustomer_id,date,amount\na,2023-01-02,5\na,2023-01-09,7\n", plain, Numbers(1, 1, 7.0)),
            ("windows line ends", b"customer_id,date,amount\r\na,2023-01-02,5\r\na,2023-01-09,7\r\n", plain, Numbers(1, 1, 7.0)),
            ("old line ends", b"customer_id,date,amount\ra,2023-01-02,5\ra,2023-01-09,7\r", plain, Numbers(1, 1, 7.0)),
            ("no last line end", b"customer_id,date,amount\na,2023-01-02,5\na,2023-01-09,7", plain, Numbers(1, 1, 7.0)),
            ("utf-16", &utf16, plain, Said(1, 0, 0.0, "the text is in UTF-16LE")),
            ("latin-1", b"customer_id,date,amount\na,2023-01-02,5\nM\xfcller,2023-01-09,7\n", plain, Said(2, 0, 0.0, "the text is in windows-1252")),
            ("nul byte", b"customer_id,date,amount\na,2023-01-02,5\na\0,2023-01-09,7\n", plain, Refused(&["line 3", "NUL"])),
            ("open quote", b"customer_id,date,amount\na,2023-01-02,5\n\"a,2023-01-09,7\nb,2023-01-09,7\n", skip, Refused(&["line 3", "quote"])),
            ("text after a quote", b"customer_id,date,amount\na,2023-01-02,5\n\"a\"b,2023-01-09,7\n", plain, Refused(&["line 3", "closing quote"])),
            ("too few fields", b"customer_id,date,amount\na,2023-01-02,5\na,2023-01-09\n", plain, Refused(&["line 3", "2 fields, the header 3"])),
            ("too many fields", b"customer_id,date,amount\na,2023-01-02,5\na,2023-01-09,7,8\n", plain, Refused(&["line 3", "4 fields, the header 3"])),
            ("too few, skipped", b"customer_id,date,amount\na,2023-01-02,5\na,2023-01-09\na,2023-01-19,2\n", skip, Said(1, 1, 2.0, "1 broken lines")),
            ("footer", b"customer_id,date,amount\na,2023-01-02,5\na,2023-01-09,7\nTOTAL,,12\n-- end --\n", plain, Said(1, 1, 7.0, "2 lines of totals")),
            ("line without end", long.as_bytes(), plain, Refused(&["line 2", "16 MB"])),
            ("truncated gzip", &cut, skip, Refused(&["gzip", "truncated"])),
            ("garbled gzip", &garbled, skip, Refused(&["gzip"])),
            ("gzip of two members", &members, plain, Numbers(1, 1, 7.0)),
            ("zstd", &zstd, plain, Numbers(1, 1, 7.0)),
            ("truncated zstd", &zstd[..zstd.len() - 6], skip, Refused(&["zstd", "truncated"])),
            ("workbook", b"PK\x03\x04abc", plain, Refused(&["damaged, or not wholly there"])),
            ("web page", b"<!DOCTYPE html><html></html>", plain, Refused(&["web page"])),
            ("json array", b"[{\"customer_id\":1,\"date\":\"2023-01-02\"}]", plain, Said(1, 0, 0.0, "one JSON array")),
            ("json lines", b"{\"customer_id\":1,\"date\":\"2023-01-02\",\"amount\":5}\n\n{\"amount\":7.5,\"customer_id\":\"1\",\"date\":\"2023-01-09\"}\n", plain, Numbers(1, 1, 7.5)),
            ("json null", b"{\"customer_id\":1,\"date\":\"2023-01-02\",\"amount\":5}\n{\"customer_id\":1,\"date\":null,\"amount\":5}\n", plain, Refused(&["line 2", "date is empty"])),
            ("json cut", b"{\"customer_id\":1,\"date\":\"2023-01-02\"}\n{\"customer_id\":1,\"da", plain, Refused(&["line 2", "JSON"])),
            ("json, two on a line", b"{\"customer_id\":1,\"date\":\"2023-01-02\"}\n{\"customer_id\":1,\"date\":\"2023-01-02\"} {\"customer_id\":2,\"date\":\"2023-01-02\"}\n", plain, Refused(&["line 2", "on one line"])),
            ("json nested", b"{\"customer_id\":1,\"date\":\"2023-01-02\"}\n{\"customer_id\":{\"x\":1},\"date\":\"2023-01-02\"}\n", plain, Refused(&["line 2", "plain values"])),
            ("called frequency", b"customer_id,date,amount,frequency,T\na,2023-01-02,5,9,9\na,2023-01-09,7,9,9\n", plain, Numbers(1, 1, 7.0)),
            ("order lines", b"CustomerID,InvoiceDate,Quantity,UnitPrice\na,2023-01-02,2,5\na,2023-01-09,3,2.5\na,2023-01-09,1,1\n", plain, Said(1, 1, 8.5, "Quantity")),
            ("order lines that come back", b"CustomerID,InvoiceDate,Quantity,UnitPrice\na,2023-01-02,2,5\na,2023-01-09,-3,0\na,2023-01-19,-1,1\n", plain, Said(1, 0, 0.0, "1 returns of amount 0")),
            ("both negative", b"CustomerID,InvoiceDate,Quantity,UnitPrice\na,2023-01-02,2,5\na,2023-01-09,-3,-2\n", plain, Refused(&["line 3", "both are negative"])),
            ("minus zero", b"customer_id,date,amount\na,2023-01-02,5\na,2023-01-09,-0.00\n", plain, Said(1, 1, 0.0, "1 purchases with amount 0")),
            ("order line without price", b"CustomerID,InvoiceDate,Quantity,UnitPrice\na,2023-01-02,2,5\na,2023-01-09,3,\n", plain, Refused(&["line 3", "UnitPrice", "empty"])),
            ("order line without quantity", b"CustomerID,InvoiceDate,Quantity,UnitPrice\na,2023-01-02,2,5\na,2023-01-09,two,3\n", plain, Refused(&["line 3", "Quantity", "'two'"])),
            ("two currencies", b"customer_id,date,amount,currency\na,2023-01-02,5,EUR\na,2023-01-09,7,USD\n", |o| o.currency_column = Some("currency".into()), Refused(&["EUR", "USD", "currency"])),
            ("one currency", b"customer_id,date,amount,currency\na,2023-01-02,5,EUR\na,2023-01-09,7,EUR\n", |o| o.currency_column = Some("currency".into()), Numbers(1, 1, 7.0)),
            ("no currency", b"customer_id,date,amount,currency\na,2023-01-02,5,EUR\na,2023-01-09,7,\n", |o| o.currency_column = Some("currency".into()), Refused(&["line 3", "currency is empty"])),
            ("currency not checked", b"customer_id,date,amount,currency\na,2023-01-02,5,EUR\na,2023-01-09,7,USD\n", plain, Said(1, 1, 7.0, "--currency-column")),
            ("summary without T", b"customer_id,frequency,recency\na,1,2\n", plain, Refused(&["frequency, recency and T", "missing"])),
            ("summary without id", b"frequency,recency,T\n1,2,3\n", plain, Refused(&["customer_id", "--id"])),
            ("summary", b"customer_id,frequency,recency,T,monetary_value\na,2,3,9,5\nb,0,0,9,0\n", plain, Numbers(2, 2, 10.0)),
        ],
        "",
    );
}

#[test]
fn several_files() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| -> PathBuf {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let one = write("a1.csv", "customer_id,date,amount\na,2023-01-02,5\n");
    let two = write("a2.csv", "date;amount;customer_id\n2023-01-09;7;a\n");
    let three = write("b.jsonl", "{\"customer_id\":\"a\",\"date\":\"2023-01-19\",\"amount\":1}\n");
    let options = LogOptions::default();
    let read = |paths: &[PathBuf]| history::open(paths, &options, &());
    for paths in [
        vec![one.clone(), two.clone(), three.clone()],
        vec![folder.path().to_owned()],
        vec![folder.path().join("*")],
    ] {
        assert_eq!(numbers(&read(&paths).unwrap()), (1, 2, 8.0), "{paths:?}");
    }
    let fails = |paths: &[PathBuf], parts: &[&str]| {
        let message = read(paths).map(|_| ()).unwrap_err().to_string();
        assert!(parts.iter().all(|part| message.contains(part)), "{parts:?}: {message}");
    };
    fails(&[one.clone(), one.clone()], &["a1.csv", "twice"]);
    fails(&[folder.path().join("a9.csv")], &["a9.csv", "No such file"]);
    fails(&[folder.path().join("z*")], &["no file matches"]);
    fails(&[one.clone(), write("c.csv", "")], &["c.csv", "empty"]);
    fails(&[one.clone(), write("d.csv", "customer_id,date\na,2023-01-02\n")], &["d.csv", "a1.csv", "roles"]);
    fails(
        &[one.clone(), write("e.csv", "customer_id,date,amount\na,2023-01-02,5\nb,x,5\n")],
        &["e.csv, line 3"],
    );
    let sorted = ["g.csv", "h.csv"].map(|name| {
        let ids = if name == "g.csv" { ["a", "b"] } else { ["b", "c"] };
        write(name, &format!("customer_id,frequency,recency,T\n{},1,2,3\n{},1,2,3\n", ids[0], ids[1]))
    });
    fails(&sorted, &["h.csv, line 2", "'b'", "duplicate", "g.csv, line 3"]);
    fails(&[one, write("f.csv", "customer_id,frequency,recency,T\na,1,2,3\n")], &["f.csv", "roles"]);
}

/// What the library should make of a case of the battery. Fitting is for other tests.
enum Battery {
    /// The case's numbers.
    Right,
    /// Refused with these words; with bad rows skipped the case's numbers, and these words.
    Bad(&'static [&'static str], &'static str),
    /// Refused with these words, whatever is skipped.
    Never(&'static [&'static str]),
    /// Read; the defect concerns the fit.
    Read,
}

const BATTERY: [(&str, Battery); 47] = [
    ("001", Battery::Right),
    ("004", Battery::Read),
    ("006", Battery::Never(&["no rows"])),
    ("009", Battery::Read),
    ("014", Battery::Right),
    ("019", Battery::Right),
    ("023", Battery::Bad(&["amount", "empty", "line"], "40")),
    ("025", Battery::Right),
    ("029", Battery::Right),
    ("030", Battery::Right),
    ("031", Battery::Right),
    ("035", Battery::Right),
    ("037", Battery::Right),
    ("038", Battery::Bad(&["before", "2021"], "8 bad rows")),
    ("040", Battery::Bad(&["2223", "future"], "2223")),
    ("045", Battery::Bad(&["id", "empty", "line"], "24")),
    ("046", Battery::Right),
    ("048", Battery::Right),
    ("049", Battery::Right),
    ("051", Battery::Bad(&["field", "line"], "24")),
    ("052", Battery::Right),
    ("053", Battery::Never(&["gzip", "truncated"])),
    ("057", Battery::Bad(&["amount", "large", "1e308"], "amount")),
    ("059", Battery::Right),
    ("060", Battery::Right),
    ("062", Battery::Right),
    ("065", Battery::Never(&["line", "column"])),
    ("068", Battery::Bad(&["amount", "inf", "line"], "amount")),
    ("069", Battery::Never(&["No such file"])),
    ("073", Battery::Read),
    ("101", Battery::Read),
    ("103", Battery::Never(&["recency", "negativ", "line"])),
    ("105", Battery::Never(&["\"T\"", "negativ", "line"])),
    ("106", Battery::Never(&["frequency", "missing", "line"])),
    ("107", Battery::Never(&["recency", "missing", "line"])),
    ("109", Battery::Never(&["monetary", "missing", "line"])),
    ("110", Battery::Never(&["\"T\"", "finite", "line"])),
    ("114", Battery::Read),
    ("117", Battery::Never(&["monetary", "zero", "line"])),
    ("118", Battery::Never(&["monetary", "negative", "line"])),
    ("119", Battery::Read),
    ("120", Battery::Read),
    ("122", Battery::Read),
    ("125", Battery::Read),
    ("131", Battery::Never(&["customer_id", "duplicate", "line"])),
    ("159", Battery::Never(&["recency", "larger than T", "line"])),
    ("164", Battery::Never(&["monetary", "negative", "line"])),
];

#[test]
fn battery() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/battery");
    let cases: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(folder.join("cases.json")).unwrap()).unwrap();
    let mut failures = Vec::new();
    for (id, expect) in &BATTERY {
        let case = cases["cases"].as_array().unwrap().iter().find(|case| case["id"] == *id).unwrap();
        if let Some(failure) = judge_battery(&folder, case, expect) {
            failures.push(format!("{id}: {failure}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn judge_battery(folder: &std::path::Path, case: &serde_json::Value, expect: &Battery) -> Option<String> {
    let path = folder.join(case["file"].as_str().unwrap());
    let mut options = LogOptions { unit: Some(Unit::Day), ..LogOptions::default() };
    if case["group"] == "log" {
        options.observed_until = case["args"]["obs_end"].as_str().map(|date| date.parse().unwrap());
        options.dates_from = case["args"]["obs_start"].as_str().map(|date| date.parse().unwrap());
    }
    let strict = history::open(std::slice::from_ref(&path), &options, &());
    options.skip_bad_rows = matches!(expect, Battery::Bad(..));
    match (strict, expect) {
        (Ok(summary), Battery::Right) => wrong_numbers(&summary, case),
        (Ok(_), Battery::Read) => None,
        (Ok(_), _) => Some("accepted".into()),
        (Err(error), Battery::Right | Battery::Read) => Some(format!("refused: {error}")),
        (Err(error), Battery::Never(parts) | Battery::Bad(parts, _)) => {
            let message = error.to_string();
            if let Some(part) = parts.iter().find(|part| !message.contains(**part)) {
                return Some(format!("the message lacks '{part}': {message}"));
            }
            let Battery::Bad(_, said) = expect else { return None };
            let summary = history::open(&[path], &options, &()).unwrap();
            match words(&summary).contains(said) {
                true => wrong_numbers(&summary, case),
                false => Some(format!("nobody says '{said}': {}", words(&summary))),
            }
        }
    }
}

fn wrong_numbers(summary: &Summary, case: &serde_json::Value) -> Option<String> {
    let want = &case["numbers"];
    if want.is_null() {
        return None;
    }
    let mut got = [0.0; 5];
    for batch in summary.batches() {
        let batch = batch.unwrap();
        for row in 0..batch.len() {
            let money = batch.monetary_value.as_ref().map_or(0.0, |money| money.value(row));
            let x = f64::from(batch.frequency.value(row));
            for (sum, value) in
                got.iter_mut().zip([1.0, x, batch.recency.value(row), batch.t.value(row), money])
            {
                *sum += value;
            }
        }
    }
    let names = ["customers", "sum_frequency", "sum_recency_days", "sum_T_days", "sum_monetary"];
    let wrong = names.iter().zip(got).find(|(name, got)| {
        let want = want[**name].as_f64().unwrap();
        (got - want).abs() > 1e-6 * want
    });
    wrong.map(|(name, got)| format!("{name} is {got}, not {}", want[*name]))
}
