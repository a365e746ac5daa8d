//! What columns of money say of each other by adding up: an amount that is what a seller gets after fees, and one from which
//! returns are taken off already.

use super::super::amounts::spelled::NumberStyle;
use super::super::evidence::{Evidence, Sample};
use super::super::likeness;
use super::choose::sample;
use super::{AmountColumns, Table};
use crate::base::Result;
use crate::history::options::LogOptions;

/// Rounding may change so much.
const CENT: f64 = 0.0051;
/// Among so many of the rows that can show it.
const MOST: f64 = 0.9;
const HALF: f64 = 0.5;
/// So many rows are no accident.
const ENOUGH: usize = 5;

/// So many columns of money are looked at.
const COLUMNS: usize = 40;

impl Table<'_> {
    /// What customers paid, where the amount that was found is what their seller got of it; and that this was seen, in words.
    pub(super) fn before_fees(
        &self,
        amount: AmountColumns,
        options: &LogOptions,
        evidence: &mut Option<&mut Evidence>,
    ) -> Result<(AmountColumns, Option<String>)> {
        let fees: Vec<usize> =
            (0..self.names.len()).filter(|&index| likeness::is_sellers_fee(&self.names[index])).collect();
        let AmountColumns::One(left) = amount else { return Ok((amount, None)) };
        if options.amount.is_some() || fees.is_empty() || fees.contains(&left) {
            return Ok((amount, None));
        }
        let all: Vec<usize> =
            (0..self.names.len()).take(COLUMNS).chain(fees.iter().copied()).chain([left]).collect();
        let Some(sample) = sample(evidence, &all)? else { return Ok((amount, None)) };
        let money = Money::of(&sample, &[&fees[..], &[left]].concat());
        let fees: Vec<Vec<f64>> = fees.iter().filter_map(|&index| money.numbers(index)).collect();
        let others = all.iter().filter(|index| **index != left);
        let others: Vec<(usize, Vec<f64>)> =
            others.filter_map(|&index| Some((index, money.numbers(index)?))).collect();
        let found = money.numbers(left).and_then(|left| before_fees(&left, &fees, &others));
        let said = |before: usize| {
            format!(
                "\"{}\" is what is left of \"{}\" after fees: what customers paid is counted (--amount \"{0}\" counts what is \
                 left)",
                self.names[left], self.names[before]
            )
        };
        Ok(found.map_or((amount, None), |before| (AmountColumns::One(before), Some(said(before)))))
    }

    /// Is a column of returns taken off the amount already?
    pub(super) fn is_after(&self, amount: usize, returns: usize, sample: &Sample) -> bool {
        let money = Money::of(sample, &[amount, returns]);
        let others = (0..self.names.len()).filter(|index| ![amount, returns].contains(index)).take(COLUMNS);
        let others: Vec<Vec<f64>> = others
            .filter(|&index| !sample.column(index).is_empty())
            .filter_map(|index| money.numbers(index))
            .collect();
        match (money.numbers(amount), money.numbers(returns)) {
            (Some(amount), Some(returns)) => is_after_returns(&amount, &returns, &others),
            _ => false,
        }
    }
}

/// Numbers by column and row; 0 where there is none.
pub(super) struct Money<'a> {
    sample: &'a Sample,
    style: NumberStyle,
}

impl<'a> Money<'a> {
    /// Of the columns of a sample.
    pub(super) fn of(sample: &'a Sample, columns: &[usize]) -> Self {
        let texts = columns.iter().flat_map(|&index| sample.column(index).iter().map(|text| &**text));
        Money { sample, style: NumberStyle { sure: true, ..NumberStyle::proven(texts) } }
    }

    /// The numbers of a column, nothing being none; `None` if it holds anything else.
    pub(super) fn numbers(&self, index: usize) -> Option<Vec<f64>> {
        let number = |text: &str| match text {
            "" | "-" | "--" => Some(0.0),
            text => self.style.read(text.as_bytes()),
        };
        self.sample.column(index).iter().map(|text| number(text)).collect()
    }
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= CENT + 1e-9 * b.abs()
}

/// Which of several columns of money is an amount before the fees that are taken off it: amount = before - fees, in most rows
/// that have any. Only what is left of the whole is told: what was shipped or taxed besides may be in other columns.
pub(super) fn before_fees(amount: &[f64], fees: &[Vec<f64>], others: &[(usize, Vec<f64>)]) -> Option<usize> {
    let fee = |row: usize| fees.iter().map(|fees| fees[row].abs()).sum::<f64>();
    let rows: Vec<usize> = (0..amount.len()).filter(|&row| fee(row) > CENT && amount[row] > 0.0).collect();
    let fits = |before: &[f64]| rows.iter().filter(|&&row| near(amount[row], before[row] - fee(row))).count();
    let best = others.iter().map(|(index, before)| (fits(before), *index)).max_by_key(|(fits, _)| *fits)?;
    (rows.len() >= ENOUGH && best.0 as f64 > HALF * rows.len() as f64).then_some(best.1)
}

/// Are returns taken off an amount already: is it, or is another column, what is left of a third one after them (and after what
/// else was taken off in the same row)?
pub(super) fn is_after_returns(amount: &[f64], returns: &[f64], others: &[Vec<f64>]) -> bool {
    let back: Vec<usize> = (0..amount.len()).filter(|&row| returns[row].abs() > CENT).collect();
    if back.len() < ENOUGH {
        return false;
    }
    let share = |fits: usize, of: usize| fits as f64 >= MOST * of as f64;
    // In rows without returns, too: else a column of zeros were what is left where all came back.
    let holds = |net: &[f64], gross: &[f64], less: &[f64]| {
        let fits = |row: &usize| near(net[*row], gross[*row] - less[*row].abs() - returns[*row].abs());
        share(back.iter().filter(|row| fits(row)).count(), back.len())
            && share((0..net.len()).filter(|row| fits(row)).count(), net.len())
    };
    let none = vec![0.0; amount.len()];
    let lesser: Vec<&[f64]> = others.iter().map(Vec::as_slice).chain([none.as_slice()]).collect();
    let nets = others.iter().map(Vec::as_slice).chain([amount]);
    nets.into_iter().any(|net| {
        let grosses = others.iter().filter(|gross| gross.as_slice() != net && gross.as_slice() != amount);
        grosses.into_iter().any(|gross| lesser.iter().any(|less| holds(net, gross, less)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_after_fees_is_told_from_what_was_paid() {
        let paid = vec![10.0, 20.0, 30.0, 40.0, 50.0, 60.0];
        let fee = vec![-1.0, -2.0, -3.0, -4.0, -5.0, 0.0];
        let left: Vec<f64> = paid.iter().zip(&fee).map(|(paid, fee)| paid + fee).collect();
        let others = [(3, vec![0.0; 6]), (7, paid.clone())];
        assert_eq!(before_fees(&left, std::slice::from_ref(&fee), &others), Some(7));
        // The amount before them is what was paid; shipping in one row changes nothing.
        assert_eq!(before_fees(&paid, std::slice::from_ref(&fee), &[(7, left.clone())]), None);
        let shipped: Vec<f64> = left.iter().enumerate().map(|(at, left)| left + f64::from(at == 0)).collect();
        assert_eq!(before_fees(&shipped, &[fee], &others), Some(7));
    }

    #[test]
    fn returns_are_not_taken_off_twice() {
        let gross = vec![10.0, 20.0, 30.0, 40.0, 50.0, 60.0];
        let off = vec![-1.0, 0.0, -3.0, 0.0, -5.0, 0.0];
        let returns = vec![-9.0, -20.0, -7.0, -40.0, -5.0, 0.0];
        let net: Vec<f64> = (0..6).map(|row| gross[row] + off[row] + returns[row]).collect();
        let total: Vec<f64> = net.iter().map(|net| net + 4.9).collect();
        assert!(is_after_returns(&net, &returns, &[gross.clone(), off.clone()]));
        assert!(is_after_returns(&total, &returns, &[gross.clone(), off.clone(), net.clone()]));
        // They are to be taken off what was sold.
        assert!(!is_after_returns(&gross, &returns, &[off.clone(), net]));
        assert!(!is_after_returns(&gross, &returns, &[off]));
        // A column of zeros beside amounts that came back whole, and the same amounts once more.
        let whole: Vec<f64> =
            gross.iter().enumerate().map(|(at, paid)| if at < 5 { -paid } else { 0.0 }).collect();
        let again: Vec<f64> = gross.iter().map(|paid| paid + 1e-9).collect();
        assert!(!is_after_returns(&gross, &whole, &[vec![0.0; 6], again]));
    }
}
