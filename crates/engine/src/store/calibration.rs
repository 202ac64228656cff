//! Calibrations, one file per machine class, in the store's folder.

use std::fs;
use std::path::{Path, PathBuf};

use accel_bench_record::{CALIBRATION_FORMAT, CalibrationRecord};

use super::atomic::{self, Existing};
use super::checksum;
use super::error::Error;
use super::file::{self, Versioned};
use super::root::Store;
use accel_bench_record::MachineId;

impl Versioned for CalibrationRecord {
    const NEWEST: u32 = CALIBRATION_FORMAT;

    fn format(&self) -> u32 {
        self.format
    }
}

impl Store {
    /// Returns what was tried on machines of this class; `None` before anything was.
    pub fn calibration(&self, machine: &MachineId) -> Result<Option<CalibrationRecord>, Error> {
        let path = self.calibration_file(machine);
        if !path.is_file() {
            return Ok(None);
        }
        file::read(&path).map(Some).map_err(|reason| Error::Unusable(reason.of(&path)))
    }

    /// Keeps it in place of what there was.
    pub fn keep_calibration(&self, record: &CalibrationRecord) -> Result<PathBuf, Error> {
        let path = self.calibration_file(&MachineId::new(record.machine.clone()));
        let fault = |source| Error::write(&path, source);
        let bytes = serde_json::to_vec(record).map(checksum::seal).map_err(|error| fault(error.into()))?;
        fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).map_err(fault)?;
        atomic::write(&path, &bytes, Existing::Replace).map_err(fault)?;
        Ok(path)
    }

    fn calibration_file(&self, machine: &MachineId) -> PathBuf {
        self.root().join("calibration").join(format!("{machine}.json"))
    }
}

#[cfg(test)]
mod tests {
    use accel_bench_record::ComparisonTrial;

    use super::*;

    fn record() -> CalibrationRecord {
        CalibrationRecord {
            format: CALIBRATION_FORMAT,
            machine: "epyc-2c".into(),
            started: "2026-11-21T09:30:45Z".into(),
            tool: "0.1.0".into(),
            rustc: "rustc 1.95.0".into(),
            tolerance: 0.005,
            comparisons: vec![ComparisonTrial { seconds: 1.5, moved: false, rows: vec![] }],
        }
    }

    #[test]
    fn what_was_tried_is_read_back_and_replaced() {
        let root = tempfile::tempdir().expect("a folder");
        let (store, machine) = (Store::open(root.path()), MachineId::new("epyc-2c"));
        assert_eq!(store.calibration(&machine).expect("nothing is not a fault"), None);
        store.keep_calibration(&record()).expect("it is kept");
        let more = CalibrationRecord { comparisons: vec![], ..record() };
        let path = store.keep_calibration(&more).expect("it is replaced");
        assert_eq!(path, root.path().join("calibration/epyc-2c.json"));
        assert_eq!(store.calibration(&machine).expect("it reads"), Some(more));
        assert_eq!(store.calibration(&MachineId::new("other")).expect("none"), None);
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let root = tempfile::tempdir().expect("a folder");
        let store = Store::open(root.path());
        let check = |text: &str, expected: &str| {
            let path = store.keep_calibration(&record()).expect("kept");
            fs::write(path, text).expect("spoilt");
            let error = store.calibration(&MachineId::new("epyc-2c")).expect_err("it is broken").to_string();
            assert!(error.contains(expected), "{error}");
        };
        check("", "epyc-2c.json");
        check("{\"format\":1", "epyc-2c.json");
        check("{\"format\":9}", "9");
    }
}
