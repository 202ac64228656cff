//! A measured run from beginning to end: joins cargo, the runner, the hardware's probes and the store for the
//! commands that measure (`run`, `compare`, `baseline`, `hook`).
//!
//! Judges nothing: what comes out are records.

mod pair;
mod prepare;
mod progress;
mod project;
mod recorder;
mod session;
mod side;
mod sources;

pub(crate) use pair::{From, Pair, Wanted, pair};
pub(crate) use prepare::{Prepared, benchmarks, prepare};
pub(crate) use project::Project;
pub(crate) use session::{Machine, Measured, Session, measure};
pub(crate) use side::SideSpec;
pub(crate) use sources::Sources;
