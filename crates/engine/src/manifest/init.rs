//! What `init` changes in a package's `Cargo.toml`: text in, text out, comments kept.

use thiserror::Error;
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, Value, value};

/// Where the harness comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HarnessSource {
    /// From the registry.
    Version(String),
    /// From a folder, absolute or relative to the package.
    Path(String),
}

/// A `Cargo.toml` that cannot be changed.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum InitError {
    #[error("reading `Cargo.toml` failed: {0}")]
    Syntax(String),
    #[error("`{key}` in `Cargo.toml` is not what cargo expects, {expected}")]
    Shape { key: String, expected: &'static str },
    #[error("the bench target `{target}` in `Cargo.toml` has no `harness = false`")]
    Libtest { target: String },
}

impl InitError {
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Syntax(_) | Self::Shape { .. } => Some("cargo metadata --no-deps".to_owned()),
            Self::Libtest { target } => Some(format!(
                "add `harness = false` below `name = \"{target}\"` in Cargo.toml, or rename that target"
            )),
        }
    }
}

const HARNESS: &str = "accel-bench";

/// The `Cargo.toml` with the harness among its dev-dependencies and the bench target `target`. What is there
/// already stays as it is, so that doing it twice is doing it once.
pub fn add_bench(cargo_toml: &str, target: &str, source: &HarnessSource) -> Result<String, InitError> {
    let mut document: DocumentMut =
        cargo_toml.parse().map_err(|error: toml_edit::TomlError| InitError::Syntax(error.to_string()))?;
    add_dependency(&mut document, source)?;
    add_target(&mut document, target)?;
    Ok(document.to_string())
}

fn add_dependency(document: &mut DocumentMut, source: &HarnessSource) -> Result<(), InitError> {
    let has = |section: &str| document.get(section).is_some_and(|table| table.get(HARNESS).is_some());
    if has("dependencies") || has("dev-dependencies") {
        return Ok(());
    }
    let key = "dev-dependencies";
    let section = document.entry(key).or_insert_with(|| Item::Table(Table::new()));
    let table = section
        .as_table_like_mut()
        .ok_or_else(|| InitError::Shape { key: key.to_owned(), expected: "a table of packages" })?;
    table.insert(HARNESS, dependency(source));
    Ok(())
}

fn dependency(source: &HarnessSource) -> Item {
    match source {
        HarnessSource::Version(version) => value(version),
        HarnessSource::Path(path) => value(InlineTable::from_iter([("path", Value::from(path))])),
    }
}

fn add_target(document: &mut DocumentMut, target: &str) -> Result<(), InitError> {
    let shape = || InitError::Shape { key: "bench".to_owned(), expected: "a list of tables, `[[bench]]`" };
    let targets =
        document.entry("bench").or_insert_with(|| Item::ArrayOfTables(toml_edit::ArrayOfTables::new()));
    if let Some(inline) = targets.as_array_mut() {
        return add_inline_target(inline, target);
    }
    let tables = targets.as_array_of_tables_mut().ok_or_else(shape)?;
    let is_target = |table: &&Table| table.get("name").and_then(Item::as_str) == Some(target);
    if let Some(present) = tables.iter().find(is_target) {
        return check_harness(target, present.get("harness").and_then(Item::as_bool));
    }
    let mut table = Table::new();
    table.insert("name", value(target));
    table.insert("harness", value(false));
    tables.push(table);
    Ok(())
}

/// `bench = [{ name = "…" }]`, as few people write it.
fn add_inline_target(targets: &mut Array, target: &str) -> Result<(), InitError> {
    let tables = || targets.iter().filter_map(Value::as_inline_table);
    if let Some(present) = tables().find(|table| table.get("name").and_then(Value::as_str) == Some(target)) {
        return check_harness(target, present.get("harness").and_then(Value::as_bool));
    }
    let keys = [("name", Value::from(target)), ("harness", Value::from(false))];
    targets.push(keys.into_iter().collect::<InlineTable>());
    Ok(())
}

fn check_harness(target: &str, harness: Option<bool>) -> Result<(), InitError> {
    if harness == Some(false) { Ok(()) } else { Err(InitError::Libtest { target: target.to_owned() }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BARE: &str = "# mine\n[package]\nname = \"app\" # the app\nversion = \"0.1.0\"\n";

    fn version() -> HarnessSource {
        HarnessSource::Version("0.1".to_owned())
    }

    fn check(before: &str, source: &HarnessSource, expected: &str) {
        let after = add_bench(before, "first", source).expect("a good Cargo.toml");
        assert_eq!(after, expected);
        assert_eq!(add_bench(&after, "first", source), Ok(after.clone()), "twice is once");
    }

    fn refused(before: &str, expected: &str) {
        let error = add_bench(before, "first", &version()).expect_err(before);
        assert!(error.to_string().contains(expected), "{error}");
        assert!(error.hint().is_some());
    }

    #[test]
    fn a_bare_package() {
        let added =
            "\n[dev-dependencies]\naccel-bench = \"0.1\"\n\n[[bench]]\nname = \"first\"\nharness = false\n";
        check(BARE, &version(), &format!("{BARE}{added}"));
    }

    #[test]
    fn comments_and_other_entries_stay() {
        let before = format!(
            "{BARE}\n[dev-dependencies]\ncriterion = \"0.8\" # old\n\n[[bench]]\nname = \"old\" # keep\nharness = false\n\n[features]\ngpu = []\n"
        );
        let expected = format!(
            "{BARE}\n[dev-dependencies]\ncriterion = \"0.8\" # old\naccel-bench = \"0.1\"\n\n[[bench]]\nname = \"old\" # keep\nharness = false\n\n[[bench]]\nname = \"first\"\nharness = false\n\n[features]\ngpu = []\n"
        );
        check(&before, &version(), &expected);
    }

    #[test]
    fn what_is_there_stays() {
        let dependency = "[dependencies]\naccel-bench = { workspace = true }\n";
        let target = "\n[[bench]]\nname = \"first\"\nharness = false\n";
        check(&format!("{dependency}{target}"), &version(), &format!("{dependency}{target}"));
    }

    #[test]
    fn sources() {
        let line = |source: &HarnessSource| add_bench("", "first", source).expect("an empty file");
        let path = HarnessSource::Path("../harness".to_owned());
        assert!(line(&path).contains("accel-bench = { path = \"../harness\" }"), "{}", line(&path));
    }

    #[test]
    fn inline_targets() {
        let after = add_bench("bench = [{ name = \"old\" }]\n", "first", &version()).expect("inline");
        assert!(after.contains("{ name = \"first\", harness = false }"), "{after}");
        assert_eq!(add_bench(&after, "first", &version()), Ok(after.clone()));
    }

    #[test]
    fn what_cannot_be_changed() {
        refused("[package\n", "reading `Cargo.toml` failed");
        refused("bench = 5\n", "a list of tables");
        refused("dev-dependencies = 5\n", "a table of packages");
        refused("[[bench]]\nname = \"first\"\n", "has no `harness = false`");
    }
}
