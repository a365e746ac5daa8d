//! What is fitted: models by name, a purchase model with its spend model, the choice among the family, how such a model sees
//! customers, draws of its parameters, and the file that keeps it.

pub mod average;
pub mod choice;
mod clv_model;
pub(crate) mod draws;
mod estimates;
mod family;
pub mod file;
mod fitting;
mod learned;
mod lives;
mod posterior;
mod request;
mod spend_model;
mod view;

pub use average::{Average, Part};
pub use clv_model::ClvModel;
pub use estimates::{EstimateRow, of_fit as estimates_of_fit};
pub use family::{FitWithCovariates, Member, PURCHASE_MODELS, PurchaseModel};
pub use learned::{Learned, Trial};
pub use posterior::{Pointwise, PosteriorDraws};
pub use request::{FitRequest, IN_TIME};
pub use spend_model::SpendModel;
pub(crate) use view::View;
