//! Where git looks for hooks.

use std::path::{Path, PathBuf};

use super::super::error::{Doing, Error};
use super::super::repo::Repo;

/// The folder that git takes hooks from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HooksFolder {
    pub path: PathBuf,
    pub reach: Reach,
}

/// The repositories that a hook in the folder affects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// This clone, with all its worktrees.
    Clone,
    /// Everybody who checks the repository out: the folder's files are, or will be, tracked.
    Everybody,
    /// All repositories of this user: the folder lies outside of this one.
    AllRepositories,
}

impl Repo {
    /// The folder that `core.hooksPath` names, or `hooks` in the git folder that all worktrees share.
    pub fn hooks_folder(&self) -> Result<HooksFolder, Error> {
        let act = || "read `core.hooksPath`".to_owned();
        let config = self.git().config().and_then(|mut config| config.snapshot()).doing(act)?;
        let configured = match config.get_path("core.hooksPath") {
            Ok(path) if !path.as_os_str().is_empty() => path,
            Ok(_) => return Ok(self.default_folder()),
            Err(error) if error.code() == git2::ErrorCode::NotFound => return Ok(self.default_folder()),
            Err(error) => return Err(error).doing(act),
        };
        // Hooks run at the top of the working tree, or in a bare repository itself.
        let path = self.git().workdir().unwrap_or(self.git().path()).join(configured);
        let reach = self.reach(&path);
        Ok(HooksFolder { path, reach })
    }

    fn default_folder(&self) -> HooksFolder {
        HooksFolder { path: self.git().commondir().join("hooks"), reach: Reach::Clone }
    }

    fn reach(&self, folder: &Path) -> Reach {
        if resolved(folder).starts_with(resolved(self.git().commondir())) {
            return Reach::Clone;
        }
        let Some(inside) = self.relative(folder).or_else(|| self.relative(&resolved(folder))) else {
            return Reach::AllRepositories;
        };
        // A folder's rule, `.husky/_/`, holds for what lies in it.
        match self.git().is_path_ignored(inside.join("pre-push")) {
            Ok(true) => Reach::Clone,
            Ok(false) | Err(_) => Reach::Everybody,
        }
    }
}

/// Without links, as far as the path exists.
fn resolved(path: &Path) -> PathBuf {
    let existing = path.ancestors().find_map(|above| Some((above, above.canonicalize().ok()?)));
    match existing {
        Some((above, real)) => real.join(path.strip_prefix(above).unwrap_or(Path::new(""))),
        None => path.to_owned(),
    }
}
