//! The engine's events as lines and a progress bar.

use std::collections::BTreeMap;

use accel_bench_engine::Event;
use accel_bench_engine::plan::Side;
use accel_bench_probes::doctor;
use accel_bench_record::protocol::Phase;
use accel_bench_record::stats::median;
use accel_bench_record::units::Nanos;
use accel_bench_record::{CaseKey, Status};

use crate::shell::Shell;

/// The progress of a call so far.
#[derive(Default)]
pub(crate) struct Progress {
    /// Processes that a case still has to come, by side and id.
    left: BTreeMap<(Side, CaseKey), u32>,
    medians: BTreeMap<(Side, CaseKey), Vec<f64>>,
    has_two_sides: bool,
    /// Cases of two interleaved sides, with the process pairs that each may still need.
    open: BTreeMap<CaseKey, u32>,
    /// Cargo's lines while nothing is to be shown; shown when the build fails.
    unsaid: String,
}

impl Progress {
    pub(crate) fn show(&mut self, shell: &mut Shell, event: &Event) {
        match event {
            Event::Warning { warning } => shell.warn(warning),
            Event::BuildStarted { .. }
            | Event::CargoLine { .. }
            | Event::BuildFinished { .. }
            | Event::ListFailed { .. }
            | Event::BackendFailed { .. } => self.show_build(shell, event),
            Event::Storing { path, .. } => shell.detail("Storing", path.display()),
            Event::MeasuringStarted { turns } => {
                let all = turns.iter().map(|turns| ((turns.side, turns.id.clone()), turns.processes));
                let has_two_sides = turns.iter().any(|turns| turns.side == Side::Baseline);
                *self = Self { left: all.collect(), has_two_sides, ..Self::default() };
                let steps = self.left.values().map(|&processes| u64::from(processes)).sum();
                shell.begin_progress("Measuring", steps);
            }
            // No one knows when they are decided, so the bar holds what it takes at most.
            Event::ComparingStarted { cases, most_pairs } => {
                let open = cases.iter().map(|id| (id.clone(), *most_pairs)).collect();
                *self = Self { open, has_two_sides: true, ..Self::default() };
                shell.begin_progress("Comparing", cases.len() as u64 * u64::from(*most_pairs));
            }
            Event::ChildStarted { side, round, pid } => {
                shell.detail("Started", format!("process {pid}, {side}, round {}", round + 1));
            }
            Event::CaseStarted { side, id, .. } => shell.progress_message(self.shown(*side, id)),
            Event::CaseProgress { id, phase, estimate_nanos } => {
                // The estimate first: a narrow terminal cuts the end.
                shell.progress_message(format!("{} {id}", underway(*phase, *estimate_nanos)));
            }
            Event::CaseFinished { side, id, status, measurement, log, .. } => {
                self.step(shell, *side, id);
                let key = (*side, id.clone());
                if let Some(measurement) = measurement {
                    let of_process = median(&measurement.samples.per_iteration());
                    self.medians.entry(key.clone()).or_default().extend(of_process);
                }
                self.finished(shell, key, status, log.as_deref());
            }
            Event::CasesDecided { cases } => cases.iter().for_each(|id| self.decided(shell, id)),
            Event::CountingStarted { cases } => {
                shell.end_progress();
                shell.begin_progress("Counting", *cases as u64);
            }
            Event::CaseCounted { id } => {
                shell.progress_message(id.to_string());
                shell.progress_step();
            }
            Event::Profiling { id } => shell.note("Profiling", id),
            Event::MeasuringFinished => shell.end_progress(),
            Event::FoundCompared { started } => {
                shell.note("Compared", format!("before, at {started}; `--measure` does it again"));
            }
            Event::Identical { cases } => {
                let plural = if *cases == 1 { "case" } else { "cases" };
                shell.status("Same", format!("{cases} {plural}: both sides have the same executable"));
            }
            Event::FoundUndecided { open, cases } => {
                let what = format!("before, with {open} of {cases} cases undecided; measuring again");
                shell.note("Compared", what);
            }
            Event::FoundApart { seconds } => {
                let apart = jiff::SignedDuration::from_secs(*seconds);
                let what = format!("both sides were measured {apart:#} apart; `--measure` interleaves them");
                shell.note("Stored", what);
            }
            Event::Bisecting { commit, subject, left } => {
                let commit = commit.get(..9).unwrap_or(commit);
                shell.note("Bisecting", format!("{commit} {subject} ({left} left)"));
            }
            Event::Bisected { commit, answer } => {
                shell.status("Judged", format!("{}: {answer}", commit.get(..9).unwrap_or(commit)));
            }
            Event::Kept { runs } => {
                shell.note("Kept", format!("what was finished, as run {}", runs.join(" and run ")));
            }
        }
    }

    fn show_build(&mut self, shell: &mut Shell, event: &Event) {
        match event {
            Event::BuildStarted { package, targets, features } => {
                let features =
                    if features.is_empty() { String::new() } else { format!(" ({})", features.join(", ")) };
                shell.note("Building", format!("{} of {package}{features}", targets.join(", ")));
            }
            Event::CargoLine { line } if shell.is_quiet() => self.unsaid += &format!("{line}\n"),
            Event::CargoLine { line } => shell.raw(&format!("{line}\n")),
            Event::BuildFinished { ok, seconds } => {
                let unsaid = std::mem::take(&mut self.unsaid);
                match ok {
                    true => shell.detail("Built", format!("in {seconds:.1} s")),
                    false => shell.raw(&unsaid),
                }
            }
            Event::ListFailed { bench, reason } => shell.trouble("Failed", format!("{bench}: {reason}")),
            Event::BackendFailed { backends } => {
                let needy: Vec<_> =
                    backends.iter().map(String::as_str).filter(|name| doctor::has_needs(name)).collect();
                if !needy.is_empty() {
                    let names = needy.join(" ");
                    shell.warn(format!(
                        "the machine may lack something: `cargo accel-bench doctor {names}` says what"
                    ));
                }
            }
            _ => {}
        }
    }

    fn step(&mut self, shell: &mut Shell, side: Side, id: &CaseKey) {
        let is_interleaved = !self.open.is_empty();
        match self.open.get_mut(id) {
            Some(left) if side == Side::Candidate => {
                *left = left.saturating_sub(1);
                shell.progress_step();
            }
            _ if is_interleaved => {}
            _ => shell.progress_step(),
        }
    }

    /// This case needs no further process pair.
    fn decided(&mut self, shell: &mut Shell, id: &CaseKey) {
        let Some(left) = self.open.remove(id) else { return };
        (0..left).for_each(|_| shell.progress_step());
        if shell.is_interactive() {
            return;
        }
        let of = |side| self.medians.get(&(side, id.clone()));
        let center = |side| median(of(side)?).and_then(Nanos::new);
        let pairs = of(Side::Candidate).map_or(0, Vec::len);
        if let (Some(base), Some(candidate)) = (center(Side::Baseline), center(Side::Candidate)) {
            let pair = if pairs == 1 { "process pair" } else { "process pairs" };
            shell.status("Compared", format!("{id}  {base} → {candidate}, {pairs} {pair}"));
        }
    }

    fn finished(&mut self, shell: &mut Shell, key: (Side, CaseKey), status: &Status, log: Option<&str>) {
        let left = self.left.entry(key.clone()).or_insert(1);
        *left = left.saturating_sub(1);
        let shown = self.shown(key.0, &key.1);
        match status {
            Status::Failed { kind, reason } => {
                // Its later turns are left out by the runner.
                for _ in 0..self.left.insert(key, 0).unwrap_or(0) {
                    shell.progress_step();
                }
                let verb = if status.is_fault() { "Failed" } else { "Skipped" };
                let log = log.map(|log| format!(" (log: {log})")).unwrap_or_default();
                shell.trouble(verb, format!("{shown}: {kind}: {}{log}", printable(reason)));
            }
            // A terminal shows the table soon; who reads lines wants to see that something happens.
            Status::Ok
                if self.open.is_empty() && self.left.get(&key) == Some(&0) && !shell.is_interactive() =>
            {
                let median = self.medians.get(&key).and_then(|medians| median(medians)).and_then(Nanos::new);
                shell.status(
                    "Measured",
                    format!("{shown}  {}", median.map(|m| m.to_string()).unwrap_or_default()),
                );
            }
            Status::Ok => {}
        }
    }

    fn shown(&self, side: Side, id: &CaseKey) -> String {
        if self.has_two_sides { format!("{id} ({side})") } else { id.to_string() }
    }
}

fn underway(phase: Phase, estimate_nanos: Option<f64>) -> String {
    let phase = match phase {
        Phase::Setup => "sets up",
        Phase::WarmUp => "warms up",
        Phase::Sampling => "",
        Phase::Cleanup => "cleans up",
    };
    let estimate = estimate_nanos.and_then(Nanos::new).map(|nanos| format!("~{nanos}")).unwrap_or_default();
    format!("{phase} {estimate}").trim().to_owned()
}

/// A child's words on one line, without what could steer the terminal.
fn printable(words: &str) -> String {
    words.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
