//! The cost of a Whisper, computed from its dimensions.

use super::config::WhisperConfig;
use crate::blocks::{ConvolutionDims, vocabulary};
use crate::cost::{Cost, Size};

impl WhisperConfig {
    /// The cost of one pass over a full window and a text of [`Size::sequence`] tokens, or of reading the window and such
    /// a text and writing [`Size::new_tokens`] more.
    pub(super) fn cost(&self, size: Size) -> Cost {
        let [batch, prompt, new_tokens] = [size.batch, size.sequence, size.new_tokens].map(|n| n as u64);
        let (source, dims) = (self.max_source_positions as u64, self.decoder());
        let (encoder, layers) = (self.encoder_cost(batch), self.decoder_layers);
        if new_tokens == 0 {
            let text = dims.cost(batch, prompt, source).times(layers);
            return encoder.then(text).then(self.head_cost(batch * prompt));
        }
        let hearing = encoder.then(dims.source_cost(batch, source).times(layers));
        // The head sees the last token of the prompt alone.
        let part = |tokens| {
            let layer = dims.cached_cost(batch, tokens, source);
            layer.times(layers).then(self.head_cost(batch))
        };
        let reading = hearing.then(part([prompt, prompt]));
        // The last token that is generated is not read again.
        let steps = (1..new_tokens).map(|step| part([1, prompt + step]));
        let cache = layers as u64 * dims.memory(batch, prompt + new_tokens, source);
        Cost { cache, ..steps.fold(reading, Cost::then) }
    }

    /// The encoder over a window of each sequence.
    fn encoder_cost(&self, batch: u64) -> Cost {
        let [frames, pairs] = self.convolutions();
        let convolved = |dims: ConvolutionDims<1>| {
            let cost = dims.cost(batch, [self.frames()]);
            // The output is alive twice: before and after the activation.
            let again = batch * (dims.output([self.frames()])[0] * self.d_model) as u64;
            Cost { live: cost.live + again, ..cost }
        };
        let convolutions = convolved(frames).then(convolved(pairs));
        let layer = self.encoder().cost(batch, self.max_source_positions as u64);
        convolutions.then(layer.times(self.encoder_layers))
    }

    /// The scores of the vocabulary after `tokens` tokens.
    fn head_cost(&self, tokens: u64) -> Cost {
        vocabulary::cost([self.vocab_size, self.d_model], tokens)
    }
}

#[cfg(test)]
mod tests {
    use crate::cost::{Cost, Size};
    use crate::families::speech::config::PRESETS;

    /// What Whisper-tiny costs: 4 layers each, width 384, 1536 inside, 80 bands, 51865 words.
    fn tiny(batch: usize, sequence: usize, new_tokens: usize) -> Cost {
        PRESETS[0].config.cost(Size { batch, sequence, new_tokens })
    }

    const ATTENTION: u64 = 4 * 384 * 384;
    const MLP: u64 = 2 * 384 * 1536;

    #[test]
    fn a_pass_takes_two_for_each_weight_and_token() {
        let convolutions = 3000 * 3 * 80 * 384 + 1500 * 3 * 384 * 384;
        let encoder = 1500 * 4 * (ATTENTION + MLP) + 2 * 4 * 1500 * 1500 * 384;
        let sources = 1500 * 4 * ATTENTION / 2;
        let decoder = 7 * (4 * (ATTENTION + ATTENTION / 2 + MLP) + 384 * 51865);
        let products = 2 * 4 * 7 * (7 + 1500) * 384;
        assert_eq!(tiny(2, 7, 0).flops, 2 * 2 * (convolutions + encoder + sources + decoder + products));
    }

    #[test]
    fn a_token_takes_two_for_each_weight_it_meets() {
        let weights = 4 * (ATTENTION + ATTENTION / 2 + MLP) + 384 * 51865;
        let products = 4 * 4 * (8 + 1500) * 384;
        assert_eq!(tiny(1, 4, 5).flops - tiny(1, 4, 4).flops, 2 * weights + products);
    }

    #[test]
    fn what_is_remembered_is_of_the_text_and_of_what_was_heard() {
        assert_eq!(tiny(2, 4, 0).cache, 0);
        assert_eq!(tiny(2, 4, 5).cache, 4 * 2 * 2 * (9 + 1500) * 384);
    }

    #[test]
    fn the_peak_is_in_the_encoder() {
        let scores = 6 * 1500 * 1500;
        let live = tiny(1, 4, 5).live;
        assert!(live > scores && live < 2 * scores, "{live}");
        assert_eq!(tiny(1, 4, 0).live, live);
    }
}
