//! Run by hand or by cargo: a readable summary on stdout.

use std::env;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use super::arguments::{self, Act, Arguments, HELP};
use super::{case, complain, precision};
use crate::bencher::Mode;
use crate::registry::{self, Registration};
use accel_bench_record::protocol::Sampling;
use accel_bench_record::stats::quantile;
use accel_bench_record::units::{Bytes, Nanos, PerSecond};
use accel_bench_record::{CaseKey, Failure, Measurement, Params, Status};

pub(super) fn main(target: &str, benchmarks: &[&Registration]) -> ExitCode {
    let arguments = match arguments::parse(env::args_os().skip(1)) {
        Ok(arguments) => arguments,
        Err(error) => return complain(&format!("{error}; `--help` says what there is")),
    };
    // A reader that went away (`| head`) is not a failure of the benchmarks.
    run(target, benchmarks, &arguments, &mut io::stdout().lock()).unwrap_or(ExitCode::SUCCESS)
}

fn run(
    target: &str,
    benchmarks: &[&Registration],
    arguments: &Arguments,
    out: &mut impl Write,
) -> io::Result<ExitCode> {
    let cases: Vec<_> = benchmarks
        .iter()
        .flat_map(|registration| cases(target, registration, arguments.backend.as_deref()))
        .filter(|(_, id)| arguments.selects(&id.to_string()) && precision::is_own(id))
        .collect();
    let apart = precision::apart(cases.iter().map(|(_, id)| id));
    if matches!(arguments.act, Act::Test | Act::Measure) && !apart.is_empty() {
        return precision::one_by_one(&apart);
    }
    match arguments.act {
        Act::Help => out.write_all(HELP.as_bytes()).map(|()| ExitCode::SUCCESS),
        Act::List => list(&cases, arguments, out).map(|()| ExitCode::SUCCESS),
        Act::Test => all(&cases, None, out),
        Act::Measure => all(&cases, Some(sampling(arguments)), out),
    }
}

/// The benchmark's own matrix on one backend: the first that it names, unless told otherwise.
fn cases<'a>(
    target: &str,
    registration: &'a Registration,
    backend: Option<&str>,
) -> Vec<(&'a Registration, CaseKey)> {
    let backend = backend.or_else(|| registration.backends.first().copied()).unwrap_or("host").to_owned();
    let id = |params: Params| CaseKey {
        bench: target.to_owned(),
        benchmark: registration.full_name(),
        params,
        backend: backend.clone(),
    };
    registry::matrix(&registration.info().params).into_iter().map(|cell| (registration, id(cell))).collect()
}

fn list(cases: &[(&Registration, CaseKey)], arguments: &Arguments, out: &mut impl Write) -> io::Result<()> {
    // Nothing is ever ignored: a runner that asks for the ignored ones gets an empty list.
    let shown = if arguments.ignored { &[] } else { cases };
    for (_, id) in shown {
        writeln!(out, "{id}: {}", if arguments.terse { "test" } else { "benchmark" })?;
    }
    if !arguments.terse {
        writeln!(out, "\n0 tests, {} benchmarks", shown.len())?;
    }
    Ok(())
}

/// Without a sampling each case is run once.
fn all(
    cases: &[(&Registration, CaseKey)],
    sampling: Option<Sampling>,
    out: &mut impl Write,
) -> io::Result<ExitCode> {
    case::remember_panics();
    let mut failed = 0;
    for (registration, id) in cases {
        let params = id.params.clone();
        let mode = sampling.map_or(Mode::Once, Mode::Measure);
        let (status, measurement) =
            case::run(registration, &id.backend, params, None, mode, Box::new(|_, _| ()));
        failed += usize::from(status.is_fault());
        match (status, measurement, sampling) {
            (Status::Failed { kind, reason }, ..) => failure(id, kind, &reason, out)?,
            (Status::Ok, Some(measurement), Some(_)) => summary(id, &measurement, out)?,
            (Status::Ok, ..) => writeln!(out, "Testing {id} ... ok")?,
        }
        out.flush()?;
    }
    if failed > 0 {
        writeln!(out, "\n{failed} of {} cases failed", cases.len())?;
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

fn failure(id: &CaseKey, kind: Failure, reason: &str, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{id}\n    {kind}: {reason}")
}

/// Three lines like Criterion's: median with the 5 and 95 % quantiles of the samples, rates, memory.
fn summary(id: &CaseKey, measurement: &Measurement, out: &mut impl Write) -> io::Result<()> {
    let times = measurement.samples.per_iteration();
    let shown = |p| quantile(&times, p).and_then(Nanos::new).map(|time| time.to_string()).unwrap_or_default();
    writeln!(out, "{id}")?;
    writeln!(out, "    time   {}  [p5 {}, p95 {}]", shown(0.5), shown(0.05), shown(0.95))?;
    for rate in measurement.all_rates() {
        let value = PerSecond::new(rate.value).map(|rate| rate.to_string()).unwrap_or_default();
        writeln!(out, "    {}  {value}", rate.metric.name)?;
    }
    for metric in &measurement.metrics {
        let bytes = (metric.unit == "bytes").then(|| Bytes::new(metric.value)).flatten();
        let value =
            bytes.map_or_else(|| format!("{} {}", metric.value, metric.unit), |bytes| bytes.to_string());
        writeln!(out, "    {}  {value}", metric.name)?;
    }
    if let Some(leak) = measurement.leak() {
        let bytes = Bytes::new(leak.bytes_per_iteration).map(|bytes| bytes.to_string()).unwrap_or_default();
        writeln!(out, "    leaks {bytes} an iteration")?;
    }
    Ok(())
}

fn sampling(arguments: &Arguments) -> Sampling {
    let nanos = |duration: Duration| u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
    Sampling {
        warm_up_nanos: nanos(arguments.warm_up.unwrap_or(Duration::from_secs(1))),
        time_nanos: nanos(arguments.time.unwrap_or(Duration::from_secs(2))),
        sample_nanos: 1_000_000,
        min_samples: 10,
        max_samples: 10_000,
    }
}
