//! What every model that writes text is held to.

use accel_bench_workloads::generation::greedy;
use accel_bench_workloads::workload::{Generator, Size};
use burn::tensor::{Int, Tensor};

use crate::folder::cpu;

/// Tokens that `model` writes after a drawn prompt of `[batch, sequence]` tokens.
pub(crate) fn written<M: Generator>(
    config: &M::Config,
    model: &M,
    [batch, sequence]: [usize; 2],
    new_tokens: usize,
) -> Vec<Vec<i64>> {
    let input = M::input(config, Size { batch, sequence, new_tokens }, 3, &cpu());
    greedy(model, input, new_tokens, &mut || ()).expect("the device works")
}

/// Holds what is written with a cache against passes over the whole text so far.
#[track_caller]
pub(crate) fn check_cache<M: Generator<Input = Tensor<2, Int>>>(
    config: &M::Config,
    model: &M,
    shape: [usize; 2],
    new_tokens: usize,
) {
    check_cache_of(config, model, shape, new_tokens, |ids, best| Tensor::cat(vec![ids, best], 1));
}

/// The same for models that read more than text: `longer` puts a token, `[batch, 1]`, after each text of an input.
#[track_caller]
pub(crate) fn check_cache_of<M: Generator>(
    config: &M::Config,
    model: &M,
    [batch, sequence]: [usize; 2],
    new_tokens: usize,
    longer: impl Fn(M::Input, Tensor<2, Int>) -> M::Input,
) {
    let found = written(config, model, [batch, sequence], new_tokens);
    let mut input = M::input(config, Size { batch, sequence, new_tokens }, 3, &cpu());
    for step in 0..new_tokens {
        let scores = model.pass(input.clone());
        let [_, read, _] = scores.dims();
        let best = scores.narrow(1, read - 1, 1).squeeze_dim::<2>(1).argmax(1);
        let expected: Vec<i64> = best.to_data().iter::<i64>().collect();
        let tokens: Vec<i64> = found.iter().map(|sequence| sequence[step]).collect();
        assert_eq!(tokens, expected, "token {step}");
        input = longer(input, best);
    }
    let mut different = found.concat();
    different.sort_unstable();
    different.dedup();
    assert!(different.len() > 2, "a model that repeats itself proves little: {found:?}");
}
