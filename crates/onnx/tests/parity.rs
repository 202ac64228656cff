//! Models that `export.py` made of this repository's checkpoints compute what Hugging Face's implementation computes.
//!
//! The library of ONNX Runtime is found as a benchmark finds it; `.ci/run` installs it, and asks for these tests by
//! `ONNX_REQUIRED`. Elsewhere they pass without it and say so.

#![expect(clippy::print_stderr, reason = "a test that compared nothing says so")]

mod common;

use std::env;
use std::fs;

use accel_bench_onnx::{Axes, OnnxError, OnnxModel, Provider, Tensor};
use common::{compare, model_file, recorded};

/// The model, or `None` without a library.
fn open(name: &str) -> Option<OnnxModel> {
    match OnnxModel::open(&model_file(name), Provider::Cpu) {
        Err(OnnxError::NoLibrary(reason)) if env::var_os("ONNX_REQUIRED").is_none() => {
            eprintln!("not compared: {reason}");
            None
        }
        opened => Some(opened.expect("it opens")),
    }
}

#[track_caller]
fn check(name: &str) {
    let Some(mut model) = open(name) else { return };
    let outputs = model.run(&recorded(name, "inputs.safetensors")).expect("it runs");
    compare(name, &outputs);
}

#[test]
fn bert() {
    check("encoder-only");
}

#[test]
fn vit() {
    check("vision");
}

#[test]
fn resnet() {
    check("vision-resnet");
}

/// Only the library of `onnxruntime-openvino` has the provider.
#[test]
fn openvino() {
    for name in ["encoder-only", "vision", "vision-resnet"] {
        match OnnxModel::open(&model_file(name), Provider::OpenVino) {
            Err(error @ (OnnxError::NoProvider { .. } | OnnxError::NoLibrary(_))) => {
                eprintln!("not compared: {error}");
                return;
            }
            opened => {
                let mut model = opened.expect("it opens");
                let outputs = model.run(&recorded(name, "inputs.safetensors")).expect("it runs");
                compare(name, &outputs);
            }
        }
    }
}

#[test]
fn axes_are_as_long_as_asked_for() {
    let Some(mut model) = open("encoder-only") else { return };
    let axes = Axes::default().with("batch-size", 2).with("sequence-length", 5);
    let inputs = model.inputs(&axes).expect("all axes are known");
    assert!(inputs.iter().any(|input| input.name == "input_ids"));
    let outputs = model.run(&inputs).expect("it runs");
    let Some((_, Tensor::F32(shape, numbers))) = outputs.iter().find(|(name, _)| name == "last_hidden_state")
    else {
        panic!("{outputs:?}")
    };
    assert_eq!((shape.as_slice(), numbers.len()), ([2, 5, 12].as_slice(), 120));
    let error =
        model.inputs(&Axes::default().with("batch-size", 2)).expect_err("one axis is open").to_string();
    assert!(error.contains("an axis `sequence_length` of unknown length"), "{error}");
    // A sequence beyond the model's positions is an error of the model, and it goes on after it.
    let long = model.inputs(&axes.with("sequence-length", 99)).expect("all axes are known");
    assert!(matches!(model.run(&long), Err(OnnxError::Run(_))));
    assert_eq!(model.run(&inputs).expect("it runs").len(), outputs.len());
}

#[test]
fn files_and_providers_that_cannot_be_used() {
    if open("encoder-only").is_none() {
        return;
    }
    let dir = tempfile::tempdir().expect("a folder");
    let broken = dir.path().join("broken.onnx");
    fs::write(&broken, "nothing of the kind").expect("a file");
    let error = OnnxModel::open(&broken, Provider::Cpu).expect_err("it is broken");
    assert!(matches!(&error, OnnxError::Unreadable { .. }) && !error.is_unsupported(), "{error}");
    assert!(error.to_string().contains("broken.onnx"), "{error}");
    // Of CoreML and QNN, each library has at most one.
    let refused =
        [Provider::CoreMl, Provider::Qnn].map(|provider| OnnxModel::open(&model_file("vision"), provider));
    let refused: Vec<_> = refused.into_iter().filter_map(Result::err).collect();
    assert!(!refused.is_empty() && refused.iter().all(OnnxError::is_unsupported), "{refused:?}");
}
