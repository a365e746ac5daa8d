//! Which column plays a role where several could: by the rank of its name, unless the first rows speak against it.

use super::super::dates::Shape;
use super::super::evidence::{Evidence, Sample};
use super::super::likeness;
use super::super::names::{AMOUNT, DATE, PRICE, QUANTITY, Role, is_price};
use super::super::vocabulary::{self, GROSS, NET, Part, Rank};
use super::{AmountColumns, Table};
use crate::base::{
    Error, Result,
    numbers::{grouped, things},
};
use crate::history::explain::is_total;
use crate::history::options::LogOptions;
use crate::history::read::names::{CONTRACT_PERIOD, looks_like_contracts};

/// More than so much of a column, and nearly all of it.
const HALF: f64 = 0.5;
const FULL: f64 = 0.9;
/// So many dates are no accident.
const AGAIN: usize = 2;

/// A column that could play a role, and how good its name is for it.
pub(super) type Candidate = (Rank, usize);

/// The first rows of the candidates, if there are rows to look at.
pub(super) fn sample(evidence: &mut Option<&mut Evidence>, columns: &[usize]) -> Result<Option<Sample>> {
    match evidence {
        Some(evidence) => {
            evidence.look(columns).map(Some).map(|sample| sample.filter(|sample| sample.rows() > 0))
        }
        None => Ok(None),
    }
}

impl Table<'_> {
    pub(super) fn ranked(&self, part: Part) -> Vec<Candidate> {
        let rank = |index: usize| Some((vocabulary::rank(part, &self.names[index])?, index));
        // The periods of a retention table are no dates.
        let contracts = looks_like_contracts(self.names);
        let counts = |index: &usize| contracts && CONTRACT_PERIOD.contains(&self.normal[*index].as_str());
        let known = (0..self.names.len()).filter(|index| !counts(index));
        let mut ranked: Vec<Candidate> = known.filter_map(rank).collect();
        ranked.sort_unstable();
        ranked
    }

    /// The column of dates.
    pub(super) fn dates(&self, options: &LogOptions, evidence: &mut Option<&mut Evidence>) -> Result<usize> {
        if options.date.is_some() {
            return self.needed(&DATE, options.date.as_deref());
        }
        let mut ranked = self.ranked(Part::Date);
        if ranked.is_empty() {
            let like = (0..self.names.len()).filter(|&index| vocabulary::is_date(&self.names[index]));
            ranked = like.map(|index| (10, index)).collect();
        }
        if ranked.is_empty() {
            ranked = self.only_dates(evidence)?;
        }
        // A deal is a purchase when it is closed.
        if self.names.iter().any(|name| likeness::is_deal(name)) {
            ranked
                .iter_mut()
                .filter(|(_, index)| likeness::is_close(&self.names[*index]))
                .for_each(|one| one.0 = 0);
            ranked.sort_unstable();
        }
        self.refuse_twins(&DATE, &ranked)?;
        let [_, _, ..] = &ranked[..] else { return self.best(&DATE, &ranked) };
        let Some(sample) = sample(evidence, &indexes(&ranked))? else { return self.best(&DATE, &ranked) };
        // A column without dates, or with a time of day alone, is none of them.
        let dated = |&&(_, index): &&Candidate| {
            let values = sample.column(index);
            let good = values
                .iter()
                .filter(|value| value.bytes().any(|b| b.is_ascii_digit()) && !is_time(value))
                .count();
            good as f64 > HALF * values.len() as f64
        };
        let left: Vec<Candidate> = ranked.iter().filter(dated).copied().collect();
        let left = if left.is_empty() { ranked } else { left };
        let best: Vec<Candidate> = left.iter().copied().filter(|(rank, _)| *rank == left[0].0).collect();
        match best[..] {
            [(_, one)] => Ok(one),
            [(_, one), ref others @ ..] if others.iter().all(|&(_, other)| sample.equal(one, other)) => {
                Ok(one)
            }
            _ => self.best(&DATE, &best),
        }
    }

    /// The only column whose first values all are dates, whatever it is called; those of something else do not count.
    fn only_dates(&self, evidence: &mut Option<&mut Evidence>) -> Result<Vec<Candidate>> {
        const COLUMNS: usize = 64;
        let free = |index: &usize| !vocabulary::is_other_date(&self.names[*index]);
        let columns: Vec<usize> = (0..self.names.len()).filter(free).take(COLUMNS).collect();
        let Some(sample) = sample(evidence, &columns)? else { return Ok(Vec::new()) };
        let is_date = |text: &str| {
            let shape = Shape::of(text.as_bytes());
            !matches!(shape, Shape::Blank | Shape::Other | Shape::Number | Shape::Compact | Shape::Month)
        };
        let dated = |index: &usize| {
            let fill = sample.fill(*index);
            let good = sample.column(*index).iter().filter(|value| is_date(value)).count();
            fill.distinct >= AGAIN && good as f64 >= FULL * fill.rows as f64
        };
        let found: Vec<usize> = columns.into_iter().filter(dated).collect();
        Ok(if let [one] = found[..] { vec![(10, one)] } else { Vec::new() })
    }

    /// Where amounts come from.
    pub(super) fn amounts(
        &self,
        options: &LogOptions,
        evidence: &mut Option<&mut Evidence>,
    ) -> Result<AmountColumns> {
        if let Some(name) = &options.amount {
            if options.quantity.is_some() || options.price.is_some() {
                return Err(Error::option("--amount", "give either --amount or --quantity and --price"));
            }
            return self.named(AMOUNT.flag, name).map(AmountColumns::One);
        }
        if options.quantity.is_some() || options.price.is_some() {
            let quantity = self.one_of(&QUANTITY, Part::Quantity, options.quantity.as_deref())?;
            let price = self.one_of(&PRICE, Part::Price, options.price.as_deref())?;
            return Ok(AmountColumns::Product { quantity, price });
        }
        let quantity = self.best_known(&QUANTITY, Part::Quantity)?;
        let price = if quantity.is_some() { self.best_known(&PRICE, Part::Price)? } else { None };
        let fee = self.names.iter().any(|name| likeness::is_fee(name));
        let mut ranked: Vec<Candidate> =
            self.ranked(Part::Amount).into_iter().filter(|&(_, index)| Some(index) != price).collect();
        // What is left after the fees of a payment is not what the customer paid.
        ranked.iter_mut().filter(|(rank, _)| fee && *rank == GROSS).for_each(|(rank, _)| *rank = NET - 1);
        ranked.sort_unstable();
        self.refuse_twins(&AMOUNT, &ranked)?;
        if let (Some(quantity), Some(price)) = (quantity, price)
            && ranked.iter().all(|&(rank, index)| rank > GROSS && is_price(&self.names[index]))
        {
            return Ok(AmountColumns::Product { quantity, price });
        }
        // A price beside a quantity is that of one piece, or of either: who looks at the pair asks.
        let best: Vec<Candidate> = ranked.iter().copied().filter(|(rank, _)| *rank == ranked[0].0).collect();
        if let (Some(quantity), None, [(rank, price)]) = (quantity, price, &best[..])
            && *rank > GROSS
            && is_price(&self.names[*price])
            && !vocabulary::fold_words(&self.names[*price]).iter().any(|word| is_total(word))
        {
            return Ok(AmountColumns::Product { quantity, price: *price });
        }
        if ranked.len() > 1
            && let Some(sample) = sample(evidence, &indexes(&ranked))?
        {
            return self.amount_by(&ranked, &sample).map(AmountColumns::One);
        }
        if let [_, ..] = &ranked[..] {
            let amount = self.best(&AMOUNT, &ranked)?;
            self.refuse_count(amount, evidence)?;
            return Ok(AmountColumns::One(amount));
        }
        match (quantity, price) {
            (Some(quantity), Some(price)) => Ok(AmountColumns::Product { quantity, price }),
            _ => Ok(match (self.alone(evidence)?, quantity) {
                (Some(price), Some(quantity)) if is_price(&self.names[price]) => {
                    AmountColumns::Product { quantity, price }
                }
                (one, _) => one.map_or(AmountColumns::None, AmountColumns::One),
            }),
        }
    }

    /// Small whole numbers beside a price are a quantity, whatever they are called.
    fn refuse_count(&self, amount: usize, evidence: &mut Option<&mut Evidence>) -> Result<()> {
        const ENOUGH: usize = 20;
        const SMALL: f64 = 20.0;
        let Some(price) =
            (0..self.names.len()).find(|&index| index != amount && is_price(&self.names[index]))
        else {
            return Ok(());
        };
        let Some(sample) = sample(evidence, &[amount, price])? else { return Ok(()) };
        let values = || sample.column(amount).iter().filter(|text| !text.is_empty());
        let small = |text: &str| {
            text.parse().is_ok_and(|value: f64| value.fract() == 0.0 && (1.0..=SMALL).contains(&value))
        };
        let counts = values().count() >= ENOUGH && values().all(|text| small(text));
        let prices = || sample.column(price).iter().filter(|text| !text.is_empty());
        let money = |text: &str| text.bytes().filter(u8::is_ascii_digit).count() * 2 > text.chars().count();
        if !counts || !prices().all(|text| money(text)) || prices().all(|text| small(text)) {
            return Ok(());
        }
        let (amount, price) = (&self.names[amount], &self.names[price]);
        Err(self.error(&format!(
            "'{amount}' has small whole numbers only, and '{price}' stands beside it: say --quantity \"{amount}\" --price \
             \"{price}\" if it counts pieces, or --amount \"{amount}\" if it is money"
        )))
    }

    /// One of several amounts.
    fn amount_by(&self, ranked: &[Candidate], sample: &Sample) -> Result<usize> {
        let numbers = |&&(_, index): &&Candidate| {
            let values = sample.column(index);
            values.iter().any(|value| value.bytes().any(|byte| byte.is_ascii_digit()))
        };
        let left: Vec<Candidate> = ranked.iter().filter(numbers).copied().collect();
        let left = if left.is_empty() { ranked.to_vec() } else { left };
        let best: Vec<Candidate> = left.iter().copied().filter(|(rank, _)| *rank == left[0].0).collect();
        match best[..] {
            [(_, one)] => Ok(one),
            [(_, one), ref others @ ..] if others.iter().all(|&(_, other)| sample.equal(one, other)) => {
                Ok(one)
            }
            _ => Err(self.ask_amounts(&best, sample)),
        }
    }

    /// What each of several columns of amounts would give.
    fn ask_amounts(&self, best: &[Candidate], sample: &Sample) -> Error {
        let say = |&(_, index): &Candidate| {
            let numbers = sample.column(index).iter().filter_map(|value| value.parse::<f64>().ok());
            let (n, sum) = numbers.fold((0u64, 0.0), |(n, sum), number| (n + 1, sum + number));
            let sum =
                if n > 0 { format!(" ({} in {})", grouped(sum, 2), things(n, "row")) } else { String::new() };
            format!("'{}'{sum}", self.names[index])
        };
        let named: Vec<String> = best.iter().map(say).collect();
        self.error(&format!(
            "more than one column could be {}: {}; name the right one with --amount COLUMN",
            AMOUNT.standard,
            named.join(", ")
        ))
    }

    /// The only column that looks like money, if its values are numbers.
    fn alone(&self, evidence: &mut Option<&mut Evidence>) -> Result<Option<usize>> {
        let others = self.named_like_money();
        let like = (0..self.names.len()).filter(|&index| others.contains(&self.names[index]));
        let like: Vec<usize> = like.filter(|&index| !likeness::is_list_price(&self.names[index])).collect();
        let [one] = like[..] else { return Ok(None) };
        if others.len() > 1 {
            return Ok(None);
        }
        let Some(sample) = sample(evidence, &[one])? else { return Ok(None) };
        let filled = sample.column(one).iter().filter(|value| !value.is_empty());
        let digits =
            |value: &str| value.bytes().filter(u8::is_ascii_digit).count() * 2 >= value.chars().count();
        let (all, good) = (filled.clone().count(), filled.filter(|value| digits(value)).count());
        Ok((all > 0 && good as f64 >= FULL * all as f64).then_some(one))
    }

    fn one_of(&self, role: &Role, part: Part, named: Option<&str>) -> Result<usize> {
        match named {
            Some(_) => self.needed(role, named),
            None => match self.best_known(role, part)? {
                Some(index) => Ok(index),
                None => self.needed(role, None),
            },
        }
    }

    fn best_known(&self, role: &Role, part: Part) -> Result<Option<usize>> {
        let ranked = self.ranked(part);
        match ranked.is_empty() {
            true => Ok(None),
            false => self.best(role, &ranked).map(Some),
        }
    }

    /// The candidate of the best rank; an error if there are several, or none.
    pub(super) fn best(&self, role: &Role, ranked: &[Candidate]) -> Result<usize> {
        let best: Vec<usize> =
            ranked.iter().filter(|(rank, _)| *rank == ranked[0].0).map(|(_, index)| *index).collect();
        match self.choose(role, &best)? {
            Some(index) => Ok(index),
            None => self.needed(role, None),
        }
    }

    /// Columns of one name that no option can tell apart.
    pub(super) fn refuse_twins(&self, role: &Role, ranked: &[Candidate]) -> Result<()> {
        let Some(&(best, _)) = ranked.first() else { return Ok(()) };
        let first: Vec<usize> =
            ranked.iter().filter(|(rank, _)| *rank == best).map(|(_, index)| *index).collect();
        let same = first.len() > 1 && first.iter().all(|&index| self.names[index] == self.names[first[0]]);
        if same { self.choose(role, &first).map(drop) } else { Ok(()) }
    }
}

pub(super) fn indexes(ranked: &[Candidate]) -> Vec<usize> {
    ranked.iter().map(|(_, index)| *index).collect()
}

/// Is it a time of day alone?
fn is_time(text: &str) -> bool {
    text.contains(':') && !text.bytes().any(|byte| matches!(byte, b'-' | b'/' | b'.')) && text.len() <= 11
}
