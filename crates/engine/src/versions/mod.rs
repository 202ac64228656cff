//! The version of a benchmark: a hash of what it does in its own bench target.
//!
//! A benchmark whose inputs or loop changed measures something else under the same name; its new numbers do not show a regression. So the source of the
//! benchmark's item and of everything in the target that it names, directly or through others, makes its version. Comments, layout and the attribute
//! do not: the values of its parameters are in the case's identity already. Names are matched as texts, so that two items of one name are one, and a version
//! changes too often rather than not at all. Code in other crates is what is measured, and does not count.
//!
//! Pure: the files are read by who asks.

mod items;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use items::{Item, Reader};

/// A version that is a hash begins so: an author's number is a word on what is the same work, a hash is not.
pub(crate) const HASHED: &str = "src-";

/// As many hexadecimal digits of the hash: 48 bits, and a project has some hundred benchmarks.
const DIGITS: usize = 12;

/// The sources of a bench target.
#[derive(Debug, Default)]
pub(crate) struct TargetSource {
    items: Vec<Item>,
    /// By name: the places of the items.
    by_name: BTreeMap<String, Vec<usize>>,
}

impl TargetSource {
    /// Reads the target whose root is this file, with the modules that it declares; `read` returns a file's text. What does not parse is
    /// left out: the compiler says more about it.
    #[must_use]
    pub(crate) fn read(root: &Path, read: &dyn Fn(&Path) -> Option<String>) -> Self {
        let mut reader = Reader { read, items: Vec::new(), seen: BTreeSet::new() };
        reader.root(root);
        let items = reader.items;
        let mut by_name: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, item) in items.iter().enumerate() {
            item.names.iter().for_each(|name| by_name.entry(name.clone()).or_default().push(at));
        }
        Self { items, by_name }
    }

    /// The version of the benchmark that is registered here, `file:line`; `None` where no item begins there.
    #[must_use]
    pub(crate) fn version(&self, registered_at: &str) -> Option<String> {
        let (file, line) = registered_at.rsplit_once(':')?;
        let (file, line) = (PathBuf::from(file), line.parse::<usize>().ok()?);
        let is_it = |item: &Item| {
            item.lines.contains(&line) && (item.file.ends_with(&file) || file.ends_with(&item.file))
        };
        let start = self.items.iter().position(is_it)?;
        let mut reached = BTreeSet::from([start]);
        let mut open = vec![start];
        while let Some(at) = open.pop() {
            let named = self.items[at].mentions.iter().filter_map(|name| self.by_name.get(name));
            for next in named.flatten() {
                if reached.insert(*next) {
                    open.push(*next);
                }
            }
        }
        let mut texts: Vec<_> = reached.iter().map(|at| self.items[*at].text.as_str()).collect();
        // Items that are moved about are the same items.
        texts.sort_unstable();
        let mut hash = Sha256::new();
        for text in texts {
            hash.update(text.as_bytes());
            hash.update([0]);
        }
        let digits: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Some(format!("{HASHED}{}", &digits[..DIGITS]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The versions of the benchmarks of a target, by name: the first item of each file that has a `#[bench]`.
    fn versions(files: &[(&str, &str)]) -> Vec<String> {
        let read = |path: &Path| {
            let found = files.iter().find(|(name, _)| Path::new(name) == path);
            found.map(|(_, text)| (*text).to_owned())
        };
        let target = TargetSource::read(Path::new(files[0].0), &read);
        let places = files.iter().flat_map(|(name, text)| {
            let lines = text.lines().enumerate().filter(|(_, line)| line.contains("#[bench"));
            lines.map(move |(at, _)| format!("{name}:{}", at + 1))
        });
        places.map(|place| target.version(&place).unwrap_or_else(|| panic!("no item at {place}"))).collect()
    }

    fn version(text: &str) -> String {
        versions(&[("benches/a.rs", text)]).remove(0)
    }

    const BEFORE: &str = "
        const N: usize = 64;
        #[bench(params(n = [1]))]
        fn sum(b: &mut Bencher) { let v = input(N); b.iter(|| v.iter().sum::<f32>()); }
        fn input(n: usize) -> Vec<f32> { Values::new(n).all() }
        struct Values(usize);
        impl Values { fn new(n: usize) -> Self { Self(n) } fn all(self) -> Vec<f32> { vec![0.5; self.0] } }
        fn other() -> u32 { 7 }
    ";

    #[track_caller]
    fn same(from: &str, to: &str) {
        assert!(BEFORE.contains(from), "{from}");
        assert_eq!(version(BEFORE), version(&BEFORE.replace(from, to)), "{from} → {to}");
    }

    #[track_caller]
    fn another(from: &str, to: &str) {
        assert!(BEFORE.contains(from), "{from}");
        assert_ne!(version(BEFORE), version(&BEFORE.replace(from, to)), "{from} → {to}");
    }

    #[test]
    fn what_the_benchmark_does_is_its_version() {
        another("sum::<f32>()", "product::<f32>()");
        another("N: usize = 64", "N: usize = 65");
        another("Values::new(n).all()", "Values::new(n + 1).all()");
        another("vec![0.5; self.0]", "vec![0.25; self.0]");
        another("struct Values(usize)", "struct Values(u64)");
    }

    #[test]
    fn what_it_does_not_reach_is_not() {
        same("fn other() -> u32 { 7 }", "fn other() -> u32 { 8 }");
        same("fn other() -> u32 { 7 }", "");
        same("fn sum", "/// Sums.\n #[doc(hidden)] fn sum");
        same("let v = input(N);", "// The input.\n let v =\n input( N );");
        same("params(n = [1])", "params(n = [1, 2]), tags = [\"new\"]");
        assert_eq!(version(BEFORE).len(), HASHED.len() + DIGITS);
    }

    #[test]
    fn items_that_are_moved_are_the_same() {
        let moved = BEFORE.replace("fn other() -> u32 { 7 }", "const N: usize = 64;");
        let moved = moved.replacen("const N: usize = 64;", "fn other() -> u32 { 7 }", 1);
        assert_eq!(version(BEFORE), version(&moved));
    }

    #[test]
    fn modules_of_the_target_count() {
        let root = "mod input; mod more { pub fn twice() -> usize { 2 } }
            #[bench]\nfn a(b: &mut Bencher) { b.iter(|| input::make(more::twice())) }";
        let input = |text| ("benches/a/input.rs", text);
        let of = |module: (&'static str, &'static str)| versions(&[("benches/a.rs", root), module]).remove(0);
        let first = of(input("pub fn make(n: usize) -> usize { n }"));
        assert_ne!(first, of(input("pub fn make(n: usize) -> usize { n + 1 }")));
        assert_eq!(first, of(input("pub fn make(n: usize) -> usize { n } pub fn unused() {}")));
        assert_eq!(first, of(("benches/a/input/mod.rs", "pub fn make(n: usize) -> usize { n }")));
        assert_ne!(first, of(("benches/b.rs", "")), "a module that is not there");
    }

    #[test]
    fn benchmarks_in_modules_have_versions_too() {
        let root = "mod inner;\n fn shared() -> u32 { 1 }";
        let of = |root: &'static str| {
            let inner = "use super::shared;\n#[bench]\nfn x(b: &mut Bencher) { b.iter(shared) }";
            versions(&[("benches/a/main.rs", root), ("benches/a/inner.rs", inner)]).remove(0)
        };
        assert_eq!(of(root), of("mod inner;\n\n fn shared() -> u32 { 1 }\n fn more() {}"));
        assert_ne!(of(root), of("mod inner;\n fn shared() -> u32 { 2 }"));
    }

    #[test]
    fn types_and_renamed_names() {
        let text = "#[bench]\nimpl Benchmark for Sort { fn run(&mut self) { made(3) } }
            use self::build::make as made;
            mod build { pub fn make(n: u32) -> u32 { n } }";
        assert_ne!(version(text), version(&text.replace("{ n }", "{ n + 1 }")));
    }

    #[test]
    fn what_does_not_parse_or_is_elsewhere_has_no_version() {
        let read = |_: &Path| Some("fn broken( {".to_owned());
        assert_eq!(TargetSource::read(Path::new("a.rs"), &read).version("a.rs:1"), None);
        let read = |_: &Path| Some("fn a() {}".to_owned());
        let target = TargetSource::read(Path::new("benches/a.rs"), &read);
        assert_eq!(
            [target.version("benches/a.rs:9"), target.version("other.rs:1"), target.version("nonsense")],
            [None, None, None]
        );
        assert!(target.version("benches/a.rs:1").is_some());
    }
}
