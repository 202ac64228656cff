//! `counts`: what counts the instructions of a bench target's cases.

use schemars::JsonSchema;
use serde::Deserialize;

/// A program that counts what another one does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Counter {
    /// Valgrind's: it runs the program on a simulated processor, some eighty times slower.
    Callgrind,
}
