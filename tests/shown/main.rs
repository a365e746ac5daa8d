//! What people see and type: the command line, messages, figures, pages, workbooks, SQL.

#[path = "../common/mod.rs"]
mod common;

mod atomic;
mod cli;
mod figures;
mod help;
mod manners;
mod messages;
mod page;
mod plot;
mod shown;
mod sql;
mod workbooks_out;
