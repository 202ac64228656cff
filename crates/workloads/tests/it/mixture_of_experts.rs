//! Mixtral: what is recorded, what is written token by token, and checkpoints of both kinds.

use accel_bench_workloads::families::mixture_of_experts::{Mixtral, MixtralConfig, active_params};
use accel_bench_workloads::model;
use burn::module::Module as _;
use burn::tensor::{Int, Tensor};

use crate::folder::{self, Folder, Stored, Tensors, check, cpu, family, outcome};
use crate::writing::{check_cache, drawn_input};

fn smallest() -> MixtralConfig {
    MixtralConfig {
        vocab_size: 50,
        hidden_size: 24,
        intermediate_size: 16,
        num_hidden_layers: 2,
        num_attention_heads: 4,
        num_key_value_heads: Some(2),
        num_local_experts: 5,
        initializer_range: 0.4,
        // A tied one repeats its last token.
        tie_word_embeddings: false,
        ..model::config::<Mixtral>("mixtral-tiny").expect("it is a preset")
    }
}

fn drawn(config: &MixtralConfig) -> Mixtral {
    model::random(config, 1, &cpu())
}

#[track_caller]
fn check_config(from: &str, to: &str, expected: &str) {
    folder::check_config("mixture-of-experts", [from, to], expected);
}

/// Part `index` of `parts` of equal size along the first dimensions, as a matrix of `shape`.
fn part(tensor: &Stored, index: usize, parts: usize, shape: [usize; 2]) -> Stored {
    let length = tensor.bytes.len() / parts;
    let bytes = tensor.bytes[index * length..(index + 1) * length].to_vec();
    Stored { dtype: tensor.dtype, shape: shape.to_vec(), bytes }
}

/// Names and shapes as Mixtral was published with.
fn as_published(tensors: &mut Tensors) {
    for layer in 0..2 {
        let [now, then] = ["mlp", "block_sparse_moe"].map(|name| format!("model.layers.{layer}.{name}"));
        let mut take = |name: &str| tensors.remove(&format!("{now}.{name}")).expect("it is recorded");
        let [router, widening, down] =
            ["gate.weight", "experts.gate_up_proj", "experts.down_proj"].map(&mut take);
        tensors.insert(format!("{then}.gate.weight"), router);
        for expert in 0..5 {
            let name = |part: &str| format!("{then}.experts.{expert}.{part}.weight");
            tensors.insert(name("w1"), part(&widening, 2 * expert, 10, [8, 12]));
            tensors.insert(name("w3"), part(&widening, 2 * expert + 1, 10, [8, 12]));
            tensors.insert(name("w2"), part(&down, expert, 5, [12, 8]));
        }
    }
}

#[test]
fn recorded_outputs() {
    check(&Folder::of("mixture-of-experts"), " ok");
}

#[test]
fn a_checkpoint_as_it_was_published() {
    check(&Folder::of("mixture-of-experts").tensors(as_published), " ok");
}

#[test]
fn a_published_checkpoint_that_lacks_an_expert() {
    let folder = Folder::of("mixture-of-experts").tensors(|tensors| {
        as_published(tensors);
        tensors.remove("model.layers.1.block_sparse_moe.experts.4.w3.weight");
    });
    check(&folder, "do not fit the model: missing `model.layers.1.mlp.experts.4.w3.weight`)");
}

#[test]
fn experts_of_another_number() {
    let folder =
        Folder::of("mixture-of-experts").config("\"num_local_experts\": 5", "\"num_local_experts\": 4");
    let line = outcome(folder.path()).to_string();
    let expected = "`model.layers.0.mlp.experts.gate_up_proj` [5, 16, 12] where the model has [4, 16, 12]";
    assert!(line.contains(expected), "{line}");
}

#[test]
fn recorded_model_with_a_cache() {
    let folder = family("mixture-of-experts");
    let config = model::read_config::<Mixtral>(&folder).expect("the folder is sound");
    check_cache(
        &model::load::<Mixtral>(&folder, &cpu()).expect("it is sound"),
        drawn_input::<Mixtral>(&config, [2, 7], 8),
        8,
    );
}

#[test]
fn two_sequences_with_a_cache() {
    check_cache(&drawn(&smallest()), drawn_input::<Mixtral>(&smallest(), [2, 5], 9), 9);
}

#[test]
fn a_window_with_a_cache() {
    let config = MixtralConfig { sliding_window: Some(3), ..smallest() };
    check_cache(&drawn(&config), drawn_input::<Mixtral>(&config, [2, 5], 6), 6);
}

#[test]
fn every_expert_with_a_cache() {
    let config = MixtralConfig { num_experts_per_tok: 5, ..smallest() };
    check_cache(&drawn(&config), drawn_input::<Mixtral>(&config, [1, 2], 6), 6);
}

#[test]
fn one_expert_alone_with_a_cache() {
    let config = MixtralConfig { num_local_experts: 1, num_experts_per_tok: 1, ..smallest() };
    check_cache(&drawn(&config), drawn_input::<Mixtral>(&config, [2, 2], 6), 6);
}

#[test]
fn sequences_of_a_batch_do_not_matter_to_each_other() {
    let mixtral = drawn(&smallest());
    let scores = |ids: Tensor<2, Int>| -> Vec<f32> {
        mixtral.forward(ids).into_data().try_into_vec().expect("it is f32")
    };
    let together = scores(Tensor::from_data([[3, 4, 5], [6, 7, 8]], &cpu()));
    let alone = [[[3, 4, 5]], [[6, 7, 8]]].map(|ids| scores(Tensor::from_data(ids, &cpu()))).concat();
    assert!(together.iter().zip(&alone).all(|(a, b)| (a - b).abs() < 1e-4), "{together:?} {alone:?}");
}

#[test]
fn built_parameters_are_as_computed() {
    let config = smallest();
    assert_eq!(drawn(&config).num_params() as u64, model::num_params::<Mixtral>(&config, &cpu()));
}

#[test]
fn all_parameters_are_active_where_all_experts_are() {
    let config = MixtralConfig { num_experts_per_tok: 5, ..smallest() };
    assert_eq!(active_params(&config, &cpu()), model::num_params::<Mixtral>(&config, &cpu()));
}

#[test]
fn more_experts_a_token_than_there_are() {
    check_config(
        "\"num_experts_per_tok\": 3",
        "\"num_experts_per_tok\": 6",
        "`num_experts_per_tok` 6 is above `num_local_experts` 5",
    );
}

#[test]
fn no_experts() {
    check_config("\"num_experts_per_tok\": 3", "\"num_experts_per_tok\": 0", "`num_experts_per_tok` is 0");
}

#[test]
fn a_window_of_nothing() {
    check_config("\"sliding_window\": 4", "\"sliding_window\": 0", "`sliding_window` is 0");
}
