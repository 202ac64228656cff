//! Series of one metric over commits: where their level changes.
//!
//! Pure functions of numbers; knows no run, no file and no repository.
//!
//! [`change_points`] searches in four steps, each in a file of its own: how noisy each value is (`noise`), the levels that explain
//! the values best (`levels`), which of their changes pass a test of their own (`evidence`), and where each of these most
//! likely lies (`place`).

mod detect;
mod evidence;
mod levels;
mod noise;
mod place;
#[cfg(test)]
mod sample_tests;

pub use detect::{ChangePoint, change_points};
