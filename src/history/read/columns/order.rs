//! Is there a column of orders, and do its lines have to be put together? Only where it makes a difference: an order that
//! lies on several days, an amount that each line or only the first one has, a return that names its order, several files.

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::evidence::{Evidence, Sample};
use super::super::screen::Use;
use super::super::vocabulary::{self, MAIL, Part};
use super::choose::sample;
use super::decide::is_negative;
use super::{AmountColumns, LogColumns, Table};
use crate::base::Result;
use crate::history::options::LogOptions;
use crate::history::orders::Lines;

/// From this share of the orders on it is how all of them are.
const MOST: f64 = 0.95;
/// Fewer orders of several lines, or fewer different amounts, show nothing.
const ENOUGH: usize = 5;

/// What the first rows say of a column of orders.
#[derive(Default)]
struct Seen {
    /// Orders of several lines with amounts; those whose amounts are all the same, and which amounts these are.
    several: usize,
    same: usize,
    amounts: FxHashSet<String>,
    /// Orders on several days.
    days: usize,
    /// Returns in the order of a purchase.
    returns: usize,
    /// Lines without an amount, and those of them whose order has one.
    blank: usize,
    further: usize,
    /// Orders, and those with several customers.
    orders: usize,
    mixed: usize,
    /// Customers of these rows.
    customers: usize,
}

impl Table<'_> {
    /// Are ids e-mail addresses?
    pub(super) fn is_mail(&self, id: usize, evidence: &mut Option<&mut Evidence>) -> Result<bool> {
        if vocabulary::rank(Part::Customer, &self.names[id]) == Some(MAIL) {
            return Ok(true);
        }
        let numbered = ["id", "no", "nr", "number", "code", "key"];
        let words = vocabulary::fold_words(&self.names[id]);
        if words.iter().any(|word| numbered.contains(&&**word) || word.ends_with("id")) {
            return Ok(false);
        }
        let Some(sample) = sample(evidence, &[id])? else { return Ok(false) };
        let filled = sample.column(id).iter().filter(|value| !value.is_empty());
        let is_address = |value: &str| value.split_once('@').is_some_and(|(_, host)| host.contains('.'));
        let all = filled.clone().count();
        Ok(all > 0 && filled.filter(|value| is_address(value)).count() as f64 >= MOST * all as f64)
    }

    /// Fills in the column of orders.
    pub(super) fn orders(
        &self,
        options: &LogOptions,
        evidence: &mut Option<&mut Evidence>,
        columns: &mut LogColumns,
    ) -> Result<()> {
        let candidates = self.order_candidates(options, columns)?;
        // What the caller names is used whatever the rows say.
        if let (Some(_), [one]) = (&options.order, &candidates[..]) {
            (columns.order_id, columns.lines) = (Some(*one), Some(Lines::Add));
        }
        if candidates.is_empty() {
            return Ok(());
        }
        let several = evidence.as_ref().is_some_and(|evidence| evidence.several);
        let amount = columns.amount.first();
        let kinds = columns.screens.iter().filter(|screen| matches!(screen.by, Use::Kind { .. }));
        let kinds: Vec<usize> = kinds.map(|screen| screen.column).collect();
        let others = [columns.id, columns.date].into_iter().chain(amount).chain(kinds);
        let wanted: Vec<usize> = candidates.iter().copied().chain(others).collect();
        let Some(sample) = sample(evidence, &wanted)? else { return Ok(()) };
        for &order in &candidates {
            let seen = Seen::of(order, amount, columns, &sample);
            let one = matches!(columns.amount, AmountColumns::One(_));
            let repeat = one && seen.is_repeated();
            let blank = one && seen.blank > 0 && seen.further as f64 >= MOST * seen.blank as f64;
            let needed = repeat || blank || seen.days > 0 || seen.returns > 0 || several;
            if options.for_state.is_some() && !needed && options.order.is_none() && seen.are_orders() {
                // Not needed now, but by what may be added to the state.
                columns.order_id = Some(order);
                break;
            }
            if options.order.is_some() || (seen.are_orders() && needed) {
                columns.order_id = Some(order);
                columns.lines = Some(if repeat { Lines::Repeat } else { Lines::Add });
                columns.blank_lines = blank;
                break;
            }
        }
        Ok(())
    }

    fn order_candidates(&self, options: &LogOptions, columns: &LogColumns) -> Result<Vec<usize>> {
        if let Some(name) = &options.order {
            return Ok(vec![self.named("--order", name)?]);
        }
        let used = columns.used();
        let order = |index: &usize| {
            !used.contains(index) && vocabulary::rank(Part::Order, &self.names[*index]).is_some()
        };
        Ok((0..self.names.len()).filter(order).collect())
    }
}

impl Seen {
    fn of(order: usize, amount: Option<usize>, columns: &LogColumns, sample: &Sample) -> Self {
        let mut lines: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
        for (row, number) in sample.column(order).iter().enumerate().filter(|(_, number)| !number.is_empty())
        {
            lines.entry(number).or_default().push(row);
        }
        let amounts = amount.map(|index| sample.column(index));
        let mut back: Vec<bool> =
            amounts.unwrap_or_default().iter().map(|amount| is_negative(amount)).collect();
        for screen in &columns.screens {
            back.iter_mut().zip(screen.returned(sample)).for_each(|(back, returned)| *back |= returned);
        }
        let (ids, dates) = (sample.column(columns.id), sample.column(columns.date));
        let customers: FxHashSet<&str> = lines.values().flatten().map(|&row| &*ids[row]).collect();
        let mut seen = Seen { orders: lines.len(), customers: customers.len(), ..Seen::default() };
        for rows in lines.values() {
            seen.order(rows, amounts, &back, [ids, dates]);
        }
        seen
    }

    fn order(
        &mut self,
        rows: &[usize],
        amounts: Option<&[Box<str>]>,
        back: &[bool],
        [ids, dates]: [&[Box<str>]; 2],
    ) {
        let differ = |values: &[Box<str>], length: usize| {
            let mut texts = rows.iter().map(|&row| &*values[row]).filter(|text| !text.is_empty());
            let cut = |text: &str| text.chars().take(length).collect::<String>();
            texts.next().is_some_and(|first| texts.any(|other| cut(other) != cut(first)))
        };
        self.mixed += usize::from(differ(ids, usize::MAX));
        let Some(amounts) = amounts else {
            self.days += usize::from(differ(dates, 10));
            return;
        };
        let filled: Vec<&str> =
            rows.iter().map(|&row| &*amounts[row]).filter(|text| !text.is_empty()).collect();
        let blank = rows.len() - filled.len();
        self.blank += blank;
        self.further += if filled.is_empty() { 0 } else { blank };
        let back = rows.iter().filter(|&&row| back[row] && !amounts[row].is_empty()).count();
        self.returns += if back < filled.len() { back } else { 0 };
        if filled.len() > 1 && back == 0 {
            self.days += usize::from(differ(dates, 10));
            self.several += 1;
            if filled.iter().all(|text| *text == filled[0]) {
                self.same += 1;
                self.amounts.insert(filled[0].to_owned());
            }
        }
    }

    /// Has each line the amount of its order?
    fn is_repeated(&self) -> bool {
        self.several >= ENOUGH
            && self.amounts.len() >= ENOUGH
            && self.same as f64 >= MOST * self.several as f64
    }

    /// A number that many customers share is that of something else, such as a till. And where lines lie on several days
    /// and no customer ever has two orders, the column may as well be one of customers, and what is called an order all
    /// that they ever bought.
    fn are_orders(&self) -> bool {
        let of_customers = self.days > 0 && self.orders <= self.customers;
        self.orders > 0 && !of_customers && (self.mixed as f64) < (1.0 - MOST) * self.orders as f64 + 1.0
    }
}
