//! The program `clv`; see [`clv::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    clv::cli::main(std::env::args_os())
}
