//! The ages at repeat purchases of the rows of a table, one row after the other.

/// Row by row the ages at repeat purchases, ascending.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ages {
    /// The distinct ages, ascending \[units\].
    times: Vec<f64>,
    /// Which of `times`, one row after the other.
    places: Vec<u32>,
    /// Where each row ends.
    ends: Vec<usize>,
}

impl Ages {
    /// Of rows that are to come, whose ages are among these.
    pub(super) fn among(times: Vec<f64>) -> Self {
        Ages { times, ..Ages::default() }
    }

    /// Adds a row.
    pub(super) fn push(&mut self, places: &[u32]) {
        self.places.extend_from_slice(places);
        self.ends.push(self.places.len());
    }

    fn places(&self, row: usize) -> &[u32] {
        let start = if row == 0 { 0 } else { self.ends[row - 1] };
        &self.places[start..self.ends[row]]
    }

    /// Those of one row.
    pub fn of(&self, row: usize) -> impl ExactSizeIterator<Item = f64> + '_ {
        self.places(row).iter().map(|place| self.times[*place as usize])
    }

    /// Those of every `step`-th row.
    pub(super) fn every(&self, step: usize) -> Self {
        let mut some = Ages::among(self.times.clone());
        (0..self.ends.len()).step_by(step).for_each(|row| some.push(self.places(row)));
        some
    }
}
