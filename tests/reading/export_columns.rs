//! Columns of further programs: sums under names of their own, money that its values give away, weeks instead of days, keys of
//! databases, years of other calendars. Rows are invented, expected values are by hand.
//!
//! All of them were seen to fail on the program before: sums of 0, refusals without a reason.

use super::exported::{open, read, warnings};

/// Three purchases of two customers, 10, 12 and 9 in all.
fn log(customer: &str, date: &str, amount: &str) -> String {
    format!("{customer};{date};{amount}\nA-1;2024-01-03;10.00\nB-2;2024-02-14;12.00\nA-1;2024-04-25;9.00\n")
}

#[test]
fn sums_have_many_names() {
    for amount in [
        "TotalToPayAmount",
        "TotalDue",
        "paidPrice",
        "Settlement Amount",
        "Amount Submitted For Settlement",
        "Оплачено покупателем",
        "결제액",
        "決済金額",
        "Ödenecek Tutar",
        "total.$numberDecimal",
    ] {
        let summary = open(&log("customer_id", "order_date", amount));
        assert_eq!(read(&summary), (3, 31.0, 2), "{amount}");
    }
    let summary = open(&log("Party Name", "Date", "Amount"));
    assert_eq!(read(&summary), (3, 31.0, 2));
    // A better name wins where both are there.
    let text = "customer_id,order_date,amount,settlement_amount\n1,2024-01-03,10,7\n2,2024-02-03,12,8\n";
    assert_eq!(read(&open(text)).1, 22.0);
}

/// No name says so, cents do; a rate and a place have decimals, too.
#[test]
fn money_is_seen_by_its_values() {
    let rows = |name: &str, values: [&str; 6]| {
        let mut text = format!("customer_id,order_date,{name}\n");
        for (n, value) in values.iter().enumerate() {
            text += &format!("{},2024-0{}-03,{value}\n", n % 3, n + 1);
        }
        warnings(&open(&text))
    };
    let cents = ["12.50", "3.99", "104.00", "7.25", "19.90", "5.00"];
    for (name, values) in [("xyz", cents), ("kassa", ["12 €", "3 €", "104 €", "7 €", "19 €", "5 €"])]
    {
        let said = rows(name, values);
        assert!(
            said.contains("no-amount-but-money") && said.contains(&format!("\"{name}\"")),
            "{name}: {said}"
        );
    }
    for (name, values) in [
        ("latitude", cents),
        ("tax rate", cents),
        ("xyz", ["1", "2", "3", "4", "5", "6"]),
        ("xyz", ["12.5", "3.9", "104.1", "7.2", "19.9", "5.1"]),
        ("xyz", ["a", "b", "c", "d", "e", "f"]),
    ] {
        assert_eq!(rows(name, values), "", "{name}");
    }
}

#[test]
fn weeks_are_their_mondays() {
    let text = "customer_id,week,revenue\n1,2024-W01,10\n2,2024-W05,12\n1,2024-W17,9\n";
    let summary = open(text);
    assert_eq!(read(&summary), (3, 31.0, 2));
    // The 17th week begins on 22 April.
    assert_eq!(summary.meta.observed_until.unwrap().to_string(), "2024-04-22");
    assert!(summary.meta.assumptions.join("\n").contains("each is taken for its Monday"));
    // With a date beside it, it is what it is called.
    let text = "customer_id,week,order_date,revenue\n1,2024-W01,2024-01-03,10\n1,2024-W17,2024-04-25,9\n";
    assert_eq!(open(text).meta.observed_until.unwrap().to_string(), "2024-04-25");
}

#[test]
fn years_of_other_calendars_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.csv");
    for year in [1403, 1445] {
        std::fs::write(&path, format!("customer_id,date,amount\n1,{year}-01-03,5\n2,{year}-02-03,5\n"))
            .unwrap();
        let error = clv::history::open(std::slice::from_ref(&path), &Default::default(), &()).err().unwrap();
        assert!(error.to_string().contains("the Islamic (1445) or the Persian (1403) calendar"), "{error}");
    }
}

/// Who takes an order is a user of the shop's program, too.
#[test]
fn those_who_serve_are_no_customers() {
    let rows = |column: &str, users: usize| {
        let mut text = format!("order_id,{column},customer_email,created_at,total\n");
        for n in 0..24 {
            text += &format!("{n},{},c{}@x.org,2024-0{}-0{},10\n", n % users, n % 8, 1 + n / 8, 1 + n % 8);
        }
        read(&open(&text)).2
    };
    assert_eq!(rows("user_id", 3), 8);
    assert_eq!(rows("username", 2), 8);
    // As many of them as of addresses: the same people.
    assert_eq!(rows("user_id", 8), 8);
    // A customer's own number stays what it is, whatever addresses they have.
    assert_eq!(rows("customer_id", 3), 3);
}
