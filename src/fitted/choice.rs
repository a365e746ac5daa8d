//! Choosing a model: the family fitted to the same customers, side by side.
//!
//! All members that speak of purchases at any moment have likelihoods of the same data, so they can be
//! compared: by BIC, and where one is a special case of the other by a likelihood-ratio test. A special
//! case lies at the boundary of the richer model (nobody leaves, hazards do not grow), where the
//! statistic is 0 half the time: half the chi-squared chance is the right one (Self & Liang 1987).

use std::time::Instant;

use crate::base::{Error, ErrorKind, Progress, Result};
use crate::customers::{Counts, TIME_COVARIATES};
use crate::fit::{FitReport, LikelihoodRatio, PosteriorOptions};
use crate::fitted::{ClvModel, FitRequest, Member, PURCHASE_MODELS};
use crate::history::Summary;

/// `--model auto`: fit the family, take the best.
pub const AUTO: &str = "auto";
/// The same by another name, which says how.
pub const BIC: &str = "bic";
/// `--model all`: the same, and show the comparison.
pub const ALL: &str = "all";

/// A difference of BIC up to this is not worth a mention (Kass & Raftery 1995).
const SAME: f64 = 2.0;

/// Special cases with the models that contain them, each at a boundary.
const NESTED: [(&str, &str); 4] =
    [("nbd", "bg-nbd"), ("nbd", "mbg-nbd"), ("nbd", "pareto-nbd"), ("pareto-nbd", "ggompertz-nbd")];

/// One model of the family, fitted or not.
pub struct Contender {
    /// Its name.
    pub name: &'static str,
    /// The fitted model, without spending; or why there is none.
    pub outcome: std::result::Result<ClvModel, String>,
    /// How long the fit took \[s\].
    pub seconds: f64,
}

/// A likelihood-ratio test between two contenders.
pub struct Nested {
    /// The special case.
    pub simple: &'static str,
    /// The model that contains it.
    pub rich: &'static str,
    /// The test of the special case.
    pub ratio: LikelihoodRatio,
}

/// The family side by side.
pub struct Comparison {
    /// Best BIC first; those without a fit last.
    pub contenders: Vec<Contender>,
    /// Pairs of which one contains the other.
    pub nested: Vec<Nested>,
    /// What is not in it, and why.
    pub notes: Vec<String>,
}

impl Contender {
    /// How it was fitted, if it was.
    pub fn report(&self) -> Option<&FitReport> {
        self.outcome.as_ref().ok().and_then(|model| model.purchase_fit.as_ref())
    }

    fn bic(&self) -> f64 {
        self.report().map_or(f64::INFINITY, FitReport::bic)
    }
}

impl Comparison {
    /// Fits the family to a summary.
    ///
    /// # Errors
    /// If the summary cannot be read, or no model can be fitted to it.
    pub fn run(
        summary: &Summary,
        counts: &Counts,
        request: &FitRequest,
        progress: &dyn Progress,
    ) -> Result<Self> {
        let mut notes = Vec::new();
        let mut contenders = Vec::new();
        for member in PURCHASE_MODELS {
            progress.check()?;
            if member.needs.opportunities {
                notes.push(format!(
                    "{} is not compared: it is a model of purchases at given opportunities, whose likelihood is \
                     of other data",
                    member.name
                ));
                continue;
            }
            if member.needs.purchase_times {
                notes.push(format!(
                    "{} is not compared: likelihood says little of how well it forecasts; clv backtest compares forecasts",
                    member.name
                ));
                continue;
            }
            let start = Instant::now();
            let mut own = FitRequest { model: member.name.to_owned(), ..request.clone() };
            own.options.posterior = PosteriorOptions::unchecked();
            let fitted = ClvModel::fit_purchase(member, summary, counts, &own, progress);
            let outcome = match fitted {
                Ok(model) => Ok(model),
                Err(error) if matches!(error.kind(), ErrorKind::Interrupted) => return Err(error),
                Err(error) => Err(error.to_string()),
            };
            contenders.push(Contender { name: member.name, outcome, seconds: start.elapsed().as_secs_f64() });
        }
        contenders.sort_by(|a, b| a.bic().total_cmp(&b.bic()));
        if let Some(Err(words)) = contenders.first().map(|first| first.outcome.as_ref().map(|_| ())) {
            let message = format!("no model of the family can be fitted to these customers: {words}");
            return Err(ErrorKind::NotIdentified { model: AUTO.to_owned(), message }.into());
        }
        let nested = nested(&contenders);
        Ok(Comparison { contenders, nested, notes })
    }

    /// The fitted model with the lowest BIC.
    pub fn best(&self) -> &ClvModel {
        match &self.contenders[0].outcome {
            Ok(model) => model,
            Err(words) => unreachable!("run sees to it that the first has a fit: {words}"),
        }
    }

    /// Which model is best, and which the data do not tell from it, in words.
    pub fn verdict(&self) -> String {
        let best = &self.contenders[0];
        let others: Vec<_> = self.contenders[1..].iter().filter(|c| c.bic().is_finite()).collect();
        let near: Vec<&str> =
            others.iter().filter(|c| c.bic() - best.bic() <= SAME).map(|c| c.name).collect();
        let mut words = format!("{} has the lowest BIC", best.name);
        if !near.is_empty() {
            words += &format!(
                "; these data do not tell it from {} (BIC within {SAME}): prefer the one whose story fits your \
                 customers",
                near.join(", ")
            );
        } else if let Some(second) = others.first() {
            words += &format!(", by {:.1} before {}", second.bic() - best.bic(), second.name);
        }
        words
    }
}

fn nested(contenders: &[Contender]) -> Vec<Nested> {
    let find =
        |name: &str| contenders.iter().find(|c| c.name == name).and_then(|c| c.report().map(|r| (c.name, r)));
    let test = |(simple, rich): &(&str, &str)| {
        let ((simple, low), (rich, high)) = (find(simple)?, find(rich)?);
        let ratio = LikelihoodRatio::at_boundary(high.log_likelihood, low.log_likelihood);
        Some(Nested { simple, rich, ratio })
    };
    NESTED.iter().filter_map(test).collect()
}

/// Fits what the request names, one model or the best of the family with the comparison, to a summary that has been
/// counted; its rows are only read if covariates need them. What stands out beside the fit, [`crate::study::fit`] says.
///
/// # Errors
/// See [`ClvModel::fit`] and [`Comparison::run`].
pub fn fit_counted(
    summary: &Summary,
    counts: &Counts,
    request: &FitRequest,
    progress: &dyn Progress,
) -> Result<(ClvModel, Option<Comparison>)> {
    if !is_choice(&request.model) {
        let member = Member::named(&request.model)?;
        let model = ClvModel::fit_purchase(member, summary, counts, request, progress)?;
        return Ok((model.with_spend(counts, request, progress)?, None));
    }
    if request.over_time.is_some() {
        let message = "only one model by name follows it: give --model pareto-nbd";
        return Err(Error::option(TIME_COVARIATES, message));
    }
    let comparison = Comparison::run(summary, counts, request, progress)?;
    // The best once more: the posterior of the others is of no interest.
    let best = Member::named(comparison.contenders[0].name)?;
    let model = ClvModel::fit_purchase(best, summary, counts, request, progress)?;
    Ok((model.with_spend(counts, request, progress)?, Some(comparison)))
}

/// Does this name stand for the family?
pub fn is_choice(model: &str) -> bool {
    model == AUTO || model == BIC || model == ALL
}
