//! The engine of `cargo accel-bench`: reads `bench.toml`, builds bench targets, runs them in child processes, stores what
//! was measured by commit and machine, and compares.
//!
//! Every call takes a request and an [`Engine`], which holds what the engine is given ([`Host`]) and where it reports
//! what happens ([`Event`]). The engine prints nothing, asks nothing, and reads neither the environment nor the clock
//! nor the hardware except through its host. `examples/embed.rs` runs a suite with it in 40 lines.

pub mod bisect;
pub mod cargo;
mod causes;
pub mod choice;
pub mod compare;
mod engine;
mod error;
mod event;
pub mod executor;
pub mod git;
mod host;
pub mod import;
pub mod init;
pub mod manifest;
pub mod measure;
pub mod plan;
pub mod roof;
pub mod store;
mod versions;

pub use causes::with_causes;
pub use engine::Engine;
pub use error::{Error, Result};
pub use event::{Event, Warning};
pub use host::{Hardware, Host, Machine, Meters};
