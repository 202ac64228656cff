//! One sample of a case in a process of its own that runs under another program: a counter, or a profiler.

use std::process::{Command, Stdio};
use std::time::Duration;

use accel_bench_record::{Conditions, Status};

use super::seat::{Fault, Player, Seated, Unopened};
use super::{Alone, Settings};
use crate::plan::{Case, InTurns, Job, Side, Unit};

/// The program that runs the child, and for how long.
pub(super) struct Under {
    /// The program with its arguments; the executable comes after them.
    pub(super) program: Vec<String>,
    /// How many times as long as without it the child may take to answer.
    pub(super) slower: u32,
    /// Warm-up and sample last at least and about this long, nanoseconds.
    pub(super) warm_up_nanos: u64,
    pub(super) sample_nanos: u64,
}

/// The program around the child writes its results when it ends.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs one sample of the case and says of how many iterations.
pub(super) fn sampled(alone: Alone<'_>, under: Under, settings: &Settings) -> Result<u64, Fault> {
    let Under { program, slower, warm_up_nanos, sample_nanos } = under;
    let case = Case { timeout: alone.case.timeout * slower, ..alone.case.clone() };
    let unit = Unit { under: program, cases: vec![case.clone()], ..alone.unit.clone() };
    let mut seated = Seated::new(Job { side: Side::Candidate, round: 0, layout: None, unit });
    let how = InTurns { warm_up_nanos, sample_nanos, ..InTurns::default() };
    let opened = Player::open(&mut seated, case, 0, (&how, None), settings, &mut |_| ());
    let mut player = opened.map_err(|unopened| {
        let Unopened { fault, .. } = *unopened;
        fault
    })?;
    let most = player.ready.max_iterations;
    let fitting = accel_bench::turns::batch_size(sample_nanos, player.ready.estimate_nanos, most);
    // A power of two, so that two processes that are not quite as fast run as many.
    let iterations = alone.iterations.unwrap_or_else(|| 1 << fitting.ilog2()).min(most).max(1);
    player.sample(iterations, settings, &mut |_| ())?;
    player.close(Conditions::default(), (settings, None), &mut |_| ())?;
    seated.quit_within(PATIENCE);
    Ok(iterations)
}

/// Says whether a program is there and starts.
pub(super) fn is_installed(program: &str) -> bool {
    let mut command = Command::new(program);
    command.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Why the case did not run.
pub(super) fn reason(status: &Status) -> String {
    match status {
        Status::Ok => "it ended".to_owned(),
        Status::Failed { kind, reason } => format!("{kind}: {reason}"),
    }
}

#[cfg(test)]
mod tests {
    use accel_bench_record::Failure;

    use super::*;

    #[test]
    fn programs_that_start() {
        assert!(is_installed("git"));
        assert!(!is_installed("/no/such/program"));
        assert!(!is_installed("false"));
    }

    #[test]
    fn a_failure_says_what_it_was() {
        assert_eq!(reason(&Status::failed(Failure::Panic, "at 7")), "panic: at 7");
    }
}
