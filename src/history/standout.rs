//! Customers so large that they can hardly be one person's purchases: an id that stands for many (guests, walk-in
//! customers, "unknown"), or an amount that makes most of the total.
//!
//! Found by evidence, not by name alone, from the few largest customers, which each worker keeps while it folds. In
//! any ordinary log, however heavy its tail, the largest customers form a series of small steps: for a tail that
//! falls off like a power, `i ln(m_i / m_{i+1})` of the i-th largest are alike (independent and exponential, Rényi
//! 1953), and for lighter tails the first ones are smaller still. A customer stands out if the step below it is both
//! large and many times as large as those that follow (or very large), and if what it holds matters.

use serde::{Deserialize, Serialize};

use super::fold::{Exact, Size};
use super::read::likeness;

/// How many of the largest are kept.
const KEPT: usize = 16;
/// So many may stand out together, at most.
const TOGETHER: usize = 3;
/// Fewer customers than this have no tail to stand out of.
const ENOUGH: u64 = 15;
/// Fewer occasions (or rows) than this can be anybody's.
const MANY: f64 = 20.0;
/// How many times the next one: of occasions, of rows (order lines vary more), of value.
const STEPS: [f64; 3] = [3.0, 5.0, 5.0];
/// The share of all that matters, of each of them.
const SHARES: [f64; 3] = [0.05, 0.05, 0.5];
/// How many times the mean of the steps below; or else it must be this many times the next and hold this share.
const SHARP: f64 = 4.0;
const HUGE: (f64, f64) = (5.0, 0.15);
/// The tail is no more than this part of the customers.
const TAIL: u64 = 4;
/// What a telling name needs: this share, and so many times the mean of the others.
const NAMED: (f64, f64) = (0.01, 5.0);

/// Why a customer stands out. New kinds may be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum StandoutKind {
    /// So many purchases that the id can hardly be one person's.
    Crowd,
    /// Most of the value of all.
    Dear,
}

/// A customer that stands out of all others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Standout {
    /// Who.
    pub id: String,
    /// Why.
    pub kind: StandoutKind,
    /// Rows of the log, returns included.
    pub rows: u64,
    /// Purchase occasions.
    pub occasions: u64,
    /// Their amount, net of returns.
    pub value: f64,
    /// The amount of the dearest occasion.
    pub dearest: f64,
    /// Its share of all rows, of all occasions and of the value of all.
    pub shares: [f64; 3],
    /// How often all others bought, in the mean.
    pub mean_occasions: f64,
    /// The mean amount of a purchase of all others.
    pub mean_amount: f64,
}

/// The largest customers, and sums over all.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Leaders {
    /// By occasions, by rows, by value.
    tops: [Top; 3],
    customers: u64,
    rows: u64,
    occasions: u64,
    value: Exact,
}

/// The largest of some customers by one measure, the largest first; of equals the one whose id comes first.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Top(Vec<Leader>);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Leader {
    measure: f64,
    id: String,
    rows: u64,
    occasions: u64,
    value: f64,
    dearest: f64,
}

impl Top {
    #[inline]
    fn see(&mut self, measure: f64, id: &[u8], size: &Size) {
        if self.0.len() == KEPT && measure < self.0[KEPT - 1].measure {
            return;
        }
        self.insert(measure, id, size);
    }

    #[cold]
    fn insert(&mut self, measure: f64, id: &[u8], size: &Size) {
        let before = |other: &Leader| {
            other.measure > measure || (other.measure == measure && other.id.as_bytes() < id)
        };
        let at = self.0.partition_point(before);
        if at < KEPT {
            let Size { rows, occasions, value, dearest } = *size;
            let id = String::from_utf8_lossy(id).into_owned();
            self.0.truncate(KEPT - 1);
            self.0.insert(at, Leader { measure, id, rows, occasions, value, dearest });
        }
    }

    fn add(&mut self, other: Top) {
        for leader in other.0 {
            let Leader { measure, id, rows, occasions, value, dearest } = leader;
            self.insert(measure, id.as_bytes(), &Size { rows, occasions, value, dearest });
        }
    }

    /// How many of the first ones stand out. `kept` of them are the tail; `all` is the measure of all customers.
    fn apart(&self, kept: usize, all: f64, step: f64, needed: f64) -> usize {
        let tail = &self.0[..kept.min(self.0.len())];
        let ratios: Vec<f64> = tail
            .windows(2)
            .map(|pair| (pair[0].measure / pair[1].measure.max(f64::MIN_POSITIVE)).ln())
            .collect();
        // Steps that grow with their number are alike in a tail like a power's.
        let steps: Vec<f64> = ratios.iter().enumerate().map(|(i, ratio)| (i + 1) as f64 * ratio).collect();
        let stands = |&n: &usize| {
            let (own, below) = (steps[n - 1], &steps[n..]);
            let mean = below.iter().sum::<f64>() / below.len().max(1) as f64;
            let share =
                tail[..n].iter().map(|leader| leader.measure).sum::<f64>() / all.max(f64::MIN_POSITIVE);
            let huge = ratios[n - 1] >= HUGE.0.ln() && share >= HUGE.1;
            ratios[n - 1] >= step.ln() && share >= needed && (own >= SHARP * mean || huge)
        };
        (1..=TOGETHER.min(steps.len())).find(stands).unwrap_or(0)
    }
}

impl Leaders {
    /// One more customer.
    #[inline]
    pub fn see(&mut self, id: &[u8], size: &Size) {
        self.customers += 1;
        self.rows += size.rows;
        self.occasions += size.occasions;
        self.value.add(size.value);
        let measures = [size.occasions as f64, size.rows as f64, size.value];
        for (top, measure) in self.tops.iter_mut().zip(measures) {
            top.see(measure, id, size);
        }
    }

    /// Adds other customers.
    pub fn add(&mut self, other: Leaders) {
        self.customers += other.customers;
        self.rows += other.rows;
        self.occasions += other.occasions;
        self.value.add_all(other.value);
        for (top, others) in self.tops.iter_mut().zip(other.tops) {
            top.add(others);
        }
    }

    /// Who stands out: crowds first, then those who make the value.
    pub fn standouts(&self) -> Vec<Standout> {
        let mut found: Vec<Standout> = Vec::new();
        if self.customers < ENOUGH {
            return found;
        }
        let wholes = [self.occasions as f64, self.rows as f64, self.value.value()];
        let kinds = [StandoutKind::Crowd, StandoutKind::Crowd, StandoutKind::Dear];
        let kept = (self.customers / TAIL).clamp(5, KEPT as u64) as usize;
        for (i, top) in self.tops.iter().enumerate() {
            let first = &top.0[..top.apart(kept, wholes[i], STEPS[i], SHARES[i])];
            let many = |leader: &&Leader| kinds[i] == StandoutKind::Dear || leader.measure >= MANY;
            found.extend(first.iter().filter(many).map(|leader| self.standout(leader, kinds[i])));
        }
        let named = self.tops[..2].iter().flat_map(|top| &top.0).filter(|leader| self.is_named(leader));
        found.extend(named.map(|leader| self.standout(leader, StandoutKind::Crowd)));
        // One customer is named once.
        let mut seen = Vec::new();
        found.retain(|one| {
            !seen.contains(&one.id) && {
                seen.push(one.id.clone());
                true
            }
        });
        found
    }

    fn standout(&self, leader: &Leader, kind: StandoutKind) -> Standout {
        let Leader { id, rows, occasions, value, dearest, .. } = leader.clone();
        let part = |own: f64, all: f64| if all > 0.0 { own / all } else { 0.0 };
        let all = self.value.value();
        let others = (self.occasions - occasions) as f64;
        Standout {
            id,
            kind,
            rows,
            occasions,
            value,
            dearest,
            shares: [
                part(rows as f64, self.rows as f64),
                part(occasions as f64, self.occasions as f64),
                part(value, all),
            ],
            mean_occasions: part(others, (self.customers - 1) as f64),
            mean_amount: part(all - value, others),
        }
    }

    /// Is it called like somebody unknown, and buys like many?
    fn is_named(&self, leader: &Leader) -> bool {
        let (share, times) = NAMED;
        let needed = match placeholder(&leader.id) {
            Placeholder::No => return false,
            Placeholder::Word => share,
            Placeholder::Digits => SHARES[0],
        };
        [(leader.occasions, self.occasions), (leader.rows, self.rows)].iter().any(|&(own, all)| {
            let (own, all) = (own as f64, all as f64);
            let mean = (all - own) / (self.customers - 1) as f64;
            own >= MANY && own >= needed * all && own >= times * mean
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Placeholder {
    No,
    Word,
    /// Such as 0 or 99999: it may well be somebody's number.
    Digits,
}

/// Is it an id that stands for nobody?
fn placeholder(id: &str) -> Placeholder {
    const WORDS: &str = "guest guests guestcustomer guestuser unknown unknowncustomer anonymous anon na nan none null \
        nil undefined missing empty noid nocustomer noemail nomember nonmember notmember walkin \
        walkincustomer cash cashcustomer cashsale counter default dummy test testuser misc other \
        others various gast laufkunde barverkauf unbekannt invité invitado ospite гость divers diverse poscustomer retailcustomer \
        barkunde laufkundschaft diversekunden kundeunbekannt clientcomptoir clientdepassage clientdivers comptoir passage inconnu invitée \
        consumidorfinal clientefinal clientecontado clientegenerico clientegeneral publicoengeneral público públicoengeneral \
        públicogeneral mostrador desconocido clientegenérico clienteanonimo clientegenerico consumatorefinale clienteoccasionale \
        clientebalcao clientebalcão consumidornãoidentificado convidado desconhecido \
        peşinmüşteri pesinmusteri peşin perakende perakendemüşteri nihaitüketici misafir kasa contant contanteklant balieklant passant \
        onbekend klientdetaliczny detal gość gosc klientanonimowy розничныйпокупатель розница физлицо частноелицо неизвестно \
        散客 一般客户 一般客戶 零售客户 零售客戶 匿名 匿名用户 游客 非会員 一般 ゲスト 匿名希望 現金客 비회원 일반고객 손님 현금고객 \
        ventamostrador clientemostrador kontantkund kontantkunde detaliczny paragon kassaklant contanteverkoop 不明 notset blank \
        countersale countercustomer retail deleted deleteduser amazonbuyer defaultcustomer pos laufkundschaft vendapresencial \
        clienteavulso ventaalpublico ventepassage ventecomptoir vendalbanco scontrino käteisasiakas hotovost készpénzes";
    let whole = id.trim().to_lowercase();
    let name = whole.split('@').next().unwrap_or_default();
    let kept: String = name.chars().filter(|c| c.is_alphanumeric()).collect();
    if kept.is_empty() || likeness::is(&kept, WORDS) || (is_of_nobody(name) && whole.contains('@')) {
        return Placeholder::Word;
    }
    let digits = kept.trim_start_matches(|c: char| c.is_alphabetic());
    let letters = &kept[..kept.len() - digits.len()];
    let same = |text: &str| text.bytes().all(|byte| byte == text.as_bytes()[0]);
    match (letters.is_empty(), digits.is_empty()) {
        // ZZ00000, X99999.
        (false, false) if digits.len() >= 4 && same(digits) => Placeholder::Word,
        (false, true) if kept.is_ascii() && kept.len() >= 3 && same(&kept) => Placeholder::Word,
        (true, false) if same(digits) && (digits.starts_with('0') || digits.len() >= 4) => {
            Placeholder::Digits
        }
        (true, false) if id.trim() == "-1" => Placeholder::Digits,
        _ => Placeholder::No,
    }
}

/// Is it the part of an address in front of the @ that no customer has?
fn is_of_nobody(name: &str) -> bool {
    let plain: String = name.chars().filter(|c| c.is_alphanumeric()).collect();
    plain.contains("noreply") || plain.contains("donotreply")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(occasions: u64, value: f64) -> Size {
        Size { rows: occasions, occasions, value, dearest: value / occasions as f64 }
    }

    fn leaders(sizes: impl IntoIterator<Item = (String, u64, f64)>) -> Leaders {
        let mut parts = [Leaders::default(), Leaders::default()];
        for (i, (id, occasions, value)) in sizes.into_iter().enumerate() {
            parts[i % 2].see(id.as_bytes(), &size(occasions, value));
        }
        let [mut all, other] = parts;
        all.add(other);
        all
    }

    fn names(found: &Leaders) -> Vec<String> {
        found.standouts().into_iter().map(|one| one.id).collect()
    }

    /// A uniform number of a linear congruential generator.
    fn uniform(state: &mut u64) -> f64 {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((*state >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    /// Own check over 600 logs of 30 to 1,000 customers: tails like 1/m^2 (whose variance is infinite) raise an alarm
    /// in fewer than 1 of 12, exponential ones, as those of gamma-distributed rates are, in hardly any; an id with half
    /// the purchases of all others together (of 30 customers, one and a half times as many) is always found.
    #[test]
    fn heavy_tails_are_no_crowds() {
        let mut state = 7;
        let (mut power, mut light, mut missed) = (0, 0, 0);
        for round in 0..600 {
            let n = [30, 100, 1000][round % 3];
            let sizes: Vec<f64> = (0..n).map(|_| uniform(&mut state)).collect();
            let log = |size: &dyn Fn(f64) -> f64, more: Option<f64>| {
                let occasions: Vec<u64> = sizes.iter().map(|u| size(*u).ceil() as u64).collect();
                let sum = occasions.iter().sum::<u64>() as f64;
                let more = more.map(|share| ("x".to_owned(), (share * sum) as u64, 1.0));
                let customer = |(i, n): (usize, &u64)| (format!("c{i}"), *n, *n as f64 * 10.0);
                names(&leaders(occasions.iter().enumerate().map(customer).chain(more)))
            };
            let exponential = |u: f64| -8.0 * u.ln();
            power += usize::from(!log(&|u: f64| 3.0 * u.powf(-0.5), None).is_empty());
            light += usize::from(!log(&exponential, None).is_empty());
            // A few customers hide a crowd better than many.
            let share = if n == 30 { 1.5 } else { 0.5 };
            missed += usize::from(log(&exponential, Some(share)) != ["x"]);
        }
        assert!(power <= 50 && light <= 2 && missed == 0, "{power} {light} {missed}");
    }

    #[test]
    fn telling_names_need_less() {
        let log = |id: &str, n: u64| {
            let others = (0..200).map(|i| (format!("c{i}"), 1 + i % 40, 10.0));
            names(&leaders(others.chain([(id.to_owned(), n, 10.0)])))
        };
        for id in ["guest", "Guest@shop.com", "n/a", "ZZ000000000000", "-", "UNKNOWN"] {
            assert_eq!(log(id, 105), [id], "{id}");
        }
        for id in ["0", "9999", "c7000", "anna"] {
            assert_eq!(log(id, 105), [""; 0], "{id}");
        }
        assert_eq!(log("0", 230), ["0"]);
    }

    #[test]
    fn the_dear_one_is_named() {
        let others = (0..40).map(|i| (format!("c{i}"), 3, 50.0 + i as f64));
        let found = leaders(others.chain([("x".to_owned(), 3, 1e6)]));
        let [one] = &found.standouts()[..] else { panic!("{:?}", found.standouts()) };
        assert_eq!((one.id.as_str(), one.kind), ("x", StandoutKind::Dear));
        assert!(one.shares[2] > 0.99 && (one.mean_amount - 2780.0 / 120.0).abs() < 1e-6);
    }
}
