//! How large the input of an iteration is, and what the iteration costs. A leaf.

/// How large the input of one iteration is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Sequences, images, … at once.
    pub batch: usize,
    /// Tokens of each prompt or text. Families that read something else as well say what of it is a token.
    pub sequence: usize,
    /// Tokens to be written after it, or steps of a [`Sampler`](crate::workload::Sampler); 0 for a single pass.
    pub new_tokens: usize,
}

/// The cost of one iteration, computed from the dimensions alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Floating-point operations of linear layers, convolutions and attention products, a multiply-add counted as two;
    /// softmax, norms and activations are not counted.
    pub flops: u64,
    /// Values of weights that are multiplied, once for each time that they are read: matrices of linear layers and heads,
    /// kernels of convolutions, chosen experts. Tables, norms and biases are not counted.
    pub read: u64,
    /// Values that are alive at once at the peak, without weights and cache.
    pub live: u64,
    /// Values that the caches hold: keys and values, or states.
    pub cache: u64,
}

impl Cost {
    /// The costs of two parts that run one after the other.
    #[must_use]
    pub fn then(self, next: Self) -> Self {
        Self {
            flops: self.flops + next.flops,
            read: self.read + next.read,
            live: self.live.max(next.live),
            cache: self.cache.max(next.cache),
        }
    }

    /// The cost of `count` such parts that run one after the other.
    #[must_use]
    pub fn times(self, count: usize) -> Self {
        let count = count as u64;
        Self { flops: self.flops * count, read: self.read * count, ..self }
    }
}
