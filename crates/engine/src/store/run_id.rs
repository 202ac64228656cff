//! Drawing ids of runs: the time, so that they sort, and a random part, so that two at once differ.

use std::hash::{BuildHasher, RandomState};

use jiff::Timestamp;

use accel_bench_record::RunId;

/// `20261121-093045-3f9a`
pub fn draw(now: Timestamp) -> RunId {
    RunId::new(format!("{}-{}", now.strftime("%Y%m%d-%H%M%S"), random()))
}

/// The same time with another random part.
pub(super) fn redraw(id: &RunId) -> RunId {
    let time = id.as_str().rsplit_once('-').map_or(id.as_str(), |(time, _)| time);
    RunId::new(format!("{time}-{}", random()))
}

/// Four hexadecimal digits. The standard library seeds every `RandomState` from the system.
fn random() -> String {
    format!("{:04x}", RandomState::new().hash_one(0) & 0xffff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_its_time_and_four_digits() {
        let now: Timestamp = "2026-11-21T09:30:45.678Z".parse().unwrap();
        let id = draw(now);
        let (time, random) = id.as_str().rsplit_once('-').unwrap();
        assert_eq!(time, "20261121-093045");
        assert!(random.len() == 4 && random.chars().all(|c| c.is_ascii_hexdigit()), "{random}");
    }

    #[test]
    fn redrawing_keeps_the_time() {
        let id = RunId::new("20261121-093045-3f9a");
        let others: Vec<_> = (0..8).map(|_| redraw(&id)).collect();
        assert!(others.iter().all(|other| other.as_str().starts_with("20261121-093045-")));
        assert!(others.iter().any(|other| *other != id));
    }
}
