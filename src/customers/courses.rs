//! Counted customers whose purchases are counted in exposure and whose lifetimes are counted in time.
//!
//! With one end of observation an age `T` is a day of birth, and customers born on one day share their exposure up to every
//! age. So rows are taken by `T`: what depends on time alone is worked out once for each.

use std::sync::Arc;

use super::{CustomerTable, Intensity, Path};

/// The exposure of a table's customers.
#[derive(Debug, Clone)]
pub struct Courses {
    /// Time by time: from birth on, of who is of that age.
    paths: Arc<Vec<Option<Path>>>,
    /// The rows by `T`, then `x`, then `t_x`.
    pub rows: Vec<CourseRow>,
    /// The table with exposure up to the end in the place of `T`; its rows are left out.
    pub margins: Box<CustomerTable>,
}

/// A row of the table.
#[derive(Debug, Clone, Copy)]
pub struct CourseRow {
    /// Its number.
    pub row: u32,
    /// Repeat purchases.
    pub x: u32,
}

impl Courses {
    /// Of customers whose times are in units of so many days.
    pub(super) fn new(table: &CustomerTable, intensity: &Intensity, now: f64, unit: f64) -> Self {
        let path = |(time, count): (&f64, &f64)| {
            let born = now - time * unit;
            (*count > 0.0).then(|| Path::new(intensity, born, born, unit))
        };
        let paths = table.times.iter().zip(&table.t_count).map(path).collect();
        let courses = Courses { paths: Arc::new(paths), rows: Vec::new(), margins: Box::default() };
        courses.of(table)
    }

    /// The same of a table with fewer rows or other counts.
    pub(super) fn of(self, table: &CustomerTable) -> Self {
        let row = |x: u32| move |row: usize| CourseRow { row: row as u32, x };
        let by_x = table.groups.iter().flat_map(|group| group.rows.clone().map(row(group.x)));
        let mut rows: Vec<CourseRow> = by_x.collect();
        // Stable: rows are by x, T and t_x.
        rows.sort_by_key(|row| table.t[row.row as usize]);
        let ends = self.paths.iter().zip(&table.times);
        let margins = CustomerTable {
            times: ends.map(|(path, t)| path.as_ref().map_or(0.0, |path| path.exposure(*t))).collect(),
            groups: table.groups.clone(),
            t_count: table.t_count.clone(),
            t_repeats: table.t_repeats.clone(),
            customers: table.customers,
            ..CustomerTable::default()
        };
        Courses { rows, margins: Box::new(margins), ..self }
    }

    /// The exposure, from birth on, of customers whose `T` is the time of this number.
    pub fn path(&self, t: u32) -> &Path {
        self.paths[t as usize].as_ref().expect("made for every T that occurs")
    }
}
