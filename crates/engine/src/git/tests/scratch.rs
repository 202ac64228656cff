//! A repository to be thrown away, out of reach of the user's own configuration.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Once;

use tempfile::TempDir;

use super::super::{Repo, Source};
use accel_bench_record::CommitId;

/// A temporary folder with a repository `work` in it.
pub(super) struct Scratch {
    folder: TempDir,
}

impl Scratch {
    /// With one commit on `main`.
    pub(super) fn new() -> Self {
        let scratch = Self::empty();
        scratch.commit("a.txt", "one\n");
        scratch
    }

    /// Without any commit.
    pub(super) fn empty() -> Self {
        isolate_libgit2();
        let scratch = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(scratch.root()).unwrap();
        scratch.git(&["init", "--quiet", "--initial-branch=main"]);
        scratch
    }

    /// The top of the working tree, without links in its path.
    pub(super) fn root(&self) -> PathBuf {
        self.beside("work")
    }

    /// A path next to the repository.
    pub(super) fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(name)
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }

    pub(super) fn repo(&self) -> Repo {
        Repo::discover(&self.root()).unwrap().unwrap()
    }

    pub(super) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Writes a file and commits everything.
    pub(super) fn commit(&self, name: &str, text: &str) -> CommitId {
        self.write(name, text);
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", &format!("Write {name}")]);
        self.head()
    }

    pub(super) fn head(&self) -> CommitId {
        CommitId::new(self.git(&["rev-parse", "HEAD"]))
    }

    pub(super) fn source(&self) -> Source {
        Source::Commit(self.head())
    }

    /// Runs git, which must succeed; what it printed, without the last line end.
    pub(super) fn git(&self, arguments: &[&str]) -> String {
        let output = self.try_git(arguments);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "git {arguments:?}: {told}");
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    pub(super) fn try_git(&self, arguments: &[&str]) -> Output {
        self.command("git").args(arguments).output().unwrap()
    }

    /// A command in the repository with nothing of the user's environment but `PATH`.
    pub(super) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.root()).env_clear();
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        command
            .env("HOME", self.folder.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1");
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "Ada").env(format!("GIT_{who}_EMAIL"), "ada@example.org");
            command.env(format!("GIT_{who}_DATE"), "2026-11-21T09:00:00Z");
        }
        command
    }

    /// Returns what must not change by reading: the index, `HEAD`, the configuration, the references, the worktrees.
    pub(super) fn fingerprint(&self) -> Vec<Vec<u8>> {
        let mut parts: Vec<_> = ["index", "HEAD", "config"]
            .iter()
            .map(|name| fs::read(self.path(".git").join(name)).unwrap())
            .collect();
        parts.push(self.git(&["for-each-ref"]).into_bytes());
        parts.push(self.git(&["worktree", "list"]).into_bytes());
        parts.push(self.git(&["--no-optional-locks", "status", "--porcelain", "--ignored"]).into_bytes());
        parts
    }

    /// How many objects the repository has.
    pub(super) fn objects(&self) -> String {
        self.git(&["count-objects", "-v"])
    }
}

pub(super) fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

/// libgit2 reads the same files as git does, but no `GIT_CONFIG_GLOBAL`.
fn isolate_libgit2() {
    use git2::ConfigLevel::{Global, ProgramData, System, XDG};
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        for level in [Global, ProgramData, System, XDG] {
            #[expect(unsafe_code, reason = "libgit2's search path is not locked; `Once` is our lock")]
            // SAFETY: every test makes a `Scratch` before anything else.
            unsafe {
                git2::opts::set_search_path(level, "/nonexistent").unwrap();
            }
        }
    });
}
