//! A fitted model: parameters, how sure they are, and how the fit ended.

use serde_json::{Map, Value, json};

use crate::base::{
    Unit,
    numbers::{count, grouped, p_value, significant},
};
use crate::fit::{CoefficientEstimate, FitReport};
use crate::fitted::ClvModel;
use crate::params::{Groups, ParamSpec, Scale};
use crate::show::report::{Block, Report, Table, average, posterior, rates};

/// Describes a model and how it was fitted.
pub fn model(model: &ClvModel) -> Report {
    let mut report = Report::default();
    let purchase = &model.purchase;
    let part = match purchase.average() {
        Some(found) => average::describe(found, model.learned.as_deref(), model.unit),
        None => describe(
            purchase.name(),
            purchase.specs(),
            purchase.params(),
            model.purchase_fit.as_ref(),
            model.unit,
        ),
    };
    report.results.extend(part.blocks);
    let changes = model.intensity.as_ref().map(|intensity| intensity.parts());
    report.results.extend(changes.into_iter().flat_map(rates::words).map(Block::Line));
    report.results.extend(model.intensity.as_ref().and_then(|own| rates::months_ahead(own)));
    report.results.extend(model.groups().map(|groups| Block::Table(groups_table(groups, purchase.specs()))));
    let mut spend_json = Value::Null;
    if let Some(spend) = &model.spend {
        let fit = model.spend_fit.as_ref();
        let part = describe(spend.name(), spend.specs(), &spend.params(), fit, model.unit);
        report.results.extend(part.blocks);
        spend_json = Value::Object(part.json);
    }
    let mut json = part.json;
    if let Some(groups) = model.groups() {
        json.insert("groups".into(), groups_json(groups, purchase.specs()));
    }
    json.extend(changes.map(|parts| ("rates".to_owned(), rates::json(parts))));
    let ahead = model.intensity.as_ref().and_then(|own| rates::months_ahead_json(own));
    json.extend(ahead.map(|months| ("months_ahead".to_owned(), months)));
    json.insert("unit".into(), model.unit.name().into());
    json.insert("grain".into(), model.grain.map_or(Value::Null, |grain| grain.name().into()));
    json.insert(
        "window".into(),
        json!({
            "first_purchase": model.first_purchase.map(|date| date.to_string()),
            "observed_until": model.observed_until.map(|date| date.to_string()),
        }),
    );
    if let Some(data) = &model.trained_on {
        report.results.extend(training(model));
        json.insert(
            "trained_on".into(),
            json!({
                "customers": data.customers,
                "repeat_customers": data.repeat_customers,
                "repeat_purchases": data.repeat_purchases,
                "rows": data.rows,
                "sha256": data.sha256,
            }),
        );
    }
    json.insert("spend".into(), spend_json);
    report.json.insert("model".into(), Value::Object(json));
    let warnings = model.warnings();
    report.warnings = warnings.iter().map(|warning| warning.message.clone()).collect();
    let json = warnings.iter().map(|w| json!({ "code": w.code, "message": w.message }));
    report.json.insert("warnings".into(), json.collect());
    report
}

fn training(model: &ClvModel) -> Option<Block> {
    let data = model.trained_on.as_ref()?;
    let mut words = format!(
        "fitted to {} customers, {} of them with repeat purchases ({} in all)",
        count(data.customers),
        count(data.repeat_customers),
        count(data.repeat_purchases)
    );
    if let (Some(from), Some(until)) = (model.first_purchase, model.observed_until) {
        words += &format!(", observed {from} to {until}");
    }
    if let Some(grain) = model.grain {
        words += &format!("; purchases of one {grain} count as one");
    }
    Some(Block::Line(words))
}

pub(super) struct Part {
    pub blocks: Vec<Block>,
    pub json: Map<String, Value>,
}

pub(super) fn describe(
    name: &str,
    specs: &[ParamSpec],
    params: &[f64],
    fit: Option<&FitReport>,
    unit: Unit,
) -> Part {
    let error = |i: usize| fit.and_then(|fit| fit.estimates[i].standard_error);
    let mut table = Table::new(&["parameter", ">estimate", ">std. error", "meaning"]);
    for (i, (spec, value)) in specs.iter().zip(params).enumerate() {
        let meaning = match spec.scale {
            Scale::Time => format!("{} [{unit}s]", spec.meaning),
            Scale::Rate => format!("{} [1/{unit}]", spec.meaning),
            _ => spec.meaning.to_owned(),
        };
        let error = error(i).map_or("-".to_owned(), |e| significant(e, 3));
        table.row([spec.name.to_owned(), significant(*value, 6), error, meaning]);
    }
    let named = |value: &dyn Fn(usize) -> Value| -> Value {
        Value::Object(specs.iter().enumerate().map(|(i, spec)| (spec.name.to_owned(), value(i))).collect())
    };
    let mut json = Map::new();
    json.insert("name".into(), name.into());
    json.insert("parameters".into(), named(&|i| params[i].into()));
    json.insert("standard_errors".into(), named(&|i| error(i).map_or(Value::Null, Value::from)));
    let interval =
        |i: usize| fit.and_then(|fit| fit.estimates[i].interval(0.95)).map(|(low, high)| json!([low, high]));
    if let Some(fit) = fit.filter(|fit| !fit.coefficients.is_empty()) {
        json.insert("coefficients".into(), coefficients_json(fit));
    }
    json.insert("intervals_95".into(), named(&|i| interval(i).unwrap_or_default()));
    let mut blocks = vec![Block::Heading(name.to_owned()), Block::Table(table)];
    blocks.extend(fit.filter(|fit| !fit.coefficients.is_empty()).into_iter().flat_map(coefficients));
    if let Some(fit) = fit {
        blocks.extend(evidence(fit));
        if let Some(found) = &fit.posterior {
            blocks.extend(posterior::blocks(found));
            json.insert("posterior".into(), posterior::json(found));
        }
        json.insert("covariance".into(), json!(fit.covariance));
        json.insert("fit".into(), fit_json(fit));
    }
    Part { blocks, json }
}

/// The evidence of a fit.
pub fn fit_json(fit: &FitReport) -> Value {
    json!({
        "stop": fit.stop.name(),
        "explanation": fit.stop.words(),
        "log_likelihood": fit.log_likelihood,
        "aic": fit.aic(),
        "bic": fit.bic(),
        "gradient_norm": fit.gradient_norm,
        "iterations": fit.iterations,
        "evaluations": fit.evaluations,
        "starts": fit.starts,
        "customers": fit.customers,
        "sample_size": fit.sample_size,
        "free_parameters": fit.free_parameters,
        "distinct_rows": fit.distinct_rows,
        "notes": fit.notes,
    })
}

/// Group by group, the parameters; last, how much groups differ.
fn groups_table(groups: &Groups, specs: &[ParamSpec]) -> Table {
    let names = specs.iter().map(|spec| format!(">{}", spec.name));
    let head: Vec<String> =
        [groups.covariate.name.clone(), ">customers".to_owned()].into_iter().chain(names).collect();
    let mut table = Table::new(&head.iter().map(String::as_str).collect::<Vec<_>>());
    for (g, (name, customers)) in groups.names().iter().zip(&groups.customers).enumerate() {
        let errors = groups.errors(g);
        let cell = |(value, error): (&f64, &f64)| match *error > 0.0 {
            true => format!("{} ± {}", significant(*value, 4), significant(*error, 2)),
            false => significant(*value, 4),
        };
        let values = groups.pooled.groups[g].params.iter().zip(&errors).map(cell);
        table.row([name.clone(), count(*customers)].into_iter().chain(values));
    }
    let factors = groups.pooled.deviations().into_iter().map(|deviation| match deviation > 0.0 {
        true => format!("x/÷ {:.2}", deviation.exp()),
        false => "-".to_owned(),
    });
    table.row(["groups differ by".to_owned(), String::new()].into_iter().chain(factors));
    table
}

fn groups_json(groups: &Groups, specs: &[ParamSpec]) -> Value {
    let named = |values: &[f64]| -> Value {
        Value::Object(
            specs.iter().zip(values).map(|(spec, value)| (spec.name.to_owned(), json!(value))).collect(),
        )
    };
    let one = |(g, (name, customers)): (usize, (&String, &u64))| {
        json!({
            "name": name,
            "customers": customers,
            "parameters": named(&groups.pooled.groups[g].params),
            "standard_errors": named(&groups.errors(g)),
        })
    };
    let list = groups.names().iter().zip(&groups.customers).enumerate().map(one);
    json!({
        "by": groups.covariate.name,
        "groups": list.collect::<Vec<_>>(),
        "log_spread": named(&groups.pooled.deviations()),
    })
}

/// The coefficients of covariates, and whether they are worth having.
fn coefficients(fit: &FitReport) -> Vec<Block> {
    let mut table = Table::new(&["covariate", "acts on", ">coefficient", ">std. error", ">factor"]);
    for estimate in &fit.coefficients {
        table.row([
            estimate.column.clone(),
            estimate.process.clone(),
            significant(estimate.value, 6),
            estimate.standard_error.map_or("-".to_owned(), |e| significant(e, 3)),
            significant(estimate.value.exp(), 4),
        ]);
    }
    let mut blocks = vec![Block::Table(table)];
    if let Some(test) = &fit.likelihood_ratio {
        blocks.push(Block::Line(format!(
            "against the model without covariates: 2 x difference of log-likelihood {:.3}, {} parameters more, p {}",
            test.statistic,
            test.degrees_of_freedom,
            p_value(test.p)
        )));
    }
    blocks
}

fn coefficients_json(fit: &FitReport) -> Value {
    let one = |e: &CoefficientEstimate| {
        json!({
            "covariate": e.column, "process": e.process, "value": e.value, "standard_error": e.standard_error,
        })
    };
    json!({
        "estimates": fit.coefficients.iter().map(one).collect::<Vec<_>>(),
        "likelihood_ratio": fit.likelihood_ratio.as_ref().map(|test| json!({
            "statistic": test.statistic, "degrees_of_freedom": test.degrees_of_freedom, "p": test.p,
        })),
    })
}

/// Gradients below this are zero.
const ROUNDING: f64 = 1e-9;

fn evidence(fit: &FitReport) -> Vec<Block> {
    let customers = match fit.customers == fit.sample_size {
        true => format!("{} customers", count(fit.customers as u64)),
        false => format!("{} of {} customers", count(fit.customers as u64), count(fit.sample_size as u64)),
    };
    let likelihood = format!(
        "log-likelihood {}   AIC {}   BIC {}   ({customers})",
        grouped(fit.log_likelihood, 3),
        grouped(fit.aic(), 3),
        grouped(fit.bic(), 3),
    );
    let starts = if fit.starts == 1 { String::new() } else { format!(", the best of {} starts", fit.starts) };
    // Below this it is rounding, of which no two machines have the same.
    let gradient = match fit.gradient_norm < ROUNDING {
        true => format!("gradient below {ROUNDING:e}"),
        false => format!("largest gradient {:.1e}", fit.gradient_norm),
    };
    let stop = format!(
        "{} ({gradient}, {} iterations{starts}, {} distinct rows)",
        fit.stop,
        fit.iterations,
        count(fit.distinct_rows as u64)
    );
    let notes = fit.notes.iter().cloned().map(Block::Line);
    [Block::Line(likelihood), Block::Line(stop)].into_iter().chain(notes).collect()
}
