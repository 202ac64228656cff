//! Arguments to command to exit code.

mod commands;
mod context;
mod error;
mod hardware;
#[cfg(feature = "history")]
mod history;
mod progress;
#[cfg(feature = "history")]
mod remote;
mod report;
#[cfg(feature = "history")]
mod server;
mod shell;

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(commands::main() as u8)
}
