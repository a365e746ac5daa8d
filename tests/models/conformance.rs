//! Does each model obey the laws that hold for all of them? One macro, one test module a model.
//!
//! Where a planted bug is named beside a law, the law was seen to fail on it.

use clv::Discounting;
use clv::customers::{Customer, CustomerTable, SpendRow, SpendTable, Table};
use clv::model::{
    Attrition, Bdw, BgBb, BgCnbd, BgNbd, ContractRow, ContractTable, Derivatives, GGompertzNbd, GammaGamma,
    MbgCnbd, MbgNbd, Model, Nbd, Order, Outlook, ParetoNbd, Sbg, Spend, next_purchase_quantile,
};
use clv::params::Scale;

/// Logarithms that are equal up to a relative error of what they are the logarithms of, which is an absolute
/// error of theirs; large ones are rounded in proportion to themselves.
#[track_caller]
fn logs(found: f64, expected: f64, tolerance: f64, what: &str) {
    let allowed = tolerance * (1.0 + expected.abs());
    assert!((found - expected).abs() <= allowed, "{what}: {found:e}, not {expected:e}");
}

/// Equal up to a relative error.
#[track_caller]
fn relatively(found: f64, expected: f64, tolerance: f64, what: &str) {
    let right = found == expected || (found - expected).abs() <= tolerance * expected.abs();
    assert!(right, "{what}: {found:e}, not {expected:e}");
}

fn customer(x: u32, t_x: f64, t: f64) -> Customer {
    Customer { x, t_x, t }
}

fn half_silent(x: u32, t: f64) -> Customer {
    customer(x, if x > 0 { 0.5 * t } else { 0.0 }, t)
}

/// Histories with few and many purchases, old and new, silent and not; with how many customers.
fn customers() -> Vec<(Customer, f64)> {
    let mut rows = Vec::new();
    for t in [0.5, 1.0, 7.0, 26.5, 39.0, 104.0, 730.0] {
        rows.push((customer(0, 0.0, t), 3.0));
        for x in [1, 2, 3, 11, 60] {
            for share in [0.05, 0.4, 0.9, 1.0] {
                rows.push((customer(x, share * t, t), 1.0 + f64::from(x % 3)));
            }
        }
    }
    rows
}

/// The same for a model of opportunities: whole ages, and no more purchases than opportunities.
fn donors() -> Vec<(Customer, f64)> {
    let mut rows = Vec::new();
    for t in [1.0, 2.0, 6.0, 26.0, 39.0, 104.0, 730.0] {
        rows.push((customer(0, 0.0, t), 3.0));
        for x in [1, 2, 3, 11, 60] {
            for share in [0.05, 0.4, 0.9, 1.0] {
                let t_x = f64::floor(share * t);
                if f64::from(x) <= t_x {
                    rows.push((customer(x, t_x, t), 1.0 + f64::from(x % 3)));
                }
            }
        }
    }
    rows
}

fn half_silent_donor(x: u32, t: f64) -> Customer {
    let (bought, t) = (f64::from(x), t.ceil());
    customer(x, if x > 0 { bought + (0.5 * t).floor() } else { 0.0 }, bought + t)
}

/// Contracts young and old, ended and not.
fn contracts() -> Vec<(ContractRow, f64)> {
    let periods = [1, 2, 3, 4, 7, 12, 60, 365, 5000];
    let both = periods.into_iter().flat_map(|periods| [(periods, false), (periods, true)]);
    both.map(|(periods, ended)| (ContractRow { periods, ended }, 1.0 + f64::from(periods % 3))).collect()
}

fn contract_table(rows: &[(ContractRow, f64)]) -> ContractTable {
    ContractTable::new(rows.iter().copied())
}

fn contract(x: u32, size: f64) -> ContractRow {
    ContractRow { periods: 1 + x + size as u32, ended: x % 2 == 1 }
}

fn customer_table(rows: &[(Customer, f64)]) -> CustomerTable {
    let mut builder = CustomerTable::builder();
    for (row, count) in rows {
        builder.push(*row, *count);
    }
    builder.finish()
}

fn spend_rows() -> Vec<(SpendRow, f64)> {
    let mut rows = Vec::new();
    for x in [1, 2, 3, 11, 60] {
        for mean in [0.4, 12.0, 35.08, 299.0, 4000.0] {
            rows.push((SpendRow { x, mean }, 1.0 + f64::from(x % 3)));
        }
    }
    rows
}

fn spend_table(rows: &[(SpendRow, f64)]) -> SpendTable {
    let mut builder = SpendTable::builder();
    for (row, count) in rows {
        builder.push(*row, *count);
    }
    builder.finish()
}

/// Rows, and the table made of them.
trait Rows: Model {
    fn rows_with_counts() -> Vec<(Self::Row, f64)>;
    fn table(rows: &[(Self::Row, f64)]) -> Self::Table;
    /// A row of this many purchases and this size: age, or mean amount.
    fn row(x: u32, size: f64) -> Self::Row;
}

macro_rules! rows_of {
    ($($model:ty: $rows:expr, $table:expr, $row:expr;)*) => {$(
        impl Rows for $model {
            fn rows_with_counts() -> Vec<(Self::Row, f64)> {
                $rows()
            }
            fn table(rows: &[(Self::Row, f64)]) -> Self::Table {
                $table(rows)
            }
            fn row(x: u32, size: f64) -> Self::Row {
                $row(x, size)
            }
        }
    )*};
}

rows_of! {
    Bdw: contracts, contract_table, contract;
    BgBb: donors, customer_table, half_silent_donor;
    BgNbd: customers, customer_table, half_silent;
    MbgNbd: customers, customer_table, half_silent;
    BgCnbd: customers, customer_table, half_silent;
    MbgCnbd: customers, customer_table, half_silent;
    Nbd: customers, customer_table, half_silent;
    ParetoNbd: customers, customer_table, half_silent;
    GGompertzNbd: customers, customer_table, half_silent;
    GammaGamma: spend_rows, spend_table, |x, mean| SpendRow { x, mean };
    Sbg: contracts, contract_table, contract;
}

/// `f'(0)` by central differences of orders 2, 4, 6, 8 in one formula: error of order `h^8`.
fn slope(h: f64, f: impl Fn(f64) -> f64) -> f64 {
    let difference = |k: f64| f(k * h) - f(-k * h);
    let weighted =
        672.0 * difference(1.0) - 168.0 * difference(2.0) + 32.0 * difference(3.0) - 3.0 * difference(4.0);
    weighted / (840.0 * h)
}

fn moved<M: Model>(model: M, parameter: usize, factor: f64) -> M {
    let mut params = model.params();
    params[parameter] *= factor;
    M::from_params(&params)
}

/// Planted: a sum that leaves out the counts.
fn sum_is_the_sum_of_log_likelihoods<M: Rows>(model: M) {
    let rows = M::rows_with_counts();
    let expected: f64 = rows.iter().map(|(row, count)| count * model.log_likelihood(row)).sum();
    let found = model.sum(&M::table(&rows));
    relatively(found.value, expected, 1e-13, "sum");
}

/// Planted: no covariance of stages and their rate in the Hessian of CNBD-k; `b + X` for `b + X − 1` in
/// `by_b`; trigamma for digamma in `shared`; `x` for `x²` in the
/// Hessian of Gamma-Gamma; the count left out of one sum over rows.
fn derivatives_are_differences<M: Rows>(model: M) {
    let rows = M::rows_with_counts();
    let table = M::table(&rows);
    let found = model.sum(&table);
    let value = |model: M| -> f64 { rows.iter().map(|(row, count)| count * model.log_likelihood(row)).sum() };
    let params = model.params();
    for (i, parameter) in params.iter().enumerate() {
        let gradient = slope(4e-3, |h| value(moved(model, i, 1.0 + h))) / parameter;
        let scale = found.value.abs() / parameter;
        assert!(
            (found.gradient[i] - gradient).abs() <= 1e-11 * scale,
            "gradient {i}: {} not {gradient}",
            found.gradient[i]
        );
        for (j, other) in params.iter().enumerate() {
            let second = slope(4e-3, |h| model_gradient(moved(model, i, 1.0 + h), &table, j)) / parameter;
            let scale = found.value.abs() / parameter / other;
            let hessian = found.hessian[[i, j]];
            assert!((hessian - second).abs() <= 1e-10 * scale, "hessian {i} {j}: {hessian} not {second}");
        }
    }
}

fn model_gradient<M: Model>(model: M, table: &M::Table, i: usize) -> f64 {
    model.sum(table).gradient[i]
}

fn same(found: &Derivatives, expected: &Derivatives, tolerance: f64) {
    let scale = expected.value.abs();
    logs(found.value, expected.value, tolerance, "value");
    for (a, b) in found.gradient.iter().zip(&expected.gradient) {
        assert!((a - b).abs() <= tolerance * scale.max(b.abs()), "gradient: {a} not {b}");
    }
    for (a, b) in found.hessian.iter().zip(&expected.hessian) {
        assert!((a - b).abs() <= tolerance * scale.max(b.abs()), "hessian: {a} not {b}");
    }
}

/// Planted: a count of 1 for a row that was pushed with another count.
fn count_k_is_k_rows<M: Rows>(model: M) {
    let counted = M::rows_with_counts();
    let single: Vec<(M::Row, f64)> =
        counted.iter().flat_map(|(row, count)| vec![(*row, 1.0); *count as usize]).collect();
    let (counted, single) = (M::table(&counted), M::table(&single));
    assert_eq!(counted.len(), single.len());
    assert_eq!(counted.customers(), single.customers());
    same(&model.sum(&single), &model.sum(&counted), 0.0);
}

/// Planted: the whole group for the part of it that is in the range.
fn pieces_are_the_whole<M: Rows>(model: M) {
    let table = M::table(&M::rows_with_counts());
    let prepared = model.prepare(&table, Order::Second);
    for length in [1, 2, 7, 1000] {
        let mut sum = Derivatives::zero(M::PARAMS.len());
        model.shared(&table, &prepared, &mut sum);
        let mut start = 0;
        while start < table.len() {
            let end = (start + length).min(table.len());
            model.rows(&table, &prepared, start..end, &mut sum);
            start = end;
        }
        same(&sum, &model.sum(&table), 1e-14);
    }
}

/// Without the Hessian value and gradient are the same. Planted: a gradient without the change of `ln W` by
/// `r` (CNBD), an integral without its gradient (Pareto/NBD).
fn first_order_is_that_of_the_second<M: Rows>(model: M) {
    let table = M::table(&M::rows_with_counts());
    let (first, second) = (model.sum_to(&table, Order::First), model.sum(&table));
    logs(first.value, second.value, 1e-14, "value");
    for (first, second) in first.gradient.iter().zip(&second.gradient) {
        relatively(*first, *second, 1e-13, "gradient");
    }
}

/// Planted: times numbered in order of appearance and not sorted.
fn order_is_irrelevant<M: Rows>(model: M) {
    let rows = M::rows_with_counts();
    let mut other = rows.clone();
    other.reverse();
    other.rotate_left(17 % rows.len());
    let (table, other) = (M::table(&rows), M::table(&other));
    same(&model.sum(&other), &model.sum(&table), 0.0);
}

/// All combinations of these values of the parameters; whole ones are 1, 2, 3 in turn.
fn extremes<M: Model>(values: &[f64]) -> Vec<M> {
    let values_of = |scale: Scale| if scale == Scale::Whole { &[1.0, 2.0, 3.0][..] } else { values };
    let mut all = vec![Vec::new()];
    for spec in M::PARAMS {
        let longer = |start: &Vec<f64>, value: &f64| [start.as_slice(), &[*value]].concat();
        let values = values_of(spec.scale);
        all = all.iter().flat_map(|start| values.iter().map(move |value| longer(start, value))).collect();
    }
    all.iter().map(|params| M::from_params(params)).collect()
}

/// A parameter by its name, or 1.
fn named<M: Model>(model: &M, name: &str) -> f64 {
    let place = M::PARAMS.iter().position(|spec| spec.name == name);
    place.map_or(1.0, |place| model.params()[place])
}

/// Planted: the likelihood as printed, with gamma functions instead of their logarithms.
fn likelihood_is_finite_at_extremes<M: Rows>(_: M) {
    for model in extremes::<M>(&[1e-6, 1e-3, 1.0, 1e3, 1e6]) {
        for x in [0, 1, 50_000] {
            for size in [1e-6, 1e5] {
                let value = model.log_likelihood(&M::row(x, size));
                assert!(value.is_finite(), "{model:?} {x} {size}: {value}");
            }
        }
    }
}

const HORIZONS: [f64; 7] = [1e-6, 1e-2, 1.0, 52.0, 365.0, 1e4, 1e6];

fn discountings() -> [Discounting; 4] {
    [
        Discounting::Continuous { delta: 0.0027 },
        Discounting::Continuous { delta: 0.0 },
        Discounting::EndOfStep { d: 0.01, step: 4.345 },
        Discounting::EndOfStep { d: 0.0, step: 4.345 },
    ]
}

/// A model of purchases, whole.
trait Purchases: Attrition + Rows + Model<Row = Customer, Table = CustomerTable> {}
impl<M: Attrition + Rows + Model<Row = Customer, Table = CustomerTable>> Purchases for M {}

/// Planted: `last` left out of the distribution of a customer who is alive.
fn pmf_adds_up<M: Purchases>(model: M) {
    for (row, _) in M::rows_with_counts() {
        let horizon = 5.0;
        let pmf: Vec<f64> = (0..4000).map(|n| model.purchases_pmf(&row, horizon, n)).collect();
        assert!(pmf.iter().all(|p| (0.0..=1.0).contains(p)));
        relatively(pmf.iter().sum(), 1.0, 1e-11, "sum of the distribution");
        let mean: f64 = (0..).zip(&pmf).map(|(n, p)| f64::from(n) * p).sum();
        relatively(mean, model.expected_purchases(&row, horizon), 1e-10, "mean of the distribution");
    }
    let pmf: Vec<f64> = (0..4000).map(|n| model.purchases_pmf_new(30.0, n)).collect();
    relatively(pmf.iter().sum(), 1.0, 1e-11, "sum of the distribution of a new customer");
    let mean: f64 = (0..).zip(&pmf).map(|(n, p)| f64::from(n) * p).sum();
    relatively(mean, model.expected_purchases_new(30.0), 1e-10, "mean of the distribution of a new customer");
}

/// A customer who has left buys nothing. Planted: `1 − P(alive)` left out for `n = 0`.
fn chance_of_no_purchase<M: Purchases>(model: M) {
    for (row, _) in M::rows_with_counts() {
        let none = model.purchases_pmf(&row, 1e-6, 0);
        assert!(none >= 1.0 - 1e-4, "in no time {none}");
        let never = model.purchases_pmf(&row, 1e6, 0);
        assert!(never >= 1.0 - model.p_alive(&row) - 1e-15, "in a long time {never}");
    }
}

/// From now on it is one minus the chance of none; later, for all that is known, one of a few customers who live as the model
/// draws them. Whole numbers, since some models count opportunities. Planted, one after the other: the chance to stay to `from`
/// left out; a purchase of more stages behind than there are taken for the next (`n = i` for `i + 1`); `from` taken for 0 in
/// the lifetime that is left.
fn some_purchase_between_is_as_lived<M: Purchases>(model: M) {
    use rand::SeedableRng;
    for (row, _) in M::rows_with_counts() {
        for horizon in [1.0, 13.0, 200.0] {
            let some = model.p_alive(&row) * model.buys_if_alive(&row, (0.0, horizon));
            let none = model.purchases_pmf(&row, horizon, 0);
            assert!((some + none - 1.0).abs() < 1e-10, "{row:?} {horizon}: {some} {none}");
            let later = model.buys_if_alive(&row, (5.0, 5.0 + horizon));
            let longer = model.buys_if_alive(&row, (5.0, 6.0 + horizon));
            assert!(0.0 <= later && later <= longer * (1.0 + 1e-12) && longer <= 1.0, "{later} {longer}");
        }
    }
    let (draws, periods) = (20_000, [(0.0, 13.0), (13.0, 26.0), (26.0, 52.0), (40.0, 41.0)]);
    for row in [customer(0, 0.0, 26.0), customer(3, 20.0, 26.0), customer(11, 24.0, 39.0)] {
        let process = model.future_if_alive(&row).unwrap();
        let (mut rng, mut bought) = (rand_chacha::ChaCha8Rng::seed_from_u64(20), [0.0; 4]);
        for _ in 0..draws {
            let mut ages = Vec::new();
            process.repeats(&mut rng, 52.0, &mut ages);
            for ((from, to), bought) in periods.iter().zip(&mut bought) {
                *bought += f64::from(u8::from(ages.iter().any(|age| from < age && age <= to)));
            }
        }
        for (between, bought) in periods.into_iter().zip(bought) {
            let (share, expected) = (bought / f64::from(draws), model.buys_if_alive(&row, between));
            let error = (expected * (1.0 - expected) / f64::from(draws)).sqrt();
            let off = (share - expected).abs();
            assert!(off < 4.5 * error, "{row:?} {between:?}: {share}, not {expected} (seed 20)");
        }
    }
}

/// Planted: `t_x` and `T` exchanged in the odds of having left.
fn alive_is_a_chance_and_rises_with_recency<M: Purchases>(model: M) {
    for t in [1.0, 39.0, 730.0] {
        for x in [1, 2, 11, 200] {
            let mut last = 0.0;
            for share in [0.01, 0.1, 0.5, 0.9, 0.999, 1.0] {
                let alive = model.p_alive(&customer(x, share * t, t));
                assert!((last..=1.0).contains(&alive), "{x} {t} {share}: {alive} after {last}");
                last = alive;
            }
        }
        assert!((0.0..=1.0).contains(&model.p_alive(&customer(0, 0.0, t))));
    }
}

/// Planted: the horizon ignored in the last panel.
fn expectations_rise_from_nothing_with_the_horizon<M: Purchases>(model: M) {
    for row in [customer(0, 0.0, 1.0), customer(3, 20.0, 39.0), customer(60, 700.0, 730.0)] {
        let (mut last, mut last_new) = (0.0, 0.0);
        let mut last_discounted = [0.0; 4];
        for horizon in HORIZONS {
            let expected = model.expected_if_alive(&row, horizon);
            // In the long run nobody may be left to buy.
            let rises = expected > last || (horizon > 1e3 && expected > last * (1.0 - 1e-14));
            assert!(rises && expected.is_finite(), "{row:?} {horizon}: {expected} after {last}");
            last = expected;
            let new = model.expected_purchases_new(horizon);
            let rises = new > last_new || (horizon > 1e3 && new > last_new * (1.0 - 1e-14));
            assert!(rises && new.is_finite(), "new, {horizon}: {new}");
            last_new = new;
            for (discounting, before) in discountings().into_iter().zip(&mut last_discounted) {
                let discounted = model.discounted_if_alive(&row, horizon, discounting);
                assert!(
                    discounted >= *before * (1.0 - 1e-14),
                    "{discounting:?} {horizon}: {discounted} after {before}"
                );
                assert!(discounted <= expected * (1.0 + 1e-14));
                *before = discounted;
            }
        }
        let soon = model.expected_if_alive(&row, 1e-6);
        let rate = model.expected_if_alive(&row, 1e-9) / 1e-9;
        relatively(soon, rate * 1e-6, 1e-6, "expected purchases in a moment");
        assert!(soon < 1e-3);
        assert_eq!(model.expected_if_alive(&row, 0.0), 0.0);
    }
}

/// Planted: the discount factor of the start of a step for that of its end (first law), no last
/// incomplete step (second), `e^−10` for nothing left of the discount factor (third).
fn discounting_has_its_limits<M: Purchases>(model: M) {
    for row in [Customer::NEW, customer(0, 0.0, 39.0), customer(3, 30.0, 39.0), customer(60, 700.0, 730.0)] {
        for horizon in [1.0, 52.3, 365.0] {
            let expected = model.expected_if_alive(&row, horizon);
            for slow in
                [Discounting::Continuous { delta: 1e-14 }, Discounting::EndOfStep { d: 1e-14, step: 4.0 }]
            {
                relatively(
                    model.discounted_if_alive(&row, horizon, slow),
                    expected,
                    1e-11,
                    "hardly discounted",
                );
            }
            // Steps, one by one.
            let (d, step) = (0.03_f64, 4.0);
            let (mut steps, mut before, mut i) = (0.0, 0.0, 0.0);
            while i * step < horizon {
                i = f64::min(i + 1.0, horizon / step);
                let until = model.expected_if_alive(&row, i * step);
                steps += (until - before) * (1.0 + d).powf(-i);
                before = until;
            }
            let found = model.discounted_if_alive(&row, horizon, Discounting::EndOfStep { d, step });
            relatively(found, steps, 1e-12, "discounted at the end of steps");
        }
        for delta in [1e-4, 0.01, 3.0] {
            let discounting = Discounting::Continuous { delta };
            let for_ever = model.discounted_if_alive(&row, f64::INFINITY, discounting);
            let long = model.discounted_if_alive(&row, 50.0 / delta, discounting);
            relatively(long, for_ever, 1e-12, "discounted for long");
            // Many small steps are nearly continuous, discounted on average half a step later.
            let step = 1e-3 / delta.max(1.0);
            let small = Discounting::EndOfStep { d: (delta * step).exp_m1(), step };
            let shift = -(-delta * step).exp_m1() / (delta * step);
            relatively(
                model.discounted_if_alive(&row, f64::INFINITY, small),
                for_ever * shift,
                1e-6,
                "small steps",
            );
        }
    }
}

/// Planted: the results of a scorer stored under `x` alone.
fn scorer_is_the_plain_functions<M: Purchases>(model: M) {
    for horizon in [1e-6, 52.0, f64::INFINITY] {
        for discounting in discountings() {
            let mut scorer = model.scorer(horizon, discounting);
            let mut rows = M::rows_with_counts();
            rows.extend(M::rows_with_counts());
            rows.rotate_left(31);
            for (row, _) in rows {
                let expected = Outlook {
                    p_alive: model.p_alive(&row),
                    purchases: model.expected_purchases(&row, horizon),
                    discounted: model.expected_discounted(&row, horizon, discounting),
                };
                assert_eq!(scorer.outlook(&row), expected, "{row:?} {horizon} {discounting:?}");
            }
        }
    }
}

/// Planted: `alpha` left out of one logarithm; the rate of discount not multiplied by `A`.
fn unit_of_time_moves_nothing<M: Purchases>(model: M) {
    let k = 7.0;
    let mut params = model.params();
    for (spec, param) in M::PARAMS.iter().zip(&mut params) {
        *param *= spec.scale.factor(k, 1.0);
    }
    let scaled = M::from_params(&params);
    for (row, _) in customers() {
        let other = customer(row.x, k * row.t_x, k * row.t);
        // A gap of k stages is of the dimension of time to the k-th, without the term of the gaps.
        let shift = -named(&model, "k") * f64::from(row.x) * k.ln();
        logs(scaled.log_likelihood(&other), model.log_likelihood(&row) + shift, 1e-13, "log-likelihood");
        relatively(scaled.p_alive(&other), model.p_alive(&row), 1e-12, "P(alive)");
        relatively(
            scaled.expected_purchases(&other, k * 26.0),
            model.expected_purchases(&row, 26.0),
            1e-12,
            "expected purchases",
        );
        let (fine, coarse) =
            (Discounting::Continuous { delta: 0.007 }, Discounting::Continuous { delta: 0.007 / k });
        relatively(
            scaled.expected_discounted(&other, k * 26.0, coarse),
            model.expected_discounted(&row, 26.0, fine),
            1e-12,
            "discounted purchases",
        );
        relatively(
            scaled.purchases_pmf(&other, k, 2),
            model.purchases_pmf(&row, 1.0, 2),
            1e-11,
            "distribution",
        );
    }
}

/// Planted: the horizon ignored in the last panel, so that forecasts exceed rate times horizon.
fn forecasts_are_finite_at_extremes<M: Purchases>(_: M) {
    for model in extremes::<M>(&[1e-6, 1.0, 1e6]) {
        let (k, r, alpha) = (named(&model, "k"), named(&model, "r"), named(&model, "alpha"));
        for (x, t) in [(0, 1e-6), (50_000, 1.0), (1, 1e5), (50_000, 1e5)] {
            let row = half_silent(x, t);
            // Of stages, up to k − 1 more than those seen; not less than of purchases.
            let rate = (r + k * f64::from(x) + (k - 1.0)) / (alpha + t);
            for horizon in [1e-6, 1e6] {
                let expected = model.expected_if_alive(&row, horizon);
                let right = expected > 0.0 && expected <= rate * horizon * (1.0 + 1e-12);
                assert!(right, "{model:?} {x} {t} {horizon}: {expected}");
                let discounting = Discounting::Continuous { delta: 1e-3 };
                let discounted = model.discounted_if_alive(&row, horizon, discounting);
                assert!(discounted > 0.0 && discounted <= expected * (1.0 + 1e-12));
                for n in [0, 1, 1000] {
                    let p = model.purchases_pmf(&customer(x, 0.5 * t, t), horizon, n);
                    assert!((0.0..=1.0).contains(&p), "{model:?} {x} {t} {horizon} {n}: {p}");
                }
            }
        }
    }
}

/// Nobody comes back; everybody leaves in the end, or is said not to; the lifetime is what is left of
/// the chance to be alive, added up. Planted: a time 1 % too long in P(alive) later on.
fn lifetimes_are_the_chance_to_be_alive_added_up<M: Purchases>(model: M) {
    for row in [Customer::NEW, half_silent(0, 39.0), customer(3, 20.0, 39.0), customer(60, 700.0, 730.0)] {
        let now = model.p_alive(&row);
        relatively(model.p_alive_after(&row, 0.0), now, 1e-13, "alive now");
        let mut last = now;
        for ahead in HORIZONS {
            let later = model.p_alive_after(&row, ahead);
            assert!((0.0..=last * (1.0 + 1e-14)).contains(&later), "{row:?} {ahead}: {later} after {last}");
            last = later;
        }
        for horizon in [1.0_f64, 52.0, 365.0] {
            // Simpson's rule in equal steps of ln(1 + t/10).
            let (n, end) = (2000, (0.1 * horizon).ln_1p());
            let term = |i: u32| {
                let y = end * f64::from(i) / f64::from(n);
                let weight = if i == 0 || i == n { 1.0 } else { 2.0 + 2.0 * f64::from(i % 2) };
                weight * 10.0 * y.exp() * model.p_alive_after(&row, 10.0 * y.exp_m1())
            };
            let added: f64 = (0..=n).map(term).sum::<f64>() * end / f64::from(n) / 3.0;
            relatively(model.expected_lifetime(&row, horizon), added, 1e-9, "lifetime within the horizon");
        }
        let for_ever = model.expected_lifetime(&row, f64::INFINITY);
        let long = model.expected_lifetime(&row, 1e9);
        assert!(long <= for_ever * (1.0 + 1e-9), "{long} {for_ever}");
        assert!(for_ever == f64::INFINITY || long > 0.9 * for_ever, "{long} {for_ever}");
    }
}

/// Bayes' rule, for a moment: expected purchases in a short time are the chance to be alive times the
/// mean rate of those alive; and the habits of all are between those of the quick and the dead.
fn habits_are_sensible<M: Purchases>(model: M) {
    for (row, _) in customers() {
        let habits = model.posterior_means(&row);
        assert!(habits.rate > 0.0 && habits.rate.is_finite(), "{row:?}: {habits:?}");
        assert!(habits.dropout >= 0.0 && habits.dropout.is_finite(), "{row:?}: {habits:?}");
        // Of regular customers the moment matters, too: how long the last purchase is ago.
        let regular = M::PARAMS.iter().any(|spec| spec.scale == Scale::Whole);
        if !regular && model.p_alive(&row) > 1.0 - 1e-12 {
            let soon = model.expected_if_alive(&row, 1e-7) / 1e-7;
            relatively(soon, habits.rate, 1e-5, "rate of a customer who is surely alive");
        }
    }
    let rare = model.posterior_means(&customer(1, 5.0, 100.0)).rate;
    let often = model.posterior_means(&customer(50, 95.0, 100.0)).rate;
    assert!(often > rare, "{often} {rare}");
}

/// The quantile solves its equation.
fn next_purchase_comes_with_its_probability<M: Purchases>(model: M) {
    for (row, _) in customers() {
        for probability in [0.1, 0.5, 0.9] {
            match next_purchase_quantile(&model, &row, probability) {
                Some(t) => {
                    let chance = 1.0 - model.purchases_pmf(&row, t, 0);
                    assert!((chance - probability).abs() < 1e-9, "{row:?} {probability}: {t} {chance}");
                }
                None => {
                    let ever = 1.0 - model.purchases_pmf(&row, 1e12, 0);
                    assert!(ever < probability, "{row:?} {probability}: {ever}");
                }
            }
        }
    }
}

/// Planted: the chance to have left for that to be alive.
fn alive_rises_with_recency_at_opportunities<M: Purchases>(model: M) {
    for t in [5.0, 39.0, 730.0] {
        for x in [1, 2, 4, 30, 200] {
            let mut last = 0.0;
            for t_x in [1.0, 2.0, 4.0, 30.0, 39.0, 200.0, 600.0, 730.0] {
                if f64::from(x) > t_x || t_x > t {
                    continue;
                }
                let alive = model.p_alive(&customer(x, t_x, t));
                assert!((last..=1.0).contains(&alive), "{x} {t_x} {t}: {alive} after {last}");
                let later = model.p_alive_after(&customer(x, t_x, t), 3.9);
                assert!(later <= alive && later == model.p_alive_after(&customer(x, t_x, t), 3.0));
                last = alive;
            }
        }
    }
}

/// Planted: `b` for `b + gamma` in the sum that telescopes.
fn expectations_count_opportunities<M: Purchases>(model: M) {
    for row in [customer(0, 0.0, 1.0), customer(3, 20.0, 39.0), customer(60, 700.0, 730.0)] {
        assert_eq!(model.expected_if_alive(&row, 0.9), 0.0);
        let (mut purchases, mut lifetime, mut last) = (0.0, 0.0, [0.0; 4]);
        let alive = model.p_alive(&row);
        for i in 1..=400 {
            let horizon = f64::from(i);
            lifetime += model.p_alive_after(&row, horizon);
            relatively(model.expected_lifetime(&row, horizon), lifetime, 1e-12, "lifetime");
            // A customer who is there at the next opportunity buys with the chance of one who is there now.
            purchases += model.p_alive_after(&row, horizon) / alive * model.expected_if_alive(&row, 1.0)
                / (model.p_alive_after(&row, 1.0) / alive);
            relatively(model.expected_if_alive(&row, horizon + 0.5), purchases, 1e-12, "purchases");
            for (discounting, before) in discountings().into_iter().zip(&mut last) {
                let discounted = model.discounted_if_alive(&row, horizon, discounting);
                assert!(discounted >= *before * (1.0 - 1e-14) && discounted <= purchases * (1.0 + 1e-12));
                *before = discounted;
            }
        }
        let long = model.expected_if_alive(&row, 1e6);
        assert!(long > purchases && long.is_finite());
    }
}

/// Planted: the floor of `i / step` for its ceiling.
fn opportunities_are_discounted<M: Purchases>(model: M) {
    for row in [Customer::NEW, customer(0, 0.0, 39.0), customer(3, 30.0, 39.0), customer(60, 700.0, 730.0)] {
        let one = |i: f64| model.expected_if_alive(&row, i) - model.expected_if_alive(&row, i - 1.0);
        for horizon in [1.0, 52.3, 365.0] {
            let expected = model.expected_if_alive(&row, horizon);
            for step in [1.0 / 12.0, 0.7, 1.0, 4.0, 4.345, 30.4375, 1000.0] {
                let d = 0.03_f64;
                let mut sum = 0.0;
                for i in (1..).map(f64::from).take_while(|i| *i <= horizon) {
                    let steps = (i / step - 1e-9).ceil();
                    let end = if steps <= (horizon / step).floor() { steps } else { horizon / step };
                    sum += one(i) * (1.0 + d).powf(-end);
                }
                let found = model.discounted_if_alive(&row, horizon, Discounting::EndOfStep { d, step });
                relatively(found, sum, 1e-11, "discounted at the end of steps");
                let slow = Discounting::EndOfStep { d: 1e-15, step };
                relatively(model.discounted_if_alive(&row, horizon, slow), expected, 1e-11, "hardly");
            }
        }
        for delta in [1e-7, 1e-4, 0.01, 3.0] {
            let continuous = Discounting::Continuous { delta };
            let for_ever = model.discounted_if_alive(&row, f64::INFINITY, continuous);
            let long = model.discounted_if_alive(&row, 50.0 / delta, continuous);
            relatively(long, for_ever, 1e-12, "discounted for long");
            let each = Discounting::EndOfStep { d: delta.exp_m1(), step: 1.0 };
            relatively(model.discounted_if_alive(&row, f64::INFINITY, each), for_ever, 1e-12, "each");
            // Half opportunities: the same at the square root. Pairs: the first of two counts as the second.
            let half = Discounting::EndOfStep { d: (0.5 * delta).exp_m1(), step: 0.5 };
            relatively(model.discounted_if_alive(&row, f64::INFINITY, half), for_ever, 1e-12, "halves");
            let pairs = Discounting::EndOfStep { d: (2.0 * delta).exp_m1(), step: 2.0 };
            let paired = model.discounted_if_alive(&row, f64::INFINITY, pairs);
            assert!(paired < for_ever && paired > for_ever * (-delta).exp());
        }
        // So slowly that the last steps are not done one by one.
        let slow = Discounting::EndOfStep { d: 2e-6, step: 2.0 };
        let fast = Discounting::Continuous { delta: 1e-6 };
        let (pairs, each) =
            [slow, fast].map(|how| model.discounted_if_alive(&row, f64::INFINITY, how)).into();
        assert!((pairs / each - 1.0).abs() < 2e-6, "{pairs} {each}");
    }
}

/// Planted: the discounted sum from the present opportunity on.
fn opportunities_at_extremes<M: Purchases>(_: M) {
    let values = [1e-6, 1.0, 1e6];
    let n = M::PARAMS.len();
    for code in 0..values.len().pow(n as u32) {
        let params: Vec<f64> =
            (0..n).map(|i| values[code / values.len().pow(i as u32) % values.len()]).collect();
        let model = M::from_params(&params);
        for (x, t) in [(0, 1.0), (50_000, 1.0), (1, 1e4), (5_000, 1e4)] {
            let row = half_silent_donor(x, t);
            for horizon in [1.0, 4000.0, 1e6] {
                let expected = model.expected_if_alive(&row, horizon);
                assert!(
                    expected > 0.0 && expected <= horizon * (1.0 + 1e-12),
                    "{params:?} {row:?} {horizon}: {expected}"
                );
                let discounting = Discounting::Continuous { delta: 1e-3 };
                let discounted = model.discounted_if_alive(&row, horizon, discounting);
                assert!(discounted > 0.0 && discounted <= expected * (1.0 + 1e-12));
                for n in if horizon < 1e5 { [0, 1, 1000] } else { [0, 1, 2] } {
                    let p = model.purchases_pmf(&row, horizon, n);
                    assert!((0.0..=1.0).contains(&p), "{params:?} {row:?} {horizon} {n}: {p}");
                }
            }
        }
    }
}

/// The two ways to the distribution add up to one. Planted: `+ 11/720` in the sum of smooth terms.
fn long_horizons_of_opportunities<M: Purchases>(model: M) {
    for row in [Customer::NEW, customer(3, 20.0, 39.0), customer(60, 700.0, 730.0)] {
        for horizon in [4200, 6000] {
            let ahead = f64::from(horizon);
            let pmf: Vec<f64> = (0..=horizon).map(|n| model.purchases_pmf(&row, ahead, n)).collect();
            relatively(pmf.iter().sum(), 1.0, 1e-11, "sum of the distribution");
            let mean: f64 = (0..).zip(&pmf).map(|(n, p)| f64::from(n) * p).sum();
            relatively(mean, model.expected_purchases(&row, ahead), 1e-11, "mean of the distribution");
        }
        let never = model.purchases_pmf(&row, f64::INFINITY, 0);
        relatively(model.purchases_pmf(&row, 1e9, 0), never, 1e-6, "never again");
    }
}

/// Makes a test of each law for a model.
macro_rules! laws {
    ($model:expr; $($law:ident)*) => {$(
        #[test]
        fn $law() {
            super::$law($model);
        }
    )*};
}

/// The laws of all models, and with `attrition` those of purchases at any time too, with `discrete` those
/// of purchases at opportunities.
macro_rules! conformance {
    ($model:expr) => {
        laws! { $model;
            sum_is_the_sum_of_log_likelihoods
            derivatives_are_differences
            count_k_is_k_rows
            pieces_are_the_whole
            first_order_is_that_of_the_second
            order_is_irrelevant
            likelihood_is_finite_at_extremes
        }
    };
    ($model:expr, discrete) => {
        conformance!($model);
        laws! { $model;
            pmf_adds_up
            chance_of_no_purchase
            some_purchase_between_is_as_lived
            scorer_is_the_plain_functions
            alive_rises_with_recency_at_opportunities
            expectations_count_opportunities
            opportunities_are_discounted
            opportunities_at_extremes
            long_horizons_of_opportunities
        }
    };
    ($model:expr, attrition) => {
        conformance!($model);
        laws! { $model;
            pmf_adds_up
            chance_of_no_purchase
            some_purchase_between_is_as_lived
            alive_is_a_chance_and_rises_with_recency
            expectations_rise_from_nothing_with_the_horizon
            discounting_has_its_limits
            scorer_is_the_plain_functions
            unit_of_time_moves_nothing
            forecasts_are_finite_at_extremes
            lifetimes_are_the_chance_to_be_alive_added_up
            habits_are_sensible
            next_purchase_comes_with_its_probability
        }
    };
}

mod sbg {
    use super::*;
    conformance!(Sbg { alpha: 0.668, beta: 3.806 });
}

mod bdw {
    use super::*;
    conformance!(Bdw { alpha: 0.259, beta: 1.722, c: 1.584 });
}

mod bg_bb {
    use super::*;
    conformance!(BgBb { alpha: 1.204, beta: 0.75, gamma: 0.657, delta: 2.783 }, discrete);
}

mod bg_nbd {
    use super::*;
    conformance!(BgNbd { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 }, attrition);
}

mod mbg_nbd {
    use super::*;
    conformance!(MbgNbd { r: 0.525, alpha: 6.183, a: 0.891, b: 1.614 }, attrition);
}

mod bg_cnbd {
    use super::*;
    conformance!(BgCnbd { k: 2, r: 0.359, alpha: 2.129, a: 0.523, b: 2.785 }, attrition);
}

mod mbg_cnbd {
    use super::*;
    conformance!(MbgCnbd { k: 3, r: 0.825, alpha: 2.183, a: 0.891, b: 1.614 }, attrition);
}

mod nbd {
    use super::*;
    conformance!(Nbd { r: 0.385, alpha: 12.07 }, attrition);
}

mod pareto_nbd {
    use super::*;
    conformance!(ParetoNbd { r: 0.553, alpha: 10.578, s: 0.606, beta: 11.669 }, attrition);
}

mod ggompertz_nbd {
    use super::*;
    conformance!(GGompertzNbd { r: 0.553, alpha: 10.578, b: 0.02, s: 0.6, beta: 0.7 }, attrition);
}

mod gamma_gamma {
    use super::*;
    conformance!(GammaGamma { p: 6.25, q: 3.74, v: 15.44 });
}

/// Hardly any leaving is none. Planted: no last incomplete step of discounting; the discount factor of
/// the start of a step for that of its end.
#[test]
fn without_leaving_every_model_is_the_nbd() {
    // So rare that even a chance of 1e-14 to buy is not mixed up with having left.
    let (r, alpha, a, b) = (0.6, 9.0, 1e-30, 2.0);
    let (bg, mbg, nbd) = (BgNbd { r, alpha, a, b }, MbgNbd { r, alpha, a, b }, Nbd { r, alpha });
    for (row, _) in customers().into_iter().filter(|(row, _)| row.x == 0 || row.t == row.t_x) {
        logs(bg.log_likelihood(&row), nbd.log_likelihood(&row), 1e-9, "BG");
        logs(mbg.log_likelihood(&row), nbd.log_likelihood(&row), 1e-9, "MBG");
        let expected = nbd.expected_purchases(&row, 52.0);
        relatively(bg.expected_purchases(&row, 52.0), expected, 1e-9, "BG");
        relatively(mbg.expected_purchases(&row, 52.0), expected, 1e-9, "MBG");
        for discounting in discountings() {
            let expected = nbd.expected_discounted(&row, 52.0, discounting);
            relatively(bg.expected_discounted(&row, 52.0, discounting), expected, 1e-9, "BG, discounted");
        }
        relatively(bg.purchases_pmf(&row, 9.0, 3), nbd.purchases_pmf(&row, 9.0, 3), 1e-9, "BG, distribution");
    }
    relatively(bg.expected_purchases_new(52.0), nbd.expected_purchases_new(52.0), 1e-9, "BG, new");
    relatively(mbg.expected_purchases_new(52.0), nbd.expected_purchases_new(52.0), 1e-9, "MBG, new");
}

/// Special cases, to 1e-9: Pareto/NBD without leaving is NBD; Gamma-Gompertz/NBD without ageing is
/// Pareto/NBD, and with `beta = 1` everyone's lifetime is exponential with one rate, as in Pareto/NBD
/// with `s`, `beta` -> infinity. Planted: `b` for `b s` in the hazard.
#[test]
fn lifetimes_have_their_special_cases() {
    let (r, alpha, s, beta) = (0.6, 9.0, 0.7, 12.0);
    let pareto = ParetoNbd { r, alpha, s, beta };
    let steady = GGompertzNbd { r, alpha, b: 1e-12, s, beta: 1e-12 * beta };
    let endless = ParetoNbd { r, alpha, s: 1e-14, beta };
    let nbd = Nbd { r, alpha };
    let alike = GGompertzNbd { r, alpha, b: 1.0, s: 0.05, beta: 1.0 };
    // The relative difference of the two chances to stay until t is s t²/(2 beta²), at most 1.4e-11 here.
    let many = ParetoNbd { r, alpha, s: 0.05e15, beta: 1e15 };
    let pairs: [(&dyn Attrition, &dyn Attrition, &str); 3] = [
        (&steady, &pareto, "no ageing"),
        (&endless, &nbd, "no leaving"),
        (&alike, &many, "one rate of leaving"),
    ];
    for (row, _) in customers().into_iter().filter(|(row, _)| row.x < 12) {
        logs(steady.log_likelihood(&row), pareto.log_likelihood(&row), 1e-9, "no ageing");
        logs(alike.log_likelihood(&row), many.log_likelihood(&row), 1e-9, "one rate of leaving");
        for (one, other, what) in pairs {
            if what == "no leaving" && row.t_x < row.t && row.x > 0 {
                // However rare leaving is, a long silence makes it likely.
                continue;
            }
            relatively(one.p_alive(&row), other.p_alive(&row), 1e-9, what);
            relatively(one.p_alive_after(&row, 20.0), other.p_alive_after(&row, 20.0), 1e-9, what);
            relatively(one.expected_purchases(&row, 52.0), other.expected_purchases(&row, 52.0), 1e-9, what);
            relatively(one.expected_lifetime(&row, 52.0), other.expected_lifetime(&row, 52.0), 1e-9, what);
            relatively(one.purchases_pmf(&row, 9.0, 2), other.purchases_pmf(&row, 9.0, 2), 1e-9, what);
            for discounting in discountings() {
                let (a, b) = (
                    one.expected_discounted(&row, 52.0, discounting),
                    other.expected_discounted(&row, 52.0, discounting),
                );
                relatively(a, b, 1e-9, what);
            }
        }
    }
}

/// MBG/NBD is BG/NBD seen one toss later. Planted: the toss at the first purchase left out of
/// `expected_purchases_new`; `coin` missing in `big_b`.
#[test]
fn mbg_nbd_is_bg_nbd_after_the_first_toss() {
    let (r, alpha, a, b) = (0.6, 9.0, 0.9, 1.6);
    let mbg = MbgNbd { r, alpha, a, b };
    let later = BgNbd { r, alpha, a, b: b + 1.0 };
    let stays = b / (a + b);
    relatively(mbg.expected_purchases_new(52.0), stays * later.expected_purchases_new(52.0), 1e-14, "new");
    relatively(
        mbg.purchases_pmf_new(52.0, 3),
        stays * later.purchases_pmf_new(52.0, 3),
        1e-14,
        "distribution",
    );
    for (row, _) in customers().into_iter().filter(|(row, _)| row.x > 0) {
        logs(mbg.log_likelihood(&row), later.log_likelihood(&row) + stays.ln(), 1e-13, "log-likelihood");
        relatively(mbg.p_alive(&row), later.p_alive(&row), 1e-14, "P(alive)");
    }
}

/// All customers alike: as `r` and `alpha` grow in proportion the rate is `r/alpha` for everybody; as
/// `a` and `b` grow, the chance to leave is `a/(a+b)`. Planted: `1/α − 1/(α+T)` by subtraction;
/// `ln Γ(r+x) − ln Γ(r)` by subtraction.
#[test]
fn homogeneous_limits() {
    let (rate, p) = (0.07_f64, 0.2_f64);
    for (row, _) in customers() {
        let (x, silence) = (f64::from(row.x), row.t - row.t_x);
        let left = if row.x > 0 { p / (1.0 - p) * (rate * silence).exp() } else { 0.0 };
        let alive = x * (rate * (1.0 - p)).ln() - rate * row.t;
        let model = BgNbd { r: 1e13 * rate, alpha: 1e13, a: 1e13 * p, b: 1e13 * (1.0 - p) };
        logs(model.log_likelihood(&row), alive + left.ln_1p(), 1e-10, "log-likelihood");
        relatively(model.p_alive(&row), 1.0 / (1.0 + left), 1e-8, "P(alive)");
        let expected = -(-rate * p * 30.0).exp_m1() / p;
        relatively(model.expected_if_alive(&row, 30.0), expected, 1e-9, "expected purchases");
    }
    let rows = customers();
    let model = BgNbd { r: 1e12 * rate, alpha: 1e12, a: 1e12 * p, b: 1e12 * (1.0 - p) };
    let sum = model.sum(&customer_table(&rows));
    // In the direction in which both grow, nothing is left to gain but what is of order 1/r.
    let along = model.r * sum.gradient[0] + model.alpha * sum.gradient[1];
    assert!(along.abs() < 1e-4, "{along}");
    let along = model.a * sum.gradient[2] + model.b * sum.gradient[3];
    assert!(along.abs() < 1e-4, "{along}");
}

/// The same for opportunities: everybody buys with the chance `p`, and leaves with the chance `theta`.
/// Planted: no scale in the recurrence of the distribution, which overflows at 900 of 3,000.
#[test]
fn homogeneous_opportunities() {
    let (p, theta) = (0.3_f64, 1e-3_f64);
    let model =
        BgBb { alpha: 1e13 * p, beta: 1e13 * (1.0 - p), gamma: 1e13 * theta, delta: 1e13 * (1.0 - theta) };
    for (row, _) in donors() {
        let x = f64::from(row.x);
        let bought = |m: f64| x * p.ln() + (m - x) * (1.0 - p).ln() + m * (1.0 - theta).ln();
        let alive = bought(row.t).exp();
        let silent = (row.t - row.t_x) as u32;
        let left: f64 = (0..silent).map(|i| theta * bought(row.t_x + f64::from(i)).exp()).sum();
        relatively(model.log_likelihood(&row), (alive + left).ln(), 1e-10, "log-likelihood");
        relatively(model.p_alive(&row), alive / (alive + left), 1e-7, "P(alive)");
        let stays = (1.0 - theta) * -(30.0 * (1.0 - theta).ln()).exp_m1() / theta;
        relatively(model.expected_if_alive(&row, 30.0), p * stays, 1e-9, "expected purchases");
    }
    // Of m opportunities n bought at, from one m to the next.
    let (n, h) = (900_u32, 3000_u32);
    let mut orders = f64::from(n) * (p * (1.0 - theta)).ln();
    let mut chance = 0.0;
    for m in n..h {
        chance += theta * orders.exp();
        let next = f64::from(m + 1);
        orders += (next / (next - f64::from(n)) * (1.0 - p) * (1.0 - theta)).ln();
    }
    chance += orders.exp();
    relatively(model.purchases_pmf_new(f64::from(h), n), chance, 1e-9, "distribution");
}

/// Nothing happens at `a = 1` and `a + b = 1`. Planted: `a + 0.01` for `a` near 1, as is done elsewhere.
#[test]
fn removable_singularities_are_removed() {
    let around = |a: f64, b: f64| {
        let forecast = |a: f64| {
            let (bg, mbg) = (BgNbd { r: 0.3, alpha: 4.0, a, b }, MbgNbd { r: 0.3, alpha: 4.0, a, b });
            let delta = Discounting::Continuous { delta: 0.01 };
            [
                bg.expected_purchases_new(39.0),
                bg.expected_if_alive(&half_silent(0, 39.0), 39.0),
                bg.discounted_if_alive(&half_silent(3, 39.0), 39.0, delta),
                mbg.expected_purchases_new(39.0),
                mbg.expected_if_alive(&half_silent(0, 39.0), 39.0),
                mbg.discounted_if_alive(&half_silent(0, 39.0), f64::INFINITY, delta),
            ]
        };
        let h = 1e-9;
        for ((low, at), high) in forecast(a - h).into_iter().zip(forecast(a)).zip(forecast(a + h)) {
            relatively(at, 0.5 * (low + high), 1e-13, "between its neighbours");
            assert!((high - low).abs() < 1e-8 * at, "{low} {at} {high}");
        }
        // And with neighbours at a distance, by interpolation of third degree.
        let h = 1e-3;
        let [far_low, low, at, high, far_high] = [-2.0, -1.0, 0.0, 1.0, 2.0].map(|k| forecast(a + k * h));
        for i in 0..at.len() {
            let between = (4.0 * (low[i] + high[i]) - far_low[i] - far_high[i]) / 6.0;
            relatively(at[i], between, 1e-9, "between its far neighbours");
        }
    };
    around(1.0, 2.4);
    around(1.0, 1e-3);
    around(0.4, 0.6);
    around(0.75, 0.25);
}

/// Planted: the posterior shape `px + q − 1` in the quantile.
#[test]
fn posterior_of_the_mean_amount() {
    let model = GammaGamma { p: 6.25, q: 3.74, v: 15.44 };
    for (row, _) in spend_rows() {
        // The mean and the variance of the posterior, from its quantiles.
        let n = 2000;
        let quantiles = (0..n).map(|i| model.spend_quantile(&row, (f64::from(i) + 0.5) / f64::from(n)));
        let (mut mean, mut square, mut last) = (0.0, 0.0, 0.0);
        for quantile in quantiles {
            assert!(quantile > last);
            last = quantile;
            mean += quantile / f64::from(n);
            square += quantile * quantile / f64::from(n);
        }
        relatively(mean, model.expected_spend(&row), 3e-3, "mean");
        relatively(square - mean * mean, model.spend_variance(&row), 0.2, "variance");
    }
    // Few purchases and a small q: no mean, no variance.
    let wild = GammaGamma { p: 0.1, q: 0.5, v: 10.0 };
    assert_eq!(wild.expected_spend(&SpendRow { x: 0, mean: 0.0 }), f64::INFINITY);
    assert_eq!(wild.expected_spend(&SpendRow { x: 5, mean: 9.0 }), f64::INFINITY);
    assert!(wild.expected_spend(&SpendRow { x: 6, mean: 9.0 }).is_finite());
    assert_eq!(wild.spend_variance(&SpendRow { x: 6, mean: 9.0 }), f64::INFINITY);
}

/// Planted: `p` for `v` in the scale of the posterior.
#[test]
fn unit_of_money_moves_nothing() {
    let (model, k) = (GammaGamma { p: 6.25, q: 3.74, v: 15.44 }, 100.0);
    let cents = GammaGamma { v: model.v * k, ..model };
    for (row, _) in spend_rows() {
        let other = SpendRow { mean: row.mean * k, ..row };
        logs(cents.log_likelihood(&other), model.log_likelihood(&row) - k.ln(), 1e-13, "log-likelihood");
        relatively(cents.expected_spend(&other), k * model.expected_spend(&row), 1e-14, "mean");
        relatively(cents.spend_quantile(&other, 0.9), k * model.spend_quantile(&row, 0.9), 1e-13, "quantile");
    }
}

/// Planted: rows without information kept; -0.0 a time of its own; margins not worked out anew.
#[test]
fn tables_count() {
    let mut builder = CustomerTable::builder();
    builder.push_columns(&[2, 0, 2], &[3.0, -0.0, 3.0], &[9.0, 9.0, 9.0]);
    builder.push(customer(0, 0.0, 9.0), 2.5);
    let table = builder.finish();
    assert_eq!((table.len(), table.customers()), (2, 5.5));
    assert_eq!(table.times, [0.0, 3.0, 9.0]);
    assert_eq!(
        (table.t_count.as_slice(), table.t_repeats.as_slice()),
        (&[0.0, 0.0, 5.5][..], &[0.0, 0.0, 4.0][..])
    );
    assert_eq!(
        table.groups.iter().map(|group| (group.x, group.count)).collect::<Vec<_>>(),
        [(0, 3.5), (2, 2.0)]
    );

    let model = BgNbd { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };
    let doubled = table.with_counts(table.count.iter().map(|count| 2.0 * count).collect());
    let (once, twice) = (model.sum(&table), model.sum(&doubled));
    relatively(twice.value, 2.0 * once.value, 1e-14, "doubled");
    relatively(twice.gradient[0], 2.0 * once.gradient[0], 1e-13, "doubled");

    let mut builder = SpendTable::builder();
    builder.push_columns(&[2, 0, 1, 2], &[10.0, 5.0, 0.0, 10.0]);
    let table = builder.finish();
    assert_eq!((table.len(), table.customers()), (1, 2.0));
    assert!(CustomerTable::builder().finish().is_empty());
}

/// More distinct times than fit beside `x` in one integer: the other way of counting.
#[test]
fn tables_of_many_distinct_times() {
    let model = MbgNbd { r: 0.525, alpha: 6.183, a: 0.891, b: 1.614 };
    let n = 1 << 17;
    let x: Vec<u32> = (0..n).map(|i| if i == 7 { u32::MAX } else { i % 3 }).collect();
    let t: Vec<f64> = (0..n).map(|i| 1.0 + f64::from(i) / 7.0).collect();
    let t_x: Vec<f64> = x.iter().zip(&t).map(|(x, t)| if *x > 0 { 0.5 * t } else { 0.0 }).collect();
    let mut builder = CustomerTable::builder();
    builder.push_columns(&x, &t_x, &t);
    let table = builder.finish();
    assert_eq!(table.len(), x.len());
    let rows = x.iter().zip(&t_x).zip(&t).map(|((x, t_x), t)| customer(*x, *t_x, *t));
    let expected: f64 = rows.map(|row| model.log_likelihood(&row)).sum();
    relatively(model.sum(&table).value, expected, 1e-12, "sum");
}
