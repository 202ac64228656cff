use std::time::{Duration, Instant};

use super::*;

/// As many as a year of work leaves behind, each of 20 cases in 5 processes of 30 samples.
#[test]
fn a_thousand_runs_are_listed_at_once() {
    let (_guard, store) = store();
    let samples =
        Samples { iterations: vec![1000; 30], nanos: (0..30).map(|n| 1_234_567 + n * 321).collect() };
    let process = Measurement { samples, ..Measurement::default() };
    let case = CaseRecord { processes: vec![process; 5], ..case("forward", &[]) };
    let path = put(&store, RunRecord { cases: vec![case; 20], ..run("r-0") });
    let text = fs::read_to_string(&path).unwrap();
    for index in 1..1000 {
        let id = format!("r-{index:04}");
        let copy = text.replace("\"r-0\"", &format!("\"{id}\""));
        fs::write(path.with_file_name(format!("{id}.json")), copy).unwrap();
    }
    let begun = Instant::now();
    let listing = store.runs().unwrap();
    let taken = begun.elapsed();
    assert_eq!((listing.runs.len(), listing.skipped.len()), (1000, 0));
    // Tests are built without optimisation; the release build takes about a tenth.
    assert!(taken < Duration::from_secs(5), "1000 files of {} bytes took {taken:?}", text.len());
    println!("1000 files of {} bytes: {taken:?}", text.len());
}
