//! Which column says who: by the rank of its name, unless the first rows speak against it.

use super::super::evidence::{Evidence, Fill, Sample};
use super::super::likeness;
use super::super::names::ID;
use super::super::vocabulary::{BARE_ID, MAIL, PERSON, PHONE, Part, fold_words};
use super::Table;
use super::choose::{Candidate, indexes, sample};
use crate::base::{
    Error, Result,
    numbers::{count, things},
};
use crate::history::options::LogOptions;
use rustc_hash::{FxHashMap, FxHashSet};

/// A column with a value in fewer rows than this share is none of customers where another one is full.
const HALF: f64 = 0.5;
const FULL: f64 = 0.9;
/// So many rows of one customer are no accident where each row of another column is new.
const AGAIN: usize = 2;
/// So many orders show whose they are.
const ENOUGH: usize = 20;

impl Table<'_> {
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
        ranked.retain(|(rank, index)| *rank != PERSON || !self.is_half_a_name(*index));
        self.refuse_twins(&ID, &ranked)?;
        let [first, ..] = &ranked[..] else { return self.needed(&ID, None) };
        // What tells people of one name apart, but is no name of a customer's column.
        let own = |index: &usize| likeness::identifies(&self.names[*index]);
        let own: Vec<usize> = (0..self.names.len()).filter(own).collect();
        let orders = self.ranked(Part::Order).first().map(|(_, index)| *index);
        let wanted: Vec<usize> =
            indexes(&ranked).into_iter().chain(own.iter().copied()).chain(orders).collect();
        // What may be the name of a customer, or of anything else.
        let called: Vec<usize> = (0..self.names.len())
            .filter(|index| {
                is_bare_name(&self.names[*index]) && ranked.iter().all(|(_, known)| known != index)
            })
            .collect();
        let wanted = [wanted, called.clone()].concat();
        let open = ranked.len() > 1 || !own.is_empty() || !called.is_empty();
        let Some(sample) = (if open { sample(evidence, &wanted)? } else { None }) else {
            return self.best(&ID, &ranked);
        };
        let fills: Vec<(Candidate, Fill)> =
            ranked.iter().map(|&candidate| (candidate, sample.fill(candidate.1))).collect();
        // Marketplaces make an address for each order.
        let of_orders = orders.map(|index| sample.fill(index)).filter(|fill| fill.distinct >= ENOUGH);
        let is_of_order = |fill: &Fill| {
            of_orders.is_some_and(|orders| fill.distinct as f64 >= FULL * orders.distinct as f64)
        };
        let repeats = |(rank, _): &Candidate, fill: &Fill| match rank {
            // Different people have one name or one number of a telephone.
            0..=MAIL => fill.filled >= fill.distinct + AGAIN && !is_of_order(fill),
            _ => fill.distinct as f64 <= FULL * fill.filled as f64 && fill.distinct > 1,
        };
        let some_repeat =
            fills.iter().any(|(one, fill)| repeats(one, fill) && !fill.is_all_one() && fill.is_in(HALF));
        let some_full = fills.iter().any(|(_, fill)| fill.is_in(FULL));
        let fits = |(one, fill): &&(Candidate, Fill)| {
            // Neither is a column of one value where another one tells customers apart.
            !(some_repeat && (fill.is_all_new() || fill.is_all_one() || is_of_order(fill)))
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
        let one = self.served(one, &ranked, &sample).unwrap_or(one);
        let mut crowds = indexes(&ranked).into_iter().chain(called);
        if let Some(crowd) = crowds.find(|&other| is_crowd(sample.fill(one), sample.fill(other))) {
            return Err(self.ask_customers(&[(0, one), (0, crowd)], &sample));
        }
        // People of one name are told apart by a number or an address of their own.
        let others = ranked.iter().filter(|(rank, _)| *rank <= PHONE).map(|(_, index)| index).chain(&own);
        let one = match { others }.find(|other| are_namesakes(&sample, one, **other)) {
            Some(other) => *other,
            None => one,
        };
        // The same people in a column that knows some rows more: guests who left an address are customers.
        let named = ranked.iter().filter(|(rank, _)| *rank <= MAIL).map(|(_, index)| *index);
        Ok(named.fold(one, |one, other| if sample.is_fuller(other, one) { other } else { one }))
    }

    /// Who was served, where a column of users is of those who served them: few of them beside many who are called customers.
    fn served(&self, one: usize, ranked: &[Candidate], sample: &Sample) -> Option<usize> {
        const USERS: &str = "user userid username users operator agent employee";
        const CUSTOMERS: &str = "customer customers client clients buyer shopper guest donor patient payer kunde kunden kaufer cliente \
            acheteur comprador acquirente klant koper klient musteri alici клиент покупатель";
        let named = |index: usize, list: &'static str| {
            fold_words(&self.names[index]).iter().any(|word| likeness::is(word, list))
        };
        if !named(one, USERS) || named(one, CUSTOMERS) {
            return None;
        }
        let few = sample.fill(one);
        let many = |index: &usize| {
            let fill = sample.fill(*index);
            let repeats = fill.distinct as f64 <= FULL * fill.filled as f64;
            named(*index, CUSTOMERS) && repeats && fill.is_in(FULL) && fill.distinct >= 2 * few.distinct
        };
        indexes(ranked).into_iter().find(many)
    }

    /// Is it a first name, or a last one, and the other half stands in another column? Neither tells people apart.
    fn is_half_a_name(&self, index: usize) -> bool {
        const HALVES: &str = "nombre apellidos apellido nome cognome sobrenome nom prenom naam voornaam achternaam name vorname nachname \
            firstname lastname givenname surname familyname imie nazwisko ad soyad adi soyadi jmeno prijmeni fornavn etternavn \
            efternavn fornamn efternamn имя фамилия";
        let half = |name: &String| likeness::is(&fold_words(name).concat(), HALVES);
        let others = self.names.iter().enumerate().filter(|(at, _)| *at != index);
        half(&self.names[index]) && others.map(|(_, name)| name).any(half)
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

/// Is it the word for a name alone?
fn is_bare_name(name: &str) -> bool {
    const NAMES: &str = "name names nom nombre nome naam navn namn nimi nazwa ad adi имя наименование 名称 名前 姓名 氏名 이름";
    likeness::is(&fold_words(name).concat(), NAMES)
}

/// Has a column so few values, each in very many rows, that another one that repeats may be who buys: a ledger's accounts beside
/// the names of those who are billed.
fn is_crowd(few: Fill, many: Fill) -> bool {
    const ROWS_EACH: usize = 40;
    const TIMES: usize = 5;
    let repeats = many.distinct as f64 <= FULL * many.filled as f64 && many.is_in(FULL);
    repeats && few.distinct * ROWS_EACH <= few.filled && few.distinct * TIMES <= many.distinct
}
