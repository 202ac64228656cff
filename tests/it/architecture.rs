//! The map's rules, read off the sources: who may use what, and how long things may be.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use accel_bench_record::catalogue::ALL;

use crate::support::sources::{Source, is_statement, sources};

/// Where code is that is not a test.
const SOURCES: [&str; 12] = [
    "src",
    "crates/code/src",
    "crates/engine/src",
    "crates/harness/src",
    "crates/history/src",
    "crates/macros/src",
    "crates/onnx/src",
    "crates/probes/src",
    "crates/record/src",
    "crates/report/src",
    "crates/server/src",
    "crates/workloads/src",
];

/// The sources of the tool.
const TOOL: [&str; 5] =
    ["src", "crates/code/src", "crates/engine/src", "crates/probes/src", "crates/record/src"];

fn all(folders: &[&str]) -> Vec<Source> {
    folders.iter().flat_map(|folder| sources(folder)).collect()
}

/// The places, as `path:line: text`, where code of the tool other than in `allowed` contains one of `words`.
fn offences(words: &[&str], allowed: &[&str]) -> Vec<String> {
    let tool = all(&TOOL);
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
    // A rule about something that no one uses any more guards nothing.
    assert!(!offences(words, &[]).is_empty(), "no one uses any of {words:?}");
}

#[test]
fn who_may_use_what() {
    let engine = |folders: &[&str]| {
        folders.iter().map(|folder| format!("crates/engine/src/{folder}/")).collect::<Vec<_>>()
    };
    let only_in_engine = |words: &[&str], folders: &[&str]| {
        let allowed = engine(folders);
        only(words, &allowed.iter().map(String::as_str).collect::<Vec<_>>());
    };
    only_in_engine(&["git2"], &["git"]);
    only_in_engine(&["annotate_snippets", "schemars", "toml_edit"], &["manifest"]);
    only_in_engine(&["cargo_metadata"], &["cargo"]);
    only(
        &["process::Command", "Command::new"],
        &["crates/engine/src/cargo/", "crates/engine/src/executor/", "crates/probes/src/"],
    );
    only(&["env::var", "env::vars", "env::temp_dir", "env::current_exe"], &["src/context.rs"]);
    only(
        &["env::args", "env::current_dir"],
        &["src/commands/mod.rs", "src/commands/globals.rs", "src/commands/parse.rs"],
    );
    only(&["Timestamp::now", "SystemTime::now"], &["src/context.rs"]);
    // The last one is a value that arguments take.
    only(
        &["clap::"],
        &["src/commands/", "src/report/format.rs", "src/report/doctor.rs", "src/report/page.rs"],
    );
    only(&["io::stdout", "io::stderr"], &["src/shell.rs"]);
    only(&["io::stdin"], &["src/shell.rs", "src/commands/hook"]);
    only(&["indicatif", "anstream"], &["src/shell.rs", "src/commands/"]);
    only(&["comfy_table"], &["src/report/"]);
    only(&["sysinfo::"], &["crates/probes/src/"]);
}

#[test]
fn metrics_are_named_in_their_catalogue() {
    let catalogue = "crates/record/src/catalogue.rs";
    let names: Vec<_> = ALL.iter().map(|known| format!("\"{}\"", known.name)).collect();
    let elsewhere =
        all(&SOURCES).into_iter().chain(sources("benches")).filter(|source| source.path != catalogue);
    let in_source = |source: Source| {
        let guilty = source.lines().filter(|(_, line)| names.iter().any(|name| line.contains(name)));
        guilty.map(|(at, line)| format!("{}:{at}: {}", source.path, line.trim())).collect::<Vec<_>>()
    };
    assert_eq!(elsewhere.flat_map(in_source).collect::<Vec<_>>(), [""; 0], "see {catalogue}");
}

#[test]
fn nobody_prints_or_unwraps() {
    let nobody = |words: &[&str]| assert_eq!(offences(words, &[]), [] as [String; 0], "{words:?}");
    nobody(&["println!", "eprintln!", "print!(", "dbg!", "todo!", "unimplemented!"]);
    nobody(&[".unwrap()"]);
    nobody(&["allow(dead_code", "allow(unused"]);
}

#[test]
fn nothing_in_the_front_is_public() {
    let is_public = |line: &str| line.trim_start().starts_with("pub ");
    let front = sources("src");
    let public = front.iter().flat_map(|source| {
        let lines = source.lines().filter(|(_, line)| is_public(line));
        lines.map(|(at, line)| format!("{}:{at}: {}", source.path, line.trim())).collect::<Vec<_>>()
    });
    assert_eq!(public.collect::<Vec<_>>(), [] as [String; 0]);
}

/// Which package of the workspace uses which, outside of tests: the arrows of the design.
const PACKAGES: [(&str, &[&str]); 12] = [
    (
        "cargo-accel-bench",
        &[
            "accel-bench-engine",
            "accel-bench-history",
            "accel-bench-probes",
            "accel-bench-record",
            "accel-bench-report",
        ],
    ),
    ("accel-bench-code", &[]),
    ("accel-bench-history", &["accel-bench-record"]),
    ("accel-bench-engine", &["accel-bench", "accel-bench-code", "accel-bench-record"]),
    ("accel-bench-probes", &["accel-bench-record"]),
    ("accel-bench-record", &[]),
    ("accel-bench-report", &["accel-bench-record"]),
    ("accel-bench-server", &["accel-bench-report"]),
    ("accel-bench", &["accel-bench-macros", "accel-bench-record"]),
    ("accel-bench-macros", &[]),
    ("accel-bench-onnx", &["accel-bench"]),
    ("accel-bench-workloads", &["accel-bench"]),
];

#[test]
fn packages_use_each_other_as_the_design_says() {
    let mut command = Command::new(env!("CARGO"));
    command.args(["metadata", "--no-deps", "--format-version", "1", "--offline", "--locked"]);
    let output = command.current_dir(env!("CARGO_MANIFEST_DIR")).output().expect("cargo starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo prints JSON");
    let packages = metadata["packages"].as_array().expect("a list of packages");
    let arrows: BTreeMap<_, _> = PACKAGES.into_iter().collect();
    for package in packages {
        let name = package["name"].as_str().expect("a name");
        let Some(allowed) = arrows.get(name) else { panic!("`{name}` is not in the map") };
        let normal = package["dependencies"].as_array().expect("a list").iter();
        let normal = normal.filter(|one| one["kind"].is_null()).filter_map(|one| one["name"].as_str());
        let used: BTreeSet<_> = normal.filter(|used| arrows.contains_key(used)).collect();
        assert_eq!(used, allowed.iter().copied().collect(), "what `{name}` uses");
    }
    assert_eq!(packages.len(), PACKAGES.len());
}

/// Who uses whom among the folders and files of a package. A row that is not named here, or an arrow that is not, needs
/// a word in the map first.
type Arrows = &'static [(&'static str, &'static [&'static str])];

const FRONT: Arrows = &[
    ("main", &["commands"]),
    ("commands", &["context", "error", "history", "remote", "report", "server", "shell"]),
    ("history", &["context", "error"]),
    ("remote", &["context", "error", "server"]),
    ("server", &["context", "error"]),
    ("context", &["hardware", "progress", "shell"]),
    ("progress", &["shell"]),
    ("error", &[]),
    ("hardware", &[]),
    ("report", &["shell"]),
    ("shell", &[]),
];

const ENGINE: Arrows = &[
    ("lib", &[]),
    // The row that joins those below.
    (
        "measure",
        &[
            "bisect", "cargo", "compare", "engine", "error", "event", "executor", "git", "host", "manifest",
            "plan", "roof", "store", "versions",
        ],
    ),
    ("bisect", &[]),
    ("versions", &[]),
    ("roof", &[]),
    ("choice", &["error"]),
    ("import", &["executor", "store"]),
    ("init", &["cargo", "error", "host", "manifest", "plan"]),
    ("error", &["cargo", "compare", "executor", "git", "import", "manifest", "plan", "store"]),
    ("engine", &["event", "executor", "host"]),
    ("cargo", &["plan"]),
    ("executor", &["event", "host", "plan"]),
    ("git", &[]),
    ("store", &[]),
    ("compare", &["versions"]),
    ("event", &["plan"]),
    ("host", &[]),
    ("causes", &[]),
    ("plan", &["manifest"]),
    ("manifest", &[]),
];

/// The paths inside the package that a source names, from the crate's root: of `use` declarations and of expressions.
fn paths(source: &Source) -> Vec<Vec<String>> {
    let code = source.lines().map(|(_, line)| line).collect::<Vec<_>>().join("\n");
    let mut found = Vec::new();
    for (start, _) in code.match_indices("crate::").chain(code.match_indices("super::")) {
        let is_inner = code[..start].ends_with("::")
            || code[..start].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        // A name that is only passed on belongs to the file that defines it.
        let line = code[..start].rsplit('\n').next().unwrap_or_default().trim_start();
        if is_inner
            || line.starts_with("pub use")
            || line.starts_with("pub(crate) use")
            || line.starts_with("pub(in")
        {
            continue;
        }
        expand(&mut found, base(source, &code[start..]));
    }
    found
}

/// The module that `crate::` or some `super::` mean, and the text behind them.
fn base<'s>(source: &Source, mut text: &'s str) -> (Vec<String>, &'s str) {
    if let Some(rest) = text.strip_prefix("crate::") {
        return (Vec::new(), rest);
    }
    let mut module: Vec<String> = source.module().into_iter().map(str::to_owned).collect();
    while let Some(rest) = text.strip_prefix("super::") {
        module.pop();
        text = rest;
    }
    (module, text)
}

/// All paths of `a::{b, c::d}`.
fn expand(found: &mut Vec<Vec<String>>, (prefix, text): (Vec<String>, &str)) {
    if let Some(list) = text.strip_prefix('{') {
        let mut depth = 0;
        let mut start = 0;
        for (at, sign) in list.char_indices() {
            match sign {
                '{' => depth += 1,
                '}' if depth == 0 => return expand(found, (prefix, list[start..at].trim_start())),
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    expand(found, (prefix.clone(), list[start..at].trim_start()));
                    start = at + 1;
                }
                _ => {}
            }
        }
        return;
    }
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    if end == 0 {
        return;
    }
    let path: Vec<String> = prefix.into_iter().chain([text[..end].to_owned()]).collect();
    match text[end..].strip_prefix("::") {
        Some(rest) => expand(found, (path, rest)),
        None => found.push(path),
    }
}

/// Every row uses only those that the map names, and no row reaches itself.
fn check_arrows(folder: &str, arrows: Arrows, facade: &[&str]) {
    let arrows: BTreeMap<_, _> = arrows.iter().copied().collect();
    let mut wrong = Vec::new();
    for source in sources(folder).iter().filter(|source| !source.code.is_empty()) {
        let Some(allowed) = arrows.get(source.row()) else {
            wrong.push(format!("{}: the row `{}` is not in the map", source.path, source.row()));
            continue;
        };
        let used = paths(source).into_iter().filter_map(|path| path.into_iter().next());
        let others = used.filter(|used| arrows.contains_key(used.as_str()) && used != source.row());
        let others =
            others.filter(|used| !allowed.contains(&used.as_str()) && !facade.contains(&used.as_str()));
        wrong.extend(others.map(|used| format!("{}: {} → {used}", source.path, source.row())));
    }
    assert!(wrong.is_empty(), "arrows against the map:\n{}", wrong.join("\n"));
    fn reaches(arrows: &BTreeMap<&str, &[&str]>, from: &str, to: &str, depth: usize) -> bool {
        assert!(depth < 20, "a circle through `{from}`");
        arrows[from].iter().any(|next| *next == to || reaches(arrows, next, to, depth + 1))
    }
    for row in arrows.keys() {
        assert!(!reaches(&arrows, row, row, 0), "`{row}` reaches itself");
    }
}

#[test]
fn the_arrows_of_the_front_are_those_of_the_map() {
    check_arrows("src", FRONT, &[]);
}

#[test]
fn the_arrows_of_the_engine_are_those_of_the_map() {
    check_arrows("crates/engine/src", ENGINE, &[]);
}

/// Returns what a module's file passes on: the name, and the path of what it means.
fn passed_on(source: &Source) -> Vec<Vec<String>> {
    let code = source.lines().map(|(_, line)| line).collect::<Vec<_>>().join("\n");
    let mut found = Vec::new();
    for (start, _) in code.match_indices("use ") {
        let line = code[..start].rsplit('\n').next().unwrap_or_default();
        let text = code[start + 4..].trim_start_matches("self::");
        if !line.is_empty() && line.starts_with("pub") {
            expand(&mut found, (source.module().into_iter().map(str::to_owned).collect(), text));
        }
    }
    found
}

/// The files that each file imports from. A name that a module's file only passes on counts for the file that defines it.
fn imports(package: &[Source]) -> BTreeMap<&str, BTreeSet<&str>> {
    let files: BTreeMap<Vec<&str>, &Source> = package
        .iter()
        .filter(|source| !source.code.is_empty())
        .map(|source| (source.module(), source))
        .collect();
    let passed: BTreeMap<Vec<&str>, Vec<Vec<String>>> =
        files.iter().map(|(module, source)| (module.clone(), passed_on(source))).collect();
    let file_of = |path: &[String]| {
        let mut path: Vec<String> = path.to_vec();
        for _ in 0..8 {
            let known = (0..=path.len()).rev().find(|&len| {
                files.contains_key(path[..len].iter().map(String::as_str).collect::<Vec<_>>().as_slice())
            })?;
            let module: Vec<&str> = path[..known].iter().map(String::as_str).collect();
            let Some(name) = path.get(known) else { return Some(files[&module].path.as_str()) };
            match passed[&module].iter().find(|passed| passed.last() == Some(name)) {
                Some(target) if *target != path[..=known] => {
                    path = target.iter().chain(&path[known + 1..]).cloned().collect();
                }
                _ => return Some(files[&module].path.as_str()),
            }
        }
        None
    };
    let of = |source: &Source| {
        let used: Vec<_> = paths(source);
        used.iter().filter_map(|path| file_of(path)).collect::<BTreeSet<_>>()
    };
    files.values().map(|source| (source.path.as_str(), of(source))).collect()
}

/// All files that one imports from, directly or through others.
fn reach<'s>(imports: &BTreeMap<&'s str, BTreeSet<&'s str>>, from: &'s str) -> BTreeSet<&'s str> {
    let (mut reached, mut open) = (BTreeSet::new(), vec![from]);
    while let Some(file) = open.pop() {
        let next = imports.get(file).into_iter().flatten().filter(|next| **next != file);
        open.extend(next.copied().filter(|next| reached.insert(*next)));
    }
    reached
}

/// The files that reach each other, as one list for each circle.
fn circles(package: &[Source]) -> BTreeSet<Vec<String>> {
    let imports = imports(package);
    let reached: BTreeMap<&str, BTreeSet<&str>> =
        imports.keys().map(|file| (*file, reach(&imports, file))).collect();
    let circle = |file: &str| -> Vec<String> {
        let with = reached[file].iter().filter(|other| reached[**other].contains(file));
        with.map(|other| (*other).to_owned()).collect()
    };
    imports.keys().map(|file| circle(file)).filter(|circle| circle.len() > 1).collect()
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let mut found = Vec::new();
    for folder in SOURCES {
        let package = sources(folder);
        found.extend(circles(&package));
        let arrows: usize = imports(&package).values().map(BTreeSet::len).sum();
        assert!(arrows > 0 || package.len() < 3, "no import was found in {folder}");
    }
    let shown: Vec<_> = found.iter().map(|circle| circle.join("\n  ")).collect();
    assert!(found.is_empty(), "{} circles:\n- {}", found.len(), shown.join("\n- "));
}

#[test]
fn a_circle_is_found_through_what_a_module_passes_on() {
    let file = |path: &str, text: &str| {
        let code = text.lines().zip(1..).map(|(line, at)| (at, line.to_owned())).collect();
        Source { path: path.to_owned(), text: text.to_owned(), code }
    };
    let lib = file("src/lib.rs", "mod a;\nmod b;\npub use a::A;\npub use b::{B, C};");
    let a = file("src/a.rs", "use crate::B;\npub struct A;");
    let b = |text: &str| file("src/b.rs", text);
    let lines = |package: &[Source]| circles(package).into_iter().map(|it| it.join(" ")).collect::<Vec<_>>();
    assert_eq!(lines(&[lib.clone(), a.clone(), b("use super::{A};")]), ["src/a.rs src/b.rs"]);
    assert_eq!(lines(&[lib.clone(), a.clone(), b("fn b() -> crate::a::A {}")]), ["src/a.rs src/b.rs"]);
    assert_eq!(lines(&[lib, a, b("pub struct B;")]), [] as [String; 0]);
}

#[test]
fn every_module_says_what_it_is_for() {
    let folders = SOURCES.into_iter().chain(["benches", "tests/it"]);
    let silent: Vec<_> = folders
        .flat_map(sources)
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
    let all: Vec<Source> = all(&SOURCES).into_iter().filter(|source| !source.code.is_empty()).collect();
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
    for source in all(&SOURCES).iter().filter(|source| !source.path.ends_with("/mod.rs")) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(source.path.trim_end_matches(".rs"));
        assert!(!folder.is_dir(), "{}: its folder has a `mod.rs` instead", source.path);
    }
}

#[test]
fn there_are_as_many_lines_of_tests_as_the_budget_asks() {
    let mut all: Vec<Source> = all(&SOURCES);
    all.retain(|source| !source.path.starts_with("crates/workloads"));
    all.extend(
        [
            "tests/it",
            "crates/engine/tests",
            "crates/harness/tests",
            "crates/history/tests",
            "crates/onnx/tests",
            "crates/probes/tests",
            "crates/server/tests",
        ]
        .into_iter()
        .flat_map(sources),
    );
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
    let map = std::fs::read_to_string(root.join("src/README.md")).expect("the map");
    let rows = all(&["src", "crates/engine/src"]);
    let rows: BTreeSet<_> = rows.iter().map(Source::row).collect();
    let is_named = |row: &str| map.contains(&format!("`{row}/`")) || map.contains(&format!("`{row}.rs`"));
    let unnamed: Vec<_> = rows.into_iter().filter(|row| !is_named(row)).collect();
    assert_eq!(unnamed, [] as [&str; 0], "src/README.md names every folder and file of src/ and the engine");
}
