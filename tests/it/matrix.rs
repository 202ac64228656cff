//! A matrix of batch size, length, precision and backend: names, processes, what cannot be, time.

use serde_json::json;

use crate::support::{Project, Ran, run};

/// Like burn: the first float type of a process is that of all of it. Another one ends the process, which no report
/// could hide.
const PRECISIONS: &str = r#"
use std::sync::OnceLock;

static PRECISION: OnceLock<String> = OnceLock::new();

#[bench(backends = ["host"], params(batch_size = [1, 2], precision = ["f32", "f16", "bf16"], steps = [4]))]
fn step(b: &mut Bencher) {
    let precision: String = b.param("precision");
    if *PRECISION.get_or_init(|| precision.clone()) != precision {
        std::process::abort();
    }
    b.note("effective-precision", if precision == "bf16" { "f32" } else { &precision });
    b.iter(|| (0..std::hint::black_box(20_000_u64)).fold(1, |a, i| std::hint::black_box(a ^ i)));
}
"#;

fn precisions(name: &str) -> Project {
    Project::new(name).bench("p", PRECISIONS).toml("[[bench]]\ntarget = \"p\"\n").under_git()
}

#[test]
fn no_two_precisions_share_a_process() {
    let project = precisions("precisions");
    let ran = project.accel_bench("--format json").exits(0);
    let names = ran.column("/cases", "case");
    assert_eq!(
        names[..3],
        ["p/step/b1_f32,steps=4@host", "p/step/b2_f32,steps=4@host", "p/step/b1_f16,steps=4@host"]
    );
    assert_eq!(ran.column("/cases", "status"), ["ok"; 6]);
    // Nor do they where processes live side by side.
    let turns = project
        .accel_bench("compare main --measure --threshold 50% --format json")
        .exits_with_one_of(&[0, 7]);
    assert_eq!(turns.column("/rows", "standing"), ["judged"; 6]);
    let calibrated = project
        .accel_bench("calibrate --comparisons 1 --moved 0 --slowed 1 --few 0 --slowdowns 50% --format json")
        .exits(0);
    for trial in 0..2 {
        assert_eq!(
            calibrated.column(&format!("/comparisons/{trial}/rows"), "case").len(),
            6,
            "{calibrated:#}"
        );
    }
}

#[test]
fn nor_do_they_under_plain_cargo() {
    let project = precisions("precisions-plain");
    let mut command = project.program("cargo");
    command.args(["test", "--benches", "--profile", "bench"]);
    let ran = run(command).exits(0);
    assert_eq!(ran.stdout.matches("... ok").count(), 6, "{ran:#}");
}

#[test]
fn a_precision_that_was_not_asked_for_is_told() {
    let project = precisions("effective");
    let ran = project.accel_bench("--format json bf16").exits(0);
    assert_eq!(ran.at("/cases/0/notes"), json!({ "effective-precision": "f32" }));
    let table = project.accel_bench("show").exits(0).shows("effective-precision: f32, not bf16");
    assert_eq!(table.stdout.matches("effective-precision").count(), 2, "{table:#}");
    project.edit("benches/p.rs", "if precision == \"bf16\" { \"f32\" } else { &precision }", "&precision");
    let words = "the baseline ran in f32, the candidate in bf16";
    let compared = project.accel_bench("compare main --params precision=bf16 --threshold 50%");
    let unwrapped = compared.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(unwrapped.matches(words).count(), 2, "{compared:#}");
}

#[test]
fn a_cell_is_selected_by_its_key_and_by_its_parameters() {
    let project = precisions("keys");
    let check = |filter: &str, count: usize| {
        let ran = project.tool(&["--dry-run", filter]);
        assert_eq!(ran.stdout.lines().count(), count, "{filter}: {ran:#}");
    };
    check("b1_f16", 1);
    check("*/b1_*", 3);
    check("p/step/b2_f16,steps=4@host", 1);
    check("p/step/batch-size=1,precision=f16,steps=4@host", 1);
    check("precision=f16", 2);
    // As earlier versions called it.
    check("p/step/b1_steps=4_f16", 1);
    check("precision", 0);
}

const UNSUPPORTED: &str = r#"
#[bench(backends = ["host"], params(batch_size = [1, 4, 16], precision = ["f32", "q8"]))]
fn generate(b: &mut Bencher) {
    if b.param::<String>("precision") == "q8" {
        b.unsupported("quantised weights cannot be multiplied on this backend without their own kernels: try precision f16");
    }
    b.iter_custom(|iterations| it::exactly(iterations, it::NANOS));
}
"#;

#[test]
fn what_many_cells_lack_is_told_once_and_whole() {
    let project = Project::new("unsupported-cells").bench("g", UNSUPPORTED);
    let ran = project.accel_bench("").exits(0).shows(
        "∅ 3 cases unsupported: quantised weights cannot be multiplied on this backend\n  \
         without their own kernels: try precision f16\n  \
         g/generate/ b1_q8@host, b4_q8@host, b16_q8@host\n",
    );
    assert!(ran.stdout.lines().all(|line| line.chars().count() <= 80), "{ran:#}");
    assert!(ran.stdout.contains("6 cases: 3 ok, 3 unsupported"), "{ran:#}");
}

const SLOW: &str = r#"
#[bench(backends = ["host"], params(n = [1, 2, 3, 4]))]
fn slow(b: &mut Bencher) {
    std::thread::sleep(std::time::Duration::from_millis(200));
    b.iter_custom(|iterations| it::exactly(iterations, it::NANOS));
}
"#;

#[test]
fn a_suite_has_a_budget_and_the_command_line_another() {
    let toml = "[suites.short]\nbudget = \"300ms\"\n";
    let project = Project::new("budgets").bench("s", SLOW).toml(toml);
    let ran = project.accel_bench("--suite short").exits(0);
    ran.says("the budget of 300ms ran out (`[suites.short] budget`); what was measured is kept")
        .says("had no turn");
    project.accel_bench("--suite short --budget 1min").exits(0).shows("4 cases: 4 ok");
    project.accel_bench("--budget 1ms").says("the budget of 1ms ran out (`--budget`)");
}

/// The features of the executable decide what it registers.
const FEATURES: &str = r#"
#[bench(backends = ["wgpu", "tch-cuda", "cuda"])]
fn built(b: &mut Bencher) {
    let built = match b.backend() {
        "wgpu" => cfg!(feature = "wgpu"),
        "tch-cuda" => cfg!(feature = "tch"),
        _ => cfg!(feature = "cuda"),
    };
    if !built {
        b.fail("built without its feature");
    }
    b.sync_with(|| Ok(()));
    b.iter_custom(|iterations| it::exactly(iterations, it::NANOS));
}
"#;

fn with_features(name: &str) -> Project {
    let project = Project::new(name).bench("f", FEATURES);
    project.edit("Cargo.toml", "[workspace]", "[features]\nwgpu = []\ntch = []\ncuda = []\n\n[workspace]");
    let toml =
        "[suites.gpu]\nbackends = [\"wgpu\"]\nprofile = \"quick\"\nbudget = \"5min\"\nfilter = [\"f/*\"]\n";
    project.toml(toml)
}

#[test]
fn backends_of_the_command_line_are_built_with_their_features() {
    let project = with_features("backend-features");
    let cases = |ran: Ran| ran.exits(0).column("/cases", "case");
    let suite = project.accel_bench("--suite gpu --format json");
    assert_eq!(cases(suite), ["f/built@wgpu"]);
    let named =
        project.accel_bench("--suite gpu --backend wgpu,cuda,tch-cuda --profile default --format json");
    assert_eq!(cases(named), ["f/built@wgpu", "f/built@cuda", "f/built@tch-cuda"]);
}

#[test]
fn libtorch_is_found_by_the_processes_that_need_it() {
    let project = with_features("libtorch-found");
    let told = "b.note(\"path\", std::env::var(\"LD_LIBRARY_PATH\").unwrap_or_default());\n    if !built";
    project.edit("benches/f.rs", "if !built", told);
    let path = |backend: &str| {
        let mut command = project.command(&["--backend", backend, "--format", "json"]);
        command.env("LIBTORCH", "/opt/lt").env("LD_LIBRARY_PATH", "/x").env_remove("LIBTORCH_USE_PYTORCH");
        run(command).exits(0).at("/cases/0/notes/path")
    };
    assert_eq!(path("tch-cuda"), json!("/opt/lt/lib:/x"));
    assert_eq!(path("cuda"), json!("/x"));
    project.edit("benches/f.rs", "fn built", "compile_error!(\"no such library\"); fn built");
    let broken = project.accel_bench("--backend wgpu").exits(5);
    broken.says("`cargo accel-bench doctor wgpu` says what");
}
