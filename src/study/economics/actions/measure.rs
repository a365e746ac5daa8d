//! What a campaign brought: those contacted against those who were left without a contact at random.
//!
//! What each has paid since the plan was made, times the margin, is compared. Chance decided who was contacted, so the
//! difference of the means is what the contacts did, and needs no model:
//!
//! ```text
//! y_i = margin · paid since                 x_i = value as the plan had it
//! z_i = y_i − θ (x_i − x̄)                   θ = Σ within groups of (x − x̄_g)(y − ȳ_g) / Σ of (x − x̄_g)²
//! difference = z̄_contact − z̄_control        variance = s²_contact / n_contact + s²_control / n_control
//! ```
//!
//! with Welch's degrees of freedom. The forecast made beforehand explains a part of what customers pay, whatever is done
//! for them: taking it off makes the interval narrower and moves nothing (Deng, Xu, Kohavi & Walker 2013, "Improving the
//! sensitivity of online controlled experiments by utilizing pre-experiment data", WSDM).

use std::collections::HashMap;
use std::path::PathBuf;

use jiff::civil::Date;
use statrs::distribution::{ContinuousCDF, StudentsT};

use super::{Figure, Group};
use crate::base::{Error, Progress, Result};
use crate::history::{
    self, Input, LogOptions, Summary, SummaryMeta,
    small_table::{Bad, MOST, TextTable},
};

/// How to measure.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasureOptions {
    /// The list that was acted on.
    pub list: PathBuf,
    /// Share of revenue that is kept.
    pub margin: f64,
    /// Probability of the intervals.
    pub interval: f64,
}

impl Default for MeasureOptions {
    fn default() -> Self {
        MeasureOptions { list: "actions.csv".into(), margin: 1.0, interval: 0.9 }
    }
}

impl MeasureOptions {
    /// What is not given is as usual.
    pub fn of(list: Option<PathBuf>, margin: f64, interval: Option<f64>) -> Self {
        let default = MeasureOptions::default();
        MeasureOptions {
            list: list.unwrap_or(default.list),
            margin,
            interval: interval.unwrap_or(default.interval),
        }
    }
}

/// The list, as far as it is needed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Campaign {
    /// Id, contacted or control, and value as the plan had it.
    pub customers: Vec<(String, Group, f64)>,
    /// What all contacts cost.
    pub cost: f64,
    /// What they were expected to bring.
    pub expected: f64,
    /// The day the plan was made.
    pub decided_on: Date,
}

/// Did it pay?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It brought more than it cost, beyond chance.
    Paid,
    /// It brought less than it cost, beyond chance.
    DidNotPay,
    /// That cannot be told from chance.
    Open,
}

/// What it brought.
#[derive(Debug, Clone)]
pub struct Measured {
    /// What was read.
    pub meta: SummaryMeta,
    /// Probability of the intervals.
    pub interval: f64,
    /// The day the plan was made, and the end of observation.
    pub between: (Date, Date),
    /// Customers contacted, and of the control group.
    pub customers: (u64, u64),
    /// Of them who bought since.
    pub buyers: (u64, u64),
    /// Margin a customer since, of those contacted and of the control group.
    pub means: (f64, f64),
    /// Share of buyers of those contacted less that of the control group.
    pub more_buyers: Figure,
    /// What a contact brought.
    pub difference: Figure,
    /// What all contacts brought.
    pub total: Figure,
    /// What they cost.
    pub cost: f64,
    /// What they were expected to bring.
    pub expected: f64,
    /// The total less the cost.
    pub net: Figure,
    /// Did it pay?
    pub verdict: Verdict,
}

impl Campaign {
    /// Reads the list that `clv actions` wrote as CSV.
    ///
    /// # Errors
    /// If a column is missing, a row has no sense, or nobody was contacted or left without.
    pub fn read(input: &Input) -> Result<Self> {
        let table = match input {
            Input::Path(path) => TextTable::read(path, MOST)?,
            Input::Table(table) => TextTable::from_memory(table)?,
            Input::Spooled(_) => {
                return Err(Error::option("--list", "a list is read from a file or a table"));
            }
        };
        Campaign::of_table(&table)
    }

    fn of_table(table: &TextTable) -> Result<Self> {
        let column = |name: &str| {
            let missing = || {
                let found = table.names.join(", ");
                let message = format!(
                    "there is no column {name}, as the list of clv actions has it; there are {found}"
                );
                Error::columns(&table.file, message)
            };
            table.find(&[name])?.ok_or_else(missing)
        };
        let (id, group, decided) = (column("customer_id")?, column("group")?, column("decided_on")?);
        let numbers = [column("value")?, column("cost")?, column("gain")?];
        let (mut found, mut bad) = (Campaign::default(), Bad::default());
        let mut dates = Vec::new();
        for at in 0..table.rows() {
            let group = match table.field(at, group) {
                "contact" => Group::Contact,
                "control" => Group::Control,
                "" => continue,
                _ => {
                    bad.add(table.place(at, group), "this is neither contact nor control nor empty");
                    continue;
                }
            };
            let mut number = |column: usize| {
                let value = table.field(at, column).parse::<f64>().ok().filter(|value| value.is_finite());
                if value.is_none() {
                    bad.add(table.place(at, column), "this is no number with a decimal point");
                }
                value.unwrap_or_default()
            };
            let [value, cost, gain] = numbers.map(&mut number);
            match table.field(at, decided).parse::<Date>() {
                Ok(date) => dates.push(date),
                Err(_) => bad.add(table.place(at, decided), "this is no date such as 2025-03-31"),
            }
            if group == Group::Contact {
                (found.cost, found.expected) = (found.cost + cost, found.expected + gain);
            }
            found.customers.push((table.field(at, id).to_owned(), group, value));
        }
        bad.check(table.rows() as u64)?;
        dates.dedup();
        match dates[..] {
            [one] => found.decided_on = one,
            [] => return Err(Error::option("--list", "nobody in the list was to be contacted")),
            _ => {
                return Err(Error::option(
                    "--list",
                    "the list holds plans of several days: measure each by itself",
                ));
            }
        }
        found.check()
    }

    fn check(self) -> Result<Self> {
        let count = |wanted: Group| self.customers.iter().filter(|(_, group, _)| *group == wanted).count();
        let mut ids: Vec<&str> = self.customers.iter().map(|(id, ..)| id.as_str()).collect();
        ids.sort_unstable();
        if let Some(twice) = ids.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(Error::option("--list", format!("customer '{}' is in it twice", twice[0])));
        }
        let (contacts, controls) = (count(Group::Contact), count(Group::Control));
        if controls < 2 || contacts < 2 {
            let message = format!(
                "{contacts} customers were contacted and {controls} left without: what contacts brought is told by the \
                 difference. Plan with --holdout 10% next time"
            );
            return Err(Error::option("--list", message));
        }
        Ok(self)
    }
}

/// Reads what customers of a list have paid since, and compares.
///
/// # Errors
/// If the log cannot be read, has no amounts, or ends before the plan was made.
pub fn measure(
    campaign: &Campaign,
    inputs: &[Input],
    log: &LogOptions,
    options: &MeasureOptions,
    progress: &dyn Progress,
) -> Result<Measured> {
    if !(options.interval > 0.0 && options.interval < 1.0) {
        let message = format!("{} is not between 0 and 1; write 0.9", options.interval);
        return Err(Error::option("--interval", message));
    }
    let log = LogOptions { first_amount: true, ..log.clone() };
    let (inputs, log) = history::keep(inputs, &log, progress)?;
    let now = history::open_inputs(&inputs, &log, progress)?;
    let meta = now.meta.clone();
    let Some((first, end)) = meta.first_purchase.zip(meta.observed_until).filter(|_| meta.is_of_log()) else {
        return Err(Error::option(
            "LOG",
            "what a campaign brought is measured in a purchase log, not in a summary",
        ));
    };
    if !meta.has_money {
        return Err(Error::option(
            "--amount",
            "the log has no column of amounts, and money is to be compared",
        ));
    }
    if end <= campaign.decided_on {
        let message = format!(
            "the log ends on {end} and the plan was made on {}: there is nothing yet to see of what it brought",
            campaign.decided_on
        );
        return Err(Error::option("LOG", message));
    }
    let before = match first <= campaign.decided_on {
        true => {
            let log = LogOptions { observed_until: Some(campaign.decided_on), ..log };
            paid(&history::open_inputs(&inputs, &log, progress)?)?
        }
        // The log holds new rows alone.
        false => HashMap::new(),
    };
    let after = paid(&now)?;
    let since = |id: &str| {
        let of = |known: &HashMap<String, (f64, u32)>| known.get(id).copied().unwrap_or_default();
        let ((was, times), (is, later)) = (of(&before), of(&after));
        (options.margin * (is - was), later > times)
    };
    Ok(Measured::new(campaign, since, options.interval, (meta, end)))
}

/// Paid so far, net of returns, and purchases, by customer.
fn paid(summary: &Summary) -> Result<HashMap<String, (f64, u32)>> {
    let mut found = HashMap::new();
    for batch in summary.batches() {
        let batch = batch?;
        for i in 0..batch.len() {
            let x = batch.frequency.value(i);
            let of = |column: &Option<arrow_array::Float64Array>| {
                column.as_ref().map_or(0.0, |values| values.value(i))
            };
            let sum = of(&batch.first_amount) + f64::from(x) * of(&batch.monetary_value);
            found.insert(batch.customer_id.value(i).to_owned(), (sum, x + 1));
        }
    }
    Ok(found)
}

impl Measured {
    fn new(
        campaign: &Campaign,
        since: impl Fn(&str) -> (f64, bool),
        interval: f64,
        (meta, end): (SummaryMeta, Date),
    ) -> Self {
        let (mut contact, mut control) = (Vec::new(), Vec::new());
        let mut buyers = (0, 0);
        for (id, group, value) in &campaign.customers {
            let (y, bought) = since(id);
            let (side, bought_of) = if *group == Group::Contact {
                (&mut contact, &mut buyers.0)
            } else {
                (&mut control, &mut buyers.1)
            };
            side.push((y, *value));
            *bought_of += u64::from(bought);
        }
        let customers = (contact.len() as u64, control.len() as u64);
        let mean = |side: &[(f64, f64)]| side.iter().map(|(y, _)| y).sum::<f64>() / side.len() as f64;
        let means = (mean(&contact), mean(&control));
        let difference = difference(&contact, &control, interval);
        let times = |figure: &Figure, by: f64, less: f64| Figure {
            value: by * figure.value - less,
            interval: figure.interval.map(|(low, high)| (by * low - less, by * high - less)),
        };
        let net = times(&difference, customers.0 as f64, campaign.cost);
        Measured {
            meta,
            interval,
            between: (campaign.decided_on, end),
            customers,
            buyers,
            means,
            more_buyers: more_buyers(buyers, customers, interval),
            total: times(&difference, customers.0 as f64, 0.0),
            cost: campaign.cost,
            expected: campaign.expected,
            verdict: match net.interval {
                Some((low, _)) if low > 0.0 => Verdict::Paid,
                Some((_, high)) if high < 0.0 => Verdict::DidNotPay,
                _ => Verdict::Open,
            },
            net,
            difference,
        }
    }
}

/// The difference of the means of `(y, x)`, adjusted for `x`, with its interval.
pub fn difference(contact: &[(f64, f64)], control: &[(f64, f64)], probability: f64) -> Figure {
    let mean = |side: &[(f64, f64)], of: fn(&(f64, f64)) -> f64| {
        side.iter().map(of).sum::<f64>() / side.len() as f64
    };
    let (mut both, mut square) = (0.0, 0.0);
    for side in [contact, control] {
        let (y, x) = (mean(side, |p| p.0), mean(side, |p| p.1));
        both += side.iter().map(|p| (p.0 - y) * (p.1 - x)).sum::<f64>();
        square += side.iter().map(|p| (p.1 - x).powi(2)).sum::<f64>();
    }
    let theta = if square > 0.0 { both / square } else { 0.0 };
    // Mean, and the variance of the mean, of what is left.
    let of = |side: &[(f64, f64)]| {
        let n = side.len() as f64;
        let z: Vec<f64> = side.iter().map(|(y, x)| y - theta * x).collect();
        let mean = z.iter().sum::<f64>() / n;
        (mean, z.iter().map(|z| (z - mean).powi(2)).sum::<f64>() / (n - 1.0) / n, n)
    };
    let ((a, va, na), (b, vb, nb)) = (of(contact), of(control));
    let (value, variance) = (a - b, va + vb);
    let freedom = variance * variance / (va * va / (na - 1.0) + vb * vb / (nb - 1.0));
    let t = StudentsT::new(0.0, 1.0, freedom.max(1.0)).map(|t| t.inverse_cdf(0.5 + 0.5 * probability));
    let far = t.map_or(0.0, |t| t * variance.sqrt());
    Figure { value, interval: Some((value - far, value + far)) }
}

/// The difference of two shares, with Newcombe's hybrid score interval (1998, "Interval estimation for the difference
/// between independent proportions", Statistics in Medicine 17, method 10).
fn more_buyers(buyers: (u64, u64), customers: (u64, u64), probability: f64) -> Figure {
    let z = super::gain::normal_quantile(0.5 + 0.5 * probability);
    let wilson = |buyers: u64, n: u64| {
        let (n, p) = (n as f64, buyers as f64 / n as f64);
        let far = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
        let centre = p + z * z / (2.0 * n);
        let scale = 1.0 + z * z / n;
        (p, (centre - far) / scale, (centre + far) / scale)
    };
    let ((p, low, high), (q, least, most)) = (wilson(buyers.0, customers.0), wilson(buyers.1, customers.1));
    let value = p - q;
    let below = ((p - low).powi(2) + (most - q).powi(2)).sqrt();
    let above = ((high - p).powi(2) + (q - least).powi(2)).sqrt();
    Figure { value, interval: Some((value - below, value + above)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Newcombe (1998), table II, case a, method 10: 56/70 and 48/80 at 95 %: 0.0524 to 0.3339.
    #[test]
    fn shares_are_compared_as_published() {
        let found = more_buyers((56, 48), (70, 80), 0.95);
        let (low, high) = found.interval.unwrap();
        assert!((found.value - 0.2).abs() < 1e-12);
        assert!((low - 0.0524).abs() < 5e-5 && (high - 0.3339).abs() < 5e-5, "{low} {high}");
    }

    /// Without a covariate it is Welch's test: `scipy.stats.ttest_ind(a, b, equal_var=False).confidence_interval(0.9)` of
    /// scipy 1.17.1.
    #[test]
    fn without_forecasts_it_is_welch() {
        let of = |values: &[f64]| values.iter().map(|y| (*y, 1.0)).collect::<Vec<_>>();
        let found = difference(&of(&[6.0, 5.0, 8.0, 7.0, 10.0]), &of(&[7.0, 10.0, 9.0, 7.0]), 0.9);
        let (low, high) = found.interval.unwrap();
        assert!((found.value + 1.05).abs() < 1e-12);
        assert!((low + 3.212_242_419).abs() < 1e-6 && (high - 1.112_242_419).abs() < 1e-6, "{low} {high}");
    }
}
