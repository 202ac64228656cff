//! LLaVA: what is recorded, what is written token by token, and checkpoints and configurations of all kinds.

use accel_bench_workloads::families::decoder_only::{Llama, LlamaConfig};
use accel_bench_workloads::families::multimodal::{
    ClipConfig, FeatureLayers, Llava, LlavaConfig, LlavaInput, Select, TextModel, VisionTower,
};
use accel_bench_workloads::model::{self, Architecture as _};
use accel_bench_workloads::workload::{Size, Workload as _};
use burn::module::Module as _;
use burn::tensor::{Int, Tensor};
use safetensors::tensor::Dtype;

use crate::folder::{self, Folder, Stored, Tensors, check, cpu, family};
use crate::writing::{Text, check_cache, drawn_input};

/// Small, and far from what a model computes that adds nothing to its embeddings.
fn smallest() -> LlavaConfig {
    let text = LlamaConfig {
        vocab_size: 50,
        hidden_size: 24,
        intermediate_size: 40,
        num_hidden_layers: 2,
        num_attention_heads: 4,
        num_key_value_heads: Some(2),
        max_position_embeddings: 32,
        initializer_range: 0.4,
        // A tied one repeats its last token.
        tie_word_embeddings: false,
        ..model::config::<Llama>("llama-tiny").expect("it is a preset")
    };
    LlavaConfig {
        vision_config: VisionTower::Clip(ClipConfig::sized(2, [16, 24], 2, [16, 8])),
        text_config: TextModel::Llama(text),
        image_token_index: Some(50),
        ..model::config::<Llava>("llava-tiny").expect("it is a preset")
    }
}

impl Text for LlavaInput {
    fn text(&mut self) -> &mut Tensor<2, Int> {
        &mut self.input_ids
    }
}

/// The tokens generated with a cache by the drawn model of these dimensions.
#[track_caller]
fn check_drawn(config: &LlavaConfig, shape: [usize; 2]) {
    assert_eq!(Llava::fault(config), None);
    let llava: Llava = model::random(config, 1, &cpu());
    assert_eq!(llava.num_params() as u64, model::num_params::<Llava>(config, &cpu()));
    check_cache(&llava, drawn_input::<Llava>(config, shape, 8), 8);
}

#[track_caller]
fn check_config(from: &str, to: &str, expected: &str) {
    folder::check_config("multimodal", [from, to], expected);
}

/// The configuration that a file describes which says only this.
fn read(text: &str) -> LlavaConfig {
    let folder = Folder::of("multimodal");
    std::fs::write(folder.file("config.json"), text).expect("it can be written");
    model::read_config::<Llava>(folder.path()).expect("it is sound")
}

fn renamed(tensors: &mut Tensors, names: &[(&str, &str)]) {
    let old = |name: String| match names.iter().find(|(new, _)| name.starts_with(new)) {
        Some((new, old)) => name.replacen(new, old, 1),
        None => name,
    };
    *tensors = std::mem::take(tensors).into_iter().map(|(name, tensor)| (old(name), tensor)).collect();
}

#[test]
fn recorded_outputs() {
    check(&Folder::of("multimodal"), " ok");
}

#[test]
fn recorded_model_with_a_cache() {
    let config = model::read_config::<Llava>(&family("multimodal")).expect("the folder is sound");
    let llava: Llava = model::load(&family("multimodal"), &cpu()).expect("the folder is sound");
    check_cache(&llava, drawn_input::<Llava>(&config, [2, 6], 8), 8);
}

#[test]
fn two_texts_with_a_cache() {
    check_drawn(&smallest(), [2, 5]);
}

#[test]
fn an_image_and_no_words_with_a_cache() {
    check_drawn(&smallest(), [3, 0]);
}

#[test]
fn an_image_token_among_the_words_with_a_cache() {
    check_drawn(&LlavaConfig { image_token_index: Some(7), ..smallest() }, [3, 9]);
}

#[test]
fn states_of_several_layers_with_a_cache() {
    let config = LlavaConfig {
        vision_feature_layer: FeatureLayers::Several(vec![0, -1, 1]),
        vision_feature_select_strategy: Select::Full,
        ..smallest()
    };
    check_drawn(&config, [2, 3]);
}

#[test]
fn an_image_that_is_taken_from_each_text_in_turn() {
    let config = smallest();
    let llava: Llava = model::random(&config, 1, &cpu());
    let input = Llava::input(&config, Size { batch: 2, sequence: 4, new_tokens: 0 }, 1, &cpu());
    let second = LlavaInput {
        input_ids: input.input_ids.clone().narrow(0, 1, 1),
        pixel_values: input.pixel_values.clone().narrow(0, 1, 1),
    };
    let together: Vec<f32> =
        llava.forward(input).narrow(0, 1, 1).into_data().try_into_vec().expect("it is f32");
    let alone: Vec<f32> = llava.forward(second).into_data().try_into_vec().expect("it is f32");
    let difference = together.iter().zip(&alone).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(difference < 1e-4 && together.len() == alone.len(), "{difference}");
}

#[test]
fn images_count_as_tokens() {
    let excess = |sequence, new_tokens| Llava::excess(&smallest(), Size { batch: 1, sequence, new_tokens });
    assert_eq!((excess(28, 0), excess(20, 8)), (None, None));
    assert_eq!(excess(20, 9).as_deref(), Some("it has 32 positions, 33 are asked for"));
}

#[test]
fn names_that_older_checkpoints_have() {
    let folder = Folder::of("multimodal").tensors(|tensors| {
        renamed(
            tensors,
            &[
                ("lm_head.", "language_model.lm_head."),
                ("model.language_model.", "language_model.model."),
                ("model.vision_tower.", "vision_tower.vision_model."),
                ("model.multi_modal_projector.", "multi_modal_projector."),
            ],
        );
        let buffer = Stored { dtype: Dtype::I64, shape: vec![1], bytes: vec![0; 8] };
        tensors.insert("vision_tower.vision_model.embeddings.position_ids".to_owned(), buffer.clone());
        let frequencies = "language_model.model.layers.0.self_attn.rotary_emb.inv_freq";
        tensors.insert(frequencies.to_owned(), buffer);
    });
    check(&folder, " ok");
}

#[test]
fn names_between_the_two() {
    let folder = Folder::of("multimodal").tensors(|tensors| {
        renamed(tensors, &[("model.vision_tower.", "model.vision_tower.vision_model.")]);
    });
    check(&folder, " ok");
}

#[test]
fn the_image_token_by_its_other_name() {
    check(&Folder::of("multimodal").config("image_token_index", "image_token_id"), " ok");
}

#[test]
fn what_is_usual_is_not_said() {
    // As `llava-1.5-7b-hf` has it.
    let config = read(
        r#"{"model_type": "llava", "ignore_index": -100, "vision_feature_layer": -2,
        "text_config": {"max_position_embeddings": 4096, "vocab_size": 32064, "rms_norm_eps": 1e-05},
        "vision_config": {"hidden_size": 1024, "image_size": 336, "intermediate_size": 4096,
            "num_attention_heads": 16, "num_hidden_layers": 24, "patch_size": 14, "projection_dim": 768}}"#,
    );
    assert_eq!((config.image_tokens(), config.image_token()), (576, 32000));
    assert_eq!((config.text().hidden_size, config.text().intermediate_size), (4096, 11008));
    let millions = model::num_params::<Llava>(&config, &cpu()) / 1_000_000;
    assert_eq!(millions, 7063);
}

#[test]
fn a_head_that_is_tied_by_either_field() {
    let tied = |from: &str, to: &str| {
        let folder = Folder::of("multimodal").config(from, to);
        let folder = folder.tensors(|tensors| drop(tensors.remove("lm_head.weight")));
        model::load::<Llava>(folder.path(), &cpu()).is_ok()
    };
    assert!(tied("\"tie_word_embeddings\": false", "\"tie_word_embeddings\": true"));
    assert!(tied("\"model_type\": \"llava\"", "\"model_type\": \"llava\", \"tie_word_embeddings\": true"));
    assert!(!tied("\"model_type\": \"llava\"", "\"model_type\": \"llava\", \"tie_word_embeddings\": false"));
}

#[test]
fn places_that_are_too_few() {
    let folder = Folder::of("multimodal").config("\"image_token_index\": 20", "\"image_token_index\": 21");
    check(&folder, "no usable `input_ids`: it has 0 places for images where the images become 10 vectors)");
}

#[test]
fn inputs_that_are_too_large() {
    let folder =
        Folder::of("multimodal").config("\"max_position_embeddings\": 24", "\"max_position_embeddings\": 9");
    check(&folder, "no usable `input_ids`: it has 9 positions, 10 are asked for)");
    let folder = Folder::of("multimodal").config("\"image_size\": 8", "\"image_size\": 12");
    check(&folder, "its images are of [3, 8, 8] where [3, 12, 12] are wanted)");
}

#[test]
fn a_layer_that_the_tower_does_not_have() {
    check_config("-2,", "-4,", "`vision_feature_layer` [-4, -1] does not fit the tower's 2 layers");
    check_config("[\n  -2,\n  -1\n ]", "3", "`vision_feature_layer` 3 does not fit the tower's 2 layers");
    check_config("[\n  -2,\n  -1\n ]", "[]", "`vision_feature_layer` [] does not fit the tower's 2 layers");
}

#[test]
fn another_tower() {
    check_config(
        "\"clip_vision_model\"",
        "\"siglip_vision_model\"",
        "unknown variant `siglip_vision_model`, expected `clip_vision_model`",
    );
}

#[test]
fn another_language_model() {
    check_config("\"llama\"", "\"mistral\"", "unknown variant `mistral`, expected `llama`");
}

#[test]
fn an_unknown_selection() {
    check_config("\"full\"", "\"cls\"", "unknown variant `cls`, expected `default` or `full`");
}

#[test]
fn faults_of_the_parts() {
    check_config(
        "\"patch_size\": 4",
        "\"patch_size\": 3",
        "`image_size` 8 is not a multiple of `patch_size` 3",
    );
    check_config("\"num_channels\": 3", "\"num_channels\": 0", "`num_channels` of the tower is 0");
    check_config("\"vocab_size\": 24", "\"vocab_size\": 0", "`vocab_size` is 0");
}
