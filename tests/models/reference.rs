//! Is each function of each model right over its whole domain? Compares with values computed at high
//! precision by other means (fixtures/reference/README.md).
//!
//! Reads every `*.jsonl` of the folder named by `CLV_REFERENCE_DIR` (default: fixtures/reference) and
//! checks every line. Tolerances are relative: 1e-10; 1e-8 where `x` or `T` exceeds 1e3, or a
//! parameter is beyond 1e5 or within 1e-6 of a (removable) singularity. Derivatives of the
//! log-likelihood may also be off by 1e-9 of it (of 1, if it is smaller): where they nearly vanish a
//! relative error means nothing. Values below 1e-308 are all one. NaN is never right.
//!
//! Seen to fail: with `t_x` for `T` in the rate of a customer who is alive (hundreds of lines), and with
//! `b + x` for `b + x − 1` in the odds of having left (`ll`, all derivatives, `palive`, `cpmf`).

use std::collections::HashMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use clv::Discounting;
use clv::customers::{Customer, CustomerTable, SpendRow, SpendTable};
use clv::model::{
    Attrition, Bdw, BgBb, BgCnbd, BgNbd, Contract, ContractRow, DriftMbgNbd, DriftNbd, GGompertzNbd,
    GammaGamma, MbgCnbd, MbgNbd, Model, ParetoNbd, Regression, Sbg, Spend,
};
use clv::params::{Coefficient, CovariateConvention, Covariates};
use serde_json::Value;

/// One line of a file.
struct Line<'a> {
    fields: &'a Value,
}

impl Line<'_> {
    fn text(&self, name: &str) -> &str {
        self.fields[name].as_str().unwrap_or_else(|| panic!("no text {name} in {}", self.fields))
    }

    fn number(&self, name: &str) -> f64 {
        self.fields[name].as_f64().unwrap_or_else(|| panic!("no number {name} in {}", self.fields))
    }

    fn count(&self, name: &str) -> u32 {
        let count =
            self.fields[name].as_u64().unwrap_or_else(|| panic!("no count {name} in {}", self.fields));
        u32::try_from(count).expect("counts in the files are small")
    }

    /// A model with the parameters of the line, by name.
    fn model<M: Model>(&self) -> M {
        let of = |spec: &clv::params::ParamSpec| self.fields["params"][spec.name].as_f64();
        let params: Option<Vec<f64>> = M::PARAMS.iter().map(of).collect();
        let params = params.unwrap_or_else(|| panic!("parameters missing in {}", self.fields));
        M::checked(&params).unwrap_or_else(|error| panic!("{error}"))
    }

    fn customer(&self) -> Customer {
        Customer { x: self.count("x"), t_x: self.number("t_x"), t: self.number("T") }
    }

    fn spend_row(&self) -> SpendRow {
        SpendRow { x: self.count("x"), mean: self.number("zbar") }
    }

    /// How far off a value may be, relatively.
    fn tolerance(&self) -> f64 {
        if let Some(given) = self.fields["tolerance"].as_f64() {
            return given;
        }
        let params = self.fields["params"].as_object().expect("params is an object");
        let of = |name: &str| params.get(name).and_then(Value::as_f64);
        let far = |name: &str, most: f64| self.fields[name].as_f64().is_some_and(|value| value > most);
        let near_one = |value: Option<f64>| value.is_some_and(|value| (value - 1.0).abs() < 1e-6);
        let sum = of("a").zip(of("b")).map(|(a, b)| a + b);
        let extreme = far("x", 1e3)
            || far("T", 1e3)
            || params.values().filter_map(Value::as_f64).any(|value| value > 1e5)
            || [of("a"), of("q"), of("s"), of("gamma"), sum].into_iter().any(near_one);
        if extreme { 1e-8 } else { 1e-10 }
    }
}

/// `ln L`, and its derivative by the logarithm of the parameter in `dll_dlog_...`, from the summed
/// form, which is the one that fits use.
fn derivative<M: Model>(model: M, table: &M::Table, quantity: &str) -> Option<f64> {
    let name = quantity.strip_prefix("dll_dlog_")?;
    let i = M::PARAMS.iter().position(|spec| spec.name == name)?;
    Some(model.sum(table).gradient[i] * model.params()[i])
}

fn attrition<M: Attrition + Model<Row = Customer, Table = CustomerTable>>(line: &Line) -> Option<f64> {
    attrition_of::<M>(line.model(), line)
}

fn attrition_of<M: Attrition + Model<Row = Customer, Table = CustomerTable>>(
    model: M,
    line: &Line,
) -> Option<f64> {
    let table = |customer: Customer| {
        let mut builder = CustomerTable::builder();
        builder.push(customer, 1.0);
        builder.finish()
    };
    let steps = |line: &Line| {
        let (n, period) = (line.number("n"), line.number("period"));
        (n * period, Discounting::EndOfStep { d: line.number("d"), step: period })
    };
    let continuous = |line: &Line| Discounting::Continuous { delta: line.number("delta") };
    Some(match line.text("quantity") {
        "ll" => {
            let (row, summed) =
                (model.log_likelihood(&line.customer()), model.sum(&table(line.customer())).value);
            // The sum takes all customers for alive and corrects that row by row.
            assert!((row - summed).abs() <= 1e-9 * row.abs(), "{row} row by row, {summed} summed");
            row
        }
        "palive" if line.fields["m"].is_null() => model.p_alive(&line.customer()),
        "palive" => model.p_alive_after(&line.customer(), line.number("m")),
        "cet" => model.expected_purchases(&line.customer(), line.number("t")),
        "ex" => model.expected_purchases_new(line.number("t")),
        "cpmf" => model.purchases_pmf(&line.customer(), line.number("t"), line.count("n")),
        "pmf" => model.purchases_pmf_new(line.number("t"), line.count("n")),
        "dert_inf" => model.expected_discounted(&line.customer(), f64::INFINITY, continuous(line)),
        "dert_H" => model.expected_discounted(&line.customer(), line.number("H"), continuous(line)),
        "dert_disc" => {
            let (horizon, discounting) = steps(line);
            model.expected_discounted(&line.customer(), horizon, discounting)
        }
        "dert" => {
            let discounting = Discounting::EndOfStep { d: line.number("d"), step: 1.0 };
            model.expected_discounted(&line.customer(), f64::INFINITY, discounting)
        }
        quantity => return derivative(model, &table(line.customer()), quantity),
    })
}

/// As other models, but for the regularity of the gaps, which customers are not asked for, and for two
/// kinds of expected purchases.
fn regular<M: Attrition + Model<Row = Customer, Table = CustomerTable>>(
    line: &Line,
    btydplus: fn(&M, &Customer, f64) -> f64,
) -> Option<f64> {
    let model: M = line.model();
    match line.text("quantity") {
        "ll" => {
            let (row, log_gaps) = (line.customer(), line.number("litt"));
            let of_gaps = (line.fields["params"]["k"].as_f64()? - 1.0) * log_gaps;
            let found = model.log_likelihood(&row) + of_gaps;
            let mut builder = CustomerTable::builder();
            let summed = model.sum(&builder.push(row, 1.0).log_gaps(log_gaps).finish()).value;
            assert!((found - summed).abs() <= 1e-9 * found.abs(), "{found} alone, {summed} summed");
            Some(found)
        }
        "cet_exact" => Some(model.expected_purchases(&line.customer(), line.number("t"))),
        "cet_approx" => Some(btydplus(&model, &line.customer(), line.number("t"))),
        _ => attrition::<M>(line),
    }
}

/// Of a customer whose purchases are known one by one; also second derivatives.
fn drift<M: Attrition + Model<Row = Customer, Table = CustomerTable>>(
    line: &Line,
    after: fn(&M, &[f64]) -> M,
) -> Option<f64> {
    let ages: Vec<f64> = line.fields["ages"].as_array()?.iter().filter_map(Value::as_f64).collect();
    let t_x = ages.last().copied().unwrap_or(0.0);
    let customer = Customer { x: ages.len() as u32, t_x, t: line.number("T") };
    let model = after(&line.model::<M>(), &ages);
    let mut builder = CustomerTable::builder();
    let table = builder.push_with_ages(customer, &ages, 1.0).finish();
    let summed = model.sum(&table);
    Some(match line.text("quantity") {
        "ll" => {
            let row = model.log_likelihood(&customer);
            assert!((row - summed.value).abs() <= 1e-12 * row.abs(), "{row} alone, {} summed", summed.value);
            row
        }
        "palive" if line.fields["m"].is_null() => model.p_alive(&customer),
        "palive" => model.p_alive_after(&customer, line.number("m")),
        "life" => model.expected_lifetime(&customer, line.number("H")),
        "rate" => model.posterior_means(&customer).rate,
        "cet" => model.expected_purchases(&customer, line.number("t")),
        "cpmf" => model.purchases_pmf(&customer, line.number("t"), line.count("n")),
        "none" => model.none_within(&customer, line.number("t")),
        "dert_H" => {
            let discounting = Discounting::Continuous { delta: line.number("delta") };
            model.expected_discounted(&customer, line.number("H"), discounting)
        }
        quantity if quantity.starts_with("hessian_") => {
            let place = |name: &str| M::PARAMS.iter().position(|spec| spec.name == name);
            let mut names = quantity.split('_').skip(1).map(place);
            summed.hessian[[names.next()??, names.next()??]]
        }
        quantity => return derivative(model, &table, quantity),
    })
}

/// The covariates of a line: columns for the purchase process first, then for dropout.
fn covariates<M: Regression>(line: &Line) -> (Covariates, Vec<f64>) {
    let params = &line.fields["params"];
    let list = |name: &str| -> Vec<f64> {
        params[name].as_array().map_or(Vec::new(), |list| list.iter().filter_map(Value::as_f64).collect())
    };
    let convention = match params["convention"].as_str() {
        Some("clvtools") => CovariateConvention::Clvtools,
        _ => CovariateConvention::Separate,
    };
    let (z_trans, z_life) = (list("z_trans"), list("z_life"));
    let mut coefficients = Vec::new();
    for regressor in M::regressors(convention) {
        let (values, first) = match regressor.process {
            "purchase" => (list("g_trans"), 0),
            "dropout b" => (list("g_life_b"), z_trans.len()),
            _ if params["g_life"].is_array() => (list("g_life"), z_trans.len()),
            _ => (list("g_life_a"), z_trans.len()),
        };
        for (k, value) in values.into_iter().enumerate() {
            let (process, targets) = (regressor.process.to_owned(), regressor.targets.to_vec());
            coefficients.push(Coefficient { process, column: first + k, value, targets });
        }
    }
    (Covariates { covariates: Vec::new(), convention, coefficients }, [z_trans, z_life].concat())
}

fn with_covariates<M: Attrition + Regression<Row = Customer, Table = CustomerTable>>(
    line: &Line,
) -> Option<f64> {
    let base: M = line.model();
    let (covariates, columns) = covariates::<M>(line);
    let own = M::checked(&covariates.params(&base.params(), &columns)).unwrap();
    let quantity = line.text("quantity");
    let Some(name) = quantity.strip_prefix("dll_dg_") else { return attrition_of(own, line) };
    let (process, k) = name.split_at(name.len() - 1);
    let k: usize = k.parse().expect("few covariates");
    let process = match process {
        "trans" => "purchase",
        "life_a" => "dropout a",
        "life_b" => "dropout b",
        _ => "dropout",
    };
    let mut builder = CustomerTable::builder();
    builder.push(line.customer(), 1.0);
    let gradient = own.sum(&builder.finish()).gradient;
    let own_column = covariates.coefficients.iter().filter(|c| c.process == process).nth(k)?;
    let slope =
        |(i, sign): &(usize, f64)| sign * own.params()[*i] * gradient[*i] * columns[own_column.column];
    Some(own_column.targets.iter().map(slope).sum())
}

fn contract<M: Contract + Model<Row = ContractRow>>(line: &Line) -> Option<f64> {
    let model: M = line.model();
    let row = |ended: bool| ContractRow { periods: line.count("t"), ended };
    Some(match line.text("quantity") {
        "survival" => model.survival(line.count("t")),
        "retention" => model.retention(line.count("t")),
        "pmf" => model.churn(line.count("t")),
        "ll_churn" => model.log_likelihood(&row(true)),
        "ll_alive" => model.log_likelihood(&row(false)),
        "del" => model.periods_from_now(0, line.number("d")),
        "derl_post" => model.periods_from_now(line.count("n"), line.number("d")),
        "derl_pre" => model.renewals_to_come(line.count("n") - 1, line.number("d")),
        _ => return None,
    })
}

fn spend(line: &Line) -> Option<f64> {
    let model: GammaGamma = line.model();
    let new = SpendRow { x: 0, mean: 0.0 };
    Some(match line.text("quantity") {
        "ll" => model.log_likelihood(&line.spend_row()),
        "cond_mean_spend" => model.expected_spend(&line.spend_row()),
        "cond_var_spend" => model.spend_variance(&line.spend_row()),
        "mean_spend_new" => model.expected_spend(&new),
        "spend_quantile" => model.spend_quantile(&line.spend_row(), line.number("prob")),
        quantity => {
            let mut builder = SpendTable::builder();
            builder.push(line.spend_row(), 1.0);
            return derivative(model, &builder.finish(), quantity);
        }
    })
}

/// The value this library gives.
fn computed(line: &Line) -> f64 {
    let value = match line.text("model") {
        "bgnbd" | "bgnbd_dert" => attrition::<BgNbd>(line),
        "mbgnbd" | "mbgnbd_dert" => attrition::<MbgNbd>(line),
        "pnbd" => attrition::<ParetoNbd>(line),
        "ggomnbd" => attrition::<GGompertzNbd>(line),
        "cnbdk" => match line.fields["params"]["variant"].as_str() {
            Some("bg") => regular(line, BgCnbd::expected_purchases_btydplus),
            Some("mbg") => regular(line, MbgCnbd::expected_purchases_btydplus),
            variant => panic!("unknown variant {variant:?}"),
        },
        "bgbb" => attrition::<BgBb>(line),
        "drift" => drift(line, DriftNbd::after),
        "drift_mbg" => drift(line, DriftMbgNbd::after),
        "bgnbd_cov" if line.fields["params"]["convention"] == "pymc_mbg" => with_covariates::<MbgNbd>(line),
        "bgnbd_cov" => with_covariates::<BgNbd>(line),
        "pnbd_cov" => with_covariates::<ParetoNbd>(line),
        "bdw" => contract::<Bdw>(line),
        "gg" => spend(line),
        "sbg" => contract::<Sbg>(line),
        model => panic!("unknown model {model}"),
    };
    value.unwrap_or_else(|| panic!("unknown quantity {}", line.text("quantity")))
}

/// How far off the value is: as a relative error, and in tolerances.
fn error(line: &Line, found: f64, ll: Option<f64>) -> (f64, f64) {
    let expected: f64 = line.text("value").parse().expect("values are numbers");
    if found == expected || (found.abs() < 1e-308 && expected.abs() < 1e-308) {
        return (0.0, 0.0);
    }
    if !found.is_finite() || !expected.is_finite() {
        return (f64::INFINITY, f64::INFINITY);
    }
    let (difference, tolerance) = ((found - expected).abs(), line.tolerance());
    let mut allowed = tolerance * expected.abs();
    if ["dll_d", "hessian_"].iter().any(|of| line.text("quantity").starts_with(of)) {
        let ll = ll.unwrap_or_else(|| panic!("no ll for the point of {}", line.fields));
        allowed = allowed.max(1e-9 * ll.abs());
    }
    (difference / allowed * tolerance, difference / allowed)
}

fn folder() -> PathBuf {
    match std::env::var_os("CLV_REFERENCE_DIR") {
        Some(folder) => folder.into(),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/reference"),
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.map(|entry| entry.expect("folder can be listed").path());
    let mut files: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|e| e == "jsonl")).collect();
    files.sort();
    assert!(!files.is_empty(), "no *.jsonl in {}", folder.display());
    files
}

#[test]
fn every_line_of_the_reference_files() {
    let (mut checked, mut failures) = (0, Vec::new());
    let (mut worst, mut worst_at) = (0.0, String::from("nowhere"));
    for file in files(&folder()) {
        let text = fs::read_to_string(&file).expect("file can be read");
        let name = file.file_name().expect("files have names").to_string_lossy().into_owned();
        let lines: Vec<Value> =
            text.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect();
        let is_ll = |fields: &&Value| fields["quantity"] == "ll";
        let ll_of = |fields: &Value| Some((fields["pt"].as_u64()?, fields["value"].as_str()?.parse().ok()?));
        let ll: HashMap<u64, f64> = lines.iter().filter(is_ll).filter_map(ll_of).collect();
        for (number, fields) in lines.iter().enumerate() {
            let line = Line { fields };
            let found = computed(&line);
            checked += 1;
            let at = format!("{name}:{}", number + 1);
            let point = fields["pt"].as_u64().and_then(|point| ll.get(&point));
            let (relative, in_tolerances) = error(&line, found, point.copied());
            if relative > worst {
                (worst, worst_at) = (relative, at.clone());
            }
            if in_tolerances > 1.0 {
                failures.push(format!("{at}: {found:e} is off by {relative:.1e}: {fields}"));
            }
        }
    }
    for failure in &failures {
        eprintln!("{failure}");
    }
    // Written past the capture of a passing test's output.
    let closing =
        format!("reference: {checked} lines checked, worst relative error {worst:.1e} at {worst_at}");
    writeln!(std::io::stdout(), "{closing}").unwrap();
    assert!(checked > 0, "no line was checked");
    assert!(failures.is_empty(), "{} lines are wrong", failures.len());
}
