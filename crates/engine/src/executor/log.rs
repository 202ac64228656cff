//! The child's log: kept in a file, bounded, and quoted safely.
//!
//! A child may print a lot while it runs. Of what it printed the beginning and the end are kept.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::{Error, Settings};
use crate::plan::{Job, Side};

/// A child that prints more than this is ended: it would fill the disk.
pub(super) const MAX_BYTES: u64 = 256 << 20;

/// A longer log is cut to this: half of it from the beginning, half from the end.
const KEPT_BYTES: u64 = 1 << 20;

/// How much of the end is read to find out what was said last.
const TAIL_BYTES: u64 = 8 << 10;

/// The file that one child's stdout and stderr go to.
#[derive(Debug)]
pub(super) struct Log {
    pub(super) path: PathBuf,
    shown_as: String,
    /// Where the case under way begins: what is before it was printed by others.
    mark: u64,
}

impl Log {
    /// A new file for the `serial`-th child of a job.
    pub(super) fn create(job: &Job, serial: usize, settings: &Settings) -> Result<(Self, File), Error> {
        let fault = |source| Error::Logs { path: settings.logs.clone(), source };
        fs::create_dir_all(&settings.logs).map_err(fault)?;
        let name = file_name(job, serial);
        let path = settings.logs.join(&name);
        let file = File::options().create(true).append(true).open(&path).map_err(fault)?;
        let shown_as = format!("{}/{name}", settings.logs_shown_as);
        Ok((Self { path, shown_as, mark: 0 }, file))
    }

    /// Another case begins.
    pub(super) fn mark(&mut self) {
        self.mark = self.bytes();
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

    /// The end of what the case under way printed, control characters left out.
    pub(super) fn tail(&self) -> String {
        let read = || {
            let mut file = File::open(&self.path)?;
            let start = file.metadata()?.len().saturating_sub(TAIL_BYTES).max(self.mark);
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
        } else if self.bytes() > KEPT_BYTES {
            // A log that stays long is of use all the same.
            let _ = shorten(&self.path);
        }
    }
}

/// Leaves out the middle of a file.
fn shorten(path: &Path) -> io::Result<()> {
    let mut file = File::options().read(true).write(true).open(path)?;
    let left_out = file.metadata()?.len().saturating_sub(KEPT_BYTES);
    let mut end = Vec::new();
    file.seek(SeekFrom::End(-(KEPT_BYTES as i64 / 2)))?;
    (&file).take(KEPT_BYTES / 2).read_to_end(&mut end)?;
    file.seek(SeekFrom::Start(KEPT_BYTES / 2))?;
    write!(file, "\n[… {left_out} bytes left out …]\n")?;
    file.write_all(&end)?;
    let length = file.stream_position()?;
    file.set_len(length)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn log(text: &str) -> (tempfile::TempDir, Log) {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("x.log");
        fs::write(&path, text).expect("it is written");
        (dir, Log { path, shown_as: "logs/x.log".to_owned(), mark: 0 })
    }

    #[test]
    fn the_last_words_are_those_of_the_case_under_way() {
        let (_dir, mut log) = log("the first case's words\n");
        assert_eq!(log.last_words().as_deref(), Some("the first case's words"));
        log.mark();
        assert_eq!(log.last_words(), None);
        File::options()
            .append(true)
            .open(&log.path)
            .and_then(|mut file| file.write_all(b"its own\n"))
            .expect("more");
        assert_eq!(log.last_words().as_deref(), Some("its own"));
    }

    #[test]
    fn of_a_long_log_beginning_and_end_are_kept() {
        let text = format!("begins{}ends", "x".repeat(3 << 20));
        let (_dir, log) = log(&text);
        let path = log.path.clone();
        drop(log);
        let kept = fs::read_to_string(path).expect("it is there");
        assert!(kept.starts_with("begins") && kept.ends_with("ends"));
        assert!(kept.contains(&format!("\n[… {} bytes left out …]\n", text.len() - (1 << 20))));
        assert!(kept.len() < (1 << 20) + 100, "{}", kept.len());
    }
}
