//! How a process ended, as a case's status. Pure.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use accel_bench_record::{Failure, Status};
use rustix::process::Signal;

/// The status of a case whose process ended under it; `printed` is the end of the process's log.
pub(super) fn status(exit: ExitStatus, printed: &str, last_words: Option<&str>) -> Status {
    let said = last_words.map(|words| format!("; it last printed: {words}")).unwrap_or_default();
    // The message of Rust's allocator before it aborts, and C++'s.
    if printed.contains("memory allocation of") || printed.contains("std::bad_alloc") {
        return Status::failed(Failure::Oom, format!("an allocation failed and the process ended{said}"));
    }
    match exit.signal() {
        Some(9) => Status::failed(
            Failure::Oom,
            format!("the process was killed (SIGKILL), as the system does when memory runs out{said}"),
        ),
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
        let Status::Failed { kind, reason } =
            status(ExitStatus::from_raw(raw), printed, printed.lines().last())
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
        check(9, "", "oom: the process was killed (SIGKILL), as the system does when memory runs out");
        check(3 << 8, "", "crash: the process exited with code 3 while it was measuring");
        check(0, "", "crash: the process exited with code 0 while it was measuring");
        check(64, "", "crash: the process ended on signal 64");
    }
}
