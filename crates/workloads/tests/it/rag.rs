//! Search and answer together.

use accel_bench_workloads::families::rag::{Rag, RagConfig, RagInput};
use accel_bench_workloads::model;
use accel_bench_workloads::workload::{Size, Workload as _};
use burn::tensor::{Int, Tensor};

use crate::folder::cpu;
use crate::writing::{Text, check_cache};

const SIZE: Size = Size { batch: 2, sequence: 5, new_tokens: 6 };

/// A pipeline whose parts are as small as they can be.
fn smallest() -> (RagConfig, Rag, RagInput) {
    let mut config = model::config::<Rag>("rag-tiny").expect("it is a preset");
    config.encoder.num_hidden_layers = 1;
    config.encoder.vocab_size = 200;
    config.generator.num_hidden_layers = 2;
    config.generator.vocab_size = 300;
    config.generator.initializer_range = 0.4;
    // A tied one repeats its last token.
    config.generator.tie_word_embeddings = false;
    config.passages = 40;
    (config, model::random(&config, 1, &cpu()), Rag::input(&config, SIZE, 1, &cpu()))
}

impl Text for RagInput {
    fn text(&mut self) -> &mut Tensor<2, Int> {
        &mut self.prompt
    }
}

/// Millions of parameters, the table of the design.
#[track_caller]
fn check_num_params(name: &str, millions: f64) {
    let config = model::config::<Rag>(name).expect("it is a preset");
    let found = model::num_params::<Rag>(&config, &cpu()) as f64 / 1e6;
    assert!((found / millions - 1.0).abs() < 1e-3, "{name}: {found} M where the table says {millions} M");
}

#[test]
fn num_params() {
    check_num_params("rag-tiny", 37.9);
    check_num_params("rag-small", 167.9);
    check_num_params("rag-base", 1210.0);
    check_num_params("rag-large", 3548.0);
    check_num_params("rag-xl", 8365.0);
    check_num_params("rag-xxl", 13350.0);
}

#[test]
fn every_question_finds_its_passages() {
    let (config, rag, input) = smallest();
    let found = rag.search(input.question, &input.index);
    assert_eq!(found.dims(), [2, config.found]);
    assert!(found.into_data().iter::<i64>().all(|passage| (0..40).contains(&passage)));
}

#[test]
fn the_generator_reads_passages_and_question() {
    let (config, rag, input) = smallest();
    let [batch, tokens, vocabulary] = rag.pass(input).dims();
    assert_eq!((batch, tokens, vocabulary), (2, config.found * config.passage_tokens + 5, 300));
}

#[test]
fn a_cache_writes_the_same_tokens() {
    let (_, rag, input) = smallest();
    check_cache(&rag, input, 6);
}

#[test]
fn another_question_finds_others() {
    let (config, rag, input) = smallest();
    let other = Rag::input(&config, SIZE, 2, &cpu()).question;
    let found = [input.question, other].map(|question| rag.search(question, &input.index).into_data());
    assert_ne!(found[0], found[1]);
}

#[track_caller]
fn check_excess(size: Size, expected: Option<&str>) {
    let config = model::config::<Rag>("rag-tiny").expect("it is a preset");
    assert_eq!(Rag::excess(&config, size).as_deref(), expected);
}

#[test]
fn positions_of_both_models_count() {
    check_excess(Size { sequence: 512, ..SIZE }, None);
    check_excess(Size { sequence: 513, ..SIZE }, Some("it has 512 positions, 513 are asked for"));
}
