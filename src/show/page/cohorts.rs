//! Cohorts: who came when, how many of them buy in each period, and what they pay; seen, and expected.

use super::words::Money;
use crate::show::report::page::{Heat, Part, Section, Shade};
use crate::show::triangle::{Room, Shown, What};
use crate::study::economics::{Economics, Triangle};

/// What a page has room for, printed too.
const ROOM: Room = Room { cohorts: 13, periods: 18 };
/// Shades of a table, the darkest for the largest.
const SHADES: f64 = 5.0;

pub(super) fn section(found: &Economics, money: &Money) -> Section {
    let section = Section::new("cohorts", "Cohorts: who came when, and what they do since");
    let Some(triangle) = &found.triangle else { return section };
    let shown = Shown::new(triangle, ROOM);
    let mut section = section.lines([meaning(triangle, &shown, money)]);
    let share = "Share of a cohort’s customers who buy".to_owned();
    let revenue = format!("Revenue of a cohort{}", money.unit());
    section.push(Part::Heat(heat(&shown, What::Share, share)));
    section.push(Part::Heat(heat(&shown, What::Revenue, revenue)));
    section
}

fn meaning(triangle: &Triangle, shown: &Shown, money: &Money) -> String {
    let word = triangle.period.word();
    let cut = shown.cut().map_or(String::new(), |(name, until)| {
        format!(
            " {name} is seen up to {until} only, and what is left of it stands apart: customers may buy in both parts, so \
             that their shares do not add up."
        )
    });
    let all: f64 = triangle.cells.iter().filter(|cell| cell.expected).map(|cell| cell.revenue).sum();
    let together = match shown.rows.len() {
        ..=1 => "",
        _ => " In the last row shares are of the customers who had come before.",
    };
    format!(
        "A row is the customers whose first purchase fell in a {word}; a column is a {word}; the stronger the shade, the more. What has \
         a ~ has not come yet: the model expects it of the same customers, {} of revenue in all, with nobody new, before costs and not \
         discounted.{cut}{together}",
        money.say(all)
    )
}

/// Shaded by value. When customers came they all bought, which is no measure of the others.
fn heat(shown: &Shown, what: What, title: String) -> Heat {
    let last = shown.rows.len().saturating_sub(1);
    let together = |r: usize| shown.rows.len() > 1 && r == last;
    let values = shown.rows.iter().enumerate().filter(|(r, _)| !together(*r));
    let values = values.flat_map(|(_, row)| row.sums.iter().flatten()).filter(|sum| !sum.came);
    let most = values.map(|sum| sum.value(what)).fold(0.0, f64::max);
    let mut shades = Vec::new();
    for (r, row) in shown.rows.iter().enumerate() {
        // The name and the number of customers.
        let mut own = vec![Shade::default(); 2];
        own.extend(row.sums.iter().zip(&shown.columns).map(|(sum, column)| {
            let shaded = sum.filter(|sum| !sum.came && !together(r) && most > 0.0);
            let level = shaded.map_or(0.0, |sum| (SHADES * sum.value(what) / most).ceil().clamp(0.0, SHADES));
            Shade { level: level as u8, expected: column.expected && sum.is_some() }
        }));
        shades.push(own);
    }
    Heat { title, table: shown.table(what, ["First purchase in", ">Customers"], false), shades }
}
