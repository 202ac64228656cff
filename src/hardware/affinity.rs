//! Keeping work on given CPUs. Where the system cannot (only Linux does here), it runs on any.

use std::io;
use std::process::{Child, Command};
use std::thread;

/// Runs `work` in a thread that may use only `cpus`; every thread and process that it starts inherits that.
/// No CPUs mean all of them.
///
/// # Panics
/// When `work` does.
pub(crate) fn on_cpus<T: Send>(cpus: &[usize], work: impl FnOnce() -> T + Send) -> io::Result<T> {
    if cpus.is_empty() {
        return Ok(work());
    }
    // The affinity of the calling thread stays as it is.
    thread::scope(|scope| {
        let pinned = scope.spawn(|| pin(cpus).map(|()| work()));
        pinned.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Starts a process on `cpus`.
pub(crate) fn spawn_on(cpus: &[usize], command: &mut Command) -> io::Result<Child> {
    on_cpus(cpus, || command.spawn())?
}

/// The CPUs that this process may use, in rising order.
#[cfg(target_os = "linux")]
pub(super) fn allowed() -> Vec<usize> {
    use rustix::thread::{CpuSet, sched_getaffinity};
    match sched_getaffinity(None) {
        Ok(set) => (0..CpuSet::MAX_CPU).filter(|cpu| set.is_set(*cpu)).collect(),
        // A machine of more CPUs than the set holds.
        Err(_) => (0..super::cpu::logical_cores()).collect(),
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn allowed() -> Vec<usize> {
    (0..super::cpu::logical_cores()).collect()
}

#[cfg(target_os = "linux")]
fn pin(cpus: &[usize]) -> io::Result<()> {
    use rustix::thread::{CpuSet, sched_setaffinity};
    let mut set = CpuSet::new();
    for &cpu in cpus {
        if cpu >= CpuSet::MAX_CPU {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("no machine has a CPU {cpu}")));
        }
        set.set(cpu);
    }
    Ok(sched_setaffinity(None, &set)?)
}

#[cfg(not(target_os = "linux"))]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
fn pin(_cpus: &[usize]) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn work_and_its_children_stay_on_the_cpu() {
        let before = allowed();
        let last = *before.last().unwrap();
        assert_eq!(on_cpus(&[last], allowed).unwrap(), [last]);
        let child = || Command::new("cat").arg("/proc/self/status").stdout(std::process::Stdio::piped()).spawn();
        let output = on_cpus(&[last], child).unwrap().unwrap().wait_with_output().unwrap();
        let status = String::from_utf8(output.stdout).unwrap();
        let list = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:")).unwrap();
        assert_eq!(list.trim(), last.to_string());
        assert_eq!(allowed(), before, "the caller is as free as before");
    }

    #[test]
    fn processes_can_be_started_there() {
        let last = *allowed().last().unwrap();
        assert!(spawn_on(&[last], &mut Command::new("true")).unwrap().wait().unwrap().success());
        assert!(spawn_on(&[last], &mut Command::new("/no/such/program")).is_err());
    }

    #[test]
    fn no_cpus_mean_any() {
        assert_eq!(on_cpus(&[], allowed).unwrap(), allowed());
    }

    #[test]
    fn cpus_that_do_not_exist_are_an_error() {
        assert!(on_cpus(&[1023], || ()).is_err());
        assert!(on_cpus(&[1_000_000], || ()).is_err());
    }
}
