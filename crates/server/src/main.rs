//! The program that needs DuckDB, a client of buckets and a web server: SQL over the history, copies of it as databases, runs
//! shared through a bucket, and the dashboard. `cargo accel-bench sql`, `dashboard` and `history export|push|pull` hand over to it.

mod arguments;
mod copy;
mod error;
mod export;
mod serve;
mod sql;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

use arguments::{Cli, Command};
use error::Error;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut out = io::stdout().lock();
    let outcome = match cli.command {
        Command::Sql(args) => sql::run(&args, &mut out),
        Command::Export(args) => export::run(&args, &mut out),
        Command::Copy(args) => copy::run(&args, &mut out),
        Command::Serve(args) => serve::run(&args, &mut out),
    };
    let outcome = outcome.and_then(|()| out.flush().map_err(Error::Out));
    match outcome {
        // A reader that went away is not an error.
        Err(Error::Out(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::from(error.exit())
        }
        Ok(()) => ExitCode::SUCCESS,
    }
}

fn complain(error: &Error) {
    let mut to = io::stderr().lock();
    let _ = writeln!(to, "error: {error}");
    if let Some(hint) = error.hint() {
        let _ = writeln!(to, "help: {hint}");
    }
}
