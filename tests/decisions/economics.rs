//! Economics: the shop of which all is known is recovered, identities hold, and what cannot be used is said.
//!
//! Each test was seen to fail with the one-line bug named above it.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use crate::common::shop::{self, CHANNELS};
use crate::common::{assert_close, fixture};
use assert_cmd::Command;
use clv::fitted::{ClvModel, FitRequest};
use clv::forecast::{self, IntervalOptions, ScoreOptions, Totals};
use clv::history::{self, LogOptions};
use clv::study::economics::{self, Costs, Economics, EconomicsOptions, Scenario};
use clv::{Error, ValueOptions};
use tempfile::TempDir;

const MARGIN: f64 = 0.4;

fn options() -> EconomicsOptions {
    EconomicsOptions {
        value: ValueOptions { horizon: "24mo".parse().unwrap(), margin: MARGIN, ..ValueOptions::default() },
        by: vec!["channel".into(), "category".into()],
        ..EconomicsOptions::default()
    }
}

fn model(log: &[PathBuf], name: &str) -> ClvModel {
    let summary = history::open(log, &LogOptions::default(), &()).unwrap();
    ClvModel::fit(&summary, &FitRequest { model: name.into(), ..FitRequest::default() }, &()).unwrap()
}

struct Files {
    _dir: TempDir,
    log: PathBuf,
    costs: PathBuf,
}

fn files(log: &str, costs: &str) -> Files {
    let dir = TempDir::new().unwrap();
    let (at, of) = (dir.path().join("log.csv"), dir.path().join("costs.csv"));
    std::fs::write(&at, log).unwrap();
    std::fs::write(&of, costs).unwrap();
    Files { _dir: dir, log: at, costs: of }
}

fn run(log: &Path, costs: Option<&Path>, options: &EconomicsOptions) -> Result<Economics, Error> {
    let log = [log.to_owned()];
    let by = options.by.first().map(String::as_str);
    let costs = costs.map(|path| Costs::read(path, by)).transpose()?;
    economics::run(&model(&log, "mbg-nbd"), &log, &LogOptions::default(), costs.as_ref(), options, &())
}

/// The shop with all options, for all tests that look at it.
fn shop() -> &'static Economics {
    static SHOP: LazyLock<Economics> = LazyLock::new(|| {
        run(&fixture("shop/orders.csv"), Some(&fixture("shop/costs.csv")), &options()).unwrap()
    });
    &SHOP
}

/// The options without intervals, which take most of the time.
fn plain() -> EconomicsOptions {
    EconomicsOptions { interval: None, ..options() }
}

/// The fixture is what the generator draws.
#[test]
fn the_shop_is_as_it_was_drawn() {
    let drawn = shop::draw(1);
    for (name, text) in [("orders.csv", drawn.log), ("costs.csv", drawn.costs)] {
        let path = fixture("shop").join(name);
        if std::env::var_os("CLV_WRITE_FIXTURES").is_some() {
            std::fs::create_dir_all(fixture("shop")).unwrap();
            std::fs::write(&path, &text).unwrap();
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text, "{name}");
    }
}

/// Over 20 shops: the true LTV of a channel is in its 90 % interval for at least 80 % of them, the ranking is
/// right, the true payback month is in its interval. Seen to fail with the groups fitted as one (the pooled
/// parameters for each), and with the first purchase left out.
#[test]
fn the_truth_of_the_shop_is_found() {
    let (mut inside, mut paid, mut ranked, mut all) = (0, 0, 0, 0);
    let truth: Vec<f64> = CHANNELS.iter().map(|channel| channel.ltv(MARGIN, 24.0, 0.1)).collect();
    for seed in 1..=20 {
        let drawn = shop::draw(seed);
        let files = files(&drawn.log, &drawn.costs);
        // A quarter of the usual draws: the ends of the intervals are uncertain by a seventh of their width at most.
        let options = EconomicsOptions { by: vec!["channel".into()], draws: 100, ..options() };
        let found = run(&files.log, Some(&files.costs), &options).unwrap();
        for ((channel, truth), group) in CHANNELS.iter().zip(&truth).zip(&found.groups) {
            assert_eq!(channel.name, group.name);
            let (low, high) = group.new.ltv.interval.unwrap();
            let against = group.against.as_ref().unwrap();
            let (soon, late) = against.payback.interval.unwrap();
            let month = channel.payback(MARGIN, against.cac).unwrap();
            inside += u32::from((low..=high).contains(truth));
            paid += u32::from(soon.unwrap_or(99) <= month && month <= late.unwrap_or(99));
            all += 1;
        }
        let order = |values: &[f64]| {
            let mut order: Vec<usize> = (0..values.len()).collect();
            order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
            order
        };
        let values: Vec<f64> = found.groups.iter().map(|group| group.new.ltv.value).collect();
        ranked += u32::from(order(&values) == order(&truth));
    }
    println!("inside {inside}, payback {paid} of {all}; ranked {ranked} of 20; truth {truth:?}");
    assert!(inside >= all * 80 / 100 && inside <= all * 99 / 100, "{inside} of {all}");
    assert!(paid >= all * 80 / 100, "{paid} of {all}");
    assert!(ranked >= 18, "{ranked} of 20");
}

/// What adds up adds up. Seen to fail with a customer counted in the cohort of the month after.
#[test]
fn identities_hold() {
    let found = shop();
    let equity = &found.equity;
    let sum = |values: &mut dyn Iterator<Item = f64>| values.sum::<f64>();
    let groups = sum(&mut found.groups.iter().map(|group| group.equity.value));
    assert_close("equity by group", groups, equity.value.value, 1e-12);
    let cohorts = sum(&mut equity.cohorts.iter().map(|cohort| cohort.value.value));
    assert_close("equity by cohort", cohorts, equity.value.value, 1e-12);
    let states = sum(&mut found.segments.states.iter().map(|(_, share)| share.value));
    assert_close("value by state", states, equity.value.value, 1e-12);
    // All months of the horizon are told apart, so nothing comes later.
    assert_eq!((equity.months.len(), equity.later), (24, 0.0));
    let months = sum(&mut equity.months.iter().map(|month| month.base.value));
    assert_close("revenue by month", months, equity.undiscounted, 1e-12);
    for group in found.groups.iter().chain([&found.all]) {
        let new = &group.new;
        // Of all it is the mean over the groups, not the product of means.
        if group.name != found.all.name {
            let ltv = MARGIN * (new.first_purchase.value + new.mean_amount.value * new.discounted_purchases);
            assert_close("LTV", ltv, new.ltv.value, 1e-12);
        }
        let acquired = &group.acquired;
        let cost = group.against.as_ref().unwrap().cac * acquired.costed as f64;
        assert_close("CAC x new customers", cost, acquired.cost.unwrap(), 1e-12);
        assert_eq!(acquired.customers, group.loyalty.customers);
        assert_close("the curve's end", new.curve[24].discounted.value, new.ltv.value, 1e-9);
    }
    assert_close("all costs", found.all.acquired.cost.unwrap(), shop::draw(1).cost, 1e-12);
    let moved: u64 = found.movement.iter().flat_map(|m| m.matrix.iter().flatten().chain(&m.arrived)).sum();
    assert_eq!(moved, found.all.loyalty.customers);
}

/// A log of 700 customers in four regions of unequal size with log-normal amounts (sigma 1.45, as a real sample of order
/// lines showed), by a generator of its own.
fn skewed() -> String {
    let mut state = 7u64;
    let mut uniform = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    };
    let regions = ["north", "south", "south", "south", "west", "west", "west", "west", "east", "east"];
    let mut log = "customer_id,date,amount,region,kept\n".to_owned();
    for i in 0..700 {
        // Two sizes of margin, which regions have in unequal shares.
        let (region, kept) = (regions[i % 10], if i % 10 < 4 && i % 7 > 1 { 0.6 } else { 0.2 });
        let (first, rate) = ((uniform() * 900.0) as u32, 20.0 - 400.0 * uniform().ln());
        let dear = if region == "south" { 0.4 } else { 0.0 };
        let mut day = first;
        while day < 1000 {
            let normal = (-2.0 * uniform().ln()).sqrt() * (std::f64::consts::TAU * uniform()).cos();
            let amount = (4.6 + dear + 1.45 * normal).exp();
            let date = jiff::civil::date(2020, 1, 1).saturating_add(jiff::Span::new().days(day));
            log += &format!("c{i},{date},{amount:.2},{region},{kept}\n");
            day += 1 + (-rate * uniform().ln()) as u32;
            if uniform() < 0.25 {
                break;
            }
        }
    }
    log
}

/// However far groups are drawn together, their mean over customers is what all show: first purchases, amounts,
/// purchases, LTV, the curve, survival, what one may pay, plans, with one margin and with one for each customer. Seen to
/// fail with weights by own precision (DerSimonian & Laird): values of groups 2.6 % low.
#[test]
fn groups_add_up_to_all() {
    let files = files(&skewed(), "");
    let plans = "north=3,south=9,west=12,east=6".split(',').map(|plan| plan.split_once('=').unwrap());
    let plans = plans.map(|(name, n)| (Some(name.to_owned()), n.parse().unwrap()));
    let acquisitions = plans.chain([(None, 10.0)]).collect::<Vec<_>>();
    let same = EconomicsOptions {
        by: vec!["region".into()],
        acquisitions,
        scenarios: vec![Scenario::default()],
        ..options()
    };
    let plain = EconomicsOptions { by: Vec::new(), acquisitions: Vec::new(), ..same.clone() };
    let plain = run(&files.log, None, &plain).unwrap().all.new;
    let apart = EconomicsOptions { margin_column: Some("kept".into()), ..same.clone() };
    for options in [same, apart] {
        let found = run(&files.log, None, &options).unwrap();
        let customers = found.all.loyalty.customers as f64;
        let check = |what: &str, of: &dyn Fn(&economics::GroupEconomics) -> f64| {
            let sum: f64 = found.groups.iter().map(|g| g.loyalty.customers as f64 * of(g)).sum();
            assert_close(what, sum / customers, of(&found.all), 1e-12);
        };
        check("first purchase", &|g| g.new.first_purchase.value);
        check("mean amount", &|g| g.new.mean_amount.value);
        check("purchases", &|g| g.new.purchases.value);
        check("discounted purchases", &|g| g.new.discounted_purchases);
        check("LTV", &|g| g.new.ltv.value);
        check("most for the ratio", &|g| g.new.most_for_ratio.value);
        check("most for payback", &|g| g.new.most_for_payback.value);
        check("chance to come back", &|g| g.loyalty.p_repeat);
        for m in 0..=24 {
            check("margin so far", &|g| g.new.curve[m].margin.value);
            check("discounted", &|g| g.new.curve[m].discounted.value);
            check("survival", &|g| g.new.curve[m].survival);
        }
        let of_groups = |of: &dyn Fn(&economics::Association) -> f64| {
            found.who.iter().map(|who| who.customers as f64 * of(who)).sum::<f64>() / customers
        };
        assert_close("value", of_groups(&|w| w.shrunken_value.value), of_groups(&|w| w.mean_value), 1e-12);
        assert_close("LTV, no change", found.scenarios[0].ltv, found.all.new.ltv.value, 1e-12);
        // Ten of all are so many of each group.
        let share = |name: &str| {
            found.groups.iter().find(|g| g.name == name).unwrap().loyalty.customers as f64 / customers
        };
        let (groups, all) = found.equity.planned.split_at(4);
        let sum: f64 = groups.iter().map(|p| 10.0 * share(&p.group) * p.value.value / p.per_month).sum();
        assert_close("plan", sum, all[0].value.value, 1e-12);
        // What all customers show of themselves is what a study without groups shows, its draws too.
        let own = &found.all.new;
        assert_close("first purchase", plain.first_purchase.value, own.first_purchase.value, 1e-12);
        assert_close("mean amount", plain.mean_amount.value, own.mean_amount.value, 1e-12);
        assert_close("purchases", plain.purchases.value, own.purchases.value, 1e-12);
        let (a, b) = (plain.first_purchase.interval.unwrap(), own.first_purchase.interval.unwrap());
        assert_close("draws of the first purchase", a.0, b.0, 1e-12);
        assert_close("draws of the first purchase", a.1, b.1, 1e-12);
        // No group is better known than all.
        let width = |g: &economics::GroupEconomics| {
            let (low, high) = g.new.first_purchase.interval.unwrap();
            (high - low) / g.new.first_purchase.value
        };
        assert!(found.groups.iter().all(|group| width(group) > 0.9 * width(&found.all)), "intervals");
    }
}

/// A column of ids is no grouping: economics and the page refuse it in words, a forecast shows the largest groups and
/// adds up the others. In version 0.1.0 10,000 groups took two minutes.
#[test]
fn a_column_of_ids_makes_no_groups() {
    let mut log = "customer_id,date,amount,order,store\n".to_owned();
    for i in 0..400 {
        for k in 0..1 + i % 3 {
            let (day, month) = (1 + i % 28, 1 + (i * 5 + 3 * k) % 12);
            log += &format!(
                "c{i},20{}-{month:02}-{day:02},{},o{i},s{}\n",
                20 + k,
                5 + i % 50,
                (f64::from(i) * 30.0).sqrt() as u32
            );
        }
    }
    let files = files(&log, "");
    let asked =
        |by: &str| EconomicsOptions { by: vec![by.into()], interval: None, ..EconomicsOptions::default() };
    let message = run(&files.log, None, &asked("order")).unwrap_err().to_string();
    for words in
        ["--by: 'order' has 400 different values among 400 customers", "at most 200", "column of ids"]
    {
        assert!(message.contains(words), "{message}");
    }
    let dir = files.log.parent().unwrap();
    let clv = |arguments: &[&str]| {
        let output = Command::cargo_bin("clv").unwrap().current_dir(dir).args(arguments).output().unwrap();
        (
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
            output.status.code(),
        )
    };
    assert_eq!(clv(&["fit", "log.csv", "--model", "mbg-nbd", "-o", "m.json"]).2, Some(0));
    let (_, words, code) = clv(&["report", "m.json", "log.csv", "--by", "order", "-o", "r.html"]);
    assert!(code == Some(2) && words.contains("column of ids"), "{words}");
    let (shown, _, _) = clv(&["score", "m.json", "log.csv", "--by", "order"]);
    assert!(shown.contains("and 400 smaller groups of at most 1 customers: 400 customers in all"), "{shown}");
    assert!(shown.contains("is order a column of ids?") && shown.lines().count() < 40, "{shown}");
    let (text, _, _) = clv(&["score", "m.json", "log.csv", "--by", "store", "--json"]);
    let all: serde_json::Value = serde_json::from_str(&text).unwrap();
    let groups = all["totals"].as_array().unwrap().iter().filter(|group| !group["group"].is_null());
    let (n, sum) = groups.fold((0, 0), |(n, sum), g| (n + 1, sum + g["customers"].as_u64().unwrap()));
    assert!(n > 80 && sum == 400, "{n} {sum}");
    let (shown, _, _) = clv(&["score", "m.json", "log.csv", "--by", "store"]);
    let rows = shown.lines().filter(|line| line.trim_start().starts_with('s') && line.contains("  ")).count();
    assert!(
        (50..70).contains(&rows) && shown.contains("smaller groups") && !shown.contains("column of ids?"),
        "{shown}"
    );
}

/// Equity is the total of `clv score`, and at a margin of 1 without discounting that is the revenue by month. Its
/// interval is that of the simulated futures of scores, within a sixth of its width. Seen to fail with the variance of
/// single customers left out.
#[test]
fn equity_is_what_scores_add_up_to() {
    let log = [fixture("shop/orders.csv")];
    let model = model(&log, "mbg-nbd");
    let value = ValueOptions {
        horizon: "12mo".parse().unwrap(),
        discount: "0".parse().unwrap(),
        ..ValueOptions::default()
    };
    let options = EconomicsOptions { value, draws: 2000, ..EconomicsOptions::default() };
    let found = economics::run(&model, &log, &LogOptions::default(), None, &options, &()).unwrap();
    let summary = history::open(&log, &LogOptions::default(), &()).unwrap();
    let scores =
        ScoreOptions { value, interval: Some(IntervalOptions::default()), ..ScoreOptions::default() };
    let mut totals = Totals::default();
    forecast::score(&model, &summary, &scores).unwrap().for_each(|batch| totals.add(&batch.unwrap()));
    assert_close("equity", found.equity.value.value, totals.value.unwrap(), 1e-12);
    assert_close("revenue", found.equity.undiscounted, totals.value.unwrap(), 1e-12);
    let (low, high) = found.equity.value.interval.unwrap();
    let (below, above) = totals.groups[&None].clv_spread.interval(0.9).unwrap();
    println!("[{low}, {high}] against [{below}, {above}]");
    let near = (above - below) / 6.0;
    assert!((low - below).abs() < near && (high - above).abs() < near, "[{low}, {high}] [{below}, {above}]");
}

/// No change changes nothing, and changes work as they are defined. Seen to fail with the yearly change of
/// retention taken for a monthly one, and with spend left out of the first purchase.
#[test]
fn scenarios_change_what_they_say() {
    let scenario = |text: &str| text.parse::<Scenario>().unwrap();
    let texts = [
        "spend=+10%",
        "margin=+10%",
        "retention=+5%",
        "retention=-5%",
        "discount=+50%",
        "cac=+10%",
        "retention=+300%",
    ];
    let scenarios = [Scenario::default()].into_iter().chain(texts.map(scenario)).collect();
    let options = EconomicsOptions { scenarios, ..plain() };
    let found = run(&fixture("shop/orders.csv"), Some(&fixture("shop/costs.csv")), &options).unwrap();
    let same = &found.scenarios[0];
    assert_eq!((same.equity, same.ltv), (same.equity_before, same.ltv_before));
    assert_close("equity", same.equity, found.equity.value.value, 1e-12);
    assert_close("LTV", same.ltv, found.all.new.ltv.value, 1e-12);
    for outcome in &found.scenarios[1..3] {
        assert_close("a tenth more", outcome.equity / same.equity, 1.1, 1e-12);
        assert_close("a tenth more", outcome.ltv / same.ltv, 1.1, 1e-12);
    }
    let [better, worse] = [&found.scenarios[3], &found.scenarios[4]].map(|o| o.equity / same.equity - 1.0);
    // A month's share rises by 0.4 %: over two years at most by 1.05², and by some of it on average.
    assert!(better > 0.01 && better < 1.05f64.powi(2) - 1.0, "{better}");
    assert!(worse < -0.01 && worse > 0.95f64.powi(2) - 1.0, "{worse}");
    // Another discount rate is what the valuation itself makes of it, but for the middle of months.
    let value = ValueOptions { discount: "15%/yr".parse().unwrap(), ..options.value };
    let options = EconomicsOptions { value, scenarios: Vec::new(), ..options };
    let dearer = run(&fixture("shop/orders.csv"), None, &options).unwrap();
    assert_close("discount", found.scenarios[5].equity, dearer.equity.value.value, 1e-4);
    assert_close("CAC", found.scenarios[6].cac.unwrap() / same.cac.unwrap(), 1.1, 1e-12);
    // More than everybody cannot stay, and that is said.
    assert!(found.scenarios[7].capped && !found.scenarios[4].capped && !same.capped);
}

/// What does not fit together is said, what cannot be used refused. Seen to fail with unknown channels dropped
/// without a word.
#[test]
fn costs_that_do_not_fit_are_said() {
    let log = std::fs::read_to_string(fixture("shop/orders.csv")).unwrap();
    let costs =
        "Month,channel,cost\n2023-01,search,100\n2023-01,search,50\n2023-02,tv,70\n2030-01,search,9\n";
    let found = {
        let files = files(&log, costs);
        run(&files.log, Some(&files.costs), &plain()).unwrap()
    };
    let said = found.notes.join("\n");
    for part in [
        "costs of 'tv' (70.00)",
        "1 rows of costs (9.00)",
        "1 rows of costs were added",
        "email: there are no",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    // Costs that bought nobody are in no CAC: cost and customers stand for each other, for all as for a group.
    assert_close("costs", found.all.acquired.cost.unwrap(), 150.0, 1e-12);
    assert_close(
        "CAC of all",
        found.all.against.as_ref().unwrap().cac * found.all.acquired.costed as f64,
        150.0,
        1e-12,
    );
    // CAC is of the customers of the one month with costs.
    let search = found.groups.iter().find(|group| group.name == "search").unwrap();
    assert!(search.acquired.costed > 0 && search.acquired.costed < search.acquired.customers);
    assert_close("CAC", search.against.as_ref().unwrap().cac, 150.0 / search.acquired.costed as f64, 1e-12);
    let refused = |costs: &str| {
        let files = files(&log, costs);
        run(&files.log, Some(&files.costs), &options()).unwrap_err().to_string()
    };
    let bad = refused(
        "period,channel,cost\n2023-13,search,5\n2023-02,search,-5\n2023-03,,5\n2023-04,tv,\"1,000\"\n",
    );
    for part in ["line 2, column \"period\": '2023-13'", "'-5'", "is missing", "'1,000'", "4 rows"] {
        assert!(bad.contains(part), "{part}: {bad}");
    }
    assert!(refused("period,medium,cost\n2023-01,search,5\n").contains("'channel', which says whose costs"));
}

/// A summary has no dates, a log without amounts no economics.
#[test]
fn what_has_no_economics_is_refused() {
    let log = [fixture("shop/orders.csv")];
    let model = model(&log, "bg-nbd");
    let run = |text: &str| {
        let files = files(text, "");
        let options = EconomicsOptions::default();
        economics::run(&model, std::slice::from_ref(&files.log), &LogOptions::default(), None, &options, &())
            .unwrap_err()
            .to_string()
    };
    assert!(run("customer_id,frequency,recency,T,monetary_value\na,1,2,3,4\n").contains("purchase log"));
    assert!(run("customer_id,date\na,2023-01-01\na,2023-02-01\n").contains("amounts"));
}

/// The CRM file is safe to open in a spreadsheet and can be undone; the other table is as it is. The same bytes for
/// any number of threads. Seen to fail with '@' left out of the guard.
#[test]
fn files_are_guarded_and_the_same() {
    let dir = TempDir::new().unwrap();
    let ids = ["=1+1", "+49", "-7", "@a", "'a", "b"];
    let mut log = String::from("customer_id,date,amount\n");
    for day in 1..=20 {
        for (i, id) in ids.iter().enumerate().filter(|(i, _)| day % (i + 2) == 0 || day == 1) {
            log += &format!("{id},2024-{:02}-{:02},{}\n", 1 + day / 4, 1 + day, 10 + i * day);
        }
    }
    std::fs::write(dir.path().join("log.csv"), log).unwrap();
    let clv = |arguments: &[&str]| {
        let mut command = Command::cargo_bin("clv").unwrap();
        command.current_dir(dir.path()).args(arguments).assert().success().get_output().stdout.clone()
    };
    clv(&["fit", "log.csv", "--prior", "weak", "-o", "m.json"]);
    let economics = |threads: &str, crm: &str, all: &str| {
        let asked = ["economics", "m.json", "log.csv", "--json", "--threads", threads];
        clv(&[&asked[..], &["--crm", crm, "--segments", all]].concat())
    };
    let (one, two) = (economics("1", "a.csv", "b.csv"), economics("2", "c.csv", "d.csv"));
    assert_eq!(one, two);
    let read = |name: &str| std::fs::read_to_string(dir.path().join(name)).unwrap();
    assert_eq!((read("a.csv"), read("b.csv")), (read("c.csv"), read("d.csv")));
    let first = |text: &str| -> Vec<String> {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        reader.records().map(|record| record.unwrap()[0].to_owned()).collect()
    };
    let (crm, all) = (first(&read("a.csv")), first(&read("b.csv")));
    assert!(crm.iter().all(|id| !id.starts_with(['=', '+', '-', '@'])), "{crm:?}");
    let back: Vec<&str> = crm.iter().map(|id| id.strip_prefix('\'').unwrap_or(id)).collect();
    assert_eq!(back, all);
    assert_eq!(all.len(), ids.len());
}

/// The curves of the shop's channels are found where costs show them, and money goes where the last unit brings most.
/// Own regression on which are identified; the truth of those within 50 %.
#[test]
fn a_budget_goes_where_it_brings_most() {
    let options = EconomicsOptions { budget: Some(4000.0), retention_cost: Some(5.0), ..plain() };
    let found = run(&fixture("shop/orders.csv"), Some(&fixture("shop/costs.csv")), &options).unwrap();
    let allocation = found.budget.allocation.as_ref().unwrap();
    assert_eq!(allocation.parts.len() + allocation.refused.len(), CHANNELS.len());
    for curve in &found.budget.curves {
        let channel = CHANNELS.iter().find(|channel| channel.name == curve.group).unwrap();
        println!("{} {:?}, truth {} {}", curve.group, curve.fitted, channel.most, channel.k);
        if let Ok((most, _)) = curve.fitted {
            assert!((most / channel.most).ln().abs() < 0.5, "{}: {most} for {}", curve.group, channel.most);
        }
    }
    let spent: f64 = allocation.parts.iter().map(|part| part.spend).sum();
    // A sum of six parts.
    assert!((spent + allocation.unspent - 4000.0).abs() <= 1e-12 * 4000.0, "{spent}");
}

/// Half of all new customers, with those who leave at once, and not of those who stay at first. Seen to fail with the
/// latter.
#[test]
fn half_life_is_that_of_new_customers() {
    let retention = &shop().retention;
    let half = retention.half_life.unwrap();
    let at =
        |month: f64| retention.implied.iter().find(|point| point.month as f64 == month).unwrap().survival;
    assert!(at(half.floor()) >= 0.5 && at(half.ceil()) <= 0.5, "{half}");
}
