//! Corners: data whose likelihood has its supremum where several parameters are at their limits together. Fits end
//! there, name it, have the limit's log-likelihood, and forecast what the limit does.
//!
//! Pedigree: by hand (the limit's own likelihood, maximised in a few lines that share no code with the library), or
//! scipy, of the same likelihood written down again in logarithms.

use crate::common::{assert_close, forecasts, summary_of};
use clv::Discounting;
use clv::customers::{Customer, CustomerTable};
use clv::fit::{FitOptions, StopReason, fit};
use clv::fitted::{ClvModel, FitRequest};
use clv::history::{Summary, SummaryBatch};
use clv::model::{Attrition, Bdw, ContractRow, ContractTable, Model, Nbd};
use clv::params::CovariateRequest;

type Rows = Vec<(u32, f64, f64, f64)>;

/// A repeatable stream of numbers in (0, 1).
fn uniform(seed: u64) -> impl FnMut() -> f64 {
    use rand::{RngExt, SeedableRng};
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
    move || rng.random::<f64>().max(1e-12)
}

/// Half of the customers at one rate for ever, the others gone after the first purchase: 40 of each, once in 20
/// weeks or so, seen for 30 to 52 weeks.
fn half_and_half() -> Rows {
    let mut u = uniform(23);
    let mut rows = Vec::new();
    for i in 0..80 {
        let t = 30.0 + (22.0 * u()).ceil();
        let (mut x, mut t_x, mut now) = (0, 0.0, -3.0 * u().ln());
        while i % 2 == 0 && now <= t {
            (x, t_x) = (x + 1, now);
            now += -3.0 * u().ln();
        }
        rows.push((x, t_x, t, 0.0));
    }
    rows
}

/// The log-likelihood of "a share of customers leaves at once, the others never and buy at one rate", at its
/// maximum, by hand: with `g` gone, `λ` the rate, of customers with purchases `(1 − g) λ^x e^(−λT)`, of the others
/// `g + (1 − g) e^(−λT)`. EM, until nothing moves.
fn at_once_by_hand(rows: &Rows) -> (f64, f64, f64) {
    let (mut gone, mut rate) = (0.3, 0.2);
    for _ in 0..100_000 {
        let silent = |t: f64| {
            let stayed = (1.0 - gone) * f64::exp(-rate * t);
            stayed / (gone + stayed)
        };
        let stays = |row: &(u32, f64, f64, f64)| if row.0 > 0 { 1.0 } else { silent(row.2) };
        let stayed: f64 = rows.iter().map(stays).sum();
        let time: f64 = rows.iter().map(|row| stays(row) * row.2).sum();
        let bought: f64 = rows.iter().map(|row| f64::from(row.0)).sum();
        (gone, rate) = (1.0 - stayed / rows.len() as f64, bought / time);
    }
    let of = |row: &(u32, f64, f64, f64)| match row.0 {
        0 => (gone + (1.0 - gone) * f64::exp(-rate * row.2)).ln(),
        x => (1.0 - gone).ln() + f64::from(x) * rate.ln() - rate * row.2,
    };
    (rows.iter().map(of).sum(), gone, rate)
}

/// A share leaves at once and the others never, in the models of a lifetime: `s` and `beta` to 0 together.
#[test]
fn leave_at_once_or_never_in_models_of_a_lifetime() {
    let rows = half_and_half();
    let (log_likelihood, gone, rate) = at_once_by_hand(&rows);
    let nobody = Nbd { r: 1e10, alpha: 1e10 / rate };
    for name in ["pareto-nbd", "ggompertz-nbd"] {
        let request = FitRequest { model: name.to_owned(), spend: false, ..FitRequest::default() };
        let model = ClvModel::fit(&summary_of(&rows), &request, &()).unwrap();
        let report = model.purchase_fit.as_ref().unwrap();
        let words = report.stop.to_string();
        assert!(words.contains("leaves at once and the others never"), "{name}: {words}");
        assert!(words.contains("everyone buys"), "{name}: {words}");
        assert!(!report.flat.is_empty(), "{name}");
        // What 1e10 for infinity and the end of the search leave.
        assert_close("LL", report.log_likelihood, log_likelihood, 1e-9);
        // The file keeps it.
        let file = tempfile::NamedTempFile::new().unwrap();
        clv::fitted::file::save(&model, file.path()).unwrap();
        let read = clv::fitted::file::load(file.path()).unwrap();
        assert_eq!(read.purchase.params(), model.purchase.params(), "{name}");

        // Every answer: that of a customer who stays, times the chance to be one.
        let delta = Discounting::Continuous { delta: 0.01 };
        for (x, t_x, t) in [(0, 0.0, 5.0), (0, 0.0, 20.0), (2, 8.0, 20.0), (9, 30.0, 31.0)] {
            let customer = Customer { x, t_x, t };
            let stayed = (1.0 - gone) * f64::exp(-rate * t);
            let alive = if x > 0 { 1.0 } else { stayed / (gone + stayed) };
            let at = &read.purchase;
            assert_close("alive", at.p_alive(&customer), alive, 1e-6);
            assert_close("alive later", at.p_alive_after(&customer, 30.0), alive, 1e-6);
            assert_close("purchases", at.expected_purchases(&customer, 30.0), alive * 30.0 * rate, 1e-6);
            let discounted = nobody.discounted_if_alive(&customer, 30.0, delta);
            assert_close("discounted", at.discounted_if_alive(&customer, 30.0, delta), discounted, 1e-6);
            assert_close("lifetime", at.expected_lifetime(&customer, 30.0), alive * 30.0, 1e-6);
            for n in [0, 1, 5] {
                let bought = alive * nobody.purchases_pmf(&customer, 30.0, n);
                let expected = if n == 0 { 1.0 - alive + bought } else { bought };
                assert_close("pmf", at.purchases_pmf(&customer, 30.0, n), expected, 1e-6);
            }
        }
        assert_close("new", read.purchase.expected_purchases_new(30.0), (1.0 - gone) * 30.0 * rate, 1e-6);
        // Lives that are drawn: 20,000 of 30 weeks, 5 standard errors.
        let process = read.purchase.process().unwrap();
        let mut rng = <rand_chacha::ChaCha8Rng as rand::SeedableRng>::seed_from_u64(3);
        let (mut none, mut ages) = (0, Vec::new());
        for _ in 0..20_000 {
            ages.clear();
            process.repeats(&mut rng, 30.0, &mut ages);
            none += usize::from(ages.is_empty());
        }
        let expected = gone + (1.0 - gone) * f64::exp(-rate * 30.0);
        let error = (expected * (1.0 - expected) / 20_000.0).sqrt();
        assert!((none as f64 / 20_000.0 - expected).abs() < 5.0 * error, "{name}: {none} {expected}");
    }
}

/// At that limit too the derivatives are those of the sum. Seen to fail without the derivatives of the share.
#[test]
fn derivatives_where_a_share_leaves_at_once() {
    use clv::model::{GGompertzNbd, ParetoNbd};
    fn check<M: Model<Row = Customer, Table = CustomerTable>>(params: &[f64], free: &[usize]) {
        let mut table = CustomerTable::builder();
        for (x, t_x, t) in [(0, 0.0, 9.0), (0, 0.0, 0.0), (3, 4.0, 9.0), (1, 2.0, 30.0), (0, 0.0, 30.0)] {
            table.push(Customer { x, t_x, t }, 1.0 + f64::from(x));
        }
        let table = table.finish();
        let at = M::from_params(params).sum(&table);
        let alone: f64 = table
            .groups
            .iter()
            .flat_map(|group| group.rows.clone().map(move |row| (group.x, row)))
            .map(|(x, row)| {
                let time = |i: u32| table.times[i as usize];
                let customer = Customer { x, t_x: time(table.t_x[row]), t: time(table.t[row]) };
                table.count[row] * M::from_params(params).log_likelihood(&customer)
            })
            .sum();
        assert_close("sum", at.value, alone, 1e-12);
        for i in free {
            let moved = |by: f64| {
                let mut params = params.to_vec();
                params[*i] *= 1.0 + by;
                M::from_params(&params).sum(&table)
            };
            let (up, down) = (moved(1e-5), moved(-1e-5));
            let step = 2e-5 * params[*i];
            // Central differences of step 1e-5 leave 1e-9 or so of a value of this size.
            assert_close("slope", (up.value - down.value) / step, at.gradient[*i], 1e-6);
            for j in free {
                let second = (up.gradient[*j] - down.gradient[*j]) / step;
                assert_close("second", second, at.hessian[[*i, *j]], 1e-5);
            }
        }
    }
    check::<ParetoNbd>(&[0.8, 6.0, 0.0015, 1e-220], &[0, 1, 2]);
    check::<GGompertzNbd>(&[0.8, 6.0, 20.0, 0.0015, 1e-220], &[0, 1, 2, 3]);
}

/// Everyone buys once or twice more: purchases vary less than a Poisson number, so all have one rate. NBD's limit by
/// hand: `Σx ln λ − λ ΣT` with `λ = Σx/ΣT`; the richer models have it as a special case.
#[test]
fn once_or_twice_more_is_one_rate() {
    for n in [20_u32, 500] {
        let rows: Rows = (0..n)
            .map(|i| if i % 2 == 0 { (1, 10.0 + f64::from(i % 7), 52.0, 0.0) } else { (2, 40.0, 52.0, 0.0) })
            .collect();
        let (bought, time) = (1.5 * f64::from(n), 52.0 * f64::from(n));
        let by_hand = bought * (bought / time).ln() - bought;
        for name in ["nbd", "bg-nbd", "mbg-nbd", "pareto-nbd", "ggompertz-nbd"] {
            let request = FitRequest { model: name.to_owned(), spend: false, ..FitRequest::default() };
            let model = ClvModel::fit(&summary_of(&rows), &request, &()).unwrap();
            let report = model.purchase_fit.as_ref().unwrap();
            assert!(report.stop.to_string().contains("everyone buys"), "{name} {n}: {}", report.stop);
            if name == "nbd" {
                // 1e10 for infinity.
                assert_close("LL", report.log_likelihood, by_hand, 1e-9);
                let expected = f64::from(n) * 10.0 * bought / time;
                let of = |row: &(u32, f64, f64, f64)| {
                    model.purchase.expected_purchases(&Customer { x: row.0, t_x: row.1, t: row.2 }, 10.0)
                };
                assert_close("purchases", rows.iter().map(of).sum(), expected, 1e-6);
            }
            assert!(report.log_likelihood >= by_hand - 1e-6, "{name} {n}: {}", report.log_likelihood);
        }
    }
}

/// Alike spenders, and one a hundred times as dear: each always spends the same, and who differs does so by an inverse
/// gamma distribution. By hand: means `m ~ V^q/Γ(q) m^(−q−1) e^(−V/m)`, `V = q/mean(1/m)`, `q` by bisection of the
/// slope.
#[test]
fn one_dear_customer() {
    let mut u = uniform(31);
    let mut rows: Rows = Vec::new();
    for i in 0..30 {
        let amount = 20.0 * (0.97 + 0.06 * u()) * if i == 0 { 100.0 } else { 1.0 };
        rows.push((1 + i % 4, 20.0 + f64::from(i), 60.0, amount));
    }
    let request = FitRequest::default();
    let model = ClvModel::fit(&summary_of(&rows), &request, &()).unwrap();
    let report = model.spend_fit.as_ref().unwrap();
    assert!(report.stop.to_string().contains("always spends the same"), "{}", report.stop);
    let n = rows.len() as f64;
    let mean = |of: &dyn Fn(f64) -> f64| rows.iter().map(|row| of(row.3)).sum::<f64>() / n;
    let (inverse, logs) = (mean(&f64::recip), mean(&f64::ln));
    // d/dq: ln V − ψ(q) − mean ln m, with ln V = ln q − ln mean(1/m).
    let slope = |q: f64| q.ln() - inverse.ln() - statrs::function::gamma::digamma(q) - logs;
    let (mut low, mut high) = (1e-3_f64, 1e6_f64);
    for _ in 0..200 {
        let middle = (low * high).sqrt();
        if slope(middle) > 0.0 { low = middle } else { high = middle }
    }
    let (q, v) = (low, low / inverse);
    let ll = n * (q * v.ln() - statrs::function::gamma::ln_gamma(q) - (q + 1.0) * logs - v * inverse);
    // 1e15 for infinity; statrs' digits.
    assert_close("LL", report.log_likelihood, ll, 1e-8);
    assert_close("q", report.estimates[1].value, q, 1e-6);
    for (_, value) in forecasts(&model, &summary_of(&rows)) {
        assert!(value.is_finite() && value >= 0.0, "{value}");
    }
}

fn retention(left: &[u32]) -> ContractTable {
    let ended = left
        .windows(2)
        .enumerate()
        .map(|(i, pair)| (ContractRow { periods: i as u32 + 1, ended: true }, f64::from(pair[0] - pair[1])));
    let last =
        (ContractRow { periods: left.len() as u32 - 1, ended: false }, f64::from(left[left.len() - 1]));
    ContractTable::new(ended.chain([last]))
}

/// Minimum terms: nobody leaves at first, then many; and businesses that hardly lose anyone. Figures: the first and the
/// third scipy (tests/random_fits_scipy.py; maxima at finite parameters); the others the supremum of the limit
/// `c -> infinity`, `S(t) = 1` up to an age `τ` and `(τ/t)^k` from there on, of two parameters, by scipy: `τ = 3.07287`,
/// `k = 3.475`; `τ = 1`, `k = .0471`. `beta = τ^c` is a number up to 1e243 only: where `τ` is nearer a whole age (within 1 %)
/// the limit is not quite reached, and the search may not end.
#[test]
fn contracts_with_terms_of_their_own() {
    let cases: [(&[u32], f64, f64); 4] = [
        (&[1000, 1000, 1000, 990, 700, 300, 120, 60], -1419.3084, 1e-6),
        (&[500, 500, 500, 500, 200, 90, 50], -536.116_583, 1e-6),
        (&[1000, 1000, 999, 600, 350, 230, 160, 120, 95], -1605.434, 1e-6),
        (&[20, 20, 19, 19], -4.421_422_352, 1e-5),
    ];
    for (left, log_likelihood, tolerance) in cases {
        let fitted = fit::<Bdw>(&retention(left), &FitOptions::default(), &()).unwrap();
        let found = fitted.report.log_likelihood;
        assert_close("LL", found, log_likelihood, tolerance);
        assert!(!matches!(fitted.report.stop, StopReason::Failed(_)), "{left:?}: {}", fitted.report.stop);
        // Its own parameters have it, to rounding.
        assert_close("sum", fitted.model.sum(&retention(left)).value, found, 1e-12);
    }
}

/// Covariates of no effect, where the model without them ends in a corner.
#[test]
fn covariates_in_a_corner() {
    let summary = summary_of(&half_and_half());
    let batches: Vec<SummaryBatch> = summary
        .batches()
        .map(|batch| {
            let mut batch = batch.unwrap();
            let values = (0..batch.len()).map(|i| (i / 2 % 2).to_string());
            batch.attributes.push(arrow_array::StringArray::from_iter_values(values));
            batch
        })
        .collect();
    let mut meta = summary.meta;
    meta.attributes.push("kind".to_owned());
    let summary = Summary::new(meta, batches);
    for name in ["bg-nbd", "mbg-nbd", "pareto-nbd", "ggompertz-nbd"] {
        let plain = FitRequest { model: name.to_owned(), spend: false, ..FitRequest::default() };
        let without = ClvModel::fit(&summary, &plain, &()).unwrap();
        let covariates = CovariateRequest { names: vec!["kind".to_owned()], ..CovariateRequest::default() };
        let model = ClvModel::fit(&summary, &FitRequest { covariates, ..plain }, &())
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let ll = |model: &ClvModel| model.purchase_fit.as_ref().unwrap().log_likelihood;
        assert!(ll(&model) >= ll(&without) - 1e-6, "{name}: {} {}", ll(&model), ll(&without));
    }
}
