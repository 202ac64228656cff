//! The pages: what the tool says, for people.

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use maud::{DOCTYPE, Markup, html};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use accel_bench_report::amount::amount;

use super::Shared;
use super::problem::Problem;

/// Runs on the first page.
const RUNS: usize = 100;

/// A first question to the history.
const EXAMPLE: &str = "SELECT case_name, count(*) AS runs, median(value) AS ns\nFROM results WHERE metric = 'latency-ns'\nGROUP BY ALL ORDER BY ns";

pub(super) fn all() -> Router<Shared> {
    Router::new()
        .route("/", get(overview))
        .route("/runs/{id}", get(run))
        .route("/sql", get(sql))
        .route("/enter", get(enter))
        .route("/style.css", get(style))
        .route("/enter.js", get(async || script(include_str!("enter.js"))))
        .route("/sql.js", get(async || script(include_str!("sql.js"))))
}

fn script(text: &'static str) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], text)
}

async fn style() -> impl IntoResponse {
    let text = format!("{}{}", accel_bench_report::html::STYLE, include_str!("dashboard.css"));
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], text)
}

fn page(title: &str, scripts: &[&str], content: &Markup) -> Html<String> {
    let links = [("/", "Runs"), ("/api/reports/html", "Report"), ("/sql", "SQL")];
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                (accel_bench_report::html::meta())
                title { (title) " · accel-bench" }
                link rel="icon" href="data:,";
                link rel="stylesheet" href="/style.css";
                @for script in scripts { script type="module" src=(script) {} }
            }
            body {
                header {
                    h1 { (title) }
                    nav aria-label="Pages" {
                        @for (href, name) in links { a href=(href) aria-current=[(name == title).then_some("page")] { (name) } }
                    }
                }
                main { (content) }
            }
        }
    };
    Html(page.into_string())
}

/// A problem as a page.
fn trouble(title: &str, problem: &Problem) -> Response {
    let content = html! {
        p.bad { (problem.title()) }
        @if let Some(hint) = problem.hint_text() { p { (hint) } }
    };
    (problem.status(), page(title, &[], &content)).into_response()
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    let unread = |error| Problem::of(None, &format!("error: the tool's answer is not understood: {error}"));
    serde_json::from_str(text).map_err(unread)
}

#[derive(Deserialize)]
struct Runs {
    rows: Vec<Run>,
}

#[derive(Deserialize)]
struct Run {
    run: String,
    started: String,
    commit: Option<String>,
    branch: Option<String>,
    subject: Option<String>,
    state: String,
    machine: String,
    cases: usize,
    failed: usize,
}

async fn overview(State(shared): State<Shared>) -> Response {
    let said = shared.tool.runs(RUNS).await;
    match said.and_then(|text| read::<Runs>(&text)) {
        Ok(runs) => page("Runs", &[], &of_runs(&runs.rows)).into_response(),
        Err(problem) => trouble("Runs", &problem),
    }
}

fn of_runs(runs: &[Run]) -> Markup {
    if runs.is_empty() {
        return html! { p { "Nothing is stored yet. " code { "cargo accel-bench" } " measures and stores." } };
    }
    html! {
        div.table {
            table {
                caption { "The last " (runs.len()) " runs, newest first" }
                tr { th { "Run" } th { "Started" } th { "Commit" } th { "Branch" } th { "State" } th.right { "Cases" } th.right { "Failed" } th { "Machine" } }
                @for run in runs {
                    tr {
                        td { a href={"/runs/" (run.run)} { (run.run) } }
                        td { (day_and_minute(&run.started)) }
                        td.long { (run.commit.as_deref().unwrap_or_default().get(..9).unwrap_or_default()) " " span.dim { (run.subject.as_deref().unwrap_or_default()) } }
                        td { (run.branch.as_deref().unwrap_or_default()) }
                        td class=(if run.state == "complete" { "good" } else { "open" }) { (run.state) }
                        td.right { (run.cases) }
                        td.right.bad[run.failed > 0] { (run.failed) }
                        td.dim { (run.machine) }
                    }
                }
            }
        }
    }
}

/// `2026-11-28 18:15` of a time in RFC 3339.
fn day_and_minute(time: &str) -> String {
    time.get(..16).unwrap_or(time).replace('T', " ")
}

#[derive(Deserialize)]
struct Shown {
    run: String,
    started: String,
    machine: String,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    case: String,
    status: String,
    reason: Option<String>,
    latency_ns: Option<f64>,
    latency_low_ns: Option<f64>,
    latency_high_ns: Option<f64>,
}

async fn run(State(shared): State<Shared>, Path(id): Path<String>) -> Response {
    let said = match super::routes::word(&id) {
        Ok(id) => shared.tool.run(id).await,
        Err(problem) => Err(problem),
    };
    match said.and_then(|text| read::<Shown>(&text)) {
        Ok(shown) => page(&format!("Run {}", shown.run), &[], &of_run(&shown)).into_response(),
        Err(problem) => trouble("Run", &problem),
    }
}

fn of_run(shown: &Shown) -> Markup {
    html! {
        p.note { (day_and_minute(&shown.started)) ", " (shown.machine) ". "
            a href={"/api/reports/html?of=" (shown.run)} { "Report with charts" } ", "
            a href={"/api/runs/" (shown.run)} { "JSON" }
        }
        div.table {
            table {
                caption { (shown.cases.len()) " cases; 95 % intervals" }
                tr { th { "Case" } th { "Status" } th.right { "Latency" } th.right { "Lowest" } th.right { "Highest" } th { "Reason" } }
                @for case in &shown.cases {
                    tr {
                        td { (case.case) }
                        td class=(tone(&case.status)) { (case.status) }
                        @for nanos in [case.latency_ns, case.latency_low_ns, case.latency_high_ns] {
                            td.right { (nanos.map(|nanos| amount(nanos, "ns")).unwrap_or_default()) }
                        }
                        td.long { (case.reason.as_deref().unwrap_or_default()) }
                    }
                }
            }
        }
    }
}

fn tone(status: &str) -> &'static str {
    match status {
        "ok" => "good",
        "unsupported" => "dim",
        _ => "bad",
    }
}

#[derive(Deserialize)]
struct Asked {
    q: Option<String>,
}

async fn sql(Query(asked): Query<Asked>) -> Html<String> {
    let content = html! {
        form {
            label for="query" { "One SELECT over " code { "results" } ", " code { "benchmark_runs" } " and " code { "benchmark_results" } }
            textarea #query name="query" spellcheck="false" { (asked.q.as_deref().unwrap_or(EXAMPLE)) }
            button { "Ask" } " " span.note { "or Ctrl Enter" }
        }
        p.note role="status" {}
        div.table { table {} }
    };
    page("SQL", &["/sql.js"], &content)
}

async fn enter() -> Html<String> {
    let content = html! {
        p { "Open the address that " code { "cargo accel-bench dashboard" } " printed: it has the token that this page needs." }
    };
    page("Enter", &["/enter.js"], &content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_other_people_are_text() {
        let run = Run {
            run: "r-1".to_owned(),
            started: "2026-11-28T18:15:05.68Z".to_owned(),
            commit: Some("a766df8d1ac0".to_owned()),
            branch: Some("<b>".to_owned()),
            subject: Some("<script>alert(1)</script>".to_owned()),
            state: "complete".to_owned(),
            machine: "\"><img src=x>".to_owned(),
            cases: 3,
            failed: 1,
        };
        let text = of_runs(&[run]).into_string();
        assert!(!text.contains("<script>") && !text.contains("<img") && !text.contains("<b>"), "{text}");
        assert!(
            text.contains("a766df8d1 ") && text.contains("2026-11-28 18:15") && text.contains("/runs/r-1"),
            "{text}"
        );
        assert!(of_runs(&[]).into_string().contains("cargo accel-bench"));
    }

    #[test]
    fn a_run_shows_its_cases() {
        let text = r#"{"run":"r-1","started":"2026","machine":"m","cases":[
            {"case":"a<b>","status":"ok","reason":null,"latency_ns":1500.0,"latency_low_ns":1400.0,"latency_high_ns":1600.0},
            {"case":"c","status":"failed","reason":"no memory","latency_ns":null,"latency_low_ns":null,"latency_high_ns":null}]}"#;
        let page = of_run(&read(text).expect("a run")).into_string();
        assert!(
            page.contains("a&lt;b&gt;") && page.contains("1.500 µs") && page.contains("no memory"),
            "{page}"
        );
        assert!(read::<Shown>("[]").is_err());
    }
}
