//! What parameters are, whatever the model: names, dimensions, domains, and what covariates do to them.

mod effects;
mod groups;
mod in_time;

pub use effects::{Coefficient, CovariateRequest, Covariates, Effects};
pub use groups::{Group, Groups, PooledGroups};
pub use in_time::InTime;

use crate::base::{Error, Result};

/// Parameters below or above belong to no data, and to limits that no forecast tells apart.
pub(crate) const SMALLEST: f64 = 1e-250;
pub(crate) const LARGEST: f64 = 1e25;

/// A parameter that data hardly determine may be drawn beyond what any forecast tells apart: then it is taken to
/// where forecasts stop to change.
pub(crate) fn within_reach(parameter: f64) -> f64 {
    parameter.clamp(SMALLEST, LARGEST)
}

/// Whole parameters (the regularity of purchases) are small numbers.
pub(crate) const LARGEST_WHOLE: f64 = 64.0;

/// How a parameter changes when the unit of time or money changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// It does not.
    None,
    /// It is a length of time: in days it is 7 times what it is in weeks.
    Time,
    /// It is a rate, one over a length of time.
    Rate,
    /// It is an amount of money.
    Money,
    /// It does not, and is a whole number which is chosen and not estimated.
    Whole,
    /// It is a rate which is chosen and not estimated.
    ChosenRate,
}

impl Scale {
    /// Is the parameter chosen, and not estimated?
    pub fn is_chosen(self) -> bool {
        matches!(self, Scale::Whole | Scale::ChosenRate)
    }

    /// What a parameter is multiplied by if times become `time` times and amounts `money` times as large.
    pub fn factor(self, time: f64, money: f64) -> f64 {
        match self {
            Scale::None | Scale::Whole => 1.0,
            Scale::Time => time,
            Scale::Rate | Scale::ChosenRate => 1.0 / time,
            Scale::Money => money,
        }
    }
}

/// One parameter of a model. Every parameter of every model here is positive.
#[derive(Debug, Clone, Copy)]
pub struct ParamSpec {
    /// The paper's symbol, as used in files and options.
    pub name: &'static str,
    /// What it is, in a few words.
    pub meaning: &'static str,
    /// Its dimension.
    pub scale: Scale,
}

/// A direction in the logarithms of parameters: the places of those that move, and how far.
pub type Direction = Vec<(usize, f64)>;

/// How covariates act on the chance to leave of the models with a coin (BG/NBD, MBG/NBD).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CovariateConvention {
    /// `a` and `b` have effects of their own, as in PyMC-Marketing: the mean chance to leave, a/(a+b),
    /// can depend on covariates.
    #[default]
    Separate,
    /// `a` and `b` are multiplied by the same factor, as in CLVTools: covariates move how much
    /// customers differ in their chance to leave, never its mean.
    Clvtools,
}

/// A part of a model that covariates act on: parameter `i` of a customer with covariates `z` is
/// `theta_i exp(sign g'z)`, for each `(i, sign)`, with the same coefficients `g`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Regressor {
    /// Its name: `purchase`, `dropout`, or of one side of it.
    pub process: &'static str,
    /// The parameters it moves, with signs: a positive coefficient means more of the process.
    pub targets: &'static [(usize, f64)],
}

/// Puts named parameters in a model's order.
///
/// # Errors
/// If one is unknown, missing or given twice.
pub fn in_order(model: &str, specs: &[ParamSpec], params: &[(String, f64)]) -> Result<Vec<f64>> {
    let wanted = || specs.iter().map(|spec| spec.name).collect::<Vec<_>>().join(", ");
    for (i, (name, _)) in params.iter().enumerate() {
        if !specs.iter().any(|spec| spec.name == name) {
            let message = format!("it has no parameter '{name}'; its parameters are {}", wanted());
            return Err(Error::model(model, message));
        }
        if params[..i].iter().any(|(earlier, _)| earlier == name) {
            return Err(Error::model(model, format!("parameter {name} is given twice")));
        }
    }
    let value = |spec: &ParamSpec| {
        let found = params.iter().find(|(name, _)| name == spec.name);
        found.map(|(_, value)| *value).ok_or_else(|| {
            let message = format!("parameter {} is missing; required are {}", spec.name, wanted());
            Error::model(model, message)
        })
    };
    specs.iter().map(value).collect()
}
