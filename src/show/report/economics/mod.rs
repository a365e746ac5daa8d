//! Economics on a few screens: what the base is worth, what customers cost and bring, who they are, what moves them.

mod customers;
mod decisions;
mod json;

use crate::base::numbers::{count, grouped, significant};
use crate::show::report::{Block, Report, Table};
use crate::study::economics::{Economics, Figure, GroupEconomics, Payback, month_name};

/// Groups and months shown; all are in the table of `-o`.
const SHOWN: usize = 15;

/// Describes the economics of a customer base.
pub fn economics(found: &Economics) -> Report {
    describe(found, true)
}

/// The same without single customers, for a page that is handed around.
pub fn aggregates(found: &Economics) -> Report {
    describe(found, false)
}

fn describe(found: &Economics, names: bool) -> Report {
    let mut report = Report::default();
    let words = found.settings();
    report.results.push(Block::Heading(format!("economics ({}; {})", found.model, words.join("; "))));
    report.results.push(Block::Table(overview(found)));
    acquisition(found, &mut report);
    textbook(found, &mut report);
    customers::retention(found, &mut report);
    customers::cohorts(found, &mut report);
    equity(found, &mut report);
    customers::segments(found, &mut report);
    customers::movement(found, names, &mut report);
    customers::who(found, &mut report);
    decisions::sensitivity(found, &mut report);
    decisions::budget(found, &mut report);
    if !found.notes.is_empty() {
        report.remarks.push(Block::Heading("what does not fit together, or is left out".to_owned()));
        report.remarks.extend(found.notes.iter().cloned().map(Block::Line));
    }
    report.json.insert("economics".into(), json::economics(found));
    report
}

fn overview(found: &Economics) -> Table {
    let mut table = Table::new(&["", ">", ""]);
    let mut row = |what: &str, figure: String, note: String| table.row([what.to_owned(), figure, note]);
    let loyalty = &found.all.loyalty;
    let share = |share: f64| format!("{:.1} %", 100.0 * share);
    let note = match found.buyers.interval.zip(found.options.interval) {
        Some(((low, high), share)) => format!(
            "within the horizon, expected; {} % interval {} to {}",
            significant(100.0 * share, 4),
            grouped(low, 0),
            grouped(high, 0)
        ),
        None => "within the horizon, expected".to_owned(),
    };
    row("will buy", grouped(found.buyers.value, 0), note);
    row("customers", count(loyalty.customers), format!("{} bought once", share(loyalty.one_time)));
    let note = format!(
        "as {} means it; {} are active (bought within the last {} days)",
        found.model,
        count(found.retention.active),
        significant(found.retention.active_within, 4)
    );
    row("still customers", grouped(found.retention.alive, 0), note);
    let per_customer = found.equity.value.value / loyalty.customers as f64;
    let note = format!("{}; {} a customer", bounds(&found.equity.value, found), money(per_customer));
    row("value of the base", money(found.equity.value.value), note);
    let new = &found.all.new;
    let first = "first purchase included";
    row("LTV of a new customer", money(new.ltv.value), format!("{}; {first}", bounds(&new.ltv, found)));
    let gap = loyalty.gap.map_or(String::new(), |gap| format!("; every {gap:.0} days on average"));
    let note = format!("of customers so far{gap}");
    row("came back", share(loyalty.repeat_rate), note);
    let note = "of new customers, within the horizon".to_owned();
    row("will come back", share(loyalty.p_repeat), note);
    table
}

/// An interval in words.
fn bounds(figure: &Figure, found: &Economics) -> String {
    match (found.options.interval, figure.interval) {
        (Some(share), Some((low, high))) => {
            format!("{} % interval {} to {}", significant(100.0 * share, 4), money(low), money(high))
        }
        (Some(_), None) => "interval not known".to_owned(),
        (None, _) => "no interval was asked for".to_owned(),
    }
}

/// An interval in a table.
fn between(interval: Option<(f64, f64)>, cell: impl Fn(f64) -> String) -> String {
    interval.map_or(String::new(), |(low, high)| format!("[{}, {}]", cell(low), cell(high)))
}

/// Money: whole where that is precise enough.
fn money(value: f64) -> String {
    match value {
        value if !value.is_finite() => "-".to_owned(),
        value if value.abs() >= 1e3 => grouped(value, 0),
        value => grouped(value, 2),
    }
}

fn percent(share: f64) -> String {
    if share.is_finite() { format!("{:.1} %", 100.0 * share) } else { "-".to_owned() }
}

fn optional(value: Option<f64>, cell: impl Fn(f64) -> String) -> String {
    value.map_or("-".to_owned(), cell)
}

/// The largest groups, then all.
fn shown(found: &Economics) -> (Vec<&GroupEconomics>, usize) {
    let mut groups: Vec<&GroupEconomics> = found.groups.iter().collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.loyalty.customers));
    let left = groups.len().saturating_sub(SHOWN);
    groups.truncate(SHOWN);
    groups.push(&found.all);
    (groups, left)
}

fn say_left(left: usize, report: &mut Report) {
    if left > 0 {
        report.results.push(Block::Line(format!("and {left} smaller groups: see the table of -o")));
    }
}

fn by(found: &Economics) -> &str {
    found.options.by.first().map_or("", String::as_str)
}

fn acquisition(found: &Economics, report: &mut Report) {
    let (groups, left) = shown(found);
    let mut table = Table::new(&[
        by(found),
        ">new",
        ">first revenue",
        ">purchases",
        ">LTV",
        ">",
        ">may cost",
        ">so far",
        ">to come",
    ]);
    for group in &groups {
        let (new, customers) = (&group.new, group.acquired.customers as f64);
        table.row([
            group.name.clone(),
            count(group.acquired.customers),
            money(new.first_purchase.value),
            if new.purchases.value.is_finite() {
                significant(new.purchases.value, 3)
            } else {
                "-".to_owned()
            },
            money(new.ltv.value),
            between(new.ltv.interval, money),
            money(new.most_for_ratio.value),
            money(group.acquired.realised / customers),
            money(group.acquired.expected / customers),
        ]);
    }
    report.results.push(Block::Heading(format!(
        "a new customer: revenue of the first purchase, repeat purchases within the horizon, and margin on both (LTV, and the \
         most to pay for LTV:CAC of {}); those acquired: margin so far and to come, each",
        significant(found.options.target_ratio, 3)
    )));
    report.results.push(Block::Table(table));
    say_left(left, report);
    if groups.iter().any(|group| group.against.is_some()) {
        against(found, &groups, report);
    }
}

fn against(found: &Economics, groups: &[&GroupEconomics], report: &mut Report) {
    let ratio = format!(">P(>={})", significant(found.options.target_ratio, 3));
    let within = format!(">P(<={})", found.options.target_payback);
    let heads = [
        by(found),
        ">cost",
        ">new",
        ">CAC",
        ">LTV:CAC",
        ">",
        &ratio,
        ">payback",
        ">",
        ">discounted",
        &within,
    ];
    let mut table = Table::new(&heads);
    for group in groups {
        let Some(against) = &group.against else { continue };
        table.row([
            group.name.clone(),
            optional(group.acquired.cost, money),
            count(group.acquired.costed),
            money(against.cac),
            significant(against.ratio.value, 3),
            between(against.ratio.interval, |x| significant(x, 3)),
            percent(against.p_ratio),
            months(against.payback.month),
            payback_bounds(&against.payback),
            months(against.discounted_payback.month),
            percent(against.p_payback),
        ]);
    }
    report.results.push(Block::Heading(
        "acquisition: cost against value; payback in whole months, rounded up, 0 is with the first purchase, its \
         probability to the day (an LTV:CAC of 3 and payback within a year are rules of thumb)"
            .to_owned(),
    ));
    report.results.push(Block::Table(table));
}

fn months(month: Option<usize>) -> String {
    month.map_or("never seen".to_owned(), |month| month.to_string())
}

fn payback_bounds(payback: &Payback) -> String {
    let bound = |month: Option<usize>| month.map_or("...".to_owned(), |month| month.to_string());
    payback.interval.map_or(String::new(), |(low, high)| format!("[{}, {}]", bound(low), bound(high)))
}

fn textbook(found: &Economics, report: &mut Report) {
    let (groups, _) = shown(found);
    let heads = [
        by(found),
        ">order value",
        ">a year",
        ">yearly retention",
        ">years",
        ">textbook value",
        ">LTV",
        ">textbook/LTV",
    ];
    let mut table = Table::new(&heads);
    for group in groups {
        let book = &group.textbook;
        table.row([
            group.name.clone(),
            money(book.order_value),
            significant(book.frequency, 3),
            optional(book.yearly_retention, percent),
            optional(book.years, |years| significant(years, 3)),
            optional(book.value, money),
            money(group.new.ltv.value),
            optional(book.over_ltv, |ratio| significant(ratio, 2)),
        ]);
    }
    report.results.push(Block::Heading(
        "the textbook's value: order value x purchases a year x years of retention x margin, a rule of thumb without \
         horizon, discounting or differences between customers"
            .to_owned(),
    ));
    report.results.push(Block::Table(table));
}

fn equity(found: &Economics, report: &mut Report) {
    let mut table = Table::new(&["first purchase", ">customers", ">value", ">"]);
    let cohorts = &found.equity.cohorts;
    let skip = cohorts.len().saturating_sub(SHOWN);
    for cohort in &cohorts[skip..] {
        let cells = [month_name(cohort.month), count(cohort.customers), money(cohort.value.value)];
        table.row(cells.into_iter().chain([between(cohort.value.interval, money)]));
    }
    report.results.push(Block::Heading("value from today on, by month of the first purchase".to_owned()));
    report.results.push(Block::Table(table));
    if skip > 0 {
        let value: f64 = cohorts[..skip].iter().map(|cohort| cohort.value.value).sum();
        let words = format!("{skip} earlier months together: {}", money(value));
        report.results.push(Block::Line(words));
    }
    revenue(found, report);
}

fn revenue(found: &Economics, report: &mut Report) {
    let planned = !found.equity.planned.is_empty();
    let heads = ["until", ">today's customers", ">", ">planned", ">total", ">"];
    let mut table = Table::new(if planned { &heads } else { &heads[..3] });
    for month in found.equity.months.iter().take(24) {
        let mut cells =
            vec![month.until.to_string(), money(month.base.value), between(month.base.interval, money)];
        if planned {
            cells.push(money(month.planned));
            cells.extend([money(month.total.value), between(month.total.interval, money)]);
        }
        table.row(cells);
    }
    report.results.push(Block::Heading(format!(
        "expected revenue by month, not discounted, before margin: {} of today's customers within the horizon; seasons \
         and campaigns are not in it",
        money(found.equity.undiscounted)
    )));
    report.results.push(Block::Table(table));
    for plan in &found.equity.planned {
        let cost = plan.cost.map_or(String::new(), |cost| format!(", cost {}", money(cost)));
        report.results.push(Block::Line(format!(
            "{} new customers of {} a month for {} months: present value {} ({}){cost}; what they bring after the \
             horizon is not in it, so the later ones count for little",
            significant(plan.per_month, 6),
            plan.group,
            plan.months,
            money(plan.value.value),
            bounds(&plan.value, found),
        )));
    }
}
