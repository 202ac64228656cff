//! DiT: what is recorded of a pass and of sampling, and what must hold of any.

use std::fs;
use std::path::Path;

use accel_bench_workloads::families::diffusion::{Dit, DitConfig, DitInput, Embedders};
use accel_bench_workloads::model;
use accel_bench_workloads::parity::HostTensors;
use accel_bench_workloads::workload::{Size, Workload as _};
use burn::module::Module as _;
use burn::tensor::{Tensor, TensorData};

use crate::folder::{cpu, family, outcome, read, write};

fn recorded() -> Dit {
    model::load(&family("diffusion"), &cpu()).expect("the folder is sound")
}

fn small() -> DitConfig {
    DitConfig {
        num_layers: 2,
        num_attention_heads: 2,
        attention_head_dim: 4,
        sample_size: 4,
        num_embeds_ada_norm: Some(3),
        out_channels: Some(8),
        ..DitConfig::default()
    }
}

/// The recorded noise becomes the latents recorded under `name`.
#[track_caller]
fn check_sampled(name: &'static str, sample: impl FnOnce(&Dit, DitInput) -> Tensor<4>) {
    let device = cpu();
    let samples =
        HostTensors::read(&family("diffusion").join("sampled.safetensors")).expect("it is recorded");
    let class_labels = samples.integers("class_labels", &device).expect("they are recorded");
    let input = DitInput {
        latents: samples.floats("latents", &device).expect("they are recorded"),
        timesteps: class_labels.zeros_like(),
        class_labels,
    };
    let expected: Tensor<4> = samples.floats(name, &device).expect("they are recorded");
    let scale = expected.clone().abs().max().into_scalar::<f32>();
    let worst = (sample(&recorded(), input) - expected).abs().max().into_scalar::<f32>();
    assert!(worst < 1e-4 * scale, "{worst} of {scale}");
}

/// A copy of the recorded folder under another name, with another `config.json`.
fn renamed(parent: &Path, name: &str, config: impl FnOnce(String) -> String) -> std::path::PathBuf {
    let folder = parent.join(name);
    fs::create_dir(&folder).expect("it can be made");
    for file in ["model.safetensors", "inputs.safetensors", "expected.safetensors"] {
        fs::copy(family("diffusion").join(file), folder.join(file)).expect("it can be copied");
    }
    let text = fs::read_to_string(family("diffusion").join("config.json")).expect("it is there");
    fs::write(folder.join("config.json"), config(text)).expect("it can be written");
    folder
}

/// Loads a folder called `name` whose `config.json` begins with `fields`.
#[track_caller]
fn check_loads(name: &str, fields: &str, expected: Result<(), &str>) {
    let parent = tempfile::tempdir().expect("a temporary folder can be made");
    let folder = renamed(parent.path(), name, |text| text.replacen('{', &format!("{{{fields}"), 1));
    let found = model::load::<Dit>(&folder, &cpu()).map(drop);
    let found = found.map_err(|error| error.to_string().replace(&folder.display().to_string(), "DIR"));
    assert_eq!(found, expected.map_err(str::to_owned));
}

#[test]
fn recorded_outputs() {
    let outcome = outcome(&family("diffusion"));
    assert!(outcome.is_ok(), "{outcome}");
}

#[test]
fn sampled_in_four_steps() {
    check_sampled("four_steps", |dit, input| dit.sample(input, 4));
}

#[test]
fn sampled_in_steps_that_leave_a_rest() {
    check_sampled("seven_steps", |dit, input| dit.sample(input, 7));
}

#[test]
fn sampled_with_guidance() {
    check_sampled("guided", |dit, input| dit.sample_guided(input, 4, 3.0));
}

#[test]
fn guidance_of_one_is_none() {
    check_sampled("four_steps", |dit, input| dit.sample_guided(input, 4, 1.0));
}

#[test]
fn nothing_said_in_a_folder_of_the_family_s_name() {
    check_loads("diffusion", "", Ok(()));
}

#[test]
fn nothing_said_in_another_folder() {
    check_loads("my-model", "", Err("`DIR/config.json` has no `model_type`"));
}

#[test]
fn the_class_said_in_another_folder() {
    check_loads("my-model", r#""_class_name": "DiTTransformer2DModel","#, Ok(()));
}

#[test]
fn the_class_of_the_first_checkpoints() {
    check_loads("transformer", r#""_class_name": "Transformer2DModel","#, Ok(()));
}

#[test]
fn another_class() {
    check_loads(
        "diffusion",
        r#""_class_name": "UNet2DModel","#,
        Err("`DIR/config.json` has the model type `UNet2DModel` where `DiTTransformer2DModel` or \
             `Transformer2DModel` is wanted"),
    );
}

#[test]
fn stored_positions_are_left_out() {
    let parent = tempfile::tempdir().expect("a temporary folder can be made");
    let folder = renamed(parent.path(), "diffusion", |text| text);
    let mut tensors = read(&folder.join("model.safetensors"));
    let bias = tensors["pos_embed.proj.bias"].clone();
    tensors.insert("pos_embed.pos_embed".to_owned(), bias);
    write(&folder.join("model.safetensors"), &tensors);
    assert!(outcome(&folder).is_ok());
}

#[test]
fn a_time_step_beyond_the_last() {
    let parent = tempfile::tempdir().expect("a temporary folder can be made");
    let folder = renamed(parent.path(), "diffusion", |text| text);
    let mut inputs = read(&folder.join("inputs.safetensors"));
    let steps = inputs.get_mut("timestep").expect("it is recorded");
    steps.bytes[..8].copy_from_slice(&1000_i64.to_le_bytes());
    write(&folder.join("inputs.safetensors"), &inputs);
    let line = outcome(&folder).to_string();
    assert!(line.contains("1000 is not a time step: they go from 0 to 999"), "{line}");
}

#[test]
fn weights_as_diffusers_calls_them() {
    let parent = tempfile::tempdir().expect("a temporary folder can be made");
    let folder = renamed(parent.path(), "diffusion", |text| text);
    fs::rename(folder.join("model.safetensors"), folder.join("diffusion_pytorch_model.safetensors"))
        .expect("it can be renamed");
    assert!(outcome(&folder).is_ok());
}

#[test]
fn built_parameters_are_as_computed() {
    let config = model::config::<Dit>("dit-tiny").expect("it is a preset");
    let built: Dit = model::random(&config, 1, &cpu());
    assert_eq!(built.num_params() as u64, model::num_params::<Dit>(&config, &cpu()));
}

#[test]
fn a_shared_embedder_is_held_once() {
    let [each, shared] = [Embedders::Each, Embedders::Shared]
        .map(|embedders| model::num_params::<Dit>(&DitConfig { embedders, ..small() }, &cpu()));
    // Two layers 8 wide, and three classes and none.
    assert_eq!(each - shared, 256 * 8 + 8 + 8 * 8 + 8 + 4 * 8);
}

#[test]
fn an_input_is_of_the_asked_for_size() {
    let input = Dit::input(&small(), Size { batch: 3, sequence: 0, new_tokens: 0 }, 1, &cpu());
    let built: Dit = model::random(&small(), 1, &cpu());
    assert_eq!(built.pass(input.clone()).dims(), [3, 8, 16]);
    assert_eq!(built.sample(input, 2).dims(), [3, 4, 4, 4]);
}

#[test]
fn images_of_a_batch_do_not_matter_to_each_other() {
    let built = recorded();
    let input = |latents: &[f32], batch: usize| DitInput {
        latents: Tensor::from_data(TensorData::new(latents.to_vec(), [batch, 2, 6, 6]), &cpu()),
        timesteps: Tensor::zeros([batch], &cpu()) + 500,
        class_labels: Tensor::zeros([batch], &cpu()) + 1,
    };
    let latents: Vec<f32> = (0..144).map(|at| (at as f32 * 0.7).sin()).collect();
    let together = built.forward(input(&latents, 2)).narrow(0, 1, 1);
    let alone = built.forward(input(&latents[72..], 1));
    assert!((together - alone).abs().max().into_scalar::<f32>() < 1e-5);
}

#[track_caller]
fn check_excess(config: DitConfig, new_tokens: usize, expected: Option<&str>) {
    let size = Size { batch: 1, sequence: 0, new_tokens };
    assert_eq!(Dit::excess(&config, size).as_deref(), expected);
}

#[test]
fn as_many_steps_as_in_training() {
    check_excess(small(), 1000, None);
}

#[test]
fn more_steps_than_in_training() {
    check_excess(small(), 1001, Some("its schedule has 1000 steps, 1001 are asked for"));
}

#[test]
fn too_few_channels_to_sample() {
    let config = DitConfig { out_channels: Some(2), ..small() };
    check_excess(config, 0, None);
    check_excess(config, 1, Some("it writes 2 channels, too few to sample the 4 that it reads"));
}
