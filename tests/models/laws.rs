//! Laws of the whole way from log to value: what must not matter does not, what must scale scales.
//! Source of truth: mathematics only. Seen to fail, each on a planted bug: the horizon, or the discount
//! rate, taken in weeks whatever the unit; a unit of money added to the expected spend; counts above 1
//! ignored; the margin applied twice.

use crate::common::{assert_close, cdnow, cdnow_options, customers, fit, fixture, forecasts, summary_of};
use clv::Unit;
use clv::history::{self, LogOptions};

#[test]
fn the_unit_changes_no_forecast() {
    let in_unit = |unit: Unit| {
        let options = LogOptions { unit: Some(unit), ..cdnow_options() };
        history::open(&[fixture("cdnow_sample.csv")], &options, &()).unwrap()
    };
    let weeks = in_unit(Unit::Week);
    let repeats: f64 = customers(&weeks).iter().map(|(_, c, _)| f64::from(c.x)).sum();
    for name in ["bg-nbd", "mbg-nbd", "nbd"] {
        let base = fit(&weeks, name);
        let base_ll = base.purchase_fit.as_ref().unwrap().log_likelihood;
        let base_scores = forecasts(&base, &weeks);
        for unit in [Unit::Day, Unit::Month, Unit::Year] {
            let summary = in_unit(unit);
            let model = fit(&summary, name);
            let ll = model.purchase_fit.as_ref().unwrap().log_likelihood;
            let shift = repeats * (Unit::Week.days() / unit.days()).ln();
            assert_close(&format!("{name} LL in {unit}s"), ll + shift, base_ll, 1e-12);
            for (scored, base) in forecasts(&model, &summary).iter().zip(&base_scores) {
                assert_close(&format!("{name} purchases in {unit}s"), scored.0, base.0, 1e-9);
                assert_close(&format!("{name} value in {unit}s"), scored.1, base.1, 1e-9);
            }
            // A model in one unit scores a summary in another.
            let crossed = forecasts(&base, &summary);
            for (scored, base) in crossed.iter().zip(&base_scores) {
                assert_close("crossed", scored.1, base.1, 1e-9);
            }
        }
    }
}

#[test]
fn money_in_cents_changes_only_v() {
    let rows: Vec<_> = customers(&cdnow()).iter().map(|(_, c, mean)| (c.x, c.t_x, c.t, *mean)).collect();
    let cents: Vec<_> = rows.iter().map(|(x, t_x, t, mean)| (*x, *t_x, *t, 100.0 * mean)).collect();
    let (euros, cents) = (summary_of(&rows), summary_of(&cents));
    let (a, b) = (fit(&euros, "bg-nbd"), fit(&cents, "bg-nbd"));
    assert_eq!(a.purchase.params(), b.purchase.params());
    let (spend_a, spend_b) = (a.spend.unwrap().params(), b.spend.unwrap().params());
    assert_close("p", spend_b[0], spend_a[0], 1e-9);
    assert_close("q", spend_b[1], spend_a[1], 1e-9);
    assert_close("v", spend_b[2], 100.0 * spend_a[2], 1e-9);
    for (a, b) in forecasts(&a, &euros).iter().zip(forecasts(&b, &cents)) {
        assert_eq!(a.0, b.0);
        assert_close("value", b.1, 100.0 * a.1, 1e-9);
    }
}

#[test]
fn every_customer_twice_doubles_the_likelihood() {
    let rows: Vec<_> = customers(&cdnow()).iter().map(|(_, c, mean)| (c.x, c.t_x, c.t, *mean)).collect();
    let twice: Vec<_> = rows.iter().chain(&rows).copied().collect();
    for name in ["bg-nbd", "mbg-nbd", "nbd"] {
        let (one, two) = (fit(&summary_of(&rows), name), fit(&summary_of(&twice), name));
        for fits in [(&one.purchase_fit, &two.purchase_fit), (&one.spend_fit, &two.spend_fit)] {
            let (one, two) = (fits.0.as_ref().unwrap(), fits.1.as_ref().unwrap());
            assert_close("LL", two.log_likelihood, 2.0 * one.log_likelihood, 1e-13);
            for (a, b) in one.estimates.iter().zip(&two.estimates) {
                assert_close(a.name, b.value, a.value, 1e-9);
                assert_close(
                    a.name,
                    b.standard_error.unwrap() * 2f64.sqrt(),
                    a.standard_error.unwrap(),
                    1e-8,
                );
            }
        }
    }
}

#[test]
fn margin_scales_value_and_nothing_else() {
    let summary = cdnow();
    let model = fit(&summary, "bg-nbd");
    let score = |margin: f64| {
        let options = clv::ValueOptions { margin, ..Default::default() };
        let mut all = Vec::new();
        for batch in clv::forecast::score(&model, &summary, &options.into()).unwrap() {
            let batch = batch.unwrap();
            all.extend(batch.expected_purchases.unwrap().into_iter().zip(batch.clv.unwrap()));
        }
        all
    };
    for (whole, part) in score(1.0).iter().zip(score(0.3)) {
        assert_eq!(whole.0, part.0);
        assert_close("value", part.1, 0.3 * whole.1, 1e-15);
    }
}
