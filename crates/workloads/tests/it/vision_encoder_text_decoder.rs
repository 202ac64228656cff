//! ViT and GPT-2: what is recorded, what is written token by token, and checkpoints and configurations of all kinds.

use accel_bench_workloads::families::vision::VitConfig;
use accel_bench_workloads::families::vision_encoder_text_decoder::{
    CaptionInput, Captioner, CaptionerConfig, Gpt2Config, ImageEncoder, TextDecoder,
};
use accel_bench_workloads::model::{self, Architecture as _};
use accel_bench_workloads::workload::{Size, Workload as _};
use burn::module::Module as _;
use burn::tensor::{Int, Tensor};
use safetensors::tensor::Dtype;

use crate::folder::{self, Folder, Stored, check, cpu, family};
use crate::writing::{Text, check_cache, drawn_input};

const FOLDER: &str = "vision-encoder-text-decoder";

/// Small, and far from what a model computes that adds nothing to its embeddings.
fn smallest() -> (VitConfig, Gpt2Config) {
    let vit = VitConfig { image_size: [16, 32], ..VitConfig::sized(1, [24, 32], 2, 8) };
    let gpt2 = Gpt2Config {
        vocab_size: 50,
        n_positions: 16,
        n_head: 3,
        initializer_range: 0.4,
        // A tied one repeats its last token.
        tie_word_embeddings: false,
        ..Gpt2Config::sized(2, 24)
    };
    (vit, gpt2)
}

fn paired((vit, gpt2): (VitConfig, Gpt2Config)) -> CaptionerConfig {
    CaptionerConfig { encoder: ImageEncoder::Vit(vit), decoder: TextDecoder::Gpt2(gpt2) }
}

impl Text for CaptionInput {
    fn text(&mut self) -> &mut Tensor<2, Int> {
        &mut self.decoder_input_ids
    }
}

/// The tokens generated with a cache by the drawn model of these dimensions.
#[track_caller]
fn check_drawn(config: &CaptionerConfig, shape: [usize; 2]) {
    assert_eq!(Captioner::fault(config), None);
    let captioner: Captioner = model::random(config, 1, &cpu());
    assert_eq!(captioner.num_params() as u64, model::num_params::<Captioner>(config, &cpu()));
    check_cache(&captioner, drawn_input::<Captioner>(config, shape, 8), 8);
}

#[track_caller]
fn check_config(from: &str, to: &str, expected: &str) {
    folder::check_config(FOLDER, [from, to], expected);
}

#[test]
fn recorded_outputs() {
    check(&Folder::of(FOLDER), " ok");
}

#[test]
fn recorded_model_with_a_cache() {
    let config = model::read_config::<Captioner>(&family(FOLDER)).expect("the folder is sound");
    let captioner: Captioner = model::load(&family(FOLDER), &cpu()).expect("the folder is sound");
    check_cache(&captioner, drawn_input::<Captioner>(&config, [2, 7], 8), 8);
}

#[test]
fn two_texts_with_a_cache() {
    check_drawn(&paired(smallest()), [2, 5]);
}

#[test]
fn one_token_with_a_cache() {
    check_drawn(&paired(smallest()), [1, 1]);
}

#[test]
fn a_layer_between_the_two_with_a_cache() {
    let (vit, gpt2) = smallest();
    check_drawn(&paired((VitConfig { hidden_size: 20, ..vit }, gpt2)), [2, 3]);
}

#[test]
fn a_cross_attention_of_another_width_with_a_cache() {
    let (vit, gpt2) = smallest();
    let gpt2 = Gpt2Config { cross_attention_hidden_size: Some(20), ..gpt2 };
    check_drawn(&paired((VitConfig { hidden_size: 20, ..vit }, gpt2)), [2, 3]);
}

#[test]
fn images_matter() {
    let (config, captioner) = {
        let config = paired(smallest());
        (config, model::random::<Captioner>(&config, 1, &cpu()))
    };
    let size = Size { batch: 1, sequence: 4, new_tokens: 0 };
    let input = Captioner::input(&config, size, 1, &cpu());
    let dark = CaptionInput { pixel_values: input.pixel_values.zeros_like(), ..input.clone() };
    assert_ne!(captioner.forward(input).into_data(), captioner.forward(dark).into_data());
}

#[test]
fn a_text_that_is_too_long() {
    let excess = |sequence, new_tokens| {
        Captioner::excess(&paired(smallest()), Size { batch: 1, sequence, new_tokens })
    };
    assert_eq!((excess(16, 0), excess(12, 4)), (None, None));
    assert_eq!(excess(12, 5).as_deref(), Some("it has 16 positions, 17 are asked for"));
    assert_eq!(excess(0, 5).as_deref(), Some("it needs a token to go on from, 0 are asked for"));
}

#[test]
fn inputs_that_do_not_fit() {
    let folder = Folder::of(FOLDER).config("\"n_positions\": 24", "\"n_positions\": 6");
    check(&folder, "no usable `decoder_input_ids`: it has 6 positions, 7 are asked for)");
    let folder = Folder::of(FOLDER).config("\"image_size\": 8", "\"image_size\": 12");
    check(&folder, "its images are of [3, 8, 8] where [3, 12, 12] are wanted)");
    let folder = Folder::of(FOLDER);
    let mut inputs = crate::folder::read(&folder.file("inputs.safetensors"));
    let images = inputs.get_mut("pixel_values").expect("it is there");
    images.shape[0] = 1;
    images.bytes.truncate(4 * 3 * 8 * 8);
    crate::folder::write(&folder.file("inputs.safetensors"), &inputs);
    check(&folder, "no usable `decoder_input_ids`: it has 2 texts where there are 1 images)");
}

#[test]
fn what_older_checkpoints_store() {
    let folder = Folder::of(FOLDER).tensors(|tensors| {
        let mask = Stored { dtype: Dtype::F32, shape: vec![1], bytes: vec![0; 4] };
        for name in [
            "h.0.attn.bias",
            "h.1.attn.masked_bias",
            "h.0.crossattention.bias",
            "h.1.crossattention.masked_bias",
        ] {
            tensors.insert(format!("decoder.transformer.{name}"), mask.clone());
        }
        tensors.insert("encoder.pooler.dense.bias".to_owned(), mask);
        let words = tensors["decoder.transformer.wte.weight"].clone();
        tensors.insert("decoder.lm_head.weight".to_owned(), words);
        let query = tensors.remove("encoder.layers.0.attention.q_proj.weight").expect("it is there");
        tensors.insert("encoder.encoder.layer.0.attention.attention.query.weight".to_owned(), query);
    });
    check(&folder, " ok");
}

#[test]
fn a_layer_between_the_two_that_is_missing() {
    let folder = Folder::of(FOLDER).tensors(|tensors| drop(tensors.remove("enc_to_dec_proj.bias")));
    check(&folder, "missing `enc_to_dec_proj.bias`)");
}

#[test]
fn parts_of_another_size() {
    let folder = Folder::of(FOLDER).tensors(|tensors| {
        let bias = Stored { dtype: Dtype::F32, shape: vec![8], bytes: vec![0; 32] };
        tensors.insert("decoder.transformer.h.0.crossattention.c_attn.bias".to_owned(), bias);
    });
    let name = "`decoder.transformer.h.0.crossattention.c_attn.bias` [8] where the model has [16]";
    // Asked for by the keys and by the values.
    check(&folder, &format!("misshapen {name}, {name})"));
}

#[test]
fn another_encoder() {
    check_config("\"vit\"", "\"deit\"", "unknown variant `deit`, expected `vit`");
}

#[test]
fn another_decoder() {
    check_config("\"gpt2\"", "\"trocr\"", "unknown variant `trocr`, expected `gpt2`");
}

#[test]
fn uneven_heads() {
    check_config("\"n_head\": 2", "\"n_head\": 3", "`n_embd` 8 is not a multiple of `n_head` 3");
    check_config("\"n_layer\": 2", "\"n_layer\": 0", "`n_layer` of the decoder is 0");
}

#[test]
fn no_cross_attention() {
    check_config(
        "\"add_cross_attention\": true",
        "\"add_cross_attention\": false",
        "`add_cross_attention` of the decoder is false: it could not see the image",
    );
}

#[test]
fn a_cross_attention_of_no_width() {
    check_config(
        "\"n_head\": 2",
        "\"n_head\": 2, \"cross_attention_hidden_size\": 8",
        "`cross_attention_hidden_size` 8 is not the encoder's `hidden_size` 12",
    );
}

#[test]
fn patches_that_leave_a_rest() {
    check_config(
        "\"patch_size\": 4",
        "\"patch_size\": 3",
        "`image_size` 8 is not a multiple of `patch_size` 3",
    );
}
