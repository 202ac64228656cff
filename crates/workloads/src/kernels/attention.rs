//! Scaled dot-product attention: softmax(Q·Kᵀ / √head size)·V.

use burn::tensor::module::attention;
use burn::tensor::ops::AttentionModuleOptions;
use burn::tensor::{Device, Tensor};

use super::work::{Work, input};

/// Self-attention over `batch` sequences, without a mask.
#[derive(Clone, Debug)]
pub struct Attention {
    query: Tensor<4>,
    key: Tensor<4>,
    value: Tensor<4>,
}

impl Attention {
    /// Draws query, key and value, each `[batch, heads, sequence, head size]`, from `seed`.
    #[must_use]
    pub fn new(shape: [usize; 4], seed: u64, device: &Device) -> Self {
        Self {
            query: input(seed, "query", shape, device),
            key: input(seed, "key", shape, device),
            value: input(seed, "value", shape, device),
        }
    }

    /// One execution.
    #[must_use]
    pub fn run(&self) -> Tensor<4> {
        let [query, key, value] = [&self.query, &self.key, &self.value].map(Clone::clone);
        attention(query, key, value, None, None, AttentionModuleOptions::default())
    }

    /// The work of one execution: two products, and scale and softmax of the scores. The scores are not counted
    /// as moved: a fused kernel keeps them to itself.
    #[must_use]
    pub fn work(&self) -> Work {
        let [batch, heads, sequence, size] = self.query.dims();
        let scores = batch * heads * sequence * sequence;
        let elements = batch * heads * sequence * size;
        Work::new(4 * scores * size + 6 * scores, 3 * elements, elements)
    }
}

#[cfg(test)]
#[cfg(feature = "ndarray")]
mod tests {
    use super::*;
    use crate::kernels::tests::{assert_close, cpu, softmax_rows, values};

    /// One head of `sequence` rows of `size` values.
    fn head(q: &[f32], k: &[f32], v: &[f32], [sequence, size]: [usize; 2]) -> Vec<f32> {
        let dot = |i: usize, j: usize| (0..size).map(|d| q[i * size + d] * k[j * size + d]).sum::<f32>();
        let scores: Vec<f32> = (0..sequence * sequence)
            .map(|at| dot(at / sequence, at % sequence) / (size as f32).sqrt())
            .collect();
        let weights = softmax_rows(&scores, sequence);
        let context =
            |i: usize, d: usize| (0..sequence).map(|j| weights[i * sequence + j] * v[j * size + d]).sum();
        (0..sequence * size).map(|at| context(at / size, at % size)).collect()
    }

    #[track_caller]
    fn check(shape: [usize; 4]) {
        let kernel = Attention::new(shape, 1, &cpu());
        let [_, _, sequence, size] = shape;
        let [q, k, v] = [&kernel.query, &kernel.key, &kernel.value].map(|x| values(x.clone()));
        let length = sequence * size;
        let heads = q.chunks(length).zip(k.chunks(length)).zip(v.chunks(length));
        let expected = heads.flat_map(|((q, k), v)| head(q, k, v, [sequence, size]));
        assert_close(&values(kernel.run()), expected);
    }

    #[test]
    fn one_token_looks_at_itself() {
        check([1, 1, 1, 4]);
    }

    #[test]
    fn one_head() {
        check([1, 1, 5, 8]);
    }

    #[test]
    fn several_heads() {
        check([2, 3, 6, 4]);
    }

    #[test]
    fn longer_than_a_head_is_wide() {
        check([1, 2, 40, 8]);
    }

    #[test]
    fn work() {
        let kernel = Attention::new([2, 3, 5, 4], 1, &cpu());
        let expected = Work { flops: 150 * (4 * 4 + 6), bytes: 4 * 120 * 4, elements: 120 };
        assert_eq!(kernel.work(), expected);
    }
}
