//! What acquisition earns, channel by channel.

use super::words::Money;
use crate::base::numbers::{count, grouped};
use crate::show::{
    figure,
    report::{
        Block, Table,
        page::{Part, Section},
    },
};
use crate::study::economics::{Economics, GroupEconomics};

/// Channels of a table; of more, the smallest are added up.
const MOST: usize = 12;

pub(super) fn section(found: &Economics, money: &Money) -> Section {
    let mut section = Section::new("acquisition", "What acquisition earns, by channel");
    if found.groups.is_empty() {
        return section;
    }
    let mut groups: Vec<&GroupEconomics> = found.groups.iter().collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.acquired.customers));
    let rest = if groups.len() > MOST { groups.split_off(MOST - 1) } else { Vec::new() };
    groups.sort_by(|a, b| b.new.ltv.value.total_cmp(&a.new.ltv.value));
    let costs = found.groups.iter().any(|group| group.against.is_some());
    let mut heads = vec!["Channel", ">New customers", ">Worth of a new customer", ">Range"];
    if costs {
        heads.extend([">Cost of one", ">Worth over cost", ">Paid back after"]);
    }
    let mut table = Table::new(&heads);
    groups.iter().for_each(|group| table.row(row(group, &group.name, costs, money)));
    if !rest.is_empty() {
        table.row(others(&rest, costs, money));
    }
    table.row(row(&found.all, "All", costs, money));
    section.push(Part::Blocks(vec![
        Block::Table(table),
        Block::Line(format!(
            "Worth: margin {} from the first purchase on, that one included, as present value. Paid back: months until the \
             margin so far has reached the cost.",
            found.options.value.horizon.in_words()
        )),
    ]));
    section.figures([figure::ltv_to_cac(found), figure::payback_months(found)].into_iter().flatten())
}

fn row(group: &GroupEconomics, name: &str, costs: bool, money: &Money) -> Vec<String> {
    let ltv = &group.new.ltv;
    let range = ltv.interval.map_or("-".to_owned(), |bounds| money.range(bounds));
    let mut cells = vec![name.to_owned(), count(group.acquired.customers), money.say(ltv.value), range];
    if costs {
        cells.extend(match &group.against {
            Some(against) => [
                money.say(against.cac),
                times(against.ratio.value),
                against.payback.month.map_or("never seen".to_owned(), |month| match month {
                    0 => "the first purchase".to_owned(),
                    1 => "1 month".to_owned(),
                    month => format!("{month} months"),
                }),
            ],
            None => std::array::from_fn(|_| "-".to_owned()),
        });
    }
    cells
}

fn times(ratio: f64) -> String {
    if ratio.is_finite() { grouped(ratio, 1) } else { "no cost".to_owned() }
}

/// The small channels as one: their customers, and the mean of what these are worth and cost.
fn others(groups: &[&GroupEconomics], costs: bool, money: &Money) -> Vec<String> {
    let customers: u64 = groups.iter().map(|group| group.acquired.customers).sum();
    let worth = |group: &&GroupEconomics| group.new.ltv.value * group.acquired.customers as f64;
    let ltv = groups.iter().map(worth).sum::<f64>() / customers.max(1) as f64;
    let name = format!("{} others together", groups.len());
    let mut cells = vec![name, count(customers), money.say(ltv), "-".to_owned()];
    if costs {
        let costed: u64 = groups.iter().map(|group| group.acquired.costed).sum();
        let cost: f64 = groups.iter().filter_map(|group| group.acquired.cost).sum();
        let cac = (costed > 0).then(|| cost / costed as f64);
        let say = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
        let ratio = cac.map(|cac| times(ltv / cac));
        cells.extend([say(cac.map(|cac| money.say(cac))), say(ratio), "-".to_owned()]);
    }
    cells
}
