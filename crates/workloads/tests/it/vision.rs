//! ViT and ResNet: what is recorded, and checkpoints and configurations of all kinds.

use accel_bench_workloads::families::vision::{Classifier, ClassifierConfig};
use accel_bench_workloads::model;
use accel_bench_workloads::workload::{Size, Workload as _};
use burn::module::Module as _;
use burn::tensor::Tensor;
use safetensors::tensor::Dtype;

use crate::folder::{self, Folder, Stored, Tensors, check, cpu, family};

#[track_caller]
fn check_config(name: &str, from: &str, to: &str, expected: &str) {
    folder::check_config(name, [from, to], expected);
}

fn recorded(name: &str) -> (ClassifierConfig, Classifier) {
    let folder = family(name);
    let config = model::read_config::<Classifier>(&folder).expect("the folder is sound");
    (config, model::load(&folder, &cpu()).expect("the folder is sound"))
}

fn renamed(tensors: &mut Tensors, names: &[(&str, &str)]) {
    *tensors = std::mem::take(tensors)
        .into_iter()
        .map(|(name, tensor)| (names.iter().fold(name, |name, (new, old)| name.replace(new, old)), tensor))
        .collect();
}

fn vector(length: usize) -> Stored {
    Stored { dtype: Dtype::F32, shape: vec![length], bytes: vec![0; 4 * length] }
}

fn values(scores: Tensor<3>) -> Vec<f32> {
    scores.into_data().try_into_vec().expect("it is f32")
}

/// The scores of drawn images are the same whether they are seen together or one by one.
#[track_caller]
fn check_batch(name: &str) {
    let (config, classifier) = recorded(name);
    let images = Classifier::input(&config, Size { batch: 3, sequence: 0, new_tokens: 0 }, 1, &cpu());
    let together = values(classifier.pass(images.clone()));
    let alone = (0..3).flat_map(|index| values(classifier.pass(images.clone().narrow(0, index, 1))));
    let difference = together.iter().zip(alone).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(difference < 1e-5 && together.len() == 15, "{difference}");
}

#[test]
fn recorded_outputs_of_vit() {
    check(&Folder::of("vision"), " ok");
}

#[test]
fn recorded_outputs_of_resnet() {
    check(&Folder::of("vision-resnet"), " ok");
}

#[test]
fn images_of_a_batch_do_not_matter_to_each_other() {
    check_batch("vision");
    check_batch("vision-resnet");
}

#[test]
fn built_parameters_are_as_computed() {
    for name in ["vision", "vision-resnet"] {
        let (config, classifier) = recorded(name);
        let built = match classifier {
            Classifier::Vit(vit) => vit.num_params(),
            Classifier::ResNet(resnet) => resnet.num_params(),
        };
        assert_eq!(built as u64, model::num_params::<Classifier>(&config, &cpu()));
    }
}

#[test]
fn a_drawn_resnet_gives_numbers() {
    let classifier: Classifier = model::open("resnet-50", 1, &cpu()).expect("it is a preset");
    let scores = values(classifier.pass(Tensor::ones([1, 3, 64, 64], &cpu())));
    assert!(scores.iter().all(|score| score.is_finite()) && scores.iter().any(|score| score.abs() > 1e-6));
}

#[test]
fn names_that_older_checkpoints_have() {
    let folder = Folder::of("vision").tensors(|tensors| {
        renamed(
            tensors,
            &[
                ("vit.layers.", "vit.encoder.layer."),
                ("attention.q_proj", "attention.attention.query"),
                ("attention.k_proj", "attention.attention.key"),
                ("attention.v_proj", "attention.attention.value"),
                ("attention.o_proj", "attention.output.dense"),
                ("mlp.fc1", "intermediate.dense"),
                ("mlp.fc2", "output.dense"),
            ],
        );
        tensors.insert("vit.pooler.dense.bias".to_owned(), vector(12));
    });
    check(&folder, " ok");
}

#[test]
fn counts_of_batches_that_are_not_stored() {
    let folder = Folder::of("vision-resnet")
        .tensors(|tensors| tensors.retain(|name, _| !name.ends_with("num_batches_tracked")));
    check(&folder, " ok");
}

#[test]
fn a_statistic_that_is_missing() {
    let folder = Folder::of("vision-resnet").tensors(|tensors| {
        drop(tensors.remove("resnet.embedder.embedder.normalization.running_var"));
    });
    check(&folder, "missing `resnet.embedder.embedder.normalization.running_var`)");
}

#[test]
fn other_classes_are_a_mismatch() {
    let folder = Folder::of("vision").config("\"4\": \"LABEL_4\"", "\"4\": \"LABEL_4\", \"5\": \"another\"");
    check(
        &folder,
        "misshapen `classifier.bias` [5] where the model has [6], `classifier.weight` [5, 12] where the model has \
         [6, 12])",
    );
}

#[test]
fn no_pixels() {
    let folder = Folder::of("vision");
    let path = folder.file("inputs.safetensors");
    crate::folder::write(&path, &Tensors::from([("pixel_values".to_owned(), vector(4))]));
    check(&folder, "no usable `pixel_values`: it has 1 dimensions where 4 are wanted)");
    crate::folder::write(&path, &Tensors::from([("pixels".to_owned(), vector(4))]));
    check(&folder, "no usable `pixel_values`: there is none)");
}

#[test]
fn images_of_another_size() {
    check(
        &Folder::of("vision").config("\"num_channels\": 2", "\"num_channels\": 3"),
        "no usable `pixel_values`: its images are of [2, 8, 12] where [3, 8, 12] are wanted)",
    );
}

#[test]
fn patches_that_leave_a_rest() {
    check_config("vision", "12\n ]", "13\n ]", "`image_size` 13 is not a multiple of `patch_size` 2");
}

#[test]
fn uneven_heads() {
    check_config(
        "vision",
        "\"num_attention_heads\": 3",
        "\"num_attention_heads\": 5",
        "`hidden_size` 12 is not a multiple of `num_attention_heads` 5",
    );
}

#[test]
fn dimensions_that_are_zero() {
    check_config("vision", "\"num_channels\": 2", "\"num_channels\": 0", "`num_channels` is 0");
    check_config(
        "vision-resnet",
        "\"embedding_size\": 4",
        "\"embedding_size\": 0",
        "`embedding_size` has 0, at least 1 is wanted",
    );
}

#[test]
fn bottlenecks_of_nothing() {
    check_config(
        "vision-resnet",
        "\"hidden_sizes\": [\n  8",
        "\"hidden_sizes\": [\n  3",
        "`hidden_sizes` has 3, at least 4 is wanted",
    );
}

#[test]
fn stages_without_a_depth() {
    check_config(
        "vision-resnet",
        "\"depths\": [\n  1,",
        "\"depths\": [",
        "`hidden_sizes` names 2 stages and `depths` 1",
    );
}

#[test]
fn an_unknown_layer() {
    check_config(
        "vision-resnet",
        "\"bottleneck\"",
        "\"inverted\"",
        "unknown variant `inverted`, expected `basic` or `bottleneck`",
    );
}

#[test]
fn no_classes() {
    let config = r#"{"model_type": "vit", "id2label": {}}"#;
    let folder = Folder::of("vision");
    std::fs::write(folder.file("config.json"), config).expect("it can be written");
    check(&folder, "not a usable configuration: `id2label` names no class)");
}

#[test]
fn tokens_are_not_written() {
    let (config, _) = recorded("vision");
    let excess = |new_tokens| Classifier::excess(&config, Size { batch: 1, sequence: 1, new_tokens });
    assert_eq!(excess(0), None);
    assert_eq!(excess(3).as_deref(), Some("it writes no tokens, 3 are asked for"));
}
