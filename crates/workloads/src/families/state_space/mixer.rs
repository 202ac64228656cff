//! The mixing of tokens in a layer: convolution, scan, gate.

use burn::module::{Module, Param};
use burn::nn::Linear;
use burn::tensor::{Tensor, activation};

use super::config::Mamba2Config;
use crate::blocks::causal_conv::Window;
use crate::blocks::linear::linear;
use crate::blocks::ssd::{self, State};
use crate::blocks::{ActivationName, CausalConv, GatedRmsNorm, Projection, Scan, ScanDims, Signals};
use crate::weights::{Order, Weights};

/// The mixer of a layer.
#[derive(Module, Debug)]
pub(super) struct Mixer {
    projection: Linear,
    conv: CausalConv,
    #[module(skip)]
    activation: ActivationName,
    dt_bias: Param<Tensor<1>>,
    a_log: Param<Tensor<1>>,
    d: Param<Tensor<1>>,
    norm: GatedRmsNorm,
    output: Linear,
    #[module(skip)]
    dims: Dims,
}

/// The configuration, as far as computing needs it.
#[derive(Clone, Copy, Debug)]
struct Dims {
    inner: usize,
    selectors: usize,
    conv: [usize; 2],
    scan: ScanDims,
    time_step_limit: [Option<f64>; 2],
}

/// The state of a layer between tokens.
#[derive(Clone, Debug)]
pub(super) struct MixerMemory {
    window: Window,
    state: State,
}

/// A token's parts after the first projection.
struct Parts {
    /// `[batch, sequence, inner]`.
    gate: Tensor<3>,
    /// x, B and C before the convolution, side by side.
    convolved: Tensor<3>,
    /// Δ, `[batch, sequence, heads]`.
    dt: Tensor<3>,
}

impl Mixer {
    pub(super) fn new(config: &Mamba2Config, weights: &mut Weights<'_>, name: &str) -> Self {
        let part = |part: &str| format!("{name}.{part}");
        let bias = Mamba2Config::bias(config.use_bias);
        let layer = |name| Projection { name, bias, order: Order::OutputFirst };
        let (inner, heads) = (config.inner(), config.num_heads);
        Self {
            projection: linear(weights, layer(part("in_proj")), config.projection()),
            conv: CausalConv::new(
                weights,
                &part("conv1d"),
                config.conv(),
                Mamba2Config::bias(config.use_conv_bias),
            ),
            activation: config.hidden_act,
            dt_bias: Param::from_tensor(weights.zeros(&part("dt_bias"), heads)),
            // Drawn as zeros: heads that forget by 1/e where Δ is 1.
            a_log: Param::from_tensor(weights.zeros(&part("A_log"), heads)),
            d: Param::from_tensor(weights.ones(&part("D"), heads)),
            norm: GatedRmsNorm::new(
                weights,
                &part("norm"),
                [config.n_groups, inner],
                config.layer_norm_epsilon,
            ),
            output: linear(weights, layer(part("out_proj")), [inner, config.hidden_size]),
            dims: Dims::new(config),
        }
    }

    /// `[batch, sequence, width]` to the same, from the beginning of a text. `mask`, `[batch, sequence, 1]`, is 0 where
    /// there is padding.
    pub(super) fn forward(&self, x: Tensor<3>, mask: Option<&Tensor<3>>) -> Tensor<3> {
        let (gate, signals, _) = self.signals(x, mask, None);
        let skipped = self.skipped(&signals.x);
        let y = Scan::new(signals, self.dims.scan).output();
        self.finish(y + skipped, gate)
    }

    /// The same, and what is to be remembered of it.
    pub(super) fn prefill(&self, x: Tensor<3>, mask: Option<&Tensor<3>>) -> (Tensor<3>, MixerMemory) {
        let (gate, signals, window) = self.signals(x, mask, None);
        let skipped = self.skipped(&signals.x);
        let scan = Scan::new(signals, self.dims.scan);
        let memory = MixerMemory { window, state: scan.last_state() };
        (self.finish(scan.output() + skipped, gate), memory)
    }

    /// One token of each sequence, `[batch, 1, width]`, after what is remembered.
    pub(super) fn step(
        &self,
        x: Tensor<3>,
        MixerMemory { window, state }: MixerMemory,
    ) -> (Tensor<3>, MixerMemory) {
        let (gate, signals, window) = self.signals(x, None, Some(window));
        let skipped = self.skipped(&signals.x);
        let (y, state) = ssd::step(signals, state, self.dims.scan);
        (self.finish(y + skipped, gate), MixerMemory { window, state })
    }

    /// The gate, what the scan reads, and the window that the next token follows.
    fn signals(
        &self,
        x: Tensor<3>,
        mask: Option<&Tensor<3>>,
        window: Option<Window>,
    ) -> (Tensor<3>, Signals, Window) {
        let [batch, ..] = x.dims();
        let window = window.unwrap_or_else(|| Window::empty(batch, self.dims.conv, &x.device()));
        let Parts { gate, convolved, dt } = self.parts(masked(x, mask));
        let (convolved, window) = self.conv.forward(convolved, window);
        let convolved = masked(self.activation.apply(convolved), mask);
        let Dims { inner, selectors, .. } = self.dims;
        let signals = Signals {
            x: convolved.clone().narrow(2, 0, inner),
            dt,
            a: self.a_log.val().exp().neg(),
            b: convolved.clone().narrow(2, inner, selectors),
            c: convolved.narrow(2, inner + selectors, selectors),
        };
        (gate, signals, window)
    }

    fn parts(&self, x: Tensor<3>) -> Parts {
        let projected = self.projection.forward(x);
        let Dims { inner, conv: [channels, _], scan: ScanDims { heads, .. }, .. } = self.dims;
        let part = |first, count| projected.clone().narrow(2, first, count);
        let dt = part(inner + channels, heads) + self.dt_bias.val().unsqueeze();
        Parts {
            gate: part(0, inner),
            convolved: part(inner, channels),
            dt: self.dims.limited(activation::softplus(dt, 1.0)),
        }
    }

    /// The skip connection around the scan: the values of each head times its factor.
    fn skipped(&self, x: &Tensor<3>) -> Tensor<3> {
        let ([batch, sequence, inner], ScanDims { heads, head_size, .. }) = (x.dims(), self.dims.scan);
        let factors = self.d.val().reshape([1, 1, heads, 1]);
        (x.clone().reshape([batch, sequence, heads, head_size]) * factors).reshape([batch, sequence, inner])
    }

    fn finish(&self, y: Tensor<3>, gate: Tensor<3>) -> Tensor<3> {
        self.output.forward(self.norm.forward(y, gate))
    }
}

impl Dims {
    const fn new(config: &Mamba2Config) -> Self {
        Self {
            inner: config.inner(),
            selectors: config.selectors(),
            conv: config.conv(),
            scan: config.scan(),
            time_step_limit: config.time_step_limit,
        }
    }

    fn limited(&self, dt: Tensor<3>) -> Tensor<3> {
        let [least, most] = self.time_step_limit;
        // Steps are positive as they are: the usual limit of 0 costs nothing.
        let dt = match least.filter(|&least| least > 0.0) {
            Some(least) => dt.clamp_min(least),
            None => dt,
        };
        match most {
            Some(most) => dt.clamp_max(most),
            None => dt,
        }
    }
}

fn masked(x: Tensor<3>, mask: Option<&Tensor<3>>) -> Tensor<3> {
    match mask {
        Some(mask) => x * mask.clone(),
        None => x,
    }
}
