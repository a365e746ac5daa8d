//! The time of year: waves that are estimated, or an index that is given.

use std::f64::consts::TAU;
use std::sync::Arc;

use jiff::civil::Date;

/// What the time of year adds to `ln m`.
#[derive(Debug, Clone, PartialEq)]
pub enum Season {
    /// Two waves of a year: coefficients of `cos φ, sin φ, cos 2φ, sin 2φ`, `φ` the part of the year that is over times `2π`.
    Waves([f64; 4]),
    /// A given index, as `ln m`: of the 12 months, or of the 53 weeks of a year as ISO 8601 counts them.
    Given(Arc<[f64]>),
}

/// Months of a year, and weeks at most.
pub(crate) const MONTHS_OF_YEAR: usize = 12;
pub(crate) const WEEKS_OF_YEAR: usize = 53;

impl Season {
    /// The waves at a date.
    pub fn basis(date: Date) -> [f64; 4] {
        let phase = TAU * (f64::from(date.day_of_year()) - 0.5) / f64::from(date.days_in_year());
        [phase.cos(), phase.sin(), (2.0 * phase).cos(), (2.0 * phase).sin()]
    }

    /// What it adds to `ln m` at a date.
    pub fn at(&self, date: Date) -> f64 {
        match self {
            Season::Waves(waves) => {
                waves.iter().zip(Season::basis(date)).map(|(wave, basis)| wave * basis).sum()
            }
            Season::Given(index) if index.len() == MONTHS_OF_YEAR => index[date.month() as usize - 1],
            Season::Given(index) => index[date.iso_week_date().week() as usize - 1],
        }
    }

    /// Of an index of 12 months or 53 weeks, relative to its mean.
    pub fn index(values: &[f64]) -> Self {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        Season::Given(values.iter().map(|value| (value / mean).ln()).collect::<Vec<_>>().into())
    }
    /// Does it change nothing?
    pub fn is_none(&self) -> bool {
        match self {
            Season::Waves(waves) => waves.iter().all(|wave| *wave == 0.0),
            Season::Given(index) => index.iter().all(|index| *index == 0.0),
        }
    }

    /// So many times as far from another of the same kind; what is given stays.
    pub(super) fn beyond(&self, centre: &Season, far: f64) -> Self {
        match (self, centre) {
            (Season::Waves(own), Season::Waves(centre)) => {
                Season::Waves(std::array::from_fn(|i| centre[i] + far * (own[i] - centre[i])))
            }
            _ => centre.clone(),
        }
    }
}
