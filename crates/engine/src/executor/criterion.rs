//! Criterion targets, run unmodified: each case by its exact name in a process with a `CRITERION_HOME` of its
//! own, where Criterion leaves the raw samples.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use accel_bench_record::protocol::{BenchmarkInfo, Sampling};
use accel_bench_record::{Failure, HOST, Measurement, Samples, Status, Throughput, TimingMethod};
use serde::Deserialize;

use super::child::{Process, command, pin};
use super::log::Log;
use super::{Ended, Error, Settings, TICK, end, turns};
use crate::event::Event;
use crate::plan::{Case, Job};
use crate::with_causes;

/// Criterion takes no fewer samples.
const MIN_SAMPLES: u32 = 10;

/// Criterion resamples 100,000 times for an analysis that no one reads here; it asks for more than 1,000.
const RESAMPLES: u32 = 1_001;

pub(super) fn run(job: &Job, settings: &Settings, on: &mut dyn FnMut(Event)) -> Result<Ended, Error> {
    for (serial, case) in job.unit.cases.iter().enumerate() {
        if settings.is_stopped() {
            return Ok(Ended::Interrupted);
        }
        if settings.is_late() {
            return Ok(Ended::OutOfTime);
        }
        on(Event::CaseStarted { side: job.side, round: job.round, id: case.id.clone() });
        let (log, file) = Log::create(job, serial, settings)?;
        let fault = |source| Error::Channel { source };
        let home = tempfile::Builder::new().prefix("accel-bench-").tempdir().map_err(fault)?;
        let mut command = command(&job.unit, &file, &settings.without_env).map_err(fault)?;
        arguments(&mut command, case, home.path());
        let pinned = pin(job.unit.cpus, &settings.cpus);
        // Before the process is there: what is said and stored meanwhile takes time, and Criterion does not wait.
        let start = Instant::now();
        let outcome = match Process::spawn(command, pinned) {
            Ok(process) => {
                on(Event::ChildStarted { side: job.side, round: job.round, pid: process.id() });
                on(turns::measuring(case));
                watch(process, start, case, home.path(), &log, settings)
            }
            Err(error) => {
                let reason = format!("the process could not be started: {error}");
                Some((Status::failed(Failure::Crash, reason), None))
            }
        };
        let Some((status, measurement)) = outcome else {
            return Ok(Ended::Interrupted);
        };
        on(turns::finished(job, &case.id, status, measurement, log.shown()));
    }
    Ok(Ended::Complete)
}

fn arguments(command: &mut Command, case: &Case, home: &Path) {
    let Sampling { warm_up_nanos, time_nanos, min_samples, .. } = case.sampling;
    let is_early = case.source == EARLY;
    // Criterion refuses zero for either, and its early versions take whole seconds only.
    let seconds = |nanos: u64| match is_early {
        true => nanos.div_ceil(1_000_000_000).max(1).to_string(),
        false => format!("{:.3}", (nanos as f64 / 1e9).max(0.001)),
    };
    // `--exact` came with 0.5; a pattern does the same in every version.
    let only = match cut(&case.id.benchmark) {
        Some(beginning) => format!("^{}", escaped(beginning)),
        None => format!("^{}$", escaped(&case.id.benchmark)),
    };
    command.env("CRITERION_HOME", home).args([only.as_str(), "--noplot"]);
    command.args(["--warm-up-time", &seconds(warm_up_nanos), "--measurement-time", &seconds(time_nanos)]);
    command.args(["--sample-size", &min_samples.max(MIN_SAMPLES).to_string()]);
    command.args(["--nresamples", &RESAMPLES.to_string()]);
}

/// The beginning of a name that Criterion cut in its list: of more than 100 bytes it shows the first, and three dots.
fn cut(name: &str) -> Option<&str> {
    name.strip_suffix("...").filter(|beginning| beginning.len() >= 90)
}

/// Returns whether a benchmark's own name is the one in the list.
fn is_named(full: &str, listed: &str) -> bool {
    full == listed || cut(listed).is_some_and(|beginning| full.starts_with(beginning))
}

/// The name as a regular expression that matches nothing else.
fn escaped(name: &str) -> String {
    let is_special = |c: char| r"\.+*?()|[]{}^$#&-~".contains(c);
    name.chars().flat_map(|c| is_special(c).then_some('\\').into_iter().chain([c])).collect()
}

/// Waits for the process and reads what it left. `None`: interrupted.
fn watch(
    mut process: Process,
    start: Instant,
    case: &Case,
    home: &Path,
    log: &Log,
    settings: &Settings,
) -> Option<(Status, Option<Measurement>)> {
    while !process.wait_at_most(TICK) {
        if settings.is_stopped() {
            return None;
        }
        if start.elapsed() > case.timeout {
            let limit = case.timeout.as_secs_f64();
            let reason = format!("no result within {limit} s; `timeout` in bench.toml raises it");
            return Some((Status::failed(Failure::Timeout, reason), None));
        }
        if log.is_too_long() {
            return Some((Status::failed(Failure::Error, "output limit exceeded"), None));
        }
    }
    let elapsed = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
    Some(match process.end() {
        Ok(exit) if exit.success() => match measurement(home, &case.id.benchmark, elapsed) {
            Ok(measurement) => (Status::Ok, Some(measurement)),
            Err(fault) => (Status::failed(Failure::Protocol, with_causes(&fault)), None),
        },
        // The exit code of a Rust program that panicked.
        Ok(exit) if exit.code() == Some(101) => (
            Status::failed(Failure::Panic, log.last_words().unwrap_or_else(|| "it panicked".to_owned())),
            None,
        ),
        Ok(exit) => (end::status(exit, process.killer(), &log.tail(), log.last_words().as_deref()), None),
        Err(error) => (Status::failed(Failure::Crash, format!("the process ended: {error}")), None),
    })
}

/// The source of benchmarks that are registered with Criterion 0.3 or 0.4.
const EARLY: &str = "criterion 0.3";

/// The suffixes that the versions of Criterion list names with, and the source that identifies the version.
const LISTED_AS: [(&str, &str); 2] = [(": bench", EARLY), (": benchmark", "criterion")];

/// The benchmarks in the output of `--list`; `None` where it lists something that is not understood.
pub(super) fn benchmarks(listed: &str) -> Option<Vec<BenchmarkInfo>> {
    let info = |(name, source): (&str, &str)| BenchmarkInfo {
        name: name.to_owned(),
        category: None,
        version: None,
        tags: Vec::new(),
        backends: vec![HOST.to_owned()],
        params: BTreeMap::new(),
        source: source.to_owned(),
        entry: None,
    };
    let named = |line| {
        LISTED_AS.iter().find_map(|(suffix, source)| Some((str::strip_suffix(line, suffix)?, *source)))
    };
    let found: Vec<_> = listed.lines().filter_map(named).map(info).collect();
    (!found.is_empty() || listed.trim().is_empty()).then_some(found)
}

#[derive(Deserialize)]
struct SavedSample {
    iters: Vec<f64>,
    times: Vec<f64>,
}

#[derive(Deserialize)]
struct SavedId {
    full_id: String,
    #[serde(default)]
    throughput: Option<serde_json::Value>,
}

/// Why Criterion's files cannot be used.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("cannot read `{}`", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot understand `{}`", path.display())]
    Parse { path: PathBuf, source: serde_json::Error },
    #[error("Criterion reported an impossible value: {0}")]
    Impossible(String),
    #[error("Criterion wrote a negative or non-finite number")]
    NotANumber,
    #[error(
        "Criterion wrote no samples; does the target call `configure_from_args`, as `criterion_main!` does?"
    )]
    NoSamples,
    #[error("Criterion wrote samples for `{}` instead", .0.join("`, `"))]
    Others(Vec<String>),
}

/// The samples that Criterion left under `home` for the benchmark `id`.
fn measurement(home: &Path, id: &str, elapsed_nanos: u64) -> Result<Measurement, Fault> {
    let mut seen = Vec::new();
    for folder in saved(home) {
        let saved: SavedId = read(&folder.join("benchmark.json"))?;
        if is_named(&saved.full_id, id) {
            return of_folder(&folder, &saved, elapsed_nanos);
        }
        seen.push(saved.full_id);
    }
    Err(if seen.is_empty() { Fault::NoSamples } else { Fault::Others(seen) })
}

fn of_folder(folder: &Path, saved: &SavedId, elapsed_nanos: u64) -> Result<Measurement, Fault> {
    let sample: SavedSample = read(&folder.join("sample.json"))?;
    let samples = raw(&sample)?;
    if let Some(fault) = samples.fault(elapsed_nanos) {
        return Err(Fault::Impossible(fault));
    }
    let throughput = throughput(saved.throughput.as_ref()).into_iter().collect();
    let timing_method = TimingMethod::Criterion;
    Ok(Measurement { samples, timing_method, throughput, ..Measurement::default() })
}

/// The last result of every benchmark under a folder that Criterion wrote, `target/criterion`, by its id; an error names the file.
pub(crate) fn saved_results(home: &Path) -> Result<Vec<(String, Measurement)>, String> {
    let result = |folder: PathBuf| {
        let saved: SavedId = read(&folder.join("benchmark.json"))?;
        let measurement = of_folder(&folder, &saved, u64::MAX)?;
        Ok((saved.full_id, measurement))
    };
    let mut results: Vec<_> = saved(home)
        .into_iter()
        .map(result)
        .collect::<Result<_, Fault>>()
        .map_err(|fault| with_causes(&fault))?;
    results.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(results)
}

/// Every folder `…/new` that holds a result.
fn saved(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let folders = entries.map(|entry| entry.path()).filter(|path| path.is_dir());
    folders
        .flat_map(|path| {
            let is_result = path.ends_with("new") && path.join("benchmark.json").is_file();
            if is_result { vec![path] } else { saved(&path) }
        })
        .collect()
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, Fault> {
    let path = path.to_path_buf();
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(source) => return Err(Fault::Read { path, source }),
    };
    serde_json::from_str(&text).map_err(|source| Fault::Parse { path, source })
}

/// Criterion keeps counts and nanoseconds as floating-point numbers.
fn raw(sample: &SavedSample) -> Result<Samples, Fault> {
    let whole = |values: &[f64]| {
        let is_fine = |value: &&f64| value.is_finite() && **value >= 0.0;
        let whole: Vec<u64> = values.iter().filter(is_fine).map(|&value| value.round() as u64).collect();
        (whole.len() == values.len()).then_some(whole).ok_or(Fault::NotANumber)
    };
    Ok(Samples { iterations: whole(&sample.iters)?, nanos: whole(&sample.times)? })
}

fn throughput(saved: Option<&serde_json::Value>) -> Option<Throughput> {
    let of = |name: &str| saved?.get(name)?.as_u64();
    let bytes = of("Bytes").or_else(|| of("BytesDecimal")).map(Throughput::Bytes);
    bytes.or_else(|| of("Elements").map(Throughput::Elements))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home(id: &str, sample: &str) -> tempfile::TempDir {
        let home = tempfile::tempdir().expect("a folder");
        let new = home.path().join("group/func/10/new");
        fs::create_dir_all(&new).expect("folders");
        let saved = format!(r#"{{"group_id":"g","full_id":"{id}","throughput":{{"Bytes":64}}}}"#);
        fs::write(new.join("benchmark.json"), saved).expect("a file");
        fs::write(new.join("sample.json"), sample).expect("a file");
        home
    }

    fn check(sample: &str, expected: Result<&[u64], &str>) {
        let home = home("group/func/10", sample);
        let read = measurement(home.path(), "group/func/10", 1_000);
        match (read, expected) {
            (Ok(measurement), Ok(nanos)) => {
                assert_eq!(measurement.samples.nanos, nanos);
                assert_eq!(measurement.throughput, [Throughput::Bytes(64)]);
            }
            (Err(error), Err(expected)) => assert!(with_causes(&error).contains(expected), "{error}"),
            (read, _) => panic!("{read:?}"),
        }
    }

    #[test]
    fn samples_are_read_raw() {
        check(r#"{"sampling_mode":"Linear","iters":[1.0,2.0],"times":[10.4,21.0]}"#, Ok(&[10, 21]));
        check(
            r#"{"iters":[1.0],"times":[2000.0]}"#,
            Err("an impossible value: samples of 2000 ns within 1000 ns"),
        );
        check(r#"{"iters":[1.0],"times":[-5.0]}"#, Err("a negative or non-finite number"));
        check(r#"{"iters":[1.0]"#, Err("cannot understand"));
    }

    #[test]
    fn another_benchmarks_samples_are_not_taken() {
        let home = home("other", r#"{"iters":[1.0],"times":[2.0]}"#);
        let error = measurement(home.path(), "group/func/10", 1_000).expect_err("it is another");
        assert_eq!(error.to_string(), "Criterion wrote samples for `other` instead");
        let empty = tempfile::tempdir().expect("a folder");
        assert!(matches!(measurement(empty.path(), "x", 1), Err(Fault::NoSamples)));
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named_with_its_cause() {
        let home = home("group/func/10", "{}");
        let sample = home.path().join("group/func/10/new/sample.json");
        fs::remove_file(&sample).expect("it was there");
        let error = measurement(home.path(), "group/func/10", 1_000).expect_err("half of it is missing");
        let text = with_causes(&error);
        assert!(text.contains(&format!("cannot read `{}`: ", sample.display())), "{text}");
    }

    #[test]
    fn the_list_is_read_to_its_last_colon() {
        let check = |listed: &str, expected: Option<&[&str]>| {
            let names = benchmarks(listed).map(|infos| infos.into_iter().map(|info| info.name).collect());
            let expected = expected.map(|names| names.iter().map(ToString::to_string).collect());
            assert_eq!(names, expected as Option<Vec<String>>, "{listed}");
        };
        let names: &[&str] = &["group/a: b", "plain"];
        check("group/a: b: benchmark\nplain: benchmark\nGnuplot not found\nunit: test\n", Some(names));
        check("group/a: b: bench\nplain: bench\n", Some(names));
        check("\n", Some(&[]));
        check("running 3 tests\n", None);
    }

    #[test]
    fn a_name_that_criterion_cut_is_found_by_its_beginning() {
        let full = format!("f16::from_f64/-{}", "17976931348623157".repeat(12));
        let listed = format!("{}...", &full[..97]);
        assert!(is_named(&full, &listed) && is_named(&full, &full));
        assert!(!is_named(&full, "f16::from_f64/-1...") && !is_named("f16::from_f64/0", &listed));
    }

    #[test]
    fn a_name_matches_itself_alone() {
        assert_eq!(escaped("group/f(x) [1.5]"), r"group/f\(x\) \[1\.5\]");
    }
}
