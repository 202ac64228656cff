//! The memory of cases that share a process, with the counting allocator installed: a child of this very test serves them.

#![cfg(unix)]

use std::cell::RefCell;
use std::io::BufReader;
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::{Child, Command};

use accel_bench::{Bencher, CountingAllocator, Direction, bench, black_box};
use accel_bench_record::catalogue::MEM_GROWTH;
use accel_bench_record::protocol::{self, CHANNEL_ENV, CaseRequest, Hello, Reply, Request, Sampling};
use accel_bench_record::{Measurement, Metric, Params, Status};

#[global_allocator]
static COUNTING: CountingAllocator = CountingAllocator::new();

const MIB: usize = 1 << 20;

/// Weights of a quarter, and three quarters in each iteration.
#[bench(params(mib = [8]))]
fn holds(b: &mut Bencher) {
    let mib: usize = b.param("mib");
    let weights = vec![1_u8; mib * MIB / 4];
    b.iter(|| (vec![weights[0]; mib * MIB / 4], black_box(vec![0_u8; mib * MIB / 2]).len()));
}

/// Short iterations, so that a sample is a batch of many outputs.
#[bench]
fn batches(b: &mut Bencher) {
    b.iter(|| black_box(vec![0_u8; 64 << 10]));
}

#[bench]
fn leaks(b: &mut Bencher) {
    let kept = RefCell::new(Vec::new());
    // Written to, an iteration is longer than any clock needs: each sample is one.
    b.iter(|| kept.borrow_mut().push(black_box(vec![1_u8; MIB])));
}

/// Allocations come and go, of any size, and some live until a later iteration.
#[bench]
fn fluctuates(b: &mut Bencher) {
    let alive = RefCell::new((7_u64, vec![Vec::new(); 16]));
    b.iter(|| {
        let (state, slots) = &mut *alive.borrow_mut();
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let (size, slot) = ((*state >> 44) as usize, (*state >> 33) as usize % slots.len());
        slots[slot] = black_box(vec![0_u8; size]);
    });
}

#[bench]
fn notes(b: &mut Bencher) {
    let count = RefCell::new(0.0);
    let series = b.series("count", "1", Direction::Neither);
    b.iter(|| {
        *count.borrow_mut() += 1.0;
        (0..100).for_each(|_| series.push(*count.borrow()));
    });
}

#[bench]
fn starts_cold(b: &mut Bencher) {
    let one = b.cold("load", || {
        std::thread::sleep(std::time::Duration::from_millis(20));
        1
    });
    assert_eq!(b.cold("first-forward", || black_box(one) + 1), 2);
    b.iter(|| black_box(one) + 1);
}

#[bench]
fn is_never_cold(b: &mut Bencher) {
    b.iter(|| black_box(1) + 1);
    b.cold("load", || ());
}

/// Not a test: the child of all others.
#[test]
fn child() {
    if std::env::var_os(CHANNEL_ENV).is_some() {
        assert_eq!(accel_bench::__private::main("memory"), std::process::ExitCode::SUCCESS);
    }
}

/// The runner's end.
struct Runner {
    to: UnixStream,
    from: BufReader<UnixStream>,
    child: Child,
}

impl Runner {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let channel = folder.path().join("channel");
        let listener = UnixListener::bind(&channel).expect("a socket");
        let mut command = Command::new(std::env::current_exe().expect("this test"));
        let child = command.args(["--exact", "child"]).env(CHANNEL_ENV, &channel).spawn().expect("a child");
        let (to, _) = listener.accept().expect("it connects");
        let mut from = BufReader::new(to.try_clone().expect("the other direction"));
        assert_eq!(protocol::read(&mut from).expect("a line"), Some(Hello::of(env!("CARGO_PKG_VERSION"))));
        Self { to, from, child }
    }

    /// Runs a case; `samples` of at least `sample_nanos` each.
    fn run(
        &mut self,
        benchmark: &str,
        params: Params,
        samples: u32,
        sample_nanos: u64,
    ) -> (Status, Measurement) {
        let sampling = Sampling {
            warm_up_nanos: 1_000_000,
            time_nanos: 60_000_000_000,
            sample_nanos,
            min_samples: samples,
            max_samples: samples,
        };
        let (benchmark, backend) = (benchmark.to_owned(), "host".to_owned());
        let case = CaseRequest { token: 1, benchmark, backend, params, sampling, slowdown: None };
        protocol::write(&mut self.to, &Request::Run(case)).expect("it is heard");
        loop {
            match protocol::read(&mut self.from).expect("a line").expect("an answer") {
                Reply::Progress { .. } => {}
                Reply::Finished { status, measurement, .. } => {
                    return (status, measurement.unwrap_or_default());
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        drop(protocol::write(&mut self.to, &Request::Quit));
        drop(self.child.wait());
    }
}

fn run(benchmark: &str, samples: u32, sample_nanos: u64) -> Measurement {
    let (status, measurement) = Runner::start().run(benchmark, Params::new(), samples, sample_nanos);
    assert_eq!(status, Status::Ok);
    measurement
}

fn metric<'a>(measurement: &'a Measurement, name: &str) -> &'a Metric {
    let found = measurement.metrics.iter().find(|metric| metric.name == name);
    found.unwrap_or_else(|| panic!("no {name} in {:#?}", measurement.metrics))
}

#[track_caller]
fn is_within_5_percent(found: &Metric, mib: f64) {
    let expected = mib * MIB as f64;
    assert!((found.value / expected - 1.0).abs() < 0.05, "{found:?} is not {expected}");
    assert_eq!(found.source.as_deref(), Some("allocator"));
}

#[test]
fn a_case_has_its_own_peak_whatever_came_before_it() {
    let mut runner = Runner::start();
    for mib in [512, 8, 64, 8] {
        let params = Params::from([("mib".to_owned(), i64::from(mib).into())]);
        let (status, measurement) = runner.run("holds", params, 5, 1);
        assert_eq!(status, Status::Ok);
        is_within_5_percent(metric(&measurement, "mem-peak-bytes"), f64::from(mib));
        is_within_5_percent(metric(&measurement, "mem-avg-bytes"), f64::from(mib) / 4.0);
    }
}

#[test]
fn the_peak_is_of_one_iteration_however_many_are_batched() {
    let measurement = run("batches", 20, 2_000_000);
    assert!(measurement.samples.iterations[0] > 8, "{:?}", measurement.samples.iterations);
    is_within_5_percent(metric(&measurement, "mem-peak-bytes"), 1.0 / 16.0);
}

#[test]
fn a_leak_of_a_mebibyte_is_found_within_200_iterations() {
    let measurement = run("leaks", 200, 1);
    assert!(measurement.samples.total_iterations() <= 200);
    let leak = measurement.leak().expect("it leaks");
    assert!((leak.bytes_per_iteration / MIB as f64 - 1.0).abs() < 0.01, "{leak:?}");
    assert!(leak.interval[0] <= leak.bytes_per_iteration && leak.bytes_per_iteration <= leak.interval[1]);
}

#[test]
fn a_thousand_clean_iterations_leak_nothing() {
    for benchmark in ["fluctuates", "batches", "notes"] {
        let measurement = run(benchmark, 1_000, 1);
        assert_eq!(measurement.leak(), None, "{benchmark}");
        let growth = metric(&measurement, MEM_GROWTH.name);
        let [low, high] = growth.interval.expect("an interval");
        assert!(low <= 0.0 && 0.0 <= high, "{benchmark}: {growth:?}");
    }
}

#[test]
fn a_series_has_the_values_of_samples_alone() {
    let measurement = run("notes", 50, 1);
    let (noted, samples) = (metric(&measurement, "count"), &measurement.samples);
    assert_eq!(noted.samples.len() as u64, 100 * samples.total_iterations());
    let warm = measurement.warm_up.iterations as f64;
    let (first, last) = (noted.samples[0], noted.samples[noted.samples.len() - 1]);
    assert_eq!((first, last), (warm + 1.0, warm + samples.total_iterations() as f64));
}

#[test]
fn what_is_cold_is_timed_once() {
    let measurement = run("starts_cold", 10, 1_000);
    let load = metric(&measurement, "load-ms");
    assert!((20.0..2_000.0).contains(&load.value) && load.unit == "ms", "{load:?}");
    assert!(metric(&measurement, "first-forward-ms").value < 20.0);
    let (status, _) = Runner::start().run("is_never_cold", Params::new(), 5, 1);
    let Status::Failed { reason, .. } = status else { panic!("it went well") };
    assert!(reason.contains("the phase `load` is not cold"), "{reason}");
}
