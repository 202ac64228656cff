//! The texts that `init` writes: pure, so that a test can read them.

use super::harness::Harness;

/// A bench target that `init` names in the new file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub target: String,
    /// Absent in a workspace of one package.
    pub package: Option<String>,
    pub harness: Harness,
}

/// A commented `bench.toml` for these targets: what is commented out shows every key with its default.
pub fn bench_toml(entries: &[Entry]) -> String {
    let entries: String = entries.iter().map(entry).collect();
    format!("{HEAD}{entries}{REST}")
}

/// A first bench target that runs as it is: plain Rust, on the backend `host`.
pub fn first_bench() -> &'static str {
    FIRST_BENCH
}

fn entry(entry: &Entry) -> String {
    let target = toml::Value::from(entry.target.as_str());
    let package = entry.package.as_deref().map(|name| format!("package = {}\n", toml::Value::from(name)));
    let harness = match entry.harness {
        Harness::AccelBench => "",
        Harness::Criterion => "harness = \"criterion\"\n",
    };
    format!("[[bench]]\ntarget = {target}\n{}{harness}\n", package.unwrap_or_default())
}

const HEAD: &str = r#"# What `cargo accel-bench` runs in this project, and how. Everything has a default; what is commented out
# shows it. `cargo accel-bench schema` prints the JSON schema, `cargo accel-bench list` what this file selects.

# One entry for each bench target: a `[[bench]]` of a Cargo.toml with `harness = false`.
"#;

const REST: &str = r#"# What else an entry may say:
# [[bench]]
# target = "other"
# name = "other"                         # first part of the names of its cases; default: the target's name
# package = "my-package"                 # default: the only package with such a target
# backends = ["host"]                    # host ndarray flex cpu tch tch-cuda wgpu vulkan metal webgpu cuda rocm
#                                         # ort-cpu ort-openvino ort-cuda ort-tensorrt ort-rocm ort-coreml ort-qnn
#                                         # web-wasm web-webgpu web-webnn
# params = { size = [64, 256], depth = { from = 1, to = 16, factor = 2 } }
# warm-up = "200ms"                      # default, like the next two: the profile's
# time = "300ms"
# processes = 5
# timeout = "2m"
# env = { RUST_LOG = "warn" }
# harness = "accel-bench"                # or "criterion"; default: what the source says
# counts = "callgrind"                   # instructions beside the times, by valgrind; default: none
# isolate = "process"                    # "case": each case in a child process of its own
# features = []                          # cargo features beside the backend's
# cpus = 1                               # CPUs that a child may use, or "all"; default: the backend's

# How a backend is built and run; its cargo feature is by default the one of its name.
# [backends.wgpu]
# features = []
# env = {}
# cpus = "all"

# Named selections: cargo accel-bench --suite small. A case is in when every list has a match for it.
# [suites.small]
# description = "a minute's worth"
# filter = ["*"]                         # patterns of case names
# categories = ["*"]
# models = ["*"]
# tags = ["*"]
# backends = ["host"]
# params = { size = 64 }                 # of `model`, a local folder too: model = ["tiny", { path = "checkpoints/x" }]
# profile = "default"
# budget = "15min"                       # start no case later than this after the first

# What runs when the command line names nothing.
# [run]
# suite = "all"
# profile = "default"
# backends = ["host"]                    # default: those of each entry, else ndarray or host
# default-branch = "main"                # default: what git says

# From which change on a difference matters, for all cases and by pattern of their names.
# [gate]
# tolerance = "5%"
# alert = "10%"
# counts = "0.5%"                        # for what is counted
# [gate.cases."first/*"]
# tolerance = "8%"
# alert = "10%"

# How much is measured: fresh processes for each case, and the times in each of them.
# [profiles.quick]
# processes = 3
# warm-up = "200ms"
# time = "300ms"
# sample-time = "1ms"
# min-samples = 3
# max-samples = 1000
# [profiles.default]
# processes = 5
# warm-up = "200ms"
# time = "300ms"
# sample-time = "1ms"
# min-samples = 3
# max-samples = 1000
# [profiles.full]
# processes = 10
# warm-up = "1s"
# time = "1s"
# sample-time = "1ms"
# min-samples = 10
# max-samples = 1000

# Where results are kept (git-ignore it), and which `gc` keeps.
# [store]
# path = ".accel-bench"
# keep-runs = 100
# keep-days = 90

# Where approved baselines are kept (commit them).
# [baseline]
# dir = "baselines"
# name = "main"

# What the git hook measures: cargo accel-bench hook install.
# [hook]
# budget = "90s"
# suite = "all"
# profile = "default"

# How executables are built.
# [build]
# steady = true                          # false: as `cargo bench` builds them
"#;

const FIRST_BENCH: &str = r#"//! A first benchmark: `cargo accel-bench` runs it, `cargo bench` too.

use accel_bench::{Bencher, Throughput, bench};

/// Sorts numbers that are in no order.
#[bench(category = "sorting", backends = ["host"], params(length = [1000, 100000]))]
fn sort(b: &mut Bencher) {
    let length: usize = b.param("length");
    let numbers = shuffled(length);
    b.throughput(Throughput::Elements(length as u64));
    // Each iteration gets a copy of its own: sorting what is sorted already is another benchmark.
    b.iter_batched(
        || numbers.clone(),
        |mut numbers| {
            numbers.sort_unstable();
            numbers
        },
    );
}

/// The same numbers in every run (Marsaglia's xorshift).
fn shuffled(length: usize) -> Vec<u64> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    (0..length).map(|_| next()).collect()
}

accel_bench::main!();
"#;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use serde_json::Value;

    use super::*;
    use crate::manifest::tests::manifest;
    use crate::manifest::{Manifest, parse, schema};

    fn entries() -> Vec<Entry> {
        let first = Entry { target: "first".into(), package: None, harness: Harness::AccelBench };
        let old = Entry { target: "old".into(), package: Some("app".into()), harness: Harness::Criterion };
        vec![first, old]
    }

    /// The template with everything in it that is commented out.
    fn uncommented() -> String {
        let is_toml = |text: &str| {
            let key: String = text.chars().take_while(|c| c.is_ascii_lowercase() || *c == '-').collect();
            text.starts_with('[') || (!key.is_empty() && text[key.len()..].starts_with(" = "))
        };
        let text = bench_toml(&entries()).replace("\"my-package\" ", "\"app\" ");
        let lines = text.lines().map(|line| match line.strip_prefix("# ") {
            Some(code) if is_toml(code) => code.to_owned(),
            _ => line.to_owned(),
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn it_names_every_backend() {
        for backend in accel_bench_record::backends::BACKENDS {
            assert!(
                REST.contains(&format!(" {} ", backend.name))
                    || REST.contains(&format!(" {}\n", backend.name))
            );
        }
    }

    #[test]
    fn the_template_names_its_entries() {
        let manifest = manifest(&bench_toml(&entries()));
        let benches: Vec<_> =
            manifest.benches.iter().map(|b| (b.name.as_str(), b.package.as_deref(), b.harness)).collect();
        assert_eq!(benches, [("first", None, None), ("old", Some("app"), Some(Harness::Criterion))]);
    }

    #[test]
    fn what_is_commented_out_is_the_default() {
        let default = manifest("");
        let full = manifest(&uncommented());
        assert_eq!(full.benches.len(), 3);
        assert_eq!(
            (full.profiles, full.baseline, full.hook.budget, full.build),
            (default.profiles, default.baseline, default.hook.budget, default.build)
        );
        assert_eq!((full.gate.tolerance, full.gate.alert), (default.gate.tolerance, default.gate.alert));
        assert_eq!(full.gate.counts, default.gate.counts);
        assert_eq!((full.store.path, full.run.profile), (default.store.path, default.run.profile));
        assert_eq!(full.backends["wgpu"].cpus, default.backends["wgpu"].cpus);
        let (shown, unsaid) = (&full.benches[2], Manifest::of_targets([("p", "t")]).benches.remove(0));
        assert_eq!((shown.timeout, shown.isolate), (unsaid.timeout, unsaid.isolate));
    }

    #[test]
    fn the_template_shows_every_key_of_the_schema() {
        let shown: Value = toml::from_str(&uncommented()).expect("the template is TOML");
        let schema = Value::from(schema());
        let mut paths = BTreeSet::new();
        let mut known = BTreeSet::new();
        keys_of_value(&shown, String::new(), &schema, &schema, &mut paths);
        keys_of_schema(&schema, String::new(), &schema, &mut known);
        assert_eq!(paths, known);
        assert!(known.contains("/bench/target") && known.contains("/gate/cases/*/tolerance"), "{known:?}");
    }

    /// Follows `$ref`, `anyOf` with null, lists and maps down to the table that a schema means.
    fn table<'s>(schema: &'s Value, root: &'s Value) -> (&'s Value, bool) {
        if let Some(reference) = schema["$ref"].as_str() {
            return table(root.pointer(&reference[1..]).expect("a definition"), root);
        }
        if let Some(options) = schema["anyOf"].as_array().filter(|options| options.len() == 2) {
            return table(options.iter().find(|o| o["type"] != "null").expect("a type"), root);
        }
        if schema["items"].is_object() && schema["items"]["$ref"].is_string() {
            return table(&schema["items"], root);
        }
        match &schema["additionalProperties"] {
            Value::Object(map) if map.contains_key("$ref") => {
                (table(&schema["additionalProperties"], root).0, true)
            }
            _ => (schema, false),
        }
    }

    fn keys_of_schema(schema: &Value, path: String, root: &Value, keys: &mut BTreeSet<String>) {
        let (schema, named) = table(schema, root);
        let path = if named { path + "/*" } else { path };
        let is_values = schema["anyOf"].is_array();
        for (key, property) in schema["properties"].as_object().filter(|_| !is_values).into_iter().flatten() {
            let path = format!("{path}/{key}");
            keys.insert(path.clone());
            keys_of_schema(property, path, root, keys);
        }
    }

    fn keys_of_value(value: &Value, path: String, schema: &Value, root: &Value, keys: &mut BTreeSet<String>) {
        let (schema, named) = table(schema, root);
        match value {
            Value::Array(items) => {
                items.iter().for_each(|item| keys_of_value(item, path.clone(), schema, root, keys))
            }
            Value::Object(entries) if named => {
                entries
                    .values()
                    .for_each(|entry| keys_of_value(entry, format!("{path}/*"), schema, root, keys));
            }
            Value::Object(entries) if schema["properties"].is_object() => {
                for (key, value) in entries {
                    let path = format!("{path}/{key}");
                    keys.insert(path.clone());
                    keys_of_value(value, path, &schema["properties"][key], root, keys);
                }
            }
            _ => {}
        }
    }

    #[test]
    fn a_file_cut_anywhere_is_told_or_read() {
        let text = uncommented();
        let mut told = 0;
        for end in (0..text.len()).step_by(13).filter(|end| text.is_char_boundary(*end)) {
            if let Err(error) = parse(&text[..end], Path::new("bench.toml")) {
                assert!(error.to_string().starts_with("error: "), "cut at {end}");
                told += 1;
            }
        }
        assert!(told > 20, "{told} of the cuts are mistakes");
    }

    #[test]
    fn every_key_is_described() {
        let schema = Value::from(schema());
        let tables = schema["$defs"].as_object().expect("definitions").values().chain([&schema]);
        for (key, property) in tables.filter_map(|table| table["properties"].as_object()).flatten() {
            assert!(property["description"].is_string(), "`{key}` without a description");
        }
    }

    #[test]
    fn the_first_bench_uses_the_harness() {
        assert!(first_bench().contains("accel_bench::main!();"));
        assert!(first_bench().contains("#[bench("));
    }

    /// Each line of the template that sets a key, with each of these in the value's place: it is read, or told
    /// without anything that a terminal would obey, and mostly at that line.
    #[test]
    fn any_value_of_any_key_is_read_or_drawn() {
        let values = [
            "5",
            "-1",
            "0",
            "1e400",
            "nan",
            "true",
            r#""""#,
            r#""x""#,
            r#""\u001b[31m""#,
            "[]",
            "[[]]",
            r#"[1, "a"]"#,
            "{}",
            "{ a = 1 }",
            "1979-05-27",
            "9223372036854775807",
            r#"""""#,
            "=",
            "[",
        ];
        let text = uncommented();
        let lines: Vec<_> = text.lines().collect();
        let (mut told, mut drawn) = (0, 0);
        let keys =
            lines.iter().enumerate().filter(|(_, line)| line.contains(" = ") && !line.starts_with('#'));
        for (at, line) in keys {
            let key = line.split(" = ").next().unwrap_or_default();
            for value in values {
                let changed = format!("{key} = {value}");
                let text = [&lines[..at], &[changed.as_str()], &lines[at + 1..]].concat().join("\n");
                let Err(error) = parse(&text, Path::new("bench.toml")) else { continue };
                let words = error.to_string();
                assert!(words.starts_with("error: ") && !words.contains('\u{1b}'), "{changed}: {words}");
                told += 1;
                drawn += usize::from(words.contains(&format!("bench.toml:{}:", at + 1)));
            }
        }
        assert!(told > 500 && drawn * 10 > told * 8, "{drawn} of {told} mistakes are drawn at their lines");
    }
}
