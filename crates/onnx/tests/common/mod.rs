//! Recorded inputs and outputs, and the comparison with them.

use std::fs;
use std::path::{Path, PathBuf};

use accel_bench_onnx::{Input, Tensor};
use safetensors::{Dtype, SafeTensors};

/// The difference that float arithmetic in another order makes; the same as burn's models are held to.
const TOLERANCE: f32 = 1e-4;

pub(crate) fn model_file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/{name}.onnx"))
}

/// The tensors that a family's checkpoint was recorded with.
pub(crate) fn recorded(name: &str, file: &str) -> Vec<Input> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../workloads/tests/data").join(name);
    let bytes = fs::read(folder.join(file)).expect("the fixture is there");
    let tensors = SafeTensors::deserialize(&bytes).expect("it is whole");
    let tensor = |(name, view): (String, safetensors::tensor::TensorView<'_>)| {
        let (shape, data) = (view.shape().to_vec(), view.data());
        let tensor = match view.dtype() {
            Dtype::F32 => Tensor::F32(shape, words(data).map(f32::from_le_bytes).collect()),
            Dtype::I32 => {
                Tensor::I64(shape, words(data).map(|word| i64::from(i32::from_le_bytes(word))).collect())
            }
            Dtype::I64 => Tensor::I64(shape, words(data).map(i64::from_le_bytes).collect()),
            other => panic!("{name} holds {other:?}"),
        };
        Input { name, tensor }
    };
    tensors.tensors().into_iter().map(tensor).collect()
}

fn words<const N: usize>(data: &[u8]) -> impl Iterator<Item = [u8; N]> {
    data.chunks_exact(N).map(|word| word.try_into().expect("a whole word"))
}

#[track_caller]
pub(crate) fn compare(name: &str, outputs: &[(String, Tensor)]) {
    let expected = recorded(name, "expected.safetensors");
    assert!(!expected.is_empty());
    for Input { name, tensor } in expected {
        let (_, found) =
            outputs.iter().find(|(output, _)| *output == name).unwrap_or_else(|| panic!("no output {name}"));
        let (Tensor::F32(shape, expected), Tensor::F32(own, found)) = (&tensor, found) else {
            panic!("{name} is not of floats")
        };
        assert_eq!(shape, own, "{name}");
        let worst =
            expected.iter().zip(found).map(|(expected, found)| (expected - found).abs()).fold(0.0, f32::max);
        assert!(worst <= TOLERANCE, "{name} differs by {worst}");
    }
}
