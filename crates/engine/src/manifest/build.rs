//! `[build]`: how executables are built.

use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RawBuild {
    /// Build so that untouched code stays as fast: one codegen unit for each package of the workspace,
    /// functions and blocks aligned. Default: true.
    steady: Option<bool>,
}

/// How executables are built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Build {
    /// So that two executables differ only where their code does.
    pub steady: bool,
    /// With line tables: asked for where code is to be explained, never by `bench.toml`.
    pub line_tables: bool,
}

impl RawBuild {
    pub(super) fn resolve(self) -> Build {
        Build { steady: self.steady.unwrap_or(true), line_tables: false }
    }
}

#[cfg(test)]
mod tests {
    use crate::manifest::tests::{manifest, problem};

    #[test]
    fn builds_are_steady_unless_the_file_says_otherwise() {
        assert!(manifest("").build.steady);
        assert!(manifest("[build]\nsteady = true").build.steady);
        assert!(!manifest("[build]\nsteady = false").build.steady);
        problem("[build]\nsteady = 1", "2", "expected");
        problem("[build]\nstaedy = true", "2", "did you mean `steady`?");
    }
}
