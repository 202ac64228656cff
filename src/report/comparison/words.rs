//! The findings of a comparison, in words.

use accel_bench_record::{Direction, RunState, TreeState};

use crate::report::amount;
use crate::report::ledger::NO_BREAK;
use crate::report::paint::Tone;
use crate::report::plain::plain;
use accel_bench_engine::compare::{
    Census, Confirmed, Control, Effect, Judgement, Judging, MetricRow, Need, Row, SideInfo, SlowMode,
    Standing, Tolerance, Verdict,
};

/// The verdict or what is in its place, with a sign for those who see no colors.
pub(super) fn verdict(row: &Row) -> (Tone, &'static str) {
    match row.standing {
        Standing::Judged(_) if row.is_alert() => (Tone::Bad, "▲▲ regressed"),
        Standing::Judged(judgement) => of_judgement(&judgement, Direction::Lower),
        Standing::New => (Tone::Dim, "+ new"),
        Standing::Gone => (Tone::Open, "− missing"),
        Standing::Broken => (Tone::Bad, "✗ failed"),
        Standing::StillBroken => (Tone::Open, "✗ still failing"),
        Standing::Mended => (Tone::Good, "✓ fixed"),
        Standing::Unsupported => (Tone::Dim, "∅ unsupported"),
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
        Verdict::Undecided(_) => (Tone::Open, "? undecided"),
    }
}

/// Returns what the verdict alone does not say.
pub(super) fn note(row: &Row) -> Option<String> {
    let Standing::Judged(Judgement { verdict, effect }) = row.standing else { return None };
    let gate = gate(&row.tolerance);
    match verdict {
        Verdict::Regressed if row.is_alert() => {
            Some(format!("beyond the alert level of {}", amount::percent(row.tolerance.alert)))
        }
        Verdict::Regressed | Verdict::Improved => None,
        Verdict::Same => sure(effect).map(|by| format!("{by}, within {gate}")),
        Verdict::Undecided(need) => Some(match (sure(effect), need) {
            (Some(by), need) => format!("{by}; whether beyond {gate} is open: {}", to_decide(need)),
            (None, need) => to_decide(need),
        }),
    }
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

fn to_decide(need: Need) -> String {
    match need {
        Need::Processes(count) => format!("about {count} processes a side would decide it"),
        Need::TooClose => "too close to the tolerance for any sensible number of processes".to_owned(),
        Need::SecondProcess => {
            "one process on a side reports nothing of the spread; 5 a side are usual".to_owned()
        }
        Need::Turns => "within run-to-run noise; without `--stored` the sides are interleaved".to_owned(),
        Need::Values => "a side has no values that can be compared".to_owned(),
        Need::Pairs(count) => format!("about {count} process pairs would decide it"),
        Need::Confirmation => "it looked changed, and fresh processes did not confirm it".to_owned(),
        Need::OneSpeed => {
            "its processes have two speeds, farther apart than the tolerance; a mean would be of neither"
                .to_owned()
        }
        Need::SlowMode => "a mean of the processes would hide it".to_owned(),
    }
}

/// `3 of 24 candidate processes were 2.0 times as slow`: the effect leaves them out.
pub(super) fn slow_mode(row: &Row) -> Option<String> {
    let SlowMode { of_candidate, slow, of, times } = row.slow_mode?;
    let side = if of_candidate { "candidate" } else { "baseline" };
    Some(format!("{slow} of {of} {side} processes took {times:.2} times as long as the others"))
}

/// `host-rss-peak-bytes 512.0 MiB → 640.0 MiB +25.0 % ▲ regressed`.
pub(super) fn metric(row: &MetricRow) -> (Tone, String) {
    let unit = plain(&row.unit);
    let value = |side: &Option<accel_bench_engine::compare::Estimate>| {
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
    text += &format!(" (run {})", plain(&side.run));
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
    use accel_bench_record::{CommitInfo, Failure, Metric};

    use super::*;
    use accel_bench_engine::compare::{compare, sample};

    /// One row, from the process medians of both sides.
    fn row(base: &[f64], candidate: &[f64]) -> Row {
        let of = |medians: &[f64]| sample::run("r", vec![sample::case("a/x@n", medians)]);
        compare(&of(base), &of(candidate), &|_| Tolerance::default()).rows.remove(0)
    }

    fn check(base: &[f64], candidate: &[f64], word: &str, expected: Option<&str>) {
        let row = row(base, candidate);
        assert_eq!((verdict(&row).1, note(&row).as_deref()), (word, expected));
    }

    #[test]
    fn notes_say_what_the_verdict_does_not() {
        check(&[100.0; 5], &[107.0; 5], "▲ regressed", None);
        check(&[100.0; 5], &[120.0; 5], "▲▲ regressed", Some("beyond the alert level of 10 %"));
        check(&[100.0; 5], &[90.0; 5], "▼ improved", None);
        check(&[100.0; 5], &[100.0; 5], "= same", None);
        check(&[100.0; 5], &[101.8; 5], "= same", Some("slower by 1.8 %, within the tolerance of 5 %"));
        check(&[100.0; 5], &[98.0; 5], "= same", Some("faster by 2.0 %, within the tolerance of 5 %"));
    }

    #[test]
    fn undecided_says_what_it_takes() {
        let alone = "one process on a side reports nothing of the spread; 5 a side are usual";
        check(&[100.0], &[107.0], "? undecided", Some(alone));
        check(&[], &[107.0], "? undecided", Some("a side has no values that can be compared"));
        let close = "slower by 5.0 %; whether beyond the tolerance of 5 % is open: \
                     too close to the tolerance for any sensible number of processes";
        check(&[100.0; 5], &[105.0; 5], "? undecided", Some(close));
        let open = "about 7 processes a side would decide it";
        let noisy = [94.0, 97.0, 100.0, 103.0, 106.0];
        check(&noisy, &noisy, "? undecided", Some(open));
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
        let some = Census { cases: 3, unsupported: 2, regressed_metrics: 2, ..none };
        let lines = ["3 cases, 0 judged; 0 undecided", "2 unsupported", "2 metrics regressed"];
        assert_eq!(census(&some), lines);
    }

    /// A control whose effect is what these medians of the candidate and of its twin show.
    fn control(twin: &[f64]) -> Control {
        let verdict = accel_bench_engine::compare::judge(&[100.0; 6], twin, 0.05);
        Control {
            id: sample::case("a/x@n", &[]).id,
            gate: 0.05,
            effect: verdict.effect,
            verdict: verdict.verdict,
        }
    }

    #[test]
    fn controls_in_lines() {
        let lines = |controls: &[Control]| -> Vec<_> {
            super::controls(controls).into_iter().map(|(_, line)| line.replace(NO_BREAK, " ")).collect()
        };
        assert_eq!(lines(&[]), [""; 0]);
        let steady = control(&[100.0; 6]);
        let expected = ["A/A control passed"];
        assert_eq!(lines(std::slice::from_ref(&steady)), expected);
        assert_eq!(
            lines(&[control(&[120.0; 6]), steady]),
            [
                "1 of 2 A/A controls failed: this machine is too noisy to judge",
                "a/x@n  +20.0 % [+19.6, +20.4]"
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
        let row = Row { slow_mode, ..row(&[100.0; 5], &[100.0; 5]) };
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
