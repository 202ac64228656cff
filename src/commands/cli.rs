//! The command line as clap sees it.

use clap::{Parser, Subcommand};

use super::globals::Globals;
use super::{
    baseline, bisect, calibrate, compare, compatibility, completions, dashboard, doctor, gc, hardware,
    history, hook, import, init, list, log, noise, probes, recommend, report, rerun, roofline, run, show,
    sql, trend,
};

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
    subcommand_precedence_over_arg = true,
    max_term_width = 80
)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) globals: Globals,
    #[command(flatten)]
    pub(super) run: run::Args,
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Build, measure and store (the default)
    Run(run::Args),
    /// Say whether one state of the code is slower than another
    Compare(compare::Args),
    /// Find the commits that made a case slower
    Bisect(bisect::Args),
    /// Measure a stored run again: do its numbers come again?
    Rerun(rerun::Args),
    /// Measure how often verdicts are wrong on this machine, and what they find
    Calibrate(calibrate::Args),
    /// Say how small a change can be seen on this machine, in ten seconds
    Noise(noise::Args),
    /// Save, approve and look at baselines
    Baseline(baseline::Args),
    /// Show the results of a run
    Show(show::Args),
    /// Write a report with charts: HTML, Markdown, PDF, JSON, CSV
    Report(report::Args),
    /// Say on what each model runs best here
    Recommend(recommend::Args),
    /// Say which models run on which backends, in which precisions
    Compatibility(compatibility::Args),
    /// Say how far below what its device can do each case stands
    Roofline(roofline::Args),
    /// List the benchmarks without running any
    List(list::Args),
    /// Show the stored runs by commit
    Log(log::Args),
    /// Say where results changed over the commits, and by how much
    Trend(trend::Args),
    /// Ask the history in SQL
    Sql(sql::Args),
    /// Show runs, reports and SQL in a browser
    Dashboard(dashboard::Args),
    /// Keep the table of all results: Parquet files that any tool reads
    History(history::Args),
    /// Store the results of other programs
    Import(import::Args),
    /// Remove old runs, checkouts and what was built of them
    Gc(gc::Args),
    /// Let git measure before each merge
    Hook(hook::Args),
    /// Write a first bench.toml and bench target
    Init(init::Args),
    /// Print the JSON schema of bench.toml
    Schema,
    /// List the devices that a kernel runs on, and measure what they can do
    Hardware(hardware::Args),
    /// Say what is missing for each backend, and how to get it
    Doctor(doctor::Args),
    /// Print the completions for a shell
    Completions(completions::Args),
    /// Asks the graphics drivers, in a process that a driver may crash
    #[command(hide = true)]
    ProbeAdapters,
    /// Tries a kernel on each device of an API, in a process that a driver may crash
    #[command(hide = true)]
    ProbeDevices(probes::Args),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use anstream::ColorChoice;

    use super::super::parse;
    use super::*;
    use crate::shell::Verbosity;

    fn parse(line: &str) -> std::result::Result<Cli, clap::Error> {
        let words = std::iter::once("cargo-accel-bench").chain(line.split_whitespace());
        parse::of(words.map(Into::into).collect())
    }

    /// The command that a line means, as its variant is called.
    #[track_caller]
    fn means(line: &str, expected: &str) {
        let cli = parse(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        let command = cli.command.map_or_else(|| "default".to_owned(), |command| format!("{command:?}"));
        let name: String = command.chars().take_while(|c| c.is_alphanumeric()).collect();
        assert_eq!(name, expected, "{line}");
    }

    #[track_caller]
    fn refused(line: &str, words: &str) {
        let error = parse(line).map(|cli| format!("{cli:?}")).expect_err(line);
        assert!(error.use_stderr() && error.to_string().contains(words), "{line}: {error}");
    }

    #[test]
    fn the_declaration_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn commands() {
        means("", "default");
        means("softmax", "default");
        means("*comparee*", "default");
        means("short", "default");
        means("run comparee", "Run");
        means("softmax matmul --dry-run", "default");
        means("--backend wgpu,tch --params n=1 --params m=2", "default");
        means("run softmax", "Run");
        means("compare", "Compare");
        means("compare main HEAD --stored --format json", "Compare");
        means("compare --merge topic", "Compare");
        means("compare main --explain", "Compare");
        means("compare main --explain softmax --counts", "Compare");
        means("run --counts softmax", "Run");
        means("baseline list", "Baseline");
        means("baseline save", "Baseline");
        means("baseline approve -m why", "Baseline");
        means("baseline approve main 2026 -m why --yes --unstable", "Baseline");
        means("show", "Show");
        means("list --tag a,b", "List");
        means("log -n 3", "Log");
        means("log softmax", "Log");
        means("rerun 2026 softmax", "Rerun");
        means("gc --dry-run --keep-checkouts 0", "Gc");
        means("hook install --on pre-push --shared", "Hook");
        means("init -p app", "Init");
        means("schema", "Schema");
        means("doctor wgpu tch", "Doctor");
        means("hardware", "Hardware");
        means("hardware cuda vulkan --format json", "Hardware");
        means("hardware list cuda", "Hardware");
        means("hardware probe --backend wgpu,tch --profile default", "Hardware");
        means("hardware limits --format json", "Hardware");
        means("probe-devices cuda", "ProbeDevices");
        means("completions zsh", "Completions");
    }

    #[test]
    fn values_may_be_called_like_subcommands() {
        means("--suite hardware", "default");
        means("--suite hardware --dry-run softmax", "default");
        means("--hardware report --params n=1 --suite list", "default");
        means("-C bisect", "default");
        means("-C bisect log", "Log");
        means("-q -C log log", "Log");
        means("--suite hardware hardware", "Hardware");
        means("run --suite hardware", "Run");
        means("compare main --suite hardware", "Compare");
        means("--suite=hardware", "default");
        means("hardware list", "Hardware");
        refused("--suite", "a value is required");
        refused("--counts hardware list abacus", "[possible values: cpu,");
    }

    #[test]
    fn what_compare_and_run_refuse() {
        refused("compare main --explain one two three", "unexpected argument 'three'");
        refused("compare a b c", "unexpected argument 'c'");
        refused("compare --counts=callgrind", "unexpected value 'callgrind'");
        refused("compare --no-run", "--stored");
        refused("run --explain", "unexpected argument '--explain'");
    }

    #[test]
    fn global_options_stand_anywhere() {
        for line in
            ["-q log", "log -q", "-C /tmp log", "log -C /tmp", "--color never log", "log --color=always -v"]
        {
            means(line, "Log");
        }
        let verbosity = |line: &str| parse(line).map(|cli| cli.globals.verbosity()).expect(line);
        assert_eq!(verbosity("log"), Verbosity::Normal);
        assert_eq!(verbosity("-q log"), Verbosity::Quiet);
        assert_eq!(verbosity("log -v"), Verbosity::Verbose);
        let color = |line: &str| parse(line).map(|cli| cli.globals.color()).expect(line);
        assert_eq!(color("log"), ColorChoice::Auto);
        assert_eq!(color("log --color always"), ColorChoice::Always);
        assert_eq!(color("--color never log"), ColorChoice::Never);
    }

    #[test]
    fn what_excludes_each_other() {
        refused("-q -v log", "cannot be used with");
        refused("compare main HEAD --merge topic", "cannot be used with");
        refused("compare --stored --measure", "cannot be used with");
        refused("--dry-run --no-run", "cannot be used with");
    }

    #[test]
    fn what_is_no_command_line() {
        refused("comparee", "did you mean `compare`? As a filter of cases, write `*comparee*`");
        refused("calibrat", "did you mean `calibrate`");
        refused("baselin list", "did you mean `baseline`");
        refused("softmax list", "`softmax` is before the subcommand");
        refused("compare a b c", "unexpected argument 'c'");
        refused("baseline", "subcommand");
        refused("baseline approve main", "--reason");
        refused("baseline list main", "unexpected argument");
        refused("hook install --on post-commit", "pre-merge-commit, pre-push");
        refused("log -n many", "invalid value 'many'");
        refused("log --color sometimes", "auto, always, never");
        refused("compare --threshold lots", "`lots` is not a percentage");
        refused("compare --budget 0s", "no case can be started within it");
        refused("show --format pdf", "possible values: table");
        refused("--params", "a value is required");
        refused("completions", "required");
        refused(
            "hardware list abacus",
            "[possible values: cpu, cuda, rocm, metal, vulkan, openvino, qnn, webgpu, webnn]",
        );
        refused("hardware list cpu --format csv", "possible values: table, json");
        refused("hardware limits cuda", "unexpected argument 'cuda'");
        refused("hardware probe cuda", "unexpected argument 'cuda'");
        refused("schema --format json", "unexpected argument '--format'");
    }
}
