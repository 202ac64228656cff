//! The only spawner of cargo and rustc: what the workspace holds, and builds of its bench targets.
//!
//! Knows nothing of results, and reads no environment variable: the paths of cargo and rustc are given.

mod apart;
mod build;
mod error;
mod flags;
mod leftovers;
mod lock;
mod relink;
mod source;
mod toolchain;
mod workspace;

pub use self::apart::{Recipe, WRAPPER_VARIABLE, wrapper};
pub use self::build::{BuildMessage, BuildRequest, build};
pub use self::error::Error;
pub use self::flags::{ENCODED_VARIABLE, alignment, encoded, rustflags};
pub use self::leftovers::{Leftover, leftovers};
pub use self::lock::{Lock, read as read_lock};
pub use self::relink::relinked;
pub use self::toolchain::{Toolchain, toolchain};
pub use self::workspace::Workspace;
