//! Everything that the doctor's judgements are made from; plain data.

use std::path::PathBuf;

use accel_bench_record::Adapter;

use crate::devices::Device;

/// The user's environment, as the caller knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// This executable.
    pub tool: PathBuf,
    /// `LIBTORCH`
    pub libtorch: Option<PathBuf>,
    /// Whether `LIBTORCH_USE_PYTORCH` is set.
    pub use_pytorch: bool,
    /// `VIRTUAL_ENV`
    pub virtual_env: Option<PathBuf>,
    /// `LD_LIBRARY_PATH`, split.
    pub library_path: Vec<PathBuf>,
    /// `ORT_DYLIB_PATH`
    pub onnxruntime: Option<PathBuf>,
    /// `ACCEL_BENCH_ORT_WEB`
    pub ort_web: Option<PathBuf>,
    /// `CHROME_PATH`
    pub browser: Option<PathBuf>,
    /// `PATH`, split.
    pub path: Vec<PathBuf>,
    /// `CUDA_PATH`
    pub cuda_path: Option<PathBuf>,
    /// Where results are stored; need not exist.
    pub store: PathBuf,
    /// The APIs whose devices are probed, as [`crate::devices::APIS`] names them.
    pub apis: Vec<&'static str>,
}

/// The facts about the machine.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    pub(super) given: Given,
    pub(super) system: System,
    pub(super) cpus: usize,
    pub(super) instrument: Instrument,
    /// `git --version`'s answer.
    pub(super) git: Option<String>,
    /// Bytes that are free where results are stored.
    pub(super) free_bytes: Option<u64>,
    pub(super) adapters: Vec<Adapter>,
    /// The devices of the APIs that were asked for, each probed.
    pub(super) devices: Vec<Device>,
    pub(super) vulkan_loader: Option<PathBuf>,
    pub(super) nvidia_driver: Option<String>,
    pub(super) libcuda: Option<PathBuf>,
    pub(super) nvrtc: Option<PathBuf>,
    /// The CUDA toolkit, with its headers.
    pub(super) cuda_toolkit: Option<PathBuf>,
    /// Whether AMD's compute driver shows its device.
    pub(super) kfd: bool,
    pub(super) libamdhip: Option<PathBuf>,
    pub(super) torch: Torch,
    /// Where the library of ONNX Runtime is.
    pub(super) onnxruntime: Option<PathBuf>,
    /// Where onnxruntime-web is.
    pub(super) ort_web: Option<PathBuf>,
    pub(super) browser: Option<PathBuf>,
}

/// The facts about the machine as a measuring instrument; absent where the system does not say.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Instrument {
    /// The kernel's clock: `tsc`, `kvm-clock`, `hpet`, …
    pub(super) clock_source: Option<String>,
    /// How long reading the clock takes, nanoseconds: the median of many.
    pub(super) clock_read_nanos: Option<f64>,
    pub(super) governor: Option<String>,
    pub(super) turbo: Option<Turbo>,
    /// True if two threads share a core.
    pub(super) has_siblings: Option<bool>,
    /// True if each process has addresses of its own.
    pub(super) is_randomised: Option<bool>,
    /// `kvm`, `docker`, `kvm+docker`, …
    pub(super) virtualization: Option<String>,
    /// The share of CPU time that the hypervisor took since boot.
    pub(super) steal: Option<f64>,
    /// Processes that want a CPU, over the last minute.
    pub(super) load: Option<f64>,
    pub(super) memory: Option<Memory>,
    pub(super) group: Group,
    /// CPUs that the scheduler leaves alone: `2-3`; empty for none.
    pub(super) isolated: Option<String>,
    pub(super) perf_event_paranoid: Option<i64>,
    pub(super) counters: Option<Counters>,
}

/// Bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Memory {
    pub(super) total: u64,
    pub(super) available: u64,
    pub(super) swapped: u64,
}

/// The limits of this process's control group.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Group {
    /// CPUs' worth of time.
    pub(super) cpus: Option<f64>,
    /// Bytes.
    pub(super) memory: Option<u64>,
    /// The share of periods in which it was stopped because its time was used up.
    pub(super) stopped: Option<f64>,
}

/// The result of opening and reading the counter of instructions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Counters {
    Counted {
        instructions: u64,
    },
    /// This user may not.
    Closed,
    /// The machine has none, or they count nothing.
    None {
        reason: String,
    },
}

/// Where libtorch could come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Torch {
    /// True if the folder in `LIBTORCH` holds the library.
    pub(super) library_there: bool,
    /// The version that this folder says it has.
    pub(super) library_version: Option<String>,
    /// The version of the package that Python finds.
    pub(super) python_version: Option<String>,
    /// Its libraries, where the environment says which ones are meant.
    pub(super) libraries: Option<PathBuf>,
    /// True if the part of it that works on CUDA is among them.
    pub(super) cuda: bool,
    /// `/usr/lib/libtorch.so`, where the build looks by itself.
    pub(super) system_wide: bool,
}

/// The state of turbo: the clock may rise above its nominal value while the chip is cool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turbo {
    On,
    Off,
}

/// Which commands fix things here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum System {
    #[default]
    Linux,
    Macos,
    Windows,
}
