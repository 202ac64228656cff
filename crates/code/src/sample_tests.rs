//! Small programs, compiled for the tests.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use crate::{Comparison, compare};

/// A program whose function `root` is what a benchmark would be.
pub(crate) struct Program {
    folder: TempDir,
}

impl Program {
    pub(crate) fn of(source: &str) -> Self {
        Self::with(source, &[])
    }

    /// Compiles it with these flags too.
    pub(crate) fn with(source: &str, flags: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let main = "fn main() { println!(\"{}\", root(std::env::args().count() as u64)) }";
        fs::write(folder.path().join("program.rs"), format!("{source}\n{main}")).expect("it is written");
        let mut command = Command::new("rustc");
        // One path for all: panics name it.
        command.args(["-Copt-level=2", "-Ccodegen-units=1", "--edition=2024", "-Adead_code", "program.rs"]);
        command.args(["-Csymbol-mangling-version=v0"]).args(flags).current_dir(folder.path());
        let output = command.output().expect("rustc starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Self { folder }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("program")
    }

    pub(crate) fn read(&self) -> crate::Program {
        crate::Program::read(&self.path()).expect("it is an executable")
    }
}

pub(crate) const ROOT: &str = "program::root";

/// Compares everything that `root` reaches.
pub(crate) fn compared(base: &Program, candidate: &Program) -> Comparison {
    let [base, candidate] = [base.read(), candidate.read()];
    let roots = [&base, &candidate].map(|program| program.function(ROOT).expect("it has one"));
    compare([&base, &candidate], roots)
}
