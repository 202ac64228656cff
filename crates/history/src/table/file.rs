//! One file of the table: which runs are in it, and how it is written.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::basic::Compression;
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::metadata::{KeyValue, ParquetStatisticsPolicy};
use parquet::file::properties::{WriterProperties, WriterPropertiesPtr};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::serialized_reader::ReadOptionsBuilder;
use parquet::file::writer::SerializedFileWriter;
use parquet::record::RecordWriter;
use parquet::schema::types::TypePtr;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::facts::RunFacts;
use crate::row::Row;

/// The version of the columns and of what is noted in the footer. Version 1 had no benchmark versions.
const FORMAT: u32 = 2;

/// The key of our note in the footer.
const NOTE: &str = "accel-bench-history";

/// The rows of a row group: a series of a sorted file lies in one or two.
pub(super) const GROUP: usize = 16_384;

/// Files of this program, in a folder where others may lie.
const PREFIX: &str = "results-";
const EXTENSION: &str = "parquet";

/// The end of the name of a file that is not complete.
const LEFTOVER: &str = ".parquet.tmp";

/// A file whose footer has been read.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct File {
    pub(super) path: PathBuf,
    pub(super) runs: Vec<RunFacts>,
    pub(super) rows: usize,
}

/// Which runs a file holds.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    format: u32,
    #[serde(default)]
    runs: Vec<RunFacts>,
    /// Each set of benchmark versions once, and for each run which of them it has.
    #[serde(default)]
    versions: Vec<Arc<BTreeMap<String, String>>>,
    #[serde(default)]
    versions_of: Vec<usize>,
}

impl Note {
    fn of(runs: &[RunFacts]) -> Self {
        let (mut versions, mut versions_of) = (Vec::new(), Vec::new());
        for run in runs {
            let known = versions.iter().position(|other| *other == run.versions);
            versions_of.push(known.unwrap_or(versions.len()));
            versions.extend(known.is_none().then(|| Arc::clone(&run.versions)));
        }
        Self { format: FORMAT, runs: runs.to_vec(), versions, versions_of }
    }

    /// The runs with their versions; what the note does not say is not known.
    fn runs(self) -> Vec<RunFacts> {
        let sets = self.versions_of.iter().map(|at| self.versions.get(*at).cloned().unwrap_or_default());
        let sets = sets.chain(std::iter::repeat_with(Arc::default));
        self.runs.into_iter().zip(sets).map(|(run, versions)| RunFacts { versions, ..run }).collect()
    }
}

/// The part of a note that every version has.
#[derive(Deserialize)]
struct Versioned {
    format: u32,
}

impl File {
    pub(super) fn read(path: &Path) -> Result<Self, Error> {
        let reader = open(path)?;
        let footer = reader.metadata().file_metadata();
        let entries = footer.key_value_metadata().into_iter().flatten();
        let note = entries.filter(|entry| entry.key == NOTE).find_map(|entry| entry.value.as_deref());
        let unreadable = |reason: String| Error::Unreadable { path: path.to_owned(), reason };
        let note = note.ok_or_else(|| unreadable("it is not a file of this history".to_owned()))?;
        let parse = |error: serde_json::Error| unreadable(error.to_string());
        let found = serde_json::from_str::<Versioned>(note).map_err(parse)?.format;
        if found > FORMAT {
            return Err(Error::Newer { path: path.to_owned(), found, newest: FORMAT });
        }
        if found < FORMAT {
            return Err(Error::Older { path: path.to_owned(), found });
        }
        let note: Note = serde_json::from_str(note).map_err(parse)?;
        let rows = usize::try_from(footer.num_rows()).unwrap_or_default();
        Ok(Self { path: path.to_owned(), runs: note.runs(), rows })
    }

    pub(super) fn has(&self, run: &str) -> bool {
        self.runs.iter().any(|own| own.id == run)
    }
}

pub(super) fn open(path: &Path) -> Result<SerializedFileReader<fs::File>, Error> {
    let file = fs::File::open(path).map_err(Error::io("open", path))?;
    // The statistics of columns are most of a footer, and unused here.
    let options =
        ReadOptionsBuilder::new().with_column_stats_policy(ParquetStatisticsPolicy::SkipAll).build();
    SerializedFileReader::new_with_options(file, options).map_err(Error::unreadable(path))
}

/// Everything in the folder that is called like a file of the table, sorted.
pub(super) fn paths(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(Error::io("list", folder))?,
    };
    let paths = entries.flatten().map(|entry| entry.path());
    let is_ours = |path: &PathBuf| {
        let name = path.file_stem().map(|name| name.to_string_lossy().into_owned());
        path.extension().is_some_and(|end| end == EXTENSION)
            && name.is_some_and(|name| name.starts_with(PREFIX))
    };
    let mut paths: Vec<_> = paths.filter(is_ours).collect();
    paths.sort();
    Ok(paths)
}

/// Removes what killed writers left; whoever calls it holds the lock.
pub(super) fn sweep(folder: &Path) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let is_leftover = |entry: &fs::DirEntry| entry.file_name().to_string_lossy().ends_with(LEFTOVER);
    for entry in entries.filter(is_leftover) {
        // A leftover disturbs nothing.
        let _ = fs::remove_file(entry.path());
    }
}

/// Writes the rows of these runs into a new file of the folder, each series together.
pub(super) fn write(folder: &Path, rows: &mut [Row], runs: &[RunFacts]) -> Result<(), Error> {
    let path = path(folder, runs);
    rows.sort_by(|one, other| one.in_order().cmp(&other.in_order()));
    let bytes = encode(rows, runs).map_err(Error::encode(&path))?;
    put(&path, &bytes)
}

/// Where these runs are kept.
pub(super) fn path(folder: &Path, runs: &[RunFacts]) -> PathBuf {
    let ids = || runs.iter().map(|run| run.id.as_str());
    let (first, last) = (ids().min().unwrap_or("none"), ids().max().unwrap_or("none"));
    let name = if first == last { first.to_owned() } else { format!("{first}-{last}") };
    folder.join(format!("{PREFIX}{name}.{EXTENSION}"))
}

/// Replaces the file as a whole or not at all.
pub(super) fn put(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let failed = || Error::io("write", path);
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".").suffix(LEFTOVER);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Temporary files are private by default; the table is as readable as the umask lets it be.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut temporary = builder.tempfile_in(folder).map_err(failed())?;
    temporary.write_all(bytes).map_err(failed())?;
    temporary.as_file().sync_all().map_err(failed())?;
    temporary.persist(path).map_err(|error| failed()(error.error))?;
    Ok(())
}

pub(super) fn schema() -> ParquetResult<TypePtr> {
    let none: &[Row] = &[];
    none.schema()
}

pub(super) fn properties(runs: &[RunFacts]) -> ParquetResult<WriterPropertiesPtr> {
    let note = Note::of(runs);
    let note = serde_json::to_string(&note).map_err(|error| ParquetError::General(error.to_string()))?;
    let note = KeyValue::new(NOTE.to_owned(), note);
    let builder = WriterProperties::builder().set_compression(Compression::SNAPPY);
    Ok(Arc::new(builder.set_key_value_metadata(Some(vec![note])).build()))
}

fn encode(rows: &[Row], runs: &[RunFacts]) -> ParquetResult<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut bytes, schema()?, properties(runs)?)?;
    for rows in rows.chunks(GROUP) {
        let mut group = writer.next_row_group()?;
        rows.write_to_row_group(&mut group)?;
        group.close()?;
    }
    writer.close()?;
    Ok(bytes)
}
