//! Scoring customers under contract: one row a customer, or the survivors of each cohort ahead.

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float64Array, RecordBatch, StringArray, UInt32Array};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use rustc_hash::FxHashMap;

use crate::base::{Error, Horizon, Result, ValueOptions};
use crate::contracts::{Cohort, ContractData, ContractModel, Contracts, CustomerContract};

/// Periods a forecast may look ahead.
const FURTHEST: f64 = 1e5;

/// Rows of cohorts ahead, at most: a row a cohort and period.
const MOST_ROWS: f64 = 1e6;

/// The outlook of a customer who has renewed so often.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ContractOutlook {
    /// Chance to renew next time.
    pub p_renew: f64,
    /// Expected renewals within the horizon.
    pub expected_renewals: f64,
    /// Expected renewals to come, without end; infinite under some models.
    pub expected_lifetime: f64,
    /// The same discounted, the next one at full value; see [`Contract::renewals_to_come`](crate::model::Contract::renewals_to_come).
    pub discounted_lifetime: f64,
}

/// The forecast of contracts as a table, and what it adds up to.
#[derive(Debug, Clone)]
pub struct ContractScores {
    /// One row a customer, or one a cohort and period ahead.
    pub table: RecordBatch,
    /// Customers who are there now.
    pub active: f64,
    /// Expected to be there at the end of the horizon.
    pub active_at_horizon: f64,
    /// The discounted renewals to come of all; infinite where they are.
    pub discounted: f64,
}

impl ContractModel {
    /// The discount rate per period.
    pub fn rate(&self, options: &ValueOptions) -> f64 {
        options.discount.effective(self.period)
    }

    /// Whole periods within the horizon.
    ///
    /// # Errors
    /// If it has no end, is too long, or is no whole number of periods by the calendar, as for purchases at opportunities.
    pub fn periods(&self, options: &ValueOptions) -> Result<u32> {
        let periods = match options.horizon.whole(self.period, self.name)? {
            Horizon::Finite(length) => length.count,
            Horizon::Infinite => f64::INFINITY,
        };
        if (1.0..=FURTHEST).contains(&periods) {
            return Ok(periods as u32);
        }
        let message = format!(
            "{} is not from one period (a {}) to {FURTHEST} of them: renewals are counted within the horizon, \
             while expected and discounted lifetimes have no end anyhow",
            options.horizon, self.period
        );
        Err(Error::option("--horizon", message))
    }

    /// The outlook of a customer who has renewed `n` times.
    pub fn outlook(&self, n: u32, periods: u32, d: f64) -> ContractOutlook {
        ContractOutlook {
            p_renew: self.retention(n + 1),
            expected_renewals: self.renewals_within(n, periods),
            expected_lifetime: self.renewals_to_come(n, 0.0),
            discounted_lifetime: self.renewals_to_come(n, d),
        }
    }

    /// Scores contracts.
    ///
    /// # Errors
    /// If the horizon cannot be used, or the contracts have other periods than the model.
    pub fn score(&self, contracts: &Contracts, options: &ValueOptions) -> Result<ContractScores> {
        if contracts.period.is_some_and(|period| period != self.period) {
            let message = format!("the model counts in periods of a {}; these must, too", self.period);
            return Err(Error::option("--period", message));
        }
        if options.margin != 1.0 {
            let message = "contracts have no amounts here, and so no margin: multiply what a renewal earns by \
                           discounted_lifetime, and leave it out";
            return Err(Error::option("--margin", message));
        }
        let periods = self.periods(options)?;
        Ok(match &contracts.data {
            ContractData::Customers(customers) => self.score_customers(customers, periods, options),
            ContractData::Cohorts(cohorts) => {
                let rows = cohorts.len() as f64 * f64::from(periods);
                if rows > MOST_ROWS {
                    let message = format!(
                        "{} cohorts for {periods} periods ahead are more than {MOST_ROWS} rows: use a shorter one",
                        cohorts.len()
                    );
                    return Err(Error::option("--horizon", message));
                }
                self.score_cohorts(cohorts, periods, options)
            }
        })
    }

    fn score_customers(
        &self,
        customers: &[CustomerContract],
        periods: u32,
        options: &ValueOptions,
    ) -> ContractScores {
        const NONE: ContractOutlook = ContractOutlook {
            p_renew: 0.0,
            expected_renewals: 0.0,
            expected_lifetime: 0.0,
            discounted_lifetime: 0.0,
        };
        let d = self.rate(options);
        let mut known = FxHashMap::default();
        let mut of = |customer: &CustomerContract| match customer.contract.ended {
            true => NONE,
            false => {
                let n = customer.contract.periods;
                *known.entry(n).or_insert_with(|| self.outlook(n, periods, d))
            }
        };
        let outlooks: Vec<ContractOutlook> = customers.iter().map(&mut of).collect();
        let active = || customers.iter().filter(|customer| !customer.contract.ended);
        let still = active().map(|customer| self.stays(customer.contract.periods, periods)).sum();
        ContractScores {
            active: active().count() as f64,
            active_at_horizon: still,
            discounted: outlooks.iter().map(|outlook| outlook.discounted_lifetime).sum(),
            table: customer_table(customers, &outlooks),
        }
    }

    fn score_cohorts(&self, cohorts: &[Cohort], periods: u32, options: &ValueOptions) -> ContractScores {
        let (mut names, mut ages, mut customers) = (Vec::new(), Vec::new(), Vec::new());
        let (mut active, mut at_horizon, mut discounted) = (0.0, 0.0, 0.0);
        let d = self.rate(options);
        for cohort in cohorts {
            let n = (cohort.survivors.len() - 1) as u32;
            let last = cohort.survivors[cohort.survivors.len() - 1] as f64;
            for ahead in 1..=periods {
                names.push(cohort.name.as_str());
                ages.push(n + ahead);
                customers.push(last * self.stays(n, ahead));
            }
            active += last;
            at_horizon += last * self.stays(n, periods);
            discounted += last * self.renewals_to_come(n, d);
        }
        let columns: Vec<ArrayRef> = vec![
            Arc::new(StringArray::from(names)),
            Arc::new(UInt32Array::from(ages)),
            Arc::new(Float64Array::from(customers)),
        ];
        let table = RecordBatch::try_new(cohort_schema(), columns).expect("columns are equally long");
        ContractScores { table, active, active_at_horizon: at_horizon, discounted }
    }
}

fn customer_table(customers: &[CustomerContract], outlooks: &[ContractOutlook]) -> RecordBatch {
    let number = |of: fn(&ContractOutlook) -> f64| -> ArrayRef {
        // What is infinite has no figure.
        let finite = |value: f64| value.is_finite().then_some(value);
        Arc::new(outlooks.iter().map(|outlook| finite(of(outlook))).collect::<Float64Array>())
    };
    let active = || customers.iter().map(|customer| !customer.contract.ended);
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from_iter_values(customers.iter().map(|customer| &customer.id))),
        Arc::new(UInt32Array::from_iter_values(customers.iter().map(|customer| customer.contract.periods))),
        Arc::new(BooleanArray::from_iter(active().map(Some))),
        Arc::new(Float64Array::from_iter_values(active().map(|active| f64::from(u8::from(active))))),
        number(|outlook| outlook.p_renew),
        number(|outlook| outlook.expected_lifetime),
        number(|outlook| outlook.discounted_lifetime),
        number(|outlook| outlook.expected_renewals),
    ];
    RecordBatch::try_new(customer_schema(), columns).expect("columns are equally long")
}

/// The columns of scored customers.
pub fn customer_schema() -> SchemaRef {
    let number = |name: &str| Field::new(name, DataType::Float64, true);
    Arc::new(Schema::new(vec![
        Field::new("customer_id", DataType::Utf8, false),
        Field::new("periods", DataType::UInt32, false),
        Field::new("active", DataType::Boolean, false),
        number("p_alive"),
        number("p_renew"),
        number("expected_lifetime"),
        number("discounted_lifetime"),
        number("expected_renewals"),
    ]))
}

/// The columns of cohorts ahead.
pub fn cohort_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("cohort", DataType::Utf8, false),
        Field::new("period", DataType::UInt32, false),
        Field::new("customers", DataType::Float64, false),
    ]))
}
