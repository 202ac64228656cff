//! Requests of an attacker who knows the address, and of one who has the token: none gets what is not offered, and the server goes on.

#![cfg(unix)]

mod common;

use common::{Dashboard, start};

/// Invalid paths, requested with the token.
const PATHS: &[&str] = &[
    "/../etc/passwd",
    "/..%2f..%2fetc%2fpasswd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/....//....//etc/passwd",
    "/%c0%ae%c0%ae/etc/passwd",
    "//etc/passwd",
    "/etc/passwd",
    "/.accel-bench/runs",
    "/.git/config",
    "/.env",
    "/tool.sh",
    "/style.css/../tool.sh",
    "/style.css%00",
    "/enter/..",
    "/enter.js/x",
    "/index.php",
    "/admin",
    "/api",
    "/api/",
    "/api//runs",
    "/api/runs/",
    "/api/runs/..",
    "/api/runs/../../etc/passwd",
    "/api/runs/..%2f..%2fetc%2fpasswd",
    "/api/runs/%2fetc%2fpasswd",
    "/api/runs/%2e%2e",
    "/api/runs/.hidden",
    "/api/runs/~root",
    "/api/runs/-h",
    "/api/runs/--help",
    "/api/runs/--format=html",
    "/api/runs/--directory=%2f",
    "/api/runs/-C%2f",
    "/api/runs/a%20--output%20b",
    "/api/runs/a%0a--output",
    "/api/runs/a%0d%0aX-Header:%20x",
    "/api/runs/a%00b",
    "/api/runs/a%09b",
    "/api/runs/a;id",
    "/api/runs/a|id",
    "/api/runs/a&id",
    "/api/runs/$(id)",
    "/api/runs/`id`",
    "/api/runs/%24%7BPATH%7D",
    "/api/runs/a'--",
    "/api/runs/a%22",
    "/api/runs/<script>",
    "/api/runs/%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    "/api/runs/result.json",
    "/api/runs/x%2Fresult.json",
    "/api/runs/%ff%fe",
    "/api/runs/%E2%80%AEx",
    "/api/runs/*",
    "/api/runs/?",
    "/api/runs/a/results/../../..",
    "/api/reports/pdf",
    "/api/reports/..%2fhtml",
    "/api/reports/html%00",
    "/api/reports/--format",
    "/api/reports/html?of=--output=x",
    "/api/reports/html?of=..",
    "/api/reports/html?of=a..--output=x",
    "/api/reports/html?of=/etc/passwd",
    "/api/reports/html?of=a..%2fetc%2fpasswd",
    "/api/reports/html?of=a..b..c%20d",
    "/api/compare",
    "/api/compare?base=",
    "/api/compare?base=&candidate=",
    "/api/compare?base=a&candidate=--measure",
    "/api/compare?base=--measure&candidate=b",
    "/api/compare?base=a.json&candidate=b",
    "/api/compare?base=a&candidate=../b.json",
    "/api/compare?base=a&candidate=%2ftmp%2fb",
    "/api/compare?base=a&base=b&candidate=c",
    "/api/compare?base=a%00&candidate=b",
    "/api/recommendation?model=--price=%2fetc%2fpasswd",
    "/api/recommendation?model=",
    "/api/recommendation?model=a%20b",
    "/api/recommendation?model=%3Cimg%20src%3Dx%3E",
    "/api/runs?n=-1",
    "/api/runs?n=1e9",
    "/api/runs?n=1%20--output",
    "/api/runs?n=99999999999999999999",
    "/api/runs?n=",
    "/runs/..%2f..",
    "/runs/--help",
    "/runs/%3Cscript%3E",
    "/runs/a%00",
    "/runs/",
];

/// Methods that are not offered.
const METHODS: &[(&str, &str)] = &[
    ("DELETE", "/api/runs"),
    ("DELETE", "/api/runs/r-1"),
    ("PUT", "/api/runs/r-1"),
    ("PATCH", "/api/runs/r-1"),
    ("POST", "/api/runs"),
    ("POST", "/api/runs/r-1"),
    ("POST", "/api/health"),
    ("POST", "/"),
    ("GET", "/api/query"),
    ("GET", "/session"),
    ("PUT", "/session"),
    ("DELETE", "/session"),
    ("TRACE", "/"),
    ("CONNECT", "/"),
    ("OPTIONS", "/api/runs"),
    ("PROPFIND", "/"),
    ("X", "/api/runs"),
];

/// Bodies of a query that are none.
const BODIES: &[&str] = &[
    "",
    "{",
    "null",
    "[]",
    "1",
    "\"SELECT 1\"",
    "{}",
    r#"{"query":1}"#,
    r#"{"query":null}"#,
    r#"{"query":["SELECT 1"]}"#,
    r#"{"rows":1}"#,
    r#"{"query":"SELECT 1","rows":-1}"#,
    r#"{"query":"SELECT 1","rows":1.5}"#,
    r#"{"query":"SELECT 1","rows":"1"}"#,
    r#"{"query":"SELECT 1","rows":1e99}"#,
    r#"{"query":"\ud800"}"#,
];

/// Requests that are cut, doubled or smuggled; `HOST` and `TOKEN` are replaced by header lines.
const RAW: &[&str] = &[
    "",
    "\r\n\r\n",
    "GET\r\n\r\n",
    "GET /\r\n\r\n",
    "GET / HTTP/9.9\r\nHOST\r\n\r\n",
    "GET / HTTP/1.1\r\n\r\n",
    "GET /api/runs HTTP/1.0\r\nTOKEN\r\n\r\n",
    "GET /api/runs HTTP/1.1\r\nHost:\r\nTOKEN\r\n\r\n",
    "GET /api/runs HTTP/1.1\r\nHost: evil.example\r\nTOKEN\r\n\r\n",
    "GET /api/runs HTTP/1.1\r\nHOST\r\nHost: evil.example\r\nTOKEN\r\n\r\n",
    "GET http://evil.example/api/runs HTTP/1.1\r\nHost: evil.example\r\nTOKEN\r\n\r\n",
    "GET /api/runs HTTP/1.1\r\nHOST\r\nOrigin: null\r\nTOKEN\r\n\r\n",
    "GET /api/runs HTTP/1.1\r\nHOST\r\nOrigin: http://evil.example\r\nTOKEN\r\n\r\n",
    "GET /api/runs HTTP/1.1\r\nHOST\r\nAuthorization: Basic YTpi\r\n\r\n",
    "GET /api/runs HTTP/1.1\r\nHOST\r\nAuthorization: Bearer\r\n\r\n",
    "GET /api/runs HTTP/1.1\r\nHOST\r\nCookie: accel-bench=1\r\n\r\n",
    "GET /api/runs?token=1 HTTP/1.1\r\nHOST\r\n\r\n",
    "GET /api/runs HTTP/1.1\r\nHOST\r\nX-Forwarded-For: 127.0.0.1\r\n\r\n",
    "GET /api/runs HTTP/1.1\r\nHOST\r\nX-Original-URL: /enter\r\n\r\n",
    "POST /api/query HTTP/1.1\r\nHOST\r\nTOKEN\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
    "POST /api/query HTTP/1.1\r\nHOST\r\nTOKEN\r\nContent-Length: -1\r\n\r\n",
    "POST /api/query HTTP/1.1\r\nHOST\r\nTOKEN\r\nContent-Length: 99999999999999999999\r\n\r\n",
    "POST /api/query HTTP/1.1\r\nHOST\r\nTOKEN\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "POST /api/query HTTP/1.1\r\nHOST\r\nTOKEN\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "POST /session HTTP/1.1\r\nHOST\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
    "GET / HTTP/1.1\r\nHOST\r\nBad Header: x\r\n\r\n",
    "GET / HTTP/1.1\r\nHOST\r\nX: a\0b\r\n\r\n",
    "\u{16}\u{3}\u{1}\0\u{5}hello",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
];

/// Nothing of what only the owner may see is in an answer, and it says no.
#[track_caller]
fn refused(dashboard: &Dashboard, what: &str, status: u16, body: &str) {
    assert!(
        status == 0 || (300..500).contains(&status) || status == 501 || status == 505,
        "{what}: {status} {body}"
    );
    assert!(
        !body.contains("asked") && !body.contains("\"r-1\"") && !body.contains("root:"),
        "{what}: {body}"
    );
    assert!(!body.contains(&dashboard.token), "{what}: {body}");
}

#[test]
fn names_of_nothing_are_refused() {
    let dashboard = start();
    for path in PATHS {
        let answer = dashboard.get(path);
        refused(&dashboard, path, answer.status, &answer.body);
        // Nor without the token.
        let answer = dashboard.with("GET", path, &dashboard.host(), "");
        refused(&dashboard, path, answer.status, &answer.body);
    }
    dashboard.is_well();
}

#[test]
fn methods_and_bodies_that_are_not_offered() {
    let dashboard = start();
    for (method, path) in METHODS {
        let answer = dashboard.with(method, path, &dashboard.known(), "");
        refused(&dashboard, &format!("{method} {path}"), answer.status, &answer.body);
    }
    let headers = format!("{}Content-Type: application/json\r\n", dashboard.known());
    for body in BODIES {
        let answer = dashboard.with("POST", "/api/query", &headers, body);
        refused(&dashboard, body, answer.status, &answer.body);
    }
    dashboard.is_well();
}

#[test]
fn requests_that_are_none() {
    let dashboard = start();
    let token = format!("Authorization: Bearer {}", dashboard.token);
    for raw in RAW {
        let text = raw.replace("HOST", dashboard.host().trim_end()).replace("TOKEN", &token);
        let answer = dashboard.send_and_close(text.as_bytes());
        refused(&dashboard, raw, answer.status, &answer.body);
    }
    dashboard.is_well();
}

#[test]
fn connections_that_say_nothing_keep_no_one_out() {
    let dashboard = start();
    let silent: Vec<_> = (0..100).map(|_| dashboard.connect()).collect();
    dashboard.is_well();
    drop(silent);
    dashboard.is_well();
}
