//! The host of the engine: its only access to the environment, the clock and the machine.

use std::collections::BTreeMap;
use std::env;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use accel_bench_record::{Conditions, Environment, MachineId, MeterReading};
use jiff::Timestamp;

/// The machine as it is, with its class.
#[derive(Clone, Debug)]
pub struct Machine {
    pub id: MachineId,
    pub environment: Environment,
}

/// The questions of the engine about the machine it runs on.
pub trait Hardware: fmt::Debug + Send + Sync {
    /// Probes the machine; may take a second.
    fn machine(&self) -> Machine;

    /// Returns what the machine has counted so far on these CPUs.
    fn conditions(&self, cpus: &[usize]) -> Conditions;

    /// The CPUs that this process may use, in rising order.
    fn allowed_cpus(&self) -> Vec<usize>;

    /// The sensors of the device that a backend's children work on, which have these variables of their own in their
    /// environment; `None` where none can be read.
    fn meters(&self, _backend: &str, _env: &BTreeMap<String, String>) -> Option<Arc<dyn Meters>> {
        None
    }

    /// Where the shared libraries of a backend are, if its processes have to be given the folder. May start a process.
    fn library_folder(&self, backend: &str, host: &Host) -> Option<PathBuf>;
}

/// Energy, power, clock and temperature of one device.
pub trait Meters: fmt::Debug + Send + Sync {
    /// Where the values come from: `rapl`, `nvml`, `hwmon`.
    fn source(&self) -> &'static str;

    /// Reads all that can be read; called from a thread of its own while others measure.
    fn read(&self) -> MeterReading;
}

/// Everything that the engine is given, built once.
pub struct Host {
    /// Paths and revisions on the command line are relative to it.
    pub cwd: PathBuf,
    /// The environment variables whose names and values are text.
    pub env: BTreeMap<String, String>,
    /// The command line, for the record.
    pub arguments: Vec<String>,
    /// Set to end what is under way; what was finished is kept.
    pub stop: Arc<AtomicBool>,
    /// Where locks that hold for the whole machine are.
    pub machine_folder: PathBuf,
    pub clock: fn() -> Timestamp,
    pub hardware: Arc<dyn Hardware>,
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host")
            .field("cwd", &self.cwd)
            .field("arguments", &self.arguments)
            .finish_non_exhaustive()
    }
}

impl Host {
    /// An environment variable that is set and not empty.
    #[must_use]
    pub fn var(&self, name: &str) -> Option<&str> {
        self.env.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The names of all variables that are set.
    pub fn var_names(&self) -> impl Iterator<Item = &str> {
        self.env.keys().map(String::as_str)
    }

    /// A variable that holds a list of paths.
    #[must_use]
    pub fn paths(&self, name: &str) -> Vec<PathBuf> {
        self.var(name).map(|value| env::split_paths(value).collect()).unwrap_or_default()
    }

    /// The cargo that called the tool, or the one on the path.
    #[must_use]
    pub fn cargo(&self) -> PathBuf {
        self.var("CARGO").unwrap_or("cargo").into()
    }

    /// The compiler that cargo uses.
    #[must_use]
    pub fn rustc(&self) -> PathBuf {
        self.var("RUSTC").unwrap_or("rustc").into()
    }

    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }

    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// A path as people write it: relative to where they are.
    pub(crate) fn shown(&self, path: &Path) -> PathBuf {
        path.strip_prefix(&self.cwd).unwrap_or(path).to_path_buf()
    }
}
