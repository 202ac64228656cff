//! Joins the modules' errors: what a call of the engine can fail with.

use std::path::PathBuf;
use std::{fmt, io};

use thiserror::Error;

use crate::{cargo, compare, executor, git, import, manifest, plan, store};

pub type Result<T> = std::result::Result<T, Error>;

/// Why a call of the engine ended without a result.
#[derive(Debug, Error)]
pub enum Error {
    #[error(transparent)]
    Manifest(#[from] manifest::Error),
    #[error(transparent)]
    Plan(#[from] plan::Error),
    #[error(transparent)]
    Cargo(#[from] cargo::Error),
    #[error(transparent)]
    Executor(#[from] executor::Error),
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Git(#[from] git::Error),
    #[error(transparent)]
    Import(#[from] import::Error),
    #[error(transparent)]
    Init(#[from] manifest::InitError),
    #[error("the sides are of different machine classes, `{}` and `{}`: {}", .0.base, .0.candidate, .0.reason)]
    Mismatch(compare::Mismatch),
    #[error("cannot {act} `{}`", path.display())]
    Io { act: &'static str, path: PathBuf, source: io::Error },
    #[error("{what}")]
    NothingToRun { what: String, hint: String },
    #[error("{what}")]
    Usage { what: String, hint: String },
    #[error("{what}")]
    NotComparable { what: String, hint: String },
    /// A defect of the tool itself.
    #[error("{what}")]
    Internal { what: String },
    #[error("interrupted")]
    Interrupted,
}

impl Error {
    /// Returns what to do next, where there is something to do.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Manifest(error) => error.hint(),
            Self::Plan(error) => error.hint(),
            Self::Cargo(error) => error.hint(),
            Self::Executor(error) => error.hint(),
            Self::Store(error) => error.hint(),
            Self::Git(error) => error.hint(),
            Self::Import(error) => error.hint(),
            Self::Init(error) => error.hint(),
            Self::Mismatch(mismatch) => mismatch.hint(),
            Self::NothingToRun { hint, .. } | Self::Usage { hint, .. } | Self::NotComparable { hint, .. } => {
                Some(hint.clone())
            }
            Self::Internal { .. } => Some("please report it".to_owned()),
            Self::Io { .. } | Self::Interrupted => None,
        }
    }

    /// Returns what the caller asked for cannot be done, and `hint` says what can.
    pub fn usage(what: impl fmt::Display, hint: impl Into<String>) -> Self {
        Self::Usage { what: what.to_string(), hint: hint.into() }
    }
}
