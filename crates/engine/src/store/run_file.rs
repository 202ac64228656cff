//! The file of a run: a result file once it has ended, a journal before.

use std::path::Path;

use accel_bench_record::RunRecord;

use super::error::Reason;
use super::{file, journal};

/// Reads the file of a run, whether it has ended or not.
pub(super) fn read_run(path: &Path) -> Result<RunRecord, Reason> {
    if is_called(path, journal::EXTENSION) { journal::read(path) } else { file::read(path) }
}

pub(super) fn is_called(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|found| found == extension)
}
