//! Exports, logs and states are read as what they are, or refused in words.

#[path = "../common/mod.rs"]
mod common;
#[path = "../generated/mod.rs"]
mod generated;

mod bad_input;
mod check;
mod containers;
mod export_columns;
mod export_documents;
mod export_generated;
mod export_kinds;
mod export_layouts;
mod export_ledgers;
mod export_meaning;
mod export_presets;
mod export_states;
mod export_wider;
mod exported;
mod history_attributes;
mod history_collapse;
mod history_gaps;
mod history_memory;
mod history_parts;
mod history_read;
mod hostile_input;
mod misleading;
mod misleading_rows;
mod real_exports;
mod state;
