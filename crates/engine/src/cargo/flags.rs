//! The flags that the compiler is given next to the profile's: the user's own, and those of steady builds.
//!
//! An unrelated change moves code: with several codegen units functions change their unit, and what is inlined
//! changes; with one, they change their place, which a loop can feel by 10 % and more. Steady builds take both away: of 96
//! untouched rows 38 were called changed at a tolerance of 0.5 % without, and 1 of 64 with them.

use std::collections::BTreeMap;
use std::path::Path;

use cargo_config2::{Config, PathAndArgs, ResolveOptions};

use super::error::Error;

/// Sets flags for dependencies too, whatever the user's settings are: cargo reads no others next to it.
pub const ENCODED_VARIABLE: &str = "CARGO_ENCODED_RUSTFLAGS";

/// Functions at multiples of 64 bytes, and blocks that are only reached by jumps at multiples of 32: a line of the cache, and the
/// window that x86-64 decodes at once. <https://llvm.org/doxygen/MachineBlockPlacement_8cpp_source.html>
const ALIGNED: [&str; 2] =
    ["-Cllvm-args=-align-all-functions=6", "-Cllvm-args=-align-all-nofallthru-blocks=5"];

/// The flags of steady builds for all code on `host`; none where alignment was not measured.
pub fn alignment(host: &str) -> &'static [&'static str] {
    match host.split('-').next() {
        Some("x86_64" | "aarch64") => &ALIGNED,
        _ => &[],
    }
}

/// The user's flags for code built in `dir` for `host`: the one source that cargo takes of `env`, the tables of the target, and
/// that of the build.
pub fn rustflags(
    dir: &Path,
    host: &str,
    rustc: &Path,
    env: &BTreeMap<String, String>,
) -> Result<Vec<String>, Error> {
    let options = ResolveOptions::default().env(env.clone()).rustc(PathAndArgs::new(rustc)).host_triple(host);
    let found = Config::load_with_options(dir, options).and_then(|config| config.rustflags(host));
    match found {
        Ok(flags) => Ok(flags.map(|flags| flags.flags).unwrap_or_default()),
        Err(source) => Err(Error::Config { dir: dir.to_owned(), source: Box::new(source) }),
    }
}

/// As cargo reads several flags from one variable.
pub fn encoded(flags: &[String]) -> String {
    flags.join("\x1f")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const HOST: &str = "x86_64-unknown-linux-gnu";

    /// The flags below a folder with this `config.toml`, with this `RUSTFLAGS`.
    fn found(config: &str, given: Option<&str>) -> Result<Vec<String>, Error> {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let inner = dir.path().join("a/b");
        fs::create_dir_all(&inner).expect("made");
        fs::create_dir_all(dir.path().join(".cargo")).expect("made");
        fs::write(dir.path().join(".cargo/config.toml"), config).expect("written");
        let mut env: BTreeMap<_, _> =
            given.map(|flags| ("RUSTFLAGS".to_owned(), flags.to_owned())).into_iter().collect();
        env.insert("CARGO_HOME".to_owned(), dir.path().display().to_string());
        rustflags(&inner, HOST, Path::new("rustc"), &env)
    }

    #[track_caller]
    fn check(config: &str, given: Option<&str>, expected: &[&str]) {
        assert_eq!(found(config, given).expect("flags"), expected, "{config}");
    }

    #[test]
    fn sources() {
        check("", None, &[]);
        check("[build]\nrustflags = \"-C target-cpu=native\"", None, &["-C", "target-cpu=native"]);
        check("[build]\nrustflags = [\"-C\", \"lto\"]", None, &["-C", "lto"]);
        check("[build]\nrustflags = \"-C lto\"", Some("-C opt-level=1"), &["-C", "opt-level=1"]);
        check("build.rustflags = \"a\"\ntarget.x86_64-unknown-linux-gnu.rustflags = \"b\"", None, &["b"]);
        check("target.'cfg(unix)'.rustflags = [\"-Ca\"]", None, &["-Ca"]);
    }

    #[test]
    fn a_file_that_is_broken_is_named() {
        let error = found("not toml", None).expect_err("it is broken");
        assert!(matches!(&error, Error::Config { dir, .. } if dir.ends_with("a/b")), "{error:?}");
    }

    #[test]
    fn steady_builds_align_where_that_was_measured() {
        assert_eq!(alignment(HOST).len(), 2);
        assert_eq!(alignment("aarch64-apple-darwin").len(), 2);
        assert_eq!(alignment("wasm32-wasip1"), [""; 0]);
        assert_eq!(encoded(&["-C".to_owned(), "a b".to_owned()]), "-C\x1fa b");
    }
}
