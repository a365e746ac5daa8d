//! `clv model`: known parameters in, model file out.

use crate::base::{Error, Grain, Result, Unit};
use crate::cli::{
    args::plain,
    config,
    console::{Console, Results},
};
use crate::contracts::{ContractMember, ContractModel};
use crate::fitted::{
    ClvModel, PurchaseModel, SpendModel,
    file::{self, AnyModel},
};
use crate::output::Target;
use crate::show::report;

#[derive(clap::Args)]
pub(super) struct Args {
    /// Purchase model: bg-nbd, mbg-nbd, pareto-nbd, ggompertz-nbd, bg-cnbd, mbg-cnbd, bg-bb, nbd, drift-nbd, drift-mbg-nbd; of contracts: sbg or bdw
    #[arg(value_name = "NAME")]
    name: String,
    /// Its parameters, such as r=.243 alpha=4.414 a=.793 b=2.426
    #[arg(value_name = "NAME=VALUE")]
    parameters: Vec<String>,
    /// Gamma-Gamma parameters, such as p=6.25,q=3.74,v=15.44
    #[arg(long, value_name = "LIST")]
    spend: Option<String>,
    /// Unit of time of the parameters: day, week, month or year [default: week]; of contracts: the period
    #[arg(long, value_name = "UNIT", value_parser = plain::<Unit>)]
    unit: Option<Unit>,
    /// What counted as one purchase when they were estimated
    #[arg(long, value_name = "GRAIN", value_parser = plain::<Grain>)]
    grain: Option<Grain>,
    /// File of options such as clv check writes; what is typed wins; none: no file [default: none]
    #[arg(long, value_name = "FILE")]
    config: Option<String>,
    /// Model file to write; - is standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<String>,
}

pub(super) fn run(args: &Args, console: &Console) -> Result<()> {
    let target = args.output.as_deref().map(|name| Target::document(name, "JSON")).transpose()?;
    let parts = |list: &String| list.split(',').map(|part| part.trim().to_owned()).collect::<Vec<_>>();
    let spend = args.spend.as_ref().map(|list| pairs(SPEND, &parts(list))).transpose()?;
    let known = Known { spend, unit: args.unit, grain: args.grain };
    let model = build(&args.name, &pairs(&args.name, &args.parameters)?, &known)?;
    let mut results = Results::Stdout;
    if let Some(target) = &target {
        target.write_document(&file::any_to_json(&model))?;
        results = if target.is_stdout() { Results::Stderr } else { Results::Stdout };
    }
    config::say(args.config.as_deref(), console);
    console.report(&report::any_model(&model), results)
}

/// The spend model whose parameters `--spend` gives.
const SPEND: &str = "gamma-gamma";

/// What is known of a model beside the parameters of purchases (or contracts).
pub(super) struct Known {
    pub spend: Option<Vec<(String, f64)>>,
    pub unit: Option<Unit>,
    pub grain: Option<Grain>,
}

/// The model of this name with these parameters.
pub(super) fn build(name: &str, parameters: &[(String, f64)], known: &Known) -> Result<AnyModel> {
    if ContractMember::named(name).is_some() {
        return contract(name, parameters, known);
    }
    let purchase = PurchaseModel::from_named(name, parameters)?;
    let spend = known.spend.as_deref().map(|params| SpendModel::from_named(SPEND, params)).transpose()?;
    let mut model = ClvModel::from_parameters(purchase, spend, known.unit.unwrap_or_default());
    model.grain = known.grain;
    Ok(AnyModel::Purchases(Box::new(model)))
}

/// A model of contracts.
fn contract(name: &str, parameters: &[(String, f64)], known: &Known) -> Result<AnyModel> {
    let Some(period) = known.unit else {
        let message = "how long is a period of these contracts: day, week, month or year?";
        return Err(Error::option("--unit", message));
    };
    if known.spend.is_some() || known.grain.is_some() {
        let message = format!("{name} is a model of contracts: it has no --spend and no --grain");
        return Err(Error::option("NAME", message));
    }
    let model = ContractModel::from_named(name, parameters, period)?;
    Ok(AnyModel::Contracts(Box::new(model)))
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
