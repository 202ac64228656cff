//! Heights and widths as `config.json` spells them.

use serde::{Deserialize, Deserializer};

/// One number for a square, or a pair `[height, width]`; gives the pair.
pub(crate) fn number_or_pair<'de, D: Deserializer<'de>>(json: D) -> Result<[usize; 2], D::Error> {
    Ok(match Spelled::deserialize(json)? {
        Spelled::Number(side) => [side; 2],
        Spelled::Pair(sides) => sides,
    })
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a length, or a pair of height and width")]
enum Spelled {
    Number(usize),
    Pair([usize; 2]),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(spelled: serde_json::Value, expected: Result<[usize; 2], &str>) {
        let found = number_or_pair(spelled).map_err(|error| error.to_string());
        assert_eq!(found, expected.map_err(str::to_owned));
    }

    #[test]
    fn a_square() {
        check(224.into(), Ok([224, 224]));
    }

    #[test]
    fn a_pair() {
        check(vec![224, 112].into(), Ok([224, 112]));
    }

    #[test]
    fn three_numbers() {
        check(vec![1, 2, 3].into(), Err("expected a length, or a pair of height and width"));
    }

    #[test]
    fn a_negative_number() {
        check((-1).into(), Err("expected a length, or a pair of height and width"));
    }
}
