use std::time::{Duration, SystemTime};

use super::*;

/// A store of `count` runs, each of 20 cases in 5 processes of 30 samples, measured an hour ago.
fn filled(count: usize) -> (tempfile::TempDir, Store) {
    let (guard, store) = store();
    let samples =
        Samples { iterations: vec![1000; 30], nanos: (0..30).map(|n| 1_234_567 + n * 321).collect() };
    let process = Measurement { samples, ..Measurement::default() };
    let case = CaseRecord { processes: vec![process; 5], ..case("forward", &[]) };
    let path = put(&store, RunRecord { cases: vec![case; 20], ..run("r-0") });
    let text = unsealed(&path);
    fs::remove_file(&path).unwrap();
    for index in 0..count {
        let id = format!("r-{index:04}");
        let copy = path.with_file_name(format!("{id}.json"));
        fs::write(&copy, text.replace("\"r-0\"", &format!("\"{id}\""))).unwrap();
        age(&copy, 3600);
    }
    (guard, store)
}

fn age(path: &Path, seconds: u64) {
    let file = fs::File::options().write(true).open(path).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(seconds)).unwrap();
}

fn cache(store: &Store) -> PathBuf {
    store.root().join("cache/summaries.json")
}

/// The files change their content, and neither their size nor their time: whoever reads one sees it.
#[test]
fn what_was_listed_before_is_not_read_again() {
    let (_guard, store) = filled(60);
    let listing = store.runs().unwrap();
    assert_eq!((listing.runs.len(), listing.skipped.len()), (60, 0));
    for entry in fs::read_dir(store.root().join("runs").join(COMMIT)).unwrap() {
        let path = entry.unwrap().path();
        let before = fs::metadata(&path).unwrap();
        fs::write(&path, vec![b'x'; before.len() as usize]).unwrap();
        fs::File::options()
            .write(true)
            .open(&path)
            .unwrap()
            .set_modified(before.modified().unwrap())
            .unwrap();
    }
    assert_eq!(store.runs().unwrap().runs, listing.runs);
    fs::remove_file(cache(&store)).unwrap();
    assert_eq!(store.runs().unwrap().skipped.len(), 60, "without the summaries each file is read");
}

#[test]
fn a_small_store_has_no_cache() {
    let (_guard, store) = filled(20);
    store.runs().unwrap();
    assert!(!cache(&store).exists());
}

#[test]
fn the_cache_is_believed_only_of_files_that_did_not_change() {
    let (_guard, store) = filled(60);
    store.runs().unwrap();
    assert!(cache(&store).exists());
    let folder = store.root().join("runs").join(COMMIT);
    let path = folder.join("r-0007.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("\"machine\":\"m-1\"", "\"machine\":\"m-9\"")).unwrap();
    fs::write(folder.join("r-0008.json"), "{").unwrap();
    fs::remove_file(folder.join("r-0009.json")).unwrap();
    let listing = store.runs().unwrap();
    assert_eq!((listing.runs.len(), listing.skipped.len()), (58, 1));
    assert_eq!(listing.runs[7].machine.as_str(), "m-9");
}

/// Two changes within the grain of the clock look like one; the second must be seen all the same.
#[test]
fn a_file_as_young_as_the_cache_is_read_again() {
    let (_guard, store) = filled(60);
    let path = store.root().join("runs").join(COMMIT).join("r-0007.json");
    let text = fs::read_to_string(&path).unwrap();
    age(&path, 0);
    let time = fs::metadata(&path).unwrap().modified().unwrap();
    store.runs().unwrap();
    fs::write(&path, text.replace("\"machine\":\"m-1\"", "\"machine\":\"m-9\"")).unwrap();
    fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
    assert_eq!(store.runs().unwrap().runs[7].machine.as_str(), "m-9");
}

#[test]
fn a_cache_that_is_broken_or_newer_is_made_again() {
    let (_guard, store) = filled(60);
    let runs = store.runs().unwrap().runs;
    let whole = fs::read(cache(&store)).unwrap();
    for spoilt in [&b""[..], &whole[..whole.len() / 2], b"{\"format\":2,\"files\":{}}", b"\xff"] {
        fs::write(cache(&store), spoilt).unwrap();
        assert_eq!(store.runs().unwrap().runs, runs);
        assert_eq!(fs::read(cache(&store)).unwrap(), whole);
    }
    fs::remove_dir_all(store.root().join("cache")).unwrap();
    assert_eq!(store.runs().unwrap().runs, runs);
}
