//! Messages about a `config.json` that does not describe a model of the family.

use std::fs;

use accel_bench_workloads::families::encoder_only::Bert;
use accel_bench_workloads::model;

use crate::folder::{Folder, outcome};

#[track_caller]
fn check_text(folder: &Folder, expected: &str) {
    let error = model::read_config::<Bert>(folder.path()).expect_err("an invalid configuration");
    let message = error.to_string().replace(&folder.path().display().to_string(), "DIR");
    assert!(message.contains(expected), "{message}");
}

#[track_caller]
fn check(from: &str, to: &str, expected: &str) {
    check_text(&Folder::with_config(from, to), expected);
}

#[test]
fn unknown_model_type() {
    check("\"bert\"", "\"berta\"", "`DIR/config.json` has the model type `berta` where `bert` is wanted");
}

#[test]
fn model_type_of_another_family() {
    check(
        "\"bert\"",
        "\"llama\"",
        "has the model type `llama`, of the family decoder-only, where `bert` is wanted",
    );
}

#[test]
fn no_model_type() {
    check("\"model_type\"", "\"type\"", "`DIR/config.json` has no `model_type`");
}

#[test]
fn no_json() {
    check("{", "", "`DIR/config.json` is not a usable configuration: ");
}

#[test]
fn missing_dimension() {
    check("\"hidden_size\"", "\"width\"", "missing field `hidden_size`");
}

#[test]
fn negative_dimension() {
    check("\"hidden_size\": 12", "\"hidden_size\": -12", "invalid value: integer `-12`");
}

#[test]
fn uneven_heads() {
    check(
        "\"num_attention_heads\": 3",
        "\"num_attention_heads\": 5",
        "`hidden_size` 12 is not a multiple of `num_attention_heads` 5",
    );
}

#[test]
fn unknown_activation() {
    check("\"gelu\"", "\"gelu10\"", "unknown variant `gelu10`, expected one of `gelu`");
}

#[test]
fn relative_positions() {
    check(
        "\"model_type\"",
        "\"position_embedding_type\": \"relative_key\", \"model_type\"",
        "unknown variant `relative_key`, expected `absolute`",
    );
}

#[test]
fn no_file() {
    let folder = Folder::copy();
    fs::remove_file(folder.file("config.json")).expect("it is there");
    check_text(&folder, "can't read `DIR/config.json`");
}

#[test]
fn other_dimensions_are_a_mismatch() {
    let line = outcome(Folder::with_config("\"vocab_size\": 24", "\"vocab_size\": 25").path()).to_string();
    let expected = "misshapen `embeddings.word_embeddings.weight` [24, 12] where the model has [25, 12])";
    assert!(line.ends_with(expected), "{line}");
}
