//! Columns by whose values rows are left out: a status whose words are known, a flag, a column that the caller names.
//! What each value came to is counted while rows are read, so that it can be said word by word.

use serde::{Deserialize, Serialize};

use super::flags;
use super::kind::{self, Beside};
use super::status::{self, Meaning};
use super::watched::in_rows;
use crate::base::Warning;
use crate::base::numbers::grouped;
use crate::history::account::CleaningAccount;
use crate::history::explain::is_total;

/// What stands for all entries of a column of moments.
const AN_ENTRY: &str = "an entry";
/// How many values of a column are told apart.
const VALUES: usize = 24;
/// How many are shown in a sentence.
const SHOWN: usize = 8;

/// Sums, whatever they are called.
const A_SUM: &str = "a sum of other rows";

/// How a column decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Use {
    /// By the words of a status; what was given back is kept if rows of their own take it off.
    Status {
        returns: bool,
        /// Are they stages of deals, of which those alone are purchases that were won?
        #[serde(default)]
        won: bool,
    },
    /// By the state of the delivery: as a status, but what waits is a purchase.
    Delivery { returns: bool },
    /// By the kind of a row, with what stands beside it. Where returns are negative by themselves (`signed`) their amounts
    /// stay as they are.
    Kind { beside: Beside, signed: bool },
    /// Rows that say no are none.
    Done,
    /// Rows that say yes are none.
    Undone,
    /// Rows with an entry are none.
    Entry,
    /// Rows that say yes, or that stand on the side of credits, are returns.
    Back,
    /// Rows with a negative sign are returns.
    Sign,
    /// Rows that say that they are sums, or what was carried over, are none.
    Sums,
    /// Only rows with one of these values.
    Only(Vec<String>),
    /// Rows with one of these values are left out.
    Except(Vec<String>),
}

/// A column that decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Screen {
    /// Its index.
    pub column: usize,
    /// How it does.
    pub by: Use,
}

/// What becomes of a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Verdict {
    Keep = 0,
    /// It is a return: its amount counts as negative.
    Negate = 1,
    LeaveOut = 2,
}

/// What a value says, whatever the row's amount.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Said {
    Meaning(Meaning),
    LeaveOut(bool),
}

impl Default for Said {
    fn default() -> Self {
        Said::Meaning(Meaning::Unknown)
    }
}

/// What is known of a row beside the value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paid {
    /// Its amount, after what was paid back.
    pub amount: Option<f64>,
    /// Was something paid back, and is something left?
    pub some_left: bool,
    /// Has the log amounts?
    pub has_amount: bool,
}

impl Use {
    fn said(&self, text: &str) -> Said {
        match self {
            Use::Status { won, .. } => Said::Meaning(match status::of_status(text) {
                Meaning::Unknown if *won && !text.is_empty() => Meaning::Nothing,
                meaning => meaning,
            }),
            Use::Delivery { .. } => Said::Meaning(status::of_delivery(text)),
            Use::Kind { beside, .. } => Said::Meaning(kind::of(text, *beside)),
            Use::Done => Said::LeaveOut(flags::flag(text) == Some(false)),
            Use::Undone => Said::LeaveOut(flags::flag(text) == Some(true)),
            Use::Back => Said::Meaning(if is_back(text) { Meaning::Undone } else { Meaning::Purchase }),
            Use::Sign => {
                Said::Meaning(if text.starts_with('-') { Meaning::Undone } else { Meaning::Purchase })
            }
            Use::Sums => Said::LeaveOut(text == A_SUM || is_sum(text)),
            Use::Entry => Said::LeaveOut(!flags::is_nothing(text)),
            Use::Only(values) => Said::LeaveOut(!named(values, text)),
            Use::Except(values) => Said::LeaveOut(named(values, text)),
        }
    }

    /// What becomes of a row whose value says this.
    fn judge(&self, said: Said, paid: Paid) -> Verdict {
        let leave = |out: bool| if out { Verdict::LeaveOut } else { Verdict::Keep };
        let negative = paid.amount.is_some_and(|amount| amount < 0.0);
        match (said, self) {
            (Said::LeaveOut(out), _) => leave(out),
            (Said::Meaning(Meaning::Nothing), _) => Verdict::LeaveOut,
            // Without amounts an order that was given back was one all the same.
            (Said::Meaning(Meaning::Undone), Use::Status { returns, .. } | Use::Delivery { returns }) => {
                leave(paid.has_amount && !negative && !returns && !paid.some_left)
            }
            (Said::Meaning(Meaning::Undone), by) => match (paid.has_amount, negative) {
                (false, _) => Verdict::LeaveOut,
                (true, false) if matches!(by, Use::Kind { signed: true, .. }) => Verdict::Keep,
                (true, false) => Verdict::Negate,
                (true, true) => Verdict::Keep,
            },
            _ => Verdict::Keep,
        }
    }

    /// Does this value say that an order which was a purchase is none any more?
    pub fn takes_back(&self, text: &str) -> bool {
        match self {
            Use::Status { .. } | Use::Delivery { .. } => {
                status::is_called_off(text) || status::of_status(text) == Meaning::Undone
            }
            Use::Kind { .. } => status::is_called_off(text),
            Use::Undone | Use::Entry => true,
            _ => false,
        }
    }

    /// Does it decide by states?
    fn is_state(&self) -> bool {
        matches!(self, Use::Status { .. } | Use::Delivery { .. })
    }

    /// Is this value one that the column's words do not settle?
    fn is_unknown(&self, text: &str) -> bool {
        self.said(text) == Said::Meaning(Meaning::Unknown) && !is_total(text)
    }
}

/// Does it say of a row, in a column of that, that it is a return: by yes, or by the side of the account?
pub(crate) fn is_back(text: &str) -> bool {
    const WORDS: &str = "r ret rtn return returned refund c cr h haben credit haber avere gutschrift";
    let text = text.trim().to_lowercase();
    status::truth(&text) == Some(true) || WORDS.split(' ').any(|word| word == text)
}

/// Does a cell begin with the word of a sum?
pub(crate) fn is_sum(text: &str) -> bool {
    let first = text.split([' ', ':', '\t']).next().unwrap_or_default();
    is_total(text) || is_total(first) || is_carried(text)
}

/// Is it what an account begins with?
pub(crate) fn is_carried(text: &str) -> bool {
    const PHRASES: &str = "opening balance, balance brought forward, brought forward, balance forward, balance b f, carried forward, saldovortrag, \
        anfangssaldo, eb wert, eroffnungssaldo, report a nouveau, a nouveau, solde initial, solde anterieur, saldo inicial, saldo \
        anterior, saldo iniziale, riporto saldo, beginsaldo, bilans otwarcia, saldo poczatkowe, devir, acilis bakiyesi, devir bakiyesi, \
        начальное сальдо, входящий остаток, 期初余额, 前期繰越";
    let words = super::vocabulary::fold_words(text).join(" ");
    !words.is_empty() && PHRASES.split(',').any(|phrase| phrase.trim() == words)
}

fn named(values: &[String], text: &str) -> bool {
    let text = text.trim();
    values.iter().any(|value| {
        value == "*" || value.trim() == text || value.trim().to_lowercase() == text.to_lowercase()
    })
}

/// What stood in a column that decides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Screened {
    name: String,
    pub by: Use,
    values: Vec<Value>,
    /// Rows with other values: kept, negated and left out.
    more: [u64; 3],
    /// The first and the last entry of a column whose entries are moments, if these are ordered as text.
    #[serde(default)]
    span: Option<(String, String)>,
    #[serde(skip)]
    last: usize,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Value {
    text: String,
    /// Kept, negated and left out: rows and their amount.
    rows: [u64; 3],
    amount: [f64; 3],
    #[serde(skip)]
    said: Said,
}

impl Screened {
    /// A column with nothing seen yet.
    pub fn new(name: &str, by: Use) -> Self {
        Screened { name: name.to_owned(), by, values: Vec::new(), more: [0; 3], span: None, last: 0 }
    }

    /// One more row.
    pub fn see(&mut self, text: &[u8], paid: Paid) -> Verdict {
        let mut text = text.trim_ascii();
        if self.by == Use::Entry && self.by.said(&String::from_utf8_lossy(text)) == Said::LeaveOut(true) {
            let moment = String::from_utf8_lossy(text).into_owned();
            self.spans((moment.clone(), moment));
            text = AN_ENTRY.as_bytes();
        }
        if self.by == Use::Sums && is_sum(&String::from_utf8_lossy(text)) {
            text = A_SUM.as_bytes();
        }
        let same = |value: &Value| value.text.as_bytes() == text;
        if !self.values.get(self.last).is_some_and(same) {
            let known = self.values.iter().position(same);
            let Some(known) = known.or_else(|| self.learn(text)) else {
                let verdict = self.by.judge(self.by.said(&String::from_utf8_lossy(text)), paid);
                self.more[verdict as usize] += 1;
                return verdict;
            };
            self.last = known;
        }
        let value = &mut self.values[self.last];
        let verdict = self.by.judge(value.said, paid);
        value.rows[verdict as usize] += 1;
        value.amount[verdict as usize] += paid.amount.unwrap_or(0.0);
        verdict
    }

    /// Entries of moments are one value, whenever they were.
    #[cold]
    fn spans(&mut self, (first, last): (String, String)) {
        match &mut self.span {
            None => self.span = Some((first, last)),
            Some((earliest, latest)) => {
                if first < *earliest {
                    *earliest = first;
                }
                if last > *latest {
                    *latest = last;
                }
            }
        }
    }

    /// What stands in the column, as it is shown.
    fn shown(&self, value: &Value) -> String {
        let year_first =
            |text: &str| text.len() > 4 && text.bytes().take(4).all(|byte| byte.is_ascii_digit());
        match &self.span {
            Some((first, last)) if value.text == AN_ENTRY => match () {
                () if first == last => format!("an entry ('{first}')"),
                () if year_first(first) && year_first(last) => format!("an entry ('{first}' to '{last}')"),
                () => format!("an entry (such as '{first}')"),
            },
            _ if self.by == Use::Sums && value.text == A_SUM => A_SUM.to_owned(),
            _ => quoted(&value.text),
        }
    }

    /// Another value, if there is room for it.
    #[cold]
    fn learn(&mut self, text: &[u8]) -> Option<usize> {
        let text = String::from_utf8_lossy(text).into_owned();
        let said = self.by.said(&text);
        (self.values.len() < VALUES).then(|| {
            self.values.push(Value { text, said, ..Value::default() });
            self.values.len() - 1
        })
    }

    /// What the amounts came to that count as negative and are not written so.
    pub fn turned(&self) -> f64 {
        self.values.iter().map(|value| value.amount[Verdict::Negate as usize]).sum()
    }

    fn add(&mut self, other: Screened) {
        if let Some(span) = other.span {
            self.spans(span);
        }
        for value in other.values {
            match self.values.iter().position(|known| known.text == value.text) {
                Some(known) => {
                    let known = &mut self.values[known];
                    (0..3).for_each(|at| {
                        known.rows[at] += value.rows[at];
                        known.amount[at] += value.amount[at];
                    });
                }
                None if self.values.len() < VALUES => self.values.push(value),
                None => (0..3).for_each(|at| self.more[at] += value.rows[at]),
            }
        }
        (0..3).for_each(|at| self.more[at] += other.more[at]);
    }

    /// The values with rows of this fate, the most frequent first, in words, and so many rows of values that are not told apart.
    fn listed(
        &self,
        at: usize,
        has_amount: bool,
        more: u64,
        which: impl Fn(&Value) -> bool,
    ) -> Option<String> {
        let mut values: Vec<&Value> =
            self.values.iter().filter(|value| value.rows[at] > 0 && which(value)).collect();
        values.sort_by(|a, b| b.rows[at].cmp(&a.rows[at]).then(a.text.cmp(&b.text)));
        let show = |value: &&Value| {
            let amount =
                if has_amount { format!(", {}", grouped(value.amount[at], 2)) } else { String::new() };
            format!("{} ({}{amount})", self.shown(value), in_rows(value.rows[at]))
        };
        let mut shown: Vec<String> = values.iter().take(SHOWN).map(show).collect();
        let rest: u64 = values.iter().skip(SHOWN).map(|value| value.rows[at]).sum();
        if rest + more > 0 {
            shown.push(format!("others ({})", in_rows(rest + more)));
        }
        (!shown.is_empty()).then(|| shown.join(", "))
    }

    /// What the column came to, in a sentence; `None` if it changed nothing and all its words are known.
    fn say(&self, has_amount: bool, refunds: bool) -> Option<String> {
        let by_hand = matches!(self.by, Use::Only(_) | Use::Except(_));
        let left = self.listed(2, has_amount, self.more[2], |_| true);
        let negated = self.listed(1, has_amount, self.more[1], |_| true);
        // Of values that are too many to be told apart nothing else is known.
        let unknown = self.listed(0, has_amount, self.more[0], |value| {
            self.by.is_unknown(&value.text) && !value.text.is_empty()
        });
        let undone = self.listed(0, has_amount, 0, |value| {
            let undone = self.by.said(&value.text) == Said::Meaning(Meaning::Undone);
            undone && self.by.is_state() && value.amount[0] >= 0.0
        });
        // What was given back in part is said by a column of refunds or by rows of its own, or not at all.
        let returns = matches!(self.by, Use::Status { returns: true, .. } | Use::Delivery { returns: true });
        let partly = self.listed(0, has_amount, 0, |value| {
            has_amount && !refunds && !returns && self.by.is_state() && status::is_partly_undone(&value.text)
        });
        let unknown = unknown.filter(|_| self.has_known() && !by_hand);
        if [&left, &negated, &undone, &unknown, &partly].iter().all(|part| part.is_none()) {
            return None;
        }
        let mut parts = Vec::new();
        parts.extend(left.map(|words| match by_hand {
            true => format!("left out: {words}"),
            false => format!("no purchases and left out: {words}"),
        }));
        parts.extend(negated.map(|words| format!("returns, taken off earlier purchases: {words}")));
        parts.extend(undone.map(|words| format!("given back, and kept as purchases: {words}")));
        parts.extend(partly.map(|words| {
            format!("given back in part, by how much no column says, and kept in full: {words}")
        }));
        parts.extend(unknown.map(|words| {
            format!("not known here, and kept: {words} (--except \"{}=..\" leaves rows out)", self.name)
        }));
        let all = if by_hand { String::new() } else { format!("; --only \"{}=*\" keeps all", self.name) };
        Some(format!("column \"{}\": {}{all}", self.name, parts.join("; ")))
    }

    fn has_known(&self) -> bool {
        self.values.iter().any(|value| !self.by.is_unknown(&value.text))
    }

    /// Values that the caller named and that do not occur.
    fn missing(&self) -> Vec<&String> {
        let (Use::Only(values) | Use::Except(values)) = &self.by else { return Vec::new() };
        let there = |wanted: &&String| {
            *wanted == "*" || self.values.iter().any(|value| named(std::slice::from_ref(wanted), &value.text))
        };
        if self.more.iter().sum::<u64>() > 0 {
            Vec::new()
        } else {
            values.iter().filter(|value| !there(value)).collect()
        }
    }
}

fn quoted(text: &str) -> String {
    let short: String = text.chars().take(40).collect();
    if short.is_empty() { "an empty cell".to_owned() } else { format!("'{short}'") }
}

/// Adds what was seen in another part of the log.
pub(crate) fn add_all(all: &mut Vec<Screened>, others: Vec<Screened>) {
    for other in others {
        match all.iter_mut().find(|known| known.name == other.name && known.by == other.by) {
            Some(known) => known.add(other),
            None => all.push(other),
        }
    }
}

/// What the columns came to, one sentence each. Are there `refunds`, a column that is taken off?
pub(crate) fn say(all: &[Screened], has_amount: bool, refunds: bool) -> Vec<String> {
    all.iter().filter_map(|one| one.say(has_amount, refunds)).collect()
}

/// Values that were named and are not there.
pub(crate) fn warn(all: &[Screened]) -> Vec<Warning> {
    let words = |one: &Screened| {
        let missing: Vec<String> = one.missing().into_iter().map(|value| format!("'{value}'")).collect();
        let there: Vec<String> = one.values.iter().take(SHOWN).map(|value| quoted(&value.text)).collect();
        (!missing.is_empty()).then(|| {
            let message = format!(
                "the column \"{}\" has no {}: it has {}",
                one.name,
                missing.join(" and no "),
                there.join(", ")
            );
            Warning::new("value-not-there", message)
        })
    };
    all.iter().filter_map(words).collect()
}

/// Notes the rows left out, value by value.
pub(crate) fn note(all: &[Screened], account: &mut CleaningAccount) {
    for one in all {
        let left = one.values.iter().filter(|value| value.rows[2] > 0);
        for value in left {
            let code = format!("left-out:{}={}", one.name, value.text);
            let words = format!("left out by column \"{}\": {}", one.name, one.shown(value));
            account.note(code, words, value.rows[2]);
        }
        if one.more[2] > 0 {
            let words = format!("left out by column \"{}\": other values", one.name);
            account.note(format!("left-out:{}", one.name), words, one.more[2]);
        }
    }
}
