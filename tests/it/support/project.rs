//! A small package with benches, on disk.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Once;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use super::Ran;

/// The checkout that is tested.
const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Nothing here takes a tenth of it, unless it hangs.
const PATIENCE: Duration = Duration::from_secs(180);

/// Short measurements: what is tested is not how well is measured.
pub(crate) const QUICK: &str = "
[profiles.default]
processes = 2
warm-up = \"1ms\"
time = \"4ms\"
";

/// The library of a project: one iteration takes as long as it says, on any machine. It sleeps at least as long
/// as it reports, so that the reported time can be.
const LIBRARY: &str = "
pub const NANOS: u64 = 100_000;

pub fn exactly(iterations: u64, nanos: u64) -> std::time::Duration {
    let told = std::time::Duration::from_nanos(nanos * iterations);
    std::thread::sleep(told);
    told
}
";

const PREFIX: &str = "accel-bench-it-";

static SWEPT: Once = Once::new();

/// Projects that several tests share are never dropped: those of yesterday's tests go.
fn sweep() {
    let is_old = |path: &Path| {
        let modified = path.metadata().and_then(|meta| meta.modified()).ok();
        modified
            .and_then(|time| time.elapsed().ok())
            .is_some_and(|age| age > Duration::from_secs(24 * 60 * 60))
    };
    let entries = fs::read_dir(env::temp_dir()).into_iter().flatten().flatten();
    let ours = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(PREFIX));
    for path in ours.map(|entry| entry.path()).filter(|path| is_old(path)) {
        // Another test process may be doing the same.
        let _ = fs::remove_dir_all(path);
    }
}

/// A package called `it-<name>`; the name is its own among all tests, because they share a target folder.
#[derive(Debug)]
pub(crate) struct Project {
    folder: TempDir,
    manifest: String,
    name: String,
}

impl Project {
    pub(crate) fn new(name: &str) -> Self {
        SWEPT.call_once(sweep);
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir().expect("a folder");
        let manifest = format!(
            "[package]\nname = \"it-{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
             [profile.bench]\nopt-level = 1\ndebug = false\n\n\
             [dev-dependencies]\naccel-bench = {{ path = \"{ROOT}/crates/harness\" }}\n"
        );
        let project = Self { folder, manifest, name: name.to_owned() };
        project.write("src/lib.rs", LIBRARY);
        project.write("bench.toml", QUICK);
        project.write(".gitignore", "/.accel-bench\n");
        // The versions that the tool is tested with are there without a network.
        fs::copy(format!("{ROOT}/Cargo.lock"), project.path("Cargo.lock")).expect("a copy");
        project.write_cargo_toml();
        project
    }

    /// Adds a bench target of the harness; `it` means the project's library.
    pub(crate) fn bench(mut self, target: &str, source: &str) -> Self {
        self.manifest += &format!("\n[[bench]]\nname = \"{target}\"\nharness = false\n");
        self.write_cargo_toml();
        self.rewrite_bench(target, source);
        self
    }

    /// A line under `[dev-dependencies]`.
    pub(crate) fn dependency(mut self, line: &str) -> Self {
        self.manifest =
            self.manifest.replace("[dev-dependencies]\n", &format!("[dev-dependencies]\n{line}\n"));
        self.write_cargo_toml();
        self
    }

    /// The `bench.toml`, behind short times.
    pub(crate) fn toml(self, text: &str) -> Self {
        self.write("bench.toml", &format!("{text}\n{QUICK}"));
        self
    }

    /// Puts it under git, with one commit on `main`.
    pub(crate) fn under_git(self) -> Self {
        self.git(&["init", "--quiet", "--initial-branch", "main"]);
        self.commit("first");
        self
    }

    fn write_cargo_toml(&self) {
        self.write("Cargo.toml", &self.manifest);
    }

    pub(crate) fn rewrite_bench(&self, target: &str, source: &str) {
        let library = format!("it_{}", self.name.replace('-', "_"));
        let source = source.replace("it::", &format!("{library}::"));
        let head = "use accel_bench::{Bencher, Throughput, bench};";
        let allow = "#![allow(unused_imports, dead_code, unreachable_code)]";
        let text = match ["fn main", "main!(", "criterion"].iter().any(|own| source.contains(own)) {
            true => source,
            false => format!("{allow}\n{head}\n\n{source}\n\naccel_bench::main!();\n"),
        };
        self.write(&format!("benches/{target}.rs"), &text);
    }

    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    /// Builds a C library called `name` in the folder `lib`.
    pub(crate) fn c_library(&self, name: &str, source: &str) {
        fs::create_dir_all(self.path("lib")).expect("a folder");
        self.write(&format!("{name}.c"), source);
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-w", "-o"]).arg(self.path(&format!("lib/{name}")));
        assert!(compiler.arg(self.path(&format!("{name}.c"))).status().expect("a C compiler").success());
    }

    pub(crate) fn read(&self, path: impl AsRef<Path>) -> String {
        let path = self.root().join(path);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    pub(crate) fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "`{from}` is not in {path}: {text}");
        self.write(path, &text.replace(from, to));
    }

    /// `main` is pushed to `origin`, which goes with the value.
    pub(crate) fn pushes_to_a_remote(&self) -> tempfile::TempDir {
        let remote = tempfile::tempdir().expect("a folder");
        let url = remote.path().to_str().expect("a path");
        self.git(&["init", "--quiet", "--bare", url]);
        self.git(&["remote", "add", "origin", url]);
        self.git(&["push", "--quiet", "origin", "main"]);
        remote
    }

    /// Makes one iteration take `nanos`.
    pub(crate) fn takes(&self, nanos: u64) {
        let text = self.read("src/lib.rs");
        let (_, rest) = text.split_once("NANOS: u64 = ").expect("the constant");
        let (old, _) = rest.split_once(';').expect("its end");
        self.edit("src/lib.rs", &format!("NANOS: u64 = {old}"), &format!("NANOS: u64 = {nanos}"));
    }

    /// The tool, to be run here with these arguments; the environment is the test's own.
    pub(crate) fn command<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Command {
        let mut command = self.program(env!("CARGO_BIN_EXE_cargo-accel-bench"));
        // As cargo calls it.
        command.arg("accel-bench").args(arguments);
        command
    }

    pub(crate) fn program(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        let leaking = |name: &str| {
            let own = ["NO_COLOR", "CLICOLOR_FORCE", "RUSTFLAGS", "ACCEL_BENCH_SKIP_HOOK"];
            own.contains(&name) || name.starts_with("GIT_") || name.starts_with("CARGO_")
        };
        for (name, _) in env::vars().filter(|(name, _)| leaking(name) && name != "CARGO_HOME") {
            command.env_remove(name);
        }
        let who = [("NAME", "Ada"), ("EMAIL", "ada@example.org")];
        for (key, value) in who {
            command.env(format!("GIT_AUTHOR_{key}"), value).env(format!("GIT_COMMITTER_{key}"), value);
        }
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
        command.env("CARGO_TARGET_DIR", target_dir()).env("CARGO_NET_OFFLINE", "true");
        // Git's hooks find the tool as cargo does, on the path.
        let tool = Path::new(env!("CARGO_BIN_EXE_cargo-accel-bench")).parent().expect("a folder");
        let path = env::var("PATH").unwrap_or_default();
        command.env("PATH", format!("{}:{path}", tool.display()));
        command.current_dir(self.root());
        command
    }

    pub(crate) fn tool<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Ran {
        run(self.command(arguments))
    }

    /// The tool, its arguments written as one would type them.
    pub(crate) fn accel_bench(&self, line: &str) -> Ran {
        self.tool(&line.split_whitespace().collect::<Vec<_>>())
    }

    /// The tool in a terminal of its own, where `typed` is typed; `None` where no `script` makes one. What it
    /// shows and what it says come as one.
    pub(crate) fn in_terminal(&self, line: &str, typed: &str) -> Option<Ran> {
        let mut command = self.program("script");
        command.args(["--quiet", "--return", "--command"]);
        command.arg(format!("{} accel-bench {line}", env!("CARGO_BIN_EXE_cargo-accel-bench")));
        command.arg("/dev/null");
        let is_there =
            Command::new("script").arg("--version").output().is_ok_and(|told| told.status.success());
        is_there.then(|| run_with(command, typed))
    }

    /// `git`, which must succeed.
    #[track_caller]
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        self.try_git(arguments).exits(0).stdout
    }

    pub(crate) fn try_git(&self, arguments: &[&str]) -> Ran {
        let mut command = self.program("git");
        command.args(arguments);
        run(command)
    }

    /// Commits everything, with a `Cargo.lock` that no build will change.
    pub(crate) fn commit(&self, message: &str) {
        let mut cargo = self.program("cargo");
        // For this platform alone: those of others were never downloaded, and the network may not be there.
        cargo.args(["metadata", "--format-version", "1", "--offline", "--filter-platform", "host-tuple"]);
        run(cargo).exits(0);
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--no-verify", "--allow-empty", "-m", message]);
    }

    /// The stored run of one side of a comparison that was written as JSON.
    pub(crate) fn record(&self, ran: &Ran, side: &str) -> Value {
        let id = ran.at(&format!("/{side}/run"));
        let name = format!("{}.json", id.as_str().expect("an id"));
        let file = self.runs().into_iter().find(|path| path.ends_with(&name)).expect("it is stored");
        serde_json::from_str(&self.read(file)).expect("it is whole")
    }

    /// The files of the store's runs, oldest first.
    pub(crate) fn runs(&self) -> Vec<PathBuf> {
        let folders = fs::read_dir(self.path(".accel-bench/runs")).into_iter().flatten().flatten();
        let files = folders.flat_map(|folder| fs::read_dir(folder.path()).into_iter().flatten().flatten());
        let is_run = |path: &PathBuf| {
            path.extension().is_some_and(|extension| extension == "json" || extension == "journal")
        };
        let mut files: Vec<_> = files.map(|file| file.path()).filter(is_run).collect();
        // A run that was killed while it ended has its journal beside its file, and the file is what counts.
        let ended: Vec<_> =
            files.iter().filter(|path| path.extension() == Some("json".as_ref())).cloned().collect();
        files.retain(|path| {
            path.extension() == Some("json".as_ref()) || !ended.contains(&path.with_extension("json"))
        });
        files.sort_by_key(|path| path.file_name().map(OsStr::to_owned));
        files
    }
}

/// The record in a run's file, ended or not.
#[track_caller]
pub(crate) fn record(file: &Path) -> Value {
    let record = accel_bench_engine::store::read_file(file).expect("it is whole");
    serde_json::to_value(record).expect("it is JSON")
}

/// Compiled dependencies are shared: they are the same for all projects.
pub(crate) fn target_dir() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("projects")
}

/// Removes artifacts of this name that an earlier version of the tool built, with other flags.
pub(crate) fn forget(name: &str) {
    let Ok(deps) = fs::read_dir(target_dir().join("release/deps")) else { return };
    for entry in deps.flatten().filter(|entry| entry.file_name().to_string_lossy().contains(name)) {
        let path = entry.path();
        let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
        removed.expect("it is removed");
    }
}

pub(crate) fn run(command: Command) -> Ran {
    run_with(command, "")
}

/// A program that reads `input`.
fn run_with(command: Command, input: &str) -> Ran {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let what = words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
    let mut command = assert_cmd::Command::from_std(command);
    Ran::new(what, command.write_stdin(input).timeout(PATIENCE).output().expect("the program starts"))
}
