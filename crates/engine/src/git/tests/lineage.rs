//! The order of commits: along first parents, and by generation.

use std::collections::{BTreeMap, BTreeSet};

use accel_bench_record::CommitId;

use super::Scratch;

/// `main` with a side branch of two commits merged into it: one, two, [left one, left two], merge.
fn merged() -> (Scratch, Vec<CommitId>) {
    let scratch = Scratch::new();
    let mut commits = vec![scratch.head()];
    scratch.git(&["checkout", "--quiet", "-b", "side"]);
    commits.push(scratch.commit("left.txt", "one\n"));
    commits.push(scratch.commit("left.txt", "two\n"));
    scratch.git(&["checkout", "--quiet", "main"]);
    commits.push(scratch.commit("right.txt", "one\n"));
    scratch.git(&["merge", "--quiet", "--no-ff", "--message", "Merge", "side"]);
    commits.push(scratch.head());
    (scratch, commits)
}

#[test]
fn first_parents_are_what_a_branch_has_been() {
    let (scratch, commits) = merged();
    let [root, _, side, right, merge] = commits.as_slice() else { panic!("{commits:?}") };
    let repo = scratch.repo();
    let line = repo.first_parents(merge).unwrap();
    assert_eq!(line, [root.clone(), right.clone(), merge.clone()]);
    assert_eq!(repo.first_parents(side).unwrap().len(), 3);
}

#[test]
fn a_parent_has_a_smaller_generation_whatever_its_clock_says() {
    let (scratch, commits) = merged();
    let repo = scratch.repo();
    let all: BTreeSet<_> = commits.iter().cloned().collect();
    let found = repo.generations(&all, &BTreeMap::new()).unwrap();
    let generations: Vec<_> = commits.iter().map(|commit| found[commit]).collect();
    assert_eq!(generations, [1, 2, 3, 2, 4], "the longest way counts");
}

#[test]
fn what_is_known_is_not_walked_again() {
    let (scratch, commits) = merged();
    let repo = scratch.repo();
    let last = BTreeSet::from([commits[4].clone()]);
    // Numbers that no walk would find: they have been taken over.
    let known: BTreeMap<_, _> = [(commits[2].clone(), 10), (commits[3].clone(), 20)].into();
    assert_eq!(repo.generations(&last, &known).unwrap()[&commits[4]], 21);
    // From the merge a way leads past the one commit that is known.
    let known: BTreeMap<_, _> = [(commits[2].clone(), 10)].into();
    assert_eq!(repo.generations(&last, &known).unwrap()[&commits[4]], 4);
}

#[test]
fn commits_that_are_not_here_have_none() {
    let (scratch, _) = merged();
    let elsewhere = CommitId::new("a".repeat(40));
    let found = scratch.repo().generations(&BTreeSet::from([elsewhere]), &BTreeMap::new()).unwrap();
    assert!(found.is_empty());
}

#[test]
fn a_history_that_is_cut_off_has_none() {
    let (scratch, _) = merged();
    let url = format!("file://{}", scratch.root().display());
    let shallow = scratch.beside("shallow");
    scratch.git(&["clone", "--quiet", "--depth", "1", &url, shallow.to_str().unwrap()]);
    let repo = super::super::Repo::discover(&shallow).unwrap().unwrap();
    let head = repo.head().unwrap();
    assert_eq!(repo.first_parents(&head).unwrap(), std::slice::from_ref(&head));
    assert!(repo.generations(&BTreeSet::from([head]), &BTreeMap::new()).unwrap().is_empty());
}

#[test]
fn the_commits_between_two_are_those_that_come_after_the_first() {
    let (scratch, commits) = merged();
    let [root, left, side, right, merge] = commits.as_slice() else { panic!("{commits:?}") };
    let repo = scratch.repo();
    let line = |good: &CommitId, bad: &CommitId| repo.line(good, bad).unwrap();
    assert_eq!(line(root, merge), [right.clone(), merge.clone()]);
    assert_eq!(line(root, side), [left.clone(), side.clone()]);
    assert_eq!(line(side, merge), std::slice::from_ref(merge), "its branch was merged there");
    assert!(line(merge, merge).is_empty());
    assert!(line(merge, root).is_empty());
}

#[test]
fn ancestors_and_what_a_merge_brought_in() {
    let (scratch, commits) = merged();
    let [root, left, side, right, merge] = commits.as_slice() else { panic!("{commits:?}") };
    let repo = scratch.repo();
    let is_ancestor = |one: &CommitId, of: &CommitId| repo.is_ancestor(one, of).unwrap();
    assert!(is_ancestor(root, merge) && is_ancestor(left, merge) && is_ancestor(merge, merge));
    assert!(!is_ancestor(merge, root) && !is_ancestor(right, side));
    assert_eq!(repo.merged(merge).unwrap(), Some((root.clone(), side.clone())));
    assert_eq!(repo.merged(right).unwrap(), None);
    assert_eq!(repo.merged(root).unwrap(), None);
    // A history of its own has no common beginning.
    scratch.git(&["checkout", "--quiet", "--orphan", "other"]);
    scratch.commit("other.txt", "one\n");
    scratch.git(&["checkout", "--quiet", "main"]);
    let arguments =
        ["merge", "--quiet", "--no-ff", "--allow-unrelated-histories", "--message", "Join", "other"];
    scratch.git(&arguments);
    assert_eq!(scratch.repo().merged(&scratch.head()).unwrap(), None);
}

#[test]
fn what_a_step_changed() {
    let scratch = Scratch::new();
    let before = scratch.commit("b.txt", "one\ntwo\nthree\n");
    scratch.write("b.txt", "one\n2\nthree\nfour\n");
    scratch.write("binary", [0_u8, 159, 146, 150]);
    let after = scratch.commit("c.txt", "new\n");
    let repo = scratch.repo();
    let stat = repo.diff_stat(&before, &after).unwrap();
    let shown: Vec<_> =
        stat.iter().map(|(path, added, removed)| (path.to_str().unwrap(), *added, *removed)).collect();
    assert_eq!(shown, [("b.txt", 2, 1), ("binary", 0, 0), ("c.txt", 1, 0)]);
    assert_eq!(repo.diff_stat(&after, &after).unwrap(), []);
    assert_eq!(repo.subject(&after).unwrap(), "Write c.txt");
    assert_eq!(repo.time(&after).unwrap(), "2026-11-21T09:00:00Z");
}
