//! The machine code of executables: which functions a benchmark reaches, and which of them differ between two builds.
//!
//! Reads files and executes nothing. Knows no benchmark, run or verdict: a benchmark is the function that it starts with.
//!
//! * [`Program`] is one executable: its functions, constants and pointers.
//! * [`compare`] says which functions that can be reached from a root differ between two programs, and how.
//! * [`Lines`] says which source files a function was made of, where the executable has line tables.

mod constants;
mod difference;
mod error;
mod functions;
mod graph;
mod instructions;
mod lines;
mod pointers;
mod program;
mod refine;
#[cfg(test)]
mod sample_tests;
mod scan;

pub use difference::{Change, Comparison, Difference, Extent, compare};
pub use error::Error;
pub use functions::name;
pub use lines::Lines;
pub use program::Program;
