//! The state of an installed hook.

use std::path::{Path, PathBuf};

use super::super::error::{Error, io};
use super::super::repo::Repo;
use super::section::Parts;
use super::{HookKind, HooksFolder};

/// One hook as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookStatus {
    pub kind: HookKind,
    pub path: PathBuf,
    pub state: HookState,
    pub folder: HooksFolder,
}

/// The state of the hook for git.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookState {
    Absent,
    Installed,
    /// Ours, from another version of this program.
    Outdated,
    /// Ours, but git passes over it.
    NotExecutable,
    /// Somebody else's, without our section.
    Foreign,
}

impl Repo {
    pub fn hook_status(&self, kind: HookKind) -> Result<HookStatus, Error> {
        let folder = self.hooks_folder()?;
        let path = folder.path.join(kind.name());
        let state = Found::at(&path)?.state(kind);
        Ok(HookStatus { kind, path, state, folder })
    }
}

/// A hook's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Nothing,
    /// Text in a regular file.
    Text {
        text: String,
        executable: bool,
    },
    /// A link, a binary, a folder.
    Opaque,
}

impl Found {
    pub(super) fn at(path: &Path) -> Result<Self, Error> {
        let Ok(found) = std::fs::symlink_metadata(path) else { return Ok(Self::Nothing) };
        if !found.is_file() {
            return Ok(Self::Opaque);
        }
        let bytes = io(std::fs::read(path), "read the hook", path)?;
        Ok(match String::from_utf8(bytes) {
            Ok(text) => Self::Text { text, executable: is_executable(&found) },
            Err(_) => Self::Opaque,
        })
    }

    fn state(&self, kind: HookKind) -> HookState {
        let Self::Text { text, executable } = self else {
            return if *self == Self::Nothing { HookState::Absent } else { HookState::Foreign };
        };
        match Parts::of(text) {
            None => HookState::Foreign,
            Some(_) if !executable => HookState::NotExecutable,
            Some(parts) if parts.is_current(kind) => HookState::Installed,
            Some(_) => HookState::Outdated,
        }
    }
}

#[cfg(unix)]
fn is_executable(found: &std::fs::Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&found.permissions()) & 0o111 != 0
}

/// Without such permissions git runs every hook there is.
#[cfg(not(unix))]
fn is_executable(_: &std::fs::Metadata) -> bool {
    true
}
