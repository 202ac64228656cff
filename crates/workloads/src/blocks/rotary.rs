//! Rotary position embedding: each position turns the pairs of a head's values by angles of its own.
//!
//! Su et al., "RoFormer", 2021: <https://arxiv.org/abs/2104.09864>. A pair is value `i` and value `i + size / 2`, as in
//! Hugging Face's Llama; `burn::nn::RotaryEncoding` pairs neighbours, which wants weights in another order.

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};

/// The cosines and sines of every position's angles.
#[derive(Module, Debug)]
pub struct Rotary {
    /// `[positions, head size]`, the angles of the first half repeated for the second.
    cos: Tensor<2>,
    /// The same, with the sign of the first half turned.
    sin: Tensor<2>,
}

impl Rotary {
    /// Angles of `positions` positions, where the position's number times `frequencies[i]` turns pair `i`. A head has
    /// twice as many values as there are frequencies.
    #[must_use]
    pub fn new(frequencies: &[f64], positions: usize, device: &Device) -> Self {
        let table = |of: &dyn Fn(f64) -> f64, sign: f64| {
            let row = |position: usize| {
                let angle = move |&frequency: &f64| position as f64 * frequency;
                let first = frequencies.iter().map(angle).map(|angle| sign * of(angle));
                first.chain(frequencies.iter().map(angle).map(of)).map(|value| value as f32)
            };
            let values: Vec<f32> = (0..positions).flat_map(row).collect();
            Tensor::from_data(TensorData::new(values, [positions, 2 * frequencies.len()]), device)
        };
        Self { cos: table(&f64::cos, 1.0), sin: table(&f64::sin, -1.0) }
    }

    /// Turns `x`, `[batch, heads, sequence, head size]`, whose first token is at position `start`.
    ///
    /// # Panics
    /// Beyond the last position.
    #[must_use]
    pub fn apply(&self, x: Tensor<4>, start: usize) -> Tensor<4> {
        let [_, _, sequence, size] = x.dims();
        let rows = |table: &Tensor<2>| table.clone().narrow(0, start, sequence).unsqueeze::<4>();
        let halves = [x.clone().narrow(3, size / 2, size / 2), x.clone().narrow(3, 0, size / 2)];
        x * rows(&self.cos) + Tensor::cat(halves.into(), 3) * rows(&self.sin)
    }
}

/// The usual frequencies of a head of `size` values: `theta` to the power of −2i/size.
#[must_use]
pub fn frequencies(theta: f64, size: usize) -> Vec<f64> {
    (0..size / 2).map(|pair| theta.powf(-(2.0 * pair as f64) / size as f64)).collect()
}

#[cfg(test)]
#[cfg(feature = "ndarray")]
mod tests {
    use super::*;

    fn turn(values: [f32; 4], start: usize) -> Vec<f32> {
        let device = crate::device_named("ndarray").expect("the backend is built in");
        let rotary = Rotary::new(&frequencies(100.0, 4), 8, &device);
        let x = Tensor::<4>::from_data(TensorData::new(values.to_vec(), [1, 1, 1, 4]), &device);
        rotary.apply(x, start).into_data().try_into_vec().expect("it is f32")
    }

    #[track_caller]
    fn check(values: [f32; 4], start: usize, expected: [f32; 4]) {
        let found = turn(values, start);
        assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{found:?}");
    }

    #[test]
    fn the_first_position_turns_nothing() {
        check([1.0, 2.0, 3.0, 4.0], 0, [1.0, 2.0, 3.0, 4.0]);
    }

    #[test]
    fn the_first_pair_turns_by_the_position() {
        let (sin, cos) = 3f32.sin_cos();
        check([1.0, 0.0, 0.0, 0.0], 3, [cos, 0.0, sin, 0.0]);
    }

    #[test]
    fn the_second_pair_turns_slower() {
        let (sin, cos) = 0.3f32.sin_cos();
        check([0.0, 0.0, 0.0, 1.0], 3, [0.0, -sin, 0.0, cos]);
    }

    #[test]
    fn frequencies_fall() {
        assert_eq!(frequencies(10_000.0, 4), [1.0, 0.01]);
    }
}
