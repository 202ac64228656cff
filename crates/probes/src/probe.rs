//! The whole environment of a run.

use std::path::Path;

use accel_bench_record::Environment;

use super::system_files::SystemFiles;
use super::{adapters, cpu, load, os};

/// Returns what the machine is and does now; `tool` is this executable, which looks for adapters in a process of its own. Most of the time goes into loading graphics drivers, so everything else
/// is found out meanwhile.
pub fn probe(tool: &Path) -> Environment {
    let adapters = adapters::adapters_later(tool);
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
    use crate::fingerprint;

    #[test]
    fn this_machine_is_known_and_of_one_class() {
        let environment = probe(Path::new("/no/tool/in/tests"));
        assert!(environment.cpu.logical_cores > 0 && !environment.cpu.architecture.is_empty());
        assert!(environment.memory_bytes.is_some_and(|bytes| bytes > 1 << 20), "{environment:?}");
        let again = probe(Path::new("/no/tool/in/tests"));
        assert_eq!(again.adapters, environment.adapters);
        assert_eq!(fingerprint(&again), fingerprint(&environment));
    }
}
