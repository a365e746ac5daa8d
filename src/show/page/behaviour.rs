//! How customers behave under the model: how long they stay, how often they buy.

use crate::fitted::ClvModel;
use crate::forecast::profile::Profile;
use crate::show::{figure, report::page::Section};
use crate::study::diagnostics::FrequencyBin;

/// What is said of new customers, with covariates.
const REFERENCE: &str = "Customers differ by covariates; what is said of new customers, of their rates and their \
                         proneness to leave is said of the reference customer.";

pub(super) fn section(model: &ClvModel, profile: &Profile, frequencies: &[FrequencyBin]) -> Section {
    let section = Section::new("behaviour", "How long customers stay and how often they buy");
    let lines = model.covariates.is_some().then(|| REFERENCE.to_owned());
    let mut figures = vec![figure::retention(model, profile), figure::frequencies(frequencies)];
    figures.extend(figure::heterogeneity(model));
    section.lines(lines).figures(figures)
}
