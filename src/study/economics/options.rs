//! Every setting of economics, with its default: shared by the command line, Rust and Python.

use jiff::civil::Date;

use super::budget::Response;
use super::segments::SegmentRules;
use super::sensitivity::Scenario;
use crate::base::{Duration, Error, Horizon, Result, Timing, Unit, ValueOptions};

/// What to work out.
#[derive(Debug, Clone, PartialEq)]
pub struct EconomicsOptions {
    /// Horizon, discount rate and margin.
    pub value: ValueOptions,
    /// Attributes to group customers by; the first is that of acquisition costs.
    pub by: Vec<String>,
    /// An attribute that holds each customer's margin, instead of one for all.
    pub margin_column: Option<String>,
    /// Probability of the intervals; `None`: no intervals, and nothing that needs them.
    pub interval: Option<f64>,
    /// Draws behind them.
    pub draws: usize,
    /// Equal seeds give equal intervals.
    pub seed: u64,
    /// How long after a purchase a customer counts as active, for observed retention.
    pub active_within: Duration,
    /// The date to compare today with; `None`: a year before the end, or the middle of a log of less than two
    /// years.
    pub compare_with: Option<Date>,
    /// The ratio of LTV to CAC that is wanted; 3 is a rule of thumb.
    pub target_ratio: f64,
    /// The time within which a customer shall have paid back the cost; a year is a rule of thumb.
    pub target_payback: Duration,
    /// New customers a month that are planned, of a group, or (`None`) like all customers so far.
    pub acquisitions: Vec<(Option<String>, f64)>,
    /// What if: each is worked out by itself.
    pub scenarios: Vec<Scenario>,
    /// Thresholds of segments.
    pub rules: SegmentRules,
    /// What an offer to keep a customer costs.
    pub retention_cost: Option<f64>,
    /// How acquisition answers to spending, by judgement.
    pub acquisition_response: Option<Response>,
    /// How yearly retention answers to spending, by judgement.
    pub retention_response: Option<Response>,
    /// Money a month to divide among groups.
    pub budget: Option<f64>,
}

impl Default for EconomicsOptions {
    fn default() -> Self {
        EconomicsOptions {
            value: ValueOptions::default(),
            by: Vec::new(),
            margin_column: None,
            interval: Some(0.9),
            draws: 400,
            seed: 1,
            active_within: Duration { count: 90.0, unit: Unit::Day },
            compare_with: None,
            target_ratio: 3.0,
            target_payback: Duration { count: 12.0, unit: Unit::Month },
            acquisitions: Vec::new(),
            scenarios: Vec::new(),
            rules: SegmentRules::default(),
            retention_cost: None,
            acquisition_response: None,
            retention_response: None,
            budget: None,
        }
    }
}

impl EconomicsOptions {
    /// Checks all of them.
    ///
    /// # Errors
    /// If one is out of its domain.
    pub fn checked(self) -> Result<Self> {
        self.value.checked()?;
        let refuse = |option: &str, message: String| Err(Error::option(option, message));
        if self.value.timing != Timing::Continuous {
            let message = "economics value purchases at the moment they happen: leave --discounting out";
            return refuse("--discounting", message.to_owned());
        }
        if let Some(interval) = self.interval.filter(|interval| !(*interval > 0.0 && *interval < 1.0)) {
            return refuse("--interval", format!("{interval} is not between 0 and 1; write 0.9, or none"));
        }
        let positive = [
            ("--target-ratio", Some(self.target_ratio)),
            ("--retention-cost", self.retention_cost),
            ("--budget", self.budget),
        ];
        for (option, value) in positive {
            if let Some(value) = value.filter(|value| !(*value > 0.0 && value.is_finite())) {
                return refuse(option, format!("{value} must be above 0 and finite"));
            }
        }
        self.rules.checked()?;
        if self.target_payback.in_units(Unit::Month) > MOST_CURVE as f64 {
            return refuse("--target-payback", format!("{} is beyond 10 years", self.target_payback));
        }
        if let Some((_, n)) = self.acquisitions.iter().find(|(_, n)| !(*n >= 0.0 && n.is_finite())) {
            return refuse(
                "--acquisitions",
                format!("{n} new customers a month must be a number of at least 0"),
            );
        }
        if let Horizon::Finite(horizon) = self.value.horizon
            && !self.acquisitions.is_empty()
            && horizon.whole(Unit::Month).is_none()
        {
            let message = format!("new customers are planned by month: {horizon} is no whole number of them");
            return refuse("--horizon", message);
        }
        if let Some(twice) = self.by.iter().enumerate().find(|(i, name)| self.by[..*i].contains(name)) {
            return refuse("--by", format!("'{}' is named twice", twice.1));
        }
        Ok(self)
    }

    /// Refuses what is asked of purchases alone, and not of contracts.
    ///
    /// # Errors
    /// If one is asked for.
    pub fn of_contracts(&self) -> Result<()> {
        let default = EconomicsOptions::default();
        let said = [
            ("--margin-column", self.margin_column.is_some()),
            ("--acquisitions", !self.acquisitions.is_empty()),
            ("--scenario", !self.scenarios.is_empty()),
            ("--retention-cost", self.retention_cost.is_some()),
            ("--acquisition-response", self.acquisition_response.is_some()),
            ("--retention-response", self.retention_response.is_some()),
            ("--budget", self.budget.is_some()),
            ("--compare-with", self.compare_with.is_some()),
            ("--active-within", self.active_within != default.active_within),
            ("--by", self.by.len() > 1),
        ];
        match said.into_iter().find(|(_, said)| *said) {
            Some(("--by", _)) => {
                Err(Error::option("--by", "contracts are grouped by one attribute at a time"))
            }
            Some((option, _)) => Err(Error::option(
                option,
                "this is asked of purchases, and these are contracts: leave it out",
            )),
            None => Ok(()),
        }
    }

    /// Months of a new customer's curve: the horizon, but at least two years and the wanted payback, and at most
    /// ten years.
    pub(in crate::study) fn curve_months(&self) -> usize {
        let horizon = match self.value.horizon {
            Horizon::Finite(horizon) => horizon.in_units(Unit::Month).ceil(),
            Horizon::Infinite => 60.0,
        };
        let wanted = horizon.max(self.target_payback.in_units(Unit::Month).ceil());
        (wanted.min(MOST_CURVE as f64) as usize).max(24)
    }
}

/// Months of a curve, at most.
const MOST_CURVE: usize = 120;
