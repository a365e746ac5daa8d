//! The family: every purchase model by name, with what can be done by name. A new model needs one line here,
//! in [`PURCHASE_MODELS`]; what else it needs is in `ADDING_A_MODEL.md`.

use std::sync::Arc;

use crate::base::{Error, Progress, Result};
use crate::contracts::CONTRACT_MODELS;
use crate::customers::{CovariateTables, Customer, CustomerTable, Needs, Path, TIME_COVARIATES, Table};
use crate::fit::{
    FitOptions, FitReport, Lives, fit, fit_covariates, fit_groups, fit_over_time, fit_with_regularity,
    posterior,
};
use crate::model::{
    Attrition, BgBb, BgCnbd, BgNbd, DriftMbgNbd, DriftNbd, GGompertzNbd, LeavesInTime, MbgCnbd, MbgNbd,
    Model, Nbd, Order, ParetoNbd, Rates, Regression, TimeChange,
};
use crate::params::{
    CovariateConvention, CovariateRequest, Covariates, InTime, ParamSpec, PooledGroups, Regressor,
};

mod purchase_model;

pub use purchase_model::PurchaseModel;

/// One member of the family.
pub struct Member {
    /// Its name, as used in options and model files.
    pub name: &'static str,
    /// What it assumes of customers, in a few words.
    pub about: &'static str,
    /// Its parameters.
    pub params: &'static [ParamSpec],
    /// What it asks of customers.
    pub needs: Needs,
    make: fn(&[f64]) -> Result<Arc<dyn Attrition>>,
    fit: FitMember,
    slopes: fn(&[f64], &CustomerTable) -> Result<Vec<f64>>,
    log_likelihood: fn(&[f64], &Customer) -> Result<f64>,
    groups: FitGroups,
    regression: Option<RegressionMember>,
    exposure: InExposure,
    /// Of those that follow what is known of customers over time.
    in_time: Option<InTimeMember>,
}

/// What a member that follows it can do.
#[derive(Clone, Copy)]
struct InTimeMember {
    /// The model with these parameters of customers with these rates.
    with: fn(&[f64], Vec<Rates>) -> Arc<dyn Attrition>,
    fit: FitInTime,
}

/// Fits a member to all customers counted, and to their lives with what is known of them.
type FitInTime =
    fn(&CustomerTable, &Lives, &FitOptions, &dyn Progress) -> Result<(PurchaseModel, FitReport, InTime)>;

/// What of a member's customers is counted in exposure where rates change with age and date.
#[derive(Clone, Copy)]
enum InExposure {
    /// They buy at opportunities, and there is no rate to change.
    Nothing,
    /// All that happens to them.
    All,
    /// Purchases, but not lifetimes: the model with these parameters, on a path from birth on.
    Purchases(fn(&[f64], Path) -> Arc<dyn Attrition>),
}

/// Fits a member to customers counted.
type FitMember = fn(&CustomerTable, &FitOptions, &dyn Progress) -> Result<(PurchaseModel, FitReport)>;

/// Fits a member to groups, from the parameters of all together; also gives their likelihood.
type FitGroups = fn(&[CustomerTable], &[f64], &dyn Progress) -> Result<(PooledGroups, f64)>;

/// What a member with covariates can do.
#[derive(Clone, Copy)]
struct RegressionMember {
    regressors: fn(CovariateConvention) -> &'static [Regressor],
    fit: FitWithCovariates,
}

/// Fits a model with covariates: to all customers counted, and to them counted by covariates.
pub type FitWithCovariates = fn(
    &CustomerTable,
    &CovariateTables,
    &CovariateRequest,
    &FitOptions,
    &dyn Progress,
) -> Result<(PurchaseModel, FitReport, Covariates)>;

/// All purchase models.
pub static PURCHASE_MODELS: &[Member] = &[
    in_exposure::<BgNbd>(with_covariates::<BgNbd>("may leave, for ever, after any repeat purchase")),
    in_exposure::<MbgNbd>(with_covariates::<MbgNbd>(
        "may leave, for ever, after any purchase, the first one too",
    )),
    Member {
        in_time: Some(PARETO_IN_TIME),
        ..leaves_in_time::<ParetoNbd>(with_covariates::<ParetoNbd>("may leave, for ever, at any moment"))
    },
    leaves_in_time::<GGompertzNbd>(with_covariates::<GGompertzNbd>(
        "may leave at any moment, the more so the longer they have been customers",
    )),
    in_exposure::<BgCnbd>(member::<BgCnbd>("buy at regular gaps, may leave after any repeat purchase")),
    in_exposure::<MbgCnbd>(member::<MbgCnbd>(
        "buy at regular gaps, may leave after any purchase, the first one too",
    )),
    member::<BgBb>("buy at given opportunities only, and may leave before any of them"),
    in_exposure::<Nbd>(member::<Nbd>("never leave: the baseline without churn")),
    in_exposure::<DriftNbd>(member::<DriftNbd>("never leave, at a rate of their own that drifts")),
    in_exposure::<DriftMbgNbd>(member::<DriftMbgNbd>(
        "buy at a rate of their own that drifts, may leave after any purchase, the first one too",
    )),
];

/// A member that averages others: it is made of fitted models, and neither of parameters nor fitted itself.
pub(super) const fn averaging(name: &'static str, about: &'static str) -> Member {
    Member {
        name,
        about,
        params: &[],
        needs: Needs::NONE,
        make: |_| Err(Error::model("average", NO_PARAMETERS)),
        fit: |_, _, _| Err(Error::model("average", NO_PARAMETERS)),
        groups: |_, _, _| Err(Error::model("average", NO_PARAMETERS)),
        slopes: |_, _| Err(Error::model("average", NO_PARAMETERS)),
        log_likelihood: |_, _| Err(Error::model("average", NO_PARAMETERS)),
        regression: None,
        exposure: InExposure::Nothing,
        in_time: None,
    }
}

const NO_PARAMETERS: &str =
    "it averages the forecasts of other models, and has no parameters of its own: clv fit makes it of a log";

const fn member<M: Attrition + Model<Row = Customer, Table = CustomerTable>>(about: &'static str) -> Member {
    Member {
        name: M::NAME,
        about,
        params: M::PARAMS,
        needs: M::NEEDS,
        make: make::<M>,
        fit: fit_member::<M>,
        slopes: slopes::<M>,
        log_likelihood: |params, customer| Ok(M::checked(params)?.log_likelihood(customer)),
        groups: fit_member_to_groups::<M>,
        regression: None,
        exposure: InExposure::Nothing,
        in_time: None,
    }
}

/// A member whose parameters can depend on covariates.
const fn with_covariates<M: Attrition + Regression<Row = Customer, Table = CustomerTable>>(
    about: &'static str,
) -> Member {
    let regression = RegressionMember { regressors: M::regressors, fit: fit_regression::<M> };
    Member { regression: Some(regression), ..member::<M>(about) }
}

/// A member whose rates may change with age and date: the bound sees to it.
#[allow(clippy::extra_unused_type_parameters)]
const fn in_exposure<M: TimeChange>(member: Member) -> Member {
    Member { exposure: InExposure::All, ..member }
}

/// A member whose rates of purchase may.
const fn leaves_in_time<M: LeavesInTime + Model>(member: Member) -> Member {
    let own = |params: &[f64], course: Path| M::from_params(params).in_course(course);
    Member { exposure: InExposure::Purchases(own), ..member }
}

fn fit_regression<M: Attrition + Regression<Row = Customer, Table = CustomerTable>>(
    table: &CustomerTable,
    tables: &CovariateTables,
    request: &CovariateRequest,
    options: &FitOptions,
    progress: &dyn Progress,
) -> Result<(PurchaseModel, FitReport, Covariates)> {
    let without = fit::<M>(table, options, progress)?;
    let (fitted, covariates) = fit_covariates(tables, request, &without, options, progress)?;
    Ok((PurchaseModel::new(M::NAME, &fitted.model.params())?, fitted.report, covariates))
}

const PARETO_IN_TIME: InTimeMember = InTimeMember {
    with: |params, rates| ParetoNbd::from_params(params).in_time(rates),
    fit: |table, lives, options, progress| {
        let without = fit::<ParetoNbd>(table, options, progress)?;
        let (fitted, found) =
            fit_over_time::<ParetoNbd>(lives, table.typical(), &without, options, progress)?;
        Ok((PurchaseModel::new(ParetoNbd::NAME, &fitted.model.params())?, fitted.report, found))
    },
};

fn make<M: Attrition + Model>(params: &[f64]) -> Result<Arc<dyn Attrition>> {
    Ok(Arc::new(M::checked(params)?))
}

fn fit_member<M: Attrition + Model<Table = CustomerTable>>(
    table: &CustomerTable,
    options: &FitOptions,
    progress: &dyn Progress,
) -> Result<(PurchaseModel, FitReport)> {
    let table = told_apart::<M>(table);
    let mut fitted = fit_with_regularity::<M>(table, options, progress)?;
    posterior::explore(table, &fitted.model, &mut fitted.report, options, progress)?;
    let model = PurchaseModel::new(M::NAME, &fitted.model.params())?;
    Ok((model, fitted.report))
}

fn fit_member_to_groups<M: Model<Table = CustomerTable>>(
    tables: &[CustomerTable],
    pooled: &[f64],
    progress: &dyn Progress,
) -> Result<(PooledGroups, f64)> {
    if !M::NEEDS.purchase_times {
        return fit_groups::<M>(tables, pooled, progress);
    }
    let tables: Vec<CustomerTable> = tables.iter().map(|table| told_apart::<M>(table).clone()).collect();
    fit_groups::<M>(&tables, pooled, progress)
}

/// The customers as this model tells them apart.
fn told_apart<M: Model>(table: &CustomerTable) -> &CustomerTable {
    table.by_ages.as_deref().filter(|_| M::NEEDS.purchase_times).unwrap_or(table)
}

/// The slopes of the log-likelihood in the logarithms of the parameters.
fn slopes<M: Model<Table = CustomerTable>>(params: &[f64], table: &CustomerTable) -> Result<Vec<f64>> {
    let sum = M::checked(params)?.sum_to(table, Order::First);
    Ok(params.iter().zip(&sum.gradient).map(|(param, slope)| param * slope).collect())
}

impl std::fmt::Debug for Member {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl Member {
    /// The member of this name.
    ///
    /// # Errors
    /// If there is none; the message lists those there are.
    pub fn named(name: &str) -> Result<&'static Member> {
        PURCHASE_MODELS.iter().find(|member| member.name == name).ok_or_else(|| {
            let known = PURCHASE_MODELS.iter().map(|member| member.name);
            let known: Vec<_> = known.chain(CONTRACT_MODELS.iter().map(|member| member.name)).collect();
            let letters = |name: &str| name.to_lowercase().replace(['-', '_', '/', ' '], "");
            let meant = known.iter().find(|known| letters(known) == letters(name));
            let meant = meant.map(|meant| format!(": did you mean {meant}?")).unwrap_or_default();
            let known = known.join(", ");
            Error::model(
                name,
                format!("unknown model '{name}'{meant}; known are {known}; best and robust, averages of several; and bic and all to compare"),
            )
        })
    }

    /// The member with these parameters.
    ///
    /// # Errors
    /// If one is not in its domain.
    pub fn with(&'static self, params: &[f64]) -> Result<PurchaseModel> {
        Ok(PurchaseModel::of(self, params, (self.make)(params)?))
    }

    /// The log-likelihood of one customer's history `(x, t_x, T)` under these parameters. Of models of regular purchases
    /// without the term `(k - 1) Σ ln gap`, which `(x, t_x, T)` does not say.
    ///
    /// # Errors
    /// If a parameter is not in its domain.
    pub fn log_likelihood(&self, params: &[f64], customer: &Customer) -> Result<f64> {
        (self.log_likelihood)(params, customer)
    }

    /// How it is fitted with covariates.
    ///
    /// # Errors
    /// If it takes none.
    pub fn regression(&self) -> Result<FitWithCovariates> {
        self.with_covariates().map(|regression| regression.fit)
    }

    /// What covariates act on.
    ///
    /// # Errors
    /// If it takes none.
    pub fn regressors(&self, convention: CovariateConvention) -> Result<&'static [Regressor]> {
        self.with_covariates().map(|regression| (regression.regressors)(convention))
    }

    /// Checks that its rates may change with age and date.
    ///
    /// # Errors
    /// If they may not.
    pub fn in_exposure(&self) -> Result<()> {
        if !matches!(self.exposure, InExposure::Nothing) {
            return Ok(());
        }
        let able = PURCHASE_MODELS.iter().filter(|member| !matches!(member.exposure, InExposure::Nothing));
        let able = able.map(|member| member.name).collect::<Vec<_>>().join(", ");
        let message = format!(
            "its customers buy at given opportunities, so that there are no rates to change with age and date \
             (--age-effect, --season); models that have them are {able}"
        );
        Err(Error::model(self.name, message))
    }

    /// Is all that happens to its customers counted in exposure where rates change with age and date, and not purchases
    /// alone?
    pub fn counts_exposure(&self) -> bool {
        matches!(self.exposure, InExposure::All)
    }

    /// How it is fitted to what is known of customers over time.
    ///
    /// # Errors
    /// If it cannot be.
    pub fn in_time(&self) -> Result<FitInTime> {
        self.in_time.map(|own| own.fit).ok_or_else(|| {
            let able = PURCHASE_MODELS.iter().filter(|member| member.in_time.is_some());
            let able = able.map(|member| member.name).collect::<Vec<_>>().join(", ");
            let message = format!(
                "it does not follow what changes with time ({TIME_COVARIATES}); models that do: {able}"
            );
            Error::model(self.name, message)
        })
    }

    fn with_covariates(&self) -> Result<RegressionMember> {
        self.regression.ok_or_else(|| {
            let able = PURCHASE_MODELS.iter().filter(|member| member.regression.is_some());
            let able: Vec<_> = able.map(|member| member.name).collect();
            let message = format!("it takes no covariates; those that do are {}", able.join(", "));
            Error::model(self.name, message)
        })
    }

    /// Fits it to counted customers.
    ///
    /// # Errors
    /// See [`fit_with_regularity`].
    pub fn fit(
        &self,
        table: &CustomerTable,
        options: &FitOptions,
        progress: &dyn Progress,
    ) -> Result<(PurchaseModel, FitReport)> {
        (self.fit)(table, options, progress)
    }

    /// By how much the logarithms of the parameters are greater in a fit to these customers than in one that has ended near
    /// it: a step of Newton's, by the covariance of that fit.
    ///
    /// # Errors
    /// If a parameter is out of its domain.
    pub fn moves(
        &self,
        table: &CustomerTable,
        params: &[f64],
        covariance: Option<&Vec<Vec<f64>>>,
    ) -> Result<Vec<f64>> {
        let Some(covariance) = covariance.filter(|known| known.len() == params.len()) else {
            return Ok(vec![0.0; params.len()]);
        };
        let slopes = (self.slopes)(params, table)?;
        let one = |i: usize| {
            let of = |j: usize| covariance[i][j] / (params[i] * params[j]) * slopes[j];
            (0..params.len()).map(of).sum::<f64>().clamp(-1.0, 1.0)
        };
        Ok((0..params.len()).map(one).collect())
    }

    /// Fits it to groups of customers with partial pooling, from the parameters of all together; see
    /// [`fit_groups`].
    ///
    /// # Errors
    /// If the caller wants it to stop.
    pub fn fit_groups(
        &self,
        tables: &[CustomerTable],
        pooled: &[f64],
        progress: &dyn Progress,
    ) -> Result<(PooledGroups, f64)> {
        (self.groups)(tables, pooled, progress)
    }
}
