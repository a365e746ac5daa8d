//! Segments: customers by state and by value, each with its reason in numbers.
//!
//! Thresholds are rules of thumb, kept in [`SegmentRules`] so that they are the same from month to month. They
//! are asked in this order:
//!
//! | state | who |
//! |---|---|
//! | `new` | first purchase within the last `new_within` days |
//! | `one-time` | bought once, and longer ago |
//! | `lapsed` | P(alive) below `lapsed` |
//! | `at-risk` | P(alive) below `active` |
//! | `loyal` | at least `loyal_repeats` repeat purchases |
//! | `active` | the others |
//!
//! Overdue is who is not lapsed and silent for so long that, still being a customer, there was only a chance below
//! `overdue` for it: with `H` what was known at the last purchase,
//! `P(silent | alive now, H) = P(silent | H) P(alive now | H, silent) / P(alive now | H)`.
//! It is a question of a customer's own rate: a month is nothing for one and an alarm for another.

use jiff::civil::Date;

use super::base::{Base, silent_days, whole_days};
use super::standing::{Standing, standings};
use super::valuation::Valuation;
use crate::base::Unit;
use crate::customers::Customer;

/// Thresholds of segments.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SegmentRules {
    /// A customer is new for so long \[days\].
    pub new_within: f64,
    /// Repeat purchases of a loyal customer, at least.
    pub loyal_repeats: u32,
    /// P(alive) of an active customer, at least.
    pub active: f64,
    /// P(alive) of a lapsed one, below.
    pub lapsed: f64,
    /// A silence less likely than this is overdue.
    pub overdue: f64,
    /// Purchases less likely than this, under what was expected, are growth or decline.
    pub surprising: f64,
    /// The share of customers that counts as the best.
    pub best: f64,
}

impl Default for SegmentRules {
    fn default() -> Self {
        SegmentRules {
            new_within: 90.0,
            loyal_repeats: 3,
            active: 0.5,
            lapsed: 0.2,
            overdue: 0.05,
            surprising: 0.05,
            best: 0.2,
        }
    }
}

/// Where a customer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Came lately.
    New,
    /// Still a customer.
    Active,
    /// Still a customer, and often back.
    Loyal,
    /// May have left.
    AtRisk,
    /// Has left, by all that is known.
    Lapsed,
    /// Bought once, some time ago.
    OneTime,
}

impl State {
    /// All states, in the order of tables.
    pub const ALL: [State; 6] =
        [State::New, State::Active, State::Loyal, State::AtRisk, State::Lapsed, State::OneTime];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            State::New => "new",
            State::Active => "active",
            State::Loyal => "loyal",
            State::AtRisk => "at-risk",
            State::Lapsed => "lapsed",
            State::OneTime => "one-time",
        }
    }

    /// The state of a customer; times in `unit`.
    pub fn of(customer: &Customer, p_alive: f64, unit: Unit, rules: &SegmentRules) -> State {
        if whole_days(customer.t, unit) < rules.new_within {
            State::New
        } else if customer.x == 0 {
            State::OneTime
        } else if p_alive < rules.lapsed {
            State::Lapsed
        } else if p_alive < rules.active {
            State::AtRisk
        } else if customer.x >= rules.loyal_repeats {
            State::Loyal
        } else {
            State::Active
        }
    }
}

/// One customer.
#[derive(Debug, Clone, PartialEq)]
pub struct CustomerSegment {
    /// Who.
    pub id: String,
    /// Where the customer stands.
    pub state: State,
    /// Tenth of customers by value: 1 is the best.
    pub decile: u8,
    /// Value from today on.
    pub value: f64,
    /// Paid so far, net of returns (revenue).
    pub paid: f64,
    /// Purchases, the first included.
    pub purchases: u32,
    /// Days since the last purchase.
    pub silence: f64,
    /// Mean days between purchases; `None` after one.
    pub gap: Option<f64>,
    /// P(still a customer).
    pub p_alive: f64,
    /// Probability of so long a silence of someone who is still a customer.
    pub p_silence: f64,
    /// Is it unlikely, and the customer not given up?
    pub overdue: bool,
    /// When to act: tomorrow for who is overdue or at risk; else the date by which the next purchase has come
    /// with probability 1/2; `None` for customers given up, and without such a date within a year.
    pub next_action: Option<Date>,
}

impl CustomerSegment {
    /// Why the customer is where it is, in numbers.
    pub fn reason(&self) -> String {
        let times = match self.purchases {
            1 => "1 purchase".to_owned(),
            n => format!("{n} purchases"),
        };
        let gap = self.gap.map_or(String::new(), |gap| format!(", usually every {gap:.0} days"));
        format!("{times}, the last {:.0} days ago{gap}; P(alive) {:.2}", self.silence, self.p_alive)
    }
}

/// Customers of one state or one class of value.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Share {
    /// How many.
    pub customers: u64,
    /// What they are worth from today on.
    pub value: f64,
    /// What they have paid so far.
    pub paid: f64,
    /// Of them overdue.
    pub overdue: u64,
}

/// All customers, one by one and in classes.
#[derive(Debug, Clone, PartialEq)]
pub struct Segments {
    /// The thresholds.
    pub rules: SegmentRules,
    /// Customer by customer, by id.
    pub customers: Vec<CustomerSegment>,
    /// By state.
    pub states: Vec<(State, Share)>,
    /// By tenth of value, the best first.
    pub deciles: Vec<Share>,
    /// Of the best customers (see [`SegmentRules::best`]).
    pub best: Share,
    /// All.
    pub all: Share,
}

impl Share {
    fn add(&mut self, customer: &CustomerSegment) {
        self.customers += 1;
        self.value += customer.value;
        self.paid += customer.paid;
        self.overdue += u64::from(customer.overdue);
    }
}

impl Segments {
    /// `end` is the last day of observation.
    pub(super) fn new(
        base: &Base,
        valuation: &Valuation,
        rules: SegmentRules,
        unit: Unit,
        end: Date,
    ) -> Self {
        let order = by_value(&valuation.values.clv);
        let mut rank = vec![0; base.len()];
        order.iter().enumerate().for_each(|(place, i)| rank[*i] = place);
        let standings = standings(&base.histories, &valuation.models, unit, &rules);
        let ahead = |days: usize| end.saturating_add(jiff::Span::new().days(days as i64));
        let one = |i: usize| {
            let (customer, p_alive) = (base.customers[i], valuation.values.p_alive[i]);
            let Standing { state, p_silence, overdue, next } = standings[base.histories.of[i] as usize];
            CustomerSegment {
                id: base.id[i].clone(),
                state,
                decile: (10 * rank[i] / base.len()) as u8 + 1,
                value: valuation.values.clv[i],
                paid: base.paid(i),
                purchases: customer.x + 1,
                silence: silent_days(&customer, unit),
                gap: (customer.x > 0).then(|| customer.t_x / f64::from(customer.x) * unit.days()),
                p_alive,
                p_silence,
                overdue,
                next_action: next.map(ahead),
            }
        };
        let customers: Vec<CustomerSegment> = {
            use rayon::prelude::*;
            (0..base.len()).into_par_iter().map(one).collect()
        };
        Segments::add_up(rules, customers, &order)
    }

    fn add_up(rules: SegmentRules, customers: Vec<CustomerSegment>, order: &[usize]) -> Self {
        let mut states = State::ALL.map(|state| (state, Share::default())).to_vec();
        let mut deciles = vec![Share::default(); 10];
        let (mut best, mut all) = (Share::default(), Share::default());
        for customer in &customers {
            all.add(customer);
            deciles[customer.decile as usize - 1].add(customer);
            states
                .iter_mut()
                .filter(|(state, _)| *state == customer.state)
                .for_each(|(_, s)| s.add(customer));
        }
        let count = (rules.best * customers.len() as f64).ceil() as usize;
        order.iter().take(count).for_each(|i| best.add(&customers[*i]));
        Segments { rules, customers, states, deciles, best, all }
    }
}

/// Customers by value, the best first; equal ones in the order of their ids.
pub(super) fn by_value(values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*b].total_cmp(&values[*a]));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_follow_the_rules() {
        let rules = SegmentRules::default();
        let of = |x: u32, t: f64, alive: f64| {
            State::of(&Customer { x, t_x: if x > 0 { 1.0 } else { 0.0 }, t }, alive, Unit::Day, &rules)
        };
        let found = [of(5, 89.0, 0.9), of(0, 90.0, 1.0), of(1, 90.0, 0.19), of(9, 90.0, 0.49)];
        assert_eq!(found, [State::New, State::OneTime, State::Lapsed, State::AtRisk]);
        assert_eq!([of(2, 90.0, 0.5), of(3, 90.0, 0.5)], [State::Active, State::Loyal]);
    }
}
