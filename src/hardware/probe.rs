//! The whole environment of a run, gathered within milliseconds.

use accel_bench::record::{Adapter, Environment};

use super::system_files::SystemFiles;
use super::{cpu, load, os};

/// What the machine is and does now. The adapters come from [`adapters`](super::adapters()), which takes
/// longer: callers start it early and give its result here.
pub(crate) fn probe(adapters: Vec<Adapter>) -> Environment {
    let files = SystemFiles::of_this_machine();
    Environment {
        cpu: cpu::cpu(&files),
        memory_bytes: os::memory_bytes(),
        adapters,
        os: os::os(&files),
        load: load::load(&files),
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::hardware::fingerprint;

    #[test]
    fn this_machine_is_known_at_once() {
        let begun = Instant::now();
        let environment = probe(Vec::new());
        assert!(begun.elapsed() < Duration::from_millis(300), "{:?}", begun.elapsed());
        assert!(environment.cpu.logical_cores > 0 && !environment.cpu.architecture.is_empty());
        assert!(environment.memory_bytes.is_some_and(|bytes| bytes > 1 << 20), "{environment:?}");
    }

    #[test]
    fn this_machine_is_of_one_class() {
        assert_eq!(fingerprint(&probe(Vec::new())), fingerprint(&probe(Vec::new())));
    }
}
