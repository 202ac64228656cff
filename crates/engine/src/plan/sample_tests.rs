//! Units for tests.

use std::time::Duration;

use accel_bench_record::protocol::Sampling;
use accel_bench_record::{CaseKey, Params};

use super::{Case, Cpus, Harness, Isolate, Unit};

/// A unit of the bench `b` with these benchmarks, of an executable that does not exist.
pub(crate) fn unit(backend: &str, benchmarks: &[&str]) -> Unit {
    let case = |name: &&str| Case {
        model_folder: None,
        id: CaseKey {
            bench: "b".into(),
            benchmark: (*name).into(),
            params: Params::new(),
            backend: backend.into(),
        },
        version: None,
        category: None,
        tags: vec![],
        source: String::new(),
        entry: None,
        sampling: Sampling {
            warm_up_nanos: 1,
            time_nanos: 1,
            sample_nanos: 1,
            min_samples: 1,
            max_samples: 1,
        },
        least_warm_up_nanos: 0,
        timeout: Duration::from_secs(1),
    };
    Unit {
        executable: "x".into(),
        harness: Harness::AccelBench,
        isolate: Isolate::Process,
        cwd: ".".into(),
        env: [].into(),
        cpus: Cpus::All,
        processes: 1,
        counts: None,
        under: Vec::new(),
        cases: benchmarks.iter().map(case).collect(),
    }
}
