//! Joins the modules' errors and maps them to the documented exit codes.

use std::path::PathBuf;
use std::{fmt, io};

use thiserror::Error;

use crate::{cargo, compare, git, manifest, plan, runner, store};

pub(crate) type Result<T> = std::result::Result<T, Error>;

/// How the tool ends. The numbers are part of the interface: `docs/exit-codes.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    Fine = 0,
    Regression = 1,
    Usage = 2,
    FailedCase = 3,
    NothingToRun = 4,
    BuildFailed = 5,
    BadManifest = 6,
    NotComparable = 7,
    /// The store, a baseline or another file cannot be read or written.
    Storage = 8,
    Git = 9,
    Interrupted = 130,
}

#[derive(Debug, Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Manifest(#[from] manifest::Error),
    #[error(transparent)]
    Plan(#[from] plan::Error),
    #[error(transparent)]
    Cargo(#[from] cargo::Error),
    #[error(transparent)]
    Runner(#[from] runner::Error),
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Git(#[from] git::Error),
    #[error(transparent)]
    Init(#[from] manifest::InitError),
    #[error("the sides are of different machine classes: {0}")]
    Mismatch(compare::Mismatch),
    #[error("cannot {act} `{}`", path.display())]
    Io { act: &'static str, path: PathBuf, source: io::Error },
    #[error("cannot write to stdout")]
    Out(#[from] io::Error),
    #[error("{what}")]
    NothingToRun { what: String, hint: String },
    #[error("{what}")]
    Usage { what: String, hint: String },
    #[error("{what}")]
    NotComparable { what: String, hint: String },
    #[error("interrupted")]
    Interrupted,
}

impl Error {
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Plan(plan::Error::NoBenches | plan::Error::Nothing { .. }) => Exit::NothingToRun,
            // What a manifest names is checked when it is read: these come from the command line.
            Self::Plan(
                plan::Error::Unknown { .. } | plan::Error::Argument { .. } | plan::Error::TooMany { .. },
            ) => Exit::Usage,
            Self::Manifest(_) | Self::Plan(_) => Exit::BadManifest,
            Self::Cargo(_) => Exit::BuildFailed,
            Self::Runner(_) => Exit::FailedCase,
            Self::Store(_) | Self::Io { .. } | Self::Out(_) => Exit::Storage,
            Self::Git(_) => Exit::Git,
            Self::Mismatch(_) | Self::NotComparable { .. } => Exit::NotComparable,
            Self::NothingToRun { .. } => Exit::NothingToRun,
            Self::Usage { .. } | Self::Init(_) => Exit::Usage,
            Self::Interrupted => Exit::Interrupted,
        }
    }

    pub(crate) fn hint(&self) -> Option<String> {
        match self {
            Self::Manifest(error) => error.hint(),
            Self::Plan(error) => error.hint(),
            Self::Cargo(error) => error.hint(),
            Self::Runner(error) => error.hint(),
            Self::Store(error) => error.hint(),
            Self::Git(error) => error.hint(),
            Self::Init(error) => error.hint(),
            Self::Mismatch(mismatch) => mismatch.hint(),
            Self::NothingToRun { hint, .. } | Self::Usage { hint, .. } | Self::NotComparable { hint, .. } => {
                Some(hint.clone())
            }
            Self::Io { .. } | Self::Out(_) | Self::Interrupted => None,
        }
    }

    /// The message with its causes.
    pub(crate) fn in_words(&self) -> String {
        let mut words = self.to_string();
        let mut source = std::error::Error::source(self);
        while let Some(cause) = source {
            words.push_str(": ");
            words.push_str(&cause.to_string());
            source = cause.source();
        }
        words
    }

    pub(crate) fn usage(what: impl fmt::Display, hint: impl Into<String>) -> Self {
        Self::Usage { what: what.to_string(), hint: hint.into() }
    }
}
