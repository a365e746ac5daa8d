//! Exports of known platforms: the columns that each documents, with invented values; recognised, and read right.
//! Sources of the headers are in `src/history/read/presets.rs`.

use clv::history::{self, Fate, LogOptions, Summary};

fn open(text: &str, options: &LogOptions) -> clv::Result<Summary> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.csv");
    std::fs::write(&path, text).unwrap();
    let summary = history::open(&[path], options, &())?;
    // The customers are in memory or in files of their own: the export may go.
    Ok(summary)
}

/// 40 rows; in each row `{n}` is its number, `{k}` its customer's, `{d}` a date.
fn export(header: &str, rows: &[&str]) -> String {
    let row = |n: usize| {
        let date = format!("2023-{:02}-{:02}", 1 + n / 4 % 12, 13 + n % 15);
        let row = rows[n % rows.len()];
        row.replace("{n}", &format!("{}", 1000 + n))
            .replace("{k}", &format!("{}", n % 8))
            .replace("{d}", &date)
            + "\n"
    };
    format!("{header}\n{}", (0..40).map(row).collect::<String>())
}

/// Title, header, rows, purchases (rows) and their amount.
const EXPORTS: &[(&str, &str, &[&str], u64, f64)] = &[
    (
        "Shopify",
        "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,Taxes,Total,Discount Code,Created at,Lineitem quantity,Lineitem name,Lineitem price,Refunded Amount,Id",
        &[
            "#{n},k{k}@x.org,paid,{d} 10:00:00 +0100,fulfilled,,no,EUR,8.00,1.00,1.00,10.00,,{d} 10:00:00 +0100,1,Bag,4.00,0.00,9{n}",
            "#{n},k{k}@x.org,partially_refunded,{d} 10:00:00 +0100,,,no,EUR,8.00,1.00,1.00,10.00,,{d} 10:00:00 +0100,1,Cup,4.00,2.50,9{n}",
            "#{n},k{k}@x.org,voided,,,,no,EUR,8.00,1.00,1.00,10.00,,{d} 10:00:00 +0100,1,Cup,4.00,0.00,9{n}",
            "#{n},,paid,{d} 10:00:00 +0100,,,no,EUR,8.00,1.00,1.00,10.00,,{d} 10:00:00 +0100,1,Cup,4.00,0.00,9{n}",
        ],
        20,
        175.0,
    ),
    (
        "Squarespace",
        "Order ID,Email,Financial Status,Paid at,Fulfillment Status,Currency,Subtotal,Shipping,Taxes,Amount Refunded,Total,Created at,Lineitem quantity,Lineitem name",
        &[
            "{n},k{k}@x.org,PAID,{d} 10:00:00,FULFILLED,USD,9,1,0,0.00,10.00,{d} 10:00:00,1,Mug",
            "{n},k{k}@x.org,REFUNDED,{d} 10:00:00,FULFILLED,USD,9,1,0,10.00,10.00,{d} 10:00:00,1,Mug",
        ],
        20,
        200.0,
    ),
    (
        "WooCommerce",
        "order_id,order_number,date,status,shipping_total,order_total,customer_id,billing_email,refunded_total",
        &[
            "{n},{n},{d} 10:00:00,completed,1,10,0,k{k}@x.org,0",
            "{n},{n},{d} 10:00:00,failed,1,10,{k},k{k}@x.org,0",
        ],
        20,
        200.0,
    ),
    (
        "analytics of WooCommerce",
        "Date,Order #,N. Revenue,Status,Customer,Customer Type,Product(s),Items sold",
        &[
            "{d} 10:00:00,{n},10,completed,Ann {k},returning,Mug,1",
            "{d} 10:00:00,{n},10,cancelled,Ann {k},new,Mug,1",
        ],
        20,
        200.0,
    ),
    (
        "Magento",
        "ID,Purchase Point,Purchase Date,Bill-to Name,Ship-to Name,Grand Total (Base),Grand Total (Purchased),Status,Customer Email,Subtotal,Shipping and Handling,Total Refunded",
        &[
            "{n},Main,{d} 10:00:00,A {k},A {k},11,10,Complete,k{k}@x.org,9,1,0",
            "{n},Main,{d} 10:00:00,A {k},A {k},11,10,Canceled,k{k}@x.org,9,1,0",
        ],
        20,
        200.0,
    ),
    (
        "BigCommerce",
        "Order ID,Customer ID,Customer Name,Customer Email,Order Date,Order Status,Subtotal (inc tax),Order Total (inc tax),Order Total (ex tax)",
        &["{n},0,A {k},k{k}@x.org,{d},Completed,9,10,8", "{n},{k},A {k},k{k}@x.org,{d},Declined,9,10,8"],
        20,
        200.0,
    ),
    (
        "PrestaShop",
        "ID,Reference,New client,Delivery,Customer,Total,Payment,Status,Date",
        &[
            "{n},R{n},0,France,K. {k},10,Card,Delivered,{d} 10:00:00",
            "{n},R{n},0,France,K. {k},10,Card,Payment error,{d} 10:00:00",
        ],
        20,
        200.0,
    ),
    (
        "Etsy",
        "Sale Date,Order ID,Buyer User ID,Full Name,Number of Items,Payment Method,Date Shipped,Currency,Order Value,Shipping,Order Total,Status,Card Processing Fees,Order Net",
        &["{d},{n},buyer{k},Ann {k},1,CC,{d},USD,9,1,10,Shipped,0.5,9.5"],
        40,
        400.0,
    ),
    (
        "Amazon",
        "amazon-order-id,purchase-date,last-updated-date,order-status,buyer-email,sku,item-status,quantity,currency,item-price,item-tax",
        &[
            "111-{n},{d}T10:00:00+00:00,{d}T10:00:00+00:00,Shipped,k{k}@m.com,S,Shipped,2,USD,10,0",
            "111-{n},{d}T10:00:00+00:00,{d}T10:00:00+00:00,Canceled,k{k}@m.com,S,Canceled,2,USD,10,0",
        ],
        20,
        200.0,
    ),
    (
        "eBay",
        "Sales Record Number,Order Number,Buyer Username,Buyer Name,Buyer Email,Item Title,Quantity,Sold For,Total Price,Sale Date",
        &["{n},0{n},u{k},Ann,k@x.org,Mug,2,4,10,{d}"],
        40,
        400.0,
    ),
    (
        "Stripe",
        "id,Created date (UTC),Amount,Amount Refunded,Currency,Captured,Converted Amount,Converted Amount Refunded,Fee,Refunded date (UTC),Status,Customer ID,Customer Email",
        &[
            "ch_{n},{d} 10:00,10.00,0.00,usd,true,10.00,0.00,0.5,,Paid,cus_{k},k{k}@x.org",
            "ch_{n},{d} 10:00,10.00,4.00,usd,true,10.00,4.00,0.5,{d} 12:00,Paid,cus_{k},k{k}@x.org",
            "ch_{n},{d} 10:00,10.00,0.00,usd,false,10.00,0.00,0.5,,Failed,cus_{k},k{k}@x.org",
            "ch_{n},{d} 10:00,10.00,0.00,usd,true,10.00,0.00,0.5,,Paid,,",
        ],
        20,
        160.0,
    ),
    (
        "PayPal",
        "Date,Time,TimeZone,Name,Type,Status,Currency,Gross,Fee,Net,From Email Address,To Email Address,Transaction ID",
        &[
            "{d},10:00:00,PST,Ann,Express Checkout Payment,Completed,USD,10.00,-0.50,9.50,k{k}@x.org,shop@x.org,T{n}",
            "{d},10:00:00,PST,Ann,Express Checkout Payment,Denied,USD,10.00,0,10,k{k}@x.org,shop@x.org,T{n}",
            "{d},10:00:00,PST,Ann,Express Checkout Payment,Completed,USD,10.00,-0.50,9.50,k{k}@x.org,shop@x.org,T{n}",
            "{d},10:00:00,PST,,General Withdrawal - Bank account,Completed,USD,-90.00,0,-90,shop@x.org,,T{n}",
        ],
        20,
        200.0,
    ),
    (
        "Square",
        "Date,Time,Time Zone,Gross Sales,Discounts,Net Sales,Tax,Tip,Total Collected,Source,Transaction ID,Event Type,Customer ID,Customer Name",
        &[
            "{d},10:00:00,Eastern,12,-2,10,1,1,12,Register,T{n},Payment,C{k},Ann",
            "{d},10:00:00,Eastern,12,-2,10,1,1,12,Register,T{n},Payment,,",
        ],
        20,
        200.0,
    ),
    (
        "HubSpot",
        "Record ID,Deal Name,Deal Stage,Close Date,Deal owner,Amount,Create Date,Associated Company IDs",
        &[
            "{n},Deal {n},Closed Won,{d} 10:00,Ann,10,{d} 09:00,77{k}",
            "{n},Deal {n},Closed Lost,{d} 10:00,Ann,10,{d} 09:00,77{k}",
        ],
        20,
        200.0,
    ),
    (
        "QuickBooks",
        "Date,Transaction Type,Num,Name,Memo/Description,Amount,Balance",
        &["{d},Invoice,{n},Firm {k},x,10.00,10.00", "{d},Payment,{n},Firm {k},x,10.00,0.00"],
        20,
        200.0,
    ),
    (
        "Google Analytics",
        "event_date,event_name,user_pseudo_id,ecommerce.transaction_id,ecommerce.purchase_revenue",
        &["{d},purchase,u{k}.1,t{n},10", "{d},page_view,u{k}.1,,"],
        20,
        200.0,
    ),
    (
        "Olist",
        "order_id,customer_id,customer_unique_id,order_status,order_purchase_timestamp,order_approved_at,payment_value",
        &[
            "o{n},h{n},u{k},delivered,{d} 10:00:00,{d} 11:00:00,10",
            "o{n},h{n},u{k},canceled,{d} 10:00:00,{d} 11:00:00,10",
        ],
        20,
        200.0,
    ),
];

#[test]
fn exports_of_platforms_are_recognised_and_read() {
    for (title, header, rows, purchases, amount) in EXPORTS {
        let summary = open(&export(header, rows), &LogOptions::default())
            .unwrap_or_else(|error| panic!("{title}: {error}"));
        let meta = &summary.meta;
        assert!(meta.assumptions[0].contains(title), "{title}: {:?}", meta.assumptions);
        let entry = meta.account.entry(Fate::Purchase).unwrap();
        assert_eq!((entry.rows, entry.amount), (*purchases, Some(*amount)), "{title}: {:?}", meta.account);
        assert!(meta.account.adds_up(), "{title}");
        // Customers of the rows that are used: rows alternate, and so do customers.
        assert_eq!(meta.customers, Some(if *purchases == 40 { 8 } else { 4 }), "{title}");
    }
}

#[test]
fn presets_can_be_named_and_left() {
    let (_, header, rows, ..) = EXPORTS[0];
    let with = |preset: &str| {
        open(&export(header, rows), &LogOptions { preset: Some(preset.into()), ..LogOptions::default() })
    };
    // Guests have no e-mail: as any table, these rows are bad.
    let error = with("none").err().unwrap().to_string();
    assert!(error.contains("the customer id is empty"), "{error}");
    assert!(with("shopify").is_ok());
    let error = with("stripe").err().unwrap().to_string();
    assert!(
        error.contains("this is not an export of payments of Stripe: it has no column Amount"),
        "{error}"
    );
    assert!(with("myspace").err().unwrap().to_string().contains("there are shopify, squarespace"));
}
