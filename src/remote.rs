//! Stores elsewhere than in a folder: another program copies the runs that the other side lacks, and overwrites none.

use std::ffi::OsString;
use std::fmt;
use std::path::Path;

use serde::Deserialize;

use accel_bench_engine::executor::ask;

use crate::context::Context;
use crate::error::{Error, Exit, Result};
use crate::server;

/// Another store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Remote {
    /// A place as rsync takes it: `HOST:DIR`, `rsync://HOST/MODULE`.
    Rsync(String),
    /// `s3://BUCKET/PREFIX`.
    Bucket(String),
}

/// What `accel-bench-server copy` says.
#[derive(Deserialize)]
struct Copied {
    copied: usize,
}

impl Remote {
    /// `None`: the place is a folder, or something else.
    pub(crate) fn of(place: &Path) -> Result<Option<Self>> {
        let Some(text) = place.to_str() else { return Ok(None) };
        if text.starts_with("s3://") {
            return Ok(Some(Self::Bucket(text.to_owned())));
        }
        let target = if text.starts_with("rsync://") { Some(text) } else { text.strip_prefix("rsync:") };
        match target {
            // It would be read as an option, of rsync or of ssh.
            Some(target) if target.is_empty() || target.starts_with('-') => Err(Error::usage(
                format!("`{text}` names no place"),
                "write `rsync:HOST:DIR`, or `rsync://HOST/MODULE/DIR`",
            )),
            Some(target) => Ok(Some(Self::Rsync(target.trim_end_matches('/').to_owned()))),
            None if text.contains("://") => Err(Error::usage(
                format!("`{text}` is not a store that runs can be shared with"),
                "name a folder, `git:BRANCH`, `rsync:HOST:DIR` or `s3://BUCKET/PREFIX`",
            )),
            None => Ok(None),
        }
    }

    /// Copies the runs of a store's folder that the other side lacks, and says how many.
    pub(crate) fn give(&self, cx: &mut Context, store: &Path) -> Result<usize> {
        match self {
            Self::Rsync(target) => {
                let options = ["--mkpath", "--ignore-existing"].map(OsString::from).to_vec();
                let from = runs(store.as_os_str().to_owned());
                rsync(cx, options, from, runs(target.into()))
            }
            Self::Bucket(place) => bucket(cx, [store.into(), place.into()].to_vec()),
        }
    }

    /// Copies the other side's runs that the store `except` lacks into a store's folder.
    pub(crate) fn take(&self, cx: &mut Context, into: &Path, except: &Path) -> Result<()> {
        match self {
            Self::Rsync(target) => {
                let mut known = OsString::from("--compare-dest=");
                known.push(runs(cx.host.cwd.join(except).into()));
                let options = vec!["--mkpath".into(), "--size-only".into(), known];
                rsync(cx, options, runs(target.into()), runs(into.as_os_str().to_owned())).map(drop)
            }
            Self::Bucket(place) => {
                let words = [place.into(), into.into(), "--except".into(), except.into()].to_vec();
                bucket(cx, words).map(drop)
            }
        }
    }
}

impl fmt::Display for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsync(place) | Self::Bucket(place) => write!(f, "`{place}`"),
        }
    }
}

/// The folder of runs in a store, with the slash that makes rsync copy what is in it.
fn runs(mut store: OsString) -> OsString {
    store.push("/runs/");
    store
}

/// Returns how many run files were copied.
fn rsync(cx: &mut Context, mut words: Vec<OsString>, from: OsString, to: OsString) -> Result<usize> {
    // Run files alone: a journal is not whole, and a link may lead anywhere.
    let fixed = [
        "--recursive",
        "--prune-empty-dirs",
        "--include=*/",
        "--include=*.json",
        "--exclude=*",
        "--out-format=%n",
        "--",
    ];
    words.extend(fixed.map(OsString::from));
    words.extend([from, to]);
    cx.shell.end_progress();
    let install = "install rsync, or share runs through a folder or `git:BRANCH`";
    let (code, said) = ask(Path::new("rsync"), &words, &cx.host.cwd)
        .map_err(|cause| Error::usage(format!("cannot start `rsync`: {cause}"), install))?;
    match code {
        Some(0) => Ok(said.lines().filter(|line| line.ends_with(".json")).count()),
        Some(_) => Err(Error::Program { name: "rsync", exit: Exit::Storage }),
        None => Err(Error::Program { name: "rsync", exit: Exit::Interrupted }),
    }
}

fn bucket(cx: &mut Context, words: Vec<OsString>) -> Result<usize> {
    let words: Vec<_> = std::iter::once("copy".into()).chain(words).collect();
    match server::answer(cx, &words)? {
        (Exit::Fine, said) => {
            let Copied { copied } = serde_json::from_str(&said).map_err(|fault| {
                Error::usage(
                    format!("`accel-bench-server` answered with something else: {fault}"),
                    "install the version of this tool: `crates/server/install`",
                )
            })?;
            Ok(copied)
        }
        (exit, _) => Err(Error::Program { name: "accel-bench-server", exit }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(place: &str, expected: Option<Remote>) {
        assert_eq!(Remote::of(Path::new(place)).expect(place), expected);
    }

    #[test]
    fn places() {
        check("../shared/bench", None);
        check("git:runs", None);
        check("s3://bucket/some/where", Some(Remote::Bucket("s3://bucket/some/where".to_owned())));
        check("rsync:ci@host:/srv/bench/", Some(Remote::Rsync("ci@host:/srv/bench".to_owned())));
        check("rsync://host/module", Some(Remote::Rsync("rsync://host/module".to_owned())));
        let named = |place: &str| Remote::of(Path::new(place)).expect(place).map(|remote| remote.to_string());
        assert_eq!(named("rsync:host:dir").as_deref(), Some("`host:dir`"));
        for wrong in ["rsync:", "rsync:-e sh:/x", "https://host/x", "ftp://x"] {
            assert!(Remote::of(Path::new(wrong)).is_err(), "{wrong}");
        }
    }
}
