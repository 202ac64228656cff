//! Tests through the real binary, on small projects that are built for them; and of the sources themselves.

mod advice;
mod architecture;
mod baseline;
mod bisect;
mod calibrate;
mod compare;
mod completions;
mod counts;
mod devices;
mod doctor;
mod energy;
mod explain;
mod gc;
mod hook;
mod hostile;
mod import;
mod in_turns;
mod in_turns_stopped;
mod init;
mod isolate;
mod liar;
mod manifest;
mod matrix;
mod metrics;
mod models;
mod names;
#[cfg(not(feature = "history"))]
mod no_history;
mod places;
mod plain;
#[cfg(feature = "history")]
mod predict;
mod report;
#[cfg(unix)]
mod rerun;
mod run;
mod selection;
#[cfg(feature = "history")]
mod sql;
mod steady;
mod store;
mod stored;
mod strange;
mod support;
#[cfg(feature = "history")]
mod trend;
mod unlisted;
mod versions;
