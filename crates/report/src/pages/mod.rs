//! The sections of a run's report, from its record and those of other machines next to it.

mod backends;
mod distribution;
mod environment;
mod generation;
mod matrix;
mod measured;
mod memory;
mod parts;
mod reproduce;
mod results;
mod scaling;

use accel_bench_record::{CaseKey, RunRecord, TreeState};

use crate::document::{Report, Section};
use measured::{all, anchor};

/// The runs that a report is made of.
#[derive(Clone, Copy, Debug)]
pub struct Runs<'r> {
    /// The run that the report is about.
    pub run: &'r RunRecord,
    /// Runs of the same code on other machines.
    pub elsewhere: &'r [RunRecord],
    /// The other side of a comparison.
    pub baseline: Option<&'r RunRecord>,
}

/// The report of a run; `found` are the sections about comparisons and trends.
#[must_use]
pub fn report(runs: Runs<'_>, found: Vec<Section>) -> Report {
    let measured = all(runs);
    let sections = [
        results::section(&measured),
        backends::section(&measured),
        scaling::section(&measured),
        memory::section(&measured),
        generation::section(&measured),
        matrix::section(&measured),
        distribution::section(runs),
    ];
    Report { title: title(runs), facts: facts(runs.run), sections: Vec::new() }
        .with(found)
        .with(sections)
        .with([environment::section(runs), reproduce::section(runs.run)])
}

fn title(runs: Runs<'_>) -> String {
    let hash = |run: &RunRecord| match &run.commit {
        Some(commit) => short(&commit.id).to_owned(),
        None => format!("run {}", run.id),
    };
    let subject = runs.run.commit.as_ref().map(|commit| format!(" {}{}", commit.subject, tree(&commit.tree)));
    let against = runs.baseline.map(|baseline| format!(" against {}", hash(baseline)));
    let name = [hash(runs.run), subject.unwrap_or_default(), against.unwrap_or_default()].concat();
    crate::plain::plain(&name)
}

fn tree(tree: &TreeState) -> &'static str {
    match tree {
        TreeState::Clean => "",
        TreeState::Dirty { .. } => " with uncommitted changes",
        TreeState::Merge { .. } => ", the result of a merge",
    }
}

/// The first nine digits of a hash.
fn short(commit: &str) -> &str {
    commit.get(..9).unwrap_or(commit)
}

fn facts(run: &RunRecord) -> Vec<[String; 2]> {
    let mut facts = Vec::new();
    if let Some(commit) = &run.commit {
        let named = format!("{}{}", short(&commit.id), tree(&commit.tree));
        facts.push(["commit".to_owned(), named]);
        facts.extend(commit.branch.as_ref().map(|branch| ["branch".to_owned(), branch.clone()]));
    }
    let measured = format!("{} ({})", run.started.get(..16).unwrap_or(&run.started).replace('T', " "), "UTC");
    facts.push(["measured".to_owned(), measured]);
    facts.push(["machine class".to_owned(), run.machine.clone()]);
    facts.push(["run".to_owned(), run.id.clone()]);
    let processes = crate::amount::count(run.profile.processes as usize, "process");
    facts.push(["profile".to_owned(), format!("{}, {processes} a case", run.profile.name)]);
    facts.into_iter().map(|fact| fact.map(|text| crate::plain::plain(&text))).collect()
}

/// The anchor of a case's row, wherever the report names the case.
#[must_use]
pub fn link(case: &CaseKey) -> String {
    anchor(&case.to_string())
}

#[cfg(test)]
mod tests;
