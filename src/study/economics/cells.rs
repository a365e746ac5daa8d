//! Customers added up: those who share their history, group and month of first purchase, with all that sums of
//! expected amounts need.
//!
//! Under gamma-gamma the expected amount is a line in the mean amount of a customer's repeat purchases, so the sum
//! over customers of one frequency is their number times the amount at their mean; with margins as weights likewise.

use rayon::prelude::*;

use super::base::Base;
use crate::customers::SpendRow;
use crate::fitted::SpendModel;

/// Some customers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cell {
    /// Their level of the first grouping, if there is one.
    pub group: u32,
    /// The month of their first purchase.
    pub born: i32,
    /// Repeat purchases that say what they pay; 0 if none do.
    pub x: u32,
    /// How many they are.
    pub count: f64,
    /// The sum of their margins.
    pub margin: f64,
    /// The mean of their mean amounts.
    pub mean: f64,
    /// The same, weighted by margin.
    pub mean_by_margin: f64,
}

impl Cell {
    /// The expected amount of one whose mean amount is `mean`.
    pub fn expected(&self, mean: f64, spend: &SpendModel) -> f64 {
        spend.expected_spend(&SpendRow { x: self.x, mean })
    }
}

/// All customers in cells, history by history.
pub(super) struct Cells {
    cells: Vec<Cell>,
    /// Where those of each history begin, and the end.
    starts: Vec<u32>,
}

impl Cells {
    pub fn new(base: &Base) -> Self {
        let groups = base.by.first();
        let key = |i: u32| {
            let i = i as usize;
            let group = groups.map_or(0, |by| by.of[i]);
            (base.histories.of[i], group, base.born[i], base.spend_row(i).x)
        };
        let mut order: Vec<u32> = (0..base.len() as u32).collect();
        order.par_sort_unstable_by_key(|i| (key(*i), *i));
        let (mut cells, mut starts) = (Vec::new(), vec![0]);
        for same in order.chunk_by(|a, b| key(*a) == key(*b)) {
            let (history, group, born, x) = key(same[0]);
            starts.resize(history as usize + 1, cells.len() as u32);
            let (mut margin, mut mean, mut by_margin) = (0.0, 0.0, 0.0);
            for i in same {
                let (own, paid) = (base.margin[*i as usize], base.mean[*i as usize]);
                margin += own;
                mean += paid;
                by_margin += own * paid;
            }
            let count = same.len() as f64;
            let cell = Cell {
                group,
                born,
                x,
                count,
                margin,
                mean: mean / count,
                mean_by_margin: by_margin / margin,
            };
            cells.push(cell);
        }
        starts.push(cells.len() as u32);
        Cells { cells, starts }
    }

    /// The cells of a history.
    pub fn of(&self, history: usize) -> &[Cell] {
        &self.cells[self.starts[history] as usize..self.starts[history + 1] as usize]
    }
}
