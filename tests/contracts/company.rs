//! A shop and contracts of one company: each customer once, values that add up, and the interval of their sum.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;

use crate::common::program::{clv, json};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn file(name: &str, text: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("company");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

const UNTIL: [&str; 2] = ["--observed-until", "2025-12-31"];

/// The first so many customers buy in the shop; the last third of them, and half as many more, have contracts.
fn orders(customers: usize) -> String {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut text = String::from("customer_id,date,amount\n");
    for i in 0..customers {
        let mut day = rng.random_range(0..700i64);
        let (gap, left) = (rng.random_range(20..120i64), rng.random_range(1..12));
        for _ in 0..left {
            let date = jiff::civil::date(2023, 12, 1).saturating_add(jiff::Span::new().days(day));
            if day > 760 {
                break;
            }
            let _ = writeln!(text, "c{i:04},{date},{:.2}", 10.0 + 50.0 * rng.random::<f64>());
            day += rng.random_range(1..2 * gap);
        }
    }
    text
}

fn subscriptions(customers: usize) -> String {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let mut text = String::from("customer_id,plan,interval,price,start,end\n");
    for i in 2 * customers / 3..3 * customers / 2 {
        let start =
            jiff::civil::date(2024, 1, 1).saturating_add(jiff::Span::new().days(rng.random_range(0..690i64)));
        let months = (1..).find(|_| rng.random::<f64>() < 0.06).unwrap();
        let end = start.saturating_add(jiff::Span::new().months(months));
        let end = if end > jiff::civil::date(2025, 12, 31) { String::new() } else { end.to_string() };
        let _ = writeln!(text, "c{i:04},Box,month,25,{start},{end}");
    }
    text
}

fn rows(path: &str) -> BTreeMap<String, Vec<f64>> {
    let text = std::fs::read_to_string(path).unwrap();
    let number = |text: &str| text.parse().unwrap_or(0.0);
    let mut all = BTreeMap::new();
    for line in text.lines().skip(1) {
        let mut cells = line.split(',');
        let id = cells.next().unwrap().to_owned();
        assert!(all.insert(id, cells.map(number).collect()).is_none(), "twice: {line}");
    }
    all
}

/// What both are worth is the sum of what each verb says alone, customer by customer and in all; who is in both is counted once.
///
/// Seen to fail with customers of both counted once in each kind.
#[test]
fn totals_add_up_and_nobody_counts_twice() {
    let (shop, contracts) =
        (file("orders.csv", &orders(240)), file("subscriptions.csv", &subscriptions(240)));
    let [all, one, other] = ["all.csv", "one.csv", "other.csv"].map(|name| file(name, ""));
    let common = ["--horizon", "12mo", "--margin", "0.5", "--interval", "0.9"];
    let both = json(&[&["forecast", &shop, &contracts, "-o", &all][..], &UNTIL, &common].concat());
    json(&[&["forecast", &shop, "-o", &one][..], &UNTIL, &common].concat());
    let alone = json(&[&["forecast", &contracts, "-o", &other][..], &UNTIL, &common].concat());
    assert_eq!(both["kind"], "both");

    let (all, one, other) = (rows(&all), rows(&one), rows(&other));
    let ids: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    assert!(all.keys().eq(ids.iter().copied()));
    let customers = &both["together"]["customers"];
    let shared = one.keys().filter(|id| other.contains_key(*id)).count();
    assert!(shared > 20);
    let expected = [("all", all.len()), ("shop", one.len()), ("contracts", other.len()), ("both", shared)];
    expected.iter().for_each(|(key, n)| assert_eq!(customers[*key], *n, "{key}"));

    // customer_id, then shop, contracts, p_purchase, mrr, shop_clv, contract_clv, clv; of the verbs alone their clv.
    let header = |path: &str| -> Vec<String> {
        let text = std::fs::read_to_string(file_of(path)).unwrap();
        text.lines().next().unwrap().split(',').skip(1).map(str::to_owned).collect()
    };
    let clv_of = |path: &str| header(path).iter().position(|name| name == "clv").unwrap();
    let (in_one, in_other) = (clv_of("one.csv"), clv_of("other.csv"));
    let mut sum = 0.0;
    for (id, row) in &all {
        let shop = one.get(id).map_or(0.0, |row| row[in_one]);
        let contract = other.get(id).map_or(0.0, |row| row[in_other]);
        assert!((row[4] - shop).abs() < 1e-9 && (row[5] - contract).abs() < 1e-9, "{id}");
        assert!((row[6] - shop - contract).abs() < 1e-9, "{id}");
        sum += row[6];
    }
    let value = |part: &str, key: &str| both["together"]["value"][part][key].as_f64().unwrap();
    assert!((value("together", "expected") / sum - 1.0).abs() < 1e-9);
    assert!(
        (value("contracts", "expected") / alone["forecast"]["totals"]["clv"].as_f64().unwrap() - 1.0).abs()
            < 1e-12
    );
    // Independent: half-widths add up as squares, nearly.
    let half = |part: &str| 0.5 * (value(part, "upper") - value(part, "lower"));
    let squares = half("shop").hypot(half("contracts"));
    assert!((half("together") / squares - 1.0).abs() < 0.1, "{} {squares}", half("together"));
    assert!(half("shop") > 0.0 && half("contracts") > 0.0);
}

fn file_of(name: &str) -> String {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("company").join(name).display().to_string()
}

/// The same bytes for any order of the tables and any number of threads; ids that differ, other days, and what one kind alone has are said.
#[test]
fn what_is_said_of_both() {
    let (shop, contracts) =
        (file("orders2.csv", &orders(90)), file("subscriptions2.csv", &subscriptions(90)));
    let [one, other] = ["first.csv", "second.csv"].map(|name| file(name, ""));
    json(&[&["forecast", &shop, &contracts, "-o", &one, "--threads", "1"][..], &UNTIL].concat());
    json(&[&["forecast", &contracts, &shop, "-o", &other, "--threads", "2"][..], &UNTIL].concat());
    assert_eq!(std::fs::read(&one).unwrap(), std::fs::read(&other).unwrap());

    let (ok, said, words) = clv(&["forecast", &shop, &contracts]);
    assert!(ok && words.contains("the purchases are observed until"), "{words}");
    assert!(said.contains("each counted once") && said.contains("independent"), "{said}");
    let renamed = file("renamed.csv", &subscriptions(90).replace("\nc0", "\nmember"));
    let (ok, _, words) = clv(&[&["forecast", &shop, &renamed][..], &UNTIL].concat());
    assert!(ok && words.contains("no customer has the same id in both tables"), "{words}");
    for verb in ["fit", "backtest"] {
        let (ok, _, words) = clv(&[verb, &shop, &contracts]);
        assert!(!ok && words.contains("clv forecast"), "{words}");
    }
    let (ok, _, words) = clv(&["forecast", &shop, &contracts, "--covariates", "plan"]);
    assert!(!ok && words.contains("--covariates"), "{words}");
    // A model of purchases that is named reads all of it as purchases, as before.
    let (ok, _, words) = clv(&["forecast", &shop, &contracts, "--model", "bg-nbd"]);
    assert!(!ok && words.contains("subscriptions2.csv"), "{words}");
}

/// One page: what both come to, then the page of each under its name, no two sections with one name.
///
/// Seen to fail with two sections called `shop-figures`.
#[test]
fn one_page_for_both() {
    let (shop, contracts) =
        (file("orders3.csv", &orders(90)), file("subscriptions3.csv", &subscriptions(90)));
    let page = file("page.html", "");
    json(&[&["report", &shop, &contracts, "--no-backtest", "-o", &page][..], &UNTIL].concat());
    let html = std::fs::read_to_string(&page).unwrap();
    let ids: Vec<&str> =
        html.split("<section id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let distinct: BTreeSet<&&str> = ids.iter().collect();
    assert_eq!(distinct.len(), ids.len(), "{ids:?}");
    assert_eq!(ids[0], "together");
    for name in ["shop-answer", "contracts-answer", "contracts-months", "contracts-plans"] {
        assert!(ids.contains(&name), "{name} is not among {ids:?}");
    }
    let both = json(&[&["forecast", &shop, &contracts][..], &UNTIL].concat());
    let all = both["together"]["customers"]["all"].as_u64().unwrap();
    assert!(html.contains("Each counted once") && html.contains(&format!(">{all}<")), "{all}");
    let (ok, _, words) =
        clv(&[&["report", &shop, &contracts, "--by", "plan", "-o", &page][..], &UNTIL].concat());
    assert!(!ok && words.contains("--by"), "{words}");
}
