//! The table on disk: a folder of Parquet files, each with the rows of some runs.
//!
//! One writer at a time holds the folder's lock, and a file appears as a whole or not at all. What a killed writer leaves (the same run
//! in two files, while small files were merged) is put right by the next one.

mod columns;
mod file;
mod lock;
mod merge;
mod series;
#[cfg(test)]
mod table_tests;
mod update;

use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::facts::RunFacts;
use crate::memory::Memory;
use crate::series::Series;
use crate::trend::{Trend, trends};
use file::File;

pub use series::{Found, Wanted};
pub use update::{Input, Update};

/// The history of one project.
#[derive(Clone, Debug)]
pub struct Table {
    folder: PathBuf,
}

impl Table {
    /// Nothing is created until the first write, and reading what does not exist finds nothing.
    pub fn open(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// All runs of the table, by their ids; and the files that cannot be read.
    pub fn runs(&self) -> Result<(Vec<RunFacts>, Vec<Error>), Error> {
        let (files, broken) = self.files()?;
        let mut runs: Vec<_> = files.into_iter().flat_map(|file| file.runs).collect();
        runs.sort_by(|one, other| one.id.cmp(&other.id));
        runs.dedup_by(|one, other| one.id == other.id);
        Ok((runs, broken))
    }

    /// The trends of these series; what was found in them before is in a file next to the table, which can be deleted.
    #[must_use]
    pub fn trends(&self, series: Vec<Series>) -> Vec<Trend> {
        let path = self.folder.join("changes.json");
        let mut memory = Memory::read(&path);
        let found = trends(series, &mut memory);
        // A folder that cannot be written is as good to read as any.
        let _ = memory.write(|bytes| file::put(&path, bytes));
        found
    }

    /// Copies the files that can be read into another folder, and says how many.
    pub fn export(&self, folder: &Path) -> Result<usize, Error> {
        std::fs::create_dir_all(folder).map_err(Error::io("make the folder", folder))?;
        let (files, _) = self.files()?;
        for file in &files {
            let bytes = std::fs::read(&file.path).map_err(Error::io("read", &file.path))?;
            let name = file.path.file_name().unwrap_or_default();
            file::put(&folder.join(name), &bytes)?;
        }
        Ok(files.len())
    }

    fn files(&self) -> Result<(Vec<File>, Vec<Error>), Error> {
        let (mut files, mut broken) = (Vec::new(), Vec::new());
        for path in file::paths(&self.folder)? {
            match File::read(&path) {
                Ok(file) => files.push(file),
                Err(error) => broken.push(error),
            }
        }
        Ok((files, broken))
    }
}
