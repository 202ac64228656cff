//! How much of a change matters for one case.

use super::spread::Spread;

/// The gate of one case, as shares: 0.05 is 5 %.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tolerance {
    /// A change is a verdict only when its estimate exceeds this.
    pub tolerance: f64,
    /// The same for what is counted, as a share of a case's instructions.
    pub counts: f64,
    /// A regression beyond this is marked apart from the others.
    pub alert: f64,
    /// How far runs of the same code lie apart, for sides that did not interleave; absent where nothing is known of it.
    pub drift: Option<Spread>,
    /// The kind of sides that did not interleave.
    pub apart: Apart,
}

/// Two kinds of sides that were measured apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Apart {
    /// Runs of the store: they describe, and nothing is judged by them.
    Stored,
    /// At least one is a result that somebody names: a file, a baseline or a run. It cannot be measured again, so that changes beyond
    /// the alert level are judged.
    #[default]
    Result,
}

impl Tolerance {
    /// The change that matters.
    pub fn gate(&self) -> f64 {
        self.tolerance.max(0.0)
    }
}

impl Default for Tolerance {
    fn default() -> Self {
        Self { tolerance: 0.05, counts: 0.005, alert: 0.10, drift: None, apart: Apart::default() }
    }
}
