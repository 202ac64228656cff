//! The map's rules, read off the sources: who may use what, and how long things may be.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use crate::support::sources::{Source, is_statement, sources};

/// The places, as `path:line: text`, where code other than in `allowed` contains one of `words`.
fn offences(words: &[&str], allowed: &[&str]) -> Vec<String> {
    let tool = sources("src");
    let elsewhere = tool.iter().filter(|source| !allowed.iter().any(|path| source.path.starts_with(path)));
    let in_source = |source: &Source| {
        let guilty = source.lines().filter(|(_, line)| words.iter().any(|word| line.contains(word)));
        guilty.map(|(at, line)| format!("{}:{at}: {}", source.path, line.trim())).collect::<Vec<_>>()
    };
    elsewhere.flat_map(in_source).collect()
}

#[track_caller]
fn only(words: &[&str], allowed: &[&str]) {
    let found = offences(words, allowed);
    assert!(found.is_empty(), "{words:?} belongs to {allowed:?} alone:\n{}", found.join("\n"));
    // A rule about something that nobody uses any more guards nothing.
    assert!(!offences(words, &[]).is_empty(), "nobody uses any of {words:?}");
}

#[test]
fn who_may_use_what() {
    only(&["git2"], &["src/git/"]);
    only(&["process::Command", "Command::new"], &["src/cargo/", "src/runner/", "src/hardware/"]);
    only(&["env::var", "env::vars", "env::temp_dir"], &["src/context.rs"]);
    only(&["env::args", "env::current_dir"], &["src/commands/mod.rs", "src/commands/cli.rs"]);
    only(&["Timestamp::now", "SystemTime::now"], &["src/context.rs"]);
    // The last two are values that arguments take.
    only(&["clap::"], &["src/commands/", "src/report/format.rs", "src/git/hook/kind.rs"]);
    only(&["io::stdout", "io::stderr"], &["src/shell.rs"]);
    only(&["io::stdin"], &["src/shell.rs", "src/commands/hook"]);
    only(&["indicatif", "anstream"], &["src/shell.rs", "src/commands/"]);
    only(&["wgpu::", "sysinfo::"], &["src/hardware/"]);
    only(&["annotate_snippets", "schemars", "toml_edit"], &["src/manifest/"]);
    only(&["cargo_metadata"], &["src/cargo/"]);
    only(&["comfy_table"], &["src/report/"]);
}

#[test]
fn nobody_prints_or_unwraps() {
    let nobody = |words: &[&str]| assert_eq!(offences(words, &[]), [] as [String; 0], "{words:?}");
    nobody(&["println!", "eprintln!", "print!(", "dbg!", "todo!", "unimplemented!"]);
    nobody(&[".unwrap()"]);
    nobody(&["allow(dead_code", "allow(unused"]);
}

#[test]
fn nothing_in_the_tool_is_public() {
    let is_public = |line: &str| line.trim_start().starts_with("pub ");
    let tool = sources("src");
    let public = tool.iter().flat_map(|source| {
        let lines = source.lines().filter(|(_, line)| is_public(line));
        lines.map(|(at, line)| format!("{}:{at}: {}", source.path, line.trim())).collect::<Vec<_>>()
    });
    assert_eq!(public.collect::<Vec<_>>(), [] as [String; 0]);
}

/// Who uses whom. A row that is not named here, or an arrow that is not, needs a word in the map first.
const ARROWS: [(&str, &[&str]); 17] = [
    ("main", &["commands"]),
    (
        "commands",
        &[
            "cargo", "compare", "context", "error", "git", "hardware", "ids", "manifest", "measure", "plan",
            "report", "runner", "shell", "store",
        ],
    ),
    // The row that joins those of the next for the commands.
    (
        "measure",
        &[
            "cargo", "compare", "context", "error", "event", "git", "hardware", "ids", "manifest", "plan",
            "runner", "shell", "store",
        ],
    ),
    ("error", &["cargo", "compare", "git", "manifest", "plan", "runner", "store"]),
    ("context", &["shell"]),
    ("shell", &[]),
    ("cargo", &["plan"]),
    ("runner", &["event", "plan"]),
    ("hardware", &["ids"]),
    ("git", &["ids"]),
    ("store", &["ids"]),
    ("report", &["compare"]),
    ("compare", &[]),
    ("plan", &["manifest"]),
    ("manifest", &[]),
    ("event", &["plan"]),
    ("ids", &[]),
];

/// The rows that a source names, of itself or in a list.
fn uses(source: &Source) -> BTreeSet<String> {
    let code = source.lines().map(|(_, line)| line).collect::<Vec<_>>().join("\n");
    let after = code.split("crate::").skip(1);
    let of = |text: &str| {
        let names = match text.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap_or_default(),
            None => text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default(),
        };
        let first = |name: &str| name.trim().split("::").next().unwrap_or_default().to_owned();
        names.split(',').map(first).filter(|name| !name.is_empty()).collect::<Vec<_>>()
    };
    after.flat_map(of).filter(|name| name != source.row()).collect()
}

#[test]
fn the_arrows_are_those_of_the_map() {
    let arrows: BTreeMap<_, _> = ARROWS.into_iter().collect();
    let tool = sources("src");
    let mut missing = Vec::new();
    for source in tool.iter().filter(|source| !source.code.is_empty()) {
        let Some(allowed) = arrows.get(source.row()) else {
            missing.push(format!("{}: the row `{}` is not in the map", source.path, source.row()));
            continue;
        };
        let others = uses(source).into_iter().filter(|used| !allowed.contains(&used.as_str()));
        missing.extend(others.map(|used| format!("{}: {} → {used}", source.path, source.row())));
    }
    assert!(missing.is_empty(), "arrows against the map:\n{}", missing.join("\n"));
}

/// A use of a row by itself is no arrow, and no row uses one that uses it.
#[test]
fn the_map_has_no_circle() {
    let arrows: BTreeMap<_, _> = ARROWS.into_iter().collect();
    fn reaches(arrows: &BTreeMap<&str, &[&str]>, from: &str, to: &str, depth: usize) -> bool {
        assert!(depth < 20, "a circle through `{from}`");
        arrows[from].iter().any(|next| *next == to || reaches(arrows, next, to, depth + 1))
    }
    for row in arrows.keys() {
        assert!(!reaches(&arrows, row, row, 0), "`{row}` reaches itself");
    }
}

#[test]
fn every_module_says_what_it_is_for() {
    let all =
        ["src", "crates/harness/src", "crates/macros/src", "crates/workloads/src", "benches", "tests/it"];
    let silent: Vec<_> = all
        .iter()
        .flat_map(|folder| sources(folder))
        .filter(|source| !source.path.ends_with("hostile/benches.rs"))
        .filter(|source| {
            !source.text.starts_with("//!")
                && (!source.code.is_empty() || source.path.starts_with("tests/it"))
        })
        .map(|source| source.path)
        .collect();
    assert_eq!(silent, [] as [String; 0]);
}

/// The lengths of a file's functions, found by indentation: the sources are formatted.
fn functions(source: &Source) -> Vec<(String, usize)> {
    let lines: Vec<&str> = source.code.iter().map(|(_, line)| line.as_str()).collect();
    let is_start = |line: &str| {
        let words = line.trim_start().trim_start_matches("pub(crate) ").trim_start_matches("pub(super) ");
        ["fn ", "pub fn ", "const fn ", "pub const fn ", "unsafe fn "]
            .iter()
            .any(|start| words.starts_with(start))
    };
    let length = |at: usize, line: &str| {
        let indent = &line[..line.len() - line.trim_start().len()];
        let ends = |later: &&&str| {
            later
                .strip_prefix(indent)
                .is_some_and(|rest| rest == "}" || rest.ends_with(';') && !rest.starts_with(' '))
        };
        let is_one_line = line.ends_with(['}', ';']);
        if is_one_line { 1 } else { lines[at..].iter().take_while(|later| !ends(later)).count() + 1 }
    };
    let starts = lines.iter().enumerate().filter(|(_, line)| is_start(line));
    starts.map(|(at, line)| (format!("{}: {}", source.path, line.trim()), length(at, line))).collect()
}

fn code_lines(source: &Source) -> usize {
    source.code.len()
}

#[test]
fn files_and_functions_keep_to_their_budgets() {
    let all = ["src", "crates/harness/src", "crates/macros/src", "crates/workloads/src"];
    let all: Vec<Source> =
        all.iter().flat_map(|folder| sources(folder)).filter(|source| !source.code.is_empty()).collect();
    let mut lengths: Vec<_> = all.iter().map(code_lines).collect();
    lengths.sort_unstable();
    assert!(lengths[lengths.len() / 2] <= 150, "the median file has {} lines", lengths[lengths.len() / 2]);
    let too_long = |source: &&Source| {
        let limit = if source.path.starts_with("src/commands/") { 150 } else { 500 };
        code_lines(source) > limit
    };
    let long: Vec<_> = all.iter().filter(too_long).map(|source| (&source.path, code_lines(source))).collect();
    assert!(long.is_empty(), "too long: {long:?}");
    let functions: Vec<_> = all.iter().flat_map(functions).collect();
    assert!(functions.len() > 500, "{} functions were found", functions.len());
    let longest: Vec<_> = functions.iter().filter(|(_, length)| *length > 80).collect();
    assert!(longest.is_empty(), "over 80 lines: {longest:#?}");
    let over_40 = functions.iter().filter(|(_, length)| *length > 40).count();
    assert!(over_40 * 10 <= functions.len(), "{over_40} of {} functions have over 40 lines", functions.len());
    let main = all.iter().find(|source| source.path == "src/main.rs").map(code_lines);
    assert!(main.is_some_and(|lines| lines <= 40), "{main:?}");
}

#[test]
fn a_folder_s_contents_stand_in_its_mod_rs() {
    for source in sources("src").iter().filter(|source| !source.path.ends_with("/mod.rs")) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(source.path.trim_end_matches(".rs"));
        assert!(!folder.is_dir(), "{}: its folder has a `mod.rs` instead", source.path);
    }
}

#[test]
fn there_are_as_many_lines_of_tests_as_the_budget_asks() {
    let all = ["src", "crates/harness/src", "crates/macros/src", "tests/it"];
    let all: Vec<Source> = all.iter().flat_map(|folder| sources(folder)).collect();
    let code: usize = all.iter().map(|source| source.lines().count()).sum();
    let is_line = |line: &&str| is_statement(line);
    let lines: usize = all.iter().map(|source| source.text.lines().filter(is_line).count()).sum();
    let tests = lines - code;
    assert!(tests * 10 >= code * 8, "{tests} lines of tests for {code} lines of code");
}

#[test]
fn the_harness_stays_light() {
    let mut command = Command::new(env!("CARGO"));
    command.args(["tree", "-p", "accel-bench", "-e", "normal", "--prefix", "none", "--offline", "--locked"]);
    let output = command.current_dir(env!("CARGO_MANIFEST_DIR")).output().expect("cargo starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).expect("the tree is text");
    let crates: BTreeSet<_> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(crates.contains("serde") && crates.len() < 25, "{crates:?}");
    let heavy = ["burn", "wgpu", "git2", "libgit2-sys", "clap", "tokio"];
    assert!(!heavy.iter().any(|name| crates.contains(name)), "{crates:?}");
}

#[test]
fn the_map_names_every_row() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let Ok(map) = std::fs::read_to_string(root.join("src/README.md")) else {
        println!("skipped: there is no map yet");
        return;
    };
    let tool = sources("src");
    let rows: BTreeSet<_> = tool.iter().map(Source::row).collect();
    let is_named = |row: &str| map.contains(&format!("`{row}/`")) || map.contains(&format!("`{row}.rs`"));
    let unnamed: Vec<_> = rows.into_iter().filter(|row| !is_named(row)).collect();
    assert_eq!(unnamed, [] as [&str; 0], "src/README.md names every folder and file of src/");
}
