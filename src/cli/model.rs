//! `clv model`: known parameters in, model file out.

use crate::cli::console::{Console, Results};
use crate::clv_model::ClvModel;
use crate::contract_model::{ContractMember, ContractModel};
use crate::error::{Error, Result};
use crate::family::{PurchaseModel, in_order};
use crate::model::{GammaGamma, Model};
use crate::output::Target;
use crate::units::{Grain, Unit};
use crate::{model_file, report};

#[derive(clap::Args)]
pub(super) struct Args {
    /// Purchase model: bg-nbd, mbg-nbd, pareto-nbd, ggompertz-nbd, bg-cnbd, mbg-cnbd, bg-bb, nbd; of contracts: sbg or bdw
    #[arg(value_name = "NAME")]
    name: String,
    /// Its parameters, such as r=.243 alpha=4.414 a=.793 b=2.426
    #[arg(value_name = "NAME=VALUE")]
    parameters: Vec<String>,
    /// Gamma-Gamma parameters, such as p=6.25,q=3.74,v=15.44
    #[arg(long, value_name = "LIST")]
    spend: Option<String>,
    /// Unit of time of the parameters: day, week, month or year [default: week]; of contracts: the period
    #[arg(long, value_name = "UNIT")]
    unit: Option<Unit>,
    /// What counted as one purchase when they were estimated
    #[arg(long, value_name = "GRAIN")]
    grain: Option<Grain>,
    /// Model file to write; - is standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<String>,
}

pub(super) fn run(args: &Args, console: &Console) -> Result<()> {
    let target = args.output.as_deref().map(Target::document).transpose()?;
    if ContractMember::named(&args.name).is_some() {
        return contract(args, target.as_ref(), console);
    }
    let purchase = PurchaseModel::from_named(&args.name, &pairs(&args.name, &args.parameters)?)?;
    let spend = args.spend.as_deref().map(spend).transpose()?;
    let mut model = ClvModel::from_parameters(purchase, spend, args.unit.unwrap_or_default());
    model.grain = args.grain;
    let mut results = Results::Stdout;
    if let Some(target) = &target {
        target.write_document(&model_file::to_json(&model))?;
        results = if target.is_stdout() { Results::Stderr } else { Results::Stdout };
    }
    console.report(&report::model(&model), results)
}

/// A model of contracts.
fn contract(args: &Args, target: Option<&Target>, console: &Console) -> Result<()> {
    let Some(period) = args.unit else {
        let message = "how long is a period of these contracts: day, week, month or year?";
        return Err(Error::option("--unit", message));
    };
    if args.spend.is_some() || args.grain.is_some() {
        let message = format!("{} is a model of contracts: it has no --spend and no --grain", args.name);
        return Err(Error::option("NAME", message));
    }
    let model = ContractModel::from_named(&args.name, &pairs(&args.name, &args.parameters)?, period)?;
    let mut results = Results::Stdout;
    if let Some(target) = target {
        target.write_document(&model_file::contract_to_json(&model))?;
        results = if target.is_stdout() { Results::Stderr } else { Results::Stdout };
    }
    console.report(&report::contract_model(&model), results)
}

fn spend(list: &str) -> Result<GammaGamma> {
    let parts: Vec<String> = list.split(',').map(|part| part.trim().to_owned()).collect();
    let params = in_order(GammaGamma::NAME, GammaGamma::PARAMS, &pairs(GammaGamma::NAME, &parts)?)?;
    GammaGamma::checked(&params)
}

fn pairs(model: &str, parts: &[String]) -> Result<Vec<(String, f64)>> {
    let pair = |part: &String| {
        let (name, value) = part.split_once('=').ok_or_else(|| {
            Error::model(model, format!("'{part}' is not a parameter; write it like r=0.243"))
        })?;
        let number = value
            .trim()
            .parse()
            .map_err(|_| Error::model(model, format!("parameter {name} = '{value}' is not a number")))?;
        Ok((name.trim().to_owned(), number))
    };
    parts.iter().map(pair).collect()
}
