//! True if a cell fits its device, before anything is put there.

use std::fs;
use std::process::Command;

use accel_bench::units::Bytes;

use super::precision::Precision;
use crate::backend::Memory;
use crate::cost::Size;
use crate::weights::Counted;
use crate::workload::Workload;

/// The memory that a cell is predicted to need at its peak, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Footprint {
    pub weights: u64,
    pub activations: u64,
    pub cache: u64,
    /// Weights while they are put on the device: integers are made of `f32` there.
    pub loading: u64,
}

impl Footprint {
    /// The footprint of a model with these parameters, computed from the dimensions.
    #[must_use]
    pub fn of<M: Workload>(config: &M::Config, counted: Counted, size: Size, precision: Precision) -> Self {
        let cost = M::cost(config, size);
        Self {
            weights: precision.weight_bytes(counted.linear, counted.other),
            activations: cost.live * precision.value_bytes(),
            cache: cost.cache * precision.value_bytes(),
            loading: precision.value_bytes() * counted.total(),
        }
    }

    /// The memory used while the model runs.
    #[must_use]
    pub const fn total(self) -> u64 {
        self.weights + self.activations + self.cache
    }

    /// The memory that the device must have: for running, or for loading before.
    #[must_use]
    pub fn needed(self) -> u64 {
        self.total().max(self.loading)
    }
}

/// The bytes of this memory that are free on the device of this name; `None` where they are unknown.
#[must_use]
pub(super) fn free_memory(memory: Memory, device: &str) -> Option<u64> {
    /// Mesa's software Vulkan, whose memory is the host's.
    const SOFTWARE: &str = "llvmpipe";
    match memory {
        Memory::Host => host_memory(),
        Memory::Nvidia => nvidia_memory(),
        Memory::Adapter if device.contains(SOFTWARE) => host_memory(),
        Memory::Adapter => None,
    }
}

/// Cells that fit into `free` bytes in place of `size` in `precision`: smaller batches first, then precisions that the device
/// has.
#[must_use]
pub(super) fn alternatives<M: Workload>(
    config: &M::Config,
    counted: Counted,
    asked: (Size, Precision),
    (free, precisions): (u64, &[Precision]),
) -> Vec<String> {
    let (size, precision) = asked;
    let fits = |size, precision| Footprint::of::<M>(config, counted, size, precision).needed() <= free;
    let halves =
        std::iter::successors(Some(size.batch / 2), |batch| Some(batch / 2)).take_while(|&batch| batch > 0);
    let batch = halves.into_iter().find(|&batch| fits(Size { batch, ..size }, precision));
    let batch = batch.map(|batch| format!("batch-size {batch}"));
    let smaller = precisions.iter().filter(|&&other| other != precision && fits(size, other));
    batch.into_iter().chain(smaller.map(|other| format!("precision {other}"))).collect()
}

/// Says that `footprint` goes beyond `free` bytes.
#[must_use]
pub(super) fn excess(footprint: Footprint, free: u64) -> String {
    let shown = |bytes: u64| Bytes::new(bytes as f64).map_or_else(String::new, |bytes| bytes.to_string());
    if footprint.loading > footprint.total() {
        let [needed, free] = [footprint.loading, free].map(shown);
        return format!("its weights need {needed} before they are made integers and {free} are free");
    }
    format!(
        "it needs {} (weights {}, activations {}, cache {}) and {} are free",
        shown(footprint.total()),
        shown(footprint.weights),
        shown(footprint.activations),
        shown(footprint.cache),
        shown(free),
    )
}

/// What Linux says could be allocated without swapping, no more than the control group allows.
fn host_memory() -> Option<u64> {
    let available = meminfo(&fs::read_to_string("/proc/meminfo").ok()?)?;
    let number = |path: &str| fs::read_to_string(path).ok()?.trim().parse::<u64>().ok();
    // Absent outside of a control group, and `max` where the group has no limit.
    let limit = number("/sys/fs/cgroup/memory.max");
    let used = number("/sys/fs/cgroup/memory.current").unwrap_or(0);
    Some(limit.map_or(available, |limit| available.min(limit.saturating_sub(used))))
}

/// `MemAvailable` of a /proc/meminfo, in bytes.
fn meminfo(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

/// What NVIDIA's driver says is free on the first GPU.
fn nvidia_memory() -> Option<u64> {
    let query = ["--query-gpu=memory.free", "--format=csv,noheader,nounits", "--id=0"];
    let output = Command::new("nvidia-smi").args(query).output().ok()?;
    let mebibytes: u64 = String::from_utf8(output.stdout).ok()?.trim().parse().ok()?;
    Some(mebibytes << 20)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::families::encoder_only::Bert;

    const SIZE: Size = Size { batch: 8, sequence: 128, new_tokens: 0 };
    const COUNTED: Counted = Counted { linear: 1 << 20, other: 1 << 10 };

    #[track_caller]
    fn check(free: u64, expected: &[&str]) {
        let config = crate::model::config::<Bert>("bert-tiny").expect("it is a preset");
        let asked = (SIZE, Precision::F32);
        let found = alternatives::<Bert>(&config, COUNTED, asked, (free, &[Precision::F32, Precision::F16]));
        assert_eq!(found, expected);
    }

    fn needed(batch: usize, precision: Precision) -> u64 {
        let config = crate::model::config::<Bert>("bert-tiny").expect("it is a preset");
        Footprint::of::<Bert>(&config, COUNTED, Size { batch, ..SIZE }, precision).total()
    }

    #[test]
    fn a_smaller_batch_or_another_precision() {
        check(needed(2, Precision::F32), &["batch-size 2", "precision f16"]);
    }

    #[test]
    fn the_weights_alone_are_too_much() {
        check(needed(8, Precision::F16), &["precision f16"]);
    }

    #[test]
    fn the_largest_batch_that_fits() {
        check(needed(4, Precision::F32) + 1, &["batch-size 4", "precision f16"]);
    }

    #[test]
    fn integers_are_made_of_floats() {
        let config = crate::model::config::<Bert>("bert-tiny").expect("it is a preset");
        let footprint = Footprint::of::<Bert>(&config, COUNTED, SIZE, Precision::Q8);
        assert!(footprint.weights < COUNTED.total() * 2 && footprint.needed() >= COUNTED.total() * 4);
    }

    #[test]
    fn software_vulkan_takes_the_hosts_memory() {
        assert_eq!(free_memory(Memory::Adapter, "llvmpipe (LLVM 15.0.6)").is_some(), host_memory().is_some());
        assert_eq!(free_memory(Memory::Adapter, "NVIDIA H100"), None);
    }

    #[test]
    fn nothing_fits() {
        check(1, &[]);
    }

    #[test]
    fn available_memory() {
        assert_eq!(meminfo("MemTotal: 9 kB\nMemAvailable:   24 kB\n"), Some(24 * 1024));
    }

    #[test]
    fn memory_that_nobody_tells() {
        assert_eq!(meminfo("MemTotal: 9 kB\n"), None);
    }
}
