//! Customers by segment: who they are, what they are worth, and how they moved.

use super::words::{Money, percent};
use crate::base::numbers::{count, significant};
use crate::show::{
    figure,
    report::{
        Block, Table,
        page::{Part, Section},
    },
};
use crate::study::economics::{Economics, Movement, Segments, State};

/// A segment, as people call it.
fn name(state: State) -> &'static str {
    match state {
        State::New => "New",
        State::Returning => "Returning, on time",
        State::Loyal => "Loyal, on time",
        State::AtRisk => "At risk: late for their rhythm",
        State::Lapsed => "Lapsed",
        State::OneTime => "Bought once, some time ago",
    }
}

pub(super) fn section(found: &Economics, money: &Money) -> Section {
    let segments = &found.segments;
    let mut section =
        Section::new("segments", "Risks and opportunities by segment").lines([meaning(segments)]);
    let mut table = Table::new(&[
        "Segment",
        ">Customers",
        ">Share",
        ">Worth",
        ">Share of worth",
        ">Paid so far",
        ">Late",
    ]);
    let all = &segments.all;
    let whole = [("All", all)];
    for (name, share) in segments.states.iter().map(|(state, share)| (name(*state), share)).chain(whole) {
        table.row([
            name.to_owned(),
            count(share.customers),
            percent(share.customers as f64 / all.customers.max(1) as f64),
            money.say(share.value),
            percent(share.value / all.value),
            money.say(share.paid),
            count(share.overdue),
        ]);
    }
    section.push(Part::Blocks(vec![Block::Table(table)]));
    if let Some(movement) = &found.movement {
        section.push(Part::Blocks(vec![Block::Line(moved(movement, money))]));
        section = section.figures([figure::movement(movement)]);
    }
    section
}

fn meaning(segments: &Segments) -> String {
    let rules = &segments.rules;
    format!(
        "New: first purchase within the last {} days. Late: so long a silence has a chance below {} for one who goes on as \
         before; of these, lapsed are those with a chance below {} to buy within {}. Loyal: {} repeat purchases or more. \
         These lines are rules of thumb, and stay the same from month to month.",
        significant(rules.new_within, 4),
        percent(rules.overdue),
        percent(rules.lapsed),
        rules.buys_within.in_words(),
        rules.loyal_repeats
    )
}

fn moved(movement: &Movement, money: &Money) -> String {
    let arrived: u64 = movement.arrived.iter().sum();
    format!(
        "Since {} {} customers came. Those known then were worth {} then and are worth {} today.",
        movement.from,
        count(arrived),
        money.say(movement.value.0),
        money.say(movement.value.1)
    )
}
