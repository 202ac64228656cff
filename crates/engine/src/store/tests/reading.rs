use std::fs;

use super::*;
use crate::store::error::Reason;
use crate::store::{Error, read_file};
use accel_bench_record::RunId;

/// A store of one good run and one file `runs/<commit>/bad.json` of the given content.
fn check(content: &[u8], expected: &str) {
    let (_guard, store) = store();
    let dir = put(&store, run("r-1")).parent().unwrap().to_path_buf();
    fs::write(dir.join("bad.json"), content).unwrap();
    let listing = store.runs().unwrap();
    assert_eq!(ids(&listing.runs), ["r-1"]);
    let skipped: Vec<_> = listing.skipped.iter().map(ToString::to_string).collect();
    assert_eq!(skipped, [format!("`{}`: {expected}", dir.join("bad.json").display())]);
    assert_eq!(fs::read(dir.join("bad.json")).unwrap(), content, "it is left alone");
    assert!(matches!(store.load(&RunId::new("bad")), Err(Error::Unusable(_))));
}

#[test]
fn broken_files_are_named_and_skipped() {
    check(b"", "it is cut short after 0 bytes");
    check(b"{\"format\":1", "it is cut short after 11 bytes");
    check(b"\xff\xfe", "byte 0 is not UTF-8");
    check(b"hello", "it is not a result file: expected value at line 1 column 1");
    check(b"{\"format\":1}", "it is not a result file: missing field `id` at line 1 column 12");
    check(
        b"{\"format\":2,\"shape\":\"unknown\"}",
        "it has format 2, written by a newer cargo-accel-bench; this one reads up to format 1",
    );
}

#[test]
fn a_file_under_another_runs_name_is_skipped() {
    let copy = serde_json::to_vec(&run("r-2")).unwrap();
    check(&copy, "it holds the run `r-2`, which its name does not say");
}

#[test]
fn a_time_that_is_none_is_named() {
    let record = RunRecord { started: "yesterday".into(), ..run("bad") };
    let (_guard, store) = store();
    put(&store, record);
    let skipped = &store.runs().unwrap().skipped[0];
    assert!(skipped.to_string().contains("`started` is not a time: "), "{skipped}");
}

#[test]
fn a_file_cut_anywhere_is_skipped_and_the_others_load() {
    let (_guard, store) = store();
    put(&store, run("r-1"));
    let path = put(&store, RunRecord { cases: vec![case("c", &[50, 51, 52])], ..run("r-2") });
    let whole = fs::read(&path).unwrap();
    for length in 0..whole.len() {
        fs::write(&path, &whole[..length]).unwrap();
        let listing = store.runs().unwrap();
        assert_eq!(ids(&listing.runs), ["r-1"], "cut after {length} bytes");
        assert_eq!(listing.skipped[0].path, path);
        assert!(matches!(listing.skipped[0].reason, Reason::CutShort { bytes } if bytes == length));
        assert!(read_file(&path).is_err());
    }
    fs::write(&path, &whole).unwrap();
    assert_eq!(ids(&store.runs().unwrap().runs), ["r-1", "r-2"]);
}

/// A linear congruential generator (Knuth, MMIX): the same bytes are hit in every test run.
fn drawn(seed: &mut u64, below: usize) -> usize {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*seed >> 33) as usize % below
}

#[test]
fn a_file_with_any_byte_changed_never_takes_others_along() {
    let (_guard, store) = store();
    put(&store, run("r-1"));
    let path = put(&store, RunRecord { cases: vec![case("c", &[50, 51, 52])], ..run("r-2") });
    let whole = fs::read(&path).unwrap();
    let (mut seed, mut refused) = (1, 0);
    for _ in 0..500 {
        let mut bytes = whole.clone();
        let at = drawn(&mut seed, whole.len());
        bytes[at] = drawn(&mut seed, 256) as u8;
        fs::write(&path, &bytes).unwrap();
        let listing = store.runs().unwrap();
        assert!(ids(&listing.runs).contains(&"r-1"));
        assert_eq!(listing.runs.len() + listing.skipped.len(), 2, "listed or named, byte {at}");
        refused += listing.skipped.len();
    }
    assert!(refused > 100, "most changes break the file: {refused}");
}

#[test]
fn folders_links_and_strays_are_named() {
    let (_guard, store) = store();
    let dir = put(&store, run("r-1")).parent().unwrap().to_path_buf();
    fs::create_dir(dir.join("folder.json")).unwrap();
    fs::write(store.root().join("runs/stray"), "").unwrap();
    fs::write(dir.join("notes.txt"), "not ours").unwrap();
    let mut expected = vec!["folder.json", "stray"];
    #[cfg(unix)]
    {
        use std::os::unix::fs::symlink;
        symlink("circle.json", dir.join("circle.json")).unwrap();
        symlink("nowhere", dir.join("dangling.json")).unwrap();
        symlink(store.root().join("runs"), store.root().join("runs/up")).unwrap();
        symlink("loop", store.root().join("runs/loop")).unwrap();
        expected = vec!["circle.json", "dangling.json", "folder.json", "loop", "stray"];
    }
    let listing = store.runs().unwrap();
    assert_eq!(ids(&listing.runs), ["r-1"]);
    let mut skipped: Vec<_> =
        listing.skipped.iter().filter_map(|file| file.path.file_name()?.to_str()).collect();
    skipped.sort_unstable();
    assert_eq!(skipped, expected);
}

#[test]
fn summaries_say_what_the_file_says() {
    let (_guard, store) = store();
    let cases = vec![
        case("good", &[5]),
        failed("slow", Failure::Timeout),
        failed("no-f16", Failure::Unsupported),
        failed("gone", Failure::Crash),
    ];
    let path = put(&store, RunRecord { cases, ..run("r-7") });
    let runs = store.runs().unwrap().runs;
    let found = &runs[0];
    assert_eq!((found.cases, found.failed), (4, 2));
    assert_eq!(
        (found.path.as_path(), found.started),
        (path.as_path(), "2026-11-21T09:07:00Z".parse().unwrap())
    );
    assert_eq!(found.commit.as_ref().map(|commit| commit.as_str()), Some(COMMIT));
    assert_eq!((found.tree.as_ref(), found.branch.as_deref()), (Some(&TreeState::Clean), Some("main")));
    assert_eq!((found.subject.as_deref(), found.machine.as_str()), (Some("Measure"), "m-1"));
    assert_eq!((found.state, found.profile.processes), (RunState::Complete, 5));
}

#[test]
fn runs_are_listed_newest_last_over_all_commits() {
    let (_guard, store) = store();
    put(&store, run("r-3"));
    put(&store, RunRecord { commit: None, ..run("r-2") });
    put(&store, run("r-1"));
    assert_eq!(ids(&store.runs().unwrap().runs), ["r-1", "r-2", "r-3"]);
}

#[test]
fn ids_may_be_cut() {
    let (_guard, store) = store();
    for id in ["20261121-1", "20261121-2", "20261121-22", "20261122-1"] {
        put(&store, run(id));
    }
    let resolve =
        |prefix: &str| store.resolve(prefix).map(|id| id.to_string()).map_err(|error| error.to_string());
    let expect = |prefix: &str, id: &str| assert_eq!(resolve(prefix), Ok(id.to_owned()));
    expect("20261122", "20261122-1");
    expect("20261121-2", "20261121-2");
    expect("20261121-22", "20261121-22");
    let refuse = |prefix: &str, message: &str| assert_eq!(resolve(prefix), Err(message.to_owned()));
    refuse("20261121", "`20261121` is the beginning of 3 runs: `20261121-1`, `20261121-2`, `20261121-22`");
    refuse("nothing", "no run of the store begins with `nothing`");
    refuse("", "no run of the store begins with ``");
    refuse("../", "no run of the store begins with `../`");
}

#[test]
fn a_file_given_by_path_may_be_anything() {
    let dir = tempfile::tempdir().unwrap();
    let refuse = |path: &Path, expected: &str| {
        let error = read_file(path).unwrap_err().to_string();
        assert!(error.starts_with(&format!("cannot use `{}`: {expected}", path.display())), "{error}");
    };
    refuse(dir.path(), "it is a folder where a file is expected");
    refuse(&dir.path().join("none.json"), "it cannot be read: ");
    let path = dir.path().join("renamed.json");
    fs::write(&path, r#"{"form"#).unwrap();
    refuse(&path, "it is cut short after 6 bytes");
    fs::write(&path, r#"{"format":5,"approval":1}"#).unwrap();
    refuse(&path, "it has format 5, ");
    fs::write(&path, serde_json::to_vec_pretty(&run("r-1")).unwrap()).unwrap();
    assert_eq!(read_file(&path).unwrap(), run("r-1"), "under any name");
}

/// Texts that other people write end up in a record; whatever they are, they come back.
#[test]
fn any_text_comes_back_as_it_was() {
    let long = "x".repeat(1 << 20);
    let nasty =
        ["", " ", "\"", "\\", "\n", "\0", "\u{1b}[31m", "\u{202e}", "\u{10ffff}", "</script>", "{}", &long];
    for text in nasty.map(str::to_owned) {
        let (_guard, store) = store();
        let commit = run("r-1").commit.map(|commit| CommitInfo { subject: text.clone(), ..commit });
        let named =
            CaseRecord { tags: vec![text.clone()], category: Some(text.clone()), ..case("c", &[5, 6]) };
        let status = Status::failed(Failure::Panic, text.clone());
        let broken = CaseRecord { status, log: Some(text.clone()), ..failed("d", Failure::Panic) };
        let record =
            RunRecord { commit, command: vec![text.clone()], cases: vec![named, broken], ..run("r-1") };
        put(&store, record.clone());
        assert_eq!(store.load(&RunId::new("r-1")).unwrap(), record);
        assert_eq!(store.runs().unwrap().runs[0].subject, Some(text));
    }
}
