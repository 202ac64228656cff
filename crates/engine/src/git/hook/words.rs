//! A change to a hook, and its state, in words.

use std::fmt;

use super::{HookState, HookStatus, Installed, Reach, Uninstalled};

impl fmt::Display for Installed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Created { path } => write!(f, "`{}`", path.display()),
            Self::AddedTo { path } => write!(f, "into `{}`, next to what was there", path.display()),
            Self::Chained { path, kept } => {
                write!(f, "`{}`, which calls what was there, now `{}`", path.display(), kept.display())
            }
            Self::Updated { path } => write!(f, "this version's `{}`", path.display()),
            Self::AlreadyThere { path } => write!(f, "`{}` before; nothing to do", path.display()),
        }
    }
}

impl fmt::Display for Uninstalled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TakenOut { path } => write!(f, "our lines from `{}`; the rest stays", path.display()),
            Self::Removed { path } => write!(f, "`{}`", path.display()),
            Self::Restored { path } => write!(f, "`{}`; what was there before is back", path.display()),
            Self::NotThere { path } => write!(f, "nothing: `{}` has nothing of ours", path.display()),
        }
    }
}

impl fmt::Display for HookStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.state {
            HookState::Absent => "not installed",
            HookState::Installed => "installed",
            HookState::Outdated => "installed by another version; `hook install` updates it",
            HookState::NotExecutable => {
                "installed but not executable, so git ignores it; `hook install` fixes that"
            }
            HookState::Foreign => "there is another hook; `hook install` adds to it",
        };
        write!(f, "{}: {state} ({})", self.kind.name(), self.path.display())?;
        match self.folder.reach {
            Reach::Clone => Ok(()),
            Reach::Everybody => f.write_str(", a folder that everybody who clones shares"),
            Reach::AllRepositories => f.write_str(", a folder that all your repositories share"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{HookKind, HooksFolder};
    use super::*;

    fn check(state: HookState, reach: Reach, expected: &str) {
        let folder = HooksFolder { path: "hooks".into(), reach };
        let path = "hooks/pre-push".into();
        assert_eq!(HookStatus { kind: HookKind::PrePush, path, state, folder }.to_string(), expected);
    }

    #[test]
    fn how_a_hook_stands() {
        check(HookState::Absent, Reach::Clone, "pre-push: not installed (hooks/pre-push)");
        check(
            HookState::Foreign,
            Reach::Everybody,
            "pre-push: there is another hook; `hook install` adds to it (hooks/pre-push), a folder that everybody who \
             clones shares",
        );
    }

    #[test]
    fn what_was_done() {
        let path = std::path::PathBuf::from("hooks/pre-push");
        assert_eq!(Installed::Created { path: path.clone() }.to_string(), "`hooks/pre-push`");
        assert_eq!(
            Uninstalled::Restored { path }.to_string(),
            "`hooks/pre-push`; what was there before is back"
        );
    }
}
