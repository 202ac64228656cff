//! How far outputs are from what was expected. Pure.

use std::fmt;

use burn::tensor::{DType, TensorData};

use super::host::HostTensors;

/// The largest differences over all expected tensors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// Largest absolute difference of two elements; infinite where one of them is not a number.
    pub max_abs: f64,
    /// The same, relative to the largest absolute value expected in the tensor.
    pub max_rel: f64,
    /// True if all tensors of integers are equal: those have no tolerance.
    pub integers_equal: bool,
}

impl Difference {
    const NONE: Self = Self { max_abs: 0.0, max_rel: 0.0, integers_equal: true };

    /// True if the relative difference is at most `tolerance`.
    #[must_use]
    pub fn within(&self, tolerance: f64) -> bool {
        self.max_rel <= tolerance && self.integers_equal
    }

    fn and(self, other: Self) -> Self {
        Self {
            max_abs: self.max_abs.max(other.max_abs),
            max_rel: self.max_rel.max(other.max_rel),
            integers_equal: self.integers_equal && other.integers_equal,
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2e} {:.2e}", self.max_abs, self.max_rel)
    }
}

/// Why two sets of tensors cannot be compared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CompareError {
    #[error("nothing is expected")]
    Nothing,
    #[error("the model gives no `{0}`")]
    Missing(String),
    #[error("`{name}` has the shape {found:?} where {expected:?} is expected")]
    Shape { name: String, found: Vec<usize>, expected: Vec<usize> },
}

/// Compares every expected tensor with the one found under its name; others that were found do not matter.
pub(crate) fn compare(found: &HostTensors, expected: &HostTensors) -> Result<Difference, CompareError> {
    let mut total = None;
    for (name, expected) in expected.iter() {
        let found = found.get(name).ok_or_else(|| CompareError::Missing(name.to_owned()))?;
        if found.shape() != expected.shape() {
            let [found, expected] = [found, expected].map(|data| data.shape().as_slice().to_vec());
            return Err(CompareError::Shape { name: name.to_owned(), found, expected });
        }
        total = Some(difference(found, expected).and(total.unwrap_or(Difference::NONE)));
    }
    total.ok_or(CompareError::Nothing)
}

fn difference(found: &TensorData, expected: &TensorData) -> Difference {
    let pairs = found.iter::<f64>().zip(expected.iter::<f64>());
    let max_abs = pairs.map(|(found, expected)| distance(found, expected)).fold(0.0, f64::max);
    let scale = expected.iter::<f64>().map(f64::abs).fold(0.0, f64::max);
    // Where zeros are expected, any difference is infinitely large, and none is none.
    let max_rel = if max_abs == 0.0 { 0.0 } else { max_abs / scale };
    Difference { max_abs, max_rel, integers_equal: expected.dtype() != DType::I64 || max_abs == 0.0 }
}

/// Infinite unless both are numbers: `f64::max` would drop a NaN, and the worst output would pass.
fn distance(found: f64, expected: f64) -> f64 {
    let distance = (found - expected).abs();
    if distance.is_nan() { f64::INFINITY } else { distance }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn floats<const N: usize>(values: [f32; N]) -> TensorData {
        TensorData::from(values)
    }

    fn tensors(data: TensorData) -> HostTensors {
        [("y".to_owned(), data)].into_iter().collect()
    }

    #[track_caller]
    fn check(found: TensorData, expected: TensorData, [max_abs, max_rel]: [f64; 2]) {
        let difference = compare(&tensors(found), &tensors(expected)).expect("they can be compared");
        let close = |a: f64, b: f64| a == b || (a - b).abs() < 1e-6 * b.abs();
        assert!(close(difference.max_abs, max_abs) && close(difference.max_rel, max_rel), "{difference:?}");
    }

    #[track_caller]
    fn check_error(found: &HostTensors, expected: &HostTensors, message: &str) {
        assert_eq!(compare(found, expected).expect_err("they cannot be compared").to_string(), message);
    }

    #[test]
    fn equal() {
        check(floats([1.0, -4.0]), floats([1.0, -4.0]), [0.0, 0.0]);
    }

    #[test]
    fn relative_to_the_largest_value() {
        check(floats([1.5, -4.0]), floats([1.0, -4.0]), [0.5, 0.125]);
    }

    #[test]
    fn a_nan_is_no_match() {
        check(floats([f32::NAN, -4.0]), floats([1.0, -4.0]), [f64::INFINITY; 2]);
    }

    #[test]
    fn an_expected_nan_is_no_match() {
        check(floats([1.0, -4.0]), floats([f32::NAN, -4.0]), [f64::INFINITY; 2]);
    }

    #[test]
    fn zeros_are_equal() {
        check(floats([0.0]), floats([0.0]), [0.0, 0.0]);
    }

    #[test]
    fn nothing_is_close_to_zeros() {
        check(floats([1e-9]), floats([0.0]), [1e-9, f64::INFINITY]);
    }

    #[test]
    fn integers_have_no_tolerance() {
        let difference = difference(&TensorData::from([1_000_001_i64]), &TensorData::from([1_000_000_i64]));
        assert!(difference.max_rel < 1e-5 && !difference.within(1e-4));
    }

    #[test]
    fn the_worst_tensor_counts() {
        let worst = Difference { max_abs: 1.0, max_rel: 2.0, integers_equal: true };
        assert_eq!(Difference::NONE.and(worst), worst);
    }

    #[test]
    fn within_is_inclusive() {
        assert!(Difference { max_abs: 1.0, max_rel: 1e-4, integers_equal: true }.within(1e-4));
    }

    #[test]
    fn missing_output() {
        check_error(&HostTensors::default(), &tensors(floats([1.0])), "the model gives no `y`");
    }

    #[test]
    fn another_shape() {
        check_error(
            &tensors(floats([1.0])),
            &tensors(floats([1.0, 2.0])),
            "`y` has the shape [1] where [2] is expected",
        );
    }

    #[test]
    fn nothing_expected() {
        check_error(&tensors(floats([1.0])), &HostTensors::default(), "nothing is expected");
    }
}
