//! Queries of people and scripts over the history. They are untrusted: `database.rs` says what holds them.

pub(crate) mod database;
mod guard;
mod print;
mod prompt;
mod query;
mod views;

use std::io::{self, IsTerminal, Read, Write};

use crate::arguments::SqlArgs;
use crate::error::Error;
use database::Database;

pub(crate) fn run(args: &SqlArgs, to: &mut dyn Write) -> Result<(), Error> {
    let database = Database::open(&args.history, &args.limits)?;
    match &args.query {
        Some(query) if query != "-" => print::answer(&database, query, args.format, to),
        None if io::stdin().is_terminal() => prompt::prompt(&database, args.format, to),
        _ => {
            let mut query = String::new();
            io::stdin().read_to_string(&mut query).map_err(Error::Input)?;
            print::answer(&database, &query, args.format, to)
        }
    }
}
