//! One customer's way through rates that change: time and exposure, seen from one day.

use super::Intensity;

/// The exposure of one customer to come: of whom was born on one day, seen from another.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    /// Exposure behind \[units\].
    behind: f64,
    /// Time ahead and exposure where `m` may step, ascending from (0, 0) \[units\].
    knots: Vec<(f64, f64)>,
    /// `m` behind the last knot.
    beyond: f64,
}

/// A time during which `m` is constant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Piece {
    /// Its beginning.
    pub from: f64,
    /// Its end.
    pub to: f64,
    /// Exposure up to its beginning.
    pub at: f64,
    /// `m`.
    pub m: f64,
}

impl Piece {
    /// Exposure up to a time in it.
    pub fn exposure(&self, time: f64) -> f64 {
        self.at + self.m * (time - self.from)
    }

    /// The time up to which there is so much exposure.
    pub fn time(&self, exposure: f64) -> f64 {
        self.from + (exposure - self.at) / self.m
    }
}

impl Path {
    /// Of who was born at `born`, from `now` on \[days from the end of the observation that `m` is of\], counted in a unit of
    /// so many days.
    pub fn new(intensity: &Intensity, born: f64, now: f64, unit: f64) -> Self {
        let behind = intensity.exposure(born, now) / unit;
        let mut knots = vec![(0.0, 0.0)];
        let (mut sum, mut from) = (0.0, intensity.calendar(now));
        for step in intensity.steps_after(born, now) {
            let to = intensity.calendar(step);
            // Between steps the age has one factor: that of its end.
            sum += intensity.age_factor(step - born) * (to - from);
            knots.push(((step - now) / unit, sum / unit));
            from = to;
        }
        Path { behind, knots, beyond: intensity.outside[1] }
    }

    /// From birth on at rates that hold from one age until the next, given with it, the first from 0.
    pub fn stepped(steps: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let (mut knots, mut beyond) = (Vec::<(f64, f64)>::new(), 1.0);
        for (from, m) in steps {
            let sum = knots.last().map_or(0.0, |(last, sum)| sum + beyond * (from - last));
            knots.push((from, sum));
            beyond = m;
        }
        Path { behind: 0.0, knots, beyond }
    }

    /// Exposure within a time ahead; infinite for ever.
    pub fn exposure(&self, ahead: f64) -> f64 {
        self.between(ahead, |knot| *knot, self.beyond)
    }

    /// The time ahead within which there is so much exposure.
    pub fn ahead(&self, exposure: f64) -> f64 {
        self.between(exposure, |(ahead, exposure)| (*exposure, *ahead), self.beyond.recip())
    }

    /// Exposure of the whole age.
    pub fn behind(&self) -> f64 {
        self.behind
    }

    /// Times ahead at which `m` may step, ascending from 0.
    pub fn steps(&self) -> impl Iterator<Item = f64> {
        self.knots.iter().map(|(ahead, _)| *ahead)
    }

    /// The last time ahead from which on `m` is constant, and `m` then.
    pub fn constant_from(&self) -> (f64, f64) {
        (self.knots[self.knots.len() - 1].0, self.beyond)
    }

    /// What lies between two times, in pieces on which `m` is constant; the second time may be infinite.
    pub fn pieces(&self, from: f64, to: f64) -> impl Iterator<Item = Piece> + '_ {
        let first = self.knots.partition_point(|knot| knot.0 <= from).saturating_sub(1);
        let piece = move |i: usize| {
            let (start, at) = self.knots[i];
            let (end, m) = match self.knots.get(i + 1) {
                Some((next, sum)) => (*next, (sum - at) / (next - start)),
                None => (f64::INFINITY, self.beyond),
            };
            let from = start.max(from);
            Piece { from, to: end.min(to), at: at + m * (from - start), m }
        };
        let upto = self.knots.partition_point(|knot| knot.0 < to);
        // Two steps that rounding tells apart, and nothing else, leave nothing between them.
        (first..upto).map(piece).filter(|piece| piece.from < piece.to)
    }

    /// `m` is piecewise constant, so both ways are straight between knots.
    fn between(&self, at: f64, coordinates: impl Fn(&(f64, f64)) -> (f64, f64), slope: f64) -> f64 {
        let next = self.knots.partition_point(|knot| coordinates(knot).0 <= at);
        let (x, y) = coordinates(&self.knots[next.saturating_sub(1)]);
        match self.knots.get(next).map(coordinates) {
            Some((x_next, y_next)) => y + (at - x) * ((y_next - y) / (x_next - x)),
            None if at == f64::INFINITY => f64::INFINITY,
            None => y + (at - x) * slope,
        }
    }
}
