//! Today's customers in memory: their histories in the model's unit, what they paid, when they came, and the
//! groups they belong to. Some 100 bytes a customer.

use std::collections::BTreeMap;

use crate::base::{Error, Grain, Progress, Result, Unit};
use crate::customers::{
    Classes, Clock, Customer, Histories, History, Intensity, MOST_LEVELS, SpendRow, UnseenLevel,
};
use crate::fitted::{ClvModel, PurchaseModel, SpendModel, View};
use crate::history::{Summary, SummaryBatch, SummaryMeta, first_grain, month_of_table};

/// Customers column by column.
#[derive(Debug, Default)]
pub(super) struct Base {
    pub id: Vec<String>,
    /// Purchases, in the model's unit.
    pub customers: Vec<Customer>,
    /// Mean amount of repeat purchases; 0 if there are none.
    pub mean: Vec<f64>,
    /// Amount of the first purchase, net of returns.
    pub first: Vec<f64>,
    /// Month of the first purchase, since 1970-01.
    pub born: Vec<i32>,
    /// The same by the grain of the log, as cohorts are counted, where days say better.
    pub by_grain: Vec<i32>,
    /// The sum of the logarithms of gaps, if the log was asked for it.
    pub log_gaps: Vec<f64>,
    /// The ages at repeat purchases, one customer after the other, and where each one's end, if the log was asked for them.
    pub purchase_times: (Vec<f64>, Vec<usize>),
    /// One for each attribute that was asked for.
    pub by: Vec<Grouping>,
    /// Share of revenue kept of each customer.
    pub margin: Vec<f64>,
    /// What is shared by customers who have done the same.
    pub histories: Histories,
    /// Distinct combinations of covariates; one, empty, without covariates.
    pub classes: Vec<Vec<f64>>,
    /// When they are seen, in days from the end of the observation that rates which change were estimated from.
    pub now: f64,
    /// Columns of covariates in each; ages at purchases come after, where the model follows customers.
    pub width: usize,
}

/// Customers by the values of an attribute.
#[derive(Debug, Default)]
pub(super) struct Grouping {
    pub name: String,
    /// The values, sorted.
    pub levels: Vec<String>,
    /// Customer by customer: which value.
    pub of: Vec<u32>,
}

/// What of the options decides what is read.
pub(super) struct Wanted<'a> {
    pub by: &'a [String],
    pub margin: f64,
    pub margin_column: Option<&'a str>,
}

impl Base {
    /// Reads all customers.
    ///
    /// # Errors
    /// If the summary is not that of a log with amounts, or a customer cannot be valued.
    pub fn read(
        model: &ClvModel,
        summary: &Summary,
        wanted: &Wanted,
        progress: &dyn Progress,
    ) -> Result<Base> {
        check(model, &summary.meta)?;
        let meta = &summary.meta;
        let place = |name: &String| place(name, meta);
        let by = wanted.by.iter().map(place).collect::<Result<Vec<_>>>()?;
        let margins = wanted.margin_column.map(|name| place(&name.to_owned())).transpose()?;
        let view = View::new(model, meta, UnseenLevel::Error)?;
        let mut reader = Reader::new(view, meta, wanted, by, margins);
        progress.stage("reading customers", None);
        for batch in summary.batches() {
            progress.check()?;
            let batch = batch?;
            reader.add(&batch)?;
            progress.advance(batch.len() as u64);
        }
        reader.finish()
    }

    /// A model of customers of a class, with what lies ahead of them: their age is the first of the columns where rates change,
    /// as the model has it or so.
    pub fn ahead(
        &self,
        model: &ClvModel,
        (purchase, rates): (PurchaseModel, Option<&Intensity>),
        columns: &[f64],
    ) -> PurchaseModel {
        let (known, ages) = columns.split_at(self.width.min(columns.len()));
        let rates = match (&model.intensity, known.first()) {
            (Some(own), Some(age)) => Some((rates.unwrap_or(own), (self.now - age, self.now))),
            _ => None,
        };
        let purchase = match known.first() {
            Some(age) => purchase.of_age(*age, self.now, model.unit.days()),
            None => purchase,
        };
        purchase.of_history(ages, rates, model.unit.days())
    }

    /// A model of those who come now.
    pub fn of_newcomers(
        &self,
        model: &ClvModel,
        purchase: &PurchaseModel,
        rates: Option<&Intensity>,
    ) -> PurchaseModel {
        let columns: &[f64] = if model.intensity.is_some() { &[0.0] } else { &[] };
        self.ahead(model, (purchase.clone(), rates), columns)
    }

    pub fn len(&self) -> usize {
        self.id.len()
    }

    /// Takes the months of first purchases from the same log by day. Both are sorted by customer.
    pub fn born_by_day(&mut self, days: &Summary) -> Result<()> {
        let clock = Clock::new(&days.meta, days.meta.unit, false);
        let mut next = 0;
        self.by_grain = self.born.clone();
        for batch in days.batches() {
            let batch = batch?;
            for row in 0..batch.len() {
                let id = batch.customer_id.value(row);
                while self.id.get(next).is_some_and(|own| own.as_str() < id) {
                    next += 1;
                }
                if self.id.get(next).is_some_and(|own| own == id) {
                    self.born[next] = month_of_birth(&clock, &batch, row);
                }
            }
        }
        Ok(())
    }

    /// The month that each customer's cohort is of, as the log was counted.
    pub fn cohort_months(&self) -> &[i32] {
        if self.by_grain.is_empty() { &self.born } else { &self.by_grain }
    }

    /// The history of a customer.
    pub fn history(&self, i: usize) -> &History {
        &self.histories.distinct[self.histories.of[i] as usize]
    }

    /// The ages of a customer at the repeat purchases, if they are known.
    pub fn purchase_times(&self, i: usize) -> Option<&[f64]> {
        let (ages, ends) = &self.purchase_times;
        let end = ends.get(i)?;
        Some(&ages[if i == 0 { 0 } else { ends[i - 1] }..*end])
    }

    /// What a customer has paid so far, net of returns.
    pub fn paid(&self, i: usize) -> f64 {
        self.first[i] + f64::from(self.customers[i].x) * self.mean[i]
    }

    /// What the spend model learns from.
    pub fn spend_row(&self, i: usize) -> SpendRow {
        SpendRow::of(self.customers[i].x, self.mean[i])
    }

    /// Expected amount of a customer's purchases.
    pub fn spend(&self, i: usize, spend: &SpendModel) -> f64 {
        spend.expected_spend(&self.spend_row(i))
    }
}

fn place(name: &String, meta: &SummaryMeta) -> Result<usize> {
    let found = meta.attributes.iter().position(|attribute| attribute == name);
    found.ok_or_else(|| Error::option("--by", format!("the customers have no attribute '{name}'")))
}

/// Can there be economics of these data?
fn check(model: &ClvModel, meta: &SummaryMeta) -> Result<()> {
    model.refuse_in_time("economics")?;
    if !meta.is_of_log() || meta.observed_until.is_none() {
        let message = "economics need a purchase log: a summary does not say when customers came and what their \
                       first purchases were worth";
        return Err(Error::option("LOG", message));
    }
    let Some(spend) = model.spend else {
        let message = "the model has no spend model: fit one to a log with amounts (clv fit)";
        return Err(Error::model(model.purchase.name(), message));
    };
    if !meta.has_money {
        return Err(Error::option("--amount", "economics need amounts, and the log has no such column"));
    }
    if let Some(words) = spend.without_mean() {
        return Err(Error::model(spend.name(), words));
    }
    Ok(())
}

struct Reader<'a> {
    view: View<'a>,
    meta: &'a SummaryMeta,
    wanted: &'a Wanted<'a>,
    by: Vec<usize>,
    margins: Option<usize>,
    base: Base,
    levels: Vec<BTreeMap<String, u32>>,
    /// Customer by customer: the number of its class.
    class: Vec<u32>,
    classes: Classes,
}

impl<'a> Reader<'a> {
    fn new(
        view: View<'a>,
        meta: &'a SummaryMeta,
        wanted: &'a Wanted<'a>,
        by: Vec<usize>,
        margins: Option<usize>,
    ) -> Self {
        let grouping = |name: &String| Grouping { name: name.clone(), ..Grouping::default() };
        let base = Base { by: wanted.by.iter().map(grouping).collect(), ..Base::default() };
        let levels = vec![BTreeMap::new(); by.len()];
        let (class, classes) = (Vec::new(), Classes::default());
        Reader { view, meta, wanted, by, margins, base, levels, class, classes }
    }

    fn add(&mut self, batch: &SummaryBatch) -> Result<()> {
        let (Some(mean), Some(first)) = (&batch.monetary_value, &batch.first_amount) else {
            return Err(Error::option("--amount", "economics need the amounts of first purchases"));
        };
        for i in 0..batch.len() {
            let (customer, columns) = (self.view.history(batch, i)?, self.view.columns(batch, i)?);
            let margin = self.margin(batch, i)?;
            self.class.push(self.classes.number(columns));
            let base = &mut self.base;
            base.id.push(batch.customer_id.value(i).to_owned());
            base.customers.push(customer);
            base.mean.push(mean.value(i));
            base.first.push(first.value(i));
            base.born.push(month_of_birth(&self.view.clock, batch, i));
            base.margin.push(margin);
            if batch.purchase_times.is_some() {
                let (ages, ends) = &mut base.purchase_times;
                ages.extend(self.view.clock.purchase_times(batch, i));
                ends.push(ages.len());
            }
            base.log_gaps.extend(batch.log_gaps.as_ref().map(|sums| sums.value(i)));
            for (k, place) in self.by.iter().enumerate() {
                let (value, next) = (batch.attributes[*place].value(i), self.levels[k].len() as u32);
                let level = match self.levels[k].get(value) {
                    Some(level) => *level,
                    None => *self.levels[k].entry(value.to_owned()).or_insert(next),
                };
                base.by[k].of.push(level);
            }
        }
        Ok(())
    }

    fn margin(&self, batch: &SummaryBatch, row: usize) -> Result<f64> {
        let Some(place) = self.margins else { return Ok(self.wanted.margin) };
        let text = batch.attributes[place].value(row);
        let margin = text.trim().parse::<f64>().ok().filter(|margin| *margin > 0.0 && *margin <= 1.0);
        margin.ok_or_else(|| {
            let (id, name) = (batch.customer_id.value(row), &self.meta.attributes[place]);
            let message = format!(
                "customer '{id}' has the {name} '{text}': a margin is above 0 and at most 1, such as 0.3"
            );
            Error::option("--margin-column", message)
        })
    }

    /// Numbers levels by their text and not by who came first.
    fn finish(mut self) -> Result<Base> {
        for (grouping, levels) in self.base.by.iter().zip(&self.levels) {
            few_enough(&grouping.name, levels.len(), self.base.len())?;
        }
        for (grouping, levels) in self.base.by.iter_mut().zip(self.levels) {
            let mut places = vec![0; levels.len()];
            levels.values().enumerate().for_each(|(sorted, old)| places[*old as usize] = sorted as u32);
            grouping.of.iter_mut().for_each(|level| *level = places[*level as usize]);
            grouping.levels = levels.into_keys().collect();
        }
        if self.base.len() == 0 {
            return Err(Error::option("LOG", "no customer is left: look at what became of the rows"));
        }
        let apart = self.view.model.purchase.recency_matters_if_alive();
        self.base.now = self.view.clock.now();
        self.base.classes = self.classes.columns;
        self.base.width = self.view.width;
        self.base.histories = Histories::new(&self.base.customers, &self.class, apart);
        Ok(self.base)
    }
}

/// Each group is fitted by itself and shown: more than some are no help to anybody, and most often no groups.
fn few_enough(name: &str, levels: usize, customers: usize) -> Result<()> {
    if levels <= MOST_LEVELS {
        return Ok(());
    }
    let likely = match 2 * levels > customers {
        true => {
            "nearly every customer has one of their own, as in a column of ids: name a column that many customers \
                 share"
        }
        false => "if these are no ids or dates, merge them (the smallest into one such as 'other')",
    };
    let message = format!(
        "'{name}' has {levels} different values among {customers} customers, and each would be a group with a fit, \
         intervals and a row of its own: at most {MOST_LEVELS}; {likely}"
    );
    Err(Error::option("--by", message))
}

/// The month in which a customer was first seen.
fn month_of_birth(clock: &Clock, batch: &SummaryBatch, row: usize) -> i32 {
    first_grain(Grain::Month, clock.first_seen(batch, row))
}

/// A month since 1970-01 as people write it.
pub fn month_name(month: i32) -> String {
    format!("{:04}-{:02}", 1970 + month.div_euclid(12), 1 + month.rem_euclid(12))
}

/// A month since 1970-01, as tables with a row a month say it, or that of a date.
pub(super) fn month_of(text: &str) -> Option<i32> {
    month_of_table(text).map(|date| first_grain(Grain::Month, date))
}

/// A length of time in days. Days are what logs have: a whole number of them is one in every unit, not a hair
/// more or less, so that the line of 90 days falls between the same customers.
pub(super) fn whole_days(time: f64, unit: Unit) -> f64 {
    let days = time * unit.days();
    if (days - days.round()).abs() < 1e-6 { days.round() } else { days }
}

/// How long the last purchase is ago \[days\].
pub(super) fn silent_days(customer: &Customer, unit: Unit) -> f64 {
    whole_days(customer.t - customer.t_x, unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_read_as_they_are_written() {
        for month in [-1, 0, 11, 12, 663] {
            assert_eq!(month_of(&month_name(month)), Some(month));
        }
        for march in ["2025-03", "2025-03-31", "2025-3", "March 2025"] {
            assert_eq!(month_of(march), Some(662), "{march}");
        }
        for bad in ["2025-13", "2025", "+025-03", "spring 2025"] {
            assert_eq!(month_of(bad), None, "{bad}");
        }
    }
}
