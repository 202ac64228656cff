//! Decides whether two runs can be compared at all.

use accel_bench_record::RunRecord;

use super::surroundings::{self, Difference};

/// Two machine classes: their numbers say nothing about each other.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("cannot compare a run on `{base}` with one on `{candidate}`: {reason}")]
pub struct Mismatch {
    pub base: String,
    pub candidate: String,
    /// The difference, in words.
    pub reason: String,
}

impl Mismatch {
    pub fn hint(&self) -> Option<String> {
        Some("measure both sides on one machine, or compare all the same with `--force`".to_owned())
    }
}

/// Refuses two runs of different machine classes, with what makes them different.
pub fn comparable(base: &RunRecord, candidate: &RunRecord) -> Result<(), Mismatch> {
    if base.machine == candidate.machine {
        return Ok(());
    }
    let differences = surroundings::of_hardware(base, candidate);
    let words: Vec<_> = differences.iter().filter_map(Difference::in_words).collect();
    let reason = if words.is_empty() { "their machine classes differ".to_owned() } else { words.join("; ") };
    Err(Mismatch { base: base.machine.clone(), candidate: candidate.machine.clone(), reason })
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn one_class_is_comparable() {
        let run = sample::run("a", vec![]);
        assert_eq!(comparable(&run, &run), Ok(()));
    }

    #[test]
    fn two_classes_are_refused_with_what_differs() {
        let base = sample::run("a", vec![]);
        let mut candidate = sample::run("b", vec![]);
        candidate.machine = "xeon-4c-8g-ffffff".to_owned();
        candidate.surroundings.environment.cpu.model = Some("Xeon".to_owned());
        let refused = comparable(&base, &candidate).expect_err("two machines");
        assert_eq!(
            refused.to_string(),
            "cannot compare a run on `epyc-2c-24g-1a2b3c` with one on `xeon-4c-8g-ffffff`: CPU: AMD EPYC → Xeon"
        );
        assert!(refused.hint().is_some_and(|hint| hint.contains("--force")));
    }

    #[test]
    fn two_classes_that_look_alike_are_still_two() {
        let base = sample::run("a", vec![]);
        let candidate = RunRecord { machine: "other".to_owned(), ..base.clone() };
        let refused = comparable(&base, &candidate).expect_err("two machines");
        assert_eq!(refused.reason, "their machine classes differ");
    }
}
