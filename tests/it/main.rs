//! Tests through the real binary, on small projects that are built for them; and of the sources themselves.

mod architecture;
mod baseline;
mod calibrate;
mod compare;
mod completions;
mod doctor;
mod gc;
mod hook;
mod hostile;
mod in_turns;
mod in_turns_stopped;
mod init;
mod isolate;
mod liar;
mod manifest;
mod metrics;
mod names;
mod places;
mod plain;
mod run;
mod selection;
mod store;
mod stored;
mod strange;
mod support;
mod unlisted;
