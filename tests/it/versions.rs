//! A benchmark that changes measures something else: what it measured before is another series, and a comparison says so.

use crate::support::Project;

/// The library decides how long it takes; the benchmark decides over how much.
const BENCH: &str = r#"
#[bench(backends = ["host"])]
fn one(b: &mut Bencher) {
    b.iter_custom(|iterations| it::exactly(iterations, it::NANOS * rounds()));
}

fn rounds() -> u64 {
    1
}

#[bench(backends = ["host"])]
fn two(b: &mut Bencher) {
    b.iter_custom(|iterations| it::exactly(iterations, it::NANOS));
}
"#;

fn project(name: &str) -> Project {
    let target = name.replace('-', "_");
    let toml = format!("[[bench]]\ntarget = \"{target}\"\n");
    Project::new(name).bench(&target, BENCH).toml(&toml).under_git()
}

#[test]
fn a_changed_source_is_named_and_one_beside_it_is_not() {
    let project = project("versions-compare");
    project.edit("benches/versions_compare.rs", "    1\n", "    2\n");
    let found = project.accel_bench("compare main --format json").exits(1);
    let row = |at: usize, field: &str| found.at(&format!("/rows/{at}/{field}"));
    assert_eq!((row(0, "benchmark"), row(0, "verdict")), ("one".into(), "regressed".into()), "{found:#}");
    assert_eq!(row(0, "versions").as_array().map(Vec::len), Some(2));
    assert_eq!((row(1, "benchmark"), row(1, "verdict")), ("two".into(), "same".into()), "{found:#}");
    assert!(found.at("/rows/1").get("versions").is_none(), "{found:#}");
    let table = project.accel_bench("compare main").exits(1);
    let note = "the benchmark's own source changed";
    assert_eq!(table.stdout.matches(note).count(), 1, "{table:#}");
}

#[test]
fn an_author_s_version_stands_for_the_source() {
    let project = project("versions-numbered");
    let bench = "benches/versions_numbered.rs";
    project.edit(
        bench,
        "#[bench(backends = [\"host\"])]\nfn one",
        "#[bench(version = 1, backends = [\"host\"])]\nfn one",
    );
    project.commit("A number");
    project.edit(bench, "    1\n", "    2\n");
    let found = project.accel_bench("compare main --benchmark one --format json").exits(1);
    assert_eq!(found.at("/rows/0/verdict"), "regressed", "the author says that it is the same: {found:#}");
    project.edit(bench, "version = 1", "version = 2");
    let only = project.accel_bench("compare main --benchmark one").exits(0);
    only.shows("(version 1 → 2)").shows("1 not judged");
}

#[test]
fn the_log_of_a_case_shows_its_versions() {
    let project = project("versions-log");
    project.accel_bench("run one").exits(0);
    project.edit("benches/versions_log.rs", "    1\n", "    2\n");
    project.commit("Twice the rounds");
    project.accel_bench("run one").exits(0);
    let log = project.accel_bench("log one --format json").exits(0);
    let versions = log.column("/rows", "version");
    assert_eq!(versions.len(), 2, "{log:#}");
    assert!(versions[0] != versions[1] && versions.iter().all(|version| version.len() == 16), "{versions:?}");
    let table = project.accel_bench("log one").exits(0);
    table.shows("version").shows(&versions[0]).shows("200.0 µs").shows("100.0 µs");
    project.accel_bench("log none").exits(4).says("no stored run has a case that matches `none`");
}

#[cfg(feature = "history")]
#[test]
fn a_trend_starts_where_the_benchmark_changed() {
    let project = project("versions-trend");
    project.accel_bench("run one").exits(0);
    project.edit("benches/versions_trend.rs", "    1\n", "    2\n");
    project.commit("Twice the rounds");
    project.accel_bench("run one").exits(0);
    project.accel_bench("history").exits(0);
    let trend = project.accel_bench("trend --format json").exits(0);
    assert_eq!(
        (trend.at("/series/0/commits"), trend.at("/series/0/other_versions")),
        (1.into(), 1.into()),
        "{trend:#}"
    );
    project.accel_bench("trend").exits(0).shows("of the benchmark; 1 commit before");
}
