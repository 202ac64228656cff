//! The artifacts that builds of a tree leave in a target folder, written down while the tree is there, so that it can be
//! removed once the tree is gone.
//!
//! Cargo does not report whose an artifact is: names hold a hash, and the paths in the dep-info are relative. So
//! each build notes what cargo said it made of the tree's own packages, next to the tree's wrapper. Only what is
//! noted is ever removed: nothing of other trees, of dependencies, nor what cargo puts where a user looks for it.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::Error;
use super::{apart, relink};

const FORMAT: u32 = 1;

/// The artifacts of one tree, noted next to its wrapper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Note {
    format: u32,
    /// The workspace's root.
    tree: PathBuf,
    artifacts: BTreeSet<PathBuf>,
}

/// The artifacts of a tree that no longer exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leftover {
    pub tree: PathBuf,
    pub bytes: u64,
    files: Vec<PathBuf>,
    /// Holds the wrapper and the note.
    folder: PathBuf,
}

/// Adds what a build with `wrapper` made of the tree's own packages to what is known of the tree.
pub(super) fn remember(wrapper: &Path, tree: &Path, artifacts: Vec<PathBuf>) -> Result<(), Error> {
    let path = note_path(wrapper.parent().expect("the wrapper lies in a folder"));
    let mut note =
        read(&path).unwrap_or(Note { format: FORMAT, tree: tree.to_owned(), artifacts: BTreeSet::new() });
    let before = note.clone();
    // Artifacts of earlier builds, with other features or another compiler, that were removed since.
    note.artifacts.retain(|artifact| artifact.exists());
    note.artifacts.extend(artifacts.into_iter().filter(|artifact| is_own(artifact)));
    if note == before && path.exists() {
        return Ok(());
    }
    let written = serde_json::to_vec(&note).map_err(io::Error::from).and_then(|text| fs::write(&path, text));
    written.map_err(|source| Error::Write { path, source })
}

/// Returns what trees for which `is_gone` holds have left in the target folder.
pub fn leftovers(target_dir: &Path, is_gone: &dyn Fn(&Path) -> bool) -> Result<Vec<Leftover>, Error> {
    let notes = notes(&apart::folder(target_dir))?;
    let (gone, there): (Vec<_>, Vec<_>) = notes.into_iter().partition(|(_, note)| is_gone(&note.tree));
    let in_use: BTreeSet<_> = there.into_iter().flat_map(|(_, note)| note.artifacts).collect();
    Ok(gone.into_iter().map(|(folder, note)| leftover(target_dir, folder, note, &in_use)).collect())
}

impl Leftover {
    /// Removes it. What another process removed first is removed.
    pub fn remove(&self) -> Result<(), Error> {
        // The note goes last: whatever stops this, the next one knows what is left.
        for path in &self.files {
            let kept = relink::kept(path);
            gone(&kept, fs::remove_dir_all(&kept))?;
            gone(path, fs::remove_file(path))?;
        }
        gone(&self.folder, fs::remove_dir_all(&self.folder))
    }
}

fn leftover(target_dir: &Path, folder: PathBuf, note: Note, in_use: &BTreeSet<PathBuf>) -> Leftover {
    let named = note.artifacts.iter().filter(|path| path.starts_with(target_dir) && !in_use.contains(*path));
    let files: BTreeSet<PathBuf> =
        named.filter(|path| is_own(path)).flat_map(|path| with_siblings(path)).collect();
    let files: Vec<_> = files.into_iter().filter(|path| is_file(path)).collect();
    let own = fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let kept = files.iter().flat_map(|path| fs::read_dir(relink::kept(path)).into_iter().flatten().flatten());
    let kept: Vec<_> = kept.map(|entry| entry.path()).collect();
    let bytes = files.iter().cloned().chain(own).chain(kept).map(|path| size(&path)).sum();
    Leftover { tree: note.tree, bytes, files, folder }
}

/// Returns whether cargo made it for this tree alone: below `deps` names hold the hash of their tree. What is
/// elsewhere is a link for the user, the same for every tree, or a folder of a build script.
fn is_own(artifact: &Path) -> bool {
    let in_deps = artifact.parent().is_some_and(|folder| folder.ends_with("deps"));
    let is_hash = |(_, hash): (&str, &str)| hash.len() == 16 && hash.chars().all(|c| c.is_ascii_hexdigit());
    in_deps && stem(artifact).is_some_and(|stem| stem.rsplit_once('-').is_some_and(is_hash))
}

/// The artifact, and the dep-info that the compiler writes next to it.
fn with_siblings(artifact: &Path) -> Vec<PathBuf> {
    let dep_info =
        stem(artifact).map(|stem| stem.strip_prefix("lib").unwrap_or(stem)).map(|stem| format!("{stem}.d"));
    let dep_info = dep_info.map(|name| artifact.with_file_name(name));
    [artifact.to_owned()].into_iter().chain(dep_info).collect()
}

fn stem(artifact: &Path) -> Option<&str> {
    artifact.file_stem()?.to_str()
}

/// Each folder of a wrapper with what is known of its tree; one that cannot be read is left alone.
fn notes(under: &Path) -> Result<Vec<(PathBuf, Note)>, Error> {
    let entries = match fs::read_dir(under) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(|source| Error::Read { path: under.to_owned(), source })?,
    };
    let mut folders: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    folders.sort();
    Ok(folders.into_iter().filter_map(|folder| Some((folder.clone(), read(&note_path(&folder))?))).collect())
}

fn read(path: &Path) -> Option<Note> {
    let note: Note = serde_json::from_str(&fs::read_to_string(path).ok()?).ok()?;
    (note.format == FORMAT).then_some(note)
}

fn note_path(folder: &Path) -> PathBuf {
    folder.join("tree.json")
}

fn is_file(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_file())
}

fn size(path: &Path) -> u64 {
    fs::symlink_metadata(path).map_or(0, |found| found.len())
}

fn gone(path: &Path, removal: io::Result<()>) -> Result<(), Error> {
    match removal {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(Error::Remove { path: path.to_owned(), source })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "0123456789abcdef";

    /// A target folder with the wrappers and artifacts of two trees.
    struct Target {
        dir: tempfile::TempDir,
    }

    impl Target {
        fn new() -> Self {
            Self { dir: tempfile::tempdir().expect("a folder") }
        }

        fn path(&self, path: &str) -> PathBuf {
            self.dir.path().join(path)
        }

        fn write(&self, path: &str) -> PathBuf {
            let path = self.path(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("it is made");
            fs::write(&path, "1234567890").expect("it is written");
            path
        }

        /// Makes and notes these artifacts of a tree.
        fn built(&self, tree: &str, artifacts: &[&str]) {
            let artifacts = artifacts.iter().map(|path| self.write(path)).collect();
            let wrapper = apart::wrapper(Path::new(tree), self.dir.path(), None, apart::Recipe::default())
                .expect("a wrapper");
            remember(&wrapper, Path::new(tree), artifacts).expect("it is noted");
        }

        fn of(&self, gone: &str) -> Vec<Leftover> {
            leftovers(self.dir.path(), &|tree| tree == Path::new(gone)).expect("it can be looked at")
        }

        /// Removes what is left of a tree; what is there then, below `release`.
        fn without(&self, gone: &str) -> Vec<String> {
            self.of(gone).iter().for_each(|leftover| leftover.remove().expect("it goes"));
            let deps = fs::read_dir(self.path("release/deps")).expect("it is there").flatten();
            let mut names: Vec<_> = deps.map(|entry| entry.file_name().display().to_string()).collect();
            names.sort();
            names
        }
    }

    fn artifacts(name: &str) -> [String; 2] {
        [format!("release/deps/{name}-{HASH}"), format!("release/deps/lib{name}-{HASH}.rlib")]
    }

    fn check(artifact: &str, expected: bool) {
        assert_eq!(is_own(Path::new(artifact)), expected, "{artifact}");
    }

    #[test]
    fn what_cargo_makes_for_one_tree_alone() {
        check("/t/release/deps/encoder-0123456789abcdef", true);
        check("/t/release/deps/libapp-0123456789abcdef.rlib", true);
        check("/t/release/deps/libapp-0123456789abcdef.rmeta", true);
        check("/t/release/deps/two-words-0123456789abcdef", true);
        check("/t/release/app", false);
        check("/t/release/deps/app", false);
        check("/t/release/deps/app-latest", false);
        check("/t/release/deps/app-0123456789abcdeg", false);
        check("/t/release/deps/-", false);
        check("/t/release/build/app-0123456789abcdef/build-script-build", false);
        check("/home/me/notes-0123456789abcdef", false);
    }

    #[test]
    fn a_tree_that_is_gone_takes_its_artifacts_along_and_nothing_else() {
        let target = Target::new();
        let [one, library] = artifacts("one");
        target.built("/gone", &[&one, &library, "release/one"]);
        target.write(&format!("{one}.d"));
        target.built("/there", &[&artifacts("two")[0]]);
        target.write("release/deps/libserde-fedcba9876543210.rlib");
        let found = target.of("/gone");
        assert_eq!(
            found.iter().map(|it| (it.tree.as_path(), it.files.len())).collect::<Vec<_>>(),
            [(Path::new("/gone"), 3)]
        );
        assert!(found[0].bytes > 30, "three files of ten bytes, the wrapper and the note: {found:?}");
        let rest = ["libserde-fedcba9876543210.rlib".to_owned(), format!("two-{HASH}")];
        assert_eq!(target.without("/gone"), rest);
        assert!(target.path("release/one").exists(), "a link for the user stays");
        assert!(!found[0].folder.exists());
        assert_eq!(target.of("/gone"), []);
    }

    #[test]
    fn what_a_tree_that_is_there_uses_stays() {
        let target = Target::new();
        let [shared, _] = artifacts("shared");
        target.built("/gone", &[&shared]);
        target.built("/there", &[&shared]);
        assert_eq!(target.without("/gone"), [format!("shared-{HASH}")]);
    }

    #[test]
    fn several_builds_add_up_and_what_is_gone_is_forgotten() {
        let target = Target::new();
        let [one, other] = artifacts("one");
        target.built("/a", &[&one]);
        target.built("/a", &[&other]);
        assert_eq!(target.of("/a")[0].files.len(), 2);
        fs::remove_file(target.path(&one)).expect("it was there");
        target.built("/a", &[]);
        assert_eq!(target.of("/a")[0].files, [target.path(&other)]);
    }

    #[test]
    fn nothing_outside_of_the_target_folder_is_touched_whatever_the_note_says() {
        let target = Target::new();
        let elsewhere = tempfile::tempdir().expect("a folder");
        let precious = elsewhere.path().join(format!("deps/precious-{HASH}"));
        fs::create_dir_all(precious.parent().expect("a folder")).expect("it is made");
        fs::write(&precious, "").expect("it is written");
        target.built("/gone", &[]);
        let folder = target.of("/gone").remove(0).folder;
        let note = Note { format: FORMAT, tree: "/gone".into(), artifacts: [precious.clone()].into() };
        fs::write(note_path(&folder), serde_json::to_vec(&note).expect("JSON")).expect("it is written");
        assert_eq!(target.of("/gone")[0].files, [] as [PathBuf; 0]);
        target.of("/gone")[0].remove().expect("the folder goes");
        assert!(precious.exists());
    }

    /// A folder of a wrapper whose note is `text`.
    fn with_note(text: &str, expected: usize) {
        let target = Target::new();
        target.built("/gone", &[&artifacts("one")[0]]);
        let note = note_path(&target.of("/gone")[0].folder);
        fs::write(&note, text).expect("it is written");
        assert_eq!(target.of("/gone").len(), expected, "{text}");
        assert!(note.exists());
    }

    #[test]
    fn a_note_that_cannot_be_read_keeps_everything() {
        with_note(r#"{"format":1,"tree":"/gone","artifacts":[]}"#, 1);
        with_note(r#"{"format":2,"tree":"/gone","artifacts":[]}"#, 0);
        with_note(r#"{"format":1,"tree":"/gone"}"#, 0);
        with_note(r#"{"format":1,"tree":"/gone","artifacts":["#, 0);
        with_note("", 0);
        with_note("[]", 0);
    }

    #[test]
    fn notes_come_back_as_they_were_written() {
        let note =
            Note {
                format: FORMAT, tree: "/größe/a b".into(), artifacts: ["/x".into(), "/y".into()].into()
            };
        let dir = tempfile::tempdir().expect("a folder");
        let path = note_path(dir.path());
        fs::write(&path, serde_json::to_vec(&note).expect("JSON")).expect("it is written");
        assert_eq!(read(&path), Some(note));
    }

    #[test]
    fn a_target_folder_that_nothing_was_built_in_is_empty() {
        let target = Target::new();
        assert_eq!(target.of("/gone"), []);
        target.write("accel-bench/a-file");
        target.write("accel-bench/old/rustc");
        assert_eq!(target.of("/gone"), [], "a wrapper of a tree that no one knows stays");
    }
}
