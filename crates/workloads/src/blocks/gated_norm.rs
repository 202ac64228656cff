//! Normalisation of what a gate lets through.

use burn::module::{Module, Param};
use burn::tensor::{Tensor, activation};

use crate::weights::Weights;

/// Multiplies with an activated gate, divides each group of values by the root of its mean square, and scales.
#[derive(Module, Debug)]
pub struct GatedRmsNorm {
    gamma: Param<Tensor<1>>,
    groups: usize,
    epsilon: f64,
}

impl GatedRmsNorm {
    /// Takes `{name}.weight`, `[width]`. `width` is a multiple of `groups`.
    pub fn new(weights: &mut Weights<'_>, name: &str, [groups, width]: [usize; 2], epsilon: f64) -> Self {
        Self { gamma: Param::from_tensor(weights.ones(&format!("{name}.weight"), width)), groups, epsilon }
    }

    /// `x` and `gate`, both `[batch, sequence, width]`, to the same.
    #[must_use]
    pub fn forward(&self, x: Tensor<3>, gate: Tensor<3>) -> Tensor<3> {
        let [batch, sequence, width] = x.dims();
        let grouped = [batch, sequence, self.groups, width / self.groups];
        let x = (x * activation::silu(gate)).reshape(grouped);
        let root = (x.clone().square().mean_dim(3) + self.epsilon).sqrt();
        (x / root).reshape([batch, sequence, width]) * self.gamma.val().unsqueeze()
    }
}

#[cfg(test)]
#[cfg(feature = "ndarray")]
mod tests {
    use super::*;

    #[track_caller]
    fn check(groups: usize, x: [f32; 4], gate: [f32; 4], expected: [f32; 4]) {
        let device = crate::device_named("ndarray").expect("the backend is built in");
        let norm = GatedRmsNorm::new(&mut Weights::random(1, 0.0, &device), "norm", [groups, 4], 0.0);
        let token = |values: [f32; 4]| Tensor::<1>::from_floats(values, &device).reshape([1, 1, 4]);
        let found = norm.forward(token(x), token(gate)).into_data();
        let found: Vec<f32> = found.try_into_vec().expect("it is f32");
        assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5), "{found:?}");
    }

    // Gates of 100 let x · 100 through: the norm takes the factor away again.
    #[test]
    fn one_group() {
        check(1, [1.0, 1.0, 7.0, 7.0], [100.0; 4], [0.2, 0.2, 1.4, 1.4]);
    }

    #[test]
    fn groups_are_normalised_by_themselves() {
        check(2, [1.0, 1.0, 7.0, 7.0], [100.0; 4], [1.0; 4]);
    }

    #[test]
    fn the_gate_comes_before_the_norm() {
        check(1, [1.0, 1.0, 1.0, 1.0], [100.0, 0.0, 0.0, 0.0], [2.0, 0.0, 0.0, 0.0]);
    }
}
