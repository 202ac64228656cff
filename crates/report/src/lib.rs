//! Reports: one model of what is shown, and renderers that know nothing of where it came from.
//!
//! [`pages`] makes the sections of a run's report from its record; who knows comparisons and trends adds sections of its own. A
//! renderer shows any [`Report`]: [`html`], [`markdown`], [`json`], [`csv`]. No verdict is computed here.

pub mod amount;
pub mod chart;
pub mod csv;
mod document;
pub mod html;
pub mod json;
pub mod markdown;
pub mod pages;
mod path;
#[cfg(feature = "pdf")]
pub mod pdf;
pub mod plain;
pub mod quantity;
#[cfg(test)]
mod sample_tests;

pub use document::{Align, Block, Cell, Column, Figure, Report, Row, Section, Table, Tone};
pub use path::path;
