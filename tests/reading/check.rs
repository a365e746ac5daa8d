//! `clv check`, and files of options: what it finds is what is read, and what is written down reads the same. Every log here
//! is the project's own.

use std::fs;
use std::path::Path;

use assert_cmd::Command;

/// Exit code, standard output and standard error of the program in a directory.
fn clv(dir: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::cargo_bin("clv").unwrap().current_dir(dir).args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn done(dir: &Path, arguments: &[&str]) -> (String, String) {
    let (code, stdout, stderr) = clv(dir, arguments);
    assert_eq!(code, 0, "{arguments:?}: {stderr}");
    (stdout, stderr)
}

fn refused(dir: &Path, arguments: &[&str]) -> String {
    let (code, _, stderr) = clv(dir, arguments);
    assert_eq!(code, 2, "{arguments:?} was done");
    stderr
}

fn has(text: &str, parts: &[&str]) {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    parts.iter().for_each(|part| assert!(text.contains(part), "'{part}' is not in: {text}"));
}

fn with(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    files.iter().for_each(|(name, text)| fs::write(dir.path().join(name), text).unwrap());
    dir
}

const GERMAN: &str = "Umsatzliste 2023;;;\n;;;\nKundennr.;Bestelldatum;Betrag;Status\n00037;22.03.2022;1.041,50;bezahlt\n\
                      00020;22.04.2022;18,00;storniert\n00037;01.05.2022;7,25;bezahlt\nSumme;;1.066,75;\n";
const SHOP: &str = "Name,Email,Financial Status,Paid at,Total,Created at,Lineitem quantity,Lineitem price\n\
                    #1,a@example.com,paid,2023-01-02,30.00,2023-01-02 10:00:00 +0100,1,10.00\n\
                    #1,a@example.com,,,,2023-01-02 10:00:00 +0100,2,10.00\n\
                    #2,A@example.com,paid,2023-02-02,12.50,2023-02-02 10:00:00 +0100,1,12.50\n\
                    #3,b@example.com,voided,2023-02-03,9.00,2023-02-03 10:00:00 +0100,1,9.00\n";
const LINES: &str =
    "CustomerID,InvoiceDate,Quantity,UnitPrice\na,2023-01-02,2,5\na,2023-02-09,3,2.5\nb,2023-01-09,1,1\n";
const ODD: &str = "a||2023-01-02||5\nb||2023-01-09||7\na||2023-02-09||7\n";

/// A file of options that left out a decision, or put it otherwise, would give other bytes.
#[test]
fn what_is_written_down_reads_the_same() {
    for (log, extra) in [
        (GERMAN, &[][..]),
        (SHOP, &[]),
        (LINES, &["--unit", "day", "--since", "2023-01-01"]),
        (ODD, &["--no-header", "--id", "1", "--date", "2", "--amount", "3"]),
        (LINES, &["--except", "CustomerID=b", "--quantity", "Quantity", "--price", "UnitPrice"]),
    ] {
        let dir = with(&[("log.txt", log)]);
        let dir = dir.path();
        let with = |more: &[&'static str]| [&["log.txt"], extra, more].concat();
        done(dir, &[&["check"], &with(&["-o", "out.toml"])[..]].concat());
        let typed = done(dir, &[&["summarize"], &with(&["-o", "-"])[..]].concat()).0;
        let written = done(dir, &["summarize", "log.txt", "--config", "out.toml", "-o", "-"]);
        assert_eq!(typed, written.0, "{log}");
        has(&written.1, &["options that were not typed are those of out.toml"]);
    }
}

#[test]
fn check_says_what_an_export_holds() {
    let dir = with(&[("log.csv", GERMAN)]);
    let (said, remarks) = done(dir.path(), &["check", "log.csv", "-o", "clv.toml"]);
    has(
        &said,
        &[
            "text separated by ';', header below titles",
            "--id Kundennr.",
            "--decimal-comma yes",
            "1 customers",
            "2 purchases",
            "1,048.75 revenue",
            "from 2022-03-22 to 2022-05-01",
        ],
    );
    has(&remarks, &["4 rows read", "1 lines of totals", "Status"]);
    let toml = fs::read_to_string(dir.path().join("clv.toml")).unwrap();
    has(&toml, &["[columns]", "id = \"Kundennr.\"", "decimal-comma = true"]);
    let json: serde_json::Value =
        serde_json::from_str(&done(dir.path(), &["check", "log.csv", "--json"]).0).unwrap();
    assert_eq!(json["comes_to"]["revenue"], 1048.75);
    assert_eq!(json["reading"]["decisions"][0]["option"], "id");
    // Rows at which other verbs stop are counted, and what they cost is said.
    let dir = with(&[("log.csv", "customer_id,date,amount\na,2023-01-02,5\na,soon,7\nb,2023-01-03,2\n")]);
    let (said, remarks) = done(dir.path(), &["check", "log.csv"]);
    has(&said, &["2 customers", "2 purchases"]);
    has(&remarks, &["other verbs stop at the rows", "--skip-bad-rows", "line 3"]);
    // What is open is asked as by other verbs.
    let dir = with(&[("log.csv", "customer_id,date\na,01/02/2023\nb,03/04/2023\n")]);
    has(&refused(dir.path(), &["check", "log.csv"]), &["day first", "month first", "--date-format"]);
    let dir = with(&[("s.csv", "customer_id,frequency,recency,T\na,1,2,3\n")]);
    has(&done(dir.path(), &["check", "s.csv"]).0, &["this is a summary", "1 customers", "2 purchases"]);
}

#[test]
fn what_is_typed_wins_over_files_of_options() {
    let log = "who,day,net,gross\na,2023-01-02,5,6\na,2023-02-02,7,8\n";
    let toml = "amount = \"gross\"\n[columns]\nid = \"who\"\ndate = \"day\"\n[score]\nhorizon = \"3mo\"\n[fit]\nspend = \"none\"\n";
    let dir = with(&[("log.csv", log), ("clv.toml", toml)]);
    let dir = dir.path();
    let worth = |arguments: &[&str]| {
        let (table, said) = done(dir, &[&["summarize", "log.csv"], arguments].concat());
        (table.lines().nth(1).unwrap().split(',').nth(4).unwrap().to_owned(), said)
    };
    let (gross, said) = worth(&[]);
    assert_eq!(gross, "8.0");
    has(&said, &["options that were not typed are those of clv.toml (--config none leaves them)"]);
    assert_eq!(worth(&["--amount", "net"]).0, "7.0");
    assert_eq!(worth(&["--amount=net"]).0, "7.0");
    has(&refused(dir, &["summarize", "log.csv", "--config", "none"]), &["no column customer_id"]);
    // Contradictions of what was typed are left, too.
    let dir = with(&[
        ("log.csv", "customer_id,date,amount\na,2023-01-02,\"1,500\"\n"),
        ("clv.toml", "decimal-comma = true\n"),
    ]);
    has(&done(dir.path(), &["summarize", "log.csv", "--decimal-point"]).1, &["amount 1,500.00"]);
    has(&done(dir.path(), &["summarize", "log.csv"]).1, &["amount 1.50"]);
}

#[test]
fn files_of_options_are_read_strictly() {
    let log = "customer_id,date,amount\na,2023-01-02,5\n";
    for (toml, parts) in [
        ("amout = \"x\"\n", &["mine.toml", "'amout' is no option"][..]),
        ("output = \"x.csv\"\n", &["'output' is no option that a file can give"]),
        ("amount = \n", &["mine.toml", "this is no TOML"]),
        ("skip-bad-rows = \"yes\"\n", &["'skip-bad-rows' is true or false"]),
        ("unit = true\n", &["'unit' takes a text, a number, or a list"]),
        ("unit = \"fortnight\"\n", &["fortnight"]),
    ] {
        let dir = with(&[("log.csv", log), ("mine.toml", toml)]);
        has(&refused(dir.path(), &["summarize", "log.csv", "--config", "mine.toml"]), parts);
    }
    let dir = with(&[("log.csv", log)]);
    has(&refused(dir.path(), &["summarize", "log.csv", "--config", "no.toml"]), &["no.toml"]);
    let dates = "observed-until = 2023-06-30\nguests = [\"0\", \"x\"]\nonly = [\"amount=5\"]\n";
    let dir = with(&[("log.csv", log), ("clv.toml", dates)]);
    has(&done(dir.path(), &["summarize", "log.csv"]).1, &["observed 2023-01-02 to 2023-06-30"]);
}

/// Returns are taken off as far as purchases cover them, sums that say of what are no rows, and what --except
/// leaves out goes beside what a status says. By hand. Each was seen to be otherwise on the program before: 210.00, a refusal
/// of the sums, and refunded orders back among the purchases.
#[test]
fn sums_returns_and_exceptions() {
    let returns = "customer_id,date,amount\nA,2024-01-01,100\nA,2024-02-01,50\nA,2024-03-01,-200\nB,2024-01-05,30\n\
                   B,2024-04-05,30\n";
    let sums = "Order No,Customer ID,Order Date,Total\n5000,0005,2024-01-03,20.5\n5001,0007,2024-02-03,30\n,Total (2 orders),,50.5\n\
                ,Subtotal January,,20.5\n";
    let statuses = "customer,date,amount,status\na,2024-01-03,10,paid\na,2024-02-03,20,refunded\nb,2024-02-04,30,cancelled\n\
                    b,2024-02-05,40,paid\nb,2024-02-06,50,test\n";
    let dir = with(&[("returns.csv", returns), ("sums.csv", sums), ("statuses.csv", statuses)]);
    has(&done(dir.path(), &["check", "returns.csv"]).0, &["60.00 revenue, after returns"]);
    let (_, stderr) = done(dir.path(), &["summarize", "sums.csv", "-o", "s.csv"]);
    has(&stderr, &["2 used as purchases", "2 lines of totals"]);
    let (_, stderr) =
        done(dir.path(), &["summarize", "statuses.csv", "--except", "status=test", "-o", "s.csv"]);
    has(&stderr, &["2 used as purchases"]);
    let (_, stderr) = done(dir.path(), &["summarize", "statuses.csv", "--only", "status=*", "-o", "s.csv"]);
    has(&stderr, &["5 used as purchases"]);
}

/// A month's dates may not show what those of the month before did: the file holds it. Every verb of a log reads so.
#[test]
fn the_order_of_day_and_month_is_written_down() {
    let january = "Kunde;Datum;Betrag\na;02.01.2023;20,00\nb;29.01.2023;30,25\na;09.02.2023;10,25\n";
    let march = "Kunde;Datum;Betrag\na;02.03.2023;20,00\nb;09.03.2023;30,25\na;10.03.2023;10,25\n";
    let dir = with(&[("january.csv", january), ("march.csv", march)]);
    let dir = dir.path();
    has(
        &refused(dir, &["summarize", "march.csv", "-o", "-"]),
        &["2023-03-02 (day first) or 2023-02-03 (month first)"],
    );
    has(&done(dir, &["check", "january.csv", "-o", "clv.toml"]).0, &["--date-format day-first"]);
    let (out, said) = done(dir, &["summarize", "march.csv", "-o", "-"]);
    // a bought on 2 and 10 March, eight days apart.
    has(&out, &["a,1,1.1428571428571428,1.1428571428571428,10.25"]);
    has(&said, &["observed 2023-03-02 to 2023-03-10"]);
    // A date that the order does not allow is a bad row, not one read otherwise.
    fs::write(dir.join("mixed.csv"), format!("{march}a;03.31.2023;5,00\n")).unwrap();
    has(&refused(dir, &["summarize", "mixed.csv", "-o", "-"]), &["line 5", "'03.31.2023'", "day.month.year"]);
    for (format, until) in [("month-first", "2023-10-03"), ("day-first", "2023-03-10")] {
        let said = done(dir, &["summarize", "march.csv", "--date-format", format, "-o", "-"]).1;
        has(&said, &[&format!("to {until}")]);
    }
    let short = with(&[("log.csv", "customer_id,date,amount\na,22/01/03,5\nb,22/02/04,6\n")]);
    for (format, dates) in
        [("year-first", "2022-01-03 to 2022-02-04"), ("day-first", "2003-01-22 to 2004-02-22")]
    {
        has(&done(short.path(), &["summarize", "log.csv", "--date-format", format, "-o", "-"]).1, &[dates]);
    }
}

#[test]
fn verbs_that_read_no_log_take_the_file_too() {
    let dir = with(&[(
        "clv.toml",
        "[columns]\nid = \"who\"\n[time]\ngrain = \"week\"\n[rows]\nonly = [\"kind=a\"]\n[simulate]\ncustomers = 7\n",
    )]);
    let dir = dir.path();
    let (sql, said) = done(dir, &["sql", "--dialect", "duckdb"]);
    has(&sql, &["\"who\"", "customer and week"]);
    has(&said, &["options that were not typed are those of clv.toml", "the statement does not do only"]);
    // A model that is typed in and a log that is drawn take it where it is named.
    let typed = ["model", "bg-nbd", "r=.2", "alpha=4", "a=.8", "b=2.4"];
    let grain = |arguments: &[&str]| {
        done(dir, &[&typed[..], arguments, &["-o", "-"]].concat()).0.contains("\"week\"")
    };
    let week = grain(&["--config", "clv.toml", "--unit", "day"]);
    assert!(week && !grain(&["--unit", "day"]));
    done(dir, &[&typed[..], &["-o", "m.json"]].concat());
    let drawn = done(dir, &["simulate", "m.json", "--config", "clv.toml", "-o", "log.csv"]);
    has(&(drawn.0 + &drawn.1), &["of 7 customers", "those of clv.toml"]);
}

/// What a file of options gets wrong is shown where it stands.
#[test]
fn errors_of_a_file_name_its_line() {
    let dir = with(&[("log.csv", LINES)]);
    let dir = dir.path();
    for (file, parts) in [
        (
            "# what it is\n[columns]\nid = \"client\"\n",
            &["id in clv.toml, line 3, names a column 'client' that is not there"][..],
        ),
        (
            "[columns]\nattributes = [\"channel\"]\n",
            &["attributes in clv.toml, line 2, names a column 'channel'"],
        ),
        (
            "[columns]\nid = CustomerID\n",
            &["clv.toml, line 2: this is no TOML", "the line is: id = CustomerID"],
        ),
        ("[time]\n\ngrain = \"dayy\"\n", &["clv.toml, line 3: grain: 'dayy' is not one of hour, day, week"]),
        ("[time]\nobserved-until = \"soon\"\n", &["clv.toml, line 2: observed-until: "]),
    ] {
        fs::write(dir.join("clv.toml"), file).unwrap();
        let error = refused(dir, &["summarize", "log.csv", "-o", "-"]);
        has(&error, parts);
        assert!(!error.contains("\\n") && !error.contains("--id names"), "{error}");
    }
    // What is typed is called as it is typed.
    has(
        &refused(dir, &["summarize", "log.csv", "--config", "none", "--id", "client", "-o", "-"]),
        &["--id names a column 'client'"],
    );
}

/// Files are called what they are, and one line is enough for many dates.
#[test]
fn small_words() {
    let rows: String = (0..30)
        .map(|n| {
            let cancelled = if n % 5 == 0 { format!("2023-06-{:02}", n + 1) } else { String::new() };
            format!("k{},2023-{:02}-05,10,{cancelled}\n", n % 7, 1 + n % 12)
        })
        .collect();
    let dir = with(&[
        ("log.csv", &format!("customer_id,date,amount,Cancelled at\n{rows}")),
        ("odd.txt", "id|+|date|+|amount\na|+|2023-01-02|+|5\nb|+|2023-01-09|+|7\n"),
        ("one.csv", "customer_id,date,amount\na,2023-01-02,5\n"),
    ]);
    let said = done(dir.path(), &["summarize", "log.csv", "-o", "-"]).1;
    has(&said, &["of which 6 left out by column \"Cancelled at\": an entry ('2023-06-01' to '2023-06-26')"]);
    assert_eq!(said.matches("of which").count(), 1, "{said}");
    has(&done(dir.path(), &["check", "odd.txt"]).0, &["odd.txt: text separated by '|+|', 3 columns"]);
    let said = done(dir.path(), &["summarize", "one.csv", "-o", "-"]).1;
    has(&said, &["1 row read", "1 customer; recency"]);
    let book = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/workbooks/shop.xlsx");
    let said = done(dir.path(), &["check", book.to_str().unwrap()]).0;
    has(&said, &["shop.xlsx: a sheet of a workbook, "]);
    assert!(!said.contains("separated by"), "{said}");
}

/// What spreadsheets of many countries open: decimal commas, semicolons between fields. It reads back as the same.
#[test]
fn csv_in_the_style_of_other_countries() {
    let dir = with(&[("log.csv", LINES)]);
    let dir = dir.path();
    let plain = done(dir, &["summarize", "log.csv", "-o", "-"]).0;
    assert!(plain.contains("a,1,5.428571428571429,5.428571428571429,7.5,week"), "{plain}");
    let comma = done(dir, &["summarize", "log.csv", "--csv-decimal-comma", "-o", "-"]).0;
    assert!(comma.contains("a;1;5,428571428571429;5,428571428571429;7,5;week"), "{comma}");
    let tabs = done(dir, &["--csv-separator", "tab", "summarize", "log.csv", "-o", "-"]).0;
    assert_eq!(tabs, plain.replace(',', "\t"));
    has(
        &refused(dir, &["summarize", "log.csv", "--csv-separator", ",", "--csv-decimal-comma", "-o", "-"]),
        &["--csv-separator: the comma is in numbers"],
    );
    done(
        dir,
        &["fit", "log.csv", "-o", "m.json", "--spend", "none", "--accept-unconverged", "--prior", "weak"],
    );
    fs::write(dir.join("comma.csv"), comma).unwrap();
    done(dir, &["summarize", "log.csv", "-o", "plain.csv"]);
    let score = |more: &[&str]| done(dir, &[&["score", "m.json"], more, &["-o", "-"]].concat()).0;
    assert_eq!(score(&["comma.csv", "--decimal-comma"]), score(&["plain.csv"]));
}
