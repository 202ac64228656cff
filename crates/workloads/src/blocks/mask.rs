//! Which tokens may be looked at, in Hugging Face's terms.

use burn::tensor::{Bool, Device, Int, Tensor};

/// A bias for attention scores that hides the tokens whose `mask` is 0.
///
/// `mask` is `[batch, sequence]`, 1 for a token and 0 for padding; the result is `[batch, 1, 1, sequence]`: 0
/// where the mask is not 0, and the least finite number where it is. A row of padding alone looks at everything
/// alike, as it does there.
///
/// Scores are added to rather than masked: burn says that `true` in a boolean mask hides a token, and burn-tch
/// 0.22 hands such a mask to PyTorch, which says the opposite.
#[must_use]
pub fn attention_bias(mask: Tensor<2, Int>) -> Tensor<4> {
    let [batch, sequence] = mask.dims();
    let hidden = mask.equal_elem(0).reshape([batch, 1, 1, sequence]);
    hide(Tensor::zeros([batch, 1, 1, sequence], &hidden.device()), hidden)
}

/// A bias for attention scores that lets each of `queries` tokens, the last of `keys`, look back only: `[1, 1,
/// queries, keys]`, as [`attention_bias`].
#[must_use]
pub fn causal_bias([queries, keys]: [usize; 2], device: &Device) -> Tensor<4> {
    let row = Tensor::<1, Int>::arange(0..queries as i64, device).reshape([1, 1, queries, 1]);
    let column = Tensor::<1, Int>::arange(0..keys as i64, device).reshape([1, 1, 1, keys]);
    let offset = (keys - queries) as i64;
    let shape = [1, 1, queries, keys];
    let hidden = column.expand(shape).greater((row + offset).expand(shape));
    hide(Tensor::zeros(shape, device), hidden)
}

/// As [`causal_bias`], where each token looks at itself and the `window - 1` before it only.
#[must_use]
pub fn window_bias([queries, keys]: [usize; 2], window: usize, device: &Device) -> Tensor<4> {
    let shape = [1, 1, queries, keys];
    let row = Tensor::<1, Int>::arange(0..queries as i64, device).reshape([1, 1, queries, 1]);
    let column = Tensor::<1, Int>::arange(0..keys as i64, device).reshape([1, 1, 1, keys]);
    // The last column that is too far back for the first row: below 0 while there is none.
    let offset = (keys - queries) as i64 - window as i64;
    let hidden = column.expand(shape).lower_equal((row + offset).expand(shape));
    hide(causal_bias([queries, keys], device), hidden)
}

/// The least finite number of the tensor's own type, where a token is hidden: that of `f32` is beyond half precision.
fn hide(bias: Tensor<4>, hidden: Tensor<4, Bool>) -> Tensor<4> {
    let least = bias.dtype().finfo().map_or(f64::from(f32::MIN), |limits| limits.min);
    bias.mask_fill(hidden, least)
}

#[cfg(test)]
#[cfg(feature = "ndarray")]
mod tests {
    use super::*;

    #[track_caller]
    fn check<const B: usize, const S: usize>(mask: [[i64; S]; B], expected: [[f32; S]; B]) {
        let device = crate::device_named("ndarray").expect("the backend is built in");
        let bias = attention_bias(Tensor::from_data(mask, &device));
        assert_eq!(bias.dims(), [B, 1, 1, S]);
        let values: Vec<f32> = bias.into_data().try_into_vec().expect("it is f32");
        assert_eq!(values, expected.as_flattened());
    }

    #[test]
    fn tokens_are_left_alone() {
        check([[1, 1]], [[0.0, 0.0]]);
    }

    #[test]
    fn padding_is_pushed_down() {
        check([[1, 0]], [[0.0, f32::MIN]]);
    }

    #[test]
    fn each_sequence_has_its_own() {
        check([[1, 0], [0, 1]], [[0.0, f32::MIN], [f32::MIN, 0.0]]);
    }

    #[test]
    fn nothing_but_padding_stays_finite() {
        check([[0, 0]], [[f32::MIN, f32::MIN]]);
    }

    #[track_caller]
    fn check_causal<const K: usize>(queries: usize, expected: &[[f32; K]]) {
        let device = crate::device_named("ndarray").expect("the backend is built in");
        let bias = causal_bias([queries, K], &device);
        let values: Vec<f32> = bias.into_data().try_into_vec().expect("it is f32");
        assert_eq!(values, expected.as_flattened());
    }

    #[test]
    fn a_prompt_looks_back() {
        check_causal(2, &[[0.0, f32::MIN], [0.0, 0.0]]);
    }

    #[test]
    fn later_tokens_see_what_came_before_them() {
        check_causal(2, &[[0.0, 0.0, f32::MIN], [0.0, 0.0, 0.0]]);
    }

    #[track_caller]
    fn check_window<const K: usize>(queries: usize, window: usize, expected: &[[f32; K]]) {
        let device = crate::device_named("ndarray").expect("the backend is built in");
        let bias = window_bias([queries, K], window, &device);
        let values: Vec<f32> = bias.into_data().try_into_vec().expect("it is f32");
        assert_eq!(values, expected.as_flattened());
    }

    #[test]
    fn a_window_of_one_is_the_token_itself() {
        check_window(2, 1, &[[0.0, f32::MIN], [f32::MIN, 0.0]]);
    }

    #[test]
    fn a_window_moves_with_the_token() {
        check_window(2, 2, &[[f32::MIN, 0.0, 0.0, f32::MIN], [f32::MIN, f32::MIN, 0.0, 0.0]]);
    }

    #[test]
    fn a_wide_window_hides_nothing() {
        check_window(2, 5, &[[0.0, f32::MIN], [0.0, 0.0]]);
    }
}
