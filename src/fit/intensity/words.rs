//! What was looked for and not found, in plain words; what was found is said where models are shown.

use super::{FittedIntensity, IntensityRequest, SEASON_WEEKS, SeasonRequest};

impl FittedIntensity {
    /// What is not there of what was asked for, one sentence each.
    pub fn absent(&self, request: &IntensityRequest) -> Vec<String> {
        let mut words = Vec::new();
        if request.age && self.parts.age.is_empty() {
            words.push("no sign that rates change with the time since the first purchase".to_owned());
        }
        if request.season == SeasonRequest::Auto && self.parts.season.is_none() {
            words.push(match self.weeks {
                weeks if weeks <= SEASON_WEEKS => {
                    format!("{weeks} weeks of data: no season can be told, two years are needed")
                }
                _ => "no sign of a season".to_owned(),
            });
        }
        let [nothing, flat] = &self.idle;
        if !nothing.is_empty() {
            words.push(format!("no sign that purchases follow {}", nothing.join(", ")));
        }
        if !flat.is_empty() {
            let names = flat.join(", ");
            words.push(format!(
                "{names} did not change while customers were seen: what it does cannot be told"
            ));
        }
        if self.turns.is_none() {
            words.push("how rates change with time had not settled when the search was ended".to_owned());
        }
        words
    }
}
