//! What was estimated, as rows: each parameter and coefficient with how sure it is.

use statrs::distribution::{ContinuousCDF, Normal};

use super::ClvModel;
use crate::fit::FitReport;

/// One estimate.
#[derive(Debug, Clone, PartialEq)]
pub struct EstimateRow {
    /// The model that it is a parameter of.
    pub model: String,
    /// Its name; of a coefficient the process and the column: `purchase:region=south`.
    pub parameter: String,
    /// What it is.
    pub meaning: String,
    /// The estimate.
    pub estimate: f64,
    /// Its standard error, if the data determine it.
    pub standard_error: Option<f64>,
    /// The interval that covers it with the probability asked for, if it is known.
    pub interval: Option<(f64, f64)>,
}

impl ClvModel {
    /// All parameters and coefficients. Intervals are quantiles of the draws that the fit has kept; without any they are
    /// normal in the logarithm of a parameter, `exp(ln value ± z error / value)`, and normal in a coefficient.
    pub fn estimates(&self, probability: f64) -> Vec<EstimateRow> {
        let fits: Vec<&FitReport> = self.purchase_fits().chain(&self.spend_fit).collect();
        let mut rows: Vec<EstimateRow> = fits.iter().flat_map(|fit| of_fit(fit, probability)).collect();
        let given = |name: &str, specs: &[crate::params::ParamSpec], params: &[f64]| {
            let name = name.to_owned();
            let one = |(spec, value): (&crate::params::ParamSpec, &f64)| EstimateRow {
                model: name.clone(),
                parameter: spec.name.to_owned(),
                meaning: spec.meaning.to_owned(),
                estimate: *value,
                standard_error: None,
                interval: None,
            };
            specs.iter().zip(params).map(one).collect::<Vec<_>>()
        };
        if self.purchase_fits().next().is_none() {
            let own = given(self.purchase.name(), self.purchase.specs(), self.purchase.params());
            rows.splice(0..0, own);
        }
        if let (Some(spend), None) = (&self.spend, &self.spend_fit) {
            rows.extend(given(spend.name(), spend.specs(), &spend.params()));
        }
        rows
    }
}

/// The estimates of a fit.
pub fn of_fit(fit: &FitReport, probability: f64) -> Vec<EstimateRow> {
    let z = Normal::standard().inverse_cdf(0.5 + 0.5 * probability);
    let drawn = |place: usize| {
        let draws = &fit.posterior.as_ref().filter(|posterior| !posterior.draws.is_empty())?.draws;
        let mut values: Vec<f64> = draws.iter().map(|draw| draw[place]).collect();
        values.sort_unstable_by(f64::total_cmp);
        let at = |share: f64| values[((share * values.len() as f64) as usize).min(values.len() - 1)];
        Some((at((1.0 - probability) / 2.0), at((1.0 + probability) / 2.0)))
    };
    let parameters = fit.estimates.iter().enumerate().map(|(place, one)| EstimateRow {
        model: fit.model.to_owned(),
        parameter: one.name.to_owned(),
        meaning: one.meaning.to_owned(),
        estimate: one.value,
        standard_error: one.standard_error,
        interval: drawn(place).or_else(|| one.interval(probability)),
    });
    let first = fit.estimates.len();
    let coefficients = fit.coefficients.iter().enumerate().map(|(place, one)| EstimateRow {
        model: fit.model.to_owned(),
        parameter: format!("{}:{}", one.process, one.column),
        meaning: "effect on the logarithm, per unit of the column".to_owned(),
        estimate: one.value,
        standard_error: one.standard_error,
        interval: drawn(first + place).or_else(|| {
            let error = one.standard_error?;
            Some((one.value - z * error, one.value + z * error))
        }),
    });
    parameters.chain(coefficients).collect()
}
