//! Who may ask: requests with the token that this start of the server drew, for this address, from its own pages.

use std::fmt::Write as _;
use std::net::SocketAddr;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use super::Shared;
use super::problem::Problem;

/// Paths without data: the page that takes the token out of the address, with its script and style.
const OPEN: [&str; 3] = ["/enter", "/enter.js", "/style.css"];

/// Where the page brings the token, for a cookie.
pub(super) const SESSION: &str = "/session";

/// On every answer. Scripts are files of this server; reports contain styles.
const HEADERS: [(&str, &str); 6] = [
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src 'self' data:; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cache-control", "no-store"),
];

/// The token, and the names of this server.
#[derive(Debug)]
pub(crate) struct Access {
    token: String,
    port: u16,
}

impl Access {
    /// A token of 256 random bits; it is kept in memory alone.
    pub(super) fn new(address: SocketAddr) -> Result<Self, getrandom::Error> {
        let mut bytes = [0_u8; 32];
        getrandom::fill(&mut bytes)?;
        let token = bytes.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
        Ok(Self { token, port: address.port() })
    }

    pub(super) fn token(&self) -> &str {
        &self.token
    }

    /// The address to open. What follows `#` does not leave the browser.
    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/enter#{}", self.port, self.token)
    }

    /// The cookie that a page has once it has brought the token.
    pub(super) fn cookie(&self) -> String {
        format!("{}={}; Path=/; HttpOnly; SameSite=Strict", self.cookie_name(), self.token)
    }

    /// Cookies do not know ports: each has its own.
    fn cookie_name(&self) -> String {
        format!("accel-bench-{}", self.port)
    }

    pub(super) fn is_token(&self, text: &str) -> bool {
        // As long for a wrong first letter as for a wrong last one.
        let differ = text.bytes().zip(self.token.bytes()).fold(0, |differ, (a, b)| differ | (a ^ b));
        differ == 0 && text.len() == self.token.len()
    }

    /// Another name for this address is somebody else's page that points here.
    fn is_own_host(&self, host: &str) -> bool {
        [format!("127.0.0.1:{}", self.port), format!("localhost:{}", self.port)].iter().any(|own| own == host)
    }

    fn check_origin(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let hosts: Vec<_> = headers.get_all(header::HOST).iter().map(HeaderValue::to_str).collect();
        let [Ok(host)] = hosts[..] else {
            return Err(Problem::new(StatusCode::BAD_REQUEST, "a request names one host"));
        };
        if !self.is_own_host(host) {
            return Err(Problem::new(StatusCode::FORBIDDEN, "this server is not called that"));
        }
        match headers.get(header::ORIGIN).map(|origin| origin.to_str().unwrap_or_default()) {
            None => Ok(()),
            Some(origin) if origin.strip_prefix("http://") == Some(host) => Ok(()),
            Some(_) => Err(Problem::new(StatusCode::FORBIDDEN, "the request comes from another page")),
        }
    }

    fn is_known(&self, headers: &HeaderMap) -> bool {
        let bearer =
            headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        let name = self.cookie_name();
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs = cookies.flat_map(|line| line.split("; ")).filter_map(|pair| pair.split_once('='));
        bearer.is_some_and(|token| self.is_token(token))
            || pairs.any(|(key, token)| key == name && self.is_token(token))
    }
}

/// Lets through what may be asked; the rest gets a problem, and a person's browser the page that says what to open.
pub(super) async fn guard(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let mut response = match refusal(&shared.access, &request) {
        None => next.run(request).await,
        Some(refusal) => refusal,
    };
    for (name, value) in HEADERS {
        // A report brings rules of its own.
        let name = HeaderName::from_static(name);
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// The answer to a request that is not let through.
fn refusal(access: &Access, request: &Request) -> Option<Response> {
    if let Err(problem) = access.check_origin(request.headers()) {
        return Some(problem.into_response());
    }
    let path = request.uri().path();
    let is_open = OPEN.contains(&path) || (path == SESSION && request.method() == Method::POST);
    if is_open || access.is_known(request.headers()) {
        return None;
    }
    let accepts =
        request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accepts.contains("text/html") && !path.starts_with("/api/") {
        return Some(Redirect::to("/enter").into_response());
    }
    let problem = Problem::new(StatusCode::UNAUTHORIZED, "the token is missing or wrong");
    let hint = "`Authorization: Bearer TOKEN`; `cargo accel-bench dashboard --print json` prints it";
    Some(problem.hint(hint).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access() -> Access {
        Access { token: "0a".repeat(32), port: 4000 }
    }

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (name.parse::<HeaderName>().expect("a name"), HeaderValue::from_str(value).expect("a value"))
            })
            .collect()
    }

    #[test]
    fn tokens_are_drawn() {
        let address = SocketAddr::from(([127, 0, 0, 1], 80));
        let [one, other] = [(); 2].map(|()| Access::new(address).expect("there is chance"));
        assert!(one.token.len() == 64 && one.token != other.token);
        assert!(one.is_token(&one.token) && !one.is_token(&other.token));
        assert!(
            !one.is_token("") && !one.is_token(&one.token[1..]) && !one.is_token(&format!("{}0", one.token))
        );
    }

    #[test]
    fn the_host_and_the_page_are_this_server_s() {
        let check = |pairs: &[(&str, &str)], expected: bool| {
            assert_eq!(access().check_origin(&headers(pairs)).is_ok(), expected, "{pairs:?}");
        };
        check(&[("host", "127.0.0.1:4000")], true);
        check(&[("host", "localhost:4000")], true);
        check(&[("host", "localhost:4000"), ("origin", "http://localhost:4000")], true);
        check(&[("host", "evil.example:4000")], false);
        check(&[("host", "127.0.0.1:4001")], false);
        check(&[("host", "127.0.0.1")], false);
        check(&[], false);
        check(&[("host", "localhost:4000"), ("origin", "http://evil.example")], false);
        check(&[("host", "localhost:4000"), ("origin", "null")], false);
        check(&[("host", "localhost:4000"), ("origin", "https://localhost:4000")], false);
    }

    #[test]
    fn a_cookie_or_a_bearer_is_known() {
        let token = access().token;
        let check = |name: &str, value: &str, expected: bool| {
            assert_eq!(access().is_known(&headers(&[(name, value)])), expected, "{name}: {value}");
        };
        check("authorization", &format!("Bearer {token}"), true);
        check("authorization", &token, false);
        check("cookie", &format!("a=b; accel-bench-4000={token}"), true);
        check("cookie", &format!("accel-bench-4001={token}"), false);
        check("cookie", "accel-bench-4000=", false);
        let cookie = access().cookie();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    }
}
