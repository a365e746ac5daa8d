//! Several fitted models on the same customers and outcomes: each one's marks, and how their distributions err together.

use rayon::prelude::*;

use super::{Foretold, Marks, SMALL, Seen, not_finite};
use crate::base::{Error, Result};
use crate::fitted::{ClvModel, PurchaseModel};
use crate::model::CountTable;

/// What outcomes say of several models.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// Model by model.
    pub marks: Vec<Marks>,
    /// Model by model, for each the sum over customers of `Σ_n (F_i(n) − 1[y <= n]) (F_j(n) − 1[y <= n])`: of a mixture with
    /// weights `w` the continuous ranked probability score is `w' Q w`.
    pub pairs: Vec<Vec<f64>>,
}

impl Compared {
    fn zero(models: usize) -> Self {
        Compared { marks: vec![Marks::default(); models], pairs: vec![vec![0.0; models]; models] }
    }

    fn add(&mut self, other: &Compared) {
        self.marks.iter_mut().zip(&other.marks).for_each(|(sum, own)| sum.add(own));
        for (sums, own) in self.pairs.iter_mut().zip(&other.pairs) {
            sums.iter_mut().zip(own).for_each(|(sum, own)| *sum += own);
        }
    }
}

/// What customers of one history did, and when they bought before, which models have to know that follow them from purchase to
/// purchase: ages at repeat purchases \[units\]. Without such models they may be left out.
pub type Followed = (Vec<f64>, Seen);

/// Marks models for what customers did within a horizon \[units of the models\], seen from the end of what they were fitted to.
/// Customers are in time as it is, rows in any order.
///
/// # Errors
/// If a model gives no finite answer for a customer.
pub fn compare(models: &[&ClvModel], horizon: f64, rows: &[Followed]) -> Result<Compared> {
    models.iter().try_for_each(|model| model.refuse_in_time("a comparison of forecasts"))?;
    let mut rows: Vec<&Followed> = rows.iter().collect();
    rows.sort_by(|a, b| {
        let key = |seen: &Seen| (seen.customer.t.to_bits(), seen.customer.x, seen.customer.t_x.to_bits());
        let ages = |row: &Followed| row.0.iter().map(|age| age.to_bits()).collect::<Vec<_>>();
        key(&a.1).cmp(&key(&b.1)).then_with(|| ages(a).cmp(&ages(b))).then(a.1.bought.cmp(&b.1.bought))
    });
    let same =
        |a: &&Followed, b: &&Followed| a.1.customer.t == b.1.customer.t && a.1.customer.x == b.1.customer.x;
    let ages: Vec<&[&Followed]> = rows.chunk_by(same).collect();
    let parts: Vec<Compared> =
        ages.par_iter().map(|rows| of_age(models, horizon, rows)).collect::<Result<_>>()?;
    let mut all = Compared::zero(models.len());
    parts.iter().for_each(|part| all.add(part));
    Ok(all)
}

/// One model for customers of one `x` and `T`, or of one history where it follows them.
struct Voice {
    purchase: PurchaseModel,
    table: CountTable,
    /// What is expected of who is alive, where that is the same for all.
    expected: Option<f64>,
}

fn of_age(models: &[&ClvModel], horizon: f64, rows: &[&Followed]) -> Result<Compared> {
    let mut shared: Vec<Option<Voice>> = Vec::with_capacity(models.len());
    for model in models {
        let alike = !model.purchase.needs().purchase_times;
        shared.push(alike.then(|| Voice::new(model, rows[0], horizon)).transpose()?);
    }
    let mut compared = Compared::zero(models.len());
    for history in rows.chunk_by(|a, b| a.1.customer == b.1.customer && a.0 == b.0) {
        let mut own: Vec<Option<Voice>> = Vec::with_capacity(models.len());
        for (model, shared) in models.iter().zip(&shared) {
            let alone = shared.is_none();
            own.push(alone.then(|| Voice::new(model, history[0], horizon)).transpose()?);
        }
        let both = shared.iter().zip(&own);
        let voices: Vec<&Voice> = both.filter_map(|(shared, own)| shared.as_ref().or(own.as_ref())).collect();
        history_of(&voices, history, horizon, &mut compared)?;
    }
    Ok(compared)
}

/// Customers of one history: marks, and how distributions err together, at the places of the one that goes furthest.
fn history_of(voices: &[&Voice], history: &[&Followed], horizon: f64, compared: &mut Compared) -> Result<()> {
    let mut foretold = Vec::with_capacity(voices.len());
    for (voice, marks) in voices.iter().zip(&mut compared.marks) {
        foretold.push(voice.history(history, horizon, marks)?);
    }
    let furthest = |voice: &&&Voice| voice.table.places.last().map_or(0, |place| *place as u64);
    let Some(places) = voices.iter().max_by_key(furthest).map(|voice| &voice.table.places) else {
        return Ok(());
    };
    let at = |foretold: &Foretold| places.iter().map(|place| foretold.at(*place).0).collect();
    let over: Vec<Vec<f64>> = foretold.iter().map(at).collect();
    for i in 0..voices.len() {
        for j in i..voices.len() {
            let sum = together(places, &over[i], &over[j], history);
            compared.pairs[i][j] += sum;
            if i != j {
                compared.pairs[j][i] += sum;
            }
        }
    }
    Ok(())
}

impl Voice {
    fn new(model: &ClvModel, (ages, seen): &Followed, horizon: f64) -> Result<Self> {
        let (purchase, customer) = model.seen_buying(&seen.customer, ages, 0.0);
        purchase.admits(&customer).map_err(|words| Error::model(purchase.name(), words))?;
        let table = CountTable::new(&purchase.counts_if_alive(&customer, horizon));
        if table.over.iter().flatten().any(|chance| !chance.is_finite()) {
            return Err(not_finite(&customer, f64::NAN));
        }
        let same = !purchase.recency_matters_if_alive();
        let expected = same.then(|| purchase.expected_if_alive(&customer, horizon));
        Ok(Voice { purchase, table, expected })
    }

    /// Customers of one history: their marks, and what was foretold.
    fn history(&self, history: &[&Followed], horizon: f64, marks: &mut Marks) -> Result<Foretold<'_>> {
        let customer = history[0].1.customer;
        let p_alive = self.purchase.p_alive(&customer);
        let if_alive = match self.expected {
            Some(expected) => expected,
            None if p_alive > 0.0 => self.purchase.expected_if_alive(&customer, horizon),
            None => 0.0,
        };
        let expected = if p_alive > 0.0 { p_alive * if_alive } else { 0.0 };
        if !(p_alive.is_finite() && expected.is_finite()) {
            return Err(not_finite(&customer, expected));
        }
        let foretold = Foretold::new(&*self.purchase, &customer, p_alive, &self.table);
        for (_, seen) in history {
            let score = foretold.score(seen.bought);
            let chance = match score.chance {
                small if small < SMALL => self.purchase.purchases_pmf(&customer, horizon, seen.bought),
                chance => chance,
            };
            marks.expected += seen.count * expected;
            marks.add_one(seen, &score, foretold.p_buy(), -chance.ln());
        }
        Ok(foretold)
    }
}

/// The sum over customers of one history of `Σ_n (F_i(n) − 1[y <= n]) (F_j(n) − 1[y <= n])`, from the chances of more than
/// each place. Between places that have a gap sums are taken to grow evenly.
fn together(places: &[f64], over_i: &[f64], over_j: &[f64], history: &[&Followed]) -> f64 {
    let n = places.len();
    let gap = |at: usize| if at == 0 { 1.0 } else { places[at] - places[at - 1] };
    // Σ_{k <= place} (1 − over_i)(1 − over_j), and Σ_{k > place} over_i over_j; in a gap by the trapezium rule.
    let grown = |at: usize, of: &dyn Fn(usize) -> f64| match gap(at) {
        gap if gap > 1.0 => 0.5 * gap * (of(at - 1) + of(at)) + 0.5 * (of(at) - of(at - 1)),
        _ => of(at),
    };
    let (mut below, mut above) = (vec![0.0; n], vec![0.0; n]);
    let under = |at: usize| (1.0 - over_i[at]) * (1.0 - over_j[at]);
    let beyond = |at: usize| over_i[at] * over_j[at];
    for at in 0..n {
        below[at] = grown(at, &under) + if at > 0 { below[at - 1] } else { 0.0 };
    }
    for at in (1..n).rev() {
        above[at - 1] = above[at] + grown(at, &beyond);
    }
    let none = beyond(0);
    let of = |y: f64| {
        if y == 0.0 {
            return none + above[0];
        }
        // Up to y − 1 nobody has bought so little, from y on everybody has no more.
        let (k, at) = (y - 1.0, places.partition_point(|place| *place < y - 1.0));
        match places.get(at) {
            None => below[n - 1] + (k - places[n - 1]),
            Some(place) if *place == k => below[at] + above[at],
            Some(place) => {
                let part = (k - places[at - 1]) / (place - places[at - 1]);
                let between = |sums: &[f64]| sums[at - 1] + part * (sums[at] - sums[at - 1]);
                between(&below) + between(&above)
            }
        }
    };
    history.iter().map(|(_, seen)| seen.count * of(f64::from(seen.bought))).sum()
}

#[cfg(test)]
mod tests {
    use super::super::mark;
    use super::*;
    use crate::base::Unit;
    use crate::customers::Customer;

    /// One model's marks are those of [`mark`]; on the diagonal are its scores, and a mixture's score is the quadratic form of its
    /// weights.
    #[test]
    fn mixtures_score_as_their_pairs() {
        use crate::fitted::{Average, Part};
        let models = [
            ("mbg-nbd", vec![0.6, 5.0, 0.6, 2.4]),
            ("pareto-nbd", vec![0.55, 10.6, 0.61, 11.7]),
            ("nbd", vec![9.0, 2.0]),
        ];
        let models = models.map(|(name, params)| PurchaseModel::new(name, &params).unwrap());
        let part = |(weight, model): (f64, &PurchaseModel)| Part {
            weight,
            model: model.clone(),
            intensity: None,
            fit: None,
        };
        let weights = [0.5, 0.2, 0.3];
        let average = Average::new(true, weights.into_iter().zip(&models).map(part).collect());
        let all = models.iter().cloned().chain([PurchaseModel::averaging(average)]);
        let all: Vec<ClvModel> =
            all.map(|model| ClvModel::from_parameters(model, None, Unit::Week)).collect();
        let row = |i: u32| {
            let (x, t) = (i % 5, f64::from(20 + i % 3));
            let customer = Customer { x, t_x: if x == 0 { 0.0 } else { t - 3.0 }, t };
            Seen { customer, bought: [0, 1, 2, 7, 70, 190][(i % 6) as usize], count: f64::from(1 + i % 2) }
        };
        let rows: Vec<Seen> = (0..60).map(row).collect();
        let followed: Vec<Followed> = rows.iter().map(|row| (Vec::new(), *row)).collect();
        let found = compare(&all.iter().collect::<Vec<_>>(), 26.0, &followed).unwrap();
        for (i, (model, own)) in all.iter().zip(&found.marks).enumerate() {
            let direct = mark(&model.purchase, 26.0, &rows).unwrap();
            let close = |a: f64, b: f64, to: f64| (a - b).abs() <= to * b.abs();
            // Places of one model and of several differ where they have gaps.
            assert!(
                close(own.crps, direct.crps, 2e-4) && close(own.expected, direct.expected, 1e-12),
                "{i} {own:?} {direct:?}"
            );
            assert!(close(own.log, direct.log, 1e-4) && close(own.brier, direct.brier, 1e-12));
            assert!(close(found.pairs[i][i], own.crps, 2e-3), "{i}: {} {}", found.pairs[i][i], own.crps);
        }
        let form = |i: usize, j: usize| weights[i] * weights[j] * found.pairs[i][j];
        let quadratic: f64 = (0..3).flat_map(|i| (0..3).map(move |j| (i, j))).map(|(i, j)| form(i, j)).sum();
        assert!((quadratic / found.pairs[3][3] - 1.0).abs() < 1e-9, "{quadratic} {}", found.pairs[3][3]);
    }
}
