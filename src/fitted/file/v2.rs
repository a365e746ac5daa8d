//! Format version 2: the model of purchases is a tree. A node says its kind: `one` model; `covariates`, which shift the
//! parameters of one; `groups`, which have their own about one in the middle; `exposure`, whose rates change with age and date; `time`,
//! whose rates follow what is known of each customer over time; `average`, of several models, with weights. Written where version 1 cannot hold the model, and for
//! models that came later than it, so that older programs read all that they can. Models of a book of contracts are files of
//! this version, too, with `contracts` in place of `purchases` (`book.rs`).

mod average;
pub(super) mod book;
mod in_time;
mod rates;

use std::sync::Arc;

use ndarray::Array2;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::FORMAT;
use super::v1::{Fit, OneModel, Training, Window, covariates, date, named, numbers};
use crate::base::{Error, Result};
use crate::customers::{Covariate, Intensity, Kind};
use crate::fit::{CoefficientEstimate, FitReport};
use crate::fitted::{ClvModel, Learned, PurchaseModel};
use crate::params::{Effects, Group, Groups, ParamSpec, PooledGroups, in_order};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    format: String,
    format_version: u64,
    made_by: String,
    purchases: Node,
    spend: Option<Spend>,
    unit: String,
    grain: Option<String>,
    window: Window,
    trained_on: Option<Training>,
}

/// A node of the tree.
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
enum Node {
    One {
        of: OneModel,
    },
    Covariates {
        of: OneModel,
        covariates: covariates::Part,
    },
    Groups {
        of: OneModel,
        groups: GroupsPart,
    },
    Exposure {
        of: OneModel,
        rates: rates::Part,
    },
    /// Rates follow what is known of each customer over time.
    Time {
        of: OneModel,
        follows: in_time::Part,
    },
    Average {
        average: average::Part,
    },
}

/// The same of amounts: one model so far.
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
enum Spend {
    One { of: OneModel },
}

/// Groups about the model in their middle; covariances are of logarithms of parameters, in the model's order.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupsPart {
    by: String,
    log_spread: Vec<Vec<f64>>,
    common_log_covariance: Vec<Vec<f64>>,
    groups: Vec<GroupPart>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupPart {
    name: String,
    customers: u64,
    parameters: Map<String, Value>,
    /// Were it known what groups have in common.
    own_log_covariance: Vec<Vec<f64>>,
}

impl File {
    pub(super) fn from_model(model: &ClvModel) -> Self {
        File {
            format: FORMAT.to_owned(),
            format_version: 2,
            made_by: concat!("clv ", env!("CARGO_PKG_VERSION")).to_owned(),
            purchases: Node::new(model),
            spend: model
                .spend
                .as_ref()
                .map(|spend| Spend::One { of: OneModel::new(spend, model.spend_fit.as_ref()) }),
            unit: model.unit.name().to_owned(),
            grain: model.grain.map(|grain| grain.name().to_owned()),
            window: Window {
                first_purchase: model.first_purchase.map(|date| date.to_string()),
                observed_until: model.observed_until.map(|date| date.to_string()),
            },
            trained_on: model.trained_on.clone().map(Training::from_memory),
        }
    }

    pub(super) fn into_model(self) -> Result<ClvModel> {
        let Purchases { purchase, fit: purchase_fit, effects, intensity, learned } =
            self.purchases.into_memory()?;
        let (spend, spend_fit) = match self.spend {
            None => (None, None),
            Some(Spend::One { of }) => of.into_memory()?,
        };
        Ok(ClvModel {
            purchase,
            effects,
            intensity,
            over_time: None,
            learned,
            purchase_fit,
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

/// What a node is in memory.
struct Purchases {
    purchase: PurchaseModel,
    fit: Option<FitReport>,
    effects: Option<Effects>,
    intensity: Option<Arc<Intensity>>,
    learned: Option<Arc<Learned>>,
}

impl Node {
    fn new(model: &ClvModel) -> Self {
        if let Some(average) = model.purchase.average() {
            return Node::Average { average: average::Part::new(average, model.learned.as_deref()) };
        }
        let fit = model.purchase_fit.as_ref();
        let of = OneModel {
            model: model.purchase.name().to_owned(),
            parameters: named(model.purchase.specs(), model.purchase.params().to_vec()),
            covariance: fit.and_then(|fit| fit.covariance.clone()),
            fit: fit.map(Fit::from_report),
        };
        match &model.effects {
            None => match &model.intensity {
                None => Node::One { of },
                Some(intensity) => Node::Exposure { of, rates: rates::Part::new(intensity) },
            },
            Some(Effects::Covariates(found)) => {
                Node::Covariates { of, covariates: covariates::Part::new(found, fit) }
            }
            Some(Effects::Groups(groups)) => {
                Node::Groups { of, groups: GroupsPart::new(groups, model.purchase.specs()) }
            }
            Some(Effects::InTime(own)) => Node::Time { of, follows: in_time::Part::new(own, fit) },
        }
    }

    fn into_memory(self) -> Result<Purchases> {
        match self {
            Node::Average { average } => {
                let (purchase, learned) = average.into_memory()?;
                let learned = learned.map(Arc::new);
                Ok(Purchases { purchase, fit: None, effects: None, intensity: None, learned })
            }
            Node::One { of } => {
                let (purchase, fit) = model_of(of, Vec::new())?;
                Ok(Purchases { purchase, fit, effects: None, intensity: None, learned: None })
            }
            Node::Covariates { of, covariates } => {
                let (found, coefficients) = covariates
                    .into_memory(&of.model, |how| crate::fitted::Member::named(&of.model)?.regressors(how))?;
                let (purchase, fit) = model_of(of, coefficients)?;
                Ok(Purchases {
                    purchase,
                    fit,
                    effects: found.map(Effects::Covariates),
                    intensity: None,
                    learned: None,
                })
            }
            Node::Groups { of, groups } => {
                let (purchase, fit) = model_of(of, Vec::new())?;
                let groups = groups.into_memory(&purchase)?;
                let effects = Some(Effects::Groups(Box::new(groups)));
                Ok(Purchases { purchase, fit, effects, intensity: None, learned: None })
            }
            Node::Time { of, follows } => {
                let (own, coefficients) = follows.into_memory(&of.model)?;
                let (purchase, fit) = model_of(of, coefficients)?;
                let effects = Some(Effects::InTime(own));
                Ok(Purchases { purchase, fit, effects, intensity: None, learned: None })
            }
            Node::Exposure { of, rates } => {
                let (purchase, fit) = model_of(of, Vec::new())?;
                purchase.member().in_exposure()?;
                let rates = rates.into_memory(purchase.name(), purchase.params().len())?;
                let intensity = Some(Arc::new(rates));
                Ok(Purchases { purchase, fit, effects: None, intensity, learned: None })
            }
        }
    }
}

/// The model of purchases that a node is about.
fn model_of(
    of: OneModel,
    coefficients: Vec<CoefficientEstimate>,
) -> Result<(PurchaseModel, Option<FitReport>)> {
    let purchase = PurchaseModel::from_named(&of.model, &numbers(&of.model, &of.parameters)?)?;
    let (specs, params, covariance) = (purchase.member().params, purchase.params(), of.covariance);
    let fit = of.fit.map(|fit| fit.into_report(purchase.name(), specs, params, coefficients, covariance));
    let fit = fit.transpose()?;
    Ok((purchase, fit))
}

impl GroupsPart {
    fn new(groups: &Groups, specs: &[ParamSpec]) -> Self {
        let one = |((name, customers), own): ((&String, &u64), &Group)| GroupPart {
            name: name.clone(),
            customers: *customers,
            parameters: named(specs, own.params.clone()),
            own_log_covariance: rows(&own.own),
        };
        let list = groups.names().iter().zip(&groups.customers).zip(&groups.pooled.groups);
        GroupsPart {
            by: groups.covariate.name.clone(),
            log_spread: rows(&groups.pooled.spread),
            common_log_covariance: rows(&groups.pooled.common_covariance),
            groups: list.map(one).collect(),
        }
    }

    fn into_memory(self, middle: &PurchaseModel) -> Result<Groups> {
        let (name, n) = (middle.name(), middle.params().len());
        let matrix =
            |of: &str, rows: Vec<Vec<f64>>| matrix(rows, n, &format!("{of} of groups by {}", self.by), name);
        let names: Vec<String> = self.groups.iter().map(|group| group.name.clone()).collect();
        if !names.is_sorted_by(|a, b| a < b) {
            return Err(Error::model(
                name,
                format!("the groups by {} must be sorted by name, each once", self.by),
            ));
        }
        let customers = self.groups.iter().map(|group| group.customers).collect();
        let group = |part: GroupPart| -> Result<Group> {
            let params = in_order(name, middle.specs(), &numbers(name, &part.parameters)?)?;
            let params = middle.with(&params)?.params().to_vec();
            Ok(Group { params, own: matrix(&part.name, part.own_log_covariance)? })
        };
        let pooled = PooledGroups {
            spread: matrix("log_spread", self.log_spread)?,
            common_covariance: matrix("common_log_covariance", self.common_log_covariance)?,
            common: middle.params().to_vec(),
            groups: self.groups.into_iter().map(group).collect::<Result<_>>()?,
        };
        let covariate = Covariate { name: self.by.clone(), kind: Kind::Groups { names } };
        Ok(Groups { covariate, customers, pooled })
    }
}

fn rows(matrix: &Array2<f64>) -> Vec<Vec<f64>> {
    matrix.rows().into_iter().map(|row| row.to_vec()).collect()
}

/// A covariance of so many parameters.
fn matrix(rows: Vec<Vec<f64>>, n: usize, what: &str, model: &str) -> Result<Array2<f64>> {
    if rows.len() != n || rows.iter().any(|row| row.len() != n) {
        return Err(Error::model(model, format!("{what}: the covariance must have {n} rows of {n} numbers")));
    }
    if (0..n).any(|i| rows[i][i] < 0.0) {
        return Err(Error::model(model, format!("{what}: the covariance has a negative variance")));
    }
    Ok(Array2::from_shape_fn((n, n), |(i, j)| rows[i][j]))
}
