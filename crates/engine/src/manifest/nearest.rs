//! "Did you mean": the one known name that a misspelt one is close to.

/// The known name nearest to `name`, if any is near enough to be what was meant.
pub fn nearest<'k>(
    name: &str,
    known: impl IntoIterator<Item = &'k (impl AsRef<str> + ?Sized + 'k)>,
) -> Option<&'k str> {
    let scored = known.into_iter().map(AsRef::as_ref).map(|known| {
        let alike = strsim::jaro_winkler(&name.to_lowercase().replace('_', "-"), known);
        (strsim::damerau_levenshtein(name, known), alike, known)
    });
    // Two slips, or a clear likeness of longer names: `sequence_length` and `sequence-len`.
    let near =
        scored.filter(|(slips, alike, known)| *alike > 0.87 || (*slips <= 2 && *slips * 2 < known.len()));
    near.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(_, _, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, expected: Option<&str>) {
        let known = ["backends", "batch-size", "target", "wgpu", "tch", "sequence-length"];
        assert_eq!(nearest(name, &known), expected, "{name}");
    }

    #[test]
    fn slips() {
        check("bakends", Some("backends"));
        check("backend", Some("backends"));
        check("batch_size", Some("batch-size"));
        check("traget", Some("target"));
        check("wpgu", Some("wgpu"));
        check("seq-length", Some("sequence-length"));
    }

    #[test]
    fn strangers() {
        check("colour", None);
        check("x", None);
        check("", None);
    }
}
