//! One file per subcommand: its arguments, and a recipe of resolve, do, render.

mod baseline;
mod compare;
mod completions;
mod doctor;
mod gc;
mod hook;
mod init;
mod judge;
mod list;
mod log;
mod run;
mod schema;
mod selection;
mod show;

use std::env;
use std::path::PathBuf;

use anstream::ColorChoice;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::context::Context;
use crate::error::{Error, Exit, Result};
use crate::shell::{Shell, Verbosity};

const EXAMPLES: &str = "\
Examples:
  cargo accel-bench                     measure the default suite and store the results
  cargo accel-bench softmax             only cases whose id contains `softmax`
  cargo accel-bench compare main        is the working tree slower than main?
  cargo accel-bench hook install        let git ask that before each merge
  cargo accel-bench init                a first bench.toml and bench target

Exit codes: 0 fine, 1 regression, 2 usage, 3 failed case, 4 nothing to run, 5 build failed,
6 broken manifest, 7 not comparable, 8 storage, 9 git, 130 interrupted.";

/// Benchmark machine-learning workloads on accelerators, and keep a project from getting slower.
#[derive(Debug, Parser)]
#[command(
    name = "cargo-accel-bench",
    bin_name = "cargo accel-bench",
    version,
    after_help = EXAMPLES,
    args_conflicts_with_subcommands = true,
    subcommand_precedence_over_arg = true
)]
struct Cli {
    #[command(flatten)]
    globals: Globals,
    #[command(flatten)]
    run: run::Args,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, clap::Args)]
struct Globals {
    /// Run as if started in this folder
    #[arg(short = 'C', long, global = true, value_name = "DIR")]
    directory: Option<PathBuf>,
    /// Results and errors only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Say more: what is built, where things are stored
    #[arg(short, long, global = true)]
    verbose: bool,
    /// When to use colors
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: Color,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build, measure and store (the default)
    Run(run::Args),
    /// Say whether one state of the code is slower than another
    Compare(compare::Args),
    /// Save, approve and look at baselines
    Baseline(baseline::Args),
    /// Show the results of a run
    Show(show::Args),
    /// List the benchmarks without running any
    List(list::Args),
    /// Show the stored runs by commit
    Log(log::Args),
    /// Remove old runs, checkouts and logs
    Gc(gc::Args),
    /// Let git measure before each merge
    Hook(hook::Args),
    /// Write a first bench.toml and bench target
    Init(init::Args),
    /// Print the JSON schema of bench.toml
    Schema,
    /// Say what is missing for each backend, and how to get it
    Doctor(doctor::Args),
    /// Print the completions for a shell
    Completions(completions::Args),
}

/// Runs the command line and says how it ended.
pub(crate) fn main() -> Exit {
    let cli = match parse() {
        Ok(cli) => cli,
        Err(error) => {
            // clap prints by itself; `--help` and `--version` come this way too.
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Fine };
            let _ = error.print();
            return exit;
        }
    };
    let mut shell = Shell::new(cli.globals.verbosity(), cli.globals.color.into());
    let context = match cli
        .globals
        .cwd()
        .and_then(|cwd| Ok(Context::new(cwd, env::args().collect(), shell.clone())?))
    {
        Ok(context) => context,
        Err(error) => return complain(&mut shell, &error),
    };
    dispatch(cli, context)
}

fn parse() -> std::result::Result<Cli, clap::Error> {
    // Cargo passes the subcommand's own name first.
    let mut arguments: Vec<_> = env::args_os().collect();
    if arguments.get(1).is_some_and(|first| first == "accel-bench") {
        arguments.remove(1);
    }
    Cli::from_arg_matches(&Cli::command().try_get_matches_from(arguments)?)
}

fn dispatch(cli: Cli, mut cx: Context) -> Exit {
    let outcome = match cli.command.unwrap_or(Command::Run(cli.run)) {
        Command::Run(args) => run::run(args, &mut cx),
        Command::Compare(args) => compare::run(args, &mut cx),
        Command::Baseline(args) => baseline::run(args, &mut cx),
        Command::Show(args) => show::run(args, &mut cx),
        Command::List(args) => list::run(args, &mut cx),
        Command::Log(args) => log::run(args, &mut cx),
        Command::Gc(args) => gc::run(args, &mut cx),
        Command::Hook(args) => hook::run(args, &mut cx),
        Command::Init(args) => init::run(args, &mut cx),
        Command::Schema => schema::run(&mut cx),
        Command::Doctor(args) => doctor::run(args, &mut cx),
        Command::Completions(args) => completions::run(args, &mut cx, Cli::command()),
    };
    outcome.unwrap_or_else(|error| complain(&mut cx.shell, &error))
}

fn complain(shell: &mut Shell, error: &Error) -> Exit {
    shell.end_progress();
    match error {
        Error::Manifest(error) => shell.raw(&format!("{}\n", error.render(shell.has_color()))),
        error => shell.error(&error.in_words(), error.hint().as_deref()),
    }
    error.exit()
}

impl Globals {
    fn verbosity(&self) -> Verbosity {
        match (self.quiet, self.verbose) {
            (true, _) => Verbosity::Quiet,
            (false, true) => Verbosity::Verbose,
            (false, false) => Verbosity::Normal,
        }
    }

    fn cwd(&self) -> Result<PathBuf> {
        let cwd = env::current_dir()?;
        let Some(directory) = &self.directory else { return Ok(cwd) };
        let path = cwd.join(directory);
        path.canonicalize().map_err(|source| Error::Io { act: "enter", path, source })
    }
}

impl From<Color> for ColorChoice {
    fn from(color: Color) -> Self {
        match color {
            Color::Auto => Self::Auto,
            Color::Always => Self::Always,
            Color::Never => Self::Never,
        }
    }
}
