//! The machine: what it is, what else it is doing, which CPUs to measure on, and what backends lack on it.
//!
//! Each fact is read in one small function from a `SystemFiles` that tests replace, and every decision is a
//! pure function of facts. Called by commands only; knows neither runs nor results.

mod adapters;
mod affinity;
mod caches;
mod conditions;
mod cpu;
pub mod devices;
pub mod doctor;
mod features;
mod fingerprint;
mod graphics;
mod library;
mod libtorch;
mod load;
mod meters;
mod nvidia;
mod os;
mod probe;
mod python;
mod system_files;
mod virtualization;

pub use adapters::visible_adapters;
pub use affinity::allowed as allowed_cpus;
pub use conditions::conditions;
pub use fingerprint::fingerprint;
pub use libtorch::library_folder;
pub use meters::{Meters, VISIBLE_DEVICES, meters};
pub use probe::probe;
