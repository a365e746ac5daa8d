//! What to do about contracts: each advice with its money, its certainty and its rule.

use super::super::words::{Money, percent, sure};
use crate::base::numbers::{count, grouped, significant};
use crate::show::report::page::{Advised, Part, Section};
use crate::study::subscribers::{SubscriberEconomics, SubscriberOverview};

/// How sure advice has to be.
const SURE: f64 = 0.95;

/// The section.
pub(super) fn advice(found: &SubscriberOverview, money: &Money) -> Section {
    let mut section = Section::new("to-do", "What to do");
    let mut all: Vec<Advised> =
        found.economics.iter().flat_map(|economics| of_channels(economics, money)).collect();
    let totals = &found.forecast.totals;
    if let (Some(next), Some(point)) = (found.forecast.months.first(), totals.per_point) {
        let first = found.forecast.plans.iter().filter(|plan| plan.contracts > 0);
        let weakest = first.min_by(|a, b| a.p_renew.unwrap_or(1.0).total_cmp(&b.p_renew.unwrap_or(1.0)));
        let where_ = weakest.map_or(String::new(), |plan| {
            format!(" {} renews least: {} next time.", plan.plan, percent(plan.p_renew.unwrap_or(0.0)))
        });
        all.push(Advised {
            what: format!(
                "Of {} contracts {} are expected to end until {}. One renewal more in a hundred, at every renewal, is worth {} {}.{where_}",
                count(totals.contracts),
                grouped(next.leaving.expected, 0),
                next.until,
                money.say(point),
                found.options.value.horizon.in_words()
            ),
            certainty: format!(
                "{} to {} end by the same date with {} probability.",
                grouped(next.leaving.lower, 0),
                grouped(next.leaving.upper, 0),
                percent(found.options.probability)
            ),
            rule: "Said always: revenue more, were each chance to renew 0.01 higher, less what is expected.".to_owned(),
        });
    }
    if totals.lapsing > 0 {
        all.push(Advised {
            what: format!(
                "{} contracts are cancelled and still paid for: ask why, and what would bring them back, before they end.",
                count(totals.lapsing)
            ),
            certainty: "They are counted as leaving.".to_owned(),
            rule: "Cancelled by the end of observation, paid until later.".to_owned(),
        });
    }
    section.push(Part::Advice(all));
    section
}

/// The channel that loses money, and the one that earns most: said where that is sure.
fn of_channels(found: &SubscriberEconomics, money: &Money) -> Vec<Advised> {
    // So sure over all groups together.
    let enough = 1.0 - (1.0 - SURE) / found.groups.len().max(1) as f64;
    let with = || found.groups.iter().filter_map(|group| Some((group, group.against.as_ref()?)));
    let rule = format!(
        "Said where it is at least {} sure over all groups together. Worth: margin {} from the first payment on.",
        percent(SURE),
        found.options.value.horizon.in_words()
    );
    let mut all = Vec::new();
    for (group, against) in with().filter(|(_, against)| against.p_loss >= enough) {
        all.push(Advised {
            what: format!(
                "{} costs {} for a subscriber worth {}: stop it or renegotiate.",
                group.name,
                money.say(against.cac),
                money.with_range(group.new.ltv.value, group.new.ltv.interval)
            ),
            certainty: format!("That it costs more than it brings is {} sure.", sure(against.p_loss)),
            rule: rule.clone(),
        });
    }
    let best = with()
        .filter(|(_, against)| against.p_ratio >= enough)
        .max_by(|a, b| a.1.ratio.value.total_cmp(&b.1.ratio.value));
    if let Some((group, against)) = best {
        let least = group.new.most_for_ratio.interval.map_or(group.new.most_for_ratio.value, |(low, _)| low);
        all.push(Advised {
            what: format!(
                "{} brings subscribers worth {} for {}: spend more there, as long as one costs less than {}.",
                group.name,
                money.with_range(group.new.ltv.value, group.new.ltv.interval),
                money.say(against.cac),
                money.say(least)
            ),
            certainty: format!(
                "That one is worth {} times its cost is {} sure; whether more money finds more such customers is not known.",
                significant(found.options.target_ratio, 3),
                sure(against.p_ratio)
            ),
            rule,
        });
    }
    all
}
