//! Llama: what is recorded, what is written token by token, and checkpoints and configurations of all kinds.

use accel_bench_workloads::families::decoder_only::{Llama, LlamaConfig};
use accel_bench_workloads::generation::greedy;
use accel_bench_workloads::model;
use accel_bench_workloads::workload::{Generator as _, Size, Workload as _};
use burn::module::Module as _;
use burn::tensor::{Int, Tensor, TensorData};
use safetensors::tensor::Dtype;

use crate::folder::{self, Folder, Stored, check, cpu, family};
use crate::writing::{check_cache, drawn_input};

/// Small, and far from what a model computes that adds nothing to its embeddings.
fn smallest() -> LlamaConfig {
    LlamaConfig {
        vocab_size: 50,
        hidden_size: 24,
        intermediate_size: 40,
        num_hidden_layers: 2,
        num_attention_heads: 4,
        num_key_value_heads: Some(2),
        initializer_range: 0.4,
        // A tied one repeats its last token.
        tie_word_embeddings: false,
        ..model::config::<Llama>("llama-tiny").expect("it is a preset")
    }
}

fn drawn(config: &LlamaConfig) -> Llama {
    model::random(config, 1, &cpu())
}

fn recorded() -> (LlamaConfig, Llama) {
    let folder = family("decoder-only");
    let config = model::read_config::<Llama>(&folder).expect("the folder is sound");
    (config, model::load(&folder, &cpu()).expect("the folder is sound"))
}

#[track_caller]
fn check_config(from: &str, to: &str, expected: &str) {
    folder::check_config("decoder-only", [from, to], expected);
}

fn values(tensor: Tensor<3>) -> TensorData {
    tensor.into_data()
}

#[test]
fn recorded_outputs() {
    check(&Folder::of("decoder-only"), " ok");
}

#[test]
fn recorded_model_with_a_cache() {
    let (config, llama) = recorded();
    check_cache(&llama, drawn_input::<Llama>(&config, [2, 7], 8), 8);
}

#[test]
fn two_sequences_with_a_cache() {
    check_cache(&drawn(&smallest()), drawn_input::<Llama>(&smallest(), [2, 5], 9), 9);
}

#[test]
fn one_head_of_keys_with_a_cache() {
    let config = LlamaConfig { num_key_value_heads: Some(1), ..smallest() };
    check_cache(&drawn(&config), drawn_input::<Llama>(&config, [3, 1], 6), 6);
}

#[test]
fn every_head_has_keys_with_a_cache() {
    let config = LlamaConfig { num_key_value_heads: None, ..smallest() };
    check_cache(&drawn(&config), drawn_input::<Llama>(&config, [1, 4], 6), 6);
}

#[test]
fn each_token_is_heard_of() {
    let ids = Llama::input(&smallest(), Size { batch: 2, sequence: 3, new_tokens: 4 }, 1, &cpu());
    let mut heard = 0;
    let tokens = greedy(&drawn(&smallest()), ids, 4, &mut || heard += 1).expect("the device works");
    assert_eq!((heard, tokens.len(), tokens[0].len()), (4, 2, 4));
}

#[test]
fn no_tokens_are_a_row_for_each_sequence() {
    let ids = drawn_input::<Llama>(&smallest(), [2, 3], 0);
    let tokens = greedy(&drawn(&smallest()), ids, 0, &mut || unreachable!()).expect("the device works");
    assert_eq!(tokens, [[0; 0]; 2]);
}

#[test]
fn embeddings_in_place_of_tokens() {
    let llama = drawn(&smallest());
    let ids = Tensor::<2, Int>::from_data([[3, 1, 4, 1]], &cpu());
    let embedded = llama.embed(ids.clone());
    assert_eq!(values(llama.forward_embedded(embedded.clone())), values(llama.forward(ids.clone())));
    let [(of_embeddings, state), (of_tokens, _)] =
        [llama.prefill_embedded(embedded, 2), llama.prefill(ids, 2)];
    assert_eq!(of_embeddings.into_data(), of_tokens.into_data());
    assert_eq!((state.len(), state.is_empty()), (4, false));
}

#[test]
fn built_parameters_are_as_computed() {
    for tie_word_embeddings in [false, true] {
        let config = LlamaConfig { tie_word_embeddings, attention_bias: true, mlp_bias: true, ..smallest() };
        assert_eq!(drawn(&config).num_params() as u64, model::num_params::<Llama>(&config, &cpu()));
    }
}

#[test]
fn a_text_that_is_too_long() {
    let excess = |sequence, new_tokens| {
        let config = LlamaConfig { max_position_embeddings: 16, ..smallest() };
        Llama::excess(&config, Size { batch: 1, sequence, new_tokens })
    };
    assert_eq!((excess(16, 0), excess(12, 4)), (None, None));
    assert_eq!(excess(12, 5).as_deref(), Some("it has 16 positions, 17 are asked for"));
}

#[test]
fn rotary_positions_as_they_were_written_formerly() {
    let folder = Folder::of("decoder-only")
        .config("\"rope_theta\": 100.0,", "\"low_freq_factor\": 1.0,")
        .config("\"rope_parameters\"", "\"rope_theta\": 100.0, \"rope_scaling\"");
    check(&folder, " ok");
}

#[test]
fn frequencies_that_older_checkpoints_store() {
    let frequencies = Stored { dtype: Dtype::F32, shape: vec![3], bytes: vec![0; 12] };
    let folder = Folder::of("decoder-only").tensors(|tensors| {
        tensors.insert("model.layers.0.self_attn.rotary_emb.inv_freq".to_owned(), frequencies);
    });
    check(&folder, " ok");
}

#[test]
fn a_tied_head_may_be_stored_or_not() {
    // As many parameters as the embedding has, so that only the name differs.
    let tied = || {
        Folder::of("decoder-only").config("\"tie_word_embeddings\": false", "\"tie_word_embeddings\": true")
    };
    let loaded = |folder: &Folder| {
        let llama: Llama = model::load(folder.path(), &cpu()).expect("the folder is sound");
        values(llama.forward(Tensor::from_data([[5, 6, 7]], &cpu())))
    };
    let without = tied().tensors(|tensors| drop(tensors.remove("lm_head.weight")));
    assert_eq!(loaded(&tied()), loaded(&without));
}

#[test]
fn an_untied_head_that_is_missing() {
    let folder = Folder::of("decoder-only").tensors(|tensors| drop(tensors.remove("lm_head.weight")));
    check(&folder, "do not fit the model: missing `lm_head.weight`)");
}

#[test]
fn biases_that_the_configuration_does_not_name() {
    let folder = Folder::of("decoder-only").config("\"mlp_bias\": true", "\"mlp_bias\": false");
    check(
        &folder,
        "extra `model.layers.0.mlp.down_proj.bias`, `model.layers.0.mlp.gate_proj.bias`, \
         `model.layers.0.mlp.up_proj.bias`, `model.layers.1.mlp.down_proj.bias`, \
         `model.layers.1.mlp.gate_proj.bias`, `model.layers.1.mlp.up_proj.bias`)",
    );
}

#[test]
fn padded_inputs() {
    let folder = Folder::of("decoder-only");
    let path = folder.file("inputs.safetensors");
    let mut inputs = crate::folder::read(&path);
    let mask = inputs["input_ids"].clone();
    inputs.insert("attention_mask".to_owned(), mask);
    crate::folder::write(&path, &inputs);
    check(
        &folder,
        "FAILED (the inputs have no usable `attention_mask`: texts of different lengths in one \
         batch are not implemented)",
    );
}

#[test]
fn inputs_that_are_too_long() {
    let folder = Folder::of("decoder-only")
        .config("\"max_position_embeddings\": 24", "\"max_position_embeddings\": 6");
    check(&folder, "no usable `input_ids`: it has 6 positions, 7 are asked for)");
}

#[test]
fn no_room_to_write() {
    let folder = Folder::of("decoder-only")
        .config("\"max_position_embeddings\": 24", "\"max_position_embeddings\": 8");
    check(&folder, "FAILED (the model gives no `greedy_tokens`)");
}

#[test]
fn an_unknown_scaling() {
    check_config(
        "\"llama3\"",
        "\"yarn\"",
        "`rope_type` is `yarn`: only `default`, `linear` and `llama3` are implemented",
    );
}

#[test]
fn uneven_key_heads() {
    check_config(
        "\"num_key_value_heads\": 2",
        "\"num_key_value_heads\": 3",
        "`num_attention_heads` 4 is not a multiple of `num_key_value_heads` 3",
    );
}

#[test]
fn uneven_heads() {
    check_config(
        "\"head_dim\": 6,\n \"hidden_act\": \"silu\",\n \"hidden_size\": 12",
        "\"hidden_act\": \"silu\",\n \"hidden_size\": 13",
        "`hidden_size` 13 is not a multiple of `num_attention_heads` 4",
    );
}

#[test]
fn heads_that_have_no_pairs() {
    check_config(
        "\"head_dim\": 6",
        "\"head_dim\": 5",
        "heads have 5 values (`head_dim`), which rotary positions can't pair",
    );
}

#[test]
fn dimensions_that_are_zero() {
    check_config("\"head_dim\": 6", "\"head_dim\": 0", "`head_dim` is 0");
    check_config("\"num_key_value_heads\": 2", "\"num_key_value_heads\": 0", "`num_key_value_heads` is 0");
    check_config("\"vocab_size\": 24", "\"vocab_size\": 0", "`vocab_size` is 0");
}

#[test]
fn what_a_file_leaves_out() {
    // As the text model of LLaVA 1.5 is written, which is Vicuna 7B with a larger vocabulary.
    let text = r#"{"model_type": "llama", "vocab_size": 32064, "rms_norm_eps": 1e-5}"#;
    let config: LlamaConfig = serde_json::from_str(text).expect("it is a configuration");
    let millions = model::num_params::<Llama>(&config, &cpu()) as f64 / 1e6;
    assert!((millions / 6738.9 - 1.0).abs() < 1e-4, "{millions}");
}
