//! Columns beyond the usual ones, for those who ask.

use std::str::FromStr;
use std::sync::Arc;

use arrow_array::{ArrayRef, Date32Array, Float64Array};
use arrow_schema::{DataType, Field};
use jiff::civil::Date;
use rustc_hash::FxHashMap;

use crate::base::{Error, Result, Unit};
use crate::customers::Customer;
use crate::fitted::PurchaseModel;
use crate::history::SummaryMeta;
use crate::model::next_purchase_quantile;

/// A further column of scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExtraColumn {
    /// `p_purchase`: in every table of scores; to ask for it changes nothing.
    PPurchase,
    /// `purchases_median`: the number of purchases within the horizon that is not exceeded with probability 1/2 or more. Means
    /// add up to totals; the median is the better guess of a single customer's number. Empty without end.
    PurchasesMedian,
    /// `next_purchase_median`: the date by which the next purchase has come with probability 1/2; empty
    /// if another one is less likely than that.
    NextPurchaseMedian,
    /// `expected_lifetime`: how much of the horizon the customer is expected to remain one \[days\].
    ExpectedLifetime,
    /// `rate`: posterior mean of the customer's own rate of purchases while alive \[1/day\].
    Rate,
    /// `dropout`: posterior mean of the customer's own propensity to leave, as the model means it: a
    /// chance per purchase (or opportunity), or a rate per unit of the model's time.
    Dropout,
}

impl ExtraColumn {
    /// All there are.
    pub const ALL: [ExtraColumn; 6] = [
        ExtraColumn::PPurchase,
        ExtraColumn::PurchasesMedian,
        ExtraColumn::NextPurchaseMedian,
        ExtraColumn::ExpectedLifetime,
        ExtraColumn::Rate,
        ExtraColumn::Dropout,
    ];

    /// Those that tables do not have anyway.
    pub(super) fn beyond(columns: &[ExtraColumn]) -> impl Iterator<Item = ExtraColumn> + '_ {
        columns.iter().copied().filter(|column| *column != ExtraColumn::PPurchase)
    }

    /// Its name in the output.
    pub fn name(self) -> &'static str {
        match self {
            ExtraColumn::PPurchase => "p_purchase",
            ExtraColumn::PurchasesMedian => "purchases_median",
            ExtraColumn::NextPurchaseMedian => "next_purchase_median",
            ExtraColumn::ExpectedLifetime => "expected_lifetime",
            ExtraColumn::Rate => "rate",
            ExtraColumn::Dropout => "dropout",
        }
    }

    pub(super) fn field(self) -> Field {
        let kind = match self {
            ExtraColumn::NextPurchaseMedian => DataType::Date32,
            _ => DataType::Float64,
        };
        Field::new(self.name(), kind, true)
    }

    /// Can these columns be had of this summary?
    pub(super) fn check(columns: &[ExtraColumn], meta: &SummaryMeta) -> Result<()> {
        if let Some(twice) = columns.iter().enumerate().find(|(i, c)| columns[..*i].contains(c)) {
            return Err(Error::option("--columns", format!("{} is given twice", twice.1.name())));
        }
        if columns.contains(&ExtraColumn::NextPurchaseMedian) && meta.observed_until.is_none() {
            let message = "next_purchase_median is a date and counts from the end of observation, which this \
                           summary does not say: give --observed-until";
            return Err(Error::option("--columns", message));
        }
        Ok(())
    }

    /// From the model's unit of time to days.
    pub(super) fn in_output_units(self, values: &mut [Option<f64>], unit: Unit) {
        let factor = match self {
            ExtraColumn::NextPurchaseMedian | ExtraColumn::ExpectedLifetime => unit.days(),
            ExtraColumn::Rate => 1.0 / unit.days(),
            ExtraColumn::PPurchase | ExtraColumn::PurchasesMedian | ExtraColumn::Dropout => return,
        };
        values.iter_mut().flatten().for_each(|value| *value *= factor);
    }

    pub(super) fn array(self, values: Vec<Option<f64>>, observed_until: Option<Date>) -> ArrayRef {
        if self != ExtraColumn::NextPurchaseMedian {
            return Arc::new(Float64Array::from(values));
        }
        let end = observed_until
            .map_or(0, |date| date.since(Date::constant(1970, 1, 1)).map_or(0, |span| span.get_days()));
        // A purchase on any part of a day is on that day; dates beyond the calendar are none.
        let day = |days: f64| (days < 2.9e6).then(|| end + days.ceil() as i32);
        Arc::new(values.into_iter().map(|days| days.and_then(day)).collect::<Date32Array>())
    }
}

impl FromStr for ExtraColumn {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        ExtraColumn::ALL.into_iter().find(|column| column.name() == text).ok_or_else(|| {
            let known: Vec<_> = ExtraColumn::beyond(&ExtraColumn::ALL).map(ExtraColumn::name).collect();
            format!("'{text}' is not a further column; there are {}", known.join(", "))
        })
    }
}

/// The values of one column, worked out once for customers with the same history.
pub(super) struct ExtraScorer {
    column: ExtraColumn,
    horizon: f64,
    known: FxHashMap<(u32, u64, u64), Option<f64>>,
}

/// Values kept, at most.
const KEPT: usize = 1 << 18;

impl ExtraScorer {
    pub fn new(column: ExtraColumn, horizon: f64) -> Self {
        ExtraScorer { column, horizon, known: FxHashMap::default() }
    }

    pub fn value(&mut self, model: &PurchaseModel, customer: &Customer) -> Option<f64> {
        if self.known.len() >= KEPT {
            self.known.clear();
        }
        let (column, horizon) = (self.column, self.horizon);
        let key = (customer.x, customer.t_x.to_bits(), customer.t.to_bits());
        *self.known.entry(key).or_insert_with(|| compute(column, model, customer, horizon))
    }
}

fn compute(column: ExtraColumn, model: &PurchaseModel, customer: &Customer, horizon: f64) -> Option<f64> {
    match column {
        ExtraColumn::PPurchase => Some(p_purchase(model, customer, horizon)),
        ExtraColumn::PurchasesMedian => purchases_median(model, customer, horizon),
        ExtraColumn::NextPurchaseMedian => next_purchase_quantile(&**model, customer, 0.5),
        ExtraColumn::ExpectedLifetime => {
            let lifetime = model.expected_lifetime(customer, horizon);
            lifetime.is_finite().then_some(lifetime)
        }
        ExtraColumn::Rate => Some(model.posterior_means(customer).rate),
        // The models of an average mean different things by it.
        ExtraColumn::Dropout => Some(model.posterior_means(customer).dropout).filter(|own| !own.is_nan()),
    }
}

/// The smallest `n` with `P(N > n) <= 1/2`.
fn purchases_median(model: &PurchaseModel, customer: &Customer, horizon: f64) -> Option<f64> {
    if !horizon.is_finite() {
        return None;
    }
    let alive = model.p_alive(customer);
    let lines = model.counts_if_alive(customer, horizon);
    let mut stages = Vec::new();
    model.stage_chances(customer, &mut stages);
    let chance = |i: usize| if lines.len() == 1 { 1.0 } else { stages[i] };
    let exceeded =
        |n: f64| alive * lines.iter().enumerate().map(|(i, line)| chance(i) * line.over(n)).sum::<f64>();
    let most = |n: f64| exceeded(n) <= 0.5;
    if most(0.0) {
        return Some(0.0);
    }
    let (mut low, mut high) = (0.0, 1.0);
    while !most(high) {
        (low, high) = (high, 2.0 * high);
    }
    while high - low > 1.0 {
        let middle = ((low + high) / 2.0_f64).floor();
        if most(middle) { high = middle } else { low = middle }
    }
    Some(high)
}

/// `P(N > 0)` of one customer.
fn p_purchase(model: &PurchaseModel, customer: &Customer, horizon: f64) -> f64 {
    let mut of = OfBuying::new(horizon);
    of.value(model, customer, model.p_alive(customer))
}

/// The probability of at least one purchase within the horizon. Of who is alive, it depends on `x`, `T` and the stage
/// reached alone.
pub(super) struct OfBuying {
    horizon: f64,
    known: FxHashMap<(u32, u64), Vec<f64>>,
    stages: Vec<f64>,
}

impl OfBuying {
    pub fn new(horizon: f64) -> Self {
        OfBuying { horizon, known: FxHashMap::default(), stages: Vec::new() }
    }

    /// Of a customer who is alive with this probability.
    pub fn value(&mut self, model: &PurchaseModel, customer: &Customer, p_alive: f64) -> f64 {
        if self.known.len() >= KEPT {
            self.known.clear();
        }
        let horizon = self.horizon;
        let if_alive = self.known.entry((customer.x, customer.t.to_bits())).or_insert_with(|| {
            model.counts_if_alive(customer, horizon).iter().map(|line| line.over(0.0)).collect()
        });
        if let [one] = if_alive[..] {
            return p_alive * one;
        }
        self.stages.clear();
        model.stage_chances(customer, &mut self.stages);
        p_alive * self.stages.iter().zip(if_alive).map(|(chance, some)| chance * *some).sum::<f64>()
    }
}
