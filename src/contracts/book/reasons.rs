//! Why contracts ended, where a table says so: as the customer wished (voluntary churn), or as a payment failed (involuntary).

use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;

use super::layout::plain;
use super::{Book, End, Term};

/// Why a contract ended, as its row says; of one that goes on, whether a payment is past due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reason {
    /// Nothing is said.
    #[default]
    Unsaid,
    /// The customer wished so.
    Wanted,
    /// A payment failed.
    Unpaid,
}

/// Parts of words that say that a payment failed: Stripe's `payment_failed`, Chargebee's `not_paid` and `no_card`, Recurly's
/// `nonpayment`, RevenueCat's `BILLING_ERROR`, and what people write. A dispute is the customer's own act.
const UNPAID: [&str; 18] = [
    "paymentfail",
    "failedpayment",
    "notpaid",
    "nonpayment",
    "nopayment",
    "unpaid",
    "nocard",
    "declined",
    "cardexpir",
    "expiredcard",
    "billingerror",
    "billingissue",
    "billingfail",
    "dunning",
    "delinquen",
    "involuntary",
    "insufficientfund",
    "pastdue",
];

impl Reason {
    /// What a reason says, or if there is none a status.
    pub(super) fn of(reason: &str, status: &str) -> Reason {
        let unpaid = |text: &str| {
            let text = plain(text);
            UNPAID.iter().any(|part| text.contains(part))
        };
        match (reason.is_empty(), unpaid(if reason.is_empty() { status } else { reason })) {
            (_, true) => Reason::Unpaid,
            (false, false) => Reason::Wanted,
            (true, false) => Reason::Unsaid,
        }
    }
}

/// Contracts that ended within the last twelve months, by why.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Departures {
    /// Those after this day; `None` without a calendar: all.
    #[serde(serialize_with = "as_text")]
    pub since: Option<Date>,
    /// Contracts that ended.
    pub left: u64,
    /// Of them, as a payment failed: involuntary churn.
    pub involuntary: u64,
    /// As the customer wished: voluntary churn.
    pub voluntary: u64,
    /// Without a reason.
    pub not_said: u64,
    /// Involuntary ones among those with a reason; `None` if there are none.
    pub involuntary_share: Option<f64>,
    /// MRR of those that ended as a payment failed; `None` without prices.
    pub involuntary_mrr: Option<f64>,
    /// Contracts that go on with a payment that is past due, by their status.
    pub past_due: u64,
    /// Their MRR; `None` without prices.
    pub past_due_mrr: Option<f64>,
}

fn as_text<S: serde::Serializer>(date: &Option<Date>, to: S) -> Result<S::Ok, S::Error> {
    match date {
        Some(date) => to.collect_str(date),
        None => to.serialize_none(),
    }
}

impl Book {
    /// Why contracts ended in the last twelve months; `None` where the table says it of none, nor that a payment is past due.
    pub fn departures(&self) -> Option<Departures> {
        if self.terms.iter().all(|term| term.reason == Reason::Unsaid) {
            return None;
        }
        let since = self.has_calendar.then(|| self.observed_until.saturating_sub(12.months()));
        let within = |end: Date| end <= self.observed_until && since.is_none_or(|since| end > since);
        let last = self.terms.chunk_by(|a, b| a.contract == b.contract).map(|terms| &terms[terms.len() - 1]);
        let gone: Vec<&Term> =
            last.filter(|term| matches!(term.end, End::Left(end) if within(end))).collect();
        let of = |reason: Reason| gone.iter().filter(move |term| term.reason == reason).copied();
        let overdue = || self.active().filter(|term| term.reason == Reason::Unpaid);
        let mrr = |terms: &mut dyn Iterator<Item = &Term>| {
            self.has_money.then(|| terms.map(|term| self.mrr(term)).sum::<f64>())
        };
        let (involuntary, voluntary) = (of(Reason::Unpaid).count() as u64, of(Reason::Wanted).count() as u64);
        let said = involuntary + voluntary;
        Some(Departures {
            since,
            left: gone.len() as u64,
            involuntary,
            voluntary,
            not_said: gone.len() as u64 - said,
            involuntary_share: (said > 0).then(|| involuntary as f64 / said as f64),
            involuntary_mrr: mrr(&mut of(Reason::Unpaid)),
            past_due: overdue().count() as u64,
            past_due_mrr: mrr(&mut overdue()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words of Stripe, Chargebee, Recurly and people.
    #[test]
    fn words_of_reasons() {
        let of = |reason| Reason::of(reason, "canceled");
        let failed =
            ["payment_failed", "Not Paid", "no_card", "nonpayment", "BILLING_ERROR", "card declined"];
        assert!(failed.into_iter().all(|word| of(word) == Reason::Unpaid));
        let wanted = ["cancellation_requested", "payment_disputed", "too expensive", "voluntary"];
        assert!(wanted.into_iter().all(|word| of(word) == Reason::Wanted));
        assert_eq!(
            [of(""), Reason::of("", "unpaid"), Reason::of("", "past_due")],
            [Reason::Unsaid, Reason::Unpaid, Reason::Unpaid]
        );
    }
}
