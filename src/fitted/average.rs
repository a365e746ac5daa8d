//! Averages of several fitted models: what `--model best` and `--model robust` are made of.

use std::sync::Arc;

use crate::base::Result;
use crate::customers::Intensity;
use crate::fit::FitReport;
use crate::fitted::family::averaging;
use crate::fitted::{Member, PurchaseModel};
use crate::model::{Attrition, Mixture};
use crate::params::ParamSpec;

/// `--model best`: weights as forecasts of earlier dates earned them.
pub const BEST: &str = "best";
/// `--model robust`: the same models, all of the same weight.
pub const ROBUST: &str = "robust";

static BEST_MEMBER: Member =
    averaging(BEST, "average several models, weighed by how well each forecast this log from earlier dates");
static ROBUST_MEMBER: Member = averaging(ROBUST, "average several models, all of the same weight");

/// The member of the family that stands for the average of this name, if it is one.
pub fn named(name: &str) -> Option<&'static Member> {
    [&BEST_MEMBER, &ROBUST_MEMBER].into_iter().find(|member| member.name == name)
}

/// Does this name stand for an average?
pub fn is_average(name: &str) -> bool {
    named(name).is_some()
}

/// One model of an average.
#[derive(Debug, Clone)]
pub struct Part {
    /// Its weight among all; they add up to 1.
    pub weight: f64,
    /// The model.
    pub model: PurchaseModel,
    /// How its rates change with age and date, if they do.
    pub intensity: Option<Arc<Intensity>>,
    /// How it was fitted; `None` if its parameters were given.
    pub fit: Option<FitReport>,
}

/// Several models with weights.
#[derive(Debug, Clone)]
pub struct Average {
    /// Were weights learned from forecasts of earlier dates?
    pub learned: bool,
    /// The models.
    pub parts: Vec<Part>,
    /// Parameters of all, one model's after the other's.
    pub(super) specs: Vec<ParamSpec>,
}

impl Average {
    /// Of these.
    ///
    /// # Panics
    /// If there is none.
    pub fn new(learned: bool, parts: Vec<Part>) -> Self {
        assert!(!parts.is_empty(), "an average needs models");
        let specs = parts.iter().flat_map(|part| part.model.specs().to_vec()).collect();
        Average { learned, parts, specs }
    }

    pub(super) fn member(&self) -> &'static Member {
        if self.learned { &BEST_MEMBER } else { &ROBUST_MEMBER }
    }

    /// The same with other parameters of its models, one model's after the other's.
    pub(super) fn with(&self, mut params: &[f64]) -> Result<Self> {
        let mut parts = Vec::with_capacity(self.parts.len());
        for part in &self.parts {
            let (own, others) = params.split_at(part.model.params().len());
            parts.push(Part { model: part.model.with(own)?, ..part.clone() });
            params = others;
        }
        Ok(Average { parts, ..self.clone() })
    }

    pub(super) fn mixture(&self, of: impl Fn(&Part) -> Arc<dyn Attrition>) -> Arc<dyn Attrition> {
        Arc::new(Mixture::new(self.parts.iter().map(|part| (part.weight, of(part))).collect()))
    }

    /// Do rates of one of its models change with age and date?
    pub fn has_rates(&self) -> bool {
        self.parts.iter().any(|part| part.intensity.is_some())
    }

    /// The end of the observation that rates were estimated from, if they change.
    pub(super) fn end(&self) -> Option<jiff::civil::Date> {
        self.parts.iter().find_map(|part| Some(part.intensity.as_ref()?.parts().end))
    }
}
