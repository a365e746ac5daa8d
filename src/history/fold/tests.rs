//! The rules of a customer's rows, one by one.

use super::*;

fn fold(rows: &[(i32, f64)]) -> (Option<Folded>, FoldCounts) {
    let mut fold = Fold::new(None, false, None);
    let mut rows: Vec<u128> = rows.iter().map(|&(when, amount)| pack(when, amount, 0)).collect();
    rows.sort_unstable();
    rows.into_iter().for_each(|row| fold.push(row, Mark::default));
    (fold.finish(), fold.counts)
}

#[test]
fn packing_keeps_order_and_bits() {
    let amounts = [-1e9, -2.5, -0.0, 0.0, 1e-300, 2.5, 1e9];
    let mut before = 0;
    for when in [i32::MIN, -1, 0, 1, i32::MAX] {
        for amount in amounts {
            let row = pack(when, amount, 0);
            assert!(row > before || when == i32::MIN);
            assert_eq!((when, amount.to_bits()), (unpack(row).0, unpack(row).1.to_bits()));
            before = row;
        }
    }
}

#[test]
fn the_first_occasion_is_first_by_date() {
    let (folded, _) = fold(&[(9, 25.0), (1, 10.0), (5, 20.0)]);
    assert_eq!(folded, Some(Folded { x: 2, first: 1, last: 9, mean: 22.5, ..Folded::default() }));
}

#[test]
fn rows_of_one_grain_are_one_occasion() {
    let (folded, counts) = fold(&[(1, 10.0), (3, 1.0), (3, 2.0), (3, 2.0), (3, 0.0)]);
    assert_eq!(folded, Some(Folded { x: 1, first: 1, last: 3, mean: 5.0, ..Folded::default() }));
    assert_eq!((counts.purchases, counts.occasions, counts.duplicates), (5, 2, 1));
}

#[test]
fn returns_come_off_the_newest_first() {
    // 30 + 20 bought, 25 returned: 20 off the newer, 5 off the older; the netted one remains a purchase.
    let (folded, counts) = fold(&[(0, 7.0), (1, 30.0), (2, 20.0), (5, -25.0), (6, 40.0)]);
    assert_eq!(
        folded,
        Some(Folded { x: 3, first: 0, last: 6, mean: (25.0 + 0.0 + 40.0) / 3.0, ..Folded::default() })
    );
    assert_eq!((counts.netted, counts.netted_amount.value(), counts.unmatched), (1, -25.0, 0));
}

#[test]
fn a_return_of_the_same_grain_counts_as_later() {
    let (folded, counts) = fold(&[(0, 1.0), (3, -10.0), (3, 10.0)]);
    assert_eq!(folded, Some(Folded { x: 1, first: 0, last: 3, mean: 0.0, ..Folded::default() }));
    assert_eq!((counts.netted, counts.unmatched), (1, 0));
}

#[test]
fn what_finds_no_purchase_is_counted() {
    let (folded, counts) = fold(&[(0, -3.0), (1, 5.0), (2, -9.0), (2, -1.0), (3, 4.0)]);
    assert_eq!(folded, Some(Folded { x: 1, first: 1, last: 3, mean: 4.0, ..Folded::default() }));
    assert_eq!((counts.netted, counts.unmatched), (0, 3));
    assert_eq!((counts.unmatched_amount.value(), counts.unmatched_rest.value()), (-13.0, 8.0));
    let (folded, counts) = fold(&[(0, -3.0)]);
    assert_eq!((folded, counts.only_returns, counts.customers), (None, 1, 0));
}

#[test]
fn rounding_leaves_nothing_behind() {
    let (folded, counts) = fold(&[(0, 1.0), (1, 0.1), (1, 0.2), (2, -0.3)]);
    assert_eq!(folded.map(|f| f.mean), Some(0.0));
    assert_eq!((counts.netted, counts.unmatched_rest.value()), (1, 0.0));
}

#[test]
fn customers_seen_before_are_left_out() {
    let mut fold = Fold::new(Some(10), false, None);
    for when in [9, 11, 12] {
        fold.push(pack(when, 1.0, 0), Mark::default);
    }
    assert_eq!(fold.finish(), None);
    fold.push(pack(10, 1.0, 0), Mark::default);
    assert!(fold.finish().is_some());
    assert_eq!((fold.counts.left_out, fold.counts.left_out_rows, fold.counts.purchases), (1, 3, 1));
}

#[test]
fn gaps_are_between_occasions() {
    let mut fold = Fold::new(None, true, None);
    for _ in 0..2 {
        // The return is no occasion; the purchases of one grain are one.
        for (when, amount) in [(1, -1.0), (3, 1.0), (5, 1.0), (5, 2.0), (6, -1.0), (12, 1.0)] {
            fold.push(pack(when, amount, 0), Mark::default);
        }
        let folded = fold.finish();
        assert_eq!(folded.map(|folded| (folded.x, folded.log_gaps)), Some((2, 14f64.ln())));
        fold.push(pack(4, 1.0, 0), Mark::default);
        assert_eq!(fold.finish().map(|folded| folded.log_gaps), Some(0.0));
    }
}

/// Amounts of all sizes and signs, with halves of a step among them. Seen to fail with halves rounded to even and with
/// sums of large amounts in 53 bits.
#[test]
fn a_column_adds_up_to_what_its_amounts_do() {
    let mut state = 11u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 11
    };
    for round in 0..400 {
        let scale = [1e-10, 1e-9, 1e-2, 1.0, 100.0, 1e6, 1e12][round % 7];
        let amount = |_| {
            let whole = (next() % 20_001) as f64 - 10_000.0;
            [whole * scale, (whole + 0.5) * scale, whole * 0.5e-10, whole / 64.0][next() as usize % 4]
        };
        let amounts: Vec<f64> = (0..round).map(amount).collect();
        let (mut column, mut single) = (Exact::default(), Exact::default());
        column.add_column(&amounts);
        amounts.iter().for_each(|&amount| single.add(amount));
        assert_eq!(column, single, "{scale}");
    }
}
