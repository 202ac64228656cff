//! One line of the doctor's report.

use std::fmt;

use serde::Serialize;

/// Something that is there, missing, or worth knowing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub level: Level,
    /// Lower case, no final dot.
    pub what: String,
    /// A command that the reader can paste.
    pub fix: Option<String>,
}

/// In the order of gravity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    Ok,
    /// It works, with a catch.
    Warning,
    /// It does not work.
    Missing,
}

impl Finding {
    pub(super) fn ok(what: impl Into<String>) -> Self {
        Self { level: Level::Ok, what: what.into(), fix: None }
    }

    pub(super) fn warning(what: impl Into<String>) -> Self {
        Self { level: Level::Warning, what: what.into(), fix: None }
    }

    pub(super) fn missing(what: impl Into<String>) -> Self {
        Self { level: Level::Missing, what: what.into(), fix: None }
    }

    pub(super) fn fix(self, command: impl Into<String>) -> Self {
        Self { fix: Some(command.into()), ..self }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Missing => "missing",
        })
    }
}

/// `missing: no adapter (apt-get install …)`, as tests compare findings.
#[cfg(test)]
pub(super) fn lines(findings: &[Finding]) -> Vec<String> {
    let fix = |finding: &Finding| finding.fix.as_ref().map(|fix| format!(" ({fix})")).unwrap_or_default();
    findings.iter().map(|it| format!("{}: {}{}", it.level, it.what, fix(it))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gravity_has_an_order() {
        assert!(Level::Ok < Level::Warning && Level::Warning < Level::Missing);
    }

    #[test]
    fn findings_are_told_in_a_line() {
        let found = [Finding::ok("there"), Finding::missing("a thing").fix("get it")];
        assert_eq!(lines(&found), ["ok: there", "missing: a thing (get it)"]);
    }
}
