//! Putting a hook in.

use std::path::{Path, PathBuf};

use super::super::error::{Error, io};
use super::super::repo::Repo;
use super::script::{kept_name, script};
use super::section::{Parts, inserted};
use super::status::Found;
use super::{HookKind, HooksFolder, Reach};

/// The change made; idempotent, so a second call changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Installed {
    Created {
        path: PathBuf,
    },
    /// Our lines were put into a script that was there.
    AddedTo {
        path: PathBuf,
    },
    /// The former hook is kept as `kept`, and called by ours.
    Chained {
        path: PathBuf,
        kept: PathBuf,
    },
    /// Ours was from another version, or not executable.
    Updated {
        path: PathBuf,
    },
    AlreadyThere {
        path: PathBuf,
    },
}

/// The change to make, decided before anything is written.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Nothing,
    Create,
    AddTo(String),
    Update(String),
    Chain,
}

impl Repo {
    /// Puts the hook where git looks for it. A folder that all repositories of the user share is refused,
    /// unless `widest` says that this is meant.
    pub fn install_hook(&self, kind: HookKind, widest: Reach) -> Result<Installed, Error> {
        let HooksFolder { path: folder, reach } = self.hooks_folder()?;
        if folder.exists() && !folder.is_dir() {
            return Err(Error::HooksOff(folder));
        }
        if reach == Reach::AllRepositories && widest != Reach::AllRepositories {
            return Err(Error::SharedHooks(folder));
        }
        io(std::fs::create_dir_all(&folder), "create the folder", &folder)?;
        let (path, kept) = (folder.join(kind.name()), folder.join(kept_name(kind)));
        match step(&Found::at(&path)?, kind) {
            Step::Nothing => Ok(Installed::AlreadyThere { path }),
            Step::Create => write(&path, &script(kind)).map(|()| Installed::Created { path }),
            Step::AddTo(text) => write(&path, &text).map(|()| Installed::AddedTo { path }),
            Step::Update(text) => write(&path, &text).map(|()| Installed::Updated { path }),
            Step::Chain => chain(path, kept, kind),
        }
    }
}

fn step(found: &Found, kind: HookKind) -> Step {
    let (text, executable) = match found {
        Found::Nothing => return Step::Create,
        Found::Opaque => return Step::Chain,
        Found::Text { text, executable } => (text, *executable),
    };
    match Parts::of(text) {
        Some(parts) if executable && parts.is_current(kind) => Step::Nothing,
        Some(parts) => Step::Update(parts.updated(kind)),
        // To make a script executable for our sake would switch on what somebody has switched off.
        None if !executable => Step::Chain,
        None => inserted(text, kind).map_or(Step::Chain, Step::AddTo),
    }
}

fn chain(path: PathBuf, kept: PathBuf, kind: HookKind) -> Result<Installed, Error> {
    if std::fs::symlink_metadata(&kept).is_ok() {
        return Err(Error::KeptExists { hook: path, kept });
    }
    io(std::fs::rename(&path, &kept), "keep the hook", &path)?;
    write(&path, &script(kind))?;
    Ok(Installed::Chained { path, kept })
}

/// Replaces the file as a whole: git may run it at this moment.
pub(super) fn write(path: &Path, text: &str) -> Result<(), Error> {
    let act = "write the hook";
    let folder = path.parent().unwrap_or(Path::new("."));
    let file = io(tempfile::NamedTempFile::new_in(folder), act, path)?;
    io(std::fs::write(file.path(), text), act, path)?;
    io(std::fs::set_permissions(file.path(), permissions(path, file.path())), act, path)?;
    io(file.persist(path).map_err(|error| error.error), act, path)?;
    Ok(())
}

/// Those of the file that is replaced, and executable by whoever may read it.
#[cfg(unix)]
fn permissions(path: &Path, new: &Path) -> std::fs::Permissions {
    use std::os::unix::fs::PermissionsExt;
    let _ = new;
    let mode = path.metadata().map_or(0o755, |found| found.permissions().mode() & 0o777);
    std::fs::Permissions::from_mode(mode | ((mode & 0o444) >> 2))
}

#[cfg(not(unix))]
fn permissions(_: &Path, new: &Path) -> std::fs::Permissions {
    new.metadata().map(|found| found.permissions()).expect("the file was just made")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str, executable: bool) -> Found {
        Found::Text { text: text.to_owned(), executable }
    }

    fn check(found: &Found, expected: &Step) {
        assert_eq!(step(found, HookKind::PrePush), *expected);
    }

    #[test]
    fn nothing_there() {
        check(&Found::Nothing, &Step::Create);
    }

    #[test]
    fn a_shell_script_gets_our_section() {
        let expected = inserted("#!/bin/sh\nexit 0\n", HookKind::PrePush).unwrap();
        check(&text("#!/bin/sh\nexit 0\n", true), &Step::AddTo(expected));
    }

    #[test]
    fn what_is_switched_off_or_no_shell_script_is_kept_aside() {
        check(&text("#!/bin/sh\nexit 1\n", false), &Step::Chain);
        check(&text("#!/usr/bin/env python3\n", true), &Step::Chain);
        check(&Found::Opaque, &Step::Chain);
    }

    #[test]
    fn ours() {
        let current = script(HookKind::PrePush);
        check(&text(&current, true), &Step::Nothing);
        check(&text(&current, false), &Step::Update(current.clone()));
        let old = current.replace("cargo accel-bench hook run", "cargo accel-bench hook measure");
        check(&text(&old, true), &Step::Update(current));
    }
}
