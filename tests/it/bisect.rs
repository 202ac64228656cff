//! `bisect`: commits that made a case slower, found by measuring them.

use crate::support::{Project, Ran};

const CASES: &str = r#"
#[bench(backends = ["host"])]
fn squares(b: &mut Bencher) {
    b.iter_custom(|n| it::exactly(n, it::NANOS));
}

#[bench(backends = ["host"])]
fn cubes(b: &mut Bencher) {
    b.iter_custom(|n| it::exactly(n, 70_000));
}
"#;

/// Twelve commits behind the first: the fifth and what a merge brings in are slower, and the third does not build.
fn project(name: &str) -> (Project, Vec<String>) {
    let project = Project::new(name).bench("cases", CASES).toml("").under_git();
    let mut commits = vec![head(&project)];
    let commit = |project: &Project, message: &str| {
        project.commit(message);
        head(project)
    };
    for at in 1..=7 {
        match at {
            3 => project.edit("src/lib.rs", "pub const", "pub const BROKEN: u64 = \"\";\npub const"),
            4 => project.edit("src/lib.rs", "pub const BROKEN: u64 = \"\";\n", ""),
            5 => project.takes(110_000),
            _ => project.edit("src/lib.rs", "pub fn exactly", &format!("// {at}\npub fn exactly")),
        }
        commits.push(commit(&project, &format!("Change {at}")));
    }
    project.git(&["checkout", "--quiet", "-b", "side"]);
    project.write("notes.txt", "one");
    commits.push(commit(&project, "Note on the side"));
    project.takes(125_000);
    commits.push(commit(&project, "Slow on the side"));
    project.git(&["checkout", "--quiet", "main"]);
    project.write("README.md", "Demo");
    commits.push(commit(&project, "A readme"));
    project.git(&["merge", "--quiet", "--no-ff", "--message", "Merge the side", "side"]);
    commits.push(head(&project));
    project.write("README.md", "A demo");
    commits.push(commit(&project, "A better readme"));
    (project, commits)
}

fn head(project: &Project) -> String {
    project.git(&["rev-parse", "HEAD"]).trim().to_owned()
}

fn bisect(project: &Project, line: &str) -> Ran {
    project.accel_bench(&format!("bisect {line}"))
}

#[test]
fn the_slower_commits_are_found_in_a_merge_too_and_asked_again_from_the_store() {
    let (project, commits) = project("bisect");
    let (first, last) = (&commits[0], &commits[commits.len() - 1]);
    let line = format!("{first} {last} --format json --no-explain");
    let found = bisect(&project, &line).exits(0);
    assert_eq!(found.at("/case"), "cases/squares@host");
    let found_commits = found.column("/culprits", "commit");
    assert_eq!(found_commits, [commits[5].clone(), commits[9].clone()], "{}", found.stderr);
    let effect = |at: usize| found.at(&format!("/culprits/{at}/effect_share")).as_f64().expect("an effect");
    assert!((effect(0) - 0.1).abs() < 0.001 && (effect(1) - 15.0 / 110.0).abs() < 0.001);
    assert_eq!(found.at("/culprits/0/files/0/path"), "src/lib.rs");
    assert_eq!(found.at("/unknown/0/commit"), commits[3].as_str(), "{}", found.stdout);
    // The same search once more measures nothing.
    let runs = project.runs();
    let again = bisect(&project, &line).exits(0);
    assert_eq!((again.stdout, project.runs()), (found.stdout, runs));
    // For people, in eighty columns.
    let shown = bisect(&project, &format!("squares {first} {last} --no-explain")).exits(0);
    for words in ["Change 5", "Slow on the side", "+10.0 %", "src/lib.rs +1 -1", "passed over"] {
        assert!(shown.stdout.contains(words), "`{words}` is not in\n{}", shown.stdout);
    }
    assert!(shown.stdout.lines().all(|line| line.chars().count() <= 80), "{}", shown.stdout);
    // A budget that is over at once still says what is known, and that it is not all.
    bisect(&project, &format!("{first} {last} --budget 1ms --no-explain"))
        .exits(0)
        .says("the same command goes on");
}

#[test]
fn what_cannot_be_searched_is_said() {
    let (project, commits) = project("bisect-errors");
    let [first, second] = [&commits[0], &commits[1]];
    bisect(&project, &format!("{first} {second}")).exits(4).says("no case is slower at");
    bisect(&project, &format!("{second} {first}")).exits(2).says("is not an ancestor of");
    bisect(&project, &format!("{first} nowhere")).exits(2).says("nowhere");
    bisect(&project, first).exits(2).says("2 values required");
    bisect(&project, &format!("nothing-like-it {first} {second}")).exits(4).shows_nothing();
}
