//! The model families: one pass, or a prompt and token after token. A `model` is a preset, or in `bench.toml` the path of a
//! Hugging Face folder.

use accel_bench::{Bencher, Error, bench};
use accel_bench_workloads::families::decoder_only::Llama;
use accel_bench_workloads::families::diffusion::Dit;
use accel_bench_workloads::families::encoder_decoder::T5;
use accel_bench_workloads::families::encoder_only::Bert;
use accel_bench_workloads::families::mixture_of_experts::{self, Mixtral};
use accel_bench_workloads::families::multimodal::Llava;
use accel_bench_workloads::families::rag::Rag;
use accel_bench_workloads::families::speech::Whisper;
use accel_bench_workloads::families::state_space::Mamba2;
use accel_bench_workloads::families::vision::Classifier;
use accel_bench_workloads::families::vision_encoder_text_decoder::Captioner;
use accel_bench_workloads::{BURN, cell};

/// BERT: the states of all tokens.
#[bench(
    name = "encoder-only",
    category = "inference",
    models = ["bert-tiny", "bert-small", "bert-base", "bert-large", "bert-xl", "bert-xxl"],
    backends = BURN,
    tags = ["text", "pass"],
    params(batch_size = [1], sequence_length = [128], precision = ["f32"])
)]
fn encoder_only(b: &mut Bencher) -> Result<(), Error> {
    cell::pass::<Bert>(b)
}

/// Llama: a prompt, and greedy tokens.
#[bench(
    name = "decoder-only",
    category = "inference",
    models = ["llama-tiny", "llama-small", "llama-base", "llama-large", "llama-xl", "llama-xxl"],
    backends = BURN,
    tags = ["text", "generation"],
    params(batch_size = [1], sequence_length = [128], new_tokens = [16], precision = ["f32"])
)]
fn decoder_only(b: &mut Bencher) -> Result<(), Error> {
    cell::generate::<Llama>(b)
}

/// T5: a source text, and greedy tokens.
#[bench(
    name = "encoder-decoder",
    category = "inference",
    models = ["t5-tiny", "t5-small", "t5-base", "t5-large", "t5-xl", "t5-xxl"],
    backends = BURN,
    tags = ["text", "generation"],
    params(batch_size = [1], sequence_length = [128], new_tokens = [16], precision = ["f32"])
)]
fn encoder_decoder(b: &mut Bencher) -> Result<(), Error> {
    cell::generate::<T5>(b)
}

/// ViT and ResNet: the classes of images.
#[bench(
    name = "vision",
    category = "inference",
    models = ["vit-tiny", "vit-small", "vit-base", "vit-large", "vit-xl", "vit-xxl", "resnet-50"],
    backends = BURN,
    tags = ["image", "pass"],
    params(batch_size = [1], image_size = [224], precision = ["f32"])
)]
fn vision(b: &mut Bencher) -> Result<(), Error> {
    cell::pass::<Classifier>(b)
}

/// ViT and GPT-2: images, the beginning of a text, and greedy tokens.
#[bench(
    name = "vision-encoder-text-decoder",
    category = "inference",
    models = ["vit-gpt2-tiny", "vit-gpt2-small", "vit-gpt2-base", "vit-gpt2-large", "vit-gpt2-xl", "vit-gpt2-xxl"],
    backends = BURN,
    tags = ["image", "text", "generation"],
    params(batch_size = [1], sequence_length = [4], new_tokens = [16], precision = ["f32"])
)]
fn vision_encoder_text_decoder(b: &mut Bencher) -> Result<(), Error> {
    cell::generate::<Captioner>(b)
}

/// Whisper: a window of audio as features, the beginning of a text, and greedy tokens.
#[bench(
    name = "speech",
    category = "inference",
    models = ["whisper-tiny", "whisper-small", "whisper-base", "whisper-large", "whisper-xl", "whisper-xxl"],
    backends = BURN,
    tags = ["audio", "text", "generation"],
    params(batch_size = [1], sequence_length = [4], new_tokens = [16], audio_seconds = [30], precision = ["f32"])
)]
fn speech(b: &mut Bencher) -> Result<(), Error> {
    cell::generate::<Whisper>(b)
}

/// LLaVA: an image and a prompt, and greedy tokens.
#[bench(
    name = "multimodal",
    category = "inference",
    models = ["llava-tiny", "llava-small", "llava-base", "llava-large", "llava-xl", "llava-xxl"],
    backends = BURN,
    tags = ["image", "text", "generation"],
    params(batch_size = [1], sequence_length = [32], new_tokens = [16], precision = ["f32"])
)]
fn multimodal(b: &mut Bencher) -> Result<(), Error> {
    cell::generate::<Llava>(b)
}

/// DiT: an image from noise, in `steps` steps.
#[bench(
    name = "diffusion",
    category = "inference",
    models = ["dit-tiny", "dit-small", "dit-base", "dit-large", "dit-xl", "dit-xxl"],
    backends = BURN,
    tags = ["image", "sampling"],
    params(batch_size = [1], steps = [4], precision = ["f32"])
)]
fn diffusion(b: &mut Bencher) -> Result<(), Error> {
    cell::sample::<Dit>(b)
}

/// Mixtral: a prompt, and greedy tokens, each of which some of the experts compute.
#[bench(
    name = "mixture-of-experts",
    category = "inference",
    models = ["mixtral-tiny", "mixtral-small", "mixtral-base", "mixtral-large", "mixtral-xl", "mixtral-xxl"],
    backends = BURN,
    tags = ["text", "generation", "experts"],
    params(batch_size = [1], sequence_length = [128], new_tokens = [16], precision = ["f32"])
)]
fn mixture_of_experts(b: &mut Bencher) -> Result<(), Error> {
    b.note("expert-method", mixture_of_experts::EXPERT_METHOD);
    cell::generate::<Mixtral>(b)
}

/// Mamba-2: a prompt by chunks, and greedy tokens by the recurrence.
#[bench(
    name = "state-space",
    category = "inference",
    models = ["mamba2-tiny", "mamba2-small", "mamba2-base", "mamba2-large", "mamba2-xl", "mamba2-xxl"],
    backends = BURN,
    tags = ["text", "generation"],
    params(batch_size = [1], sequence_length = [128], new_tokens = [16], precision = ["f32"])
)]
fn state_space(b: &mut Bencher) -> Result<(), Error> {
    cell::generate::<Mamba2>(b)
}

/// A question is encoded and searched for, and Llama answers it from what was found.
#[bench(
    name = "rag",
    category = "inference",
    models = ["rag-tiny", "rag-small", "rag-base", "rag-large", "rag-xl", "rag-xxl"],
    backends = BURN,
    tags = ["text", "generation", "retrieval"],
    params(batch_size = [1], sequence_length = [16], new_tokens = [16], precision = ["f32"])
)]
fn rag(b: &mut Bencher) -> Result<(), Error> {
    cell::generate::<Rag>(b)
}

accel_bench::main!(count_allocations);
