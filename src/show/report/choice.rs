//! The family side by side.

use serde_json::{Value, json};

use crate::base::numbers::{grouped, p_value};
use crate::fitted::choice::{Comparison, Contender};
use crate::show::report::{Block, Report, Table};

/// Describes a comparison of models.
pub fn comparison(comparison: &Comparison) -> Report {
    let mut report = Report::default();
    let mut table =
        Table::new(&["model", ">parameters", ">log-likelihood", ">AIC", ">BIC", ">seconds", "how it ended"]);
    for contender in &comparison.contenders {
        table.row(row(contender));
    }
    report.results.push(Block::Heading("the family on these customers, best first".to_owned()));
    report.results.push(Block::Table(table));
    report.results.push(Block::Line(comparison.verdict()));
    for test in &comparison.nested {
        let outcome = if test.ratio.p < 0.05 { "is better" } else { "is no better than chance allows" };
        report.results.push(Block::Line(format!(
            "{} against {}, its special case: {outcome} (2 x difference {:.3}, p {}, half chi-squared)",
            test.rich,
            test.simple,
            test.ratio.statistic,
            p_value(test.ratio.p)
        )));
    }
    report.results.extend(comparison.notes.iter().cloned().map(Block::Line));
    let tests = comparison.nested.iter().map(|test| {
        json!({
            "simple": test.simple, "rich": test.rich, "statistic": test.ratio.statistic,
            "degrees_of_freedom": test.ratio.degrees_of_freedom, "p": test.ratio.p,
        })
    });
    report.json.insert(
        "comparison".into(),
        json!({
            "models": comparison.contenders.iter().map(as_json).collect::<Vec<_>>(),
            "verdict": comparison.verdict(),
            "likelihood_ratio_tests": tests.collect::<Vec<_>>(),
            "notes": comparison.notes,
        }),
    );
    report
}

fn row(contender: &Contender) -> [String; 7] {
    let seconds = format!("{:.2}", contender.seconds);
    match (contender.report(), &contender.outcome) {
        (Some(fit), _) => [
            contender.name.to_owned(),
            fit.free_parameters.to_string(),
            grouped(fit.log_likelihood, 3),
            grouped(fit.aic(), 3),
            grouped(fit.bic(), 3),
            seconds,
            fit.stop.to_string(),
        ],
        (None, outcome) => {
            let words = outcome.as_ref().err().cloned().unwrap_or_default();
            let none = || "-".to_owned();
            [contender.name.to_owned(), none(), none(), none(), none(), seconds, words]
        }
    }
}

fn as_json(contender: &Contender) -> Value {
    let fit = contender.report();
    json!({
        "name": contender.name,
        "log_likelihood": fit.map(|fit| fit.log_likelihood),
        "aic": fit.map(|fit| fit.aic()),
        "bic": fit.map(|fit| fit.bic()),
        "free_parameters": fit.map(|fit| fit.free_parameters),
        "stop": fit.map(|fit| fit.stop.name()),
        "explanation": fit.and_then(|fit| fit.stop.words()),
        "error": contender.outcome.as_ref().err(),
        "seconds": contender.seconds,
    })
}
