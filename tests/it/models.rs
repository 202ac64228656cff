//! Models that are named by their folder.

use std::process::Command;

use crate::support::{Project, Ran, run};

/// Reports which model it was given; a folder must hold what a model has.
const SOURCE: &str = r#"
#[bench(backends = ["host"], models = ["tiny", "org/known"], params(batch_size = [1]))]
fn forward(b: &mut Bencher) {
    let model: String = b.param("model");
    b.note("given", model.clone());
    if model.contains('/') {
        let config = std::fs::read_to_string(format!("{model}/config.json"));
        assert!(config.is_ok(), "no config.json in {model}");
    }
    b.iter_custom(|iterations| it::exactly(iterations, it::NANOS));
}
"#;

const TOML: &str = r#"
[[bench]]
target = "m"
params = { model = ["tiny", { path = "./checkpoints/llama" }] }

[suites.folders]
params = { model = { path = "checkpoints/other" } }
"#;

/// The data is there, and git does not know it.
fn project(name: &str) -> Project {
    let project = Project::new(name).bench("m", SOURCE).toml(TOML);
    project.write(".gitignore", "/.accel-bench\n/checkpoints\n");
    for model in ["llama", "other"] {
        project.write(&format!("checkpoints/{model}/config.json"), "{}");
    }
    project.under_git()
}

fn in_folder(project: &Project, folder: &str, line: &str) -> Ran {
    let mut command: Command = project.command(&line.split_whitespace().collect::<Vec<_>>());
    command.current_dir(project.path(folder));
    run(command)
}

const NAMED: [&str; 2] = ["m/forward/tiny/b1@host", "m/forward/checkpoints/llama/b1@host"];

#[test]
fn a_folder_is_called_as_it_is_written_and_given_as_a_whole_path() {
    let project = project("folders");
    let ran = project.accel_bench("--format json").exits(0);
    assert_eq!(ran.column("/cases", "case"), NAMED);
    let given = ran.at("/cases/1/notes/given");
    let whole = project.root().canonicalize().expect("it is there").join("checkpoints/llama");
    assert_eq!(given.as_str(), whole.to_str());
    assert_eq!(ran.at("/cases/1/params/model").as_str(), Some("checkpoints/llama"));
    project.accel_bench("--dry-run --suite folders").exits(0).shows("m/forward/checkpoints/other/b1@host\n");
    let one = project.accel_bench("--dry-run --model checkpoints/llama").exits(0);
    assert_eq!(one.stdout, format!("{}\n", NAMED[1]));
}

/// Returns what is ignored is in no checkout: both sides read it where it lies.
#[test]
fn both_sides_of_a_comparison_find_the_folder() {
    let project = project("folders-compared");
    project.takes(300_000);
    let ran = project.accel_bench("compare main --format json").exits(1);
    assert_eq!(ran.column("/rows", "case"), NAMED);
    assert_eq!(ran.column("/rows", "verdict"), ["regressed", "regressed"]);
    let given = |side: &str| ran.at(&format!("/rows/1/{side}/notes/given"));
    assert_eq!(given("baseline"), given("candidate"));
}

#[test]
fn the_command_line_names_a_folder_from_where_the_user_is() {
    let project = project("folders-typed");
    let ids = |ran: Ran| ran.exits(0).stdout;
    let other = "m/forward/checkpoints/other/b1@host\n";
    assert_eq!(ids(project.accel_bench("--dry-run --params model=checkpoints/other")), other);
    let twice = "--dry-run --params model=checkpoints/other,./checkpoints/other/";
    assert_eq!(ids(project.accel_bench(twice)), other);
    assert_eq!(ids(in_folder(&project, "src", "--dry-run --params model=../checkpoints/other")), other);
    assert_eq!(ids(in_folder(&project, "checkpoints", "--dry-run --params model=./other")), other);
    let json = [r#"--params={"model":["tiny",{"path":"other"}]}"#, "--dry-run"];
    let mut command = project.command(&json);
    command.current_dir(project.path("checkpoints"));
    assert_eq!(ids(run(command)), format!("{}\n{other}", NAMED[0]));
    let ran = in_folder(&project, "src", "--params model=../checkpoints/other --format json").exits(0);
    assert!(
        ran.at("/cases/0/notes/given").as_str().is_some_and(|given| given.ends_with("/checkpoints/other"))
    );
    project.accel_bench("--dry-run --params model=org/known").exits(0).shows("m/forward/org/known/b1@host\n");
    let typo = project.accel_bench("--dry-run --params model=checkpoints/lama").exits(2).shows_nothing();
    typo.says("the folder of the model `checkpoints/lama` does not exist");
    let nowhere = project.accel_bench("--params model=./nowhere").exits(2).shows_nothing();
    nowhere
        .says("the folder of the model `./nowhere` does not exist")
        .says("hf download ORG/NAME --local-dir");
}

#[test]
fn what_is_wrong_with_a_folder_is_drawn_before_anything_is_built() {
    let project = project("folders-missing");
    std::fs::remove_file(project.path("checkpoints/llama/config.json")).expect("it was there");
    let ran = project.accel_bench("--dry-run").exits(6).shows_nothing();
    let ran = ran.says("error: the folder of the model `checkpoints/llama` has no `config.json`");
    let ran =
        ran.says(" --> bench.toml:4:38\n").says("{ path = \"./checkpoints/llama\" }").says("^ no model");
    assert!(!ran.stderr.contains("Building"), "{ran:#}");
    std::fs::remove_dir(project.path("checkpoints/llama")).expect("it was there");
    project.accel_bench("--dry-run").exits(6).says("does not exist").says("hf download ORG/NAME");
    project.write("checkpoints/llama", "a file");
    project.accel_bench("--dry-run").exits(6).says("is not a folder");
    project.accel_bench("--dry-run --suite folders").exits(0);
    project.accel_bench("--dry-run --params model=tiny").exits(0);
}
