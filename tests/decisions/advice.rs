//! Recommendations on simulated shops of which the truth is known: the channel that loses money is named, and none where
//! all are alike.

use std::collections::HashMap;
use std::fmt::Write;

use crate::common::shop::{self, CHANNELS};
use clv::ValueOptions;
use clv::fitted::{ClvModel, FitRequest};
use clv::history::{self, LogOptions};
use clv::study::economics::{
    self, Costs, EconomicsOptions,
    advice::{Advice, advice},
};
use tempfile::TempDir;

const MARGIN: f64 = 0.4;

/// Shops that are tried: a few, or as many as `CLV_STUDY` says.
fn shops() -> u64 {
    std::env::var("CLV_STUDY").ok().and_then(|n| n.parse().ok()).unwrap_or(2)
}

fn advised(log: &str, costs: &str) -> Vec<Advice> {
    let dir = TempDir::new().unwrap();
    let (at, of) = (dir.path().join("log.csv"), dir.path().join("costs.csv"));
    std::fs::write(&at, log).unwrap();
    std::fs::write(&of, costs).unwrap();
    let log = [at];
    let summary = history::open(&log, &LogOptions::default(), &()).unwrap();
    let request = FitRequest { model: "mbg-nbd".into(), ..FitRequest::default() };
    let model = ClvModel::fit(&summary, &request, &()).unwrap();
    let options = EconomicsOptions {
        value: ValueOptions { horizon: "24mo".parse().unwrap(), margin: MARGIN, ..ValueOptions::default() },
        by: vec!["channel".into()],
        ..EconomicsOptions::default()
    };
    let costs = Costs::read(&of, Some("channel")).unwrap();
    advice(&economics::run(&model, &log, &LogOptions::default(), Some(&costs), &options, &()).unwrap())
}

fn cut(found: &[Advice]) -> Vec<&str> {
    let names = found.iter().filter_map(|advice| match advice {
        Advice::Cut(channel) => Some(channel.name.as_str()),
        _ => None,
    });
    names.collect()
}

/// Months of a log by channel, with their new customers.
fn newcomers(log: &str) -> HashMap<(String, String), u32> {
    let mut seen = std::collections::HashSet::new();
    let mut found = HashMap::new();
    let mut rows: Vec<Vec<&str>> = log.lines().skip(1).map(|line| line.split(',').collect()).collect();
    rows.sort_by_key(|row| row[1]);
    for row in rows {
        if seen.insert(row[0]) {
            *found.entry((row[1][..7].to_owned(), row[3].to_owned())).or_default() += 1;
        }
    }
    found
}

/// Costs that make a new customer of each channel cost so much.
fn costs(log: &str, cac: impl Fn(&str) -> f64) -> String {
    let mut months: Vec<_> = newcomers(log).into_iter().collect();
    months.sort();
    let mut text = String::from("period,channel,cost\n");
    for ((month, channel), n) in months {
        writeln!(text, "{month},{channel},{}", f64::from(n) * cac(&channel)).unwrap();
    }
    text
}

/// The channel whose customers cost half as much again as they bring is named, and no other: at least 95 of 100 shops.
#[test]
fn the_channel_that_loses_money_is_named() {
    let shops = shops();
    let mut right = 0;
    for seed in 1..=shops {
        let log = shop::draw(seed).log;
        let truth: HashMap<&str, f64> =
            CHANNELS.iter().map(|channel| (channel.name, channel.ltv(MARGIN, 24.0, 0.1))).collect();
        let of = |channel: &str| truth[channel] * if channel == "social" { 1.5 } else { 0.7 };
        let found = advised(&log, &costs(&log, of));
        right += u64::from(cut(&found) == ["social"]);
    }
    println!("{right} of {shops} right");
    assert!(right * 100 >= shops * 95, "{right} of {shops}");
}

/// Where customers of all channels are alike and earn their cost, none is named: a false alarm in at most 5 of 100 shops.
/// Channels are dealt by chance to the customers of the one channel that is left of the shop.
#[test]
fn equal_channels_raise_no_alarm() {
    let shops = shops();
    let mut alarms = 0;
    let only = &CHANNELS[3];
    for seed in 1..=shops {
        let drawn = shop::draw(seed).log;
        let names = ["a", "b", "c", "d"];
        let mut log = String::from("customer_id,date,amount,channel,category\n");
        for row in drawn.lines().skip(1).filter(|row| row.contains(only.name)) {
            let number: usize = row[1..6].parse().unwrap();
            // Numbers in the order of months and channels: by their last digits they are dealt evenly.
            let dealt = names[number.wrapping_mul(2_654_435_761) / 65_536 % 4];
            writeln!(log, "{}", row.replace(only.name, dealt)).unwrap();
        }
        let cac = 0.9 * only.ltv(MARGIN, 24.0, 0.1);
        alarms += u64::from(!cut(&advised(&log, &costs(&log, |_| cac))).is_empty());
    }
    println!("{alarms} false alarms in {shops} shops");
    assert!(alarms * 100 <= shops * 5, "{alarms} of {shops}");
}
