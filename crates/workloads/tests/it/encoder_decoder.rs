//! T5 as its users see it: what is recorded, writing with and without a cache, and what it says of other files.

use accel_bench_workloads::families::encoder_decoder::{T5, T5Config, T5Input};
use accel_bench_workloads::model;
use accel_bench_workloads::workload::{Size, Workload as _};
use burn::tensor::{Int, Tensor};

use crate::folder::{Folder, cpu, family, outcome};
use crate::writing::{Text, check_cache, check_steps};

const FAMILY: &str = "encoder-decoder";

fn recorded() -> T5 {
    model::load(&family(FAMILY), &cpu()).expect("the folder is sound")
}

fn ids<const B: usize, const S: usize>(ids: [[i64; S]; B]) -> Tensor<2, Int> {
    Tensor::from_data(ids, &cpu())
}

impl Text for T5Input {
    fn text(&mut self) -> &mut Tensor<2, Int> {
        &mut self.decoder_input_ids
    }
}

/// A model of two layers with weights drawn from a seed, as `change` has it.
fn drawn(change: impl FnOnce(&mut T5Config)) -> (T5Config, T5) {
    let mut config = model::config::<T5>("t5-tiny").expect("it is a preset");
    config.vocab_size = 200;
    config.d_model = 32;
    config.d_ff = 48;
    config.num_layers = 2;
    config.d_kv = 12;
    // Large weights, so that what is written does not hang on one token.
    config.initializer_factor = 4.0;
    change(&mut config);
    (config, model::random(&config, 3, &cpu()))
}

#[test]
fn gives_what_is_recorded() {
    let outcome = outcome(&family(FAMILY));
    assert!(outcome.is_ok(), "{outcome}");
}

#[test]
fn writes_of_a_padded_source_with_a_cache() {
    let input = T5Input {
        input_ids: ids([[3, 4, 5, 6, 7], [8, 9, 10, 0, 0]]),
        attention_mask: Some(ids([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]])),
        decoder_input_ids: ids([[0, 3, 5, 8], [0, 7, 6, 11]]),
    };
    check_cache(&drawn(|_| ()).1, input, 12);
}

/// Reads a text of 10 tokens, all but the first `prompt` of them one by one.
#[track_caller]
fn check_text(t5: &T5, prompt: usize) {
    let text = ids([[0, 3, 5, 8, 13, 2, 2, 19, 7, 4], [0, 7, 6, 11, 1, 18, 3, 12, 15, 9]]);
    let input = T5Input {
        input_ids: ids([[3, 4, 5, 6, 7], [8, 9, 10, 0, 0]]),
        attention_mask: Some(ids([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]])),
        decoder_input_ids: text,
    };
    check_steps(t5, input, prompt);
}

#[test]
fn reads_token_by_token_as_at_once() {
    check_text(&recorded(), 1);
    check_text(&recorded(), 6);
    check_text(&drawn(|_| ()).1, 3);
}

#[test]
fn writes_from_the_start_token() {
    let (config, t5) = drawn(|_| ());
    let input = T5::input(&config, Size { batch: 2, sequence: 9, new_tokens: 40 }, 1, &cpu());
    assert_eq!(input.decoder_input_ids.dims(), [2, 1]);
    check_cache(&t5, input, 40);
}

#[test]
fn writes_gated_and_with_a_head_of_its_own() {
    let (config, t5) = drawn(|config| {
        config.is_gated_act = Some(true);
        config.tie_word_embeddings = false;
        config.num_decoder_layers = Some(3);
    });
    check_cache(&t5, T5Input::random(&config, [2, 6], 1, &cpu()), 8);
}

#[test]
fn a_pass_gives_scores_of_every_token() {
    let (config, t5) = drawn(|_| ());
    let input = T5::input(&config, Size { batch: 2, sequence: 9, new_tokens: 0 }, 1, &cpu());
    assert_eq!(t5.pass(input).dims(), [2, 9, 200]);
}

#[test]
fn padding_of_the_source_does_not_matter() {
    let text = ids([[0, 5, 6]]);
    let alone = T5Input { input_ids: ids([[3, 4]]), attention_mask: None, decoder_input_ids: text.clone() };
    let mask = Some(ids([[1, 1, 0, 0]]));
    let padded = T5Input { input_ids: ids([[3, 4, 9, 7]]), attention_mask: mask, decoder_input_ids: text };
    let [alone, padded] = [alone, padded].map(|input| recorded().forward(input));
    let far: f32 = (alone - padded).abs().max().into_scalar();
    assert!(far < 1e-5, "{far}");
}

/// The recorded model with another `config.json` or other tensors.
#[track_caller]
fn check_line(folder: &Folder, expected: &str) {
    let line = outcome(folder.path()).to_string();
    assert!(line.contains(expected), "{line}");
}

#[test]
fn copies_of_the_tokens_may_be_there() {
    let folder = Folder::of(FAMILY).tensors(|tensors| {
        let tokens = tensors["shared.weight"].clone();
        for copy in ["lm_head.weight", "encoder.embed_tokens.weight", "decoder.embed_tokens.weight"] {
            assert!(tensors.insert(copy.into(), tokens.clone()).is_none(), "`{copy}` is recorded");
        }
    });
    check_line(&folder, " ok");
}

#[test]
fn a_bias_that_was_never_used_may_be_there() {
    let folder = Folder::of(FAMILY).tensors(|tensors| {
        let bias = tensors["decoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight"].clone();
        tensors.insert("decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight".into(), bias);
    });
    check_line(&folder, " ok");
}

#[test]
fn a_head_of_its_own_that_is_missing() {
    let folder = Folder::of(FAMILY);
    let folder = folder.config("\"tie_word_embeddings\": true", "\"tie_word_embeddings\": false");
    check_line(&folder, "missing `lm_head.weight`");
}

#[test]
fn scale_is_what_tells_the_versions_apart() {
    let folder = Folder::of(FAMILY);
    let folder = folder.config("\"scale_decoder_outputs\": true", "\"scale_decoder_outputs\": false");
    check_line(&folder, "FAILED");
}

#[test]
fn unknown_projection() {
    let folder = Folder::of(FAMILY);
    let folder = folder.config("\"feed_forward_proj\": \"relu\"", "\"feed_forward_proj\": \"gated-sine\"");
    check_line(&folder, "`feed_forward_proj` `gated-sine`: unknown variant `sine`");
}
