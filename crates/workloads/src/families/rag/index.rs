//! An exact index: every query is compared with every passage.

use burn::tensor::{Device, Int, Tensor, TensorData};

use crate::weights::uniform;

/// The vectors of all passages, of length 1.
#[derive(Clone, Debug)]
pub struct Index {
    /// `[width, passages]`: a search is one product.
    vectors: Tensor<2>,
}

impl Index {
    /// `passages` vectors of `width` values, drawn from `seed`.
    #[must_use]
    pub fn random([passages, width]: [usize; 2], seed: u64, device: &Device) -> Self {
        let values = uniform(seed, "index", passages * width, 1.0);
        let drawn = Tensor::<2>::from_data(TensorData::new(values, [width, passages]), device);
        Self { vectors: unit(drawn, 0) }
    }

    /// The `count` passages most like each query, the best first: `[batch, width]` to `[batch, count]`. Like is what has
    /// the smallest angle to the query.
    #[must_use]
    pub fn search(&self, queries: Tensor<2>, count: usize) -> Tensor<2, Int> {
        let (_, passages) = unit(queries, 1).matmul(self.vectors.clone()).topk_with_indices(count, 1);
        passages
    }
}

/// A text as one vector: the mean of its tokens' states, `[batch, sequence, width]` to `[batch, width]`. As
/// sentence-transformers does for MiniLM.
#[must_use]
pub(super) fn pooled(states: Tensor<3>) -> Tensor<2> {
    states.mean_dim(1).squeeze_dim(1)
}

/// The tokens of passages, by their numbers: `[batch, count]` to `[batch, count · length]`.
///
/// A passage's text follows from its number, so that no text has to be kept: token `i` of passage `p` is number `p · length
/// + i`, spread over the vocabulary. Nothing on the way is larger than a 32-bit integer holds.
#[must_use]
pub(super) fn tokens(passages: Tensor<2, Int>, length: usize, vocabulary: usize) -> Tensor<2, Int> {
    const SPREAD: i64 = 31;
    let [batch, count] = passages.dims();
    let offsets = Tensor::<1, Int>::arange(0..length as i64, &passages.device()).reshape([1, 1, length]);
    let numbers = (passages * length as i64).unsqueeze_dim::<3>(2).expand([batch, count, length])
        + offsets.expand([batch, count, length]);
    let spread = numbers.remainder_scalar(vocabulary as i64) * SPREAD;
    spread.remainder_scalar(vocabulary as i64).reshape([batch, count * length])
}

fn unit(vectors: Tensor<2>, dim: usize) -> Tensor<2> {
    let length = (vectors.clone() * vectors.clone()).sum_dim(dim).sqrt();
    vectors / length
}

#[cfg(test)]
#[cfg(feature = "ndarray")]
mod tests {
    use super::*;

    fn cpu() -> Device {
        crate::device_named("ndarray").expect("the backend is built in")
    }

    fn host(tensor: Tensor<2, Int>) -> Vec<i64> {
        tensor.into_data().iter::<i64>().collect()
    }

    #[test]
    fn a_passage_is_most_like_itself() {
        let index = Index::random([50, 8], 1, &cpu());
        let queries = index.vectors.clone().swap_dims(0, 1).narrow(0, 7, 3) * 5.0;
        assert_eq!(host(index.search(queries, 1)), [7, 8, 9]);
    }

    #[test]
    fn the_best_comes_first() {
        let index = Index { vectors: Tensor::from_data([[1.0, 0.0, 0.6], [0.0, 1.0, 0.8]], &cpu()) };
        assert_eq!(host(index.search(Tensor::from_data([[0.1, 1.0]], &cpu()), 3)), [1, 2, 0]);
    }

    #[test]
    fn a_text_is_the_mean_of_its_tokens() {
        let states = Tensor::<3>::from_data([[[1.0, 2.0], [3.0, 6.0]]], &cpu());
        assert_eq!(pooled(states).into_data().try_into_vec::<f32>().expect("it is f32"), [2.0, 4.0]);
    }

    #[track_caller]
    fn check_tokens(passages: [[i64; 2]; 1], vocabulary: usize, expected: &[i64]) {
        assert_eq!(host(tokens(Tensor::from_data(passages, &cpu()), 3, vocabulary)), expected);
    }

    #[test]
    fn passages_have_texts_of_their_own() {
        check_tokens([[0, 2]], 1000, &[0, 31, 62, 186, 217, 248]);
    }

    #[test]
    fn tokens_are_of_the_vocabulary() {
        check_tokens([[0, 2]], 40, &[0, 31, 22, 26, 17, 8]);
    }
}
