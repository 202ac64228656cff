//! Helpers of the kernels' tests.

#![cfg(feature = "ndarray")]

use burn::tensor::{Device, Tensor};

use crate::device::device_named;

pub(super) fn cpu() -> Device {
    device_named("ndarray").expect("the backend is built in")
}

pub(super) fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_into_vec().expect("kernels compute in f32")
}

/// Equal but for the rounding of sums in another order.
#[track_caller]
pub(super) fn assert_close(found: &[f32], expected: impl Iterator<Item = f32>) {
    let expected: Vec<f32> = expected.collect();
    assert_eq!(found.len(), expected.len());
    for (at, (found, expected)) in found.iter().zip(&expected).enumerate() {
        assert!(
            (found - expected).abs() <= 1e-5 * expected.abs().max(1.0),
            "{at}: {found} where {expected} is expected"
        );
    }
}

/// Softmax of each row, the naive way.
pub(super) fn softmax_rows(scores: &[f32], columns: usize) -> Vec<f32> {
    let row = |row: &[f32]| -> Vec<f32> {
        let sum: f32 = row.iter().map(|v| v.exp()).sum();
        row.iter().map(|v| v.exp() / sum).collect()
    };
    scores.chunks(columns).flat_map(row).collect()
}
