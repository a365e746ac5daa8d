//! Recommendations: what the figures advise, each with its money, its certainty and its rule, and none that the
//! evidence does not carry.
//!
//! | advice | rule |
//! |---|---|
//! | stop or renegotiate a channel | P(LTV < CAC) of at least 1 − 0.05/k, k channels with costs: all are looked at, so that in one shop in twenty at most one of them is named that earns its cost (Bonferroni) |
//! | a channel that carries more | P(LTV/CAC ≥ the wanted ratio) of at least 1 − 0.05/k |
//! | write to late customers | more repeat customers are late for their own rhythm than chance makes late, by three standard deviations |
//! | bring about second purchases | new customers who bought once, at least 30 of them |
//! | keep the best | always: they hold what they hold |

use super::{Economics, Figure, GroupEconomics, Segments, State};

/// Advice given, at most.
pub const MOST: usize = 5;

/// The chance that advice on channels is wrong in any of them, at most.
const WRONG: f64 = 0.05;
/// New customers of whom advice is given, at least.
const FEWEST: u64 = 30;
/// Standard deviations beyond chance.
const BEYOND: f64 = 3.0;

/// What is advised.
#[derive(Debug, Clone, PartialEq)]
pub enum Advice {
    /// A channel whose customers cost more than they bring.
    Cut(Channel),
    /// A channel whose customers bring the wanted ratio, the one with the highest.
    Grow(Channel),
    /// Customers who are late for their own rhythm.
    Late {
        /// Who are not given up.
        customers: u64,
        /// What they are worth.
        value: f64,
        /// Late ones, those given up too, of so many repeat customers, and those whom chance alone makes late.
        late: (u64, u64, f64),
    },
    /// New customers who have bought once.
    Second {
        /// How many.
        customers: u64,
        /// What they are worth.
        value: f64,
        /// Of how many another purchase is expected within the window of the rules.
        expected: f64,
    },
    /// The best customers.
    Keep {
        /// How many.
        customers: u64,
        /// What they are worth.
        value: f64,
        /// Share of all value.
        share: f64,
    },
}

/// A channel with what its customers cost and bring.
#[derive(Debug, Clone, PartialEq)]
pub struct Channel {
    /// Its name.
    pub name: String,
    /// Cost of a new customer.
    pub cac: f64,
    /// What one is worth.
    pub ltv: Figure,
    /// The most that one may cost for the wanted ratio.
    pub most: Figure,
    /// What the customers of the last twelve months with costs brought less than they cost, or more.
    pub money: f64,
    /// How sure the advice is.
    pub certainty: f64,
}

impl Advice {
    /// What it is about, in money.
    pub fn money(&self) -> f64 {
        match self {
            Advice::Cut(channel) | Advice::Grow(channel) => channel.money,
            Advice::Late { value, .. } | Advice::Second { value, .. } | Advice::Keep { value, .. } => *value,
        }
    }
}

/// What the figures advise: what loses money first, then by money, and what is no news last.
pub fn advice(found: &Economics) -> Vec<Advice> {
    let mut all: Vec<Advice> =
        [late(&found.segments), second(&found.segments)].into_iter().flatten().chain(grow(found)).collect();
    all.sort_by(|a, b| b.money().total_cmp(&a.money()));
    let mut first = cut(found);
    first.sort_by(|a, b| b.money().total_cmp(&a.money()));
    first.extend(all);
    first.extend(keep(&found.segments));
    first.truncate(MOST);
    first
}

/// Channels with a known cost.
fn channels(found: &Economics) -> Vec<&GroupEconomics> {
    let own = found.groups.iter().filter(|group| group.against.is_some());
    own.filter(|group| group.acquired.cac().is_some_and(f64::is_finite)).collect()
}

fn cut(found: &Economics) -> Vec<Advice> {
    let all = channels(found);
    let sure = 1.0 - WRONG / all.len().max(1) as f64;
    let lost = |group: &&GroupEconomics| group.against.as_ref().is_some_and(|against| against.p_loss >= sure);
    let one = |group: &GroupEconomics| {
        let certainty = group.against.as_ref().map_or(0.0, |against| against.p_loss);
        Advice::Cut(channel(found, group, certainty))
    };
    all.iter().filter(|group| lost(group)).map(|group| one(group)).collect()
}

fn grow(found: &Economics) -> Option<Advice> {
    let all = channels(found);
    let sure = 1.0 - WRONG / all.len().max(1) as f64;
    let ratio = |group: &GroupEconomics| group.against.as_ref().map_or(0.0, |against| against.ratio.value);
    let best = all.iter().filter(|_| all.len() > 1).max_by(|a, b| ratio(a).total_cmp(&ratio(b)))?;
    let certainty = best.against.as_ref().map_or(0.0, |against| against.p_ratio);
    (certainty >= sure).then(|| Advice::Grow(channel(found, best, certainty)))
}

fn channel(found: &Economics, group: &GroupEconomics, certainty: f64) -> Channel {
    let costed = found.acquired.iter().filter(|month| month.group == group.name && month.cost.is_some());
    let (customers, cost) = costed
        .rev()
        .take(12)
        .fold((0, 0.0), |(n, sum), month| (n + month.customers, sum + month.cost.unwrap_or_default()));
    Channel {
        name: group.name.clone(),
        cac: group.acquired.cac().unwrap_or_default(),
        ltv: group.new.ltv,
        most: group.new.most_for_ratio,
        money: (cost - group.new.ltv.value * customers as f64).abs(),
        certainty,
    }
}

fn late(segments: &Segments) -> Option<Advice> {
    let repeat = || segments.customers.iter().filter(|customer| customer.purchases > 1);
    let late = repeat().filter(|customer| customer.p_silence < segments.rules.overdue).count() as u64;
    let all = repeat().count() as u64;
    let chance = segments.rules.overdue * all as f64;
    let beyond = late as f64 > chance + BEYOND * (chance * (1.0 - segments.rules.overdue)).sqrt();
    let overdue = segments.all.overdue;
    (beyond && overdue > 0).then(|| Advice::Late {
        customers: overdue,
        value: repeat().filter(|customer| customer.overdue).map(|customer| customer.value).sum(),
        late: (late, all, chance),
    })
}

fn second(segments: &Segments) -> Option<Advice> {
    let once = || segments.customers.iter().filter(|c| c.purchases == 1 && c.state == State::New);
    let customers = once().count() as u64;
    (customers >= FEWEST).then(|| Advice::Second {
        customers,
        value: once().map(|customer| customer.value).sum(),
        expected: once().map(|customer| customer.p_within).sum(),
    })
}

fn keep(segments: &Segments) -> Option<Advice> {
    let (best, all) = (&segments.best, &segments.all);
    (best.customers > 0 && all.value > 0.0).then(|| Advice::Keep {
        customers: best.customers,
        value: best.value,
        share: best.value / all.value,
    })
}
