//! The history's own hot paths, as a Criterion target: `cargo accel-bench --suite self 'history/*'`.

#![expect(clippy::expect_used, reason = "a benchmark without its input has nothing to say")]

use std::collections::BTreeSet;
use std::hint::black_box;

use accel_bench_history::detect::change_points;
use accel_bench_history::predict;
use accel_bench_history::{Input, LATENCY, Memory, Table, Wanted, trends};
use accel_bench_record::{CaseKey, RunId, RunRecord};
use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

#[path = "../tests/it/support/synthetic.rs"]
#[allow(dead_code, reason = "the tests use all of it")]
mod synthetic;

const COMMITS: usize = 200;
const CASES: usize = 100;

fn commit(at: usize) -> String {
    format!("{at:040x}")
}

fn run(at: usize) -> RunRecord {
    let value = |case: usize| 1000.0 * synthetic::noise((case * COMMITS + at) as u64, 0.01).exp();
    let cases: Vec<_> = (0..CASES).map(|case| (format!("case-{case:04}"), Some(value(case)))).collect();
    synthetic::run(at, &commit(at), &cases)
}

fn ids(runs: usize) -> BTreeSet<RunId> {
    (0..runs).map(|at| RunId::new(run_id(at))).collect()
}

fn run_id(at: usize) -> String {
    synthetic::run(at, &commit(at), &[]).id
}

/// A table of this many runs in a folder that goes with the value.
fn table(runs: usize) -> (tempfile::TempDir, Table) {
    let dir = tempfile::tempdir().expect("a folder");
    let table = Table::open(dir.path());
    let by_id: std::collections::BTreeMap<_, _> = (0..runs).map(|at| (RunId::new(run_id(at)), at)).collect();
    let mut load = |id: &RunId| {
        by_id.get(id).map(|at| Input { record: run(*at), generation: Some(*at as u64), tag: None })
    };
    table.update(&ids(runs), &mut load).expect("an update");
    (dir, table)
}

fn the_table(c: &mut Criterion) {
    let mut group = c.benchmark_group("table");
    group.sample_size(20).throughput(Throughput::Elements((COMMITS * CASES) as u64));
    group.bench_function("rebuild", |b| b.iter(|| table(COMMITS)));
    let (_dir, full) = table(COMMITS);
    let line: Vec<String> = (0..COMMITS).map(commit).collect();
    let mut read = |name: &str, case: Option<&str>| {
        let is_wanted = |key: &accel_bench_record::CaseKey| case.is_none_or(|case| key.benchmark == case);
        group.bench_function(BenchmarkId::new("series", name), |b| {
            b.iter(|| {
                let wanted =
                    Wanted { line: Some(&line), case: &is_wanted, metric: &|name| name == LATENCY.0 };
                full.series(&wanted).expect("series")
            });
        });
    };
    read("all", None);
    read("one", Some("case-0042"));
    group.finish();
    c.benchmark_group("table").sample_size(20).bench_function("add a run", |b| {
        let add = |(_dir, table): (tempfile::TempDir, Table)| {
            let mut load = |_: &RunId| Some(Input { record: run(COMMITS), generation: None, tag: None });
            table.update(&ids(COMMITS + 1), &mut load).expect("an update")
        };
        b.iter_batched(|| table(COMMITS), add, BatchSize::PerIteration);
    });
}

fn detection(c: &mut Criterion) {
    let mut group = c.benchmark_group("detect");
    for length in [100, 500, 2000] {
        let series = |seed: usize| -> Vec<f64> {
            (0..length)
                .map(|at| {
                    let step = if at > length / 2 { 0.05 } else { 0.0 };
                    (step + synthetic::noise((seed * length + at) as u64, 0.01)).exp()
                })
                .collect()
        };
        let values = series(7);
        group.throughput(Throughput::Elements(length as u64));
        group.bench_with_input(BenchmarkId::new("whole", length), &values, |b, values| {
            b.iter(|| change_points(black_box(values)));
        });
    }
    group.finish();
}

/// All series once more with one commit more: what a new run costs.
fn a_new_commit(c: &mut Criterion) {
    let (_dir, full) = table(COMMITS);
    let line: Vec<String> = (0..COMMITS).map(commit).collect();
    let series = |commits: usize| {
        let wanted =
            Wanted { line: Some(&line[..commits]), case: &|_| true, metric: &|name| name == LATENCY.0 };
        full.series(&wanted).expect("series").series
    };
    let (before, now) = (series(COMMITS - 1), series(COMMITS));
    let mut group = c.benchmark_group("trends");
    group.sample_size(20).throughput(Throughput::Elements(CASES as u64));
    group.bench_function("a new commit", |b| {
        let remembered = || {
            let mut memory = Memory::default();
            let _ = trends(before.clone(), &mut memory);
            (memory, now.clone())
        };
        b.iter_batched(remembered, |(mut memory, now)| trends(now, &mut memory), BatchSize::PerIteration);
    });
    group.finish();
}

/// Cells of ten models in five sizes on two backends.
fn cells() -> Vec<predict::Measured> {
    let of = |at: usize| {
        let (model, size, backend) = (at % 10, at / 10 % 5, at / 50);
        let flops = 10_f64.powi(size as i32 + 7) * (1.0 + model as f64);
        let work = predict::Work {
            flops,
            bytes: flops / (2.0 + model as f64),
            parameters: flops / 100.0,
            memory: flops / 20.0,
        };
        let case = CaseKey {
            bench: "models".to_owned(),
            benchmark: format!("family-{model}"),
            params: [("model".to_owned(), format!("model{model}-{size}").as_str().into())].into(),
            backend: format!("backend-{backend}"),
        };
        let latency_ns = flops * synthetic::noise(at as u64, 0.1).exp() / (1.0 + backend as f64);
        predict::Measured { cell: predict::Cell { case, work }, latency_ns, memory: Some(flops / 19.0) }
    };
    (0..100).map(of).collect()
}

fn predictions(c: &mut Criterion) {
    let cells = cells();
    let mut group = c.benchmark_group("predict");
    group.sample_size(10);
    group.bench_function("fit 100 cells", |b| b.iter(|| predict::Model::fit(black_box(&cells))));
    let model = predict::Model::fit(&cells).expect("a model");
    group.bench_function("one cell", |b| b.iter(|| model.predict(black_box(&cells[42].cell))));
    group.finish();
}

criterion_group!(benches, the_table, detection, a_new_commit, predictions);
criterion_main!(benches);
