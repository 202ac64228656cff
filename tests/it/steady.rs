//! Steady builds: two trees of one source give one executable.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Value, json};

use crate::support::{Project, Ran, forget, target_dir};

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
    let same =
        project.accel_bench("compare main").exits(0).says("1 case: both sides have the same executable");
    assert_eq!((same.stdout.as_str(), project.runs().len()), ("", 0), "nothing was measured");
    // A script and a pull request get their document all the same.
    let same = project.accel_bench("compare main --format json").exits(0);
    assert_eq!(
        (same.at("/rows/0/verdict"), same.at("/rows/0/standing")),
        (json!("same"), json!("identical"))
    );
    assert_eq!((same.at("/outcome"), same.at("/baseline/run")), (json!("fine"), json!("")));
    let markdown = project.accel_bench("compare main --format markdown").exits(0);
    markdown.shows("(not measured)").shows("not measured: the executables are the same");
    assert_eq!(project.runs().len(), 0);
    project.accel_bench("compare main --measure").exits(0).shows(steady);
    let built = executables("of_steady");
    assert!(built.len() >= 2, "one for each tree");
    assert_eq!(built.iter().collect::<BTreeSet<_>>().len(), 1, "they lie at two paths and are the same");

    let plain = project.accel_bench("compare main --as-built --format json").exits(0);
    assert!(!plain.stderr.contains("Compared before"), "it is no answer to this question: {plain:#}");
    let table = project.accel_bench("--as-built").exits(0);
    assert!(!table.stdout.contains("built steadily"), "{table:#}");
}

/// A loop whose body is too large to be inlined, so that it has an address.
const WORK: &str = r#"
#[inline(never)]
fn work(values: &[u64]) -> u64 {
    values.iter().fold(it::NANOS, |sum, value| sum.rotate_left(5) ^ value)
}

#[bench(backends = ["host"])]
fn folded(b: &mut Bencher) {
    let values: Vec<u64> = (0..20_000).collect();
    b.iter(|| work(std::hint::black_box(&values)));
}

#[bench(backends = ["host"])]
fn changed(b: &mut Bencher) {
    let times = if it::NANOS == 100_000 { 1 } else { 4 };
    let values: Vec<u64> = (0..5_000 * times).collect();
    b.iter(|| work(std::hint::black_box(&values)));
}
"#;

#[test]
fn a_suspected_change_is_measured_again_with_functions_at_other_addresses() {
    let project = Project::new("laid-out").bench("laid_out", WORK).toml("[[bench]]\ntarget = \"laid_out\"\n");
    let project = project.under_git();
    project.takes(300_000);
    let layouts = |ran: &Ran| -> BTreeSet<Option<u64>> {
        let record = project.record(ran, "candidate");
        let cases = record["cases"].as_array().expect("cases");
        let case = cases.iter().find(|case| case["id"]["benchmark"] == "changed").expect("it was measured");
        let processes = case["processes"].as_array().expect("processes").iter();
        processes.map(|process| process["layout"].as_u64()).collect()
    };
    let ran = project.accel_bench("compare main --format json --measure").exits_with_one_of(&[1, 7]);
    assert_eq!(ran.at("/rows/1/verdict"), "regressed", "{ran:#}");
    let of_changed = layouts(&ran);
    assert!(
        of_changed.contains(&None) && of_changed.len() > 6,
        "as built, and each fresh pair in its own: {of_changed:?}"
    );
    let [least, most] = [0, 1].map(|end| ran.at(&format!("/rows/1/over_layouts_share/{end}")));
    assert!(least.as_f64() > Some(1.0) && most.as_f64() >= least.as_f64(), "{ran:#}");
    let plain = project.accel_bench("compare main --as-built --format json").exits_with_one_of(&[1, 7]);
    assert_eq!((layouts(&plain), plain.at("/rows/1/over_layouts_share")), ([None].into(), Value::Null));
    let table = project.accel_bench("compare main --as-built").exits_with_one_of(&[1, 7]);
    table.shows("its code layout was not varied");
}
