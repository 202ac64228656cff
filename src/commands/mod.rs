//! One file per subcommand: its arguments, and a recipe of resolve, do, render.

mod baseline;
mod bisect;
mod budget;
mod building;
mod calibrate;
mod cli;
mod compare;
mod compatibility;
mod completions;
#[cfg(feature = "history")]
mod dashboard;
mod doctor;
#[cfg(feature = "history")]
mod exchange;
mod explain;
#[cfg(feature = "history")]
mod forecast;
mod gc;
mod globals;
mod hardware;
#[cfg(feature = "history")]
mod history;
#[cfg(not(feature = "history"))]
#[path = "no_history.rs"]
mod history;
mod hook;
mod import;
mod init;
mod itself;
mod judge;
mod list;
mod log;
mod metrics;
mod noise;
mod parse;
mod planned;
#[cfg(feature = "history")]
mod predict;
mod probes;
mod recommend;
mod report;
mod rerun;
mod roofline;
mod run;
mod schema;
mod screen;
mod selection;
mod show;
#[cfg(feature = "history")]
mod sql;
#[cfg(feature = "history")]
mod trend;
#[cfg(not(feature = "history"))]
use history as trend;
#[cfg(not(feature = "history"))]
use history as sql;
#[cfg(not(feature = "history"))]
use history as dashboard;

use std::env;

use clap::CommandFactory;
use cli::{Cli, Command};

use crate::context::Context;
use crate::error::{Error, Exit};
use crate::shell::Shell;
use accel_bench_engine as engine;
use accel_bench_engine::plan;

/// Runs the command line and says how it ended.
pub(crate) fn main() -> Exit {
    let cli = match parse::parse() {
        Ok(cli) => cli,
        Err(error) => {
            // clap prints by itself; `--help` and `--version` come this way too.
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Fine };
            let _ = error.print();
            return exit;
        }
    };
    let mut shell = Shell::new(cli.globals.verbosity(), cli.globals.color());
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

fn dispatch(cli: Cli, mut cx: Context) -> Exit {
    let command = cli.command.unwrap_or(Command::Run(cli.run));
    let measures =
        matches!(command, Command::Run(_) | Command::Compare(_) | Command::Bisect(_) | Command::Hook(_));
    let outcome = match command {
        Command::Run(args) => run::run(args, &mut cx),
        Command::Compare(args) => compare::run(args, &mut cx),
        Command::Bisect(args) => bisect::run(args, &mut cx),
        Command::Calibrate(args) => calibrate::run(args, &mut cx),
        Command::Noise(args) => noise::run(args, &mut cx),
        Command::Baseline(args) => baseline::run(args, &mut cx),
        Command::Show(args) => show::run(args, &mut cx),
        Command::Report(args) => report::run(args, &mut cx),
        Command::Compatibility(args) => compatibility::run(args, &mut cx),
        Command::Recommend(args) => recommend::run(args, &mut cx),
        Command::Roofline(args) => roofline::run(args, &mut cx),
        Command::Rerun(args) => rerun::run(args, &mut cx),
        Command::List(args) => list::run(args, &mut cx),
        Command::Log(args) => log::run(args, &mut cx),
        Command::Trend(args) => trend::run(args, &mut cx),
        Command::Sql(args) => sql::run(args, &mut cx),
        Command::Dashboard(args) => dashboard::run(args, &mut cx),
        Command::History(args) => history::run(args, &mut cx),
        Command::Gc(args) => gc::run(args, &mut cx),
        Command::Hook(args) => hook::run(args, &mut cx),
        Command::Import(args) => import::run(args, &mut cx),
        Command::Init(args) => init::run(args, &mut cx),
        Command::Schema => schema::run(&mut cx),
        Command::Doctor(args) => doctor::run(args, &mut cx),
        Command::Hardware(args) => hardware::run(args, &mut cx),
        Command::ProbeAdapters => probes::adapters(&mut cx),
        Command::ProbeDevices(args) => probes::devices(&args, &mut cx),
        Command::Completions(args) => completions::run(args, &mut cx, Cli::command()),
    };
    let exit = outcome.unwrap_or_else(|error| complain(&mut cx.shell, &error));
    if measures {
        history::follow(&mut cx);
    }
    exit
}

fn complain(shell: &mut Shell, error: &Error) -> Exit {
    shell.end_progress();
    match error {
        Error::Engine(
            engine::Error::Manifest(error) | engine::Error::Plan(plan::Error::InManifest(error)),
        ) => shell.raw(&format!("{}\n", error.render(shell.has_color()))),
        error => shell.error(&error.in_words(), error.hint().as_deref()),
    }
    error.exit()
}
