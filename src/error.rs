//! Joins the modules' errors and maps them to the documented exit codes.

use std::{fmt, io};

use thiserror::Error;

use accel_bench_engine as engine;
use accel_bench_engine::{git, import, plan, store};

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
    /// A defect of the tool itself, as a panic would end it.
    Internal = 101,
    Interrupted = 130,
}

/// The engine's errors, and those of the front itself.
#[derive(Debug, Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Engine(#[from] engine::Error),
    #[cfg(feature = "history")]
    #[error(transparent)]
    History(#[from] accel_bench_history::Error),
    /// A program that was called; it said itself what went wrong.
    #[cfg(feature = "history")]
    #[error("`{name}` failed")]
    Program { name: &'static str, exit: Exit },
    #[error("cannot write to stdout")]
    Out(#[from] io::Error),
}

/// Lets `?` take the errors of the engine's modules.
macro_rules! from_engine {
    ($($module:ident),*) => { $(
        impl From<engine::$module::Error> for Error {
            fn from(error: engine::$module::Error) -> Self {
                Self::Engine(error.into())
            }
        }
    )* };
}

from_engine!(manifest, plan, cargo, executor, store, git, import);

impl Error {
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Engine(error) => exit(error),
            #[cfg(feature = "history")]
            Self::History(_) => Exit::Storage,
            #[cfg(feature = "history")]
            Self::Program { exit, .. } => *exit,
            Self::Out(_) => Exit::Storage,
        }
    }

    pub(crate) fn hint(&self) -> Option<String> {
        match self {
            Self::Engine(error) => error.hint(),
            #[cfg(feature = "history")]
            Self::History(error) => error.hint(),
            #[cfg(feature = "history")]
            Self::Program { .. } => Some(
                "its own message is above; what it copied is whole, and the same command goes on from there"
                    .to_owned(),
            ),
            Self::Out(_) => None,
        }
    }

    /// The message with its causes. A cause that the message reports already is not told again.
    pub(crate) fn in_words(&self) -> String {
        engine::with_causes(self)
    }

    pub(crate) fn usage(what: impl fmt::Display, hint: impl Into<String>) -> Self {
        Self::Engine(engine::Error::usage(what, hint))
    }

    pub(crate) fn nothing(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Engine(engine::Error::NothingToRun { what: what.into(), hint: hint.into() })
    }

    pub(crate) fn not_comparable(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Engine(engine::Error::NotComparable { what: what.into(), hint: hint.into() })
    }
}

fn exit(error: &engine::Error) -> Exit {
    use engine::Error as E;
    match error {
        E::Plan(plan::Error::NoBenches | plan::Error::Nothing { .. }) => Exit::NothingToRun,
        // Names in a manifest are checked when it is read: these come from the command line.
        E::Plan(
            plan::Error::Unknown { .. }
            | plan::Error::Argument { .. }
            | plan::Error::TooMany { .. }
            | plan::Error::NoParam { place: plan::Place::Arguments, .. }
            | plan::Error::ParamType { place: plan::Place::Arguments, .. },
        ) => Exit::Usage,
        // A name that does not exist is one mistake, whatever it was looked for as.
        E::Store(
            store::Error::NoSuchRun { .. }
            | store::Error::NoSuchName { .. }
            | store::Error::InvalidName { .. }
            | store::Error::Ambiguous { .. },
        )
        | E::Git(
            git::Error::UnknownRevision { .. } | git::Error::Ambiguous { .. } | git::Error::NotACommit { .. },
        ) => Exit::Usage,
        E::Manifest(_) | E::Plan(_) => Exit::BadManifest,
        E::Import(import::Error::NotThis { .. }) => Exit::Usage,
        E::Import(import::Error::Empty(_)) => Exit::NothingToRun,
        E::Import(_) => Exit::Storage,
        E::Cargo(_) => Exit::BuildFailed,
        E::Executor(_) => Exit::FailedCase,
        E::Store(_) | E::Io { .. } => Exit::Storage,
        // A checkout that cannot be written, and not a fault of the repository.
        E::Git(error) if error.is_of_the_disk() => Exit::Storage,
        E::Git(_) => Exit::Git,
        E::Mismatch(_) | E::NotComparable { .. } => Exit::NotComparable,
        E::NothingToRun { .. } => Exit::NothingToRun,
        E::Usage { .. } | E::Init(_) => Exit::Usage,
        E::Internal { .. } => Exit::Internal,
        E::Interrupted => Exit::Interrupted,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn words(error: impl Into<Error>, expected: &str) {
        assert_eq!(error.into().in_words(), expected);
    }

    fn denied() -> io::Error {
        io::ErrorKind::PermissionDenied.into()
    }

    #[test]
    fn causes_are_told_once() {
        let io = engine::Error::Io { act: "read", path: "/x".into(), source: denied() };
        words(io, "cannot read `/x`: permission denied");
        words(
            engine::cargo::Error::Read { path: "/x".into(), source: denied() },
            "reading `/x` failed: permission denied",
        );
        words(
            git::Error::Io { act: "lock the folder", path: "/x".into(), source: denied() },
            "cannot lock the folder `/x`: permission denied",
        );
        words(
            store::Error::write(Path::new("/x"), denied()),
            "cannot write `/x`: it is read-only for this user",
        );
        let full = store::Error::write(Path::new("/x"), io::ErrorKind::StorageFull.into());
        words(full, "cannot write `/x`: no space is left there");
        let other = store::Error::write(Path::new("/x"), io::ErrorKind::NotADirectory.into());
        words(other, "cannot write `/x`: not a directory");
        words(Error::usage("what", "how"), "what");
    }

    fn exits(error: impl Into<Error>, expected: Exit) {
        let error = error.into();
        assert_eq!(error.exit(), expected, "{error}");
    }

    #[test]
    fn a_name_that_does_not_exist_is_one_mistake() {
        let name = || "nope".to_owned();
        exits(plan::Error::Unknown { kind: "suite", name: name(), known: vec![] }, Exit::Usage);
        exits(store::Error::NoSuchRun { prefix: name() }, Exit::Usage);
        exits(store::Error::Ambiguous { prefix: name(), candidates: vec![] }, Exit::Usage);
        exits(store::Error::NoSuchName { name: name() }, Exit::Usage);
        exits(store::Error::InvalidName { name: name(), why: "it is empty" }, Exit::Usage);
        exits(git::Error::UnknownRevision { rev: name(), near: vec![], shallow: false }, Exit::Usage);
        exits(git::Error::Ambiguous { rev: name() }, Exit::Usage);
        exits(git::Error::NotACommit { rev: name() }, Exit::Usage);
    }

    #[test]
    fn a_parameter_is_the_mistake_of_who_set_it() {
        let of = |place| plan::Error::NoParam { place, param: "m".into(), known: vec![] };
        exits(of(plan::Place::Arguments), Exit::Usage);
        exits(of(plan::Place::Bench("b".into())), Exit::BadManifest);
        exits(of(plan::Place::Suite("s".into())), Exit::BadManifest);
        let of = |place| {
            let (benchmark, param, value) = ("b".into(), "n".into(), "x".into());
            plan::Error::ParamType { place, benchmark, param, value, expected: "numbers" }
        };
        exits(of(plan::Place::Arguments), Exit::Usage);
        exits(of(plan::Place::Bench("b".into())), Exit::BadManifest);
    }

    #[test]
    fn the_others_have_the_code_of_their_module() {
        exits(plan::Error::NoBenches, Exit::NothingToRun);
        exits(plan::Error::Nothing { suite: "all".into(), backends: vec![] }, Exit::NothingToRun);
        exits(plan::Error::TooMany { most: 1 }, Exit::Usage);
        exits(plan::Error::NoHarness { target: "t".into() }, Exit::BadManifest);
        exits(engine::cargo::Error::NoWorkspace { dir: "/x".into() }, Exit::BuildFailed);
        exits(store::Error::write(Path::new("/x"), denied()), Exit::Storage);
        exits(git::Error::NoMerge, Exit::Git);
        exits(git::Error::Io { act: "lock the folder", path: "/x".into(), source: denied() }, Exit::Storage);
        exits(engine::Error::Interrupted, Exit::Interrupted);
        exits(denied(), Exit::Storage);
    }
}
