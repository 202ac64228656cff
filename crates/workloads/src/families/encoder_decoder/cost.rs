//! The cost of a T5, computed from its dimensions.

use super::config::T5Config;
use crate::blocks::vocabulary;
use crate::cost::{Cost, Size};

impl T5Config {
    /// The cost of one pass over a source and a text of [`Size::sequence`] tokens each, or of reading such a source and
    /// writing [`Size::new_tokens`] tokens.
    pub(super) fn cost(&self, size: Size) -> Cost {
        let [batch, tokens, new_tokens] = [size.batch, size.sequence, size.new_tokens].map(|n| n as u64);
        let (dims, layers) = (self.decoder(), self.decoder_layers());
        let encoder = self.encoder_cost(batch, tokens);
        if new_tokens == 0 {
            let text = biased(dims.cost(batch, tokens, tokens).times(layers), self.bias(tokens, tokens));
            return encoder.then(text).then(self.head_cost(batch * tokens));
        }
        let reading = encoder.then(dims.source_cost(batch, tokens).times(layers));
        // Token after token, from the start token; the last one that is generated is not read again.
        let step = |keys| {
            let token = dims.cached_cost(batch, [1, keys], tokens).times(layers);
            biased(token, self.bias(1, keys)).then(self.head_cost(batch))
        };
        let cache = layers as u64 * dims.memory(batch, 1 + new_tokens, tokens);
        Cost { cache, ..(1..=new_tokens).map(step).fold(reading, Cost::then) }
    }

    /// The encoder over `tokens` tokens of each sequence.
    fn encoder_cost(&self, batch: u64, tokens: u64) -> Cost {
        let layer = self.encoder().cost(batch, tokens);
        biased(layer.times(self.num_layers), self.bias(tokens, tokens))
    }

    /// The scores of the vocabulary after `tokens` tokens.
    fn head_cost(&self, tokens: u64) -> Cost {
        vocabulary::cost([self.vocab_size, self.d_model], tokens)
    }

    /// Values of the bias that all layers of a stack share.
    fn bias(&self, queries: u64, keys: u64) -> u64 {
        self.num_heads as u64 * queries * keys
    }
}

/// `cost` with a bias that is there all the while.
const fn biased(cost: Cost, bias: u64) -> Cost {
    Cost { live: cost.live + bias, ..cost }
}

#[cfg(test)]
mod tests {
    use crate::cost::{Cost, Size};
    use crate::families::encoder_decoder::config::PRESETS;

    /// What T5-tiny costs: 4 layers each, width 256, 1024 inside, 4 heads of 64, 32128 words.
    fn tiny(batch: usize, sequence: usize, new_tokens: usize) -> Cost {
        PRESETS[0].config.cost(Size { batch, sequence, new_tokens })
    }

    const ATTENTION: u64 = 4 * 256 * 256;
    const MLP: u64 = 2 * 256 * 1024;

    #[test]
    fn a_pass_takes_two_for_each_weight_and_token() {
        let weights = 4 * (ATTENTION + MLP) + 4 * (2 * ATTENTION + MLP) + 256 * 32128;
        let products = (4 + 2 * 4) * 4 * 10 * 10 * 256;
        assert_eq!(tiny(3, 10, 0).flops, 3 * (2 * 10 * weights + products));
    }

    #[test]
    fn a_token_takes_two_for_each_weight_it_meets() {
        // The keys and values of the source are there, the fifth token looks at five.
        let weights = 4 * (ATTENTION + ATTENTION / 2 + MLP) + 256 * 32128;
        let products = 4 * 4 * (5 + 10) * 256;
        assert_eq!(tiny(1, 10, 5).flops - tiny(1, 10, 4).flops, 2 * weights + products);
    }

    #[test]
    fn what_is_remembered_is_of_the_text_and_of_the_source() {
        assert_eq!(tiny(2, 10, 0).cache, 0);
        assert_eq!(tiny(2, 10, 5).cache, 4 * 2 * 2 * (6 + 10) * 256);
    }

    #[test]
    fn a_short_pass_is_largest_at_its_scores() {
        assert_eq!(tiny(1, 8, 0).live, 8 * (256 + 32128));
    }

    #[test]
    fn a_long_source_is_largest_at_the_scores_of_attention() {
        let scores = 4 * 4096 * 4096;
        let live = tiny(1, 4096, 1).live;
        // The scores and the bias; everything else is small in comparison.
        assert!(live > 2 * scores && live < 3 * scores, "{live}");
    }
}
