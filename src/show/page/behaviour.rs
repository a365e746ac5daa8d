//! How customers behave under the model: how long they stay, how often they buy.

use crate::fitted::ClvModel;
use crate::forecast::profile::Profile;
use crate::params::Effects;
use crate::show::{figure, report::page::Section};
use crate::study::diagnostics::FrequencyBin;

/// What is said of new customers, with covariates.
const REFERENCE: &str = "Customers differ by covariates; what is said of new customers, of their rates and their \
                         proneness to leave is said of the reference customer.";
/// The same, with groups.
const MIDDLE: &str = "Groups have parameters of their own; what is said of new customers, of their rates and their \
                      proneness to leave is said of the middle of all groups.";

pub(super) fn section(model: &ClvModel, profile: &Profile, frequencies: &[FrequencyBin]) -> Section {
    let section = Section::new("behaviour", "How long customers stay and how often they buy");
    let lines = model.effects.as_ref().map(|effects| match effects {
        Effects::Covariates(_) => REFERENCE.to_owned(),
        Effects::Groups(_) => MIDDLE.to_owned(),
    });
    let mut figures = vec![figure::retention(model, profile), figure::frequencies(frequencies)];
    // The models of an average each have their own.
    if model.purchase.average().is_none() {
        figures.extend(figure::heterogeneity(model));
    }
    section.lines(lines).figures(figures)
}
