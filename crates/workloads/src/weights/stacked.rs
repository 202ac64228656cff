//! Parameters of many layers that lie in one tensor.

use burn::tensor::Tensor;

use super::{Source, Weights, layout};

impl Weights<'_> {
    /// The matrices of linear layers, each `[input, output]`, that a checkpoint stores as one tensor of shape `stored`:
    /// one `[output, input]` after the other, as the experts of a layer are.
    ///
    /// # Panics
    /// When the matrices do not fill the tensor.
    pub fn stacked(&mut self, name: &str, stored: [usize; 3], [input, output]: [usize; 2]) -> Vec<Tensor<2>> {
        let [values, each] = [stored.iter().product::<usize>(), input * output];
        assert!(values.is_multiple_of(each), "{values} values are no matrices of {each}");
        let Source::Checkpoint(checkpoint) = &mut self.source else {
            // Matrices of one tensor are no copies of each other.
            let drawn = |index| self.spread(&format!("{name}.{index}"), [input, output]);
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
