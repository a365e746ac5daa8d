//! What a new customer of each group is like: a purchase model, a mean amount and a first purchase of its own,
//! each drawn to those of the other groups as far as the group's own data are few ([`fit_groups`](crate::fit::fit_groups), [`pooled`]). They
//! are held to the total of all in [`super::newcomers`].

use ndarray::Array2;

use super::base::{Base, Grouping};
use super::pooling::{Sample, pooled};
use super::uncertain::{Beside, Uncertain};
use crate::base::{Error, Progress, Result};
use crate::customers::{CustomerTable, SpendTable, UnseenLevel, encode};
use crate::fit::{FitOptions, PosteriorOptions};
use crate::fitted::{ClvModel, Member, PurchaseModel, SpendModel, draws::Draw};
use crate::params::{PooledGroups, within_reach};
use crate::special::linalg::cholesky;

/// How new customers of one group buy and pay.
pub(super) struct GroupModel {
    /// The purchase model.
    pub purchase: PurchaseModel,
    /// The same, beside the estimate.
    pub beside: Beside<PurchaseModel>,
    /// Mean amount of repeat purchases.
    pub spend: Uncertain,
    /// Mean amount of the first purchase.
    pub first: Uncertain,
}

impl GroupModel {
    /// How many directions its figures have: those of the purchase model, then spend, then first purchase.
    pub fn directions(&self) -> usize {
        self.beside.directions() + 2
    }

    /// The same of customers who come now, where rates change with time.
    fn of_newcomers(self, model: &ClvModel, base: &Base) -> Self {
        GroupModel {
            purchase: base.of_newcomers(model, &self.purchase, None),
            beside: self.beside.map(|purchase| base.of_newcomers(model, purchase, None)),
            ..self
        }
    }

    /// From a fit whose logarithms of parameters are normal.
    fn new(name: &str, purchase: &Known, spend: (f64, f64), first: (f64, f64)) -> Result<Self> {
        let factor = cholesky(&purchase.log_covariance);
        let n = purchase.params.len();
        let moved = |k: usize, sign: f64| {
            let params = purchase.params.iter().enumerate();
            let params: Vec<f64> =
                params.map(|(i, p)| within_reach(p * (sign * factor[[i, k]]).exp())).collect();
            PurchaseModel::new(name, &params)
        };
        let moves = (0..n).filter(|k| (0..n).any(|i| factor[[i, *k]] != 0.0));
        let sides: Vec<_> = moves.map(|k| Ok([moved(k, 1.0)?, moved(k, -1.0)?])).collect::<Result<_>>()?;
        let directions = sides.len();
        Ok(GroupModel {
            purchase: PurchaseModel::new(name, &purchase.params)?,
            spend: estimated(spend, directions),
            first: estimated(first, directions + 1),
            beside: Beside::Sides(sides),
        })
    }

    /// From draws of the parameters of the model of all.
    fn drawn(
        model: &ClvModel,
        base: &Base,
        draws: &[Draw],
        spend: (f64, f64),
        first: (f64, f64),
    ) -> Result<Self> {
        let own = |draw: &Draw| {
            let purchase = model.purchase.with(&draw.params)?;
            Ok(base.of_newcomers(model, &purchase, draw.rates.as_deref()))
        };
        let purchases = draws.iter().map(own).collect::<Result<Vec<_>>>()?;
        let mean =
            |draw: &Draw| draw.spend.map(|spend| spend.population_mean()).filter(|mean| mean.is_finite());
        let known = spend_is_known(model);
        Ok(GroupModel {
            purchase: base.of_newcomers(model, &model.purchase, None),
            beside: Beside::Draws(purchases),
            spend: match known {
                true => Beside::Draws(draws.to_vec()).figure(spend.0, |draw| mean(draw).unwrap_or(spend.0)),
                false => estimated(spend, 0),
            },
            first: estimated(first, 1),
        })
    }
}

/// A mean with its variance, along one direction.
fn estimated((mean, variance): (f64, f64), direction: usize) -> Uncertain {
    Uncertain::along(mean, direction, if mean > 0.0 { variance.sqrt() / mean } else { 0.0 })
}

/// The model of all customers together: the fitted one; with covariates, the same family without them.
pub(super) fn of_all(
    model: &ClvModel,
    base: &Base,
    draws: &[Draw],
    progress: &dyn Progress,
) -> Result<GroupModel> {
    let spend = of_population(model).unwrap_or_else(|| observed(base, |_| true).moments());
    let first = Sample::of((0..base.len()).map(|i| base.first[i])).moments();
    if model.effects.is_none() {
        return GroupModel::drawn(model, base, draws, spend, first);
    }
    let member = Member::named(model.purchase.name())?;
    // Its covariance is all that is used of how sure it is.
    let chosen = crate::study::drift::of(model).map(|(drift, k)| (drift.in_units(model.unit), k)).unzip();
    let options = FitOptions {
        posterior: PosteriorOptions::unchecked(),
        drift: chosen.0,
        regularity: chosen.1,
        ..FitOptions::default()
    };
    let (fitted, report) = member.fit(&table(base, |_| true), &options, progress)?;
    let purchase = Known::new(fitted.params().to_vec(), report.covariance);
    GroupModel::new(model.purchase.name(), &purchase, spend, first)
}

/// The mean amount of the population under the model, if it is to be trusted.
fn of_population(model: &ClvModel) -> Option<(f64, f64)> {
    let covariance = model.spend_fit.as_ref().and_then(|fit| fit.covariance.clone());
    let spend = model.spend?;
    population_mean(&spend, &Known::new(spend.params(), covariance))
}

fn spend_is_known(model: &ClvModel) -> bool {
    of_population(model).is_some()
}

/// The models of the groups, in the order of their levels.
pub(super) fn of_each(
    model: &ClvModel,
    base: &Base,
    by: &Grouping,
    progress: &dyn Progress,
) -> Result<Vec<GroupModel>> {
    let groups = by.levels.len();
    let purchases = purchases_of_each(model, base, by, progress)?;
    let mut spends: Vec<_> = (0..groups).map(|_| SpendTable::builder()).collect();
    for i in 0..base.len() {
        let row = base.spend_row(i);
        if row.x > 0 {
            spends[by.of[i] as usize].push(row, 1.0);
        }
    }
    let spends: Vec<_> = spends.iter().map(|builder| builder.finish()).collect();
    let of_all = model.spend.expect("checked when customers were read");
    let (spends, _) = of_all.fit_groups(&spends, progress)?;
    let of = |g: usize| move |i: usize| by.of[i] as usize == g;
    let plain: Vec<Sample> = (0..groups).map(|g| observed(base, of(g))).collect();
    let plain = pooled(&plain);
    let first = (0..groups).map(|g| Sample::of((0..base.len()).filter(|i| of(g)(*i)).map(|i| base.first[i])));
    let first = pooled(&first.collect::<Vec<_>>());
    let one = |g: usize| {
        let spend = population_mean(&of_all, &Known::of(&spends, g)).unwrap_or(plain[g]);
        let group = GroupModel::new(model.purchase.name(), &purchases[g], spend, first[g])?;
        Ok(group.of_newcomers(model, base))
    };
    (0..groups).map(one).collect()
}

/// How groups buy: as the model has it, if these are its groups; else each is fitted, drawn to the others.
fn purchases_of_each(
    model: &ClvModel,
    base: &Base,
    by: &Grouping,
    progress: &dyn Progress,
) -> Result<Vec<Known>> {
    if let Some(own) = model.groups().filter(|groups| groups.covariate.name == by.name) {
        let place = |level: &String| {
            let columns = encode(std::slice::from_ref(&own.covariate), &[level], UnseenLevel::Reference);
            columns.expect("groups that were not seen have a number, too")[0] as usize
        };
        return Ok(by.levels.iter().map(|level| Known::of(&own.pooled, place(level))).collect());
    }
    if model.purchase.average().is_some() {
        let message = "new customers of a group have parameters of their own, and an average of models has none to give: fit one \
                       of its models, such as --model mbg-nbd";
        return Err(Error::option("--by", message));
    }
    let member = Member::named(model.purchase.name())?;
    let own = |g: usize| {
        let table = table(base, |i| by.of[i] as usize == g);
        match &model.intensity {
            Some(intensity) => member.in_rates(&table, intensity, base.now, model.unit.days()),
            None => table,
        }
    };
    let tables: Vec<_> = (0..by.levels.len()).map(own).collect();
    let (fits, _) = member.fit_groups(&tables, model.purchase.params(), progress)?;
    Ok((0..tables.len()).map(|g| Known::of(&fits, g)).collect())
}

/// Parameters, and how sure they are.
struct Known {
    params: Vec<f64>,
    /// Covariance of their logarithms; 0 where nothing is open.
    log_covariance: Array2<f64>,
}

impl Known {
    /// A group of a fit, or one that it has not seen.
    fn of(fits: &PooledGroups, group: usize) -> Self {
        match fits.groups.get(group) {
            Some(own) => Known { params: own.params.clone(), log_covariance: fits.log_covariance(group) },
            None => {
                let log_covariance = &fits.common_covariance + &fits.spread;
                Known { params: fits.common.clone(), log_covariance }
            }
        }
    }

    /// From a covariance of parameters, if there is one.
    fn new(params: Vec<f64>, covariance: Option<Vec<Vec<f64>>>) -> Self {
        let n = params.len();
        let known = covariance.filter(|c| c.len() == n);
        let log = |(i, j): (usize, usize)| known.as_ref().map_or(0.0, |c| c[i][j] / (params[i] * params[j]));
        Known { log_covariance: Array2::from_shape_fn((n, n), log), params }
    }
}

/// The histories of some customers, counted.
fn table(base: &Base, of: impl Fn(usize) -> bool) -> CustomerTable {
    let mut builder = CustomerTable::builder();
    let mut by_ages = CustomerTable::builder();
    let mut gaps = 0.0;
    for i in (0..base.len()).filter(|i| of(*i)) {
        builder.push(base.customers[i], 1.0);
        if let Some(ages) = base.purchase_times(i) {
            by_ages.push_with_ages(base.customers[i], ages, 1.0);
        }
        gaps += base.log_gaps.get(i).copied().unwrap_or(0.0);
    }
    if !base.log_gaps.is_empty() {
        builder.log_gaps(gaps);
    }
    if !base.purchase_times.1.is_empty() {
        builder.by_ages(by_ages.finish());
    }
    builder.finish()
}

/// Mean amount of the population under this fit of the spend model, and the variance of its estimate (delta method);
/// `None` where it is not to be trusted.
fn population_mean(of: &SpendModel, fit: &Known) -> Option<(f64, f64)> {
    let spend = of.with(&fit.params);
    let (mean, slope) = (spend.population_mean(), spend.population_mean_slopes()?);
    let n = slope.len();
    let variance: f64 = (0..n)
        .flat_map(|i| (0..n).map(move |j| (i, j)))
        .map(|(i, j)| slope[i] * fit.log_covariance[[i, j]] * slope[j])
        .sum();
    // The logarithm is known to less than a factor of e: else the observed mean says more.
    (variance < 1.0).then_some((mean, mean * mean * variance))
}

/// The mean amounts of repeat customers.
fn observed(base: &Base, of: impl Fn(usize) -> bool) -> Sample {
    let rows = (0..base.len()).filter(|i| of(*i)).map(|i| base.spend_row(i));
    Sample::of(rows.filter(|row| row.x > 0).map(|row| row.mean))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: p v/(q - 1) = 2 30/3 = 20, and the slopes of its logarithm 1, -4/3, 1 with the covariance below give
    /// 0.04 + 16/9 0.01 + 0.02 + 2 (-4/3 0.005 + 0.01 - 4/3 0.002). Seen to fail with cross terms taken once.
    #[test]
    fn means_have_the_variance_of_their_parameters() {
        let covariance = vec![
            vec![0.04 * 4.0, 0.005 * 8.0, 0.01 * 60.0],
            vec![0.005 * 8.0, 0.01 * 16.0, 0.002 * 120.0],
            vec![0.01 * 60.0, 0.002 * 120.0, 0.02 * 900.0],
        ];
        let of = SpendModel::from(crate::model::GammaGamma { p: 1.0, q: 1.0, v: 1.0 });
        let (mean, variance) =
            population_mean(&of, &Known::new(vec![2.0, 4.0, 30.0], Some(covariance))).unwrap();
        let relative = 0.04 + 16.0 / 9.0 * 0.01 + 0.02 + 2.0 * (0.01 - 4.0 / 3.0 * 0.007);
        assert!(
            (mean - 20.0).abs() < 1e-12 && (variance / 400.0 / relative - 1.0).abs() < 1e-12,
            "{variance}"
        );
    }
}
