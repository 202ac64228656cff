//! Programs that are started, signalled and waited for.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// Starts it in a group of its own, as a shell gives to each job.
pub(crate) fn start(mut command: Command) -> Child {
    command.process_group(0).spawn().expect("the program starts")
}

/// The command without a word of what it says.
pub(crate) fn silent(mut command: Command) -> Command {
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

pub(crate) fn signal(child: &Child, signal: Signal) {
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw).expect("a process");
    kill_process(pid, signal).expect("it is there");
}

/// Moments that are random and the same in every run of a test: Marsaglia, "Xorshift RNGs", J. Stat. Softw. 8 (2003).
#[derive(Debug)]
pub(crate) struct Moments(u64);

impl Moments {
    pub(crate) fn new() -> Self {
        Self(0x2545_f491_4f6c_dd1d)
    }

    pub(crate) fn below(&mut self, limit: Duration) -> Duration {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let limit = u64::try_from(limit.as_micros()).expect("a short time");
        Duration::from_micros(self.0 % limit)
    }
}

/// The command lines of the processes that work in `dir`: children and grandchildren of a run inherit it.
pub(crate) fn survivors(dir: &Path) -> Vec<String> {
    let Ok(dir) = dir.canonicalize() else { return Vec::new() };
    let processes = fs::read_dir("/proc").expect("/proc is there").flatten();
    let of_dir = |process: fs::DirEntry| {
        let is_here = fs::read_link(process.path().join("cwd")).is_ok_and(|cwd| cwd == dir);
        let command = fs::read_to_string(process.path().join("cmdline")).unwrap_or_default();
        is_here.then(|| format!("{}: {}", process.file_name().display(), command.replace('\0', " ")))
    };
    processes.filter_map(of_dir).collect()
}

/// Waits until `condition` holds, and fails when it does not within 30 s.
#[track_caller]
pub(crate) fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(30), "in vain waited until {what}");
        thread::sleep(Duration::from_millis(5));
    }
}
