//! Energy, power and clock of the device while cases are timed.

use crate::support::{Project, Ran, run};

const LIBRARY: &str = include_str!("support/nvml.c");

/// One case on a backend of CUDA, 10 ms an iteration; no GPU is needed for it.
const BENCH: &str = r#"
use accel_bench::Host;
use std::time::{Duration, Instant};

#[bench(backends = ["cuda"])]
fn wait(b: &mut Bencher) {
    b.device(Host);
    b.throughput(Throughput::Samples(4));
    b.throughput(Throughput::Tokens(20));
    b.iter(|| {
        let start = Instant::now();
        while start.elapsed() < Duration::from_millis(10) {}
    });
}
"#;

const TOML: &str = "[[bench]]\ntarget = \"benches\"\n[backends.cuda]\nfeatures = []\n\
                    [profiles.short]\nprocesses = 1\nwarm-up = \"10ms\"\ntime = \"400ms\"\nmin-samples = 3\n";

fn project(name: &str) -> Project {
    let project = Project::new(name).bench("benches", BENCH).toml(TOML);
    project.c_library("libnvidia-ml.so.1", LIBRARY);
    project
}

fn measured(project: &Project, mode: &str) -> Ran {
    let mut command = project.command(&["--backend", "cuda", "--profile", "short", "--format", "json"]);
    command.env("LD_LIBRARY_PATH", project.path("lib")).env("FAKE_NVML", mode);
    run(command).exits(0)
}

/// A metric of the only case, and where it comes from.
fn metric(ran: &Ran, name: &str) -> Option<(f64, String)> {
    let metrics = ran.at("/cases/0/metrics");
    let found = metrics.as_array()?.iter().find(|metric| metric["name"] == name)?.clone();
    Some((found["value"].as_f64()?, found["source"].as_str()?.to_owned()))
}

#[test]
fn energy_is_that_of_the_timed_region() {
    let project = project("energy");
    let ran = measured(&project, "right");
    let (power, source) = metric(&ran, "power-avg-w").unwrap_or_else(|| panic!("{ran:#}"));
    assert!((power - 100.0).abs() < 5.0 && source == "nvml", "{power} {source}");
    let latency = ran.at("/cases/0/latency_ns").as_f64().expect("a latency") / 1e9;
    let (sample, _) = metric(&ran, "energy-j-per-sample").expect("energy");
    let (token, _) = metric(&ran, "energy-j-per-token").expect("energy");
    let expected = 100.0 * latency / 4.0;
    assert!((sample / expected - 1.0).abs() < 0.1, "{sample} where {expected} was expected");
    assert!((token / sample - 4.0 / 20.0).abs() < 1e-6, "{token} {sample}");
    let values =
        ["clock-min-mhz", "temperature-c", "throttled"].map(|name| metric(&ran, name).map(|it| it.0));
    assert_eq!(values, [Some(1500.0), Some(65.0), Some(1.0)]);

    // A driver that lies or does not start costs its metrics, and nothing else.
    let falls = measured(&project, "falls");
    assert_eq!(metric(&falls, "power-avg-w").map(|it| it.0.round()), Some(100.0), "by the readings of power");
    let huge = measured(&project, "huge");
    assert_eq!(metric(&huge, "power-avg-w"), None);
    assert_eq!(metric(&huge, "temperature-c").map(|it| it.0), Some(65.0));
    let broken = measured(&project, "broken");
    assert_eq!(metric(&broken, "temperature-c"), None);
    let mut command = project.command(&["doctor", "cuda"]);
    command.env("LD_LIBRARY_PATH", project.path("lib")).env("FAKE_NVML", "broken");
    run(command).shows("! cuda: no energy: starting NVML: Driver Not Loaded");
}

/// Two sides of which the candidate needs as long, on a device of which the same library says 100 W.
#[test]
fn energy_of_interleaved_sides_needs_turns_that_are_long_enough() {
    let project = project("energy-compared").under_git();
    project.commit("base");
    let mut command =
        project.command(&["compare", "HEAD", "--measure", "--backend", "cuda", "--format", "json"]);
    command.args(["--budget", "20s"]);
    command.env("LD_LIBRARY_PATH", project.path("lib")).env("FAKE_NVML", "right");
    let ran = run(command).exits_with_one_of(&[0, 7]);
    let candidate = project.record(&ran, "candidate");
    let names: Vec<_> = candidate["cases"][0]["processes"][0]["metrics"]
        .as_array()
        .expect("metrics")
        .iter()
        .map(|metric| metric["name"].as_str().expect("a name").to_owned())
        .collect();
    assert!(!names.iter().any(|name| name.starts_with("energy")), "turns of 10 ms say nothing: {names:?}");
}

/// A model on two backends, of which the slower needs less.
const MODELS: &str = r#"
use accel_bench::{Direction, Metric};

#[bench(category = "models", backends = ["host", "ndarray"], params(model = ["net"]))]
fn net(b: &mut Bencher) {
    let (nanos, joules) = if b.backend() == "host" { (100_000, 8.0) } else { (200_000, 2.0) };
    if b.backend() != "host" {
        b.device(accel_bench::Host);
    }
    b.metric(Metric::new("energy-j-per-sample", "J", Direction::Lower, joules));
    b.iter_custom(|iterations| it::exactly(iterations, nanos));
}
"#;

#[test]
fn the_way_with_the_least_energy_is_another_than_the_fastest() {
    let toml = "[[bench]]\ntarget = \"benches\"\n[backends.ndarray]\nfeatures = []\n";
    let project = Project::new("energy-recommend").bench("benches", MODELS).toml(toml);
    project.accel_bench("--backend host,ndarray").exits(0);
    let best = |by: &str| {
        let ran = project.accel_bench(&format!("recommend --by {by} --format json")).exits(0);
        ran.at("/models/0/best/0/backend").as_str().expect("a backend").to_owned()
    };
    assert_eq!((best("latency"), best("energy")), ("host".to_owned(), "ndarray".to_owned()));
    project.accel_bench("recommend net --by energy").exits(0).shows("ndarray");
}
