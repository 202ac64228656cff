//! A measured run from beginning to end: joins cargo, the runner, the hardware's probes and the store for the
//! commands that measure (`run`, `compare`, `baseline`, `hook`).
//!
//! Judges nothing: what comes out are records. Two sides that take turns are measured until `compare` says that they
//! need no more.

mod interleaved;
mod libraries;
mod models;
mod pair;
mod prepare;
mod progress;
mod project;
mod recorder;
mod session;
mod side;
mod sources;
mod trial;

use crate::context::Context;
use crate::git;

/// Variables that git sets for its hooks: a child with them would work on the wrong repository.
fn leaking(cx: &Context) -> Vec<String> {
    cx.var_names().filter(|name| git::is_gits_own(name)).map(str::to_owned).collect()
}

pub(crate) use interleaved::{Looks, measure_in_turns};
pub(crate) use pair::{From, Pair, Wanted, pair, stored_pair};
pub(crate) use prepare::{Prepared, benchmarks, prepare};
pub(crate) use project::Project;
pub(crate) use session::{Machine, Session, measure};
pub(crate) use side::SideSpec;
pub(crate) use sources::Sources;
pub(crate) use trial::trial;
