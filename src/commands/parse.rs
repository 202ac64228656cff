//! From the arguments to the command line; a misspelt subcommand is not taken for a filter.

use std::env;
use std::ffi::OsString;

use accel_bench_engine::manifest::nearest;
use clap::error::ErrorKind;
use clap::{Arg, Command, CommandFactory, FromArgMatches};

use super::cli::Cli;

pub(super) fn parse() -> std::result::Result<Cli, clap::Error> {
    // Cargo passes the subcommand's own name first.
    let mut arguments: Vec<_> = env::args_os().collect();
    if arguments.get(1).is_some_and(|first| first == "accel-bench") {
        arguments.remove(1);
    }
    of(arguments)
}

/// The command line that the words mean, the program's own name first.
pub(super) fn of(words: Vec<OsString>) -> std::result::Result<Cli, clap::Error> {
    let mut command = Cli::command();
    command.build();
    let words = values_joined(words, &command);
    meant(Cli::from_arg_matches(&command.try_get_matches_from(words)?)?)
}

/// Joins options with a value that is called like a subcommand: of `--suite hardware` clap would take the second word for the
/// subcommand. Words behind the subcommand are its own.
fn values_joined(words: Vec<OsString>, command: &Command) -> Vec<OsString> {
    let is_subcommand =
        |word: &OsString| word.to_str().is_some_and(|word| command.find_subcommand(word).is_some());
    let mut words = words.into_iter().peekable();
    let mut joined: Vec<OsString> = words.next().into_iter().collect();
    while let Some(mut word) = words.next() {
        if word == "--" || is_subcommand(&word) {
            joined.push(word);
            break;
        }
        if let Some(between) = word.to_str().and_then(|word| takes_a_value(word, command))
            && let Some(value) = words.next_if(is_subcommand)
        {
            word.push(between);
            word.push(value);
        }
        joined.push(word);
    }
    joined.extend(words);
    joined
}

/// The characters between an option, as it is typed, and its value, if it needs one.
fn takes_a_value(word: &str, command: &Command) -> Option<&'static str> {
    let (long, short) = (word.strip_prefix("--"), word.strip_prefix('-'));
    let is_it = |arg: &&Arg| match (long, short) {
        (Some(long), _) => {
            let alias = arg.get_all_aliases().is_some_and(|names| names.contains(&long));
            arg.get_long() == Some(long) || alias
        }
        (None, Some(short)) => arg.get_short().is_some_and(|own| short.chars().eq([own])),
        (None, None) => false,
    };
    let arg = command.get_arguments().find(is_it)?;
    let needs_one = arg.get_num_args().is_some_and(|number| number.min_values() > 0);
    needs_one.then_some(if long.is_some() { "=" } else { "" })
}

/// A misspelt subcommand would be a filter, which builds everything before it matches nothing.
fn meant(cli: Cli) -> std::result::Result<Cli, clap::Error> {
    let Some(word) = cli.run.first_filter() else { return Ok(cli) };
    let mut command = Cli::command();
    let near = command.get_subcommands().filter(|known| !known.is_hide_set());
    let near = near.map(Command::get_name).find(|name| is_one_slip(word, name)).map(str::to_owned);
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
