//! `completions`: a script for each shell, and that bash takes it.

use crate::support::{Project, run};

#[track_caller]
fn check(shell: &str, words: &[&str]) {
    let ran = Project::new("completions").accel_bench(&format!("completions {shell}")).exits(0);
    assert_eq!(ran.stderr, "", "{shell}");
    words.iter().chain(&["compare", "baseline", "dry-run"]).fold(ran, |ran, word| ran.shows(word));
}

#[test]
fn each_shell_has_a_script() {
    check("bash", &["complete -F", "cargo-accel-bench"]);
    check("zsh", &["#compdef cargo-accel-bench"]);
    check("fish", &["complete -c cargo-accel-bench"]);
    check("powershell", &["Register-ArgumentCompleter", "cargo-accel-bench"]);
    check("elvish", &["edit:completion:arg-completer[cargo-accel-bench]"]);
    Project::new("completions").accel_bench("completions cmd").exits(2).says("bash").shows_nothing();
}

/// Returns what bash offers for the last of the words.
fn offered(words: &str) -> Vec<String> {
    let project = Project::new("completions");
    // As bash does it: it asks the function that is registered for the command.
    let script = format!(
        "source <(cargo-accel-bench completions bash) || exit 1
         [[ $(complete -p cargo-accel-bench) =~ ' -F '([^ ]+) ]] || exit 1
         COMP_WORDS=({words}) COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
         \"${{BASH_REMATCH[1]}}\" cargo-accel-bench \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD-1]}}\"
         for offer in \"${{COMPREPLY[@]}}\"; do echo \"$offer\"; done"
    );
    let mut command = project.program("bash");
    command.args(["--norc", "-c", &script]);
    let ran = run(command).exits(0);
    assert_eq!(ran.stderr, "", "{words}");
    ran.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn bash_loads_it_and_offers_what_fits() {
    assert_eq!(offered("cargo-accel-bench compar"), ["compare"]);
    assert_eq!(offered("cargo-accel-bench compa"), ["compare", "compatibility"]);
    assert_eq!(offered("cargo-accel-bench baseline ap"), ["approve"]);
    assert_eq!(offered("cargo-accel-bench compare --thr"), ["--threshold"]);
    assert_eq!(offered("cargo-accel-bench show --format mark"), ["markdown"]);
    assert_eq!(offered("cargo-accel-bench no-such-comm"), [] as [&str; 0], "it makes nothing up");
}
