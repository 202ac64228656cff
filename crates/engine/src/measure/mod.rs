//! A measured run from beginning to end: joins cargo, the runner, the hardware's probes and the store for the
//! commands that measure (`run`, `compare`, `baseline`, `hook`).
//!
//! Judges nothing: what comes out are records. Two sides that are interleaved are measured until `compare` says that they
//! need no more.

mod bisect;
mod code;
mod counting;
mod describe;
mod explain;
#[cfg(feature = "flame")]
mod flame;
#[cfg(not(feature = "flame"))]
#[path = "no_flame.rs"]
mod flame;
mod identical;
mod interleaved;
mod libraries;
mod models;
mod pair;
mod prepare;
mod project;
mod recorder;
mod rerun;
mod roofs;
mod run;
mod session;
mod side;
mod sources;
mod trial;

#[cfg(test)]
mod elsewhere_tests;

use crate::Host;
use crate::git;

/// Variables that git sets for its hooks: a child with them would work on the wrong repository.
fn leaking(host: &Host) -> Vec<String> {
    host.var_names().filter(|name| git::is_gits_own(name)).map(str::to_owned).collect()
}

pub use bisect::{Bisected, Culprit, Range, bisect};
pub use describe::{Described, describe};
pub use explain::{Cause, Change, Difference, Explained, Explanation, Extent, Root, explain};
pub use interleaved::{Looks, measure_in_turns};
pub use pair::{From, Pair, Wanted, pair};
pub use prepare::{Prepared, benchmarks, prepare};
pub use project::Project;
pub use rerun::{Rerun, rerun};
pub use roofs::{last_of_code, peaks, peaks_of};
pub use run::{RunOutcome, RunRequest};
pub use session::{Measured, Session, measure};
pub use side::SideSpec;
pub use sources::Sources;
pub use trial::{Trial, trial};
