//! Parameters of many layers that lie in one tensor.

use burn::tensor::Tensor;

use super::{Order, Source, Weights, layout};

impl Weights<'_> {
    /// The matrices of linear layers, each `[input, output]`, that a checkpoint stores as one tensor of shape `stored`:
    /// one `[output, input]` after the other, as the experts of a layer are.
    ///
    /// # Panics
    /// When the matrices do not fill the tensor.
    pub fn stacked(&mut self, name: &str, stored: [usize; 3], [input, output]: [usize; 2]) -> Vec<Tensor<2>> {
        let [values, each] = [stored.iter().product::<usize>(), input * output];
        assert!(values.is_multiple_of(each), "{values} values do not divide into matrices of {each}");
        let Source::Checkpoint(checkpoint) = &mut self.source else {
            // Each matrix is drawn under a name of its own: they must differ.
            let drawn = |index| self.linear(&format!("{name}.{index}"), [input, output], Order::OutputFirst);
            return (0..values / each).map(drawn).collect();
        };
        let values = checkpoint.take(name, &stored);
        let matrix = |index| {
            let part = values.as_ref().map(|values| &values[index * each..(index + 1) * each]);
            self.upload(part.map(|part| layout::transpose(part, [output, input])), [input, output])
        };
        (0..stored.iter().product::<usize>() / each).map(matrix).collect()
    }
}

#[cfg(test)]
#[cfg(feature = "ndarray")]
mod tests {
    use super::*;
    use crate::device::device_named;

    const NAME: &str = "experts.down_proj";

    #[test]
    fn counted_as_matrices_of_linear_layers() {
        let device = device_named("ndarray").expect("the backend is built in");
        let mut weights = Weights::count(&device);
        weights.stacked(NAME, [3, 4, 2], [2, 4]);
        let counted = weights.counted().expect("it counts");
        assert_eq!((counted.linear, counted.other), (24, 0));
    }

    #[test]
    fn drawn_like_linear_layers_of_their_own() {
        let device = device_named("ndarray").expect("the backend is built in");
        let mut weights = Weights::random(1, 0.02, &device);
        let drawn = weights.stacked(NAME, [3, 4, 2], [2, 4]);
        for (index, matrix) in drawn.into_iter().enumerate() {
            let own = weights.linear(&format!("{NAME}.{index}"), [2, 4], Order::OutputFirst);
            assert_eq!(matrix.into_data(), own.into_data());
        }
    }
}
