//! This machine, as the engine asks about it.

use std::path::PathBuf;

use accel_bench_engine::{Hardware, Host, Machine};
use accel_bench_probes as probes;
use accel_bench_record::Conditions;

/// Answers the engine from the probes; `tool` is this executable, which looks for adapters in a process of its own.
#[derive(Debug)]
pub(crate) struct ThisMachine {
    pub(crate) tool: PathBuf,
}

impl Hardware for ThisMachine {
    fn machine(&self) -> Machine {
        let environment = probes::probe(&self.tool);
        Machine { id: probes::fingerprint(&environment), environment }
    }

    fn conditions(&self, cpus: &[usize]) -> Conditions {
        probes::conditions(cpus)
    }

    fn allowed_cpus(&self) -> Vec<usize> {
        probes::allowed_cpus()
    }

    fn library_folder(&self, backend: &str, host: &Host) -> Option<PathBuf> {
        probes::library_folder(backend, &|name| host.var(name))
    }
}
