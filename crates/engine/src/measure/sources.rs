//! A tree of sources that can be built: its workspace and its manifest.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::libraries;
use crate::Host;
use crate::cargo::Workspace;
use crate::error::{Error, Result};
use crate::manifest::{self, Manifest};
use crate::plan::{BenchTarget, Harness, Scope, Selection};

/// The working tree, or a checkout of a revision.
#[derive(Debug)]
pub struct Sources {
    pub workspace: Workspace,
    pub manifest: Manifest,
    /// Paths of models are relative to it: data is not checked out, so both sides find it in the project itself.
    home: PathBuf,
}

impl Sources {
    /// The workspace around `dir`, and the `bench.toml` at its root.
    pub fn load(host: &Host, dir: &Path) -> Result<Self> {
        let workspace = Workspace::load(&host.cargo(), dir)?;
        let path = workspace.root.join("bench.toml");
        let manifest = match fs::read(&path) {
            Ok(bytes) => Some(parsed(bytes, &host.shown(&path))?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(source) => return Err(Error::Io { act: "read", path, source }),
        };
        let mut manifest = match manifest {
            Some(manifest) if !manifest.benches.is_empty() => manifest,
            other => {
                let found = workspace.bench_targets();
                let is_ours =
                    |target: &&BenchTarget| target.is_ours() && target.harness == Some(Harness::AccelBench);
                let ours = found.iter().filter(is_ours);
                let pairs = ours.map(|target| (target.package.as_str(), target.target.as_str()));
                other.unwrap_or_else(|| Manifest::of_targets([])).with_targets(pairs)
            }
        };
        libraries::add(host, &mut manifest);
        let home = workspace.root.clone();
        Ok(Self { workspace, manifest, home })
    }

    /// A checkout of `project`, where its data lies, and which says how both are built.
    pub fn checked_out_of(mut self, project: &Self) -> Self {
        self.manifest.build = project.manifest.build;
        Self { home: project.root().to_path_buf(), ..self }
    }

    /// Resolves the selection by this tree's manifest.
    pub fn scope<'a>(&'a self, selection: &'a Selection) -> Result<Scope<'a>> {
        Ok(Scope::new(&self.manifest, selection)?)
    }

    pub fn home(&self) -> &Path {
        &self.home
    }

    /// Returns whether it is the project itself.
    pub fn is_at_home(&self) -> bool {
        self.home == self.workspace.root
    }

    pub fn root(&self) -> &Path {
        &self.workspace.root
    }
}

fn parsed(bytes: Vec<u8>, path: &Path) -> std::result::Result<Manifest, manifest::Error> {
    match String::from_utf8(bytes) {
        Ok(text) => manifest::parse(&text, path),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            Err(manifest::Error::not_text(path, error.as_bytes(), at))
        }
    }
}
