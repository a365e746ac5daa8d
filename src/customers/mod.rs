//! Customers as models see them: counted histories, and the classes of those who share what is known of them.

mod classes;
mod counts;
mod table;

pub use classes::{Covariate, CovariateTables, Kind, UnseenLevel};
pub(crate) use classes::{MOST_LEVELS, encode, places};
pub use counts::{Amounts, Counts, TrainedOn};
pub use table::{
    Customer, CustomerTable, CustomerTableBuilder, SameX, SpendRow, SpendTable, SpendTableBuilder, Table,
};
