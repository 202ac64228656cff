//! A pattern on case ids: one meaning in suites, in the gate and on the command line.

use std::fmt;

use accel_bench_record::CaseKey;
use wildmatch::WildMatch;

/// With a `*` (any text) or `?` (one character) the whole id must match, with or without its `@backend`;
/// without, the text must occur in the id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pattern(String);

impl Pattern {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether the case is meant, by its name, by the name that it had in earlier versions or, where the pattern names
    /// values, by all of its parameters in full.
    pub fn matches_case(&self, id: &CaseKey) -> bool {
        let [name, earlier, full] = id.spellings();
        self.matches_id(&name)
            || self.matches_id(&earlier)
            // A word such as `size` is not looked for among the names of parameters.
            || self.0.contains('=') && self.matches_id(&full)
    }

    /// Returns whether the case `bench/benchmark/model/cell@backend` is meant.
    pub(super) fn matches_id(&self, id: &str) -> bool {
        if !self.is_glob() {
            return id.contains(&self.0);
        }
        let glob = WildMatch::new(&self.0);
        let without_backend = id.rsplit_once('@').map_or(id, |(label, _)| label);
        glob.matches(id) || glob.matches(without_backend)
    }

    /// Returns whether a name (of a benchmark, a category, a model) is meant: the name itself, or a glob of it.
    pub fn matches_name(&self, name: &str) -> bool {
        if self.is_glob() { WildMatch::new(&self.0).matches(name) } else { name == self.0 }
    }

    /// Returns whether an id that begins with `prefix` could match; false only when none can.
    pub fn may_match_under(&self, prefix: &str) -> bool {
        if !self.is_glob() {
            return true;
        }
        let literal = self.0.split(['*', '?']).next().unwrap_or_default();
        literal.starts_with(prefix) || prefix.starts_with(literal)
    }

    fn is_glob(&self) -> bool {
        self.0.contains(['*', '?'])
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "encoder/forward/bert-tiny/b1_s128@ndarray";

    fn id(pattern: &str, expected: bool) {
        assert_eq!(Pattern::new(pattern).matches_id(ID), expected, "{pattern}");
    }

    fn name(pattern: &str, name: &str, expected: bool) {
        assert_eq!(Pattern::new(pattern).matches_name(name), expected, "{pattern} on {name}");
    }

    fn under(pattern: &str, prefix: &str, expected: bool) {
        assert_eq!(Pattern::new(pattern).may_match_under(prefix), expected, "{pattern} under {prefix}");
    }

    #[test]
    fn plain_text_occurs_anywhere() {
        id("bert", true);
        id("forward/bert-tiny", true);
        id("@ndarray", true);
        id("wgpu", false);
    }

    #[test]
    fn a_glob_is_the_whole_id() {
        id("encoder/*", true);
        id("*@ndarray", true);
        id("*/b1_s128", true);
        id("*/b?_s128", true);
        id("forward/*", false);
        id("*@wgpu", false);
    }

    #[test]
    fn a_case_is_meant_by_each_of_its_spellings() {
        let params = [("model", "m".into()), ("batch-size", 1.into()), ("precision", "f16".into())];
        let mut params: accel_bench_record::Params =
            params.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        params.insert("steps".to_owned(), 3.into());
        let id = CaseKey { bench: "enc".into(), benchmark: "train".into(), params, backend: "wgpu".into() };
        let case = |pattern: &str, expected: bool| {
            assert_eq!(Pattern::new(pattern).matches_case(&id), expected, "{pattern}");
        };
        case("b1_f16", true);
        case("enc/train/m/b1_f16,steps=3", true);
        case("*/b1_f16*@wgpu", true);
        case("*/b1_steps=3_f16", true);
        case("enc/train/model=m,batch-size=1,precision=f16,steps=3", true);
        case("*batch-size=1,*", true);
        case("batch-size=8", false);
        case("batch", false);
        case("b1_f32", false);
    }

    #[test]
    fn names_are_exact_or_globs() {
        name("bert-tiny", "bert-tiny", true);
        name("bert", "bert-tiny", false);
        name("bert-*", "bert-tiny", true);
    }

    #[test]
    fn benches_that_cannot_match() {
        under("kernels/*", "kernels/", true);
        under("kernels/*", "encoder/", false);
        under("k*", "kernels/", true);
        under("*@wgpu", "encoder/", true);
        under("kernels", "encoder/", true);
        under("kernels/matmul/*", "kernels/", true);
    }

    /// Returns what a glob means, spelled out.
    fn glob(pattern: &[u8], text: &[u8]) -> bool {
        match (pattern.split_first(), text.split_first()) {
            (None, None) => true,
            (Some((b'*', rest)), None) => glob(rest, text),
            (Some((b'*', rest)), Some((_, text_rest))) => glob(rest, text) || glob(pattern, text_rest),
            (Some((b'?', rest)), Some((_, text_rest))) => glob(rest, text_rest),
            (Some((one, rest)), Some((other, text_rest))) => one == other && glob(rest, text_rest),
            _ => false,
        }
    }

    /// Every text of up to `longest` of these letters.
    fn texts(letters: &str, longest: usize) -> Vec<String> {
        let mut all = vec![String::new()];
        let mut last = all.clone();
        for _ in 0..longest {
            last = last.iter().flat_map(|text| letters.chars().map(move |c| format!("{text}{c}"))).collect();
            all.extend(last.clone());
        }
        all
    }

    #[test]
    fn names_match_as_the_definition_says() {
        let names = texts("ab/", 4);
        for pattern in texts("a*?/", 4).iter().filter(|pattern| pattern.contains(['*', '?'])) {
            for name in &names {
                let expected = glob(pattern.as_bytes(), name.as_bytes());
                assert_eq!(Pattern::new(pattern).matches_name(name), expected, "{pattern} on {name}");
            }
        }
    }

    #[test]
    fn no_bench_is_left_out_that_has_a_case() {
        let rests = texts("ab@", 3);
        for pattern in texts("ab*?/@", 4) {
            let pattern = Pattern::new(pattern);
            let id = rests.iter().map(|rest| format!("a/{rest}")).find(|id| pattern.matches_id(id));
            assert!(id.is_none() || pattern.may_match_under("a/"), "`{pattern}` matches {id:?}");
        }
    }

    #[test]
    fn strange_patterns() {
        id("", true);
        id("*", true);
        id("?", false);
        id("***", true);
        id("*/b1*", true);
        id("encoder/forward/bert-tiny/b1_s128", true);
        id("*/b1_s128@*", true);
        id("*@", false);
        name("*", "", true);
        name("?", "ü", true);
        name("", "", true);
        name("", "a", false);
    }
}
