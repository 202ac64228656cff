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
    project.accel_bench("history predict m-tiny").exits(0).says("every selected case was measured here");
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
    // What the others do not explain would be in the report; nothing here is.
    let report = project.accel_bench("report --format json --output -").exits(0).stdout;
    assert!(!report.contains("outliers"), "{report}");
}
