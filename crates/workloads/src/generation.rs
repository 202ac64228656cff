//! Greedy generation: the prompt at once, then token by token, each read back on the host.

use burn::tensor::{Int, Tensor};

use crate::model::ModelError;
use crate::workload::Generator;

/// Called while tokens are generated.
pub trait Listener {
    /// One token of every sequence has been read on the host.
    fn token(&mut self);
}

impl<F: FnMut()> Listener for F {
    fn token(&mut self) {
        self();
    }
}

/// Writes `new_tokens` tokens after the prompt: always the one with the highest score, and the first of equal ones.
/// Gives the tokens of each sequence, one row after the other: `[batch][new_tokens]`. Where there are none to write, the
/// prompt is read all the same, and every row is empty.
///
/// `listener` hears of each token when it has been read on the host: the first is what time to first token ends with.
///
/// # Errors
/// When the device fails.
pub fn greedy<G: Generator>(
    model: &G,
    input: G::Input,
    new_tokens: usize,
    listener: &mut impl Listener,
) -> Result<Vec<Vec<i64>>, ModelError> {
    let (scores, mut state) = model.prefill(input, new_tokens);
    let [batch, _] = scores.dims();
    let mut sequences = vec![Vec::with_capacity(new_tokens); batch];
    let mut tokens = best(scores);
    for token in 1..=new_tokens {
        read(&tokens, &mut sequences)?;
        listener.token();
        // The last token is not read again.
        if token < new_tokens {
            tokens = best(model.step(tokens, &mut state));
        }
    }
    Ok(sequences)
}

/// `[batch, vocabulary]` scores to `[batch, 1]` tokens.
fn best(scores: Tensor<2>) -> Tensor<2, Int> {
    scores.argmax(1)
}

/// Puts each token, `[batch, 1]`, behind its sequence.
fn read(tokens: &Tensor<2, Int>, sequences: &mut [Vec<i64>]) -> Result<(), ModelError> {
    let data = tokens.clone().try_into_data().map_err(|error| ModelError::Device(error.to_string()))?;
    for (sequence, token) in sequences.iter_mut().zip(data.iter::<i64>()) {
        sequence.push(token);
    }
    Ok(())
}
