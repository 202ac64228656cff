//! The model.

use burn::module::Module;
use burn::nn::{Embedding, LayerNorm, Linear};
use burn::tensor::{Device, Int, Tensor, TensorData};

use super::config::{BertConfig, PRESETS};
use crate::blocks::embedding::embedding;
use crate::blocks::linear::linear;
use crate::blocks::norm::layer_norm;
use crate::blocks::{Attention, AttentionNames, Look, Mlp, Projection, mask};
use crate::cost::{Cost, Size};
use crate::family::Family;
use crate::model::{Architecture, Preset};
use crate::weights::{Naming, Weights, integers};
use crate::workload::Workload;

/// BERT with its pooler.
#[derive(Module, Debug)]
pub struct Bert {
    embeddings: Embeddings,
    layers: Vec<Layer>,
    pooler: Linear,
}

/// The input of a BERT. All tensors are `[batch, sequence]`.
#[derive(Clone, Debug)]
pub struct EncoderInput {
    /// Token numbers below the size of the vocabulary.
    pub input_ids: Tensor<2, Int>,
    /// 1 for a token, 0 for padding. Without it nothing is padding.
    pub attention_mask: Option<Tensor<2, Int>>,
    /// 0 for the first segment, 1 for the second; without it there is only the first.
    pub token_type_ids: Option<Tensor<2, Int>>,
}

/// The output of a BERT.
#[derive(Clone, Debug)]
pub struct EncoderOutput {
    /// `[batch, sequence, width]`.
    pub last_hidden_state: Tensor<3>,
    /// `[batch, width]`: the first token's state through the pooler.
    pub pooler_output: Tensor<2>,
}

impl EncoderInput {
    /// One segment, no padding.
    #[must_use]
    pub fn tokens(input_ids: Tensor<2, Int>) -> Self {
        Self { input_ids, attention_mask: None, token_type_ids: None }
    }

    /// `[batch, sequence]` token numbers drawn from `seed`, one segment, no padding.
    #[must_use]
    pub fn random(config: &BertConfig, shape: [usize; 2], seed: u64, device: &Device) -> Self {
        let bound = u32::try_from(config.vocab_size).unwrap_or(u32::MAX);
        let ids = integers(seed, "input_ids", shape.iter().product(), bound);
        Self::tokens(Tensor::from_data(TensorData::new(ids, shape), device))
    }
}

impl Bert {
    /// One forward pass.
    ///
    /// # Panics
    /// When the sequence is longer than the model has positions, or on an id out of range, as the backend sees fit.
    #[must_use]
    pub fn forward(&self, input: EncoderInput) -> EncoderOutput {
        let look =
            input.attention_mask.map_or(Look::Everywhere, |mask| Look::Biased(mask::attention_bias(mask)));
        let mut x = self.embeddings.forward(input.input_ids, input.token_type_ids);
        for layer in &self.layers {
            x = layer.forward(x, look.clone());
        }
        let first = x.clone().narrow(1, 0, 1).squeeze_dim::<2>(1);
        EncoderOutput { last_hidden_state: x, pooler_output: self.pooler.forward(first).tanh() }
    }
}

impl Architecture for Bert {
    type Config = BertConfig;

    const FAMILY: Option<Family> = Some(Family::EncoderOnly);
    const NAMING: Naming = Naming {
        prefix: "bert.",
        ignored: &["cls.", "classifier.", "qa_outputs.", "embeddings.position_ids"],
        renamed: &[(".gamma", ".weight"), (".beta", ".bias")],
    };

    fn presets() -> &'static [Preset<BertConfig>] {
        &PRESETS
    }

    fn fault(config: &BertConfig) -> Option<String> {
        config.fault()
    }

    fn deviation(config: &BertConfig) -> f32 {
        config.initializer_range
    }

    fn assemble(config: &BertConfig, weights: &mut Weights<'_>) -> Self {
        Self {
            embeddings: Embeddings::new(config, weights),
            layers: (0..config.num_hidden_layers).map(|index| Layer::new(config, weights, index)).collect(),
            pooler: linear(
                weights,
                Projection::biased("pooler.dense"),
                [config.hidden_size, config.hidden_size],
            ),
        }
    }
}

impl Workload for Bert {
    type Input = EncoderInput;

    fn excess(config: &BertConfig, size: Size) -> Option<String> {
        let positions = config.max_position_embeddings;
        (size.sequence > positions)
            .then(|| format!("it has {positions} positions, {} are asked for", size.sequence))
    }

    fn input(config: &BertConfig, size: Size, seed: u64, device: &Device) -> EncoderInput {
        EncoderInput::random(config, [size.batch, size.sequence], seed, device)
    }

    fn pass(&self, input: EncoderInput) -> Tensor<3> {
        self.forward(input).last_hidden_state
    }

    fn cost(config: &BertConfig, size: Size) -> Cost {
        config.cost(size.batch as u64, size.sequence as u64)
    }
}

#[derive(Module, Debug)]
struct Embeddings {
    words: Embedding,
    positions: Embedding,
    token_types: Embedding,
    norm: LayerNorm,
}

impl Embeddings {
    fn new(config: &BertConfig, weights: &mut Weights<'_>) -> Self {
        let mut table = |name, entries| embedding(weights, name, [entries, config.hidden_size]);
        Self {
            words: table("embeddings.word_embeddings", config.vocab_size),
            positions: table("embeddings.position_embeddings", config.max_position_embeddings),
            token_types: table("embeddings.token_type_embeddings", config.type_vocab_size),
            norm: layer_norm(weights, "embeddings.LayerNorm", config.hidden_size, config.layer_norm_eps),
        }
    }

    fn forward(&self, ids: Tensor<2, Int>, token_types: Option<Tensor<2, Int>>) -> Tensor<3> {
        let [_, sequence] = ids.dims();
        let positions = self.positions.weight.val().narrow(0, 0, sequence).unsqueeze::<3>();
        let types = match token_types {
            Some(types) => self.token_types.forward(types),
            None => self.token_types.weight.val().narrow(0, 0, 1).unsqueeze::<3>(),
        };
        self.norm.forward(self.words.forward(ids) + types + positions)
    }
}

/// A transformer layer that normalises after each half.
#[derive(Module, Debug)]
struct Layer {
    attention: Attention,
    attention_norm: LayerNorm,
    mlp: Mlp,
    mlp_norm: LayerNorm,
}

impl Layer {
    fn new(config: &BertConfig, weights: &mut Weights<'_>, index: usize) -> Self {
        let name = |part: &str| format!("encoder.layer.{index}.{part}");
        let names = AttentionNames {
            query: Projection::biased(name("attention.self.query")),
            key: Projection::biased(name("attention.self.key")),
            value: Projection::biased(name("attention.self.value")),
            output: Projection::biased(name("attention.output.dense")),
        };
        let [up, down] = [name("intermediate.dense"), name("output.dense")];
        let [after_attention, after_mlp] = [name("attention.output.LayerNorm"), name("output.LayerNorm")];
        let (width, epsilon) = (config.hidden_size, config.layer_norm_eps);
        Self {
            attention: Attention::new(weights, names, config.attention()),
            attention_norm: layer_norm(weights, &after_attention, width, epsilon),
            mlp: Mlp::new(weights, [up, down].map(Projection::biased), config.mlp(), config.hidden_act),
            mlp_norm: layer_norm(weights, &after_mlp, width, epsilon),
        }
    }

    fn forward(&self, x: Tensor<3>, look: Look) -> Tensor<3> {
        let x = self.attention_norm.forward(x.clone() + self.attention.forward(x, None, look));
        self.mlp_norm.forward(x.clone() + self.mlp.forward(x))
    }
}
