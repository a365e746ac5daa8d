//! What rows are judged by: the options of reading, worked out once.

use std::borrow::Cow;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::base::{Error, Grain, Result};
use crate::history::attributes::Profiles;
use crate::history::options::{LogOptions, Returns};
use crate::history::read::amounts::currency;
use crate::history::read::calendar::{day_of_civil, day_of_date};
use crate::history::read::look::Writing;
use crate::history::scatter::{Core, in_one_form};

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
    /// How ids are to be changed, and which are left out.
    pub ids: IdRules,
    /// Have rows orders?
    pub orders: bool,
    /// Are rows kept one by one, with their place and time of day?
    pub kept: bool,
    /// Names of the columns, for messages.
    pub names: Vec<Names>,
}

/// What becomes of ids.
#[derive(Debug, Clone, Default)]
pub(crate) struct IdRules {
    /// Capital letters are small ones.
    pub fold_case: bool,
    /// Without blanks around and the `.0` of numbers, and with accents and blanks in one form.
    pub trim: bool,
    /// Those that are left out.
    pub guests: FxHashSet<String>,
}

impl IdRules {
    /// Does anything become of them?
    pub fn change(&self) -> bool {
        self.fold_case || self.trim || !self.guests.is_empty()
    }

    /// The id as it counts; `None` if it is left out.
    pub fn apply<'a>(&self, id: &'a str) -> Option<Cow<'a, str>> {
        let trimmed = if self.trim { in_one_form(Core::of(id).text) } else { id.into() };
        if self.guests.contains(trimmed.trim()) {
            return None;
        }
        match self.fold_case && trimmed.chars().any(char::is_uppercase) {
            true => Some(trimmed.to_lowercase().into()),
            false => Some(trimmed),
        }
    }
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
    today() + 1
}

/// Days since 1970, in Greenwich.
pub(crate) fn today() -> i32 {
    let seconds = jiff::Timestamp::now().as_second();
    i32::try_from(seconds.div_euclid(86_400)).unwrap_or(i32::MAX - 1)
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
    /// Does something go with each row?
    pub fn marked(&self) -> bool {
        self.orders || self.kept || self.profiles.is_some()
    }

    /// From the caller's options; the date rule may be found later.
    pub fn new(options: &LogOptions, has_amount: bool, names: Vec<Names>) -> Self {
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
            ids: IdRules {
                fold_case: options.fold_case,
                trim: options.trim,
                guests: options.guests.iter().map(|id| id.trim().to_owned()).collect(),
            },
            orders: false,
            kept: options.for_state.is_some(),
            names,
        }
    }
}
