//! The requirements of every backend: CPUs, git, room for results. Pure.

use accel_bench_record::units::Bytes;

use super::facts::{Facts, System};
use super::finding::Finding;

/// A thousand quick runs take about 50 MB, builds kept by commit take far more.
const LOW_SPACE: u64 = 2 << 30;

/// Findings on the machine itself.
pub fn machine(facts: &Facts) -> Vec<Finding> {
    let checks = [git, cpus, space];
    checks.into_iter().filter_map(|check| check(facts)).collect()
}

fn git(facts: &Facts) -> Option<Finding> {
    Some(match (&facts.git, facts.system) {
        (Some(version), _) => Finding::ok(version.clone()),
        (None, System::Linux) => no_git().fix("apt-get install git"),
        (None, System::Macos) => no_git().fix("xcode-select --install"),
        (None, System::Windows) => no_git().fix("winget install Git.Git"),
    })
}

fn no_git() -> Finding {
    Finding::warning("no git: hooks will not run, and other commits cannot be measured")
}

fn cpus(facts: &Facts) -> Option<Finding> {
    Some(match facts.cpus {
        0 | 1 => Finding::warning("1 CPU: whatever else runs is part of what is measured"),
        count => Finding::ok(format!("{count} CPUs")),
    })
}

fn space(facts: &Facts) -> Option<Finding> {
    let free = Bytes::new(facts.free_bytes? as f64)?;
    let at = facts.given.store.display();
    Some(if facts.free_bytes? < LOW_SPACE {
        Finding::warning(format!("{free} free for `{at}`")).fix("cargo accel-bench gc")
    } else {
        Finding::ok(format!("{free} free for `{at}`"))
    })
}

#[cfg(test)]
mod tests {
    use super::super::finding::lines;
    use super::*;

    fn quiet() -> Facts {
        Facts { cpus: 4, git: Some("git version 2.39.5".into()), ..Facts::default() }
    }

    /// The lines that `change` to a quiet machine adds to its two.
    fn check(change: impl FnOnce(&mut Facts), expected: &[&str]) {
        let mut facts = quiet();
        change(&mut facts);
        assert_eq!(lines(&machine(&facts))[2..], *expected);
    }

    fn first(change: impl FnOnce(&mut Facts), expected: &[&str; 2]) {
        let mut facts = quiet();
        change(&mut facts);
        assert_eq!(lines(&machine(&facts)), expected);
    }

    #[test]
    fn git_and_cpus_are_always_told() {
        first(|_| {}, &["ok: git version 2.39.5", "ok: 4 CPUs"]);
        let no_git = "warning: no git: hooks will not run, and other commits cannot be measured";
        first(|it| it.git = None, &[&format!("{no_git} (apt-get install git)"), "ok: 4 CPUs"]);
        let on_macos = |it: &mut Facts| (it.git, it.system) = (None, System::Macos);
        first(on_macos, &[&format!("{no_git} (xcode-select --install)"), "ok: 4 CPUs"]);
        let one = "warning: 1 CPU: whatever else runs is part of what is measured";
        first(|it| it.cpus = 1, &["ok: git version 2.39.5", one]);
    }

    #[test]
    fn room() {
        let free = |bytes| {
            move |it: &mut Facts| {
                it.given.store = "/s".into();
                it.free_bytes = Some(bytes);
            }
        };
        check(free(2 << 30), &["ok: 2.000 GiB free for `/s`"]);
        check(free(5 << 20), &["warning: 5.000 MiB free for `/s` (cargo accel-bench gc)"]);
        check(free(0), &["warning: 0.000 B free for `/s` (cargo accel-bench gc)"]);
    }
}
