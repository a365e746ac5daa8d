//! Four questions that people have of a forecast, and the answers: how far totals are off, who buys, who is best, and how
//! sure it is. Each answer is over all origins, beside the best that rules without a model did, and says which of them to
//! use: a rule that does as well is said to. The rules have an advantage that is left to them: the best of five is known
//! only afterwards.

use std::fmt;

use super::metrics::Metric;
use super::{Backtest, Entrant, Estimate, LEVEL, Pooled};
use crate::base::numbers::signed;

/// Of the 90 % intervals of customers this share or more must have held.
const HELD: f64 = 0.85;

/// What a model and the rules are compared on in answers.
pub(super) const ANSWERED: [Metric; 3] = [Metric::TotalError, Metric::Auc, Metric::ValueTop20];

/// The answer to one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The question, as a heading.
    pub about: &'static str,
    /// What was found.
    pub found: String,
    /// What one would have had without a model; empty where no rule answers.
    pub beside: String,
    /// Which to use.
    pub said: String,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.about, self.found)?;
        if !self.beside.is_empty() {
            write!(f, "; without a model {}", self.beside)?;
        }
        write!(f, ": {}", self.said)
    }
}

/// The answers of a model; those that cannot be given are left out.
pub fn answers(backtest: &Backtest, name: &str) -> Vec<Answer> {
    let Some(own) = backtest.pooled.iter().find(|entrant| entrant.name == name) else { return Vec::new() };
    let asked = Asked { backtest, own };
    [asked.totals(), asked.who_buys(), asked.who_is_best(), asked.how_sure()].into_iter().flatten().collect()
}

struct Asked<'a> {
    backtest: &'a Backtest,
    own: &'a Pooled,
}

impl Asked<'_> {
    fn of(&self, metric: Metric) -> f64 {
        self.own.values[metric as usize].value
    }

    fn totals(&self) -> Option<Answer> {
        let origins = &self.backtest.origins;
        let off = |e: &Entrant| e.values[Metric::TotalBias as usize].value;
        let own = |e: &&Entrant| e.name == self.own.name;
        let offs: Vec<f64> =
            origins.iter().filter_map(|origin| origin.entrants.iter().find(own).map(off)).collect();
        if offs.is_empty() || !offs.iter().all(|off| off.is_finite()) {
            return None;
        }
        let each: Vec<String> = offs.iter().map(|off| format!("{} %", signed(100.0 * off, 0))).collect();
        let found = match offs.len() {
            1 => format!("off by {}", each[0]),
            n => format!(
                "off by {} on average over {n} past dates ({})",
                whole(self.of(Metric::TotalError)),
                each.join(", ")
            ),
        };
        Some(self.against("totals", found, Metric::TotalError, "totals", |off| format!("{} off", whole(off))))
    }

    fn who_buys(&self) -> Option<Answer> {
        let auc = self.of(Metric::Auc);
        let found = format!("a buyer is ranked above one who does not buy in {} of pairs", whole(auc));
        let answer = self.against("who buys", found, Metric::Auc, "this", whole);
        let below = self.own.values[Metric::Auc as usize].upper < 0.5;
        let said = if below { "worse than chance".to_owned() } else { answer.said.clone() };
        auc.is_finite().then_some(Answer { said, ..answer })
    }

    fn who_is_best(&self) -> Option<Answer> {
        let top = self.of(Metric::ValueTop20);
        let found =
            format!("{} of the fifth who spend most are in the fifth that is ranked highest", whole(top));
        top.is_finite().then(|| self.against("who is best", found, Metric::ValueTop20, "this", whole))
    }

    fn how_sure(&self) -> Option<Answer> {
        let held = self.of(Metric::PitCoverage90);
        let said = if held >= HELD { "they can be relied on" } else { "they are too narrow" };
        held.is_finite().then(|| Answer {
            about: "how sure",
            found: format!("the {} intervals of customers held {} of them", whole(LEVEL), whole(held)),
            beside: String::new(),
            said: said.to_owned(),
        })
    }

    /// Against the rule that did best.
    fn against(
        &self,
        about: &'static str,
        found: String,
        metric: Metric,
        what: &str,
        words: impl Fn(f64) -> String,
    ) -> Answer {
        let none = || Answer {
            about,
            found: found.clone(),
            beside: String::new(),
            said: "no rule without a model could be tried".to_owned(),
        };
        let Some(rule) = best_rule(&self.backtest.pooled, metric) else { return none() };
        let Some(difference) = self.backtest.difference(self.own.name, rule.name) else { return none() };
        let beside = format!("{} ({})", words(rule.values[metric as usize].value), rule.name);
        let said = which(self.own.name, rule.name, difference.of(metric), what);
        Answer { about, found, beside, said }
    }
}

/// The rule without a model that does best by a metric.
fn best_rule(pooled: &[Pooled], metric: Metric) -> Option<&Pooled> {
    let loss = |entrant: &Pooled| metric.loss(entrant.values[metric as usize].value);
    let rules = pooled.iter().filter(|entrant| entrant.baseline && loss(entrant).is_finite());
    rules.min_by(|a, b| loss(a).total_cmp(&loss(b)))
}

/// Which of the two to use.
fn which(own: &str, rule: &str, difference: Estimate, what: &str) -> String {
    match (difference.beyond_noise(), difference.value < 0.0) {
        (true, true) => format!("{own} is better"),
        (true, false) => format!("{rule} is better here: use it for {what}"),
        _ if !difference.lower.is_finite() => "whether by chance is not known without replicates".to_owned(),
        (false, _) => format!("{rule} is as good here, but for chance: use either"),
    }
}

fn whole(share: f64) -> String {
    format!("{:.0} %", 100.0 * share)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A rule that does as well is said to, one that does better is to be used.
    #[test]
    fn the_better_one_is_named() {
        let between = |lower: f64, upper: f64| Estimate { value: 0.5 * (lower + upper), lower, upper };
        let said = |lower, upper| which("best", "mean", between(lower, upper), "totals");
        assert_eq!(said(-0.2, -0.1), "best is better");
        assert_eq!(said(0.1, 0.2), "mean is better here: use it for totals");
        assert_eq!(said(-0.2, 0.1), "mean is as good here, but for chance: use either");
        assert!(said(f64::NAN, f64::NAN).contains("without replicates"));
    }
}
