//! Who is still there.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

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
