//! How much of a change matters for one case.

use super::spread::Spread;

/// The gate of one case, as shares: 0.05 is 5 %.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tolerance {
    /// A change is a verdict only when it surely exceeds this.
    pub tolerance: f64,
    /// A regression beyond this is marked apart from the others.
    pub alert: f64,
    /// The noise floor of the case on this machine, as calibration measured it; 0 where it has not.
    pub floor: f64,
    /// How far runs of the same code lie apart, for sides that did not interleave; absent where nothing is known of it.
    pub drift: Option<Spread>,
}

impl Tolerance {
    /// The change that matters: no one can be blamed for less than the noise floor.
    pub fn gate(&self) -> f64 {
        self.tolerance.max(self.floor).max(0.0)
    }
}

impl Default for Tolerance {
    fn default() -> Self {
        Self { tolerance: 0.05, alert: 0.10, floor: 0.0, drift: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gate_is_never_below_the_noise_floor() {
        let gate = |tolerance, floor| Tolerance { tolerance, floor, ..Tolerance::default() }.gate();
        assert_eq!(
            [gate(0.05, 0.0), gate(0.05, 0.02), gate(0.05, 0.08), gate(-1.0, 0.0)],
            [0.05, 0.05, 0.08, 0.0]
        );
    }
}
