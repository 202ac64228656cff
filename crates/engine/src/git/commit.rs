//! A commit as a record describes it.

use accel_bench_record::{CommitInfo, TreeState};
use git2::{DescribeOptions, ErrorCode};

use super::error::{Doing, Error};
use super::repo::Repo;
use super::source::Source;
use accel_bench_record::CommitId;

impl Repo {
    /// The commit checked out and the state of the working tree; `None` before the first commit.
    pub fn commit_info(&self) -> Result<Option<CommitInfo>, Error> {
        let Some(commit) = self.head_commit()? else { return Ok(None) };
        let tree = if self.git().is_bare() { TreeState::Clean } else { self.working_tree(&commit)? };
        let info = CommitInfo { branch: self.current_branch(), ..describe(&commit, tree) };
        Ok(Some(info))
    }

    /// The same for what is checked out elsewhere. A merge is recorded with the commit that is merged into.
    pub fn info_of(&self, source: &Source) -> Result<CommitInfo, Error> {
        match source {
            Source::Commit(id) => Ok(describe(&self.find_commit(id)?, TreeState::Clean)),
            Source::Merge { tree, parents } => {
                let ours = parents.first().ok_or(Error::NoMerge)?;
                let with = parents.iter().skip(1).map(CommitId::as_str).collect::<Vec<_>>().join(" ");
                let state = TreeState::Merge { tree: tree.as_str().to_owned(), with };
                Ok(describe(&self.find_commit(ours)?, state))
            }
        }
    }

    /// The first line of the message.
    pub fn subject(&self, commit: &CommitId) -> Result<String, Error> {
        Ok(describe(&self.find_commit(commit)?, TreeState::Clean).subject)
    }

    /// The commit time, RFC 3339, UTC.
    pub fn time(&self, commit: &CommitId) -> Result<String, Error> {
        Ok(describe(&self.find_commit(commit)?, TreeState::Clean).time)
    }

    /// The user as git knows them: `Name <address>`.
    pub fn user(&self) -> Option<String> {
        let signature = self.git().signature().ok()?;
        let (name, address) = (signature.name().ok()?, signature.email().ok()?);
        Some(format!("{name} <{address}>"))
    }

    /// The tag that names exactly this commit; an annotated one before a lightweight one.
    pub fn describe_tag(&self, commit: &CommitId) -> Result<Option<String>, Error> {
        let act = || format!("read the tags of `{}`", commit.short());
        let commit = self.find_commit(commit)?;
        let mut options = DescribeOptions::new();
        options.describe_tags().max_candidates_tags(0);
        match commit.as_object().describe(&options) {
            Ok(found) => found.format(None).map(Some).doing(act),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error).doing(act),
        }
    }

    /// The branch checked out; `None` when `HEAD` is detached.
    fn current_branch(&self) -> Option<String> {
        let head = self.git().head().ok()?;
        head.is_branch().then(|| String::from_utf8_lossy(head.shorthand_bytes()).into_owned())
    }
}

fn describe(commit: &git2::Commit<'_>, tree: TreeState) -> CommitInfo {
    CommitInfo {
        id: commit.id().to_string(),
        branch: None,
        subject: String::from_utf8_lossy(commit.summary_bytes().unwrap_or_default()).into_owned(),
        time: rfc3339(commit.time().seconds()),
        tree,
    }
}

/// A time that no calendar holds is shown as the seconds it is.
fn rfc3339(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map_or_else(|_| format!("@{seconds}"), |time| time.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(seconds: i64, expected: &str) {
        assert_eq!(rfc3339(seconds), expected);
    }

    #[test]
    fn times() {
        check(0, "1970-01-01T00:00:00Z");
        check(1_795_254_854, "2026-11-21T09:54:14Z");
        check(-1, "1969-12-31T23:59:59Z");
        check(i64::MAX, "@9223372036854775807");
    }
}
