//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};

/// SQL over the history of `cargo accel-bench`, which hands over to this program.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 80)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Answer a query over the history
    Sql(SqlArgs),
    /// Copy the history into a database file
    Export(ExportArgs),
    /// Copy run files that are not there yet to or from a bucket
    Copy(CopyArgs),
    /// Serve the dashboard on loopback
    Serve(ServeArgs),
}

#[derive(Debug, clap::Args)]
pub(crate) struct SqlArgs {
    /// The folder with the history's Parquet files
    #[arg(long, value_name = "DIR")]
    pub(crate) history: PathBuf,
    /// One SELECT statement; without it a prompt, or what stdin holds
    pub(crate) query: Option<String>,
    /// How the answer is written
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) limits: Limits,
}

/// The limits of a query.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Limits {
    /// At most this many rows
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    pub(crate) rows: usize,
    /// At most this long
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    pub(crate) timeout: Duration,
    /// At most this much memory, as DuckDB spells it
    #[arg(long, value_name = "SIZE", default_value = "2GB")]
    pub(crate) memory: String,
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Target {
    /// A new DuckDB file
    #[arg(long, value_name = "FILE")]
    pub(crate) duckdb: Option<PathBuf>,
    /// A new SQLite file
    #[arg(long, value_name = "FILE")]
    pub(crate) sqlite: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ExportArgs {
    /// The folder with the history's Parquet files
    #[arg(long, value_name = "DIR")]
    pub(crate) history: PathBuf,
    #[command(flatten)]
    pub(crate) target: Target,
}

#[derive(Debug, clap::Args)]
pub(crate) struct CopyArgs {
    /// A store's folder, or `s3://BUCKET/PREFIX`
    pub(crate) from: String,
    /// A store's folder, or `s3://BUCKET/PREFIX`
    pub(crate) to: String,
    /// Leave out the runs that this store has
    #[arg(long, value_name = "DIR")]
    pub(crate) except: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ServeArgs {
    /// The program that is asked: `cargo-accel-bench`
    #[arg(long, value_name = "FILE")]
    pub(crate) tool: PathBuf,
    /// The project's folder
    #[arg(long, value_name = "DIR")]
    pub(crate) project: PathBuf,
    /// The folder with the history's Parquet files
    #[arg(long, value_name = "DIR")]
    pub(crate) history: PathBuf,
    /// The port on loopback; 0 takes a free one
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) port: u16,
    /// The process that this one ends with
    #[arg(long, value_name = "ID")]
    pub(crate) parent: Option<u32>,
    /// Open it in the browser
    #[arg(long)]
    pub(crate) open: bool,
    /// How the address is printed
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) print: Print,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Print {
    Text,
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Table,
    Json,
    Jsonl,
    Csv,
    Markdown,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.trim_end_matches('s').parse::<f64>().ok().filter(|seconds| *seconds > 0.0);
    let duration = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    duration.ok_or_else(|| format!("`{text}` is not a number of seconds above 0"))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_declaration_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn times() {
        assert_eq!(seconds("1.5"), Ok(Duration::from_millis(1_500)));
        assert_eq!(seconds("30s"), Ok(Duration::from_secs(30)));
        for wrong in ["0", "-1", "soon", "nan", "1e400"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn one_target_is_exported_to() {
        let parse = |line: &str| Cli::try_parse_from(line.split_whitespace());
        assert!(parse("s export --history h --duckdb a").is_ok());
        assert!(parse("s export --history h").is_err());
        assert!(parse("s export --history h --duckdb a --sqlite b").is_err());
        assert!(parse("s copy store s3://bucket/prefix").is_ok());
        assert!(parse("s copy s3://bucket store --except other").is_ok());
        assert!(parse("s copy store").is_err());
    }
}
