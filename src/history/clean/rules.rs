//! What rows are judged by: the options of reading, worked out once.

use std::sync::Arc;

use crate::base::{Error, Grain, Result};
use crate::history::attributes::Profiles;
use crate::history::options::{LogOptions, Returns};
use crate::history::read::amounts::currency;
use crate::history::read::calendar::{day_of_civil, day_of_date};
use crate::history::read::look::Writing;

/// What every row is judged by.
#[derive(Debug, Clone)]
pub(crate) struct Rules {
    /// How the values of each file are written.
    pub writings: Vec<Writing>,
    pub from: i32,
    pub until: i32,
    pub until_given: bool,
    pub observed_until: i32,
    pub grain: Grain,
    pub returns: Returns,
    /// The currency that is kept, if others may be there.
    pub currency: Option<String>,
    pub has_amount: bool,
    /// Where values of attributes get their numbers, if there are any.
    pub profiles: Option<Arc<Profiles>>,
    /// Names of the columns, for messages.
    pub names: Names,
}

/// Column names, for messages.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    pub id: String,
    pub date: String,
    pub amount: String,
    pub quantity: Option<String>,
    pub currency: Option<String>,
}

/// East of Greenwich it may be tomorrow already.
fn tomorrow() -> i32 {
    let seconds = jiff::Timestamp::now().as_second();
    i32::try_from(seconds.div_euclid(86_400)).unwrap_or(i32::MAX - 1) + 1
}

/// A typing error must not move the end of observation into the future.
pub(crate) fn check_window(options: &LogOptions) -> Result<()> {
    let latest = options.dates_until.map_or(tomorrow(), day_of_date);
    match options.observed_until {
        Some(until) if day_of_date(until) > latest => {
            let message = format!("{until} is after today: a typo? (--dates-until DATE allows later dates)");
            Err(Error::option("--observed-until", message))
        }
        _ => Ok(()),
    }
}

impl Rules {
    /// From the caller's options; the date rule may be found later.
    pub fn new(options: &LogOptions, has_amount: bool, names: Names) -> Self {
        let earliest = day_of_civil(1970, 1, 1).expect("1970 began on a day of the calendar");
        let tomorrow = tomorrow();
        Rules {
            writings: Vec::new(),
            from: options.dates_from.map_or(earliest, day_of_date),
            until: options.dates_until.map_or(tomorrow, day_of_date),
            until_given: options.dates_until.is_some(),
            observed_until: options.observed_until.map_or(i32::MAX, day_of_date),
            grain: options.grain(),
            returns: options.returns,
            currency: options.currency.as_deref().map(currency::canonical),
            has_amount,
            profiles: Profiles::of(options),
            names,
        }
    }
}
