//! Which source files a function was made of, by the executable's line tables.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use addr2line::Context;
use gimli::{EndianRcSlice, LittleEndian};
use object::{Object, ObjectSection};

use crate::{Error, Extent};

/// The line tables of an executable.
pub struct Lines {
    context: Context<EndianRcSlice<LittleEndian>>,
}

/// How far apart the addresses are that are looked up, in bytes: most instructions are shorter than that.
const STEP: usize = 4;

impl Lines {
    /// Reads an executable's line tables; where it has none, no function has a source.
    ///
    /// # Errors
    /// When the file cannot be read, or its tables are broken.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let data = fs::read(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
        let format = |source| Error::Format { path: path.to_owned(), source };
        let file = object::File::parse(&*data).map_err(format)?;
        let section = |id: gimli::SectionId| {
            let found = file.section_by_name(id.name());
            let bytes = found.and_then(|section| section.data().ok()).unwrap_or_default();
            Ok::<_, gimli::Error>(EndianRcSlice::new(bytes.into(), LittleEndian))
        };
        let tables = gimli::Dwarf::load(section).and_then(Context::from_dwarf);
        let context = tables.map_err(|source| Error::Lines { path: path.to_owned(), source })?;
        Ok(Self { context })
    }

    /// The files that a function's instructions come from, those of inlined functions included.
    #[must_use]
    pub fn files(&self, function: &Extent) -> BTreeSet<PathBuf> {
        let addresses = (function.address..function.address + function.bytes).step_by(STEP);
        addresses.flat_map(|address| self.at(address)).collect()
    }

    /// The files of all frames at an address: the function, and what is inlined there.
    fn at(&self, address: u64) -> Vec<PathBuf> {
        let mut files = Vec::new();
        let Ok(mut frames) = self.context.find_frames(address).skip_all_loads() else { return files };
        while let Ok(Some(frame)) = frames.next() {
            files.extend(frame.location.and_then(|location| location.file).map(PathBuf::from));
        }
        files
    }
}

impl std::fmt::Debug for Lines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lines").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample_tests::{Program, compared};

    fn source(number: u64) -> String {
        format!(
            "#[inline(never)] pub fn root(n: u64) -> u64 {{ (0..n).map(|k| k * {number} ^ n).max().unwrap_or(n) }}"
        )
    }

    fn files(flags: &[&str]) -> BTreeSet<PathBuf> {
        let [base, candidate] = [3, 5].map(|number| Program::with(&source(number), flags));
        let found = compared(&base, &candidate);
        let after = found.differences[0].after.expect("both sides have it");
        Lines::read(&candidate.path()).expect("tables").files(&after)
    }

    #[test]
    fn files_of_a_function_and_of_what_is_inlined_in_it() {
        let found = files(&["-Cdebuginfo=line-tables-only"]);
        assert!(found.iter().any(|file| file.ends_with("program.rs")), "{found:?}");
        assert!(
            found.iter().any(|file| file.components().any(|part| part.as_os_str() == "iter")),
            "{found:?}"
        );
    }

    #[test]
    fn without_tables_there_is_no_source() {
        assert_eq!(files(&["-Cstrip=debuginfo"]), BTreeSet::new());
    }

    #[test]
    fn a_file_that_is_none() {
        let error = Lines::read(Path::new("/nowhere")).expect_err("there is none");
        assert!(error.to_string().contains("cannot read"), "{error}");
    }
}
