//! Checkpoint folders: the forms that are read, and what is said of those that cannot be.

use std::fs;

use accel_bench_workloads::families::encoder_only::Bert;
use accel_bench_workloads::model;
use burn::tensor::bf16;
use safetensors::tensor::Dtype;

use crate::folder::{Folder, Stored, Tensors, cpu, outcome, read, recorded, write};

/// The folder gives the recorded outputs.
#[track_caller]
fn check_reads(folder: &Folder) {
    let outcome = outcome(folder.path());
    assert!(outcome.is_ok(), "{outcome}");
}

/// Loading fails with a message that holds `expected`, the folder's path left out.
#[track_caller]
fn check_fails(folder: &Folder, expected: &str) {
    let error = model::load::<Bert>(folder.path(), &cpu()).expect_err("an invalid checkpoint");
    let message = error.to_string().replace(&folder.path().display().to_string(), "DIR");
    assert!(message.contains(expected), "{message}");
}

#[track_caller]
fn check_tensors(change: impl FnOnce(&mut Tensors), expected: &str) {
    check_fails(&Folder::with_tensors(change), expected);
}

fn zeros(shape: &[usize]) -> Stored {
    let length = 4 * shape.iter().product::<usize>();
    Stored { dtype: Dtype::F32, shape: shape.to_vec(), bytes: vec![0; length] }
}

/// Two shards and their index, in the place of the single file.
fn shard(folder: &Folder) {
    let tensors = read(&folder.file("model.safetensors"));
    let (first, second): (Tensors, Tensors) =
        tensors.into_iter().partition(|(name, _)| name.starts_with("embeddings."));
    let map = |tensors: &Tensors, file: &str| {
        tensors.keys().map(|name| format!("\"{name}\": \"{file}\"")).collect::<Vec<_>>().join(", ")
    };
    let map = [map(&first, "a.safetensors"), map(&second, "b.safetensors")].join(", ");
    write(&folder.file("a.safetensors"), &first);
    write(&folder.file("b.safetensors"), &second);
    fs::remove_file(folder.file("model.safetensors")).expect("it is there");
    index(folder, &format!("{{\"metadata\": {{}}, \"weight_map\": {{{map}}}}}"));
}

fn index(folder: &Folder, text: &str) {
    fs::write(folder.file("model.safetensors.index.json"), text).expect("it can be written");
}

fn rename(tensors: &mut Tensors, new: impl Fn(&str) -> String) {
    *tensors = std::mem::take(tensors).into_iter().map(|(name, tensor)| (new(&name), tensor)).collect();
}

#[test]
fn recorded_folder() {
    let outcome = outcome(&recorded());
    assert!(outcome.is_ok(), "{outcome}");
}

#[test]
fn copied_folder() {
    check_reads(&Folder::copy());
}

#[test]
fn two_shards() {
    let folder = Folder::copy();
    shard(&folder);
    check_reads(&folder);
}

#[test]
fn names_of_a_model_with_a_head() {
    check_reads(&Folder::with_tensors(|tensors| {
        rename(tensors, |name| format!("bert.{name}"));
        tensors.insert("cls.predictions.bias".to_owned(), zeros(&[24]));
    }));
}

#[test]
fn names_of_the_first_checkpoints() {
    check_reads(&Folder::with_tensors(|tensors| {
        rename(tensors, |name| {
            name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta")
        });
        tensors.insert("embeddings.position_ids".to_owned(), zeros(&[1, 10]));
    }));
}

#[test]
fn half_precision_is_widened() {
    let folder = Folder::with_tensors(|tensors| {
        for tensor in tensors.values_mut() {
            let values = tensor.bytes.chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap()));
            tensor.bytes = values.flat_map(|value| bf16::from_f32(value).to_le_bytes()).collect();
            tensor.dtype = Dtype::BF16;
        }
    });
    // bf16 keeps 8 bits: too few to meet the tolerance, enough to show that the values are the same.
    let outcome = outcome(folder.path());
    let text = outcome.to_string();
    let relative: f64 = text.split(' ').nth(3).and_then(|field| field.parse().ok()).expect("a difference");
    assert!(!outcome.is_ok() && relative < 0.05, "{text}");
}

#[test]
fn missing_tensor() {
    check_tensors(
        |tensors| drop(tensors.remove("pooler.dense.bias")),
        "the tensors of `DIR` do not fit the model: missing `pooler.dense.bias`",
    );
}

#[test]
fn extra_tensor() {
    check_tensors(
        |tensors| drop(tensors.insert("encoder.layer.2.output.dense.bias".to_owned(), zeros(&[12]))),
        "extra `encoder.layer.2.output.dense.bias`",
    );
}

#[test]
fn misshapen_tensor() {
    check_tensors(
        |tensors| drop(tensors.insert("pooler.dense.weight".to_owned(), zeros(&[12, 11]))),
        "misshapen `pooler.dense.weight` [12, 11] where the model has [12, 12]",
    );
}

#[test]
fn misshapen_embedding() {
    check_tensors(
        |tensors| drop(tensors.insert("embeddings.word_embeddings.weight".to_owned(), zeros(&[23, 12]))),
        "misshapen `embeddings.word_embeddings.weight` [23, 12] where the model has [24, 12]",
    );
}

#[test]
fn all_that_does_not_fit_is_listed() {
    check_tensors(
        |tensors| {
            tensors.remove("pooler.dense.bias");
            tensors.remove("encoder.layer.0.output.dense.weight");
            tensors.insert("zz".to_owned(), zeros(&[1]));
            tensors.insert("aa".to_owned(), zeros(&[1]));
            tensors.insert("embeddings.LayerNorm.bias".to_owned(), zeros(&[1, 12]));
        },
        "missing `encoder.layer.0.output.dense.weight`, `pooler.dense.bias`; extra `aa`, `zz`; \
         misshapen `embeddings.LayerNorm.bias` [1, 12] where the model has [12]",
    );
}

#[test]
fn extra_tensors_are_named_as_they_are_stored() {
    check_tensors(|tensors| drop(tensors.insert("bert.more".to_owned(), zeros(&[1]))), "extra `bert.more`");
}

#[test]
fn integer_weights() {
    let integers = Stored { dtype: Dtype::I32, ..zeros(&[12]) };
    check_tensors(
        |tensors| drop(tensors.insert("pooler.dense.bias".to_owned(), integers)),
        "tensor `pooler.dense.bias` of `DIR/model.safetensors` has the type I32, which is not read",
    );
}

#[test]
fn truncated_data() {
    check_fails(
        &Folder::with_bytes(|bytes| bytes.truncate(bytes.len() - 4)),
        "`DIR/model.safetensors` has 15780 bytes where its header says 15784: copy it again",
    );
}

#[test]
fn truncated_header() {
    check_fails(&Folder::with_bytes(|bytes| bytes.truncate(100)), "has 100 bytes where its header says");
}

#[test]
fn truncated_length() {
    check_fails(&Folder::with_bytes(|bytes| bytes.truncate(3)), "has 3 bytes where its header says 8");
}

#[test]
fn bytes_too_many() {
    check_fails(&Folder::with_bytes(|bytes| bytes.push(0)), "has 15785 bytes where its header says 15784");
}

#[test]
fn endless_header() {
    check_fails(
        &Folder::with_bytes(|bytes| bytes[..8].fill(0xff)),
        "is not a safetensors file: a header of 18446744073709551615 bytes",
    );
}

#[test]
fn header_that_is_no_json() {
    check_fails(
        &Folder::with_bytes(|bytes| bytes[8] = b'x'),
        "`DIR/model.safetensors` is not a safetensors file",
    );
}

#[test]
fn no_weights() {
    let folder = Folder::copy();
    fs::remove_file(folder.file("model.safetensors")).expect("it is there");
    check_fails(&folder, "`DIR` holds neither `model.safetensors` nor `model.safetensors.index.json`: ");
}

#[test]
fn index_that_is_none() {
    let folder = Folder::copy();
    shard(&folder);
    index(&folder, "{}");
    check_fails(
        &folder,
        "`DIR/model.safetensors.index.json` is not a safetensors index: missing field `weight_map`",
    );
}

#[test]
fn index_that_leads_elsewhere() {
    let folder = Folder::copy();
    shard(&folder);
    index(&folder, r#"{"weight_map": {"a": "../a.safetensors"}}"#);
    check_fails(&folder, "`../a.safetensors` is not the name of a file in the same folder");
}

#[test]
fn shard_that_is_not_there() {
    let folder = Folder::copy();
    shard(&folder);
    fs::remove_file(folder.file("b.safetensors")).expect("it is there");
    check_fails(&folder, "can't read `DIR/b.safetensors`");
}
