//! The child's main: is interleaved from the runner, or, run by hand, prints a plain summary.

mod arguments;
mod case;
mod plain;
mod precision;
mod serve;

use std::env;
use std::io::{self, Write};
use std::process::ExitCode;

use crate::registry;
use accel_bench_record::protocol::CHANNEL_ENV;

/// What `accel_bench::main!()` calls; `target` is the bench target's name.
#[must_use]
pub fn main(target: &str) -> ExitCode {
    let benchmarks = match registry::all() {
        Ok(benchmarks) => benchmarks,
        Err(error) => return complain(&error.to_string()),
    };
    let outcome = match env::var_os(CHANNEL_ENV) {
        Some(channel) => serve::serve(channel.as_ref(), &benchmarks),
        None => return plain::main(target, &benchmarks),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&format!("the channel to cargo accel-bench failed: {error}")),
    }
}

fn complain(what: &str) -> ExitCode {
    // No one is left to report when stderr is closed.
    let _ = writeln!(io::stderr(), "error: {what}");
    ExitCode::from(2)
}
