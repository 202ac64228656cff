//! Steady builds: two trees of one source give one executable.

use std::collections::BTreeSet;
use std::fs;

use crate::support::{Project, forget, target_dir};

const ONE: &str = r#"
#[bench(backends = ["host"])]
fn one(b: &mut Bencher) {
    b.iter_custom(|iterations| it::exactly(iterations, it::NANOS));
}
"#;

/// The contents of the executables of a bench target that no other test has.
fn executables(target: &str) -> Vec<Vec<u8>> {
    let deps = fs::read_dir(target_dir().join("release/deps")).expect("it was built").flatten();
    let is_one = |name: &str| name.starts_with(&format!("{target}-")) && !name.contains('.');
    let found = deps.filter(|entry| is_one(&entry.file_name().to_string_lossy()));
    found.map(|entry| fs::read(entry.path()).expect("it can be read")).collect()
}

#[test]
fn a_comment_changes_no_executable_and_builds_as_cargo_does_are_told_apart() {
    forget("of_steady");
    let project = Project::new("steady").bench("of_steady", ONE).toml("[[bench]]\ntarget = \"of_steady\"\n");
    let project = project.under_git();
    let source = project.read("benches/of_steady.rs");
    project.write("benches/of_steady.rs", &format!("{source}\n// Nothing changes.\n"));
    let steady = "built steadily: one codegen unit a package, functions and blocks aligned";
    project.accel_bench("compare main").exits(0).shows(steady);
    let built = executables("of_steady");
    assert!(built.len() >= 2, "one for each tree");
    assert_eq!(built.iter().collect::<BTreeSet<_>>().len(), 1, "they lie at two paths and are the same");

    let plain = project.accel_bench("compare main --as-built --format json").exits(0);
    assert!(!plain.stderr.contains("Compared before"), "it is no answer to this question: {plain:#}");
    let table = project.accel_bench("--as-built").exits(0);
    assert!(!table.stdout.contains("built steadily"), "{table:#}");
}
