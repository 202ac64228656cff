//! One case on both sides.

use accel_bench_record::{CaseKey, CaseRecord, Counts, Estimate, Failure, Status};

use super::company::Company;
use super::counted::counted_rows;
use super::evidence::SlowMode;
use super::judging::Judge;
use crate::versions::HASHED;

use super::metric::{Judging, MetricRow, metric_rows};
use super::notes::{Notes, effective_precision, notes};
use super::{Effect, Judgement, Need, Tolerance, Verdict};

/// One row of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub id: CaseKey,
    pub base: Option<Cell>,
    pub candidate: Option<Cell>,
    pub tolerance: Tolerance,
    pub standing: Standing,
    /// Only for cases that succeeded on both sides.
    pub metrics: Vec<MetricRow>,
    /// The versions of the benchmark on both sides, where these are two. Where its author declared both, nothing is judged: it is not
    /// the same work.
    pub versions: Option<[String; 2]>,
    /// Where the sides were interleaved.
    pub in_pairs: Option<InPairs>,
}

/// The findings that only process pairs show.
#[derive(Clone, Debug, PartialEq)]
pub struct InPairs {
    /// Processes of one side that were slow as a whole.
    pub slow_mode: Option<SlowMode>,
    /// The least and the most effect in the layouts of the executables that were tried, for what looked changed.
    pub over_layouts: Option<[Effect; 2]>,
    /// The case reaches the same machine code on both sides, although the executables differ.
    pub is_same_code: bool,
}

/// One side of a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    pub status: Status,
    pub latency: Option<Estimate>,
    pub notes: Notes,
    /// Why nothing was counted, although it was to be.
    pub uncounted: Option<String>,
}

/// The change of a case's status from the baseline to the candidate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Standing {
    /// It went well on both sides.
    Judged(Judgement),
    /// Only the candidate has it.
    New,
    /// Only the baseline has it.
    Gone,
    /// It fails in the candidate, and did not in the baseline.
    Broken,
    /// It failed in the baseline already.
    StillBroken,
    /// It failed in the baseline and goes well in the candidate.
    Mended,
    /// A side's backend cannot run it.
    Unsupported,
    /// The same executable serves it on both sides: it was not measured.
    Identical,
}

impl Row {
    /// Makes the row of a case that exists on at least one side; it is judged if it succeeded on both.
    pub(super) fn new(
        id: &CaseKey,
        base: Option<&CaseRecord>,
        candidate: Option<&CaseRecord>,
        company: Company,
        tolerance: Tolerance,
        judge: Judge<'_>,
    ) -> Self {
        let of_latency =
            |base: &CaseRecord, candidate: &CaseRecord| judge.latency(id, base, candidate, tolerance);
        let versions = versions(base, candidate);
        let is_other_work = versions.as_ref().is_some_and(are_declared);
        let standing = match standing(base, candidate, &of_latency) {
            Standing::Judged(judgement) if is_other_work => Standing::Judged(judgement.set_aside()),
            standing => standing,
        };
        let metrics = match (standing, base, candidate) {
            (Standing::Judged(_), Some(base), Some(candidate)) => {
                let mut rows = metric_rows(id, [base, candidate], company, tolerance, judge);
                rows.extend(counted_rows([base, candidate], tolerance.counts));
                if is_other_work {
                    rows.iter_mut().for_each(|row| row.judging = Judging::Told);
                }
                rows
            }
            _ => Vec::new(),
        };
        let (base, candidate) = (base.map(Cell::of), candidate.map(Cell::of));
        Self { id: id.clone(), base, candidate, tolerance, standing, metrics, versions, in_pairs: None }
    }

    /// Makes the row of a case that the same executable serves on both sides.
    pub(super) fn identical(id: &CaseKey, tolerance: Tolerance) -> Self {
        let standing = Standing::Identical;
        let (base, candidate, metrics) = (None, None, Vec::new());
        Self { id: id.clone(), base, candidate, tolerance, standing, metrics, versions: None, in_pairs: None }
    }

    /// Moves what the columns of baseline and candidate show.
    pub(super) fn scaled(mut self, factors: [f64; 2]) -> Self {
        for (cell, factor) in [&mut self.base, &mut self.candidate].into_iter().zip(factors) {
            if let Some(cell) = cell {
                cell.latency = cell.latency.take().map(|latency| latency.scaled(factor));
            }
        }
        self
    }

    /// The precisions that the sides ran in, where these are two: then their times are not of the same work.
    pub fn two_precisions(&self) -> Option<(String, String)> {
        let of = |cell: &Option<Cell>| {
            let cell = cell.as_ref().filter(|cell| cell.latency.is_some())?;
            effective_precision(&self.id.params, &cell.notes)
        };
        of(&self.base).zip(of(&self.candidate)).filter(|(base, candidate)| base != candidate)
    }

    /// Returns whether the sides did not do the same work, as the benchmark's author says.
    pub fn is_other_work(&self) -> bool {
        self.versions.as_ref().is_some_and(are_declared)
    }

    /// Returns whether its latency or one of its metrics regressed.
    pub fn has_regressed(&self) -> bool {
        let by_latency =
            matches!(self.standing, Standing::Judged(Judgement { verdict: Verdict::Regressed, .. }));
        by_latency || self.metrics.iter().any(MetricRow::has_regressed)
    }

    /// Returns whether it was called changed, or looks so: its latency or one of its metrics.
    pub fn is_changed(&self) -> bool {
        let is_change = |verdict: Verdict| {
            let depends_on_layout = verdict == Verdict::Undecided(Need::Layout);
            matches!(verdict, Verdict::Regressed | Verdict::Improved | Verdict::Suspected)
                || depends_on_layout
        };
        let by_latency = matches!(self.standing, Standing::Judged(judgement) if is_change(judgement.verdict));
        by_latency || self.metrics.iter().any(MetricRow::has_changed)
    }

    /// Returns whether it looks slower, or has a metric that looks worse, on sides that were measured apart.
    pub fn is_suspected(&self) -> bool {
        let by_latency =
            matches!(self.standing, Standing::Judged(Judgement { verdict: Verdict::Suspected, .. }));
        by_latency || self.metrics.iter().any(MetricRow::is_suspected)
    }

    /// Returns whether its latency or one of its metrics regressed beyond the alert level.
    pub fn is_alert(&self) -> bool {
        matches!(self.standing, Standing::Judged(judgement) if judgement.is_alert(self.tolerance.alert))
    }
}

impl Cell {
    fn of(case: &CaseRecord) -> Self {
        let uncounted = case.counts.as_ref().and_then(Counts::unsupported).map(str::to_owned);
        let latency = Estimate::of_latency(case);
        Self { status: case.status.clone(), latency, notes: notes(case), uncounted }
    }

    /// Why the case has no result that counts.
    pub fn failure(&self) -> Option<(Failure, &str)> {
        match &self.status {
            Status::Ok => None,
            Status::Failed { kind, reason } => Some((*kind, reason)),
        }
    }
}

/// The versions of the sides, where both are known and differ.
fn versions(base: Option<&CaseRecord>, candidate: Option<&CaseRecord>) -> Option<[String; 2]> {
    let both = [base?.version.clone()?, candidate?.version.clone()?];
    (both[0] != both[1]).then_some(both)
}

fn are_declared(versions: &[String; 2]) -> bool {
    versions.iter().all(|version| !version.starts_with(HASHED))
}

pub(super) fn is_well_on_both_sides(base: &CaseRecord, candidate: &CaseRecord) -> bool {
    base.status.is_ok() && candidate.status.is_ok()
}

fn standing(
    base: Option<&CaseRecord>,
    candidate: Option<&CaseRecord>,
    judge: &dyn Fn(&CaseRecord, &CaseRecord) -> Judgement,
) -> Standing {
    let (before, after) = (base.map(End::of), candidate.map(End::of));
    match (before, after) {
        (_, None) => Standing::Gone,
        (Some(End::Fault), Some(End::Fault)) => Standing::StillBroken,
        (_, Some(End::Fault)) => Standing::Broken,
        (_, Some(End::Unsupported)) | (Some(End::Unsupported), _) => Standing::Unsupported,
        (None, Some(End::Well)) => Standing::New,
        (Some(End::Fault), Some(End::Well)) => Standing::Mended,
        (Some(End::Well), Some(End::Well)) => {
            Standing::Judged(judge(base.expect("it went well"), candidate.expect("it went well")))
        }
    }
}

/// How a case ended, as far as a comparison cares.
#[derive(Clone, Copy)]
enum End {
    Well,
    Fault,
    Unsupported,
}

impl End {
    fn of(case: &CaseRecord) -> Self {
        match &case.status {
            Status::Ok => Self::Well,
            Status::Failed { kind: Failure::Unsupported, .. } => Self::Unsupported,
            Status::Failed { .. } => Self::Fault,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Verdict, sample};
    use super::*;

    fn row_of(
        id: &CaseKey,
        base: Option<&CaseRecord>,
        candidate: Option<&CaseRecord>,
        tolerance: Tolerance,
    ) -> Row {
        Row::new(id, base, candidate, Company::Same, tolerance, Judge::Apart(None))
    }

    const WELL: Option<Status> = Some(Status::Ok);

    fn failed(kind: Failure) -> Option<Status> {
        Some(Status::failed(kind, "because"))
    }

    fn check(base: Option<Status>, candidate: Option<Status>, expected: &str) {
        let of = |status: Option<Status>| {
            status.map(|status| CaseRecord {
                status,
                ..sample::case("enc/forward@ndarray", &[100.0, 100.0, 100.0])
            })
        };
        let (base, candidate) = (of(base), of(candidate));
        let id = sample::case("enc/forward@ndarray", &[]).id;
        let row = row_of(&id, base.as_ref(), candidate.as_ref(), Tolerance::default());
        let found = match row.standing {
            Standing::Judged(judgement) => format!("{:?}", judgement.verdict),
            other => format!("{other:?}"),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn all_standings() {
        check(WELL, WELL, "NotJudged");
        check(None, WELL, "New");
        check(WELL, None, "Gone");
        check(failed(Failure::Panic), None, "Gone");
        check(WELL, failed(Failure::Panic), "Broken");
        check(None, failed(Failure::Timeout), "Broken");
        check(failed(Failure::Unsupported), failed(Failure::Crash), "Broken");
        check(failed(Failure::Oom), failed(Failure::Crash), "StillBroken");
        check(failed(Failure::Oom), WELL, "Mended");
        check(WELL, failed(Failure::Unsupported), "Unsupported");
        check(failed(Failure::Unsupported), WELL, "Unsupported");
        check(None, failed(Failure::Unsupported), "Unsupported");
    }

    #[test]
    fn a_large_regression_is_an_alert() {
        let (base, candidate) =
            (sample::case("e/f@x", &[100.0, 100.0, 100.0]), sample::case("e/f@x", &[120.0, 120.0, 120.0]));
        let row = row_of(&base.id, Some(&base), Some(&candidate), Tolerance::default());
        assert!(row.is_alert());
        assert!(matches!(row.standing, Standing::Judged(Judgement { verdict: Verdict::Regressed, .. })));
        let relaxed = Tolerance { tolerance: 0.5, alert: 0.9, ..Tolerance::default() };
        assert!(!row_of(&base.id, Some(&base), Some(&candidate), relaxed).is_alert());
    }

    /// The row of a case that got slower by a fifth, of these versions.
    fn of_versions(base: Option<&str>, candidate: Option<&str>) -> Row {
        let case = |nanos: f64, version: Option<&str>| {
            let case = sample::with_rss(sample::case("e/f@x", &[nanos; 3]), nanos * 1e8);
            CaseRecord { version: version.map(str::to_owned), ..case }
        };
        let (base, candidate) = (case(100.0, base), case(120.0, candidate));
        row_of(&base.id, Some(&base), Some(&candidate), Tolerance::default())
    }

    #[test]
    fn two_versions_of_a_benchmark_are_not_judged() {
        let row = of_versions(Some("1"), Some("2"));
        let Standing::Judged(judgement) = row.standing else { panic!("{:?}", row.standing) };
        assert_eq!(judgement.verdict, Verdict::NotJudged);
        assert!(judgement.effect.is_some(), "the effect is shown");
        assert_eq!(row.versions, Some(["1".to_owned(), "2".to_owned()]));
        assert!(!row.has_regressed() && !row.is_alert() && !row.is_changed());
        assert!(row.metrics.iter().all(|metric| metric.judging == Judging::Told), "{:?}", row.metrics);
        assert!(!row.metrics.is_empty());
    }

    #[test]
    fn another_source_is_judged_and_named() {
        for versions in [(Some("src-1"), Some("src-2")), (Some("src-1"), Some("2"))] {
            let row = of_versions(versions.0, versions.1);
            assert!(row.has_regressed() && row.versions.is_some() && !row.is_other_work(), "{versions:?}");
        }
        assert!(of_versions(Some("1"), Some("2")).is_other_work());
    }

    #[test]
    fn one_version_or_an_unknown_one_is_judged() {
        for (base, candidate) in [(Some("1"), Some("1")), (None, Some("1")), (Some("1"), None), (None, None)]
        {
            let row = of_versions(base, candidate);
            assert!(row.has_regressed() && row.versions.is_none(), "{base:?} {candidate:?}");
        }
    }

    #[test]
    fn rows_that_call_for_an_explanation() {
        let row = sample::comparison().rows.remove(0);
        let judged = |verdict: Verdict| {
            let standing = Standing::Judged(Judgement { verdict, effect: None });
            Row { standing, metrics: Vec::new(), ..row.clone() }.is_changed()
        };
        assert!(judged(Verdict::Regressed) && judged(Verdict::Improved) && judged(Verdict::Suspected));
        assert!(judged(Verdict::Undecided(Need::Layout)), "it came and went with the layout");
        assert!(
            !judged(Verdict::Same)
                && !judged(Verdict::NotJudged)
                && !judged(Verdict::Undecided(Need::TooClose))
        );
        let standing = |standing: Standing, metrics: &[MetricRow]| {
            Row { standing, metrics: metrics.to_vec(), ..row.clone() }.is_changed()
        };
        assert!(!standing(Standing::New, &[]) && !standing(Standing::Broken, &[]));
        // Its resident set regressed.
        let same = Standing::Judged(Judgement { verdict: Verdict::Same, effect: None });
        assert!(standing(same, &row.metrics) && !standing(same, &[]));
    }

    #[test]
    fn sides_of_two_precisions_are_told() {
        let case = |note: Option<&str>| {
            let mut case = sample::case("e/f@x?precision=f16", &[100.0, 100.0]);
            let note = note.map(|text| ("effective-precision".to_owned(), text.to_owned()));
            case.processes.iter_mut().for_each(|process| process.notes.extend(note.clone()));
            case
        };
        let check = |base: Option<&str>, candidate: Option<&str>, expected: Option<(&str, &str)>| {
            let (base, candidate) = (case(base), case(candidate));
            let row = row_of(&base.id, Some(&base), Some(&candidate), Tolerance::default());
            let found = row.two_precisions();
            assert_eq!(found.as_ref().map(|(base, candidate)| (base.as_str(), candidate.as_str())), expected);
        };
        check(None, None, None);
        check(Some("f32"), Some("f32"), None);
        check(Some("f16"), None, None);
        check(None, Some("f32"), Some(("f16", "f32")));
        check(Some("f32"), None, Some(("f32", "f16")));
    }

    #[test]
    fn a_failed_case_shows_its_reason_and_no_metrics() {
        let base = sample::case("e/f@x", &[100.0]);
        let candidate = CaseRecord { status: Status::failed(Failure::Oom, "8 GiB"), ..base.clone() };
        let row = row_of(&base.id, Some(&base), Some(&candidate), Tolerance::default());
        assert_eq!(row.candidate.as_ref().and_then(Cell::failure), Some((Failure::Oom, "8 GiB")));
        assert_eq!(row.base.as_ref().and_then(Cell::failure), None);
        assert!(row.metrics.is_empty() && !row.is_alert());
    }
}
