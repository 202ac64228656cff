//! A stored run once more: its commit, built as it was then, with the same selection.

use std::collections::BTreeSet;

use accel_bench_record::{CaseKey, CommitId, MachineId, RunRecord, SelectionRecord, TreeState};

use super::{From, Pair, Project, SideSpec, Wanted, pair};
use crate::compare::{self, Again, Difference};
use crate::error::{Error, Result};
use crate::plan::Selection;
use crate::{Engine, Machine, cargo};

/// A stored run and the new one.
#[derive(Debug)]
pub struct Rerun {
    pub now: RunRecord,
    pub rows: Vec<Again>,
    /// Differences next to the code.
    pub surroundings: Vec<Difference>,
}

/// Measures the commit of a stored run again: the cases of `only`, or all of them.
///
/// # Errors
///
/// Something that the run was made with is not there any more: its code, its compiler, its machine class.
pub fn rerun(
    engine: &mut Engine<'_>,
    project: &mut Project,
    machine: &Machine,
    (stored, only): (RunRecord, Option<BTreeSet<CaseKey>>),
) -> Result<Rerun> {
    let commit = code(&stored)?;
    if stored.machine != machine.id.as_str() {
        return Err(missing(
            format!("run {} was measured on `{}`, and this is `{}`", stored.id, stored.machine, machine.id),
            "run it again on a machine of that class",
        ));
    }
    let toolchain = cargo::toolchain(&engine.host().rustc(), project.sources.root())?;
    let wanted = &stored.surroundings.build.rustc;
    if toolchain.rustc != *wanted {
        let version = wanted.split_whitespace().nth(1).unwrap_or("VERSION");
        return Err(missing(
            format!("run {} was built with `{wanted}`, and here is `{}`", stored.id, toolchain.rustc),
            &format!(
                "`rustup toolchain install {version}`, then RUSTUP_TOOLCHAIN={version} before this command"
            ),
        ));
    }
    project.sources.manifest.build.steady = stored.surroundings.build.steady;
    let candidate = SideSpec::of_commit(commit, format!("the commit of run {}", stored.id));
    let base = SideSpec::Record { record: Box::new(stored), name: "the stored run".to_owned() };
    let selection = selection(&base)?;
    let wanted = Wanted {
        base,
        candidate,
        from: From::Now,
        selection,
        threshold: None,
        budget: None,
        counts: false,
        only,
    };
    // By the runs before this one: this one is in question.
    let drift = project.drift(&MachineId::new(machine.id.as_str().to_owned()))?;
    let Pair { base: stored, candidate: now, .. } = pair(engine, project, machine, &wanted)?;
    let (rows, surroundings) = (compare::again(&stored, &now, &drift), compare::differences(&stored, &now));
    Ok(Rerun { now, rows, surroundings })
}

/// The commit whose code it is.
fn code(stored: &RunRecord) -> Result<CommitId> {
    if let Some(source) = &stored.tool.source {
        let what = format!("run {} was imported: {source} measured it", stored.id);
        return Err(missing(what, "measure it again with that program"));
    }
    match &stored.commit {
        Some(commit) if commit.tree == TreeState::Clean => Ok(CommitId::new(commit.id.clone())),
        Some(_) => Err(missing(
            format!("run {} measured changes that no commit holds", stored.id),
            "only runs of a commit's own tree can be made again",
        )),
        None => Err(missing(
            format!("run {} belongs to no commit", stored.id),
            "only runs in a git repository can be made again",
        )),
    }
}

fn selection(side: &SideSpec) -> Result<Selection> {
    let SideSpec::Record { record, .. } = side else { return Ok(Selection::default()) };
    match &record.profile.selection {
        SelectionRecord::Fields(selected) => Ok(Selection::of_record(selected, &record.profile.name)),
        SelectionRecord::Text(_) => Err(missing(
            format!("run {} was stored by a version that did not keep its selection", record.id),
            "check the commit out, and measure it by hand",
        )),
    }
}

fn missing(what: String, hint: &str) -> Error {
    Error::NotComparable { what, hint: hint.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::sample;
    use accel_bench_record::ToolInfo;

    fn check(change: impl Fn(&mut RunRecord), words: &str) {
        let mut run = sample::run("r1", vec![]);
        change(&mut run);
        let error = code(&run).expect_err(words).to_string();
        assert!(error.contains(words), "{error}");
    }

    #[test]
    fn runs_whose_code_is_gone() {
        check(|run| run.commit = None, "belongs to no commit");
        check(
            |run| run.tool = ToolInfo { source: Some("hyperfine".into()), ..ToolInfo::default() },
            "hyperfine measured it",
        );
        let dirty = TreeState::Dirty { tree: "4f2c".to_owned() };
        check(|run| run.commit.as_mut().expect("one").tree = dirty.clone(), "changes that no commit holds");
        assert!(code(&sample::run("r1", vec![])).is_ok());
    }

    #[test]
    fn a_selection_is_read_back() {
        let mut run = sample::run("r1", vec![]);
        run.profile.selection = SelectionRecord::Text("softmax".to_owned());
        let side = |run: &RunRecord| SideSpec::Record { record: Box::new(run.clone()), name: String::new() };
        assert!(selection(&side(&run)).is_err());
        run.profile.selection = SelectionRecord::default();
        let found = selection(&side(&run)).expect("a selection");
        assert_eq!((found.profile.as_deref(), found.filters.len()), (Some("full"), 0));
    }
}
