//! Numbers as sines and cosines of their multiples: of positions on a grid, of time steps. Computed on the host.
//!
//! Vaswani et al., "Attention Is All You Need", 2017: <https://arxiv.org/abs/1706.03762>.

use burn::tensor::{Device, Tensor, TensorData};

/// The longest wave's angle grows by 1 over this many positions.
const LONGEST: f64 = 10_000.0;

/// A vector for each place of a square grid, row by row, `[side · side, width]`: its first half is made of the column, its
/// second of the row, each sines before cosines. `width` is a multiple of 4.
#[must_use]
pub fn grid(side: usize, width: usize, device: &Device) -> Tensor<2> {
    let waves = width / 4;
    let frequency = |wave: usize| LONGEST.powf(-(wave as f64) / waves as f64);
    let half = |place: usize| {
        let angles = (0..waves).map(move |wave| place as f64 * frequency(wave));
        angles.clone().map(f64::sin).chain(angles.map(f64::cos)).collect::<Vec<_>>()
    };
    let places = (0..side * side).flat_map(|place| [half(place % side), half(place / side)]);
    table(places.flatten().map(|value| value as f32).collect(), [side * side, width], device)
}

/// A vector for each time step from 0 on, `[steps, width]`: cosines before sines, of frequencies from 1 down to that of the
/// longest wave. `width` is even and more than 2.
///
/// A table rather than sines on the device: angles grow to the number of steps, where half precision has no digits left and
/// the sines of graphics cards have few.
#[must_use]
pub fn time_steps(steps: usize, width: usize, device: &Device) -> Tensor<2> {
    let waves = width / 2;
    // The reference multiplies in `f32`, which shows in the last digits of large angles: so it is done here.
    let frequency = |wave: usize| (-LONGEST.ln() as f32 * wave as f32 / (waves - 1) as f32).exp();
    let row = |step: usize| {
        let angles = (0..waves).map(move |wave| f64::from(step as f32 * frequency(wave)));
        angles.clone().map(f64::cos).chain(angles.map(f64::sin)).map(|value| value as f32)
    };
    table((0..steps).flat_map(row).collect(), [steps, width], device)
}

fn table(values: Vec<f32>, shape: [usize; 2], device: &Device) -> Tensor<2> {
    Tensor::from_data(TensorData::new(values, shape), device)
}

#[cfg(test)]
#[cfg(feature = "ndarray")]
mod tests {
    use super::*;

    /// The row `index` of a table.
    #[track_caller]
    fn check(table: fn(&Device) -> Tensor<2>, index: usize, expected: [f64; 4]) {
        let device = crate::device_named("ndarray").expect("the backend is built in");
        let row = table(&device).narrow(0, index, 1).into_data();
        let row: Vec<f32> = row.try_into_vec().expect("it is f32");
        assert!(row.iter().zip(expected).all(|(a, b)| (f64::from(*a) - b).abs() < 1e-6), "{row:?}");
    }

    fn three(device: &Device) -> Tensor<2> {
        grid(3, 4, device)
    }

    fn thousand(device: &Device) -> Tensor<2> {
        time_steps(1000, 4, device)
    }

    #[test]
    fn the_corner() {
        check(three, 0, [0.0, 1.0, 0.0, 1.0]);
    }

    #[test]
    fn the_first_half_is_the_column() {
        check(three, 2, [2f64.sin(), 2f64.cos(), 0.0, 1.0]);
    }

    #[test]
    fn the_second_half_is_the_row() {
        check(three, 3, [0.0, 1.0, 1f64.sin(), 1f64.cos()]);
    }

    #[test]
    fn the_beginning_of_time() {
        check(thousand, 0, [1.0, 1.0, 0.0, 0.0]);
    }

    #[test]
    fn the_end_of_time() {
        check(thousand, 999, [999f64.cos(), 0.0999f64.cos(), 999f64.sin(), 0.0999f64.sin()]);
    }
}
