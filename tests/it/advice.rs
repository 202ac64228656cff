//! `roofline`, `recommend` and `compatibility`: what stored runs say about the device and about models.

use crate::support::Project;

/// A probe of 1 GFLOP/s and 1 GB/s; two models on two backends, one of which does not know f16.
const BENCHES: &str = r#"
#[bench(category = "hardware", tags = ["peak-flops"], backends = ["host"])]
fn compute(b: &mut Bencher) {
    b.flops(200_000);
    b.iter_custom(|iterations| it::exactly(iterations, 200_000));
}

#[bench(category = "hardware", tags = ["peak-bandwidth"], backends = ["host"])]
fn read(b: &mut Bencher) {
    b.bytes_moved(200_000);
    b.iter_custom(|iterations| it::exactly(iterations, 200_000));
}

#[bench(
    backends = ["host", "ndarray"],
    models = ["net-tiny", "net-base"],
    params(batch_size = [1, 4], precision = ["f32", "f16"])
)]
fn net(b: &mut Bencher) {
    if b.backend() == "ndarray" {
        b.device(accel_bench::Host);
    }
    if b.param::<String>("precision") == "f16" && b.backend() == "ndarray" {
        b.unsupported("no f16");
    }
    let nanos = match b.param::<String>("model").as_str() {
        "net-tiny" => 100_000,
        _ => 400_000,
    };
    let nanos = if b.backend() == "host" { nanos } else { nanos / 2 };
    b.flops(50_000);
    b.bytes_moved(25_000);
    b.throughput(accel_bench::Throughput::Samples(b.param("batch-size")));
    b.iter_custom(|iterations| it::exactly(iterations, nanos));
}
"#;

const TOML: &str = "[[bench]]\ntarget = \"benches\"\n[backends.ndarray]\nfeatures = []\n";

fn project(name: &str) -> Project {
    Project::new(name).bench("benches", BENCHES).toml(TOML)
}

#[test]
fn cases_stand_below_the_roofs_that_were_probed() {
    let project = project("roofline");
    project.accel_bench("roofline").exits(4).says("no run is stored here");
    project.accel_bench("net-tiny --backend host --params precision=f32").exits(0);
    project.accel_bench("roofline").exits(0).shows("2 cases without a place: neither its operations");
    // Probes count wherever they are, and the last run that has more than probes is meant.
    project.accel_bench("benches/compute").exits(0);
    project.accel_bench("benches/read").exits(0);
    let found = project.accel_bench("roofline --format json").exits(0);
    assert_eq!(found.column("/cases", "bound"), ["compute", "compute"]);
    let share = found.at("/cases/0/roof_share").as_f64().expect("a share");
    assert!((share - 0.5).abs() < 0.01, "{share}");
    project.accel_bench("roofline").exits(0).shows("of the roof").shows("50 %").shows("operations");
    assert!(project.accel_bench("roofline --format html").exits(0).stdout.contains("Roofline: host, f32"));
    assert!(project.accel_bench("report net-tiny --output -").code() != Some(0), "no such run");
    assert!(project.accel_bench("roofline nothing-like-it").exits(4).stdout.is_empty());
}

#[test]
fn models_have_a_best_backend_and_places_where_they_run() {
    let project = project("recommend");
    project.accel_bench("recommend").exits(4).says("no case of a model was measured");
    project.accel_bench("compatibility").exits(4).says("no such case of a model was run");
    project.accel_bench("net-tiny --backend host,ndarray").exits(0);
    project.accel_bench("net-base --backend host").exits(0);
    let found = project.accel_bench("recommend --format json").exits(0);
    let best = |model: usize| found.at(&format!("/models/{model}/best/0/backend"));
    assert_eq!((best(0), best(1)), ("host".into(), "ndarray".into()));
    assert_eq!(found.column("/models/0/unmeasured", "command").len(), 1, "net-base was not run on ndarray");
    let table = project.accel_bench("recommend net-base").exits(0);
    table.shows("ndarray was not measured: cargo accel-bench 'benches/net/net-base/*'");
    let by_rate =
        project.accel_bench("recommend net-tiny --by throughput --batch 2..8 --format csv").exits(0).stdout;
    assert!(
        by_rate.lines().nth(1).is_some_and(|line| line.contains("best") && line.contains("b4_f32@ndarray")),
        "{by_rate}"
    );
    project.accel_bench("recommend --by cost").exits(2).says("--price");
    project.write("prices.toml", "host = 0.1\nndarray = 9\n");
    let cheap =
        project.accel_bench("recommend net-tiny --by cost --price prices.toml --format json").exits(0);
    assert_eq!(cheap.at("/models/0/best/0/backend"), "host");
    project.accel_bench("recommend --by cost --price nowhere.toml").exits(8).says("nowhere.toml");
    project.accel_bench("recommend --max-latency 1us").exits(0).shows("none fits");
    project.accel_bench("recommend --max-memory much").exits(2);
    project.accel_bench("recommend no-such-model").exits(4).says("`no-such-model`");
    let places = project.accel_bench("compatibility --format json").exits(0);
    assert_eq!(
        places.column("/places", "standing"),
        ["ok", "ok", "untested", "untested", "ok", "ok", "unsupported", "ok"]
    );
    assert_eq!(places.at("/places/6/fallback"), "ndarray f32");
    project.accel_bench("compatibility net-tiny").exits(0).shows("unsupported").shows("no f16");
}

#[test]
fn probes_of_another_project_on_this_machine_are_roofs_here() {
    let (probed, other) = (project("roofline-probed"), project("roofline-other"));
    probed.accel_bench("benches/compute benches/read").exits(0);
    other.accel_bench("net-base --backend host --params precision=f32").exits(0);
    let command = "roofline --format csv";
    assert_eq!(other.accel_bench(command).exits(0).stdout, "", "nothing has a place");
    if cfg!(feature = "history") {
        other.accel_bench(&format!("history pull {}", probed.root().display())).exits(0).says("Pulled 1 run");
        let placed = other.accel_bench(command).exits(0).stdout;
        let mut lines = placed.lines();
        assert_eq!(
            lines.next(),
            Some("case,flops_per_byte,flops_per_s,bytes_per_s,roof_share,bound,impossible")
        );
        assert!(lines.all(|line| line.contains("net-base") && line.ends_with("compute,false")), "{placed}");
    }
}

#[test]
fn a_case_above_its_roof_is_said_to_be_impossible() {
    let project = Project::new("roofline-above").bench("benches", BENCHES).bench(
        "fast",
        r#"
#[bench(backends = ["host"])]
fn lies(b: &mut Bencher) {
    b.flops(1_000_000);
    b.iter_custom(|iterations| it::exactly(iterations, 100_000));
}
"#,
    );
    project.accel_bench("benches/compute benches/read fast/lies").exits(0);
    let ran = project.accel_bench("roofline").exits(0);
    ran.shows("1 case above the roof: nothing is faster than its device").shows("1000 %");
    let document = project.accel_bench("roofline --format json").exits(0);
    assert_eq!(
        (document.at("/cases/0/impossible"), document.at("/cases/0/bound")),
        (true.into(), "compute".into())
    );
    // It is in the report, too, next to the cases.
    let report = project.accel_bench("report --format markdown --output report.md").exits(0);
    report.says("report.md");
    assert!(project.read("report.md").contains("## Roofline"));
}
