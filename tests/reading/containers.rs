//! What is no plain table: workbooks, archives, JSON documents, other encodings, titles and totals. The workbooks are those
//! of `fixtures/workbooks`, which `make.py` there writes with other packages' writers beside the same rows as CSV; every other
//! text is the project's own. Version 0.1.0 refused all of these files.

use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};

use clv::history::{self, Fate, LogOptions, Summary};
use clv::output::{Target, write_summary};
use clv::{Result, Warning};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

fn plain() -> LogOptions {
    LogOptions::default()
}

fn open_as(name: &str, bytes: &[u8], options: &LogOptions) -> Result<Summary> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    history::open(&[path], options, &())
}

fn open(bytes: &[u8]) -> Summary {
    open_as("log", bytes, &plain()).unwrap()
}

fn refused(bytes: &[u8], options: &LogOptions) -> String {
    match open_as("log", bytes, options) {
        Ok(_) => panic!("it was read"),
        Err(error) => error.to_string(),
    }
}

fn workbook(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/workbooks").join(name)
}

/// Its customers as text, and what they are worth.
fn rows(summary: &Summary) -> Vec<String> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("summary.csv");
    let target = Target::table(path.to_str().unwrap()).unwrap();
    write_summary(summary, &target, &()).unwrap();
    std::fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect()
}

fn said(summary: &Summary) -> String {
    let warnings = summary.meta.warnings.iter().map(|warning: &Warning| warning.message.clone());
    summary.meta.assumptions.iter().cloned().chain(warnings).collect::<Vec<_>>().join("\n")
}

fn has(text: &str, parts: &[&str]) {
    parts.iter().for_each(|part| assert!(text.contains(part), "'{part}' is not in: {text}"));
}

#[test]
fn workbooks_are_read_as_their_table() {
    let want = history::open(&[workbook("shop.csv")], &plain(), &()).unwrap();
    assert_eq!(want.customers().unwrap(), 12);
    for name in ["shop.xlsx", "shop.xls", "shop.xlsb", "shop.ods"] {
        let got = history::open(&[workbook(name)], &plain(), &()).unwrap();
        // Ids without .0, days as days, results of formulas: the same bytes.
        assert_eq!(rows(&got), rows(&want), "{name}");
    }
    let book = history::open(&[workbook("shop.xlsx")], &plain(), &()).unwrap();
    has(&said(&book), &["sheet 'Orders'", "begins in line 4, below 'Sales of all branches'"]);
    assert_eq!(book.meta.account.rows(Fate::NoRow), 1);
    // Compressed, from standard input or in a directory it is the same.
    let dir = tempfile::tempdir().unwrap();
    std::fs::copy(workbook("shop.xlsb"), dir.path().join("a.XLSB")).unwrap();
    let got = history::open(&[dir.path().to_owned()], &plain(), &()).unwrap();
    assert_eq!(rows(&got), rows(&want));
}

#[test]
fn sheets_are_named() {
    let of = |sheet: &str| LogOptions { sheet: Some(sheet.into()), ..plain() };
    let read = |sheet: &str| history::open(&[workbook("shop.xlsx")], &of(sheet), &());
    assert_eq!(read("orders").unwrap().customers().unwrap(), 12);
    assert_eq!(read("Ord*").unwrap().customers().unwrap(), 12);
    let error = |sheet: &str| read(sheet).map(|_| ()).unwrap_err().to_string();
    has(&error("Sales"), &["--sheet", "no sheet 'Sales'", "'Orders', 'Notes', 'Empty'"]);
    has(&error("Notes"), &["no column customer_id"]);
    // Two sheets of purchases: asked, and read together where a pattern means both.
    let two = changed("shop.xlsx", |name, part| match name {
        "xl/worksheets/sheet2.xml" => part_of("shop.xlsx", "xl/worksheets/sheet1.xml"),
        _ => part,
    });
    has(&refused(&two, &plain()), &["more than one sheet", "'Orders', 'Notes'", "--sheet '*'"]);
    let both = open_as("log", &two, &of("*")).unwrap();
    assert_eq!((both.meta.account.rows(Fate::Purchase), both.customers().unwrap()), (50, 12));
}

/// A sheet of customers beside that of purchases has dates, and no amounts.
#[test]
fn the_sheet_with_amounts_is_meant() {
    let two = changed("shop.xlsx", |name, part| match name {
        "xl/worksheets/sheet2.xml" => {
            let sheet = part_of("shop.xlsx", "xl/worksheets/sheet1.xml");
            // Without the third column.
            let cells: Vec<&str> = sheet.split("<c r=\"C").collect();
            let rest = cells[1..].iter().map(|cell| cell.split_once("</c>").unwrap().1);
            cells[0].to_owned() + &rest.collect::<String>()
        }
        _ => part,
    });
    has(&said(&open(&two)), &["the purchases are in sheet 'Orders'"]);
}

fn part_of(book: &str, part: &str) -> String {
    let mut zip = ZipArchive::new(std::fs::File::open(workbook(book)).unwrap()).unwrap();
    let mut text = String::new();
    zip.by_name(part).unwrap().read_to_string(&mut text).unwrap();
    text
}

/// A workbook with some of its parts written otherwise.
fn changed(book: &str, change: impl Fn(&str, String) -> String) -> Vec<u8> {
    let mut zip = ZipArchive::new(std::fs::File::open(workbook(book)).unwrap()).unwrap();
    let mut parts = Vec::new();
    for at in 0..zip.len() {
        let mut file = zip.by_index(at).unwrap();
        let name = file.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        let bytes =
            String::from_utf8(bytes).map_or_else(|e| e.into_bytes(), |text| change(&name, text).into());
        parts.push((name, bytes));
    }
    packed(&parts)
}

fn packed(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

const TABLE: &str = "customer_id,date,amount\na,2023-01-02,5\nb,2023-01-09,7\n";

#[test]
fn archives_hold_tables() {
    let file = |name: &str, text: &str| (name.to_owned(), text.as_bytes().to_vec());
    let two = packed(&[
        file("readme.md", "# Orders"),
        file("__MACOSX/2022.csv", "x"),
        file("data/2022.csv", TABLE),
        file("data/2023.json", r#"[{"customer_id":"a","date":"2023-02-02","amount":9}]"#),
    ]);
    let summary = open(&two);
    assert_eq!((summary.customers().unwrap(), summary.meta.account.rows_read), (2, 3));
    has(&said(&summary), &["2 other entries of the archive left aside"]);
    // Beside the purchases stand customers, with a date of their own, and words.
    let mixed = packed(&[
        file("customers.csv", "customer_id,created date\na,2020-01-02\nb,2020-01-02\n"),
        file("orders.csv", TABLE),
        file("read me.txt", "The data of\na shop\n"),
    ]);
    assert_eq!(rows(&open(&mixed)), rows(&open(TABLE.as_bytes())));
    has(&said(&open(&mixed)), &["2 tables that are no purchases left aside", "customers.csv"]);
    has(&refused(&packed(&[file("a.pdf", "x")]), &plain()), &["no table in it", "a.pdf"]);
    has(&refused(&two[..two.len() / 2], &plain()), &["damaged, or not wholly there"]);
    let bad = packed(&[file("a.csv", &TABLE.replace("2023-01-09", "soon"))]);
    has(&refused(&bad, &plain()), &["log (a.csv)", "line 3", "'soon'"]);
    // One archive within another, but not without end: a stack ran over.
    let within = |depth: usize| {
        (0..depth).fold(TABLE.as_bytes().to_vec(), |inner, at| {
            packed(&[(if at == 0 { "a.csv".to_owned() } else { format!("{at}.zip") }, inner)])
        })
    };
    assert_eq!(open(&within(3)).customers().unwrap(), 2);
    has(&refused(&within(20), &plain()), &["more than 3 archives within each other"]);
}

#[test]
fn bombs_end_in_words() {
    // Each of the first three took all memory that there was.
    let texts = changed("shop.xlsx", |name, part| match name {
        "xl/sharedStrings.xml" => part.replacen("uniqueCount=\"", "uniqueCount=\"4000000000", 1),
        _ => part,
    });
    has(&refused(&texts, &plain()), &["sharedStrings.xml", "texts, and has not"]);
    let cells = changed("shop.ods", |name, part| match name {
        "content.xml" => {
            part.replacen("<table:table-row>", "<table:table-row table:number-rows-repeated=\"900000\">", 9)
        }
        _ => part,
    });
    has(&refused(&cells, &plain()), &["more than 14,745,600 cells"]);
    let far = changed("shop.xlsx", |name, part| match name {
        "xl/worksheets/sheet1.xml" => part.replace(
            "</sheetData>",
            "<row r=\"4000000000\"><c r=\"A4000000000\"><v>1</v></c></row></sheetData>",
        ),
        _ => part,
    });
    has(&refused(&far, &plain()), &["row 4000000000, where no sheet has one"]);
    let entities = changed("shop.xlsx", |name, part| match name {
        "xl/sharedStrings.xml" => part.replacen("?>", "?><!DOCTYPE a [<!ENTITY b \"c\">]>", 1),
        _ => part,
    });
    has(&refused(&entities, &plain()), &["defines XML entities"]);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let zstd = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Zstd);
    zip.start_file("a.csv", zstd).unwrap();
    let lines = vec![b'\n'; 1 << 20];
    (0..514).for_each(|_| zip.write_all(&lines).unwrap());
    let zip = zip.finish().unwrap().into_inner();
    has(&refused(&zip, &plain()), &["log (a.csv)", "more than 250 times its size"]);
    // Keys within keys cost the square of their depth, and the stack.
    let deep = format!(
        "[{{\"customer_id\":\"a\",\"date\":\"2023-01-02\",\"x\":{}1{}}}]",
        "{\"a\":".repeat(100_000),
        "}".repeat(100_000)
    );
    assert_eq!(open(deep.as_bytes()).customers().unwrap(), 1);
    let long =
        format!("[{{\"customer_id\":\"a\",\"date\":\"2023-01-02\",\"x\":\"{}\"}}]", "a".repeat(34 << 20));
    has(&refused(long.as_bytes(), &plain()), &["a row goes on for more than 32 MB"]);
}

#[test]
fn json_documents_hold_rows() {
    let row = |date: &str| {
        format!("{{\"customer\": {{\"id\": \"a\"}},\n \"date\": \"{date}\", \"total_price\": 5.5}}")
    };
    let all = format!("[{},\n\n{}]", row("2023-01-02"), row("2023-02-02"));
    for text in [
        all.clone(),
        format!("{{\"meta\": {{\"pages\": [1, 2]}}, \"tags\": [{{\"a\": 1}}], \"orders\": {all}}}"),
        format!("\u{feff}{{\"data\": {{\"shop\": {{\"orders\": {all}}}}}}}"),
        all.replace('\n', " "),
    ] {
        let options = LogOptions { id: Some("customer.id".into()), ..plain() };
        let summary = open_as("log", text.as_bytes(), &options).unwrap();
        assert_eq!((summary.customers().unwrap(), summary.meta.account.rows_read), (1, 2), "{text}");
        assert_eq!(rows(&summary)[1].split(',').nth(1), Some("1"));
    }
    // Rows that hold arrays are rows, one line or more, long or short.
    for more in [1, 300_000] {
        let line = |date: &str| {
            let items = "{\"x\": 1},".repeat(more);
            format!(
                "{{\"customer_id\": \"a\", \"date\": \"{date}\", \"items\": [{}]}}\n",
                items.trim_end_matches(',')
            )
        };
        let summary = open((line("2023-01-02") + &line("2023-01-09")).as_bytes());
        assert_eq!(summary.meta.account.rows_read, 2, "{more}");
    }
    has(
        &refused(b"[{\"customer_id\": \"a\", \"date\": \"2023-01-02\"", &plain()),
        &["no JSON document that can be read"],
    );
}

#[test]
fn encodings_are_found() {
    let texts = [
        (
            "Клиент;Дата;Сумма\nИванова;2023-01-02;5\nПетров;2023-01-09;7\n",
            &["windows-1251", "koi8-u", "ibm866"][..],
        ),
        ("顧客番号,購入日,金額\n山田太郎,2023-01-02,5\n鈴木花子,2023-01-09,7\n", &["shift_jis", "euc-jp"]),
        ("客户,日期,金额\n王小明,2023-01-02,5\n李小红,2023-01-09,7\n", &["gbk"]),
        ("客戶,日期,金額\n王小明,2023-01-02,5\n陳美玲,2023-01-09,7\n", &["big5"]),
        ("고객,날짜,금액\n김철수,2023-01-02,5\n이영희,2023-01-09,7\n", &["euc-kr"]),
        ("Kunde;Datum;Betrag\nMüller;2023-01-02;5\nGroß;2023-01-09;7\n", &["windows-1252"]),
        ("Müşteri;Tarih;Tutar\nŞükrü;2023-01-02;5\nIşıl;2023-01-09;7\n", &["windows-1254"]),
    ];
    for (text, names) in texts {
        let want = rows(&open(text.as_bytes()));
        for name in names {
            let encoding = encoding_rs::Encoding::for_label(name.as_bytes()).unwrap();
            let (bytes, ..) = encoding.encode(text);
            let summary = open(&bytes);
            assert_eq!(rows(&summary), want, "{name}");
            has(&said(&summary), &["the text is in", "--encoding names another"]);
        }
        for (mark, big) in [(true, true), (true, false), (false, true), (false, false)] {
            let marked = if mark { format!("\u{feff}{text}") } else { text.to_owned() };
            let pair = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
            let bytes: Vec<u8> = marked.encode_utf16().flat_map(pair).collect();
            // Without its mark UTF-16 is known by the letters of ASCII in it.
            if mark
                || text.is_char_boundary(1)
                    && text.starts_with(char::is_alphabetic)
                    && text.starts_with("Kunde")
            {
                assert_eq!(rows(&open(&bytes)), want, "{text} {mark} {big}");
            }
        }
    }
    let named = |name: &str| LogOptions { encoding: Some(name.into()), ..plain() };
    // An umlaut of old Macs looks like another letter of other encodings: it is named.
    let mac = b"Kunde;Datum;Betrag\nM\x9fller;2023-01-02;5\n";
    has(&rows(&open_as("log", mac, &named("macroman")).unwrap())[1], &["Müller"]);
    has(&refused(mac, &named("klingon")), &["--encoding", "'klingon' is no encoding"]);
    // A letter far down is beyond what is looked at: the error names the option that reads it.
    let late = format!("customer_id,date\n{}", "a,2023-01-02\n".repeat(30_000));
    let late = [late.as_bytes(), b"M\xfcller,2023-01-02\n"].concat();
    has(&refused(&late, &plain()), &["line 30002", "Müller", "--encoding windows-1252"]);
    assert_eq!(open_as("log", &late, &named("windows-1252")).unwrap().customers().unwrap(), 2);
    has(&refused(b"customer_id,date\n\xff\xfe\xfd,2023-01-02\n", &named("utf-8")), &["not UTF-8"]);
}

#[test]
fn tables_begin_below_titles_and_end_above_totals() {
    let log = "Umsatzliste 2023;;;\nFiliale: Mitte;;;\n;;;\nKundennr.;Name;Datum;Betrag\n00037;A;01.03.2022;41\n\
               00020;B;22.03.2022;18\n;;;\nSumme;;;59\nErstellt von der Buchhaltung;;;\n";
    let summary = open(log.as_bytes());
    assert_eq!((summary.meta.account.rows(Fate::Purchase), summary.meta.account.rows(Fate::NoRow)), (2, 2));
    has(&said(&summary), &["begins in line 4, below 'Umsatzliste 2023'"]);
    // A title without separators, before any of them; a rule, a header once more, a footer of another width.
    let log = "Export of 2023-05-01\n\ncustomer,order date,amount\na,2023-01-02,5\n---,---,---\ncustomer,order date,amount\n\
               a,2023-01-09,7\nTOTAL,,12\n-- end --\n";
    let summary = open(log.as_bytes());
    assert_eq!((summary.meta.account.rows(Fate::Purchase), summary.meta.account.rows(Fate::NoRow)), (2, 4));
    // What is missing in a row that is one is a mistake as before.
    for (row, what) in [
        (",2023-01-03,5", "id is empty"),
        ("a,,5", "date is empty"),
        ("a,soon,5", "'soon'"),
        ("a,5", "2 fields"),
    ] {
        has(&refused(format!("{TABLE}{row}\n").as_bytes(), &plain()), &["line 4", what]);
    }
    // A customer of that name who has a date is one.
    let summary = open(format!("{TABLE}Total,2023-01-09,5\n").as_bytes());
    assert_eq!(summary.customers().unwrap(), 3);
}

#[test]
fn columns_have_numbers_where_there_is_no_header() {
    let log = "a;2023-01-02;x;5,5\na;2023-01-09;y;7,5\n";
    has(&refused(log.as_bytes(), &plain()), &["looks like data", "--no-header", "--id 1 --date 2"]);
    let named = |name: &str| Some(name.to_owned());
    let options =
        LogOptions { no_header: true, id: named("1"), date: named("2"), amount: named("4"), ..plain() };
    let summary = open_as("log", log.as_bytes(), &options).unwrap();
    assert_eq!(summary.meta.account.rows(Fate::Purchase), 2);
    assert_eq!(rows(&summary)[1].split(',').nth(4), Some("7.5"));
}

#[test]
fn separators_may_have_several_signs() {
    let want = rows(&open(TABLE.as_bytes()));
    for separator in ["||", "::", ";;", "|+|", "~", "^", "\u{1}"] {
        let text = TABLE.replace(',', separator);
        let summary = open(text.as_bytes());
        assert_eq!(rows(&summary), want, "{separator}");
        has(&said(&summary), &["fields are separated by"]);
    }
    let quoted =
        "customer_id||date||note||amount\n\"a,\"\"b\"\"\"||2023-01-02||x, y||5\nb||2023-01-09||||7\n";
    has(&rows(&open(quoted.as_bytes()))[1], &["\"a,\"\"b\"\"\""]);
    // What is wrong is said by its line.
    has(&refused(quoted.replace("2023-01-09", "soon").as_bytes(), &plain()), &["line 3", "'soon'"]);
}

/// Pages of a report, frames and counts of database clients, a table in Markdown: what is not the table is no row of it.
#[test]
fn tables_of_other_programs_are_read() {
    let body = "a,2023-01-02,5\nb,2023-01-09,7\n";
    let want = rows(&open(TABLE.as_bytes()));
    let bars =
        |text: &str| text.lines().map(|line| format!("|{}|\n", line.replace(',', "|"))).collect::<String>();
    let frame = "+---+------------+---+\n";
    for text in [
        format!("{TABLE}Page 2\ncustomer_id,date,amount\nSubtotal,,12\nPage 3 of 3\n"),
        format!(
            "{frame}{}{frame}{}{frame}2 rows in set (0.00 sec)\n",
            bars("customer_id,date,amount\n"),
            bars(body)
        ),
        format!("{}{}", bars("customer_id,date,amount\n---,---,---\n"), bars(body)),
        format!("{}(2 rows)\n", TABLE.replace(',', "|")),
        format!("Satış raporu\n{TABLE}Genel Toplam,,12\nToplam,,12\n"),
        format!(
            "Отчёт по продажам\n{}Итого\t\t12\n",
            TABLE.replace(',', "\t").replace("-02\t", "-02 10:00:00\t")
        ),
        format!("{TABLE}総計,,12\nCałość razem w tabeli\n"),
    ] {
        assert_eq!(rows(&open(text.as_bytes())), want, "{text}");
    }
    // A yen sign of Shift_JIS is a backslash elsewhere.
    let (yen, ..) =
        encoding_rs::SHIFT_JIS.encode("顧客番号,購入日,金額\na,2023-01-02,\\5\nb,2023-01-09,\\7\n");
    assert_eq!(rows(&open(&yen)), want);
}

/// Each file has its own shape: a column of amounts here, quantity and price there; what is wrong is said by its own names.
#[test]
fn files_of_several_shapes_are_read_together() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let one = write("1.csv", TABLE);
    let two = write("2.csv", "Kunde;Datum;Menge;Einzelpreis\na;31.01.2023;2;1,50\n");
    let summary = history::open(&[one.clone(), two], &plain(), &()).unwrap();
    let purchases = summary.meta.account.entry(Fate::Purchase).unwrap();
    assert_eq!((purchases.rows, purchases.amount, summary.customers().unwrap()), (3, Some(15.0), 2));
    let bad = write("3.csv", "Kunde;Datum;Menge;Einzelpreis\na;31.01.2023;2;x\n");
    let error = history::open(&[one, bad], &plain(), &()).map(|_| ()).unwrap_err().to_string();
    has(&error, &["3.csv, line 2, column \"Einzelpreis\": 'x'"]);
}

/// As mysqldump, pg_dump and SQL Server Management Studio write tables, with others beside them, quotes and casts.
#[test]
fn dumps_of_databases_are_read() {
    let mysql = r#"-- MySQL dump 10.13
DROP TABLE IF EXISTS `customers`;
CREATE TABLE `customers` (
  `id` int NOT NULL,
  `name` varchar(9)
);
INSERT INTO `customers` VALUES (1,'O\'Neil'),(2,'B, "C"');
CREATE TABLE `orders` (
  `id` int NOT NULL AUTO_INCREMENT,
  `customer_id` int,
  `created_at` datetime,
  `total` decimal(10,2),
  `note` text,
  PRIMARY KEY (`id`),
  KEY `k` (`customer_id`,`created_at`)
) ENGINE=InnoDB;
/*!40000 ALTER TABLE `orders` DISABLE KEYS */;
INSERT INTO `orders` VALUES (1,1,'2024-01-03 10:00:00',10.00,'it\'s (1), fine'),(2,2,'2024-02-14 10:00:00',12.00,NULL);
INSERT INTO `orders` VALUES (3,1,'2024-04-25 10:00:00',9.00,'a ''b''; c');
"#;
    let postgres = "SET client_encoding = 'UTF8';\nCREATE TABLE public.orders (\n    id integer,\n    customer_id integer\n);\n\n\
                    COPY public.orders (id, customer_id, created_at, total) FROM stdin;\n1\t1\t2024-01-03\t10.00\n2\t2\t2024-02-14\t12.00\n\
                    3\t1\t2024-04-25\t9.00\n\\.\n\nSELECT 1;\n";
    let row = |n: u32, customer: u32, date: &str, total: &str| {
        format!(
            "INSERT [dbo].[Orders] ([OrderID], [CustomerID], [OrderDate], [Total]) VALUES ({n}, N'{customer}', CAST(N'{date}T00:00:00.000' AS \
             DateTime), CAST({total} AS Decimal(18, 2)))\nGO\n"
        )
    };
    let server = "USE [Shop]\nGO\n".to_owned()
        + &row(1, 1, "2024-01-03", "10.00")
        + &row(2, 2, "2024-02-14", "12.00")
        + &row(3, 1, "2024-04-25", "9.00");
    let want = rows(&open(b"customer_id,date,amount\n1,2024-01-03,10\n2,2024-02-14,12\n1,2024-04-25,9\n"));
    for (text, table) in [(mysql, "orders"), (postgres, "orders"), (&server, "Orders")] {
        let summary = open(text.as_bytes());
        assert_eq!(rows(&summary), want, "{text}\n{}", said(&summary));
        has(&said(&summary), &[&format!("the rows of its table \"{table}\"")]);
    }
    // A quote within a text is two of them, or has a backslash before it where programs write so.
    let names = rows(&open(b"customer,date,amount\nO'Neil,2024-01-03,10\n\"B, \"\"C\"\"\",2024-02-14,12\n"));
    for (table, quote) in [("\"orders\"", "O''Neil"), ("`orders`", "O\\'Neil")] {
        let text = format!(
            "INSERT INTO {table} (customer, date, amount) VALUES ('{quote}','2024-01-03',10),('B, \"C\"','2024-02-14',12);\n"
        );
        assert_eq!(rows(&open(text.as_bytes())), names, "{text}");
    }
    // Which of two is meant, nothing says.
    let two = "INSERT INTO orders (customer_id, order_date, total) VALUES (1, '2024-01-03', 5);\nINSERT INTO invoices (customer_id, \
               invoice_date, total) VALUES (1, '2024-01-04', 5);\n";
    has(
        &refused(two.as_bytes(), &plain()),
        &["orders (1 row), invoices (1 row)", "export the table of purchases alone"],
    );
    // A quote that is never closed ends in words, and not in all of the memory.
    let open =
        format!("INSERT INTO orders (customer_id, order_date, total) VALUES (1, '{}", "x".repeat(17 << 20));
    has(&refused(open.as_bytes(), &plain()), &["a row of the table \"orders\" goes on for more than 16 MB"]);
}
