//! Which of git's hooks this program has a use for.

/// A hook of git's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HookKind {
    /// Before a merge is committed. Git does not run it for a fast-forward, nor when `git commit` concludes a
    /// merge that had conflicts.
    PreMergeCommit,
    /// Before anything is pushed.
    PrePush,
}

impl HookKind {
    pub const ALL: [Self; 2] = [Self::PreMergeCommit, Self::PrePush];

    /// The file's name, and the word on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::PreMergeCommit => "pre-merge-commit",
            Self::PrePush => "pre-push",
        }
    }

    /// How to go on although this hook has said no, ready to be pasted. A blocked merge is ready to be
    /// committed, and `git commit` does not ask this hook again.
    pub fn go_on_regardless(self) -> &'static str {
        match self {
            Self::PreMergeCommit => "git commit",
            Self::PrePush => "git push --no-verify",
        }
    }

    /// How to take back what this hook has stopped; a push needs nothing.
    pub fn undo(self) -> Option<&'static str> {
        match self {
            Self::PreMergeCommit => Some("git merge --abort"),
            Self::PrePush => None,
        }
    }
}
