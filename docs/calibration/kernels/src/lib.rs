pub mod kernels;
pub mod other;
