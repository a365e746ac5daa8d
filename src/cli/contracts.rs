//! The verbs for models of contracts: `clv fit --model sbg`, and `clv score` and `clv inspect` with such a
//! model. The verbs themselves come here early.

use std::path::PathBuf;

use crate::base::{Error, Result, ValueOptions};
use crate::cli::{
    args::InputArgs,
    console::{Console, Results},
};
use crate::contracts::{self, ContractModel, ContractOptions, Contracts};
use crate::fit::FitOptions;
use crate::fitted::file;
use crate::output::{TableWriter, Target};
use crate::show::report;

fn open(input: &InputArgs, options: &ContractOptions) -> Result<Contracts> {
    let [path] = &input.inputs[..] else {
        return Err(Error::option("FILE", "contracts are read from one file"));
    };
    contracts::open(path, options)
}

/// Fits a model of contracts.
pub(super) fn fit(
    name: &str,
    input: &InputArgs,
    options: &FitOptions,
    output: Option<&str>,
    console: &Console,
) -> Result<()> {
    let target = output.map(|name| Target::document(name, "JSON")).transpose()?;
    if let Some(target) = &target {
        target.refuse_inputs(&input.inputs)?;
    }
    let contracts = open(input, &input.contract_options(None))?;
    let model = ContractModel::fit(name, &contracts, options, console)?;
    let mut report = report::contracts(&contracts);
    report.extend(report::contract_model(&model));
    report.extend(report::survival(&model, &contracts));
    let mut results = Results::Stdout;
    if let Some(target) = &target {
        target.write_document(&file::contract_to_json(&model))?;
        if target.is_stdout() {
            results = Results::Stderr;
        }
        report.json.insert("output".into(), target.to_string().into());
    }
    console.report(&report, results)?;
    if let Some(target) = target.filter(|target| !target.is_stdout()) {
        console.say(&format!("model file: {target}"));
    }
    Ok(())
}

/// Scores contracts.
pub(super) fn score(
    model: &ContractModel,
    model_path: &PathBuf,
    input: &InputArgs,
    options: &ValueOptions,
    output: Option<&str>,
    console: &Console,
) -> Result<()> {
    let target = output.map(|name| console.table(name)).transpose()?;
    if let Some(target) = &target {
        target.refuse_inputs(input.inputs.iter().chain([model_path]))?;
    }
    let contracts = open(input, &input.contract_options(Some(model.period)))?;
    let scores = model.score(&contracts, options)?;
    let mut report = report::contracts(&contracts);
    report.extend(report::contract_forecast(model, &scores, options));
    let mut results = Results::Stdout;
    if let Some(target) = &target {
        let mut writer = TableWriter::create(target, scores.table.schema())?;
        writer.write(&scores.table)?;
        writer.finish()?;
        if target.is_stdout() {
            results = Results::Stderr;
        }
        report.json.insert("output".into(), target.to_string().into());
    }
    console.report(&report, results)?;
    match target {
        Some(target) if target.is_stdout() => {}
        Some(target) => console.say(&format!("forecast: {target}")),
        None => console.say("row by row: add -o scores.csv (or .parquet, .jsonl, - for standard output)"),
    }
    Ok(())
}
