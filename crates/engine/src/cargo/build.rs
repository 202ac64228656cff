//! One call of `cargo build` for one package and one set of features.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use cargo_metadata::{Message, TargetKind};

use super::apart::WRAPPER_VARIABLE;
use super::error::Error;
use super::leftovers;

/// One build. cargo runs in this process's own group, so that Ctrl-C ends it too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildRequest {
    pub cargo: PathBuf,
    pub workspace_root: PathBuf,
    /// Absent: cargo's own choice.
    pub target_dir: Option<PathBuf>,
    /// For messages.
    pub package: String,
    /// The package for cargo: the id of `cargo metadata`, so that a dependency of the same name is not meant.
    pub package_id: String,
    pub targets: Vec<String>,
    pub features: Vec<String>,
    /// `bench`.
    pub profile: String,
    pub env: BTreeMap<String, String>,
    /// Variables that cargo must not inherit: those that git sets for a hook, say.
    pub without_env: Vec<String>,
}

/// A message of a build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BuildMessage {
    /// A line of cargo's own: progress, warnings, errors.
    Line(String),
    /// A crate is ready.
    Built { package: String, fresh: bool },
}

/// How often a build looks whether it is to stop.
const TICK: Duration = Duration::from_millis(100);

/// Builds the targets and reports the executable of each. Once `is_stopped` says so, cargo is ended: Ctrl-C reaches it
/// without us, a signal to this process alone does not.
pub fn build(
    request: &BuildRequest,
    is_stopped: &dyn Fn() -> bool,
    on: &mut dyn FnMut(BuildMessage),
) -> Result<BTreeMap<String, PathBuf>, Error> {
    let start = |source| Error::Start { program: request.cargo.clone(), source };
    let mut child = command(request).spawn().map_err(start)?;
    let output = follow(&mut child, is_stopped, on);
    let status = child.wait().map_err(|source| Error::Wait { program: request.cargo.clone(), source })?;
    // Also for a build that failed: what was made is there.
    if let Some(wrapper) = request.env.get(WRAPPER_VARIABLE) {
        leftovers::remember(Path::new(wrapper), &request.workspace_root, own(request, output.artifacts))?;
    }
    if !status.success() {
        return Err(failure(request, &output.lines, status));
    }
    let mut executables = output.executables;
    executables.retain(|target, _| request.targets.contains(target));
    match request.targets.iter().find(|target| !executables.contains_key(*target)) {
        Some(target) => Err(Error::NoExecutable { package: request.package.clone(), target: target.clone() }),
        None => Ok(executables),
    }
}

fn command(request: &BuildRequest) -> Command {
    let mut command = Command::new(&request.cargo);
    command.args(["build", "--message-format=json-render-diagnostics", "--profile", &request.profile]);
    command.args(["--package", &request.package_id]);
    command.args(request.targets.iter().flat_map(|target| ["--bench", target]));
    if !request.features.is_empty() {
        command.args(["--features", &request.features.join(",")]);
    }
    if let Some(dir) = &request.target_dir {
        command.arg("--target-dir").arg(dir);
    }
    request.without_env.iter().for_each(|name| {
        command.env_remove(name);
    });
    command.current_dir(&request.workspace_root).envs(&request.env);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The output of cargo.
#[derive(Debug, Default)]
struct Output {
    /// Everything that is there now, with the manifest of its package.
    artifacts: Vec<(PathBuf, PathBuf)>,
    executables: BTreeMap<String, PathBuf>,
    /// The errors among its lines.
    lines: Vec<String>,
}

/// Reads both of cargo's streams until they end; `on` is called on this thread only.
fn follow(child: &mut Child, is_stopped: &dyn Fn() -> bool, on: &mut dyn FnMut(BuildMessage)) -> Output {
    let (send, receive) = mpsc::channel();
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    thread::scope(|scope| {
        let also_send = send.clone();
        scope.spawn(move || stderr.into_iter().for_each(|stream| read_lines(stream, &also_send)));
        scope.spawn(move || stdout.into_iter().for_each(|stream| read_messages(stream, &send)));
        let mut end = || {
            if is_stopped() {
                // One that has ended already is as good.
                let _ = child.kill();
            }
        };
        collect(&receive, &mut end, on)
    })
}

/// An item from one of the streams.
enum Said {
    Line(String),
    Artifact(Box<cargo_metadata::Artifact>),
}

/// The receiver outlives both readers; were it gone, no one would want the lines.
fn read_lines(stream: impl Read, to: &Sender<Said>) {
    let mut reader = BufReader::new(stream);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
        let text = String::from_utf8_lossy(&line).trim_end().to_owned();
        line.clear();
        if to.send(Said::Line(text)).is_err() {
            return;
        }
    }
}

fn read_messages(stream: impl Read, to: &Sender<Said>) {
    for message in Message::parse_stream(BufReader::new(stream)).map_while(Result::ok) {
        let said = match message {
            Message::CompilerArtifact(artifact) => Said::Artifact(Box::new(artifact)),
            Message::TextLine(line) => Said::Line(line),
            _ => continue,
        };
        if to.send(said).is_err() {
            return;
        }
    }
}

/// Takes what is said until both readers have ended; `tick` is called meanwhile.
fn collect(from: &Receiver<Said>, tick: &mut dyn FnMut(), on: &mut dyn FnMut(BuildMessage)) -> Output {
    let mut output = Output::default();
    loop {
        tick();
        let said = match from.recv_timeout(TICK) {
            Ok(said) => said,
            Err(RecvTimeoutError::Timeout) => continue,
            Err(RecvTimeoutError::Disconnected) => return output,
        };
        match said {
            Said::Line(line) => {
                if line.contains("error") {
                    output.lines.push(line.clone());
                }
                on(BuildMessage::Line(line));
            }
            Said::Artifact(artifact) => {
                if let Some(path) = &artifact.executable
                    && artifact.target.kind.contains(&TargetKind::Bench)
                {
                    output.executables.insert(artifact.target.name.clone(), path.clone().into_std_path_buf());
                }
                let manifest = artifact.manifest_path.as_std_path();
                let files = artifact.filenames.iter().map(|path| path.as_std_path().to_owned());
                output.artifacts.extend(files.map(|path| (manifest.to_owned(), path)));
                let package = artifact.target.name.clone();
                on(BuildMessage::Built { package, fresh: artifact.fresh });
            }
        }
    }
}

/// The artifacts of the tree's own packages: those of dependencies are shared with other trees.
fn own(request: &BuildRequest, artifacts: Vec<(PathBuf, PathBuf)>) -> Vec<PathBuf> {
    let of_tree = artifacts.into_iter().filter(|(manifest, _)| manifest.starts_with(&request.workspace_root));
    of_tree.map(|(_, path)| path).collect()
}

/// Which of the failures that have a remedy of their own it was.
fn failure(request: &BuildRequest, lines: &[String], status: ExitStatus) -> Error {
    let package = request.package.clone();
    let says = |parts: &[&str]| lines.iter().find(|line| parts.iter().any(|part| line.contains(part)));
    if let Some(line) = says(&["does not contain this feature", "does not contain these features"]) {
        let named = request.features.iter().find(|feature| line.ends_with(feature.as_str()));
        let feature = named.or(request.features.first()).cloned().unwrap_or_default();
        return Error::NoFeature { package, feature };
    }
    if let Some(line) = says(&["no bench target named"])
        && let Some(target) = request.targets.iter().find(|target| line.contains(&format!("`{target}`")))
    {
        return Error::NoTarget { package, target: target.clone() };
    }
    Error::Build { package, features: request.features.clone(), ending: status.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cargo::workspace::tests::{CARGO, project};

    const MANIFEST: &str = r#"
        [package]
        name = "app"
        version = "0.1.0"
        edition = "2024"
        [features]
        fast = []
        [[bench]]
        name = "first"
        harness = false
        [profile.bench]
        opt-level = 0
    "#;

    fn request(dir: &Path, target: &str, features: &[&str]) -> BuildRequest {
        BuildRequest {
            cargo: CARGO.into(),
            workspace_root: dir.to_owned(),
            target_dir: Some(dir.join("target")),
            package: "app".to_owned(),
            package_id: "app".to_owned(),
            targets: vec![target.to_owned()],
            features: features.iter().map(|name| (*name).to_owned()).collect(),
            profile: "bench".to_owned(),
            env: BTreeMap::new(),
            without_env: Vec::new(),
        }
    }

    fn run(
        source: &str,
        target: &str,
        features: &[&str],
    ) -> (Result<BTreeMap<String, PathBuf>, Error>, Vec<BuildMessage>) {
        let dir = project(&[("Cargo.toml", MANIFEST), ("benches/first.rs", source), ("src/lib.rs", "")]);
        let request = request(dir.path(), target, features);
        let mut messages = Vec::new();
        let built = build(&request, &|| false, &mut |message| messages.push(message));
        let built = built.inspect(|executables| assert!(executables.values().all(|path| path.is_file())));
        (built, messages)
    }

    fn has_line(messages: &[BuildMessage], part: &str) -> bool {
        messages.iter().any(|message| matches!(message, BuildMessage::Line(line) if line.contains(part)))
    }

    #[test]
    fn a_build_that_is_stopped_ends_at_once() {
        let slow = "fn main() { std::thread::sleep(std::time::Duration::from_secs(20)) }";
        let files =
            [("Cargo.toml", MANIFEST), ("build.rs", slow), ("benches/first.rs", ""), ("src/lib.rs", "")];
        let dir = project(&files);
        let start = std::time::Instant::now();
        let is_stopped = || start.elapsed() > Duration::from_secs(1);
        let built = build(&request(dir.path(), "first", &[]), &is_stopped, &mut |_| ());
        assert!(matches!(built, Err(Error::Build { .. })), "{built:?}");
        assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
    }

    #[test]
    fn an_executable_for_each_target() {
        let (built, messages) = run("#[cfg(feature = \"fast\")] fn main() {}", "first", &["fast"]);
        let built = built.expect("it builds");
        assert_eq!(built.keys().collect::<Vec<_>>(), ["first"]);
        assert!(has_line(&messages, "Compiling app"), "{messages:?}");
        let ready = BuildMessage::Built { package: "first".to_owned(), fresh: false };
        assert!(messages.contains(&ready), "{messages:?}");
    }

    #[test]
    fn errors_are_passed_on() {
        let (built, messages) = run("fn main() { nothing() }", "first", &[]);
        let error = built.expect_err("it does not build");
        assert!(matches!(&error, Error::Build { ending, .. } if ending.contains("101")), "{error}");
        assert!(has_line(&messages, "cannot find function `nothing`"), "{messages:?}");
    }

    #[test]
    fn a_missing_feature() {
        let (built, _) = run("fn main() {}", "first", &["wgpu"]);
        let error = built.expect_err("no such feature");
        assert!(matches!(&error, Error::NoFeature { feature, .. } if feature == "wgpu"), "{error}");
    }

    #[test]
    fn a_missing_target() {
        let (built, _) = run("fn main() {}", "second", &[]);
        let error = built.expect_err("no such target");
        assert!(matches!(&error, Error::NoTarget { target, .. } if target == "second"), "{error}");
    }
}
