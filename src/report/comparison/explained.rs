//! Why rows changed: the functions that differ, in each form.

use std::path::Path;

use serde::Serialize;

use crate::report::amount::count;
use crate::report::ledger::{Entry, Ledger, indented};
use crate::report::markdown::{self, Align, escape};
use crate::report::paint::{Tone, heading, paint};
use crate::report::plain::plain;
use accel_bench_engine::measure::{Cause, Change, Explained, Explanation, Extent, Root};
use accel_bench_record::CaseKey;

/// More functions than this are counted in tables; scripts get all.
const SHOWN: usize = 12;

/// Cases that share what is said of them: those of one benchmark reach the same code.
struct Group<'e> {
    cases: Vec<&'e CaseKey>,
    found: &'e Result<Explanation, String>,
}

fn groups(explained: &Explained) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for (case, found) in &explained.cases {
        match groups.iter_mut().find(|group| says_the_same(group.found, found)) {
            Some(group) => group.cases.push(case),
            None => groups.push(Group { cases: vec![case], found }),
        }
    }
    groups
}

fn says_the_same(one: &Result<Explanation, String>, other: &Result<Explanation, String>) -> bool {
    match (one, other) {
        (Ok(one), Ok(other)) => {
            (one.root, one.reached, &one.causes) == (other.root, other.reached, &other.causes)
        }
        (one, other) => one == other,
    }
}

/// For people, in a terminal.
pub(in crate::report) fn table(explained: &Explained, width: usize) -> String {
    let blocks = groups(explained).into_iter().map(|group| {
        let heads = group.cases.iter().flat_map(|case| indented(&plain(&case.to_string()), 0, width, '/'));
        let mut lines: Vec<_> = heads.map(|line| heading(&line)).collect();
        if let Ok(Explanation { causes, .. }) = group.found
            && !causes.is_empty()
        {
            let numbers = [("before", Align::Right), ("after", Align::Right), ("differs", Align::Left)];
            let entries = causes.iter().take(SHOWN).map(|cause| entry(cause, explained)).collect();
            let ledger = Ledger { name: "function", columns: numbers.into(), entries, heading: 0 };
            lines.push(ledger.render(width).trim_end().to_owned());
        }
        let foot = std::iter::once(summary(group.found)).chain(flames(&group, explained));
        lines
            .extend(foot.flat_map(|line| indented(&line, 1, width, ' ')).map(|line| paint(Tone::Dim, &line)));
        lines.join("\n")
    });
    let title = heading("Functions that differ (instructions before and after)");
    let mut text: Vec<_> = std::iter::once(title).chain(blocks).collect();
    text.extend(other_dependencies(explained).map(|line| indented(&line, 0, width, ' ').join("\n")));
    text.join("\n\n") + "\n"
}

/// For a page: a table for each group of cases.
pub(super) fn tables(explained: &Explained) -> Vec<accel_bench_report::Table> {
    use accel_bench_report::{Align, Cell, Row, Table};
    let columns = [
        ("function", Align::Left),
        ("before", Align::Right),
        ("after", Align::Right),
        ("differs", Align::Left),
    ];
    let of = |group: Group<'_>| {
        let names: Vec<_> = group.cases.iter().map(ToString::to_string).collect();
        let title =
            format!("Functions that differ in {} (instructions): {}", names.join(", "), summary(group.found));
        let causes = group.found.as_ref().map_or(&[][..], |found| &found.causes);
        let row = |cause: &Cause| {
            let difference = &cause.difference;
            let [before, after] =
                [&difference.before, &difference.after].map(|extent| Cell::new(instructions(extent)));
            let cells =
                [Cell::new(&difference.function), before, after, Cell::new(change(difference.change))];
            Row::new(cells).noted(notes(cause, explained))
        };
        Table::new(&title, &columns).rows(causes.iter().map(row))
    };
    groups(explained).into_iter().map(of).collect()
}

fn entry(cause: &Cause, explained: &Explained) -> Entry {
    let difference = &cause.difference;
    let [before, after] = [&difference.before, &difference.after].map(instructions);
    Entry {
        path: vec![plain(&difference.function)],
        cells: vec![before, after, change(difference.change).to_owned()],
        tone: if difference.change == Change::Constants { Tone::Dim } else { Tone::Plain },
        notes: notes(cause, explained).into_iter().map(|note| (Tone::Dim, note)).collect(),
    }
}

fn instructions(extent: &Option<Extent>) -> String {
    extent.as_ref().map_or_else(|| "—".to_owned(), |extent| extent.instructions.to_string())
}

fn change(change: Change) -> &'static str {
    match change {
        Change::Code => "code",
        Change::Inlining => "inlining",
        Change::Constants => "constants",
        Change::Added => "added",
        Change::Removed => "removed",
    }
}

/// Where it comes from, and what it calls otherwise.
fn notes(cause: &Cause, explained: &Explained) -> Vec<String> {
    let files = cause.files.iter().map(|file| plain(&file.display().to_string()));
    let from: Vec<_> =
        files.chain(cause.dependencies.iter().map(|name| dependency(name, explained))).collect();
    let calls = |what: &str, names: &[String]| {
        let shown: Vec<_> = names.iter().take(3).map(|name| plain(name)).collect();
        let more = names.len().saturating_sub(3);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        (!names.is_empty()).then(|| format!("{what} {}{more}", shown.join(", ")))
    };
    let mut notes = Vec::new();
    notes.extend((!from.is_empty()).then(|| format!("from {}", from.join(", "))));
    notes.extend(calls("no longer calls", &cause.difference.no_longer_calls));
    notes.extend(calls("now calls", &cause.difference.now_calls));
    notes
}

/// `smallvec 1.13.1 → 1.13.2`.
fn dependency(name: &str, explained: &Explained) -> String {
    let versions = explained.dependencies.get(name).map(|versions| {
        versions.each_ref().map(|version| version.as_deref().map_or_else(|| "none".to_owned(), plain))
    });
    let [before, after] = versions.unwrap_or_default();
    format!("{} {before} → {after}", plain(name))
}

/// How much differs, in words.
fn summary(found: &Result<Explanation, String>) -> String {
    let found = match found {
        Ok(found) => found,
        Err(reason) => return format!("not explained: {}", plain(reason)),
    };
    let reached = count(found.reached[1], "function");
    let of = match found.root {
        Root::Benchmark => format!("{reached} that the benchmark reaches"),
        Root::Target => format!("{reached} of the target; its harness does not say where a benchmark begins"),
    };
    match found.causes.len() {
        0 => format!("no difference in {of}"),
        all if all > SHOWN => format!("{all} differ, of {of}; {} more are in `--format json`", all - SHOWN),
        1 => format!("1 differs, of {of}"),
        all => format!("{all} differ, of {of}"),
    }
}

/// The flame graphs of a group, or why there are none, each reason once.
fn flames(group: &Group<'_>, explained: &Explained) -> Vec<String> {
    let of_case = |case: &&CaseKey| explained.cases.get(case)?.as_ref().ok().map(|found| &found.flame);
    let mut lines: Vec<String> = Vec::new();
    for flame in group.cases.iter().filter_map(of_case) {
        let line = match flame {
            Ok(path) => format!("flame graph: {}", plain(&path.display().to_string())),
            Err(reason) => format!("no flame graph: {}", plain(reason)),
        };
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

/// Dependencies with another version that no function shown was made of.
fn other_dependencies(explained: &Explained) -> Option<String> {
    let causes = explained.cases.values().flatten().flat_map(|found| found.causes.iter().take(SHOWN));
    let told: Vec<_> = causes.flat_map(|cause| &cause.dependencies).collect();
    let others = explained.dependencies.keys().filter(|name| !told.contains(name));
    let others: Vec<_> = others.map(|name| dependency(name, explained)).collect();
    (!others.is_empty()).then(|| format!("other dependencies that differ: {}", others.join(", ")))
}

/// For a pull request.
pub(super) fn markdown(explained: &Explained) -> String {
    let columns = [
        ("function", Align::Left),
        ("before", Align::Right),
        ("after", Align::Right),
        ("differs", Align::Left),
    ];
    let group = |group: Group<'_>| {
        let cases: Vec<_> =
            group.cases.iter().map(|case| format!("**{}**", escape(&case.to_string()))).collect();
        let causes = group.found.iter().flat_map(|found| found.causes.iter().take(SHOWN));
        let row = |cause: &Cause| {
            let difference = &cause.difference;
            let [before, after] = [&difference.before, &difference.after].map(instructions);
            let differs =
                std::iter::once(change(difference.change).to_owned()).chain(notes(cause, explained));
            [difference.function.clone(), before, after, differs.collect::<Vec<_>>().join("; ")]
        };
        let rows: Vec<_> = causes.map(row).collect();
        let table = if rows.is_empty() { String::new() } else { markdown::table(columns, &rows) + "\n" };
        let flames = flames(&group, explained).into_iter().map(|line| format!("<br>\n{}", escape(&line)));
        let foot = escape(&summary(group.found)) + &flames.collect::<String>();
        format!("{}\n\n{table}{foot}\n", cases.join("<br>\n"))
    };
    let blocks: Vec<_> = groups(explained).into_iter().map(group).collect();
    let others = other_dependencies(explained).map(|line| format!("\n{}\n", escape(&line)));
    format!("\n### Functions that differ\n\n{}{}", blocks.join("\n"), others.unwrap_or_default())
}

/// All of it, as scripts read it.
#[derive(Debug, Serialize)]
pub(super) struct ExplainedDocument<'e> {
    dependencies: Vec<DependencyDocument<'e>>,
    cases: Vec<ExplanationDocument<'e>>,
}

#[derive(Debug, Serialize)]
struct DependencyDocument<'e> {
    name: &'e str,
    baseline: Option<&'e str>,
    candidate: Option<&'e str>,
}

/// The explanation of one case.
#[derive(Debug, Serialize)]
pub(in crate::report) struct ExplanationDocument<'e> {
    case: String,
    /// Why the code cannot be read.
    unknown: Option<&'e str>,
    /// `benchmark`, or `target` where the harness does not say where a benchmark begins.
    root: Option<&'static str>,
    baseline_functions: Option<usize>,
    candidate_functions: Option<usize>,
    functions: Vec<FunctionDocument<'e>>,
    flame_graph: Option<&'e Path>,
    no_flame_graph: Option<&'e str>,
}

#[derive(Debug, Serialize)]
struct FunctionDocument<'e> {
    function: &'e str,
    differs: &'static str,
    /// Calls between it and the root.
    depth: usize,
    baseline_instructions: Option<usize>,
    candidate_instructions: Option<usize>,
    baseline_bytes: Option<u64>,
    candidate_bytes: Option<u64>,
    no_longer_calls: &'e [String],
    now_calls: &'e [String],
    files: Vec<&'e Path>,
    dependencies: &'e [String],
}

impl<'e> ExplainedDocument<'e> {
    pub(super) fn of(explained: &'e Explained) -> Self {
        let dependencies = explained.dependencies.iter().map(|(name, [baseline, candidate])| {
            DependencyDocument { name, baseline: baseline.as_deref(), candidate: candidate.as_deref() }
        });
        Self { dependencies: dependencies.collect(), cases: documents(explained).collect() }
    }
}

/// One document for each case.
pub(in crate::report) fn documents(explained: &Explained) -> impl Iterator<Item = ExplanationDocument<'_>> {
    explained.cases.iter().map(|(case, found)| ExplanationDocument {
        case: case.to_string(),
        unknown: found.as_ref().err().map(String::as_str),
        root: found.as_ref().ok().map(|found| match found.root {
            Root::Benchmark => "benchmark",
            Root::Target => "target",
        }),
        baseline_functions: found.as_ref().ok().map(|found| found.reached[0]),
        candidate_functions: found.as_ref().ok().map(|found| found.reached[1]),
        functions: found.iter().flat_map(|found| &found.causes).map(FunctionDocument::of).collect(),
        flame_graph: found.as_ref().ok().and_then(|found| found.flame.as_deref().ok()),
        no_flame_graph: found.as_ref().ok().and_then(|found| found.flame.as_ref().err()).map(String::as_str),
    })
}

impl<'e> FunctionDocument<'e> {
    fn of(cause: &'e Cause) -> Self {
        let difference = &cause.difference;
        Self {
            function: &difference.function,
            differs: change(difference.change),
            depth: difference.depth,
            baseline_instructions: difference.before.map(|extent| extent.instructions),
            candidate_instructions: difference.after.map(|extent| extent.instructions),
            baseline_bytes: difference.before.map(|extent| extent.bytes),
            candidate_bytes: difference.after.map(|extent| extent.bytes),
            no_longer_calls: &difference.no_longer_calls,
            now_calls: &difference.now_calls,
            files: cause.files.iter().map(std::path::PathBuf::as_path).collect(),
            dependencies: &cause.dependencies,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::PathBuf;

    use accel_bench_engine::measure::Difference;

    use super::*;
    use crate::report::paint::bare;

    fn cause(function: &str, change: Change, sizes: [Option<usize>; 2]) -> Cause {
        let [before, after] =
            sizes.map(|size| size.map(|instructions| Extent { instructions, bytes: 64, address: 4_096 }));
        let difference = Difference {
            function: function.to_owned(),
            change,
            before,
            after,
            no_longer_calls: Vec::new(),
            now_calls: Vec::new(),
            depth: 1,
        };
        Cause { difference, files: Vec::new(), dependencies: Vec::new() }
    }

    fn explained() -> Explained {
        let case = |text: &str| accel_bench_engine::compare::sample::case(text, &[]).id;
        let mut inlining = cause("demo::squares", Change::Inlining, [Some(41), Some(252)]);
        inlining.difference.no_longer_calls =
            ["demo::one", "demo::two", "demo::three", "demo::four"].map(str::to_owned).into();
        inlining.files = vec![PathBuf::from("src/lib.rs"), PathBuf::from("src/squares.rs")];
        let mut pushed = cause(
            "<smallvec::SmallVec<[u64; 16]> as core::iter::traits::collect::Extend<u64>>::extend::<core::iter::Map>",
            Change::Code,
            [Some(120), Some(99)],
        );
        pushed.dependencies = vec!["smallvec".to_owned()];
        pushed.difference.now_calls = vec!["core::panicking::panic".to_owned()];
        let causes = vec![
            inlining,
            pushed,
            cause("demo::one", Change::Removed, [Some(7), None]),
            cause("demo::\u{1b}[2Jbad", Change::Constants, [Some(1), Some(1)]),
        ];
        let found = Explanation {
            root: Root::Benchmark,
            reached: [604, 603],
            causes,
            flame: Ok(PathBuf::from("/p/.accel-bench/flames/kernels-squares-n=1@host.svg")),
        };
        let many =
            (0..14).map(|at| cause(&format!("demo::f{at}"), Change::Added, [None, Some(at)])).collect();
        let of_target = Explanation {
            root: Root::Target,
            reached: [1, 1_204],
            causes: many,
            flame: Err("perf is not installed".to_owned()),
        };
        let nothing = Explanation {
            root: Root::Benchmark,
            reached: [9, 9],
            causes: vec![],
            flame: Err("perf is not installed".to_owned()),
        };
        let unknown = "machine code of Aarch64 cannot be read, only that of x86-64".to_owned();
        let versions = |before: Option<&str>, after: Option<&str>| {
            [before, after].map(|version| version.map(str::to_owned))
        };
        Explained {
            cases: BTreeMap::from([
                (case("kernels/squares/n=1@host"), Ok(found.clone())),
                (case("kernels/squares/n=2@host"), Ok(found)),
                (case("old/all@host"), Ok(of_target)),
                (case("old/none@host"), Ok(nothing)),
                (case("other/arm@host"), Err(unknown)),
            ]),
            dependencies: BTreeMap::from([
                ("smallvec".to_owned(), versions(Some("1.13.1"), Some("1.13.2"))),
                ("half".to_owned(), versions(None, Some("2.7.1"))),
            ]),
        }
    }

    #[test]
    fn in_a_terminal_of_80_columns() {
        insta::assert_snapshot!(bare(&table(&explained(), 80)), @r"
        Functions that differ (instructions before and after)

        kernels/squares/n=1@host
        kernels/squares/n=2@host
            before  after  differs
          demo::squares
                41    252  inlining
            from src/lib.rs, src/squares.rs
            no longer calls demo::one, demo::two, demo::three and 1 more
          <smallvec::SmallVec<[u64; 16]> as core::iter::traits::collect::Extend<u64>>:
            :extend::<core::iter::Map>
               120     99  code
            from smallvec 1.13.1 → 1.13.2
            now calls core::panicking::panic
          demo::one
                 7      —  removed
          demo::\u{1b}[2Jbad
                 1      1  constants
          4 differ, of 603 functions that the benchmark reaches
          flame graph: /p/.accel-bench/flames/kernels-squares-n=1@host.svg

        old/all@host
        function   before  after  differs
        demo::f0        —      0  added
        demo::f1        —      1  added
        demo::f2        —      2  added
        demo::f3        —      3  added
        demo::f4        —      4  added
        demo::f5        —      5  added
        demo::f6        —      6  added
        demo::f7        —      7  added
        demo::f8        —      8  added
        demo::f9        —      9  added
        demo::f10       —     10  added
        demo::f11       —     11  added
          14 differ, of 1204 functions of the target; its harness does not say where a
            benchmark begins; 2 more are in `--format json`
          no flame graph: perf is not installed

        old/none@host
          no difference in 9 functions that the benchmark reaches
          no flame graph: perf is not installed

        other/arm@host
          not explained: machine code of Aarch64 cannot be read, only that of x86-64

        other dependencies that differ: half none → 2.7.1
        ");
    }

    #[test]
    fn for_a_pull_request() {
        let text = markdown(&explained());
        insta::assert_snapshot!(text.split_once("**old").expect("two groups").0, @r"

        ### Functions that differ

        **kernels/squares/n=1&#64;host**<br>
        **kernels/squares/n=2&#64;host**

        | function | before | after | differs |
        | --- | ---: | ---: | --- |
        | demo::squares | 41 | 252 | inlining; from src/lib.rs, src/squares.rs; no longer calls demo::one, demo::two, demo::three and 1 more |
        | &lt;smallvec::SmallVec&lt;\[u64; 16\]&gt; as core::iter::traits::collect::Extend&lt;u64&gt;&gt;::extend::&lt;core::iter::Map&gt; | 120 | 99 | code; from smallvec 1.13.1 → 1.13.2; now calls core::panicking::panic |
        | demo::one | 7 | — | removed |
        | demo::\\u{1b}\[2Jbad | 1 | 1 | constants |

        4 differ, of 603 functions that the benchmark reaches<br>
        flame graph: /p/.accel-bench/flames/kernels-squares-n=1&#64;host.svg
        ");
    }

    #[test]
    fn for_scripts() {
        let document = serde_json::to_value(ExplainedDocument::of(&explained())).expect("JSON");
        insta::assert_json_snapshot!((&document["dependencies"], &document["cases"][0]["functions"][0], &document["cases"][4]), @r#"
        [
          [
            {
              "baseline": null,
              "candidate": "2.7.1",
              "name": "half"
            },
            {
              "baseline": "1.13.1",
              "candidate": "1.13.2",
              "name": "smallvec"
            }
          ],
          {
            "baseline_bytes": 64,
            "baseline_instructions": 41,
            "candidate_bytes": 64,
            "candidate_instructions": 252,
            "dependencies": [],
            "depth": 1,
            "differs": "inlining",
            "files": [
              "src/lib.rs",
              "src/squares.rs"
            ],
            "function": "demo::squares",
            "no_longer_calls": [
              "demo::one",
              "demo::two",
              "demo::three",
              "demo::four"
            ],
            "now_calls": []
          },
          {
            "baseline_functions": null,
            "candidate_functions": null,
            "case": "other/arm@host",
            "flame_graph": null,
            "functions": [],
            "no_flame_graph": null,
            "root": null,
            "unknown": "machine code of Aarch64 cannot be read, only that of x86-64"
          }
        ]
        "#);
        assert_eq!(document["cases"][2]["functions"].as_array().map(Vec::len), Some(14), "all of them");
        assert_eq!(documents(&explained()).count(), 5);
    }
}
