//! Segments: customers by state and by value, each with its reason in numbers.
//!
//! States are asked of two things on which models agree: the probability of a purchase within a stated window, and the
//! customer's own rhythm, which needs no model. P(alive) is in neither: it depends on the model more than on the
//! customer. Thresholds are rules of thumb, kept in [`SegmentRules`] so that they are the same from month to month.
//! They are asked in this order:
//!
//! | state | who |
//! |---|---|
//! | `new` | first purchase within the last `new_within` days |
//! | `one-time` | bought once, and longer ago |
//! | `lapsed` | late, and P(a purchase within `buys_within`) below `lapsed` |
//! | `at-risk` | late, and more likely to come back than that |
//! | `loyal` | on time, at least `loyal_repeats` repeat purchases |
//! | `returning` | on time, fewer of them |
//!
//! A customer is late when so long a silence would be a matter of less than `overdue` for one who goes on as before:
//! `x` repeat purchases at random times until `T` all lie before `t_x` with probability `(t_x / T)^x` (Solow 1993,
//! "Inferring extinction from sighting data", Ecology 74(3), 962-964). A month is nothing for one and an alarm for
//! another. Overdue is who is late and not lapsed, new customers included.

use jiff::civil::Date;

use super::base::{Base, silent_days, whole_days};
use super::standing::{Standing, standings};
use super::valuation::{Valuation, Values};
use crate::base::{Duration, Error, Result, Unit};
use crate::customers::Customer;
use crate::fitted::PurchaseModel;

/// Thresholds of segments.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SegmentRules {
    /// A customer is new for so long \[days\].
    pub new_within: f64,
    /// Repeat purchases of a loyal customer, at least.
    pub loyal_repeats: u32,
    /// The window in which a lapsed customer is not expected back.
    pub buys_within: Duration,
    /// P(a purchase within that window) of a lapsed customer, below.
    pub lapsed: f64,
    /// A silence less likely than this for the customer's own rhythm is late.
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
            buys_within: Duration { count: 12.0, unit: Unit::Month },
            lapsed: 0.2,
            overdue: 0.1,
            surprising: 0.05,
            best: 0.2,
        }
    }
}

impl SegmentRules {
    /// Checks the shares.
    ///
    /// # Errors
    /// If one is not between 0 and 1.
    pub fn checked(&self) -> Result<()> {
        let shares = [("--lapsed-below", self.lapsed), ("--late-below", self.overdue), ("--best", self.best)];
        match shares.iter().find(|(_, share)| !(*share > 0.0 && *share < 1.0)) {
            Some((option, share)) => {
                Err(Error::option(*option, format!("{share} is not between 0 and 1; write 0.2")))
            }
            None => Ok(()),
        }
    }
}

/// Where a customer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Came lately.
    New,
    /// Came back, and is on time.
    Returning,
    /// Came back often, and is on time.
    Loyal,
    /// Late for the own rhythm.
    AtRisk,
    /// Late, and not expected back.
    Lapsed,
    /// Bought once, some time ago.
    OneTime,
}

impl State {
    /// All states, in the order of tables.
    pub const ALL: [State; 6] =
        [State::New, State::Returning, State::Loyal, State::AtRisk, State::Lapsed, State::OneTime];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            State::New => "new",
            State::Returning => "returning",
            State::Loyal => "loyal",
            State::AtRisk => "at-risk",
            State::Lapsed => "lapsed",
            State::OneTime => "one-time",
        }
    }

    /// The state of a customer who buys within the window of the rules with probability `p_within`; times in `unit`.
    pub fn of(customer: &Customer, p_within: f64, unit: Unit, rules: &SegmentRules) -> State {
        let late = p_silence(customer) < rules.overdue;
        if whole_days(customer.t, unit) < rules.new_within {
            State::New
        } else if customer.x == 0 {
            State::OneTime
        } else if late && p_within < rules.lapsed {
            State::Lapsed
        } else if late {
            State::AtRisk
        } else if customer.x >= rules.loyal_repeats {
            State::Loyal
        } else {
            State::Returning
        }
    }
}

/// Probability of so long a silence of someone who keeps the own rhythm: `(t_x / T)^x`; 1 without one.
pub(super) fn p_silence(customer: &Customer) -> f64 {
    if customer.x == 0 || customer.t <= 0.0 {
        1.0
    } else {
        (customer.t_x / customer.t).powf(customer.x.into())
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
    /// P(a purchase within the window of the rules).
    pub p_within: f64,
    /// Probability of so long a silence of someone who keeps the own rhythm; 1 after one purchase.
    pub p_silence: f64,
    /// Is it unlikely, and the customer not given up?
    pub overdue: bool,
    /// When to act: tomorrow for who is overdue or at risk; else the date by which the next purchase has come
    /// with probability 1/2; `None` for customers given up, and without such a date within a year.
    pub next_action: Option<Date>,
}

impl CustomerSegment {
    /// Why the customer is where it is, in numbers; the window is that of the rules.
    pub fn reason(&self, window: Duration) -> String {
        let times = match self.purchases {
            1 => "1 purchase".to_owned(),
            n => format!("{n} purchases"),
        };
        let gap = self.gap.map_or(String::new(), |gap| format!(", usually every {gap:.0} days"));
        format!(
            "{times}, the last {:.0} days ago{gap}; {:.0} % to buy within {}",
            self.silence,
            100.0 * self.p_within,
            window.in_words()
        )
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
        Segments::of_values(base, (&valuation.values, &valuation.models), rules, unit, end)
    }

    /// Of customers valued under these models.
    pub(super) fn of_values(
        base: &Base,
        (values, models): (&Values, &[PurchaseModel]),
        rules: SegmentRules,
        unit: Unit,
        end: Date,
    ) -> Self {
        let order = by_value(&values.clv);
        let mut rank = vec![0; base.len()];
        order.iter().enumerate().for_each(|(place, i)| rank[*i] = place);
        let standings = standings(&base.histories, models, unit, &rules);
        let ahead = |days: usize| end.saturating_add(jiff::Span::new().days(days as i64));
        let one = |i: usize| {
            let (customer, p_alive) = (base.customers[i], values.p_alive[i]);
            let Standing { state, p_within, p_silence, overdue, next } =
                standings[base.histories.of[i] as usize];
            CustomerSegment {
                id: base.id[i].clone(),
                state,
                decile: (10 * rank[i] / base.len()) as u8 + 1,
                value: values.clv[i],
                paid: base.paid(i),
                purchases: customer.x + 1,
                silence: silent_days(&customer, unit),
                gap: (customer.x > 0).then(|| customer.t_x / f64::from(customer.x) * unit.days()),
                p_alive,
                p_within,
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
        let of = |x: u32, t_x: f64, t: f64, within: f64| {
            State::of(&Customer { x, t_x, t }, within, Unit::Day, &rules)
        };
        // (80/90)^20 = 0.095, (81/90)^20 = 0.122: own arithmetic.
        let late = [of(5, 1.0, 89.0, 0.9), of(0, 0.0, 90.0, 1.0), of(20, 80.0, 90.0, 0.19)];
        assert_eq!(late, [State::New, State::OneTime, State::Lapsed]);
        assert_eq!(of(20, 80.0, 90.0, 0.2), State::AtRisk);
        // On time, and no more: a slow buyer has not lapsed, however little is expected within a year.
        assert_eq!([of(20, 81.0, 90.0, 0.1), of(2, 60.0, 90.0, 0.1)], [State::Loyal, State::Returning]);
    }

    /// In whatever unit.
    #[test]
    fn silence_is_that_of_the_own_rhythm() {
        for scale in [1.0, 7.0, 365.25] {
            let late = Customer { x: 3, t_x: 10.0 * scale, t: 20.0 * scale };
            assert!((p_silence(&late) - 0.125).abs() < 1e-15);
        }
        assert_eq!(p_silence(&Customer { x: 0, t_x: 0.0, t: 9.0 }), 1.0);
        assert_eq!(p_silence(&Customer { x: 4, t_x: 9.0, t: 9.0 }), 1.0);
    }
}
