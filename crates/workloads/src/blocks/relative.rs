//! Relative position bias: a bias on each head's scores that depends on the distance of two tokens.
//!
//! Raffel et al., "Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer", 2020, section 2.1:
//! <https://arxiv.org/abs/1910.10683>. Distances are counted in buckets: near ones have one each, far ones share.

use burn::module::Module;
use burn::nn::Embedding;
use burn::tensor::{Int, Tensor, TensorData};

use super::embedding::embedding;
use crate::weights::Weights;

/// A learnt number for each head and bucket of distances.
#[derive(Module, Debug)]
pub struct RelativeBias {
    /// `[buckets, heads]`.
    table: Embedding,
    #[module(skip)]
    buckets: Buckets,
}

/// Which distances share a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Buckets {
    pub count: usize,
    /// From here on, all distances share the last bucket.
    pub max_distance: usize,
    pub direction: Direction,
}

/// The side on which the other token may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// On either side, each of which has half of the buckets.
    Both,
    /// Before: all that come after share the bucket of distance 0.
    Back,
}

impl RelativeBias {
    /// Takes `{name}.weight`, `[buckets, heads]`.
    pub fn new(weights: &mut Weights<'_>, name: &str, buckets: Buckets, heads: usize) -> Self {
        Self { table: embedding(weights, name, [buckets.count, heads]), buckets }
    }

    /// The bias on the scores of `tokens` tokens that look at each other: `[1, heads, tokens, tokens]`.
    #[must_use]
    pub fn square(&self, tokens: usize) -> Tensor<4> {
        // A number for each distance, not for each pair of tokens, comes from the host: row 0 of the square, which
        // begins with the distances ahead and ends with those behind. Rows of one value less, laid end to end, each
        // begin one value earlier, which is what the next token sees.
        let ring = 2 * tokens;
        let distance = |at: usize| if at < tokens { at as i64 } else { at as i64 - ring as i64 };
        let values = self.of_distances((0..ring).map(distance));
        let [heads, _] = values.dims();
        let rows = values.unsqueeze_dim::<3>(1).expand([heads, tokens, ring]).reshape([heads, tokens * ring]);
        let shifted = rows.narrow(1, 0, tokens * (ring - 1)).reshape([heads, tokens, ring - 1]);
        shifted.narrow(2, 0, tokens).unsqueeze_dim(0)
    }

    /// The bias on the scores of the last of `tokens` tokens: `[1, heads, 1, tokens]`. For the last of fewer tokens
    /// it is the end of that.
    #[must_use]
    pub fn last_row(&self, tokens: usize) -> Tensor<4> {
        let values = self.of_distances((0..tokens).map(|at| at as i64 + 1 - tokens as i64));
        values.unsqueeze_dim::<3>(1).unsqueeze_dim(0)
    }

    /// `[heads, distances]`.
    fn of_distances(&self, distances: impl Iterator<Item = i64>) -> Tensor<2> {
        let buckets: Vec<i64> = distances.map(|distance| self.buckets.of(distance) as i64).collect();
        let length = buckets.len();
        let weight = self.table.weight.val();
        let index = Tensor::<1, Int>::from_data(TensorData::new(buckets, [length]), &weight.device());
        weight.select(0, index).transpose()
    }
}

impl Buckets {
    /// The fewest buckets in which every side has near and far ones.
    pub const FEWEST: usize = 4;

    /// The bucket of a token at `distance` after the one that looks, or before it where that is negative.
    #[must_use]
    pub fn of(self, distance: i64) -> usize {
        let far = usize::try_from(distance.unsigned_abs()).unwrap_or(usize::MAX);
        match self.direction {
            Direction::Back if distance > 0 => 0,
            Direction::Back => self.of_side(far, self.count),
            Direction::Both if distance > 0 => self.count / 2 + self.of_side(far, self.count / 2),
            Direction::Both => self.of_side(far, self.count / 2),
        }
    }

    /// The bucket of a distance among the `count` of its side: the first half hold one distance each, the second
    /// half grow by a constant factor.
    fn of_side(self, distance: usize, count: usize) -> usize {
        let exact = count / 2;
        if distance < exact {
            return distance;
        }
        // In `f32` and in this order, as the reference does: where a bucket ends is a matter of rounding.
        let growth = (distance as f32 / exact as f32).ln();
        let range = (self.max_distance as f64 / exact as f64).ln() as f32;
        let further = growth / range * (count - exact) as f32;
        (exact + further as usize).min(count - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The buckets of some distances, as `T5Attention._relative_position_bucket` of transformers 5.23.0 gives them.
    #[track_caller]
    fn check(count: usize, max_distance: usize, direction: Direction, expected: &[(i64, usize)]) {
        let buckets = Buckets { count, max_distance, direction };
        let found: Vec<_> = expected.iter().map(|&(distance, _)| (distance, buckets.of(distance))).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn both_sides_of_t5() {
        check(
            32,
            128,
            Direction::Both,
            &[
                (-200, 15),
                (-91, 15),
                (-90, 14),
                (-64, 14),
                (-63, 13),
                (-46, 13),
                (-45, 12),
                (-32, 12),
                (-31, 11),
                (-23, 11),
                (-22, 10),
                (-16, 10),
                (-15, 9),
                (-12, 9),
                (-11, 8),
                (-8, 8),
                (-7, 7),
                (7, 23),
                (8, 24),
                (11, 24),
                (12, 25),
                (15, 25),
                (16, 26),
                (22, 26),
                (23, 27),
                (31, 27),
                (32, 28),
                (45, 28),
                (46, 29),
                (63, 29),
                (64, 30),
                (90, 30),
                (91, 31),
                (200, 31),
            ],
        );
    }

    #[test]
    fn back_in_t5() {
        check(
            32,
            128,
            Direction::Back,
            &[
                (-200, 31),
                (-113, 31),
                (-112, 30),
                (-99, 30),
                (-98, 29),
                (-87, 29),
                (-86, 28),
                (-77, 28),
                (-76, 27),
                (-67, 27),
                (-66, 26),
                (-59, 26),
                (-58, 25),
                (-52, 25),
                (-51, 24),
                (-46, 24),
                (-45, 23),
                (-40, 23),
                (-39, 22),
                (-35, 22),
                (-34, 21),
                (-31, 21),
                (-30, 20),
                (-27, 20),
                (-26, 19),
                (-24, 19),
                (-23, 18),
                (-21, 18),
                (-20, 17),
                (-19, 17),
                (-18, 16),
                (-16, 16),
                (-15, 15),
                (-14, 14),
                (-13, 13),
                (-12, 12),
                (-11, 11),
                (-10, 10),
                (-9, 9),
                (-8, 8),
                (-7, 7),
                (200, 0),
            ],
        );
    }

    #[test]
    fn few_buckets() {
        check(
            8,
            20,
            Direction::Both,
            &[(-20, 3), (-9, 3), (-3, 2), (-1, 1), (0, 0), (1, 5), (2, 6), (5, 6), (12, 7), (300, 7)],
        );
    }

    #[test]
    fn an_odd_number_of_buckets() {
        check(
            7,
            9,
            Direction::Back,
            &[(1, 0), (0, 0), (-2, 2), (-3, 3), (-5, 4), (-8, 6), (-9, 6), (-90, 6)],
        );
    }

    #[test]
    fn the_fewest_buckets() {
        check(4, 5, Direction::Both, &[(-5, 1), (-2, 1), (-1, 1), (0, 0), (1, 3), (2, 3), (5, 3)]);
    }

    /// Every pair's bias by its definition, in a table where bucket `b` of head `h` holds `10 b + h`.
    #[track_caller]
    #[cfg(feature = "ndarray")]
    fn check_bias(direction: Direction, tokens: usize) {
        let device = crate::device_named("ndarray").expect("the backend is built in");
        let buckets = Buckets { count: 8, max_distance: 20, direction };
        let of = |distance: i64, head: usize| (10 * buckets.of(distance) + head) as f32;
        let table: Vec<f32> =
            (0..8).flat_map(|bucket| [10.0 * bucket as f32, 10.0 * bucket as f32 + 1.0]).collect();
        let table = Tensor::<2>::from_data(TensorData::new(table, [8, 2]), &device);
        let bias =
            RelativeBias { table: Embedding { weight: burn::module::Param::from_tensor(table) }, buckets };
        let host = |x: Tensor<4>| x.into_data().try_into_vec::<f32>().expect("it is f32");
        let range = 0..tokens as i64;
        let pairs = (0..2).flat_map(|head| {
            range.clone().flat_map(move |query| (0..tokens as i64).map(move |key| (head, query, key)))
        });
        let expected: Vec<f32> = pairs.map(|(head, query, key)| of(key - query, head)).collect();
        assert_eq!(bias.square(tokens).dims(), [1, 2, tokens, tokens]);
        assert_eq!(host(bias.square(tokens)), expected);
        assert_eq!(host(bias.last_row(tokens)), host(bias.square(tokens).narrow(2, tokens - 1, 1)));
    }

    #[test]
    #[cfg(feature = "ndarray")]
    fn every_pair_has_the_bias_of_its_distance() {
        check_bias(Direction::Both, 13);
        check_bias(Direction::Back, 13);
        check_bias(Direction::Both, 2);
    }

    #[test]
    #[cfg(feature = "ndarray")]
    fn a_single_token_has_the_bias_of_itself() {
        check_bias(Direction::Both, 1);
        check_bias(Direction::Back, 1);
    }
}
