//! Years of other counts than the common one: of Buddhist years (543 ahead, Thailand), of Japanese eras and of the Republic of
//! China (Taiwan). A date in one of them is rewritten in common years; months and days are those of the common calendar.

/// How far Buddhist years are ahead.
const BUDDHIST: u32 = 543;
/// Japanese eras: their names, their letters and the year before their first one. And that of the Republic.
const ERAS: [(&str, &str, u32); 5] =
    [("令和", "R", 2018), ("平成", "H", 1988), ("昭和", "S", 1925), ("民國", "", 1911), ("民国", "", 1911)];

/// A date with a Buddhist year of four digits (first or last of three numbers, or of eight digits), in common years; `None` if
/// there is none of this age or the last.
pub(crate) fn of_buddhist(text: &str) -> Option<String> {
    let digits = |at: usize| text[at..].bytes().take_while(u8::is_ascii_digit).count();
    let starts = text.char_indices().filter(|&(at, c)| {
        c.is_ascii_digit() && !text[..at].bytes().next_back().is_some_and(|byte| byte.is_ascii_digit())
    });
    let mut years = starts.filter(|&(at, _)| matches!(digits(at), 4 | 8)).filter_map(|(at, _)| {
        let year: u32 = text[at..at + 4].parse().ok()?;
        (1900 + BUDDHIST..=2100 + BUDDHIST).contains(&year).then_some((at, year))
    });
    let (at, year) = years.next().filter(|_| years.next().is_none())?;
    Some(format!("{}{}{}", &text[..at], year - BUDDHIST, &text[at + 4..]))
}

/// A date of a named era (`令和6年1月3日`, `R6.1.3`, `民國113年1月3日`), in common years.
pub(super) fn of_era(text: &str) -> Option<String> {
    let (rest, before) = ERAS.iter().find_map(|(name, letter, before)| {
        let by_name = text.strip_prefix(name);
        let by_letter =
            || text.strip_prefix(letter).filter(|rest| !letter.is_empty() && rest.contains(['.', '/', '-']));
        by_name.or_else(by_letter).map(|rest| (rest.trim_start(), before))
    })?;
    let (year, rest) = match rest.strip_prefix('元') {
        // The first year of an era has a name of its own.
        Some(rest) => (1, rest),
        None => {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            (rest.get(..digits).filter(|_| (1..=3).contains(&digits))?.parse().ok()?, &rest[digits..])
        }
    };
    Some(format!("{}{rest}", before + year))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_of_other_counts_become_common_ones() {
        for (text, want) in [
            ("2567-02-29", "2024-02-29"),
            ("03/01/2567 10:15", "03/01/2024 10:15"),
            ("25670103", "20240103"),
            ("3 ม.ค. 2567", "3 ม.ค. 2024"),
        ] {
            assert_eq!(of_buddhist(text).as_deref(), Some(want), "{text}");
        }
        for text in ["2024-01-03", "2999-12-31", "2567-2568", "12567-01-03", "x"] {
            assert_eq!(of_buddhist(text), None, "{text}");
        }
        for (text, want) in [
            ("令和6年1月3日", "2024年1月3日"),
            ("令和元年5月1日", "2019年5月1日"),
            ("平成31年4月30日", "2019年4月30日"),
            ("R6.1.3", "2024.1.3"),
            ("H31/04/30", "2019/04/30"),
            ("民國113年1月3日", "2024年1月3日"),
        ] {
            assert_eq!(of_era(text).as_deref(), Some(want), "{text}");
        }
        for text in ["2024年1月3日", "Rome", "R2D2", "S-3 x", "H"] {
            assert!(of_era(text).is_none_or(|text| !text.starts_with("20")), "{text}");
        }
    }
}
