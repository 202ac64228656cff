//! How to measure each number again.

use accel_bench_record::{RunRecord, TreeState};

use super::short;
use crate::document::{Align, Cell, Row, Section, Table};

pub(super) fn section(run: &RunRecord) -> Section {
    let section = Section::new("reproduce", "How to measure it again");
    if let Some(source) = &run.tool.source {
        return section.text(format!("These numbers were imported: {source} measured them."));
    }
    let mut lines = Vec::new();
    let mut warning = None;
    if let Some(commit) = &run.commit {
        lines.push(format!("git checkout {}", commit.id));
        warning = (commit.tree != TreeState::Clean).then(|| {
            format!("The measured tree had changes that commit {} does not hold.", short(&commit.id))
        });
    }
    lines.extend((!run.command.is_empty()).then(|| command(&run.command)));
    let row = |case: &accel_bench_record::CaseRecord| {
        let name = case.id.to_string();
        Row::new([Cell::new(&name), Cell::new(format!("cargo accel-bench {}", quoted(&name)))])
    };
    let columns = [("case", Align::Left), ("command", Align::Left)];
    let section = warning.into_iter().fold(section, Section::text).commands(lines);
    section.table(Table::new("A case alone", &columns).rows(run.cases.iter().map(row)))
}

/// The command line as somebody types it: cargo starts the executable.
fn command(words: &[String]) -> String {
    let rest = words.iter().skip(1).skip_while(|word| *word == "accel-bench");
    ["cargo accel-bench".to_owned()]
        .into_iter()
        .chain(rest.map(|word| quoted(word)))
        .collect::<Vec<_>>()
        .join(" ")
}

/// A word as a POSIX shell takes it; no shell takes a NUL, and no argument has one.
fn quoted(word: &str) -> String {
    shlex::try_quote(word).map_or_else(|_| word.to_owned(), |quoted| quoted.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_for_a_shell() {
        assert_eq!(quoted("models/a/b1_s8@ndarray"), "models/a/b1_s8@ndarray");
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("it's; rm -rf *"), "\"it's; rm -rf *\"");
        assert_eq!(quoted(""), "''");
    }

    #[test]
    fn a_command_is_typed_after_cargo() {
        let words = ["/usr/bin/cargo-accel-bench", "accel-bench", "--suite", "a b"].map(str::to_owned);
        assert_eq!(command(&words), "cargo accel-bench --suite 'a b'");
    }
}
