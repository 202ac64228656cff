//! Hooks in real merges and pushes, with a fake `cargo` in front of the real one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use super::super::hook::{HookState, Installed, Uninstalled, script};
use super::super::{Error, HookKind, Reach, SKIP_VARIABLE};
use super::Scratch;
use super::scratch::read;

const MERGE: HookKind = HookKind::PreMergeCommit;
const PUSH: HookKind = HookKind::PrePush;

/// A repository whose `side` can be merged into `main`, and a `cargo accel-bench` that writes what it is given
/// to `calls` and exits with `exit`.
struct Rig {
    scratch: Scratch,
}

impl Rig {
    fn new(exit: u8) -> Self {
        let scratch = Scratch::new();
        scratch.git(&["checkout", "--quiet", "-b", "side"]);
        scratch.commit("b.txt", "side\n");
        scratch.git(&["checkout", "--quiet", "main"]);
        scratch.commit("c.txt", "main\n");
        let rig = Self { scratch };
        let calls = rig.calls_file();
        let fake = format!("#!/bin/sh\necho \"$@\" >>'{0}'\ncat >>'{0}'\nexit {exit}\n", calls.display());
        rig.executable("bin/cargo", &fake);
        rig.executable("bin/cargo-accel-bench", &fake);
        rig
    }

    fn executable(&self, name: &str, text: &str) {
        executable(&self.scratch.beside(name), text);
    }

    fn hook(&self, kind: HookKind) -> PathBuf {
        self.scratch.path(".git/hooks").join(kind.name())
    }

    fn calls_file(&self) -> PathBuf {
        self.scratch.beside("calls")
    }

    fn calls(&self) -> String {
        fs::read_to_string(self.calls_file()).unwrap_or_default()
    }

    /// Git with the fake cargo on its path, and none that the user may have installed.
    fn git(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        let user = std::env::var_os("PATH").unwrap();
        let git = std::env::split_paths(&user).find(|folder| folder.join("git").is_file()).unwrap();
        let folders = [self.scratch.beside("bin"), git, "/usr/bin".into(), "/bin".into()];
        let mut command = self.scratch.command("git");
        command.env("PATH", std::env::join_paths(folders).unwrap());
        command.envs(variables.iter().copied()).args(arguments).output().unwrap()
    }

    fn merge(&self) -> Output {
        self.git(&["merge", "--no-edit", "side"], &[])
    }

    fn is_merged(&self) -> bool {
        self.scratch.git(&["rev-list", "--merges", "--count", "HEAD"]) == "1"
    }

    fn install(&self, kind: HookKind) -> Installed {
        self.scratch.repo().install_hook(kind, Reach::Everybody).unwrap()
    }

    fn uninstall(&self, kind: HookKind) -> Uninstalled {
        self.scratch.repo().uninstall_hook(kind).unwrap()
    }

    fn state(&self, kind: HookKind) -> HookState {
        self.scratch.repo().hook_status(kind).unwrap().state
    }
}

fn executable(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    set_mode(path, 0o755);
}

fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_merge_that_is_fine_goes_through() {
    let rig = Rig::new(0);
    rig.install(MERGE);
    let output = rig.merge();
    assert!(output.status.success(), "{}", told(&output));
    assert!(rig.is_merged());
    assert_eq!(rig.calls(), "accel-bench hook run pre-merge-commit\n");
}

#[test]
fn a_merge_that_is_slower_is_blocked_and_can_be_taken_back() {
    let rig = Rig::new(3);
    rig.install(MERGE);
    assert!(!rig.merge().status.success());
    assert!(!rig.is_merged());
    rig.scratch.git(&["merge", "--abort"]);
    assert_eq!(rig.scratch.git(&["status", "--porcelain"]), "");
}

#[test]
fn the_three_ways_to_go_on_regardless() {
    let go_on = |ways: &dyn Fn(&Rig) -> Output| {
        let rig = Rig::new(3);
        rig.install(MERGE);
        let output = ways(&rig);
        assert!(output.status.success() && rig.is_merged(), "{}", told(&output));
    };
    go_on(&|rig| rig.git(&["merge", "--no-edit", "--no-verify", "side"], &[]));
    go_on(&|rig| rig.git(&["merge", "--no-edit", "side"], &[(SKIP_VARIABLE, "1")]));
    go_on(&|rig| {
        rig.merge();
        assert_eq!(MERGE.go_on_regardless(), "git commit");
        rig.git(&["commit", "--no-edit"], &[])
    });
}

#[test]
fn a_merge_passes_when_the_tool_is_gone() {
    let rig = Rig::new(3);
    rig.install(MERGE);
    fs::remove_file(rig.scratch.beside("bin/cargo-accel-bench")).unwrap();
    let output = rig.merge();
    assert!(output.status.success() && rig.is_merged(), "{}", told(&output));
    assert!(told(&output).contains("accel-bench: not installed any more"), "{}", told(&output));
    assert_eq!(rig.calls(), "");
}

#[test]
fn the_tool_is_found_in_cargos_own_folder() {
    let rig = Rig::new(3);
    rig.install(MERGE);
    fs::create_dir(rig.scratch.beside("cargo-home")).unwrap();
    fs::rename(rig.scratch.beside("bin"), rig.scratch.beside("cargo-home/bin")).unwrap();
    let home = rig.scratch.beside("cargo-home").display().to_string();
    let output = rig.git(&["merge", "--no-edit", "side"], &[("CARGO_HOME", &home)]);
    assert!(!output.status.success() && !rig.is_merged());
    assert_eq!(rig.calls(), "accel-bench hook run pre-merge-commit\n");
}

#[test]
fn a_linked_worktree_uses_the_same_hook() {
    let rig = Rig::new(3);
    rig.install(MERGE);
    rig.scratch.git(&["worktree", "add", "--quiet", "-b", "third", "../linked", "main"]);
    let repo = super::super::Repo::discover(&rig.scratch.beside("linked")).unwrap().unwrap();
    assert_eq!(repo.hook_status(MERGE).unwrap().state, HookState::Installed);
    assert!(!rig.git(&["-C", "../linked", "merge", "--no-edit", "side"], &[]).status.success());
    assert_eq!(rig.calls(), "accel-bench hook run pre-merge-commit\n");
}

/// Pushes `main` to a new repository next to.
fn push(rig: &Rig) -> Output {
    rig.scratch.git(&["init", "--quiet", "--bare", "../remote.git"]);
    rig.git(&["push", "--quiet", "../remote.git", "main:main"], &[])
}

#[test]
fn a_push_is_told_what_is_pushed() {
    let rig = Rig::new(0);
    rig.install(PUSH);
    let output = push(&rig);
    assert!(output.status.success(), "{}", told(&output));
    let line = format!("refs/heads/main {} refs/heads/main {}", rig.scratch.head(), "0".repeat(40));
    assert_eq!(rig.calls(), format!("accel-bench hook run pre-push ../remote.git ../remote.git\n{line}\n"));
}

#[test]
fn a_push_is_blocked_and_can_go_on_regardless() {
    let rig = Rig::new(3);
    rig.install(PUSH);
    assert!(!push(&rig).status.success());
    let output = rig.git(&["push", "--quiet", "--no-verify", "../remote.git", "main:main"], &[]);
    assert!(output.status.success(), "{}", told(&output));
}

/// The hook that was there is still run with its arguments and its input, and comes back byte for byte.
fn check_respected(hook: &str) {
    let rig = Rig::new(0);
    let seen = rig.scratch.beside("seen");
    let hook = hook.replace("SEEN", &seen.display().to_string());
    executable(&rig.hook(PUSH), &hook);
    rig.install(PUSH);
    assert_eq!(rig.state(PUSH), HookState::Installed);
    assert!(matches!(rig.install(PUSH), Installed::AlreadyThere { .. }));
    let output = push(&rig);
    assert!(output.status.success(), "{}", told(&output));
    assert!(rig.calls().starts_with("accel-bench hook run pre-push"), "{}", rig.calls());
    assert!(read(&seen).starts_with("../remote.git\nrefs/heads/main "), "{}", read(&seen));
    assert!(!matches!(rig.uninstall(PUSH), Uninstalled::NotThere { .. }));
    assert_eq!(read(&rig.hook(PUSH)), hook);
    assert_eq!(fs::read_dir(rig.hook(PUSH).parent().unwrap()).unwrap().count(), before(&rig));
}

/// How many hooks git's template and the test have put there: all samples, and one.
fn before(rig: &Rig) -> usize {
    let folder = rig.hook(PUSH);
    let entries = folder.parent().unwrap().read_dir().unwrap().flatten();
    entries.filter(|entry| entry.path().extension().is_some_and(|end| end == "sample")).count() + 1
}

#[test]
fn a_shell_script_that_ends_early() {
    check_respected("#!/bin/sh -e\nset -u\necho \"$1\" >'SEEN'\ncat >>'SEEN'\nexit 0\n");
}

#[test]
fn a_shell_script_that_reads_lines() {
    check_respected(
        "#!/usr/bin/env bash\necho $1 >SEEN\nwhile read -r a b c d; do echo $a $b $c $d >>SEEN; done\nexec true\n",
    );
}

#[test]
fn a_hook_in_another_language() {
    check_respected(
        "#!/usr/bin/env perl\nopen(my $to, '>', 'SEEN'); print $to $ARGV[0], \"\\n\", <STDIN>; close($to);\n",
    );
}

#[test]
fn a_hook_that_says_no_is_obeyed() {
    for hook in ["#!/bin/sh\nexit 1\n", "#!/usr/bin/env perl\nexit 1;\n"] {
        let rig = Rig::new(0);
        executable(&rig.hook(MERGE), hook);
        rig.install(MERGE);
        assert!(!rig.merge().status.success() && !rig.is_merged(), "{hook}");
    }
}

#[test]
fn a_hook_that_is_switched_off_stays_off() {
    let rig = Rig::new(0);
    fs::write(rig.hook(MERGE), "#!/bin/sh\nexit 1\n").unwrap();
    set_mode(&rig.hook(MERGE), 0o644);
    assert!(matches!(rig.install(MERGE), Installed::Chained { .. }));
    assert!(rig.merge().status.success() && rig.is_merged());
    assert!(matches!(rig.uninstall(MERGE), Uninstalled::Restored { .. }));
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(fs::metadata(rig.hook(MERGE)).unwrap().permissions().mode() & 0o777, 0o644);
}

#[test]
fn a_link_stays_a_link() {
    let rig = Rig::new(0);
    rig.scratch.write("scripts/merge", "#!/bin/sh\nexit 1\n");
    set_mode(&rig.scratch.path("scripts/merge"), 0o755);
    std::os::unix::fs::symlink("../../scripts/merge", rig.hook(MERGE)).unwrap();
    rig.install(MERGE);
    assert_eq!(read(&rig.scratch.path("scripts/merge")), "#!/bin/sh\nexit 1\n");
    assert!(!rig.merge().status.success());
    rig.uninstall(MERGE);
    assert_eq!(fs::read_link(rig.hook(MERGE)).unwrap(), Path::new("../../scripts/merge"));
}

#[test]
fn lines_added_to_our_script_survive_uninstalling() {
    let rig = Rig::new(0);
    rig.install(MERGE);
    let edited = format!("{}echo mine\n", read(&rig.hook(MERGE)));
    fs::write(rig.hook(MERGE), edited).unwrap();
    assert!(matches!(rig.uninstall(MERGE), Uninstalled::TakenOut { .. }));
    assert_eq!(read(&rig.hook(MERGE)), "#!/bin/sh\necho mine\n");
}

#[test]
fn the_states_of_a_hook() {
    let rig = Rig::new(0);
    let path = rig.hook(MERGE);
    assert_eq!(rig.state(MERGE), HookState::Absent);
    assert!(matches!(rig.uninstall(MERGE), Uninstalled::NotThere { .. }));
    assert_eq!(rig.install(MERGE), Installed::Created { path: path.clone() });
    assert_eq!(read(&path), script(MERGE));
    assert_eq!(rig.state(MERGE), HookState::Installed);
    set_mode(&path, 0o644);
    assert_eq!(rig.state(MERGE), HookState::NotExecutable);
    assert_eq!(rig.install(MERGE), Installed::Updated { path: path.clone() });
    fs::write(&path, script(MERGE).replace("hook run", "hook go")).unwrap();
    assert_eq!(rig.state(MERGE), HookState::Outdated);
    assert_eq!(rig.install(MERGE), Installed::Updated { path: path.clone() });
    assert_eq!((rig.state(MERGE), rig.state(PUSH)), (HookState::Installed, HookState::Absent));
    assert_eq!(rig.uninstall(MERGE), Uninstalled::Removed { path: path.clone() });
    fs::write(&path, "#!/bin/sh\n").unwrap();
    assert_eq!(rig.state(MERGE), HookState::Foreign);
}

#[test]
fn what_was_kept_before_is_not_overwritten() {
    let rig = Rig::new(0);
    executable(&rig.hook(MERGE), "#!/usr/bin/env python3\n");
    fs::write(rig.hook(MERGE).with_file_name("pre-merge-commit.before-accel-bench"), "older").unwrap();
    let error = rig.scratch.repo().install_hook(MERGE, Reach::Everybody).unwrap_err();
    assert!(matches!(error, Error::KeptExists { .. }), "{error}");
    assert_eq!(read(&rig.hook(MERGE)), "#!/usr/bin/env python3\n");
}

fn check_folder(configured: &str, expected: &dyn Fn(&Scratch) -> PathBuf, reach: Reach) {
    let scratch = Scratch::new();
    scratch.commit(".gitignore", ".husky/_/\n");
    scratch.git(&[
        "config",
        "core.hooksPath",
        &configured.replace("BESIDE", &scratch.beside("").display().to_string()),
    ]);
    let folder = scratch.repo().hooks_folder().unwrap();
    assert_eq!((folder.path, folder.reach), (expected(&scratch), reach), "{configured}");
}

#[test]
fn where_git_looks_for_hooks() {
    check_folder("", &|scratch| scratch.path(".git/hooks"), Reach::Clone);
    check_folder(".git/hooks", &|scratch| scratch.path(".git/hooks"), Reach::Clone);
    check_folder("hooks", &|scratch| scratch.path("hooks"), Reach::Everybody);
    check_folder(".husky/_", &|scratch| scratch.path(".husky/_"), Reach::Clone);
    check_folder("BESIDE/all", &|scratch| scratch.beside("all"), Reach::AllRepositories);
    check_folder("~/hooks", &|_| std::env::home_dir().unwrap().join("hooks"), Reach::AllRepositories);
}

#[test]
fn a_hook_in_a_configured_folder_is_run() {
    let rig = Rig::new(3);
    rig.scratch.git(&["config", "core.hooksPath", "tools/hooks"]);
    let path = rig.scratch.path("tools/hooks/pre-merge-commit");
    assert_eq!(rig.install(MERGE), Installed::Created { path: path.clone() });
    assert!(!rig.merge().status.success() && !rig.is_merged());
    assert_eq!(rig.uninstall(MERGE), Uninstalled::Removed { path });
}

#[test]
fn a_folder_for_all_repositories_is_refused_unless_meant() {
    let rig = Rig::new(0);
    rig.scratch.git(&["config", "core.hooksPath", &rig.scratch.beside("all").display().to_string()]);
    let repo = rig.scratch.repo();
    assert!(matches!(repo.install_hook(MERGE, Reach::Everybody), Err(Error::SharedHooks(_))));
    assert!(!rig.scratch.beside("all").exists());
    assert!(matches!(repo.install_hook(MERGE, Reach::AllRepositories), Ok(Installed::Created { .. })));
}

#[test]
fn hooks_that_are_switched_off_are_not_switched_on() {
    let rig = Rig::new(0);
    rig.scratch.git(&["config", "core.hooksPath", "/dev/null"]);
    let error = rig.scratch.repo().install_hook(MERGE, Reach::AllRepositories).unwrap_err();
    assert!(matches!(error, Error::HooksOff(_)), "{error}");
}
