//! Models of a book of contracts in files of format version 2: one a billing period, with the parameters of its plans; what
//! contracts share in a month; how they were read, and what the models were fitted to. Draws of parameters are not kept: they
//! follow from the covariances and the seed.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{OneModel, matrix, rows};
use crate::base::{Error, Result, Unit};
use crate::contracts::{
    BookModel, BookOptions, BookTrained, ContractMember, Cycle, CycleFit, Plan, PlanFit, PlanSeen, Seen,
    Shock,
};
use crate::fit::LikelihoodRatio;
use crate::fitted::file::FORMAT;
use crate::fitted::file::v1::{Fit, Ratio, covariates, date, named, numbers};
use crate::model::{Regression, Sbg};
use crate::params::{CovariateConvention, Group, ParamSpec, PooledGroups, in_order};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::fitted::file) struct File {
    format: String,
    format_version: u64,
    made_by: String,
    contracts: Vec<Period>,
    shock: ShockPart,
    seed: u64,
    reading: Reading,
    currency: Option<String>,
    window: Window,
    trained_on: Training,
}

/// The model of all contracts of one period; those of its plans, where there are several, about it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Period {
    every: u32,
    unit: String,
    of: OneModel,
    test_of_age: Option<Ratio>,
    seen: SeenPart,
    pooled: Option<Pooled>,
    /// What tells contracts apart in place of plans.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    covariates: Option<covariates::Part>,
    plans: Vec<PlanPart>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SeenPart {
    contracts: f64,
    left: f64,
    due: f64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pooled {
    common: Map<String, Value>,
    common_log_covariance: Vec<Vec<f64>>,
    log_spread: Vec<Vec<f64>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlanPart {
    name: String,
    seen: SeenPart,
    price: Option<f64>,
    /// Of a single plan those of its period.
    parameters: Option<Map<String, Value>>,
    /// Were it known what plans have in common.
    own_log_covariance: Option<Vec<Vec<f64>>>,
    /// With covariates: its contracts by their columns, alike ones together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    kinds: Vec<KindPart>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KindPart {
    share: f64,
    columns: Vec<f64>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ShockPart {
    deviation: f64,
    /// Values of equal weight that it may have.
    #[serde(default)]
    open: Vec<f64>,
    months: usize,
    effective_months: f64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reading {
    period: Option<String>,
    reactivation_within: String,
    grace: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Window {
    first_start: Option<String>,
    observed_until: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Training {
    customers: u64,
    contracts: u64,
    rows: u64,
    sha256: String,
}

impl File {
    pub fn new(model: &BookModel) -> Self {
        let of = |place: usize| model.plans.iter().filter(move |plan| plan.cycle == place);
        File {
            format: FORMAT.to_owned(),
            format_version: 2,
            made_by: concat!("clv ", env!("CARGO_PKG_VERSION")).to_owned(),
            contracts: (0..).zip(&model.cycles).map(|(at, fit)| Period::new(fit, of(at))).collect(),
            shock: ShockPart {
                deviation: model.shock.deviation,
                open: model.shock.open.clone(),
                months: model.shock.months,
                effective_months: model.shock.effective,
            },
            seed: model.seed,
            reading: Reading {
                period: model.reading.period.map(|period| period.name().to_owned()),
                reactivation_within: model.reading.reactivation_within.to_string(),
                grace: model.reading.grace.to_string(),
            },
            currency: model.currency.clone(),
            window: Window {
                first_start: model.first_start.map(|date| date.to_string()),
                observed_until: model.observed_until.to_string(),
            },
            trained_on: Training {
                customers: model.trained_on.customers,
                contracts: model.trained_on.contracts,
                rows: model.trained_on.rows,
                sha256: model.trained_on.sha256.clone(),
            },
        }
    }

    pub fn into_model(self) -> Result<BookModel> {
        let wrong = |message: &str| Error::model("contracts", message);
        let until = date(Some(self.window.observed_until))?;
        let ShockPart { deviation, open, months, effective_months: effective } = self.shock;
        if !(deviation >= 0.0 && effective >= 0.0 && open.iter().all(|value| *value >= 0.0)) {
            return Err(wrong("the shock of months must not be negative"));
        }
        let mut model = BookModel {
            cycles: Vec::new(),
            plans: Vec::new(),
            shock: Shock { deviation, open, months, effective },
            seed: self.seed,
            reading: BookOptions {
                period: self.reading.period.map(|period| period.parse()).transpose()?,
                observed_until: None,
                reactivation_within: self.reading.reactivation_within.parse()?,
                grace: self.reading.grace.parse()?,
            },
            currency: self.currency,
            first_start: date(self.window.first_start)?,
            observed_until: until.ok_or_else(|| wrong("the end of observation is missing"))?,
            trained_on: BookTrained {
                customers: self.trained_on.customers,
                contracts: self.trained_on.contracts,
                rows: self.trained_on.rows,
                sha256: self.trained_on.sha256,
            },
            warnings: Vec::new(),
        };
        if self.contracts.is_empty() {
            return Err(wrong("there is no period"));
        }
        for period in self.contracts {
            let (fit, plans) = period.into_memory()?;
            if model.cycles.last().is_some_and(|before| before.cycle >= fit.cycle) {
                return Err(wrong("periods must be sorted by their length, each once"));
            }
            model.add(fit, plans);
        }
        Ok(model)
    }
}

impl Period {
    fn new<'a>(fit: &CycleFit, plans: impl Iterator<Item = &'a PlanFit>) -> Self {
        let specs = ContractMember::named(fit.model).map_or(&[][..], |member| member.params);
        let group = |at: usize| fit.pooled.as_ref().map(|pooled| &pooled.groups[at]);
        let plan = |(at, plan): (usize, &PlanFit)| PlanPart {
            name: plan.plan.name.clone(),
            seen: SeenPart::new(plan.seen),
            price: plan.price,
            parameters: group(at).map(|group| named(specs, group.params.clone())),
            own_log_covariance: group(at).map(|group| rows(&group.own)),
            kinds: plan
                .mix
                .iter()
                .map(|(share, columns)| KindPart { share: *share, columns: columns.clone() })
                .collect(),
        };
        Period {
            every: fit.cycle.every,
            unit: fit.cycle.unit.name().to_owned(),
            of: OneModel {
                model: fit.model.to_owned(),
                parameters: named(specs, fit.params.clone()),
                covariance: fit.report.as_ref().and_then(|report| report.covariance.clone()),
                fit: fit.report.as_ref().map(Fit::from_report),
            },
            test_of_age: fit.test.as_ref().map(|test| Ratio {
                statistic: test.statistic,
                degrees_of_freedom: test.degrees_of_freedom,
                p: test.p,
            }),
            seen: SeenPart::new(fit.seen),
            pooled: fit.pooled.as_ref().map(|pooled| Pooled {
                common: named(specs, pooled.common.clone()),
                common_log_covariance: rows(&pooled.common_covariance),
                log_spread: rows(&pooled.spread),
            }),
            covariates: fit.covariates.as_ref().map(|it| covariates::Part::new(it, fit.report.as_ref())),
            plans: plans.enumerate().map(plan).collect(),
        }
    }

    fn into_memory(self) -> Result<(CycleFit, Vec<PlanSeen>)> {
        let OneModel { model, parameters, covariance, fit } = self.of;
        let member = ContractMember::named(&model)
            .ok_or_else(|| Error::model(&model, "no model of contracts; those are sbg, bdw"))?;
        let (name, specs) = (member.name, member.params);
        let (covariates, coefficients) = match self.covariates {
            None => (None, Vec::new()),
            Some(part) => part.into_memory(name, |_| Ok(Sbg::regressors(CovariateConvention::Separate)))?,
        };
        let params = checked(name, specs, &parameters)?;
        let report = fit.map(|fit| fit.into_report(name, specs, &params, coefficients, covariance));
        let unit: Unit = self.unit.parse()?;
        let cycle = Cycle { every: self.every, unit };
        if self.every == 0 {
            return Err(Error::model(name, "\"every\" is 0: a period lasts at least one unit"));
        }
        let plan = |name: &str| Plan { cycle, name: name.to_owned() };
        let plans = self.plans.iter().map(|part| {
            if part.price.is_some_and(|price| !(price >= 0.0 && price.is_finite())) {
                return Err(Error::model(name, format!("the price of {} must not be negative", part.name)));
            }
            let mix = part.kinds.iter().map(|kind| (kind.share, kind.columns.clone())).collect();
            let columns = covariates.as_ref().map_or(0, |it| it.columns().len());
            if part.kinds.iter().any(|kind| !(kind.share >= 0.0 && kind.columns.len() == columns)) {
                return Err(Error::model(
                    name,
                    format!("the kinds of {} need a share and {columns} columns", part.name),
                ));
            }
            Ok(PlanSeen { plan: plan(&part.name), seen: part.seen.in_memory(name)?, price: part.price, mix })
        });
        let seen = self.seen.in_memory(name)?;
        let plans = plans.collect::<Result<Vec<_>>>()?;
        if !self.plans.is_sorted_by(|a, b| a.name < b.name) {
            return Err(Error::model(name, "plans of a period must be sorted by name, each once"));
        }
        let test = self.test_of_age.map(|test| LikelihoodRatio {
            statistic: test.statistic,
            degrees_of_freedom: test.degrees_of_freedom,
            p: test.p,
        });
        let pooled = self.pooled.map(|part| part.into_memory(name, specs, self.plans)).transpose()?;
        let (report, draws) = (report.transpose()?, Vec::new());
        Ok((CycleFit { cycle, model: name, report, test, params, pooled, covariates, draws, seen }, plans))
    }
}

/// Parameters in the model's order and within their domains.
fn checked(name: &str, specs: &[ParamSpec], all: &Map<String, Value>) -> Result<Vec<f64>> {
    let params = in_order(name, specs, &numbers(name, all)?)?;
    crate::contracts::ContractModel::new(name, &params, Unit::Month)?;
    Ok(params)
}

impl Pooled {
    fn into_memory(
        self,
        name: &str,
        specs: &'static [ParamSpec],
        plans: Vec<PlanPart>,
    ) -> Result<PooledGroups> {
        let n = specs.len();
        let group = |part: PlanPart| -> Result<Group> {
            let (Some(parameters), Some(own)) = (part.parameters, part.own_log_covariance) else {
                return Err(Error::model(name, format!("plan {} has no parameters", part.name)));
            };
            let own = matrix(own, n, &format!("plan {}", part.name), name)?;
            Ok(Group { params: checked(name, specs, &parameters)?, own })
        };
        Ok(PooledGroups {
            groups: plans.into_iter().map(group).collect::<Result<_>>()?,
            common: checked(name, specs, &self.common)?,
            common_covariance: matrix(self.common_log_covariance, n, "common_log_covariance", name)?,
            spread: matrix(self.log_spread, n, "log_spread", name)?,
        })
    }
}

impl SeenPart {
    fn new(Seen { contracts, left, due }: Seen) -> Self {
        SeenPart { contracts, left, due }
    }

    fn in_memory(&self, model: &str) -> Result<Seen> {
        let &SeenPart { contracts, left, due } = self;
        if !(contracts >= 0.0 && left >= 0.0 && left <= due) {
            return Err(Error::model(model, "no more can have left than renewals came due"));
        }
        Ok(Seen { contracts, left, due })
    }
}
