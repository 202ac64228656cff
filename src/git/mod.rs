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
mod merge;
mod path;
mod push;
mod repo;
mod revision;
mod shelf;
mod source;
mod working_tree;

#[cfg(test)]
mod tests;

pub(crate) use affected::{Affected, Layout, affected};
pub(crate) use branch::Branch;
pub(crate) use checkout::{Checkout, Limit};
pub(crate) use commit::Commit;
pub(crate) use error::Error;
pub(crate) use hook::{
    HookKind, HookState, HookStatus, HooksFolder, Installed, Reach, SKIP_VARIABLE, Uninstalled, is_gits_own,
    script,
};
pub(crate) use merge::{PendingMerge, merge_heads};
pub(crate) use push::{PushChange, PushUpdate, RefKind, parse_push};
pub(crate) use repo::Repo;
pub(crate) use shelf::{Removed, remove_old_checkouts};
pub(crate) use source::{Source, TreeId};
