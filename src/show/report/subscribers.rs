//! Economics of customers under contract on a screen.

use serde_json::{Value, json};

use super::{Block, Report, Table, plain};
use crate::base::numbers::{count, grouped, significant};
use crate::study::economics::{AgainstCost, Figure, Payback};
use crate::study::subscribers::{SubscriberEconomics, SubscriberGroup};

/// Groups that are shown; all are in the table of `-o`.
const SHOWN: usize = 15;

/// Describes them.
pub fn subscribers(found: &SubscriberEconomics) -> Report {
    let mut report = Report::default();
    let words = format!("economics of contracts ({})", found.settings().join("; "));
    report.results.push(Block::Heading(words));
    report.results.push(Block::Table(today(found)));
    let mut groups: Vec<&SubscriberGroup> = found.groups.iter().take(SHOWN).collect();
    groups.push(&found.all);
    let by = found.options.by.first().map_or("", String::as_str);
    report.results.push(Block::Heading(format!(
        "a new subscriber: margin on its payments within the horizon, the first included (LTV), and the most to pay for LTV:CAC of {}",
        significant(found.options.target_ratio, 3)
    )));
    report.results.push(Block::Table(newcomers(by, &groups)));
    if groups.iter().any(|group| group.against.is_some()) {
        report.results.push(Block::Heading(
            "against what they cost: months with costs; payback in months, when margin so far reaches CAC"
                .to_owned(),
        ));
        report.results.push(Block::Table(costs(by, &groups, found)));
    }
    if found.groups.len() > SHOWN {
        let left = found.groups.len() - SHOWN;
        report.results.push(Block::Line(format!("and {left} smaller groups: see the table of -o")));
    }
    if !found.notes.is_empty() {
        report.remarks.push(Block::Heading("what does not fit together, or is left out".to_owned()));
        report.remarks.extend(found.notes.iter().cloned().map(Block::Line));
    }
    report.json.insert("economics".into(), as_json(found));
    report
}

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

fn between(figure: &Figure, cell: impl Fn(f64) -> String) -> String {
    figure.interval.map_or(String::new(), |(low, high)| format!("[{}, {}]", cell(low), cell(high)))
}

fn today(found: &SubscriberEconomics) -> Table {
    let (all, totals) = (&found.all, &found.forecast.totals);
    let mut table = Table::new(&["", ">", ""]);
    let mut row = |what: &str, figure: String, note: String| table.row([what.to_owned(), figure, note]);
    row("contracts now", count(all.contracts), format!("of {} customers", count(totals.customers)));
    row("MRR now", money(all.mrr), String::new());
    if all.due > 0 {
        let note = format!(
            "more, of {} contracts, of which {:.1} are expected to pay yet",
            count(all.due),
            all.due_expected
        );
        row("  payment late", money(all.due_mrr), note);
    }
    let within = found.options.value.horizon.in_words();
    if let Some(then) = totals.mrr_at_horizon {
        let worst = all.mrr + all.due_mrr - then.lower;
        let note = format!("not expected to be there at the horizon; at worst {}", money(worst.max(0.0)));
        row("MRR at risk", money(all.at_risk), note);
    }
    row("value of the base", money(all.equity), format!("margin on renewals {within}, discounted"));
    row("  of all to come", money(all.remaining), "of all renewals, discounted".to_owned());
    row("LTV of a new one", money(all.new.ltv.value), between(&all.new.ltv, money));
    if let Some(ltv) = &all.new.ltv_without_end {
        row("  without end", money(ltv.value), between(ltv, money));
    }
    table
}

fn newcomers(by: &str, groups: &[&SubscriberGroup]) -> Table {
    let mut table = Table::new(&[
        by,
        ">won",
        ">contracts now",
        ">MRR now",
        ">at risk",
        ">MRR of a new one",
        ">after a year",
        ">",
        ">seen",
        ">LTV",
        ">",
        ">may cost",
    ]);
    for group in groups {
        let new = &group.new;
        table.row([
            name(group),
            count(group.customers),
            count(group.contracts),
            money(group.mrr),
            money(group.at_risk),
            money(new.mrr),
            percent(new.after_a_year.value),
            between(&new.after_a_year, |share| format!("{:.0}", 100.0 * share)),
            new.seen_after_a_year.map_or("-".to_owned(), percent),
            money(new.ltv.value),
            between(&new.ltv, money),
            money(new.most_for_ratio.value),
        ]);
    }
    table
}

fn name(group: &SubscriberGroup) -> String {
    if group.name.is_empty() { "all".to_owned() } else { group.name.clone() }
}

fn costs(by: &str, groups: &[&SubscriberGroup], found: &SubscriberEconomics) -> Table {
    let ratio = format!(">P(>={})", significant(found.options.target_ratio, 3));
    let within = format!(">P(<={})", found.options.target_payback);
    let mut table =
        Table::new(&[by, ">cost", ">won", ">CAC", ">LTV:CAC", ">", &ratio, ">payback", ">", &within]);
    for group in groups {
        let Some(against) = &group.against else { continue };
        let (paid, range) = payback(&against.payback);
        table.row([
            name(group),
            group.cost.map_or("-".to_owned(), money),
            count(group.costed),
            money(against.cac),
            significant(against.ratio.value, 3),
            between(&against.ratio, |ratio| significant(ratio, 3)),
            percent(against.p_ratio),
            paid,
            range,
            percent(against.p_payback),
        ]);
    }
    table
}

fn payback(payback: &Payback) -> (String, String) {
    let month = |month: Option<usize>| month.map_or("never seen".to_owned(), |month| month.to_string());
    let range = payback.interval.map(|(low, high)| format!("[{}, {}]", month(low), month(high)));
    (month(payback.month), range.unwrap_or_default())
}

fn figure(figure: &Figure) -> Value {
    let finite = |value: f64| value.is_finite().then_some(value);
    let (lower, upper) = figure.interval.unzip();
    json!({ "value": finite(figure.value), "lower": lower.and_then(finite), "upper": upper.and_then(finite) })
}

fn group(found: &SubscriberGroup) -> Value {
    let new = &found.new;
    json!({
        "name": name(found),
        "customers": found.customers,
        "contracts": found.contracts,
        "mrr": found.mrr,
        "late": (found.due > 0).then(|| {
            json!({ "contracts": found.due, "expected": found.due_expected, "mrr": found.due_mrr })
        }),
        "mrr_at_risk": found.at_risk,
        "equity": found.equity,
        "remaining_value": found.remaining,
        "new": {
            "mrr": new.mrr,
            "after_a_year": figure(&new.after_a_year),
            "seen_after_a_year": new.seen_after_a_year,
            "ltv": figure(&new.ltv),
            "ltv_without_end": new.ltv_without_end.as_ref().map(figure),
            "most_for_ratio": figure(&new.most_for_ratio),
            "most_for_payback": figure(&new.most_for_payback),
        },
        "cost": found.cost,
        "acquisition": found.against.as_ref().map(against),
    })
}

fn against(found: &AgainstCost) -> Value {
    let share = |share: f64| share.is_finite().then_some(share);
    let months = |payback: &Payback| json!({ "month": payback.month, "interval": payback.interval });
    json!({
        "cac": found.cac,
        "ltv_to_cac": figure(&found.ratio),
        "p_ltv_to_cac": share(found.p_ratio),
        "p_loss": share(found.p_loss),
        "payback": months(&found.payback),
        "discounted_payback": months(&found.discounted_payback),
        "p_payback": share(found.p_payback),
    })
}

fn as_json(found: &SubscriberEconomics) -> Value {
    json!({
        "settings": found.settings(),
        "all": group(&found.all),
        "groups": found.groups.iter().map(group).collect::<Vec<_>>(),
        "totals": plain(&found.forecast.totals),
        "notes": found.notes,
    })
}
