//! What models write, as tests compare it.

use accel_bench_workloads::workload::Generator;
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

/// The same tokens, and not one token alone, which would say little.
#[track_caller]
pub(crate) fn check_written(found: &[Vec<i64>], expected: &[Vec<i64>]) {
    assert_eq!(found, expected);
    let first = found[0][0];
    assert!(found.iter().flatten().any(|token| *token != first), "{found:?}");
}

/// `model` reads `prompt`, and then `rest` token by token; its scores are those that a pass over the whole text gives,
/// `[batch, tokens, vocabulary]`.
#[track_caller]
pub(crate) fn check_steps<G: Generator>(model: &G, prompt: G::Input, rest: Tensor<2, Int>, whole: Tensor<3>) {
    let ([_, steps], [_, tokens, _]) = (rest.dims(), whole.dims());
    let (scores, mut state) = model.prefill(prompt, steps);
    let mut found = vec![scores.unsqueeze_dim::<3>(1)];
    for step in 0..steps {
        found.push(model.step(rest.clone().narrow(1, step, 1), &mut state).unsqueeze_dim(1));
    }
    let expected = whole.narrow(1, tokens - steps - 1, steps + 1);
    let far: f32 = (Tensor::cat(found, 1) - expected).abs().max().into_scalar();
    assert!(far < 1e-5, "{far}");
}
