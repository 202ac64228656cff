//! Events as lines and a progress bar.

use std::collections::BTreeMap;

use accel_bench::protocol::Phase;
use accel_bench::record::{CaseId, Status};
use accel_bench::stats::median;
use accel_bench::units::Nanos;

use crate::event::Event;
use crate::plan::{Job, Side};
use crate::shell::Shell;

/// What was said of a run so far.
pub(super) struct Progress {
    /// Turns that a case still has to come, by side and id.
    left: BTreeMap<(Side, String), u32>,
    medians: BTreeMap<(Side, String), Vec<f64>>,
    has_two_sides: bool,
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
        Self { left, medians: BTreeMap::new(), has_two_sides }
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
                shell.progress_step();
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
            Status::Ok if self.left.get(&key) == Some(&0) && !shell.is_interactive() => {
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
