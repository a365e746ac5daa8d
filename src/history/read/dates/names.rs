//! What dates have in words: months, weekdays and what stands between, in the languages of exports. All without accents
//! and in small letters, as [`fold`] makes them.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::wider;

/// Names of the twelve months, apart by `/`: English, German, French, Spanish, Italian, Portuguese, Turkish, Dutch, Polish,
/// Russian, and the neighbours of these; in the cases that dates have (Unicode CLDR 45, `months-format` and
/// `months-stand-alone`, wide and abbreviated), and what programs cut them to.
const MONTHS: &str = "january jan januar jaenner janner janvier janv enero ene gennaio gen janeiro ocak oca januari styczen stycznia sty \
    январь января янв ianuarie ian leden ledna led січень січня січ ιανουαριος ιανουαριου ιαν /\
    february feb februar fevrier fevr fev febrero febbraio fevereiro subat sub februari luty lutego lut \
    февраль февраля фев февр februarie unor unora uno febr лютий лютого лют φεβρουαριος φεβρουαριου φεβ /\
    march mar marz maerz mrz mars marzo marco mart maart mrt marzec marca март марта мар martie brezen brezna bre marcius marc marts maret \
    березень березня бер μαρτιος μαρτιου μαρ /\
    april apr avril avr abril abr aprile nisan nis kwiecien kwietnia kwi апрель апреля апр aprilie duben dubna dub aprilis квитень квитня \
    квит απριλιος απριλιου απρ /\
    may mai mayo maggio mag maio mayis mei maj maja маи мая kveten kvetna kve majus травень травня трав μαιος μαιου μαι /\
    june jun juni juin junio giugno giu junho haziran haz czerwiec czerwca cze июнь июня июн iunie iun cerven cervna cvn junius \
    червень червня черв ιουνιος ιουνιου ιουν /\
    july jul juli juillet juil julio luglio lug julho temmuz tem lipiec lipca lip июль июля июл iulie iul cervenec cervence cvc julius липень липня \
    лип ιουλιος ιουλιου ιουλ /\
    august aug aout aou agosto ago agustos agu augustus sierpien sierpnia sie август августа авг srpen srpna srp augusztus augusti \
    agustus agt серпень серпня серп αυγουστος αυγουστου αυγ /\
    september sep sept septembre septiembre setiembre settembre set setembro eylul eyl wrzesien wrzesnia wrz сентябрь сентября сен сент \
    septembrie zari zar szeptember szept вересень вересня вер σεπτεμβριος σεπτεμβριου σεπ /\
    october oct oktober okt octobre octubre ottobre ott outubro out ekim eki pazdziernik pazdziernika paz октябрь октября окт octombrie rijen \
    rijna rij жовтень жовтня жовт οκτωβριος οκτωβριου οκτ /\
    november nov novembre noviembre novembro kasim kas listopad listopadu listopada lis ноябрь ноября ноя нояб noiembrie noi листопад листопада \
    лист νοεμβριος νοεμβριου νοε /\
    december dec dezember dez decembre diciembre dic dicembre dezembro aralik ara grudzien grudnia gru декабрь декабря дек decembrie \
    prosinec prosince pro desember des грудень грудня груд δεκεμβριος δεκεμβριου δεκ";

/// Days of the week, whole and in short: they say nothing that the date does not.
const WEEKDAYS: &str = "monday mon tuesday tue tues wednesday wed thursday thu thur thurs friday fri saturday sat sunday sun \
    montag mo dienstag di mittwoch mi donnerstag do freitag fr samstag sonnabend sa sonntag so \
    lundi lun mardi mar mercredi mer jeudi jeu vendredi ven samedi sam dimanche dim \
    lunes martes miercoles mie jueves jue viernes vie sabado sab domingo dom \
    lunedi martedi mercoledi giovedi gio venerdi sabato domenica \
    segunda seg terca ter quarta qua quinta qui sexta sex feira \
    pazartesi pzt sali sal carsamba car persembe per cuma cum cumartesi cmt pazar paz \
    maandag ma dinsdag woensdag wo donderdag vrijdag vr zaterdag za zondag zo \
    poniedzialek pon wtorek wt sroda sr czwartek czw piatek pt sobota sob niedziela niedz ndz \
    понедельник пн вторник вт среда ср четверг чт пятница пт суббота сб воскресенье вс \
    mandag tirsdag onsdag torsdag fredag lordag sondag mandag tisdag lordag \
    星期一 星期二 星期三 星期四 星期五 星期六 星期日 星期天 周一 周二 周三 周四 周五 周六 周日 週一 週二 週三 週四 週五 週六 週日 \
    月曜日 火曜日 水曜日 木曜日 金曜日 土曜日 日曜日 월요일 화요일 수요일 목요일 금요일 토요일 일요일";

/// What may stand between the parts of a date, or between a date and its time.
const BETWEEN: &str = "de del of the le den st nd rd th er ro г года год р at um a alle as las la los ore o kl klo saat om godz uhr в t h \
    ha d vom am el il dia nam ngay dne hs hrs horas hours klo kello kell cu στισ в о об у года году року р pukul jam של في الساعه";

/// Half of a day, by its word: `false` is before noon.
const HALVES: [(&str, bool); 16] = [
    ("am", false),
    ("pm", true),
    ("oo", false),
    ("os", true),
    ("午前", false),
    ("午後", true),
    ("上午", false),
    ("下午", true),
    ("오전", false),
    ("오후", true),
    ("vorm", false),
    ("nachm", true),
    ("πμ", false),
    ("μμ", true),
    ("dop", false),
    ("odp", true),
];

/// What a word in a date says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::history::read) enum Word {
    /// A month, from 1; perhaps it can also be a day of the week.
    Month(u32, bool),
    Weekday,
    Between,
    /// Before or after noon.
    Half(bool),
}

/// The meaning of a folded word.
pub(in crate::history::read) fn meaning(word: &str) -> Option<Word> {
    static WORDS: OnceLock<FxHashMap<String, Word>> = OnceLock::new();
    let words = WORDS.get_or_init(|| {
        let folded = |word: &str| word.chars().flat_map(fold).collect::<String>();
        let each = |list: &'static str| list.split_whitespace().map(folded);
        let mut words = FxHashMap::default();
        words.extend(each(wider::WEEKDAYS).map(|word| (word, Word::Weekday)));
        words.extend(each(BETWEEN).map(|word| (word, Word::Between)));
        words.extend(each(WEEKDAYS).map(|word| (word, Word::Weekday)));
        words.extend(HALVES.iter().map(|(word, later)| (folded(word), Word::Half(*later))));
        for table in [MONTHS, wider::MONTHS] {
            for (month, names) in (1..).zip(table.split('/')) {
                for name in each(names) {
                    let weekday = words.get(&name) == Some(&Word::Weekday);
                    // Hebrew has its preposition at the word.
                    if name.starts_with(|c| ('א'..='ת').contains(&c)) {
                        words.insert(format!("ב{name}"), Word::Month(month, false));
                    }
                    words.insert(name, Word::Month(month, weekday));
                }
            }
        }
        words
    });
    words.get(word).copied()
}

/// A character without case and accents; `None` for marks that only add an accent or a direction.
pub(in crate::history::read) fn fold(c: char) -> impl Iterator<Item = char> {
    c.to_lowercase().filter_map(|c| {
        Some(match c {
            '\u{300}'..='\u{36f}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            // Signs of Arabic, Hindi and Thai that are no letters.
            | '\u{64b}'..='\u{65f}'
            | '\u{93c}'
            | '\u{94d}'
            | '\u{e47}'..='\u{e4e}' => {
                return None;
            }
            'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ă' | 'ą' => 'a',
            'ç' | 'ć' | 'č' => 'c',
            'ď' => 'd',
            'è' | 'é' | 'ê' | 'ë' | 'ě' | 'ę' => 'e',
            'ğ' => 'g',
            'ì' | 'í' | 'î' | 'ï' | 'ı' => 'i',
            'ł' => 'l',
            'ñ' | 'ń' | 'ň' => 'n',
            'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ő' | 'º' => 'o',
            'ř' => 'r',
            'ş' | 'ș' | 'ś' | 'š' => 's',
            'ţ' | 'ț' | 'ť' => 't',
            'ù' | 'ú' | 'û' | 'ü' | 'ů' | 'ű' => 'u',
            'ý' => 'y',
            'ź' | 'ż' | 'ž' => 'z',
            'ª' => 'a',
            'ā' => 'a',
            'đ' => 'd',
            'ē' | 'ė' => 'e',
            'ģ' => 'g',
            'ī' | 'į' => 'i',
            'ķ' => 'k',
            'ļ' => 'l',
            'ņ' => 'n',
            'ō' => 'o',
            'ū' | 'ų' => 'u',
            'й' => 'и',
            'ё' => 'е',
            'і' | 'ї' => 'и',
            'ў' => 'у',
            'ς' => 'σ',
            'أ' | 'إ' | 'آ' => 'ا',
            'ة' => 'ه',
            '\u{95e}' => 'फ',
            // Signs of abbreviation.
            '\u{970}' | '\u{5f3}' => '.',
            'ά' => 'α',
            'έ' => 'ε',
            'ή' => 'η',
            'ί' | 'ϊ' | 'ΐ' => 'ι',
            'ό' => 'ο',
            'ύ' | 'ϋ' => 'υ',
            'ώ' => 'ω',
            c => plain(c),
        })
    })
}

/// The same of a sign in a number; `None` for marks of direction.
pub(in crate::history::read) fn plain_sign(c: char) -> Option<char> {
    match c {
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => None,
        // The sign of yen, of won and of pounds in full width keep their own names.
        '\u{ffe1}' | '\u{ffe5}' | '\u{ffe6}' => Some(c),
        c => Some(plain(c)),
    }
}

/// Figures and signs of other widths and scripts as those of ASCII, blanks of all kinds as blanks.
fn plain(c: char) -> char {
    const ZEROS: [u32; 4] = [0xff10, 0x660, 0x6f0, 0x966];
    let code = c as u32;
    if code < 0x80 {
        return c;
    }
    if let Some(zero) = ZEROS.iter().find(|zero| (**zero..**zero + 10).contains(&code)) {
        return char::from(b'0' + (code - zero) as u8);
    }
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(code - 0xfee0).unwrap_or(c),
        // The decimal sign of Arabic figures, and the one between thousands.
        '\u{66b}' => '.',
        '\u{66c}' => ',',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe63}' => '-',
        '\u{2018}' | '\u{2019}' | '\u{b4}' | '\u{2bc}' => '\'',
        c if c.is_whitespace() || c == '\u{feff}' => ' ',
        c => c,
    }
}
