//! Keeps the artifacts of two trees of one workspace apart, within one target folder.
//!
//! Cargo names what it makes of a workspace's own packages by their path *within* the workspace. So two checkouts
//! that share a target folder overwrite each other's libraries and benches and, worse, take them for fresh by
//! their times: both sides of a comparison would be the same executable. A compiler wrapper for workspace members
//! is part of those names, and of no dependency's: with one for each tree the dependencies stay shared.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::error::Error;
use super::relink;

/// The variable that names the wrapper for cargo.
pub const WRAPPER_VARIABLE: &str = "RUSTC_WORKSPACE_WRAPPER";

/// How the packages of a tree are compiled, beyond what their profile says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recipe {
    /// So that executables differ only where their code does.
    pub is_steady: bool,
    /// With line tables, which say where code comes from and do not change it.
    pub has_lines: bool,
}

impl Recipe {
    /// The parts of the wrapper's script, in order.
    fn parts(self) -> impl Iterator<Item = &'static str> {
        [(self.is_steady, STEADY), (self.has_lines, LINES)]
            .into_iter()
            .filter_map(|(is, part)| is.then_some(part))
    }
}

/// The wrapper of the tree at `root` in `target_dir`; it calls the user's own, if there is one.
pub fn wrapper(
    root: &Path,
    target_dir: &Path,
    users: Option<&str>,
    recipe: Recipe,
) -> Result<PathBuf, Error> {
    let mut digest = Sha256::new_with_prefix(root.as_os_str().as_encoded_bytes());
    recipe.parts().for_each(|part| digest.update(part));
    let tree: String = digest.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let path = folder(target_dir).join(tree).join("rustc");
    let text = script(users, recipe);
    // By this name the compiler knows how to speak with it.
    let linker = path.with_file_name("cc");
    for (path, text) in [(&linker, relink::LINKER), (&path, text.as_str())] {
        if !fs::read_to_string(path).is_ok_and(|present| present == text) {
            write(path, text).map_err(|source| Error::Write { path: path.clone(), source })?;
        }
    }
    Ok(path)
}

/// Where the wrappers of all trees are.
pub(super) fn folder(target_dir: &Path) -> PathBuf {
    target_dir.join("accel-bench")
}

/// Makes executables of one source the same, bit by bit, wherever its tree lies, and compiles each crate as one codegen unit.
///
/// Cargo calls each unit (`-C metadata`, which is part of the symbols) by a hash that the wrapper's path goes into, so that
/// two trees would have their functions in two orders. Here the name comes from what the compiler is asked to do,
/// less all that names a folder. Nothing else about the call changes.
const STEADY: &str = r#"told="$CARGO_PKG_NAME $CARGO_PKG_VERSION"
for argument do
    case $argument in
        metadata=* | extra-filename=* | *=/* | /*) ;;
        *) told="$told $argument" ;;
    esac
done
name=$(printf %s "$told" | cksum | tr ' ' -)
count=$#
while [ "$count" -gt 0 ]; do
    argument=$1
    shift
    count=$((count - 1))
    case $argument in
        metadata=*) argument=metadata=$name ;;
        linker=* | -Clinker=*) ACCEL_BENCH_LINKER=${argument#*linker=} ;;
    esac
    set -- "$@" "$argument"
done
set -- "$@" -Ccodegen-units=1
case $told in *" --crate-type "*) ;; *" --emit="*link*)
    case ${ACCEL_BENCH_LINKER:-cc} in
        cc | gcc | clang | *[/-]cc | *[/-]gcc | *[/-]clang)
            export ACCEL_BENCH_LINKER
            set -- "$@" "-Clinker=${0%/*}/cc"
            ;;
    esac
    ;;
esac
"#;

/// The last of two options counts: profiles strip by default what they do not ask for.
const LINES: &str = r#"set -- "$@" -Cdebuginfo=line-tables-only -Cstrip=none
"#;

fn script(users: Option<&str>, recipe: Recipe) -> String {
    let users = users.map(|path| format!("'{}' ", path.replace('\'', r"'\''"))).unwrap_or_default();
    let parts: String = recipe.parts().collect();
    format!("#!/bin/sh\n{parts}exec {users}\"$@\"\n")
}

/// In one step: another run may be building with it.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().expect("the wrapper lies in a folder");
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    fs::set_permissions(file.path(), fs::Permissions::from_mode(0o755))?;
    // Closed before it has its name: a script that is open for writing cannot be started.
    file.into_temp_path().persist(path).map_err(|error| error.error)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    const STEADILY: Recipe = Recipe { is_steady: true, has_lines: false };

    fn check(users: Option<&str>, expected: &str) {
        let dir = tempfile::tempdir().expect("a folder");
        let path = wrapper(Path::new("/a"), dir.path(), users, Recipe::default()).expect("it is written");
        let output =
            Command::new(&path).args(["echo", "a b", "--cfg", "x=\"y\""]).output().expect("it starts");
        assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
    }

    #[test]
    fn it_calls_the_compiler_or_the_users_wrapper_with_it() {
        check(None, "a b --cfg x=\"y\"\n");
        check(Some("echo"), "echo a b --cfg x=\"y\"\n");
    }

    /// The arguments that a steady wrapper of the tree `root` hands to the compiler.
    fn steadily(root: &str, arguments: &[&str]) -> String {
        let dir = tempfile::tempdir().expect("a folder");
        let path = wrapper(Path::new(root), dir.path(), None, STEADILY).expect("it is written");
        let output = Command::new(&path).arg("echo").args(arguments).output().expect("it starts");
        String::from_utf8(output.stdout).expect("text").trim_end().to_owned()
    }

    #[test]
    fn a_steady_wrapper_names_units_by_what_they_are_and_not_by_where() {
        let unit = |tree: &str, feature: &str| {
            let out = format!("/{tree}/target/deps");
            let dep = format!("dep={out}/libdep-{tree}.rmeta");
            let metadata = format!("metadata={tree}123");
            let arguments = ["--crate-name", "app", "src/lib.rs", "--cfg", feature, "-C", &metadata];
            steadily(tree, &[&arguments[..], &["--out-dir", &out, "--extern", &dep]].concat())
        };
        let name = |said: &str| {
            said.split(' ').find(|word| word.starts_with("metadata=")).expect("a name").to_owned()
        };
        let (one, other) = (unit("a", "feature=\"x y\""), unit("b", "feature=\"x y\""));
        assert_eq!(name(&one), name(&other));
        assert_ne!(name(&one), name(&unit("a", "feature=\"z\"")));
        assert_eq!(
            one.replace(&name(&one), "metadata=a123"),
            "--crate-name app src/lib.rs --cfg feature=\"x y\" \
            -C metadata=a123 --out-dir /a/target/deps --extern dep=/a/target/deps/libdep-a.rmeta -Ccodegen-units=1"
        );
        assert_eq!(steadily("a", &["-vV"]), "-vV -Ccodegen-units=1");
    }

    #[test]
    fn each_tree_has_its_own_and_keeps_it() {
        let dir = tempfile::tempdir().expect("a folder");
        let of = |root: &str| {
            wrapper(Path::new(root), dir.path(), None, Recipe::default()).expect("it is written")
        };
        assert_ne!(of("/a"), of("/b"));
        let steady = wrapper(Path::new("/a"), dir.path(), None, STEADILY).expect("it is written");
        assert_ne!(of("/a"), steady, "cargo keeps what it makes with other flags apart");
        let written = |path: PathBuf| fs::metadata(path).and_then(|meta| meta.modified()).expect("a time");
        let before = written(of("/a"));
        assert_eq!(written(of("/a")), before, "cargo sees no change");
    }

    #[test]
    fn a_path_with_a_quote_is_quoted() {
        assert_eq!(script(Some("/it's/w"), Recipe::default()), "#!/bin/sh\nexec '/it'\\''s/w' \"$@\"\n");
    }
}
