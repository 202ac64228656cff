//! Stores of any size without measuring: a line of commits with one run each, whose values are given.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use accel_bench_engine::store::Store;
use accel_bench_record::{
    Build, CaseKey, CaseRecord, CommitInfo, FORMAT, Measurement, ParamValue, Profile, RunRecord, RunState,
    Samples, Status, Surroundings, ToolInfo, TreeState,
};

/// Normal noise with this standard deviation, by a seed (Box and Muller, 1958).
pub(crate) fn noise(seed: u64, deviation: f64) -> f64 {
    // SplitMix64 (Steele, Lea and Flood, 2014): good enough to look like a machine.
    let mix = |seed: u64| {
        let z = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    };
    let (one, other) = (1.0 - mix(2 * seed), mix(2 * seed + 1));
    deviation * (-2.0 * one.ln()).sqrt() * (std::f64::consts::TAU * other).cos()
}

/// Adds a line of empty commits behind `HEAD`; their hashes, the oldest first.
pub(crate) fn commits(root: &Path, count: usize) -> Vec<String> {
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.current_dir(root).args(arguments);
        command
    };
    let mut import = git(&["fast-import", "--quiet"]).stdin(Stdio::piped()).spawn().expect("git starts");
    let mut stream = import.stdin.take().expect("a pipe");
    for at in 0..count {
        let subject = format!("Change number {at}");
        let who = format!("Ada <ada@example.org> {} +0000", 1_700_000_000 + at);
        let from = if at == 0 { "from refs/heads/main^0\n" } else { "" };
        write!(
            stream,
            "commit refs/heads/main\ncommitter {who}\ndata {}\n{subject}\n{from}\n",
            subject.len()
        )
        .expect("git listens");
    }
    drop(stream);
    assert!(import.wait().expect("git ends").success());
    let output =
        git(&["log", "--reverse", "--format=%H", "-n", &count.to_string()]).output().expect("git runs");
    String::from_utf8(output.stdout).expect("hashes").lines().map(str::to_owned).collect()
}

/// A run of the `at`th commit with these cases: nanoseconds, or none for one that panicked.
pub(crate) fn run(at: usize, commit: &str, cases: &[(String, Option<f64>)]) -> RunRecord {
    let second = 1_700_000_000 + 60 * i64::try_from(at).expect("a small number");
    let time = jiff::Timestamp::from_second(second).expect("a time");
    RunRecord {
        format: FORMAT,
        id: format!("{}-{:04x}", time.strftime("%Y%m%d-%H%M%S"), at % 0x10000),
        tool: ToolInfo { version: "0.1.0".into(), protocol: 1, source: None },
        started: time.to_string(),
        state: RunState::Complete,
        commit: Some(CommitInfo {
            id: commit.to_owned(),
            branch: Some("main".into()),
            subject: format!("Change number {at}"),
            time: time.to_string(),
            tree: TreeState::Clean,
        }),
        machine: "epyc-2c".into(),
        surroundings: Surroundings {
            build: Build { rustc: "rustc 1.95.0".into(), profile: "bench".into(), ..Build::default() },
            ..Surroundings::default()
        },
        profile: Profile { name: "default".into(), processes: 1, ..Profile::default() },
        command: Vec::new(),
        cases: cases.iter().map(|(name, nanos)| case(name, *nanos)).collect(),
        interleaved: None,
    }
}

fn case(name: &str, nanos: Option<f64>) -> CaseRecord {
    let measured = nanos.map(|nanos| Measurement {
        samples: Samples { iterations: vec![1000], nanos: vec![(nanos * 1000.0) as u64] },
        ..Measurement::default()
    });
    let status = match nanos {
        Some(_) => Status::Ok,
        None => Status::failed(accel_bench_record::Failure::Panic, "index out of bounds"),
    };
    CaseRecord {
        id: CaseKey {
            bench: "demo".into(),
            benchmark: name.into(),
            params: [("n".to_owned(), ParamValue::Int(64))].into(),
            backend: "host".into(),
        },
        category: None,
        version: None,
        tags: Vec::new(),
        status,
        processes: measured.into_iter().collect(),
        log: None,
        counts: None,
    }
}

/// Stores a run as if it had been measured.
pub(crate) fn store(root: &Path, mut run: RunRecord) {
    Store::open(root.join(".accel-bench")).begin(&mut run).expect("the store takes it");
}
