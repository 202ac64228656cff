//! Metrics next to the latency: from the benchmark through the store to a verdict.

use serde_json::Value;

use crate::support::{Project, Ran};

/// `BYTES` are in use during an iteration, `LEFT` stay after it.
const BENCH: &str = r#"
use std::cell::RefCell;
use std::time::Duration;
use accel_bench::{Bencher, Direction, Metric, bench, black_box};

const BYTES: usize = 4 << 20;
const LEFT: usize = 0;

#[bench(backends = ["host"])]
fn generate(b: &mut Bencher) {
    let left = RefCell::new(Vec::new());
    b.cold("load", || std::thread::sleep(Duration::from_millis(2)));
    b.metric(Metric::new("flops", "flop", Direction::Neither, 1e6));
    let gaps = b.series("itl-ms", "ms", Direction::Lower);
    b.iter_custom(|iterations| {
        for _ in 0..iterations {
            drop(black_box(Vec::<u8>::with_capacity(BYTES)));
            left.borrow_mut().push(black_box(Vec::<u8>::with_capacity(LEFT)));
            [1.0, 2.0, 9.0].into_iter().for_each(|gap| gaps.push(gap));
        }
        it::exactly(iterations, it::NANOS)
    });
}

accel_bench::main!(count_allocations);
"#;

fn project(name: &str) -> Project {
    Project::new(name)
        .bench("models", BENCH)
        .toml("[[bench]]\ntarget = \"models\"\ntime = \"60ms\"\n")
        .under_git()
}

/// A metric of the only case, in the list at `pointer`.
fn metric(ran: &Ran, pointer: &str, name: &str) -> Value {
    let metrics = ran.at(pointer);
    let found = metrics.as_array().expect("metrics").iter().find(|metric| metric["name"] == name);
    found.unwrap_or_else(|| panic!("no {name} in {metrics:#}")).clone()
}

#[test]
fn a_run_tells_them_with_unit_source_and_raw_values() {
    let project = project("metrics");
    let ran = project.accel_bench("--format json").exits(0);
    let of = |name| metric(&ran, "/cases/0/metrics", name);
    let gaps = of("itl-ms");
    assert_eq!(
        (&gaps["value"], &gaps["samples"]["p50"], &gaps["samples"]["max"]),
        (&2.0.into(), &2.0.into(), &9.0.into())
    );
    assert!(gaps["samples"]["n"].as_u64() >= Some(30), "{gaps}");
    let peak = of("mem-peak-bytes");
    assert_eq!((&peak["unit"], &peak["source"]), (&"bytes".into(), &"allocator".into()));
    let share = peak["value"].as_f64().expect("bytes") / f64::from(4 << 20);
    assert!((share - 1.0).abs() < 0.05, "{peak}");
    assert!(of("load-ms")["value"].as_f64() >= Some(2.0));
    assert!(ran.at("/cases/0/rates/flops-per-s").as_f64() > Some(0.0), "{ran:#}");
    assert_eq!(ran.at("/cases/0/timing_method"), "custom");
    let table = project.accel_bench("show").exits(0);
    assert!(table.stdout.contains("memory peak      load") && !table.stdout.contains("leaks"), "{table:#}");
}

#[test]
fn memory_that_is_used_or_left_is_a_regression() {
    let project = project("metrics-compared");
    project.edit("benches/models.rs", "BYTES: usize = 4", "BYTES: usize = 5");
    project.edit("benches/models.rs", "LEFT: usize = 0", "LEFT: usize = 64 << 10");
    let ran = project.accel_bench("compare main --format json --measure").exits(1);
    assert_eq!(ran.column("/rows", "verdict"), ["same"], "the latency is");
    let verdict = |name| metric(&ran, "/rows/0/metrics", name)["verdict"].clone();
    assert_eq!(verdict("mem-peak-bytes"), "regressed");
    assert_eq!(verdict("mem-growth-bytes-per-iter"), "regressed");
    assert_eq!(verdict("itl-ms"), "same");
    project.accel_bench("").exits(0).shows("leaks 64.");
}
