//! Names of commits, and how commits are related.

use git2::ErrorCode;

use super::error::{Doing, Error};
use super::repo::{Repo, commit_id, oid};
use accel_bench_record::CommitId;

/// How many names are offered for one that does not exist.
const OFFERED: usize = 3;
/// Jaro-Winkler similarity from which a name is offered: `mian` for `main` has 0.93, `dev` for `main` 0.53.
const NEAR: f64 = 0.8;

impl Repo {
    /// The commit that a branch, a tag, a hash's beginning or an expression such as `HEAD~2` names.
    pub fn resolve(&self, rev: &str) -> Result<CommitId, Error> {
        let object = self.git().revparse_single(rev).map_err(|error| self.unresolved(rev, &error))?;
        let commit = object.peel_to_commit().map_err(|_| Error::NotACommit { rev: rev.to_owned() })?;
        Ok(commit_id(commit.id()))
    }

    /// The commit checked out.
    pub fn head(&self) -> Result<CommitId, Error> {
        Ok(commit_id(self.head_commit()?.ok_or(Error::Unborn)?.id()))
    }

    /// The best common ancestor.
    pub fn merge_base(&self, one: &CommitId, other: &CommitId) -> Result<CommitId, Error> {
        match self.git().merge_base(oid(one)?, oid(other)?) {
            Ok(base) => Ok(commit_id(base)),
            Err(error) if error.code() == ErrorCode::NotFound => {
                Err(Error::Unrelated { one: one.clone(), other: other.clone(), shallow: self.is_shallow() })
            }
            Err(error) => Err(error).doing(|| "find the common ancestor".to_owned()),
        }
    }

    fn unresolved(&self, rev: &str, error: &git2::Error) -> Error {
        let rev = rev.to_owned();
        if error.code() == ErrorCode::Ambiguous {
            return Error::Ambiguous { rev };
        }
        // `HEAD~9` fails for want of history, not of a name.
        let name = rev.split(['~', '^', '@', ':']).next().unwrap_or_default();
        let named = name.is_empty() || self.git().revparse_single(name).is_ok();
        let near = if named { Vec::new() } else { near(name, &self.names()) };
        Error::UnknownRevision { shallow: self.is_shallow() && near.is_empty(), rev, near }
    }

    /// Names of all branches and tags, as they are typed.
    fn names(&self) -> Vec<String> {
        let Ok(references) = self.git().references() else { return Vec::new() };
        let names = references.flatten().filter(|one| one.is_branch() || one.is_remote() || one.is_tag());
        names.map(|one| String::from_utf8_lossy(one.shorthand_bytes()).into_owned()).collect()
    }
}

/// The names that may have been meant, the likeliest first.
fn near(wanted: &str, names: &[String]) -> Vec<String> {
    let score = |name: &String| {
        let last = name.rsplit_once('/').map_or(name.as_str(), |(_, last)| last);
        strsim::jaro_winkler(wanted, name).max(strsim::jaro_winkler(wanted, last))
    };
    let mut scored: Vec<_> = names.iter().map(|name| (score(name), name)).collect();
    scored.retain(|(score, _)| *score >= NEAR);
    scored.sort_by(|(one, a), (other, b)| other.total_cmp(one).then_with(|| a.cmp(b)));
    scored.into_iter().take(OFFERED).map(|(_, name)| name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(wanted: &str, expected: &[&str]) {
        let names = ["main", "dev", "origin/feature-x", "v1.0.0", "v1.1.0"].map(str::to_owned);
        assert_eq!(near(wanted, &names), expected);
    }

    #[test]
    fn a_slip_of_the_finger() {
        check("mian", &["main"]);
    }

    #[test]
    fn a_branch_that_only_the_remote_has() {
        check("feature-x", &["origin/feature-x"]);
    }

    #[test]
    fn a_tag_that_is_not_there() {
        check("v1.2.0", &["v1.1.0", "v1.0.0"]);
    }

    #[test]
    fn nothing_near() {
        check("zzz", &[]);
    }
}
