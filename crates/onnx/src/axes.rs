//! Values for the axes that a model leaves open.

use std::collections::BTreeMap;

/// The lengths of dynamic axes, by the benchmark's parameters: `batch-size`, `sequence-length`, `image-size`, ….
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Axes {
    lengths: BTreeMap<String, usize>,
}

impl Axes {
    /// Axes called like this parameter, however its words are joined, get this length.
    #[must_use]
    pub fn with(mut self, parameter: &str, length: usize) -> Self {
        self.lengths.insert(normal(parameter), length);
        self
    }

    /// The length of an axis; exporters call one axis by several names. `None` where no parameter says it. The first axis
    /// without a name is the batch.
    pub(crate) fn length(&self, name: &str, position: usize) -> Option<usize> {
        let by = |name: &str| self.lengths.get(name).copied();
        let name = normal(name);
        let meant = match name.as_str() {
            "" if position == 0 => "batch-size",
            "batch" | "n" | "num-batches" => "batch-size",
            "sequence" | "seq" | "seq-len" | "seq-length" => "sequence-length",
            "height" | "width" => "image-size",
            other => other,
        };
        by(&name).or_else(|| by(meant))
    }
}

fn normal(name: &str) -> String {
    name.trim().to_lowercase().replace(['_', ' ', '.'], "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_are_called_in_many_ways() {
        let axes = Axes::default().with("batch_size", 4).with("sequence-length", 16).with("image-size", 224);
        let check = |name: &str, position: usize, expected: Option<usize>| {
            assert_eq!(axes.length(name, position), expected, "{name}");
        };
        check("batch", 0, Some(4));
        check("batch_size", 3, Some(4));
        check("N", 0, Some(4));
        check("", 0, Some(4));
        check("", 1, None);
        check("sequence", 1, Some(16));
        check("Seq.Length", 1, Some(16));
        check("height", 2, Some(224));
        check("past-length", 1, None);
        let more = axes.clone().with("past-length", 7).with("sequence", 8);
        assert_eq!((more.length("past_length", 1), more.length("sequence", 1)), (Some(7), Some(8)));
    }
}
