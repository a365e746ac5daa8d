//! Which column plays which role: by the caller's word, else by well-known names, never by a guess.
//!
//! Names are compared without case, spaces, `_`, `-` and `.`. The standard names (`customer_id`,
//! `date`, `amount`) win over others; beyond that two candidates for one role are an error.

mod found;

use self::found::{ATTRIBUTE, Played};
pub(crate) use self::found::{AmountColumns, Columns, CustomerColumns, LogColumns, SummaryColumns};

use super::names::{
    AGE, AMOUNT, AMOUNT_ALONE, DATE, FREQUENCY, GRAIN, ID, LOG_GAPS, MONETARY, OBSERVED_UNTIL, PRICE,
    QUANTITY, RECENCY, Role, UNIT, looks_like_contracts, normalise,
};
use super::{likeness, watched};
use crate::base::{Error, Result};
use crate::history::options::LogOptions;

/// A table's columns, and what is said of them in messages.
struct Table<'a> {
    file: &'a str,
    names: &'a [String],
    normal: Vec<String>,
}

/// Finds the roles of a table's columns.
///
/// # Errors
/// If a role has no column or more than one, with the columns and the flag that settles it.
pub(crate) fn find(file: &str, names: &[String], options: &LogOptions) -> Result<Columns> {
    let table = Table::new(file, names);
    match table.summary(options)? {
        Some(columns) => Ok(Columns::Summary(columns)),
        None => Ok(Columns::Log(table.log(options)?)),
    }
}

/// Is there a column that this can be the name of?
pub(crate) fn has(names: &[String], name: &str) -> bool {
    let wanted = normalise(name);
    names.iter().any(|name| normalise(name) == wanted)
}

/// Finds the columns of a file of customers: its id and those of the attributes that it has.
///
/// # Errors
/// As [`find`], or if it has none of the attributes.
pub(crate) fn find_customers(file: &str, names: &[String], options: &LogOptions) -> Result<Columns> {
    let table = Table::new(file, names);
    if options.attributes.is_empty() {
        return Err(table.error("say which columns are attributes of customers: --attributes COLUMN,COLUMN"));
    }
    // The log may call its ids otherwise.
    let id = match options.id.as_deref().map(|name| table.named(ID.flag, name)) {
        Some(Ok(id)) => id,
        _ => table.needed(&ID, None)?,
    };
    let here = options.attributes.iter().filter(|name| has(names, name));
    let attributes: Vec<usize> = here.map(|name| table.named("--attributes", name)).collect::<Result<_>>()?;
    if attributes.is_empty() {
        let names = options.attributes.join(", ");
        return Err(table.error(&format!("none of the --attributes ({names}) is a column of this file")));
    }
    let columns = CustomerColumns { id, attributes };
    table.refuse_shared(&columns.roles())?;
    Ok(Columns::Customers(columns))
}

impl<'a> Table<'a> {
    fn new(file: &'a str, names: &'a [String]) -> Self {
        Table { file, names, normal: names.iter().map(|name| normalise(name)).collect() }
    }

    fn attributes(&self, options: &LogOptions) -> Result<Vec<usize>> {
        options.attributes.iter().map(|name| self.attribute(name)).collect()
    }
}

impl Table<'_> {
    fn log(&self, options: &LogOptions) -> Result<LogColumns> {
        let id = self.needed(&ID, options.id.as_deref())?;
        let date = self.needed(&DATE, options.date.as_deref())?;
        let amount = self.amount(options)?;
        let currency = match &options.currency_column {
            Some(name) => Some(self.named("--currency-column", name)?),
            None => None,
        };
        let attributes = self.attributes(options)?;
        let order =
            options.row_order.as_ref().map(|name| self.named("the order of rows", name)).transpose()?;
        let watched = Vec::new();
        let mut columns = LogColumns { id, date, amount, currency, attributes, order, watched };
        self.refuse_shared(&columns.roles())?;
        columns.watched = self.watched(&columns.used());
        Ok(columns)
    }

    /// Columns that may say that a row is no purchase, but for those that are used.
    fn watched(&self, used: &[usize]) -> Vec<usize> {
        let unused = (0..self.names.len()).filter(|index| !used.contains(index));
        unused.filter(|&index| likeness::watch(&self.names[index]).is_some()).take(watched::COLUMNS).collect()
    }

    fn amount(&self, options: &LogOptions) -> Result<AmountColumns> {
        if let Some(name) = &options.amount {
            if options.quantity.is_some() || options.price.is_some() {
                return Err(Error::option("--amount", "give either --amount or --quantity and --price"));
            }
            return self.named(AMOUNT.flag, name).map(AmountColumns::One);
        }
        if options.quantity.is_some() || options.price.is_some() {
            let quantity = self.needed(&QUANTITY, options.quantity.as_deref())?;
            let price = self.needed(&PRICE, options.price.as_deref())?;
            return Ok(AmountColumns::Product { quantity, price });
        }
        let quantity = self.known(&QUANTITY)?;
        let unit_price = if quantity.is_some() { self.known(&PRICE)? } else { None };
        let amounts: Vec<usize> =
            self.candidates(&AMOUNT).into_iter().filter(|&index| Some(index) != unit_price).collect();
        match (self.choose(&AMOUNT, &amounts)?, quantity, unit_price) {
            (Some(amount), ..) => Ok(AmountColumns::One(amount)),
            (None, Some(quantity), Some(price)) => Ok(AmountColumns::Product { quantity, price }),
            (None, ..) => Ok(self.alone().map_or(AmountColumns::None, AmountColumns::One)),
        }
    }

    /// The only column that looks like money, if its name is well known enough.
    fn alone(&self) -> Option<usize> {
        let known: Vec<usize> = (0..self.names.len())
            .filter(|&index| AMOUNT_ALONE.contains(&self.normal[index].as_str()))
            .collect();
        let [one] = known[..] else { return None };
        let others = likeness::money(self.names);
        others.iter().all(|name| *name == self.names[one]).then_some(one)
    }

    /// A summary has frequency, recency and T, and no purchase dates.
    fn summary(&self, options: &LogOptions) -> Result<Option<SummaryColumns>> {
        if options.date.is_some() || options.quantity.is_some() || options.price.is_some() {
            return Ok(None);
        }
        let parts = [&FREQUENCY, &RECENCY, &AGE].map(|role| self.candidates(role));
        let dates = self.candidates(&DATE);
        if parts.iter().any(Vec::is_empty) {
            let here = parts.iter().filter(|found| !found.is_empty()).count();
            if here < 2 || !dates.is_empty() {
                return Ok(None);
            }
            return Err(self
                .error("a summary needs the columns frequency, recency and T, and one of them is missing"));
        }
        if !dates.is_empty() {
            return Err(self.error(
                "the table has frequency, recency and T like a summary and a date like a log: \
                 name the date column with --date to read it as a log, or remove that column",
            ));
        }
        let one = |role: &Role, found: &[usize]| {
            self.choose(role, found).map(|index| index.expect("a column was found for this role"))
        };
        let said = [self.known(&UNIT)?, self.known(&OBSERVED_UNTIL)?, self.known(&GRAIN)?];
        let monetary = match &options.amount {
            Some(name) => Some(self.named(MONETARY.flag, name)?),
            None => self.known(&MONETARY)?,
        };
        let columns = SummaryColumns {
            id: self.needed(&ID, options.id.as_deref())?,
            frequency: one(&FREQUENCY, &parts[0])?,
            recency: one(&RECENCY, &parts[1])?,
            t: one(&AGE, &parts[2])?,
            monetary,
            log_gaps: self.log_gaps(options)?,
            said,
            attributes: self.attributes(options)?,
        };
        self.refuse_shared(&columns.roles())?;
        Ok(Some(columns))
    }

    /// What was not summed when the log was at hand cannot be had from a summary.
    fn log_gaps(&self, options: &LogOptions) -> Result<Option<usize>> {
        let found = self.known(&LOG_GAPS)?;
        if options.log_gaps && !options.log_gaps_if_known && found.is_none() {
            return Err(self.error(
                "the summary has no column log_gaps, which models of regular purchases need: make it from the \
                 purchase log with clv summarize --log-gaps",
            ));
        }
        Ok(found)
    }

    /// The column that a flag names: exactly, else without case and signs.
    fn named(&self, flag: &str, name: &str) -> Result<usize> {
        let exact: Vec<usize> = (0..self.names.len()).filter(|&index| self.names[index] == name).collect();
        let wanted = normalise(name);
        let found = match exact.is_empty() {
            false => exact,
            true => (0..self.names.len()).filter(|&index| self.normal[index] == wanted).collect(),
        };
        match found[..] {
            [one] => Ok(one),
            [] => Err(self.error(&format!("{flag} names a column '{name}' that is not there"))),
            [one, ..] => {
                Err(self.error(&format!("{flag} names '{name}', and {}", self.same_names(one, found.len()))))
            }
        }
    }

    /// What is said of columns that no option can tell apart.
    fn same_names(&self, one: usize, columns: usize) -> String {
        format!(
            "{columns} columns are called '{}': rename all but one of them in the header",
            self.names[one]
        )
    }

    /// Columns that look like customers, the likelier first, in words: empty if there are none.
    fn offered_customers(&self) -> String {
        // In a table of contracts a column of customers counts them.
        let names = self.names.iter().filter(|_| !looks_like_contracts(self.names));
        let ranked = names.filter_map(|name| Some((likeness::customer(name)?, name)));
        let mut ranked: Vec<(u8, &String)> = ranked.collect();
        ranked.sort_by_key(|(rank, _)| *rank);
        let quote = |(_, name): &(u8, &String)| format!("\"{}\"", shorten(name, 40));
        match &ranked[..] {
            [] => String::new(),
            [one] => format!("; {} looks like it", quote(one)),
            several => {
                let names: Vec<String> = several.iter().take(3).map(quote).collect();
                format!("; these look like it, the likeliest first: {}", names.join(", "))
            }
        }
    }

    fn needed(&self, role: &Role, named: Option<&str>) -> Result<usize> {
        if let Some(name) = named {
            return self.named(role.flag, name);
        }
        let Some(index) = self.known(role)? else {
            let (standard, flag) = (role.standard, role.flag);
            let contracts = if looks_like_contracts(self.names) {
                "; this looks like contracts, not purchases: clv fit --model sbg (or bdw) and clv score read them, other \
                 verbs do not do contracts"
            } else {
                ""
            };
            let offered = if standard == ID.standard { self.offered_customers() } else { String::new() };
            let message =
                format!("no column {standard} found: name it with {flag} COLUMN{offered}{contracts}");
            return Err(self.error(&message));
        };
        Ok(index)
    }

    fn known(&self, role: &Role) -> Result<Option<usize>> {
        self.choose(role, &self.candidates(role))
    }

    fn candidates(&self, role: &Role) -> Vec<usize> {
        (0..self.names.len()).filter(|&index| role.names.contains(&self.normal[index].as_str())).collect()
    }

    fn choose(&self, role: &Role, candidates: &[usize]) -> Result<Option<usize>> {
        let standard: Vec<usize> =
            candidates.iter().copied().filter(|&index| self.normal[index] == role.names[0]).collect();
        match (&standard[..], candidates) {
            ([one], _) | ([], [one]) => Ok(Some(*one)),
            (_, []) => Ok(None),
            (several, all) => {
                let several = if several.is_empty() { all } else { several };
                let first = &self.names[several[0]];
                if several.iter().all(|&index| self.names[index] == *first) {
                    return Err(self.error(&self.same_names(several[0], several.len())));
                }
                let named: Vec<_> = several.iter().map(|&index| format!("'{}'", self.names[index])).collect();
                let repair = match role.flag {
                    "" => "rename one of them".to_owned(),
                    flag => format!("name the right one with {flag} COLUMN"),
                };
                let message = format!(
                    "more than one column could be {}: {}; {repair}",
                    role.standard,
                    named.join(", ")
                );
                Err(self.error(&message))
            }
        }
    }

    /// An attribute is asked for by options of several names, and by models with covariates.
    fn attribute(&self, name: &str) -> Result<usize> {
        if self.names.iter().any(|column| normalise(column) == normalise(name)) {
            return self.named("--attributes", name);
        }
        Err(self.error(&format!(
            "the attribute '{name}' is no column here. --attributes or an option that takes an attribute (such as --by or \
             --covariates) asks for it, or the model has it as a covariate; --customers FILE brings attributes that the log \
             does not have"
        )))
    }

    fn refuse_shared(&self, roles: &[Played]) -> Result<()> {
        for (at, (role, index)) in roles.iter().enumerate() {
            let Some((other, _)) = roles[..at].iter().find(|(_, earlier)| earlier == index) else { continue };
            let name = &self.names[*index];
            if *role == ATTRIBUTE && *other == "the id" {
                let message = format!(
                    "the column '{name}' is the customer's id: each of its values is one customer. An attribute (--by, \
                     --attributes) is what many customers share, such as a channel or a country"
                );
                return Err(self.error(&message));
            }
            return Err(
                self.error(&format!("the column '{name}' cannot be both {other} and {role}: name another"))
            );
        }
        Ok(())
    }

    fn error(&self, message: &str) -> Error {
        if let [name] = self.names
            && let Some(sign) =
                [',', ';', '\t', '|'].into_iter().find(|sign| name.matches(*sign).count() >= 1)
        {
            let message = format!(
                "the whole header is in quotes ('{}'), so that the lines have one column: remove the quotes around whole \
                 lines, and leave those around fields with a '{}' in them",
                shorten(name, 60),
                sign.escape_default()
            );
            return Error::columns(self.file, message);
        }
        if let Some(value) = self.names.iter().find(|name| looks_like_data(name)) {
            let message = format!(
                "the first line looks like data ('{}'), not like column names: the file needs a header line such as \
                 customer_id,date,amount",
                shorten(value, 60)
            );
            return Error::columns(self.file, message);
        }
        Error::columns(self.file, format!("{message} (columns: {})", list(self.names)))
    }
}

/// Is it a date or a number rather than a name?
pub(crate) fn looks_like_data(name: &str) -> bool {
    use super::dates::Shape;
    !matches!(Shape::of(name.as_bytes()), Shape::Blank | Shape::Other)
}

/// Some column names for a message.
pub(crate) fn list(names: &[String]) -> String {
    const SHOWN: usize = 20;
    let mut shown: Vec<String> = names.iter().take(SHOWN).map(|name| shorten(name, 40)).collect();
    if names.len() > SHOWN {
        shown.push(format!("... and {} more", names.len() - SHOWN));
    }
    shown.join(", ")
}

fn shorten(text: &str, length: usize) -> String {
    let mut short: String = text.chars().take(length).collect();
    if short.len() < text.len() {
        short.push_str("...");
    }
    short
}

#[cfg(test)]
mod tests;
