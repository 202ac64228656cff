//! The tool's own hot paths, as a Criterion target: `cargo accel-bench --suite self`.

#![expect(clippy::expect_used, reason = "a benchmark without its input has nothing to say")]

use std::hint::black_box;

use accel_bench_engine::store;
use accel_bench_record::protocol;
use accel_bench_record::stats;
use accel_bench_record::{
    CaseKey, CaseRecord, FORMAT, Measurement, Profile, RunRecord, RunState, Samples, Status,
};
use accel_bench_record::{Surroundings, ToolInfo};
use accel_bench_report::{html, pages};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

/// Samples of one process in the quick profile: 300 ms of 1 ms each.
const SAMPLES: usize = 300;

fn samples() -> Samples {
    Samples {
        iterations: vec![1_000; SAMPLES],
        nanos: (0..SAMPLES as u64).map(|i| 1_000_000 + i * 37 % 991).collect(),
    }
}

fn run(cases: usize) -> RunRecord {
    let case = |index: usize| CaseRecord {
        id: CaseKey {
            bench: "bench".into(),
            benchmark: format!("case-{index}"),
            params: [("n".to_owned(), 64.into())].into(),
            backend: "ndarray".into(),
        },
        category: None,
        version: None,
        tags: Vec::new(),
        status: Status::Ok,
        processes: vec![Measurement { samples: samples(), ..Measurement::default() }; 3],
        log: None,
        counts: None,
    };
    RunRecord {
        format: FORMAT,
        id: "20260101-000000-0000".into(),
        tool: ToolInfo::default(),
        started: "2026-01-01T00:00:00Z".into(),
        state: RunState::Running,
        commit: None,
        machine: "bench".into(),
        surroundings: Surroundings::default(),
        profile: Profile { name: "quick".into(), processes: 3, ..Profile::default() },
        command: Vec::new(),
        cases: (0..cases).map(case).collect(),
        interleaved: None,
    }
}

/// The message that a child sends after each case.
fn channel(c: &mut Criterion) {
    let reply = protocol::Reply::Finished {
        token: 1,
        status: Status::Ok,
        measurement: Some(Measurement { samples: samples(), ..Measurement::default() }),
    };
    let mut line = Vec::new();
    protocol::write(&mut line, &reply).expect("memory takes it");
    let mut group = c.benchmark_group("channel");
    group.throughput(Throughput::Bytes(line.len() as u64));
    group.bench_function("write", |b| b.iter(|| protocol::write(&mut std::io::sink(), black_box(&reply))));
    group.bench_function("read", |b| {
        b.iter(|| protocol::read::<protocol::Reply>(&mut black_box(line.as_slice())))
    });
    group.finish();
}

/// The summary that every table computes from the samples.
fn medians(c: &mut Criterion) {
    let values = samples().per_iteration();
    c.bench_function("stats/median", |b| b.iter(|| stats::median(black_box(&values))));
}

/// The write at the end of a run: all of its file.
fn saving(c: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store::Store::open(folder.path());
    let mut group = c.benchmark_group("store");
    for cases in [10, 50] {
        let mut record = RunRecord { state: RunState::Complete, ..run(cases) };
        let mut writer = store.begin(&mut record).expect("a writer");
        group.bench_with_input(BenchmarkId::new("save", cases), &record, |b, record| {
            b.iter(|| writer.save(record))
        });
    }
    group.finish();
}

/// A run's report as a page with all of its charts.
fn reporting(c: &mut Criterion) {
    let mut group = c.benchmark_group("report");
    group.sample_size(20);
    for cases in [50, 500] {
        let record = RunRecord { state: RunState::Complete, ..run(cases) };
        group.throughput(Throughput::Elements(cases as u64));
        group.bench_with_input(BenchmarkId::new("html", cases), &record, |b, run| {
            b.iter(|| {
                let runs = pages::Runs { run: black_box(run), elsewhere: &[], baseline: None };
                html::render(&pages::report(runs, Vec::new()))
            });
        });
    }
    group.finish();
}

criterion_group!(hot_paths, channel, medians, saving, reporting);
criterion_main!(hot_paths);
