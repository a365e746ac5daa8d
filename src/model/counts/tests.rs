//! The distributions of counts against the probabilities of single numbers, which have another way: sums of logarithms
//! of gamma functions and quadrature of their own, checked against references in tests/.

use super::*;
use crate::customers::Customer;
use crate::model::{Attrition, BgBb, BgCnbd, BgNbd, GGompertzNbd, MbgCnbd, MbgNbd, Nbd, ParetoNbd};

fn models() -> Vec<(&'static str, Box<dyn Attrition>)> {
    vec![
        ("bg", Box::new(BgNbd { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 })),
        ("mbg", Box::new(MbgNbd { r: 0.525, alpha: 6.183, a: 0.891, b: 1.614 })),
        ("pareto", Box::new(ParetoNbd { r: 0.553, alpha: 10.578, s: 0.606, beta: 11.669 })),
        ("pareto, sudden", Box::new(ParetoNbd { r: 3.0, alpha: 20.0, s: 0.05, beta: 0.001 })),
        ("gompertz", Box::new(GGompertzNbd { r: 0.8, alpha: 6.0, b: 0.06, s: 0.7, beta: 1.4 })),
        ("bg, 2 stages", Box::new(BgCnbd { k: 2, r: 0.4, alpha: 1.1, a: 0.5, b: 2.8 })),
        ("mbg, 3 stages", Box::new(MbgCnbd { k: 3, r: 1.3, alpha: 2.8, a: 0.42, b: 0.79 })),
        ("bg-bb", Box::new(BgBb { alpha: 1.204, beta: 0.750, gamma: 0.657, delta: 2.783 })),
        ("nbd", Box::new(Nbd { r: 0.385, alpha: 12.07 })),
    ]
}

const HISTORIES: [(u32, f64, f64); 5] =
    [(0, 0.0, 30.0), (1, 3.0, 30.0), (4, 25.0, 30.0), (60, 77.0, 78.0), (2, 2.0, 2.0)];

/// `P(N > n)` of one history.
fn over(model: &dyn Attrition, customer: &Customer, table: &CountTable) -> Vec<f64> {
    let mut stages = Vec::new();
    model.stage_chances(customer, &mut stages);
    let alive = model.p_alive(customer);
    let one = |at: usize| alive * stages.iter().zip(&table.over).map(|(w, line)| w * line[at]).sum::<f64>();
    (0..table.places.len()).map(one).collect()
}

/// To 1e-9 of the probability 1: what the recurrences and quadratures promise each.
#[test]
fn tables_are_sums_of_probabilities() {
    for (name, model) in models() {
        for (x, t_x, t) in HISTORIES {
            let customer = Customer { x, t_x, t };
            for horizon in [1.0, 26.0, 300.0] {
                let table = CountTable::new(&model.counts_if_alive(&customer, horizon));
                let over = over(&*model, &customer, &table);
                let mut sum = 0.0;
                for (at, n) in table.places.iter().enumerate().take(150) {
                    let before = if at == 0 { 0 } else { table.places[at - 1] as u32 + 1 };
                    if n - f64::from(before) > 40.0 || *n > 400.0 {
                        break;
                    }
                    sum +=
                        (before..=*n as u32).map(|n| model.purchases_pmf(&customer, horizon, n)).sum::<f64>();
                    let off = (1.0 - sum - over[at]).abs();
                    assert!(off < 1e-9, "{name} {customer:?} {horizon} {n}: {} not {}", over[at], 1.0 - sum);
                }
            }
        }
    }
}

/// Where the first numbers come by recurrence, each is what it is by itself.
#[test]
fn one_by_one_and_each_by_itself() {
    for (name, model) in models() {
        for (x, t_x, t) in HISTORIES {
            for horizon in [3.0, 100.0] {
                for line in model.counts_if_alive(&Customer { x, t_x, t }, horizon) {
                    for (n, chance) in line.over_first().into_iter().enumerate() {
                        let alone = line.over(n as f64);
                        assert!(
                            (alone - chance).abs() < 1e-8,
                            "{name} {x} {t} {horizon} {n}: {chance} {alone}"
                        );
                    }
                }
            }
        }
    }
}

/// Quantiles of thousands, where places have gaps, are those of the whole sum to one purchase or a hundredth of the
/// standard deviation.
#[test]
fn quantiles_between_places() {
    let models: [(Box<dyn Attrition>, f64); 4] = [
        (Box::new(Nbd { r: 40.0, alpha: 1.0 }), 400.0),
        (Box::new(BgNbd { r: 2.0, alpha: 1.0, a: 0.5, b: 500.0 }), 1000.0),
        (Box::new(ParetoNbd { r: 30.0, alpha: 1.0, s: 2.0, beta: 300.0 }), 100.0),
        (Box::new(BgCnbd { k: 3, r: 30.0, alpha: 1.0, a: 0.01, b: 40.0 }), 300.0),
    ];
    for (model, horizon) in models {
        let customer = Customer { x: 0, t_x: 0.0, t: 0.0 };
        let table = CountTable::new(&model.counts_if_alive(&customer, horizon));
        assert!(table.places.len() < 1000, "{}", table.places.len());
        for upper in [0.95, 0.5, 0.05] {
            let found = table.quantile(&over(&*model, &customer, &table), upper);
            let (mut left, mut n) = (1.0, 0);
            loop {
                left -= model.purchases_pmf(&customer, horizon, n);
                if left <= upper {
                    break;
                }
                n += 1;
            }
            let off = (found - f64::from(n)).abs();
            assert!(off <= 1.0 + 2e-3 * f64::from(n), "{model:?} {upper}: {found} not {n}");
        }
    }
}

/// Without end, and for a hundred years of thousands a day, a table ends.
#[test]
fn tables_end() {
    for (name, model) in models() {
        for (x, t_x, t) in HISTORIES.into_iter().chain([(50_000, 77.0, 78.0)]) {
            if name == "bg-bb" && f64::from(x) > t_x {
                continue;
            }
            for horizon in [5_200.0, 36_525.0, f64::INFINITY] {
                let table = CountTable::new(&model.counts_if_alive(&Customer { x, t_x, t }, horizon));
                let falls = |line: &Vec<f64>| line.windows(2).all(|two| two[1] <= two[0] + 1e-12);
                assert!(table.over.iter().all(falls), "{name} {x} {horizon}");
                assert!(table.over.iter().flatten().all(|chance| (0.0..=1.0).contains(chance)), "{name}");
            }
        }
    }
}

/// The density of an event and the chance that it is the last, against the negative binomial: 1e-11, as sums of logarithms.
#[test]
fn events() {
    use crate::special::ln_negative_binomial;
    for (n, shape, scale) in [(1.0, 0.3, 4.0), (7.0, 2.5, 30.0), (300.0, 120.0, 1.0)] {
        let event = Event::new(n, shape, scale);
        for time in [0.1 * scale, scale, 20.0 * scale] {
            let odds = time / scale;
            let pmf = ln_negative_binomial(n, shape, odds);
            assert!((event.ln_pmf(time) - pmf).abs() < 1e-11 * (1.0 + pmf.abs()), "{n} {shape} {time}");
            let density = shape / scale * ln_negative_binomial(n - 1.0, shape + 1.0, odds).exp();
            assert!((event.density(time) - density).abs() <= 1e-10 * density, "{n} {shape} {time}");
        }
    }
}
