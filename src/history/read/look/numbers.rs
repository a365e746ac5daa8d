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
}

impl Figures {
    pub(super) fn add(&mut self, text: &[u8], json: bool, place: impl Fn() -> Place) {
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
        self.open.is_some() && self.proofs == [0, 0] && self.others.is_none()
    }

    /// The decimal sign, if something proves it.
    pub(super) fn proven(&self) -> Option<u8> {
        match self.proofs {
            [0, 0] => None,
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
