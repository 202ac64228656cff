//! Reports: a run and a range of commits in each form, and what goes wrong on the way to a file.

use std::fs;

use accel_bench_record::Interleaved;
use serde_json::Value;

use crate::support::synthetic::{commits, noise, run, store};
use crate::support::{Project, Ran};

/// Two commits with a run each; `squares` takes half as long again in the second.
fn project(name: &str) -> (Project, Vec<String>) {
    let project = Project::new(name).toml("").under_git();
    let commits = commits(project.root(), 2);
    for (at, commit) in commits.iter().enumerate() {
        let slower = if at == 0 { 1.0 } else { 1.5 };
        let value = |seed: u64, nanos: f64| Some(nanos * noise(seed + at as u64, 0.001).exp());
        let cases = [("squares", value(1, 52_000.0 * slower)), ("cubes", value(2, 1_200.0)), ("roots", None)];
        store(project.root(), run(at, commit, &cases.map(|(name, value)| (name.to_owned(), value))));
    }
    (project, commits)
}

fn report(project: &Project, line: &str) -> Ran {
    project.accel_bench(&format!("report {line}"))
}

fn sections(document: &Value) -> Vec<&str> {
    let sections = document["sections"].as_array().expect("sections");
    sections.iter().filter_map(|section| section["id"].as_str()).collect()
}

#[test]
fn the_last_run_becomes_a_page_that_needs_nothing_else() {
    let (project, commits) = project("report-html");
    let made = report(&project, "").exits(0).says("Report");
    let path = made.stderr.split_whitespace().last().expect("a path").to_owned();
    let page = fs::read_to_string(&path).expect("the page is where it says");
    assert!(path.contains("/.accel-bench/reports/") && path.ends_with(".html"), "{path}");
    for words in [&commits[1][..9], "demo/squares/n=64@host", "<svg ", "How to measure it again"] {
        assert!(page.contains(&words.replace('/', "/<wbr>")) || page.contains(words), "`{words}`");
    }
    assert_eq!(
        page,
        project.accel_bench("show --format html").exits(0).stdout,
        "without a table it shows no trends"
    );
}

#[test]
fn two_commits_are_compared() {
    let (project, commits) = project("report-range");
    let document = report(&project, "HEAD~1..HEAD --format json --output -").exits(0).json();
    assert_eq!(sections(&document)[..2], ["verdicts", "results"]);
    let table = &document["sections"][0]["blocks"]
        .as_array()
        .expect("blocks")
        .iter()
        .find(|block| block["block"] == "table");
    let row = &table.expect("a table")["rows"][0]["cells"];
    assert_eq!(
        (&row[0]["text"], &row[4]["text"]),
        (&"demo/squares/n=64@host".into(), &"? undecided".into()),
        "{row}"
    );
    let title = document["title"].as_str().expect("a title");
    assert!(title.contains(" against ") && title.contains(&commits[0][..9]), "{title}");
    let ids: Vec<_> =
        project.runs().iter().filter_map(|file| Some(file.file_stem()?.to_str()?.to_owned())).collect();
    let line = format!("compare run:{} run:{} --stored --no-run --format html", ids[0], ids[1]);
    let page = project.accel_bench(&line).exits_with_one_of(&[0, 1, 3, 7]).stdout;
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("? undecided"), "{page}");
}

#[test]
fn markdown_has_its_charts_beside_it() {
    let (project, _) = project("report-markdown");
    report(&project, "--format markdown --output docs/bench.md").exits(0);
    let text = project.read("docs/bench.md");
    let charts: Vec<_> = text.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0)).collect();
    assert!(
        !charts.is_empty() && charts.iter().all(|chart| chart.starts_with("bench-charts/")),
        "{charts:?}"
    );
    for chart in charts {
        assert!(project.read(format!("docs/{chart}")).contains("</svg>"), "{chart}");
    }
    report(&project, "--format markdown --output -").exits(2).says("is more than one file");
}

#[test]
fn a_run_of_a_comparison_is_shown_with_the_other_side() {
    let (project, commits) = project("report-turns");
    let value = |nanos: f64| vec![("squares".to_owned(), Some(nanos))];
    let (mut base, mut candidate) =
        (run(10, &commits[0], &value(500.0)), run(11, &commits[1], &value(550.0)));
    for (own, other) in [(&mut base, "20231114-222420-000b"), (&mut candidate, "20231114-222320-000a")] {
        own.interleaved = Some(Interleaved { with: other.to_owned(), seed: 1, ..Interleaved::default() });
    }
    let ids = [base.id.clone(), candidate.id.clone()];
    assert_eq!(ids, ["20231114-222320-000a", "20231114-222420-000b"]);
    [base, candidate].into_iter().for_each(|run| store(project.root(), run));
    let of = |id: &str| report(&project, &format!("run:{id} --format json --output -")).exits(0).json();
    assert_eq!(sections(&of(&ids[1]))[0], "verdicts");
    assert_eq!(sections(&of(&ids[0]))[0], "results", "the baseline is shown alone");
    let gone =
        project.runs().into_iter().find(|file| file.to_string_lossy().contains(&ids[0])).expect("its file");
    fs::remove_file(gone).expect("removed");
    assert_eq!(sections(&of(&ids[1]))[0], "results", "the other side was removed");
}

#[test]
fn other_machines_are_shown_next_to_the_run() {
    let (project, commits) = project("report-elsewhere");
    let mut other = run(12, &commits[1], &[("squares".to_owned(), Some(30_000.0))]);
    other.machine = "m4-10c".to_owned();
    store(project.root(), other);
    let csv = report(&project, "HEAD --format csv --output -").exits(0).stdout;
    let machines = ["@host on epyc-2c,", "@host on m4-10c,"];
    assert!(machines.iter().all(|machine| csv.contains(machine)), "{csv}");
}

#[cfg(feature = "pdf")]
#[test]
fn pages_to_print() {
    let (project, _) = project("report-pdf");
    report(&project, "--format pdf --output bench.pdf").exits(0);
    let pdf = fs::read(project.path("bench.pdf")).expect("a file");
    assert!(pdf.starts_with(b"%PDF-") && pdf.len() > 20_000, "{} bytes", pdf.len());
}

#[test]
fn a_file_s_path_may_begin_with_two_points() {
    let (project, commits) = project("report-path");
    let file =
        project.runs().into_iter().find(|file| file.to_string_lossy().contains(&commits[0])).expect("a run");
    fs::copy(file, project.path("one.json")).expect("a copy");
    let document = project.accel_bench("-C src report ../one.json --format json --output -").exits(0).json();
    assert_eq!(sections(&document)[0], "results", "it is one run, and no range");
    assert!(
        document["title"].as_str().is_some_and(|title| title.starts_with(&commits[0][..9])),
        "{document}"
    );
}

#[test]
fn two_machine_classes_are_shown_as_that() {
    let (project, commits) = project("report-machines");
    let mut other = run(13, &commits[1], &[("squares".to_owned(), Some(30_000.0))]);
    other.machine = "m4-10c".to_owned();
    let id = other.id.clone();
    store(project.root(), other);
    let page = report(&project, &format!("HEAD~1..run:{id} --output -")).exits(0).stdout;
    assert!(page.contains("Forced: "), "{page}");
}

#[test]
fn each_form_has_a_file_of_its_own() {
    let (project, _) = project("report-forms");
    for (format, extension) in [("html", "html"), ("markdown", "md"), ("json", "json"), ("csv", "csv")] {
        let made = report(&project, &format!("--format {format}")).exits(0);
        let path = made.stderr.split_whitespace().last().map(str::to_owned).expect("a path");
        assert!(path.ends_with(&format!(".{extension}")), "{path}");
        let text = fs::read_to_string(&path).expect("the file is where it says");
        assert!(text.contains("squares"), "{format}: {text}");
    }
}

#[test]
fn tables_for_scripts() {
    let (project, _) = project("report-csv");
    let csv = report(&project, "--format csv --output -").exits(0).stdout;
    assert!(csv.starts_with("section,table,row,column,text,value\n"), "{csv}");
    let latency =
        csv.lines().find(|line| line.contains("cubes") && line.contains(",latency,")).expect("a line");
    let value: f64 = latency.rsplit(',').next().expect("a value").parse().expect("a number");
    assert!((1_190.0..1_210.0).contains(&value), "{latency}");
}

#[cfg(feature = "history")]
#[test]
fn with_a_table_there_are_trends() {
    let (project, _) = project("report-trends");
    project.accel_bench("history").exits(0);
    let document = report(&project, "--format json --output -").exits(0).json();
    assert!(!sections(&document).contains(&"trends"), "two commits do not make a trend");
    let page = project.accel_bench("trend --format html").exits(0).stdout;
    assert!(page.starts_with("<!DOCTYPE html>"), "{page}");
}

#[test]
fn what_cannot_be_reported_or_written() {
    let (project, _) = project("report-errors");
    report(&project, "no-such-run").exits_with_one_of(&[2, 4, 9]).says("no-such-run");
    report(&project, "HEAD~9..HEAD").exits(2).says("HEAD~9");
    report(&project, "--format docx").exits(2).says("possible values: html, markdown, pdf, json, csv");
    #[cfg(not(feature = "pdf"))]
    report(&project, "--format pdf").exits(2).says("--features pdf");
    report(&project, "run:20990101-000000-ffff").exits_with_one_of(&[2, 4]).says("20990101-000000-ffff");
    report(&project, "--output").exits(2).says("--output <PATH>");
    report(&project, "HEAD~1..no-such-branch").exits(2).says("no-such-branch");
    project.write("file", "");
    report(&project, "--output file/report.html").exits(8).says("file");
    assert_eq!(project.read("file"), "", "what stood there is untouched");
}
