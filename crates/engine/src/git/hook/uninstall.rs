//! Taking a hook out again.

use std::path::PathBuf;

use super::super::error::{Error, io};
use super::super::repo::Repo;
use super::HookKind;
use super::install::write;
use super::script::kept_name;
use super::section::Parts;
use super::status::Found;

/// The change made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Uninstalled {
    /// Our lines were taken out of a script that stays.
    TakenOut {
        path: PathBuf,
    },
    Removed {
        path: PathBuf,
    },
    /// Removed, and what had been there before is back.
    Restored {
        path: PathBuf,
    },
    /// Nothing of ours is there.
    NotThere {
        path: PathBuf,
    },
}

impl Repo {
    pub fn uninstall_hook(&self, kind: HookKind) -> Result<Uninstalled, Error> {
        let folder = self.hooks_folder()?.path;
        let (path, kept) = (folder.join(kind.name()), folder.join(kept_name(kind)));
        let Found::Text { text, .. } = Found::at(&path)? else { return Ok(Uninstalled::NotThere { path }) };
        let Some(parts) = Parts::of(&text) else { return Ok(Uninstalled::NotThere { path }) };
        if !parts.is_all() {
            write(&path, &parts.without())?;
            return Ok(Uninstalled::TakenOut { path });
        }
        if std::fs::symlink_metadata(&kept).is_ok() {
            io(std::fs::rename(&kept, &path), "restore the hook", &path)?;
            return Ok(Uninstalled::Restored { path });
        }
        io(std::fs::remove_file(&path), "remove the hook", &path)?;
        Ok(Uninstalled::Removed { path })
    }
}
