//! The whole environment of a run.

use accel_bench::record::Environment;

use super::system_files::SystemFiles;
use super::{adapters, cpu, load, os};

/// What the machine is and does now. Most of the time goes into loading graphics drivers, so everything else
/// is found out meanwhile.
pub(crate) fn probe() -> Environment {
    let adapters = adapters::adapters_later();
    let files = SystemFiles::of_this_machine();
    Environment {
        cpu: cpu::cpu(&files),
        memory_bytes: os::memory_bytes(),
        os: os::os(&files),
        load: load::load(&files),
        adapters: adapters.join(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hardware::fingerprint;

    #[test]
    fn this_machine_is_known_and_of_one_class() {
        let environment = probe();
        assert!(environment.cpu.logical_cores > 0 && !environment.cpu.architecture.is_empty());
        assert!(environment.memory_bytes.is_some_and(|bytes| bytes > 1 << 20), "{environment:?}");
        let again = probe();
        assert_eq!(again.adapters, environment.adapters);
        assert_eq!(fingerprint(&again), fingerprint(&environment));
    }
}
