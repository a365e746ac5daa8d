//! Exports of further languages and programs: names, states and months; booleans of JSON and Parquet; whose an amount is
//! where lines of an order have one; separators that are blanks. Headings are those of the programs (Shopee, KiotViet, Salla,
//! Taobao, Prom.ua, Shoptet, Fortnox ...), rows are invented, expected values are by hand beside the data.

use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::{Array, BooleanArray, Float64Array, RecordBatch, StringArray};
use clv::history::{self, Fate, LogOptions, Summary};

fn open_bytes(name: &str, bytes: &[u8], options: &LogOptions) -> Summary {
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    history::open(&[path], options, &()).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn open(text: &str) -> Summary {
    open_bytes("export.csv", text.as_bytes(), &LogOptions::default())
}

/// Rows that are purchases, what they amount to, and customers.
fn read(summary: &Summary) -> (u64, f64, u64) {
    let account = &summary.meta.account;
    assert!(account.adds_up(), "{account:?}");
    let bought = account.entry(Fate::Purchase);
    let amount = bought.and_then(|entry| entry.amount).unwrap_or(f64::NAN);
    (bought.map_or(0, |entry| entry.rows), amount, summary.meta.customers.unwrap())
}

fn warnings(summary: &Summary) -> String {
    summary.meta.warnings.iter().map(|warning| format!("{}: {}\n", warning.code, warning.message)).collect()
}

/// Day n of 2023, of the first 28 of a month.
fn day(n: usize) -> String {
    format!("2023-{:02}-{:02}", 1 + n / 28 % 12, 1 + n % 28)
}

/// Headings (customer, date, amount, state), and words for what was bought, called off and given back. One language a line.
const LANGUAGES: [[&str; 7]; 24] = [
    [
        "Username (Pembeli)",
        "Waktu Pesanan Dibuat",
        "Total Pembayaran",
        "Status Pesanan",
        "Selesai",
        "Batal",
        "Pengembalian",
    ],
    ["Mã KH", "Thời gian giao dịch", "Khách đã trả", "Trạng thái", "Hoàn thành", "Đã hủy", "Đã hoàn tiền"],
    ["ชื่อผู้ใช้ (ผู้ซื้อ)", "วันที่ทำการสั่งซื้อ", "จำนวนเงินทั้งหมด", "สถานะการสั่งซื้อ", "สำเร็จ", "ยกเลิก", "คืนเงินแล้ว"],
    ["رقم العميل", "تاريخ الطلب", "إجمالي الطلب", "حالة الطلب", "مكتمل", "ملغي", "مسترجع"],
    ["شماره مشتری", "تاریخ سفارش", "مبلغ کل", "وضعیت", "پرداخت شده", "لغو شده", "بازگشت وجه"],
    ["מספר לקוח", "תאריך", "סכום כולל", "סטטוס", "שולם", "בוטל", "הוחזר"],
    ["Πελάτης", "Ημερομηνία", "Σύνολο", "Κατάσταση", "Ολοκληρώθηκε", "Ακυρώθηκε", "Επιστράφηκε"],
    ["Покупець", "Дата", "Сума", "Стан", "Виконано", "Скасовано", "Повернено"],
    ["Клиент", "Дата на поръчка", "Обща сума", "Статус", "Доставена", "Отказана", "Върната"],
    ["Kupac", "Datum narudžbe", "Ukupno", "Status", "Isporučeno", "Otkazano", "Vraćeno"],
    ["ग्राहक", "दिनांक", "कुल राशि", "स्थिति", "पूर्ण", "रद्द", "वापस"],
    ["Kundnummer", "Orderdatum", "Totalt", "Status", "Levererad", "Makulerad", "Återbetald"],
    ["Kundenummer", "Ordredato", "Beløb", "Tilstand", "Gennemført", "Annulleret", "Refunderet"],
    ["Asiakasnumero", "Tilauspäivä", "Yhteensä", "Tila", "Toimitettu", "Peruttu", "Palautettu"],
    ["Cod client", "Data comenzii", "Total comandă", "Stare", "Finalizată", "Anulată", "Returnată"],
    ["Vevőkód", "Dátum", "Végösszeg", "Állapot", "Teljesítve", "Törölve", "Visszatérítve"],
    ["E-mail zákazníka", "Datum objednávky", "Celkem s DPH", "Stav", "Vyřízena", "Stornována", "Vráceno"],
    ["Klient", "Data zamówienia", "Kwota", "Stan", "Zrealizowane", "Anulowane", "Zwrócone"],
    ["Client", "Date", "Montant", "État", "Livré", "Annulé", "Remboursé"],
    ["Cliente", "Fecha", "Importe", "Estado", "Entregado", "Anulado", "Devuelto"],
    ["买家会员名", "订单创建时间", "买家实际支付金额", "订单状态", "交易成功", "交易关闭", "退款成功"],
    ["買家帳號", "訂單成立時間", "訂單總金額", "訂單狀態", "已完成", "已取消", "退費"],
    ["注文者メールアドレス", "注文日時", "合計金額", "ステータス", "発送済", "キャンセル", "返品"],
    ["구매자ID", "결제일", "총 주문금액", "주문상태", "구매확정", "취소완료", "반품완료"],
];

/// 40 rows of 8 customers: 24 were bought, 8 called off, 8 given back. Each is 10.
#[test]
fn names_and_states_of_further_languages() {
    for [customer, date, amount, state, bought, off, back] in LANGUAGES {
        let mut text = format!("{customer},{date},{amount},{state}\n");
        for n in 0..40 {
            let word = [bought, bought, off, bought, back][n % 5];
            writeln!(text, "k{}@x.org,{},10.00,{word}", n % 8, day(7 * n)).unwrap();
        }
        let summary = open(&text);
        assert_eq!(read(&summary), (24, 240.0, 8), "{state}: {:?}", summary.meta.assumptions);
        assert!(
            summary.meta.assumptions.iter().any(|said| said.contains("no purchases and left out")),
            "{state}"
        );
        assert_eq!(warnings(&summary), "", "{state}");
    }
}

/// The header says nothing, the words do; or it says that what became of the delivery is meant.
#[test]
fn states_under_other_names() {
    for (name, words) in [
        ("Result", ["Approved", "Declined", "Voided"]),
        ("outcome", ["succeeded", "failed", "refunded"]),
        ("payment_state", ["paid", "pending", "refunded"]),
        ("Gateway", ["captured", "expired", "reversed"]),
        ("Fulfillment Status", ["fulfilled", "cancelled", "returned"]),
        ("livemode", ["true", "false", "false"]),
    ] {
        let mut text = format!("customer_id,date,amount,{name}\n");
        for n in 0..40 {
            writeln!(text, "k{},{},10,{}", n % 8, day(7 * n), words[[0, 0, 1, 0, 2][n % 5]]).unwrap();
        }
        let summary = open(&text);
        assert_eq!(read(&summary), (24, 240.0, 8), "{name}: {:?}", summary.meta.assumptions);
    }
    // An order that is not on its way yet is a purchase.
    let mut text = "customer_id,date,amount,Fulfillment Status\n".to_owned();
    for n in 0..40 {
        let word = ["fulfilled", "pending", "unfulfilled", "on_hold"][n % 4];
        writeln!(text, "k{},{},10,{word}", n % 8, day(7 * n)).unwrap();
    }
    let summary = open(&text);
    assert_eq!((read(&summary), warnings(&summary)), ((40, 400.0, 8), String::new()));
}

/// Zulu, which is not known here; and grades of customers, which are no states.
#[test]
fn states_whose_words_are_unknown_are_said() {
    let log = |name: &str, words: [&str; 2]| {
        let mut text = format!("customer_id,date,amount,{name}\n");
        (0..40).for_each(|n| {
            writeln!(text, "k{},{},10,{}", n % 8, day(7 * n), words[usize::from(n % 5 == 0)]).unwrap()
        });
        open(&text)
    };
    for name in ["Status", "Order state", "Trạng thái", "สถานะ", "الحالة"] {
        let said = warnings(&log(name, ["Ukuphelela", "Khansela"]));
        assert!(
            said.contains("'Ukuphelela' in 32 rows (320.00), 'Khansela' in 8 rows (80.00)"),
            "{name}: {said}"
        );
    }
    for (name, words) in [
        ("Status", ["gold", "silver"]),
        ("Estado", ["SP", "RJ"]),
        ("State", ["NY", "CA"]),
        ("Colour", ["red", "blue"]),
    ] {
        assert_eq!(warnings(&log(name, words)), "", "{name}");
    }
}

/// Is it a test, was it paid, was it called off?
type Flags = (bool, bool, bool);

/// In JSON `true` is the word that it is in CSV, whatever it decides about; in Parquet, too, and null is nothing.
#[test]
fn booleans_decide_in_every_container() {
    let rows: Vec<Flags> = (0..40).map(|n| (n % 10 == 0, n % 10 != 1, n % 10 == 2)).collect();
    let expected = (28, 280.0, 8);
    let csv: String = rows.iter().enumerate().fold(
        "customer,date,amount,test,paid,cancelled\n".into(),
        |mut text, (n, row)| {
            writeln!(text, "k{},{},10,{},{},{}", n % 8, day(7 * n), row.0, row.1, row.2).unwrap();
            text
        },
    );
    assert_eq!(read(&open(&csv)), expected);
    let object = |(n, row): (usize, &Flags)| {
        format!(
            "{{\"customer\":\"k{}\",\"date\":\"{}\",\"amount\":10,\"test\":{},\"paid\":{},\"cancelled\":{},\"note\":null}}",
            n % 8,
            day(7 * n),
            row.0,
            row.1,
            if row.2 { "true" } else { "null" }
        )
    };
    let objects: Vec<String> = rows.iter().enumerate().map(object).collect();
    for (name, text) in [
        ("lines.jsonl", objects.join("\n")),
        ("array.json", format!("[{}]", objects.join(",\n"))),
        ("wrapped.json", format!("{{\"orders\": [\n{}\n]}}", objects.join(",\n"))),
    ] {
        let summary = open_bytes(name, text.as_bytes(), &LogOptions::default());
        assert_eq!(read(&summary), expected, "{name}");
    }
    let text = |of: &dyn Fn(usize) -> String| {
        Arc::new(StringArray::from_iter_values((0..40).map(of))) as Arc<dyn Array>
    };
    let flags = |of: fn(&Flags) -> Option<bool>| {
        Arc::new(rows.iter().map(of).collect::<BooleanArray>()) as Arc<dyn Array>
    };
    let batch = RecordBatch::try_from_iter([
        ("customer", text(&|n| format!("k{}", n % 8))),
        ("date", text(&|n| day(7 * n))),
        ("amount", Arc::new(Float64Array::from(vec![10.0; 40])) as Arc<dyn Array>),
        ("test", flags(|row| Some(row.0))),
        ("paid", flags(|row| Some(row.1))),
        ("cancelled", flags(|row| row.2.then_some(true))),
    ])
    .unwrap();
    let mut writer = parquet::arrow::ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    let parquet = open_bytes("log.parquet", &writer.into_inner().unwrap(), &LogOptions::default());
    assert_eq!(read(&parquet), expected, "parquet");
}

/// 30 orders of 6 customers, each with two lines; what stands in a line is up to the case.
fn orders(amount: &str, beside: &str, line: impl Fn(usize, usize) -> (String, String)) -> String {
    let mut text = format!("order_id,customer_id,date,{beside},{amount}\n");
    for n in 0..30 {
        for which in 0..2 {
            let (what, how_much) = line(n, which);
            writeln!(text, "O{n},k{},{},{what},{how_much}", n % 6, day(7 * n)).unwrap();
        }
    }
    text
}

/// Order n comes to 10 + n, and so does each of its lines: is that the line's or the order's? All orders sum to 735.
#[test]
fn lines_of_one_amount_are_the_orders_only_on_evidence() {
    let once = 735.0;
    let of_order = |n: usize, which: usize| (format!("SKU{which}"), (10 + n).to_string());
    // Whatever the rows say, these names are those of a line.
    for name in [
        "item-price",
        "Lineitem price",
        "line_total",
        "unit_price",
        "price",
        "Positionssumme",
        "Total ligne",
        "商品金额",
    ] {
        let summary = open(&orders(name, "sku", of_order));
        assert_eq!(read(&summary).1, 2.0 * once, "{name}: {:?}", summary.meta.assumptions);
    }
    // These are an order's, and so are others where different products have one amount in every order.
    for name in ["order_total", "Grand total", "Total commande", "amount", "revenue"] {
        let summary = open(&orders(name, "sku", of_order));
        assert_eq!(read(&summary).1, once, "{name}: {:?}", summary.meta.assumptions);
        assert!(
            summary
                .meta
                .assumptions
                .iter()
                .any(|said| said.contains("which counts once (--order \"order_id=add\""))
        );
        let options = LogOptions { order: Some("order_id=add".into()), ..LogOptions::default() };
        let added = open_bytes("export.csv", orders(name, "sku", of_order).as_bytes(), &options);
        assert_eq!(read(&added).1, 2.0 * once, "{name}");
    }
    // A shop with one price, one with a few, tickets: equal lines are what they are by chance, or by what they are lines of.
    for (what, text, all) in [
        ("one price", orders("amount", "sku", |_, which| (format!("SKU{which}"), "9.5".into())), 570.0),
        (
            "two prices",
            orders("amount", "sku", |n, which| {
                (format!("SKU{which}"), ["10", "20"][usize::from(n < 2)].into())
            }),
            640.0,
        ),
        ("subtotal", orders("Subtotal", "note", |n, _| (String::new(), (10 + n).to_string())), 2.0 * once),
        (
            "tickets",
            orders("amount", "ticket", |n, _| (format!("Concert {n}"), (10 + n).to_string())),
            2.0 * once,
        ),
    ] {
        let summary = open(&text);
        assert_eq!(read(&summary).1, all, "{what}: {:?}", summary.meta.assumptions);
        let half = format!("{all:.2} in all; counted once an order they would be {:.2}", all / 2.0)
            .replace("1470", "1,470");
        let said = summary.meta.assumptions.join("\n");
        assert!(said.contains(&half) && said.contains("--order \"order_id=once\""), "{what}: {said}");
        let options = LogOptions { order: Some("order_id=once".into()), ..LogOptions::default() };
        assert_eq!(read(&open_bytes("export.csv", text.as_bytes(), &options)).1, all / 2.0, "{what}");
    }
}

/// Files as CDNOW's, Hive's and those of fixed width are; 24 rows of 6 customers, 10 each.
#[test]
fn blanks_and_control_characters_separate() {
    let rows = |row: &dyn Fn(usize) -> String| (0..24).map(row).collect::<String>();
    let numbered = |amount: &str| LogOptions {
        no_header: true,
        id: Some("1".into()),
        date: Some("2".into()),
        amount: Some(amount.into()),
        ..LogOptions::default()
    };
    let compact = |n: usize| day(7 * n).replace('-', "");
    for (name, text, options) in [
        ("CDNOW_master.txt", rows(&|n| format!(" {:05} {}  1   10.00\n", n % 6, compact(n))), numbered("4")),
        ("000000_0", rows(&|n| format!("{}\u{1}{} 08:13:52\u{1}10.00\n", n % 6, day(7 * n))), numbered("3")),
        (
            "orders.prn",
            "customer_id  order_date    amount\n".to_owned()
                + &rows(&|n| format!("C{:<12}{}{:10.2}\n", n % 6, day(7 * n), 10.0)),
            LogOptions::default(),
        ),
    ] {
        assert_eq!(read(&open_bytes(name, text.as_bytes(), &options)), (24, 240.0, 6), "{name}");
    }
    // What cannot be cut is said as it is: not that --no-header is missing.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.txt");
    std::fs::write(&path, "a2023-01-02\nb2023-01-09\n").unwrap();
    let error = history::open(&[path], &numbered("3"), &()).err().unwrap().to_string();
    assert!(!error.contains("or --no-header") && error.contains("a single field"), "{error}");
}

/// Other columns of refunds beside the one that is taken off; what a return's own row says; rows that are left out.
#[test]
fn what_is_taken_off_already_is_not_warned_of() {
    // Stripe: 24 payments, 4 of them paid back in part.
    let mut stripe =
        "id,customer_id,date,amount,Amount Refunded,Converted Amount Refunded,Refunded date\n".to_owned();
    // Braintree: 24 sales of 10, 4 credits of 10 that name their sale.
    let mut braintree = "id,customer_id,date,amount,Transaction Type,Refunded Transaction ID\n".to_owned();
    // TheLook: 24 orders, 4 of them returned.
    let mut thelook = "order_id,customer_id,date,amount,status,returned_at\n".to_owned();
    for n in 0..24 {
        let (id, date, back) = (n % 6, day(7 * n), n % 6 == 5);
        let refund = if back { format!("2.50,2.50,{date}") } else { "0,0,".into() };
        writeln!(stripe, "p{n},k{id},{date},10,{refund}").unwrap();
        writeln!(braintree, "t{n},k{id},{date},10,sale,").unwrap();
        if back {
            writeln!(braintree, "c{n},k{id},{},10,credit,t{n}", day(7 * n + 2)).unwrap();
        }
        let (status, at) = if back { ("Returned", &*date) } else { ("Complete", "") };
        writeln!(thelook, "o{n},k{id},{date},10,{status},{at}").unwrap();
    }
    for (name, text, expected) in
        [("stripe", stripe, 230.0), ("braintree", braintree, 240.0), ("thelook", thelook, 200.0)]
    {
        let summary = open(&text);
        assert_eq!((read(&summary).1, warnings(&summary)), (expected, String::new()), "{name}");
    }
}

/// eBay ends its report with how many rows it has and whose they are. A row that lacks its customer alone stays a
/// bad one where no platform is known to have such.
#[test]
fn what_stands_below_a_table_is_no_row() {
    let mut text =
        "Sales Record Number,Order Number,Buyer Username,Quantity,Total Price,Sale Date\n".to_owned();
    for n in 0..24 {
        writeln!(text, "{n},O{n},k{},1,10.00,{}", n % 6, day(7 * n)).unwrap();
    }
    text += ",,,,,\n24,record(s) downloaded,,,,\nSeller ID : acme,,,,,\n";
    assert_eq!(read(&open(&text)), (24, 240.0, 6));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.csv");
    let rest = text.lines().skip(1).collect::<Vec<_>>().join("\n");
    let unknown = format!("Row,Order No,Customer,Qty,Total,Date\n{rest}\n25,O25,,1,10.00,2023-06-01\n");
    std::fs::write(&path, unknown).unwrap();
    let error = history::open(&[path], &LogOptions::default(), &()).err().unwrap().to_string();
    assert!(error.contains("the customer id is empty"), "{error}");
}

/// Xero: the code of the ledger's account is no customer; `Sales credit note` is a return. 20 invoices of 10, 4 credit notes of 10.
#[test]
fn accounts_of_a_ledger_are_no_customers() {
    for (kinds, head) in [
        (
            ["Sales invoice", "Sales credit note"],
            "ContactName,EmailAddress,InvoiceNumber,InvoiceDate,Total,AccountCode,Type",
        ),
        (["ACCREC", "ACCRECCREDIT"], "Contact,EmailAddress,InvoiceNumber,Date,Total,AccountCode,Type"),
    ] {
        let mut text = format!("{head}\n");
        for n in 0..24 {
            let kind = kinds[usize::from(n % 6 == 5)];
            writeln!(text, "Ann {0},a{0}@x.org,INV{n},{1},10.00,200,{kind}", n % 4, day(7 * n)).unwrap();
        }
        let summary = open(&text);
        let returned =
            summary.meta.account.rows(Fate::ReturnNetted) + summary.meta.account.rows(Fate::ReturnUnmatched);
        assert_eq!(
            (read(&summary).0, returned, read(&summary).2),
            (20, 4, 4),
            "{:?}",
            summary.meta.assumptions
        );
    }
}

/// A column of one value is no customer's where another one repeats.
#[test]
fn one_customer_in_all_is_none_where_others_are_told_apart() {
    let mut text = "account_id,email,date,amount\n".to_owned();
    (0..24).for_each(|n| writeln!(text, "7,a{}@x.org,{},10", n % 4, day(7 * n)).unwrap());
    assert_eq!(read(&open(&text)).2, 4);
}

/// Salesforce: an opportunity is bought when it is closed. All were created on one day; they closed week by week.
#[test]
fn deals_are_bought_when_they_are_closed() {
    let mut text = "Account ID,Opportunity Name,Stage,Created Date,Close Date,Amount,IsWon\n".to_owned();
    for n in 0..40 {
        let (stage, won) =
            [("Closed Won", 1), ("Closed Won", 1), ("Closed Lost", 0), ("Contract Sent", 0)][n % 4];
        writeln!(text, "A{},Deal {n},{stage},2022-12-01,{},10,{won}", n % 5, day(7 * n)).unwrap();
    }
    let summary = open(&text);
    assert_eq!(read(&summary).0, 20, "{:?}", summary.meta.assumptions);
    assert_eq!(summary.meta.first_purchase.unwrap().to_string(), day(0));
}

/// Months as statistics and spreadsheets write them, at a grain of months: 12 months of 3 customers.
#[test]
fn months_in_every_writing() {
    let options = LogOptions { grain: Some(clv::Grain::Month), ..LogOptions::default() };
    let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    for write in [
        (|n| format!("{:02}.2022", n + 1)) as fn(usize) -> String,
        |n| format!("2022{:02}", n + 1),
        |n| format!("2022-M{:02}", n + 1),
        |n| format!("2022年{}月", n + 1),
    ] {
        let rows = (0..36).map(|n| format!("k{},{},10\n", n % 3, write(n / 3))).collect::<String>();
        let summary = open_bytes("m.csv", format!("customer,month,amount\n{rows}").as_bytes(), &options);
        assert_eq!(read(&summary), (36, 360.0, 3), "{}", write(0));
    }
    let rows = (0..36).map(|n| format!("k{},{}-22,10\n", n % 3, names[n / 3])).collect::<String>();
    let summary = open_bytes("m.csv", format!("customer,month,amount\n{rows}").as_bytes(), &options);
    assert_eq!(read(&summary), (36, 360.0, 3));
}

/// Ids of which a spreadsheet took the zeros; a partial refund of which no column says how much; a date column without a name
/// that says so; nested names of people.
#[test]
fn what_else_is_said_or_found() {
    let mut text = "customer_id,date,amount\n".to_owned();
    (0..24).for_each(|n| {
        let id = if n < 12 { format!("{:05}", 10 + n % 6) } else { format!("{}", 10 + n % 6) };
        writeln!(text, "{id},{},10", day(7 * n)).unwrap();
    });
    let said = warnings(&open(&text));
    assert!(said.contains("ids-differ-by-zeros: 6 customer ids occur in several forms"), "{said}");

    let mut text = "customer_id,date,amount,Status\n".to_owned();
    (0..24).for_each(|n| {
        let status = if n % 6 == 0 { "partially_refunded" } else { "completed" };
        writeln!(text, "k{},{},10,{status}", n % 6, day(7 * n)).unwrap();
    });
    let said = open(&text).meta.assumptions.join("\n");
    assert!(
        said.contains(
            "given back in part, by how much no column says, and kept in full: 'partially_refunded' (4 rows"
        ),
        "{said}"
    );

    let mut text = "Ticket,Opened by,Принят,Customer,Total\n".to_owned();
    (0..24).for_each(|n| writeln!(text, "{n},Ann,{} 10:15:00,k{},10", day(7 * n), n % 6).unwrap());
    assert_eq!(read(&open(&text)), (24, 240.0, 6));

    let rows: String = (0..24)
        .map(|n| {
            format!(
                "{{\"id\":{n},\"donor\":{{\"email\":\"d{}@x.org\"}},\"amount\":10,\"date\":\"{}\"}}\n",
                n % 6,
                day(7 * n)
            )
        })
        .collect();
    assert_eq!(read(&open_bytes("gifts.jsonl", rows.as_bytes(), &LogOptions::default())), (24, 240.0, 6));
}

/// Yen, won and rupiah have nothing behind a decimal sign, so that `1,234` of them can be read in one way.
#[test]
fn amounts_of_currencies_without_cents() {
    for (amount, value) in
        [("¥1,234", 1234.0), ("₩12,000", 12_000.0), ("Rp 12.345", 12_345.0), ("12 345 Ft", 12_345.0)]
    {
        let rows: String = (0..24).map(|n| format!("k{};{};{amount}\n", n % 6, day(7 * n))).collect();
        assert_eq!(read(&open(&format!("customer;date;amount\n{rows}"))), (24, 24.0 * value, 6), "{amount}");
    }
}

/// Files of a log, read together.
fn open_all(files: &[(&str, &str)]) -> Summary {
    let folder = tempfile::tempdir().unwrap();
    let write = |(name, text): &(&str, &str)| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let paths: Vec<PathBuf> = files.iter().map(write).collect();
    history::open(&paths, &LogOptions::default(), &()).unwrap_or_else(|error| panic!("{error}"))
}

/// A column of refunds in which nothing was paid back yet in the first month says what was in the next, whichever file comes
/// first. It was passed over in all files: 170 for 140.
#[test]
fn refunds_begin_in_a_later_file() {
    let june = "order_id,customer,date,amount,refunded_amount\n1,a,2026-06-15,100,0\n";
    let july = "order_id,customer,date,amount,refunded_amount\n2,b,2026-07-15,70,30\n";
    for files in [[("06.csv", june), ("07.csv", july)], [("07.csv", july), ("06.csv", june)]] {
        assert_eq!(read(&open_all(&files)), (2, 140.0, 2), "{files:?}");
    }
}

/// An order that one month's export has as paid and the next one's as refunded or cancelled is no purchase, whichever is read
/// first, in CSV as in JSON; what is on its way in one and paid in the other is one. These stayed purchases: 300 for 170. An
/// order of which a line was cancelled keeps the others.
#[test]
fn orders_are_taken_back_in_a_later_file() {
    let head = "order_id,customer,date,amount,status\n";
    let june = format!(
        "{head}1,a,2026-06-01,100,paid\n2,b,2026-06-20,50,paid\n3,a,2026-06-25,80,paid\n5,c,2026-06-29,30,pending\n"
    );
    let july = format!(
        "{head}2,b,2026-06-20,50,refunded\n3,a,2026-06-25,80,cancelled\n4,b,2026-07-05,70,paid\n5,c,2026-06-29,30,paid\n"
    );
    for files in [[("06.csv", &*june), ("07.csv", &*july)], [("07.csv", &*july), ("06.csv", &*june)]] {
        let summary = open_all(&files);
        // 1 of a, 4 of b, 5 of c.
        assert_eq!(read(&summary), (3, 200.0, 3), "{files:?}");
        let twice = summary.meta.account.entry(Fate::OrderTwice).unwrap();
        assert_eq!((twice.rows, twice.amount), (2, Some(130.0)));
    }
    let lines = |text: &str| -> String {
        let row = |line: &str| {
            let cell: Vec<&str> = line.split(',').collect();
            format!(
                "{{\"order_id\":{},\"customer\":\"{}\",\"date\":\"{}\",\"amount\":{},\"status\":\"{}\"}}\n",
                cell[0], cell[1], cell[2], cell[3], cell[4]
            )
        };
        text.lines().skip(1).map(row).collect()
    };
    let summary = open_all(&[("06.jsonl", &lines(&june)), ("07.jsonl", &lines(&july))]);
    assert_eq!(read(&summary), (3, 200.0, 3));
    let one = format!(
        "{head}1,a,2026-06-01,100,paid\n1,a,2026-06-01,20,cancelled\n2,a,2026-06-09,20,paid\n2,a,2026-06-09,7,paid\n"
    );
    assert_eq!(read(&open(&one)).1, 127.0);
}

/// Two downloads that overlap count once by the number of the transaction, whatever it is called: German ones counted twice.
#[test]
fn transactions_of_two_downloads_count_once() {
    for name in [
        "Transaction ID",
        "Transaktionscode",
        "Numéro de transaction",
        "Id. de transacción",
        "Codice transazione",
    ] {
        let head = format!("Date,Email,Amount,{name}\n");
        let june = format!("{head}2026-06-01,a@x.de,100,T1\n2026-06-20,b@x.de,50,T2\n");
        let july = format!("{head}2026-06-20,b@x.de,50,T2\n2026-07-05,a@x.de,70,T3\n");
        assert_eq!(read(&open_all(&[("06.csv", &june), ("07.csv", &july)])), (3, 220.0, 2), "{name}");
    }
}

/// The currency of all amounts is known where a column or signs say so, and not where they disagree.
#[test]
fn one_currency_is_known() {
    let of = |rows: &str| open(&format!("customer,date,amount,Currency\n{rows}")).meta.currency;
    assert_eq!(of("a,2026-06-01,100,usd\nb,2026-06-02,5,USD\n").as_deref(), Some("USD"));
    assert_eq!(of("a,2026-06-01,100,USD\nb,2026-06-02,5,EUR\n"), None);
    assert_eq!(of("a,2026-06-01,100,\nb,2026-06-02,5,\n"), None);
    assert_eq!(of("a,2026-06-01,100 TL,\nb,2026-06-02,5 TL,\n").as_deref(), Some("TL"));
}

/// Holds of money and their release are no purchases or returns, in the languages of PayPal's downloads.
#[test]
fn holds_of_money_are_nothing() {
    let text = "Datum,Name,Typ,Status,Brutto,Absender E-Mail-Adresse\n\
        22.01.2026,A,Website-Zahlung,Abgeschlossen,\"100,00\",a@x.de\n\
        23.01.2026,B,Website-Zahlung,Abgeschlossen,\"50,00\",b@x.de\n\
        24.01.2026,,Einbehaltung für offene Autorisierung,Abgeschlossen,\"-25,00\",\n\
        25.01.2026,,Rückbuchung allgemeiner Kontoeinbehaltung,Abgeschlossen,\"25,00\",\n\
        26.01.2026,A,Rückzahlung,Abgeschlossen,\"-10,00\",a@x.de\n\
        26.02.2026,A,Website-Zahlung,Abgeschlossen,\"10,00\",a@x.de\n";
    let summary = open(text);
    // 160 bought; the return of 10 is taken off in the fold.
    assert_eq!(read(&summary), (3, 160.0, 2), "{}", warnings(&summary));
}
