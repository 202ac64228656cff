//! Bench targets under plain cargo, and targets that are written with Criterion.

use crate::support::{Project, Ran, run};

const BENCH: &str = r#"
#[bench(backends = ["host"], params(n = [1, 2]))]
fn one(b: &mut Bencher) {
    let n: u64 = b.param("n");
    b.throughput(Throughput::Elements(1_000));
    b.iter_custom(|iterations| it::exactly(iterations, n * it::NANOS));
}

#[bench(backends = ["host"])]
fn fails(b: &mut Bencher) {
    if std::env::var_os("FAIL").is_some() {
        panic!("as asked");
    }
    b.iter_custom(|iterations| it::exactly(iterations, it::NANOS));
}
"#;

fn cargo(project: &Project, line: &str) -> Ran {
    let mut command = project.program("cargo");
    command.args(line.split_whitespace());
    run(command)
}

fn project(name: &str) -> Project {
    Project::new(name).bench("plain", BENCH)
}

#[test]
fn cargo_bench_lists_filters_and_measures() {
    let project = project("plain");
    let list = cargo(&project, "bench --bench plain -- --list").exits(0);
    list.shows("plain/one/n=1@host: benchmark\n").shows("plain/fails@host: benchmark\n");
    let ran =
        cargo(&project, "bench --bench plain -- n=2 --warm-up-time 0.001 --measurement-time 0.01").exits(0);
    let ran = ran.shows("plain/one/n=2@host\n    time   200.0 µs").shows("elements-per-s");
    assert!(!ran.stdout.contains("n=1"), "{ran:#}");
    cargo(&project, "bench --bench plain -- --no-such-option").exits(2).says("no-such-option");
}

#[test]
fn cargo_test_runs_each_case_once() {
    let project = project("once");
    let ran = cargo(&project, "test --benches --profile bench").exits(0);
    for case in ["one/n=1", "one/n=2", "fails"] {
        assert!(ran.stdout.contains(&format!("Testing plain/{case}@host ... ok")), "{ran:#}");
    }
    let mut command = project.program("cargo");
    command.args(["test", "--benches", "--profile", "bench"]).env("FAIL", "1");
    let ran = run(command);
    assert!(ran.code() != Some(0) && ran.stdout.contains("1 of 3 cases failed"), "{ran:#}");
}

const CRITERION: &str = r#"
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn work(n: u64) -> u64 {
    (0..std::hint::black_box(n)).fold(1, |a, i| std::hint::black_box(a ^ i))
}

fn benches(c: &mut Criterion) {
    c.bench_function("alone", |b| b.iter(|| work(100)));
    let mut group = c.benchmark_group("group");
    group.throughput(Throughput::Elements(1_000));
    group.bench_function("member", |b| b.iter(|| work(1_000)));
    group.finish();
    c.bench_function("panics", |b| b.iter(|| -> u64 { panic!("out of luck") }));
}

criterion_group!(all, benches);
criterion_main!(all);
"#;

#[test]
fn criterion_benches_run_unmodified() {
    let toml = "[[bench]]\ntarget = \"theirs\"\nharness = \"criterion\"\nprocesses = 5\n";
    let project = Project::new("theirs")
        .dependency("criterion = { version = \"0.8\", default-features = false }")
        .bench("theirs", CRITERION)
        .toml(toml)
        .under_git();
    project.accel_bench("list").exits(0).shows("theirs/group/member");
    let ran = project.accel_bench("--format json").exits(3);
    let cases = ["theirs/alone@host", "theirs/group/member@host", "theirs/panics@host"];
    assert_eq!(ran.column("/cases", "case"), cases);
    assert_eq!(ran.column("/cases", "status"), ["ok", "ok", "panic"]);
    assert!(
        ran.at("/cases/2/reason").as_str().is_some_and(|reason| reason.contains("out of luck")),
        "{ran:#}"
    );
    for case in 0..2 {
        let samples = ran.at(&format!("/cases/{case}/samples/n")).as_u64();
        assert!(samples >= Some(50), "10 raw samples from each process: {samples:?}");
    }
    assert!(ran.at("/cases/1/rates/elements-per-s").as_f64() > Some(0.0));
    assert!(!project.path("target/criterion").exists(), "Criterion's own folder is left alone");
    project.rewrite_bench("theirs", &CRITERION.replace("work(1_000)", "work(20_000)"));
    let ran = project.accel_bench("compare main --benchmark group* --format json --measure").exits(1);
    assert_eq!(ran.column("/rows", "verdict"), ["regressed"]);
    // Whole processes are interleaved, and one more of the candidate next to itself.
    let processes =
        ["baseline", "candidate"].map(|side| ran.at(&format!("/rows/0/{side}/process_medians_ns")));
    let [base, candidate] = processes.each_ref().map(|medians| medians.as_array().map_or(0, Vec::len));
    assert!(base >= 10 && base == candidate, "four pairs at least, and six to confirm: {ran:#}");
    assert_eq!(ran.column("/controls", "case"), ["theirs/group/member@host"]);
}
