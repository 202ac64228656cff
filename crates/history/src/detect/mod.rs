//! Where the level of a series changes: pure functions of numbers.
//!
//! [`change_points`] searches in four steps, each in a file of its own: how noisy each value is (`noise`), the levels that explain
//! the values best (`levels`), which of their changes pass a test of their own (`evidence`), and where each of these most
//! likely lies (`place`).

mod change_point;
mod evidence;
mod levels;
mod noise;
mod place;
#[cfg(test)]
pub(crate) mod sample_tests;

pub use change_point::{ChangePoint, change_points};
