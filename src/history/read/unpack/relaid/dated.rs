//! Dates in three columns: year, month and day (or year and month, where purchases are counted by the month).

use super::super::super::dates::Shape;
use super::super::super::likeness::is;
use super::super::super::months::parse_month;
use super::super::super::vocabulary::{Part, fold_words, is_date, rank};
use super::{Below, Head, Row, cells};
use crate::base::shown::shown;
use crate::history::options::LogOptions;
use crate::history::read::calendar::date_of_day;

const YEAR: &str = "year yr yyyy ano anio jahr annee an anno jaar rok yil год рік 年 年份 연도 년 år ar aar vuosi tahun ปี năm nam";
const MONTH: &str = "month mon mm mes monat mois mese maand miesiac mesic ay месяц місяць 月 月份 월 manad maned kuukausi bulan เดือน thang";
const DAY: &str = "day dd dia tag jour giorno dag dzien den gun день 日 일 paiva hari วัน วันที่ ngay dayofmonth";
/// So many rows are needed.
const ENOUGH: usize = 2;

pub(super) struct Dated {
    header: usize,
    width: usize,
    year: usize,
    month: usize,
    day: Option<usize>,
    names: Vec<String>,
}

/// The columns of years, months and days of a table that has no dates.
pub(super) fn found(head: &Head, options: &LogOptions) -> Option<Dated> {
    let Below { header, names, rows } = head.table()?;
    if options.date.is_some() || options.no_header {
        return None;
    }
    let of = |list: &'static str| {
        let mut all = (0..names.len()).filter(|&at| fold_words(&names[at]).iter().any(|word| is(word, list)));
        all.next().filter(|_| all.next().is_none())
    };
    let (year, month, day) = (of(YEAR)?, of(MONTH)?, of(DAY));
    let used = [Some(year), Some(month), day];
    let distinct = year != month && day != Some(year) && day != Some(month);
    let is_other = |&at: &usize| {
        let name = &names[at];
        let named = rank(Part::Date, name).is_some() || is_date(name);
        let dates = rows.iter().filter(|row| row.get(at).is_some_and(|cell| is_day(cell))).count();
        !used.contains(&Some(at))
            && (2 * dates > rows.len() || (named && rows.iter().any(|row| has(row, at))))
    };
    if !distinct || (0..names.len()).any(|at| is_other(&at)) {
        return None;
    }
    let named = [Some(year), Some(month), day].into_iter().flatten().map(|at| names[at].clone()).collect();
    let plan = Dated { header, width: names.len(), year, month, day, names: named };
    let full: Vec<&Vec<String>> =
        rows.iter().filter(|row| has(row, year) && cells(row).count() > 1).collect();
    (full.len() >= ENOUGH && full.iter().all(|row| plan.date(row).is_some())).then_some(plan)
}

fn has(row: &[String], at: usize) -> bool {
    row.get(at).is_some_and(|cell| !cell.is_empty())
}

fn is_day(text: &str) -> bool {
    !matches!(Shape::of(text.as_bytes()), Shape::Blank | Shape::Other | Shape::Number | Shape::Month)
}

/// A whole number; spreadsheets write some of them with `.0`.
fn whole(text: &str) -> Option<u32> {
    text.strip_suffix(".0").unwrap_or(text).parse().ok()
}

impl Dated {
    /// The date of a row, as `2024-01-31`, or as `2024-01` where there is no day.
    fn date(&self, row: &[String]) -> Option<String> {
        let year = whole(row.get(self.year)?).filter(|year| (1900..=2100).contains(year))?;
        let month = row.get(self.month)?;
        let month = match whole(month) {
            Some(month) => month,
            None => {
                let moment = parse_month(format!("{month} {year}").as_bytes())?;
                date_of_day(moment.day).month() as u32
            }
        };
        let month = Some(month).filter(|month| (1..=12).contains(month))?;
        match self.day {
            None => Some(format!("{year}-{month:02}")),
            Some(day) => {
                let day = whole(row.get(day)?).filter(|day| (1..=31).contains(day))?;
                Some(format!("{year}-{month:02}-{day:02}"))
            }
        }
    }

    pub(super) fn row(&self, row: &Row) -> Vec<String> {
        let mut fields = row.fields.to_vec();
        if row.at < self.header {
            return fields;
        }
        fields.resize(self.width.max(fields.len()), String::new());
        let date = || self.date(row.fields).unwrap_or_default();
        fields.push(if row.at == self.header { "date".to_owned() } else { date() });
        fields
    }

    pub(super) fn said(&self) -> String {
        let names: Vec<String> = self.names.iter().map(|name| format!("\"{}\"", shown(name))).collect();
        format!("dates are made of columns {}", names.join(", "))
    }
}
