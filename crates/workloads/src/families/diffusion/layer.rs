//! A layer whose norms and halves are steered by the condition: adaLN-Zero.

use burn::module::Module;
use burn::nn::{LayerNorm, Linear};
use burn::tensor::Tensor;

use super::conditioning::{modulated, parts};
use super::config::DitConfig;
use crate::blocks::linear::linear;
use crate::blocks::norm::{layer_norm, standardised};
use crate::blocks::{Attention, AttentionNames, Look, Mlp, Projection};
use crate::weights::{Order, Weights};

/// The epsilon of norms without parameters.
pub(super) const EPSILON: f64 = 1e-6;

/// A transformer layer that normalises before each half.
#[derive(Module, Debug)]
pub(super) struct Layer {
    modulation: Linear,
    attention: Attention,
    /// Nothing where the norm has no parameters.
    mlp_norm: Option<LayerNorm>,
    mlp: Mlp,
    mlp_epsilon: f64,
}

impl Layer {
    pub(super) fn new(config: &DitConfig, weights: &mut Weights<'_>, index: usize) -> Self {
        let name = |part: &str| format!("transformer_blocks.{index}.{part}");
        let width = config.width();
        let input = |part| Projection {
            name: name(part),
            bias: config.attention_biases(),
            order: Order::OutputFirst,
        };
        let names = AttentionNames {
            query: input("attn1.to_q"),
            key: input("attn1.to_k"),
            value: input("attn1.to_v"),
            output: Projection::biased(name("attn1.to_out.0")),
        };
        let [up, down] = ["ff.net.0.proj", "ff.net.2"].map(|part| Projection::biased(name(part)));
        Self {
            modulation: linear(weights, Projection::biased(name("norm1.linear")), [width, 6 * width]),
            attention: Attention::new(weights, names, config.attention()),
            mlp_norm: config
                .norm_elementwise_affine
                .then(|| layer_norm(weights, &name("norm3"), width, config.norm_eps)),
            mlp: Mlp::new(weights, [up, down], config.mlp(), config.activation_fn.activation()),
            mlp_epsilon: config.norm_eps,
        }
    }

    /// `x` is `[batch, tokens, width]`, `condition` `[batch, width]`.
    pub(super) fn forward(&self, x: Tensor<3>, condition: Tensor<2>) -> Tensor<3> {
        let [shift, scale, gate, mlp_shift, mlp_scale, mlp_gate] = parts(&self.modulation, condition);
        let seen = modulated(standardised(x.clone(), EPSILON), shift, scale);
        let x = x + gate * self.attention.forward(seen, None, Look::Everywhere);
        let seen = modulated(self.normalised(x.clone()), mlp_shift, mlp_scale);
        x + mlp_gate * self.mlp.forward(seen)
    }

    fn normalised(&self, x: Tensor<3>) -> Tensor<3> {
        match &self.mlp_norm {
            Some(norm) => norm.forward(x),
            None => standardised(x, self.mlp_epsilon),
        }
    }
}
