//! From a run to its rows.

use std::collections::BTreeSet;

use accel_bench_record::catalogue::Known;
use accel_bench_record::{
    Basis, CaseKey, CaseRecord, Direction, Estimate, Measurement, ParamValue, RunRecord, Status,
};
use chrono::NaiveDateTime;
use jiff::Timestamp;

use crate::facts::RunFacts;
use crate::gaps::Gap;
use crate::row::Row;

/// The metric of the time of one iteration, and its unit.
pub const LATENCY: (&str, &str) = ("latency-ns", "ns");

/// All rows of a run: for each case its latency, then the metrics that were declared, then rates and counts; for a case without a result
/// one row that says why.
pub(crate) fn rows(run: &RunRecord, facts: &RunFacts, gaps: &[Gap]) -> Vec<Row> {
    let template = of_run(run, facts);
    let measured = run.cases.iter().flat_map(|case| of_case(&template, case));
    let interleaved = run.interleaved.iter();
    let skipped = interleaved.flat_map(|turns| turns.identical.iter().map(|key| (key, &turns.with)));
    let skipped = skipped.filter(|(key, _)| run.case(key).is_none()).map(|(key, with)| {
        let reason = format!("the executable is that of run {with}");
        without_value(&template, key, "skipped", reason)
    });
    let missing = gaps.iter().map(|gap| without_value(&template, &gap.case, "missing", gap.reason.clone()));
    measured.chain(skipped).chain(missing).collect()
}

/// The columns that are the same for all rows of a run.
fn of_run(run: &RunRecord, facts: &RunFacts) -> Row {
    let environment = &run.surroundings.environment;
    let facts = facts.clone();
    Row {
        run: facts.id,
        started: time(&facts.started),
        source: facts.source,
        run_state: facts.state,
        commit: facts.commit,
        commit_time: facts.commit_time.as_deref().and_then(time),
        generation: facts.generation.map(|generation| generation as i64),
        branch: facts.branch,
        tag: facts.tag,
        subject: facts.subject,
        dirty: facts.tree == "dirty",
        tree: facts.tree,
        machine: facts.machine,
        cpu: environment.cpu.model.clone(),
        architecture: environment.cpu.architecture.clone(),
        physical_cores: environment.cpu.physical_cores.map(|cores| cores as i64),
        logical_cores: environment.cpu.logical_cores as i64,
        memory_bytes: environment.memory_bytes.map(|bytes| bytes as i64),
        system: facts.setup.system,
        drivers: facts.setup.drivers,
        toolchain: facts.setup.toolchain,
        host: run.surroundings.build.host.clone(),
        build: facts.setup.build,
        steady: facts.steady,
        lock_hash: run.surroundings.build.lock_hash.clone(),
        profile: run.profile.name.clone(),
        selection: facts.selection,
        backend: String::new(),
        device: None,
        case_name: String::new(),
        case_key: String::new(),
        bench: String::new(),
        benchmark: String::new(),
        version: None,
        params: String::new(),
        model: None,
        batch_size: None,
        sequence_length: None,
        precision: None,
        category: None,
        tags: String::new(),
        metric: LATENCY.0.to_owned(),
        unit: LATENCY.1.to_owned(),
        better: direction(Direction::Lower).to_owned(),
        value: None,
        low: None,
        high: None,
        n: 0,
        status: "ok".to_owned(),
        reason: None,
    }
}

fn of_key(run: &Row, key: &CaseKey) -> Row {
    let number = |name: &str| match key.params.get(name) {
        Some(ParamValue::Int(number)) => Some(*number),
        _ => None,
    };
    let text = |name: &str| key.params.get(name).map(ToString::to_string);
    Row {
        backend: key.backend.clone(),
        case_name: key.to_string(),
        case_key: serde_json::to_string(key).unwrap_or_default(),
        bench: key.bench.clone(),
        benchmark: key.benchmark.clone(),
        params: serde_json::to_string(&key.params).unwrap_or_default(),
        model: text("model"),
        batch_size: number("batch-size"),
        sequence_length: number("sequence-length"),
        precision: text("precision"),
        ..run.clone()
    }
}

fn without_value(run: &Row, key: &CaseKey, status: &str, reason: String) -> Row {
    Row { status: status.to_owned(), reason: Some(reason), ..of_key(run, key) }
}

fn of_case(run: &Row, case: &CaseRecord) -> Vec<Row> {
    let template = Row {
        device: case.processes.iter().find_map(|process| process.device.clone()),
        category: case.category.clone(),
        version: case.version.clone(),
        tags: case.tags.join(","),
        ..of_key(run, &case.id)
    };
    if let Status::Failed { kind, reason } = &case.status {
        // Values of the processes before the failure are of a case that does not work.
        return vec![Row { status: kind.to_string(), reason: Some(reason.clone()), ..template }];
    }
    let valued = |(name, unit, better): (&str, &str, Direction), estimate: Option<Estimate>| {
        let estimate = estimate?;
        let (low, high) = estimate.interval.map(|interval| (interval.low, interval.high)).unzip();
        let n = if estimate.basis == Basis::Samples { 1 } else { estimate.processes.len() };
        Some(Row {
            metric: name.to_owned(),
            unit: unit.to_owned(),
            better: direction(better).to_owned(),
            value: Some(estimate.value),
            low,
            high,
            n: n as i64,
            ..template.clone()
        })
    };
    let latency = valued((LATENCY.0, LATENCY.1, Direction::Lower), Estimate::of_latency(case));
    let declared = distinct(case.metrics(), |metric| metric.name.as_str()).into_iter().filter_map(|metric| {
        let values = case.values_of(&metric.name);
        valued((&metric.name, &metric.unit, metric.better), Estimate::of_processes(values))
    });
    let all_rates = case.processes.iter().flat_map(Measurement::all_rates).map(|rate| rate.metric);
    let rates = distinct(all_rates, |metric: &&Known| metric.name).into_iter().filter_map(|metric| {
        valued((metric.name, metric.unit, metric.better), Estimate::of_processes(case.rates_of(metric)))
    });
    latency.into_iter().chain(declared).chain(rates).collect()
}

/// The first of each name.
fn distinct<T>(all: impl Iterator<Item = T>, name: impl Fn(&T) -> &str) -> Vec<T> {
    let mut seen = BTreeSet::new();
    all.filter(|one| seen.insert(name(one).to_owned())).collect()
}

pub(crate) fn direction(better: Direction) -> &'static str {
    match better {
        Direction::Lower => "lower",
        Direction::Higher => "higher",
        Direction::Neither => "neither",
    }
}

/// `None` for what is not a time: the column is null then.
fn time(rfc3339: &str) -> Option<NaiveDateTime> {
    let time: Timestamp = rfc3339.parse().ok()?;
    chrono::DateTime::from_timestamp_micros(time.as_microsecond()).map(|time| time.naive_utc())
}

#[cfg(test)]
mod tests {
    use accel_bench_record::Interleaved;

    use super::*;
    use crate::sample_tests::{case, key, run};

    fn of(run: &RunRecord, gaps: &[Gap]) -> Vec<Row> {
        rows(run, &RunFacts::of(run, Some(3), Some("v1".into())), gaps)
    }

    #[test]
    fn a_case_has_a_row_for_each_metric() {
        let rows = of(&run(1, vec![case("squares", Some(100))]), &[]);
        let shown: Vec<_> =
            rows.iter().map(|row| (row.metric.as_str(), row.unit.as_str(), row.better.as_str())).collect();
        let expected = [
            ("latency-ns", "ns", "lower"),
            ("host-rss-peak-bytes", "bytes", "lower"),
            ("tokens-per-s", "/s", "higher"),
        ];
        assert_eq!(shown, expected);
        assert_eq!((rows[0].value, rows[0].n, rows[1].value), (Some(100.0), 2, Some(1e6)));
        assert!(rows[2].value.is_some_and(|rate| (rate - 8e7).abs() < 1.0));
        let row = &rows[0];
        assert_eq!((row.generation, row.tag.as_deref(), row.dirty), (Some(3), Some("v1"), false));
        assert_eq!(
            (row.model.as_deref(), row.batch_size, row.tags.as_str()),
            (Some("tiny"), None, "quick,cpu")
        );
        assert_eq!(row.case_name, "demo/squares/tiny/n=64@host");
        assert_eq!(serde_json::from_str::<CaseKey>(&row.case_key).expect("a key"), key("squares"));
        assert_eq!(row.started.map(|time| time.to_string()).as_deref(), Some("2026-11-28 02:04:05.500"));
    }

    #[test]
    fn what_has_no_result_is_a_row() {
        let gap = Gap { case: key("gone"), reason: "it was in run x".into() };
        let mut record = run(1, vec![case("broken", None)]);
        let turns =
            Interleaved { with: "other".into(), identical: vec![key("same")], ..Interleaved::default() };
        record.interleaved = Some(turns);
        let rows = of(&record, &[gap]);
        let shown: Vec<_> = rows
            .iter()
            .map(|row| {
                (row.benchmark.as_str(), row.status.as_str(), row.reason.as_deref().unwrap_or_default())
            })
            .collect();
        let expected = [
            ("broken", "panic", "index out of bounds"),
            ("same", "skipped", "the executable is that of run other"),
            ("gone", "missing", "it was in run x"),
        ];
        assert_eq!(shown, expected);
        assert!(rows.iter().all(|row| row.value.is_none() && row.metric == "latency-ns"));
    }

    #[test]
    fn a_time_that_is_none_is_null() {
        let record =
            RunRecord { started: "@99999999999999".into(), ..run(1, vec![case("squares", Some(1))]) };
        assert_eq!(of(&record, &[])[0].started, None);
    }

    #[test]
    #[expect(clippy::too_many_lines, reason = "a snapshot is as long as what it shows")]
    fn one_row_in_full() {
        let rows = of(&run(1, vec![case("squares", Some(100))]), &[]);
        insta::assert_debug_snapshot!(rows[0], @r#"
        Row {
            run: "20261128-000001-0000",
            started: Some(
                2026-11-28T02:04:05.500,
            ),
            source: "accel-bench",
            run_state: "complete",
            commit: Some(
                "0000000000000000000000000000000000000001",
            ),
            commit_time: Some(
                2026-11-27T00:00:00,
            ),
            generation: Some(
                3,
            ),
            branch: Some(
                "main",
            ),
            tag: Some(
                "v1",
            ),
            subject: Some(
                "Change 1",
            ),
            tree: "clean",
            dirty: false,
            machine: "epyc-2c",
            cpu: None,
            architecture: "",
            physical_cores: None,
            logical_cores: 0,
            memory_bytes: None,
            system: "",
            drivers: "",
            toolchain: "",
            host: "",
            build: "",
            steady: false,
            lock_hash: None,
            profile: "default",
            selection: "{\"version\":1}",
            backend: "host",
            device: Some(
                "cpu",
            ),
            case_name: "demo/squares/tiny/n=64@host",
            case_key: "{\"bench\":\"demo\",\"benchmark\":\"squares\",\"params\":{\"model\":\"tiny\",\"n\":64},\"backend\":\"host\"}",
            bench: "demo",
            benchmark: "squares",
            version: None,
            params: "{\"model\":\"tiny\",\"n\":64}",
            model: Some(
                "tiny",
            ),
            batch_size: None,
            sequence_length: None,
            precision: None,
            category: Some(
                "inference",
            ),
            tags: "quick,cpu",
            metric: "latency-ns",
            unit: "ns",
            better: "lower",
            value: Some(
                100.0,
            ),
            low: Some(
                100.0,
            ),
            high: Some(
                100.0,
            ),
            n: 2,
            status: "ok",
            reason: None,
        }
        "#);
    }
}
