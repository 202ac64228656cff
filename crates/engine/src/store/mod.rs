//! Results on disk: one immutable JSON file a run, and the approved baselines.
//!
//! The files are the truth. Whatever else is in the store (the summary cache, logs, leftovers of killed
//! processes) can be deleted. Knows neither clap, nor the shell, nor git; what the time is, callers say.
//!
//! ```text
//! .accel-bench/.gitignore                            `*`
//! .accel-bench/runs/<commit or no-commit>/<id>.json  one run, written when it ends
//! .accel-bench/runs/<commit or no-commit>/<id>.journal   one run that goes on, or was killed: a line a case
//! .accel-bench/logs/<id>/…                           what children printed, and the lock of a live run
//! .accel-bench/saved/<name>/<machine>.json           runs kept under a name, not approved
//! .accel-bench/cache/summaries.json                  rebuilt when it is missing or wrong
//! baselines/<name>/<machine>.json                    approved, committed to git
//! ```

mod atomic;
mod baseline;
mod cache;
mod calibration;
mod checksum;
mod error;
mod exchange;
mod file;
mod finite;
mod gc;
mod journal;
mod json;
mod listing;
mod live;
mod lookup;
mod name;
mod query;
mod root;
mod run_file;
mod run_id;
mod saved;
mod stable;
mod summary;
mod writer;

#[cfg(test)]
mod tests;

pub use baseline::{Approval, BaselineSummary, Baselines};
pub use error::Error;
pub use exchange::Exchanged;
pub use gc::{Rules, select};
pub use lookup::read_file;
pub use name::Name;
pub use query::{Query, Tree};
pub use root::Store;
pub use run_id::draw as draw_run_id;
pub use stable::is_stable;
pub use summary::RunSummary;
pub use writer::{RunWriter, export, write_whole};
