//! Errors as RFC 9457 describes them, with what helps.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// An answer that is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Problem {
    title: String,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, title: impl Into<String>) -> Self {
        Self { title: title.into(), status: status.as_u16(), hint: None }
    }

    pub(super) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// The problem in a program's stderr and exit code.
    pub(super) fn of(code: Option<i32>, said: &str) -> Self {
        let status = match code {
            Some(2) => StatusCode::BAD_REQUEST,
            Some(4 | 9) => StatusCode::NOT_FOUND,
            Some(6 | 7) => StatusCode::CONFLICT,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let after =
            |word: &str| said.lines().find_map(|line| line.trim_start().strip_prefix(word)).map(str::trim);
        let problem = Self::new(status, after("error:").unwrap_or("the tool failed"));
        match after("help:") {
            Some(hint) => problem.hint(hint),
            None => problem,
        }
    }

    pub(super) fn title(&self) -> &str {
        &self.title
    }

    pub(super) fn hint_text(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    pub(super) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let text = serde_json::to_string(&self).unwrap_or_default();
        (self.status(), [(header::CONTENT_TYPE, "application/problem+json")], text).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_tool_says_becomes_a_problem() {
        let problem =
            Problem::of(Some(4), "error: no run matches `x`\nhelp: `cargo accel-bench log` lists them\n");
        let expected =
            r#"{"title":"no run matches `x`","status":404,"hint":"`cargo accel-bench log` lists them"}"#;
        assert_eq!(serde_json::to_string(&problem).expect("JSON"), expected);
        let status = |code: Option<i32>| Problem::of(code, "").status().as_u16();
        assert_eq!([Some(2), Some(7), Some(9), Some(101), None].map(status), [400, 409, 404, 500, 500]);
        assert_eq!(Problem::of(None, "panicked").title(), "the tool failed");
    }
}
