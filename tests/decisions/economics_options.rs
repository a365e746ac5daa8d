//! Options of `clv economics` through the command line, and what they refuse.
//!
//! Each test was seen to fail with the one-line bug named above it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::common::{assert_close, fixture};
use clv::Grain;
use clv::fit::{Posterior, posterior::Evidence};
use clv::fitted::{ClvModel, FitRequest};
use clv::history::{self, LogOptions};
use clv::study::economics::{self, Economics, EconomicsOptions};
use serde_json::Value;
use tempfile::TempDir;

struct Shop {
    dir: TempDir,
    log: PathBuf,
}

impl Shop {
    /// The shop with a fitted model; `grain` of the fit.
    fn new(grain: &str) -> Self {
        let shop = Shop { dir: TempDir::new().unwrap(), log: fixture("shop/orders.csv") };
        let (log, model) = (text(&shop.log), shop.path("model.json"));
        let output = clv(&["fit", &log, "--model", "mbg-nbd", "--grain", grain, "-o", &model], None);
        assert!(output.status.success(), "{}", words(&output));
        shop
    }

    fn path(&self, name: &str) -> String {
        text(&self.dir.path().join(name))
    }

    fn run(&self, log: &str, options: &[&str], stdin: Option<&Path>) -> Output {
        let model = self.path("model.json");
        clv(&[&["economics", &model, log, "--json"], options].concat(), stdin)
    }

    /// What is found, as JSON; without intervals, which take most of the time, unless they are asked for.
    fn found(&self, options: &[&str]) -> Value {
        let none = if options.contains(&"--interval") { &[][..] } else { &["--interval", "none"] };
        json(&self.run(&text(&self.log), &[options, none].concat(), None))
    }

    fn refused(&self, options: &[&str]) -> String {
        let output = self.run(&text(&self.log), options, None);
        assert_eq!(output.status.code(), Some(2));
        words(&output)
    }
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{}", words(output));
    let all: Value = serde_json::from_slice(&output.stdout).unwrap();
    all["economics"].clone()
}

fn clv(arguments: &[&str], stdin: Option<&Path>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_clv"));
    match stdin {
        Some(path) => command.stdin(std::fs::File::open(path).unwrap()),
        None => command.stdin(Stdio::null()),
    };
    command.args(arguments).output().unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// Value and LTV under a margin for each channel are those of each channel at margin 1, times it. Seen to fail with
/// the margins of cells added up as if they were all 1.
#[test]
fn each_customer_has_a_margin() {
    let shop = Shop::new("day");
    let orders = std::fs::read_to_string(&shop.log).unwrap();
    let of = |channel: &str| if channel < "m" { 0.2 } else { 0.5 };
    let channel = |line: &str| line.split(',').nth(3).unwrap().to_owned();
    let row = |line: &str| format!("{line},{}\n", of(&channel(line)));
    let rows: String = orders.lines().skip(1).map(row).collect();
    let with = |rows: &str| format!("{},share\n{rows}", orders.lines().next().unwrap());
    let log = shop.path("margins.csv");
    std::fs::write(&log, with(&rows)).unwrap();
    let own =
        json(&shop.run(&log, &["--by", "channel", "--margin-column", "share", "--interval", "none"], None));
    let one = shop.found(&["--by", "channel"]);
    let groups = |found: &Value| found["groups"].as_array().unwrap().clone();
    for (own, one) in groups(&own).iter().zip(&groups(&one)) {
        let margin = of(own["name"].as_str().unwrap());
        for (own, one) in
            [(&own["equity"], &one["equity"]), (&own["new_customer"]["ltv"], &one["new_customer"]["ltv"])]
        {
            assert_close("margin", number(&own["value"]), margin * number(&one["value"]), 1e-12);
        }
    }
    let revenue = |found: &Value| number(&found["equity"]["undiscounted_revenue"]);
    assert_close("revenue", revenue(&own), revenue(&one), 1e-12);
    std::fs::write(&log, with(&rows.replace(",0.2\n", ",20%\n"))).unwrap();
    let output = shop.run(&log, &["--margin-column", "share"], None);
    assert!(words(&output).contains("has the share '20%'"), "{}", words(&output));
}

/// The date is compared with, if it is in the log; standard input is kept, and gives the same as a file. Seen to fail
/// with the date ignored, and with an earlier log read from what is left of the input.
#[test]
fn dates_and_standard_input() {
    let shop = Shop::new("day");
    let found = shop.found(&["--compare-with", "2024-10-01", "--by", "channel", "--interval", "0.9"]);
    assert_eq!(found["movement"]["from"], "2024-10-01");
    assert!(shop.refused(&["--compare-with", "2031-01-01"]).contains("2023-01-01 to 2024-12-31"));
    let piped = shop.run("-", &["--compare-with", "2024-10-01", "--by", "channel"], Some(&shop.log));
    assert_eq!(json(&piped), found);
}

/// Without end value is finite where it is discounted, more than within two years, and told apart for five
/// years. Seen to fail with the last month told apart taken for the horizon.
#[test]
fn without_end() {
    let shop = Shop::new("day");
    let (near, far) = (shop.found(&["--horizon", "2y"]), shop.found(&["--horizon", "inf"]));
    let value = |found: &Value| number(&found["equity"]["value"]["value"]);
    assert!(value(&far) > 1.05 * value(&near), "{} {}", value(&far), value(&near));
    assert_eq!(far["equity"]["months"].as_array().unwrap().len(), 60);
    // Five years are told apart by month; what comes later is in the value, too.
    let told = shop.found(&["--horizon", "60mo"]);
    assert!(value(&far) > 1.01 * value(&told), "{} {}", value(&far), value(&told));
    let century = shop.found(&["--horizon", "100y"]);
    assert_close("a century is for ever", value(&far), value(&century), 1e-3);
    assert!(shop.refused(&["--horizon", "inf", "--discount", "0"]).contains("no finite answer"));
}

/// The best spending is where the formula of its head has its top. Seen to fail with the rate taken for the ceiling.
#[test]
fn responses_by_judgement() {
    let shop = Shop::new("day");
    let found = shop.found(&[
        "--acquisition-response",
        "spend=2,rate=0.04,ceiling=0.1",
        "--retention-response",
        "spend=1,rate=0.6,ceiling=0.8",
        "--margin",
        "0.4",
    ]);
    let ltv = number(&found["all"]["new_customer"]["ltv"]["value"]);
    let (ceiling, k) = (0.1, -(1.0f64 - 0.04 / 0.1).ln() / 2.0);
    let best = &found["budget"]["acquisition"]["best"];
    assert_close("A*", number(&best["spend"]), (k * ceiling * ltv).ln() / k, 1e-12);
    let kept = &found["budget"]["retention"];
    let value = number(&kept["best"]["value"]);
    assert!(value >= number(&kept["today"]["value"]));
    assert!(kept["curve"].as_array().unwrap().iter().all(|at| number(&at["value"]) <= value));
    let refused = shop.refused(&["--acquisition-response", "spend=2,rate=0.2,ceiling=0.1"]);
    assert!(refused.contains("--acquisition-response") && refused.contains("below the ceiling"), "{refused}");
    assert!(shop.refused(&["--retention-response", "spend=2"]).contains("--retention-response"));
}

/// A budget needs costs, and says so. Seen to fail with the check left out.
#[test]
fn a_budget_needs_costs() {
    let refused = Shop::new("day").refused(&["--budget", "4000"]);
    assert!(refused.contains("--budget") && refused.contains("give --costs FILE"), "{refused}");
}

/// Without intervals there are none, and the figures are the same. Seen to fail with 0.9 taken for none.
#[test]
fn intervals_can_be_left_out() {
    let shop = Shop::new("day");
    let costs = text(&fixture("shop/costs.csv"));
    let options = ["--by", "channel", "--costs", &costs];
    let (with, without) =
        (shop.found(&[&options[..], &["--interval", "0.9"]].concat()), shop.found(&options));
    assert!(without["interval"].is_null());
    let (mut there, mut gone) = (0, 0);
    same(&with, &without, &mut there, &mut gone);
    assert!(there > 100 && gone > 100, "{there} bounds of which {gone} are left out");
    assert!(shop.refused(&["--interval", "no"]).contains("or none"));
}

/// Two objects with the same numbers but for bounds, which the second does not have, and what needs them.
fn same(a: &Value, b: &Value, there: &mut u32, gone: &mut u32) {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            for (key, value) in a {
                let bound = key == "lower" || key == "upper";
                if bound || key.starts_with("p_ratio") || key.starts_with("p_payback") || key == "interval" {
                    *there += u32::from(!value.is_null());
                    *gone += u32::from(!value.is_null() && b[key].is_null());
                } else {
                    same(value, &b[key], there, gone);
                }
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            assert_eq!(a.len(), b.len());
            a.iter().zip(b).for_each(|(a, b)| same(a, b, there, gone));
        }
        _ => assert_eq!(a, b),
    }
}

/// Customers belong to the month of their first day, whatever counts as one purchase: months of customers and CAC under
/// weeks and years are those under days. Seen to fail with the first day of the grain taken.
#[test]
fn months_do_not_depend_on_the_grain() {
    let costs = text(&fixture("shop/costs.csv"));
    let acquired = |grain: &str| {
        let shop = Shop::new(grain);
        let found = shop.found(&["--by", "channel", "--costs", &costs]);
        let months = found["acquired"].as_array().unwrap().clone();
        let cell = |m: &Value| ["group", "month", "customers", "cost", "cac"].map(|key| m[key].clone());
        let months: Vec<_> = months.iter().map(cell).collect();
        if grain == "week" {
            // The log is read again by day, standard input too.
            let options = ["--by", "channel", "--costs", &costs, "--interval", "none"];
            assert_eq!(json(&shop.run("-", &options, Some(&shop.log)))["acquired"], found["acquired"]);
        }
        months
    };
    let days = acquired("day");
    assert_eq!(days.len(), 5 * 24);
    assert_eq!(acquired("week"), days);
    // Of years the model ends at its limits, and so do the groups.
    assert_eq!(acquired("year"), days);
}

/// A page's backtest of a holdout in which nobody buys is refused, with why. Seen to fail with the check left out.
#[test]
fn a_holdout_needs_purchases() {
    let shop = Shop::new("day");
    let (log, model, out) = (text(&shop.log), shop.path("model.json"), shop.path("report.html"));
    let asked = ["report", &model, &log, "-o", &out, "--observed-until", "2025-12-31", "--holdout", "26w"];
    let output = clv(&asked, None);
    assert_eq!(output.status.code(), Some(2));
    assert!(words(&output).contains("nobody known on"), "{}", words(&output));
}

/// Draws that a model file has are what intervals are made of, not its covariance: of draws at another place the
/// intervals are there. Seen to fail with the covariance taken although there are draws.
#[test]
fn draws_of_the_posterior_are_taken() {
    let log = [fixture("shop/orders.csv")];
    let summary = history::open(&log, &LogOptions::default(), &()).unwrap();
    let request = FitRequest { model: "mbg-nbd".into(), ..FitRequest::default() };
    let model = ClvModel::fit(&summary, &request, &()).unwrap();
    let run = |model: &ClvModel| -> Economics {
        let log_options = LogOptions { grain: Some(Grain::Day), ..LogOptions::default() };
        economics::run(model, &log, &log_options, None, &EconomicsOptions::default(), &()).unwrap()
    };
    let drawn = |factor: f64| {
        let mut drawn = model.clone();
        let params = drawn.purchase.params().to_vec();
        // Buys so much faster, for certain.
        let params = vec![params[0] * factor, params[1], params[2], params[3]];
        let evidence = Evidence::Bootstrap { replicates: 2, failed: 0, at_limit: 0 };
        let posterior = Posterior { evidence, draws: vec![params; 2], weak_prior: false };
        drawn.purchase_fit.as_mut().unwrap().posterior = Some(posterior);
        run(&drawn)
    };
    let (plain, faster) = (run(&model), drawn(3.0));
    assert_eq!(plain.equity.value.value, faster.equity.value.value);
    let (_, high) = plain.equity.value.interval.unwrap();
    let (low, _) = faster.equity.value.interval.unwrap();
    assert!(low > high, "{low} {high}");
    let (_, high) = plain.all.new.ltv.interval.unwrap();
    let (low, _) = faster.all.new.ltv.interval.unwrap();
    assert!(low > high, "{low} {high}");
    // At the estimate, with the purchase model certain, the interval is narrower.
    let width = |found: &Economics| found.all.new.ltv.interval.map(|(low, high)| high - low).unwrap();
    assert!(width(&drawn(1.0)) < width(&plain));
}

/// Costs in any usual shape are the same costs: months as spreadsheets write them, channels in capitals, a column a channel,
/// a column a month. Seen to fail before: `Jan 2023` was no month, `Search` bought no customer, wide tables had no column cost.
#[test]
fn costs_come_in_several_shapes() {
    let shop = Shop::new("day");
    let long = text(&fixture("shop/costs.csv"));
    let costs = std::fs::read_to_string(&long).unwrap();
    let rows: Vec<Vec<&str>> = costs.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let name = |month: &str| {
        let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        format!("{} {}", names[month[5..].parse::<usize>().unwrap() - 1], &month[..4])
    };
    let mut months: Vec<&str> = rows.iter().map(|row| row[0]).collect();
    months.dedup();
    let mut channels: Vec<&str> = rows.iter().map(|row| row[1]).collect();
    channels.sort_unstable();
    channels.dedup();
    let cost = |month: &str, channel: &str| {
        rows.iter().find(|row| row[0] == month && row[1] == channel).map_or("", |row| row[2]).to_owned()
    };
    let spelled: String =
        rows.iter().map(|row| format!("{},{},{}\n", name(row[0]), row[1].to_uppercase(), row[2])).collect();
    let line = |cells: Vec<String>| cells.join(",") + "\n";
    let by_channel: String = months
        .iter()
        .map(|month| {
            line([(*month).to_owned()].into_iter().chain(channels.iter().map(|c| cost(month, c))).collect())
        })
        .collect();
    let by_month: String = channels
        .iter()
        .map(|c| {
            line([(*c).to_owned()].into_iter().chain(months.iter().map(|month| cost(month, c))).collect())
        })
        .collect();
    let tables = [
        ("spelled.csv", format!("Month,Channel,Cost\n{spelled}")),
        ("columns.csv", format!("period,{}\n{by_channel}", channels.join(","))),
        (
            "months.csv",
            format!("channel,{}\n{by_month}", months.iter().map(|m| name(m)).collect::<Vec<_>>().join(",")),
        ),
    ];
    let options = |costs: &str| shop.found(&["--by", "channel", "--costs", costs, "--interval", "none"]);
    let expected = options(&long);
    for (file, table) in tables {
        let path = shop.path(file);
        std::fs::write(&path, table).unwrap();
        let mut found = options(&path);
        // It says how channels are spelt; nothing else differs.
        if file == "spelled.csv" {
            let notes = found["notes"].as_array_mut().unwrap();
            let before = notes.len();
            notes.retain(|note| !note.as_str().unwrap().contains("are taken for those of"));
            assert_eq!(before - notes.len(), channels.len());
        }
        assert_eq!(found, expected, "{file}");
    }
    // A sum is not a channel, and is left out, in words.
    let path = shop.path("sum.csv");
    std::fs::write(
        &path,
        format!("period,{},Total\n{}", channels.join(","), by_channel.replace('\n', ",9999\n")),
    )
    .unwrap();
    let found = options(&path);
    assert_eq!(found["channels"], expected["channels"]);
    assert!(
        found["notes"].to_string().contains("costs called Total are the sum of the others"),
        "{}",
        found["notes"]
    );
    // What is neither is refused as before, with what there is.
    std::fs::write(&path, "period,channel,price\n2023-01,email,220\n").unwrap();
    let refused = shop.refused(&["--by", "channel", "--costs", &path]);
    assert!(refused.contains("there is no column cost; the columns are period, channel, price"), "{refused}");
}
