//! How a model's rates change with age and date, in plain words and as data.

use jiff::civil::Date;
use serde_json::{Value, json};

use crate::base::numbers::{MONTHS, significant};
use crate::customers::{AGE_STEPS, Effect, Intensity, Parts, Season, Shared};
use crate::show::report::Block;

/// A part that changes rates by less than this is not worth a word.
const WORTH: f64 = 0.005;

/// What changes, one sentence each.
pub(super) fn words(parts: &Parts) -> Vec<String> {
    let shocks = (parts.shock_spread > WORTH).then(|| {
        let spread = significant(100.0 * parts.shock_spread.exp_m1(), 2);
        format!("weeks differ by {spread} % for all customers alike (one standard deviation)")
    });
    let shared = parts.shared.iter().flat_map(shared);
    [age(parts), parts.season.as_ref().map(season), shocks].into_iter().flatten().chain(shared).collect()
}

/// Months that are shown of what a forecast assumes.
const AHEAD: i32 = 12;

/// What a forecast assumes of the months to come, where dates change something.
pub(super) fn months_ahead(rates: &Intensity) -> Option<Block> {
    let months = rates.months_ahead(AHEAD);
    let said = |(month, times): &(Date, f64)| {
        format!("{:04}-{:02} {}", month.year(), month.month(), significant(*times, 3))
    };
    let said: Vec<String> = months.iter().map(said).collect();
    (!said.is_empty()).then(|| {
        let words = "a forecast takes the months to come for so many times an ordinary one";
        Block::Line(format!("{words}: {}", said.join(", ")))
    })
}

/// The same as data.
pub(super) fn months_ahead_json(rates: &Intensity) -> Option<Value> {
    let months = rates.months_ahead(AHEAD);
    let one = |(month, times): &(Date, f64)| json!({ "month": month.to_string(), "times": times });
    (!months.is_empty()).then(|| months.iter().map(one).collect())
}

/// The parts as data.
pub(super) fn json(parts: &Parts) -> Value {
    let season = parts.season.as_ref();
    let months = season.map(|season| (1..=12).map(|month| of_month(season, month).exp()).collect::<Vec<_>>());
    let calendar = parts.shared.as_ref().map(|shared| {
        let named = shared.regressors.names().iter().zip(&shared.effects);
        let one = |(name, effect): (&String, &Effect)| {
            json!({
                "name": name,
                "slope": effect.slope,
                "standard_error": effect.error,
                "centre": effect.centre,
            })
        };
        json!({ "until": shared.regressors.until().to_string(), "columns": named.map(one).collect::<Vec<_>>() })
    });
    let step = |(ln_m, below): (&f64, f64)| json!({ "below_weeks": below, "times": ln_m.exp() });
    let mut found = json!({
        "until": parts.end.to_string(),
        "by_age": parts.age.iter().zip(AGE_STEPS).map(step).collect::<Vec<_>>(),
        "by_month": months,
        "spread_of_weeks": parts.shock_spread,
    });
    if let Some(calendar) = calendar {
        found["calendar"] = calendar;
    }
    found
}

fn age(parts: &Parts) -> Option<String> {
    let mut said: Vec<(f64, f64, f64)> = Vec::new();
    let mut from = 0.0;
    for (f, to) in parts.age.iter().zip(AGE_STEPS) {
        match said.last_mut() {
            // Steps of one height are one.
            Some(last) if (last.2 - f).abs() < WORTH => last.1 = to,
            _ => said.push((from, to, *f)),
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
    (!said.is_empty())
        .then(|| format!("after their first purchase customers buy {} as often as later", said.join(", ")))
}

fn season(season: &Season) -> String {
    let mut months: Vec<(f64, &str)> =
        (1..).zip(MONTHS).map(|(month, name)| (of_month(season, month), name)).collect();
    months.sort_by(|a, b| b.0.total_cmp(&a.0));
    let said = |(ln_m, name): &(f64, &str)| {
        format!("{name} is {} times an ordinary month", significant(ln_m.exp(), 3))
    };
    let given = if matches!(season, Season::Given(_)) { " (as given)" } else { "" };
    format!("{}, {}{given}", said(&months[0]), said(&months[11]))
}

/// What each column does: of one that is on or off the days on which it is on, of others the step from its low to its high
/// numbers.
fn shared(shared: &Shared) -> Vec<String> {
    let named = shared.regressors.names().iter().zip(&shared.effects);
    let one = |(column, (name, effect)): (usize, (&String, &Effect))| {
        let mut values: Vec<f64> = shared.regressors.spans().map(|(_, values)| values[column]).collect();
        values.sort_unstable_by(f64::total_cmp);
        let (low, high) = (values[0], values[values.len() - 1]);
        let by = high - low;
        let times = |errors: f64| significant((by * (effect.slope + errors * effect.error)).exp(), 3);
        let said = format!("{} times ({} to {}) as many purchases as", times(0.0), times(-Z_90), times(Z_90));
        match (low, high) {
            (0.0, 1.0) => format!("{name}: {said} on other days"),
            _ => {
                let [low, high] = [low, high].map(|value| significant(value, 4));
                format!("{name} of {high}: {said} with {low}")
            }
        }
    };
    named.enumerate().map(one).collect()
}

/// Half of a 90 % interval of a normal distribution, in standard errors.
const Z_90: f64 = 1.644_853_626_951_472_7;

/// The season in the middle of a month.
fn of_month(season: &Season, month: i8) -> f64 {
    season.at(Date::constant(2023, month, 15))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Worked out by hand.
    #[test]
    fn what_changes_is_said() {
        let none = Parts::none("2024-03-10".parse().unwrap());
        assert!(words(&none).is_empty());
        let age = vec![2f64.ln(), 1.5f64.ln(), 1.5f64.ln(), 1.5f64.ln(), 1.25f64.ln(), 0.0];
        let season = Some(Season::Waves([0.0, 0.0, 0.0, 0.4]));
        let said = words(&Parts { age, season, shock_spread: 0.2, ..none });
        assert_eq!(
            said[0],
            "after their first purchase customers buy 2 times in week 1, 1.5 times in weeks 2 to 4, 1.25 times in weeks 5 to 6 \
             as often as later"
        );
        assert!(
            said[1].starts_with("February is 1.49 times") || said[1].starts_with("August is 1.49 times"),
            "{}",
            said[1]
        );
        assert_eq!(said[2], "weeks differ by 22 % for all customers alike (one standard deviation)");
    }
}
