//! A bench target that does not say what it holds, on either side of a comparison.

use crate::support::Project;

const WELL: &str = r#"
#[bench(backends = ["host"])]
fn well(b: &mut Bencher) {
    b.iter_custom(|iterations| it::exactly(iterations, it::NANOS));
}
"#;

/// Ends before it speaks with the tool.
const SILENT: &str = "fn main() {\n    eprintln!(\"out of order\");\n    std::process::exit(4);\n}\n";

const TOML: &str = "
[[bench]]
target = \"well\"

[[bench]]
target = \"other\"
harness = \"accel-bench\"
";

fn project(name: &str, baseline: &str, candidate: &str) -> Project {
    let project = Project::new(name).bench("well", WELL).bench("other", baseline).toml(TOML).under_git();
    project.rewrite_bench("other", candidate);
    project
}

#[test]
fn a_candidate_that_cannot_list_is_no_pass() {
    let project = project("unlisted-candidate", WELL, SILENT);
    let ran = project.accel_bench("compare main").exits(7).shows_nothing();
    ran.says("the candidate's bench `other` cannot list its benchmarks").says("out of order");
    assert_eq!(project.runs(), [] as [std::path::PathBuf; 0], "nothing is measured first");
    // The rest can be had by naming it.
    project.accel_bench("compare main --measure --benchmark well").exits(0).shows("= same");
}

#[test]
fn a_baseline_that_could_not_list_is_no_obstacle() {
    let project = project("unlisted-baseline", SILENT, WELL);
    let ran = project.accel_bench("compare main --format json").exits(0).says("Failed");
    assert_eq!(ran.column("/rows", "case"), ["other/well@host", "well/well@host"]);
    assert_eq!(ran.column("/rows", "verdict"), ["null", "same"]);
    assert_eq!(ran.column("/rows", "standing"), ["missing-in-baseline", "identical"]);
}

#[test]
fn what_neither_side_can_list_is_told_and_left_out() {
    let project = project("unlisted-both", SILENT, &format!("{SILENT}// Still.\n"));
    let ran = project.accel_bench("compare main --measure --format json").exits(0).says("Failed");
    assert_eq!(ran.column("/rows", "case"), ["well/well@host"]);
    assert_eq!(ran.column("/rows", "verdict"), ["same"]);
    let run = project.accel_bench("run --format json").exits(3).says("Failed");
    assert_eq!(run.column("/cases", "case"), ["well/well@host"]);
}
