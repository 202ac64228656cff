//! The dimensions of a Mamba-2, and what follows from them alone.

use serde::Deserialize;

use crate::blocks::{ActivationName, Bias, ScanDims};
use crate::model::Preset;

/// The dimensions of a Mamba-2, by the names of its `config.json`, with the reference's defaults.
///
/// `residual_in_fp32` changes nothing where everything is `f32`. What the reference does not read is not read here either:
/// `rms_norm` and `norm_before_gate` of converted checkpoints, whose values it always computes with a norm after the gate.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(default)]
pub struct Mamba2Config {
    pub vocab_size: usize,
    pub hidden_size: usize,
    pub num_hidden_layers: usize,
    pub num_heads: usize,
    pub head_dim: usize,
    /// Rows of a head's state.
    pub state_size: usize,
    pub n_groups: usize,
    /// How many times as wide a layer is inside.
    pub expand: usize,
    /// Tokens that a convolution sees, its own included.
    pub conv_kernel: usize,
    /// Tokens of a chunk.
    pub chunk_size: usize,
    pub use_bias: bool,
    pub use_conv_bias: bool,
    /// After the convolution; gates are always SiLU.
    pub hidden_act: ActivationName,
    pub layer_norm_epsilon: f64,
    pub initializer_range: f32,
    /// The least and the largest step; `None` is unlimited.
    pub time_step_limit: [Option<f64>; 2],
    pub tie_word_embeddings: bool,
}

impl Default for Mamba2Config {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// The six sizes: layers and width.
pub(super) static PRESETS: [Preset<Mamba2Config>; 6] = [
    Preset { name: "mamba2-tiny", config: Mamba2Config::sized(8, 256) },
    Preset { name: "mamba2-small", config: Mamba2Config::sized(24, 768) },
    Preset { name: "mamba2-base", config: Mamba2Config::sized(48, 1024) },
    Preset { name: "mamba2-large", config: Mamba2Config::sized(48, 1536) },
    Preset { name: "mamba2-xl", config: Mamba2Config::sized(48, 2048) },
    Preset { name: "mamba2-xxl", config: Mamba2Config::sized(64, 2560) },
];

impl Mamba2Config {
    const DEFAULT: Self = Self {
        vocab_size: 32768,
        hidden_size: 4096,
        num_hidden_layers: 64,
        num_heads: 128,
        head_dim: 64,
        state_size: 128,
        n_groups: 8,
        expand: 2,
        conv_kernel: 4,
        chunk_size: 256,
        use_bias: false,
        use_conv_bias: true,
        hidden_act: ActivationName::Silu,
        layer_norm_epsilon: 1e-5,
        initializer_range: 0.1,
        time_step_limit: [Some(0.0), None],
        tie_word_embeddings: false,
    };

    /// The published models' vocabulary, their single group and their tied head.
    const fn sized(layers: usize, width: usize) -> Self {
        Self {
            vocab_size: 50288,
            hidden_size: width,
            num_hidden_layers: layers,
            num_heads: 2 * width / 64,
            n_groups: 1,
            // The default would drive wide models beyond what half precision holds.
            initializer_range: 0.02,
            tie_word_embeddings: true,
            ..Self::DEFAULT
        }
    }

    /// Says what is wrong with dimensions that make no model.
    pub(super) fn fault(&self) -> Option<String> {
        let &Self { hidden_size, num_heads, head_dim, n_groups, expand, conv_kernel, .. } = self;
        let positive = [
            ("vocab_size", self.vocab_size),
            ("hidden_size", hidden_size),
            ("num_heads", num_heads),
            ("head_dim", head_dim),
            ("state_size", self.state_size),
            ("n_groups", n_groups),
            ("expand", expand),
            ("chunk_size", self.chunk_size),
        ];
        if let Some((name, _)) = positive.iter().find(|(_, value)| *value == 0) {
            return Some(format!("`{name}` is 0"));
        }
        if expand * hidden_size != num_heads * head_dim {
            return Some(format!(
                "`expand` {expand} times `hidden_size` {hidden_size} is not `num_heads` {num_heads} times `head_dim` {head_dim}"
            ));
        }
        if !num_heads.is_multiple_of(n_groups) {
            return Some(format!("`num_heads` {num_heads} is not a multiple of `n_groups` {n_groups}"));
        }
        if conv_kernel < 2 {
            return Some(format!("`conv_kernel` is {conv_kernel} where at least 2 is implemented"));
        }
        let [least, most] = self.time_step_limit;
        least
            .zip(most)
            .filter(|(least, most)| least > most)
            .map(|(least, most)| format!("`time_step_limit` begins at {least}, after its end {most}"))
    }

    pub(super) const fn scan(&self) -> ScanDims {
        ScanDims {
            heads: self.num_heads,
            head_size: self.head_dim,
            groups: self.n_groups,
            state_size: self.state_size,
            chunk: self.chunk_size,
        }
    }

    /// The width inside a layer.
    pub(super) const fn inner(&self) -> usize {
        self.expand * self.hidden_size
    }

    /// Values of B, and of C, of a token.
    pub(super) const fn selectors(&self) -> usize {
        self.n_groups * self.state_size
    }

    /// Channels of the convolution, and tokens that it sees.
    pub(super) const fn conv(&self) -> [usize; 2] {
        [self.inner() + 2 * self.selectors(), self.conv_kernel]
    }

    /// From a token to its gate, what is convolved, and the step of each head.
    pub(super) const fn projection(&self) -> [usize; 2] {
        let [channels, _] = self.conv();
        [self.hidden_size, self.inner() + channels + self.num_heads]
    }

    pub(super) const fn bias(used: bool) -> Bias {
        if used { Bias::With } else { Bias::Without }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::families::state_space::mamba2::Mamba2;
    use crate::preset_table;

    #[track_caller]
    fn check_fault(change: impl FnOnce(&mut Mamba2Config), expected: &str) {
        let mut config = PRESETS[0].config;
        change(&mut config);
        assert_eq!(config.fault().as_deref(), Some(expected));
    }

    #[test]
    fn presets() {
        preset_table::check::<Mamba2>(&[
            ("mamba2-tiny", 16.60),
            ("mamba2-small", 129.0),
            ("mamba2-base", 368.4),
            ("mamba2-large", 780.2),
            ("mamba2-xl", 1344.0),
            ("mamba2-xxl", 2703.0),
        ]);
    }

    #[test]
    fn the_reference_s_defaults_make_a_model() {
        assert_eq!(Mamba2Config::DEFAULT.fault(), None);
    }

    #[test]
    fn no_chunks() {
        check_fault(|config| config.chunk_size = 0, "`chunk_size` is 0");
    }

    #[test]
    fn heads_that_do_not_make_up_the_width() {
        check_fault(
            |config| config.num_heads = 7,
            "`expand` 2 times `hidden_size` 256 is not `num_heads` 7 times `head_dim` 64",
        );
    }

    #[test]
    fn uneven_groups() {
        check_fault(|config| config.n_groups = 3, "`num_heads` 8 is not a multiple of `n_groups` 3");
    }

    #[test]
    fn a_convolution_that_sees_one_token() {
        check_fault(|config| config.conv_kernel = 1, "`conv_kernel` is 1 where at least 2 is implemented");
    }

    #[test]
    fn limits_that_leave_nothing() {
        check_fault(
            |config| config.time_step_limit = [Some(0.1), Some(0.01)],
            "`time_step_limit` begins at 0.1, after its end 0.01",
        );
    }
}
