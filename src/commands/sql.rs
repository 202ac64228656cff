//! `sql`: questions to the history, answered by the program with DuckDB.

use std::ffi::OsString;

use crate::context::Context;
use crate::error::{Exit, Result};
use crate::history::{self, Reading};
use crate::report::Format;
use crate::server;
use accel_bench_engine::measure::Project;
use clap::ValueEnum;

const EXAMPLES: &str = "\
Examples:
  cargo accel-bench sql                        a prompt
  cargo accel-bench sql \"FROM benchmark_runs\"
  cargo accel-bench sql --format csv \"SELECT case_name, median(value) AS ns
     FROM results WHERE metric = 'latency-ns' GROUP BY ALL ORDER BY ns\"
  cargo accel-bench sql - <question.sql

The tables are results (docs/history.md), benchmark_runs and benchmark_results
(docs/sql.md).";

/// Arguments of `sql`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// One SELECT statement, `-` for stdin [default: a prompt]
    query: Option<String>,
    /// How the answer is written
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,
    /// At most this many rows
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    rows: usize,
    /// At most this long
    #[arg(long, value_name = "SECONDS", default_value = "30")]
    timeout: String,
    /// At most this much memory
    #[arg(long, value_name = "SIZE", default_value = "2GB")]
    memory: String,
}

pub(crate) fn run(args: Args, cx: &mut Context) -> Result<Exit> {
    let project = Project::load(&cx.host)?;
    history::update(cx, &project, Reading::New)?;
    let format = args.format.to_possible_value().map(|value| value.get_name().to_owned());
    let mut words: Vec<OsString> = vec!["sql".into(), "--history".into()];
    words.push(history::table(&project).folder().into());
    let options = [("--format", format.unwrap_or_default()), ("--rows", args.rows.to_string())];
    let limits = [("--timeout", args.timeout), ("--memory", args.memory)];
    for (name, value) in options.into_iter().chain(limits) {
        words.push(format!("{name}={value}").into());
    }
    words.extend(args.query.into_iter().flat_map(|query| ["--".into(), query.into()]));
    server::call(cx, words)
}
