//! Events as lines and a progress bar.

use std::collections::{BTreeMap, BTreeSet};

use accel_bench_record::protocol::Phase;
use accel_bench_record::stats::median;
use accel_bench_record::units::Nanos;
use accel_bench_record::{CaseId, Status};

use crate::compare::MOST_PAIRS as LONGEST;
use crate::event::Event;
use crate::plan::{Job, Side};
use crate::shell::Shell;

/// What was said of a run so far.
pub(super) struct Progress {
    /// Turns that a case still has to come, by side and id.
    left: BTreeMap<(Side, String), u32>,
    medians: BTreeMap<(Side, String), Vec<f64>>,
    has_two_sides: bool,
    /// Cases of two sides that take turns, with the pairs of processes that each may still need.
    open: BTreeMap<String, u32>,
}

impl Progress {
    pub(super) fn begin(shell: &mut Shell, jobs: &[Job]) -> Self {
        let mut left = BTreeMap::new();
        for job in jobs {
            for case in &job.unit.cases {
                *left.entry((job.side, case.id.to_string())).or_insert(0) += 1;
            }
        }
        let has_two_sides = jobs.iter().any(|job| job.side == Side::Baseline);
        shell.begin_progress("Measuring", left.values().map(|&turns| u64::from(turns)).sum());
        Self { left, medians: BTreeMap::new(), has_two_sides, open: BTreeMap::new() }
    }

    /// Of cases that are measured in turns until they are decided: nobody knows when that is, so the bar holds what it
    /// takes at the most.
    pub(super) fn begin_in_turns(shell: &mut Shell, cases: &BTreeSet<String>) -> Self {
        let most = u32::try_from(LONGEST).unwrap_or(u32::MAX);
        shell.begin_progress("Comparing", cases.len() as u64 * u64::from(most));
        let open = cases.iter().map(|id| (id.clone(), most)).collect();
        Self { left: BTreeMap::new(), medians: BTreeMap::new(), has_two_sides: true, open }
    }

    /// These cases need no more.
    pub(super) fn close(&mut self, shell: &mut Shell, closed: &BTreeSet<String>) {
        for id in closed {
            let Some(left) = self.open.remove(id) else { continue };
            (0..left).for_each(|_| shell.progress_step());
            if !shell.is_interactive() {
                let median = |side| {
                    let medians = self.medians.get(&(side, id.clone()))?;
                    median(medians).and_then(Nanos::new)
                };
                let pairs = self.medians.get(&(Side::Candidate, id.clone())).map_or(0, Vec::len);
                if let (Some(base), Some(candidate)) = (median(Side::Baseline), median(Side::Candidate)) {
                    let pair = if pairs == 1 { "pair" } else { "pairs" };
                    let what = format!("{id}  {base} → {candidate}, {pairs} {pair} of processes");
                    shell.status("Compared", what);
                }
            }
        }
    }

    pub(super) fn tell(&mut self, shell: &mut Shell, event: &Event) {
        match event {
            Event::ChildStarted { side, round, pid } => {
                shell.detail("Started", format!("process {pid}, {side}, round {}", round + 1));
            }
            Event::CaseStarted { side, id, .. } => shell.progress_message(self.shown(*side, id)),
            Event::CaseProgress { id, phase, estimate_nanos } => {
                // The estimate first: a narrow terminal cuts the end.
                shell.progress_message(format!("{} {id}", underway(*phase, *estimate_nanos)));
            }
            Event::CaseFinished { side, id, status, measurement, log, .. } => {
                let is_in_turns = !self.open.is_empty();
                match self.open.get_mut(&id.to_string()) {
                    Some(left) if *side == Side::Candidate => {
                        *left = left.saturating_sub(1);
                        shell.progress_step();
                    }
                    _ if is_in_turns => {}
                    _ => shell.progress_step(),
                }
                let key = (*side, id.to_string());
                if let Some(measurement) = measurement {
                    let of_process = median(&measurement.samples.per_iteration());
                    self.medians.entry(key.clone()).or_default().extend(of_process);
                }
                self.finished(shell, key, id, status, log.as_deref());
            }
        }
    }

    fn finished(
        &mut self,
        shell: &mut Shell,
        key: (Side, String),
        id: &CaseId,
        status: &Status,
        log: Option<&str>,
    ) {
        let left = self.left.entry(key.clone()).or_insert(1);
        *left = left.saturating_sub(1);
        let shown = self.shown(key.0, id);
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

    fn shown(&self, side: Side, id: &CaseId) -> String {
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
