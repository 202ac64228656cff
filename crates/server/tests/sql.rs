//! The program, asked about a history of two runs; and what it must not do for a stranger's query.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use accel_bench_engine::compare::sample;
use accel_bench_history::{Input, Table};
use accel_bench_record::catalogue::{NUM_PARAMS, TTFT};
use accel_bench_record::{Failure, RunId, RunRecord, Throughput};
use assert_cmd::Command;
use serde_json::{Value, json};
use tempfile::TempDir;

const TINY: &str = "models/encoder-only/bert-tiny@ndarray?batch-size=4&sequence-length=128&precision=f32";

fn record(id: &str, nanos: f64) -> RunRecord {
    let mut tiny =
        sample::with_rss(sample::with_work(sample::case(TINY, &[nanos; 3]), Throughput::Samples(4)), 64e6);
    for process in &mut tiny.processes {
        process.metrics.extend([TTFT.of(1.5), NUM_PARAMS.of(4_390_000.0)]);
    }
    let failed = sample::failed(sample::case("kernels/matmul@wgpu?n=64", &[]), Failure::Oom, "no memory");
    sample::run(id, vec![tiny, failed])
}

/// The folder of a history of two runs.
fn history() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let records = [record("20261121-093045-3f9a", 2e6), record("20261121-101500-77aa", 3e6)];
    let records: BTreeMap<_, _> = records.map(|record| (RunId::new(record.id.clone()), record)).into();
    let ids = records.keys().cloned().collect();
    let mut load =
        |id: &RunId| Some(Input { record: records.get(id)?.clone(), generation: Some(7), tag: None });
    let update = Table::open(folder.path().join("history")).rebuild(&ids, &mut load).expect("a table");
    assert_eq!(update.runs, 2);
    folder
}

fn server(arguments: &[&str]) -> Command {
    let mut command = Command::cargo_bin("accel-bench-server").expect("the program");
    command.args(arguments);
    command
}

fn sql(folder: &Path, arguments: &[&str]) -> Command {
    let history = folder.join("history");
    let mut command = server(&["sql", "--history"]);
    command.arg(history).args(arguments).current_dir(folder);
    command
}

#[track_caller]
fn rows(folder: &Path, query: &str) -> Value {
    let output = sql(folder, &["--format=json", query]).output().expect("it starts");
    assert!(output.status.success(), "{query}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[track_caller]
fn refused(folder: &Path, arguments: &[&str], code: i32, words: &str) {
    let output = sql(folder, arguments).output().expect("it starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {stderr}");
    assert!(stderr.contains(words), "{arguments:?}: {stderr}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
}

#[test]
fn results_are_the_rows_of_the_history() {
    let folder = history();
    let latencies =
        "SELECT run, value, n FROM results WHERE metric = 'latency-ns' AND status = 'ok' ORDER BY run";
    let expected = json!([
        {"run": "20261121-093045-3f9a", "value": 2e6, "n": 3},
        {"run": "20261121-101500-77aa", "value": 3e6, "n": 3},
    ]);
    assert_eq!(rows(folder.path(), latencies), expected);
    let failed =
        rows(folder.path(), "SELECT DISTINCT status, reason, value FROM results WHERE bench = 'kernels'");
    assert_eq!(failed, json!([{"status": "oom", "reason": "no memory", "value": null}]));
}

#[test]
fn views_in_the_shape_of_the_field() {
    let folder = history();
    let runs = rows(folder.path(), "FROM benchmark_runs WHERE model_id = 'bert-tiny' ORDER BY id");
    let first = &runs[0];
    assert_eq!(first["id"], "20261121-093045-3f9a:bert-tiny@ndarray");
    assert_eq!(first["timestamp"], "2026-11-21T09:30:45");
    assert_eq!((&first["device"], &first["architecture_type"]), (&json!("host"), &json!("encoder-only")));
    assert_eq!(
        (&first["parameter_count"], &first["description"]),
        (&json!(4_390_000), &json!("4f2c9d1e7 Fuse the softmax"))
    );
    let query = "SELECT r.* FROM benchmark_results r JOIN benchmark_runs b ON r.run_id = b.id
                 WHERE b.model_id = 'bert-tiny' ORDER BY run_id";
    let result = &rows(folder.path(), query)[0];
    let shown = ["batch_size", "sequence_length", "precision", "latency_ms"].map(|name| result[name].clone());
    assert_eq!(shown, [json!(4), json!(128), json!("f32"), json!(2.0)]);
    assert_eq!((&result["first_token_latency_ms"], &result["peak_memory_mb"]), (&json!(1.5), &json!(64.0)));
    assert_eq!(result["throughput_samples_per_sec"], 2000.0);
    let metrics: Value =
        serde_json::from_str(result["device_metrics"].as_str().expect("JSON")).expect("JSON");
    assert_eq!(metrics["num-params"], 4_390_000.0);
}

#[test]
fn stdin_and_every_form() {
    let folder = history();
    let query = "SELECT count(*) AS runs FROM (SELECT DISTINCT run FROM results);";
    for (format, expected) in [
        ("csv", "runs\n2\n"),
        ("jsonl", "{\"runs\":2}\n"),
        ("table", " runs\n    2\n"),
        ("markdown", "| runs |\n| ---: |\n| 2 |\n"),
    ] {
        let output =
            sql(folder.path(), &["--format", format, "-"]).write_stdin(query).output().expect("it starts");
        assert_eq!(
            String::from_utf8_lossy(&output.stdout),
            expected,
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

#[test]
fn a_stranger_s_query_only_reads_the_history() {
    let folder = history();
    fs::write(folder.path().join("secret.csv"), "a,b\n1,2\n").expect("written");
    let inside = folder.path().join("history/out.parquet");
    for query in [
        "COPY (SELECT 1) TO 'out.csv'",
        &format!("COPY (SELECT 1) TO '{}'", inside.display()),
        "ATTACH 'other.db'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "DROP VIEW results",
        "SELECT 1; SELECT 2",
        "CREATE TABLE x AS SELECT 1",
        "PRAGMA database_list",
    ] {
        refused(folder.path(), &[query], 2, "only one SELECT statement is answered");
    }
    for query in [
        "FROM 'secret.csv'",
        "FROM read_csv('secret.csv')",
        "FROM read_text('/etc/passwd')",
        "FROM glob('/etc/*')",
        "FROM read_parquet('../*/history/*.parquet')",
        "FROM read_csv('https://example.org/x.csv')",
        "FROM query('COPY (SELECT 1) TO ''out.csv''')",
        "SELECT getenv('HOME')",
    ] {
        refused(folder.path(), &[query], 2, "error: ");
    }
    let left: Vec<_> =
        fs::read_dir(folder.path()).expect("a folder").flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(left.len(), 2, "nothing was written: {left:?}");
    assert!(!inside.exists());
}

#[test]
fn a_query_has_limits() {
    let folder = history();
    let endless = "SELECT count(*) FROM range(1000000000) a, range(1000000000) b";
    refused(folder.path(), &["--timeout=0.2", endless], 2, "took longer than 0.2 s");
    let large = "SELECT list(a.range || b.range::VARCHAR) FROM range(100000) a, range(100000) b";
    refused(folder.path(), &["--memory=50MB", "--timeout=60", large], 2, "memory");
    let output =
        sql(folder.path(), &["--rows=3", "--format=csv", "FROM range(10)"]).output().expect("it starts");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "range\n0\n1\n2\n");
    assert!(String::from_utf8_lossy(&output.stderr).contains("only the first 3 rows"));
    let exact =
        sql(folder.path(), &["--rows=10", "--format=csv", "FROM range(10)"]).output().expect("it starts");
    assert!(exact.stderr.is_empty(), "{}", String::from_utf8_lossy(&exact.stderr));
}

#[test]
fn a_fault_behind_the_first_rows_is_an_error_and_no_part_of_an_answer() {
    let folder = history();
    let late =
        "SELECT CASE WHEN range = 3000000 THEN error('late') ELSE range::VARCHAR END FROM range(4000000)";
    refused(folder.path(), &["--rows=5000000", "--memory=4GB", "--format=csv", late], 2, "late");
    let slow = "SELECT a.range FROM range(100000000) a, range(100000000) b WHERE a.range % 1000000 = 999999";
    refused(folder.path(), &["--timeout=0.5", "--rows=100000000", slow], 2, "took longer than 0.5 s");
}

#[test]
fn mistakes_are_shown_where_they_are() {
    let folder = history();
    refused(folder.path(), &["SELECT latency FROM results"], 2, "\"latency\" not found");
    refused(folder.path(), &["SELEC 1"], 2, "SELEC");
    refused(folder.path(), &["--timeout=never", "SELECT 1"], 2, "not a number of seconds");
    let empty = tempfile::tempdir().expect("a folder");
    refused(empty.path(), &["SELECT 1"], 4, "the history is empty");
}

#[test]
fn a_broken_file_is_named() {
    let folder = history();
    fs::write(folder.path().join("history/broken.parquet"), "PAR1 nothing PAR1").expect("written");
    refused(folder.path(), &["SELECT count(*) FROM results"], 8, "broken.parquet");
}

#[test]
fn copies_are_databases_of_their_own() {
    let folder = history();
    let (duckdb, sqlite) = (folder.path().join("copy.duckdb"), folder.path().join("copy.sqlite"));
    let export = |option: &str, file: &Path| {
        let mut command = server(&["export", "--history"]);
        command.arg(folder.path().join("history")).arg(option).arg(file).output().expect("it starts")
    };
    let expected =
        rows(folder.path(), "SELECT count(*) AS n FROM results")[0]["n"].as_i64().expect("a number");
    for (option, file) in [("--duckdb", &duckdb), ("--sqlite", &sqlite)] {
        let output = export(option, file);
        let stdout = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(stdout.starts_with(&format!("{expected} rows in")), "{stdout}");
        let again = export(option, file);
        assert_eq!(again.status.code(), Some(2), "a file that is there is not replaced");
    }
    let database = duckdb::Connection::open(&duckdb).expect("a database");
    let query =
        "SELECT latency_ms FROM benchmark_results WHERE latency_ms IS NOT NULL ORDER BY 1 DESC LIMIT 1";
    assert_eq!(database.query_row(query, [], |row| row.get::<_, f64>(0)).ok(), Some(3.0));
    let database = rusqlite::Connection::open(&sqlite).expect("a database");
    assert_eq!(database.query_row(query, [], |row| row.get::<_, f64>(0)).ok(), Some(3.0));
    let count: i64 =
        database.query_row("SELECT count(*) FROM results", [], |row| row.get(0)).expect("a count");
    assert_eq!(count, expected);
    let left = fs::read_dir(folder.path()).expect("a folder").count();
    assert_eq!(left, 3, "no half file is left");
}
