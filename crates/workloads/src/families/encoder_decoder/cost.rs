//! What a T5 costs, computed from its dimensions.

use super::T5Config;
use crate::blocks::{encoder_layer, linear};
use crate::workload::{Cost, Size};

impl T5Config {
    /// What one pass over a source and a text of [`Size::sequence`] tokens each costs, or reading such a source and
    /// writing [`Size::new_tokens`] tokens.
    pub(super) fn cost(&self, size: Size) -> Cost {
        let [batch, source, new_tokens] = [size.batch, size.sequence, size.new_tokens].map(|n| n as u64);
        let encoder = self.encoder_cost(batch, source);
        if new_tokens == 0 {
            return encoder.then(self.text_cost(batch, source));
        }
        let layers = self.decoder_layers() as u64;
        let sources = self.decoder().source_cost(batch, source);
        // The first token is what the start gives, and the last is read by nobody.
        let steps = (1..=new_tokens).map(|keys| self.step_cost(batch, keys, source));
        let reading = encoder.then(Cost { flops: layers * sources.flops, ..sources });
        let cache = layers * self.decoder().memory(batch, 1 + new_tokens, source);
        Cost { cache, ..steps.fold(reading, Cost::then) }
    }

    /// The encoder over `tokens` tokens of each sequence.
    fn encoder_cost(&self, batch: u64, tokens: u64) -> Cost {
        let layer = encoder_layer::cost(self.attention(), self.feed_forward(), batch, tokens);
        let flops = self.num_layers as u64 * layer.flops;
        Cost { flops, live: layer.live + self.bias(tokens, tokens), ..Cost::default() }
    }

    /// The decoder over a text of `tokens` tokens at once and a source of as many, and the head.
    fn text_cost(&self, batch: u64, tokens: u64) -> Cost {
        let dims = self.decoder();
        let source = dims.source_cost(batch, tokens);
        let layer = source.then(dims.cached_cost(batch, [tokens, tokens], tokens));
        let output = batch * tokens * self.d_model as u64;
        let live = layer.live.max(output + self.scores(batch * tokens).live) + self.bias(tokens, tokens);
        let flops = self.decoder_layers() as u64 * layer.flops + self.scores(batch * tokens).flops;
        Cost { flops, live, ..Cost::default() }
    }

    /// The decoder over one token of each sequence that looks back at `keys`, itself included, and the head.
    fn step_cost(&self, batch: u64, keys: u64, source: u64) -> Cost {
        let layer = self.decoder().cached_cost(batch, [1, keys], source);
        let layers = Cost { flops: self.decoder_layers() as u64 * layer.flops, ..layer };
        let step = layers.then(self.scores(batch));
        Cost { live: step.live + self.bias(1, keys), ..step }
    }

    /// The scores of the vocabulary after `tokens` tokens.
    fn scores(&self, tokens: u64) -> Cost {
        Cost {
            flops: linear::flops([self.d_model, self.vocab_size], tokens),
            live: tokens * (self.d_model + self.vocab_size) as u64,
            ..Cost::default()
        }
    }

    /// Values of a stack's position bias.
    fn bias(&self, queries: u64, keys: u64) -> u64 {
        self.num_heads as u64 * queries * keys
    }
}
