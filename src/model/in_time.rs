//! Purchases that are counted on another clock (exposure, cumulated hazard), told in time.

use std::fmt::Debug;
use std::sync::Arc;

use rand_chacha::ChaCha8Rng;

use super::{Counts, Process, Span};
use crate::customers::Path;

/// A clock that goes on from now.
pub(super) trait ToTime: Debug + Send + Sync {
    /// What it counts within a time.
    fn counted(&self, time: f64) -> f64;
    /// The time within which it counts so much.
    fn time(&self, counted: f64) -> f64;
}

impl ToTime for Arc<Path> {
    fn counted(&self, time: f64) -> f64 {
        self.exposure(time)
    }

    fn time(&self, counted: f64) -> f64 {
        self.ahead(counted)
    }
}

/// The distribution of purchases within a length of the clock, with the times during which they were made.
#[derive(Debug)]
pub(super) struct CountsInTime<C> {
    pub counts: Box<dyn Counts>,
    pub clock: C,
}

impl<C: ToTime> Counts for CountsInTime<C> {
    fn bulk(&self) -> (f64, f64) {
        self.counts.bulk()
    }

    fn over(&self, n: f64) -> f64 {
        self.counts.over(n)
    }

    fn over_first(&self) -> Vec<f64> {
        self.counts.over_first()
    }

    fn spans(&self, n: f64, spans: &mut Vec<Span>) {
        let before = spans.len();
        self.counts.spans(n, spans);
        for span in &mut spans[before..] {
            let length = self.clock.time(span.length);
            // Where they are on average by the clock is taken for where they are in time.
            let centre = match length > 0.0 {
                true => self.clock.time(span.centre * span.length) / length,
                false => span.centre,
            };
            *span = Span { length, centre, ..*span };
        }
    }

    fn regularity(&self) -> f64 {
        self.counts.regularity()
    }
}

/// Purchases that happen by the clock, told in time.
pub(super) struct ProcessInTime<C> {
    pub process: Box<dyn Process>,
    pub clock: C,
}

impl<C: ToTime> Process for ProcessInTime<C> {
    fn bundles(&self, rng: &mut ChaCha8Rng, until: f64, most: f64, ages: &mut Vec<f64>) -> f64 {
        let before = ages.len();
        let size = self.process.bundles(rng, self.clock.counted(until), most, ages);
        ages[before..].iter_mut().for_each(|age| *age = self.clock.time(*age).min(until));
        size
    }
}
