//! What rows say of themselves that makes them no purchase, or less than one: flags, moments and reasons of orders that were called
//! off, dates of payment, stages of deals, steps of payments, states of one order after the other, documents that bill and
//! documents that do not. Rows are invented, expected values are by hand.
//!
//! All of them were seen to fail on the program before.

use std::fmt::Write;

use clv::contracts::book::{TableKind, table_kind};
use clv::history::Summary;

use super::exported::{day, open, read, warnings};

/// Twenty purchases of 10 each by five customers, with a last cell each: `odd` in every fifth row, `usual` in the others.
fn flagged(column: &str, odd: &str, usual: &str) -> Summary {
    let mut log = format!("order_id,customer_id,order_date,amount,{column}\n");
    for n in 0..20 {
        // Every fifth row, each of another customer.
        let cell = if n % 5 == 2 { odd } else { usual };
        let _ = writeln!(log, "{},K{},{},10.00,\"{cell}\"", 1000 + n, (n + n / 5) % 5, day(3 * n));
    }
    open(&log)
}

fn counted(column: &str, odd: &str, usual: &str) -> (u64, f64) {
    let (rows, revenue, _) = read(&flagged(column, odd, usual));
    (rows, revenue)
}

#[test]
fn flags_of_what_did_not_come_about_are_used() {
    for (column, odd, usual) in [
        ("canceled", "X", ""),
        ("Storno", "J", "N"),
        ("anulado", "S", "N"),
        ("キャンセル", "1", "0"),
        ("キャンセル日", "2023-05-02", ""),
        ("是否取消", "是", "否"),
        ("취소여부", "Y", "N"),
        ("取消日期", "2023-05-02", ""),
        ("rejected", "1", "0"),
        ("declined", "true", "false"),
        ("failed", "yes", "no"),
        ("no_show", "1", "0"),
        ("cancel_reason", "customer changed mind", ""),
        ("Decline Reason", "insufficient_funds", ""),
        ("failure_message", "Your card was declined.", ""),
        ("Stornogrund", "falsch bestellt", ""),
        ("cancelled_at", "2023-05-02 10:00:00", "0000-00-00 00:00:00"),
        // The other way round: of what did.
        ("completed", "0", "1"),
        ("is_completed", "false", "true"),
        ("successful", "false", "true"),
        ("zapłacone", "nie", "tak"),
        ("支払済", "未", "済"),
        ("confirmed", "no", "yes"),
    ] {
        assert_eq!(counted(column, odd, usual), (16, 160.0), "{column}");
    }
}

/// They name what is allowed, who somebody is, or why money was given.
#[test]
fn flags_of_something_else_say_nothing() {
    for (column, odd, usual) in [
        ("return_visitor", "1", "0"),
        ("return window", "yes", "no"),
        ("キャンセル可", "1", "0"),
        ("cancellation policy", "flexible", "strict"),
        ("reason", "birthday", "other"),
        ("returning_customer", "yes", "no"),
        ("is_gift", "1", "0"),
        ("Cancellable", "1", "0"),
    ] {
        let summary = flagged(column, odd, usual);
        assert_eq!(read(&summary).0, 20, "{column}");
        assert_eq!(warnings(&summary), "", "{column}");
    }
}

#[test]
fn orders_without_a_date_of_payment_are_said() {
    for column in ["paid_at", "Payment Date", "date_paid", "Bezahlt am", "入金日"] {
        let summary = flagged(column, "", "2023-05-02");
        assert_eq!(read(&summary).0, 20, "{column}");
        let said = warnings(&summary);
        assert!(said.contains("unpaid-not-looked-at"), "{column}: {said}");
        assert!(said.contains("no date in 4 rows (40.00), 20 % of all"), "{said}");
        assert!(said.contains(&format!("--except \"{column}=\"")), "{said}");
    }
    // A status says more; and where all were paid there is nothing to say.
    let log = "id,customer_id,date,amount,status,paid_at\n1,a,2023-01-02,5,paid,2023-01-03\n2,b,2023-01-04,5,failed,\n\
               3,a,2023-02-02,5,paid,2023-02-03\n";
    assert_eq!((read(&open(log)).0, warnings(&open(log)).contains("unpaid")), (2, false));
    assert_eq!(warnings(&flagged("paid_at", "2023-05-01", "2023-05-02")), "");
}

#[test]
fn deals_that_were_not_won_are_none_whatever_their_stage_is_called() {
    for (column, odd, usual) in [
        ("Stage", "Qualified", "Won"),
        ("dealstage", "appointmentscheduled", "closedwon"),
        ("pipeline_stage", "Erstgespräch", "Gewonnen"),
        ("StageName", "Legal review", "Closed Won"),
    ] {
        assert_eq!(counted(column, odd, usual), (16, 160.0), "{column}");
    }
    // A word that is not known is kept where nothing is won.
    assert_eq!(counted("Status", "Legal review", "Paid").0, 20);
}

#[test]
fn sides_and_letters_of_documents_are_returns() {
    for (column, odd, usual) in [
        ("credit_debit", "C", "D"),
        ("transaction_type", "R", "S"),
        ("Doc Type", "C", "I"),
        ("Billing Type", "RE", "F2"),
    ] {
        assert_eq!(counted(column, odd, usual), (16, 120.0), "{column}");
    }
    // Of what they are letters nothing says: sizes would look the same.
    let summary = flagged("type", "R", "S");
    assert_eq!(read(&summary).0, 20);
    assert!(warnings(&summary).contains("'R' in 4 rows (40.00)"), "{}", warnings(&summary));
}

/// An order becomes a bill, and a payment is that of a bill; offers, advance bills and delivery notes are no sales.
#[test]
fn documents_before_and_behind_a_bill_count_once() {
    for (column, odd, usual) in [
        ("Document Type", "Order", "Invoice"),
        ("Transaction Type", "Sales Order", "Invoice"),
        ("Type", "Opportunity", "Invoice"),
        ("Tipo de comprobante", "Remito", "Factura A"),
        ("Tipo", "GT", "FT"),
        ("Typ dokumentu", "WZ", "Faktura VAT"),
        ("Typ dokladu", "Zálohová faktura", "Faktura vydaná"),
        ("Bizonylat típusa", "Díjbekérő", "Számla"),
        ("Verifikationstyp", "Offert", "Faktura"),
        ("Вид документа", "Счет на оплату покупателю", "Реализация (акты, накладные)"),
        ("Fiş Türü", "Satış Siparişi", "Toptan Satış Faturası"),
        ("伝票区分", "受注", "売上"),
        ("单据类型", "销售订单", "销售出库单"),
        ("Billing Type", "F8", "F2"),
        ("Vorgang", "Bareinlage", "Verkauf"),
        ("transaction_type", "points_earned", "purchase"),
        ("event", "payment_failed", "payment_succeeded"),
        ("event", "order_cancelled", "order_placed"),
    ] {
        assert_eq!(counted(column, odd, usual), (16, 160.0), "{column}");
    }
    // Orders alone are what is sold.
    assert_eq!(counted("Document Type", "Return", "Order"), (16, 120.0));
}

#[test]
fn a_payment_counts_when_it_is_taken() {
    for (column, steps, taken) in [
        ("event", &["authorised"][..], "captured"),
        ("Transaction Type", &["AUTH"], "CAPTURE"),
        ("Trans Type", &["Pre-Authorization"], "Completion"),
        ("Record Type", &["Received", "Authorised", "SentForSettle"], "Settled"),
    ] {
        let mut log = format!("payment,customer_id,created,amount,{column}\n");
        for n in 0..10 {
            // The last two were never taken.
            let last = if n < 8 { taken } else { "Void" };
            for (second, step) in steps.iter().copied().chain([last]).enumerate() {
                let _ = writeln!(log, "P{n},K{},{} 10:00:0{second},{}.50,{step}", n % 4, day(5 * n), 10 + n);
            }
        }
        let summary = open(&log);
        // 10.5 + .. + 17.5
        assert_eq!(read(&summary), (8, 112.0, 4), "{column}: {:?}", summary.meta.assumptions);
    }
}

#[test]
fn an_order_that_is_called_off_later_is_no_purchase() {
    let log = |states: &[&str], off: &[&str]| {
        let mut log = "order_id,customer_id,date,amount,status\n".to_owned();
        for n in 0..12 {
            for (k, state) in (if n % 4 == 1 { off } else { states }).iter().enumerate() {
                let _ = writeln!(log, "{n},K{},{},{}.00,{state}", n % 4, day(6 * n + k), 20 + n);
            }
        }
        open(&log)
    };
    let summary = log(&["created", "paid", "shipped"], &["created", "paid", "cancelled"]);
    // All of 20 .. 31 but 21, 25 and 29; K1 has none left.
    assert_eq!(read(&summary), (9, 306.0 - 75.0, 3));
    let note = summary.meta.account.notes.iter().find(|note| note.code == "order-called-off").unwrap();
    assert_eq!(note.rows, 6);
    // Paid again after that, it is one; so it is where nothing says what came last.
    assert_eq!(read(&log(&["created", "paid"], &["paid", "cancelled", "paid"])).0, 12);
}

#[test]
fn versions_of_orders_are_said() {
    let mut log = "order_id,version,customer_id,order_date,amount\n".to_owned();
    for n in 0..20 {
        for version in 1..=1 + n % 2 {
            let _ = writeln!(log, "{n},{version},K{},{},{}.00", n % 5, day(3 * n), 20 + n + version);
        }
    }
    let said = warnings(&open(&log));
    assert!(said.contains("'1' in 20 rows") && said.contains("once for each of its versions"), "{said}");
    assert!(!warnings(&flagged("version", "3", "7")).contains("versions"));
}

/// What a caller leaves out by hand is not told as if it had been given back.
#[test]
fn many_values_are_told_once() {
    let mut log = "id,customer_id,date,amount,note\n".to_owned();
    (0..60).for_each(|n| {
        let _ = writeln!(
            log,
            "{n},K{},{},5.00,{}",
            n % 7,
            day(n),
            if n % 10 == 0 { String::new() } else { format!("n{n}") }
        );
    });
    let options = clv::history::LogOptions {
        except: clv::history::ColumnValues::list("--except", "note=").unwrap(),
        ..Default::default()
    };
    let summary = super::exported::open_files(&[("export.csv", log.into())], &options);
    let said = summary.meta.assumptions.join("\n");
    assert!(said.contains("left out: an empty cell (6 rows") && !said.contains("given back"), "{said}");
    assert!(!said.contains("not known here"), "{said}");
}

/// Rentals and rides have a beginning and an end, and are no contracts; memberships of months are.
#[test]
fn rentals_are_no_contracts() {
    let moment = |hour: i64| {
        let day = jiff::civil::date(1970, 1, 1).saturating_add(jiff::Span::new().days(hour / 24));
        format!("{day} {:02}:00:00", hour % 24)
    };
    let table = |hours: i64| {
        let mut log = "rental_id,customer_id,start_date,end_date,price\n".to_owned();
        for n in 0..40_i64 {
            let start = 19_400 * 24 + 31 * n;
            let _ = writeln!(log, "{n},K{},{},{},12.00", n % 9, moment(start), moment(start + hours + n % 3));
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rentals.csv");
        std::fs::write(&path, log).unwrap();
        let read = clv::history::open(std::slice::from_ref(&path), &Default::default(), &())
            .map(|summary| read(&summary));
        (table_kind(None, &[path.into()], &Default::default()), read)
    };
    let (kind, refused) = table(30);
    assert!(matches!(kind, TableKind::Purchases), "{kind:?}");
    // Which of the two dates is that of the purchase, only the caller knows.
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("(a rental, a stay, a ride), say --date start_date"), "{refused}");
    assert!(matches!(table(24 * 91).0, TableKind::Book), "{:?}", table(24 * 91).0);
}
