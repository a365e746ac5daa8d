//! The same forecast at several horizons: how customers hold out, month by month.

use std::collections::hash_map::Entry;
use std::str::FromStr;
use std::sync::Arc;

use arrow_array::{ArrayRef, Date32Array, Float64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use arrow_select::interleave::interleave;
use jiff::civil::Date;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::question::{Lane, Question};
use super::{IntervalOptions, Intervals, ScoreBatch, ScoreOptions};
use crate::base::{Duration, Error, Horizon, Result, ValueOptions, days_since_1970};
use crate::customers::key;
use crate::fitted::{ClvModel, PurchaseModel};
use crate::history::{Summary, SummaryBatch};

/// The horizons of a path, the nearest first: `12mo/1mo` (every month of a year), or `1mo,3mo,12mo`.
#[derive(Debug, Clone, PartialEq)]
pub struct Steps(Vec<Duration>);

/// More steps than this are hardly meant.
const MOST: usize = 1000;

impl Steps {
    /// The horizons.
    pub fn durations(&self) -> &[Duration] {
        &self.0
    }

    /// The farthest.
    pub fn last(&self) -> Horizon {
        self.0.last().map_or_else(Horizon::default, |last| Horizon::Finite(*last))
    }
}

impl FromStr for Steps {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = |why: &str| {
            let message =
                format!("'{text}': {why}; write 12mo/1mo for every month of a year, or 1mo,3mo,12mo");
            Err(Error::option("--path", message))
        };
        let Some((far, step)) = text.split_once('/') else {
            let steps = text.split(',').map(|part| part.trim().parse()).collect::<Result<Vec<Duration>>>();
            let steps = steps.map_err(|error| error.of_option("--path"))?;
            let rises = steps.windows(2).all(|pair| pair[0].days() < pair[1].days());
            return if rises { Ok(Steps(steps)) } else { wrong("horizons must grow") };
        };
        let part = |text: &str| text.trim().parse::<Duration>().map_err(|error| error.of_option("--path"));
        let (far, step) = (part(far)?, part(step)?);
        // A whole number of steps but for rounding.
        let n = far.in_units(step.unit) / step.count + 1e-9;
        if n < 1.0 {
            return wrong("a step is longer than the whole path");
        }
        if n > MOST as f64 {
            return wrong("these are more than 1000 steps");
        }
        let times = |i: usize| Duration { count: i as f64 * step.count, unit: step.unit };
        let mut steps: Vec<Duration> = (1..=n as usize).map(times).collect();
        if n.fract() > 1e-6 {
            steps.push(far);
        }
        Ok(Steps(steps))
    }
}

/// The columns of a path with these options: `customer_id`, `horizon`, `until` (the date; empty where the end of observation
/// is not known), then what scores say within that horizon. `p_alive` is the probability of being a customer still at
/// the end of the horizon.
pub(super) fn schema(options: &ScoreOptions) -> SchemaRef {
    let number = |name: &str| Field::new(name, DataType::Float64, true);
    let mut fields = vec![
        Field::new("customer_id", DataType::Utf8, false),
        Field::new("horizon", DataType::Utf8, false),
        Field::new("until", DataType::Date32, true),
    ];
    fields.extend(["p_alive", "expected_purchases", "expected_spend", "clv", "p_purchase"].map(number));
    fields.extend(options.interval.iter().flat_map(IntervalOptions::names).map(number));
    Arc::new(Schema::new(fields))
}

/// What is worked out at each step of a path.
pub(super) struct Paths<'a> {
    /// All steps but the last.
    nearer: Vec<Step<'a>>,
    last: Step<'a>,
    schema: SchemaRef,
}

/// One step with what it keeps from batch to batch.
struct Step<'a> {
    horizon: Duration,
    /// The same in the model's unit.
    ahead: f64,
    question: Question<'a>,
    lane: Lane,
    models: FxHashMap<Vec<u64>, PurchaseModel>,
}

impl<'a> Paths<'a> {
    /// The path that these options ask for, if they do. Further columns and groups are not for the steps on the way.
    pub fn new(model: &'a ClvModel, summary: &Summary, scores: &ScoreOptions) -> Result<Option<Self>> {
        let Some(Steps(steps)) = &scores.path else { return Ok(None) };
        let plain = ScoreOptions { columns: Vec::new(), by: None, path: None, ..scores.clone() };
        let step = |horizon: &Duration| {
            let value = ValueOptions { horizon: Horizon::Finite(*horizon), ..scores.value };
            let ahead = model.value_options(value)?.horizon.in_units(model.unit);
            let question = Question::new(model, summary, &ScoreOptions { value, ..plain.clone() })?;
            Ok(Step {
                horizon: *horizon,
                ahead,
                question,
                lane: Lane::default(),
                models: FxHashMap::default(),
            })
        };
        let mut nearer: Vec<Step> = steps.iter().map(step).collect::<Result<_>>()?;
        let last = nearer.pop().expect("a path has a step");
        Ok(Some(Paths { nearer, last, schema: schema(scores) }))
    }

    /// A row a customer and step, the steps of a customer together, given the scores of the last step.
    pub fn table(&mut self, last: ScoreBatch) -> Result<RecordBatch> {
        let (n, until) = (last.customers.len(), last.observed_until);
        let customers = &last.customers;
        let nearer = self.nearer.par_iter_mut().map(|step| step.answer(customers.clone(), until));
        let mut tables = nearer.collect::<Result<Vec<Vec<ArrayRef>>>>()?;
        let alive = self.last.alive(customers)?;
        tables.push(self.last.columns(last, alive, until));
        Ok(together(&tables, n, &self.schema))
    }
}

impl Step<'_> {
    fn answer(&mut self, customers: SummaryBatch, until: Option<Date>) -> Result<Vec<ArrayRef>> {
        let alive = self.alive(&customers)?;
        let scores = self.question.answer(customers, &mut self.lane)?;
        Ok(self.columns(scores, alive, until))
    }

    /// The columns of some customers.
    fn columns(&self, scores: ScoreBatch, alive: Vec<f64>, until: Option<Date>) -> Vec<ArrayRef> {
        let ScoreBatch { customers, expected_purchases, expected_spend, clv, p_purchase, intervals, .. } =
            scores;
        let n = customers.len();
        let number = |values: Option<Vec<f64>>| -> ArrayRef {
            values
                .map_or_else(|| Arc::new(Float64Array::new_null(n)), |all| Arc::new(Float64Array::from(all)))
        };
        let until = until.map(|end| days_since_1970(end) + self.horizon.days().round() as i32);
        let mut columns: Vec<ArrayRef> = vec![
            Arc::new(customers.customer_id),
            Arc::new(StringArray::new_repeated(self.horizon.to_string(), n)),
            Arc::new(Date32Array::from(vec![until; n])),
            number(Some(alive)),
            number(expected_purchases),
            number(expected_spend),
            number(clv),
            number(Some(p_purchase)),
        ];
        columns.extend(intervals.into_iter().flat_map(Intervals::into_columns).map(number));
        columns
    }

    /// P(alive) at the end of the horizon.
    fn alive(&mut self, customers: &SummaryBatch) -> Result<Vec<f64>> {
        let view = &self.question.view;
        let one = |row: usize| {
            let customer = view.history(customers, row)?;
            let columns = view.columns(customers, row)?;
            let model = match self.models.entry(key(&columns)) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(place) => place.insert(view.model_of(&columns)?),
            };
            Ok(model.p_alive_after(&customer, self.ahead))
        };
        (0..customers.len()).map(one).collect()
    }
}

/// Tables of the same customers, one a step, as one with the steps of each customer together.
fn together(tables: &[Vec<ArrayRef>], rows: usize, schema: &SchemaRef) -> RecordBatch {
    let places: Vec<(usize, usize)> =
        (0..rows).flat_map(|row| (0..tables.len()).map(move |step| (step, row))).collect();
    let column = |place: usize| {
        let parts: Vec<&dyn arrow_array::Array> = tables.iter().map(|table| table[place].as_ref()).collect();
        interleave(&parts, &places).expect("columns of the same types")
    };
    let columns = (0..schema.fields().len()).map(column).collect();
    RecordBatch::try_new(schema.clone(), columns).expect("the columns of the schema")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_written_two_ways() {
        let steps = |text: &str| -> Vec<String> {
            let steps: Steps = text.parse().unwrap();
            steps.durations().iter().map(ToString::to_string).collect()
        };
        assert_eq!(steps("3mo/1mo"), ["1mo", "2mo", "3mo"]);
        assert_eq!(steps("1y/6mo"), ["6mo", "12mo"]);
        assert_eq!(steps("10w/4w"), ["4w", "8w", "10w"]);
        assert_eq!(steps("1mo, 6mo,2y"), ["1mo", "6mo", "2y"]);
        for (wrong, why) in
            [("6mo,1mo", "must grow"), ("1w/1mo", "longer than"), ("9y/1d", "1000 steps"), ("12/1", "12mo")]
        {
            let error = wrong.parse::<Steps>().unwrap_err().to_string();
            assert!(error.contains(why) && error.contains("--path"), "{wrong}: {error}");
        }
    }
}
