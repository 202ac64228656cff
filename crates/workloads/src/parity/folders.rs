//! Which folders hold a family.

use std::io;
use std::path::{Path, PathBuf};

/// `folder` itself when it is a family folder, otherwise the family folders directly below it, by name.
///
/// # Errors
/// When the folder cannot be listed.
pub fn family_folders(folder: &Path) -> io::Result<Vec<PathBuf>> {
    if is_family(folder) {
        return Ok(vec![folder.to_owned()]);
    }
    let entries = std::fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    let mut folders: Vec<_> =
        entries.iter().map(std::fs::DirEntry::path).filter(|path| is_family(path)).collect();
    folders.sort_unstable();
    Ok(folders)
}

fn is_family(folder: &Path) -> bool {
    folder.join("config.json").is_file()
}
