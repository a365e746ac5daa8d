//! Customers as models see them: in the model's time, counted by history, told apart by their covariates; who spends what,
//! and what a model may ask of a history.

mod classes;
mod clock;
mod counts;
mod courses;
mod groups;
mod histories;
mod holidays;
mod intensity;
mod needs;
mod over_time;
mod regressors;
mod season;
mod table;

pub use classes::{Classes, Covariate, CovariateTables, Encoder, Kind, UnseenLevel};
pub(crate) use classes::{MOST_LEVELS, encode, key, places};
pub use clock::Clock;
pub(crate) use clock::rounded;
pub use counts::{Amounts, Counts, TrainedOn};
pub use courses::{CourseRow, Courses};
pub use groups::GroupTables;
pub use histories::{Age, Histories, History};
pub use holidays::Holidays;
pub use intensity::{AGE_STEPS, Beside, Intensity, Parts, Path, Piece};
pub use needs::Needs;
pub(crate) use over_time::OPTION as TIME_COVARIATES;
pub use over_time::{Known, OverTime, Within};
pub use regressors::{Effect, Regressors, Shared};
pub use season::Season;
pub(crate) use season::{MONTHS_OF_YEAR, WEEKS_OF_YEAR};
pub use table::{
    Ages, Customer, CustomerTable, CustomerTableBuilder, SameX, SpendRow, SpendTable, SpendTableBuilder,
    Table,
};
