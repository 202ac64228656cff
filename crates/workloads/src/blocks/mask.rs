//! Which tokens may be looked at, in Hugging Face's terms.

use burn::tensor::{Int, Tensor};

/// What is added to attention scores so that tokens whose `mask` is 0 are not looked at.
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
    Tensor::zeros([batch, 1, 1, sequence], &hidden.device()).mask_fill(hidden, f32::MIN)
}
