//! Which compiler builds the bench targets.

use std::path::Path;
use std::process::{Command, Stdio};

use super::error::Error;

/// The compiler, as it names itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toolchain {
    /// `rustc 1.95.0 (59807616e 2026-04-14)`.
    pub rustc: String,
    /// `x86_64-unknown-linux-gnu`.
    pub host: String,
}

/// Asks the compiler that `dir` would be built with: a `rust-toolchain.toml` there counts.
pub fn toolchain(rustc: &Path, dir: &Path) -> Result<Toolchain, Error> {
    let output = Command::new(rustc).arg("-vV").current_dir(dir).stdin(Stdio::null()).output();
    let output = output.map_err(|source| Error::Start { program: rustc.to_owned(), source })?;
    let text = String::from_utf8_lossy(&output.stdout);
    parse(&text).ok_or_else(|| Error::Version {
        program: rustc.to_owned(),
        message: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
    })
}

fn parse(text: &str) -> Option<Toolchain> {
    let rustc = text.lines().next()?.to_owned();
    let host = text.lines().find_map(|line| line.strip_prefix("host: "))?.to_owned();
    Some(Toolchain { rustc, host })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        let text = "rustc 1.95.0 (59807616e 2026-04-14)\nbinary: rustc\nhost: x86_64-unknown-linux-gnu\n";
        let toolchain = parse(text).expect("a version");
        assert_eq!(toolchain.rustc, "rustc 1.95.0 (59807616e 2026-04-14)");
        assert_eq!(toolchain.host, "x86_64-unknown-linux-gnu");
        assert_eq!(parse(""), None);
        assert_eq!(parse("rustc 1.95.0\n"), None);
    }

    #[test]
    fn what_is_no_compiler() {
        let error = toolchain(Path::new("/nowhere/rustc"), Path::new("/")).expect_err("no compiler");
        assert!(matches!(error, Error::Start { .. }), "{error}");
        let error = toolchain(Path::new("false"), Path::new("/")).expect_err("no version");
        assert!(matches!(error, Error::Version { .. }), "{error}");
    }
}
