//! What models write, as tests compare it.

use burn::tensor::{Int, Tensor};

/// The best token after the last of each sequence: `[batch, tokens, vocabulary]` to `[batch, 1]`.
pub(crate) fn last_tokens(scores: Tensor<3>) -> Tensor<2, Int> {
    let [_, tokens, _] = scores.dims();
    scores.narrow(1, tokens - 1, 1).argmax(2).squeeze_dim(2)
}

pub(crate) fn rows(tokens: Tensor<2, Int>) -> Vec<Vec<i64>> {
    let [_, length] = tokens.dims();
    let tokens: Vec<i64> = tokens.into_data().iter::<i64>().collect();
    tokens.chunks(length).map(<[i64]>::to_vec).collect()
}

/// The same tokens, and not one token over and over, which would say little.
#[track_caller]
pub(crate) fn check_written(found: &[Vec<i64>], expected: &[Vec<i64>]) {
    assert_eq!(found, expected);
    let varied = found.iter().all(|tokens| tokens.iter().any(|token| *token != tokens[0]));
    assert!(varied, "{found:?}");
}
