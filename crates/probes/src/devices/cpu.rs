//! The CPU: always there, and checked all the same.

use std::hint::black_box;
use std::time::Instant;

use super::device::{Device, State, check, inputs, twice_plus_one};
use crate::system_files::SystemFiles;
use crate::{cpu, os};

pub(super) fn probe() -> Device {
    let start = Instant::now();
    let outputs: Vec<u32> = inputs().into_iter().map(|x| twice_plus_one(black_box(x))).collect();
    let took_ms = start.elapsed().as_secs_f64() * 1e3;
    let about = cpu::cpu(&SystemFiles::of_this_machine());
    Device {
        kind: Some(format!("{}, {} CPUs", about.architecture, about.logical_cores)),
        memory_bytes: os::memory_bytes(),
        state: State::of(check(&outputs, twice_plus_one).map(|()| took_ms)),
        ..Device::found("cpu", about.model.unwrap_or_else(|| "CPU".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_machine_has_one_that_works() {
        let device = probe();
        assert!(device.is_usable() && !device.name.is_empty() && device.memory_bytes.is_some(), "{device:?}");
    }
}
