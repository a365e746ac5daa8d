//! Real exports, with nothing but the column flags: does what the library says of them agree with a
//! count by plain loops over the file? The loops share no code with the library.

use std::collections::BTreeMap;
use std::io::Read;

use crate::common::{assert_close, customers, fit, fixture, forecasts};
use clv::history::{self, Fate, LogOptions, Summary};
use jiff::civil::Date;

/// What plain loops find in a log.
#[derive(Default)]
struct Plain {
    rows: u64,
    without_id: u64,
    returns: u64,
    purchases: u64,
    unmatched: f64,
    /// By customer and day: purchases, returns.
    days: BTreeMap<String, BTreeMap<Date, (f64, f64, u64)>>,
}

impl Plain {
    fn add(&mut self, id: &str, date: &str, amount: f64) {
        self.rows += 1;
        if id.is_empty() {
            self.without_id += 1;
            return;
        }
        let day = self.days.entry(id.to_owned()).or_default();
        let day = day.entry(date[..10].parse().unwrap()).or_default();
        if amount < 0.0 {
            self.returns += 1;
            day.1 -= amount;
        } else {
            self.purchases += 1;
            day.0 += amount;
            day.2 += 1;
        }
    }

    /// `(x, t_x, T, mean)` of each customer in days, netting returns against the newest purchases.
    fn summary(&mut self) -> BTreeMap<String, (u32, f64, f64, f64)> {
        let bought = |day: &(f64, f64, u64)| day.2 > 0;
        let all = self.days.values().flatten().filter(|(_, day)| bought(day));
        let end = all.map(|(date, _)| *date).max().unwrap();
        let days = |from: Date, to: Date| f64::from((to - from).get_days());
        let mut found = BTreeMap::new();
        for (id, log) in &self.days {
            let mut occasions: Vec<(Date, f64)> = Vec::new();
            for (date, day) in log {
                if bought(day) {
                    occasions.push((*date, day.0));
                }
                let mut back = day.1;
                for occasion in occasions.iter_mut().rev() {
                    let taken = occasion.1.min(back);
                    occasion.1 -= taken;
                    back -= taken;
                }
                self.unmatched += back;
            }
            let (Some(first), Some(last)) = (occasions.first(), occasions.last()) else { continue };
            let x = occasions.len() as u32 - 1;
            let spent: f64 = occasions[1..].iter().map(|o| o.1).sum();
            let mean = if x == 0 { 0.0 } else { spent / f64::from(x) };
            found.insert(id.clone(), (x, days(first.0, last.0), days(first.0, end), mean));
        }
        found
    }
}

fn plain(name: &str, row: impl Fn(&csv::StringRecord) -> (String, String, f64)) -> Plain {
    let mut text = Vec::new();
    std::fs::File::open(fixture(name)).unwrap().read_to_end(&mut text).unwrap();
    if name.ends_with(".gz") {
        let mut unpacked = Vec::new();
        flate2::read::GzDecoder::new(&text[..]).read_to_end(&mut unpacked).unwrap();
        text = unpacked;
    }
    let mut found = Plain::default();
    for record in csv::Reader::from_reader(&text[..]).records() {
        let (id, date, amount) = row(&record.unwrap());
        found.add(&id, &date, amount);
    }
    found
}

fn open(name: &str, options: LogOptions) -> Summary {
    let options = LogOptions { unit: Some(clv::Unit::Day), ..options };
    history::open(&[fixture(name)], &options, &()).unwrap()
}

fn rows(summary: &Summary, fate: Fate) -> u64 {
    summary.meta.account.rows(fate)
}

fn compare(summary: &Summary, plain: &mut Plain) {
    assert!(summary.meta.account.adds_up());
    assert_eq!(summary.meta.account.rows_read, plain.rows);
    let expected = plain.summary();
    let found = customers(summary);
    assert_eq!(found.len(), expected.len());
    for ((id, customer, mean), (expected_id, expected)) in found.iter().zip(&expected) {
        assert_eq!(id, expected_id);
        assert_eq!((customer.x, customer.t_x, customer.t), (expected.0, expected.1, expected.2), "{id}");
        if !mean.is_nan() {
            // What is left of netted amounts is rounded in proportion to these.
            assert!((mean - expected.3).abs() <= 1e-9 * expected.3, "{id}: {mean} {}", expected.3);
        }
    }
    assert_eq!(rows(summary, Fate::MissingId), plain.without_id);
    assert_eq!(rows(summary, Fate::Purchase), plain.purchases);
    assert_eq!(rows(summary, Fate::ReturnNetted) + rows(summary, Fate::ReturnUnmatched), plain.returns);
}

#[test]
fn online_retail_order_lines() {
    let mut plain = plain("online_retail_lines.csv.gz", |r| {
        let number = |k: usize| r[k].parse::<f64>().unwrap();
        (r[6].to_owned(), r[4].to_owned(), number(3) * number(5))
    });
    // Without customer: 135,080 lines. They are bad rows until one says to go on without them.
    let columns = LogOptions {
        id: Some("CustomerID".into()),
        quantity: Some("Quantity".into()),
        price: Some("UnitPrice".into()),
        ..LogOptions::default()
    };
    let refused = history::open(&[fixture("online_retail_lines.csv.gz")], &columns, &()).err().unwrap();
    assert!(refused.to_string().contains("135080 rows of 541909"), "{refused}");
    let summary = open("online_retail_lines.csv.gz", LogOptions { skip_bad_rows: true, ..columns });
    assert_eq!((plain.rows, plain.without_id), (541_909, 135_080));
    compare(&summary, &mut plain);
    let model = fit(&summary, "bg-nbd");
    let value: f64 = forecasts(&model, &summary).iter().map(|f| f.1).sum();
    let spent: f64 = plain.days.values().flatten().map(|(_, day)| day.0 - day.1).sum();
    // The next year is worth something like the last one.
    assert!(value > 0.3 * spent && value < 1.2 * spent, "{value} against {spent} in the past");
}

#[test]
fn online_retail_with_returns() {
    let mut plain = plain("online_retail_with_returns.csv", |r| {
        (r[0].to_owned(), r[1].to_owned(), r[2].parse().unwrap())
    });
    let summary = open("online_retail_with_returns.csv", LogOptions::default());
    assert_eq!((plain.rows, plain.purchases, plain.returns), (22_190, 18_536, 3_654));
    compare(&summary, &mut plain);
    fit(&summary, "bg-nbd");
}

#[test]
fn cdnow_master() {
    let mut plain = plain("cdnow_master.csv", |r| (r[0].to_owned(), r[1].to_owned(), r[2].parse().unwrap()));
    let summary = open("cdnow_master.csv", LogOptions::default());
    assert_eq!(plain.rows, 69_659);
    compare(&summary, &mut plain);
    assert_eq!(customers(&summary).len(), 23_570);
    let model = fit(&summary, "bg-nbd");
    let purchases: f64 = forecasts(&model, &summary).iter().map(|f| f.0).sum();
    assert!(purchases > 10_000.0 && purchases < 30_000.0, "{purchases}");
}

#[test]
fn grocery_without_amounts() {
    let mut plain = plain("grocery.csv", |r| (r[0].to_owned(), r[1].to_owned(), 0.0));
    let summary = open("grocery.csv", LogOptions::default());
    assert!(!summary.meta.has_money);
    compare(&summary, &mut plain);
    let model = fit(&summary, "bg-nbd");
    assert!(model.spend.is_none());

    // BTYDplus 1.2.0: fits of the first 52 weeks (to 2006-12-31).
    let until = LogOptions { observed_until: Some("2006-12-31".parse().unwrap()), ..LogOptions::default() };
    let summary = history::open(&[fixture("grocery.csv")], &until, &()).unwrap();
    let published: [(&str, &[f64], &str); 3] = [
        ("nbd", &[0.42031951, 5.24510725], "-16376.8639"),
        ("bg-nbd", &[0.348591992, 2.58093755, 0.503826158, 3.64436254], "-15836.5662"),
        ("mbg-nbd", &[1.25679078, 6.03847584, 0.368251453, 0.71573522], "-15781.9394"),
    ];
    for (name, params, ll) in published {
        let model = fit(&summary, name);
        for (value, expected) in model.purchase.params().iter().zip(params) {
            // Its search stops where ours still finds a slope; see `peers_stop_short_of_our_maximum`.
            assert_close(name, *value, *expected, 1e-3);
        }
        crate::common::assert_printed(name, model.purchase_fit.unwrap().log_likelihood, ll);
    }
}
