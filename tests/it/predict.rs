//! `history predict`: cases that were not run, from those that were.

use crate::support::Project;

/// Models that take 20 µs for each million operations, and say what they do.
const MODELS: &str = r#"
use accel_bench::catalogue::{BYTES_MOVED, FLOPS, MEM_PREDICTED, NUM_PARAMS};

#[bench(
    backends = ["host"],
    models = ["m-tiny", "m-small", "m-base", "m-large", "m-huge"],
    params(batch_size = [1, 2])
)]
fn step(b: &mut Bencher) {
    let model: String = b.param("model");
    let size = ["m-tiny", "m-small", "m-base", "m-large", "m-huge"].iter().position(|own| *own == model).unwrap();
    let work = b.param::<u64>("batch-size") << size;
    b.metric(FLOPS.of(work as f64 * 1e6));
    b.metric(BYTES_MOVED.of((4 << size) as f64 * 1e3));
    b.metric(NUM_PARAMS.of((1 << size) as f64 * 1e3));
    b.metric(MEM_PREDICTED.of(work as f64 * 1e3));
    if b.is_only_described() {
        return;
    }
    assert!(model != "m-huge", "it was run");
    b.iter_custom(|iterations| it::exactly(iterations, work * 20_000));
}

#[bench(backends = ["host"])]
fn silent(b: &mut Bencher) {
    b.iter_custom(|iterations| it::exactly(iterations, it::NANOS));
}
"#;

fn project(name: &str) -> Project {
    Project::new(name).bench("models", MODELS).under_git()
}

/// All models but the largest.
const MEASURED: &str = "--model m-tiny,m-small,m-base,m-large";

#[test]
fn what_was_not_run_is_predicted_and_not_stored() {
    let project = project("predict");
    project
        .accel_bench("history predict")
        .exits(4)
        .says("0 cases with its operations")
        .says("predictions need 6");
    project.accel_bench(MEASURED).exits(0);
    let ran = project.accel_bench("history predict --format json").exits(0);
    assert_eq!(ran.column("/cases", "case"), ["models/step/m-huge/b1@host", "models/step/m-huge/b2@host"]);
    let ran = ran.says("1 case cannot be predicted: the benchmark does not say what it does");
    for (case, expected) in [(0, 320_000.0), (1, 640_000.0)] {
        let nanos = |end: &str| {
            ran.at(&format!("/cases/{case}/predicted_latency_ns/{end}")).as_f64().expect("nanoseconds")
        };
        assert!((nanos("value") / expected - 1.0).abs() < 0.1, "{ran:#}");
        assert!(nanos("low") < nanos("value") && nanos("value") < nanos("high"), "{ran:#}");
    }
    assert_eq!(ran.at("/measured_cells"), 8);
    assert_eq!(project.runs().len(), 1, "nothing was stored");
    let all = project.accel_bench("history predict step --all --format csv").exits(0).stdout;
    assert_eq!(all.lines().count(), 11, "{all}");
    let table = project.accel_bench("history predict m-huge").exits(0);
    table.shows("predicted from 8 measured cells of").shows("95 % interval");
    project.accel_bench("history predict m-tiny").exits(0).says("no selected case is left to predict");
    project.accel_bench("history predict nothing-like-it").exits(4);
}

#[test]
fn each_model_is_predicted_from_the_others() {
    let project = project("predict-evaluate");
    project.accel_bench(MEASURED).exits(0);
    let ran = project.accel_bench("history predict --evaluate --format json").exits(0);
    assert_eq!(ran.column("/groups", "kept_back").len(), 4, "{ran:#}");
    let errors = ran.column("/groups", "median_error");
    let errors: Vec<f64> = errors.iter().map(|error| error.parse().expect("a share")).collect();
    assert!(errors.iter().all(|error| *error < 0.2), "{errors:?}");
    project
        .accel_bench("history predict --evaluate")
        .exits(0)
        .shows("8 measured cells of")
        .shows("each size");
    project.accel_bench("history predict --evaluate m-tiny").exits(4).says("predictions need 6");
    // The report has no section of outliers: none of these is one.
    let report = project.accel_bench("report --format json --output -").exits(0).stdout;
    assert!(!report.contains("outliers"), "{report}");
}

/// Twelve sizes that take as long as they do, but for one.
const ONE_IS_ODD: &str = r#"
use accel_bench::catalogue::{MEM_PREDICTED, NUM_PARAMS};

#[bench(
    backends = ["host"],
    models = ["a-1", "a-2", "a-3", "a-4", "a-5", "a-6", "b-1", "b-2", "b-3", "b-4", "b-5", "b-6"]
)]
fn step(b: &mut Bencher) {
    let model: String = b.param("model");
    let size: u64 = model[2..].parse().unwrap();
    let work = if model.starts_with('a') { size * 20 } else { size * 30 };
    b.flops(work * 1_000);
    b.bytes_moved(work * 100);
    b.metric(NUM_PARAMS.of(size as f64 * 10.0));
    b.metric(MEM_PREDICTED.of(work as f64 * 200.0));
    let times = if model == "b-3" { 6 } else { 1 };
    b.iter_custom(|iterations| it::exactly(iterations, work * 1_000 * times));
}
"#;

#[test]
fn a_case_that_the_others_do_not_explain_is_in_the_report() {
    let project = Project::new("predict-odd").bench("models", ONE_IS_ODD).under_git();
    project.accel_bench("").exits(0);
    let report = |project: &Project| {
        let ran = project.accel_bench("report --format json --output -").exits(0);
        let sections = ran.at("/sections").as_array().expect("sections").clone();
        sections.into_iter().find(|section| section["id"] == "outliers")
    };
    assert!(report(&project).is_none(), "there is no table yet");
    project.accel_bench("history").exits(0);
    let outliers = report(&project).expect("a section");
    let rows = outliers["blocks"][1]["rows"].as_array().expect("a table").clone();
    let [row] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!(row["cells"][0]["text"], "models/step/b-3@host");
    let times = row["cells"][4]["value"].as_f64().expect("a number");
    assert!((3.0..9.0).contains(&times), "{times}");
    // It does not mislead the others.
    let all = project.accel_bench("history predict --all --format json").exits(0);
    for case in 0..12 {
        let of = |field: &str| all.at(&format!("/cases/{case}/{field}"));
        if of("case") == "models/step/b-3@host" {
            continue;
        }
        let [predicted, measured] = ["predicted_latency_ns/value", "measured_latency_ns"]
            .map(|field| of(field).as_f64().expect("a time"));
        assert!((predicted / measured - 1.0).abs() < 0.3, "{case}: {predicted} {measured}");
    }
}

/// Children that are asked what they do, and do something else.
const UNRULY: &str = r#"
use accel_bench::catalogue::{MEM_PREDICTED, NUM_PARAMS};

#[bench(backends = ["host"], params(n = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]))]
fn step(b: &mut Bencher) {
    let n: u64 = b.param("n");
    if b.is_only_described() {
        match n {
            8 => std::process::exit(3),
            9 => panic!("it burst"),
            10 => b.unsupported("not here"),
            11 => std::thread::sleep(std::time::Duration::from_secs(600)),
            _ => {}
        }
    }
    b.flops(n * 1_000);
    b.bytes_moved(n * 100);
    b.metric(NUM_PARAMS.of(n as f64));
    b.metric(MEM_PREDICTED.of(n as f64 * 200.0));
    b.iter_custom(|iterations| it::exactly(iterations, n * 20_000));
}
"#;

#[test]
fn a_case_that_does_not_say_what_it_does_keeps_no_other_from_it() {
    let project = Project::new("predict-unruly")
        .bench("models", UNRULY)
        .toml("[[bench]]\ntarget = \"models\"\ntimeout = \"2s\"\n")
        .under_git();
    project.accel_bench("--params n=1,2,3,4,5,6").exits(0);
    let ran = project.accel_bench("history predict --format json").exits(0);
    assert_eq!(ran.column("/cases", "case"), ["models/step/n=7@host"]);
    let ran =
        ran.says("1 case cannot be predicted: crash:").says("1 case cannot be predicted: panic: it burst");
    ran.says("1 case cannot be predicted: unsupported: not here")
        .says("1 case cannot be predicted: timeout:");
    assert_eq!(project.runs().len(), 1);
}
