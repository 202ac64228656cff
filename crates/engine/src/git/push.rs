//! What `git push` is about to change, as the hook `pre-push` reads it from its input.

use super::error::Error;
use super::repo::Repo;
use super::source::Source;
use accel_bench_record::CommitId;

/// One reference that is pushed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushUpdate {
    /// Absent when the reference is deleted.
    pub local: Option<String>,
    pub remote: String,
    pub change: PushChange,
}

/// The change to the reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PushChange {
    Delete,
    Create { to: CommitId },
    Update { from: CommitId, to: CommitId },
}

/// The kind of a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefKind {
    Branch,
    Tag,
    Other,
}

impl PushUpdate {
    pub fn kind(&self) -> RefKind {
        match &self.remote {
            name if name.starts_with("refs/heads/") => RefKind::Branch,
            name if name.starts_with("refs/tags/") => RefKind::Tag,
            _ => RefKind::Other,
        }
    }
}

impl Repo {
    /// Baseline and candidate of a pushed branch: the remote's tip and the new one. For a new branch, or a tip
    /// that was never fetched, the baseline is where it left the default branch. `None`: nothing to compare.
    pub fn pushed_pair(&self, update: &PushUpdate) -> Result<Option<(Source, Source)>, Error> {
        if update.kind() != RefKind::Branch {
            return Ok(None);
        }
        let (from, to) = match &update.change {
            PushChange::Delete => return Ok(None),
            PushChange::Create { to } => (None, to),
            PushChange::Update { from, to } => (self.resolve(from.as_str()).ok(), to),
        };
        let base = match from {
            Some(from) => Some(from),
            None => self.default_branch()?.map(|default| self.merge_base(&default.commit, to)).transpose()?,
        };
        let pair =
            base.filter(|base| base != to).map(|base| (Source::Commit(base), Source::Commit(to.clone())));
        Ok(pair)
    }
}

/// Reads the hook's input: `<local ref> <local hash> <remote ref> <remote hash>` a line.
pub fn parse_push(input: &str) -> Result<Vec<PushUpdate>, Error> {
    input.lines().filter(|line| !line.trim().is_empty()).map(parse_line).collect()
}

fn parse_line(line: &str) -> Result<PushUpdate, Error> {
    let wrong = || Error::PushLine(line.to_owned());
    let fields: Vec<&str> = line.split_ascii_whitespace().collect();
    let [local, to, remote, from] = fields[..] else { return Err(wrong()) };
    let (to, from) = (Hash::parse(to).ok_or_else(wrong)?, Hash::parse(from).ok_or_else(wrong)?);
    let change = match (from, to) {
        (_, Hash::Zero) => PushChange::Delete,
        (Hash::Zero, Hash::Of(to)) => PushChange::Create { to },
        (Hash::Of(from), Hash::Of(to)) => PushChange::Update { from, to },
    };
    let local = (change != PushChange::Delete).then(|| local.to_owned());
    Ok(PushUpdate { local, remote: remote.to_owned(), change })
}

/// A full hash, or the zeros that mean none.
enum Hash {
    Zero,
    Of(CommitId),
}

impl Hash {
    fn parse(text: &str) -> Option<Self> {
        let full = matches!(text.len(), 40 | 64) && text.bytes().all(|digit| digit.is_ascii_hexdigit());
        full.then(|| {
            if text.bytes().all(|digit| digit == b'0') { Self::Zero } else { Self::Of(CommitId::new(text)) }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZERO: &str = "0000000000000000000000000000000000000000";

    fn id(digit: &str) -> CommitId {
        CommitId::new(digit.repeat(40))
    }

    fn check(input: &str, expected: &[(Option<&str>, &str, PushChange, RefKind)]) {
        let updates = parse_push(input).unwrap();
        let seen: Vec<_> = updates
            .iter()
            .map(|it| (it.local.as_deref(), it.remote.as_str(), it.change.clone(), it.kind()))
            .collect();
        assert_eq!(seen, expected);
    }

    fn check_wrong(input: &str) {
        assert!(matches!(parse_push(input), Err(Error::PushLine(line)) if input.contains(&line)));
    }

    #[test]
    fn a_branch_moves() {
        let line = format!("refs/heads/main {} refs/heads/main {}\n", id("a"), id("b"));
        let change = PushChange::Update { from: id("b"), to: id("a") };
        check(&line, &[(Some("refs/heads/main"), "refs/heads/main", change, RefKind::Branch)]);
    }

    #[test]
    fn a_new_branch() {
        let line = format!("HEAD {} refs/heads/new {ZERO}\n", id("a"));
        check(
            &line,
            &[(Some("HEAD"), "refs/heads/new", PushChange::Create { to: id("a") }, RefKind::Branch)],
        );
    }

    #[test]
    fn a_deletion() {
        let line = format!("(delete) {ZERO} refs/heads/old {}\n", id("b"));
        check(&line, &[(None, "refs/heads/old", PushChange::Delete, RefKind::Branch)]);
    }

    #[test]
    fn a_branch_and_a_tag_together() {
        let input = format!(
            "refs/heads/x {a} refs/heads/x {ZERO}\n\nrefs/tags/v1 {a} refs/tags/v1 {ZERO}\n",
            a = id("a")
        );
        let create = PushChange::Create { to: id("a") };
        check(
            &input,
            &[
                (Some("refs/heads/x"), "refs/heads/x", create.clone(), RefKind::Branch),
                (Some("refs/tags/v1"), "refs/tags/v1", create, RefKind::Tag),
            ],
        );
    }

    #[test]
    fn other_references() {
        let line = format!("HEAD {} refs/for/main {ZERO}\n", id("a"));
        check(&line, &[(Some("HEAD"), "refs/for/main", PushChange::Create { to: id("a") }, RefKind::Other)]);
    }

    #[test]
    fn nothing_is_pushed() {
        check("", &[]);
        check("\n", &[]);
    }

    #[test]
    fn lines_that_are_none() {
        check_wrong("refs/heads/main");
        check_wrong(&format!("a {} b", id("a")));
        check_wrong(&format!("a {} b {} c", id("a"), id("b")));
        check_wrong(&format!("a abc b {ZERO}"));
        check_wrong(&format!("a {} b {ZERO}", "x".repeat(40)));
    }
}
