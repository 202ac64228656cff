//! Models of ONNX Runtime, called like those of `models.rs`, so that `recommend` compares runtimes. `crates/onnx/export.py`
//! makes the files; a `model` may also be the path of any ONNX file.

use accel_bench::{Bencher, Error, bench};
use accel_bench_onnx::{ONNX, pass};

/// BERT: the states of all tokens.
#[bench(
    name = "encoder-only",
    category = "inference",
    models = ["bert-tiny", "bert-small", "bert-base"],
    backends = ONNX,
    tags = ["text", "pass"],
    params(batch_size = [1], sequence_length = [128], precision = ["f32"])
)]
fn encoder_only(b: &mut Bencher) -> Result<(), Error> {
    pass(b)
}

/// ViT and ResNet: the classes of images.
#[bench(
    name = "vision",
    category = "inference",
    models = ["vit-tiny", "vit-small", "vit-base", "resnet-50"],
    backends = ONNX,
    tags = ["image", "pass"],
    params(batch_size = [1], image_size = [224], precision = ["f32"])
)]
fn vision(b: &mut Bencher) -> Result<(), Error> {
    pass(b)
}

/// Whisper's encoder: the states of half a minute of speech.
#[bench(
    name = "speech-encoder",
    category = "inference",
    models = ["whisper-tiny", "whisper-base"],
    backends = ONNX,
    tags = ["audio", "pass"],
    params(batch_size = [1], precision = ["f32"])
)]
fn speech_encoder(b: &mut Bencher) -> Result<(), Error> {
    pass(b)
}

accel_bench::main!();
