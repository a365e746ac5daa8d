//! How often a contract is billed and may be renewed: a number of calendar days, weeks, months or years.

use std::fmt;

use jiff::Span;
use jiff::civil::Date;

use crate::base::Unit;

/// The period of a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cycle {
    /// So many.
    pub every: u32,
    /// Of these.
    pub unit: Unit,
}

/// How periods are written, and what they are: English first, then the languages that months are read in.
const WORDS: [(&str, u32, Unit); 12] = [
    (
        "day days d daily pd tag tage täglich jour jours quotidien día dia días diario giorno giorni dag dagen dzień gün",
        1,
        Unit::Day,
    ),
    (
        "week weeks w wk weekly pw woche wochen wöchentlich woechentlich wochentlich semaine semaines hebdomadaire hebdo semana \
         semanas semanal settimana settimane settimanale weken wekelijks tydzień tygodniowo hafta haftalık vecka veckovis неделя \
         еженедельно 每周 毎週 주간",
        1,
        Unit::Week,
    ),
    ("fortnight fortnightly biweekly zweiwöchentlich zweiwochentlich quincenal quinzenal", 2, Unit::Week),
    (
        "month months m mo mon mth monthly mthly pm monthtomonth mom monat monate monatlich monats mtl mois mensuel mensuelle \
         mensuellement mes meses mensual mensualmente mês mensal mensalmente mese mesi mensile mensilmente maand maanden maandelijks \
         miesiąc miesiace miesięcznie miesięczny miesiecznie ay aylık aylik månad månader månadsvis måned månedlig månedlige kuukausi \
         kuukausittain měsíc měsíčně месяц ежемесячно 月 月額 月払い 毎月 每月 按月 包月 월 월간 매월",
        1,
        Unit::Month,
    ),
    ("bimonthly zweimonatlich bimestriel bimestral bimestrale", 2, Unit::Month),
    (
        "quarter quarters q qtr quarterly pq quartal quartale quartalsweise vierteljahr vierteljährlich vierteljahrlich \
         vierteljaehrlich trimestre trimestres trimestriel trimestrielle trimestral trimestrale kwartaal kwartał kwartalnie \
         çeyrek kvartal kvartalsvis квартал ежеквартально 季度 四半期 분기",
        3,
        Unit::Month,
    ),
    (
        "semester halfyear halfyearly semiannual semiannually biannual biannually halbjahr halbjährlich halbjahrlich halbjaehrlich \
         semestre semestriel semestrielle semestral semestrale halfjaar halfjaarlijks półrocznie halvår 半年",
        6,
        Unit::Month,
    ),
    (
        "year years y yr yrs yearly annual annually annum pa py jahr jahre jährlich jahrlich jaehrlich jährl an ans année annuel \
         annuelle annuellement año anio años anual anualmente ano anos anno anni annuale annualmente jaar jaren jaarlijks rok lata \
         rocznie roczny yıl yıllık yillik år årlig årlige årsvis årligen vuosi vuosittain roční ročně год ежегодно 年 年額 年払い \
         毎年 每年 按年 包年 연 연간 매년",
        1,
        Unit::Year,
    ),
    ("biennial biennially bienal biennale zweijährlich zweijährig zweijahrlich", 2, Unit::Year),
    ("triennial triennially dreijährlich", 3, Unit::Year),
    ("fourweekly", 4, Unit::Week),
    ("twoyear twoyears twoyearly", 2, Unit::Year),
];

impl PartialOrd for Cycle {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// By length.
impl Ord for Cycle {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let key = |cycle: &Cycle| (cycle.days(), cycle.unit.days(), cycle.every);
        key(self).partial_cmp(&key(other)).expect("lengths are numbers")
    }
}

impl Cycle {
    /// A month, the most usual.
    pub const MONTHLY: Cycle = Cycle { every: 1, unit: Unit::Month };

    /// One period of a unit.
    pub const fn of(unit: Unit) -> Self {
        Cycle { every: 1, unit }
    }

    /// Its mean length \[days\].
    pub fn days(self) -> f64 {
        f64::from(self.every) * self.unit.days()
    }

    /// Its length \[months of 365.25/12 days\]: 12 for a year.
    pub fn months(self) -> f64 {
        f64::from(self.every)
            * match self.unit {
                Unit::Month => 1.0,
                Unit::Year => 12.0,
                unit => unit.days() / Unit::Month.days(),
            }
    }

    /// Reads how exports write it, in the languages that are read: `month`, `Monthly`, `jährlich`, `annual`, `3 months`, `P1M`, `7 Days`, and a column that says how
    /// many (`count`).
    pub fn parse(text: &str, count: u32) -> Option<Self> {
        let plain: String = text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
        let digits: String = plain.chars().filter(char::is_ascii_digit).collect();
        let word: String = plain.chars().filter(|c| c.is_alphabetic()).collect();
        let many: Option<u32> =
            if digits.is_empty() { Some(1) } else { digits.parse().ok().filter(|n| *n > 0) };
        let word = word.trim_start_matches("every").trim_start_matches("per").trim_start_matches("billed");
        let word = word.trim_end_matches("plan").trim_end_matches("billing");
        let (every, unit) = WORDS
            .iter()
            .find(|(words, ..)| words.split(' ').any(|one| one == word))
            .map(|(_, every, unit)| (*every, *unit))?;
        let every = many?.checked_mul(every)?.checked_mul(count.max(1))?;
        Some(Cycle { every, unit }.reduced())
    }

    /// The usual period that is nearest to so many days: a day, a week, two, a month, two, a quarter, half a year, a year.
    pub fn near(days: i32) -> Self {
        let of = |every, unit| Cycle { every, unit };
        let usual = [
            of(1, Unit::Day),
            of(1, Unit::Week),
            of(2, Unit::Week),
            of(1, Unit::Month),
            of(2, Unit::Month),
            of(3, Unit::Month),
            of(6, Unit::Month),
            of(1, Unit::Year),
            of(2, Unit::Year),
        ];
        let days = f64::from(days.max(1));
        let away = |cycle: &Cycle| (cycle.days() / days).ln().abs();
        usual.into_iter().min_by(|a, b| away(a).total_cmp(&away(b))).unwrap_or(Cycle::MONTHLY)
    }

    /// The same length in the largest unit that holds it whole: 12 months are a year, 7 days a week.
    fn reduced(self) -> Self {
        match (self.unit, self.every) {
            (Unit::Month, n) if n % 12 == 0 => Cycle { every: n / 12, unit: Unit::Year },
            (Unit::Day, n) if n % 7 == 0 => Cycle { every: n / 7, unit: Unit::Week },
            _ => self,
        }
    }

    /// Whole periods from one date to another, not before it: a contract that began on the 31st is renewed on the last
    /// day of shorter months.
    pub fn whole(self, start: Date, end: Date) -> u32 {
        let days = i64::from((end - start).get_days());
        let months = 12 * (i64::from(end.year()) - i64::from(start.year())) + i64::from(end.month())
            - i64::from(start.month());
        let every = i64::from(self.every.max(1));
        let most = match self.unit {
            Unit::Day => days / every,
            Unit::Week => days / (7 * every),
            Unit::Month => months / every,
            Unit::Year => (i64::from(end.year()) - i64::from(start.year())) / every,
        };
        let most = u32::try_from(most).unwrap_or(0);
        if self.after(start, most) > end { most.saturating_sub(1) } else { most }
    }

    /// A date so many periods earlier: from it to `end` they are whole.
    pub fn before(self, end: Date, periods: u32) -> Date {
        self.span(periods).map_or(Date::MIN, |span| end.saturating_sub(span))
    }

    /// So many periods.
    fn span(self, periods: u32) -> Result<Span, jiff::Error> {
        let n = i64::from(periods) * i64::from(self.every);
        match self.unit {
            Unit::Day => Span::new().try_days(n),
            Unit::Week => Span::new().try_weeks(n),
            Unit::Month => Span::new().try_months(n),
            Unit::Year => Span::new().try_years(n),
        }
    }

    /// The date so many periods later; of a day that a month does not have, its last day.
    pub fn after(self, start: Date, periods: u32) -> Date {
        self.span(periods).map_or(Date::MAX, |span| start.saturating_add(span))
    }
}

impl fmt::Display for Cycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.every, self.unit) {
            (1, Unit::Day) => f.pad("daily"),
            (1, Unit::Week) => f.pad("weekly"),
            (1, Unit::Month) => f.pad("monthly"),
            (3, Unit::Month) => f.pad("quarterly"),
            (1, Unit::Year) => f.pad("yearly"),
            (n, unit) => f.pad(&format!("every {n} {unit}s")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As billing programs write it: Stripe `month`, Baremetrics and Chargebee with a count beside, App Store Connect
    /// `7 Days`, Google Play `P1M`, spreadsheets in words.
    #[test]
    fn cycles_as_exports_write_them() {
        let of = |text: &str, count| Cycle::parse(text, count).map(|cycle| cycle.to_string());
        let all = [
            (of("month", 1), "monthly"),
            (of("Monthly", 1), "monthly"),
            (of("month", 3), "quarterly"),
            (of("month", 12), "yearly"),
            (of("P1M", 1), "monthly"),
            (of("P1Y", 1), "yearly"),
            (of("7 Days", 1), "weekly"),
            (of("6 Months", 1), "every 6 months"),
            (of("Annual", 1), "yearly"),
            (of("every 2 weeks", 1), "every 2 weeks"),
        ];
        for (found, expected) in all {
            assert_eq!(found.as_deref(), Some(expected));
        }
        assert_eq!([of("gold", 1), of("", 1), of("0 months", 1)], [None, None, None]);
        assert!(Cycle::MONTHLY < Cycle::of(Unit::Year) && Cycle::of(Unit::Week) < Cycle::MONTHLY);
    }

    #[test]
    fn quarters_and_short_months() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let quarter = Cycle { every: 3, unit: Unit::Month };
        assert_eq!(quarter.whole(day("2023-11-30"), day("2024-02-29")), 1);
        assert_eq!(quarter.whole(day("2023-11-30"), day("2024-02-28")), 0);
        assert_eq!(quarter.after(day("2023-11-30"), 2), day("2024-05-30"));
        assert_eq!(Cycle { every: 2, unit: Unit::Week }.whole(day("2024-01-01"), day("2024-01-28")), 1);
    }
}
