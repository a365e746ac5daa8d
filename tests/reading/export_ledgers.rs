//! Exports in which rows say by a flag, a sign, a side of an account or a code what they are: returns, payments of bills, sums.
//! And amounts in cents, people of one name, order numbers that start anew, an encoding that is named. Headings are those of the
//! programs (Sage, SAP, Adyen, Raiser's Edge, Mercado Libre, Eventbrite), rows are invented, expected values are by hand.

use std::fmt::Write;

use clv::history::{self, Input, LogOptions};

use super::exported::{day, open, open_files, read, warnings};

/// Sixty rows of ten customers worth 10 each, of which every tenth, from the tenth on, is marked: `row(n, marked)`.
fn sixty(header: &str, row: impl Fn(usize, bool) -> String) -> String {
    let mut text = format!("{header}\n");
    (0..60).for_each(|n| writeln!(text, "{}", row(n, n % 10 == 9)).unwrap());
    text
}

/// Who bought: the customer comes back every ten rows, so that the six marked rows are those of one.
fn who(n: usize) -> String {
    format!("C{:03}", n % 7)
}

/// Flags, signs, sides and negative quantities make a row a return: 54 purchases less 6, 480.
#[test]
fn rows_that_are_returns_are_taken_off() {
    let flags = [
        ("is_return", "true", "false"),
        ("return", "Y", "N"),
        ("return_flag", "R", "N"),
        ("is_credit_note", "1", "0"),
        ("sign", "-1", "1"),
        ("Vorzeichen", "-", "+"),
        ("D/C", "C", "D"),
        ("S/H-Kennzeichen", "H", "S"),
    ];
    for (name, yes, no) in flags {
        let header = format!("customer_id,date,amount,{name}");
        let text =
            sixty(&header, |n, back| format!("{},{},10.00,{}", who(n), day(n), if back { yes } else { no }));
        assert_eq!(read(&open(&text)), (54, 480.0, 7), "{name}");
    }
    let text = sixty("customer_id,date,quantity,total", |n, back| {
        format!("{},{},{},10.00", who(n), day(n), if back { "-2" } else { "2" })
    });
    assert_eq!(read(&open(&text)), (54, 480.0, 7));
    // A refund that is a row of its own, in a column beside the sales.
    let text = sixty("customer_id,date,sales,refunds", |n, back| {
        format!("{},{},{}", who(n), day(n), if back { "0.00,10.00" } else { "10.00,0.00" })
    });
    assert_eq!(read(&open(&text)), (54, 480.0, 7));
}

/// As many credits as debits may be payments: all count, and it is said.
#[test]
fn many_credits_are_said() {
    let text = sixty("customer_id,date,amount,D/C", |n, _| {
        format!("{},{},10.00,{}", who(n), day(n), ["D", "C"][n % 2])
    });
    let found = open(&text);
    assert_eq!(read(&found), (60, 600.0, 7));
    assert!(warnings(&found).contains("the column \"D/C\" was not looked at"), "{}", warnings(&found));
}

/// Of sixty documents 48 are bills, 6 credit notes of 10, and 6 payments.
#[test]
fn payments_of_bills_are_no_purchases() {
    let kinds = [
        ("Type", ["SI", "SC", "SR"]),
        ("Belegart", ["DR", "DG", "DZ"]),
        ("Trans Type", ["IN", "CM", "PY"]),
        ("Type", ["Invoice", "Credit Note", "Receipt"]),
        ("Vch Type", ["Sales", "Sales Return", "Receipt"]),
        ("Transaction", ["Sale", "Exchange return", "Payment"]),
        ("Tipo de documento", ["Fatura", "Nota de crédito", "Recibo"]),
        ("구분", ["매출", "반품", "입금"]),
    ];
    for (name, [bill, back, paid]) in kinds {
        let text = sixty(&format!("customer_id,date,amount,{name}"), |n, last| {
            let kind = if last {
                back
            } else if n % 10 == 8 {
                paid
            } else {
                bill
            };
            format!("{},{},10.00,{kind}", who(n), day(n))
        });
        assert_eq!(read(&open(&text)), (48, 420.0, 7), "{name}: {bill}");
    }
    // A receipt at the till is a sale, beside invoices too.
    let text = sixty("customer_id,date,amount,Type", |n, last| {
        format!("{},{},10.00,{}", who(n), day(n), if last { "Sales Receipt" } else { "Invoice" })
    });
    assert_eq!(read(&open(&text)).0, 60);
}

/// Promises of gifts are none; what an account begins with, and sums of a customer's rows, are no purchases.
#[test]
fn promises_balances_and_sums_are_no_purchases() {
    let text = sixty("Constituent ID,Gift Date,Gift Amount,Gift Type", |n, last| {
        let kind = if last {
            "Pledge"
        } else if n % 10 == 8 {
            "Recurring Gift"
        } else {
            "Recurring Gift Pay-Cash"
        };
        format!("{},{},10.00,{kind}", who(n), day(n))
    });
    let options = LogOptions { id: Some("Constituent ID".into()), ..LogOptions::default() };
    assert_eq!(read(&open_files(&[("gifts.csv", text.into())], &options)), (48, 480.0, 7));
    let text = sixty("customer_id,date,amount,Text", |n, last| {
        format!("{},{},10.00,{}", who(n), day(n), if last { "Saldovortrag" } else { "Ware" })
    });
    assert_eq!(read(&open(&text)), (54, 540.0, 7));
    let mut text = "customer_id,name,date,amount\n".to_owned();
    for customer in 0..6 {
        (0..5).for_each(|n| {
            writeln!(text, "C{customer},Name {customer},{},{}.25", day(5 * customer + n), n + 1).unwrap();
        });
        writeln!(text, "C{customer},Subtotal Name {customer},{},16.25", day(5 * customer + 4)).unwrap();
    }
    let found = open(&text);
    assert_eq!(read(&found), (30, 97.5, 6));
    let comma = text.replace(',', ";").replace(".25", ",25");
    assert_eq!(read(&open(&comma)), (30, 97.5, 6));
    // A product of such a name is none.
    let products = text.replace("Subtotal Name", "Total Care").replace("16.25", "12.50");
    assert_eq!(read(&open(&products)), (36, 6.0 * (16.25 + 12.5), 6));
}

/// Amounts in cents, by the name of their column or as an interface counts; not where something stands behind a decimal sign.
#[test]
fn cents_are_hundredths() {
    for (name, amount, one) in [
        ("amount_cents", "1250", 12.5),
        ("value_in_pence", "999", 9.99),
        ("revenue_micros", "2500000", 2.5),
        ("amount_cents", "12.50", 12.5),
    ] {
        let text =
            sixty(&format!("customer_id,date,{name}"), |n, _| format!("{},{},{amount}", who(n), day(n)));
        let options = LogOptions { amount: Some(name.into()), ..LogOptions::default() };
        let found = open_files(&[("cents.csv", text.into())], &options);
        assert_eq!(read(&found), (60, (60.0 * one * 100.0_f64).round() / 100.0, 7), "{name} {amount}");
    }
    for (currency, sum) in [("usd", 600.0), ("jpy", 60_000.0)] {
        let text = sixty("customer,created,object,amount,currency,livemode", |n, _| {
            format!("{},{},charge,1000,{currency},true", who(n), day(n))
        });
        assert_eq!(read(&open(&text)), (60, sum, 7), "{currency}");
    }
}

/// Two people of one name are told apart by their addresses, if the names are those of people.
#[test]
fn namesakes_are_two_customers() {
    let people = ["Anna Meyer", "Bea Schmidt", "Carl Novak", "Dora Rossi"];
    let row = |n: usize, name: &str| {
        // The first name is that of two people.
        let mail = format!("{}{}@example.com", n % 4, if n.is_multiple_of(8) { "b" } else { "" });
        format!("O{n},{},{name},{mail},10.00", day(n))
    };
    let text = sixty("Order,Date,Customer,Email,Total", |n, _| row(n, people[n % 4]));
    assert_eq!(read(&open(&text)).2, 5);
    let firms = ["Meyer GmbH", "Schmidt KG", "Novak Ltd", "Rossi srl"];
    let text = sixty("Order,Date,Customer,Email,Total", |n, _| row(n, firms[n % 4]));
    assert_eq!(read(&open(&text)).2, 4);
}

/// An order number of another year is another order; in the weeks after it is the same one once more.
#[test]
fn order_numbers_may_start_anew() {
    let file = |year: u32, months: u32| {
        let mut text = "order_id,customer_id,date,amount\n".to_owned();
        for n in 0..40_u32 {
            let (month, day) = (1 + (n / 28 + months) % 12, 1 + n % 28);
            writeln!(text, "{n},C{},{year}-{month:02}-{day:02},{}", n % 7, 10 + n % 3).unwrap();
        }
        text.into_bytes()
    };
    let options = LogOptions::default();
    let years = open_files(&[("2022.csv", file(2022, 0)), ("2023.csv", file(2023, 0))], &options);
    assert_eq!(read(&years).0, 80);
    let weeks = open_files(&[("a.csv", file(2022, 0)), ("b.csv", file(2022, 1))], &options);
    assert_eq!(read(&weeks).0, 40);
}

/// A discount beside quantity and price, and a currency column of any name, are said; an amount that names its currency is in that.
#[test]
fn what_is_not_used_is_said() {
    let text = sixty("customer_id,date,quantity,unit_price,Discount", |n, last| {
        format!("{},{},2,5.00,{}", who(n), day(n), if last { "0.15" } else { "0" })
    });
    assert!(warnings(&open(&text)).contains("discount-not-used: the column \"Discount\""));
    for name in ["Order Currency", "price_currency", "Para Birimi", "Валюта", "通貨", "Cur"] {
        let text = sixty(&format!("customer_id,date,amount,{name}"), |n, _| {
            format!("{},{},10.00,{}", who(n), day(n), ["EUR", "USD"][n % 2])
        });
        assert!(warnings(&open(&text)).contains("currency-not-checked"), "{name}");
    }
    let text = sixty("customer_id,date,amount_eur,currency", |n, _| {
        format!("{},{},10.00,{}", who(n), day(n), ["EUR", "USD"][n % 2])
    });
    let options = LogOptions { amount: Some("amount_eur".into()), ..LogOptions::default() };
    assert_eq!(warnings(&open_files(&[("converted.csv", text.into())], &options)), "");
}

/// A file whose encoding is named is decoded once, however often it is read; 24:00 is the next day; the sign of DOS at the end
/// of a file is no row; a title with empty cells behind it separates nothing.
#[test]
fn small_marks_of_programs() {
    let (bytes, ..) = encoding_rs::WINDOWS_1252
        .encode("Kunde;Datum;Betrag\nMüller;2023-01-02;5\nMüller;2023-02-09;7\nJosé;2023-03-01;4\n");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("umlaut.csv");
    std::fs::write(&path, &bytes).unwrap();
    let options = LogOptions { encoding: Some("windows-1252".into()), ..LogOptions::default() };
    let (inputs, kept) = history::keep(&[Input::Path(path)], &options, &()).unwrap();
    let summary = history::open_inputs(&inputs, &kept, &()).unwrap();
    let ids: Vec<String> = summary
        .batches()
        .flat_map(|batch| {
            batch.unwrap().customer_id.iter().map(|id| id.unwrap().to_owned()).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(ids, ["José", "Müller"]);

    let rows = "customer_id,date,amount\nA,2023-01-31 24:00:00,5\nB,2023-01-02 10:00:00,7\n\u{1a}";
    let found = open(rows);
    assert_eq!(
        (read(&found), found.meta.observed_until.unwrap().to_string()),
        ((2, 12.0, 2), "2023-02-01".to_owned())
    );

    let titled = format!(
        "Ventas de Mi Tienda,,\n\n{}",
        sixty("Comprador,Fecha de venta,Total (ARS)", |n, _| format!("{},{},10.00", who(n), day(n)))
    );
    assert_eq!(read(&open(&titled)), (60, 600.0, 7));
}

/// One payment of Adyen has a row for each step; each attendee of Eventbrite has paid their own ticket.
#[test]
fn steps_of_a_payment_and_tickets_of_an_order() {
    let mut text = "Company Account,Psp Reference,Booking Date,Main Currency,Main Amount,Record Type,Shopper Reference\n".to_owned();
    for n in 0..30 {
        for step in ["Received", "Authorised", "SentForSettle", "Settled"] {
            writeln!(text, "Acme,{n},{} 10:00:00,EUR,10.00,{step},{}", day(n), who(n)).unwrap();
        }
    }
    assert_eq!(read(&open(&text)), (30, 300.0, 7));
    let mut text = "Order #,Order Date,Email,Quantity,Ticket Type,Total Paid,Attendee Status\n".to_owned();
    for n in 0..30 {
        (0..3).for_each(|_| {
            writeln!(text, "{n},{},{}@example.com,1,Day,10.00,Attending", day(n), who(n)).unwrap()
        });
    }
    assert_eq!(read(&open(&text)).1, 900.0);
}
