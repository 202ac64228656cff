//! `compare --explain`: the functions that differ in what changed rows reach.

use serde_json::{Value, json};

use crate::support::{Project, Ran};

const PACED: &str = r#"
#[inline(never)]
fn pace(n: u64) -> u64 {
    std::hint::black_box(n) * 2
}

#[bench(backends = ["host"])]
fn paced(b: &mut Bencher) {
    b.iter_custom(|iterations| it::exactly(iterations, pace(50_000)));
}

#[bench(backends = ["host"])]
fn other(b: &mut Bencher) {
    b.iter_custom(|iterations| it::exactly(iterations, 100_000));
}
"#;

/// A project in which one function of a bench was changed.
fn changed(name: &str) -> Project {
    let project = Project::new(name).bench("explained", PACED).toml("[[bench]]\ntarget = \"explained\"\n");
    let project = project.under_git();
    let source = project.read("benches/explained.rs");
    project.write("benches/explained.rs", &source.replace("(n) * 2", "(n) * 3 + (n & 1)"));
    project
}

/// The explanation of a case: of each function its name, how it differs, and its files.
fn functions(ran: &Ran, case: &str) -> Vec<[Value; 3]> {
    let cases = ran.at("/explained/cases");
    let cases = cases.as_array().expect("explanations").iter();
    let found = cases.filter(|one| one["case"].as_str().is_some_and(|name| name.contains(case)));
    let functions = found.flat_map(|one| one["functions"].as_array().expect("functions"));
    functions.map(|one| ["function", "differs", "files"].map(|field| one[field].clone())).collect()
}

#[test]
fn a_changed_row_names_the_function_and_its_file() {
    let project = changed("explain");
    let ran = project.accel_bench("compare main --explain --format json").exits(1);
    let rows = ran.at("/rows");
    let row = |name: &str| {
        let mut rows = rows.as_array().expect("rows").iter();
        rows.find(|row| row["benchmark"] == name).cloned().expect("it is a row")
    };
    let said = |row: &Value| ["verdict", "same_code"].map(|field| row[field].clone());
    assert_eq!(said(&row("paced")), [json!("regressed"), json!(false)]);
    assert_eq!(said(&row("other")), [json!("same"), json!(true)]);
    let pace = [json!("explained::pace"), json!("code"), json!(["benches/explained.rs"])];
    assert_eq!(functions(&ran, "paced"), [pace], "{ran:#}");
    assert_eq!(functions(&ran, "other"), [] as [[Value; 3]; 0], "it was not asked for");

    // One that has not changed is explained on request, from the runs that are stored.
    let table = project.accel_bench("compare main --explain other").exits(1);
    table.shows("Functions that differ").shows("no difference in").shows("= same code");
    let markdown = project.accel_bench("compare main --explain --format markdown").exits(1);
    markdown.shows("### Functions that differ").shows("| explained::pace");
}

#[test]
fn what_cannot_be_explained_says_so() {
    let project = changed("unexplained");
    let ran = project.accel_bench("compare main --explain nothing").exits(2);
    ran.says("no row of this comparison is called `nothing`").says("revisions go before `--explain`");
    project.accel_bench("compare main --explain --format csv").exits(2).says("has no form");
    project.accel_bench("baseline save first").exits(0);
    let ran = project.accel_bench("compare baseline:first --explain paced").exits(7);
    ran.says("is a result: it has no machine code to explain");
}

const CALLS: &str = r#"
#[bench(backends = ["host"])]
fn paced(b: &mut Bencher) {
    b.iter_custom(|iterations| it::exactly(iterations, paces::pace(50_000)));
}
"#;

#[test]
fn a_dependency_with_another_version_is_named() {
    let dependency = "paces = { path = \"paces\" }";
    let project = Project::new("explain-dependency").bench("calls", CALLS).dependency(dependency);
    let project = project.toml("[[bench]]\ntarget = \"calls\"\n");
    let package =
        |version: &str| format!("[package]\nname = \"paces\"\nversion = \"{version}\"\nedition = \"2024\"\n");
    let source = |work: &str| {
        format!("#[inline(never)]\npub fn pace(n: u64) -> u64 {{ std::hint::black_box(n) {work} }}\n")
    };
    project.write("paces/Cargo.toml", &package("1.0.0"));
    project.write("paces/src/lib.rs", &source("* 2"));
    let project = project.under_git();
    project.write("paces/Cargo.toml", &package("1.1.0"));
    project.write("paces/src/lib.rs", &source("* 3 + (n & 1)"));
    let ran = project.accel_bench("compare main --explain --format json").exits(1);
    let pace = [json!("paces::pace"), json!("code"), json!(["paces/src/lib.rs"])];
    assert_eq!(functions(&ran, "paced"), [pace], "{ran:#}");
    assert_eq!(ran.at("/explained/dependencies/0/name"), "paces");
    assert_eq!(ran.at("/explained/cases/0/functions/0/dependencies"), json!(["paces"]));
    let table = project.accel_bench("compare main --explain").exits(1);
    table.shows("from paces/src/lib.rs, paces 1.0.0 → 1.1.0");
}
