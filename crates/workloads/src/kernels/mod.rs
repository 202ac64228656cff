//! Single operations as workloads, with the work that one execution does.

mod attention;
mod layer_norm;
mod matmul;
mod native;
mod softmax;
mod stream;
#[cfg(test)]
mod tests;
mod work;

pub use attention::Attention;
pub use layer_norm::LayerNorm;
pub use matmul::Matmul;
pub use native::{NativeMatmul, NativeMotion, NativeStream};
pub use softmax::Softmax;
pub use stream::{Motion, Stream};
pub use work::Work;
