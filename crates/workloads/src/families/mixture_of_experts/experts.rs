//! A feed-forward half of many gated MLPs, of which each token goes through the few that a router chooses.
//!
//! burn has no operator for it. Every expert computes exactly the tokens that chose it: the router's choice is read back
//! once a layer, the tokens are gathered in the order of their experts, and the results put back in the order of the
//! tokens. Of the other ways, computing every expert for every token multiplies the work by experts / chosen, and
//! gathering the chosen weights on the device, which would save the read-back, copies every weight that a token goes
//! through: three times the memory traffic of a step that is nothing but traffic.

use std::ops::Range;

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::activation::softmax;
use burn::tensor::{Int, Tensor, TensorData};

use super::dispatch::Dispatch;
use crate::blocks::linear::{self, linear};
use crate::blocks::{ActivationName, FeedForward, GatedMlp, Projection, mlp};
use crate::cost::Cost;
use crate::weights::Weights;

/// How experts are computed, for the record: tokens are grouped by expert, after one read-back a layer.
pub const EXPERT_METHOD: &str = "grouped-by-expert";

/// The router and the experts of one layer.
#[derive(Module, Debug)]
pub struct Experts {
    router: Linear,
    experts: Vec<GatedMlp>,
    chosen: usize,
}

/// The dimensions of [`Experts`].
#[derive(Clone, Copy, Debug)]
pub struct ExpertsDims {
    /// Values between the linear layers of an expert.
    pub inner: usize,
    pub experts: usize,
    /// How many of them a token goes through.
    pub chosen: usize,
    pub activation: ActivationName,
}

impl FeedForward for Experts {
    type Dims = ExpertsDims;

    fn assemble(weights: &mut Weights<'_>, name: &str, width: usize, dims: &ExpertsDims) -> Self {
        let router = linear(weights, Projection::plain(format!("{name}.gate")), [width, dims.experts]);
        let experts = if weights.holds(&format!("{name}.experts.0.w1.weight")) {
            separate(weights, name, width, dims)
        } else {
            fused(weights, name, width, dims)
        };
        Self { router, experts, chosen: dims.chosen }
    }

    fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let [batch, sequence, width] = x.dims();
        let tokens = batch * sequence;
        let x = x.reshape([tokens, width]);
        // A softmax over the scores of those chosen is one over all of them, made to sum to 1 again.
        let (scores, chosen) = self.router.forward(x.clone()).topk_with_indices(self.chosen, 1);
        let shares = softmax(scores, 1).reshape([tokens, self.chosen, 1]);
        let dispatch = self.dispatch(chosen);

        let index = |values: Vec<i64>| {
            let length = values.len();
            Tensor::<1, Int>::from_data(TensorData::new(values, [length]), &x.device())
        };
        let [sources, places] = [dispatch.tokens, dispatch.places].map(index);
        let rows = x.select(0, sources);
        let results = dispatch.groups.into_iter().map(|(expert, group)| self.compute(expert, &rows, group));
        let results = Tensor::cat(results.collect(), 0).select(0, places);
        let weighted = results.reshape([tokens, self.chosen, width]) * shares;
        weighted.sum_dim(1).reshape([batch, sequence, width])
    }

    fn cost(width: usize, dims: &ExpertsDims, tokens: u64) -> Cost {
        let rows = tokens * dims.chosen as u64;
        let expert = [width, dims.inner];
        // The largest group, were they even; how uneven they are depends on the weights.
        let group = rows.div_ceil(dims.experts as u64);
        // As though all tokens chose the same experts: as much is computed as ever, and no fewer weights can be read.
        let chosen = mlp::gated_cost(expert, tokens).times(dims.chosen);
        let parts = linear::cost([width, dims.experts], tokens).then(chosen);
        // The gathered rows and the results.
        Cost { live: 2 * rows * width as u64 + mlp::gated_cost(expert, group).live, ..parts }
    }
}

impl Experts {
    /// Reads back the experts that each token chose, `[tokens, chosen]`.
    fn dispatch(&self, chosen: Tensor<2, Int>) -> Dispatch {
        let chosen: Vec<usize> = chosen.into_data().iter::<i64>().map(|expert| expert as usize).collect();
        Dispatch::new(&chosen, self.chosen, self.experts.len())
    }

    /// The output of an expert for its rows.
    fn compute(&self, expert: usize, rows: &Tensor<2>, group: Range<usize>) -> Tensor<2> {
        let own = rows.clone().narrow(0, group.start, group.len());
        self.experts[expert].forward(own.unsqueeze()).squeeze_dim(0)
    }
}

/// The experts as transformers 5 stores them: gates and ups of all in one tensor, downs in another.
fn fused(weights: &mut Weights<'_>, name: &str, width: usize, dims: &ExpertsDims) -> Vec<GatedMlp> {
    let &ExpertsDims { inner, experts, activation, .. } = dims;
    let gate_up = format!("{name}.experts.gate_up_proj");
    let widening = weights.stacked(&gate_up, [experts, 2 * inner, width], [width, inner]);
    let downs =
        weights.stacked(&format!("{name}.experts.down_proj"), [experts, width, inner], [inner, width]);
    let pairs = widening.chunks_exact(2).zip(downs);
    pairs.map(|(pair, down)| GatedMlp::of([pair[0].clone(), pair[1].clone(), down], activation)).collect()
}

/// The experts as Mixtral was published: three tensors each.
fn separate(weights: &mut Weights<'_>, name: &str, width: usize, dims: &ExpertsDims) -> Vec<GatedMlp> {
    let expert = |index| {
        let layers =
            ["w1", "w3", "w2"].map(|part| Projection::plain(format!("{name}.experts.{index}.{part}")));
        GatedMlp::new(weights, layers, [width, dims.inner], dims.activation)
    };
    (0..dims.experts).map(expert).collect()
}
