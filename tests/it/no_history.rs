//! A build without the feature `history` says how to get one with it.

use crate::support::Project;

#[test]
fn what_this_build_lacks_is_named_with_the_command_that_brings_it() {
    let project = Project::new("no-history");
    for line in ["trend", "trend squares --gate --format json", "history rebuild", "dashboard --no-open"] {
        let told = project.accel_bench(line).exits(2).stderr;
        assert!(told.contains("without the feature `history`"), "{told}");
        assert!(told.contains("cargo install --path . --features history"), "{told}");
    }
}
