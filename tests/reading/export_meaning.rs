//! What the columns and rows of an export mean: names in many languages, which of several columns is the customer's,
//! status words, refunds. Expected values are by hand, beside the data.

use std::path::{Path, PathBuf};

use clv::history::{self, ColumnValues, Fate, LogOptions, Summary};

struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Self {
        Files(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}

fn open(path: &Path, options: &LogOptions) -> Summary {
    history::open(&[path.to_owned()], options, &()).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Customers, purchases, what they amount to.
fn read(summary: &Summary) -> (u64, u64, f64) {
    let account = &summary.meta.account;
    assert!(account.adds_up(), "{account:?}");
    let purchases = account.entry(Fate::Purchase);
    let amount = purchases.and_then(|entry| entry.amount).unwrap_or(f64::NAN);
    (summary.meta.customers.unwrap(), purchases.map_or(0, |entry| entry.rows), amount)
}

/// Rows of text, separated by commas, as CSV and as JSON Lines.
fn both(files: &Files, name: &str, header: &str, rows: &[String]) -> [PathBuf; 2] {
    let csv =
        std::iter::once(header.to_owned()).chain(rows.iter().cloned()).collect::<Vec<_>>().join("\n") + "\n";
    let names: Vec<&str> = header.split(',').collect();
    let object = |row: &String| {
        let cells = names.iter().zip(row.split(',')).map(|(name, cell)| format!("{name:?}: {cell:?}"));
        format!("{{{}}}\n", cells.collect::<Vec<_>>().join(", "))
    };
    let json: String = rows.iter().map(object).collect();
    [files.write(&format!("{name}.csv"), &csv), files.write(&format!("{name}.jsonl"), &json)]
}

/// Day n of 2023, of the first 28 of a month.
fn day(n: usize) -> String {
    format!("2023-{:02}-{:02}", 1 + n / 28 % 12, 1 + n % 28)
}

/// 60 orders of 12 customers, each 10: whatever the columns are called.
#[test]
fn names_in_many_languages_and_spellings() {
    let files = Files::new();
    for (at, header) in [
        "Order ID,Customer E-mail,Order Date,Order Total (inc tax)",
        "Bestellnummer,Kunden-Nr.,Bestelldatum,Betrag (EUR)",
        "N° commande,Numéro de client,Date de commande,Montant TTC",
        "Nº pedido,Código cliente,Fecha de compra,Importe total",
        "Numero ordine,Codice cliente,Data ordine,Totale",
        "Número do pedido,CPF,Data do pedido,Valor pago",
        "Sipariş No,Müşteri Kodu,Sipariş Tarihi,Toplam Tutar",
        "Ordernummer,Klantnummer,Besteldatum,Totaalbedrag",
        "Nr zamówienia,Klient,Data zamówienia,Kwota",
        "Номер заказа,Код клиента,Дата заказа,Сумма заказа",
        "订单编号,买家会员名,下单时间,实付金额",
        "注文番号,会員番号,購入日,購入金額",
        "주문번호,회원번호,주문일자,결제금액",
        "id,user_id,created_at,tran_amount",
        "Invoice,Client code,Invoice Date,N. Revenue",
        "ID,Kunde,Verkaufsdatum,Total $",
        "order_id,Buyer Username,Sale Date,Item total",
    ]
    .into_iter()
    .enumerate()
    {
        let rows: Vec<String> =
            (0..60).map(|n| format!("A{},k{},{},10", 1000 + n, n * 7 % 12, day(n * 3))).collect();
        for path in both(&files, &format!("names{at}"), header, &rows) {
            assert_eq!(read(&open(&path, &LogOptions::default())), (12, 60, 600.0), "{header}");
        }
    }
}

#[test]
fn values_say_which_column_is_the_customers() {
    let files = Files::new();
    // (columns, the customer's by its values)
    type Rows = fn(usize) -> String;
    let cases: [(&str, Rows); 6] = [
        // customer_id is new with each order; the customer is in another column.
        ("customer_id,customer_unique_id,date,amount", |n: usize| {
            format!("h{},u{},{},10", n * 7919, n % 12, day(n))
        }),
        ("customer_id,email,date,amount", |n| format!("{},e{}@x.org,{},10", 90_000 + n, n % 12, day(n))),
        ("Id,Email,Created at,Total", |n| format!("{},e{}@x.org,{},10", 90_000 + n, n % 12, day(n))),
        ("id,customer_name,date,amount", |n| format!("{n},Name {},{},10", n % 12, day(n))),
        // The customer's own number stays, whatever is as good.
        ("id,email,date,amount", |n| format!("{},e{}@x.org,{},10", n % 12, n % 12, day(n))),
        // An account that hardly any row has loses to one that all have.
        ("user_id,Email,date,amount", |n| {
            let account = if n % 5 == 0 { format!("{}", n % 12) } else { String::new() };
            format!("{account},e{}@x.org,{},10", n % 12, day(n))
        }),
    ];
    for (at, (header, rows)) in cases.into_iter().enumerate() {
        let rows: Vec<String> = (0..60).map(rows).collect();
        for path in both(&files, &format!("who{at}"), header, &rows) {
            assert_eq!(read(&open(&path, &LogOptions::default())), (12, 60, 600.0), "{header}");
        }
    }
    // Two that are as good and not alike: asked, with what each would give.
    let rows: Vec<String> = (0..60).map(|n| format!("c{},u{},{},10", n % 12, n % 20, day(n))).collect();
    for path in both(&files, "two", "client_id,user_id,date,amount", &rows) {
        let error = history::open(&[path], &LogOptions::default(), &()).err().unwrap().to_string();
        for words in ["'client_id' (12 customers with 60 rows)", "'user_id' (20 customers", "--id"] {
            assert!(error.contains(words), "{error}");
        }
    }
}

#[test]
fn rows_that_are_no_purchase_are_left_out_by_their_status() {
    let files = Files::new();
    for (at, (column, words)) in [
        ("Financial Status", ["paid", "partially_refunded", "refunded", "voided", "pending"]),
        ("status", ["wc-completed", "wc-processing", "wc-refunded", "wc-failed", "wc-cancelled"]),
        ("Status", ["Paid", "Paid", "Refunded", "Failed", "requires_payment_method"]),
        ("Deal Status", ["Closed Won", "closedwon", "Reversed", "Closed Lost", "Lost"]),
        ("Bestellstatus", ["Versendet", "Bezahlt", "Erstattet", "Storniert", "Fehlgeschlagen"]),
        ("Durum status", ["Teslim edildi", "Kargoya verildi", "İade edildi", "İptal", "Bekliyor"]),
        ("order_status", ["Livrée", "Payée", "Remboursée", "Annulée", "En attente"]),
        ("order status", ["Entregado", "Pagado", "Reembolsado", "Cancelado", "Rechazado"]),
        ("order-status", ["Доставлен", "Оплачен", "Возврат", "Отменён", "Не оплачен"]),
        ("order_state", ["交易成功", "已发货", "已退款", "已取消", "未付款"]),
    ]
    .into_iter()
    .enumerate()
    {
        let rows: Vec<String> =
            (0..100).map(|n| format!("k{},{},10,{}", n % 12, day(n), words[n % 5])).collect();
        for path in both(&files, &format!("status{at}"), &format!("customer_id,date,amount,{column}"), &rows)
        {
            let summary = open(&path, &LogOptions::default());
            assert_eq!(read(&summary), (12, 40, 400.0), "{column}: {:?}", summary.meta.assumptions);
            assert_eq!(summary.meta.account.rows(Fate::NoPurchase), 60);
            let notes: u64 = summary
                .meta
                .account
                .notes
                .iter()
                .filter(|n| n.code.starts_with("left-out:"))
                .map(|n| n.rows)
                .sum();
            assert_eq!(notes, 60, "{column}");
            // All are kept if asked for.
            let all = LogOptions {
                only: ColumnValues::list("--only", &format!("{column}=*")).unwrap(),
                ..LogOptions::default()
            };
            assert_eq!(read(&open(&path, &all)), (12, 100, 1000.0), "{column}");
        }
    }
}

#[test]
fn words_that_are_not_known_are_kept_and_said() {
    let files = Files::new();
    let words = ["paid", "cancelled", "on the moon"];
    let rows: Vec<String> = (0..90).map(|n| format!("k{},{},10,{}", n % 10, day(n), words[n % 3])).collect();
    for path in both(&files, "moon", "customer_id,date,amount,status", &rows) {
        let summary = open(&path, &LogOptions::default());
        assert_eq!(read(&summary), (10, 60, 600.0));
        assert!(
            summary
                .meta
                .assumptions
                .iter()
                .any(|said| said.contains("not known here, and kept: 'on the moon' (30 rows, 300.00)"))
        );
        let except = ColumnValues::list("--except", "status=cancelled,on the moon").unwrap();
        assert_eq!(read(&open(&path, &LogOptions { except, ..LogOptions::default() })), (10, 30, 300.0));
    }
}

#[test]
fn kinds_of_rows_and_flags_decide_too() {
    let files = Files::new();
    for (at, (column, rows, expected)) in [
        // A refund is a return whether its amount has a sign or not; a payout is nothing: 40 x 10 - 20 x 2.
        (
            "Type",
            (|n| (["charge", "charge", "refund", "payout"][n % 4], ["10", "10", "-2", "-90"][n % 4]))
                as fn(usize) -> (&'static str, &'static str),
            (40, 400.0),
        ),
        (
            "Type",
            |n| (["charge", "charge", "refund", "payout"][n % 4], ["10", "10", "2", "90"][n % 4]),
            (40, 400.0),
        ),
        ("event_type", |n| (["view", "add_to_cart", "purchase", "purchase"][n % 4], "10"), (40, 400.0)),
        ("captured", |n| (["true", "true", "false", "true"][n % 4], "10"), (60, 600.0)),
        ("is_cancelled", |n| (["0", "0", "1", "0"][n % 4], "10"), (60, 600.0)),
        ("Cancelled at", |n| (["", "", "2023-05-01 10:00", ""][n % 4], "10"), (60, 600.0)),
        // What was paid back is taken off: 60 x 10 + 20 x 4; nothing is left of none.
        ("Amount Refunded", |n| (["0.00", "0.00", "6.00", "0.00"][n % 4], "10"), (80, 680.0)),
        ("Refunded Amount", |n| (["0", "", "10.00", "0"][n % 4], "10"), (60, 600.0)),
    ]
    .into_iter()
    .enumerate()
    {
        let row = |n: usize| {
            let (value, amount) = rows(n);
            format!("k{},{},{amount},{value}", n % 4 + 4 * (n / 4 % 3), day(n))
        };
        let rows: Vec<String> = (0..80).map(row).collect();
        for path in both(&files, &format!("kind{at}"), &format!("customer_id,date,amount,{column}"), &rows) {
            let (_, purchases, amount) = read(&open(&path, &LogOptions::default()));
            assert_eq!((purchases, amount), expected, "{column}");
        }
    }
}

#[test]
fn only_and_except_take_any_column() {
    let files = Files::new();
    let rows: Vec<String> =
        (0..60).map(|n| format!("k{},{},10,{}", n % 10, day(n), ["web", "shop", " Phone"][n % 3])).collect();
    for path in both(&files, "channel", "customer_id,date,amount,channel", &rows) {
        let only = |text: &str| LogOptions {
            only: ColumnValues::list("--only", text).unwrap(),
            ..LogOptions::default()
        };
        assert_eq!(read(&open(&path, &only("channel=web,phone"))).1, 40);
        assert_eq!(read(&open(&path, &only("CHANNEL=Web"))).1, 20);
        // A column may have an attribute's role, too.
        let options = LogOptions { attributes: vec!["channel".into()], ..only("channel=shop") };
        assert_eq!(read(&open(&path, &options)).1, 20);
        let summary = open(&path, &only("channel=web,fax"));
        assert!(
            summary.meta.warnings.iter().any(|w| w.code == "value-not-there" && w.message.contains("'fax'"))
        );
        let error = history::open(&[path], &only("chanel=web"), &()).err().unwrap().to_string();
        assert!(error.contains("--only names a column 'chanel'"), "{error}");
    }
    assert!(ColumnValues::list("--only", "web").is_err());
}

/// Customers, occasions, what they amount to after returns.
fn folded(summary: &Summary) -> (u64, u64, f64) {
    let (mut customers, mut occasions, mut worth) = (0, 0, 0.0);
    for batch in summary.batches() {
        let batch = batch.unwrap();
        for row in 0..batch.len() {
            let x = batch.frequency.value(row);
            customers += 1;
            occasions += u64::from(x) + 1;
            worth += batch.monetary_value.as_ref().map_or(0.0, |money| money.value(row)) * f64::from(x);
        }
    }
    (customers, occasions, worth)
}

/// 40 orders of 8 customers; each is bought on day 3 n, its second line a day later.
fn order_lines(amounts: impl Fn(usize) -> [String; 2]) -> Vec<String> {
    (0..40)
        .flat_map(|n| {
            let [one, two] = amounts(n);
            [
                format!("O{n},k{},{},{one}", n % 8, day(3 * n)),
                format!("O{n},k{},{},{two}", n % 8, day(3 * n + 1)),
            ]
        })
        .collect()
}

#[test]
fn lines_of_an_order_are_one_purchase() {
    let files = Files::new();
    let header = "Order ID,customer_id,date,amount";
    // 40 orders, 8 of them first ones: 32 repeats of 10 + n each; n from 8 to 39 adds up to 752.
    let both_lines: f64 = 32.0 * 10.0 + 752.0;
    for (at, amounts) in [
        (|n| [format!("{}", n), "10".to_owned()]) as fn(usize) -> [String; 2],
        // The order's amount in each line, or in the first alone.
        |n| [format!("{}", n + 10), format!("{}", n + 10)],
        |n| [format!("{}", n + 10), String::new()],
        // A return that names its order.
        |n| [format!("{}", n + 11), "-1".to_owned()],
    ]
    .into_iter()
    .enumerate()
    {
        for path in both(&files, &format!("lines{at}"), header, &order_lines(amounts)) {
            let summary = open(&path, &LogOptions::default());
            assert!(summary.meta.account.adds_up());
            assert_eq!(folded(&summary), (8, 40, both_lines), "{at}: {:?}", summary.meta.account);
            // The same in little memory, which sorts and merges pieces.
            let little =
                LogOptions { memory_limit: Some(1_000_000), threads: Some(1), ..LogOptions::default() };
            assert_eq!(folded(&open(&path, &little)), (8, 40, both_lines), "{at}");
        }
    }
    // Lines of one day make no difference to days: nothing is said and nothing changes. Named, the column is used.
    let rows: Vec<String> =
        (0..40).map(|n| format!("O{},k{},{},{}", n / 2, n / 2 % 5, day(n / 2), n % 7)).collect();
    for path in both(&files, "day", header, &rows) {
        let summary = open(&path, &LogOptions::default());
        assert!(!summary.meta.assumptions.iter().any(|said| said.contains("orders are in")));
        let named = open(&path, &LogOptions { order: Some("Order ID".into()), ..LogOptions::default() });
        assert!(named.meta.assumptions.iter().any(|said| said.contains("orders are in column \"Order ID\"")));
        assert_eq!(folded(&named), folded(&summary));
    }
}

#[test]
fn an_order_in_two_exports_counts_once() {
    let files = Files::new();
    let row = |n: usize| format!("O{n},k{},{},{}", n % 8, day(3 * n), 10 + n);
    let part = |name: &str, rows: std::ops::Range<usize>| {
        let rows: Vec<String> = rows.map(row).collect();
        both(&files, name, "order_number,customer_id,date,amount", &rows)
    };
    let (whole, first, second) = (part("whole", 0..60), part("first", 0..40), part("second", 25..60));
    for at in 0..2 {
        let summary = open(&whole[at], &LogOptions::default());
        let paths = [first[at].clone(), second[at].clone()];
        let parts = history::open(&paths, &LogOptions::default(), &()).unwrap();
        assert_eq!(folded(&parts), folded(&summary));
        assert_eq!(parts.meta.account.rows(Fate::OrderTwice), 15);
        assert!(parts.meta.account.adds_up());
        assert_eq!(read(&parts).2, read(&summary).2);
    }
}

#[test]
fn ids_are_folded_trimmed_and_left_out() {
    let files = Files::new();
    let log = "email,date,amount\nbob@x.org,2023-01-02,1\nBob@X.org,2023-02-02,2\nBOB@x.org,2023-03-02,4\nann@x.org,2023-03-02,8\n";
    let summary = open(&files.write("mail.csv", log), &LogOptions::default());
    assert_eq!(folded(&summary), (2, 4, 6.0));
    assert!(
        summary
            .meta
            .assumptions
            .iter()
            .any(|said| said.contains("e-mail addresses") && said.contains("2 rows"))
    );
    let log = "customer_id,date,amount\nA1,2023-01-02,1\na1 ,2023-02-02,2\n17,2023-01-02,3\n17.0,2023-02-02,4\n0,2023-01-05,5\nZZ0,2023-01-05,6\n";
    let path = files.write("ids.csv", log);
    assert_eq!(folded(&open(&path, &LogOptions::default())).0, 6);
    let options = LogOptions {
        fold_case: true,
        trim: true,
        guests: vec!["0".into(), "ZZ0".into()],
        ..LogOptions::default()
    };
    let summary = open(&path, &options);
    assert_eq!(folded(&summary), (2, 4, 6.0));
    let guests = summary.meta.account.entry(Fate::Guest).unwrap();
    assert_eq!((guests.rows, guests.amount), (2, Some(11.0)));
}

/// Two columns that name the same customers: the one that knows guests, too, tells more purchases apart (purchases without
/// a customer were left out). Where they disagree about anybody, or neither knows more, nothing changes.
#[test]
fn the_fuller_of_two_columns_of_one_customer_is_used() {
    let files = Files::new();
    let log = |mail: fn(usize) -> String| {
        let row = |i: usize| {
            let id = if i % 4 == 3 { String::new() } else { format!("c{}", i % 5) };
            format!("{id},{},2023-{:02}-{:02},5\n", mail(i), 1 + i / 28, 1 + i % 28)
        };
        "Customer ID,Customer Email,Date,Amount\n".to_owned() + &(0..120).map(row).collect::<String>()
    };
    let same = log(|i| format!("{}{}@x.com", if i % 2 == 0 { "U" } else { "u" }, i % 5));
    let summary = open(&files.write("same.csv", &same), &LogOptions::default());
    assert_eq!(read(&summary), (5, 120, 600.0));
    // An address of two customers; a customer of two addresses: numbers stay.
    for (name, mail) in [
        ("shared", (|i| format!("u{}@x.com", (i % 5).min(3))) as fn(usize) -> String),
        ("moved", |i| format!("u{}{}@x.com", i % 5, i / 60)),
    ] {
        let options = LogOptions { skip_bad_rows: true, ..LogOptions::default() };
        let summary = open(&files.write(&format!("{name}.csv"), &log(mail)), &options);
        assert_eq!(read(&summary), (5, 90, 450.0), "{name}");
    }
}
