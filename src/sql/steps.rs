//! The named steps of a statement: each reads the one before it.
//!
//! Rows in plain types, what becomes of each (`judged`), those that count (`usable`), one row a customer
//! and grain (`by_grain`), what returns leave of it (`balance`, `reach`), occasions, customers.

use jiff::civil::Date;

use super::SqlOptions;
use super::dialect::{Words, put};
use crate::base::{Error, Grain, Result, Unit};
use crate::history::{self, Fate, LogOptions, Returns};

/// A named step.
pub(super) struct Step {
    pub name: &'static str,
    /// Why it is there, line by line.
    pub comment: &'static str,
    pub body: String,
}

/// Amounts as columns.
enum Amount {
    None,
    One(String),
    Product { quantity: String, price: String },
}

/// What the steps are made from: the user's names are between quotes already.
pub(super) struct Steps<'a> {
    words: &'static Words,
    log: &'a LogOptions,
    table: String,
    id: String,
    date: String,
    amount: Amount,
    /// How many places amounts are moved, by the name of their column.
    minor: u8,
}

/// The parts of returns that are taken for rounding errors of sums, relative to all that a customer bought
/// and returned.
const ROUNDING: &str = "1e-12";

/// What becomes of returns that are netted: this, as later rows decide which of their fates it is.
const RETURN: &str = "return";

/// The table of the user within the statement.
const SOURCE: &str = "log_rows";

/// Amounts beyond this are taken for damage, as by `history`.
const LARGEST: &str = "1e15";

impl<'a> Steps<'a> {
    /// # Errors
    /// If a name cannot be one.
    pub fn new(options: &SqlOptions, log: &'a LogOptions) -> Result<Self> {
        let words = options.dialect.words();
        // Qualified, so that no name of a step is taken for a column of the table.
        let column =
            |flag: &str, name: &str| Ok::<_, Error>(format!("{SOURCE}.{}", words.quote(flag, name)?));
        let named = |flag: &str, given: &Option<String>, standard: &str| {
            let capitals =
                || if words.name == "snowflake" { standard.to_uppercase() } else { standard.to_owned() };
            column(flag, given.as_ref().unwrap_or(&capitals()))
        };
        let amount = match (&log.quantity, &log.price) {
            _ if options.no_amount => Amount::None,
            (Some(quantity), Some(price)) => Amount::Product {
                quantity: column("--quantity", quantity)?,
                price: column("--price", price)?,
            },
            _ => Amount::One(named("--amount", &log.amount, "amount")?),
        };
        Ok(Steps {
            words,
            log,
            table: match &options.query {
                Some(query) => words.subquery(query)?,
                None => words.quote_table(&options.table)?,
            },
            id: named("--id", &log.id, "customer_id")?,
            date: named("--date", &log.date, "date")?,
            amount,
            minor: log.price.as_ref().or(log.amount.as_ref()).map_or(0, |name| history::minor_places(name)),
        })
    }

    /// The steps of the summary; the last is its SELECT.
    pub fn summary(&self) -> Vec<Step> {
        let mut steps =
            vec![self.rows_read(), self.judged(), self.usable(), self.observation(), self.by_grain()];
        if self.nets() {
            steps.extend([self.balance(), self.reach()]);
        }
        steps.extend([self.occasions(), self.customers()]);
        steps
    }

    /// The steps of the account; the last is its SELECT.
    pub fn account(&self) -> Vec<Step> {
        vec![self.rows_read(), self.judged(), self.usable(), self.fates()]
    }

    fn has_amount(&self) -> bool {
        !matches!(self.amount, Amount::None)
    }

    /// Are returns taken off?
    fn nets(&self) -> bool {
        self.has_amount() && self.log.returns == Returns::Net
    }

    fn rows_read(&self) -> Step {
        let words = self.words;
        let number = |column: &str| words.to_number(column);
        let units = match self.minor {
            0 => String::new(),
            places => format!(" / {}.0", 10_u64.pow(places.into())),
        };
        let mut columns = vec![
            format!("{} AS customer", put(words.text, &self.id)),
            format!("{} AS purchase_date", put(words.date, &self.date)),
        ];
        columns.extend(words.date_text.map(|text| format!("{} AS date_text", put(text, &self.date))));
        if self.log.grain() == Grain::Hour {
            columns.push(format!("{} AS purchase_hour", put(words.hour, &self.date)));
        }
        match &self.amount {
            Amount::None => {}
            Amount::One(amount) => columns.push(format!("{}{units} AS paid", number(amount))),
            Amount::Product { quantity, price } => {
                let (quantity, price) = (number(quantity), number(price));
                columns.push(format!("{quantity} * {price}{units} AS paid"));
                columns.push(format!(
                    "CASE WHEN {quantity} < 0 OR {price} < 0 THEN 1 ELSE 0 END AS returning_some"
                ));
            }
        }
        let body = format!("SELECT\n  {}\nFROM {} AS {SOURCE}", columns.join(",\n  "), self.table);
        let comment = match self.minor {
            0 => "The log in plain types.",
            _ => "The log in plain types; amounts are parts of a unit of money, by the name of their column.",
        };
        Step { name: "rows_read", comment, body }
    }

    /// What becomes of a row for which the condition is the first that holds, in the order in which the library
    /// asks; without a fate, it is a return, whose fate other rows decide.
    fn verdicts(&self) -> Vec<(String, Option<Fate>)> {
        let mut verdicts = vec![
            ("customer IS NULL OR TRIM(customer) = ''".into(), Some(Fate::MissingId)),
            ("purchase_date IS NULL".into(), Some(Fate::MissingDate)),
            (format!("purchase_date < {}", self.earliest()), Some(Fate::DateTooEarly)),
            (format!("purchase_date > {}", self.latest()), Some(Fate::DateTooLate)),
        ];
        if self.words.date_text.is_some() {
            let unreadable = "purchase_date IS NULL AND date_text <> ''";
            verdicts.insert(1, (unreadable.into(), Some(Fate::UnreadableDate)));
        }
        let log = self.log;
        if self.has_amount() {
            verdicts.push(("paid IS NULL".into(), Some(Fate::MissingAmount)));
            // Written so that it holds for what is not a number, too.
            verdicts.push((format!("NOT (ABS(paid) <= {LARGEST})"), Some(Fate::UnusableAmount)));
            if log.returns == Returns::Reject {
                verdicts.push((format!("paid < 0{}", self.or_nothing()), Some(Fate::NegativeAmount)));
            }
        }
        if let Some(until) = log.observed_until {
            let late = format!("purchase_date > {}", self.date_literal(until));
            verdicts.push((late, Some(Fate::AfterObservedUntil)));
        }
        if self.has_amount() && log.returns != Returns::Reject {
            if matches!(self.amount, Amount::Product { .. }) {
                verdicts.push(("paid = 0 AND returning_some = 1".into(), Some(Fate::ReturnOfNothing)));
            }
            let dropped = (log.returns == Returns::Drop).then_some(Fate::ReturnDropped);
            verdicts.push(("paid < 0".into(), dropped));
        }
        verdicts
    }

    fn judged(&self) -> Step {
        let case = |(condition, fate): &(String, Option<Fate>)| {
            format!("    WHEN {condition} THEN '{}'\n", fate.map_or(RETURN, Fate::code))
        };
        let cases: String = self.verdicts().iter().map(case).collect();
        let grain = self.grain("purchase_date", "purchase_hour");
        let body = format!(
            "SELECT\n  customer, purchase_date{},\n  {grain} AS grain_number,\n  CASE\n{cases}    ELSE '{}'\n  END AS fate\nFROM rows_read",
            self.paid(),
            Fate::Purchase.code(),
        );
        let comment = "What becomes of each row. Grains (hours, days, weeks from Monday, months, years) are\ncounted from 1970.";
        Step { name: "judged", comment, body }
    }

    /// A return of something that cost nothing is a negative amount, too.
    fn or_nothing(&self) -> &'static str {
        match self.amount {
            Amount::Product { .. } => " OR (paid = 0 AND returning_some = 1)",
            _ => "",
        }
    }

    fn date_literal(&self, date: Date) -> String {
        put(self.words.date_literal, &date.to_string())
    }

    fn earliest(&self) -> String {
        self.date_literal(self.log.dates_from.unwrap_or(Date::constant(1970, 1, 1)))
    }

    fn latest(&self) -> String {
        self.log.dates_until.map_or(self.words.tomorrow.to_owned(), |date| self.date_literal(date))
    }

    /// The column of amounts where there is one, to follow others.
    fn paid(&self) -> &'static str {
        if self.has_amount() { ", paid" } else { "" }
    }

    /// The grain of a date, and of an hour where that matters.
    fn grain(&self, date: &str, hour: &str) -> String {
        let words = self.words;
        let days = put(words.days, date);
        match self.log.grain() {
            Grain::Hour => format!("{days} * 24 + {hour}"),
            Grain::Day => days,
            Grain::Week => put(words.weeks, &days),
            Grain::Month => {
                format!("({} - 1970) * 12 + {} - 1", put(words.year, date), put(words.month, date))
            }
            Grain::Year => format!("{} - 1970", put(words.year, date)),
        }
    }

    fn usable(&self) -> Step {
        let first = match self.log.since {
            Some(_) => ",\n  MIN(grain_number) OVER (PARTITION BY customer) AS first_seen",
            None => "",
        };
        let body = format!(
            "SELECT\n  customer, purchase_date, grain_number{}{first}\nFROM judged\nWHERE fate IN {}",
            self.paid(),
            kept(),
        );
        Step { name: "usable", comment: "The rows that count.", body }
    }

    /// The first grain in which a customer may have been seen first.
    fn since(&self) -> Option<String> {
        Some(self.grain(&self.date_literal(self.log.since?), "0"))
    }

    fn observation(&self) -> Step {
        // The whole of the last day is observed.
        let body = match self.log.observed_until {
            Some(until) => format!("SELECT {} AS last_grain", self.grain(&self.date_literal(until), "23")),
            None => format!("SELECT {} AS last_grain\nFROM usable", self.grain("MAX(purchase_date)", "23")),
        };
        Step { name: "observation", comment: "The end of observation.", body }
    }

    fn by_grain(&self) -> Step {
        let amounts = match (self.has_amount(), self.nets()) {
            (false, _) => "",
            (true, false) => ",\n  SUM(paid) AS bought",
            (true, true) => {
                ",\n  SUM(CASE WHEN paid >= 0 THEN paid END) AS bought,\n  SUM(CASE WHEN paid < 0 THEN -paid ELSE 0 END) AS returned"
            }
        };
        let since = self.since().map_or(String::new(), |since| format!("\nWHERE first_seen >= {since}"));
        let body = format!(
            "SELECT\n  customer, grain_number{amounts}\nFROM usable{since}\nGROUP BY customer, grain_number"
        );
        let comment = match self.nets() {
            true => "All that a customer bought within one grain is one occasion; NULL: nothing but returns.",
            false => "All that a customer bought within one grain is one occasion.",
        };
        Step { name: "by_grain", comment, body }
    }

    fn balance(&self) -> Step {
        let body = "SELECT\n  customer, grain_number, bought, returned,\n  \
             SUM(COALESCE(bought, 0) - returned) OVER (\n    PARTITION BY customer ORDER BY grain_number\n    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW\n  ) AS net,\n  \
             SUM(COALESCE(bought, 0) + returned) OVER (PARTITION BY customer) AS turnover\nFROM by_grain";
        let comment = "Returns are taken off what was bought before them, newest first. Think of a stack: a purchase\n\
             is laid on top, a return takes from the top. net is its height: all bought less all returned so\n\
             far. (Returns that find nothing take it below where it was ever before, as if there were no floor.)";
        Step { name: "balance", comment, body: body.into() }
    }

    fn reach(&self) -> Step {
        let body = "SELECT\n  customer, grain_number, bought, returned, turnover, net,\n  \
             COALESCE(MAX(net) OVER (\n    PARTITION BY customer ORDER BY grain_number\n    ROWS BETWEEN 1 PRECEDING AND 1 PRECEDING\n  ), 0) AS net_before,\n  \
             MIN(net) OVER (\n    PARTITION BY customer ORDER BY grain_number\n    ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING\n  ) AS lowest_after\nFROM balance";
        let comment = "An occasion lies between the heights before and after it; what is left of it in the end lies\n\
             below the lowest height from then on.";
        Step { name: "reach", comment, body: body.into() }
    }

    fn occasions(&self) -> Step {
        let (amount, source) = if self.nets() {
            let left = format!(
                ",\n  CASE\n    WHEN returned = 0 AND lowest_after >= net THEN bought\n    \
                 WHEN lowest_after - net_before > {ROUNDING} * turnover THEN lowest_after - net_before\n    \
                 ELSE 0\n  END AS amount_left"
            );
            (left, "FROM reach\nWHERE bought IS NOT NULL")
        } else if self.has_amount() {
            (",\n  bought AS amount_left".into(), "FROM by_grain")
        } else {
            (String::new(), "FROM by_grain")
        };
        let body = format!(
            "SELECT\n  customer, grain_number{amount},\n  ROW_NUMBER() OVER (PARTITION BY customer ORDER BY grain_number) AS nth\n{source}"
        );
        let comment = match self.nets() {
            true => "Occasions, numbered. One that was returned remains one.",
            false => "Occasions, numbered.",
        };
        Step { name: "occasions", comment, body }
    }

    fn customers(&self) -> Step {
        let unit = self.unit();
        let mean = "COALESCE(AVG(CASE WHEN nth > 1 THEN amount_left END), 0)".to_owned();
        let mut columns = vec![
            ("customer".to_owned(), "customer_id"),
            ("COUNT(*) - 1".to_owned(), "frequency"),
            (self.in_units("MAX(grain_number) - MIN(grain_number)"), "recency"),
            (self.in_units("MAX(last_grain) - MIN(grain_number)"), "T"),
        ];
        columns.extend(self.has_amount().then_some((mean, "monetary_value")));
        columns.push((format!("'{unit}'"), "unit"));
        let columns = columns.iter().map(|(value, name)| format!("{value} AS {}", self.output(name)));
        let columns = columns.collect::<Vec<_>>().join(",\n  ");
        let body = format!("SELECT\n  {columns}\nFROM occasions\nCROSS JOIN observation\nGROUP BY customer");
        Step { name: "", comment: "", body: body + &self.bad_rows() }
    }

    /// One more line for each customer with bad rows, unless these are skipped.
    fn bad_rows(&self) -> String {
        if self.log.skip_bad_rows {
            return String::new();
        }
        let nulls = if self.has_amount() { "NULL, NULL, NULL, NULL" } else { "NULL, NULL, NULL" };
        let verdicts = self.verdicts();
        let bad = verdicts.iter().filter_map(|(_, fate)| *fate).filter(|fate| fate.is_bad());
        let bad = bad.map(|fate| format!("'{}'", fate.code())).collect::<Vec<_>>().join(", ");
        format!(
            "\nUNION ALL\nSELECT customer, {nulls}, '{}'\nFROM judged\nWHERE fate IN ({bad})\nGROUP BY customer",
            self.unit()
        )
    }

    fn unit(&self) -> Unit {
        self.log.unit.unwrap_or_default()
    }

    /// A name of the output, which keeps its capitals.
    fn output(&self, name: &str) -> String {
        self.words.quote("", name).expect("names of columns are names")
    }

    /// A number of grains in units.
    fn in_units(&self, grains: &str) -> String {
        let number = format!("CAST({grains} AS {})", self.words.double);
        match self.log.grain().ratio(self.unit()) {
            (numerator, denominator) if numerator == denominator => number,
            (1.0, denominator) => format!("{number} / {denominator:?}"),
            (numerator, 1.0) => format!("{number} * {numerator:?}"),
            (numerator, denominator) => format!("{number} * {numerator:?} / {denominator:?}"),
        }
    }

    fn fates(&self) -> Step {
        let amount = match self.has_amount() {
            true => format!("SUM(CASE WHEN fate <> '{}' THEN paid END)", Fate::UnusableAmount.code()),
            false => "CAST(NULL AS ".to_owned() + self.words.double + ")",
        };
        let mut cases = String::new();
        if let Some(since) = self.since() {
            cases.push_str(&format!("    WHEN first_seen < {since} THEN '{}'\n", Fate::BeforeSince.code()));
        }
        if self.nets() {
            cases.push_str(&format!("    WHEN paid < 0 THEN '{RETURN}'\n"));
        }
        let purchase = Fate::Purchase.code();
        let fate = match cases.as_str() {
            "" => format!("'{purchase}'"),
            cases => format!("CASE\n{cases}    ELSE '{purchase}'\n  END"),
        };
        let (kept, paid) = (kept(), self.paid());
        let [fate_name, rows, sum] = ["fate", "rows", "amount"].map(|name| self.output(name));
        let body = format!(
            "SELECT fate AS {fate_name}, COUNT(*) AS {rows}, {amount} AS {sum}\nFROM (\n  \
             SELECT fate{paid}\n  FROM judged\n  WHERE fate NOT IN {kept}\n  UNION ALL\n  \
             SELECT {fate} AS fate{paid}\n  FROM usable\n) AS fates\nGROUP BY fate\nORDER BY fate"
        );
        Step { name: "", comment: "", body }
    }
}

/// The fates of rows that count, as a list.
fn kept() -> String {
    format!("('{}', '{RETURN}')", Fate::Purchase.code())
}
