//! `isolate`: what a child process is for.

use schemars::JsonSchema;
use serde::Deserialize;

/// The cases that share a child process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Isolate {
    /// One child serves all cases of a target, backend and precision.
    #[default]
    Process,
    /// Each case has a child of its own.
    Case,
}
