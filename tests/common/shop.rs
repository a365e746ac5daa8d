//! A simulated shop of which all is known: five channels whose customers differ in how often they buy, how
//! soon they leave and what they pay; monthly costs that buy fewer and fewer customers; a first order at a
//! discount; some orders half returned; categories that go with what people spend. `fixtures/shop/` is seed 1.

use std::fmt::Write;

use clv::customers::Customer;
use clv::fitted::PurchaseModel;
use clv::model::Process;
use clv::{Discounting, Unit};
use jiff::civil::Date;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Gamma, Poisson};

/// The first day of the log.
pub const START: Date = Date::constant(2023, 1, 1);
/// Its last.
pub const END: Date = Date::constant(2024, 12, 31);
/// Share of orders of which half is returned.
const RETURNED: f64 = 0.06;
/// Gamma-Gamma shapes of amounts.
const P: f64 = 4.0;
const Q: f64 = 4.0;

/// What is true of one channel.
pub struct Channel {
    pub name: &'static str,
    /// MBG/NBD in weeks: r, alpha, a, b.
    pub params: [f64; 4],
    /// Mean amount of an order at full price.
    pub amount: f64,
    /// What is paid of the first order.
    pub first: f64,
    /// Most new customers a month, and how fast costs get there.
    pub most: f64,
    pub k: f64,
    /// Mean cost a month.
    pub cost: f64,
}

const fn channel(name: &'static str, params: [f64; 4], money: [f64; 2], costs: [f64; 3]) -> Channel {
    let ([amount, first], [most, k, cost]) = (money, costs);
    Channel { name, params, amount, first, most, k, cost }
}

/// All channels, by name.
pub const CHANNELS: [Channel; 5] = [
    channel("affiliate", [0.7, 12.0, 1.0, 3.0], [40.0, 0.8], [60.0, 1.0e-3, 500.0]),
    channel("email", [1.0, 12.0, 0.6, 4.0], [52.0, 0.9], [40.0, 3.0e-3, 220.0]),
    channel("referral", [1.3, 11.0, 0.4, 5.0], [62.0, 1.0], [30.0, 4.0e-3, 150.0]),
    channel("search", [0.8, 12.0, 0.8, 4.0], [46.0, 0.9], [90.0, 5.0e-4, 1400.0]),
    channel("social", [0.5, 14.0, 1.4, 3.0], [34.0, 0.7], [110.0, 6.0e-4, 900.0]),
];

impl Channel {
    fn model(&self) -> PurchaseModel {
        PurchaseModel::new("mbg-nbd", &self.params).unwrap()
    }

    /// The true mean amount of repeat orders, less returns.
    fn mean_amount(&self) -> f64 {
        self.amount * (1.0 - 0.5 * RETURNED)
    }

    /// The true lifetime value of a new customer, the first order included.
    pub fn ltv(&self, margin: f64, months: f64, yearly: f64) -> f64 {
        let discounting = Discounting::Continuous { delta: yearly.ln_1p() * 7.0 / 365.25 };
        let horizon = months * Unit::Month.days() / 7.0;
        let repeats = self.model().expected_discounted(&Customer::NEW, horizon, discounting);
        margin * self.mean_amount() * (self.first + repeats)
    }

    /// The true month in which a customer of this cost has paid it back.
    pub fn payback(&self, margin: f64, cac: f64) -> Option<usize> {
        let paid = |month: usize| {
            let horizon = month as f64 * Unit::Month.days() / 7.0;
            let repeats = if month == 0 { 0.0 } else { self.model().expected_purchases_new(horizon) };
            margin * self.mean_amount() * (self.first + repeats)
        };
        (0..=24).find(|month| paid(*month) >= cac)
    }
}

/// The log and the costs, as files.
pub struct Shop {
    pub log: String,
    pub costs: String,
    /// The sum of all costs.
    pub cost: f64,
}

/// Draws a shop.
pub fn draw(seed: u64) -> Shop {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut shop = Shop {
        log: "customer_id,date,amount,channel,category\n".into(),
        costs: "period,channel,cost\n".into(),
        cost: 0.0,
    };
    let mut number = 0;
    for month in 0..24 {
        let first = START.saturating_add(jiff::Span::new().months(month));
        let days = f64::from(first.days_in_month());
        for (c, channel) in CHANNELS.iter().enumerate() {
            // Costs go up and down, each channel's at its own pace.
            let wave = (f64::from(month) * (0.9 + 0.35 * c as f64)).sin();
            let cost = (channel.cost * (1.0 + 0.8 * wave)).round();
            writeln!(shop.costs, "{:04}-{:02},{},{cost}", first.year(), first.month(), channel.name).unwrap();
            shop.cost += cost;
            let expected = channel.most * (1.0 - (-channel.k * cost).exp());
            let new = Poisson::new(expected).unwrap().sample(&mut rng) as u32;
            for _ in 0..new {
                number += 1;
                let born = first.saturating_add(jiff::Span::new().days((rng.random::<f64>() * days) as i64));
                customer(number, channel, born, &mut rng, &mut shop.log);
            }
        }
    }
    shop
}

fn customer(number: u32, channel: &Channel, born: Date, rng: &mut ChaCha8Rng, log: &mut String) {
    let left = f64::from(born.until(END).unwrap().get_days());
    let mut ages = vec![0.0];
    let process: Box<dyn Process> = channel.model().process().unwrap();
    process.repeats(rng, left / 7.0, &mut ages);
    let nu = Gamma::new(Q, P / (channel.amount * (Q - 1.0))).unwrap().sample(rng);
    let amounts = Gamma::new(P, 1.0 / nu).unwrap();
    for (i, age) in ages.iter().enumerate() {
        let date = born.saturating_add(jiff::Span::new().days((age * 7.0) as i64));
        let price = if i == 0 { channel.first } else { 1.0 };
        let amount = (price * amounts.sample(rng) * 100.0).round().max(1.0) / 100.0;
        let rich = P / nu > 1.2 * channel.amount;
        let category = match rng.random::<f64>() + if rich { 0.3 } else { 0.0 } {
            x if x < 0.4 => "gifts",
            x if x < 0.8 => "kitchen",
            _ => "furniture",
        };
        let mut row = |date: Date, amount: f64| {
            writeln!(log, "c{number:05},{date},{amount:.2},{},{category}", channel.name).unwrap();
        };
        row(date, amount);
        let back = date.saturating_add(jiff::Span::new().days(7));
        if rng.random::<f64>() < RETURNED && back <= END {
            row(back, -(amount * 50.0).round() / 100.0);
        }
    }
}
