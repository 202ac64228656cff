//! The text of the hook: pure.

use super::HookKind;

/// Set to `1` it makes every hook of ours pass.
pub const SKIP_VARIABLE: &str = "ACCEL_BENCH_SKIP_HOOK";

/// The whole script of a hook that was not there before. What stood in its place, if anything, is called
/// after our section.
pub(crate) fn script(kind: HookKind) -> String {
    format!("{SHEBANG}{}", section(kind, Host::Ours))
}

/// The first line of a script of ours.
pub(super) const SHEBANG: &str = "#!/bin/sh\n";
/// How the first and the last line of a section begin.
pub(super) const BEGIN: &str = "# >>> accel-bench";
pub(super) const END: &str = "# <<< accel-bench";
/// Ends the first line of the section in a file that we made.
pub(super) const OURS: &str = " (this file was made by it) >>>";

/// The file that the section is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Host {
    Ours,
    Theirs,
}

/// The name that a hook which was there before is kept under.
pub(super) fn kept_name(kind: HookKind) -> String {
    format!("{}.before-accel-bench", kind.name())
}

/// Our lines, from the first marker to the last. They hold in any POSIX shell, under `set -eu` too.
pub(super) fn section(kind: HookKind, host: Host) -> String {
    let begin = match host {
        Host::Ours => OURS,
        Host::Theirs => " >>>",
    };
    let call = match kind {
        HookKind::PreMergeCommit => CALL.replace("@INPUT@", ""),
        HookKind::PrePush => format!("{KEEP_INPUT}{}", CALL.replace("@INPUT@", GIVE_INPUT)),
    };
    let restore = if kind == HookKind::PrePush { RESTORE_INPUT } else { "" };
    let chain = if host == Host::Ours { CHAIN } else { "" };
    let text = format!("{BEGIN}{begin}\n{HEAD}{call}{MISSING}{restore}fi\n{chain}{END} <<<\n");
    text.replace("@NAME@", kind.name()).replace("@KEPT@", &kept_name(kind)).replace("@SKIP@", SKIP_VARIABLE)
}

/// Returns whether git sets the variable for the repository that it works on. A child must not inherit it: a cargo or
/// a build script that uses git would read and write the wrong repository, or the index of the merge.
pub fn is_gits_own(variable: &str) -> bool {
    LOCAL_VARIABLES.contains(&variable) || variable.starts_with("GITHEAD_")
}

/// `git rev-parse --local-env-vars`, and what else git sets for a hook.
const LOCAL_VARIABLES: [&str; 23] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_AUTHOR_DATE",
    "GIT_AUTHOR_EMAIL",
    "GIT_AUTHOR_NAME",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_PARAMETERS",
    "GIT_DIR",
    "GIT_EDITOR",
    "GIT_EXEC_PATH",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_QUARANTINE_PATH",
    "GIT_REFLOG_ACTION",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
];

/// Programs such as editors start git without the login shell's `PATH`: cargo's own folder is looked at too.
const HEAD: &str = "\
# Measures what this would make slower. `cargo accel-bench hook uninstall` takes these lines out again.
if [ \"${@SKIP@:-}\" != 1 ]; then
    accel_bench_path=\"$PATH:${CARGO_HOME:-${HOME:-}/.cargo}/bin\"
    if (PATH=\"$accel_bench_path\"; command -v cargo && command -v cargo-accel-bench) >/dev/null 2>&1; then
";

const KEEP_INPUT: &str = "        accel_bench_input=$(cat)\n";
const GIVE_INPUT: &str = "printf '%s\\n' \"$accel_bench_input\" | ";
const CALL: &str =
    "        @INPUT@PATH=\"$accel_bench_path\" cargo accel-bench hook run @NAME@ \"$@\" || exit $?\n";

/// The lines that git wrote are there once, and the rest of the script may want them.
const RESTORE_INPUT: &str = "    if [ -n \"${accel_bench_input:-}\" ]; then
        exec <<ACCEL_BENCH_INPUT
$accel_bench_input
ACCEL_BENCH_INPUT
    elif [ -n \"${accel_bench_input+x}\" ]; then
        exec </dev/null
    fi
";

const MISSING: &str = "    else
        echo 'accel-bench: not installed any more, so nothing was measured (@NAME@ hook)' >&2
        echo 'accel-bench: to be rid of this, remove the marked lines from the hook' >&2
    fi
";

const CHAIN: &str = "\
accel_bench_kept=\"$(dirname \"$0\")/@KEPT@\"
if [ -x \"$accel_bench_kept\" ]; then
    exec \"$accel_bench_kept\" \"$@\"
fi
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_merge_hook() {
        insta::assert_snapshot!(script(HookKind::PreMergeCommit), @r##"
        #!/bin/sh
        # >>> accel-bench (this file was made by it) >>>
        # Measures what this would make slower. `cargo accel-bench hook uninstall` takes these lines out again.
        if [ "${ACCEL_BENCH_SKIP_HOOK:-}" != 1 ]; then
            accel_bench_path="$PATH:${CARGO_HOME:-${HOME:-}/.cargo}/bin"
            if (PATH="$accel_bench_path"; command -v cargo && command -v cargo-accel-bench) >/dev/null 2>&1; then
                PATH="$accel_bench_path" cargo accel-bench hook run pre-merge-commit "$@" || exit $?
            else
                echo 'accel-bench: not installed any more, so nothing was measured (pre-merge-commit hook)' >&2
                echo 'accel-bench: to be rid of this, remove the marked lines from the hook' >&2
            fi
        fi
        accel_bench_kept="$(dirname "$0")/pre-merge-commit.before-accel-bench"
        if [ -x "$accel_bench_kept" ]; then
            exec "$accel_bench_kept" "$@"
        fi
        # <<< accel-bench <<<
        "##);
    }

    #[test]
    fn a_section_for_somebody_elses_push_hook() {
        insta::assert_snapshot!(section(HookKind::PrePush, Host::Theirs), @r##"
        # >>> accel-bench >>>
        # Measures what this would make slower. `cargo accel-bench hook uninstall` takes these lines out again.
        if [ "${ACCEL_BENCH_SKIP_HOOK:-}" != 1 ]; then
            accel_bench_path="$PATH:${CARGO_HOME:-${HOME:-}/.cargo}/bin"
            if (PATH="$accel_bench_path"; command -v cargo && command -v cargo-accel-bench) >/dev/null 2>&1; then
                accel_bench_input=$(cat)
                printf '%s\n' "$accel_bench_input" | PATH="$accel_bench_path" cargo accel-bench hook run pre-push "$@" || exit $?
            else
                echo 'accel-bench: not installed any more, so nothing was measured (pre-push hook)' >&2
                echo 'accel-bench: to be rid of this, remove the marked lines from the hook' >&2
            fi
            if [ -n "${accel_bench_input:-}" ]; then
                exec <<ACCEL_BENCH_INPUT
        $accel_bench_input
        ACCEL_BENCH_INPUT
            elif [ -n "${accel_bench_input+x}" ]; then
                exec </dev/null
            fi
        fi
        # <<< accel-bench <<<
        "##);
    }

    #[test]
    fn no_placeholder_is_left() {
        for kind in HookKind::ALL {
            for host in [Host::Ours, Host::Theirs] {
                let text = section(kind, host);
                let found: Vec<_> = ["@NAME@", "@KEPT@", "@SKIP@", "@INPUT@"]
                    .iter()
                    .filter(|it| text.contains(**it))
                    .collect();
                assert!(found.is_empty(), "{found:?} in {text}");
            }
        }
    }

    fn check(variable: &str, expected: bool) {
        assert_eq!(is_gits_own(variable), expected, "{variable}");
    }

    #[test]
    fn variables_that_children_do_not_inherit() {
        check("GIT_DIR", true);
        check("GIT_INDEX_FILE", true);
        check("GITHEAD_091f30e51bb0aa39ed529c8557a913767325f78b", true);
        check("GIT_SSL_CAINFO", false);
        check("GIT_SSH_COMMAND", false);
        check("CARGO_HOME", false);
        check("PATH", false);
    }

    #[test]
    fn all_that_git_calls_local_is_removed() {
        let output =
            std::process::Command::new("git").args(["rev-parse", "--local-env-vars"]).output().unwrap();
        let listed = String::from_utf8(output.stdout).unwrap();
        assert!(listed.lines().count() > 10, "{listed}");
        assert_eq!(listed.lines().filter(|variable| !is_gits_own(variable)).collect::<Vec<_>>(), [""; 0]);
    }
}
