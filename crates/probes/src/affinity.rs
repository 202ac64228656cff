//! Which CPUs this process may use.

/// In rising order. Where the system does not report, as many as there are threads to be had.
#[cfg(target_os = "linux")]
pub fn allowed() -> Vec<usize> {
    use rustix::thread::{CpuSet, sched_getaffinity};
    match sched_getaffinity(None) {
        Ok(set) => (0..CpuSet::MAX_CPU).filter(|cpu| set.is_set(*cpu)).collect(),
        // A machine of more CPUs than the set holds.
        Err(_) => (0..super::cpu::logical_cores()).collect(),
    }
}

#[cfg(not(target_os = "linux"))]
pub fn allowed() -> Vec<usize> {
    (0..super::cpu::logical_cores()).collect()
}

#[cfg(target_os = "linux")]
#[cfg(test)]
mod tests {
    use std::thread;

    use rustix::thread::{CpuSet, sched_setaffinity};

    use super::*;

    #[test]
    fn a_thread_that_is_pinned_may_use_only_its_cpu() {
        let before = allowed();
        let last = *before.last().unwrap();
        let pinned = thread::spawn(move || {
            let mut set = CpuSet::new();
            set.set(last);
            sched_setaffinity(None, &set).unwrap();
            allowed()
        });
        assert_eq!(pinned.join().unwrap(), [last]);
        assert_eq!(allowed(), before);
    }
}
