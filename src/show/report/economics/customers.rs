//! What is said of customers: retention, segments, movement, and who the good ones are.

use super::{between, money, optional, percent};
use crate::base::{
    Unit,
    numbers::{count, grouped, significant},
};
use crate::show::report::{Block, Report, Table};
use crate::show::triangle::{Room, Shown, What};
use crate::study::economics::{Economics, State, Surprise, month_name};

pub(super) fn retention(found: &Economics, report: &mut Report) {
    let retention = &found.retention;
    let mut table = Table::new(&[
        "month",
        ">active at start",
        ">new",
        ">at end",
        ">retention",
        ">churn",
        ">stayed",
        ">revenue",
    ]);
    let recent = retention.observed.len().saturating_sub(12);
    for month in &retention.observed[recent..] {
        table.row([
            month_name(month.month),
            count(month.start),
            count(month.counts.new),
            count(month.counts.active),
            optional(month.retention, percent),
            optional(month.retention.map(|share| 1.0 - share), percent),
            optional(month.retained, percent),
            money(month.counts.revenue),
        ]);
    }
    report.results.push(Block::Heading(format!(
        "retention seen: (active at the end - new) / active at the start, with those who came back; stayed: without \
         them; active is who bought within {} days (a rule of thumb: --active-within)",
        significant(retention.active_within, 4)
    )));
    report.results.push(Block::Table(table));
    let rates = [1, 2, 3, 6, 12, 24]
        .iter()
        .filter_map(|m| retention.implied.iter().find(|point| point.month == *m))
        .map(|point| format!("{} in month {}", percent(point.retention), point.month));
    let half = match retention.half_life {
        Some(months) => {
            let seen = observed_months(found);
            let beyond = match seen.filter(|seen| months > *seen) {
                Some(seen) => format!(", beyond the {} months of the log", significant(seen, 3)),
                None => String::new(),
            };
            format!("half of new customers have left after {} months{beyond}", significant(months, 3))
        }
        None => "never have half of new customers left".to_owned(),
    };
    // Who leaves with the first purchase is in the half that has left, and in no month's rate.
    let once = found.all.new.curve.first().map_or(0.0, |point| 1.0 - point.survival);
    let new = match once >= AT_ONCE {
        true => format!("of new ones {} leave with their first purchase, and of the others", percent(once)),
        false => "of new ones".to_owned(),
    };
    report.results.push(Block::Line(format!(
        "by the model: of today's customers {} stay for a month, {} for a year; {new} {} stay on ({half}). \
         Retention rises with age because those prone to leave have left, not because customers grow more loyal",
        percent(retention.next_month),
        percent(retention.next_year),
        rates.collect::<Vec<_>>().join(", "),
    )));
}

/// What a terminal has room for.
const ROOM: Room = Room { cohorts: 9, periods: 9 };

pub(super) fn cohorts(found: &Economics, report: &mut Report) {
    let Some(triangle) = &found.triangle else { return };
    let shown = Shown::new(triangle, ROOM);
    let cut = shown.cut().map_or(String::new(), |(name, until)| format!("; {name} is seen up to {until}"));
    report.results.push(Block::Heading(format!(
        "cohorts: of the customers who came in a {word}, the share who buy in each {word}, seen and (~) expected by the model{cut};          all of it, with purchases and revenue, is in the table of -o",
        word = triangle.period.word(),
    )));
    report.results.push(Block::Table(shown.table(What::Share, ["first purchase", ">customers"], true)));
}

/// A smaller share of new customers who leave at once is not worth a word.
const AT_ONCE: f64 = 5e-4;

/// How long the log is.
fn observed_months(found: &Economics) -> Option<f64> {
    let (first, last) = found.meta.first_purchase.zip(found.meta.observed_until)?;
    let days = f64::from(first.until(last).ok()?.get_days());
    Some(days / Unit::Month.days())
}

pub(super) fn segments(found: &Economics, report: &mut Report) {
    let segments = &found.segments;
    let rules = &segments.rules;
    let mut table = Table::new(&["", ">customers", ">", ">value", ">", ">paid so far", ">overdue"]);
    let all = &segments.all;
    let best = format!("best {:.0} %", 100.0 * rules.best);
    let states = segments.states.iter().map(|(state, share)| (state.name().to_owned(), share));
    for (name, share) in states.chain([(best, &segments.best), ("all".to_owned(), all)]) {
        table.row([
            name,
            count(share.customers),
            percent(share.customers as f64 / all.customers as f64),
            money(share.value),
            percent(share.value / all.value),
            money(share.paid),
            count(share.overdue),
        ]);
    }
    report.results.push(Block::Heading(format!(
        "segments: new in the last {} days; one-time; late for their own rhythm (a silence with a chance below {}): lapsed if a \
         purchase within {} has a chance below {}, else at risk and overdue; on time: loyal from {} repeat purchases on, else \
         returning",
        rules.new_within, rules.overdue, rules.buys_within.in_words(), rules.lapsed, rules.loyal_repeats
    )));
    report.results.push(Block::Table(table));
}

/// With `names` it shows single customers, too.
pub(super) fn movement(found: &Economics, names: bool, report: &mut Report) {
    let Some(movement) = &found.movement else { return };
    let states = State::ALL.map(State::name);
    let heads: Vec<String> =
        [movement.from.to_string()].into_iter().chain(states.iter().map(|name| format!(">{name}"))).collect();
    let mut table = Table::new(&heads.iter().map(String::as_str).collect::<Vec<_>>());
    for (name, row) in states.iter().zip(&movement.matrix) {
        table.row([(*name).to_owned()].into_iter().chain(row.iter().map(|n| count(*n))));
    }
    table.row(["(arrived since)".to_owned()].into_iter().chain(movement.arrived.iter().map(|n| count(*n))));
    report.results.push(Block::Heading(format!(
        "movement: states on {} (rows) and on {} (columns)",
        movement.from, movement.to
    )));
    report.results.push(Block::Table(table));
    let (before, now) = movement.value;
    report.results.push(Block::Line(format!(
        "customers known on {} were worth {} then and are worth {} now",
        movement.from,
        money(before),
        money(now)
    )));
    let falls = if names { &movement.falls[..] } else { &[] };
    for fall in falls.iter().take(3) {
        report.results.push(Block::Line(format!(
            "fell most: {} from {} ({}) to {} ({})",
            fall.id,
            money(fall.before),
            fall.from.name(),
            money(fall.now),
            fall.to.name()
        )));
    }
    let kinds = [("more", "growing", &movement.growing), ("less", "shrinking", &movement.shrinking)];
    for (word, kind, (n, customers)) in kinds {
        let chance = movement.expected_by_chance;
        let known = match *n as f64 > chance {
            true => format!(
                "(chance alone makes {} at most){}",
                grouped(chance, 0),
                customers.first().filter(|_| names).map_or(String::new(), example)
            ),
            false => {
                format!("(no more than the {} that chance may make: no reason to act)", grouped(chance, 0))
            }
        };
        report.results.push(Block::Line(format!(
            "{kind}: {} customers bought {word} since than was to be expected of them {known}",
            count(*n)
        )));
    }
}

fn example(found: &Surprise) -> String {
    let (id, bought, expected) = (&found.id, found.purchases, significant(found.expected, 3));
    format!("; such as {id}: {bought} purchases, {expected} expected")
}

pub(super) fn who(found: &Economics, report: &mut Report) {
    if found.who.is_empty() {
        return;
    }
    const LEVEL: f64 = 0.05;
    let mut clear: Vec<_> = found.who.iter().filter(|association| association.q < LEVEL).collect();
    clear.sort_by(|a, b| a.q.total_cmp(&b.q).then(b.customers.cmp(&a.customers)));
    let share = 100.0 * found.segments.rules.best;
    if clear.is_empty() {
        let looked = found.who.len();
        report.results.push(Block::Line(format!(
            "who the good customers are: of {looked} groups none is found among the best {share:.0} % more or less often \
             than chance makes it"
        )));
        return;
    }
    let mut table = Table::new(&[
        "",
        "",
        ">customers",
        ">of the best",
        ">over all",
        ">",
        ">q",
        ">value each",
        ">shrunken",
        ">",
    ]);
    for association in clear.iter().take(super::SHOWN) {
        table.row([
            association.by.clone(),
            association.level.clone(),
            count(association.customers),
            count(association.best),
            significant(association.ratio.value, 3),
            between(association.ratio.interval, |ratio| significant(ratio, 2)),
            significant(association.q, 2),
            money(association.mean_value),
            money(association.shrunken_value.value),
            between(association.shrunken_value.interval, money),
        ]);
    }
    report.results.push(Block::Heading(format!(
        "who the good customers are: groups found among the best {share:.0} % more (above 1) or less often than in all, \
         corrected for looking at {} (q below {LEVEL})",
        found.who.len()
    )));
    report.results.push(Block::Table(table));
}
