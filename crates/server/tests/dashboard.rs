//! The dashboard with a program in the place of the tool: who gets in, what is asked, and what comes of a failure.

#![cfg(unix)]

mod common;

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use common::start;
use serde_json::Value;

#[test]
fn the_api_says_what_the_tool_says() {
    let dashboard = start();
    assert_eq!(dashboard.get("/api/health").json()["status"], "ok");
    let runs = dashboard.get("/api/runs");
    assert_eq!((runs.status, &runs.json()["rows"][0]["run"]), (200, &Value::from("r-1")));
    assert!(runs.head.contains("content-type: application/json"), "{}", runs.head);
    let check = |path: &str, asked: &str| assert_eq!(dashboard.get(path).json()["asked"], asked, "{path}");
    check("/api/runs?n=5", "log --format json -n 5");
    check("/api/runs?n=999999", "log --format json -n 1000");
    check("/api/runs/20261128-77aa", "show 20261128-77aa --format json");
    check("/api/compare?base=main&candidate=HEAD~1", "compare main HEAD~1 --stored --no-run --format json");
    check("/api/recommendation", "recommend --format json");
    check("/api/recommendation?model=bert-tiny", "recommend --format json bert-tiny");
    check("/api/compatibility", "compatibility --format json");
    check("/api/roofline", "roofline --format json");
    check("/api/hardware", "hardware limits --format json");
    check("/api/reports/json?of=main..HEAD", "report --format json --output - main..HEAD");
    // A regression is an answer.
    assert_eq!(dashboard.get("/api/changes").status, 200);
}

#[test]
fn a_failure_is_a_problem_with_what_helps() {
    let dashboard = start();
    let gone = dashboard.get("/api/runs/gone");
    assert_eq!(gone.status, 404);
    assert!(gone.head.contains("content-type: application/problem+json"), "{}", gone.head);
    assert_eq!(gone.json()["title"], "no run matches `gone`");
    assert_eq!(gone.json()["hint"], "`cargo accel-bench log` lists them");
    assert_eq!(dashboard.get("/api/nothing").status, 404);
    assert_eq!(dashboard.get("/api/reports/exe").status, 404);
    let empty = dashboard.with(
        "POST",
        "/api/query",
        &format!("{}Content-Type: application/json\r\n", dashboard.known()),
        r#"{"query":"SELECT 1"}"#,
    );
    assert_eq!(empty.status, 404, "{}", empty.body);
    assert!(empty.json()["title"].as_str().is_some_and(|title| title.starts_with("the history is empty")));
    let broken = dashboard.with(
        "POST",
        "/api/query",
        &format!("{}Content-Type: application/json\r\n", dashboard.known()),
        "{",
    );
    assert!((400..500).contains(&broken.status), "{}", broken.body);
}

#[test]
fn pages_show_what_others_wrote_as_text() {
    let dashboard = start();
    let first = dashboard.get("/");
    assert!(first.body.contains("&lt;script&gt;x") && !first.body.contains("<script>x"), "{}", first.body);
    assert!(first.head.contains("script-src 'self'"), "{}", first.head);
    let run = dashboard.get("/runs/r-1");
    assert!(run.body.contains("&lt;b&gt;squares"), "{}", run.body);
    let gone = dashboard.get("/runs/gone");
    assert!(
        gone.status == 404 && gone.body.contains("no run matches") && gone.body.contains("</html>"),
        "{}",
        gone.body
    );
    let sql = dashboard.get("/sql?q=%3C/textarea%3E%3Cscript%3E");
    assert!(
        sql.body.contains("&lt;/textarea&gt;") && !sql.body.contains("</textarea><script>"),
        "{}",
        sql.body
    );
    // A report's own script runs, and no other.
    let report = dashboard.get("/api/reports/html");
    assert!(
        report.head.contains("script-src 'sha256-") && !report.head.contains("'self'"),
        "{}",
        report.head
    );
    for path in ["/style.css", "/enter.js", "/sql.js"] {
        assert_eq!(dashboard.get(path).status, 200, "{path}");
    }
}

#[test]
fn the_token_becomes_a_cookie() {
    let dashboard = start();
    let bring = |token: &str| {
        let headers = format!("{}Content-Type: application/json\r\n", dashboard.host());
        dashboard.with("POST", "/session", &headers, &format!(r#"{{"token":"{token}"}}"#))
    };
    assert_eq!(bring("wrong").status, 401);
    let brought = bring(&dashboard.token);
    assert_eq!(brought.status, 204);
    let cookie = brought.head.lines().find_map(|line| line.strip_prefix("set-cookie: ")).expect("a cookie");
    assert!(cookie.contains("httponly") && cookie.contains("samesite=strict"), "{cookie}");
    let pair = cookie.split(';').next().expect("a pair");
    let with_cookie = format!("{}Cookie: {pair}\r\n", dashboard.host());
    assert_eq!(dashboard.with("GET", "/api/runs", &with_cookie, "").status, 200);
    // A person without one gets a page with what to open.
    let person = format!("{}Accept: text/html\r\n", dashboard.host());
    let sent = dashboard.with("GET", "/", &person, "");
    assert!(sent.status == 303 && sent.head.contains("location: /enter"), "{}", sent.head);
    assert!(dashboard.with("GET", "/enter", &person, "").body.contains("cargo accel-bench dashboard"));
}

#[test]
fn strangers_get_nothing() {
    let dashboard = start();
    let known = dashboard.known();
    let token = format!("Authorization: Bearer {}\r\n", dashboard.token);
    let check = |method: &str, path: &str, headers: &str, body: &str| {
        let answer = dashboard.with(method, path, headers, body);
        assert!(
            (400..500).contains(&answer.status),
            "{method} {path} {headers}: {} {}",
            answer.status,
            answer.body
        );
        assert!(!answer.body.contains("asked") && !answer.body.contains("r-1"), "{}", answer.body);
    };
    // Without the token, from another page, under another name.
    check("GET", "/api/runs", &dashboard.host(), "");
    check("GET", "/api/runs", &format!("{}Authorization: Bearer 00\r\n", dashboard.host()), "");
    check("GET", "/api/runs", &format!("Host: evil.example\r\n{token}"), "");
    check("GET", "/api/runs", &format!("Host: 127.0.0.1\r\n{token}"), "");
    check("GET", "/api/runs", &token, "");
    check("GET", "/api/runs", &format!("{known}Host: evil.example\r\n"), "");
    check("GET", "/api/runs", &format!("{known}Origin: http://evil.example\r\n"), "");
    check("POST", "/session", "Host: evil.example\r\nContent-Type: application/json\r\n", "{}");
    // Paths, options and texts in the place of names.
    for id in [
        "..%2F..%2Fetc%2Fpasswd",
        "%2Fetc%2Fpasswd",
        "-x",
        "--output=x",
        "a%20b",
        "x.json",
        "%00",
        "%0a",
        "a;b",
        "%ff",
    ] {
        check("GET", &format!("/api/runs/{id}"), &known, "");
        check("GET", &format!("/runs/{id}"), &known, "");
        check("GET", &format!("/api/compare?base={id}&candidate=main"), &known, "");
        check("GET", &format!("/api/recommendation?model={id}"), &known, "");
        check("GET", &format!("/api/reports/html?of=main..{id}"), &known, "");
    }
    check("GET", "/api/compare?base=main", &known, "");
    check("GET", "/api/runs?n=-1", &known, "");
    check("DELETE", "/api/runs", &known, "");
    check("PUT", "/api/runs/r-1", &known, "");
    check("POST", "/api/query", &known, r#"{"query":"SELECT 1"}"#);
    // Too long.
    let long = format!(r#"{{"query":"{}"}}"#, "x".repeat(1 << 20));
    check("POST", "/api/query", &format!("{known}Content-Type: application/json\r\n"), &long);
    let line = format!("GET /{} HTTP/1.1\r\n{known}\r\n", "x".repeat(1 << 20));
    let refused = dashboard.send(line.as_bytes());
    assert!(refused.status == 0 || (400..500).contains(&refused.status), "{}", refused.status);
    dashboard.is_well();
}

#[test]
fn it_ends_with_the_process_that_started_it() {
    let dashboard = start();
    let program = env!("CARGO_BIN_EXE_accel-bench-server");
    let folder = dashboard.folder.path().display();
    // A shell that is gone at once, maybe before the server looks.
    let script = format!(
        "{program} serve --tool {folder}/tool.sh --project {folder} --history {folder}/h --print json --parent $$ \
         >{folder}/said 2>&1 & echo $!"
    );
    let output = Command::new("sh").args(["-c", &script]).output().expect("it starts");
    let id = String::from_utf8(output.stdout).expect("a number").trim().to_owned();
    let start = Instant::now();
    while fs::exists(format!("/proc/{id}/exe")).unwrap_or(false) && start.elapsed() < Duration::from_secs(30)
    {
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(!fs::exists(format!("/proc/{id}/exe")).unwrap_or(false), "{id} still runs");
}
