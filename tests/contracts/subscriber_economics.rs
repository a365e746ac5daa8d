//! Economics of contracts: what new subscribers cost and bring, by plan and channel, held to sums that are written out here.

use std::fmt::Write as _;
use std::path::PathBuf;

use crate::common::assert_close;
use crate::common::program::{clv, json};
use clv::contracts::Cycle;
use jiff::civil::date;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Beta, Distribution};
use serde_json::Value;

fn file(name: &str, text: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("subscriber_economics");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

const UNTIL: [&str; 2] = ["--observed-until", "2025-11-30"];
const YEAR: Cycle = Cycle { every: 1, unit: clv::Unit::Year };
/// Channels: `alpha` and `beta` of the monthly plan.
const CHANNELS: [(&str, f64, f64); 2] = [("ads", 1.0, 6.0), ("search", 0.6, 14.0)];

/// A company whose customers of `ads` leave sooner; prices are 20 a month and 200 a year.
fn company(customers: usize, seed: u64) -> String {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut text = String::from("customer_id,channel,plan,interval,price,start,end\n");
    let until = date(2025, 11, 30);
    for i in 0..customers {
        let (channel, alpha, beta) = CHANNELS[i % 2];
        let yearly = rng.random::<f64>() < 0.25;
        let (plan, cycle, price, alpha, beta) = match yearly {
            true => ("Pro yearly", YEAR, 200.0, 1.0, 4.0),
            false => ("Pro", Cycle::MONTHLY, 20.0, alpha, beta),
        };
        let start = date(2022, 1, 3).saturating_add(jiff::Span::new().days(rng.random_range(0..1400i64)));
        let leaves: f64 = Beta::new(alpha, beta).unwrap().sample(&mut rng);
        let mut due = (1..).map(|k| cycle.after(start, k));
        let end = due.find(|due| *due > until || rng.random::<f64>() < leaves).unwrap();
        let end = if end > until { String::new() } else { end.to_string() };
        let _ = writeln!(text, "c{i:05},{channel},{plan},{cycle},{price},{start},{end}");
    }
    text
}

fn fitted(name: &str, seed: u64) -> (String, String) {
    let log = file(&format!("{name}.csv"), &company(3000, seed));
    let model = file(&format!("{name}.json"), "");
    let (ok, _, words) = clv(&[&["fit", &log, "-o", &model, "-q"][..], &UNTIL].concat());
    assert!(ok, "{words}");
    (log, model)
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

fn group<'a>(found: &'a Value, name: &str) -> &'a Value {
    let groups = found["economics"]["groups"].as_array().unwrap();
    groups.iter().find(|group| group["name"] == name).unwrap_or_else(|| panic!("{name}: {groups:?}"))
}

/// By plan: LTV, the curve and payback are the sums that the head of `study/subscribers` says, with `S(t)` as a product of
/// retention rates `(beta + t − 1)/(alpha + beta + t − 1)` (Fader & Hardie 2007, equation 8): 1e-9, as sums of some dozen terms.
#[test]
fn worth_of_a_new_subscriber() {
    let (log, model) = fitted("worth", 1);
    let costs =
        file("costs.csv", "period,plan,cost\n2025-09,Pro (monthly),9000\n2025-10,Pro (monthly),9500\n");
    let table = file("figures.csv", "");
    let options = ["--by", "plan", "--costs", &costs, "--margin", "0.8", "--horizon", "24mo", "-o", &table];
    let found = json(&[&["economics", &model, &log][..], &options, &UNTIL].concat());
    let parameters = &json(&["inspect", &model])["model"]["parameters"];
    for (name, length, price) in [("Pro (monthly)", 1u32, 20.0), ("Pro yearly (yearly)", 12, 200.0)] {
        let [alpha, beta] = ["alpha", "beta"].map(|of| number(&parameters[name][of]));
        let (mut stays, mut ltv, mut year) = (1.0, 0.0, 1.0);
        let mut margins = Vec::new();
        let mut sum = 0.0;
        for month in 0..=24u32 {
            if month % length == 0 {
                let t = f64::from(month / length);
                if t > 0.0 {
                    stays *= (beta + t - 1.0) / (alpha + beta + t - 1.0);
                }
                sum += 0.8 * price * stays;
                // 10 % a year; a month is a twelfth.
                if month < 24 {
                    ltv += 0.8 * price * stays * 1.1f64.powf(-f64::from(month) / 12.0);
                }
                if month == 12 {
                    year = stays;
                }
            }
            margins.push(sum);
        }
        let own = group(&found, name);
        assert_close("LTV", number(&own["new"]["ltv"]["value"]), ltv, 1e-9);
        assert_close("a year", number(&own["new"]["after_a_year"]["value"]), year, 1e-9);
        assert_close("may cost", number(&own["new"]["most_for_ratio"]["value"]), ltv / 3.0, 1e-9);
        assert_close("in a year", number(&own["new"]["most_for_payback"]["value"]), margins[12], 1e-9);
        let acquisition = &own["acquisition"];
        if name.starts_with("Pro yearly") {
            assert!(acquisition.is_null());
            continue;
        }
        // Who was won in both months, counted in the table itself.
        let text = std::fs::read_to_string(&log).unwrap();
        let won = text
            .lines()
            .filter(|row| row.contains(",Pro,") && (row.contains(",2025-09-") || row.contains(",2025-10-")));
        let begun = won.filter(|row| {
            let start = row.split(',').nth(5).unwrap();
            start.starts_with("2025-09") || start.starts_with("2025-10")
        });
        let cac = 18_500.0 / begun.count() as f64;
        assert_close("CAC", number(&acquisition["cac"]), cac, 1e-12);
        assert_close("ratio", number(&acquisition["ltv_to_cac"]["value"]), ltv / cac, 1e-9);
        let month = margins.iter().position(|margin| *margin >= cac);
        assert_eq!(acquisition["payback"]["month"].as_u64().map(|month| month as usize), month);
    }
    // Groups add up to the forecast.
    let scored =
        json(&[&["score", &model, &log, "--margin", "0.8", "--horizon", "24mo"][..], &UNTIL].concat());
    let groups = found["economics"]["groups"].as_array().unwrap();
    let sum = |what: &str| groups.iter().map(|group| number(&group[what])).sum::<f64>();
    let totals = &scored["forecast"]["totals"];
    assert_close("equity", sum("equity"), number(&totals["clv"]), 1e-9);
    assert_close("MRR", sum("mrr"), number(&totals["mrr"]), 1e-9);
    let risk = number(&totals["mrr"]) - number(&totals["mrr_at_horizon"]["expected"]);
    assert_close("at risk", sum("mrr_at_risk"), risk, 1e-9);
    assert_eq!(sum("customers"), 3000.0);
    let rows = std::fs::read_to_string(&table).unwrap();
    assert_eq!(rows.lines().next(), Some("topic,group,period,metric,value,lower,upper"));
    assert!(rows.contains("acquisition,Pro (monthly),,cac,"));
}

/// By channel: each plan has parameters by channel; the truth of both, which differ, lies in their intervals, and the better channel
/// is worth more.
#[test]
fn channels_differ() {
    let (log, model) = fitted("channels", 2);
    let found =
        json(&[&["economics", &model, &log, "--by", "channel", "--interval", "0.99"][..], &UNTIL].concat());
    let truth = |alpha: f64, beta: f64| -> f64 {
        let monthly: f64 = (0..12).map(|t| (beta + f64::from(t)) / (alpha + beta + f64::from(t))).product();
        0.75 * monthly + 0.25 * 0.8
    };
    for (name, alpha, beta) in CHANNELS {
        let year = &group(&found, name)["new"]["after_a_year"];
        let (lower, upper) = (number(&year["lower"]), number(&year["upper"]));
        let truth = truth(alpha, beta);
        assert!(lower < truth && truth < upper, "{name}: {truth} {year}");
        let seen = number(&group(&found, name)["new"]["seen_after_a_year"]);
        assert!((seen - number(&year["value"])).abs() < 0.04, "{name}: {seen} {year}");
    }
    let ltv = |name: &str| number(&group(&found, name)["new"]["ltv"]["value"]);
    assert!(ltv("search") > ltv("ads"));
    // Without groups there is one, and it is not far from the mean of both.
    let all = json(&[&["economics", &model, &log][..], &UNTIL].concat());
    let one = number(&all["economics"]["all"]["new"]["ltv"]["value"]);
    let both = number(&found["economics"]["all"]["new"]["ltv"]["value"]);
    assert!((one / both - 1.0).abs() < 0.01, "{one} {both}");
}

/// What is of purchases alone, or is not there, is refused by name.
#[test]
fn what_is_refused() {
    let (log, model) = fitted("refused", 3);
    let cases: [(&[&str], &str); 5] = [
        (&["--by", "colour"], "no column 'colour'"),
        (&["--scenario", "retention=+2%"], "--scenario"),
        (&["--budget", "1000"], "--budget"),
        (&["--segments", "s.csv"], "--segments"),
        (&["--by", "plan,channel"], "--by"),
    ];
    for (options, why) in cases {
        let (ok, _, words) = clv(&[&["economics", &model, &log][..], options, &UNTIL].concat());
        assert!(!ok && words.contains(why), "{options:?}: {words}");
    }
    let unpriced = company(200, 4).replace(",price,", ",colour,");
    let unpriced = file("unpriced.csv", &unpriced);
    let (ok, _, words) = clv(&[&["economics", &model, &unpriced][..], &UNTIL].concat());
    assert!(!ok && words.contains("prices"), "{words}");
}

/// The page says what the forecast says, completes the triangle, and judges the last year; a model file gives the same page as none.
#[test]
fn the_page() {
    let (log, model) = fitted("page", 5);
    let costs = file("page_costs.csv", "period,channel,cost\n2025-09,ads,90000\n2025-09,search,500\n");
    let page = |given: &[&str], name: &str| {
        let out = file(name, "");
        let options = ["--by", "channel", "--costs", &costs, "-o", &out, "--currency", "EUR"];
        let found = json(&[&["report"][..], given, &options, &UNTIL].concat());
        (found, std::fs::read_to_string(out).unwrap())
    };
    let (found, text) = page(&[&log], "page.md");
    let (again, same) = page(&[&model, &log], "again.md");
    assert_eq!(text, same);
    assert_eq!(found["page"]["tiles"], again["page"]["tiles"]);
    let scored = json(&[&["score", &model, &log][..], &UNTIL].concat());
    let totals = &scored["forecast"]["totals"];
    let grouped = |value: f64| {
        let digits = format!("{value:.0}");
        let (head, tail) = digits.split_at(digits.len() - 3);
        format!("EUR\u{a0}{head},{tail}")
    };
    let tiles = found["page"]["tiles"].as_array().unwrap();
    let tile = |label: &str| tiles.iter().find(|tile| tile["label"] == label).unwrap()["figure"].clone();
    assert_eq!(tile("MRR today"), grouped(number(&totals["mrr"])));
    assert_eq!(tile("MRR that is left"), grouped(number(&totals["mrr_at_horizon"]["expected"])));
    // The channel whose customers cost more than they bring is named, and the one to spend more on.
    assert!(text.contains("ads costs") && text.contains("stop it or renegotiate"), "{text}");
    assert!(text.contains("search brings subscribers worth"), "{text}");
    for words in
        ["Can it be trusted?", "MRR behind and ahead", "Cohorts by age, seen and expected", "Renew next"]
    {
        assert!(text.contains(words), "{words}: {text}");
    }
    let (_, html) = page(&[&log], "page.html");
    assert!(html.contains("cohort_triangle") && html.contains("plan_survival"));
}

/// The triangle against counts made here: shares of a cohort that were there at an age, of which all were seen.
#[test]
fn the_triangle() {
    use clv::contracts::{BookModel, BookOptions, book};
    use clv::study::subscribers::triangle;
    let text = company(2000, 6);
    let path = file("triangle.csv", &text);
    let options = BookOptions { observed_until: Some(date(2025, 11, 30)), ..BookOptions::default() };
    let inputs = [clv::history::Input::Path(path.into())];
    let book = book::open(&inputs, &Default::default(), &options, &()).unwrap();
    let model = BookModel::fit(&book, &Default::default(), &()).unwrap();
    let cells = triangle(&book, &model).unwrap();
    let mut seen = 0;
    for cell in &cells {
        let (year, quarter) = cell.cohort.split_once("-Q").unwrap();
        let (year, quarter): (i16, i8) = (year.parse().unwrap(), quarter.parse().unwrap());
        let mut all = (0, 0);
        for row in text.lines().skip(1) {
            let fields: Vec<&str> = row.split(',').collect();
            let start: jiff::civil::Date = fields[5].parse().unwrap();
            if start.year() != year || (start.month() - 1) / 3 + 1 != quarter {
                continue;
            }
            let then = Cycle::MONTHLY.after(start, cell.months);
            let there = fields[6].parse::<jiff::civil::Date>().map_or(true, |end| end > then);
            all = (all.0 + 1, all.1 + u32::from(there));
        }
        assert_eq!(cell.contracts, all.0);
        if cell.seen {
            seen += 1;
            assert_close("share", cell.share, f64::from(all.1) / all.0 as f64, 1e-12);
        } else {
            assert!(cell.share > 0.0 && cell.share <= 1.0, "{cell:?}");
        }
    }
    assert_eq!(cells.len(), 12 * 12);
    assert!(seen > 50 && seen < 100, "{seen}");
    // Ages do not raise a share.
    for two in cells.windows(2).filter(|two| two[0].cohort == two[1].cohort) {
        assert!(two[1].share <= two[0].share + 1e-12, "{two:?}");
    }
}
