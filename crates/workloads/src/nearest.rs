//! Suggestions for misspelt names.

/// The name that is most like `wanted`, if any is similar enough.
pub(crate) fn nearest(wanted: &str, names: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let scored = names.map(|name| (strsim::jaro_winkler(wanted, name), name));
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0))?;
    // Below this, names share no more than a few letters; above, they differ by a slip.
    (best.0 > 0.8).then_some(best.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(wanted: &str, expected: Option<&str>) {
        assert_eq!(nearest(wanted, ["bert-tiny", "bert-base", "llama-tiny"].into_iter()), expected);
    }

    #[test]
    fn misspelt_names() {
        check("bert-tinyy", Some("bert-tiny"));
        check("bert-bsae", Some("bert-base"));
        check("llama_tiny", Some("llama-tiny"));
    }

    #[test]
    fn nothing_similar() {
        check("resnet", None);
        assert_eq!(nearest("bert-tiny", std::iter::empty()), None);
    }
}
