//! Format version 1. Of what was ever written nothing is taken away and nothing gets another meaning; a field that
//! is added may be missing, so that older files of this version are read. (An older program refuses a newer file by
//! the name of the field that it does not know.)

pub(super) mod covariates;
mod posterior;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::base::{Error, Result, Warning};
use crate::customers::TrainedOn;
use crate::fit::{CoefficientEstimate, Estimate, FitReport, LikelihoodRatio, StopReason};
use crate::fitted::{ClvModel, PurchaseModel, SpendModel, file::FORMAT};
use crate::params::{Effects, ParamSpec};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) format: String,
    pub(super) format_version: u64,
    pub(super) made_by: String,
    pub(super) model: String,
    pub(super) parameters: Map<String, Value>,
    pub(super) covariance: Option<Vec<Vec<f64>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) covariates: Option<covariates::Part>,
    pub(super) unit: String,
    pub(super) grain: Option<String>,
    pub(super) window: Window,
    pub(super) trained_on: Option<Training>,
    pub(super) fit: Option<Fit>,
    pub(super) spend: Option<OneModel>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Window {
    pub(super) first_purchase: Option<String>,
    pub(super) observed_until: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Training {
    customers: u64,
    repeat_customers: u64,
    repeat_purchases: u64,
    rows: u64,
    sha256: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OneModel {
    pub(super) model: String,
    pub(super) parameters: Map<String, Value>,
    pub(super) covariance: Option<Vec<Vec<f64>>>,
    pub(super) fit: Option<Fit>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fit {
    stop: String,
    explanation: Option<String>,
    standard_errors: Map<String, Value>,
    log_likelihood: f64,
    aic: f64,
    bic: f64,
    gradient_norm: f64,
    iterations: u64,
    evaluations: u64,
    starts: usize,
    customers: f64,
    sample_size: f64,
    free_parameters: usize,
    distinct_rows: usize,
    warnings: Vec<Finding>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    likelihood_ratio: Option<Ratio>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    posterior: Option<posterior::Part>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ratio {
    pub(super) statistic: f64,
    pub(super) degrees_of_freedom: usize,
    pub(super) p: f64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Finding {
    code: String,
    message: String,
}

impl File {
    pub(super) fn from_model(model: &ClvModel) -> Self {
        let spend = model.spend.as_ref().map(|spend| OneModel::new(spend, model.spend_fit.as_ref()));
        File {
            format: FORMAT.to_owned(),
            format_version: 1,
            made_by: concat!("clv ", env!("CARGO_PKG_VERSION")).to_owned(),
            model: model.purchase.name().to_owned(),
            parameters: named(model.purchase.specs(), model.purchase.params().to_vec()),
            covariance: model.purchase_fit.as_ref().and_then(|fit| fit.covariance.clone()),
            covariates: model.covariates().map(|c| covariates::Part::new(c, model.purchase_fit.as_ref())),
            unit: model.unit.name().to_owned(),
            grain: model.grain.map(|grain| grain.name().to_owned()),
            window: Window {
                first_purchase: model.first_purchase.map(|date| date.to_string()),
                observed_until: model.observed_until.map(|date| date.to_string()),
            },
            trained_on: model.trained_on.clone().map(Training::from_memory),
            fit: model.purchase_fit.as_ref().map(Fit::from_report),
            spend,
        }
    }

    pub(super) fn into_model(self) -> Result<ClvModel> {
        let purchase = PurchaseModel::from_named(&self.model, &numbers(&self.model, &self.parameters)?)?;
        let specs = purchase.member().params;
        let (covariates, coefficients) = match self.covariates {
            None => (None, Vec::new()),
            Some(part) => part.into_memory(purchase.name(), |of| purchase.member().regressors(of))?,
        };
        let fit = self.fit.map(|fit| {
            fit.into_report(purchase.name(), specs, purchase.params(), coefficients, self.covariance)
        });
        let (spend, spend_fit) = match self.spend {
            None => (None, None),
            Some(part) => part.into_memory()?,
        };
        Ok(ClvModel {
            purchase,
            effects: covariates.map(Effects::Covariates),
            intensity: None,
            over_time: None,
            learned: None,
            purchase_fit: fit.transpose()?,
            spend,
            spend_fit,
            unit: self.unit.parse()?,
            grain: self.grain.map(|grain| grain.parse()).transpose()?,
            first_purchase: date(self.window.first_purchase)?,
            observed_until: date(self.window.observed_until)?,
            trained_on: self.trained_on.map(Training::into_memory),
        })
    }
}

impl OneModel {
    pub(super) fn new(spend: &SpendModel, fit: Option<&FitReport>) -> Self {
        OneModel {
            model: spend.name().to_owned(),
            parameters: named(spend.specs(), spend.params()),
            covariance: fit.and_then(|fit| fit.covariance.clone()),
            fit: fit.map(Fit::from_report),
        }
    }

    pub(super) fn into_memory(self) -> Result<(Option<SpendModel>, Option<FitReport>)> {
        let spend = SpendModel::from_named(&self.model, &numbers(&self.model, &self.parameters)?)?;
        let (name, specs, params) = (spend.name(), spend.specs(), spend.params());
        let fit = self.fit.map(|fit| fit.into_report(name, specs, &params, Vec::new(), self.covariance));
        Ok((Some(spend), fit.transpose()?))
    }
}

impl Training {
    pub(super) fn from_memory(data: TrainedOn) -> Self {
        let TrainedOn { customers, repeat_customers, repeat_purchases, rows, sha256 } = data;
        Training { customers, repeat_customers, repeat_purchases, rows, sha256 }
    }

    pub(super) fn into_memory(self) -> TrainedOn {
        let Training { customers, repeat_customers, repeat_purchases, rows, sha256 } = self;
        TrainedOn { customers, repeat_customers, repeat_purchases, rows, sha256 }
    }
}

impl Fit {
    pub(super) fn from_report(report: &FitReport) -> Self {
        let errors = report.estimates.iter();
        let errors = errors.map(|e| (e.name.to_owned(), e.standard_error.map_or(Value::Null, Value::from)));
        let warnings = report.warnings.iter();
        let warnings = warnings.map(|w| Finding { code: w.code.to_string(), message: w.anonymous() });
        Fit {
            stop: report.stop.name().to_owned(),
            explanation: report.stop.words().map(str::to_owned),
            standard_errors: errors.collect(),
            log_likelihood: report.log_likelihood,
            aic: report.aic(),
            bic: report.bic(),
            gradient_norm: report.gradient_norm,
            iterations: report.iterations,
            evaluations: report.evaluations,
            starts: report.starts,
            customers: report.customers,
            sample_size: report.sample_size,
            free_parameters: report.free_parameters,
            distinct_rows: report.distinct_rows,
            warnings: warnings.collect(),
            likelihood_ratio: report.likelihood_ratio.as_ref().map(|test| Ratio {
                statistic: test.statistic,
                degrees_of_freedom: test.degrees_of_freedom,
                p: test.p,
            }),
            posterior: report.posterior.as_ref().map(posterior::Part::new),
        }
    }

    pub(super) fn into_report(
        self,
        model: &'static str,
        specs: &'static [ParamSpec],
        params: &[f64],
        coefficients: Vec<CoefficientEstimate>,
        covariance: Option<Vec<Vec<f64>>>,
    ) -> Result<FitReport> {
        let words = self.explanation.unwrap_or_default();
        let stop = match self.stop.as_str() {
            "converged" => StopReason::Converged,
            "boundary" => StopReason::Boundary(words),
            "failed" => StopReason::Failed(words),
            other => return Err(Error::model(model, format!("unknown \"stop\": \"{other}\""))),
        };
        let n = specs.len() + coefficients.len();
        if covariance.as_ref().is_some_and(|c| c.len() != n || c.iter().any(|row| row.len() != n)) {
            let message = format!("the covariance must have {n} rows of {n} numbers");
            return Err(Error::model(model, message));
        }
        if covariance.iter().flatten().enumerate().any(|(i, row)| row[i] < 0.0) {
            return Err(Error::model(model, "the covariance has a negative variance"));
        }
        let error = |name: &str| self.standard_errors.get(name).and_then(Value::as_f64);
        let estimates = specs.iter().zip(params).map(|(spec, value)| Estimate {
            name: spec.name,
            meaning: spec.meaning,
            value: *value,
            standard_error: error(spec.name),
        });
        let warnings = self.warnings.into_iter().map(|w| Warning::new(w.code, w.message));
        Ok(FitReport {
            model,
            stop,
            estimates: estimates.collect(),
            covariance,
            log_likelihood: self.log_likelihood,
            gradient_norm: self.gradient_norm,
            iterations: self.iterations,
            evaluations: self.evaluations,
            starts: self.starts,
            customers: self.customers,
            sample_size: self.sample_size,
            free_parameters: self.free_parameters,
            distinct_rows: self.distinct_rows,
            flat: Vec::new(),
            warnings: warnings.collect(),
            notes: Vec::new(),
            coefficients,
            likelihood_ratio: self.likelihood_ratio.map(|test| LikelihoodRatio {
                statistic: test.statistic,
                degrees_of_freedom: test.degrees_of_freedom,
                p: test.p,
            }),
            posterior: self.posterior.map(|part| part.into_memory(model, specs, n)).transpose()?,
        })
    }
}

pub(super) fn named(specs: &[ParamSpec], values: Vec<f64>) -> Map<String, Value> {
    specs.iter().zip(values).map(|(spec, value)| (spec.name.to_owned(), value.into())).collect()
}

pub(super) fn numbers(model: &str, parameters: &Map<String, Value>) -> Result<Vec<(String, f64)>> {
    let number = |(name, value): (&String, &Value)| match value.as_f64() {
        Some(number) => Ok((name.clone(), number)),
        None => Err(Error::model(model, format!("parameter {name} = {value} is not a finite number"))),
    };
    parameters.iter().map(number).collect()
}

pub(super) fn date(text: Option<String>) -> Result<Option<Date>> {
    let parse = |text: String| {
        text.parse().map_err(|_| Error::model("window", format!("'{text}' is not a date like 1997-09-30")))
    };
    text.map(parse).transpose()
}
