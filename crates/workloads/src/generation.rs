//! Greedy generation: the prompt at once, then token by token, each read back on the host.

use burn::tensor::{Int, Tensor};

use crate::model::ModelError;
use crate::workload::Generator;

/// What is heard while tokens are written.
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
/// Gives the tokens of each sequence, one row after the other: `[batch][new_tokens]`.
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
    let mut sequences = Vec::new();
    if new_tokens == 0 {
        return Ok(sequences);
    }
    let (scores, mut state) = model.prefill(input, new_tokens);
    let mut tokens = best(scores);
    read(&tokens, &mut sequences)?;
    listener.token();
    for _ in 1..new_tokens {
        tokens = best(model.step(tokens, &mut state));
        read(&tokens, &mut sequences)?;
        listener.token();
    }
    Ok(sequences)
}

/// `[batch, vocabulary]` scores to `[batch, 1]` tokens.
fn best(scores: Tensor<2>) -> Tensor<2, Int> {
    scores.argmax(1)
}

fn read(tokens: &Tensor<2, Int>, sequences: &mut Vec<Vec<i64>>) -> Result<(), ModelError> {
    let data = tokens.clone().try_into_data().map_err(|error| ModelError::Device(error.to_string()))?;
    let tokens = data.iter::<i64>();
    sequences.resize(data.num_elements(), Vec::new());
    for (sequence, token) in sequences.iter_mut().zip(tokens) {
        sequence.push(token);
    }
    Ok(())
}
