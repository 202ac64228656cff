//! The tests' scaffold: a project on disk, and the tool run in it.

mod processes;
mod project;
mod ran;
pub(crate) mod sources;
pub(crate) mod synthetic;

pub(crate) use processes::{Moments, signal, silent, start, survivors, wait_until};
pub(crate) use project::{Project, forget, record, run, target_dir};
pub(crate) use ran::Ran;
