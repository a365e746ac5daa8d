//! Actions: lists that people act on, and what acting on them brought.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::{fit, fixture};
use clv::history::{self, Input, LogOptions};
use clv::study::economics::actions::{
    self, Action, ActionOptions, Actions, Group, Shape, actions_schema, actions_tables,
    measure::{self, Campaign, MeasureOptions, Verdict},
};
use clv::{ValueOptions, fitted::ClvModel};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Gamma, Poisson};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

fn model(log: &Path, name: &str) -> ClvModel {
    let summary = history::open(&[log.to_owned()], &LogOptions::default(), &()).unwrap();
    fit(&summary, name)
}

fn plan(log: &Path, name: &str, options: &ActionOptions) -> Actions {
    let inputs = [Input::Path(log.to_owned())];
    actions::plan(&model(log, name), &inputs, &LogOptions::default(), options, &()).unwrap()
}

fn options() -> ActionOptions {
    let value = ValueOptions { margin: 0.4, ..ValueOptions::default() };
    ActionOptions { value, contact_cost: 0.5, holdout: 0.1, ..ActionOptions::default() }
}

/// Every customer is on the list, by gain; gains are what the formulas of the module say of the scores; who is contacted
/// is worth it; the range holds the estimate.
#[test]
fn gains_follow_from_scores() {
    let log = fixture("shop/orders.csv");
    let options = options();
    let found = plan(&log, "mbg-nbd", &options);
    let model = model(&log, "mbg-nbd");
    let summary = history::open(std::slice::from_ref(&log), &LogOptions::default(), &()).unwrap();
    let scores = clv::forecast::ScoreOptions::from(options.value);
    let mut known = std::collections::HashMap::new();
    for batch in clv::forecast::score(&model, &summary, &scores).unwrap() {
        let batch = batch.unwrap();
        let (clv, spend) = (batch.clv.as_ref().unwrap(), batch.expected_spend.as_ref().unwrap());
        for i in 0..batch.customers.len() {
            let id = batch.customers.customer_id.value(i).to_owned();
            known.insert(id, (batch.p_purchase[i], clv[i], spend[i]));
        }
    }
    assert_eq!(found.customers.len(), known.len());
    assert!(found.customers.windows(2).all(|pair| pair[0].gain.value >= pair[1].gain.value));
    for planned in &found.customers {
        let (p, clv, spend) = known[&planned.customer.id];
        let odds = p / (1.0 - p) * (0.55 / 0.45);
        let undecided = (odds / (1.0 + odds) - p) * clv / p;
        let (gain, low, high) =
            (planned.gain.value, planned.gain.interval.unwrap().0, planned.gain.interval.unwrap().1);
        let close = |own: f64| (gain / own - 1.0).abs() < 1e-9;
        let right = match planned.action {
            Action::Upsell => close(0.05 * p * 0.4 * spend),
            Action::LeaveAlone => gain <= 0.5 && (close(undecided) || close(0.05 * p * 0.4 * spend)),
            _ => close(undecided),
        };
        assert!(right, "{planned:?}");
        assert!(low < high && low < 1.05 * gain && high > 0.95 * gain, "{planned:?}");
        assert_eq!(planned.group != Group::None, gain > 0.5, "{planned:?}");
    }
    let contacts: f64 = found.of(Group::Contact).map(|planned| planned.gain.value).sum();
    assert!((found.gain.value / contacts - 1.0).abs() < 1e-12);
    let (low, high) = found.gain.interval.unwrap();
    assert!(low < contacts && contacts < high && high < 1.5 * low, "{low} {contacts} {high}");
    for action in Action::ALL {
        assert!(found.customers.iter().any(|planned| planned.action == action), "{action:?}");
    }
    assert_eq!(found.cost, 0.5 * found.of(Group::Contact).count() as f64);
}

/// The same bytes for any number of threads, since sums are made in one order.
#[test]
fn threads_change_nothing() {
    let log = fixture("shop/orders.csv");
    let of = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let found = pool.install(|| plan(&log, "bg-nbd", &options()));
        (actions_tables(&found).collect::<Vec<_>>(), found.gain)
    };
    assert_eq!(of(1), of(3));
}

/// A campaign of which all is known: customers with rates and amounts of their own, of whom those contacted buy so many
/// times as often. Gives contacted and control as (spent since, forecast before), and what a contact truly brings.
fn campaign(seed: u64, more: f64) -> ([Vec<(f64, f64)>; 2], f64) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    // Mean rate 0.9 in the time measured, mean amount 40: own arithmetic.
    let (rates, amounts) = (Gamma::new(0.6, 1.5).unwrap(), Gamma::new(4.0, 10.0).unwrap());
    let mut sides = [Vec::new(), Vec::new()];
    for i in 0..1500 {
        let (rate, mean): (f64, f64) = (rates.sample(&mut rng), amounts.sample(&mut rng));
        let control = i % 10 == 0;
        let busy = if control { rate } else { rate * (1.0 + more) };
        let n = if busy > 1e-9 { Poisson::new(busy).unwrap().sample(&mut rng) as u32 } else { 0 };
        let single = Gamma::new(2.0, mean / 2.0).unwrap();
        let spent: f64 = (0..n).map(|_| single.sample(&mut rng)).sum();
        // A forecast knows some of it.
        let forecast = rate * mean * (0.5 + rng.random::<f64>());
        sides[usize::from(control)].push((spent, forecast));
    }
    (sides, more * 0.6 * 1.5 * 40.0)
}

/// Over 200 campaigns the 90 % interval holds the truth in 85 to 95 % of them, with and without an effect.
#[test]
fn the_measure_covers_the_truth() {
    for more in [0.0, 0.4] {
        let (mut inside, mut narrower) = (0, 0.0);
        for seed in 0..200 {
            let ([contact, control], truth) = campaign(seed, more);
            let found = measure::difference(&contact, &control, 0.9);
            let (low, high) = found.interval.unwrap();
            inside += u32::from(low <= truth && truth <= high);
            let plain = |side: &[(f64, f64)]| side.iter().map(|(y, _)| (*y, 0.0)).collect::<Vec<_>>();
            let (a, b) = measure::difference(&plain(&contact), &plain(&control), 0.9).interval.unwrap();
            narrower += (high - low) / (b - a) / 200.0;
        }
        println!("{more}: {inside} of 200 inside; {narrower:.2} of the width without forecasts");
        assert!((170..=190).contains(&inside), "{more}: {inside}");
        assert!(narrower < 0.9, "{narrower}");
    }
}

/// A log in which those contacted have bought for 30 more each, and others nothing.
fn campaign_files(dir: &Path) -> (PathBuf, PathBuf) {
    let log = dir.join("log.csv");
    fs::copy(fixture("shop/orders.csv"), &log).unwrap();
    let list = dir.join("actions.csv");
    let found = plan(&log, "mbg-nbd", &ActionOptions { holdout: 0.3, ..options() });
    let mut rows = fs::read_to_string(&log).unwrap();
    for planned in found.of(Group::Contact) {
        rows += &format!("{},2025-02-01,75.00,email,gifts\n", planned.customer.id);
    }
    fs::write(&log, rows).unwrap();
    let target = clv::output::Target::table(list.to_str().unwrap()).unwrap();
    let mut writer = clv::output::TableWriter::create(&target, actions_schema()).unwrap();
    actions_tables(&found).for_each(|table| writer.write(&table).unwrap());
    writer.finish().unwrap();
    (log, list)
}

/// From the list to the verdict: all that the log gained since is what contacts brought, 75 x 0.4 = 30 each.
#[test]
fn a_list_is_measured() {
    let dir = TempDir::new().unwrap();
    let (log, list) = campaign_files(dir.path());
    let campaign = Campaign::read(&Input::Path(list.clone())).unwrap();
    let inputs = [Input::Path(log.clone())];
    let options = MeasureOptions { margin: 0.4, ..MeasureOptions::default() };
    let found = measure::measure(&campaign, &inputs, &LogOptions::default(), &options, &()).unwrap();
    assert!((found.means.0 - 30.0).abs() < 1e-9 && found.means.1.abs() < 1e-9, "{:?}", found.means);
    assert!((found.difference.value - 30.0).abs() < 1e-6, "{:?}", found.difference);
    assert_eq!((found.buyers.0, found.buyers.1), (found.customers.0, 0));
    assert_eq!((found.verdict, found.cost), (Verdict::Paid, 0.5 * found.customers.0 as f64));
    // A log of new rows alone says the same.
    let only = dir.path().join("new.csv");
    let text = fs::read_to_string(&log).unwrap();
    let rows: Vec<&str> = text
        .lines()
        .enumerate()
        .filter(|(i, line)| *i == 0 || line.contains(",2025-"))
        .map(|(_, l)| l)
        .collect();
    fs::write(&only, rows.join("\n") + "\n").unwrap();
    let again =
        measure::measure(&campaign, &[Input::Path(only)], &LogOptions::default(), &options, &()).unwrap();
    assert_eq!(again.difference, found.difference);
    let output = clv(&[
        "actions",
        "--measure",
        log.to_str().unwrap(),
        "--list",
        list.to_str().unwrap(),
        "--margin",
        "0.4",
    ]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && said.contains("It paid"), "{said}");
}

fn clv(arguments: &[&str]) -> std::process::Output {
    Command::new(env!("CARGO_BIN_EXE_clv")).args(arguments).output().unwrap()
}

/// What cannot be measured is said, with the repair.
#[test]
fn what_cannot_be_measured_is_said() {
    let dir = TempDir::new().unwrap();
    let list = dir.path().join("actions.csv");
    let header = "customer_id,group,decided_on,value,cost,gain\n";
    let of = |rows: &str| {
        fs::write(&list, format!("{header}{rows}")).unwrap();
        Campaign::read(&Input::Path(list.clone())).unwrap_err().to_string()
    };
    let row = |id: &str, group: &str| format!("{id},{group},2024-12-31,10,0.5,2\n");
    let two = row("a", "contact") + &row("b", "contact");
    for (rows, words) in [
        (two.clone(), "--holdout 10%"),
        (two.clone() + &row("a", "control"), "is in it twice"),
        (two.clone() + &row("c", "treated"), "neither contact nor control"),
        (two.clone() + "c,control,2025-01-31,10,0.5,2\nd,control,2024-12-31,10,0.5,2\n", "several days"),
        (two + "c,control,2024-12-31,ten,0.5,2\n", "no number"),
    ] {
        let said = of(&rows);
        assert!(said.contains(words), "{said}");
    }
    let good = [
        row("c00001", "contact"),
        row("c00002", "contact"),
        row("c00003", "control"),
        row("c00004", "control"),
    ];
    fs::write(&list, format!("{header}{}", good.concat())).unwrap();
    let log = fixture("shop/orders.csv");
    let output = clv(&["actions", "--measure", log.to_str().unwrap(), "--list", list.to_str().unwrap()]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(2) && said.contains("nothing yet to see"), "{said}");
}

/// Uploads hold contacts alone, with the columns and digests that the other programs ask for.
#[test]
fn uploads_have_their_shapes() {
    let dir = TempDir::new().unwrap();
    let log = dir.path().join("log.csv");
    let text = fs::read_to_string(fixture("shop/orders.csv")).unwrap();
    let with_address = |line: &str| {
        let (id, rest) = line.split_once(',').unwrap();
        // Every tenth has an address of no use.
        let address = if id.ends_with('7') { "none".to_owned() } else { format!(" A.{id}@GMAIL.com") };
        format!("{id},{rest},{address}\n")
    };
    let (header, rows) = text.split_once('\n').unwrap();
    let rows: String = rows.lines().map(with_address).collect();
    fs::write(&log, format!("{header},email\n{rows}")).unwrap();
    let options = ActionOptions { email: Some("email".to_owned()), ..options() };
    let found = plan(&log, "bg-nbd", &options);
    let contacts: Vec<&str> = found
        .of(Group::Contact)
        .map(|planned| planned.customer.id.as_str())
        .filter(|id| !id.ends_with('7'))
        .collect();
    let digest = |text: String| -> String {
        Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
    };
    let columns = |shape: Shape| -> (Vec<String>, Vec<String>) {
        let table = shape.table(&found).unwrap();
        let first = arrow_cast::cast(table.column(0), &arrow_schema::DataType::Utf8).unwrap();
        let first = arrow_array::cast::AsArray::as_string::<i32>(&first)
            .iter()
            .flatten()
            .map(str::to_owned)
            .collect();
        (table.schema().fields().iter().map(|field| field.name().clone()).collect(), first)
    };
    let plain: Vec<String> = contacts.iter().map(|id| format!("a.{id}@gmail.com")).collect();
    let (names, first) = columns(Shape::Klaviyo);
    assert_eq!(
        (&names[..3], &first),
        (&["Email", "clv_action", "clv_reason"].map(str::to_owned)[..], &plain)
    );
    assert_eq!(columns(Shape::HubSpot).1, plain);
    let (names, first) = columns(Shape::Meta);
    assert_eq!(names, ["email", "value"]);
    assert_eq!(first, plain.iter().map(|address| digest(address.clone())).collect::<Vec<_>>());
    let (names, first) = columns(Shape::Google);
    assert_eq!(names, ["Email"]);
    let joined: Vec<String> = contacts.iter().map(|id| digest(format!("a{id}@gmail.com"))).collect();
    assert_eq!(first, joined);
    let without = plan(&log, "bg-nbd", &ActionOptions { email: None, ..options });
    let said = Shape::Meta.table(&without).unwrap_err().to_string();
    assert!(said.contains("--email"), "{said}");
}

/// The command writes the list, names the customer at whom a budget ends, and refuses what makes no sense.
#[test]
fn the_command_plans() {
    let dir = TempDir::new().unwrap();
    let (log, file, list) =
        (fixture("shop/orders.csv"), dir.path().join("model.json"), dir.path().join("a.csv"));
    clv::fitted::file::save(&model(&log, "mbg-nbd"), &file).unwrap();
    let (log, file, list) = (log.to_str().unwrap(), file.to_str().unwrap(), list.to_str().unwrap());
    let usual = ["actions", file, log, "--margin", "0.4", "--contact-cost", "0.5", "--interval", "none"];
    let output = clv(&[&usual[..], &["--budget", "50", "-o", list]].concat());
    let said = String::from_utf8(output.stdout).unwrap();
    let words = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(output.status.success() && words.contains("the budget ends there"), "{said}");
    let rows = fs::read_to_string(list).unwrap();
    assert_eq!(rows.lines().filter(|line| line.contains(",contact,")).count(), 100);
    for (more, words) in [
        (&["--uplift", "60%"][..], "below 50 %"),
        (&["--holdout", "100%"], "below 100 %"),
        (&["--horizon", "inf"], "12mo"),
        (&["--late-below", "2"], "between 0 and 1"),
        (&["--klaviyo", list, "-o", list], "written twice"),
    ] {
        let output = clv(&[&usual[..], more].concat());
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && said.contains(words), "{said}");
    }
    let output = clv(&["actions", file, log, "--budget", "50"]);
    assert!(String::from_utf8(output.stderr).unwrap().contains("--contact-cost"));
}
