//! Results and findings as text: one function for each thing, one file for each form.
//!
//! Writes to what it is given; opens no files, knows no store, and decides nothing.
//!
//! Text that a benchmark wrote (its name, the reason of its failure) is neutralised in [`plain`]: a child must
//! not control the reader's terminal.

mod advice;
mod amount;
mod bisected;
#[cfg(test)]
mod bisected_tests;
mod calibration;
mod comparison;
mod compatible;
mod devices;
mod doctor;
mod format;
mod json;
mod ledger;
mod listing;
mod markdown;
mod noise;
mod page;
mod paint;
#[cfg(feature = "history")]
mod predicted;
mod roofline;
mod run;
mod sheet;
#[cfg(feature = "history")]
mod trend;

use accel_bench_report::plain;
pub(crate) use advice::{Advice, Forecasted, recommendation};
pub(crate) use amount::count;
pub(crate) use bisected::bisected;
pub(crate) use calibration::calibration;
pub(crate) use comparison::comparison;
pub(crate) use compatible::compatibility;
pub(crate) use devices::{devices, limits};
pub(crate) use doctor::{Section, TableOrJson, doctor};
pub(crate) use format::{Form, Format};
pub(crate) use listing::{AgainRow, BaselineRow, BenchmarkRow, CaseLogRow, LogRow, listing};
pub(crate) use noise::noise;
pub(crate) use page::{Made, Pages, html, made};
#[cfg(feature = "history")]
pub(crate) use predicted::{Basis, Row as PredictedRow, evaluated, outlier_section, predicted};
pub(crate) use roofline::{Roofline, page as roofline_page, roofline, section as roofline_section};
pub(crate) use run::{Metrics, run};
#[cfg(feature = "history")]
pub(crate) use trend::{Span, TrendReport, trend, trend_page, trend_section};

/// The version of the forms that scripts read: JSON, JSON lines and CSV.
pub(crate) const FORMAT: u32 = 1;
