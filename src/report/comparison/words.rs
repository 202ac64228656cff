//! The findings of a comparison, in words.

use accel_bench_record::{Direction, RunState, TreeState};

use crate::report::amount;
use crate::report::ledger::NO_BREAK;
use crate::report::paint::Tone;
use crate::report::plain::plain;
use accel_bench_engine::compare::{
    Apart, Census, Comparison, Confirmed, Control, Effect, Judgement, Judging, MetricRow, Need, Row,
    SideInfo, SlowMode, Standing, Tolerance, Verdict,
};

/// The verdict or what is in its place, with a sign for those who see no colors.
pub(super) fn verdict(row: &Row) -> (Tone, &'static str) {
    match row.standing {
        Standing::Judged(_) if row.is_alert() => (Tone::Bad, "▲▲ regressed"),
        Standing::Judged(Judgement { verdict: Verdict::Same, .. }) if is_same_code(row) => {
            (Tone::Plain, "= same code")
        }
        Standing::Judged(judgement) => of_judgement(&judgement, Direction::Lower),
        Standing::New => (Tone::Dim, "+ new"),
        Standing::Gone => (Tone::Open, "− missing"),
        Standing::Broken => (Tone::Bad, "✗ failed"),
        Standing::StillBroken => (Tone::Open, "✗ still failing"),
        Standing::Mended => (Tone::Good, "✓ fixed"),
        Standing::Unsupported => (Tone::Dim, "∅ unsupported"),
        Standing::Identical => (Tone::Plain, "= same"),
    }
}

/// The arrow shows where the value went, the word whether that is good.
pub(super) fn of_judgement(judgement: &Judgement, better: Direction) -> (Tone, &'static str) {
    match judgement.verdict {
        Verdict::Regressed if better == Direction::Higher => (Tone::Bad, "▼ regressed"),
        Verdict::Regressed => (Tone::Bad, "▲ regressed"),
        Verdict::Improved if better == Direction::Higher => (Tone::Good, "▲ improved"),
        Verdict::Improved => (Tone::Good, "▼ improved"),
        Verdict::Same => (Tone::Plain, "= same"),
        Verdict::Suspected => (Tone::Open, "? suspected"),
        Verdict::NotJudged => (Tone::Dim, "– not judged"),
        Verdict::Undecided(_) => (Tone::Open, "? undecided"),
    }
}

/// Returns what the verdict alone does not say.
pub(super) fn note(row: &Row) -> Option<String> {
    let (verdict, effect) = match row.standing {
        Standing::Judged(Judgement { verdict, effect }) => (verdict, effect),
        Standing::Identical => return Some("not measured: the executables are the same".to_owned()),
        _ => return None,
    };
    if let Some([base, candidate]) = row.versions.as_ref().filter(|_| row.is_other_work()) {
        let (base, candidate) = (plain(base), plain(candidate));
        return Some(format!(
            "the benchmark itself changed (version {base} → {candidate}): not the same work"
        ));
    }
    let gate = gate(&row.tolerance);
    match verdict {
        Verdict::Regressed if row.is_alert() => {
            Some(format!("beyond the alert level of {}", amount::percent(row.tolerance.alert)))
        }
        Verdict::Undecided(Need::Layout) => Some(to_decide(row, Need::Layout)),
        Verdict::Regressed | Verdict::Improved | Verdict::NotJudged => None,
        Verdict::Suspected => sure(effect),
        Verdict::Same => sure(effect).map(|by| format!("{by}, within {gate}")),
        Verdict::Undecided(need) => Some(match (sure(effect), need) {
            (Some(by), need) => format!("{by}; whether beyond {gate} is open: {}", to_decide(row, need)),
            (None, need) => to_decide(row, need),
        }),
    }
}

/// All that is said of a row next to its verdict, failures included.
pub(super) fn notes(row: &Row) -> Vec<String> {
    let failures = [("baseline", &row.base), ("candidate", &row.candidate)];
    let failures = failures.iter().filter_map(|(name, side)| {
        let (kind, reason) = side.as_ref()?.failure()?;
        Some(format!("{name} {kind}: {reason}"))
    });
    note(row)
        .into_iter()
        .chain(one_layout(row).map(str::to_owned))
        .chain(same_code(row).map(str::to_owned))
        .chain(source_changed(row).map(str::to_owned))
        .chain(slow_mode(row))
        .chain(precisions(row))
        .chain(failures)
        .collect()
}

/// Between which effects a row's layouts lie.
fn range(row: &Row) -> String {
    let layouts = row.in_pairs.as_ref().and_then(|shown| shown.over_layouts);
    let changes = layouts.map(|ends| ends.map(|end| end.change()));
    match changes {
        Some([Some(least), Some(most)]) => {
            format!(": from {least} to {most} with functions at other addresses")
        }
        _ => String::new(),
    }
}

/// That a change was seen in one layout of the executables only: they were not built steadily, or the linker makes no other.
pub(super) fn one_layout(row: &Row) -> Option<&'static str> {
    let is_change = matches!(
        row.standing,
        Standing::Judged(Judgement { verdict: Verdict::Regressed | Verdict::Improved, .. })
    );
    let is_in_one = row.in_pairs.as_ref().is_some_and(|shown| shown.over_layouts.is_none());
    (is_change && is_in_one).then_some("its code layout was not varied")
}

/// That the benchmark's own source differs: it may measure something else.
pub(super) fn source_changed(row: &Row) -> Option<&'static str> {
    let is_named = row.versions.is_some() && !row.is_other_work();
    is_named.then_some(
        "the benchmark's own source changed; `version = …` in it says that it measures something else",
    )
}

fn is_same_code(row: &Row) -> bool {
    row.in_pairs.as_ref().is_some_and(|shown| shown.is_same_code)
}

/// That what was not called the same is not a difference of code.
pub(super) fn same_code(row: &Row) -> Option<&'static str> {
    let is_other = !matches!(row.standing, Standing::Judged(Judgement { verdict: Verdict::Same, .. }));
    (is_other && is_same_code(row)).then_some("both sides reach the same machine code")
}

/// That the sides did not do the same work.
pub(super) fn precisions(row: &Row) -> Option<String> {
    let (base, candidate) = row.two_precisions()?;
    let (base, candidate) = (plain(&base), plain(&candidate));
    Some(format!("not the same work: the baseline ran in {base}, the candidate in {candidate}"))
}

/// Returns what a change is measured by.
fn gate(tolerance: &Tolerance) -> String {
    format!("the tolerance of {}", amount::percent(tolerance.gate()))
}

/// `slower by 1.8 %`, when the interval leaves out no change at all.
fn sure(effect: Option<Effect>) -> Option<String> {
    let effect = effect.filter(Effect::is_sure)?;
    let change = effect.change()?.to_string();
    let way = if effect.is_slower() { "slower" } else { "faster" };
    Some(format!("{way} by {}", change.trim_start_matches(['+', '-'])))
}

fn to_decide(row: &Row, need: Need) -> String {
    match need {
        Need::TooClose => "too close to the tolerance for any sensible number of processes".to_owned(),
        Need::SecondProcess => {
            "one process on a side reports nothing of the spread; 5 a side are usual".to_owned()
        }
        Need::Values => "a side has no values that can be compared".to_owned(),
        Need::Pairs(count) => format!("about {count} process pairs would decide it"),
        Need::Confirmation => "it looked changed, and fresh processes did not confirm it".to_owned(),
        Need::Layout => format!("depends on code layout{}", range(row)),
        Need::OneSpeed => {
            "its processes have two speeds, farther apart than the tolerance; a mean would be of neither"
                .to_owned()
        }
        Need::SlowMode => "a mean of the processes would hide it".to_owned(),
    }
}

/// `3 of 24 candidate processes were 2.0 times as slow`: the effect leaves them out.
pub(super) fn slow_mode(row: &Row) -> Option<String> {
    let SlowMode { of_candidate, slow, of, times } = row.in_pairs.as_ref()?.slow_mode?;
    let side = if of_candidate { "candidate" } else { "baseline" };
    Some(format!("{slow} of {of} {side} processes took {times:.2} times as long as the others"))
}

/// `host-rss-peak-bytes 512.0 MiB → 640.0 MiB +25.0 % ▲ regressed`.
pub(super) fn metric(row: &MetricRow) -> (Tone, String) {
    let unit = plain(&row.unit);
    let value = |side: &Option<accel_bench_record::Estimate>| {
        side.as_ref().map_or_else(|| "—".to_owned(), |estimate| amount::amount(estimate.value, &unit))
    };
    let kept = |text: String| text.replace(' ', &NO_BREAK.to_string());
    let (base, candidate) = (kept(value(&row.base)), kept(value(&row.candidate)));
    let mut text = format!("{} {base} → {candidate}", plain(&row.name));
    if let Some(effect) = &row.effect {
        text += &format!("  {}", kept(amount::effect(effect)));
    }
    match row.judging {
        Judging::Judged(judgement) => {
            let (tone, word) = of_judgement(&judgement, row.better);
            (if tone == Tone::Plain { Tone::Dim } else { tone }, format!("{text}  {}", kept(word.to_owned())))
        }
        Judging::FollowsFromLatency | Judging::Repeats | Judging::Told => (Tone::Dim, text),
        Judging::Varies => (Tone::Open, format!("{text}  ? varies from process to process")),
        Judging::DifferentProcesses => {
            (Tone::Dim, format!("{text}  not judged: the process served other cases too"))
        }
    }
}

/// `4f2c9d1e7 main, uncommitted changes (run 20261121-093045-3f9a)`.
pub(super) fn side(side: &SideInfo) -> String {
    let mut text = match &side.commit {
        None => "no commit".to_owned(),
        Some(commit) => {
            let hash: String = commit.id.chars().take(9).collect();
            let branch =
                commit.branch.as_ref().map(|branch| format!(" {}", plain(branch))).unwrap_or_default();
            let tree = match &commit.tree {
                TreeState::Clean => "",
                TreeState::Dirty { .. } => ", uncommitted changes",
                TreeState::Merge { .. } => ", result of a merge",
            };
            format!("{hash}{branch}{tree}")
        }
    };
    text += &match side.run.as_str() {
        "" => " (not measured)".to_owned(),
        run => format!(" (run {})", plain(run)),
    };
    match side.state {
        RunState::Complete => {}
        RunState::Interrupted => text += ", interrupted",
        RunState::Running => text += ", not finished",
    }
    text
}

/// The census in lines: what was judged, then what was not; what there is none of is left out.
pub(super) fn census(census: &Census) -> Vec<String> {
    let list = |parts: &[(usize, &str)]| {
        let parts =
            parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
        parts.collect::<Vec<_>>().join(", ")
    };
    let plural = if census.cases == 1 { "case" } else { "cases" };
    let judged =
        list(&[(census.regressed, "regressed"), (census.improved, "improved"), (census.same, "the same")]);
    let colon = if judged.is_empty() { "" } else { ": " };
    let mut lines = vec![format!(
        "{} {plural}, {} judged{colon}{judged}; {} undecided",
        census.cases,
        census.judged(),
        census.undecided
    )];
    let apart = list(&[(census.suspected, "suspected"), (census.not_judged, "not judged")]);
    lines.extend((!apart.is_empty()).then_some(apart));
    let rest = list(&[
        (census.missing_in_baseline, "missing in the baseline"),
        (census.missing_in_candidate, "missing in the candidate"),
        (census.broken, "failed in the candidate"),
        (census.still_broken, "failed on both sides"),
        (census.mended, "failed in the baseline only"),
        (census.unsupported, "unsupported"),
    ]);
    lines.extend((!rest.is_empty()).then_some(rest));
    let metrics = list(&[(census.regressed_metrics, "metrics regressed")]);
    lines.extend(
        (!metrics.is_empty())
            .then(|| metrics.replacen("1 metrics", "1 metric", usize::from(census.regressed_metrics == 1))),
    );
    lines
}

/// The result of the A/A controls in lines: a count, then each control that failed.
pub(super) fn controls(controls: &[Control]) -> Vec<(Tone, String)> {
    if controls.is_empty() {
        return Vec::new();
    }
    let failed: Vec<_> = controls.iter().filter(|control| control.has_failed()).collect();
    let found = match (failed.len(), controls.len()) {
        (0, 1) => "A/A control passed".to_owned(),
        (0, all) => format!("{all} A/A controls passed"),
        (_, 1) => "A/A control failed: this machine is too noisy to judge".to_owned(),
        (bad, all) => format!("{bad} of {all} A/A controls failed: this machine is too noisy to judge"),
    };
    let mut lines = vec![(if failed.is_empty() { Tone::Dim } else { Tone::Bad }, found)];
    lines.extend(failed.iter().map(|control| {
        let effect = control.effect.as_ref().map(amount::effect).unwrap_or_default();
        (
            Tone::Bad,
            format!("{}  {}", plain(&control.id.to_string()), effect.replace(' ', &NO_BREAK.to_string())),
        )
    }));
    lines
}

/// Which rows are not of the runs that the head names.
pub(super) fn confirmed(confirmed: &Confirmed) -> String {
    let rows =
        if confirmed.rows == 1 { "1 row was".to_owned() } else { format!("{} rows were", confirmed.rows) };
    let runs = [&confirmed.base, &confirmed.candidate].map(|side| plain(&side.run));
    format!("{rows} slower in the store and measured again interleaved (runs {} and {})", runs[0], runs[1])
}

/// The value of a comparison of sides that were measured apart says; `None` for interleaved ones.
pub(super) fn apart(found: &Comparison) -> Option<String> {
    let is_apart = found.pairs.is_none() || found.confirmed.is_some();
    let tolerance = found.rows.first().filter(|_| is_apart)?.tolerance;
    Some(match tolerance.apart {
        Apart::Stored => {
            "stored runs describe, they do not judge: the machine may have changed between them".to_owned()
        }
        Apart::Result => format!(
            "measured apart: judged beyond the alert level only ({}); interleaved comparisons judge the rest",
            amount::percent(tolerance.alert)
        ),
    })
}

/// Why what was to be counted is not, each reason once.
pub(super) fn uncounted(found: &Comparison) -> Vec<String> {
    let cells = found.rows.iter().flat_map(|row| row.base.iter().chain(&row.candidate));
    let reasons: std::collections::BTreeSet<_> = cells.filter_map(|cell| cell.uncounted.as_deref()).collect();
    reasons.into_iter().map(|reason| format!("not counted: {}", plain(reason))).collect()
}

/// How to read the intervals.
pub(super) fn legend(pairs: Option<(usize, usize)>) -> String {
    let over = match pairs {
        None => "processes".to_owned(),
        Some((least, most)) if least == most => amount::count(most, "process pair"),
        Some((least, most)) => format!("{least} to {most} process pairs"),
    };
    format!("± 95 % of a side, [ ] 99 % of the effect, over {over}")
}

#[cfg(test)]
mod tests {
    use accel_bench_record::{CaseKey, CommitInfo, Failure, Metric};

    use super::*;
    use accel_bench_engine::compare::{InPairs, compare, sample};

    /// One row, from the process medians of both sides, measured apart.
    fn row(base: &[f64], candidate: &[f64]) -> Row {
        let of = |medians: &[f64]| sample::run("r", vec![sample::case("a/x@n", medians)]);
        compare(&of(base), &of(candidate), &|_| Tolerance::default()).rows.remove(0)
    }

    /// The same interleaved.
    fn row_in_pairs(base: &[f64], candidate: &[f64]) -> Row {
        let of = |medians: &[f64]| sample::run("r", vec![sample::case("a/x@n", medians)]);
        let (base, candidate) = sample::interleaved(of(base), of(candidate));
        compare(&base, &candidate, &|_| Tolerance::default()).rows.remove(0)
    }

    #[track_caller]
    fn check(row: &Row, word: &str, expected: Option<&str>) {
        assert_eq!((verdict(row).1, note(row).as_deref()), (word, expected));
    }

    #[test]
    fn notes_say_what_the_verdict_does_not() {
        let row = |candidate: f64| row_in_pairs(&[100.0; 16], &[candidate; 16]);
        check(&row(107.0), "▲ regressed", None);
        check(&row(120.0), "▲▲ regressed", Some("beyond the alert level of 10 %"));
        check(&row(90.0), "▼ improved", None);
        check(&row(100.0), "= same", None);
        check(&row(101.8), "= same", Some("slower by 1.8 %, within the tolerance of 5 %"));
        check(&row(98.0), "= same", Some("faster by 2.0 %, within the tolerance of 5 %"));
    }

    #[test]
    fn undecided_says_what_it_takes() {
        let close = "slower by 5.0 %; whether beyond the tolerance of 5 % is open: \
                     too close to the tolerance for any sensible number of processes";
        check(&row_in_pairs(&[100.0; 24], &[104.99; 24]), "? undecided", Some(close));
        let few = row_in_pairs(&[100.0; 3], &[100.0; 3]);
        check(&few, "? undecided", Some("about 6 process pairs would decide it"));
    }

    #[test]
    fn sides_that_were_measured_apart() {
        check(&row(&[100.0; 5], &[120.0; 5]), "▲▲ regressed", Some("beyond the alert level of 10 %"));
        check(&row(&[100.0; 5], &[107.0; 5]), "? suspected", Some("slower by 7.0 %"));
        check(&row(&[100.0; 5], &[101.0; 5]), "– not judged", None);
        let alone = "one process on a side reports nothing of the spread; 5 a side are usual";
        check(&row(&[100.0], &[107.0]), "? undecided", Some(alone));
        check(&row(&[], &[107.0]), "? undecided", Some("a side has no values that can be compared"));
    }

    #[test]
    fn what_measuring_apart_is_worth_is_said_once() {
        let of = |medians: &[f64]| sample::run("r", vec![sample::case("a/x@n", medians)]);
        let told = |apart: Apart| {
            let gate = |_: &CaseKey| Tolerance { apart, ..Tolerance::default() };
            super::apart(&compare(&of(&[100.0; 5]), &of(&[100.0; 5]), &gate))
        };
        assert!(told(Apart::Stored).is_some_and(|line| line.starts_with("stored runs describe")));
        assert!(told(Apart::Result).is_some_and(|line| line.contains("beyond the alert level only (10 %)")));
        assert_eq!(super::apart(&sample::comparison()), None);
    }

    fn check_metric(name: &str, better: Direction, values: (f64, f64), tone: Tone, expected: &str) {
        let of = |value: f64| {
            let mut case = sample::case("a/x@n", &[100.0; 3]);
            for process in &mut case.processes {
                process.metrics.push(Metric::new(name, "bytes", better, value));
            }
            sample::run("r", vec![case])
        };
        let found = compare(&of(values.0), &of(values.1), &|_| Tolerance::default());
        let (found_tone, text) = metric(&found.rows[0].metrics[0]);
        assert_eq!((found_tone, text.replace(NO_BREAK, " ").as_str()), (tone, expected));
    }

    #[test]
    fn metrics_in_one_line() {
        use Direction::{Higher, Lower, Neither};
        let worse = "pool 1.000 KiB → 2.000 KiB  +100 % [+99.1, +101]  ▲ regressed";
        check_metric("pool", Lower, (1024.0, 2048.0), Tone::Bad, worse);
        let better = "pool 1.000 KiB → 2.000 KiB  +100 % [+99.1, +101]  ▲ improved";
        check_metric("pool", Higher, (1024.0, 2048.0), Tone::Good, better);
        let told = "pool 1.000 KiB → 2.000 KiB  +100 % [+99.1, +101]";
        check_metric("pool", Neither, (1024.0, 2048.0), Tone::Dim, told);
        check_metric("\u{1b}c", Lower, (0.0, 0.0), Tone::Dim, "\\u{1b}c 0.000 B → 0.000 B");
    }

    fn check_side(change: impl Fn(&mut SideInfo), expected: &str) {
        let mut info = SideInfo::from(&sample::run("r7", vec![]));
        change(&mut info);
        assert_eq!(side(&info), expected);
    }

    fn with_tree(tree: TreeState) -> impl Fn(&mut SideInfo) {
        move |info| {
            let commit = info.commit.take().expect("a commit");
            info.commit = Some(CommitInfo { tree: tree.clone(), ..commit });
        }
    }

    #[test]
    fn sides() {
        check_side(|_| {}, "4f2c9d1e7 main (run r7)");
        check_side(|info| info.commit = None, "no commit (run r7)");
        check_side(|info| info.state = RunState::Running, "4f2c9d1e7 main (run r7), not finished");
        check_side(|info| info.state = RunState::Interrupted, "4f2c9d1e7 main (run r7), interrupted");
        let dirty = with_tree(TreeState::Dirty { tree: "77".into() });
        check_side(dirty, "4f2c9d1e7 main, uncommitted changes (run r7)");
        let merge = with_tree(TreeState::Merge { tree: "77".into(), with: "88".into() });
        check_side(merge, "4f2c9d1e7 main, result of a merge (run r7)");
    }

    #[test]
    fn the_census_leaves_out_what_there_is_none_of() {
        let none = Census::default();
        assert_eq!(census(&none), ["0 cases, 0 judged; 0 undecided"]);
        let one = Census { cases: 1, same: 1, ..none };
        assert_eq!(census(&one), ["1 case, 1 judged: 1 the same; 0 undecided"]);
        let apart = Census { cases: 3, suspected: 1, not_judged: 2, ..none };
        let lines = ["3 cases, 0 judged; 0 undecided", "1 suspected, 2 not judged"];
        assert_eq!(census(&apart), lines);
        let some = Census { cases: 3, unsupported: 2, regressed_metrics: 2, ..none };
        let lines = ["3 cases, 0 judged; 0 undecided", "2 unsupported", "2 metrics regressed"];
        assert_eq!(census(&some), lines);
    }

    /// A control whose effect is what these medians of the candidate and of its twin show.
    fn control(twin: f64) -> Control {
        let row = row_in_pairs(&[100.0; 16], &[twin; 16]);
        let Standing::Judged(Judgement { verdict, effect }) = row.standing else { panic!("{row:?}") };
        Control { id: row.id, gate: 0.05, effect, verdict }
    }

    #[test]
    fn controls_in_lines() {
        let lines = |controls: &[Control]| -> Vec<_> {
            super::controls(controls).into_iter().map(|(_, line)| line.replace(NO_BREAK, " ")).collect()
        };
        assert_eq!(lines(&[]), [""; 0]);
        let steady = control(100.0);
        let expected = ["A/A control passed"];
        assert_eq!(lines(std::slice::from_ref(&steady)), expected);
        assert_eq!(
            lines(&[control(120.0), steady]),
            [
                "1 of 2 A/A controls failed: this machine is too noisy to judge",
                "a/x@n  +20.0 % [+19.8, +20.2]"
            ]
        );
    }

    #[test]
    fn the_legend_says_over_how_many() {
        let legends = [None, Some((1, 1)), Some((4, 4)), Some((4, 24))].map(legend);
        let ends = ["processes", "1 process pair", "4 process pairs", "4 to 24 process pairs"];
        for (legend, end) in legends.iter().zip(ends) {
            assert_eq!(*legend, format!("± 95 % of a side, [ ] 99 % of the effect, over {end}"));
        }
    }

    #[test]
    fn slow_processes_of_one_side_are_named() {
        let slow_mode = Some(SlowMode { of_candidate: true, slow: 3, of: 24, times: 2.0 });
        let in_pairs = Some(InPairs { slow_mode, over_layouts: None, is_same_code: false });
        let row = Row { in_pairs, ..row(&[100.0; 5], &[100.0; 5]) };
        let expected = "3 of 24 candidate processes took 2.00 times as long as the others";
        assert_eq!(super::slow_mode(&row).as_deref(), Some(expected));
    }

    #[test]
    fn a_failed_case_has_a_word_and_no_note() {
        let base = sample::run("r", vec![sample::case("a/x@n", &[100.0; 3])]);
        let failed = sample::failed(sample::case("a/x@n", &[100.0; 3]), Failure::Panic, "no");
        let found = compare(&base, &sample::run("r", vec![failed]), &|_| Tolerance::default());
        assert_eq!((verdict(&found.rows[0]), note(&found.rows[0])), ((Tone::Bad, "✗ failed"), None));
    }
}
