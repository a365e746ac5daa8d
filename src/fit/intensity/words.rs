//! What was found of how rates change, in plain words.

use jiff::civil::Date;

use super::{FittedIntensity, IntensityRequest, SEASON_WEEKS};
use crate::base::numbers::significant;
use crate::customers::{AGE_STEPS, Season};

/// A part that changes rates by less than this is not worth a word.
const WORTH: f64 = 0.005;

impl FittedIntensity {
    /// What was found, one sentence each.
    pub fn in_words(&self, request: IntensityRequest) -> Vec<String> {
        let mut words = Vec::new();
        if request.age {
            words.push(self.age_in_words());
        }
        if request.season {
            words.push(self.season_in_words());
        }
        let spread = self.parts.shock_spread;
        if spread > WORTH {
            let spread = significant(100.0 * spread.exp_m1(), 2);
            words.push(format!(
                "beyond that, weeks differ by {spread} % for all customers alike (one standard deviation)"
            ));
        }
        if self.turns.is_none() {
            words.push("how rates change with time had not settled when the search was ended".to_owned());
        }
        words
    }

    fn age_in_words(&self) -> String {
        let steps: Vec<(f64, f64)> = self.parts.age.iter().copied().zip(AGE_STEPS).collect();
        if steps.iter().all(|(f, _)| f.abs() < WORTH) {
            return "no sign that rates change with the time since the first purchase".to_owned();
        }
        let mut said: Vec<(f64, f64, f64)> = Vec::new();
        let mut from = 0.0;
        for (f, to) in steps {
            match said.last_mut() {
                // Steps of one height are one.
                Some(last) if (last.2 - f).abs() < WORTH => last.1 = to,
                _ => said.push((from, to, f)),
            }
            from = to;
        }
        said.retain(|(_, _, f)| f.abs() >= WORTH);
        let times = |(from, to, f): &(f64, f64, f64)| {
            let weeks =
                if to - from == 1.0 { format!("week {to}") } else { format!("weeks {} to {to}", from + 1.0) };
            format!("{} times in {weeks}", significant(f.exp(), 3))
        };
        let said: Vec<String> = said.iter().map(times).collect();
        format!("after their first purchase customers buy {} as often as later", said.join(", "))
    }

    fn season_in_words(&self) -> String {
        let Some(season) = self.parts.season else {
            return match self.weeks {
                weeks if weeks <= SEASON_WEEKS => {
                    format!("{weeks} weeks of data: no season can be told, two years are needed")
                }
                _ => "no sign of a season".to_owned(),
            };
        };
        let mut months: Vec<(f64, &str)> =
            (1..=12).map(|month| (of_month(season, month), NAMES[month as usize - 1])).collect();
        months.sort_by(|a, b| b.0.total_cmp(&a.0));
        let said = |(ln_m, name): &(f64, &str)| {
            format!("{name} is {} times an ordinary month", significant(ln_m.exp(), 3))
        };
        format!("{}, {}", said(&months[0]), said(&months[11]))
    }
}

const NAMES: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The season in the middle of a month.
fn of_month(season: Season, month: i8) -> f64 {
    season.at(Date::constant(2023, month, 15))
}
