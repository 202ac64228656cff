//! How many weights an iteration reads, held against the matrices that the model asks for.

use accel_bench_workloads::families::decoder_only::Llama;
use accel_bench_workloads::families::diffusion::Dit;
use accel_bench_workloads::families::encoder_decoder::T5;
use accel_bench_workloads::families::encoder_only::Bert;
use accel_bench_workloads::families::mixture_of_experts::Mixtral;
use accel_bench_workloads::families::multimodal::Llava;
use accel_bench_workloads::families::rag::Rag;
use accel_bench_workloads::families::speech::Whisper;
use accel_bench_workloads::families::state_space::Mamba2;
use accel_bench_workloads::families::vision::Classifier;
use accel_bench_workloads::families::vision_encoder_text_decoder::Captioner;
use accel_bench_workloads::model;
use accel_bench_workloads::workload::{Size, Workload};

use crate::folder::cpu;

/// Values of weights that reading some tokens and writing `new_tokens` reads.
fn read<M: Workload>(name: &str, batch: usize, new_tokens: usize) -> i64 {
    let config = model::config::<M>(name).expect("it is a preset");
    M::cost(&config, Size { batch, sequence: 8, new_tokens }).read as i64
}

/// A pass reads every matrix of a linear layer once, a table that is a head as well among them, and `others` values of
/// other weights.
#[track_caller]
fn check_pass<M: Workload>(name: &str, others: i64) {
    let config = model::config::<M>(name).expect("it is a preset");
    let matrices = model::count::<M>(&config, &cpu()).linear as i64;
    for batch in [1, 3] {
        assert_eq!(read::<M>(name, batch, 0) - matrices, others);
    }
}

/// Writing n tokens reads n times what a pass reads, but for what is read `once`.
#[track_caller]
fn check_writing<M: Workload>(name: &str, once: i64) {
    let each = read::<M>(name, 1, 0) - once;
    for tokens in [1, 2, 16] {
        assert_eq!(read::<M>(name, 2, tokens as usize), once + tokens * each);
    }
}

/// Four matrices of an attention, and `parts` of a feed-forward half.
const fn layer(width: i64, inner: i64, parts: i64) -> i64 {
    4 * width * width + parts * width * inner
}

/// The kernel of 3 × 16 × 16 over the patches of an image.
const fn patches(width: i64) -> i64 {
    3 * 16 * 16 * width
}

/// The kernels of whisper-tiny.
const FRAMES: i64 = 3 * 80 * 384 + 3 * 384 * 384;

/// The encoder of whisper-tiny.
const HEARING: i64 = FRAMES + 4 * layer(384, 1536, 2);

/// The tower of llava-tiny up to the layer before its last, and the projector.
const SEEING: i64 = patches(192) + 11 * layer(192, 768, 2) + 192 * 288 + 288 * 288;

/// The encoder of rag-tiny, MiniLM with its pooler, and the vectors of 10,000 passages.
const SEARCHING: i64 = 6 * layer(384, 1536, 2) + 384 * 384 + 384 * 10_000;

#[test]
fn matrices_are_all_there_is() {
    check_pass::<Bert>("bert-tiny", 0);
    check_pass::<Llama>("llama-tiny", 0);
    check_pass::<T5>("t5-tiny", 0);
}

#[test]
fn images_and_sounds_go_through_kernels() {
    check_pass::<Classifier>("vit-tiny", patches(192));
    check_pass::<Captioner>("vit-gpt2-tiny", patches(192));
    check_pass::<Whisper>("whisper-tiny", FRAMES);
    // Patches of 2 × 2 of 4 channels.
    check_pass::<Dit>("dit-tiny", 4 * 2 * 2 * 192);
}

#[test]
fn resnet_has_kernels_and_a_matrix() {
    // The published parameters, less two for each channel of a norm, and the matrix and biases of the classes.
    check_pass::<Classifier>("resnet-50", 25_557_032 - 53_120 - 2048 * 1000 - 1000);
}

#[test]
fn mamba_convolves_in_each_layer() {
    check_pass::<Mamba2>("mamba2-tiny", 8 * 4 * 768);
}

#[test]
fn llava_leaves_out_the_last_layer_of_its_tower() {
    check_pass::<Llava>("llava-tiny", patches(192) - layer(192, 768, 2));
}

#[test]
fn rag_compares_with_its_index() {
    check_pass::<Rag>("rag-tiny", 384 * 10_000);
}

#[test]
fn mixtral_reads_the_router_and_the_experts_of_one_token() {
    // Two of four experts in each of 4 layers, however many tokens there are.
    let layers = 4 * (layer(256, 512, 2 * 3) + 256 * 4);
    for batch in [1, 3] {
        assert_eq!(read::<Mixtral>("mixtral-tiny", batch, 0), layers + 256 * 32000);
    }
}

#[test]
fn a_decoder_is_read_for_every_token() {
    check_writing::<Llama>("llama-tiny", 0);
    check_writing::<Mixtral>("mixtral-tiny", 0);
    check_writing::<Mamba2>("mamba2-tiny", 0);
}

#[test]
fn a_sampler_is_read_for_every_step() {
    check_writing::<Dit>("dit-tiny", 0);
}

#[test]
fn an_encoder_is_read_once() {
    // And what makes keys and values of its output: half of an attention for each layer of the decoder.
    check_writing::<T5>("t5-tiny", 4 * layer(256, 1024, 2) + 4 * 2 * 256 * 256);
    check_writing::<Whisper>("whisper-tiny", HEARING + 4 * 2 * 384 * 384);
    check_writing::<Captioner>("vit-gpt2-tiny", patches(192) + 12 * layer(192, 768, 2) + 4 * 2 * 192 * 192);
}

#[test]
fn an_image_is_seen_once() {
    check_writing::<Llava>("llava-tiny", SEEING);
}

#[test]
fn passages_are_found_once() {
    check_writing::<Rag>("rag-tiny", SEARCHING);
}

#[test]
fn nothing_to_read_reads_nothing() {
    assert_eq!(read::<Bert>("bert-tiny", 0, 0), 0);
}
