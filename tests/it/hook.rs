//! The git hook: installed next to what is there, and asked by real merges and pushes.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::support::{Project, Ran};

const ONE: &str = r#"
#[bench(backends = ["host"])]
fn one(b: &mut Bencher) {
    b.iter_custom(|iterations| it::exactly(iterations, it::NANOS));
}
"#;

/// `main`, and a branch off it for each kind of change; the hook is installed.
fn project(name: &str) -> Project {
    let project = Project::new(name).bench("one", ONE).toml("[[bench]]\ntarget = \"one\"\n").under_git();
    let branch = |name: &str, change: &dyn Fn()| {
        project.git(&["checkout", "--quiet", "-b", name, "main"]);
        change();
        project.commit(name);
        project.git(&["checkout", "--quiet", "main"]);
    };
    branch("slower", &|| project.takes(200_000));
    branch("docs", &|| project.write("README.md", "Words.\n"));
    branch("comment", &|| project.edit("src/lib.rs", "pub const", "// Why.\npub const"));
    branch("broken", &|| project.edit("benches/one.rs", "b.iter_custom(", "panic!(\"no\"); b.iter_custom("));
    project.write("CHANGES", "So that no merge is a fast-forward.\n");
    project.commit("on main");
    project
}

fn merge(project: &Project, branch: &str) -> Ran {
    project.try_git(&["merge", "--no-ff", "--no-edit", branch])
}

#[track_caller]
fn merges(project: &Project, branch: &str) -> Ran {
    let ran = merge(project, branch).exits(0);
    assert_eq!(project.git(&["log", "-1", "--format=%s"]).trim(), format!("Merge branch '{branch}'"));
    project.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    ran
}

#[test]
fn a_merge_is_stopped_when_the_code_gets_slower() {
    let project = project("hooked");
    merges(&project, "slower");
    project.accel_bench("hook install").exits(0).says("Installed");
    let before = project.git(&["rev-parse", "HEAD"]);
    let ran = merge(&project, "slower");
    assert!(ran.code() != Some(0), "{ran:#}");
    let told = format!("{}{}", ran.stdout, ran.stderr);
    for words in ["regressed", "one@host", "+100 %", "`git commit` goes on anyway"] {
        assert!(told.contains(words), "{words}: {ran:#}");
    }
    assert_eq!(project.git(&["rev-parse", "HEAD"]), before, "nothing was merged");
    project.git(&["merge", "--abort"]);
    let ran = merge(&project, "broken");
    assert!(ran.code() != Some(0), "a broken case stops the merge too: {ran:#}");
    project.git(&["merge", "--abort"]);
    project.git(&["merge", "--no-ff", "--no-edit", "--no-verify", "slower"]);
}

#[test]
fn a_merge_that_changes_no_speed_goes_on() {
    let project = project("unhindered");
    project.accel_bench("hook install").exits(0);
    merges(&project, "comment").says("same");
    let runs = project.runs();
    merges(&project, "docs").says("nothing that the benches are built from changes");
    assert_eq!(project.runs(), runs, "nothing was measured");
    let mut command = project.program("git");
    command.args(["merge", "--no-ff", "--no-edit", "slower"]).env("ACCEL_BENCH_SKIP_HOOK", "1");
    crate::support::run(command).exits(0);
}

#[test]
fn the_hook_comes_and_goes() {
    let project = project("comes");
    project.accel_bench("hook status").exits(0).shows("pre-merge-commit: not installed");
    project.accel_bench("hook install").exits(0);
    project.accel_bench("hook install").exits(0).says("nothing to do");
    project.accel_bench("hook install --on pre-push").exits(0);
    let status = project.accel_bench("hook status").exits(0);
    status.shows("pre-merge-commit: installed").shows("pre-push: installed");
    project.accel_bench("hook uninstall").exits(0).says("Removed");
    let status = project.accel_bench("hook status").exits(0);
    status.shows("pre-merge-commit: not installed").shows("pre-push: installed");
    assert!(!project.path(".git/hooks/pre-merge-commit").exists());
    project.accel_bench("hook uninstall").exits(0).says("nothing");
}

fn hook(project: &Project, path: &str, text: &str) {
    project.write(path, text);
    fs::set_permissions(project.path(path), fs::Permissions::from_mode(0o755)).expect("executable");
}

#[test]
fn a_hook_that_was_there_goes_on_working() {
    let project = project("chained");
    for (interpreter, text) in
        [("sh", "#!/bin/sh\ntouch theirs\n"), ("perl", "#!/usr/bin/env perl\nsystem 'touch theirs';\n")]
    {
        let path = ".git/hooks/pre-merge-commit";
        hook(&project, path, text);
        project.accel_bench("hook install").exits(0);
        merges(&project, "docs").says("Unaffected");
        assert!(project.path("theirs").exists(), "{interpreter}: theirs was called");
        fs::remove_file(project.path("theirs")).expect("it is there");
        project.accel_bench("hook uninstall").exits(0);
        assert_eq!(project.read(path), text, "{interpreter}: it is as it was");
    }
}

#[test]
fn the_folder_that_git_is_told_of_is_used() {
    let project = project("elsewhere");
    project.write(".gitignore", "/.accel-bench\n/hooks\n");
    project.commit("hooks of this clone");
    project.git(&["config", "core.hooksPath", "hooks"]);
    project.accel_bench("hook install").exits(0);
    assert!(project.path("hooks/pre-merge-commit").exists());
    assert!(!project.path(".git/hooks/pre-merge-commit").exists());
    merges(&project, "docs").says("Unaffected");
}

#[test]
fn a_push_is_stopped_too() {
    let project = project("pushed");
    let _remote = project.pushes_to_a_remote();
    project.accel_bench("hook install --on pre-push").exits(0);
    project.git(&["merge", "--quiet", "--no-ff", "--no-edit", "docs"]);
    project.try_git(&["push", "origin", "main"]).exits(0).says("Unaffected");
    project.git(&["merge", "--quiet", "--no-ff", "--no-edit", "slower"]);
    let ran = project.try_git(&["push", "origin", "main"]);
    assert!(ran.code() != Some(0) && ran.stderr.contains("git push --no-verify"), "{ran:#}");
    project.git(&["push", "--quiet", "--no-verify", "origin", "main"]);
}
