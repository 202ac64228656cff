//! The flags that the compiler is given next to the profile's.

use std::fs;
use std::path::Path;

use toml::{Table, Value};

/// The flags for code built in `dir` for `host`: those of `RUSTFLAGS` (`given`) alone, else those of the nearest
/// `.cargo/config.toml` that has some, those of the target before those of the build, as cargo does it.
pub fn rustflags(dir: &Path, host: &str, given: Option<&str>) -> String {
    if let Some(flags) = given.filter(|flags| !flags.trim().is_empty()) {
        return flags.trim().to_owned();
    }
    let configs: Vec<Table> = dir.ancestors().filter_map(config).collect();
    let of_target = configs.iter().find_map(|config| flags(config.get("target")?.get(host)?));
    let of_build = || configs.iter().find_map(|config| flags(config.get("build")?));
    of_target.or_else(of_build).unwrap_or_default()
}

/// A file that cannot be read or is broken is cargo's to complain of; here it has no flags.
fn config(dir: &Path) -> Option<Table> {
    let folder = dir.join(".cargo");
    let text =
        fs::read_to_string(folder.join("config.toml")).or_else(|_| fs::read_to_string(folder.join("config")));
    text.ok()?.parse().ok()
}

/// Either one text or a list.
fn flags(table: &Value) -> Option<String> {
    match table.get("rustflags")? {
        Value::String(text) => Some(text.clone()),
        Value::Array(list) => Some(list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(config: &str, given: Option<&str>, expected: &str) {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let inner = dir.path().join("a/b");
        fs::create_dir_all(&inner).expect("made");
        fs::create_dir_all(dir.path().join(".cargo")).expect("made");
        fs::write(dir.path().join(".cargo/config.toml"), config).expect("written");
        assert_eq!(rustflags(&inner, "x86_64-unknown-linux-gnu", given), expected, "{config}");
    }

    #[test]
    fn sources() {
        check("", None, "");
        check("[build]\nrustflags = \"-C target-cpu=native\"", None, "-C target-cpu=native");
        check("[build]\nrustflags = [\"-C\", \"lto\"]", None, "-C lto");
        check("[build]\nrustflags = \"-C lto\"", Some("-C opt-level=1"), "-C opt-level=1");
        check("[build]\nrustflags = \"-C lto\"", Some(" "), "-C lto");
        check("build.rustflags = \"a\"\ntarget.x86_64-unknown-linux-gnu.rustflags = \"b\"", None, "b");
        check("not toml", None, "");
    }
}
