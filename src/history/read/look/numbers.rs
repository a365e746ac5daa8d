//! What amounts say of their decimal sign.

use super::Example;
use crate::base::{Error, Place, Result};
use crate::history::clean::Names;
use crate::history::options::LogOptions;
use crate::history::read::amounts::currency;
use crate::history::read::amounts::spelled::{NumberStyle, Proof, both, proof};

/// What numbers say of their decimal sign.
#[derive(Default)]
pub(super) struct Figures {
    /// Numbers that prove the point, and the comma, to be it; the first of each.
    pub proofs: [u64; 2],
    pub examples: [Option<Example>; 2],
    /// The first one that leaves it open, and the sign in it.
    pub open: Option<(Example, u8)>,
    /// The first one with more to it than figures and one decimal sign.
    pub spelled: Option<String>,
    /// What the other files of the log say.
    pub others: Option<u8>,
    /// By column: what speaks for thousands.
    pub thousands: Vec<Thousands>,
}

/// Whole numbers of one column: with signs between thousands, none of them has more than three figures in a row. Where some
/// of these have a sign, and small ones have none, it is no decimal one: that would stand in the small ones, too.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Thousands {
    /// Numbers with one sign and three figures behind it, by sign: point, comma.
    grouped: [u64; 2],
    /// Numbers without a sign, of up to three figures and of more; and what a decimal number looks like: `0,980`.
    small: u64,
    large: u64,
    decimal: u64,
}

impl Thousands {
    const ENOUGH: u64 = 5;

    fn add(&mut self, text: &[u8]) {
        let digits: Vec<u8> = text.iter().copied().filter(u8::is_ascii_digit).collect();
        let nothing = digits.iter().all(|digit| *digit == b'0');
        match proof(text) {
            Proof::Either(_) if digits.first() == Some(&b'0') => self.decimal += 1,
            Proof::Either(sign) => self.grouped[usize::from(sign == b',')] += 1,
            Proof::Decimal(_) => self.decimal += 1,
            Proof::Nothing if digits.is_empty() || nothing => {}
            Proof::Nothing if digits.len() <= 3 => self.small += 1,
            Proof::Nothing => self.large += 1,
        }
    }

    pub(super) fn merge(&mut self, other: &Thousands) {
        self.grouped.iter_mut().zip(other.grouped).for_each(|(mine, theirs)| *mine += theirs);
        self.small += other.small;
        self.large += other.large;
        self.decimal += other.decimal;
    }

    /// The sign that would be the decimal one.
    fn decimal_sign(&self) -> Option<u8> {
        let sure = self.small > 0 && self.large == 0 && self.decimal == 0;
        match self.grouped {
            [points, 0] if sure && points >= Self::ENOUGH => Some(b','),
            [0, commas] if sure && commas >= Self::ENOUGH => Some(b'.'),
            _ => None,
        }
    }
}

impl Figures {
    /// A value of the column of amounts of this number.
    pub(super) fn add(&mut self, column: usize, text: &[u8], json: bool, place: impl Fn() -> Place) {
        if self.thousands.len() <= column {
            self.thousands.resize(column + 1, Thousands::default());
        }
        self.thousands[column].add(text);
        if text.iter().all(u8::is_ascii_digit) {
            return;
        }
        let example = || Example { text: String::from_utf8_lossy(text).into_owned(), place: place() };
        let sign = match proof(text) {
            Proof::Decimal(sign) => sign,
            // In JSON a number has its own way of being written.
            Proof::Either(b'.') if json => b'.',
            // A currency without cents has nothing behind a decimal sign.
            Proof::Either(sign) if is_of_no_cents(text) => {
                if sign == b'.' {
                    b','
                } else {
                    b'.'
                }
            }
            Proof::Either(sign) => {
                self.open.get_or_insert_with(|| (example(), sign));
                self.see_spelled(text);
                return;
            }
            Proof::Nothing => return self.see_spelled(text),
        };
        let at = usize::from(sign == b',');
        self.proofs[at] += 1;
        if self.examples[at].is_none() {
            self.examples[at] = Some(example());
        }
        self.see_spelled(text);
    }

    fn see_spelled(&mut self, text: &[u8]) {
        let plain = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'.' | b',' | b'-');
        let signs = text.iter().filter(|byte| matches!(byte, b'.' | b',')).count();
        if self.spelled.is_none()
            && (signs > 1 || !text.iter().all(plain))
            && let Ok(shown) = std::str::from_utf8(text)
            && [b'.', b',']
                .iter()
                .any(|point| NumberStyle { point: *point, sure: true }.spelled(text).is_some())
        {
            self.spelled = Some(shown.to_owned());
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.open.is_some() && self.proofs == [0, 0] && self.others.is_none() && self.of_thousands().is_none()
    }

    /// The decimal sign, if a column of whole numbers with signs between thousands shows it, and no other one speaks against
    /// that.
    fn of_thousands(&self) -> Option<u8> {
        let mut signs =
            self.thousands.iter().filter(|one| one.grouped != [0, 0]).map(Thousands::decimal_sign);
        let first = signs.next()??;
        signs.all(|sign| sign == Some(first)).then_some(first)
    }

    /// The decimal sign, if something proves it.
    pub(super) fn proven(&self) -> Option<u8> {
        match self.proofs {
            [0, 0] => self.of_thousands(),
            [point, comma] => Some(if comma > point { b',' } else { b'.' }),
        }
    }

    pub(super) fn style(&self, options: &LogOptions) -> NumberStyle {
        let said = match (options.decimal_point, options.decimal_comma) {
            (true, _) => Some(b'.'),
            (_, true) => Some(b','),
            _ => None,
        };
        match said.or(self.proven()).or(self.others) {
            Some(point) => {
                // Where numbers prove both, one that leaves it open is not read.
                let sure = said.is_some() || self.proofs.contains(&0);
                NumberStyle { point, sure }
            }
            None => NumberStyle::PLAIN,
        }
    }

    pub(super) fn refuse_open(&self, options: &LogOptions, names: &Names) -> Result<()> {
        if !self.is_open() || options.decimal_comma || options.decimal_point {
            return Ok(());
        }
        let Some((example, sign)) = &self.open else { return Ok(()) };
        let Some((decimal, whole)) = both(example.text.as_bytes()) else { return Ok(()) };
        let (point, comma) = if *sign == b'.' { (decimal, whole) } else { (whole, decimal) };
        let column = names.amount.clone();
        let message = format!(
            "this is {point} (the point is the decimal sign) or {comma} (the comma is), and no amount of the column decides \
             which: say it with --decimal-point or --decimal-comma"
        );
        Err(Error::input(example.place.clone().at(column, &example.text), message))
    }

    pub(super) fn say(&self, options: &LogOptions, style: NumberStyle) -> Option<String> {
        let sign = if style.point == b',' { "comma" } else { "point" };
        let given = options.decimal_comma || options.decimal_point;
        if self.proofs == [0, 0]
            && !given
            && let (Some((example, _)), Some(_)) = (&self.open, self.of_thousands())
        {
            return Some(format!(
                "amounts are whole numbers with a sign between thousands, such as '{}': none below a thousand has one",
                example.text
            ));
        }
        match (&self.spelled, &self.examples[1]) {
            (Some(text), _) => Some(format!(
                "amounts are read as they are written, such as '{text}': the {sign} is the decimal sign{}",
                if style.sure { "" } else { " where there is one" }
            )),
            (None, Some(example)) if style.point == b',' && !given => {
                Some(format!("amounts have a decimal comma: '{}' allows no other reading", example.text))
            }
            (None, _) if style.point == b',' && !given && self.others.is_some() => {
                Some("amounts have a decimal comma, as those of the other files".to_owned())
            }
            _ => None,
        }
    }
}

/// Is a currency beside the number that is paid in whole units?
fn is_of_no_cents(text: &[u8]) -> bool {
    const WHOLE: &str = "JPY KRW VND IDR CLP PYG ISK HUF UGX RWF XOF XAF XPF KMF GNF DJF BIF VUV IRR LAK MMK";
    let plain = text.iter().all(|byte| byte.is_ascii_digit() || b".,- ".contains(byte));
    let spelled = |point: u8| {
        let text = std::str::from_utf8(text).ok()?;
        NumberStyle { point, sure: true }.spelled(text.as_bytes())?.currency
    };
    !plain && spelled(b'.').is_some_and(|name| WHOLE.split(' ').any(|code| currency::can_mean(&name, code)))
}
