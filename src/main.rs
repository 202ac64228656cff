//! Arguments to command to exit code.

mod cargo;
mod commands;
mod compare;
mod context;
mod error;
mod event;
mod git;
mod hardware;
mod manifest;
mod measure;
mod plan;
mod report;
mod runner;
mod shell;
mod store;

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(commands::main() as u8)
}
