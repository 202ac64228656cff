//! Revisions, trees, checkouts and hooks: the only user of git2.
//!
//! Reads the user's repository and never changes its index, `HEAD`, configuration or working tree; the hooks
//! are the one thing it writes there, on request. Knows neither what is stored nor how it is measured.

mod affected;
mod branch;
mod change;
mod checkout;
mod commit;
mod error;
mod hook;
mod lineage;
mod merge;
mod path;
mod push;
mod repo;
mod revision;
mod shared;
mod shelf;
mod source;
mod working_tree;

#[cfg(test)]
mod tests;

pub use affected::{Affected, Layout, affected};
pub use checkout::Checkout;
pub use error::Error;
pub use hook::{
    HookKind, HookState, HookStatus, HooksFolder, Installed, Reach, SKIP_VARIABLE, Uninstalled, is_gits_own,
};
pub use merge::merge_heads;
pub use push::parse_push;
pub use repo::Repo;
pub use shared::BranchState;
pub use shelf::{Removed, old_checkouts, remove_old_checkouts};
pub use source::Source;
