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
pub(crate) use checkout::Checkout;
pub(crate) use error::Error;
pub(crate) use hook::{HookKind, Reach, SKIP_VARIABLE, is_gits_own};
pub(crate) use merge::merge_heads;
pub(crate) use push::parse_push;
pub(crate) use repo::Repo;
pub(crate) use shelf::{Removed, old_checkouts, remove_old_checkouts};
pub(crate) use source::Source;
