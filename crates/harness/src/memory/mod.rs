//! Memory of one case: what is read, when, and what becomes of it.

mod resident;
mod source;
mod usage;
mod watch;

pub(crate) use resident::PeakMemory;
pub(crate) use watch::Watch;
