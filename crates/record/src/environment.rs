//! The environment of a measurement: the machine, its state, and how the code was built. Plain data.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The machine and its state when the run began. What could not be found out is absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Environment {
    pub cpu: Cpu,
    /// Total memory, bytes.
    pub memory_bytes: Option<u64>,
    /// GPU adapters, software rasterisers included.
    #[serde(default)]
    pub adapters: Vec<Adapter>,
    pub os: Os,
    pub load: Load,
}

/// The processor.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cpu {
    pub model: Option<String>,
    pub architecture: String,
    pub physical_cores: Option<usize>,
    pub logical_cores: usize,
    /// Frequency scaling governor of the first CPU, where the kernel reports it.
    pub governor: Option<String>,
    /// Cache sizes in bytes by level and kind: `L1d`, `L1i`, `L2`, `L3`.
    #[serde(default)]
    pub caches: BTreeMap<String, u64>,
    /// Instruction sets that decide which kernels are chosen: `avx2`, `avx512f`, …
    #[serde(default)]
    pub features: Vec<String>,
}

/// A GPU adapter as wgpu reports it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adapter {
    pub name: String,
    /// `vulkan`, `metal`, `dx12`, …
    pub api: String,
    /// `discrete-gpu`, `integrated-gpu`, `virtual-gpu`, `cpu`, `other`.
    pub kind: String,
    pub driver: String,
    pub driver_version: String,
}

/// The operating system.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Os {
    pub name: Option<String>,
    pub version: Option<String>,
    pub kernel: Option<String>,
    /// `kvm`, `docker`, … where it shows.
    pub virtualization: Option<String>,
}

/// Other load on the machine when the run began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Load {
    /// Load average over the last minute.
    pub one_minute: Option<f64>,
    /// Share of CPU time stolen by the hypervisor since boot, 0 to 1.
    pub steal: Option<f64>,
}

/// How the benched code was built.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Build {
    /// `rustc -vV`'s first line.
    pub rustc: String,
    pub host: String,
    /// All of them: the user's, and those of a steady build.
    pub rustflags: String,
    /// One codegen unit for each package of the workspace, functions and blocks aligned.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub steady: bool,
    /// The cargo profile: `bench`.
    pub profile: String,
    /// Cargo features by backend.
    #[serde(default)]
    pub features: BTreeMap<String, Vec<String>>,
    /// Hash of the whole `Cargo.lock`.
    pub lock_hash: Option<String>,
    /// Locked versions of the packages that decide what runs on the device: burn, cubecl, wgpu, tch, …
    #[serde(default)]
    pub locked: BTreeMap<String, String>,
}
