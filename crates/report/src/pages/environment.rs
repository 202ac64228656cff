//! The surroundings that may move a number next to the code: machine, system, toolchain, build.

use accel_bench_record::{Environment, RunRecord};

use super::Runs;
use crate::amount::amount;
use crate::document::{Align, Cell, Row, Section, Table};

pub(super) fn section(runs: Runs<'_>) -> Section {
    let all: Vec<&RunRecord> = [runs.run].into_iter().chain(runs.baseline).chain(runs.elsewhere).collect();
    let titles: Vec<_> = all.iter().map(|run| format!("run {}", run.id)).collect();
    let columns = titles.iter().map(|title| (title.as_str(), Align::Left));
    let columns: Vec<_> = [("", Align::Left)].into_iter().chain(columns).collect();
    let values: Vec<_> = all.iter().map(|run| values(run)).collect();
    let Some(first) = values.first() else { return Section::default() };
    let row = |at: usize| {
        let cells = values.iter().map(|values| Cell::new(&values[at].1));
        Row::new([Cell::new(first[at].0)].into_iter().chain(cells))
    };
    let is_known = |at: &usize| values.iter().any(|values| !values[*at].1.is_empty());
    let rows = (0..first.len()).filter(is_known).map(row);
    Section::new("environment", "Environment").table(Table::new("Environment", &columns).rows(rows))
}

/// The same names for every run; what is not known is empty.
fn values(run: &RunRecord) -> Vec<(&'static str, String)> {
    let Environment { cpu, memory_bytes, adapters, os, load: _ } = &run.surroundings.environment;
    let build = &run.surroundings.build;
    let join = |parts: &[Option<String>]| parts.iter().flatten().cloned().collect::<Vec<_>>().join(" ");
    let physical = cpu.physical_cores.map(|cores| format!("{cores} physical, ")).unwrap_or_default();
    let adapters: Vec<_> = adapters
        .iter()
        .map(|adapter| {
            format!("{} ({}, {} {})", adapter.name, adapter.api, adapter.driver, adapter.driver_version)
        })
        .collect();
    let caches: Vec<_> =
        cpu.caches.iter().map(|(name, bytes)| format!("{name} {}", amount(*bytes as f64, "bytes"))).collect();
    let features: Vec<_> = build
        .features
        .iter()
        .map(|(backend, features)| format!("{backend}: {}", features.join(",")))
        .collect();
    let locked: Vec<_> = build.locked.iter().map(|(name, version)| format!("{name} {version}")).collect();
    vec![
        ("machine class", run.machine.clone()),
        ("CPU", cpu.model.clone().unwrap_or_else(|| cpu.architecture.clone())),
        ("cores", format!("{physical}{} logical", cpu.logical_cores)),
        ("caches", caches.join(", ")),
        ("memory", memory_bytes.map(|bytes| amount(bytes as f64, "bytes")).unwrap_or_default()),
        ("GPU adapters", adapters.join("; ")),
        ("system", join(&[os.name.clone(), os.version.clone(), os.kernel.clone()])),
        ("CPU governor", cpu.governor.clone().unwrap_or_default()),
        ("toolchain", build.rustc.lines().next().unwrap_or_default().to_owned()),
        ("flags of the compiler", build.rustflags.clone()),
        ("features", features.join("; ")),
        ("locked", locked.join(", ")),
        ("built steadily", if build.steady { "yes" } else { "no" }.to_owned()),
        (
            "measured by",
            format!("{} {}", run.tool.source.as_deref().unwrap_or("cargo-accel-bench"), run.tool.version),
        ),
    ]
}
