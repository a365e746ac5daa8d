//! Which column plays a role where several could: by the rank of its name, unless the first rows speak against it.

use super::super::dates::Shape;
use super::super::evidence::{Evidence, Fill, Sample};
use super::super::likeness;
use super::super::names::{AMOUNT, DATE, ID, PRICE, QUANTITY, Role};
use super::super::vocabulary::{self, BARE_ID, GROSS, MAIL, NET, Part, Rank};
use super::{AmountColumns, Table};
use crate::base::{
    Error, Result,
    numbers::{count, grouped, things},
};
use crate::history::options::LogOptions;
use crate::history::read::names::{CONTRACT_PERIOD, looks_like_contracts};
use rustc_hash::{FxHashMap, FxHashSet};

/// A column with a value in fewer rows than this share is none of customers where another one is full.
const HALF: f64 = 0.5;
const FULL: f64 = 0.9;
/// So many rows of one customer are no accident where each row of another column is new.
const AGAIN: usize = 2;

/// A column that could play a role, and how good its name is for it.
type Candidate = (Rank, usize);

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
    fn ranked(&self, part: Part) -> Vec<Candidate> {
        let rank = |index: usize| Some((vocabulary::rank(part, &self.names[index])?, index));
        // The periods of a retention table are no dates.
        let contracts = looks_like_contracts(self.names);
        let counts = |index: &usize| contracts && CONTRACT_PERIOD.contains(&self.normal[*index].as_str());
        let known = (0..self.names.len()).filter(|index| !counts(index));
        let mut ranked: Vec<Candidate> = known.filter_map(rank).collect();
        ranked.sort_unstable();
        ranked
    }

    /// The column of customers.
    pub(super) fn customers(
        &self,
        options: &LogOptions,
        evidence: &mut Option<&mut Evidence>,
    ) -> Result<usize> {
        if options.id.is_some() {
            return self.needed(&ID, options.id.as_deref());
        }
        let mut ranked = self.ranked(Part::Customer);
        if !super::looks_like_contracts(self.names) {
            ranked.extend(self.like_customers(&ranked, evidence)?);
            ranked.sort_unstable();
        }
        self.refuse_twins(&ID, &ranked)?;
        let [first, rest @ ..] = &ranked[..] else { return self.needed(&ID, None) };
        let Some(sample) = (if rest.is_empty() { None } else { sample(evidence, &indexes(&ranked))? }) else {
            return self.best(&ID, &ranked);
        };
        let fills: Vec<(Candidate, Fill)> =
            ranked.iter().map(|&candidate| (candidate, sample.fill(candidate.1))).collect();
        let repeats = |(rank, _): &Candidate, fill: &Fill| match rank {
            // Different people have one name or one number of a telephone.
            0..=MAIL => fill.filled >= fill.distinct + AGAIN,
            _ => fill.distinct as f64 <= FULL * fill.filled as f64 && fill.distinct > 1,
        };
        let some_repeat =
            fills.iter().any(|(one, fill)| repeats(one, fill) && !fill.is_all_one() && fill.is_in(HALF));
        let some_full = fills.iter().any(|(_, fill)| fill.is_in(FULL));
        let fits = |(one, fill): &&(Candidate, Fill)| {
            // Neither is a column of one value where another one tells customers apart.
            !(some_repeat && (fill.is_all_new() || fill.is_all_one()))
                && (fill.is_in(HALF) || !some_full)
                && (fill.filled > 0 || one.0 == first.0)
        };
        let mut left: Vec<Candidate> = fills.iter().filter(fits).map(|(one, _)| *one).collect();
        if left.is_empty() {
            left = ranked.clone();
        }
        // A bare `id` that repeats as the best other column does is the customer's own number.
        if let Some(&(BARE_ID, id)) = left.iter().find(|(rank, _)| *rank == BARE_ID)
            && sample.fill(id).filled >= sample.fill(id).distinct + AGAIN
            && sample.alike(id, left[0].1)
        {
            return Ok(id);
        }
        let best: Vec<Candidate> = left.iter().copied().filter(|(rank, _)| *rank == left[0].0).collect();
        let one = match best[..] {
            [(_, one)] => one,
            [(_, one), ref others @ ..] if others.iter().all(|&(_, other)| sample.alike(one, other)) => one,
            _ => return Err(self.ask_customers(&best, &sample)),
        };
        // People of one name are told apart by a number or an address of their own.
        let one =
            match ranked.iter().find(|&&(rank, other)| rank <= MAIL && are_namesakes(&sample, one, other)) {
                Some(&(_, other)) => other,
                None => one,
            };
        // The same people in a column that knows some rows more: guests who left an address are customers.
        let named = ranked.iter().filter(|(rank, _)| *rank <= MAIL).map(|(_, index)| *index);
        Ok(named.fold(one, |one, other| if sample.is_fuller(other, one) { other } else { one }))
    }

    /// Columns with a word of customers in their names, where no name is one: any; where all there is a bare `id` that hardly
    /// repeats, those that do.
    fn like_customers(
        &self,
        ranked: &[Candidate],
        evidence: &mut Option<&mut Evidence>,
    ) -> Result<Vec<Candidate>> {
        const HARDLY: f64 = 0.75;
        let taken = indexes(ranked);
        let like = |index: usize| Some((10 + likeness::customer(&self.names[index])?, index));
        let all: Vec<Candidate> =
            (0..self.names.len()).filter(|index| !taken.contains(index)).filter_map(like).collect();
        if ranked.is_empty() || all.is_empty() || ranked.iter().any(|(rank, _)| *rank != BARE_ID) {
            return Ok(if ranked.is_empty() { all } else { Vec::new() });
        }
        let columns: Vec<usize> = taken.iter().copied().chain(indexes(&all)).collect();
        let Some(sample) = sample(evidence, &columns)? else { return Ok(Vec::new()) };
        let repeats = |index: usize, share: f64| {
            let fill = sample.fill(index);
            fill.is_in(FULL) && fill.distinct > 1 && fill.distinct as f64 <= share * fill.filled as f64
        };
        let own = taken.iter().any(|&index| repeats(index, HARDLY));
        let others = all.into_iter().filter(|&(_, index)| !own && repeats(index, HALF));
        Ok(others.map(|(_, index)| (BARE_ID - 1, index)).collect())
    }

    /// What each of several columns of customers would give.
    fn ask_customers(&self, best: &[Candidate], sample: &Sample) -> Error {
        let say = |&(_, index): &Candidate| {
            let fill = sample.fill(index);
            format!(
                "'{}' ({} with {})",
                self.names[index],
                things(fill.distinct as u64, "customer"),
                things(fill.filled as u64, "row")
            )
        };
        let named: Vec<String> = best.iter().map(say).collect();
        let which = if sample.whole { "all" } else { "the first" };
        self.error(&format!(
            "more than one column could be {}: {}, in {which} {} rows; name the right one with --id COLUMN",
            ID.standard,
            named.join(", "),
            count(sample.rows() as u64)
        ))
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
        if ranked.len() > 1
            && let Some(sample) = sample(evidence, &indexes(&ranked))?
        {
            return self.amount_by(&ranked, &sample).map(AmountColumns::One);
        }
        if let [_, ..] = &ranked[..] {
            return self.best(&AMOUNT, &ranked).map(AmountColumns::One);
        }
        match (quantity, price) {
            (Some(quantity), Some(price)) => Ok(AmountColumns::Product { quantity, price }),
            _ => Ok(self.alone(evidence)?.map_or(AmountColumns::None, AmountColumns::One)),
        }
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
        let others = likeness::money(self.names);
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
    fn best(&self, role: &Role, ranked: &[Candidate]) -> Result<usize> {
        let best: Vec<usize> =
            ranked.iter().filter(|(rank, _)| *rank == ranked[0].0).map(|(_, index)| *index).collect();
        match self.choose(role, &best)? {
            Some(index) => Ok(index),
            None => self.needed(role, None),
        }
    }

    /// Columns of one name that no option can tell apart.
    fn refuse_twins(&self, role: &Role, ranked: &[Candidate]) -> Result<()> {
        let Some(&(best, _)) = ranked.first() else { return Ok(()) };
        let first: Vec<usize> =
            ranked.iter().filter(|(rank, _)| *rank == best).map(|(_, index)| *index).collect();
        let same = first.len() > 1 && first.iter().all(|&index| self.names[index] == self.names[first[0]]);
        if same { self.choose(role, &first).map(drop) } else { Ok(()) }
    }
}

/// Are these names of people, some of whom have one name and are told apart by another column that is as full? Who has a third
/// number or address under one name may be a company of several buyers.
fn are_namesakes(sample: &Sample, names: usize, other: usize) -> bool {
    const SHARED: f64 = 0.3;
    let (own, others) = (sample.column(names), sample.column(other));
    let people = own.iter().filter(|name| is_person(name)).count();
    if names == other
        || (people as f64) < FULL * own.len() as f64
        || sample.fill(other).filled < sample.fill(names).filled
        || !sample.is_of_one(other, names)
    {
        return false;
    }
    let mut of: FxHashMap<&str, FxHashSet<&str>> = FxHashMap::default();
    own.iter().zip(others).for_each(|(name, other)| {
        of.entry(name).or_default().insert(other);
    });
    let shared = of.values().filter(|others| others.len() > 1).count();
    shared > 0 && shared as f64 <= SHARED * of.len() as f64 && of.values().all(|others| others.len() <= 2)
}

/// Does it look like the name of a person: two or three words of letters?
fn is_person(text: &str) -> bool {
    const FIRMS: &str = "gmbh ag kg ohg ltd limited llc inc corp co company sa sarl sas srl spa bv nv ab as oy plc group shop store";
    let words: Vec<String> =
        text.split([' ', ',']).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    let letters =
        |word: &String| word.chars().all(|c| c.is_alphabetic() || matches!(c, '.' | '-' | '\'' | '’'));
    (2..=4).contains(&words.len())
        && words.iter().all(letters)
        && !words.iter().any(|word| FIRMS.split(' ').any(|firm| firm == word.trim_end_matches('.')))
}

fn indexes(ranked: &[Candidate]) -> Vec<usize> {
    ranked.iter().map(|(_, index)| *index).collect()
}

/// Is it a time of day alone?
fn is_time(text: &str) -> bool {
    text.contains(':') && !text.bytes().any(|byte| matches!(byte, b'-' | b'/' | b'.')) && text.len() <= 11
}
