//! The API. Bodies are the documents that the tool's `--format json` prints; docs/dashboard.md lists them.

use accel_bench_report::html;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::problem::Problem;
use super::{Shared, access};

/// The longest word of a question.
const MOST: usize = 200;

/// Runs in one answer, unless fewer are asked for.
const RUNS: usize = 100;

/// Rows of a query's answer, unless fewer are asked for.
const ROWS: usize = 10_000;

pub(super) fn all() -> Router<Shared> {
    Router::new()
        .route(access::SESSION, post(session))
        .route("/api/health", get(health))
        .route("/api/runs", get(runs))
        .route("/api/runs/{id}", get(run))
        .route("/api/compare", get(compare))
        .route("/api/changes", get(changes))
        .route("/api/hardware", get(hardware))
        .route("/api/recommendation", get(recommendation))
        .route("/api/compatibility", get(compatibility))
        .route("/api/roofline", get(roofline))
        .route("/api/reports/{format}", get(report))
        .route("/api/query", post(query))
        .fallback(async || Problem::new(StatusCode::NOT_FOUND, "there is nothing of that name"))
}

type Answer = Result<Response, Problem>;

fn json(text: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}

/// A name in a question: of a run, a revision, a model. No path, no option, no text that means something to anyone.
pub(super) fn word(text: &str) -> Result<&str, Problem> {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "._:/~^@=+-".contains(letter);
    let is_name = !text.is_empty() && text.len() <= MOST && text.chars().all(is_plain);
    let is_path = text.starts_with(['/', '.', '~']) || text.contains("..") || text.ends_with(".json");
    if !is_name || is_path || text.starts_with('-') {
        return Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "a name is expected: letters, digits and `._:/~^@=+-`",
        ));
    }
    Ok(text)
}

async fn health() -> Response {
    json(serde_json::json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }).to_string())
}

#[derive(Deserialize)]
struct Count {
    n: Option<usize>,
}

async fn runs(State(shared): State<Shared>, Query(count): Query<Count>) -> Answer {
    shared.tool.runs(count.n.unwrap_or(RUNS).clamp(1, 10 * RUNS)).await.map(json)
}

async fn run(State(shared): State<Shared>, Path(id): Path<String>) -> Answer {
    shared.tool.run(word(&id)?).await.map(json)
}

#[derive(Deserialize)]
struct Sides {
    base: String,
    candidate: String,
}

async fn compare(State(shared): State<Shared>, Query(sides): Query<Sides>) -> Answer {
    let (base, candidate) = (word(&sides.base)?, word(&sides.candidate)?);
    let words = ["compare", base, candidate, "--stored", "--no-run", "--format", "json"];
    shared.tool.ask(&words).await.map(json)
}

async fn changes(State(shared): State<Shared>) -> Answer {
    shared.tool.ask(&["trend", "--format", "json"]).await.map(json)
}

async fn hardware(State(shared): State<Shared>) -> Answer {
    shared.tool.ask(&["hardware", "limits", "--format", "json"]).await.map(json)
}

#[derive(Deserialize)]
struct Model {
    model: Option<String>,
}

async fn recommendation(State(shared): State<Shared>, Query(of): Query<Model>) -> Answer {
    let mut words = vec!["recommend", "--format", "json"];
    words.extend(of.model.as_deref().map(word).transpose()?);
    shared.tool.ask(&words).await.map(json)
}

async fn compatibility(State(shared): State<Shared>) -> Answer {
    shared.tool.ask(&["compatibility", "--format", "json"]).await.map(json)
}

async fn roofline(State(shared): State<Shared>) -> Answer {
    shared.tool.ask(&["roofline", "--format", "json"]).await.map(json)
}

#[derive(Deserialize)]
struct What {
    of: Option<String>,
}

/// A report of the last run, of `of`, or of two: `BASE..CANDIDATE`.
async fn report(
    State(shared): State<Shared>,
    Path(format): Path<String>,
    Query(what): Query<What>,
) -> Answer {
    let kind = match format.as_str() {
        "html" => "text/html; charset=utf-8",
        "json" => "application/json",
        "csv" => "text/csv; charset=utf-8",
        _ => return Err(Problem::new(StatusCode::NOT_FOUND, "reports are html, json and csv")),
    };
    let mut words = vec!["report", "--format", &format, "--output", "-"];
    if let Some(of) = &what.of {
        for side in of.split("..") {
            word(side)?;
        }
        words.push(of);
    }
    let text = shared.tool.ask(&words).await?;
    let headers =
        [(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_SECURITY_POLICY, report_policy())];
    Ok((headers, text).into_response())
}

/// A report has its style and its script in itself: this script, and no other.
fn report_policy() -> String {
    let hash = STANDARD.encode(Sha256::digest(html::SCRIPT));
    format!(
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{hash}'; img-src data:; frame-ancestors 'none'"
    )
}

#[derive(Deserialize)]
struct Question {
    query: String,
    rows: Option<usize>,
}

async fn query(State(shared): State<Shared>, body: Result<Json<Question>, JsonRejection>) -> Answer {
    let Json(question) = body.map_err(|error| Problem::new(error.status(), error.body_text()))?;
    let rows = question.rows.unwrap_or(ROWS).clamp(1, ROWS);
    shared.tool.query(&question.query, rows).await.map(json)
}

#[derive(Deserialize)]
struct Brought {
    token: String,
}

async fn session(State(shared): State<Shared>, body: Result<Json<Brought>, JsonRejection>) -> Answer {
    let Json(brought) = body.map_err(|error| Problem::new(error.status(), error.body_text()))?;
    if !shared.access.is_token(&brought.token) {
        return Err(Problem::new(StatusCode::UNAUTHORIZED, "the token is wrong"));
    }
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, shared.access.cookie())]).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_no_paths_and_no_options() {
        for name in
            ["20261128-181505-725f", "main", "HEAD~3", "feature/x", "v1.0^", "baseline:main", "bert-tiny"]
        {
            assert_eq!(word(name).ok(), Some(name));
        }
        let long = "a".repeat(MOST + 1);
        for wrong in [
            "",
            "-x",
            "--output=x",
            "/etc/passwd",
            "../x",
            "a/../b",
            "./x",
            "x.json",
            "a b",
            "a;b",
            "ü",
            "~x",
            &long,
        ] {
            assert!(word(wrong).is_err(), "{wrong}");
        }
    }
}
