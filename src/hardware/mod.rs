//! The machine: what it is, what else it is doing, which CPUs to measure on, and what backends lack on it.
//!
//! Each fact is read in one small function from a `SystemFiles` that tests replace, and every decision is a
//! pure function of facts. Called by commands only; knows neither runs nor results.

mod adapters;
mod affinity;
mod caches;
mod claim;
mod conditions;
mod cpu;
pub(crate) mod doctor;
mod features;
mod fingerprint;
mod libtorch;
mod load;
mod nvidia;
mod os;
mod probe;
mod system_files;
mod virtualization;

pub(crate) use adapters::visible_adapters;
pub(crate) use claim::{Claim, claim};
pub(crate) use conditions::conditions;
pub(crate) use fingerprint::fingerprint;
pub(crate) use libtorch::LibtorchWish;
pub(crate) use probe::probe;
