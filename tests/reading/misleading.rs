//! Data that mislead are said, with what they do in numbers; clean data are not. Every log here is the project's own.
//! Version 0.1.0 had none of the warnings looked for here but those of blanks in ids and of bad rows.

use clv::study;
use std::fmt::Write;

use crate::common::fixture;
use clv::Warning;
use clv::fitted::{ClvModel, FitRequest};
use clv::history::{self, Fate, LogOptions, Returns, StandoutKind, Summary};

fn open_bytes(log: &[u8], options: &LogOptions) -> clv::Result<Summary> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("log.csv");
    std::fs::write(&path, log).unwrap();
    history::open(&[path], options, &())
}

fn open(log: &str, options: &LogOptions) -> Summary {
    open_bytes(log.as_bytes(), options).unwrap()
}

fn refused(log: &[u8], options: &LogOptions) -> String {
    match open_bytes(log, options) {
        Ok(_) => panic!("the log was read"),
        Err(error) => error.to_string(),
    }
}

fn plain() -> LogOptions {
    LogOptions::default()
}

fn codes(warnings: &[Warning]) -> Vec<String> {
    warnings.iter().map(|warning| warning.code.to_string()).collect()
}

/// The message of the warning of this code.
fn said<'w>(warnings: &'w [Warning], code: &str) -> &'w str {
    let found = warnings.iter().find(|warning| warning.code == code);
    &found.unwrap_or_else(|| panic!("no {code} in {:?}", codes(warnings))).message
}

fn has(text: &str, parts: &[&str]) {
    parts.iter().for_each(|part| assert!(text.contains(part), "'{part}' is not in: {text}"));
}

/// The day of a number, in 2023 and after.
fn day(n: u32) -> String {
    let first: jiff::civil::Date = "2023-01-01".parse().unwrap();
    first.checked_add(jiff::Span::new().days(n)).unwrap().to_string()
}

/// `customers` that buy every 20 to 79 days for two years, at about 20.
fn shop(customers: u32) -> String {
    let mut log = String::from("customer_id,date,amount\n");
    for c in 0..customers {
        let mut at = (c * 37) % 200;
        while at < 700 {
            writeln!(log, "k{c:04},{},{}.50", day(at), 10 + (c * 7 + at) % 21).unwrap();
            at += 20 + (c * 13 + at * 7) % 60 + if c % 4 == 0 { 300 } else { 0 };
        }
    }
    log
}

#[test]
fn clean_logs_have_no_new_warning() {
    let old = ["attribute-varies", "exact-duplicates", "unmatched-returns"];
    for (file, id) in [
        ("cdnow_master.csv", None),
        ("cdnow_sample.csv", None),
        ("grocery.csv", None),
        ("apparel_trans.csv", None),
        ("online_retail_with_returns.csv", None),
        ("shop/orders.csv", None),
        ("online_retail_lines.csv.gz", Some("CustomerID")),
    ] {
        let options = LogOptions { id: id.map(str::to_owned), skip_bad_rows: true, ..LogOptions::default() };
        let summary = history::open(&[fixture(file)], &options, &()).unwrap();
        let new = codes(&summary.meta.warnings);
        let known = |code: &String| {
            old.contains(&code.as_str())
                || (id.is_some() && ["bad-rows-skipped", "float-ids"].contains(&code.as_str()))
        };
        assert!(new.iter().all(known), "{file}: {new:?}");
        assert!(summary.meta.standouts.is_empty(), "{file}");
    }
    let summary = open(&shop(60), &plain());
    assert_eq!(codes(&summary.meta.warnings), [""; 0]);
}

#[test]
fn ids_that_differ_in_writing() {
    let log = "customer_no,order_date,total\nbob@example.com,2023-01-05,10\nBob@Example.com,2023-02-05,10\n\
               BOB@EXAMPLE.COM,2023-04-05,10\namy@example.com,2023-01-09,20\namy@example.com ,2023-03-09,20\n";
    let warnings = open(log, &plain()).meta.warnings;
    has(
        said(&warnings, "ids-differ-by-case"),
        &["'bob@example.com'", "3 forms", "2 customers are too many", "2 repeat"],
    );
    has(said(&warnings, "ids-differ-by-blanks"), &["'amy@example.com'", "1 customer is too many"]);
    // Over many partitions, with integers among them, on several threads, and without.
    let mut log = String::from("customer_id,date,amount\n");
    for i in 0..2000 {
        let id = if i % 3 == 0 { format!("User{i}") } else { i.to_string() };
        writeln!(
            log,
            "{id},2023-01-02,5\n{},2023-02-02,5",
            if i % 2 == 0 { id.to_uppercase() } else { id.clone() }
        )
        .unwrap();
    }
    writeln!(log, "1.0,2023-03-02,5\n2.0,2023-03-02,5").unwrap();
    let said_with = |threads| {
        let options = LogOptions { threads: Some(threads), ..plain() };
        let warnings = open(&log, &options).meta.warnings;
        has(
            said(&warnings, "ids-differ-by-case"),
            &["334 customer ids occur", "668 forms", "334 customers are too many"],
        );
        has(said(&warnings, "ids-differ-by-decimals"), &["2 customer ids occur", "'1'"]);
        codes(&warnings)
    };
    assert_eq!(said_with(1), said_with(3));
    // Spilled to disk it is the same.
    let tight = LogOptions { memory_limit: Some(1_000_000), ..plain() };
    assert_eq!(codes(&open(&log, &tight).meta.warnings), said_with(2));
}

/// Guests under one id: every second day, three times as often as all others together per day.
fn with_guests(id: &str) -> String {
    let mut log = shop(60);
    for n in 0..260 {
        writeln!(log, "{id},{},15.00", day(2 + n * 13 / 5)).unwrap();
    }
    log
}

#[test]
fn one_id_that_stands_for_many() {
    for id in ["ZZ000000000000", "k9999", "guest", "0"] {
        let summary = open(&with_guests(id), &plain());
        let [one] = &summary.meta.standouts[..] else { panic!("{:?}", summary.meta.standouts) };
        assert_eq!(
            (one.id.as_str(), one.kind, one.occasions, one.value),
            (id, StandoutKind::Crowd, 260, 3900.0)
        );
        has(said(&summary.meta.warnings, "id-of-many"), &[&format!("'{id}'"), "260 purchases", "3,900.00"]);
    }
    let log = with_guests("guest");
    let (model, _) = study::fit(&open(&log, &plain()), &FitRequest::default(), &()).unwrap();
    let (without, _) =
        study::fit(&open(&shop(60), &until("2024-12-01")), &FitRequest::default(), &()).unwrap();
    let _ = without;
    let report = model.purchase_fit.unwrap();
    let words = said(&report.warnings, "standouts-move-the-fit");
    has(
        words,
        &["customer 'guest'", "without this customer: r ", "purchases of a new customer in 12mo", "worth "],
    );
}

/// What goes round names nobody: the page and the model file say the same without the id.
#[test]
fn pages_and_model_files_name_no_customer() {
    let log = with_guests("guest-of-honour") + "K0001,2024-02-02,5\n";
    let summary = open(&log, &plain());
    let (model, _) = study::fit(&summary, &FitRequest::default(), &()).unwrap();
    let file = clv::fitted::file::to_json(&model);
    assert!(file.contains("standouts-move-the-fit") && file.contains("(not named here)"));
    let scores = clv::forecast::ScoreOptions::default();
    let found = study::Overview::new(&model, summary, &scores, &()).unwrap();
    let page = clv::show::report::html::render(&clv::show::page::build(
        &clv::show::page::PageOptions::default(),
        &model,
        &found,
    ));
    for text in [&file, &page] {
        assert!(!text.contains("guest-of-honour") && !text.contains("k0001"));
    }
    let section =
        page.split("id=\"notes-title\"").nth(1).and_then(|rest| rest.split("</section>").next()).unwrap();
    assert!(
        section.contains("has 260 purchases") && section.contains("differ only by case"),
        "{section:.2000}"
    );
}

fn until(date: &str) -> LogOptions {
    LogOptions { observed_until: Some(date.parse().unwrap()), ..plain() }
}

/// What is said of the fit without a customer is what a log without it gives (own identity, exact to the digits shown).
#[test]
fn the_fit_without_is_that_of_the_log_without() {
    let end = until("2024-12-31");
    let (with, _) = study::fit(&open(&with_guests("guest"), &end), &FitRequest::default(), &()).unwrap();
    let (without, _) = study::fit(&open(&shop(60), &end), &FitRequest::default(), &()).unwrap();
    let warnings = with.purchase_fit.unwrap().warnings;
    let words = said(&warnings, "standouts-move-the-fit");
    let r = clv::base::numbers::significant(without.purchase.params()[0], 4);
    has(words.split("without this customer: ").nth(1).unwrap(), &[&format!("r {r},")]);
    assert!(!codes(&without.purchase_fit.unwrap().warnings).contains(&"standouts-move-the-fit".to_owned()));
}

#[test]
fn one_amount_that_makes_the_total() {
    let log = shop(60) + "k0007,2024-02-02,2500000\n";
    let summary = open(&log, &plain());
    has(
        said(&summary.meta.warnings, "one-customer-makes-the-value"),
        &[
            "'k0007'",
            "% of the amount of all",
            "one purchase of 2,500,000.00",
            "without this customer the total is",
        ],
    );
    assert_eq!(summary.meta.standouts[0].kind, StandoutKind::Dear);
    // Of a summary, too.
    let mut table = String::from("customer_id,frequency,recency,T,monetary_value\n");
    for c in 0..40 {
        writeln!(table, "c{c},{},10,20,{}", 1 + c % 3, if c == 5 { 90_000 } else { 20 + c % 7 }).unwrap();
    }
    let summary = open(&table, &plain());
    has(said(&summary.meta.warnings, "one-customer-makes-the-value"), &["'c5'"]);
}

#[test]
fn order_numbers_taken_for_customers() {
    let mut log = String::from("order_id,customer_id,customer_unique_id,date,amount\n");
    for n in 0..300 {
        writeln!(log, "o{n},h{:05},u{},{},20", n * 7919 % 99991, n * n % 83, day(n)).unwrap();
    }
    assert_eq!(open(&log, &plain()).meta.customers, Some(42));
    let by_order = |id: &str| LogOptions { id: Some(id.into()), ..plain() };
    let summary = open(&log, &by_order("customer_id"));
    let parts = [
        "300 customers by column \"customer_id\" in 300 purchases",
        "\"customer_unique_id\" repeats (42 values",
    ];
    has(said(&summary.meta.warnings, "nearly-all-customers-new"), &parts);
    let error = study::fit(&summary, &FitRequest::default(), &()).err().unwrap().to_string();
    has(
        &error,
        &[
            "no customer made a repeat purchase",
            "column \"customer_id\" (300 in 300",
            "\"customer_unique_id\" repeats",
            "--id",
        ],
    );
    // JSON Lines, and a column that wins by its name over one that has another.
    let mut lines = String::new();
    for n in 0..60 {
        writeln!(
            lines,
            "{{\"Id\": {n}, \"date\": \"{}\", \"amount\": 5, \"Email\": \"e{}@x.org\", \"refunds\": [{{\"x\": 1}}]}}",
            day(n),
            n % 20
        )
        .unwrap();
    }
    assert_eq!(open(&lines, &plain()).meta.customers, Some(20));
    let summary = open(&lines, &by_order("Id"));
    has(
        said(&summary.meta.warnings, "nearly-all-customers-new"),
        &["column \"Id\"", "\"Email\" repeats (20 values in the first 60 rows"],
    );
    // Few come back, but no column says otherwise: nothing to say.
    let mut log = String::from("customer_id,date,amount\n");
    (0..100).for_each(|n| writeln!(log, "c{},{},5", n.min(97), day(n)).unwrap());
    assert_eq!(codes(&open(&log, &plain()).meta.warnings), [""; 0]);
}

#[test]
fn status_and_refunds_are_used_or_said() {
    let mut log = String::from("customer_id,date,amount,Financial Status,Refunded Amount\n");
    for n in 0..90 {
        let status = ["paid", "paid", "refunded", "paid", "voided"][n % 5];
        let refund = if status == "refunded" { "5.00" } else { "0.00" };
        writeln!(log, "c{},{},10,{status},{refund}", n % 30, day(n as u32)).unwrap();
    }
    // Half of each refunded order is left; the voided ones are none: 54 x 10 + 18 x 5.
    let meta = open(&log, &plain()).meta;
    assert_eq!(codes(&meta.warnings), [""; 0]);
    assert_eq!(meta.account.entry(clv::history::Fate::Purchase).map(|entry| entry.rows), Some(72));
    assert_eq!(meta.account.entry(clv::history::Fate::Purchase).and_then(|entry| entry.amount), Some(630.0));
    assert_eq!(meta.account.rows(clv::history::Fate::NoPurchase), 18);
    let assumed = meta.assumptions.join("\n");
    has(
        &assumed,
        &["no purchases and left out: 'voided' (18 rows, 180.00)", "\"Refunded Amount\"", "90.00 in all"],
    );
    // Where no word says that something is a purchase, nothing is left out, and it is said.
    let other = log.replace(",paid,", ",gold,");
    let warnings = open(&other, &plain()).meta.warnings;
    has(
        said(&warnings, "status-not-used"),
        &["\"Financial Status\"", "'gold' in 54 rows (540.00)", "'voided' in 18 rows"],
    );
    // The column is used: then it is not said.
    let options =
        LogOptions { attributes: vec!["Financial Status".into(), "Refunded Amount".into()], ..plain() };
    let codes = codes(&open(&log, &options).meta.warnings);
    assert!(
        !codes.contains(&"status-not-used".to_owned()) && !codes.contains(&"refunds-not-used".to_owned()),
        "{codes:?}"
    );
}

#[test]
fn losses_are_no_returns() {
    let mut log = String::from("customer_id,date,profit\n");
    for n in 0..300u32 {
        writeln!(log, "c{},{},{}", n % 40, day(n * 2), if n % 8 < 3 { -7 } else { 12 }).unwrap();
    }
    let options = LogOptions { amount: Some("profit".into()), ..plain() };
    let warnings = open(&log, &options).meta.warnings;
    has(
        said(&warnings, "too-many-negative-amounts"),
        &["38 % of the rows (114 of 300)", "-798.00", "profit", "--margin"],
    );
    let unmatched = warnings.iter().find(|warning| warning.code == "unmatched-returns");
    assert!(unmatched.is_none_or(|warning| !warning.message.contains("before the log begins")));
    let drop = LogOptions { returns: Returns::Drop, ..options };
    has(said(&open(&log, &drop).meta.warnings, "too-many-negative-amounts"), &["114 of 300"]);
}

/// The likelihood is that of customers who all came back: without the others it cannot be right.
#[test]
fn only_customers_who_came_back() {
    let mut all = String::from("customer_id,frequency,recency,T,unit\n");
    let mut state = 1u64;
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    };
    // Exponential gaps, after each purchase 3 in 10 leave; 52 weeks.
    for c in 0..800 {
        let (rate, mut x, mut last) = (0.04 * -uniform().ln(), 0, 0.0);
        let mut at = 0.0;
        while uniform() > 0.3 {
            at += -uniform().ln() / rate;
            if at > 52.0 {
                break;
            }
            (x, last) = (x + 1, at);
        }
        writeln!(all, "c{c},{x},{last},52,week").unwrap();
    }
    let repeaters: String =
        all.lines().filter(|line| !line.contains(",0,0,")).map(|line| format!("{line}\n")).collect();
    let dir = tempfile::tempdir().unwrap();
    let fit = |table: &str| -> ClvModel {
        let request = FitRequest { model: "mbg-nbd".into(), ..FitRequest::default() };
        let path = dir.path().join("summary.csv");
        std::fs::write(&path, table).unwrap();
        study::fit(&history::open(&[path], &plain(), &()).unwrap(), &request, &()).unwrap().0
    };
    let warnings = |model: ClvModel| model.purchase_fit.unwrap().warnings;
    has(
        said(&warnings(fit(&repeaters)), "no-one-time-buyers"),
        &["bought only once", "the model itself expects"],
    );
    assert!(!codes(&warnings(fit(&all))).contains(&"no-one-time-buyers".to_owned()));
}

#[test]
fn skipping_says_what_is_at_stake() {
    let mut log = String::from("customer_id,date,amount\n");
    (0..97).for_each(|n| writeln!(log, "c{},{},50.00", n % 30, day(n)).unwrap());
    (0..3).for_each(|n| writeln!(log, "c{n},{},\"1.000,50\"", day(100 + n)).unwrap());
    let error = refused(log.as_bytes(), &plain());
    has(
        &error,
        &[
            "Repair the amounts first",
            "3.0 % of the rows",
            "about 38 % of the amount",
            "3,001.50 in all, up to 1,000.50 each",
        ],
    );
    let summary = open(&log, &LogOptions { skip_bad_rows: true, ..plain() });
    assert_eq!(summary.meta.account.unread_amount, Some(3001.5));
    // A refund of that size is no lost revenue.
    let error = refused((log.clone() + "c9,2023-06-01,\"-9.000,00\"\n").as_bytes(), &plain());
    has(
        &error,
        &[
            "about 38 % of the amount",
            "3,001.50 of purchases and -9,000.00 of returns in all, up to 9,000.00",
        ],
    );
    assert_eq!(summary.meta.account.rows(Fate::UnusableAmount), 3);
    has(said(&summary.meta.warnings, "bad-rows-skipped"), &["3.0 % of the rows, about 38 % of the amount"]);
    // A missing amount has no size.
    let error = refused(b"customer_id,date,amount\na,2023-01-02,5\na,2023-01-09,\n", &plain());
    has(&error, &["50 % of the rows; what they amount to is unknown"]);
}

#[test]
fn amounts_are_offered() {
    let options = LogOptions { id: Some("Buyer Email".into()), ..plain() };
    let summary =
        open("Buyer Email,date,list_price,Fee,cost\na,2023-01-02,5,1,4\na,2023-01-09,5,1,4\n", &options);
    assert!(!summary.meta.has_money);
    has(
        said(&summary.meta.warnings, "no-amount-but-money"),
        &["\"list_price\", \"cost\" look like money", "--amount"],
    );
    let summary = open("customer_id,date,grand_total\na,2023-01-02,5\na,2023-01-09,7\n", &plain());
    assert!(
        summary.meta.has_money && summary.meta.assumptions.iter().any(|said| said.contains("grand_total"))
    );
    let summary = open("customer_id,date,channel\na,2023-01-02,x\na,2023-01-09,x\n", &plain());
    assert_eq!(codes(&summary.meta.warnings), [""; 0]);
}

#[test]
fn containers_are_called_by_their_names() {
    for (bytes, parts) in [
        (b"\x80\x05\x95\x00\x00\x00\x00\x00\x00\x00\x00\x8c\x06pandas".to_vec(), &["pickle", "Parquet"][..]),
        (b"SQLite format 3\0\x10\0".to_vec(), &["SQLite"]),
    ] {
        has(&refused(&bytes, &plain()), parts);
    }
    // Rows that hold arrays are rows.
    let lines = "{\"customer_id\": \"a\", \"date\": \"2023-01-02\", \"items\": [{\"x\": 1}]}\n{\"customer_id\": \"a\", \"date\": \"2023-01-09\", \"items\": [{\"x\": 1}]}\n";
    assert_eq!(open(lines, &plain()).customers().unwrap(), 1);
}
