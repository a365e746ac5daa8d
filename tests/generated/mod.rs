//! Layouts of a random log; see [`Layout`].

mod platforms;
mod writer;

pub use platforms::PLATFORMS;

use std::fmt;
use std::path::{Path, PathBuf};

/// What a log comes to.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub struct Truth {
    pub customers: usize,
    pub repeats: u64,
    pub revenue: f64,
}

/// A sale or a return, in cents.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    pub customer: usize,
    pub date: jiff::civil::Date,
    pub cents: i64,
}

/// A generator of numbers, for the same layouts everywhere (Knuth's MMIX constants).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: usize) -> Self {
        let mut dice = Dice(seed as u64 ^ 0x9e37_79b9_7f4a_7c15);
        for _ in 0..4 {
            dice.below(2);
        }
        dice
    }

    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    pub fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }
}

/// How numbers, dates and words of a country look.
pub struct Locale {
    pub name: &'static str,
    /// Decimal signs with the signs between thousands.
    pub numbers: &'static [(char, &'static str)],
    pub dates: &'static [&'static str],
    pub separators: &'static [char],
    pub encodings: &'static [&'static str],
    pub total: &'static str,
    pub title: &'static str,
    /// A sale, and a return that names itself one.
    pub kinds: [&'static str; 2],
    pub sign: &'static str,
}

const DOT: &[(char, &str)] = &[('.', ""), ('.', ",")];
const COMMA: &[(char, &str)] = &[(',', ""), (',', "."), (',', "\u{a0}")];

#[rustfmt::skip]
const LOCALES: &[Locale] = &[
    Locale { name: "en", numbers: DOT, dates: &["%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%d %b %Y", "%b %d, %Y"], separators: &[',', '\t'], encodings: &["utf-8", "utf-8-bom", "utf-16le"], total: "Total", title: "Sales report", kinds: ["Sale", "Refund"], sign: "$" },
    Locale { name: "iso", numbers: &[('.', "")], dates: &["%Y%m%d"], separators: &[','], encodings: &["utf-8"], total: "Total", title: "Report", kinds: ["purchase", "refund"], sign: "" },
    Locale { name: "us", numbers: DOT, dates: &["%m/%d/%Y", "%m/%d/%y", "%-m/%-d/%Y %-I:%M %p", "%b %-d, %Y"], separators: &[',', '\t'], encodings: &["utf-8", "utf-8-bom", "windows-1252"], total: "Grand Total", title: "Orders", kinds: ["Payment", "Refund"], sign: "$" },
    Locale { name: "gb", numbers: DOT, dates: &["%d/%m/%Y", "%d %b %Y", "%d/%m/%Y %H:%M"], separators: &[','], encodings: &["utf-8", "windows-1252"], total: "Total", title: "Invoices", kinds: ["Invoice", "Credit note"], sign: "£" },
    Locale { name: "de", numbers: COMMA, dates: &["%d.%m.%Y", "%d.%m.%y", "%d.%m.%Y %H:%M", "%Y-%m-%d"], separators: &[';', '\t'], encodings: &["utf-8", "windows-1252", "utf-8-bom"], total: "Summe", title: "Umsatzliste für März", kinds: ["Rechnung", "Gutschrift"], sign: "€" },
    Locale { name: "ch", numbers: &[('.', "'"), ('.', "")], dates: &["%d.%m.%Y"], separators: &[';', ','], encodings: &["utf-8"], total: "Total", title: "Aufträge", kinds: ["Rechnung", "Gutschrift"], sign: "CHF" },
    Locale { name: "fr", numbers: COMMA, dates: &["%d/%m/%Y", "%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M"], separators: &[';', '\t'], encodings: &["utf-8", "windows-1252"], total: "Total général", title: "Ventes de l'année écoulée", kinds: ["Facture", "Avoir"], sign: "€" },
    Locale { name: "es", numbers: COMMA, dates: &["%d/%m/%Y", "%d-%m-%Y", "%Y-%m-%d"], separators: &[';', ','], encodings: &["utf-8", "windows-1252"], total: "Total", title: "Ventas del año", kinds: ["Factura", "Nota de crédito"], sign: "€" },
    Locale { name: "it", numbers: COMMA, dates: &["%d/%m/%Y", "%d/%m/%y"], separators: &[';'], encodings: &["utf-8", "windows-1252"], total: "Totale", title: "Elenco fatture già emesse", kinds: ["Fattura", "Nota di credito"], sign: "€" },
    Locale { name: "br", numbers: COMMA, dates: &["%d/%m/%Y", "%d/%m/%Y %H:%M:%S"], separators: &[';'], encodings: &["utf-8", "windows-1252"], total: "Total geral", title: "Relatório de vendas", kinds: ["Venda", "Devolução"], sign: "R$" },
    Locale { name: "nl", numbers: COMMA, dates: &["%d-%m-%Y", "%d-%m-%Y %H:%M"], separators: &[';', ','], encodings: &["utf-8"], total: "Totaal", title: "Verkopen", kinds: ["Factuur", "Creditnota"], sign: "€" },
    Locale { name: "tr", numbers: COMMA, dates: &["%d.%m.%Y", "%d/%m/%Y", "%d.%m.%Y %H:%M"], separators: &[';', '\t'], encodings: &["utf-8", "windows-1254", "utf-8-bom"], total: "Genel Toplam", title: "Satış raporu: güncel", kinds: ["Satış", "İade"], sign: "₺" },
    Locale { name: "pl", numbers: COMMA, dates: &["%d.%m.%Y", "%Y-%m-%d", "%d-%m-%Y"], separators: &[';', '\t'], encodings: &["utf-8", "windows-1250"], total: "Razem", title: "Zestawienie sprzedaży łącznie", kinds: ["Faktura", "Faktura korygująca"], sign: "zł" },
    Locale { name: "ru", numbers: COMMA, dates: &["%d.%m.%Y", "%d.%m.%Y %H:%M:%S"], separators: &[';', '\t'], encodings: &["utf-8", "windows-1251"], total: "Итого", title: "Отчёт о продажах", kinds: ["Реализация", "Возврат от покупателя"], sign: "₽" },
    Locale { name: "cs", numbers: COMMA, dates: &["%d.%m.%Y", "%Y-%m-%d %H:%M:%S"], separators: &[';'], encodings: &["utf-8", "windows-1250"], total: "Celkem", title: "Přehled objednávek", kinds: ["Faktura", "Dobropis"], sign: "Kč" },
    Locale { name: "zh", numbers: DOT, dates: &["%Y-%m-%d %H:%M:%S", "%Y/%m/%d", "%Y年%m月%d日"], separators: &[',', '\t'], encodings: &["utf-8-bom", "gbk", "utf-8"], total: "合计", title: "订单报表", kinds: ["销售", "退货"], sign: "¥" },
    Locale { name: "ja", numbers: DOT, dates: &["%Y/%m/%d", "%Y/%m/%d %H:%M", "%Y年%m月%d日"], separators: &[',', '\t'], encodings: &["shift_jis", "utf-8"], total: "合計", title: "売上一覧", kinds: ["売上", "返品"], sign: "¥" },
    Locale { name: "ko", numbers: DOT, dates: &["%Y-%m-%d", "%Y.%m.%d", "%Y-%m-%d %H:%M:%S"], separators: &[','], encodings: &["euc-kr", "utf-8"], total: "합계", title: "주문 목록", kinds: ["판매", "환불"], sign: "₩" },
    Locale { name: "hu", numbers: COMMA, dates: &["%Y.%m.%d", "%Y-%m-%d", "%Y.%m.%d."], separators: &[';'], encodings: &["utf-8", "windows-1250"], total: "Összesen", title: "Eladások időszaka", kinds: ["Számla", "Sztornó"], sign: "Ft" },
    Locale { name: "ro", numbers: COMMA, dates: &["%d.%m.%Y", "%d/%m/%Y"], separators: &[';', ','], encodings: &["utf-8"], total: "Total general", title: "Vânzări", kinds: ["Factură", "Factură storno"], sign: "lei" },
    Locale { name: "fi", numbers: COMMA, dates: &["%d.%m.%Y", "%-d.%-m.%Y"], separators: &[';'], encodings: &["utf-8", "windows-1252"], total: "Yhteensä", title: "Myynti", kinds: ["Lasku", "Hyvityslasku"], sign: "€" },
    Locale { name: "uk", numbers: COMMA, dates: &["%d.%m.%Y", "%d.%m.%Y %H:%M"], separators: &[';'], encodings: &["utf-8", "windows-1251"], total: "Разом", title: "Звіт про продажі", kinds: ["Реалізація", "Повернення"], sign: "₴" },
    Locale { name: "sv", numbers: COMMA, dates: &["%Y-%m-%d", "%d.%m.%Y"], separators: &[';'], encodings: &["utf-8", "windows-1252"], total: "Summa", title: "Försäljning per månad", kinds: ["Faktura", "Kreditfaktura"], sign: "kr" },
    Locale { name: "da", numbers: COMMA, dates: &["%d-%m-%Y", "%d.%m.%Y"], separators: &[';'], encodings: &["utf-8", "windows-1252"], total: "I alt", title: "Salg pr. måned", kinds: ["Faktura", "Kreditnota"], sign: "kr" },
];

/// How returns are written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Returns {
    None,
    /// As negative amounts.
    Negative,
    /// As credit notes with positive amounts.
    Kinds,
}

/// How a log is written.
pub struct Layout {
    number: usize,
    platform: &'static str,
    locale: &'static Locale,
    separator: char,
    point: (char, &'static str),
    date: &'static str,
    encoding: &'static str,
    container: &'static str,
    titles: bool,
    /// `n`o line of totals, one with the word `f`irst or `b`eside the amount, one without a word: `u`.
    totals: char,
    returns: Returns,
    money: &'static str,
}

impl Layout {
    /// The layout of this number.
    pub fn new(number: usize) -> Self {
        let mut dice = Dice::new(number);
        let platform = PLATFORMS[number % PLATFORMS.len()];
        let wanted = platform.split('|').nth(1).unwrap();
        let locale = LOCALES.iter().find(|locale| locale.name == wanted).unwrap();
        let has = |role: &str| platform.split('|').any(|column| column.starts_with(role));
        let container = dice.one(&["csv", "csv", "csv", "gz", "zip", "xlsx", "json", "jsonl"]);
        let text = matches!(container, "csv" | "gz" | "zip");
        let ways: &[Returns] = if has("K:") {
            &[Returns::None, Returns::Negative, Returns::Kinds, Returns::Kinds]
        } else {
            &[Returns::None, Returns::Negative]
        };
        let returns = ways[dice.below(ways.len())];
        Layout {
            number,
            platform,
            locale,
            separator: locale.separators[dice.below(locale.separators.len())],
            point: locale.numbers[dice.below(locale.numbers.len())],
            date: dice.one(locale.dates),
            encoding: if text { dice.one(locale.encodings) } else { "utf-8" },
            container,
            titles: matches!(container, "csv" | "xlsx") && dice.below(3) == 0,
            totals: if text || container == "xlsx" { ['n', 'n', 'f', 'b', 'u'][dice.below(5)] } else { 'n' },
            returns,
            money: ["", "", "", "before", "behind"][dice.below(5)],
        }
    }

    /// Writes the log of this number, and says what it holds.
    pub fn write(&self, dir: &Path) -> (PathBuf, Truth) {
        let rows = self.rows();
        let path = dir.join(format!("export.{}", self.extension()));
        std::fs::write(&path, writer::bytes(self, &rows)).unwrap();
        (path, truth(&rows))
    }

    fn extension(&self) -> &str {
        match self.container {
            "csv" if self.separator == '\t' => "txt",
            "gz" => "csv.gz",
            other => other,
        }
    }

    /// 80 sales of 12 customers over two years, and 6 returns of parts of what was bought before.
    fn rows(&self) -> Vec<Row> {
        let mut dice = Dice::new(self.number + 10_000);
        let first: jiff::civil::Date = "2022-01-03".parse().unwrap();
        let mut rows: Vec<Row> = Vec::new();
        for at in 0..80 {
            let date = first.checked_add(jiff::Span::new().days((at * 9 + dice.below(9)) as i64)).unwrap();
            // Amounts have cents; some are of thousands.
            let cents = 100 * (1 + dice.below(if at % 7 == 0 { 4_000 } else { 200 })) + 1 + dice.below(98);
            rows.push(Row { customer: if at < 12 { at } else { dice.below(12) }, date, cents: cents as i64 });
        }
        if self.returns != Returns::None {
            for _ in 0..6 {
                let at = 20 + dice.below(rows.len() - 30);
                let sale = rows[at];
                if sale.cents > 0 {
                    let date = sale.date.checked_add(jiff::Span::new().days(3)).unwrap();
                    let back = Row { cents: -(sale.cents / 2).max(1), date, ..sale };
                    let place = rows.iter().position(|row| row.date > date).unwrap_or(rows.len());
                    rows.insert(place, back);
                }
            }
        }
        rows
    }
}

fn truth(rows: &[Row]) -> Truth {
    let mut occasions: Vec<(usize, jiff::civil::Date)> =
        rows.iter().filter(|row| row.cents > 0).map(|row| (row.customer, row.date)).collect();
    occasions.sort_unstable();
    occasions.dedup();
    let mut customers: Vec<usize> = occasions.iter().map(|(customer, _)| *customer).collect();
    customers.dedup();
    let cents: i64 = rows.iter().map(|row| row.cents).sum();
    Truth {
        customers: customers.len(),
        repeats: (occasions.len() - customers.len()) as u64,
        revenue: cents as f64 / 100.0,
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let name = self.platform.split('|').next().unwrap();
        write!(
            f,
            "{} {name} ({}, {:?} {:?}, {}, {}, {}{}, totals {}, {:?}, {})",
            self.number,
            self.locale.name,
            self.separator,
            self.point,
            self.date,
            self.encoding,
            self.container,
            if self.titles { ", titles" } else { "" },
            self.totals,
            self.returns,
            self.money
        )
    }
}
