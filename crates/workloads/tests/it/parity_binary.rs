//! The binary `parity`: its lines and its exit codes.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::folder::{Folder, read, recorded, write};

fn parity(arguments: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_parity"));
    command.args(arguments).arg(folder).output().expect("the binary runs")
}

/// Exits with `code` and prints, on stdout or stderr, a text that holds `expected`.
#[track_caller]
fn check(arguments: &[&str], folder: &Path, code: i32, expected: &str) {
    let output = parity(arguments, folder);
    let text = [output.stdout, output.stderr]
        .map(|bytes| String::from_utf8(bytes).expect("it prints text"))
        .concat();
    assert!(output.status.code() == Some(code) && text.contains(expected), "{:?}: {text}", output.status);
}

/// A folder of two models: one of a family, and one that no family has.
fn two_families() -> Folder {
    let parent = Folder::copy();
    fs::remove_file(parent.file("config.json")).expect("it is there");
    for (name, model_type) in [("encoder-only", "bert"), ("another", "gpt5")] {
        let folder = parent.file(name);
        fs::create_dir(&folder).expect("it can be made");
        for file in ["model.safetensors", "inputs.safetensors", "expected.safetensors", "config.json"] {
            fs::copy(recorded().join(file), folder.join(file)).expect("the folder can be copied");
        }
        let config = fs::read_to_string(folder.join("config.json")).expect("it is there");
        fs::write(folder.join("config.json"), config.replace("bert", model_type)).expect("it can be written");
    }
    parent
}

#[test]
fn a_family_folder() {
    check(&[], &recorded(), 0, " ok\n");
}

#[test]
fn a_line_names_family_and_backend() {
    let output = parity(&["--backend", "ndarray"], &recorded());
    let line = String::from_utf8(output.stdout).expect("it prints text");
    let fields: Vec<_> = line.trim_end().split(' ').collect();
    assert!(matches!(fields[..], ["encoder-only", "ndarray", _, _, "ok"]), "{line}");
}

#[test]
fn a_folder_of_families() {
    check(&[], two_families().path(), 1, "(state-space))\nencoder-only ndarray ");
}

#[test]
fn one_family_of_several() {
    check(&["--family", "encoder-only"], two_families().path(), 0, " ok\n");
}

#[test]
fn a_family_that_is_not_there() {
    check(&["--family", "speech"], two_families().path(), 2, "holds no family folder of `speech`");
}

#[test]
fn an_empty_folder() {
    check(&[], tempfile::tempdir().expect("it can be made").path(), 2, "holds no family folder");
}

#[test]
fn a_folder_that_is_not_there() {
    check(&[], Path::new("/nowhere"), 2, "can't list `/nowhere`");
}

#[test]
fn outputs_that_differ() {
    let folder = Folder::copy();
    let mut expected = read(&folder.file("expected.safetensors"));
    expected.get_mut("pooler_output").expect("it is expected").bytes[..4]
        .copy_from_slice(&2f32.to_le_bytes());
    write(&folder.file("expected.safetensors"), &expected);
    check(&[], folder.path(), 1, " FAILED\n");
}

#[test]
fn outputs_that_are_not_given() {
    let folder = Folder::copy();
    let mut expected = read(&folder.file("expected.safetensors"));
    let pooler = expected["pooler_output"].clone();
    expected.insert("logits".to_owned(), pooler);
    write(&folder.file("expected.safetensors"), &expected);
    check(&[], folder.path(), 1, "encoder-only ndarray - - FAILED (the model gives no `logits`)\n");
}

#[test]
fn inputs_that_are_missing() {
    let folder = Folder::copy();
    let mut inputs = read(&folder.file("inputs.safetensors"));
    inputs.remove("input_ids");
    write(&folder.file("inputs.safetensors"), &inputs);
    check(&[], folder.path(), 1, "FAILED (the inputs have no usable `input_ids`: there is none)");
}

#[test]
fn weights_that_are_cut_short() {
    let folder = Folder::with_bytes(|bytes| bytes.truncate(bytes.len() - 1));
    check(&[], folder.path(), 1, "bytes where its header says 15784: copy it again)\n");
}

#[test]
fn expectations_that_are_missing() {
    let folder = Folder::copy();
    fs::remove_file(folder.file("expected.safetensors")).expect("it is there");
    check(&[], folder.path(), 1, "expected.safetensors`: No such file or directory");
}

#[test]
fn a_model_type_of_no_family() {
    let folder = Folder::with_config("\"bert\"", "\"gpt5\"");
    check(&[], folder.path(), 1, "unsupported (");
}

#[test]
fn an_unknown_backend() {
    check(&["--backend", "ndaray"], &recorded(), 2, "did you mean `ndarray`?");
}

#[test]
#[cfg(not(feature = "rocm"))]
fn a_backend_that_is_not_built_in() {
    check(&["--backend", "rocm"], &recorded(), 2, "built without the feature `rocm`");
}

#[test]
fn an_unknown_option() {
    check(&["--bakend"], &recorded(), 2, "usage: parity");
}

#[test]
fn help() {
    check(&["--help"], &recorded(), 0, "usage: parity");
}
