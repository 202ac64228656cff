//! Where the output of children is kept.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use crate::ids::RunId;

/// File systems end names at 255 bytes; the rest is for the digits that keep cut names apart.
const MAX_STEM: usize = 160;

/// The log of `what` (a case and its round, say), relative to the store: `logs/<run>/<what>.log`.
///
/// Different texts give different files.
pub(crate) fn log_path(run: &RunId, what: &str) -> PathBuf {
    folder(run).join(format!("{}.log", stem(what)))
}

/// Everything that is kept for a run beside its file, relative to the store.
pub(super) fn folder(run: &RunId) -> PathBuf {
    Path::new("logs").join(run.as_str())
}

fn stem(what: &str) -> String {
    let kept = |c: char| c.is_ascii_alphanumeric() || ['.', '_', '-', '=', '@'].contains(&c);
    let mut stem: String = what
        .chars()
        .map(|c| {
            if c == '/' {
                '+'
            } else if kept(c) {
                c
            } else {
                '-'
            }
        })
        .collect();
    let lossy = what.chars().any(|c| c != '/' && !kept(c)) || stem.len() > MAX_STEM || stem.starts_with('.');
    if !lossy {
        return stem;
    }
    stem.truncate(MAX_STEM);
    format!("{}~{:08x}", stem.trim_start_matches('.'), digits(what))
}

/// Only one process ever names the logs of a run, so the hash need not be the same in another version of it.
fn digits(what: &str) -> u32 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    (hasher.finish() >> 32) as u32
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn check(what: &str, expected: &str) {
        let path = log_path(&RunId::new("20261121-093045-3f9a"), what);
        assert_eq!(path, Path::new("logs/20261121-093045-3f9a").join(expected));
    }

    #[test]
    fn names_stay_readable() {
        check("enc/forward/bert-tiny/b1_s128@wgpu", "enc+forward+bert-tiny+b1_s128@wgpu.log");
        check("k=2.5", "k=2.5.log");
    }

    #[test]
    fn texts_that_would_share_a_name_are_kept_apart() {
        let run = RunId::new("r");
        let names: BTreeSet<_> =
            ["a b", "a+b", "a:b", "a-b", "a/b", ".a-b", "../a-b"].map(|what| log_path(&run, what)).into();
        assert_eq!(names.len(), 7);
        for name in &names {
            let name = name.strip_prefix("logs/r").unwrap().to_str().unwrap();
            assert!(!name.starts_with('.') && name.is_ascii() && !name.contains(['/', ' ', ':']), "{name}");
        }
    }

    #[test]
    fn long_names_are_cut_and_still_differ() {
        let run = RunId::new("r");
        let [one, two] = ["1", "2"].map(|end| log_path(&run, &format!("{}{end}", "x".repeat(400))));
        assert_ne!(one, two);
        assert!(one.file_name().unwrap().len() < 200);
    }
}
