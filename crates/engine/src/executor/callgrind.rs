//! Instructions, cache misses and branches of one iteration, counted by valgrind's callgrind.
//!
//! The child runs on a simulated processor, where no other process disturbs it, and only what the harness calls a batch that
//! counts is counted. So the same executable gives the same counts whatever else the machine does, unless it draws random numbers.
//! Libraries that choose their code by the processor give others on another kind of it.
//! <https://valgrind.org/docs/manual/cl-manual.html>

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use accel_bench_record::Counts;
use accel_bench_record::catalogue::{
    BRANCH_MISSES, BRANCHES, FIRST_LEVEL_MISSES, INSTRUCTIONS, Known, LAST_LEVEL_MISSES,
};

use super::seat::Fault;
use super::under::{Under, is_installed, reason, sampled};
use super::{Alone, Error, Settings};
use crate::plan::Harness;

/// Program and manual call it by this name.
const TOOL: &str = "callgrind";

/// The function of the harness in which counting is on, as the symbols of both manglings have it.
const COUNTED_IN: &str = "*accel_bench*sampler*counted_batch*";

/// A program on the simulated processor may take this many times as long to answer: gzip took 80 times as long, with caches and
/// branches simulated (valgrind 3.19).
const SLOWER: u32 = 100;

/// The caches that are simulated, in bytes, ways and bytes of a line: by default they would be the machine's own, and misses would
/// differ from machine to machine.
const CACHES: [&str; 3] = ["--I1=32768,8,64", "--D1=32768,8,64", "--LL=8388608,16,64"];

/// One sample takes about this long, in nanoseconds of the simulated processor: next to a million instructions the some hundred of
/// the harness do not matter.
const SAMPLE_NANOS: u64 = 30_000_000;

/// Counts a case in a process of its own; see [`Executor::count`](super::Executor::count).
pub(super) fn count(alone: Alone<'_>, settings: &Settings) -> Result<Option<Counts>, Error> {
    let unsupported = |reason: &str| Ok(Some(Counts::Unsupported { reason: reason.to_owned() }));
    if alone.unit.harness == Harness::Criterion {
        return unsupported("Criterion does not say how many iterations it runs");
    }
    if !is_installed("valgrind") {
        return unsupported(
            "valgrind is not installed; `apt install valgrind`, or your system's package of it",
        );
    }
    let folder = tempfile::Builder::new().prefix("accel-bench-").tempdir();
    let folder = folder.map_err(|source| Error::Channel { source })?;
    let output = folder.path().join("counts");
    // A warm-up as short as can be: what is counted does not depend on it.
    let under =
        Under { program: program(&output), slower: SLOWER, warm_up_nanos: 1, sample_nanos: SAMPLE_NANOS };
    let iterations = match sampled(alone, under, settings) {
        Ok(iterations) => iterations,
        Err(Fault::Stopped) => return Ok(None),
        Err(Fault::Run(error)) => return Err(error),
        Err(Fault::Case(status)) => return unsupported(&format!("under valgrind: {}", reason(&status))),
    };
    let Some(totals) = fs::read_to_string(&output).ok().as_deref().and_then(totals) else {
        return unsupported("callgrind wrote no counts");
    };
    let metrics = metrics(&totals, iterations);
    if metrics.is_empty() {
        return unsupported("callgrind found no function of the harness: the executable has no symbols");
    }
    Ok(Some(Counts::Counted { tool: TOOL.to_owned(), iterations, metrics }))
}

/// Callgrind, to write to this file.
fn program(output: &Path) -> Vec<String> {
    let switches =
        ["--quiet", "--collect-atstart=no", "--cache-sim=yes", "--branch-sim=yes", "--demangle=no"];
    let switches = switches.map(str::to_owned).into_iter();
    let written = format!("--callgrind-out-file={}", output.display());
    let counted = format!("--toggle-collect={COUNTED_IN}");
    let tool = ["valgrind".to_owned(), format!("--tool={TOOL}")];
    let caches = CACHES.map(str::to_owned);
    tool.into_iter().chain(switches).chain(caches).chain([written, counted]).collect()
}

/// The totals of callgrind's file by the event's name (Callgrind's manual, "Callgrind Format Specification").
fn totals(text: &str) -> Option<BTreeMap<String, u64>> {
    let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
    let names = field("events:")?.split_whitespace();
    let counts = field("totals:").or_else(|| field("summary:"))?.split_whitespace();
    let counts = counts.map(|count| count.parse::<u64>().ok()).collect::<Option<Vec<_>>>()?;
    // Events that never happened at the end of the line are left out.
    Some(names.map(str::to_owned).zip(counts.into_iter().chain(std::iter::repeat(0))).collect())
}

/// Each for one iteration; none where nothing was counted.
fn metrics(totals: &BTreeMap<String, u64>, iterations: u64) -> Vec<accel_bench_record::Metric> {
    let sum = |names: &[&str]| names.iter().filter_map(|name| totals.get(*name)).sum::<u64>() as f64;
    let all: [(&Known, f64); 5] = [
        (&INSTRUCTIONS, sum(&["Ir"])),
        (&BRANCHES, sum(&["Bc", "Bi"])),
        (&BRANCH_MISSES, sum(&["Bcm", "Bim"])),
        (&FIRST_LEVEL_MISSES, sum(&["I1mr", "D1mr", "D1mw"])),
        (&LAST_LEVEL_MISSES, sum(&["ILmr", "DLmr", "DLmw"])),
    ];
    if all[0].1 == 0.0 {
        return Vec::new();
    }
    all.into_iter().map(|(known, count)| known.of(count / iterations.max(1) as f64)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Unit;

    /// A file of callgrind 3.19, cut.
    const FILE: &str = "# callgrind format\nversion: 1\ncreator: callgrind-3.19.0\n\
        events: Ir Dr Dw I1mr D1mr D1mw ILmr DLmr DLmw Bc Bcm Bi Bim\n\
        fl=(1) ???\nfn=(1) f\n0 4000 100 20 3 4 1 2 1\n\
        totals: 4000 100 20 3 4 1 2 1 0 500 25 4 1\n";

    #[test]
    fn totals_are_divided_by_the_iterations() {
        let totals = totals(FILE).expect("it has totals");
        let metrics = metrics(&totals, 4);
        let found: Vec<_> = metrics.iter().map(|metric| (metric.name.as_str(), metric.value)).collect();
        let expected = [
            ("instructions", 1000.0),
            ("branches", 126.0),
            ("branch-misses", 6.5),
            ("l1-misses", 2.0),
            ("ll-misses", 0.75),
        ];
        assert_eq!(found, expected);
        assert!(metrics.iter().all(|metric| metric.source.as_deref() == Some("callgrind")));
    }

    #[test]
    fn files_that_say_nothing() {
        assert_eq!(totals(""), None);
        assert_eq!(totals("events: Ir\n"), None);
        assert_eq!(totals("events: Ir\ntotals: many\n"), None);
        assert_eq!(totals("events: Ir Bc\nsummary: 7\n"), Some([("Ir".into(), 7), ("Bc".into(), 0)].into()));
        // No function of that name was called.
        assert_eq!(metrics(&totals("events: Ir\ntotals: 0\n").expect("totals"), 1), []);
    }

    #[test]
    fn the_executable_runs_under_callgrind() {
        let arguments = program(Path::new("/tmp/x"));
        assert_eq!(arguments[..2], ["valgrind", "--tool=callgrind"]);
        assert!(arguments.contains(&"--callgrind-out-file=/tmp/x".to_owned()), "{arguments:?}");
        let unit = Unit { under: arguments, ..crate::plan::sample_tests::unit("host", &["a"]) };
        let log = tempfile::tempfile().expect("a file");
        let command = super::super::child::command(&unit, &log, &[]).expect("a command");
        assert_eq!(command.get_program(), "valgrind");
        let last: Vec<_> = command.get_args().skip(unit.under.len() - 1).collect();
        assert_eq!(last, ["x", "--bench"], "the executable, and its argument");
    }
}
