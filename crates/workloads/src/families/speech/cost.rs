//! What a Whisper costs, computed from its dimensions.

use super::WhisperConfig;
use crate::blocks::{FeedForwardDims, encoder_layer, linear};
use crate::workload::{Cost, Size};

impl WhisperConfig {
    /// What one pass costs over a full window and a text of [`Size::sequence`] tokens, or hearing the window, reading such
    /// a text and writing [`Size::new_tokens`] more.
    pub(super) fn cost(&self, size: Size) -> Cost {
        let [batch, prompt, new_tokens] = [size.batch, size.sequence, size.new_tokens].map(|n| n as u64);
        let source = self.max_source_positions as u64;
        let (dims, layers) = (self.decoder(), self.decoder_layers as u64);
        let sources = dims.source_cost(batch, source);
        let hearing = self.encoder_cost(batch).then(Cost { flops: layers * sources.flops, ..sources });
        if new_tokens == 0 {
            let text = self.text_cost(batch, [prompt, prompt], prompt);
            // The encoder's output and one layer's keys and values of it stay until the last layer is done.
            return hearing.then(Cost { live: text.live + sources.live, ..text });
        }
        let reading = hearing.then(self.text_cost(batch, [prompt, prompt], 1));
        // The first token is what the prompt gives, and the last is read by nobody.
        let steps = (1..new_tokens).map(|step| self.text_cost(batch, [1, prompt + step], 1));
        let cache = layers * dims.memory(batch, prompt + new_tokens, source);
        Cost { cache, ..steps.fold(reading, Cost::then) }
    }

    /// The encoder over a window of each sequence.
    fn encoder_cost(&self, batch: u64) -> Cost {
        let [frames, pairs] = self.convolutions();
        let (steps, positions) = (batch * self.frames() as u64, batch * self.max_source_positions as u64);
        let width = self.d_model as u64;
        let convolutions = Cost {
            flops: frames.flops(steps) + pairs.flops(positions),
            // Before and after the first activation.
            live: 2 * steps * width,
            ..Cost::default()
        };
        let mlp = FeedForwardDims::Plain(self.encoder_mlp());
        let positions = self.max_source_positions as u64;
        let layer = encoder_layer::cost(self.encoder_attention(), mlp, batch, positions);
        convolutions.then(Cost { flops: self.encoder_layers as u64 * layer.flops, ..layer })
    }

    /// The decoder over `tokens` new tokens, the last of `keys`, and the head after `scored` of them.
    fn text_cost(&self, batch: u64, [tokens, keys]: [u64; 2], scored: u64) -> Cost {
        let layer = self.decoder().cached_cost(batch, [tokens, keys], self.max_source_positions as u64);
        let head = Cost {
            flops: linear::flops([self.d_model, self.vocab_size], batch * scored),
            live: batch * scored * (self.d_model + self.vocab_size) as u64,
            ..Cost::default()
        };
        Cost { flops: self.decoder_layers as u64 * layer.flops, ..layer }.then(head)
    }
}
