//! The same in a browser: what onnxruntime-web computes is what Hugging Face's implementation computes.
//!
//! `.ci/run` installs Chromium and onnxruntime-web, and asks for these tests by `WEB_REQUIRED`. Elsewhere they pass without
//! them and say so.

#![cfg(feature = "browser")]
#![expect(clippy::print_stderr, reason = "a test that compared nothing says so")]

mod common;

use std::env;

use accel_bench::Device;
use accel_bench_onnx::{Axes, OnnxError, WebModel, WebProvider};
use common::{compare, model_file, recorded};

/// A browser that is ready, or `None` where something is missing that need not be there.
fn open(name: &str, provider: WebProvider) -> Option<WebModel> {
    match WebModel::open(&model_file(name), provider) {
        Err(error @ (OnnxError::NoWebRuntime | OnnxError::NoBrowser(_)))
            if env::var_os("WEB_REQUIRED").is_none() =>
        {
            eprintln!("not compared: {error}");
            None
        }
        opened => Some(opened.expect("it opens")),
    }
}

fn axes() -> Axes {
    Axes::default().with("batch-size", 2).with("sequence-length", 5).with("image-size", 16)
}

#[track_caller]
fn check(name: &str, provider: WebProvider) {
    let Some(model) = open(name, provider) else { return };
    model.load(&axes()).expect("it loads");
    model.give(&recorded(name, "inputs.safetensors")).expect("they are inputs");
    compare(name, &model.run().expect("it runs"));
    let [one, ten] = [1, 10].map(|passes| model.time(passes).expect("it runs"));
    assert!(!ten.is_zero() && ten > one / 10, "{one:?} {ten:?}");
    assert!(model.about().agent.contains("Chrome/"), "{:?}", model.about());
    if cfg!(target_os = "linux") {
        let memory = model.device().memory();
        assert!(memory.is_some_and(|memory| memory.in_use > 10 << 20), "{memory:?}");
    }
}

#[test]
fn bert_on_wasm() {
    check("encoder-only", WebProvider::Wasm);
}

#[test]
fn vit_on_wasm() {
    check("vision", WebProvider::Wasm);
}

#[test]
fn bert_on_webgpu() {
    check("encoder-only", WebProvider::WebGpu);
}

#[test]
fn resnet_on_webgpu() {
    check("vision-resnet", WebProvider::WebGpu);
}

#[test]
fn what_cannot_be_run_says_why() {
    let Some(model) = open("encoder-only", WebProvider::Wasm) else { return };
    let error = model.load(&Axes::default().with("batch-size", 2)).expect_err("one axis is open").to_string();
    assert!(error.contains("an axis `sequence_length` of unknown length"), "{error}");
    // An error of the model is none of the browser: it goes on.
    model.load(&axes().with("sequence-length", 99)).expect("all axes are known");
    assert!(matches!(model.run(), Err(OnnxError::Run(_))));
    model.load(&axes()).expect("it loads");
    assert_eq!(model.run().expect("it runs").len(), 2);
    let dir = tempfile::tempdir().expect("a folder");
    let broken = dir.path().join("broken.onnx");
    std::fs::write(&broken, "nothing of the kind").expect("a file");
    let model = WebModel::open(&broken, WebProvider::Wasm).expect("the browser starts");
    let error = model.load(&axes()).expect_err("it is broken");
    assert!(matches!(&error, OnnxError::Unreadable { .. }) && !error.is_unsupported(), "{error}");
}

/// Chromium on Linux has none: it is unsupported, and nothing computes in its place. Where there is one, it is right.
#[test]
fn webnn_is_there_or_refused() {
    if open("encoder-only", WebProvider::Wasm).is_none() {
        return;
    }
    match WebModel::open(&model_file("encoder-only"), WebProvider::WebNn) {
        Ok(_) => check("encoder-only", WebProvider::WebNn),
        Err(error) => assert!(matches!(&error, OnnxError::Provider(_)) && error.is_unsupported(), "{error}"),
    }
}
