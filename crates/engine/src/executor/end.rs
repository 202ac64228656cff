//! How a process ended, as a case's status. Pure.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use accel_bench_record::{Failure, Status};
use rustix::process::Signal;

/// Who sent a SIGKILL, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Killer {
    /// The kernel counted a kill for want of memory while the process ran.
    OutOfMemory,
    Unknown,
}

/// The status of a case whose process ended under it; `printed` is the end of the process's log.
pub(super) fn status(exit: ExitStatus, killer: Killer, printed: &str, last_words: Option<&str>) -> Status {
    let said = last_words.map(|words| format!("; it last printed: {words}")).unwrap_or_default();
    // The message of Rust's allocator before it aborts, and C++'s.
    if printed.contains("memory allocation of") || printed.contains("std::bad_alloc") {
        return Status::failed(Failure::Oom, format!("an allocation failed and the process ended{said}"));
    }
    match exit.signal() {
        Some(9) if killer == Killer::OutOfMemory => {
            Status::failed(Failure::Oom, format!("the kernel killed the process: out of memory{said}"))
        }
        Some(signal) => {
            Status::failed(Failure::Crash, format!("the process ended on {}{said}", signal_name(signal)))
        }
        None => {
            let code = exit.code().unwrap_or_default();
            Status::failed(
                Failure::Crash,
                format!("the process exited with code {code} while it was measuring{said}"),
            )
        }
    }
}

fn signal_name(number: i32) -> String {
    let known = [
        (Signal::ABORT, "SIGABRT"),
        (Signal::KILL, "SIGKILL"),
        (Signal::SEGV, "SIGSEGV"),
        (Signal::BUS, "SIGBUS"),
        (Signal::FPE, "SIGFPE"),
        (Signal::ILL, "SIGILL"),
        (Signal::TERM, "SIGTERM"),
        (Signal::TRAP, "SIGTRAP"),
    ];
    let name = known.iter().find(|(signal, _)| signal.as_raw() == number).map(|(_, name)| *name);
    name.map_or_else(|| format!("signal {number}"), |name| format!("signal {number} ({name})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(raw: i32, printed: &str, expected: &str) {
        check_killed(raw, Killer::Unknown, printed, expected);
    }

    fn check_killed(raw: i32, killer: Killer, printed: &str, expected: &str) {
        let Status::Failed { kind, reason } =
            status(ExitStatus::from_raw(raw), killer, printed, printed.lines().last())
        else {
            panic!("a process that ended under a case failed it");
        };
        assert_eq!(format!("{kind}: {reason}"), expected);
    }

    #[test]
    fn ends() {
        check(11, "", "crash: the process ended on signal 11 (SIGSEGV)");
        check(
            6,
            "x\nterminate",
            "crash: the process ended on signal 6 (SIGABRT); it last printed: terminate",
        );
        check(
            6,
            "memory allocation of 8 bytes failed",
            "oom: an allocation failed and the process ended; it last printed: memory allocation of 8 bytes failed",
        );
        check(9, "", "crash: the process ended on signal 9 (SIGKILL)");
        check_killed(9, Killer::OutOfMemory, "", "oom: the kernel killed the process: out of memory");
        check(3 << 8, "", "crash: the process exited with code 3 while it was measuring");
        check(0, "", "crash: the process exited with code 0 while it was measuring");
        check(64, "", "crash: the process ended on signal 64");
    }
}
