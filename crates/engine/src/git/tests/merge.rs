//! The result of a merge, before it is made and while it is being made.

use super::super::{Error, Source, merge_heads};
use super::Scratch;
use accel_bench_record::CommitId;

/// `main` and `side`, each with a commit of its own; `side` writes `text` to `name`.
fn forked(name: &str, text: &str) -> (Scratch, CommitId, CommitId) {
    let scratch = Scratch::new();
    scratch.git(&["checkout", "--quiet", "-b", "side"]);
    let side = scratch.commit(name, text);
    scratch.git(&["checkout", "--quiet", "main"]);
    let main = scratch.commit("a.txt", "main\n");
    (scratch, main, side)
}

#[test]
fn the_tree_that_a_merge_gives_is_gits() {
    let (scratch, main, side) = forked("b.txt", "side\n");
    let before = scratch.fingerprint();
    let source = scratch.repo().merge_tree(&main, &side).unwrap();
    assert_eq!(scratch.fingerprint(), before);
    let Source::Merge { tree, parents } = source else { panic!("no merge") };
    assert_eq!(parents, [main, side]);
    scratch.git(&["merge", "--quiet", "--no-edit", "side"]);
    assert_eq!(tree.as_str(), scratch.git(&["rev-parse", "HEAD^{tree}"]));
}

#[test]
fn conflicts_are_named() {
    let (scratch, main, side) = forked("a.txt", "side\n");
    let error = scratch.repo().merge_tree(&main, &side).unwrap_err();
    assert!(
        matches!(&error, Error::Conflicts { paths, .. } if paths == &["a.txt"].map(std::path::PathBuf::from)),
        "{error}"
    );
}

#[test]
fn what_is_merged_already_gives_ours() {
    let (scratch, main, side) = forked("b.txt", "side\n");
    let base = scratch.repo().merge_base(&main, &side).unwrap();
    let Source::Merge { tree, .. } = scratch.repo().merge_tree(&main, &base).unwrap() else {
        panic!("no merge")
    };
    assert_eq!(tree.as_str(), scratch.git(&["rev-parse", "main^{tree}"]));
}

#[test]
fn a_merge_under_way_is_in_the_index() {
    let (scratch, main, side) = forked("b.txt", "side\n");
    scratch.git(&["merge", "--quiet", "--no-commit", "side"]);
    let variable = format!("GITHEAD_{side}");
    let before = scratch.fingerprint();
    let pending = scratch.repo().pending_merge(&merge_heads([variable.as_str()])).unwrap();
    assert_eq!(scratch.fingerprint(), before);
    assert_eq!(pending.tree.as_str(), scratch.git(&["write-tree"]));
    assert_eq!((&pending.ours, &pending.theirs), (&main, &vec![side.clone()]));
    // Without the variable, as when `git commit` concludes the merge.
    assert_eq!(scratch.repo().pending_merge(&[]).unwrap(), pending);
    assert_eq!(
        scratch.repo().info_of(&pending.source()).unwrap().tree,
        accel_bench_record::TreeState::Merge {
            tree: pending.tree.as_str().to_owned(),
            with: side.as_str().to_owned(),
        }
    );
}

#[test]
fn no_merge_under_way() {
    let scratch = Scratch::new();
    assert!(matches!(scratch.repo().pending_merge(&[]), Err(Error::NoMerge)));
}

#[test]
fn a_merge_under_way_with_conflicts() {
    let (scratch, _, _) = forked("a.txt", "side\n");
    assert!(!scratch.try_git(&["merge", "side"]).status.success());
    let error = scratch.repo().pending_merge(&[]).unwrap_err();
    assert!(matches!(&error, Error::Unmerged(paths) if paths.len() == 1), "{error}");
}
