//! Lists of things: runs, benchmarks, baselines; each in every form.

use std::io::{self, Write};

use accel_bench_engine::compare::Again;
use accel_bench_record::protocol::BenchmarkInfo;
use serde::Serialize;

use super::ledger::{Column, Entry, Ledger};
use super::markdown::Align;
use super::paint::Tone;
use super::plain::plain;
use super::{Format, amount, json, markdown};

/// A thing that is listed.
pub(crate) trait Listed: Serialize {
    /// The name of an entry's kind in JSON.
    const KIND: &'static str;
    /// The first column names the thing.
    const COLUMNS: &'static [Column<'static>];
    /// As many as there are columns.
    fn cells(&self) -> Vec<String>;
    /// The columns for scripts: what the JSON forms call them, all that they hold.
    const FIELDS: &'static [&'static str];
    /// As many as there are fields, nothing shortened and nothing joined that is two things.
    fn fields(&self) -> Vec<String>;
}

/// A run in `log`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct LogRow {
    pub(crate) run: String,
    pub(crate) started: String,
    /// The full hash; absent outside git.
    pub(crate) commit: Option<String>,
    pub(crate) branch: Option<String>,
    pub(crate) subject: Option<String>,
    /// True if the tree was the commit's own.
    pub(crate) clean: bool,
    /// `complete`, `interrupted`, `running`.
    pub(crate) state: String,
    pub(crate) machine: String,
    pub(crate) cases: usize,
    pub(crate) failed: usize,
}

/// A case in a run, in `log CASE`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct CaseLogRow {
    pub(crate) run: String,
    pub(crate) started: String,
    /// The full hash; absent outside git.
    pub(crate) commit: Option<String>,
    /// True if the tree was the commit's own.
    pub(crate) clean: bool,
    pub(crate) machine: String,
    pub(crate) case: String,
    /// The version of the benchmark; absent where it is not known.
    pub(crate) version: Option<String>,
    /// Nanoseconds of an iteration; absent without a result.
    pub(crate) latency_ns: Option<f64>,
    /// `ok`, or how it failed.
    pub(crate) status: String,
}

impl Listed for CaseLogRow {
    const KIND: &'static str = "case";
    const COLUMNS: &'static [Column<'static>] = &[
        ("commit", Align::Left),
        ("run", Align::Left),
        ("version", Align::Left),
        ("latency", Align::Right),
        ("case", Align::Left),
    ];

    fn cells(&self) -> Vec<String> {
        let mut commit = self.commit.as_deref().map_or_else(|| "no commit".to_owned(), short);
        if self.commit.is_some() && !self.clean {
            commit.push_str("-dirty");
        }
        let latency =
            self.latency_ns.map_or_else(|| self.status.clone(), |nanos| amount::amount(nanos, "ns"));
        vec![commit, self.run.clone(), self.version.clone().unwrap_or_default(), latency, self.case.clone()]
    }

    const FIELDS: &'static [&'static str] =
        &["run", "started", "commit", "clean", "machine", "case", "version", "latency_ns", "status"];

    fn fields(&self) -> Vec<String> {
        vec![
            self.run.clone(),
            self.started.clone(),
            self.commit.clone().unwrap_or_default(),
            self.clean.to_string(),
            self.machine.clone(),
            self.case.clone(),
            self.version.clone().unwrap_or_default(),
            self.latency_ns.map(|nanos| nanos.to_string()).unwrap_or_default(),
            self.status.clone(),
        ]
    }
}

/// A case that was measured again, in `rerun`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct AgainRow {
    case: String,
    /// Nanoseconds of an iteration; absent where it failed.
    stored_ns: Option<f64>,
    now_ns: Option<f64>,
    /// Where runs of the same code are expected; absent where too little is known.
    range_low_ns: Option<f64>,
    range_high_ns: Option<f64>,
    inside: Option<bool>,
}

impl AgainRow {
    pub(crate) fn of(row: &Again) -> Self {
        Self {
            case: row.id.to_string(),
            stored_ns: row.stored.as_ref().map(|stored| stored.value),
            now_ns: row.now.as_ref().map(|now| now.value),
            range_low_ns: row.range.map(|range| range[0]),
            range_high_ns: row.range.map(|range| range[1]),
            inside: row.is_inside(),
        }
    }

    /// `±2.1 %`
    fn range(&self) -> Option<String> {
        Some(format!("±{:.1} %", (self.range_high_ns? / self.stored_ns? - 1.0) * 100.0))
    }
}

impl Listed for AgainRow {
    const KIND: &'static str = "case";
    const COLUMNS: &'static [Column<'static>] = &[
        ("case", Align::Left),
        ("stored", Align::Right),
        ("range", Align::Right),
        ("now", Align::Right),
        ("", Align::Left),
    ];

    fn cells(&self) -> Vec<String> {
        let nanos =
            |value: Option<f64>| value.map_or_else(|| "—".to_owned(), |nanos| amount::amount(nanos, "ns"));
        let verdict = match self.inside {
            _ if self.now_ns.is_none() => "no result now",
            Some(true) => "",
            Some(false) => "outside of the range of runs of the same code",
            None => "too little is known of the spread between runs",
        };
        vec![
            self.case.clone(),
            nanos(self.stored_ns),
            self.range().unwrap_or_default(),
            nanos(self.now_ns),
            verdict.to_owned(),
        ]
    }

    const FIELDS: &'static [&'static str] =
        &["case", "stored_ns", "now_ns", "range_low_ns", "range_high_ns", "inside"];

    fn fields(&self) -> Vec<String> {
        let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
        vec![
            self.case.clone(),
            number(self.stored_ns),
            number(self.now_ns),
            number(self.range_low_ns),
            number(self.range_high_ns),
            self.inside.map(|inside| inside.to_string()).unwrap_or_default(),
        ]
    }
}

/// A registered benchmark in `list`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct BenchmarkRow {
    pub(crate) bench: String,
    #[serde(flatten)]
    pub(crate) info: BenchmarkInfo,
}

/// An approved baseline in `baseline list`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct BaselineRow {
    pub(crate) name: String,
    pub(crate) machine: String,
    pub(crate) approved_by: String,
    pub(crate) approved_at: String,
    pub(crate) reason: String,
    pub(crate) commit: Option<String>,
    pub(crate) tag: Option<String>,
    pub(crate) cases: usize,
}

impl Listed for LogRow {
    const KIND: &'static str = "run";
    const COLUMNS: &'static [Column<'static>] = &[
        ("commit", Align::Left),
        // Its time of start is in it; the machine class is in the JSON forms.
        ("run", Align::Left),
        ("cases", Align::Right),
        ("state", Align::Left),
        ("subject", Align::Left),
    ];

    fn cells(&self) -> Vec<String> {
        let cases = if self.failed > 0 {
            format!("{}, {} failed", self.cases, self.failed)
        } else {
            self.cases.to_string()
        };
        let mut commit = self.commit.as_deref().map_or_else(|| "no commit".to_owned(), short);
        if self.commit.is_some() && !self.clean {
            // As `git describe --dirty` marks it.
            commit.push_str("-dirty");
        }
        let subject = self.subject.clone().unwrap_or_default();
        vec![commit, self.run.clone(), cases, self.state.clone(), subject]
    }

    const FIELDS: &'static [&'static str] =
        &["run", "started", "commit", "branch", "subject", "clean", "state", "machine", "cases", "failed"];

    fn fields(&self) -> Vec<String> {
        let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
        vec![
            self.run.clone(),
            self.started.clone(),
            or_empty(&self.commit),
            or_empty(&self.branch),
            or_empty(&self.subject),
            self.clean.to_string(),
            self.state.clone(),
            self.machine.clone(),
            self.cases.to_string(),
            self.failed.to_string(),
        ]
    }
}

impl Listed for BenchmarkRow {
    const KIND: &'static str = "benchmark";
    const COLUMNS: &'static [Column<'static>] = &[
        ("benchmark", Align::Left),
        ("category", Align::Left),
        ("backends", Align::Left),
        ("tags", Align::Left),
        ("parameters", Align::Left),
    ];

    fn cells(&self) -> Vec<String> {
        let info = &self.info;
        let backends = if info.backends.is_empty() { "any".to_owned() } else { info.backends.join(" ") };
        vec![
            format!("{}/{}", self.bench, info.name),
            info.category.clone().unwrap_or_default(),
            backends,
            info.tags.join(" "),
            self.params(),
        ]
    }

    const FIELDS: &'static [&'static str] =
        &["bench", "name", "category", "tags", "backends", "params", "source"];

    fn fields(&self) -> Vec<String> {
        let info = &self.info;
        vec![
            self.bench.clone(),
            info.name.clone(),
            info.category.clone().unwrap_or_default(),
            info.tags.join(" "),
            info.backends.join(" "),
            self.params(),
            info.source.clone(),
        ]
    }
}

impl BenchmarkRow {
    /// `batch-size=1,8 model=bert-tiny`
    fn params(&self) -> String {
        let values = |values: &[accel_bench_record::ParamValue]| {
            values.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
        };
        let params = self.info.params.iter().map(|(name, all)| format!("{name}={}", values(all)));
        params.collect::<Vec<_>>().join(" ")
    }
}

impl Listed for BaselineRow {
    const KIND: &'static str = "baseline";
    const COLUMNS: &'static [Column<'static>] = &[
        ("baseline", Align::Left),
        ("machine", Align::Left),
        ("commit", Align::Left),
        ("cases", Align::Right),
        ("approved", Align::Left),
        ("by", Align::Left),
        ("why", Align::Left),
    ];

    fn cells(&self) -> Vec<String> {
        let commit = self.commit.as_deref().map(short).unwrap_or_default();
        let commit = self.tag.as_ref().map_or(commit.clone(), |tag| format!("{commit} ({tag})"));
        vec![
            self.name.clone(),
            self.machine.clone(),
            commit.trim().to_owned(),
            self.cases.to_string(),
            self.approved_at.clone(),
            self.approved_by.clone(),
            self.reason.clone(),
        ]
    }

    const FIELDS: &'static [&'static str] =
        &["name", "machine", "approved_by", "approved_at", "reason", "commit", "tag", "cases"];

    fn fields(&self) -> Vec<String> {
        vec![
            self.name.clone(),
            self.machine.clone(),
            self.approved_by.clone(),
            self.approved_at.clone(),
            self.reason.clone(),
            self.commit.clone().unwrap_or_default(),
            self.tag.clone().unwrap_or_default(),
            self.cases.to_string(),
        ]
    }
}

/// Writes a list; `width` is the terminal's and counts for the table only.
pub(crate) fn listing<T: Listed>(
    rows: &[T],
    format: Format,
    width: usize,
    to: &mut dyn Write,
) -> io::Result<()> {
    let text = match format {
        Format::Table => table(rows, width),
        Format::Json => json::pretty(&format!("{}s", T::KIND), Rows { rows })?,
        Format::Jsonl => rows.iter().map(|row| json::line(T::KIND, row)).collect::<Result<_, _>>()?,
        Format::Csv => csv(rows)?,
        Format::Markdown => markdown_table(rows),
    };
    to.write_all(text.as_bytes())
}

/// A list within a JSON document.
#[derive(Serialize)]
struct Rows<'a, T: Serialize> {
    rows: &'a [T],
}

fn table<T: Listed>(rows: &[T], width: usize) -> String {
    let entry = |row: &T| {
        let mut cells = row.cells().iter().map(|cell| plain(cell)).collect::<Vec<_>>().into_iter();
        let path = vec![cells.next().unwrap_or_default()];
        // The last column is free text of any length: it is beneath.
        let mut cells: Vec<_> = cells.collect();
        let text = cells.pop().unwrap_or_default();
        let notes = if text.is_empty() { Vec::new() } else { vec![(Tone::Dim, text)] };
        Entry { path, cells, tone: Tone::Plain, notes }
    };
    let columns = T::COLUMNS.iter().skip(1).take(T::COLUMNS.len().saturating_sub(2)).copied().collect();
    Ledger { name: T::COLUMNS[0].0, columns, entries: rows.iter().map(entry).collect(), heading: 1 }
        .render(width)
}

fn markdown_table<T: Listed>(rows: &[T]) -> String {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let titles = line(T::COLUMNS.iter().map(|(title, _)| (*title).to_owned()).collect());
    let rule = line(T::COLUMNS.iter().map(|_| "---".to_owned()).collect());
    let escaped = |row: &T| line(row.cells().iter().map(|cell| markdown::escape(cell)).collect());
    titles + &rule + &rows.iter().map(escaped).collect::<String>()
}

fn csv<T: Listed>(rows: &[T]) -> io::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(T::FIELDS)?;
    for row in rows {
        writer.write_record(row.fields().iter().map(|field| plain(field)))?;
    }
    super::sheet::text(writer)
}

/// Nine digits, as git shows them in a repository of some size.
fn short(commit: &str) -> String {
    commit.chars().take(9).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::paint::bare as without_colors;

    fn render<T: Listed>(rows: &[T], format: Format, width: usize) -> String {
        let mut text = Vec::new();
        listing(rows, format, width, &mut text).expect("a vector takes all");
        let text = String::from_utf8(text).expect("reports are UTF-8");
        ["\u{1b}[1m", "\u{1b}[2m", "\u{1b}[0m"].iter().fold(text, |text, code| text.replace(code, ""))
    }

    fn log() -> Vec<LogRow> {
        let row = LogRow {
            run: "20261121-093045-3f9a".into(),
            started: "2026-11-21T09:30:45Z".into(),
            commit: Some("4f2c9d1e7b8a6053c1d2e3f405162738495a6b7c".into()),
            branch: Some("main".into()),
            subject: Some("Fuse the softmax | and \u{1b}[31mmore".into()),
            clean: true,
            state: "complete".into(),
            machine: "epyc-2c".into(),
            cases: 12,
            failed: 0,
        };
        let dirty = LogRow { clean: false, failed: 2, subject: None, ..row.clone() };
        let outside = LogRow { commit: None, state: "interrupted".into(), ..dirty.clone() };
        vec![row, dirty, outside]
    }

    fn benchmarks() -> Vec<BenchmarkRow> {
        let params = [
            ("model".to_owned(), vec!["bert-tiny".into(), "bert-base-uncased".into()]),
            ("batch-size".to_owned(), vec![1.into(), 8.into()]),
        ];
        let info = BenchmarkInfo {
            name: "inference/forward".into(),
            category: Some("inference".into()),
            version: None,
            tags: vec!["encoder".into(), "quick".into()],
            backends: vec!["ndarray".into(), "wgpu".into()],
            params: params.into(),
            source: "benches/encoder.rs:12".into(),
            entry: None,
        };
        let bare = BenchmarkInfo {
            name: "matmul".into(),
            category: None,
            version: None,
            tags: vec![],
            backends: vec![],
            params: [].into(),
            source: "benches/kernels.rs:3".into(),
            entry: None,
        };
        vec![
            BenchmarkRow { bench: "encoder".into(), info },
            BenchmarkRow { bench: "kernels".into(), info: bare },
        ]
    }

    fn baselines() -> Vec<BaselineRow> {
        let row = BaselineRow {
            name: "release".into(),
            machine: "epyc-2c".into(),
            approved_by: "Ada <ada@example.org>".into(),
            approved_at: "2026-11-21".into(),
            reason: "the fused softmax is worth 3 % of memory".into(),
            commit: Some("4f2c9d1e7b8a6053".into()),
            tag: Some("v1.2.0".into()),
            cases: 12,
        };
        vec![BaselineRow { tag: None, commit: None, ..row.clone() }, row]
    }

    #[test]
    fn the_log() {
        insta::assert_snapshot!(render(&log(), Format::Table, 100), @r"
        commit           run                          cases  state
        4f2c9d1e7        20261121-093045-3f9a            12  complete
            Fuse the softmax | and \u{1b}[31mmore
        4f2c9d1e7-dirty  20261121-093045-3f9a  12, 2 failed  complete
        no commit        20261121-093045-3f9a  12, 2 failed  interrupted
        ");
        insta::assert_snapshot!(render(&log(), Format::Table, 50), @r"
        4f2c9d1e7
          run    20261121-093045-3f9a
          cases  12
          state  complete
          Fuse the softmax | and \u{1b}[31mmore
        4f2c9d1e7-dirty
          run    20261121-093045-3f9a
          cases  12, 2 failed
          state  complete
        no commit
          run    20261121-093045-3f9a
          cases  12, 2 failed
          state  interrupted
        ");
    }

    #[test]
    fn the_log_for_scripts() {
        insta::assert_snapshot!(render(&log()[..1], Format::Jsonl, 80), @r#"
        {"format":1,"kind":"run","run":"20261121-093045-3f9a","started":"2026-11-21T09:30:45Z","commit":"4f2c9d1e7b8a6053c1d2e3f405162738495a6b7c","branch":"main","subject":"Fuse the softmax | and \u001b[31mmore","clean":true,"state":"complete","machine":"epyc-2c","cases":12,"failed":0}
        "#);
        insta::assert_snapshot!(render(&log()[..2], Format::Csv, 80), @r#"
        run,started,commit,branch,subject,clean,state,machine,cases,failed
        20261121-093045-3f9a,2026-11-21T09:30:45Z,4f2c9d1e7b8a6053c1d2e3f405162738495a6b7c,main,Fuse the softmax | and \u{1b}[31mmore,true,complete,epyc-2c,12,0
        20261121-093045-3f9a,2026-11-21T09:30:45Z,4f2c9d1e7b8a6053c1d2e3f405162738495a6b7c,main,,false,complete,epyc-2c,12,2
        "#);
        insta::assert_snapshot!(render(&log()[..1], Format::Markdown, 80), @r"
        | commit | run | cases | state | subject |
        | --- | --- | --- | --- | --- |
        | 4f2c9d1e7 | 20261121-093045-3f9a | 12 | complete | Fuse the softmax \| and \\u{1b}\[31mmore |
        ");
    }

    #[test]
    fn the_benchmarks() {
        insta::assert_snapshot!(render(&benchmarks(), Format::Table, 80), @"
        benchmark                  category   backends      tags
        encoder/inference/forward  inference  ndarray wgpu  encoder quick
            batch-size=1,8 model=bert-tiny,bert-base-uncased
        kernels/matmul                        any
        ");
        insta::assert_snapshot!(render(&benchmarks()[1..], Format::Json, 80), @r#"
        {
          "format": 1,
          "kind": "benchmarks",
          "rows": [
            {
              "bench": "kernels",
              "name": "matmul",
              "category": null,
              "tags": [],
              "backends": [],
              "params": {},
              "source": "benches/kernels.rs:3"
            }
          ]
        }
        "#);
    }

    #[test]
    fn the_baselines() {
        insta::assert_snapshot!(render(&baselines(), Format::Table, 80), @"
        baseline  machine  commit              cases  approved    by
        release   epyc-2c                         12  2026-11-21  Ada <ada@example.org>
            the fused softmax is worth 3 % of memory
        release   epyc-2c  4f2c9d1e7 (v1.2.0)     12  2026-11-21  Ada <ada@example.org>
            the fused softmax is worth 3 % of memory
        ");
        insta::assert_snapshot!(render(&baselines(), Format::Markdown, 80), @"
        | baseline | machine | commit | cases | approved | by | why |
        | --- | --- | --- | --- | --- | --- | --- |
        | release | epyc-2c |  | 12 | 2026-11-21 | Ada &lt;ada&#64;example.org&gt; | the fused softmax is worth 3 % of memory |
        | release | epyc-2c | 4f2c9d1e7 (v1.2.0) | 12 | 2026-11-21 | Ada &lt;ada&#64;example.org&gt; | the fused softmax is worth 3 % of memory |
        ");
    }

    /// The keys of one row in JSON lines, without those of the envelope, are the columns of CSV.
    fn same_fields<T: Listed>(rows: &[T]) {
        let line = render(&rows[..1], Format::Jsonl, 80);
        let json: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        let mut keys: Vec<_> = json.as_object().expect("an object").keys().map(String::as_str).collect();
        keys.retain(|key| !["format", "kind"].contains(key));
        let mut fields = T::FIELDS.to_vec();
        keys.sort_unstable();
        fields.sort_unstable();
        assert_eq!(keys, fields);
        for row in rows {
            assert_eq!((row.fields().len(), row.cells().len()), (T::FIELDS.len(), T::COLUMNS.len()));
        }
    }

    #[test]
    fn scripts_get_the_same_from_csv_as_from_json() {
        same_fields(&log());
        same_fields(&benchmarks());
        same_fields(&baselines());
    }

    #[test]
    fn csv_comes_back_as_it_was() {
        let text = render(&benchmarks(), Format::Csv, 80);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let read: Vec<Vec<String>> = reader
            .records()
            .map(|record| record.expect("a record").iter().map(str::to_owned).collect())
            .collect();
        let written: Vec<_> = benchmarks().iter().map(Listed::fields).collect();
        assert_eq!(read, written);
    }

    #[test]
    fn an_empty_list_is_an_empty_table() {
        assert_eq!(render::<LogRow>(&[], Format::Table, 80), "");
        assert_eq!(render::<LogRow>(&[], Format::Jsonl, 80), "");
        assert_eq!(render::<BaselineRow>(&[], Format::Csv, 80).lines().count(), 1, "its columns");
    }

    /// Nothing that is in a commit's subject or a benchmark's name may reach the terminal as a command, break
    /// a table's row or become another cell.
    #[test]
    fn hostile_texts_stay_in_their_cells() {
        let hostile = [
            "\u{1b}]0;title\u{7}",
            "a\nb",
            "a\r\nb",
            "a|b",
            "a,b",
            "a\"b",
            "\u{202e}abc",
            "\u{9b}31m",
            "`|`",
        ];
        for text in hostile {
            let named = || Some(text.to_owned());
            let row = LogRow { subject: named(), branch: named(), ..log()[0].clone() };
            let of = |format| render(std::slice::from_ref(&row), format, 200);
            let forms = [(Format::Table, 3), (Format::Markdown, 3), (Format::Csv, 2), (Format::Jsonl, 1)];
            for (format, lines) in forms {
                let told = of(format);
                assert_eq!(told.lines().count(), lines, "{text:?}: {told}");
                let obeyed = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
                assert!(!told.contains(obeyed), "{text:?}: {told:?}");
            }
            let csv = of(Format::Csv);
            let mut reader = csv::Reader::from_reader(csv.as_bytes());
            let widths: Vec<_> = reader.records().map(|row| row.expect("CSV").len()).collect();
            assert_eq!(widths, [LogRow::FIELDS.len()], "{text:?}");
            let cells = |line: &str| line.replace("\\|", "").matches('|').count();
            let cells: Vec<_> = of(Format::Markdown).lines().map(cells).collect();
            assert_eq!(cells, [LogRow::COLUMNS.len() + 1; 3], "{text:?}");
        }
    }

    #[test]
    fn cases_that_were_measured_again() {
        let estimate = |nanos: f64| accel_bench_record::Estimate::of_processes(vec![nanos; 3]);
        let row = |stored: f64, now: Option<f64>, range: Option<[f64; 2]>| {
            let id = accel_bench_engine::compare::sample::case("enc/forward@ndarray", &[]).id;
            AgainRow::of(&Again { id, stored: estimate(stored), now: now.and_then(estimate), range })
        };
        let rows = [
            row(1e6, Some(1.01e6), Some([0.98e6, 1.02e6])),
            row(1e6, Some(1.5e6), Some([0.98e6, 1.02e6])),
            row(1e6, Some(1.5e6), None),
            row(1e6, None, None),
        ];
        insta::assert_snapshot!(without_colors(&render(&rows, Format::Table, 80)), @"
        case                   stored   range       now
        enc/forward@ndarray  1.000 ms  ±2.0 %  1.010 ms
        enc/forward@ndarray  1.000 ms  ±2.0 %  1.500 ms
            outside of the range of runs of the same code
        enc/forward@ndarray  1.000 ms          1.500 ms
            too little is known of the spread between runs
        enc/forward@ndarray  1.000 ms                 —
            no result now
        ");
        insta::assert_snapshot!(render(&rows, Format::Csv, 80), @"
        case,stored_ns,now_ns,range_low_ns,range_high_ns,inside
        enc/forward@ndarray,1000000,1010000,980000,1020000,true
        enc/forward@ndarray,1000000,1500000,980000,1020000,false
        enc/forward@ndarray,1000000,1500000,,,
        enc/forward@ndarray,1000000,,,,
        ");
        insta::assert_snapshot!(render(&rows[..1], Format::Jsonl, 80), @r#"{"format":1,"kind":"case","case":"enc/forward@ndarray","stored_ns":1000000.0,"now_ns":1010000.0,"range_low_ns":980000.0,"range_high_ns":1020000.0,"inside":true}"#);
    }

    #[test]
    fn a_case_over_its_runs() {
        let row = |run: &str, version: Option<&str>, latency_ns: Option<f64>, clean: bool| CaseLogRow {
            run: run.into(),
            started: "2026-11-28T02:04:05Z".into(),
            commit: Some("4f2c9d1e7b8a6053c1d2e3f405162738495a6b7c".into()),
            clean,
            machine: "epyc-2c".into(),
            case: "enc/forward@ndarray".into(),
            version: version.map(str::to_owned),
            latency_ns,
            status: if latency_ns.is_some() { "ok".into() } else { "panic".into() },
        };
        let rows = [
            row("20261128-020405-3f9a", Some("2"), Some(1.5e6), false),
            row("20261128-010405-77aa", Some("src-3f9a0c77aa12"), Some(1e6), true),
            row("20261127-010405-0001", None, None, true),
        ];
        insta::assert_snapshot!(without_colors(&render(&rows, Format::Table, 80)), @"
        commit           run                   version            latency
        4f2c9d1e7-dirty  20261128-020405-3f9a  2                 1.500 ms
            enc/forward@ndarray
        4f2c9d1e7        20261128-010405-77aa  src-3f9a0c77aa12  1.000 ms
            enc/forward@ndarray
        4f2c9d1e7        20261127-010405-0001                       panic
            enc/forward@ndarray
        ");
        insta::assert_snapshot!(render(&rows, Format::Csv, 80), @"
        run,started,commit,clean,machine,case,version,latency_ns,status
        20261128-020405-3f9a,2026-11-28T02:04:05Z,4f2c9d1e7b8a6053c1d2e3f405162738495a6b7c,false,epyc-2c,enc/forward@ndarray,2,1500000,ok
        20261128-010405-77aa,2026-11-28T02:04:05Z,4f2c9d1e7b8a6053c1d2e3f405162738495a6b7c,true,epyc-2c,enc/forward@ndarray,src-3f9a0c77aa12,1000000,ok
        20261127-010405-0001,2026-11-28T02:04:05Z,4f2c9d1e7b8a6053c1d2e3f405162738495a6b7c,true,epyc-2c,enc/forward@ndarray,,,panic
        ");
        insta::assert_snapshot!(render(&rows, Format::Markdown, 80), @"
        | commit | run | version | latency | case |
        | --- | --- | --- | --- | --- |
        | 4f2c9d1e7-dirty | 20261128-020405-3f9a | 2 | 1.500 ms | enc/forward&#64;ndarray |
        | 4f2c9d1e7 | 20261128-010405-77aa | src-3f9a0c77aa12 | 1.000 ms | enc/forward&#64;ndarray |
        | 4f2c9d1e7 | 20261127-010405-0001 |  | panic | enc/forward&#64;ndarray |
        ");
    }
}
