//! Which columns were taken by their names, in words.

use super::Inputs;
use crate::history::options::LogOptions;
use crate::history::orders::Lines;
use crate::history::read::columns::AmountColumns;

/// That options came from a file.
pub(crate) fn said_of_config(file: &str) -> String {
    format!("options that were not typed are those of {file} (--config none leaves them)")
}

impl Inputs {
    /// Says which columns were taken by their names, and what is missing.
    pub(super) fn say_columns(&mut self, options: &LogOptions) {
        let table = &self.tables[0];
        let log = table.log();
        let name = |index: usize| &table.names[index];
        let said = match log.amount {
            AmountColumns::Product { quantity, price }
                if options.quantity.is_none() || options.price.is_none() =>
            {
                Some(format!("the amount is column \"{}\" times column \"{}\"", name(quantity), name(price)))
            }
            AmountColumns::One(index) if options.amount.is_none() && name(index) != "amount" => {
                Some(format!("amounts are in column \"{}\"", name(index)))
            }
            _ => None,
        };
        let file = options.config.as_ref();
        let file = file.map(|file| said_of_config(file));
        let mut roles: Vec<String> = file.into_iter().chain(log.preset.clone()).collect();
        if log.minor > 0
            && let AmountColumns::One(index) | AmountColumns::Product { price: index, .. } = log.amount
        {
            let part = if log.minor == 2 { "hundredths" } else { "millionths" };
            roles.push(format!(
                "amounts in column \"{}\" are {part} of the currency: 12345 counts as {}",
                name(index),
                log.in_units(12345.0)
            ));
        }
        if options.id.is_none() && name(log.id) != "customer_id" {
            roles.push(format!("customers are in column \"{}\"", name(log.id)));
        }
        if options.date.is_none() && name(log.date) != "date" {
            roles.push(format!("dates are in column \"{}\"", name(log.date)));
        }
        if let (Some(lines), Some(order)) = (log.lines, log.order_id) {
            roles.push(match lines {
                Lines::Add if !log.alike.is_empty() => format!(
                    "orders are in column \"{0}\": the lines of one have the same amount in nearly all of them, and are added up ({1}): \
                     if it is that of the whole order, say so with --order \"{0}=once\"",
                    name(order),
                    log.alike
                ),
                Lines::Add => format!("orders are in column \"{}\": the lines of one are one purchase", name(order)),
                Lines::Repeat => format!(
                    "orders are in column \"{0}\": the lines of one are one purchase, and each has the amount of the whole \
                     order, which counts once (--order \"{0}=add\" adds all lines up)",
                    name(order)
                ),
            });
        }
        self.assumptions.extend(roles);
        self.assumptions.extend(said);
        let remarks = self.tables[0].log().remarks.clone();
        self.assumptions.extend(remarks);
    }
}
