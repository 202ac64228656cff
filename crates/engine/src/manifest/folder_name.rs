//! How a model's folder is written, `{ path = "checkpoints/tiny-llama" }`, and what the model is then called.

use std::path::{Component, Path};

use serde::de::{Error, MapAccess};

use super::at::At;

/// The key of the table, and what reports it from a range.
pub(super) const PATH: &str = "path";

/// The rest of the table, whose first key was `path`.
pub(super) fn read<'de, A: MapAccess<'de>>(mut map: A) -> Result<At<String>, A::Error> {
    let path: At<String> = map.next_value()?;
    if let Some(other) = map.next_key::<String>()? {
        return Err(A::Error::custom(format!("a folder has the key `{PATH}` alone: leave `{other}` out")));
    }
    let name = called(&path);
    if name.is_empty() {
        return Err(A::Error::custom("an empty path: write the folder that holds the model's `config.json`"));
    }
    Ok(At::new(path.span(), name))
}

/// The path as it is written, less what makes no difference: `./a//b/` is `a/b`.
pub fn called(path: &str) -> String {
    let parts = Path::new(path).components().filter(|part| *part != Component::CurDir);
    let name = parts.collect::<std::path::PathBuf>().display().to_string();
    if name.is_empty() && !path.is_empty() { ".".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let named = |path: &str, expected: &str| assert_eq!(called(path), expected, "{path}");
        named("a/b", "a/b");
        named("./a//b/", "a/b");
        named("../a", "../a");
        named("/data/m", "/data/m");
        named("./", ".");
        named("", "");
    }
}
