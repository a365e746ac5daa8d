//! Which column plays which role: by the caller's word, else by well-known names, never by a guess.
//!
//! Names are compared without case, spaces, `_`, `-` and `.`. The standard names (`customer_id`,
//! `date`, `amount`) win over others; beyond that two candidates for one role are an error.

mod choose;
mod customers;
mod decide;
mod explain;
mod found;
mod money;
mod order;
mod sums;

pub(crate) use self::explain::{list, looks_like_data};
use self::found::{ATTRIBUTE, Played};
pub(crate) use self::found::{AmountColumns, Columns, CustomerColumns, LogColumns, SummaryColumns};

use super::dates::weeks::iso_week;
use super::evidence::Evidence;
use super::flags;
use super::likeness::{self, Watch};
use super::names::{
    AGE, DATE, FREQUENCY, GRAIN, ID, LOG_GAPS, MONETARY, OBSERVED_UNTIL, RECENCY, Role, TIMES, UNIT,
    contract_start, looks_like_contracts, normalise,
};
use super::reading::line_of;
use super::screen::Use;
use super::{presets, vocabulary, watched};
use crate::base::Result;
use crate::history::options::LogOptions;

/// A table's columns, and what is said of them in messages.
struct Table<'a> {
    file: &'a str,
    names: &'a [String],
    normal: Vec<String>,
    /// The file that options came from, if there is one.
    config: Option<&'a str>,
    /// Are columns named by their numbers?
    no_header: bool,
}

/// Finds the roles of a table's columns, by their names and, where these leave it open, by the first rows.
///
/// # Errors
/// If a role has no column or more than one, with the columns and the flag that settles it.
pub(crate) fn find(
    file: &str,
    names: &[String],
    options: &LogOptions,
    mut evidence: Option<&mut Evidence>,
) -> Result<Columns> {
    let table = Table::new(file, names, options);
    match table.summary(options)? {
        Some(columns) => Ok(Columns::Summary(columns)),
        None => {
            let Some(preset) = presets::find(names, options)? else {
                return Ok(Columns::Log(table.log(options, &mut evidence)?));
            };
            let all = preset.apply(names, options);
            let mut log = table.log(&all, &mut evidence)?;
            log.guests = all.guests.iter().any(String::is_empty);
            log.payee = preset.payee(names).or(log.payee).filter(|index| *index != log.id);
            log.preset = Some(preset.say());
            Ok(Columns::Log(log))
        }
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
    let table = Table::new(file, names, options);
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
    fn new(file: &'a str, names: &'a [String], options: &'a LogOptions) -> Self {
        let normal = names.iter().map(|name| normalise(name)).collect();
        Table { file, names, normal, config: options.config.as_deref(), no_header: options.no_header }
    }

    fn attributes(&self, options: &LogOptions) -> Result<Vec<usize>> {
        options.attributes.iter().map(|name| self.attribute(name)).collect()
    }
}

impl Table<'_> {
    fn log(&self, options: &LogOptions, evidence: &mut Option<&mut Evidence>) -> Result<LogColumns> {
        let id = self.customers(options, evidence)?;
        let date = self.dates(options, evidence)?;
        let amount = self.amounts(options, evidence)?;
        let (amount, paid) = self.before_fees(amount, options, evidence)?;
        let currency = match &options.currency_column {
            Some(name) => Some(self.named("--currency-column", name)?),
            None => None,
        };
        let attributes = self.attributes(options)?;
        let order =
            options.row_order.as_ref().map(|name| self.named("the order of rows", name)).transpose()?;
        let mail = self.is_mail(id, evidence)?;
        let mut columns =
            LogColumns { id, date, amount, currency, attributes, order, mail, ..LogColumns::default() };
        columns.remarks.extend(paid);
        if let Some(name) = columns.amount.first().map(|index| &self.names[index])
            && likeness::is_in_thousands(name)
        {
            columns
                .remarks
                .push(format!("amounts in \"{name}\" are in thousands by its name: money here is, too"));
        }
        columns.remarks.extend(self.of_weeks(date, evidence)?);
        self.refuse_shared(&columns.roles())?;
        self.decide(options, evidence, &mut columns)?;
        self.orders(options, evidence, &mut columns)?;
        columns.payee = self.payee(columns.id);
        columns.minor = self.minor(&columns, evidence)?;
        columns.watched = self.watched(&columns);
        columns.money_like = self.money_like(&columns, evidence)?;
        Ok(columns)
    }

    /// What is said of dates that are weeks.
    fn of_weeks(&self, date: usize, evidence: &mut Option<&mut Evidence>) -> Result<Option<String>> {
        let first = choose::sample(evidence, &[date])?;
        let first =
            first.as_ref().and_then(|sample| sample.column(date).iter().find(|text| !text.is_empty()));
        // One with a day says which.
        let is_week = first.is_some_and(|text| text.len() < 9 && iso_week(text).is_some());
        Ok(is_week.then(|| "dates are weeks: each is taken for its Monday".to_owned()))
    }

    /// Where customers are those who send money, the column of who gets it: a refund goes to the customer.
    fn payee(&self, id: usize) -> Option<usize> {
        let to = |index: &usize| likeness::is_recipient(&self.names[*index]) && *index != id;
        likeness::is_sender(&self.names[id]).then(|| (0..self.names.len()).find(to)).flatten()
    }

    /// Columns that may say that a row is no purchase, but for those that are used, and for what else is there of refunds
    /// that are taken off already.
    fn watched(&self, columns: &LogColumns) -> Vec<usize> {
        let used = columns.used();
        let states = columns.screens.iter().any(|screen| matches!(screen.by, Use::Status { .. }));
        let kinds = columns.screens.iter().any(|screen| matches!(screen.by, Use::Kind { .. }));
        // An amount that says its own currency is in no other.
        let money = columns.amount.first().or(match columns.amount {
            AmountColumns::Product { price, .. } => Some(price),
            _ => None,
        });
        let converted = money.is_some_and(|index| vocabulary::names_currency(&self.names[index]));
        let watched = |index: &usize| {
            let name = &self.names[*index];
            let known = columns.refund.is_some() && flags::is_refund(name);
            let watch = likeness::watch(name).filter(|watch| match watch {
                Watch::Delivery | Watch::PaidWhen => !states,
                Watch::Side | Watch::Sign => !kinds,
                Watch::Discount => matches!(columns.amount, AmountColumns::Product { .. }),
                Watch::Currency => !converted,
                _ => true,
            });
            !used.contains(index) && !known && watch.is_some()
        };
        (0..self.names.len()).filter(watched).take(watched::COLUMNS).collect()
    }

    /// How many places amounts are to be moved: those in cents, by the name of their column, or in an interface that counts so.
    fn minor(&self, columns: &LogColumns, evidence: &mut Option<&mut Evidence>) -> Result<u8> {
        let money = match columns.amount {
            AmountColumns::None => return Ok(0),
            AmountColumns::One(index) | AmountColumns::Product { price: index, .. } => index,
        };
        let named = |name: &str| self.names.iter().position(|column| normalise(column) == name);
        let object = named("object").filter(|_| named("livemode").is_some());
        let places = likeness::minor_places(&self.names[money]);
        if places == 0 && object.is_none() {
            return Ok(0);
        }
        let currency = named("currency");
        let wanted: Vec<usize> = [money].into_iter().chain(object).chain(currency).collect();
        let Some(sample) = choose::sample(evidence, &wanted)? else { return Ok(places) };
        // Cents have nothing behind a decimal sign.
        if sample.column(money).iter().any(|value| value.contains(['.', ','])) {
            return Ok(0);
        }
        let charges = |index: usize| {
            let charge = |text: &str| matches!(text, "charge" | "payment_intent" | "invoice" | "refund");
            sample.column(index).iter().all(|text| charge(text))
        };
        let whole = |index: usize| sample.column(index).iter().any(|code| is_of_no_cents(code));
        Ok(match object {
            Some(index) if charges(index) && !currency.is_some_and(whole) => 2,
            _ => places,
        })
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
            purchase_times: self.purchase_times(options)?,
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

    /// Nor can when each purchase was.
    fn purchase_times(&self, options: &LogOptions) -> Result<Option<usize>> {
        let found = self.known(&TIMES)?;
        if options.purchase_times && !options.log_gaps_if_known && found.is_none() {
            return Err(self.error(
                "the summary has no column purchase_times, which models of rates that drift need: make it from the \
                 purchase log with clv summarize --purchase-times",
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
            [] => {
                let who = self.who_says(flag, name);
                Err(self.error(&format!("{who} names a column '{name}' that is not there")))
            }
            [one, ..] => {
                let (who, same) = (self.who_says(flag, name), self.same_names(one, found.len()));
                Err(self.error(&format!("{who} names '{name}', and {same}")))
            }
        }
    }

    /// The option that says so: as it is typed, or where it stands in a file of options.
    fn who_says(&self, flag: &str, name: &str) -> String {
        let line = |file: &&str| {
            let option = flag.strip_prefix("--")?;
            Some(format!("{option} in {file}, line {},", line_of(file, option, name)?))
        };
        self.config.as_ref().and_then(line).unwrap_or_else(|| flag.to_owned())
    }

    /// What is said of columns that no option can tell apart.
    fn same_names(&self, one: usize, columns: usize) -> String {
        format!(
            "{columns} columns are called '{}': rename all but one of them in the header",
            self.names[one]
        )
    }

    fn needed(&self, role: &Role, named: Option<&str>) -> Result<usize> {
        if let Some(name) = named {
            return self.named(role.flag, name);
        }
        let Some(index) = self.known(role)? else {
            let (standard, flag) = (role.standard, role.flag);
            let contracts = match contract_start(self.names) {
                Some(start) if looks_like_contracts(self.names) => format!(
                    "; this looks like contracts, not purchases: clv forecast takes them as such. If each row is a purchase (a \
                     rental, a stay, a ride), say {flag} {}",
                    self.names[start]
                ),
                _ if looks_like_contracts(self.names) => {
                    "; this looks like a table of retention, not purchases: clv fit --model sbg (or bdw) and clv score read it, \
                     other verbs do not do contracts without dates"
                        .to_owned()
                }
                _ => String::new(),
            };
            let message = format!("no column {standard} found: name it with {flag} COLUMN{contracts}");
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
        let who = self.who_says("--attributes", name);
        if who != "--attributes" {
            return Err(self.error(&format!("{who} names a column '{name}' that is not there")));
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
}

/// Is it a currency whose amounts interfaces count in whole units? (Stripe, "Zero-decimal currencies".)
fn is_of_no_cents(code: &str) -> bool {
    const WHOLE: &str = "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF UGX VND VUV XAF XOF XPF";
    WHOLE.split(' ').any(|whole| code.eq_ignore_ascii_case(whole))
}

#[cfg(test)]
mod tests;
