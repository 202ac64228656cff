//! Names that mean nothing, wherever they are written; and the name that is meant where none is.

use std::sync::OnceLock;

use crate::support::Project;

const ONE: &str = r#"
#[bench(category = "kernel", backends = ["host"], params(n = [1, 2]))]
fn one(b: &mut Bencher) {
    b.iter_custom(|iterations| it::exactly(iterations, it::NANOS));
}
"#;

fn project(name: &str) -> Project {
    Project::new(name).bench("one", ONE).toml("[[bench]]\ntarget = \"one\"\nprocesses = 3\n").under_git()
}

/// A usage error that names what was meant, and shows no result.
#[track_caller]
fn unknown(line: &str, words: &str) {
    static MEASURED: OnceLock<Project> = OnceLock::new();
    let measured = MEASURED.get_or_init(|| {
        let project = project("names");
        project.accel_bench("n=1").exits(0);
        project
    });
    measured.accel_bench(line).exits(2).says(words).shows_nothing();
    assert_eq!(measured.runs().len(), 1, "a mistake costs no run");
}

#[test]
fn of_selections() {
    unknown("--suite smal", "no suite `smal`, known are `all`");
    unknown("--suite al", "did you mean `all`?");
    unknown("--profile ful", "no profile `ful` (did you mean `full`?)");
    unknown("--backend hots", "no backend `hots` (did you mean `host`?)");
    unknown("--benchmark oen", "no benchmark `oen` (did you mean `one`?)");
    unknown("--params m=1", "no benchmark of the selected benches has a parameter `m`");
    unknown("--params n=many", "cannot be `many`: it takes whole numbers");
    unknown("list --suite smal", "no suite `smal`");
    unknown("compare HEAD --suite smal --measure", "no suite `smal`");
}

#[test]
fn of_sides() {
    for command in ["show", "compare", "run --compare"] {
        unknown(&format!("{command} nope"), "nope");
        unknown(&format!("{command} HEAD~99"), "HEAD~99");
        unknown(&format!("{command} run:nope"), "no run of the store begins with `nope`");
        unknown(&format!("{command} baseline:nope"), "`baseline:nope` is not a revision, baseline, run or");
        unknown(&format!("{command} nope.json"), "nope.json");
    }
    unknown("compare main nope", "nope");
    unknown("compare --merge nope", "cannot resolve `nope`");
    unknown("show mian", "is it `main`?");
}

#[test]
fn of_baselines() {
    unknown("baseline show nope", "baseline:nope");
    unknown("baseline diff nope", "baseline:nope");
    unknown("baseline diff nope HEAD", "baseline:nope");
    unknown("baseline remove nope", "nothing is kept as `nope`");
    unknown("baseline save ../nope", "cannot be the name of a file: it begins with a dot");
    unknown("baseline save a/b", "it contains a path separator");
    unknown("baseline save kept nope", "nope");
    unknown("baseline approve kept nope -m why", "nope");
    unknown("--save-baseline .hidden", "it begins with a dot");
}

#[test]
fn of_folders_and_values() {
    unknown("-C nowhere log", "cannot enter `nowhere`");
    unknown("compare main --threshold 200%", "200 % is out of range");
    unknown("compare main --threshold 5", "write \"5%\"");
    unknown("log --format yaml", "invalid value");
    unknown("completions tcsh", "invalid value");
    unknown("doctor hots", "no backend `hots` (did you mean `host`?)");
    unknown("no-such-command --no-such-option", "--no-such-option");
}

#[test]
fn counts_have_a_singular() {
    let project = project("counts");
    project.accel_bench("--dry-run n=1").exits(0).says("Planned 1 case in 3 processes each;");
    project.edit("bench.toml", "processes = 3", "processes = 1");
    project.accel_bench("--dry-run").exits(0).says("Planned 2 cases in 1 process each;");
    project.accel_bench("n=1").exits(0).shows("1 case: 1 ok");
    project.accel_bench("gc --keep-runs 5 --dry-run").exits(0).says("remove 0 of 1 run");
}

#[test]
fn the_baseline_of_the_manifest_is_meant_where_none_is_named() {
    let project = project("unnamed");
    project.accel_bench("").exits(0);
    project.accel_bench("baseline show").exits(2).says("baseline:main");
    project.accel_bench("baseline save").exits(0).says("as baseline `main`");
    project.accel_bench("baseline show").exits(0).shows("n=1@host");
    project.accel_bench("baseline remove").exits(0).says("`main`");
    let toml = project.read("bench.toml") + "\n[baseline]\nname = \"release\"\n";
    project.write("bench.toml", &toml);
    project.commit("a baseline of another name");
    project.accel_bench("").exits(0);
    project.tool(&["baseline", "approve", "-m", "the first", "--yes"]).exits(0).says("commit it");
    assert!(project.path("baselines/release").exists() && !project.path("baselines/main").exists());
    project.accel_bench("baseline diff").exits(0).shows("not judged");
    project.accel_bench("baseline remove").exits(0).says("commit that");
    assert!(!project.path("baselines/release").exists());
}

#[test]
fn what_only_the_workspace_knows_is_drawn_in_the_file() {
    let project = project("drawn");
    let with = |from: &str, to: &str| {
        let right = project.read("bench.toml");
        project.edit("bench.toml", from, to);
        let ran = project.accel_bench("--dry-run").exits(6).says("--> bench.toml:").shows_nothing();
        project.write("bench.toml", &right);
        ran
    };
    with("target = \"one\"", "target = \"oen\"").says("bench.toml:2:10").says("did you mean `one`?");
    with("processes = 3", "package = \"other\"").says("target `one` of `other`");
    with("processes = 3", "params = { m = 1 }").says("has a parameter `m`").says("they have `n`");
    with("processes = 3", "params = { n = \"x\" }").says("it takes whole numbers");
    with("processes = 3", "features = [\"fast\"]").says("the feature `fast`").says("= help: write `fast = ");
}

#[test]
fn a_list_for_a_spreadsheet_holds_what_json_does() {
    let project = project("columns");
    project.accel_bench("n=1").exits(0);
    let json = project.accel_bench("log --format json").exits(0);
    let csv = project.accel_bench("log --format csv").exits(0).stdout;
    let mut csv = csv::Reader::from_reader(csv.as_bytes());
    let titles: Vec<String> = csv.headers().expect("titles").iter().map(str::to_owned).collect();
    let row = csv.records().next().expect("a row").expect("it is CSV");
    assert_eq!(titles.len(), json.at("/rows/0").as_object().expect("a row").len());
    for (title, cell) in titles.iter().zip(&row) {
        assert_eq!(json.column("/rows", title), [cell], "{title}");
    }
}
