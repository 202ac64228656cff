//! The only spawner of cargo and rustc: what the workspace holds, and builds of its bench targets.
//!
//! Knows nothing of results, and reads no environment variable: the paths of cargo and rustc are given.

mod apart;
mod build;
mod error;
mod flags;
mod leftovers;
mod lock;
mod source;
mod toolchain;
mod workspace;

pub(crate) use self::apart::{WRAPPER_VARIABLE, wrapper};
pub(crate) use self::build::{BuildMessage, BuildRequest, build};
pub(crate) use self::error::Error;
pub(crate) use self::flags::rustflags;
pub(crate) use self::leftovers::{Leftover, leftovers};
pub(crate) use self::lock::read as read_lock;
pub(crate) use self::toolchain::toolchain;
pub(crate) use self::workspace::Workspace;
