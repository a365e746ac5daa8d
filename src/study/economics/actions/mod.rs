//! Actions: whom to do what for, by when, what it is expected to bring, and whether it did.
//!
//! ```text
//! p      = P(a purchase within the horizon)                     v = value (clv)
//! p'     : odds of p times (1/2 + u) / (1/2 − u)                u = uplift of one whose chance is even
//! gain   = (p' − p) · v / p                                     win back, second purchase, thank
//! gain   = u · p · margin · expected amount                     upsell: the next purchase is larger by u
//! ```
//!
//! `v / p` is what the customer is worth if there is another purchase at all. A contact that multiplies odds moves
//! those most whose chance is even, and least those who buy anyway or will not come back: who is sure gains nothing by
//! being reminded (Radcliffe & Surry 2011, "Real-world uplift modelling with significance-based uplift trees": the sure
//! things, the persuadables and the lost causes). The uplift is the user's: [`measure`] says what it was.
//!
//! The range of a gain is what the fit leaves open of it, log-normal over draws of the parameters; that of the sum is the
//! quantiles of the sums. Neither holds that the uplift may be another one.

mod contacts;
mod gain;
mod list;
pub mod measure;
mod upload;

use jiff::civil::Date;

pub use self::list::{actions_schema, actions_tables};
pub use self::upload::{Shape, email};

use self::contacts::Choice;
use self::gain::Gains;
use super::base::{Base, Wanted};
use super::segments::{CustomerSegment, SegmentRules, Segments, State};
use super::{Figure, valuation};
use crate::base::{Error, Horizon, Progress, Result, Timing, Unit, ValueOptions};
use crate::fitted::{ClvModel, draws};
use crate::history::{self, Input, LogOptions, Summary, SummaryMeta};

/// What to plan.
#[derive(Debug, Clone, PartialEq)]
pub struct ActionOptions {
    /// Horizon, discount rate and margin.
    pub value: ValueOptions,
    /// Thresholds of segments.
    pub rules: SegmentRules,
    /// By how much a contact raises the chance to buy within the horizon of a customer whose chance is even; of an
    /// upsell, the amount of the next purchase.
    pub uplift: f64,
    /// What a contact costs.
    pub contact_cost: f64,
    /// Money for all contacts; `None`: as many as are worth their cost.
    pub budget: Option<f64>,
    /// Share of those chosen who are left without a contact, at random, to measure against.
    pub holdout: f64,
    /// Probability of the ranges; `None`: none.
    pub interval: Option<f64>,
    /// Seed of the draws and of the control group.
    pub seed: u64,
    /// The attribute that holds e-mail addresses, where ids are none.
    pub email: Option<String>,
}

impl Default for ActionOptions {
    fn default() -> Self {
        ActionOptions {
            value: ValueOptions::default(),
            rules: SegmentRules::default(),
            uplift: 0.05,
            contact_cost: 0.0,
            budget: None,
            holdout: 0.0,
            interval: Some(0.9),
            seed: 1,
            email: None,
        }
    }
}

impl ActionOptions {
    /// Checks all of them.
    ///
    /// # Errors
    /// If one is out of its domain.
    pub fn checked(self) -> Result<Self> {
        self.value.checked()?;
        let refuse = |option: &str, message: String| Err(Error::option(option, message));
        if self.value.timing != Timing::Continuous {
            let message = "actions value purchases at the moment they happen: leave --discounting out";
            return refuse("--discounting", message.to_owned());
        }
        if self.value.horizon == Horizon::Infinite {
            return refuse("--horizon", "actions need an end to look to: write 12mo".to_owned());
        }
        if !(self.uplift > 0.0 && self.uplift < 0.5) {
            return refuse(
                "--uplift",
                format!("{} is not above 0 % and below 50 %; write 5%", 100.0 * self.uplift),
            );
        }
        if !(self.contact_cost >= 0.0 && self.contact_cost.is_finite()) {
            return refuse("--contact-cost", format!("{} is no cost of at least 0", self.contact_cost));
        }
        if !(0.0..1.0).contains(&self.holdout) {
            return refuse(
                "--holdout",
                format!("{} % is no share below 100 %; write 10%", 100.0 * self.holdout),
            );
        }
        if let Some(share) = self.interval.filter(|share| !(*share > 0.0 && *share < 1.0)) {
            return refuse("--interval", format!("{share} is not between 0 and 1; write 0.9, or none"));
        }
        match self.budget {
            Some(budget) if !(budget > 0.0 && budget.is_finite()) => {
                refuse("--budget", format!("{budget} must be above 0 and finite"))
            }
            Some(_) if self.contact_cost == 0.0 => refuse(
                "--budget",
                "how many contacts it pays for depends on --contact-cost: give that too".to_owned(),
            ),
            _ => self.rules.checked().map(|()| self),
        }
    }
}

/// What to do for a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Late for the own rhythm: bring them back.
    WinBack,
    /// Bought once: bring about the second purchase.
    SecondPurchase,
    /// Buys on time: sell more at the next purchase.
    Upsell,
    /// Among the best, and on time: keep them so.
    Thank,
    /// A contact brings no more than it costs.
    LeaveAlone,
}

impl Action {
    /// All there are.
    pub const ALL: [Action; 5] =
        [Action::WinBack, Action::SecondPurchase, Action::Upsell, Action::Thank, Action::LeaveAlone];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Action::WinBack => "win back",
            Action::SecondPurchase => "second purchase",
            Action::Upsell => "upsell",
            Action::Thank => "thank",
            Action::LeaveAlone => "leave alone",
        }
    }

    /// What may be done for a customer, before it is asked whether that pays.
    fn of(customer: &CustomerSegment, best: bool) -> Action {
        match customer.state {
            _ if customer.purchases == 1 => Action::SecondPurchase,
            _ if customer.overdue => Action::WinBack,
            State::AtRisk | State::Lapsed => Action::WinBack,
            _ if best => Action::Thank,
            _ => Action::Upsell,
        }
    }
}

/// Whether a customer is contacted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Is.
    Contact,
    /// Would be, and is not, to measure against.
    Control,
    /// A contact does not pay, or the budget ends before.
    None,
}

impl Group {
    /// Its name; empty for none.
    pub fn name(self) -> &'static str {
        match self {
            Group::Contact => "contact",
            Group::Control => "control",
            Group::None => "",
        }
    }
}

/// What is planned for one customer.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// The customer.
    pub customer: CustomerSegment,
    /// What to do.
    pub action: Action,
    /// By when; `None`: any time.
    pub by: Option<Date>,
    /// What a contact is expected to bring, before its cost.
    pub gain: Figure,
    /// P(a purchase within the horizon).
    pub p_purchase: f64,
    /// Expected amount of a purchase (revenue).
    pub spend: f64,
    /// Contacted, control, or neither.
    pub group: Group,
    /// The e-mail address, normalised, if one is known.
    pub email: Option<String>,
}

impl Planned {
    /// What the customer is worth if there is another purchase.
    pub fn value_if_back(&self) -> f64 {
        if self.p_purchase > 0.0 { self.customer.value / self.p_purchase } else { 0.0 }
    }
}

/// The plan: all customers, the most rewarding first.
#[derive(Debug, Clone)]
pub struct Actions {
    /// What was read.
    pub meta: SummaryMeta,
    /// The settings.
    pub options: ActionOptions,
    /// The model's name.
    pub model: &'static str,
    /// The end of observation: what is later shows what the plan brought.
    pub decided_on: Date,
    /// Customer by customer, by gain.
    pub customers: Vec<Planned>,
    /// What all contacts are expected to bring together, before their cost.
    pub gain: Figure,
    /// What they cost.
    pub cost: f64,
    /// The place of the last who is chosen.
    pub marginal: Option<usize>,
    /// Does the budget end before the customers do for whom a contact pays?
    pub budget_binds: bool,
}

impl Actions {
    /// Customers of a group.
    pub fn of(&self, group: Group) -> impl Iterator<Item = &Planned> {
        self.customers.iter().filter(move |planned| planned.group == group)
    }
}

/// Reads a log and plans what to do for its customers under a fitted model.
///
/// # Errors
/// If the log cannot be used or has no amounts, the model has no spend model, or an option is out of its domain.
pub fn plan(
    model: &ClvModel,
    inputs: &[Input],
    log: &LogOptions,
    options: &ActionOptions,
    progress: &dyn Progress,
) -> Result<Actions> {
    let mut options = options.clone().checked()?;
    if crate::forecast::no_intervals(model).is_some() || crate::forecast::parameters_are_certain(model) {
        options.interval = None;
    }
    let mut log = model.asks(&log.asking_for(options.email.as_slice()), &[]);
    (log.first_amount, log.log_gaps) = (true, model.purchase.needs().log_gaps);
    let summary = history::open_inputs(inputs, &log, progress)?;
    let wanted = Wanted { by: &[], margin: options.value.margin, margin_column: None };
    let base = Base::read(model, &summary, &wanted, progress)?;
    Planner { model, base: &base, summary: &summary, options: &options }.plan(progress)
}

struct Planner<'a> {
    model: &'a ClvModel,
    base: &'a Base,
    summary: &'a Summary,
    options: &'a ActionOptions,
}

impl Planner<'_> {
    fn plan(&self, progress: &dyn Progress) -> Result<Actions> {
        let Planner { model, base, options, .. } = *self;
        let unit = model.unit;
        let value = model.value_options(options.value)?;
        let (horizon, discounting) = (value.horizon.in_units(unit), value.discounting(unit));
        let (values, models) = valuation::values(model, base, horizon, horizon, discounting)?;
        let end = self.summary.meta.observed_until.unwrap_or_default();
        let segments = Segments::of_values(base, (&values, &models), options.rules, unit, end);
        let best = best(&segments);
        let actions: Vec<Action> = segments
            .customers
            .iter()
            .zip(&best)
            .map(|(customer, best)| Action::of(customer, *best))
            .collect();
        let gains = Gains { base, horizon, discounting, uplift: options.uplift, actions: &actions };
        let estimate = gains.under(&models, &model.spend.expect("checked when customers were read"));
        let choice = Choice::new(&estimate.gain, &base.id, options);
        let spread = match options.interval {
            Some(share) => {
                let drawn = draws::draw(model, draws::DRAWS, options.seed);
                Some((gains.spread(model, &drawn, &choice, progress)?, share))
            }
            None => None,
        };
        let emails = upload::emails(self.summary, options.email.as_deref())?;
        let days = estimate.days(base, &models, (horizon, unit));
        let ahead = |days: usize| end.saturating_add(jiff::Span::new().days(days as i64));
        let one = |(i, customer): (usize, CustomerSegment)| Planned {
            action: if choice.pays(i) { actions[i] } else { Action::LeaveAlone },
            by: match customer.state {
                _ if !choice.pays(i) => None,
                State::Lapsed => None,
                _ if customer.overdue => Some(ahead(1)),
                _ => days[base.history(i).age as usize].map(ahead),
            },
            gain: Figure {
                value: estimate.gain[i],
                interval: spread.as_ref().map(|(spread, share)| spread.interval(i, *share)),
            },
            p_purchase: estimate.buys[i],
            spend: values.spend[i],
            group: choice.groups[i],
            email: emails.get(i).cloned().flatten(),
            customer,
        };
        let mut customers: Vec<Option<Planned>> =
            segments.customers.into_iter().enumerate().map(|c| Some(one(c))).collect();
        let total = choice.order.iter().filter(|i| choice.groups[**i] == Group::Contact);
        let gain = total.map(|i| estimate.gain[*i]).sum();
        Ok(Actions {
            meta: self.summary.meta.clone(),
            model: model.purchase.name(),
            decided_on: end,
            customers: choice.order.iter().filter_map(|i| customers[*i].take()).collect(),
            gain: Figure { value: gain, interval: spread.and_then(|(spread, share)| spread.total(share)) },
            cost: choice.cost,
            marginal: choice.marginal,
            budget_binds: choice.budget_binds,
            options: options.clone(),
        })
    }
}

/// Who is among the best by value.
fn best(segments: &Segments) -> Vec<bool> {
    let values: Vec<f64> = segments.customers.iter().map(|customer| customer.value).collect();
    let count = (segments.rules.best * values.len() as f64).ceil() as usize;
    let mut best = vec![false; values.len()];
    super::segments::by_value(&values).into_iter().take(count).for_each(|i| best[i] = true);
    best
}

/// A horizon that has an end, in days.
fn whole_days(horizon: f64, unit: Unit) -> usize {
    (horizon * unit.days()).ceil() as usize
}
