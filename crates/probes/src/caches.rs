//! Cache sizes of the first CPU.

use std::collections::BTreeMap;

use super::system_files::SystemFiles;

/// Bytes by level and kind: `L1d`, `L1i`, `L2`, `L3`.
pub(super) fn caches(files: &SystemFiles) -> BTreeMap<String, u64> {
    const FOLDER: &str = "/sys/devices/system/cpu/cpu0/cache";
    let indexes = files.names(FOLDER).into_iter().filter(|name| name.starts_with("index"));
    indexes.filter_map(|index| cache(files, &format!("{FOLDER}/{index}"))).collect()
}

fn cache(files: &SystemFiles, folder: &str) -> Option<(String, u64)> {
    let level = files.text(&format!("{folder}/level"))?;
    let kind = match files.text(&format!("{folder}/type"))?.as_str() {
        "Data" => "d",
        "Instruction" => "i",
        _ => "",
    };
    Some((format!("L{level}{kind}"), bytes(&files.text(&format!("{folder}/size"))?)?))
}

/// The kernel writes `32K`, and could write `1M`.
fn bytes(size: &str) -> Option<u64> {
    let digits = size.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match &size[digits.len()..] {
        "" => 1,
        "K" => 1 << 10,
        "M" => 1 << 20,
        "G" => 1 << 30,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system_files::fake;

    fn check(size: &str, expected: Option<u64>) {
        assert_eq!(bytes(size), expected, "{size}");
    }

    #[test]
    fn sizes() {
        check("32K", Some(32_768));
        check("1M", Some(1_048_576));
        check("512", Some(512));
        check("1G", Some(1 << 30));
        check("", None);
        check("K", None);
        check("8X", None);
        check("99999999999999999999K", None);
        check("18446744073709551615K", None);
    }

    #[test]
    fn caches_are_named_by_level_and_kind() {
        let file = |index: u8, name| format!("/sys/devices/system/cpu/cpu0/cache/index{index}/{name}");
        let all = [
            ("1", "Data", "32K"),
            ("1", "Instruction", "64K"),
            ("2", "Unified", "1024K"),
            ("3", "Unified", ""),
        ];
        let mut written = Vec::new();
        for (index, (level, kind, size)) in (0..).zip(all) {
            written.extend([
                (file(index, "level"), level),
                (file(index, "type"), kind),
                (file(index, "size"), size),
            ]);
        }
        let written: Vec<_> = written.iter().map(|(path, text)| (path.as_str(), *text)).collect();
        let found = caches(&fake::machine(&written).1);
        let expected = [("L1d", 32_768), ("L1i", 65_536), ("L2", 1_048_576)];
        assert_eq!(found, expected.map(|(name, bytes)| (name.to_owned(), bytes)).into());
    }
}
