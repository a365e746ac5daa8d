//! What the rows of a book of contracts come to where they are easy to get wrong: prices that change, returns, payments that are
//! late, contracts that end on a later day, revenue a month of yearly plans, seats, cents, and periods in columns of other names.
//!
//! All tables are our own; what they come to is counted by hand beside them.

use std::fmt::Write as _;
use std::path::PathBuf;

use crate::common::assert_close;
use crate::common::program::clv;
use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Float64Type};
use clv::base::Horizon;
use clv::contracts::{self, Book, BookForecast, BookForecastOptions, BookOptions, Cycle, PlanOptions, book};
use clv::fit::FitOptions;
use clv::history::{Input, LogOptions};
use clv::study::{ContractTestOptions, contract_backtest};
use jiff::civil::{Date, date};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn file(name: &str, text: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("books");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn read(name: &str, text: &str, until: Date) -> Book {
    let options = BookOptions { observed_until: Some(until), ..BookOptions::default() };
    book::open(&[Input::Path(file(name, text))], &LogOptions::default(), &options, &()).unwrap()
}

/// Normal draws of the parameters: what is tested here does not depend on how they are drawn.
fn quick() -> PlanOptions {
    PlanOptions { fit: FitOptions::default(), ..PlanOptions::default() }
}

fn forecast(book: &Book, horizon: &str) -> BookForecast {
    let mut options = BookForecastOptions::default();
    options.value.horizon = Horizon::Finite(horizon.parse().unwrap());
    options.plans = quick();
    contracts::forecast(book, &options, &()).unwrap()
}

fn mrr(book: &Book) -> f64 {
    book.on(book.observed_until).1
}

fn numbers(forecast: &BookForecast, column: &str) -> Vec<f64> {
    forecast.table.column_by_name(column).unwrap().as_primitive::<Float64Type>().values().to_vec()
}

fn sum(forecast: &BookForecast, column: &str) -> f64 {
    numbers(forecast, column).iter().sum()
}

fn text_of(forecast: &BookForecast, column: &str, row: usize) -> String {
    forecast.table.column_by_name(column).unwrap().as_string::<i32>().value(row).to_owned()
}

fn day_of(forecast: &BookForecast, column: &str, row: usize) -> String {
    let days = forecast.table.column_by_name(column).unwrap().as_primitive::<Date32Type>().value(row);
    date(1970, 1, 1).saturating_add(jiff::Span::new().days(days)).to_string()
}

/// The day so many months after a 5th of January 2023.
fn month(k: u32) -> Date {
    Cycle::MONTHLY.after(date(2023, 1, 5), k)
}

const INVOICES: &str = "id,Customer,Subscription,Amount Paid,Minimum Line Item Period Start (UTC),Maximum Line Item Period End (UTC)\n";

/// A hundred customers pay 10 a month, from July 2024 on 20; twenty leave, two at a time, six of them in 2023. As invoices, and as a
/// row of each price.
fn prices_that_rise() -> [(&'static str, String); 2] {
    let (mut invoices, mut rows) =
        (INVOICES.to_owned(), "customer_id,subscription_id,start,end,price,interval\n".to_owned());
    for c in 0..100u32 {
        let last = if c < 20 { 9 + c / 2 } else { 24 };
        for k in 0..last {
            let price = if k < 18 { 10 } else { 20 };
            let _ = writeln!(invoices, "in_{c}_{k},c{c},s{c},{price},{},{}", month(k), month(k + 1));
        }
        let end = |k: u32| if k < 24 { month(k).to_string() } else { String::new() };
        let _ = writeln!(rows, "c{c},s{c},{},{},10,month", month(0), end(last.min(18)));
        if last > 18 {
            let _ = writeln!(rows, "c{c},s{c},{},{},20,month", month(18), end(last));
        }
    }
    [("invoices", invoices), ("rows", rows)]
}

/// Of 94 customers who paid 10 on 2024-01-05, 80 pay 20 a year later: GRR 80/94, NRR 160/94; a month's MRR is that of its prices.
/// Seen to fail on the latest price for all time: GRR and NRR both 92 %.
#[test]
fn earlier_months_keep_their_prices() {
    for (name, text) in prices_that_rise() {
        // The day before the next payment is due.
        let book = read(&format!("prices-{name}.csv"), &text, date(2025, 1, 4));
        let kept = book.kept().unwrap();
        assert_eq!(kept.customers, 94, "{name}");
        assert_close(name, kept.mrr.unwrap(), 940.0, 1e-12);
        assert_close(name, kept.logo_retention, 80.0 / 94.0, 1e-12);
        assert_close(name, kept.gross_retention.unwrap(), 80.0 / 94.0, 1e-12);
        assert_close(name, kept.net_retention.unwrap(), 160.0 / 94.0, 1e-12);
        let seen = book.months_seen();
        let of = |day: Date| seen.iter().find(|month| month.until == day).unwrap().mrr.unwrap();
        assert_close(name, of(date(2024, 6, 30)), 820.0, 1e-12);
        assert_close(name, of(date(2024, 7, 31)), 1600.0, 1e-12);
        assert_close(name, mrr(&book), 1600.0, 1e-12);
    }
}

/// Books with all that can be known too early: returns, changes of plan, prices that rise, contracts cancelled before their
/// end, pauses, payments.
fn books() -> Vec<(&'static str, String, Date)> {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let head =
        "customer_id,subscription_id,start,end,canceled_at,status,cancel_at_period_end,plan,price,interval\n";
    let mut rows = head.to_owned();
    let mut row = |id: String,
                   start: Date,
                   end: Option<Date>,
                   said: Option<Date>,
                   status: &str,
                   plan: &str,
                   price: u32| {
        let day = |day: Option<Date>| day.map_or(String::new(), |day| day.to_string());
        let lapses = status == "active" && end.is_some();
        let _ = writeln!(
            rows,
            "{0},s{0},{start},{1},{2},{status},{lapses},{plan},{price},month",
            id,
            day(end),
            day(said)
        );
    };
    for c in 0..260u32 {
        let start = month(0).saturating_add(jiff::Span::new().days(rng.random_range(0..300)));
        let after = |k: u32| Cycle::MONTHLY.after(start, k);
        let id = format!("c{c}");
        match c % 8 {
            // Left after one to twelve months.
            0 | 1 => {
                let end = after(rng.random_range(1..=12));
                row(id, start, Some(end), None, "canceled", "basic", 10);
            }
            // Came back three weeks after leaving.
            2 => {
                let end = after(rng.random_range(4..=14));
                row(id.clone(), start, Some(end), None, "canceled", "basic", 10);
                row(id, end.saturating_add(jiff::Span::new().days(20)), None, None, "active", "basic", 12);
            }
            // Went over to a dearer plan, or to a dearer price.
            3 | 4 => {
                let change = after(rng.random_range(6..=18));
                row(id.clone(), start, Some(change), None, "canceled", "basic", 10);
                row(id, change, None, None, "active", if c % 8 == 3 { "pro" } else { "basic" }, 25);
            }
            // Cancelled in a term and there until half a year later.
            5 => row(id, start, Some(after(26)), Some(after(17)), "active", "basic", 10),
            6 if c % 3 == 0 => row(id, start, None, None, "paused", "basic", 10),
            _ => row(id, start, None, None, "active", "basic", 10),
        }
    }
    let mut invoices = INVOICES.to_owned();
    for c in 0..200u32 {
        let start = month(0).saturating_add(jiff::Span::new().days(rng.random_range(0..200)));
        let (mut at, price) = (start, if c % 3 == 0 { 30 } else { 10 });
        let mut k = 0;
        while at <= date(2024, 12, 31) && (k < 2 || rng.random::<f64>() > 0.05) {
            let end = Cycle::MONTHLY.after(at, 1);
            let _ = writeln!(invoices, "in{c}_{k},c{c},s{c},{},{at},{end}", price + k / 12 * 5);
            // One in nine pays up to twelve days late, and a few come back three weeks later.
            let late: i32 = rng.random_range(0..90);
            let late = if late < 10 {
                late
            } else if late == 10 {
                22
            } else {
                0
            };
            at = end.saturating_add(jiff::Span::new().days(late));
            k += 1;
        }
    }
    let mut all = vec![("contracts", rows, date(2024, 12, 31)), ("payments", invoices, date(2024, 12, 31))];
    all.extend(prices_that_rise().map(|(name, text)| (name, text, date(2025, 1, 4))));
    all
}

/// A backtest at an origin sees what a forecast with `--observed-until` of that day sees: the same contracts, the same figures of all
/// months, the same intervals. Seen to fail on a book whose terms were cut at the origin: returns counted as there, and later
/// prices.
#[test]
fn backtests_see_what_was_known() {
    for (name, text, until) in books() {
        let book = read(&format!("past-{name}.csv"), &text, until);
        let holdout = Some("4mo".parse().unwrap());
        let options = ContractTestOptions { holdout, origins: 2, plans: quick(), ..Default::default() };
        let test = contract_backtest(&book, &options, &()).unwrap();
        assert_eq!(test.origins.len(), 2);
        for (origin, contracts, _) in test.origins {
            let past = read(&format!("past-{name}-{origin}.csv"), &text, origin);
            let then = forecast(&past, "4mo");
            assert_eq!(contracts, then.totals.contracts, "{name} at {origin}");
            let of_origin = test.months.iter().filter(|month| month.origin == origin.to_string());
            let found: Vec<_> = of_origin.collect();
            assert_eq!(found.len(), then.months.len());
            for (month, expected) in found.iter().zip(&then.months) {
                let (c, m) = (expected.contracts, expected.mrr.unwrap());
                assert_eq!(month.contracts[1..], [c.expected, c.lower, c.upper], "{name} at {origin}");
                assert_eq!(month.mrr[1..], [m.expected, m.lower, m.upper], "{name} at {origin}");
            }
            // What the book says of that day is what a table that was written then says, but for what has no date.
            assert_eq!(book.as_of(origin).account, past.account);
        }
    }
}

/// Cancelled customers who come back after the origin are none of its contracts: of 30, ten leave before it and five of these
/// return after it.
#[test]
fn who_returns_later_was_not_there() {
    let mut text = "customer_id,subscription_id,start,end,price,interval\n".to_owned();
    for c in 0..30 {
        let end = if c < 10 { "2024-06-20" } else { "" };
        let _ = writeln!(text, "c{c},s{c},2023-03-20,{end},10,month");
        if c < 5 {
            let _ = writeln!(text, "c{c},t{c},2024-07-10,,10,month");
        }
    }
    let book = read("returns.csv", &text, date(2024, 9, 30));
    assert_eq!(book.on(date(2024, 6, 30)).0, 25, "in hindsight they had not left");
    let options =
        ContractTestOptions { holdout: Some("3mo".parse().unwrap()), plans: quick(), ..Default::default() };
    let test = contract_backtest(&book, &options, &()).unwrap();
    assert_eq!(test.origins, [(date(2024, 6, 30), 20, 0)]);
    assert!(test.months.iter().all(|month| month.contracts[0] == 20.0));
}

/// MRR of yearly plans is what a month brings, whether the period stands in a column, in the plan's name, or shows in the
/// lengths; and so ARR. Taken for the price of a year it is a twelfth.
#[test]
fn revenue_a_month_whatever_the_period() {
    let plans = [
        ("column", "plan,interval", "Pro,year"),
        ("name", "plan", "Pro yearly"),
        ("german", "plan", "Pro jährlich"),
        ("months", "plan", "Pro 12 months"),
        ("lengths", "note", ""),
    ];
    for (way, columns, values) in plans {
        for (price, value) in [("mrr", 10), ("MRR (EUR)", 10), ("arr", 120), ("price", 120)] {
            let mut text = format!("customer_id,start,end,{columns},{price}\n");
            for c in 0..60 {
                let (year, end) = (
                    2020 + c % 3,
                    if c % 4 == 0 { format!("{}-03-01", 2021 + c % 3) } else { String::new() },
                );
                let _ = writeln!(text, "{c},{year}-03-01,{end},{values},{value}");
            }
            let book = read(&format!("yearly-{way}.csv"), &text, date(2023, 6, 30));
            assert_eq!(book.plans[0].cycle.to_string(), "yearly", "{way}");
            assert_close(&format!("{way} {price}"), mrr(&book), 450.0, 1e-12);
        }
    }
}

/// Seats: MRR and amounts of a subscription are of all of them, prices of a unit of one; where the name does not say it, the rows
/// do, or it is asked. Seen to fail on all multiplied.
#[test]
fn seats() {
    // By price column: prices at one, two and five seats, the MRR of the three together, and whether it is asked.
    let cases = [
        ("mrr", [100, 100, 100], 300.0, false),
        ("recurring_amount", [100, 200, 500], 800.0, false),
        ("unit_price", [100, 100, 100], 800.0, false),
        ("price_per_seat", [100, 90, 80], 680.0, false),
        ("price", [100, 100, 100], 800.0, false),
        ("price", [100, 200, 500], 800.0, false),
        ("price", [100, 190, 420], 2580.0, true),
    ];
    for (column, prices, expected, asked) in cases {
        let mut text = format!("customer_id,start,end,plan,interval,{column},seats\n");
        for (c, (price, seats)) in prices.into_iter().zip([1, 2, 5]).enumerate() {
            let _ = writeln!(text, "c{c},2024-01-15,,pro,month,{price},{seats}");
        }
        let book = read("seats.csv", &text, date(2024, 12, 31));
        assert_close(&format!("{column} {prices:?}"), mrr(&book), expected, 1e-12);
        let warned = book.warnings.iter().any(|warning| warning.code == "contracts-price-of-seat");
        assert_eq!(warned, asked, "{column} {prices:?}");
        assert!(book.assumptions.iter().any(|said| said.contains("\"seats\"")), "{:?}", book.assumptions);
    }
}

/// Payments that are late are neither made nor missed. Six hundred customers, each of whom leaves with 5 % a month, pay on their day of
/// the month or never again; who has left by the end has not paid, and is not there. Seen to fail on all within the grace counted
/// as paid: 397 contracts.
#[test]
fn late_payments_are_neither_made_nor_missed() {
    let until = date(2024, 6, 30);
    let mut rng = ChaCha8Rng::seed_from_u64(9);
    let mut text = INVOICES.to_owned();
    let (mut there, mut late) = (0, 0);
    for c in 0..600u32 {
        let start = date(2023, 1, 1).saturating_add(jiff::Span::new().days(rng.random_range(0..500)));
        let mut k = 0;
        loop {
            let from = Cycle::MONTHLY.after(start, k);
            if from > until {
                there += 1;
                break;
            }
            if k > 0 && rng.random::<f64>() < 0.05 {
                late += u64::from((until - from).get_days() < 14);
                break;
            }
            let _ = writeln!(text, "in{c}_{k},c{c},s{c},10,{from},{}", Cycle::MONTHLY.after(start, k + 1));
            k += 1;
        }
    }
    let book = read("late.csv", &text, until);
    assert!(late >= 5, "{late}");
    assert_eq!((book.on(until).0, book.due().0), (there, late));
    // None of about 300 ever came late: of those that are, hardly any will.
    assert!(book.due().1 < 0.1, "{:?}", book.due());
    let found = forecast(&book, "12mo");
    assert_eq!((found.totals.contracts, found.totals.due), (there, late));
    // The rows add up to the totals, with the chance of those that are late.
    let last = found.months.last().unwrap();
    assert_close("there", sum(&found, "p_active"), last.contracts.expected, 1e-9);
    assert_close("revenue", sum(&found, "expected_revenue"), found.totals.revenue.unwrap().expected, 1e-9);
    assert_close("MRR", sum(&found, "mrr"), found.totals.mrr.unwrap(), 1e-12);
    let due_rows = numbers(&found, "p_alive").iter().filter(|p| **p < 1.0).count() as u64;
    assert_eq!(due_rows, late);
    assert!(book.assumptions.iter().any(|said| said.contains("neither paid nor ended")));
    // Renewals of the last fortnight are left out of fits, of those who paid as of those who did not.
    let due: f64 = book.tables().iter().map(|table| table.renewals_due()).sum();
    let ended: f64 = book.tables().iter().map(|table| table.ended()).sum();
    assert!((ended / due - 0.05).abs() < 3.0 * (0.05f64 * 0.95 / due).sqrt(), "{ended} of {due}");
    // Without a word of it observation ends with the last payment, and not with what it pays for.
    let path = file("late.csv", &text);
    let alone =
        book::open(&[Input::Path(path)], &LogOptions::default(), &BookOptions::default(), &()).unwrap();
    assert!(alone.observed_until <= until && (until - alone.observed_until).get_days() < 3);
}

/// Forty payments came ten days late, ten never: of those that are three days late at the end most will come. Seen to fail on all
/// of them counted as paid.
#[test]
fn late_payments_come_as_often_as_before() {
    let until = date(2024, 6, 30);
    let mut text = INVOICES.to_owned();
    for c in 0..100u32 {
        // Paid on the 27th; the seventh payment of forty came on the 7th, ten left in May.
        let mut from = date(2023, 8, 27);
        for k in 0..11 {
            if k == 9 && (40..50).contains(&c) || k == 10 && c >= 60 {
                break;
            }
            let to = Cycle::MONTHLY.after(from, 1);
            let paid = if k == 6 && c < 40 { from.saturating_add(jiff::Span::new().days(10)) } else { from };
            let _ = writeln!(text, "in{c}_{k},c{c},s{c},10,{paid},{to}");
            from = to;
        }
    }
    let book = read("late-before.csv", &text, until);
    // Forty came late, ten never: those who are three days late come with the chance 40.5/51.
    let due = book.terms.iter().filter(|term| matches!(term.end, book::End::Due(_)));
    let due: Vec<_> = due.collect();
    assert_eq!(due.len(), 40, "{:?}", book.late);
    assert_eq!(due[0].end, book::End::Due(date(2024, 6, 27)));
    assert_close("chance", book.chance(due[0]).unwrap(), 40.5 / 51.0, 1e-12);
}

/// A contract that was cancelled and ends on a later day is there until then: a monthly one until the middle of June is renewed
/// five times and is gone at the end of the year. An end with the current period is another answer.
#[test]
fn cancelled_and_there_until_later() {
    let mut text =
        "customer_id,subscription_id,start,end,status,cancel_at_period_end,price,interval\n".to_owned();
    text.push_str(
        "100,s100,2024-06-15,2025-06-15,active,true,10,month\n101,s101,2024-06-15,,active,true,10,month\n",
    );
    for c in 200..260 {
        let end = if c % 4 == 0 { format!("2024-{:02}-01", c % 12 + 1) } else { String::new() };
        let status = if end.is_empty() { "active" } else { "canceled" };
        let _ = writeln!(text, "{c},s{c},2023-{:02}-01,{end},{status},,10,month", c % 12 + 1);
    }
    let book = read("until-later.csv", &text, date(2024, 12, 31));
    for (horizon, renewals, there) in [("3mo", 3.0, 1.0), ("12mo", 5.0, 0.0)] {
        let found = forecast(&book, horizon);
        let rows: Vec<String> = (0..2).map(|row| text_of(&found, "customer_id", row)).collect();
        assert_eq!(rows, ["100", "101"]);
        let of = |column: &str, row: usize| numbers(&found, column)[row];
        assert_eq!((of("expected_renewals", 0), of("p_active", 0), of("p_renew", 0)), (renewals, there, 1.0));
        assert_eq!(of("expected_revenue", 0), 10.0 * renewals);
        assert_eq!((of("expected_renewals", 1), of("p_active", 1), of("p_renew", 1)), (0.0, 0.0, 0.0));
        assert_eq!(day_of(&found, "next_renewal", 0), "2025-01-15");
        // Months and rows agree.
        let last = found.months.last().unwrap();
        assert_close("there", sum(&found, "p_active"), last.contracts.expected, 1e-9);
        let revenue = found.totals.revenue.unwrap().expected;
        assert_close("revenue", sum(&found, "expected_revenue"), revenue, 1e-9);
    }
    // Cancelled, and paid until a later day: there until then, and nothing is billed before.
    let paid = "customer_id,plan,start,current_period_end,status,cancel_at_period_end,price,interval\n\
                a,p,2024-06-15,2025-06-15,active,true,10,month\nb,p,2024-06-15,2025-01-15,active,false,10,month\n";
    let found = forecast(&read("paid-until.csv", paid, date(2024, 12, 31)), "3mo");
    let of = |column: &str| numbers(&found, column)[0];
    assert_eq!(
        (of("p_active"), of("p_renew"), of("expected_renewals"), of("expected_revenue")),
        (1.0, 0.0, 0.0, 0.0)
    );
    assert_eq!(day_of(&found, "next_renewal", 0), "2025-06-15");
    // A yearly contract that ends before its year does.
    let text = "customer_id,start,end,status,cancel_at_period_end,price,interval\n\
                a,2024-06-15,2025-02-10,active,true,120,year\nb,2024-06-15,,active,false,120,year\nc,2022-06-15,2024-06-15,canceled,,120,year\n";
    let found = forecast(&read("until-sooner.csv", text, date(2024, 12, 31)), "3mo");
    assert_eq!(
        (numbers(&found, "p_active")[0], day_of(&found, "next_renewal", 0)),
        (0.0, "2025-02-10".to_owned())
    );
}

/// What is expected lies in its interval. Seen to fail on draws around other parameters than the estimates.
#[test]
fn expected_lies_in_its_interval() {
    let mut text = "customer_id,start,end,plan,interval,mrr\n".to_owned();
    for c in 0..60 {
        let (year, end) =
            (2020 + c % 3, if c % 4 == 0 { format!("{}-03-01", 2021 + c % 3) } else { String::new() });
        let _ = writeln!(text, "{c},{year}-03-01,{end},Pro yearly,year,10");
    }
    // Draws of the posterior itself, as by default.
    let book = read("inside.csv", &text, date(2024, 3, 1));
    let found = contracts::forecast(&book, &BookForecastOptions::default(), &()).unwrap();
    let totals = &found.totals;
    for range in [totals.contracts_at_horizon, totals.mrr_at_horizon.unwrap(), totals.revenue.unwrap()] {
        assert!(range.lower <= range.expected && range.expected <= range.upper, "{range:?}");
    }
    for month in &found.months {
        let ranges = [Some(month.contracts), Some(month.leaving), month.mrr, month.revenue];
        for range in ranges.into_iter().flatten() {
            assert!(range.lower <= range.expected && range.expected <= range.upper, "{month:?}");
        }
    }
}

/// A column of periods is found by its values, in any language; other spans of time are none. Seen to fail on names alone: the
/// price of a year counted twelve times.
#[test]
fn periods_are_found_by_their_values() {
    let cases = [
        ("billing", "monthly", "annual"),
        ("plan_period", "month", "year"),
        ("cadence", "P1M", "P1Y"),
        ("term", "1 month", "1 year"),
        ("billing_frequency", "Monthly", "Yearly"),
        ("Abrechnung", "monatlich", "jährlich"),
        ("périodicité", "mensuel", "annuel"),
        ("ciclo", "mensual", "anual"),
        ("ödeme", "aylık", "yıllık"),
        ("支払い", "月払い", "年払い"),
        ("how often", "every month", "12 months"),
    ];
    for (column, monthly, yearly) in cases {
        let mut text = format!("customer,plan,price,{column},notice_period,started,ended\n");
        for c in 0..20 {
            let (price, word) = if c % 4 == 0 { (990, yearly) } else { (99, monthly) };
            let _ = writeln!(text, "c{c},pro,{price},{word},1 month,2024-01-{:02},", c + 1);
        }
        let book = read("values.csv", &text, date(2024, 12, 31));
        assert_close(column, mrr(&book), 5.0 * 82.5 + 15.0 * 99.0, 1e-12);
        let words = format!("periods are in column \"{column}\"");
        assert!(book.assumptions.contains(&words), "{column}: {:?}", book.assumptions);
        assert!(book.warnings.is_empty(), "{:?}", book.warnings);
    }
    // Two that may be it: none is taken, and it is asked.
    let two = "customer,plan,price,rhythm,pace,started,ended\na,pro,10,monthly,yearly,2024-01-01,\nb,pro,10,monthly,yearly,2024-01-02,\n";
    let book = read("two.csv", two, date(2024, 12, 31));
    assert!(
        book.warnings.iter().any(|warning| warning.code == "contracts-several-periods"),
        "{:?}",
        book.warnings
    );
    // Nothing says it, but prices of one plan lie ten times apart.
    let mut text = "customer,plan,price,started,ended\n".to_owned();
    for c in 0..40 {
        let _ = writeln!(text, "c{c},pro,{},2024-01-10,", if c % 4 == 0 { 990 } else { 99 });
    }
    let levels = |book: &Book| book.warnings.iter().any(|warning| warning.code == "contracts-two-levels");
    assert!(levels(&read("levels.csv", &text, date(2024, 12, 31))));
    let seats = text
        .replace("plan,price,", "plan,unit_price,seats,")
        .replace(",990,", ",99,10,")
        .replace(",99,2024", ",99,1,2024");
    assert!(!levels(&read("ten.csv", &seats, date(2024, 12, 31))));
    assert!(!levels(&read("three.csv", &text.replace(",990,", ",300,"), date(2024, 12, 31))));
}

/// Amounts of Stripe's interface are in the smallest unit of the currency. Taken as dollars they are a hundred times as much.
#[test]
fn amounts_of_interfaces_are_cents() {
    let table = |column: &str, price: &str, currency: &str| {
        let mut text = format!(
            "id,customer,status,created,start_date,current_period_start,current_period_end,canceled_at,ended_at,plan_id,{column},\
             plan_interval,quantity,currency\n"
        );
        for c in 0..5 {
            let _ = writeln!(
                text,
                "sub_{c},cus_{c},active,1704100000,1704100000,1733000000,1736000000,,,p,{price},month,1,{currency}"
            );
        }
        text
    };
    let cases = [
        ("plan_amount", "2900", "usd", 5.0 * 29.0),
        ("plan.amount", "2900", "usd", 5.0 * 29.0),
        ("items_data_0_price_unit_amount", "2900", "eur", 5.0 * 29.0),
        ("plan_amount", "2900", "jpy", 5.0 * 2900.0),
        ("plan_amount", "2900", "kwd", 5.0 * 2.9),
        ("plan_amount", "29.00", "usd", 5.0 * 29.0),
        ("plan_amount", "29.50", "usd", 5.0 * 29.5),
    ];
    for (column, price, currency, expected) in cases {
        let path = file("api.csv", &table(column, price, currency));
        let log = LogOptions { date_format: Some(clv::history::DateFormat::Unix), ..LogOptions::default() };
        let options = BookOptions { observed_until: Some(date(2024, 12, 10)), ..BookOptions::default() };
        let book = book::open(&[Input::Path(path)], &log, &options, &()).unwrap();
        assert_close(&format!("{column} {price} {currency}"), mrr(&book), expected, 1e-12);
        assert!(
            book.assumptions.iter().any(|said| said.contains(&format!("column \"{column}\""))),
            "{:?}",
            book.assumptions
        );
    }
    // A table that nobody knows, with the names of interfaces: it is asked, and the name of the column answers.
    let text = "customer_id,start,end,plan,interval,unit_amount\na,2024-01-01,,pro,month,2900\n";
    let book = read("unsure.csv", text, date(2024, 12, 31));
    assert_close("as it is", mrr(&book), 2900.0, 1e-12);
    assert!(book.warnings.iter().any(|warning| warning.code == "contracts-cents"));
    let book = read("sure.csv", &text.replace("unit_amount", "unit_amount_cents"), date(2024, 12, 31));
    assert_close("cents", mrr(&book), 29.0, 1e-12);
}

/// Verbs of purchases say that a table looks like contracts, and a model of contracts takes the customer and not the contract.
#[test]
fn contracts_are_not_purchases() {
    let mut text = "id,Customer ID,start,end,price\n".to_owned();
    for c in 0..40 {
        let end = if c % 3 == 0 { format!("2024-{:02}-10", c % 9 + 4) } else { String::new() };
        let _ = writeln!(text, "sub_{c},cus_{c},2024-01-10,{end},10");
    }
    let path = file("contracts.csv", &text);
    let path = path.to_str().unwrap();
    let (ok, found, words) = clv(&["fit", path, "--model", "sbg", "--period", "month", "--json"]);
    assert!(ok, "{found}{words}");
    let mut log = "customer_id,subscription_id,plan,status,created,current_period_end,amount\n".to_owned();
    for i in 0..60 {
        let _ = writeln!(log, "c{},s{i},pro,active,2024-{:02}-11,2025-01-11,10", i % 20, i % 7 + 1);
    }
    let path = file("looks.csv", &log);
    let path = path.to_str().unwrap();
    for verb in [&["summarize"][..], &["fit", "--model", "bg-nbd"]] {
        let said = |more: &[&str]| {
            let (_, found, words) = clv(&[verb, &[path, "--observed-until", "2024-12-31"], more].concat());
            found + &words
        };
        assert!(said(&[]).contains("this looks like contracts"), "{verb:?}");
        let named = said(&["--date", "start_date", "--amount", "amount"]);
        assert!(!named.contains("this looks like contracts"), "{verb:?}: {named}");
    }
}
