//! Headings among the rows: reports of bookkeeping programs name a customer (or a day) in a line of its own, above its
//! rows, and often a sum below them. Each row gets what stands above it; headings and sums are no rows.

use super::super::super::dates::Shape;
use super::super::super::vocabulary::{Part, is_date, rank};
use super::{Below, Head, Row, cells, has_digit};
use crate::base::numbers::grouped;
use crate::base::shown::shown;
use crate::history::explain::is_total;
use crate::history::options::LogOptions;

/// So many headings are no accident.
const ENOUGH: usize = 2;
/// So many are shown.
const SHOWN: usize = 2;

pub(super) struct Headings {
    header: usize,
    width: usize,
    /// The column in which they stand.
    column: usize,
    dates: bool,
    /// Is that a column of customers or dates, whose cells are empty in the rows below?
    within: bool,
    /// What the rows stand below now.
    current: String,
    examples: Vec<String>,
    headings: u64,
    sums: u64,
}

/// What a line is.
enum Kind {
    Heading,
    Sum,
    Row,
}

/// The headings of a table that has no column of customers, or none of dates.
pub(super) fn found(head: &Head, options: &LogOptions) -> Option<Headings> {
    let Below { header, names, rows } = head.table()?;
    let column = rows.first().and_then(|row| only_cell(row))?.0;
    let mut plan = Headings {
        header,
        width: names.len(),
        column,
        dates: false,
        within: false,
        current: String::new(),
        examples: Vec::new(),
        headings: 0,
        sums: 0,
    };
    let mut all: Vec<&str> = Vec::new();
    let (mut details, mut below, mut dated, mut own) = (0, 0, 0, 0);
    for (at, row) in rows.iter().enumerate() {
        match plan.kind(row) {
            Kind::Heading => {
                // The last lines of all may be remarks.
                let last = head.whole && at + SHOWN >= rows.len();
                if below == 0 && at > 0 && !last {
                    return None;
                }
                below = 0;
                plan.current = row[column].clone();
                all.push(&row[column]);
            }
            Kind::Sum => {}
            Kind::Row => {
                (details, below) = (details + 1, below + 1);
                dated += usize::from(row.iter().any(|cell| is_day(cell)));
                own += usize::from(!row.get(column).is_none_or(String::is_empty));
            }
        }
    }
    all.dedup();
    let said = |name: &Option<String>| name.as_ref().is_some_and(|name| names.contains(name));
    // The column of the headings itself, if the rows have nothing there.
    let others = |at: usize| own > 0 || at != column;
    let mut named = names.iter().enumerate().filter(|(at, _)| others(*at)).map(|(_, name)| name);
    let customers =
        (said(&options.id) && own > 0) || named.clone().any(|name| rank(Part::Customer, name).is_some());
    let dates = (said(&options.date) && own > 0) || 2 * dated > details || named.any(|name| is_date(name));
    plan.within = own == 0 && !names[column].is_empty();
    let are_days = all.iter().filter(|text| is_day(text)).count() + 1 >= all.len();
    plan.dates = match (customers, dates) {
        (_, false) if are_days => true,
        (false, true) if !are_days => false,
        _ => return None,
    };
    plan.current.clear();
    (all.len() >= ENOUGH && details >= all.len()).then_some(plan)
}

/// The one cell of a line that has something in it.
fn only_cell(row: &[String]) -> Option<(usize, &str)> {
    let mut all = cells(row);
    all.next().filter(|_| all.next().is_none())
}

fn is_day(text: &str) -> bool {
    !matches!(
        Shape::of(text.as_bytes()),
        Shape::Blank | Shape::Other | Shape::Number | Shape::Compact | Shape::Month
    )
}

impl Headings {
    fn kind(&self, row: &[String]) -> Kind {
        if let Some((at, text)) = only_cell(row) {
            return if at == self.column && !says_sum(text, "") { Kind::Heading } else { Kind::Sum };
        }
        let first = cells(row).map(|(_, cell)| cell).find(|cell| cell.chars().any(char::is_alphabetic));
        match first {
            Some(text) if says_sum(text, &self.current) => Kind::Sum,
            _ if row.iter().any(|cell| has_digit(cell)) => Kind::Row,
            _ => Kind::Sum,
        }
    }

    pub(super) fn row(&mut self, row: &Row) -> Option<Vec<String>> {
        let mut fields = row.fields.to_vec();
        if row.at >= self.header {
            fields.resize(self.width.max(fields.len()), String::new());
        }
        match row.at.cmp(&self.header) {
            std::cmp::Ordering::Less => return Some(fields),
            std::cmp::Ordering::Equal => {
                if !self.within {
                    fields.push(if self.dates { "date" } else { "customer" }.to_owned());
                }
                return Some(fields);
            }
            std::cmp::Ordering::Greater => {}
        }
        match self.kind(row.fields) {
            Kind::Heading => {
                self.current = row.fields[self.column].clone();
                self.headings += 1;
                if self.examples.len() < SHOWN && !self.examples.contains(&self.current) {
                    self.examples.push(self.current.clone());
                }
                None
            }
            Kind::Sum => {
                self.sums += 1;
                None
            }
            Kind::Row => {
                match self.within {
                    true => fields[self.column].clone_from(&self.current),
                    false => fields.push(self.current.clone()),
                }
                Some(fields)
            }
        }
    }

    pub(super) fn said(&self) -> String {
        let examples: Vec<String> = self.examples.iter().map(|text| format!("'{}'", shown(text))).collect();
        let sums = match self.sums {
            0 => String::new(),
            1 => ", and one line of a sum is no row".to_owned(),
            sums => format!(", and {} lines of sums are no rows", grouped(sums as f64, 0)),
        };
        format!(
            "{} are the {} lines above groups of rows (such as {}){sums}",
            if self.dates { "dates" } else { "customers" },
            grouped(self.headings as f64, 0),
            examples.join(" and ")
        )
    }
}

/// Does the first text of a line say that it is a sum: by a word for it, in front or behind, or by the heading alone?
fn says_sum(text: &str, heading: &str) -> bool {
    let mut words = text.split_whitespace();
    is_total(text)
        || words.next().is_some_and(is_total)
        || words.next_back().is_some_and(is_total)
        || (!heading.is_empty() && text == heading)
}
