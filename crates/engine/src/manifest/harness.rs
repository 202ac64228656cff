//! `harness`: what a bench target is written with.

use schemars::JsonSchema;
use serde::Deserialize;

/// Which protocol a bench target speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Harness {
    /// `accel_bench::main!()`: cases are asked for one by one.
    #[default]
    AccelBench,
    /// `criterion_main!`: run unmodified, its samples read from its own files.
    Criterion,
}
