//! Checks of every model that generates text.

use accel_bench_workloads::generation::greedy;
use accel_bench_workloads::workload::{Generator, Size};
use burn::tensor::{Int, Tensor};

use crate::folder::cpu;

/// An input whose text can grow.
pub(crate) trait Text {
    /// The tokens, `[batch, tokens]`.
    fn text(&mut self) -> &mut Tensor<2, Int>;
}

impl Text for Tensor<2, Int> {
    fn text(&mut self) -> &mut Tensor<2, Int> {
        self
    }
}

/// A drawn input of `[batch, sequence]` tokens, after which `new_tokens` will be written.
pub(crate) fn drawn_input<M: Generator>(
    config: &M::Config,
    [batch, sequence]: [usize; 2],
    new_tokens: usize,
) -> M::Input {
    M::input(config, Size { batch, sequence, new_tokens }, 3, &cpu())
}

/// Holds what is written with a cache against passes over the whole text so far.
#[track_caller]
pub(crate) fn check_cache<M: Generator<Input: Text>>(model: &M, mut input: M::Input, new_tokens: usize) {
    let found = greedy(model, input.clone(), new_tokens, &mut || ()).expect("the device works");
    for step in 0..new_tokens {
        let scores = model.pass(input.clone());
        let [_, read, _] = scores.dims();
        let best = scores.narrow(1, read - 1, 1).squeeze_dim::<2>(1).argmax(1);
        let expected: Vec<i64> = best.to_data().iter::<i64>().collect();
        let tokens: Vec<i64> = found.iter().map(|sequence| sequence[step]).collect();
        assert_eq!(tokens, expected, "token {step}");
        input.text().inplace(|text| Tensor::cat(vec![text, best], 1));
    }
    let mut different = found.concat();
    different.sort_unstable();
    different.dedup();
    assert!(different.len() > 2, "a model that repeats itself proves little: {found:?}");
}

/// Holds the scores after each token of the text in `input`, all but the first `prompt` read one by one, against a pass
/// over it.
#[track_caller]
pub(crate) fn check_steps<M: Generator<Input: Text>>(model: &M, mut input: M::Input, prompt: usize) {
    let (text, whole) = (input.text().clone(), model.pass(input.clone()));
    let ([_, tokens], [_, scored, _]) = (text.dims(), whole.dims());
    let steps = tokens - prompt;
    *input.text() = text.clone().narrow(1, 0, prompt);
    let (scores, mut state) = model.prefill(input, steps);
    let mut found = vec![scores.unsqueeze_dim::<3>(1)];
    for step in prompt..tokens {
        found.push(model.step(text.clone().narrow(1, step, 1), &mut state).unsqueeze_dim(1));
    }
    let expected = whole.narrow(1, scored - steps - 1, steps + 1);
    let far: f32 = (Tensor::cat(found, 1) - expected).abs().max().into_scalar();
    assert!(far < 1e-5, "{far}");
}
