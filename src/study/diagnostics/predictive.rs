//! Logs that the fitted model would have made of the same customers, beside the one there is: how often they bought, how
//! long between purchases, what they paid. Where the real log lies outside of what the model makes, the model is wrong in a
//! way that matters to whoever reads that figure (Gelman, Meng & Stern 1996).

use rand::distr::Distribution;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use crate::base::{Error, Grain, Progress, Result};
use crate::customers::UnseenLevel;
use crate::fitted::{ClvModel, PurchaseModel, SpendModel, View, draws};
use crate::history::{Summary, SummaryBatch, hash_text};

/// How logs are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PredictiveOptions {
    /// Logs, each under parameters of its own, as the fit leaves them open.
    pub logs: usize,
    /// Customers of a sample, at most.
    pub customers: usize,
    /// Equal seeds give equal logs.
    pub seed: u64,
    /// Customers with this many repeat purchases or more share a row.
    pub last: u32,
}

impl Default for PredictiveOptions {
    /// A hundred logs of 2,000 customers; twelve and more.
    fn default() -> Self {
        PredictiveOptions { logs: 100, customers: 2_000, seed: 1, last: 12 }
    }
}

/// A class of customers, amounts or gaps: its share in the log, and in logs of the model.
#[derive(Debug, Clone, PartialEq)]
pub struct PredictedBin {
    /// Where it begins.
    pub from: f64,
    /// Where it ends; infinite for the last.
    pub to: f64,
    /// Its share in the log.
    pub actual: f64,
    /// The mean share in logs of the model.
    pub expected: f64,
    /// 90 % of the logs of the model lie between this share ...
    pub lower: f64,
    /// ... and this one.
    pub upper: f64,
}

/// What the model would have made of the same customers.
#[derive(Debug, Clone, PartialEq)]
pub struct Predictive {
    /// Customers by repeat purchases, from 0.
    pub frequency: Vec<PredictedBin>,
    /// Repeat customers by mean amount; empty without a spend model.
    pub spend: Vec<PredictedBin>,
    /// Gaps between the purchases of a customer \[days\]; empty where single purchases are not known, as of a summary.
    pub gaps: Vec<PredictedBin>,
    /// Customers of whom this is.
    pub customers: usize,
}

/// Classes of amounts and gaps.
const BINS: usize = 24;

/// Draws logs of the model for the customers of a summary and counts them as the log is counted. Gaps need a summary that
/// was read with [`LogOptions::past`](crate::history::LogOptions::past).
///
/// # Errors
/// If the summary cannot be read, no random numbers can be drawn at the model's parameters, or the work is stopped.
pub fn predictive(
    model: &ClvModel,
    summary: &Summary,
    options: &PredictiveOptions,
    progress: &dyn Progress,
) -> Result<Predictive> {
    if model.purchase.needs().purchase_times || model.purchase.needs().opportunities {
        let message = "logs of customers who are followed, or who buy at opportunities only, are not drawn";
        return Err(Error::model(model.purchase.name(), message));
    }
    progress.stage("drawing logs of the model", None);
    let sample = Sample::read(model, summary, options)?;
    let actual = sample.actual(summary, model);
    let logs: Vec<Log> =
        (0..options.logs).into_par_iter().map(|i| sample.log(model, i, options)).collect::<Result<_>>()?;
    progress.check()?;
    let counts: Vec<f64> = (0..=options.last).map(f64::from).chain([f64::INFINITY]).collect();
    let edges = |values: &[f64]| edges(values);
    let (amounts, gaps) = (edges(&actual.means), edges(&actual.gaps));
    let table = |edges: &[f64], of: &dyn Fn(&Log) -> &Vec<f64>| bins(edges, &actual, &logs, of);
    Ok(Predictive {
        frequency: table(&counts, &|log| &log.counts),
        spend: if model.spend.is_some() { table(&amounts, &|log| &log.means) } else { Vec::new() },
        gaps: table(&gaps, &|log| &log.gaps),
        customers: sample.customers.len(),
    })
}

/// Customers that are drawn: how long they are known, and whose model they have.
struct Sample {
    customers: Vec<(f64, usize)>,
    /// By covariates.
    columns: Vec<Vec<f64>>,
    counts: Vec<f64>,
    means: Vec<f64>,
    /// Under each draw of the parameters, for customers of each kind.
    models: Vec<(Vec<PurchaseModel>, Option<SpendModel>)>,
    /// A purchase takes so long, in the model's unit: two within one are one.
    grain: f64,
}

/// A log, counted.
#[derive(Default)]
struct Log {
    counts: Vec<f64>,
    means: Vec<f64>,
    gaps: Vec<f64>,
}

impl Sample {
    fn read(model: &ClvModel, summary: &Summary, options: &PredictiveOptions) -> Result<Self> {
        let view = View::new(model, &summary.meta, UnseenLevel::Reference)?;
        let all = summary.customers()?;
        let step = (all as usize).div_ceil(options.customers.max(1)).max(1) as u64;
        let scale = summary.meta.unit.days() / model.unit.days();
        let mut sample = Sample {
            customers: Vec::new(),
            columns: Vec::new(),
            counts: Vec::new(),
            means: Vec::new(),
            models: Vec::new(),
            grain: model.grain.unwrap_or(Grain::Day).days() / model.unit.days(),
        };
        for batch in summary.batches() {
            let batch = batch?;
            // By their ids, so that the sample does not depend on the order of rows.
            let taken =
                |row: &usize| hash_text(batch.customer_id.value(*row).as_bytes()).is_multiple_of(step);
            for row in (0..batch.len()).filter(taken) {
                let columns = view.columns(&batch, row)?;
                let kind = sample.columns.iter().position(|known| *known == columns).unwrap_or_else(|| {
                    sample.columns.push(columns);
                    sample.columns.len() - 1
                });
                sample.add(&batch, row, scale, kind);
            }
        }
        let draws = draws::draw(model, options.logs, options.seed);
        for draw in &draws {
            let of = |columns: &Vec<f64>| -> Result<PurchaseModel> {
                // Rates that change with time are those of the estimate.
                if model.intensity.is_some() || model.purchase.average().is_some() {
                    return view.model_since_birth(columns);
                }
                model.purchase.with(&draw.params_of(model, columns))
            };
            let own = sample.columns.iter().map(of).collect::<Result<Vec<_>>>()?;
            sample.models.push((own, draw.spend));
        }
        Ok(sample)
    }

    fn add(&mut self, batch: &SummaryBatch, row: usize, scale: f64, kind: usize) {
        self.customers.push((batch.t.value(row) * scale, kind));
        let x = batch.frequency.value(row);
        self.counts.push(f64::from(x));
        let mean = batch.monetary_value.as_ref().map_or(f64::NAN, |mean| mean.value(row));
        if x > 0 && mean > 0.0 {
            self.means.push(mean);
        }
    }

    /// What the log has.
    fn actual(&self, summary: &Summary, model: &ClvModel) -> Log {
        let mut gaps = Vec::new();
        if let Some(past) = &summary.meta.past {
            let length = past.grain.days();
            let step = (past.customers().count()).div_ceil(self.customers.len().max(1)).max(1);
            for occasions in past.customers().step_by(step) {
                gaps.extend(occasions.windows(2).map(|pair| f64::from(pair[1] - pair[0]) * length));
            }
        }
        let means = if model.spend.is_some() { self.means.clone() } else { Vec::new() };
        Log { counts: self.counts.clone(), means, gaps }
    }

    /// One log of the model.
    fn log(&self, model: &ClvModel, number: usize, options: &PredictiveOptions) -> Result<Log> {
        let (models, spend) = &self.models[number];
        let processes = models.iter().map(|model| model.process()).collect::<Result<Vec<_>>>()?;
        let amounts = spend.as_ref().map(|spend| spend.new_amounts()).transpose()?;
        let mut rng = ChaCha8Rng::seed_from_u64(options.seed);
        rng.set_stream(number as u64 + 1);
        let mut log = Log::default();
        let mut ages = Vec::new();
        for (until, kind) in &self.customers {
            ages.clear();
            ages.push(0.0);
            let moment = rng.random::<f64>() * self.grain;
            processes[*kind].bundles(&mut rng, *until, MOST, &mut ages);
            let paid = amounts.as_ref().map(|amounts| (amounts.nu(&mut rng), amounts.one()));
            // Purchases of one day are one, as in the log.
            let (mut day, mut occasions, mut spent) = (0.0, 0u32, 0.0);
            for age in &ages[1..] {
                let today = ((moment + age) / self.grain).floor();
                let amount = paid.as_ref().map_or(0.0, |(nu, one)| one.sample(&mut rng) / nu);
                if today > day {
                    log.gaps.push((today - day) * self.grain * model.unit.days());
                    (day, occasions) = (today, occasions + 1);
                }
                spent += if today > 0.0 { amount } else { 0.0 };
            }
            log.counts.push(f64::from(occasions));
            if occasions > 0 && paid.is_some() {
                log.means.push(spent / f64::from(occasions));
            }
        }
        Ok(log)
    }
}

/// More purchases of one customer are not drawn one by one.
const MOST: f64 = 1e4;

/// Edges of classes up to the 98th percentile, with one class for all above.
fn edges(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let Some(far) = sorted.get((sorted.len() * 98 / 100).min(sorted.len().saturating_sub(1))) else {
        return Vec::new();
    };
    let width = round_up(far / (BINS as f64 - 1.0));
    let n = (far / width).ceil().max(1.0) as usize;
    (0..=n).map(|i| i as f64 * width).chain([f64::INFINITY]).collect()
}

/// 1, 2 or 5 times a power of ten, not less than `width`; gaps are whole days or more.
fn round_up(width: f64) -> f64 {
    let power = 10f64.powf(width.max(1e-9).log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|step| step * power).find(|step| *step >= width).unwrap_or(width)
}

fn bins(edges: &[f64], actual: &Log, logs: &[Log], of: &dyn Fn(&Log) -> &Vec<f64>) -> Vec<PredictedBin> {
    if edges.len() < 2 || of(actual).is_empty() {
        return Vec::new();
    }
    let shares = |values: &[f64]| {
        let mut found = vec![0.0; edges.len() - 1];
        for value in values {
            let at = edges.partition_point(|edge| edge <= value);
            found[at.clamp(1, edges.len() - 1) - 1] += 1.0 / values.len() as f64;
        }
        found
    };
    let own = shares(of(actual));
    let drawn: Vec<Vec<f64>> = logs.iter().map(|log| shares(of(log))).collect();
    let one = |i: usize| {
        let mut all: Vec<f64> = drawn.iter().map(|log| log[i]).collect();
        all.sort_by(f64::total_cmp);
        let at = |p: f64| all[((all.len() as f64 - 1.0) * p).round() as usize];
        PredictedBin {
            from: edges[i],
            to: edges[i + 1],
            actual: own[i],
            expected: all.iter().sum::<f64>() / all.len() as f64,
            lower: at(0.05),
            upper: at(0.95),
        }
    };
    (0..own.len()).map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::{SimulateOptions, simulate_summary};

    /// A log that the model has drawn lies within what the model draws: nine of ten classes within 90 %. The mean of
    /// frequencies is that of the closed form, E[X(T)].
    #[test]
    fn the_models_own_log_agrees() {
        let spend = SpendModel::from_named(
            "gamma-gamma",
            &[("p".into(), 6.25), ("q".into(), 3.74), ("v".into(), 15.44)],
        );
        let params = [("r", 0.55), ("alpha", 10.6), ("s", 0.61), ("beta", 11.7)].map(|(n, v)| (n.into(), v));
        let purchase = PurchaseModel::from_named("pareto-nbd", &params).unwrap();
        let model = ClvModel::from_parameters(purchase, Some(spend.unwrap()), crate::Unit::Week);
        let drawn = SimulateOptions { customers: 1_500, ..SimulateOptions::default() };
        let summary = simulate_summary(&model, &drawn).unwrap();
        let options = PredictiveOptions { logs: 100, ..PredictiveOptions::default() };
        let found = predictive(&model, &summary, &options, &()).unwrap();
        assert_eq!(found.customers, 1_500);
        let within = |bins: &[PredictedBin]| {
            let inside = bins.iter().filter(|bin| (bin.lower..=bin.upper).contains(&bin.actual)).count();
            inside as f64 / bins.len() as f64
        };
        assert!(within(&found.frequency) >= 0.75, "{:?}", found.frequency);
        assert!(within(&found.spend) >= 0.75, "{:?}", found.spend);
        for bins in [&found.frequency, &found.spend] {
            let total: f64 = bins.iter().map(|bin| bin.expected).sum();
            assert!((total - 1.0).abs() < 1e-9, "{total}");
        }
        // P(X(T) = 0), from the model's own distribution of new customers.
        let none = summary
            .batches()
            .map(|batch| {
                batch.unwrap().t.iter().flatten().map(|t| model.purchase.purchases_pmf_new(t, 0)).sum::<f64>()
            })
            .sum::<f64>()
            / 1_500.0;
        assert!(
            (found.frequency[0].expected - none).abs() < 0.01,
            "{} for {none}",
            found.frequency[0].expected
        );
    }
}
