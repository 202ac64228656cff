//! The cost of a Mamba-2, computed from its dimensions.

use super::config::Mamba2Config;
use crate::blocks::ssd::{self, Remember};
use crate::blocks::{causal_conv, linear};
use crate::cost::{Cost, Size};

impl Mamba2Config {
    /// One pass, or the prompt and a step for each new token but the first, which the prompt gives.
    pub(super) fn cost(&self, size: Size) -> Cost {
        let [batch, sequence] = [size.batch, size.sequence].map(|n| n as u64);
        if size.new_tokens == 0 {
            let text = self.text_cost(batch, sequence, Remember::Nothing);
            let parts = text.then(self.head_cost(batch * sequence));
            return Cost { live: self.live(batch, sequence, batch * sequence), ..parts };
        }
        let prompt = self.text_cost(batch, sequence, Remember::State).then(self.head_cost(batch));
        let step = self.step_cost(batch).then(self.head_cost(batch));
        Cost {
            live: self.live(batch, sequence, batch),
            cache: self.num_hidden_layers as u64 * batch * self.memory(),
            ..prompt.then(step.times(size.new_tokens - 1))
        }
    }

    /// All layers over whole texts. What lives is counted of the whole model alone, not of its parts.
    fn text_cost(&self, batch: u64, sequence: u64, remember: Remember) -> Cost {
        let scan = ssd::flops(self.scan(), batch, sequence, remember);
        self.layers_cost(batch * sequence, scan)
    }

    /// All layers over one token of each sequence.
    fn step_cost(&self, batch: u64) -> Cost {
        self.layers_cost(batch, ssd::step_flops(self.scan(), batch))
    }

    /// All layers over `tokens` tokens, whose scan or step takes `flops` and has no matrices.
    fn layers_cost(&self, tokens: u64, flops: u64) -> Cost {
        let layer = linear::cost(self.projection(), tokens)
            .then(causal_conv::cost(self.conv(), tokens))
            .then(Cost { flops, ..Cost::default() })
            .then(linear::cost([self.inner(), self.hidden_size], tokens));
        layer.times(self.num_hidden_layers)
    }

    fn head_cost(&self, tokens: u64) -> Cost {
        linear::cost([self.hidden_size, self.vocab_size], tokens)
    }

    /// Values that a layer remembers of a sequence: its window and its states.
    const fn memory(&self) -> u64 {
        let [channels, kernel] = self.conv();
        (channels * (kernel - 1) + self.inner() * self.state_size) as u64
    }

    /// The peak of a pass that scores `scored` tokens: a scan, or the scores.
    fn live(&self, batch: u64, sequence: u64, scored: u64) -> u64 {
        let tokens = batch * sequence;
        let scores = scored * (self.hidden_size + self.vocab_size) as u64;
        tokens * self.hidden_size as u64 + scores.max(self.mixer_live(batch, sequence))
    }

    fn mixer_live(&self, batch: u64, sequence: u64) -> u64 {
        let [_, projected] = self.projection();
        let [channels, _] = self.conv();
        // The projection is kept for its gate. B and C are parts of the convolution's output.
        let held = batch * sequence * (projected + channels) as u64;
        held + ssd::live(self.scan(), batch, sequence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::families::state_space::config::PRESETS;

    fn cost(sequence: usize, new_tokens: usize) -> Cost {
        PRESETS[0].config.cost(Size { batch: 1, sequence, new_tokens })
    }

    #[test]
    fn a_step_takes_two_for_each_parameter_and_its_states() {
        let step = cost(64, 2).flops - cost(64, 1).flops;
        // The published dimensions: 256 wide, 512 inside, 8 heads, states of 128, a convolution over 768 channels.
        let layer = 2 * 256 * (512 + 768 + 8) + 2 * 768 * 4 + 2 * 512 * 256 + 4 * 512 * 128;
        assert_eq!(step, 8 * layer + 2 * 256 * 50288);
    }

    #[test]
    fn the_memory_does_not_grow_with_the_text() {
        assert_eq!(cost(64, 1).cache, 8 * (768 * 3 + 512 * 128));
        assert_eq!(cost(4096, 100).cache, cost(64, 1).cache);
    }

    #[test]
    fn beyond_a_chunk_the_work_grows_with_the_text() {
        let [two, four, eight] = [512, 1024, 2048].map(|sequence| cost(sequence, 0).flops as f64);
        assert!(four / two < 2.05 && eight / four < 2.05, "{two} {four} {eight}");
    }

    #[test]
    fn a_prompt_scores_one_token() {
        // And adds up the state that the next token needs.
        let (scores, states) = (2 * 256 * 50288, 8 * 2 * 64 * 512 * 128);
        assert_eq!(cost(64, 0).flops - cost(64, 1).flops, 63 * scores - states);
    }

    #[test]
    fn a_pass_remembers_nothing() {
        assert_eq!(cost(64, 0).cache, 0);
    }
}
