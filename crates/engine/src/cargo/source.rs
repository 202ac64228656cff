//! The harness that a bench target is written with, read from its source and its package's `Cargo.toml`.

use std::path::Path;

use crate::plan::{Harness, Main};

/// Returns what the source's main function comes from; `accel_bench` is the name the package gives to the harness.
pub(super) fn harness(source: &str, accel_bench: Option<&str>) -> Option<Harness> {
    let code = |line: &&str| !line.trim_start().starts_with("//");
    let has = |what: &str| source.lines().filter(code).any(|line| line.contains(what));
    if accel_bench.is_some_and(|name| has(&format!("{name}::main!"))) {
        Some(Harness::AccelBench)
    } else if has("criterion_main!") {
        Some(Harness::Criterion)
    } else {
        None
    }
}

/// Returns whether the target `name` at `source` has a main function of its own: cargo says it only in the manifest.
pub(super) fn main(manifest: &toml::Table, name: &str, source: &Path) -> Main {
    let targets = manifest.get("bench").and_then(toml::Value::as_array);
    let is_target = |table: &&toml::Value| match table.get("name").and_then(toml::Value::as_str) {
        Some(named) => named == name,
        None => table.get("path").and_then(toml::Value::as_str).is_some_and(|path| source.ends_with(path)),
    };
    let harness = targets.and_then(|tables| tables.iter().find(is_target)?.get("harness")?.as_bool());
    if harness == Some(false) { Main::Own } else { Main::Libtest }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written_with(source: &str, expected: Option<Harness>) {
        assert_eq!(harness(source, Some("accel_bench")), expected, "{source}");
    }

    fn has_main(manifest: &str, expected: Main) {
        let manifest = manifest.parse().expect("TOML");
        assert_eq!(main(&manifest, "first", Path::new("/app/benches/first.rs")), expected);
    }

    #[test]
    fn harnesses() {
        written_with("fn a() {}\naccel_bench::main!();\n", Some(Harness::AccelBench));
        written_with("criterion_group!(benches, a);\ncriterion_main!(benches);", Some(Harness::Criterion));
        written_with("criterion::criterion_main!(benches);", Some(Harness::Criterion));
        written_with("// accel_bench::main!();\nfn main() {}", None);
        written_with("fn main() {}", None);
    }

    #[test]
    fn a_package_without_the_harness_or_with_it_renamed() {
        assert_eq!(harness("accel_bench::main!();", None), None);
        assert_eq!(harness("ab::main!();", Some("ab")), Some(Harness::AccelBench));
    }

    #[test]
    fn mains() {
        has_main("[[bench]]\nname = \"first\"\nharness = false", Main::Own);
        has_main("[[bench]]\npath = \"benches/first.rs\"\nharness = false", Main::Own);
        has_main("[[bench]]\nname = \"first\"\nharness = true", Main::Libtest);
        has_main("[[bench]]\nname = \"first\"", Main::Libtest);
        has_main("[[bench]]\nname = \"other\"\nharness = false", Main::Libtest);
        has_main("[package]", Main::Libtest);
    }
}
