//! Is there a column of orders, and do its lines have to be put together? Only where it makes a difference: an order that
//! lies on several days, an amount that each line or only the first one has, a return that names its order, several files.

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::evidence::{Evidence, Sample};
use super::super::likeness;
use super::super::screen::Use;
use super::super::vocabulary::{self, MAIL, Part};
use super::choose::sample;
use super::decide::is_negative;
use super::{AmountColumns, LogColumns, Table};
use crate::base::{Result, numbers::grouped};
use crate::history::options::LogOptions;
use crate::history::orders::Lines;

/// From this share of the orders on it is how all of them are.
const MOST: f64 = 0.95;
/// Fewer orders of several lines show nothing.
const ENOUGH: usize = 5;
/// That lines are alike by chance must be less likely than this where the name leaves open whose the amount is.
const BY_CHANCE: f64 = 1e-6;
/// What may stand behind the column of `--order`: how its lines make an amount.
const SAID: [(&str, Lines); 2] = [("=once", Lines::Repeat), ("=add", Lines::Add)];

/// What the first rows say of a column of orders.
#[derive(Default)]
struct Seen {
    /// Orders of several lines with amounts; those whose amounts are all the same.
    several: usize,
    same: usize,
    /// How many lines of these orders are alike beside their first one.
    again: usize,
    /// Of the latter: those whose lines are of different products, and of the same one; of different quantities.
    products: [usize; 2],
    quantities: usize,
    /// How many orders begin with each amount.
    amounts: FxHashMap<String, usize>,
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
    /// The sum of all amounts if each order's counts once, and as they stand; `None` if they are no plain numbers.
    total: Option<[f64; 2]>,
}

/// Columns beside the amount that tell lines of an order apart.
#[derive(Default, Clone)]
struct Beside {
    products: Vec<usize>,
    quantity: Option<usize>,
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
        let said = options.order.as_ref().and_then(|name| self.order_said(name).1);
        // What the caller names is used whatever the rows say.
        if let (Some(_), [one]) = (&options.order, &candidates[..]) {
            (columns.order_id, columns.lines) = (Some(*one), Some(said.unwrap_or(Lines::Add)));
        }
        if candidates.is_empty() {
            return Ok(());
        }
        let several = evidence.as_ref().is_some_and(|evidence| evidence.several);
        let amount = columns.amount.first();
        let kinds = columns.screens.iter().filter(|screen| matches!(screen.by, Use::Kind { .. }));
        let kinds: Vec<usize> = kinds.map(|screen| screen.column).collect();
        let others = [columns.id, columns.date].into_iter().chain(amount).chain(kinds);
        let beside = self.beside(columns);
        let apart = beside.products.iter().copied().chain(beside.quantity);
        let wanted: Vec<usize> = candidates.iter().copied().chain(others).chain(apart).collect();
        let Some(sample) = sample(evidence, &wanted)? else { return Ok(()) };
        for &order in &candidates {
            let seen = Seen::of(order, amount, columns, &beside, &sample);
            let whose = match columns.amount {
                AmountColumns::One(one) => Some(Whose::of(&self.names[one])),
                _ => None,
            };
            let found = whose.is_some_and(|whose| seen.is_repeated(whose));
            let repeat = said.map_or(found, |lines| lines == Lines::Repeat);
            // Lines are alike, and nothing says why: that they are added up is said.
            let open = matches!(whose, Some(Whose::Either | Whose::Part));
            let alike = said.is_none() && open && seen.are_alike() && !repeat;
            let blank = whose.is_some() && seen.blank > 0 && seen.further as f64 >= MOST * seen.blank as f64;
            let needed = repeat || alike || blank || seen.days > 0 || seen.returns > 0 || several;
            if options.for_state.is_some() && !needed && options.order.is_none() && seen.are_orders() {
                // Not needed now, but by what may be added to the state.
                columns.order_id = Some(order);
                break;
            }
            if options.order.is_some() || (seen.are_orders() && needed) {
                columns.order_id = Some(order);
                columns.lines = Some(if repeat { Lines::Repeat } else { Lines::Add });
                columns.blank_lines = blank;
                columns.alike = if alike { seen.once(sample.whole) } else { String::new() };
                break;
            }
        }
        Ok(())
    }

    /// The column that `--order` names, and what it says of its lines.
    fn order_said<'n>(&self, name: &'n str) -> (&'n str, Option<Lines>) {
        let parts = SAID.iter().find_map(|(end, lines)| Some((name.strip_suffix(end)?, Some(*lines))));
        parts.filter(|_| !super::has(self.names, name)).unwrap_or((name, None))
    }

    fn order_candidates(&self, options: &LogOptions, columns: &LogColumns) -> Result<Vec<usize>> {
        if let Some(name) = &options.order {
            return Ok(vec![self.named("--order", self.order_said(name).0)?]);
        }
        let used = columns.used();
        let order = |index: &usize| {
            !used.contains(index) && vocabulary::rank(Part::Order, &self.names[*index]).is_some()
        };
        Ok((0..self.names.len()).filter(order).collect())
    }

    /// Columns that tell the lines of an order apart.
    fn beside(&self, columns: &LogColumns) -> Beside {
        const PRODUCTS: usize = 4;
        let used = columns.used();
        let free = || (0..self.names.len()).filter(|index| !used.contains(index));
        Beside {
            products: free()
                .filter(|&index| likeness::is_product(&self.names[index]))
                .take(PRODUCTS)
                .collect(),
            quantity: free().find(|&index| vocabulary::rank(Part::Quantity, &self.names[index]).is_some()),
        }
    }
}

/// Whose an amount is, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    Order,
    Line,
    Either,
    /// Of a line, unless lines of different products speak against it.
    Part,
}

impl Whose {
    pub fn of(name: &str) -> Whose {
        match (likeness::is_of_line(name), likeness::is_of_order(name)) {
            (true, _) => Whose::Line,
            (false, true) => Whose::Order,
            (false, false) if likeness::is_subtotal(name) => Whose::Part,
            (false, false) => Whose::Either,
        }
    }
}

impl Seen {
    fn of(
        order: usize,
        amount: Option<usize>,
        columns: &LogColumns,
        beside: &Beside,
        sample: &Sample,
    ) -> Self {
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
        let total = Some([0.0; 2]);
        let mut seen = Seen { orders: lines.len(), customers: customers.len(), total, ..Seen::default() };
        for rows in lines.values() {
            let alike = seen.order(rows, amounts, &back, [ids, dates]);
            if alike {
                seen.alike(rows, beside, sample);
            }
        }
        seen
    }

    /// One order; says whether it has several lines, all of one amount.
    fn order(
        &mut self,
        rows: &[usize],
        amounts: Option<&[Box<str>]>,
        back: &[bool],
        [ids, dates]: [&[Box<str>]; 2],
    ) -> bool {
        self.mixed += usize::from(differ(rows, ids, usize::MAX));
        let Some(amounts) = amounts else {
            self.days += usize::from(differ(rows, dates, 10));
            return false;
        };
        let filled: Vec<&str> =
            rows.iter().map(|&row| &*amounts[row]).filter(|text| !text.is_empty()).collect();
        let blank = rows.len() - filled.len();
        self.blank += blank;
        self.further += if filled.is_empty() { 0 } else { blank };
        let back = rows.iter().filter(|&&row| back[row] && !amounts[row].is_empty()).count();
        self.returns += if back < filled.len() { back } else { 0 };
        if let Some(first) = filled.first().filter(|_| back == 0) {
            *self.amounts.entry((*first).to_owned()).or_default() += 1;
        }
        let number = |text: &&str| {
            text.trim_start_matches(|c: char| !c.is_ascii_digit() && c != '-').parse::<f64>().ok()
        };
        let numbers: Option<Vec<f64>> = filled.iter().map(number).collect();
        self.total = self.total.zip(numbers).map(|([once, all], numbers)| {
            let sum: f64 = numbers.iter().sum();
            let same = numbers.iter().all(|number| *number == numbers[0]);
            [once + if same { numbers.first().copied().unwrap_or(0.0) } else { sum }, all + sum]
        });
        if filled.len() < 2 || back > 0 {
            return false;
        }
        self.days += usize::from(differ(rows, dates, 10));
        self.several += 1;
        let alike = filled.iter().all(|text| *text == filled[0]);
        if alike {
            self.same += 1;
            self.again += filled.len() - 1;
        }
        alike
    }

    /// Lines of one amount: is there more to tell them apart?
    fn alike(&mut self, rows: &[usize], beside: &Beside, sample: &Sample) {
        let differs = |&index: &usize| differ(rows, sample.column(index), usize::MAX);
        let known = beside.products.iter().any(|&index| !sample.column(index)[rows[0]].is_empty());
        match (beside.products.iter().any(differs), known) {
            (true, _) => self.products[0] += 1,
            (false, true) => self.products[1] += 1,
            (false, false) => {}
        }
        self.quantities += usize::from(beside.quantity.as_ref().is_some_and(differs));
    }

    /// Has each line the amount of its order? The name may say so, or that it is the line's own; where it says neither, lines
    /// of different products or quantities must have one amount far more often than they would by chance. Lines of one
    /// product (tickets, subscriptions) have one amount each by themselves.
    fn is_repeated(&self, whose: Whose) -> bool {
        let apart = self.products[0] > self.products[1] || self.products == [0, 0];
        let unlikely = || self.by_chance() < BY_CHANCE.ln();
        self.are_alike()
            && match whose {
                Whose::Line => false,
                Whose::Order => true,
                Whose::Part => self.products[0] > self.products[1] && unlikely(),
                Whose::Either => (apart || 2 * self.quantities > self.same) && unlikely(),
            }
    }

    /// Have nearly all orders of several lines one amount in all of them?
    fn are_alike(&self) -> bool {
        self.several >= ENOUGH && self.same as f64 >= MOST * self.several as f64
    }

    /// What all would come to if each of these orders counted once, in words.
    fn once(&self, whole: bool) -> String {
        match self.total.filter(|_| whole) {
            Some([once, all]) => {
                format!(
                    "{} in all; counted once an order they would be {}",
                    grouped(all, 2),
                    grouped(once, 2)
                )
            }
            None => "each line is taken for a purchase of its own worth".to_owned(),
        }
    }

    /// The logarithm of the chance that all these lines are alike, if each had an amount of its own, as often as orders do
    /// \[nats\]; where nearly all amounts are one, it is 0.
    fn by_chance(&self) -> f64 {
        let n = self.amounts.values().sum::<usize>() as f64;
        let pairs = self.amounts.values().map(|&count| count as f64 * (count as f64 - 1.0)).sum::<f64>();
        // One pair that was not seen may be there.
        let alike = ((pairs + 1.0) / (n * (n - 1.0)).max(1.0)).min(1.0);
        self.again as f64 * alike.ln()
    }

    /// A number that many customers share is that of something else, such as a till. And where lines lie on several days
    /// and no customer ever has two orders, the column may as well be one of customers, and what is called an order all
    /// that they ever bought.
    fn are_orders(&self) -> bool {
        let of_customers = self.days > 0 && self.orders <= self.customers;
        self.orders > 0 && !of_customers && (self.mixed as f64) < (1.0 - MOST) * self.orders as f64 + 1.0
    }
}

/// Do rows have different entries in a column, as far as so many letters go?
fn differ(rows: &[usize], values: &[Box<str>], length: usize) -> bool {
    let mut texts = rows.iter().map(|&row| &*values[row]).filter(|text| !text.is_empty());
    let cut = |text: &str| text.chars().take(length).collect::<String>();
    texts.next().is_some_and(|first| texts.any(|other| cut(other) != cut(first)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_whose_an_amount_is() {
        for (name, whose) in [
            ("item-price", Whose::Line),
            ("Lineitem price", Whose::Line),
            ("line_total", Whose::Line),
            ("Subtotal", Whose::Part),
            ("Order subtotal", Whose::Order),
            ("unit_price", Whose::Line),
            ("price", Whose::Line),
            ("Item subtotal", Whose::Line),
            ("Positionssumme", Whose::Line),
            ("Total ligne", Whose::Line),
            ("Importe línea", Whose::Line),
            ("Satır tutarı", Whose::Line),
            ("Regelbedrag", Whose::Line),
            ("商品金额", Whose::Line),
            ("明細金額", Whose::Line),
            ("order_item_total", Whose::Line),
            ("order_total", Whose::Order),
            ("Order Total (inc tax)", Whose::Order),
            ("Grand total", Whose::Order),
            ("total_price", Whose::Either),
            ("Total commande", Whose::Order),
            ("Gesamtbetrag", Whose::Either),
            ("Bestellwert", Whose::Order),
            ("Сумма заказа", Whose::Order),
            ("订单金额", Whose::Order),
            ("Basket value", Whose::Order),
            ("payment_value", Whose::Either),
            ("amount", Whose::Either),
            ("revenue", Whose::Either),
            ("Total", Whose::Either),
            ("Betrag", Whose::Either),
            ("Net Sales", Whose::Either),
        ] {
            assert_eq!(Whose::of(name), whose, "{name}");
        }
    }
}
