//! `init`: in a workspace of several packages, and next to benches that exist.

use crate::support::Project;

/// A workspace of two libraries.
fn workspace(name: &str) -> Project {
    let project = Project::new(name);
    for package in ["one", "two"] {
        let text = format!(
            "[package]\nname = \"it-{name}-{package}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n# Kept.\n"
        );
        project.write(&format!("{package}/Cargo.toml"), &text);
        project.write(&format!("{package}/src/lib.rs"), "");
    }
    project.write("Cargo.toml", "[workspace]\nmembers = [\"one\", \"two\"]\nresolver = \"3\"\n");
    std::fs::remove_file(project.path("bench.toml")).expect("it was there");
    project
}

#[test]
fn several_packages_and_none_named_is_a_question() {
    let project = workspace("asked");
    let ran = project.accel_bench("init").exits(2).says("which package gets the bench target?");
    ran.says("it-asked-one").says("it-asked-two");
    project.accel_bench("init --package three").exits(2).says("it-asked-one");
    assert!(!project.path("bench.toml").exists() && !project.path("one/benches").exists());
}

#[test]
fn the_package_that_is_named_gets_the_target() {
    let project = workspace("named");
    project.accel_bench("init -p it-named-two").exits(0).says("Created").says("Edited");
    assert!(project.path("two/benches/accel.rs").exists() && !project.path("one/benches").exists());
    let edited = project.read("two/Cargo.toml");
    assert!(edited.contains("# Kept.") && edited.contains("[[bench]]"), "{edited}");
    assert!(project.read("bench.toml").contains("package = \"it-named-two\""));
    // Nothing is said there of how much is measured: these are the profiles as they are built in.
    let ran = project.accel_bench("--dry-run").exits(0).shows("accel/sort/length=1000@host");
    ran.says("Planned 2 cases in 5 processes each");
    project.accel_bench("--dry-run --profile quick").exits(0).says("in 3 processes each");
    project.accel_bench("--dry-run --profile full").exits(0).says("in 10 processes each");
}

#[test]
fn the_folder_names_the_package() {
    let project = workspace("folder");
    project.accel_bench("-C one/src init").exits(0).says("Created");
    assert!(project.path("one/benches/accel.rs").exists() && !project.path("two/benches").exists());
    assert!(project.read("bench.toml").contains("package = \"it-folder-one\""));
}

#[test]
fn benches_that_exist_are_named_and_left_as_they_are() {
    let source = "fn main() {}\n/* criterion_main!(benches); */\n";
    let project = Project::new("existing").bench("theirs", source);
    std::fs::remove_file(project.path("bench.toml")).expect("it was there");
    let before = (project.read("Cargo.toml"), project.read("benches/theirs.rs"));
    project.accel_bench("init").exits(0).says("Created");
    assert_eq!((project.read("Cargo.toml"), project.read("benches/theirs.rs")), before);
    assert!(project.read("bench.toml").contains("target = \"theirs\""));
    project.accel_bench("init").exits(2).says("exists");
}
