//! One writer at a time.

use std::fs::{self, File};
use std::path::Path;

use crate::error::Error;

/// The table's folder for one writer; the system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Makes the folder, and waits for another writer.
    pub(super) fn take(folder: &Path) -> Result<Self, Error> {
        fs::create_dir_all(folder).map_err(Error::io("make the folder", folder))?;
        let path = folder.join(".lock");
        let file = File::create(&path).map_err(Error::io("write", &path))?;
        file.lock().map_err(Error::io("lock", &path))?;
        Ok(Self { _file: file })
    }
}
