//! One sample of every version that was ever written: it must stay readable.

use super::*;
use crate::store::{Baselines, Name, read_file};

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats").join(name)
}

#[test]
fn runs_of_format_1_are_read() {
    let run = read_file(&sample("run-v1.json")).unwrap();
    assert_eq!((run.format, run.id.as_str(), run.state), (1, "20261121-093045-3f9a", RunState::Complete));
    assert_eq!(run.commit.unwrap().tree, TreeState::Dirty { tree: "5be1".repeat(10) });
    assert_eq!(run.surroundings.environment.adapters[0].kind, "cpu");
    assert_eq!(run.surroundings.cpus["ndarray"], [1]);
    assert_eq!(run.cases[0].id.to_string(), "encoder/forward/bert-tiny/b1_s128_f32@ndarray");
    assert_eq!(run.cases[0].process_medians(), [1_200_000.0, 1_210_000.0, 1_190_000.0]);
    assert_eq!(run.cases[0].processes[0].metrics[0].value, 44_040_192.0);
    assert_eq!(run.cases[1].status, Status::failed(Failure::Timeout, "no answer for 60 s"));
}

#[test]
fn runs_of_format_1_are_listed() {
    let (_guard, store) = store();
    let dir = store.root().join("runs/no-commit");
    fs::create_dir_all(&dir).unwrap();
    fs::copy(sample("run-v1.json"), dir.join("20261121-093045-3f9a.json")).unwrap();
    let listing = store.runs().unwrap();
    assert!(listing.skipped.is_empty(), "{:?}", listing.skipped);
    assert_eq!((listing.runs[0].cases, listing.runs[0].failed), (2, 1));
}

#[test]
fn baselines_of_format_1_are_read() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("main");
    fs::create_dir_all(&folder).unwrap();
    fs::copy(sample("baseline-v1.json"), folder.join("amd-epyc-2c-24g-1a2b3c.json")).unwrap();
    let baselines = Baselines::open(dir.path());
    let machine = accel_bench_record::MachineId::new("amd-epyc-2c-24g-1a2b3c");
    let baseline = baselines.load(&Name::new("main").unwrap(), &machine).unwrap().unwrap();
    assert_eq!(baseline.approval.tag.as_deref(), Some("v0.1.0"));
    assert_eq!(baseline.run.cases[0].process_medians().len(), 3);
    assert_eq!(baselines.list().unwrap().baselines.len(), 1);
}
