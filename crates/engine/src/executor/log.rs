//! The child's log: kept in a file, bounded, and quoted safely.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;

use super::{Error, Settings};
use crate::plan::{Job, Side};

/// A child that prints more than this is ended: it would fill the disk.
pub(super) const MAX_BYTES: u64 = 256 << 20;

/// How much of the end is read to find out what was said last.
const TAIL_BYTES: u64 = 8 << 10;

/// The file that one child's stdout and stderr go to.
#[derive(Debug)]
pub(super) struct Log {
    pub(super) path: PathBuf,
    shown_as: String,
}

impl Log {
    /// A new file for the `serial`-th child of a job.
    pub(super) fn create(job: &Job, serial: usize, settings: &Settings) -> Result<(Self, File), Error> {
        let fault = |source| Error::Logs { path: settings.logs.clone(), source };
        fs::create_dir_all(&settings.logs).map_err(fault)?;
        let name = file_name(job, serial);
        let path = settings.logs.join(&name);
        let file = File::options().create(true).append(true).open(&path).map_err(fault)?;
        Ok((Self { path, shown_as: format!("{}/{name}", settings.logs_shown_as) }, file))
    }

    pub(super) fn is_too_long(&self) -> bool {
        self.bytes() > MAX_BYTES
    }

    fn bytes(&self) -> u64 {
        fs::metadata(&self.path).map_or(0, |meta| meta.len())
    }

    /// The name for the record; `None` when nothing was printed.
    pub(super) fn shown(&self) -> Option<String> {
        (self.bytes() > 0).then(|| self.shown_as.clone())
    }

    /// The end of what was printed, control characters left out.
    pub(super) fn tail(&self) -> String {
        let read = || {
            let mut file = File::open(&self.path)?;
            let start = file.metadata()?.len().saturating_sub(TAIL_BYTES);
            file.seek(SeekFrom::Start(start))?;
            let mut tail = Vec::new();
            file.take(TAIL_BYTES).read_to_end(&mut tail)?;
            std::io::Result::Ok(tail)
        };
        let tail = read().unwrap_or_default();
        String::from_utf8_lossy(&tail).chars().filter(|c| !c.is_control() || *c == '\n').collect()
    }

    /// The last line that says something, cut to fit a message.
    pub(super) fn last_words(&self) -> Option<String> {
        let tail = self.tail();
        // A backtrace says where, the line before it says what.
        let is_frame = |line: &str| {
            line.starts_with("at ") || line.split_once(": ").is_some_and(|(n, _)| n.parse::<u32>().is_ok())
        };
        let is_noise = |line: &str| {
            line.is_empty()
                || is_frame(line)
                || ["note:", "stack backtrace"].iter().any(|word| line.starts_with(word))
        };
        let line = tail.lines().rev().map(str::trim).find(|line| !is_noise(line))?;
        Some(line.chars().take(200).collect())
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        if self.bytes() == 0 {
            // An empty log is of no use, and one that cannot be removed does no harm.
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn file_name(job: &Job, serial: usize) -> String {
    let first = job.unit.cases.first();
    let of = first.map(|case| format!("{}-{}", case.id.bench, case.id.backend)).unwrap_or_default();
    let precision =
        first.and_then(|case| case.id.params.get("precision")).map(|p| format!("-{p}")).unwrap_or_default();
    let side = match job.side {
        Side::Baseline => "-baseline",
        Side::Candidate => "",
        Side::Control => "-control",
    };
    let name = format!("{of}{precision}{side}-r{}-{serial}.log", job.round);
    name.chars().map(|c| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '_' }).collect()
}
