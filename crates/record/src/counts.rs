//! The work of one iteration of a case, counted rather than timed: the same on a busy machine as on an idle one.

use serde::{Deserialize, Serialize};

use crate::Metric;

/// Counts of a case, or the reason why there are none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "kebab-case")]
pub enum Counts {
    Counted {
        /// `callgrind`.
        tool: String,
        /// Iterations that were counted together, after a warm-up that was not.
        iterations: u64,
        /// Each for one iteration.
        metrics: Vec<Metric>,
    },
    /// The machine or the target cannot count.
    Unsupported { reason: String },
}

impl Counts {
    /// The counts; none where the machine or the target cannot count.
    #[must_use]
    pub fn metrics(&self) -> &[Metric] {
        match self {
            Self::Counted { metrics, .. } => metrics,
            Self::Unsupported { .. } => &[],
        }
    }

    /// Why nothing was counted.
    #[must_use]
    pub fn unsupported(&self) -> Option<&str> {
        match self {
            Self::Counted { .. } => None,
            Self::Unsupported { reason } => Some(reason),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::INSTRUCTIONS;

    #[test]
    fn what_is_written_is_read_again() {
        let counted =
            Counts::Counted { tool: "callgrind".into(), iterations: 4, metrics: vec![INSTRUCTIONS.of(12.5)] };
        let unsupported = Counts::Unsupported { reason: "valgrind is not installed".into() };
        for counts in [&counted, &unsupported] {
            let text = serde_json::to_string(counts).expect("JSON");
            assert_eq!(serde_json::from_str::<Counts>(&text).expect("JSON"), *counts, "{text}");
        }
        assert_eq!((counted.metrics().len(), unsupported.metrics().len()), (1, 0));
    }
}
