//! Git's hooks: where they lie, what they say, and putting ours in and taking it out again.
//!
//! A hook that is there already is respected. A shell script gets our lines in a marked section after its
//! first line, where its `$0`, its options and its neighbours stay what they were (husky and others ask for
//! them). Anything else (another language, a binary, a link, a script that is switched off) is kept next to
//! ours as `<name>.before-accel-bench` and called by it. Uninstalling restores the former byte for byte.

mod folder;
mod install;
mod kind;
mod script;
mod section;
mod status;
mod uninstall;
mod words;

pub use folder::{HooksFolder, Reach};
pub use install::Installed;
pub use kind::HookKind;
#[cfg(test)]
pub(crate) use script::script;
pub use script::{SKIP_VARIABLE, is_gits_own};
pub use status::{HookState, HookStatus};
pub use uninstall::Uninstalled;
