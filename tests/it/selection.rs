//! Suites and arguments: what they select together, on one project that is never measured.

use std::sync::OnceLock;

use crate::support::{Project, Ran};

const SOURCE: &str = r#"
#[bench(category = "kernel", tags = ["small", "fast"], params(n = [1, 2]))]
fn matmul(b: &mut Bencher) {
    b.iter(|| 1);
}

#[bench(category = "inference", tags = ["large"], models = ["tiny", "base"], params(batch_size = [1, 8]))]
fn forward(b: &mut Bencher) {
    b.iter(|| 1);
}

#[bench(group = "io", backends = ["host"])]
fn read(b: &mut Bencher) {
    b.iter(|| 1);
}
"#;

const TOML: &str = r#"
[[bench]]
target = "all"

[[bench]]
name = "again"
target = "all"
params = { n = 4 }

[suites.kernels]
categories = ["kernel"]

[suites.tagged]
tags = ["la*"]
models = ["tiny"]

[suites.named]
filter = ["all/io/*", "again/io/*"]

[suites.many]
filter = ["all/matmul/*"]
params = { n = { from = 8, to = 32, factor = 2 } }

[suites.plain]
backends = ["host"]
filter = ["all/*"]

[suites.none]
categories = ["no-such-category"]
"#;

fn dry_run(line: &str) -> Ran {
    static PROJECT: OnceLock<Project> = OnceLock::new();
    let project = PROJECT.get_or_init(|| Project::new("selection").bench("all", SOURCE).toml(TOML));
    project.accel_bench(&format!("--dry-run {line}"))
}

#[track_caller]
fn selects(line: &str, expected: &[&str]) {
    let ran = dry_run(line).exits(0);
    assert_eq!(ran.stdout.lines().collect::<Vec<_>>(), expected, "{line}");
}

#[track_caller]
fn counts(line: &str, expected: usize) {
    let ran = dry_run(line).exits(0);
    assert_eq!(ran.stdout.lines().count(), expected, "{line}: {ran:#}");
}

const MATMUL: [&str; 3] = ["all/matmul/n=1@host", "all/matmul/n=2@host", "again/matmul/n=4@host"];

#[test]
fn suites() {
    counts("", 13);
    selects("--suite kernels", &MATMUL);
    let tiny = [
        "all/forward/tiny/b1@host",
        "all/forward/tiny/b8@host",
        "again/forward/tiny/b1@host",
        "again/forward/tiny/b8@host",
    ];
    selects("--suite tagged", &tiny);
    selects("--suite named", &["all/io/read@host", "again/io/read@host"]);
    selects("--suite many", &["all/matmul/n=8@host", "all/matmul/n=16@host", "all/matmul/n=32@host"]);
    counts("--suite plain", 7);
    counts("--suite all", 13);
}

#[test]
fn arguments_narrow_a_suite() {
    selects("--suite kernels n=2", &MATMUL[1..2]);
    selects("--suite kernels --benchmark again", &MATMUL[2..]);
    selects("--suite many --params n=5", &["all/matmul/n=5@host"]);
    selects("--suite tagged */b8 --benchmark all", &["all/forward/tiny/b8@host"]);
    counts("--suite plain --tag fast", 2);
}

#[test]
fn arguments_alone() {
    selects("--category kernel", &MATMUL);
    selects("--tag fast", &MATMUL);
    selects("--benchmark matmul", &MATMUL);
    selects("--benchmark all/matmul", &MATMUL[..2]);
    selects(
        "--benchmark mat* --benchmark io/*",
        &[MATMUL[0], MATMUL[1], "all/io/read@host", MATMUL[2], "again/io/read@host"],
    );
    counts("--model tiny,base", 8);
    counts("--model ba*", 4);
    counts("--category kernel,inference", 11);
    selects("io again/matmul", &["all/io/read@host", MATMUL[2], "again/io/read@host"]);
    selects("*@host --category kernel", &MATMUL);
}

#[test]
fn parameters_from_the_command_line() {
    selects("--params n=7 matmul", &["all/matmul/n=7@host", "again/matmul/n=7@host"]);
    selects("--params n=7,7 again/matmul", &["again/matmul/n=7@host"]);
    selects("--params n=7 --params n=9 again/matmul", &["again/matmul/n=7@host", "again/matmul/n=9@host"]);
    selects("--params model=own --params batch-size=2 all/forward", &["all/forward/own/b2@host"]);
    selects(r#"--params {"n":[3],"batch-size":[4]} all/matmul"#, &["all/matmul/n=3@host"]);
}

#[test]
fn nothing_is_told_with_a_way_on() {
    let nothing = |line: &str| dry_run(line).exits(4).says("no case is selected").shows_nothing();
    nothing("no-such-case").says("cargo accel-bench --dry-run --suite all");
    nothing("--suite none").says("by the suite `none`").says("--dry-run --suite all");
    nothing("--suite kernels --tag large").says("--dry-run --suite all");
    nothing("--model tiny --benchmark matmul");
    let told = nothing("io --backend wgpu");
    assert!(!told.stderr.contains("--backend host"), "others run on it, they are only not meant: {told:#}");
    nothing("--backend wgpu --benchmark io/read");
    nothing("--category kernel --params n=1 --tag large");
}
