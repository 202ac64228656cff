//! The same code at other addresses: executables linked once more, with their functions in another order.
//!
//! A loop can be slower by some percent for no other reason than where it lies. What is called a change must not depend on it,
//! so a suspected one is measured again in executables whose functions lie elsewhere. Linking takes a second; nothing is
//! compiled.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Links the executable once more, its functions in the order that `seed` draws; whoever asked removes the file. `None` where the
/// linker cannot do so (LLVM's can), or did not link it by way of the wrapper of steady builds: then the layout cannot be
/// varied.
pub fn relinked(executable: &Path, seed: u32) -> Option<PathBuf> {
    let (kept, seed) = match number(executable) {
        // One that was linked once more itself lies where what it was linked from is kept.
        Some(other) => (executable.parent()?.to_path_buf(), other.wrapping_mul(1_000).wrapping_add(seed)),
        None => (kept(executable), seed),
    };
    // Its own, because another comparison may have the same and remove it.
    let variant = kept.join(format!("{LAYOUT}{seed}-{}", std::process::id()));
    let arguments = fs::read_to_string(kept.join(ARGUMENTS)).ok()?;
    let mut arguments = arguments.lines();
    let linker = arguments.next()?;
    let output = kept.with_extension("");
    let arguments = arguments.map(|argument| match Path::new(argument) {
        path if path == output => variant.as_os_str(),
        other => other.as_os_str(),
    });
    let mut command = Command::new(linker);
    command.args(arguments).arg(format!("-Wl,--shuffle-sections=.text*={seed}"));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let linked = command.status().is_ok_and(|status| status.success());
    (linked && variant.is_file()).then_some(variant)
}

/// Where the linker's wrapper keeps what it needs to link an executable once more.
pub(super) fn kept(executable: &Path) -> PathBuf {
    let mut name = executable.as_os_str().to_owned();
    name.push(".link");
    PathBuf::from(name)
}

/// The names of executables that were linked once more begin with it.
const LAYOUT: &str = "layout-";

/// The order that an executable's functions were linked in, if it was linked once more.
fn number(executable: &Path) -> Option<u32> {
    let (number, _) = executable.file_name()?.to_str()?.strip_prefix(LAYOUT)?.split_once('-')?;
    number.parse().ok()
}

/// The linker, and its arguments, one on each line.
const ARGUMENTS: &str = "arguments";

/// The linker's wrapper: links as it is asked to, and keeps the objects that the compiler removes afterwards, with the arguments.
/// An executable that it cannot keep is linked all the same.
pub(super) const LINKER: &str = r#"#!/bin/sh
"${ACCEL_BENCH_LINKER:-cc}" "$@" || exit
out= previous=
for argument do
    [ "$previous" = -o ] && out=$argument
    previous=$argument
    case $argument in @* | -shared) exit 0 ;; esac
done
kept=$out.link
[ -n "$out" ] && rm -rf "$kept" && mkdir "$kept" || exit 0
exec 2>/dev/null
count=0
{
    printf '%s\n' "${ACCEL_BENCH_LINKER:-cc}"
    for argument do
        case $argument in
            *.o)
                count=$((count + 1))
                ln "$argument" "$kept/$count.o" || cp "$argument" "$kept/$count.o"
                argument=$kept/$count.o
                ;;
        esac
        printf '%s\n' "$argument"
    done
} > "$kept/arguments" || rm -rf "$kept"
exit 0
"#;

#[cfg(test)]
mod tests {
    use super::super::{Recipe, wrapper};
    use super::*;

    const PROGRAM: &str = "
        #[inline(never)] fn one(n: usize) -> usize { n + 1 }
        #[inline(never)] fn two(n: usize) -> usize { n * 2 }
        fn main() { println!(\"{} {:p} {:p}\", two(one(std::env::args().count())), one as *const (), two as *const ()) }
    ";

    /// Compiles it as cargo would a bench target.
    fn built(dir: &Path, steady: bool, flags: &[&str]) -> PathBuf {
        fs::write(dir.join("main.rs"), PROGRAM).expect("it is written");
        let wrapper =
            wrapper(dir, dir, None, Recipe { is_steady: steady, has_lines: false }).expect("a wrapper");
        let mut command = Command::new(wrapper);
        command.args(["rustc", "--crate-name", "bench", "main.rs", "--emit=dep-info,link", "-Cmetadata=x"]);
        let status = command.args(flags).arg("--out-dir").arg(dir).current_dir(dir).status();
        assert!(status.expect("it starts").success());
        dir.join("bench")
    }

    fn says(executable: &Path) -> String {
        let output = Command::new(executable).output().expect("it starts");
        String::from_utf8(output.stdout).expect("text")
    }

    #[test]
    fn functions_lie_elsewhere_and_do_the_same() {
        let dir = tempfile::tempdir().expect("a folder");
        let executable = built(dir.path(), true, &["-Crelocation-model=static"]);
        let seeds = [1, 2, 3, 4];
        let Some(variants) =
            seeds.map(|seed| relinked(&executable, seed)).into_iter().collect::<Option<Vec<_>>>()
        else {
            // Another linker than LLVM's, by this machine's configuration.
            assert_ne!(std::env::consts::ARCH, "x86_64", "there rustc links with LLVM's");
            return;
        };
        let all: Vec<String> = variants.iter().chain([&executable]).map(|path| says(path)).collect();
        assert!(all.iter().all(|said| said.starts_with("4 0x")), "{all:?}");
        let places: std::collections::BTreeSet<_> = all.iter().collect();
        assert!(places.len() >= 3, "functions have moved: {all:?}");
        // One that was linked once more can be so again.
        let again = relinked(&variants[0], 3).expect("it is linked");
        assert!(says(&again).starts_with("4 0x") && !all.contains(&says(&again)), "{}", says(&again));
    }

    #[test]
    fn only_steady_executables_are_kept() {
        let dir = tempfile::tempdir().expect("a folder");
        let executable = built(dir.path(), false, &[]);
        assert!(!kept(&executable).exists() && relinked(&executable, 1).is_none());
        let other = tempfile::tempdir().expect("a folder");
        let executable = built(other.path(), true, &["--crate-type", "bin"]);
        assert!(!kept(&executable).exists(), "a program of the user's, or a build script");
    }

    #[test]
    fn the_users_linker_links() {
        let dir = tempfile::tempdir().expect("a folder");
        let linker = dir.path().join("my-cc");
        let script = "#!/bin/sh\ntouch \"${0%/*}/was-here\"\nexec cc \"$@\"\n";
        fs::write(&linker, script).expect("it is written");
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(&linker, mode).expect("it may be run");
        let flag = format!("linker={}", linker.display());
        let executable = built(dir.path(), true, &["-C", &flag]);
        assert!(dir.path().join("was-here").exists() && says(&executable).starts_with("4 "));
        let arguments = fs::read_to_string(kept(&executable).join(ARGUMENTS)).expect("they are kept");
        assert_eq!(arguments.lines().next(), linker.to_str());
    }

    #[test]
    fn an_executable_that_was_linked_otherwise_has_one_layout() {
        let dir = tempfile::tempdir().expect("a folder");
        let executable = dir.path().join("bench");
        fs::write(&executable, "").expect("it is written");
        assert_eq!(relinked(&executable, 1), None);
        let linked_by = |arguments: &str| {
            fs::create_dir_all(kept(&executable)).expect("a folder");
            fs::write(kept(&executable).join(ARGUMENTS), arguments).expect("it is written");
            relinked(&executable, 1)
        };
        assert_eq!(linked_by(""), None);
        assert_eq!(linked_by("/no/such/linker\n"), None);
        assert_eq!(linked_by("false\n"), None, "a linker that knows no shuffling");
        assert_eq!(linked_by("true\n"), None, "a linker that makes nothing");
    }
}
