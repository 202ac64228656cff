//! The cost of a DiT, computed from its dimensions.

use super::config::{DitConfig, Embedders, TIME_WIDTH};
use super::schedule::TIME_STEPS;
use crate::blocks::{attention, linear, mlp};
use crate::cost::{Cost, Size};

impl DitConfig {
    /// One pass, or as many as there are steps of sampling.
    pub(super) fn cost(&self, size: Size) -> Cost {
        self.pass_cost(size.batch as u64).times(size.new_tokens.max(1))
    }

    fn pass_cost(&self, batch: u64) -> Cost {
        let (width, tokens) = (self.width(), self.patches().patches() as u64);
        let attention = attention::cost(self.attention(), batch, tokens, tokens);
        let tokens = batch * tokens;
        let halves = attention.then(mlp::cost(self.mlp(), tokens));
        let layer = halves.then(linear::cost([width, 6 * width], batch));
        let embedders = self.embedders();
        let patches = self.patches().cost(batch);
        let parts = patches
            .then(self.embedder_cost(batch).times(embedders))
            .then(layer.times(self.num_layers))
            .then(linear::cost([width, 2 * width], batch))
            .then(linear::cost([width, self.written()], tokens));
        // The residual stream and the input of a half; the conditions and the modulation that layers compute from them.
        let stream = 2 * tokens * width as u64;
        let conditions = batch * ((embedders + 6) * width) as u64;
        Cost { live: self.tables() + stream + conditions + halves.live, ..parts }
    }

    fn embedder_cost(&self, batch: u64) -> Cost {
        let width = self.width();
        linear::cost([TIME_WIDTH, width], batch).then(linear::cost([width, width], batch))
    }

    fn embedders(&self) -> usize {
        match self.embedders {
            Embedders::Each => self.num_layers,
            Embedders::Shared => 1,
        }
    }

    /// Values of the tables of positions and time steps, which are not parameters.
    fn tables(&self) -> u64 {
        (self.patches().patches() * self.width() + TIME_STEPS * TIME_WIDTH) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::families::diffusion::config::PRESETS;

    fn flops(name: &str, batch: usize, new_tokens: usize) -> u64 {
        let preset = PRESETS.iter().find(|preset| preset.name == name).expect("a preset of this name");
        preset.config.cost(Size { batch, sequence: 0, new_tokens }).flops
    }

    #[test]
    fn xl_takes_the_published_flops() {
        // 118.6 "Gflops" in the paper's table 4, which counts a multiply-add as one.
        let found = flops("dit-xl", 1, 0) as f64 / 2e9;
        assert!((found / 118.6 - 1.0).abs() < 0.01, "{found}");
    }

    #[test]
    fn each_step_of_sampling_is_a_pass() {
        assert_eq!(flops("dit-tiny", 2, 50), 50 * flops("dit-tiny", 2, 0));
    }

    #[test]
    fn flops_grow_with_the_batch() {
        assert_eq!(flops("dit-tiny", 8, 0), 8 * flops("dit-tiny", 1, 0));
    }
}
