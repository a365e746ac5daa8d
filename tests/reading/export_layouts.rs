//! Exports whose rows do not say all of themselves (headings among rows, dates in three columns, a column a month, cells that
//! mean what stands above them), quotes behind backslashes, years of other eras, days exchanged for months, whole amounts with
//! thousands; and columns that other columns speak against: payouts after fees, ledgers' accounts, addresses of single orders,
//! namesakes. Rows are invented, expected values are by hand.

use std::fmt::Write;

use clv::history::{self, LogOptions};

use super::exported::{day, open, open_files, read, warnings};

fn with(text: &str, options: LogOptions) -> clv::history::Summary {
    open_files(&[("export.csv", text.into())], &options)
}

fn refused(text: &str, options: &LogOptions) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.csv");
    std::fs::write(&path, text).unwrap();
    match history::open(&[path], options, &()) {
        Ok(summary) => panic!("read: {:?}", read(&summary)),
        Err(error) => error.to_string(),
    }
}

fn said(summary: &clv::history::Summary) -> String {
    summary.meta.assumptions.join("\n")
}

/// As QuickBooks lists transactions by customer, with sums and without, with a column for headings and with none; and days as
/// headings.
#[test]
fn headings_above_rows_are_their_customers() {
    let rows = [
        "Date,Type,Num,Amount\nAnna Smith,,,\n01/13/2024,Invoice,1001,10.00\n02/14/2024,Invoice,1004,12.00\n\
         Total for Anna Smith,,,22.00\nBob Jones,,,\n01/19/2024,Invoice,1002,11.00\nTotal for Bob Jones,,,11.00\nTOTAL,,,33.00\n",
        "My Shop,,,\nSales by Customer,,,\n,Date,Num,Amount\nAnna Smith,,,\n,01/13/2024,1001,10.00\n,02/14/2024,1004,12.00\n\
         Bob Jones,,,\n,01/19/2024,1002,11.00\n",
        "Customer,Date,Num,Amount\nAnna Smith,,,\n,01/13/2024,1001,10.00\n,02/14/2024,1004,12.00\nAnna Smith Total,,,22.00\n\
         Bob Jones,,,\n,01/19/2024,1002,11.00\n",
        "Customer,Num,Amount\n13 January 2024,,\nAnna Smith,1001,10.00\n19 January 2024,,\nBob Jones,1002,11.00\n14 February 2024,,\n\
         Anna Smith,1004,12.00\n",
    ];
    for text in rows {
        let summary = open(text);
        assert_eq!(read(&summary), (3, 33.0, 2), "{text}\n{}", said(&summary));
        assert!(said(&summary).contains("lines above groups of rows"), "{}", said(&summary));
        assert_eq!(summary.meta.observed_until.unwrap().to_string(), "2024-02-14");
    }
}

#[test]
fn dates_in_three_columns_are_put_together() {
    for text in [
        "customer_id,year,month,day,amount\n1,2024,1,3,10\n2,2024,2,29,12\n1,2024,4,25,9\n",
        "Kunde;Jahr;Monat;Tag;Betrag\n1;2024;Januar;3;10,00\n2;2024;Februar;29;12,00\n1;2024;April;25;9,00\n",
        "顧客番号,年,月,日,金額\n1,2024,1,3,10\n2,2024,2,29,12\n1,2024,4,25,9\n",
    ] {
        let summary = open(text);
        assert_eq!(read(&summary), (3, 31.0, 2), "{text}");
        assert_eq!(summary.meta.observed_until.unwrap().to_string(), "2024-04-25", "{text}");
    }
    // Where a column has whole dates, the others are what they say.
    let text = "customer_id,date,year,month,day,amount\n1,2024-01-03,1999,1,1,10\n2,2024-02-29,1999,1,1,12\n";
    assert_eq!(open(text).meta.observed_until.unwrap().to_string(), "2024-02-29");
}

#[test]
fn a_column_a_month_is_read_where_months_are_asked_for() {
    let text = "customer,Jan 2024,Feb 2024,Mar 2024,Total\nAnna,10,0,12,22\nBob,5,,,5\nTotal,15,0,12,27\n";
    let asked = refused(text, &LogOptions::default());
    assert!(asked.contains("Jan 2024 to Mar 2024") && asked.contains("--grain month"), "{asked}");
    let options = LogOptions { grain: Some("month".parse().unwrap()), ..LogOptions::default() };
    let summary = with(text, options);
    assert_eq!(read(&summary), (3, 27.0, 2));
    assert_eq!(summary.meta.observed_until.unwrap().to_string(), "2024-03-01");
}

#[test]
fn empty_cells_take_what_stands_above_them_where_that_is_said() {
    let text =
        "Date,Customer,Amount\n2024-01-03,Anna,10\n,Bob,12\n,Cara,8\n2024-01-09,Anna,11\n,Dan,7\nTotal,,48\n";
    let asked = refused(text, &LogOptions::default());
    assert!(asked.contains("--fill-down \"Date\""), "{asked}");
    let fill_down = |names: &[&str]| LogOptions {
        fill_down: names.iter().map(|name| (*name).to_owned()).collect(),
        ..LogOptions::default()
    };
    assert_eq!(read(&with(text, fill_down(&["Date"]))), (5, 48.0, 4));
    assert_eq!(read(&with(text, fill_down(&["Date", "Customer"]))), (5, 48.0, 4));
    assert!(refused(text, &fill_down(&["Datum"])).contains("there is no column 'Datum'"));
}

#[test]
fn quotes_behind_backslashes_are_quotes() {
    let text = "customer,product,date,amount\n1,\"Screen 14\\\" wide\",2024-01-03,10.5\n2,\"Mug\",2024-01-04,4\n\
                2,\"Book \\\"A, B\\\"\",2024-03-05,12\n";
    assert_eq!(read(&open(text)), (3, 26.5, 2));
}

/// A line of a date with a time and a name of two words has as many blanks as its header.
#[test]
fn commas_cut_lines_that_blanks_could_cut() {
    let mut text = String::from("Order Date,Customer Name,Amount\n");
    (0..40).for_each(|n| writeln!(text, "{} 10:15:00,Anna Meyer{},5.00", day(n), n % 8).unwrap());
    assert_eq!(read(&open(&text)).2, 8);
}

#[test]
fn years_of_other_eras_are_common_years() {
    for (text, last) in [
        ("customer,date,amount\n1,2567-01-03,10\n2,2567-02-29,12\n", "2024-02-29"),
        ("customer,date,amount\n1,13/01/2567,10\n2,29/02/2567,12\n", "2024-02-29"),
        ("顧客ID,注文日,金額\n1,令和6年1月3日,10\n2,令和6年2月29日,12\n", "2024-02-29"),
        ("顧客ID,注文日,金額\n1,R6.1.3,10\n2,R6.2.29,12\n", "2024-02-29"),
        ("客戶編號,日期,金額\n1,113/01/03,10\n2,113/02/29,12\n", "2024-02-29"),
        ("customer,date,amount\n1,23.12.31,10\n2,24.02.29,12\n", "2024-02-29"),
        ("客户,日期,金额\n1,2024年2月28日 23时5分,10\n2,2024年2月29日 7时15分,12\n", "2024-02-29"),
    ] {
        let summary = open(text);
        assert_eq!(summary.meta.observed_until.unwrap().to_string(), last, "{text}");
    }
    // One date of the far future is none of another era.
    assert!(
        refused("customer,date,amount\n1,2024-01-03,10\n2,2567-01-03,12\n", &LogOptions::default())
            .contains("future")
    );
}

/// Days up to 12 became months in a spreadsheet; the others stayed text.
#[test]
fn days_that_a_spreadsheet_exchanged_for_months_are_refused() {
    let mut text = String::from("customer,date,amount\n");
    for n in 0..60 {
        let (month, day) = (1 + n % 12, 1 + n * 7 % 28);
        let date =
            if day <= 12 { format!("2023-{day:02}-{month:02}") } else { format!("{day:02}/{month:02}/2023") };
        writeln!(text, "{},{date},5.00", n % 9).unwrap();
    }
    let asked = refused(&text, &LogOptions::default());
    assert!(asked.contains("days for months"), "{asked}");
}

#[test]
fn whole_amounts_with_thousands_decide_themselves() {
    let mut text = String::from("顧客番号,注文日,金額\n");
    for n in 0..40 {
        let amount = if n % 3 == 0 { "980".to_owned() } else { format!("\"{},{:03}\"", 1 + n % 5, n * 10) };
        writeln!(text, "{},{},{amount}", n % 9, day(n)).unwrap();
    }
    let summary = open(&text);
    let total: f64 =
        (0..40).map(|n| if n % 3 == 0 { 980.0 } else { f64::from((1 + n % 5) * 1000 + n * 10) }).sum();
    assert_eq!(read(&summary).1, total);
    assert!(said(&summary).contains("a sign between thousands"), "{}", said(&summary));
    // Prices of three decimals have them all: nothing decides.
    let text =
        "customer,date,amount\n1,2024-01-03,\"1,789\"\n2,2024-01-04,\"1,659\"\n1,2024-02-05,\"1,799\"\n";
    assert!(refused(text, &LogOptions::default()).contains("--decimal-comma"));
}

/// What a market place pays out is not what customers paid.
#[test]
fn amounts_after_fees_give_way_to_those_before() {
    for (sale, fee, left) in [
        ("product sales", "selling fees", "total"),
        ("Receita por produtos (BRL)", "Tarifa de venda", "Total (BRL)"),
        ("Item Price ($)", "Fees ($)", "Net Total ($)"),
        ("Verkaufserlös", "Verkaufsgebühren", "Gesamt"),
    ] {
        let mut text = format!("customer id,date,{sale},{fee},{left}\n");
        for n in 0..40 {
            let (paid, taken) = (f64::from(10 + n as u32), -1.5);
            writeln!(text, "{},{},{paid:.2},{taken:.2},{:.2}", n % 9, day(n), paid + taken).unwrap();
        }
        let summary = open(&text);
        assert_eq!(read(&summary).1, (0..40).map(|n| f64::from(10 + n)).sum::<f64>(), "{text}");
        assert!(said(&summary).contains("after fees"), "{}", said(&summary));
    }
    // A fee for delivery that customers pay leaves the total as it is.
    let mut text = String::from("customer id,date,subtotal,shipping fee,total\n");
    (0..40).for_each(|n| writeln!(text, "{},{},{n}.00,5.00,{}.00", n % 9, day(n), n + 5).unwrap());
    assert_eq!(read(&open(&text)).1, (0..40).map(|n| f64::from(n + 5)).sum::<f64>());
}

/// Shopify's reports of sales have returns in net and total sales already.
#[test]
fn returns_that_an_amount_is_free_of_are_not_taken_off_again() {
    let mut text = String::from("day,customer_email,gross_sales,discounts,returns,net_sales,total_sales\n");
    let mut total = 0.0;
    for n in 0..60 {
        let (gross, back) = (20.0 + f64::from(n as u32), if n % 7 == 6 { -15.0 } else { 0.0 });
        total += gross - 1.0 + back + 4.0;
        let net = gross - 1.0 + back;
        writeln!(text, "{},u{}@x.com,{gross},-1.00,{back},{net},{}", day(n), n % 9, net + 4.0).unwrap();
    }
    assert_eq!(read(&open(&text)).1, total);
}

#[test]
fn prices_beside_quantities_are_not_taken_alone() {
    for price in ["Bruttopreis", "Net price", "Wholesale Price", "Price per kg"] {
        let mut text = format!("customer id,date,quantity,{price}\n");
        (0..40).for_each(|n| writeln!(text, "{},{},{},10.00", n % 9, day(n), 1 + n % 3).unwrap());
        let asked = refused(&text, &LogOptions::default());
        assert!(asked.contains("--price"), "{price}: {asked}");
    }
}

#[test]
fn accounts_of_a_ledger_are_not_taken_for_customers_unasked() {
    let mut text = String::from("Date,Name,Account,Amount\n");
    for n in 0..120 {
        let account = ["1100 Receivable", "1000 Bank"][n % 2];
        writeln!(text, "{},Customer {},{account},10.00", day(n), n % 24).unwrap();
    }
    let asked = refused(&text, &LogOptions::default());
    assert!(asked.contains("'Account' (2 customers") && asked.contains("'Name' (24 customers"), "{asked}");
    // With nothing beside it, that it is a handful is said.
    let mut text = String::from("date,user,amount\n");
    (0..300).for_each(|n| writeln!(text, "{},{},10.00", day(n), ["Sam", "Eva", "Joe"][n % 3]).unwrap());
    assert!(warnings(&open(&text)).contains("hardly-any-customers"));
}

/// Allegro and Amazon give buyers another address in each order.
#[test]
fn addresses_of_single_orders_are_no_customers() {
    let mut text = String::from("orderId,orderDate,buyerLogin,buyerEmail,price\n");
    for n in 0..90 {
        let (order, buyer) = (n / 2, n / 2 % 9);
        writeln!(text, "{order},{},buyer{buyer},buyer{buyer}+{order}@market.example,5.00", day(order))
            .unwrap();
    }
    assert_eq!(read(&open(&text)).2, 9);
}

#[test]
fn namesakes_are_told_apart_by_numbers_and_telephones() {
    for (name, number) in
        [("Customer", "Phone"), ("Kontrahent", "NIP"), ("Cliente", "NIF"), ("Account Name", "Account Number")]
    {
        let mut text = format!("date,{name},{number},amount\n");
        for n in 0..120_usize {
            // Twenty names, and 24 numbers: four names are of two.
            let (person, number) = (n % 24 % 20, 5_550_000 + n % 24);
            let surname = ["Okafor", "Silva", "Ross", "Meyer"][person % 4];
            let first = ["Anna", "Ben", "Cara", "Dan", "Eva"][person / 4];
            writeln!(text, "{},{first} {surname},{number},10.00", day(n)).unwrap();
        }
        assert_eq!(read(&open(&text)).2, 24, "{name}, {number}");
    }
}

/// é as one sign, and as a letter and its accent; a blank that does not break lines.
#[test]
fn ids_that_are_spelt_alike_are_said_and_can_be_one() {
    let text = "customer,date,amount\nZo\u{e9} B,2024-01-03,10\nZoe\u{301} B,2024-02-03,12\nZo\u{e9}\u{a0}B,2024-03-03,5\n";
    let summary = open(text);
    assert_eq!(read(&summary).2, 3);
    assert!(warnings(&summary).contains("ids-differ-by-spelling"), "{}", warnings(&summary));
    assert_eq!(read(&with(text, LogOptions { trim: true, ..LogOptions::default() })).2, 1);
}

#[test]
fn averages_and_counts_below_a_table_are_no_rows() {
    let text = "customer,date,amount\n1,2024-01-03,10.5\n2,2024-01-04,4\n1,2024-02-05,6\nTotal,,20.5\nAverage,,6.83\nCount,,3\n";
    assert_eq!(read(&open(text)), (3, 20.5, 2));
}

/// Customers whose cell goes over the rows of their purchases.
#[test]
fn merged_cells_count_for_each_of_their_rows() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("merged.xlsx");
    let (mut book, plain) = (rust_xlsxwriter::Workbook::new(), rust_xlsxwriter::Format::new());
    let sheet = book.add_worksheet();
    for (column, name) in ["Customer", "Date", "Amount"].iter().enumerate() {
        sheet.write_string(0, column as u16, *name).unwrap();
    }
    for (row, date, amount) in
        [(1, "2024-01-03", 10.0), (2, "2024-02-14", 12.5), (3, "2024-03-01", 4.0), (4, "2024-03-02", 5.0)]
    {
        sheet.write_string(row, 1, date).unwrap();
        sheet.write_number(row, 2, amount).unwrap();
    }
    sheet.merge_range(1, 0, 3, 0, "Anna Smith", &plain).unwrap();
    sheet.write_string(4, 0, "Bob Jones").unwrap();
    book.save(&path).unwrap();
    let (inputs, kept) = history::keep(&[history::Input::Path(path)], &LogOptions::default(), &()).unwrap();
    let summary = history::open_inputs(&inputs, &kept, &()).unwrap();
    assert_eq!(read(&summary), (4, 31.5, 2));
    assert!(said(&summary).contains("merged cells"), "{}", said(&summary));
}
