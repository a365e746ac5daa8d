//! Zones: offsets, short names, and places.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::tokens::{Cursor, Token};
use crate::history::read::calendar::Moment;

impl Cursor<'_> {
    /// Takes a zone if there is one: `Z`, `GMT+2`, `+02:00`, `EST`, `America/New_York`. The moment stays where it is.
    pub(super) fn zone(&mut self, time: Moment) -> Option<Moment> {
        self.blanks();
        let mut offset = time.offset;
        if let Some(Token::Word(word)) = self.peek().cloned() {
            let next = self.tokens.get(self.at + 1);
            if next == Some(&Token::Sign('/')) {
                // The name of a place; it is looked up in the text.
                while matches!(self.peek(), Some(Token::Word(_) | Token::Sign('/' | '_' | '-'))) {
                    self.at += 1;
                }
                return Some(time);
            }
            match abbreviated(&word) {
                Some(known) => {
                    offset = known;
                    self.at += 1;
                }
                None => return None,
            }
            self.blanks();
        }
        if let Some(Token::Sign(sign @ ('+' | '-'))) = self.peek() {
            let ahead = if *sign == '+' { 1 } else { -1 };
            let Some(Token::Number(value, digits)) = self.tokens.get(self.at + 1) else { return None };
            let (value, digits) = (*value as i32, *digits);
            self.at += 2;
            let seconds = match (digits, self.peek()) {
                (1 | 2, Some(Token::Sign(':'))) => {
                    self.at += 1;
                    value * 3600 + self.two_digits()? as i32 * 60
                }
                (1 | 2, _) => value * 3600,
                (4, _) => value / 100 * 3600 + value % 100 * 60,
                _ => return None,
            };
            offset = Some(ahead * seconds).filter(|seconds| seconds.abs() <= 18 * 3600)?;
        }
        if self.peek() == Some(&Token::Sign('[')) {
            while self.next().is_some_and(|token| token != Token::Sign(']')) {}
        }
        self.blanks();
        Some(Moment { offset, ..time })
    }
}

/// How far a zone is ahead of UTC by its short name \[seconds\]; [`Moment::CIVIL`] where the name stands for several.
fn abbreviated(name: &str) -> Option<i32> {
    const HALF_HOURS: [(&str, i32); 40] = [
        ("z", 0),
        ("utc", 0),
        ("gmt", 0),
        ("wet", 0),
        ("west", 2),
        ("bst", 2),
        ("cet", 2),
        ("cest", 4),
        ("mez", 2),
        ("mesz", 4),
        ("eet", 4),
        ("eest", 6),
        ("msk", 6),
        ("trt", 6),
        ("est", -10),
        ("edt", -8),
        ("cdt", -10),
        ("mst", -14),
        ("mdt", -12),
        ("pst", -16),
        ("pdt", -14),
        ("akst", -18),
        ("akdt", -16),
        ("hst", -20),
        ("brt", -6),
        ("art", -6),
        ("jst", 18),
        ("kst", 18),
        ("hkt", 16),
        ("sgt", 16),
        ("awst", 16),
        ("acst", 19),
        ("acdt", 21),
        ("aest", 20),
        ("aedt", 22),
        ("nzst", 24),
        ("nzdt", 26),
        ("sast", 4),
        ("gst", 8),
        ("pkt", 10),
    ];
    if let Some((_, half_hours)) = HALF_HOURS.iter().find(|(known, _)| *known == name) {
        return Some(half_hours * 1800);
    }
    // Of several countries, or of a continent.
    ["cst", "ist", "ast", "pt", "et", "ct", "mt"].contains(&name).then_some(Moment::CIVIL)
}

/// The offset of a zone that the text names by its place, at that moment.
pub(super) fn named_offset(moment: Moment, text: &str) -> Moment {
    if moment.offset != Moment::CIVIL {
        return moment;
    }
    let place = text
        .split([' ', '[', ']', '(', ')'])
        .find(|part| part.contains('/') && part.starts_with(|c: char| c.is_ascii_uppercase()));
    let offset = place.and_then(|name| TimeZone::get(name).ok()).and_then(|zone| {
        let seconds = i64::from(moment.day) * 86_400 + i64::from(moment.second);
        let near = Timestamp::from_second(seconds).ok()?;
        let first = i64::from(zone.to_offset(near).seconds());
        // The offset at that moment of UTC may be that of the other side of a change of clocks.
        Some(zone.to_offset(Timestamp::from_second(seconds - first).ok()?).seconds())
    });
    Moment { offset: offset.unwrap_or(moment.offset), ..moment }
}
