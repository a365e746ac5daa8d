//! What to do, in words: each with its money, its certainty and its rule.

use super::words::{Money, percent, sure};
use crate::base::numbers::{count, significant};
use crate::show::report::page::{Advised, Part, Section};
use crate::study::economics::{
    Economics,
    advice::{self, Advice, Channel},
};

pub(super) fn section(found: Option<&Economics>, money: &Money) -> Section {
    let mut section = Section::new("to-do", "What to do");
    let Some(found) = found else { return section };
    let all: Vec<Advised> = advice::advice(found).iter().map(|one| in_words(one, found, money)).collect();
    section.push(Part::Advice(all));
    section
}

fn in_words(advice: &Advice, found: &Economics, money: &Money) -> Advised {
    let rules = &found.segments.rules;
    let window = rules.buys_within.in_words();
    match advice {
        Advice::Cut(channel) => Advised {
            what: format!(
                "{} costs {} for a customer worth {}: stop it or renegotiate. Over its last twelve months with costs that is {} lost.",
                channel.name,
                money.say(channel.cac),
                money.with_range(channel.ltv.value, channel.ltv.interval),
                money.say(channel.money)
            ),
            certainty: format!(
                "That a customer costs more than it brings is {} sure.",
                sure(channel.certainty)
            ),
            rule: of_channels("Said where that is at least 95% sure over all channels together.", found),
        },
        Advice::Grow(channel) => grow(channel, found, money),
        Advice::Late { customers, value, late: (late, all, chance) } => Advised {
            what: format!(
                "{} customers worth {} are late for their own rhythm: write to them this week.",
                count(*customers),
                money.say(*value)
            ),
            certainty: format!(
                "Of {} repeat customers {} are late; chance alone makes about {} late.",
                count(*all),
                count(*late),
                count(chance.round() as u64)
            ),
            rule: format!(
                "Late: so long a silence has a chance below {} for one who goes on as before. Those with a chance below {} to buy within {window} are given up, and not counted.",
                percent(rules.overdue),
                percent(rules.lapsed)
            ),
        },
        Advice::Second { customers, value, expected } => Advised {
            what: format!(
                "{} new customers have bought once and are worth {}: bring about the second purchase while they remember you.",
                count(*customers),
                money.say(*value)
            ),
            certainty: format!(
                "{} of them are expected to come back by themselves within {window}.",
                count(expected.round() as u64)
            ),
            rule: format!(
                "New: the first purchase was within the last {} days.",
                significant(rules.new_within, 4)
            ),
        },
        Advice::Keep { customers, value, share } => Advised {
            what: format!(
                "{} customers hold {} of all value, {}: know them, thank them, and look first when one is late.",
                count(*customers),
                percent(*share),
                money.say(*value)
            ),
            certainty: "This is how the value to come is spread today.".to_owned(),
            rule: format!("The best {} of customers by value.", percent(rules.best)),
        },
    }
}

fn grow(channel: &Channel, found: &Economics, money: &Money) -> Advised {
    let target = significant(found.options.target_ratio, 3);
    let least = channel.most.interval.map_or(channel.most.value, |(low, _)| low);
    Advised {
        what: format!(
            "{} brings customers worth {} for {}: spend more there, as long as a new customer costs less than {}.",
            channel.name,
            money.with_range(channel.ltv.value, channel.ltv.interval),
            money.say(channel.cac),
            money.say(least)
        ),
        certainty: format!(
            "That a customer is worth {target} times the cost is {} sure; whether more money finds more such customers is not known.",
            sure(channel.certainty)
        ),
        rule: of_channels(
            &format!(
                "The channel with the highest value over cost, where {target} times is at least 95% sure over all channels together."
            ),
            found,
        ),
    }
}

fn of_channels(rule: &str, found: &Economics) -> String {
    format!("{rule} Worth: margin {} from the first purchase on.", found.options.value.horizon.in_words())
}
