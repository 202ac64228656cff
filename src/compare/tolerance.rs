//! How much of a change matters for one case.

/// The gate of one case, as shares: 0.05 is 5 %.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Tolerance {
    /// A change is a verdict only when it surely exceeds this.
    pub(crate) tolerance: f64,
    /// A regression beyond this is marked apart from the others.
    pub(crate) alert: f64,
}

impl Default for Tolerance {
    fn default() -> Self {
        Self { tolerance: 0.05, alert: 0.10 }
    }
}
