//! Which commits made a case slower: the search of `bisect`, with interleaved comparisons as its answers.
//!
//! Comparisons that were made before are found in the store, so a search that was stopped goes on where it was.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use accel_bench_record::{CaseKey, CommitId};
use jiff::Timestamp;

use super::pair::{From, Pair, Wanted, pair};
use super::{Project, SideSpec};
use crate::bisect::{Answer, Commits, Found, Hunt, Oracle, Step};
use crate::compare::{Apart, Cell, Comparison, Drift, Judgement, Row, Standing, Verdict, compare};
use crate::error::{Error, Result};
use crate::event::Event;
use crate::git::{self, Repo};
use crate::manifest::{Pattern, Percent};
use crate::plan::Selection;
use crate::{Engine, Machine, with_causes};

/// The wish for a search.
#[derive(Clone, Debug)]
pub struct Range {
    pub good: CommitId,
    pub bad: CommitId,
    /// The case that is slower is among these; with several, the one that is slower by most is searched for.
    pub selection: Selection,
    /// Smaller changes are not searched for.
    pub least: Percent,
    /// No comparison is begun later than this after the first.
    pub budget: Option<Duration>,
}

/// The outcome of a search.
#[derive(Debug)]
pub struct Bisected {
    pub case: CaseKey,
    /// Other cases that are slower over the whole range.
    pub others: Vec<CaseKey>,
    /// The good end against the bad one, as they were compared first.
    pub whole: Comparison,
    /// In the order of the commits.
    pub culprits: Vec<Culprit>,
    /// Commits that could not be built or measured, and why.
    pub unknown: Vec<(CommitId, String)>,
    pub comparisons: usize,
    /// The budget ran out before the search was at its end.
    pub is_out_of_time: bool,
}

/// A commit that made the case slower.
#[derive(Debug)]
pub struct Culprit {
    pub step: Step,
    pub subject: String,
    pub time: String,
    /// The files that differ from what was before, with the lines added and removed.
    pub stat: Vec<(PathBuf, usize, usize)>,
    /// Just this step; absent where comparing these two did not show it.
    pub comparison: Option<Comparison>,
    /// Asks for that comparison.
    pub wanted: Wanted,
}

/// Why a search stops.
enum Stop {
    Failed(Error),
    OutOfTime,
}

impl std::convert::From<git::Error> for Stop {
    fn from(error: git::Error) -> Self {
        Self::Failed(error.into())
    }
}

/// Finds the commits between `good` and `bad` that made a case slower.
///
/// # Errors
///
/// Nothing is slower; `good` is not an ancestor of `bad`; or what is measured cannot be stored.
pub fn bisect(
    engine: &mut Engine<'_>,
    project: &Project,
    machine: &Machine,
    range: &Range,
) -> Result<Bisected> {
    let repo = project
        .repo
        .as_ref()
        .ok_or_else(|| Error::usage("a search for commits needs git", "run it in a git repository"))?;
    if !repo.is_ancestor(&range.good, &range.bad)? {
        let what = format!("{} is not an ancestor of {}", range.good.short(), range.bad.short());
        return Err(Error::usage(what, "name the older commit first; `git merge-base` finds a common one"));
    }
    let deadline = range.budget.and_then(|budget| engine.host().now().checked_add(budget).ok());
    let selection = range.selection.clone();
    let mut judge =
        Judge { engine, project, repo, machine, selection, deadline, case: None, seen: HashMap::new() };
    let commits = repo.line(&range.good, &range.bad)?.len();
    let whole = judge.whole(range, commits)?;
    let (case, total, others) = slowest(&whole, range)?;
    judge.selection = Selection { filters: vec![Pattern::new(case.to_string())], ..range.selection.clone() };
    judge.case = Some(case.clone());
    let mut hunt = Hunt::new(&mut judge, range.least.share().ln_1p());
    let ended = hunt.between(&range.good, &range.bad, total);
    let Found { steps, unknown, comparisons } = hunt.found;
    let is_out_of_time = match ended {
        Ok(()) => false,
        Err(Stop::OutOfTime) => true,
        Err(Stop::Failed(error)) => return Err(error),
    };
    let culprits = steps.into_iter().map(|step| judge.culprit(step, range.least)).collect::<Result<_>>()?;
    // The first one was over the whole range.
    let comparisons = comparisons + 1;
    Ok(Bisected { case, others, whole, culprits, unknown, comparisons, is_out_of_time })
}

/// The case that is slower by most, by how much, and the others that are slower.
fn slowest(whole: &Comparison, range: &Range) -> Result<(CaseKey, f64, Vec<CaseKey>)> {
    let slower = whole.rows.iter().filter_map(|row| match answer(row) {
        Answer::Worse(effect) => Some((row.id.clone(), effect)),
        _ => None,
    });
    let mut slower: Vec<_> = slower.collect();
    slower.sort_by(|one, other| other.1.total_cmp(&one.1));
    let mut slower = slower.into_iter();
    let Some((case, total)) = slower.next() else {
        let what = format!(
            "no case is slower at {} than at {} by more than {:.1} %",
            range.bad.short(),
            range.good.short(),
            range.least.share() * 100.0
        );
        return Err(Error::NothingToRun {
            what,
            hint: "`--threshold` searches for smaller changes; `compare` shows all rows".to_owned(),
        });
    };
    Ok((case, total, slower.map(|(case, _)| case).collect()))
}

/// The answer that a row gives.
fn answer(row: &Row) -> Answer {
    match &row.standing {
        Standing::Judged(Judgement { verdict, effect }) => match (verdict, effect) {
            (Verdict::Regressed, Some(effect)) => Answer::Worse(effect.log_ratio()),
            (Verdict::Same | Verdict::Improved, _) => Answer::NotWorse,
            _ => Answer::Undecided,
        },
        Standing::Identical => Answer::NotWorse,
        Standing::New => Answer::Unknown("the good end does not have the case".to_owned()),
        Standing::Gone => Answer::Unknown("it does not have the case".to_owned()),
        Standing::Broken | Standing::StillBroken | Standing::Mended | Standing::Unsupported => {
            let failures = [&row.candidate, &row.base].into_iter().flatten().find_map(Cell::failure);
            let words = failures.map(|(kind, reason)| format!("{kind}: {reason}"));
            Answer::Unknown(words.unwrap_or_else(|| "the case fails".to_owned()))
        }
    }
}

/// Compares commits by measuring them.
struct Judge<'j, 'e> {
    engine: &'j mut Engine<'e>,
    project: &'j Project,
    repo: &'j Repo,
    machine: &'j Machine,
    selection: Selection,
    deadline: Option<Timestamp>,
    /// The case that is searched for.
    case: Option<CaseKey>,
    /// The last comparison of each two commits.
    seen: HashMap<(CommitId, CommitId), Comparison>,
}

impl Judge<'_, '_> {
    fn wanted(&self, good: &CommitId, bad: &CommitId, threshold: Percent) -> Wanted {
        Wanted {
            base: SideSpec::of_commit(good.clone(), good.short()),
            candidate: SideSpec::of_commit(bad.clone(), bad.short()),
            from: From::Anywhere,
            selection: self.selection.clone(),
            threshold: Some(threshold),
            budget: None,
            counts: false,
            only: None,
        }
    }

    fn whole(&mut self, range: &Range, commits: usize) -> Result<Comparison> {
        let wanted = self.wanted(&range.good, &range.bad, range.least);
        self.announce(&range.bad, commits);
        Ok(self.compared(&wanted)?.1)
    }

    fn announce(&mut self, commit: &CommitId, left: usize) {
        let subject = self.repo.subject(commit).unwrap_or_default();
        self.engine.report(&Event::Bisecting { commit: commit.as_str().to_owned(), subject, left });
    }

    fn compared(&mut self, wanted: &Wanted) -> Result<(Pair, Comparison)> {
        let pair = pair(self.engine, self.project, self.machine, wanted)?;
        let gate = self.project.gate(wanted.threshold, Drift::default(), Apart::Result);
        let found = compare(&pair.base, &pair.candidate, &gate);
        Ok((pair, found))
    }

    fn culprit(&mut self, step: Step, least: Percent) -> Result<Culprit> {
        let slower = step.candidates.last().unwrap_or(&step.before).clone();
        let wanted = self.wanted(&step.before, &slower, least);
        let comparison = self.seen.remove(&(step.before.clone(), slower.clone()));
        let comparison = comparison.filter(|_| step.effect.is_some());
        let (subject, time) = (self.repo.subject(&slower)?, self.repo.time(&slower)?);
        let stat = self.repo.diff_stat(&step.before, &slower)?;
        Ok(Culprit { step, subject, time, stat, comparison, wanted })
    }
}

impl Commits for Judge<'_, '_> {
    type Error = Stop;

    fn line(&self, good: &CommitId, bad: &CommitId) -> std::result::Result<Vec<CommitId>, Stop> {
        Ok(self.repo.line(good, bad)?)
    }

    fn merged(&self, commit: &CommitId) -> std::result::Result<Option<(CommitId, CommitId)>, Stop> {
        Ok(self.repo.merged(commit)?)
    }
}

impl Oracle for Judge<'_, '_> {
    fn compare(
        &mut self,
        good: &CommitId,
        bad: &CommitId,
        threshold: f64,
        left: usize,
    ) -> std::result::Result<Answer, Stop> {
        if self.deadline.is_some_and(|deadline| self.engine.host().now() > deadline) {
            return Err(Stop::OutOfTime);
        }
        self.announce(bad, left);
        let threshold = Percent::of_share(threshold.exp_m1()).unwrap_or_default();
        let wanted = self.wanted(good, bad, threshold);
        let found = match self.compared(&wanted) {
            Ok((pair, _)) if !pair.is_measured => Ok(Answer::NotWorse),
            Ok((_, found)) => {
                self.seen.insert((good.clone(), bad.clone()), found.clone());
                let row = found.rows.iter().find(|row| Some(&row.id) == self.case.as_ref());
                Ok(row.map_or_else(|| Answer::Unknown("the case is not there".to_owned()), answer))
            }
            // A commit that does not build or list says nothing; everything else ends the search.
            Err(error @ (Error::Cargo(_) | Error::Plan(_) | Error::Manifest(_) | Error::Executor(_))) => {
                Ok(Answer::Unknown(with_causes(&error)))
            }
            Err(error @ (Error::NotComparable { .. } | Error::NothingToRun { .. })) => {
                Ok(Answer::Unknown(with_causes(&error)))
            }
            Err(error) => Err(Stop::Failed(error)),
        };
        if let Ok(answer) = &found {
            let commit = bad.as_str().to_owned();
            self.engine.report(&Event::Bisected { commit, answer: shown(answer) });
        }
        found
    }
}

fn shown(answer: &Answer) -> String {
    match answer {
        Answer::Worse(effect) => format!("slower by {:.1} %", effect.exp_m1() * 100.0),
        Answer::NotWorse => "not slower".to_owned(),
        Answer::Undecided => "undecided, passed over".to_owned(),
        Answer::Unknown(reason) => format!("passed over: {reason}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::sample;
    use crate::compare::{Effect, Need, Tolerance};

    fn range(least: f64) -> Range {
        Range {
            good: CommitId::new("1".repeat(40)),
            bad: CommitId::new("2".repeat(40)),
            selection: Selection::default(),
            least: Percent::of_share(least).expect("a share"),
            budget: None,
        }
    }

    fn whole(base: &[(&str, f64)], candidate: &[(&str, f64)]) -> Comparison {
        let cases = |cases: &[(&str, f64)]| {
            cases
                .iter()
                .map(|(id, nanos)| sample::case(id, &[*nanos * 0.999, *nanos, *nanos * 1.001]))
                .collect()
        };
        let (base, candidate) = (sample::run("one", cases(base)), sample::run("other", cases(candidate)));
        let gate = |_: &CaseKey| Tolerance { tolerance: 0.01, ..Tolerance::default() };
        compare(&base, &candidate, &gate)
    }

    /// The rows with the verdicts that interleaved sides would have had.
    fn judged(verdicts: &[(&str, Verdict, f64)]) -> Comparison {
        let pairs: Vec<_> = verdicts.iter().map(|(id, _, share)| (*id, 1000.0 * (1.0 + share))).collect();
        let base: Vec<_> = verdicts.iter().map(|(id, ..)| (*id, 1000.0)).collect();
        let mut found = whole(&base, &pairs);
        for (row, (_, verdict, _)) in found.rows.iter_mut().zip(verdicts) {
            if let Standing::Judged(judgement) = &mut row.standing {
                judgement.verdict = *verdict;
            }
        }
        found
    }

    #[test]
    fn the_case_that_is_slower_by_most_is_searched_for() {
        let found = judged(&[
            ("k/a@host", Verdict::Regressed, 0.03),
            ("k/b@host", Verdict::Regressed, 0.09),
            ("k/c@host", Verdict::Same, 0.0),
            ("k/d@host", Verdict::Undecided(Need::TooClose), 0.5),
        ]);
        let (case, total, others) = slowest(&found, &range(0.01)).expect("one is slower");
        assert_eq!((case.to_string().as_str(), others.len()), ("k/b@host", 1));
        assert!((total - 0.09_f64.ln_1p()).abs() < 1e-3, "{total}");
    }

    #[test]
    fn where_nothing_is_slower_the_ends_and_the_threshold_are_named() {
        let found = judged(&[("k/a@host", Verdict::Improved, -0.1)]);
        let error = slowest(&found, &range(0.005)).expect_err("nothing is slower");
        let expected = "no case is slower at 222222222 than at 111111111 by more than 0.5 %";
        assert_eq!(error.to_string(), expected);
        assert!(error.hint().is_some_and(|hint| hint.contains("--threshold")));
    }

    #[test]
    fn what_a_row_answers() {
        let of = |verdict: Verdict| answer(&judged(&[("k/a@host", verdict, 0.05)]).rows[0]);
        assert!(matches!(of(Verdict::Regressed), Answer::Worse(effect) if (effect - 0.0488).abs() < 1e-3));
        assert_eq!(of(Verdict::Same), Answer::NotWorse);
        assert_eq!(of(Verdict::Improved), Answer::NotWorse);
        assert_eq!(of(Verdict::Undecided(Need::Layout)), Answer::Undecided);
        let with = |standing: Standing| {
            let mut row = judged(&[("k/a@host", Verdict::Same, 0.0)]).rows.remove(0);
            row.standing = standing;
            answer(&row)
        };
        assert_eq!(with(Standing::Identical), Answer::NotWorse);
        assert_eq!(with(Standing::Gone), Answer::Unknown("it does not have the case".into()));
        let mut broken = whole(&[("k/a@host", 1000.0)], &[("k/a@host", 1000.0)]).rows.remove(0);
        broken.standing = Standing::Broken;
        let failed =
            accel_bench_record::Status::failed(accel_bench_record::Failure::Panic, "index out of bounds");
        broken.candidate.as_mut().expect("a side").status = failed;
        assert_eq!(answer(&broken), Answer::Unknown("panic: index out of bounds".into()));
        let unmeasured = Standing::Judged(Judgement { verdict: Verdict::Regressed, effect: None::<Effect> });
        assert_eq!(with(unmeasured), Answer::Undecided);
    }

    #[test]
    fn answers_in_words() {
        assert_eq!(shown(&Answer::Worse(0.05_f64.ln_1p())), "slower by 5.0 %");
        assert_eq!(shown(&Answer::NotWorse), "not slower");
        assert_eq!(shown(&Answer::Undecided), "undecided, passed over");
        assert_eq!(shown(&Answer::Unknown("it does not build".into())), "passed over: it does not build");
    }
}
