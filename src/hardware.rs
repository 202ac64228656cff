//! This machine, as the engine asks about it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use accel_bench_engine::{Hardware, Host, Machine, Meters};
use accel_bench_probes as probes;
use accel_bench_record::{Conditions, MeterReading};

/// Answers the engine from the probes.
#[derive(Debug)]
pub(crate) struct ThisMachine {
    /// This executable, which looks for adapters in a process of its own.
    tool: PathBuf,
    /// `CUDA_VISIBLE_DEVICES`
    visible: Option<String>,
    /// Opened once: a driver's library takes some time to start.
    meters: Mutex<BTreeMap<Place, Option<Arc<dyn Meters>>>>,
}

/// A backend, and the devices that its processes see.
type Place = (String, Option<String>);

impl ThisMachine {
    pub(crate) fn new(tool: PathBuf, visible: Option<String>) -> Self {
        Self { tool, visible, meters: Mutex::default() }
    }
}

/// The probes' sensors as the engine asks for them.
#[derive(Debug)]
struct Sensors(probes::Meters);

impl Meters for Sensors {
    fn source(&self) -> &'static str {
        self.0.source()
    }

    fn read(&self) -> MeterReading {
        self.0.read()
    }
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

    fn meters(&self, backend: &str, env: &BTreeMap<String, String>) -> Option<Arc<dyn Meters>> {
        let visible = env.get(probes::VISIBLE_DEVICES).or(self.visible.as_ref());
        let key = (backend.to_owned(), visible.cloned());
        let open = || {
            let meters = probes::meters(backend, visible.map(String::as_str)).ok()?;
            Some(Arc::new(Sensors(meters)) as Arc<dyn Meters>)
        };
        let mut known = self.meters.lock().unwrap_or_else(PoisonError::into_inner);
        known.entry(key).or_insert_with(open).clone()
    }

    fn library_folder(&self, backend: &str, host: &Host) -> Option<PathBuf> {
        probes::library_folder(backend, &|name| host.var(name))
    }
}
