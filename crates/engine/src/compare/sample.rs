//! Runs for the tests of this folder and of `report/`: realistic, small, always the same.

use accel_bench_record::catalogue::HOST_RSS_PEAK;
use accel_bench_record::{
    Adapter, Build, CaseKey, CaseRecord, CommitInfo, Cpu, Environment, FORMAT, Failure, Interleaved, Load,
    Measurement, Os, ParamValue, Params, Profile, RunRecord, RunState, Samples, Status, Surroundings,
    Throughput, ToolInfo, TreeState, WarmUp,
};

use super::{Comparison, Tolerance, compare};

/// A case by its id, `bench/benchmark[/model]@backend[?name=value]`, with one process for each median.
pub fn case(id: &str, medians: &[f64]) -> CaseRecord {
    let (id, rest) = id.split_once('?').unwrap_or((id, ""));
    let (label, backend) = id.split_once('@').expect("a backend");
    let mut parts = label.splitn(3, '/').map(str::to_owned);
    let (bench, benchmark) = (parts.next().expect("a bench"), parts.next().expect("a benchmark"));
    let mut params: Params = parts.map(|model| ("model".to_owned(), ParamValue::from(model))).collect();
    params.extend(rest.split('&').filter_map(|pair| pair.split_once('=')).map(|(name, value)| {
        (name.to_owned(), value.parse::<i64>().map_or_else(|_| ParamValue::from(value), ParamValue::from))
    }));
    CaseRecord {
        id: CaseKey { bench, benchmark, params, backend: backend.to_owned() },
        category: Some("inference".to_owned()),
        tags: vec!["encoder".to_owned()],
        status: Status::Ok,
        processes: medians.iter().map(|median| process(*median)).collect(),
        log: None,
        counts: None,
        version: None,
    }
}

/// Three samples of a thousand iterations around the median.
fn process(median: f64) -> Measurement {
    let thousand = (median * 1e3).round() as u64;
    let spread = thousand / 100;
    let nanos = vec![thousand - spread, thousand, thousand + spread];
    Measurement {
        samples: Samples { iterations: vec![1_000; 3], nanos },
        warm_up: WarmUp {
            iterations: 10,
            nanos: 1_000_000,
            first_nanos: 100_000,
            steady: true,
            settling_nanos: None,
        },
        device: Some("host".to_owned()),
        ..Measurement::default()
    }
}

/// One iteration a sample.
pub fn samples(nanos: &[u64]) -> Samples {
    Samples { iterations: vec![1; nanos.len()], nanos: nanos.to_vec() }
}

pub fn with_rss(mut case: CaseRecord, bytes: f64) -> CaseRecord {
    for process in &mut case.processes {
        process.metrics.push(HOST_RSS_PEAK.of(bytes));
    }
    case
}

pub fn with_work(mut case: CaseRecord, work: Throughput) -> CaseRecord {
    for process in &mut case.processes {
        process.throughput.push(work);
    }
    case
}

pub fn failed(mut case: CaseRecord, kind: Failure, reason: &str) -> CaseRecord {
    case.status = Status::failed(kind, reason);
    case.log = Some("logs/20261121-093045-3f9a/child-3.log".to_owned());
    case
}

/// A run of these cases on a machine of two cores.
pub fn run(id: &str, cases: Vec<CaseRecord>) -> RunRecord {
    RunRecord {
        format: FORMAT,
        id: id.to_owned(),
        tool: ToolInfo { version: "0.1.0".to_owned(), protocol: 1, source: None },
        started: "2026-11-21T09:30:45Z".to_owned(),
        state: RunState::Complete,
        commit: Some(CommitInfo {
            id: "4f2c9d1e7b8a6053c1d2e3f405162738495a6b7c".to_owned(),
            branch: Some("main".to_owned()),
            subject: "Fuse the softmax".to_owned(),
            time: "2026-11-21T09:00:00Z".to_owned(),
            tree: TreeState::Clean,
        }),
        machine: "epyc-2c-24g-1a2b3c".to_owned(),
        surroundings: surroundings(),
        profile: Profile {
            name: "full".to_owned(),
            processes: 5,
            selection: accel_bench_record::SelectionRecord::default(),
        },
        command: vec!["cargo".to_owned(), "accel-bench".to_owned()],
        cases,
        interleaved: None,
    }
}

fn surroundings() -> Surroundings {
    let environment = Environment {
        cpu: Cpu {
            model: Some("AMD EPYC".to_owned()),
            architecture: "x86_64".to_owned(),
            physical_cores: Some(1),
            logical_cores: 2,
            governor: Some("performance".to_owned()),
            caches: [("L3".to_owned(), 32 << 20)].into(),
            features: vec!["avx2".to_owned()],
        },
        memory_bytes: Some(24 << 30),
        adapters: vec![Adapter {
            name: "llvmpipe".to_owned(),
            api: "vulkan".to_owned(),
            kind: "cpu".to_owned(),
            driver: "llvmpipe".to_owned(),
            driver_version: "24.2".to_owned(),
        }],
        os: Os { kernel: Some("6.1".to_owned()), ..Os::default() },
        load: Load::default(),
    };
    let build = Build {
        rustc: "rustc 1.95.0".to_owned(),
        host: "x86_64-unknown-linux-gnu".to_owned(),
        profile: "bench".to_owned(),
        features: [("ndarray".to_owned(), vec!["ndarray".to_owned()])].into(),
        lock_hash: Some("0123456789abcdef".to_owned()),
        locked: [("burn", "0.22.0"), ("cubecl", "0.11.0")]
            .map(|(name, at)| (name.to_owned(), at.to_owned()))
            .into(),
        ..Build::default()
    };
    Surroundings {
        environment,
        build,
        manifest: Some("[gate]\ntolerance = 0.05\n".to_owned()),
        cpus: [("ndarray".to_owned(), vec![1])].into(),
        env: [].into(),
    }
}

fn around(centre: f64, share: f64) -> [f64; 5] {
    [-2.0, -1.0, 0.0, 1.0, 2.0].map(|step| centre * (1.0 + share * step))
}

const TINY: &str = "encoder/forward/bert-tiny@ndarray?batch-size=1&sequence-length=128&precision=f32";
const BASE: &str =
    "encoder/forward/bert-base-uncased@ndarray?batch-size=16&sequence-length=512&precision=f32";
const WGPU: &str = "encoder/forward/bert-tiny@wgpu?batch-size=1&sequence-length=128&precision=f32";
const HALF: &str = "encoder/forward/bert-tiny@ndarray?batch-size=1&sequence-length=128&precision=f16";

/// Returns what the baseline and the candidate of [`comparison`] measured: every standing and every verdict once.
pub fn runs() -> (RunRecord, RunRecord) {
    let tokens = |case| with_rss(with_work(case, Throughput::Tokens(128)), 512.0 * 1_048_576.0);
    let more = |case| with_rss(with_work(case, Throughput::Tokens(128)), 640.0 * 1_048_576.0);
    let base = vec![
        tokens(case(TINY, &around(12.346e6, 0.002))),
        case(BASE, &around(1.84e9, 0.003)),
        case(WGPU, &around(4.2e6, 0.03)),
        failed(case(HALF, &[]), Failure::Unsupported, "ndarray has no f16"),
        case("kernels/matmul@ndarray?n=256", &around(801.4e3, 0.001)),
        case("kernels/softmax@ndarray?n=1024", &around(52.1e3, 0.001)),
        case("kernels/größe-λ|pipe@ndarray", &around(900.0, 0.01)),
        failed(case("kernels/attention@wgpu", &[]), Failure::Poisoned, "device lost"),
        failed(case("kernels/layer-norm@ndarray", &[]), Failure::WrongOutput, "differs by 2e-2"),
        case("kernels/gelu@ndarray", &around(77.0e3, 0.001)),
    ];
    let hostile = "index out of bounds: \u{1b}[2J\u{1b}]0;owned\u{7}the len is 3 | but the index is 7\nat src/lib.rs:12";
    let candidate = vec![
        more(case(TINY, &around(13.8e6, 0.002))),
        case(BASE, &around(1.60e9, 0.003)),
        case(WGPU, &around(4.25e6, 0.03)),
        failed(case(HALF, &[]), Failure::Unsupported, "ndarray has no f16"),
        case("kernels/matmul@ndarray?n=256", &around(815.8e3, 0.001)),
        case("kernels/softmax@ndarray?n=1024", &around(52.1e3, 0.001)),
        failed(case("kernels/größe-λ|pipe@ndarray", &around(900.0, 0.01)), Failure::Panic, hostile),
        failed(case("kernels/attention@wgpu", &[]), Failure::Poisoned, "device lost"),
        case("kernels/layer-norm@ndarray", &around(31.0e3, 0.001)),
        case("kernels/rms-norm@ndarray", &around(25.0e3, 0.001)),
    ];
    let mut candidate = run("20261121-101500-77aa", candidate);
    candidate.surroundings.build.rustc = "rustc 1.96.0".to_owned();
    candidate.surroundings.manifest = Some("[gate]\ntolerance = 0.1\n".to_owned());
    if let Some(commit) = &mut candidate.commit {
        commit.id = "9b8c7d6e5f4a39281706f5e4d3c2b1a09f8e7d6c".to_owned();
        commit.tree = TreeState::Dirty { tree: "77aa88bb99cc".to_owned() };
    }
    (run("20261121-093045-3f9a", base), candidate)
}

/// The same two runs, measured interleaved with each other.
pub fn interleaved(base: RunRecord, candidate: RunRecord) -> (RunRecord, RunRecord) {
    let with =
        |other: &RunRecord| Some(Interleaved { with: other.id.clone(), seed: 7, ..Interleaved::default() });
    let (of_base, of_candidate) = (with(&candidate), with(&base));
    (RunRecord { interleaved: of_base, ..base }, RunRecord { interleaved: of_candidate, ..candidate })
}

/// The comparison of [`runs`], each process five times; the candidate's in another order, so that pairs differ.
pub fn comparison() -> Comparison {
    let (mut base, mut candidate) = runs();
    let five_times = |case: &mut CaseRecord| case.processes = vec![case.processes.clone(); 5].concat();
    candidate.cases.iter_mut().for_each(|case| case.processes.reverse());
    base.cases.iter_mut().chain(&mut candidate.cases).for_each(five_times);
    let (base, candidate) = interleaved(base, candidate);
    compare(&base, &candidate, &|_| Tolerance::default())
}
