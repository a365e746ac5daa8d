//! Roles of columns: small cases of their own.

use super::*;

fn log(columns: &str, options: &LogOptions) -> Result<LogColumns> {
    let names: Vec<String> = columns.split(',').map(str::to_owned).collect();
    match find("log.csv", &names, options, None)? {
        Columns::Log(log) => Ok(log),
        _ => panic!("{columns} was taken for a summary"),
    }
}

#[test]
fn finds_well_known_names() {
    use AmountColumns::{None as Nothing, One, Product};
    for (columns, id, date, amount) in [
        ("customer_id,date,amount", 0, 1, One(2)),
        ("CustomerID,InvoiceDate,Revenue", 0, 1, One(2)),
        ("Order Date,Client-ID,Total", 1, 0, One(2)),
        ("id,customer_id,date,amount,total", 1, 2, One(3)),
        ("customer_id,date", 0, 1, Nothing),
        ("customer_id,date,price", 0, 1, One(2)),
        (
            "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country",
            6,
            4,
            Product { quantity: 3, price: 5 },
        ),
        ("customer_id,date,quantity,price,revenue", 0, 1, One(4)),
        ("customer_id,date,quantity", 0, 1, Nothing),
        ("customer_id,date,channel,amount,frequency,note,empty,T", 0, 1, One(3)),
        ("customer_id,date,grand_total", 0, 1, One(2)),
        ("customer_id,date,TotalCharges,Tax", 0, 1, One(2)),
        ("customer_id,date,Gross,Fee,Net", 0, 1, One(2)),
        ("kunde,Bestelldatum,Betrag (EUR)", 0, 1, One(2)),
        ("id,user_id,Created at,Paid at,Subtotal,Total", 1, 2, One(5)),
        ("customer_id,date,list_price", 0, 1, Nothing),
    ] {
        let found = log(columns, &LogOptions::default()).unwrap();
        assert_eq!((found.id, found.date, found.amount), (id, date, amount), "{columns}");
    }
}

#[test]
fn flags_win_and_match_loosely() {
    let options =
        LogOptions { id: Some("KUNDE".into()), amount: Some("Betrag".into()), ..LogOptions::default() };
    let found = log("kunde,customer_id,date,Betrag,amount", &options).unwrap();
    assert_eq!((found.id, found.amount), (0, AmountColumns::One(3)));
}

#[test]
fn refuses_what_is_not_clear() {
    for (columns, words) in [
        (
            "client_id,user_id,date,amount",
            "more than one column could be customer_id: 'client_id', 'user_id'",
        ),
        ("customer_id,order_date,invoice_date", "--date"),
        ("customer_id,date,revenue,total", "--amount"),
        ("customer_id,customer_id,date", "2 columns are called 'customer_id': rename all but one"),
        (
            "who,date,amount",
            "no column customer_id found: name it with --id COLUMN (columns: who, date, amount)",
        ),
        ("C0088,2023-01-02,14.88", "header"),
        ("customer_id,frequency,recency", "summary"),
        ("customer_id,date,frequency,recency,T", "--date"),
    ] {
        let message = log(columns, &LogOptions::default()).unwrap_err().to_string();
        assert!(message.contains(words), "{columns}: {message}");
    }
}
