//! Plans by group: how many contracts of each began, at which price, and how they renew there.

use std::collections::BTreeMap;

use crate::base::{Progress, Result};
use crate::contracts::kinds::{Kinds, Mix, few};
use crate::contracts::{Book, BookModel};
use crate::customers::UnseenLevel;
use crate::fit::fit_groups;
use crate::model::{Bdw, ContractTable, Model, Sbg};

/// A plan in a group.
pub(super) struct Cell {
    pub plan: usize,
    /// Contracts of the group that began with it.
    pub contracts: f64,
    /// Mean price of a period of these.
    pub price: f64,
    pub params: Vec<f64>,
    pub draws: Vec<Vec<f64>>,
}

/// Plans of all groups.
pub(super) struct Cells<'a> {
    pub model: &'a BookModel,
    pub of: Vec<Vec<Cell>>,
    /// Periods due and made of each group and age in months, of monthly contracts: what was seen of them.
    pub tables: Vec<Vec<(usize, ContractTable)>>,
}

impl<'a> Cells<'a> {
    /// Fits plans by group, where groups are not plans.
    pub fn new(
        model: &'a BookModel,
        book: &Book,
        (names, of_contract): (&[String], &[usize]),
        by_plan: bool,
        progress: &dyn Progress,
    ) -> Result<Self> {
        let (n, plans) = (names.len(), book.plans.len());
        let mut rows = vec![Vec::new(); n * plans];
        let mut begun = vec![(0.0, 0.0, 0.0); n * plans];
        let mut last = None;
        for term in &book.terms {
            let (group, plan) = (of_contract[term.contract as usize], term.plan as usize);
            let cycle = book.plans[plan].cycle;
            if let Some(row) = term.on(book.observed_until, cycle) {
                rows[group * plans + plan].push((row, term.entered(cycle)));
            }
            if last != Some(term.contract) {
                let of = &mut begun[group * plans + plan];
                of.0 += 1.0;
                if term.price > 0.0 {
                    *of = (of.0, of.1 + term.price, of.2 + 1.0);
                }
            }
            last = Some(term.contract);
        }
        let tables: Vec<ContractTable> = rows.into_iter().map(ContractTable::entered).collect();
        let kinds = Kinds::new(book, model, UnseenLevel::Reference)?;
        let mut mixes = mixes(book, &kinds, of_contract);
        let mut of: Vec<Vec<Cell>> = (0..n).map(|_| Vec::new()).collect();
        for plan in 0..plans {
            let there: Vec<usize> =
                (0..n).filter(|group| tables[group * plans + plan].customers > 0.0).collect();
            let own: Vec<ContractTable> =
                there.iter().map(|group| tables[group * plans + plan].clone()).collect();
            let fitted = by_group(model, plan, &own, by_plan || n < 2, progress)?;
            for (group, (params, draws)) in there.into_iter().zip(fitted) {
                let (contracts, sum, priced) = begun[group * plans + plan];
                let price = if priced > 0.0 { sum / priced } else { 0.0 };
                let Some(mix) = mixes.remove(&(group, plan)) else {
                    of[group].push(Cell { plan, contracts, price, params, draws });
                    continue;
                };
                // With covariates these say how a group differs from others.
                let covariates = model.cycles[model.plans[plan].cycle].covariates.as_ref();
                for (share, columns) in covariates.map_or(mix.clone(), |it| few(mix, it)) {
                    let draws = (0..draws.len()).map(|draw| model.drawn_with(plan, &columns, draw)).collect();
                    let params = model.params_with(plan, &columns);
                    of[group].push(Cell { plan, contracts: share * contracts, price, params, draws });
                }
            }
        }
        let with = |group: usize| {
            (0..plans).map(|plan| (plan, tables[group * plans + plan].clone())).collect::<Vec<_>>()
        };
        Ok(Cells { model, of, tables: (0..n).map(with).collect() })
    }
}

/// Contracts that began, by the columns of their covariates: of each group and plan that has any.
fn mixes(book: &Book, kinds: &Kinds, of_contract: &[usize]) -> BTreeMap<(usize, usize), Mix> {
    let mut counts: BTreeMap<(usize, usize, usize), f64> = BTreeMap::new();
    for terms in book.terms.chunk_by(|a, b| a.contract == b.contract) {
        let (kind, group) = (kinds.of(&terms[0]), of_contract[terms[0].contract as usize]);
        *counts.entry((group, kinds.plan(kind), kind)).or_default() += 1.0;
    }
    let mut found: BTreeMap<(usize, usize), Mix> = BTreeMap::new();
    for ((group, plan, kind), n) in counts {
        if let Some(columns) = kinds.columns(kind) {
            found.entry((group, plan)).or_default().push((n, columns.clone()));
        }
    }
    found
}

type Fitted = (Vec<f64>, Vec<Vec<f64>>);

/// The parameters of a plan in each group, with draws: about those of the plan, or the same.
fn by_group(
    model: &BookModel,
    plan: usize,
    tables: &[ContractTable],
    same: bool,
    progress: &dyn Progress,
) -> Result<Vec<Fitted>> {
    let fit = &model.plans[plan];
    let cycle = &model.cycles[fit.cycle];
    if same || tables.len() < 2 || cycle.report.is_none() || cycle.covariates.is_some() {
        return Ok(vec![(fit.params.clone(), fit.draws.clone()); tables.len()]);
    }
    let pooled = match cycle.model {
        Bdw::NAME => fit_groups::<Bdw>(tables, &fit.params, progress)?.0,
        _ => fit_groups::<Sbg>(tables, &fit.params, progress)?.0,
    };
    let k = fit.params.len();
    // Plans are drawn apart.
    let drawn = crate::contracts::pooled_draws(&pooled, model.seed.wrapping_add(1 + plan as u64));
    let of = |g: usize| drawn.iter().map(|all| all[g * k..(g + 1) * k].to_vec()).collect();
    Ok(pooled.groups.iter().enumerate().map(|(g, group)| (group.params.clone(), of(g))).collect())
}
