//! From the arguments to the command line; a misspelt subcommand is not taken for a filter.

use std::env;

use accel_bench_engine::manifest::nearest;
use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches};

use super::cli::Cli;

pub(super) fn parse() -> std::result::Result<Cli, clap::Error> {
    // Cargo passes the subcommand's own name first.
    let mut arguments: Vec<_> = env::args_os().collect();
    if arguments.get(1).is_some_and(|first| first == "accel-bench") {
        arguments.remove(1);
    }
    meant(Cli::from_arg_matches(&Cli::command().try_get_matches_from(arguments)?)?)
}

/// A misspelt subcommand would be a filter, which builds everything before it matches nothing.
pub(super) fn meant(cli: Cli) -> std::result::Result<Cli, clap::Error> {
    let Some(word) = cli.run.first_filter() else { return Ok(cli) };
    let mut command = Cli::command();
    let near = command.get_subcommands().filter(|known| !known.is_hide_set());
    let near = near.map(clap::Command::get_name).find(|name| is_one_slip(word, name)).map(str::to_owned);
    let what = match (near, &cli.command) {
        (Some(near), _) => format!(
            "unrecognized subcommand `{word}`: did you mean `{near}`? As a filter of cases, write `*{word}*`"
        ),
        (None, Some(_)) => format!("`{word}` is before the subcommand: write filters of cases behind it"),
        (None, None) => return Ok(cli),
    };
    Err(command.error(ErrorKind::InvalidSubcommand, what))
}

/// Returns whether a word is a name with one character more, less or changed.
fn is_one_slip(word: &str, name: &str) -> bool {
    word != name && word.len() > 3 && nearest(word, [name]).is_some() && word.len().abs_diff(name.len()) <= 1
}
