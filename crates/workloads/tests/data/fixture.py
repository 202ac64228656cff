"""Makes the family folders beside it: models of a few thousand parameters, inputs, and what Hugging Face computes of them.

    python -m venv .venv && .venv/bin/pip install torch==2.9.0 transformers diffusers safetensors
    .venv/bin/python fixture.py [FAMILY…]

Nothing is downloaded. A family is a function of a generator of random numbers that gives the fields of `config.json`, the
model, its inputs, what is expected of it, and other files by their names.
"""

import json
import pathlib
import sys

import numpy
import torch
from safetensors.torch import save_file


def drawn(model, draw, deviation=0.2):
    """No parameter keeps a default (zeros, ones), which would hide a mistake."""
    for name, p in model.named_parameters():
        norm_scale = "norm" in name.lower() and p.dim() == 1 and name.endswith("weight")
        noise = torch.randn(p.shape, generator=draw)
        p.copy_(1.0 + 0.1 * noise if norm_scale else deviation * noise)
    return model.eval().float()


def fields(config, names):
    """These fields of a configuration; a configuration inside it has fields of its own."""
    names = names.split() if isinstance(names, str) else names
    inner = names if isinstance(names, dict) else {}
    return {name: fields(config[name], inner[name]) if inner.get(name) else config[name] for name in sorted(names)}


def encoder_only(draw):
    """The masks are the ones that are easily got wrong: padding at the end, padding alone."""
    from transformers import BertConfig, BertModel

    config = BertConfig(vocab_size=24, hidden_size=12, num_hidden_layers=2, num_attention_heads=3, intermediate_size=20,
                        max_position_embeddings=10, attn_implementation="eager")
    model = drawn(BertModel(config), draw)
    inputs = {
        "input_ids": torch.randint(3, 24, (3, 7), generator=draw),
        "attention_mask": torch.ones(3, 7, dtype=torch.long),
        "token_type_ids": torch.zeros(3, 7, dtype=torch.long),
    }
    inputs["token_type_ids"][0, 4:] = 1
    inputs["attention_mask"][1, -3:] = 0
    inputs["attention_mask"][2, :] = 0
    output = model(**inputs)
    expected = {"last_hidden_state": output.last_hidden_state, "pooler_output": output.pooler_output}
    names = ("hidden_act hidden_size initializer_range intermediate_size layer_norm_eps max_position_embeddings model_type "
             "num_attention_heads num_hidden_layers type_vocab_size vocab_size")
    return fields(config.to_dict(), names), model, inputs, expected, {}


TEXT = ("head_dim hidden_act hidden_size initializer_range intermediate_size max_position_embeddings model_type num_attention_heads "
        "num_hidden_layers num_key_value_heads rms_norm_eps rope_parameters tie_word_embeddings vocab_size")


def decoder_only(draw):
    """Biases everywhere, heads that do not make up the width, and texts longer than the rotary positions were made for."""
    from transformers import LlamaConfig, LlamaForCausalLM

    rope = {"rope_type": "llama3", "rope_theta": 100.0, "factor": 4.0, "low_freq_factor": 1.0, "high_freq_factor": 2.0,
            "original_max_position_embeddings": 6}
    config = LlamaConfig(vocab_size=24, hidden_size=12, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
                         head_dim=6, intermediate_size=20, max_position_embeddings=24, rms_norm_eps=1e-5,
                         attention_bias=True, mlp_bias=True, rope_parameters=rope, attn_implementation="eager")
    return text(LlamaForCausalLM(config), draw, TEXT + " attention_bias mlp_bias")


def mixture_of_experts(draw):
    """A window shorter than the text, more than two experts a token, and the embedding as head."""
    from transformers import MixtralConfig, MixtralForCausalLM

    config = MixtralConfig(vocab_size=24, hidden_size=12, num_hidden_layers=2, num_attention_heads=3,
                           num_key_value_heads=1, intermediate_size=8, num_local_experts=5, num_experts_per_tok=3,
                           max_position_embeddings=24, sliding_window=4, tie_word_embeddings=True,
                           rope_parameters={"rope_type": "default", "rope_theta": 100.0}, attn_implementation="eager")
    return text(MixtralForCausalLM(config), draw, TEXT + " num_experts_per_tok num_local_experts sliding_window")


def text(model, draw, names):
    """A model that writes: the scores after every token of a prompt, and the eight tokens that it writes then."""
    inputs = {"input_ids": torch.randint(3, 24, (2, 7), generator=draw)}
    # With smaller weights, a model whose head is tied repeats its last token.
    model = drawn(model, draw, 0.6)
    written = inputs["input_ids"]
    for _ in range(8):
        best = model(input_ids=written).logits[:, -1].argmax(-1, keepdim=True)
        written = torch.cat([written, best], 1)
    expected = {"logits": model(**inputs).logits, "greedy_tokens": written[:, 7:]}
    return fields(model.config.to_dict(), names), model, inputs, expected, {}


VIT = ["hidden_act", "hidden_size", "image_size", "initializer_range", "intermediate_size", "layer_norm_eps", "model_type",
       "num_attention_heads", "num_channels", "num_hidden_layers", "patch_size", "qkv_bias"]


def vision(draw):
    """A ViT of images that are not square, in patches that are not square, without biases before the attention."""
    from transformers import ViTConfig, ViTForImageClassification

    config = ViTConfig(hidden_size=12, num_hidden_layers=2, num_attention_heads=3, intermediate_size=20, image_size=(8, 12),
                       patch_size=(4, 2), num_channels=2, qkv_bias=False, num_labels=5, attn_implementation="eager")
    inputs = {"pixel_values": torch.randn((2, 2, 8, 12), generator=draw)}
    model = drawn(ViTForImageClassification(config), draw)
    return fields(config.to_dict(), [*VIT, "id2label"]), model, inputs, {"logits": model(**inputs).logits}, {}


def vision_resnet(draw):
    """A ResNet that halves its images wherever it can, and sees odd sides; norms that were trained on something."""
    from transformers import ResNetConfig, ResNetForImageClassification

    config = ResNetConfig(num_channels=1, embedding_size=4, hidden_sizes=[8, 12], depths=[1, 2], hidden_act="gelu", num_labels=5,
                          downsample_in_first_stage=True, downsample_in_bottleneck=True)
    inputs = {"pixel_values": torch.randn((2, 1, 17, 27), generator=draw)}
    model = drawn(ResNetForImageClassification(config), draw)
    for name, statistic in model.named_buffers():
        if name.endswith("running_mean"):
            statistic.copy_(0.3 * torch.randn(statistic.shape, generator=draw))
        if name.endswith("running_var"):
            statistic.copy_(0.5 + torch.rand(statistic.shape, generator=draw))
    names = ["depths", "downsample_in_bottleneck", "downsample_in_first_stage", "embedding_size", "hidden_act",
              "hidden_sizes", "id2label", "layer_type", "model_type", "num_channels"]
    return fields(model.config.to_dict(), names), model, inputs, {"logits": model(**inputs).logits}, {}


def vision_encoder_text_decoder(draw):
    """Widths that differ, so that a layer stands between the two, and scores divided by the number of the layer."""
    from transformers import (GPT2Config, GPT2LMHeadModel, ViTConfig, ViTModel, VisionEncoderDecoderConfig,
                              VisionEncoderDecoderModel)

    vit = ViTConfig(hidden_size=12, num_hidden_layers=1, num_attention_heads=3, intermediate_size=20, image_size=8,
                    patch_size=4)
    gpt2 = GPT2Config(vocab_size=24, n_positions=24, n_embd=8, n_layer=2, n_head=2, n_inner=12, add_cross_attention=True,
                      is_decoder=True, scale_attn_by_inverse_layer_idx=True, bos_token_id=1, eos_token_id=2)
    config = VisionEncoderDecoderConfig.from_encoder_decoder_configs(vit, gpt2)
    model = VisionEncoderDecoderModel(config=config, encoder=ViTModel(vit, add_pooling_layer=False),
                                      decoder=GPT2LMHeadModel(gpt2))
    model = drawn(model, draw, 0.6)
    # A decoder whose head is tied repeats its last token, unless the positions outweigh it.
    model.decoder.transformer.wpe.weight.mul_(4)
    inputs = {"pixel_values": torch.randn((2, 3, 8, 8), generator=draw),
              "decoder_input_ids": torch.randint(3, 24, (2, 7), generator=draw)}
    decoder = ["activation_function", "add_cross_attention", "initializer_range", "layer_norm_epsilon", "model_type",
               "n_embd", "n_head", "n_inner", "n_layer", "n_positions", "scale_attn_by_inverse_layer_idx",
               "scale_attn_weights", "tie_word_embeddings", "vocab_size"]
    names = {"model_type": [], "encoder": VIT, "decoder": decoder}
    return fields(model.config.to_dict(), names), model, inputs, {"logits": model(**inputs).logits}, {}


def multimodal(draw):
    """States of two layers, that of the whole image among them, and images at other places in each text."""
    from transformers import CLIPVisionConfig, LlamaConfig, LlavaConfig, LlavaForConditionalGeneration

    clip = CLIPVisionConfig(hidden_size=8, intermediate_size=12, num_hidden_layers=2, num_attention_heads=2, image_size=8,
                            patch_size=4)
    llama = LlamaConfig(vocab_size=24, hidden_size=8, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=1,
                        intermediate_size=12, max_position_embeddings=24, attn_implementation="eager")
    config = LlavaConfig(vision_config=clip, text_config=llama, image_token_index=20, vision_feature_layer=[-2, -1],
                         vision_feature_select_strategy="full")
    model = drawn(LlavaForConditionalGeneration(config), draw, 0.6)
    words, image = torch.randint(3, 20, (2, 5), generator=draw), torch.full((5,), 20)
    texts = [torch.cat([text[:at], image, text[at:]]) for text, at in zip(words, (1, 4))]
    inputs = {"input_ids": torch.stack(texts), "pixel_values": torch.randn((2, 3, 8, 8), generator=draw)}
    tower = ["hidden_act", "hidden_size", "image_size", "intermediate_size", "layer_norm_eps", "model_type",
             "num_attention_heads", "num_channels", "num_hidden_layers", "patch_size"]
    names = {name: [] for name in ["image_token_index", "model_type", "multimodal_projector_bias", "projector_hidden_act",
                                    "vision_feature_layer", "vision_feature_select_strategy"]}
    names |= {"vision_config": tower, "text_config": TEXT.split()}
    return fields(model.config.to_dict(), names), model, inputs, {"logits": model(**inputs).logits}, {}


def encoder_decoder(draw):
    """Heads that do not make up the width, halves of unlike depth, distances of all kinds, and padding."""
    from transformers import T5Config, T5ForConditionalGeneration

    model = drawn(T5ForConditionalGeneration(T5Config(
        vocab_size=20, d_model=8, d_kv=3, d_ff=12, num_layers=1, num_decoder_layers=2, num_heads=2,
        relative_attention_num_buckets=6, relative_attention_max_distance=7, attn_implementation="eager",
        decoder_start_token_id=0)), draw)
    inputs = {
        "input_ids": torch.randint(1, 20, (2, 11), generator=draw),
        "attention_mask": torch.ones(2, 11, dtype=torch.long),
        "decoder_input_ids": torch.randint(1, 20, (2, 9), generator=draw),
    }
    inputs["attention_mask"][1, -4:] = 0
    names = ("d_ff d_kv d_model decoder_start_token_id feed_forward_proj initializer_factor layer_norm_epsilon model_type "
             "num_decoder_layers num_heads num_layers relative_attention_max_distance relative_attention_num_buckets "
             "scale_decoder_outputs tie_word_embeddings vocab_size")
    return fields(model.config.to_dict(), names), model, inputs, {"logits": model(**inputs).logits}, {}


def speech(draw):
    """Halves that differ in everything but their width."""
    from transformers import WhisperConfig, WhisperForConditionalGeneration

    model = drawn(WhisperForConditionalGeneration(WhisperConfig(
        vocab_size=20, num_mel_bins=5, d_model=8, encoder_layers=2, decoder_layers=1, encoder_attention_heads=4,
        decoder_attention_heads=2, encoder_ffn_dim=10, decoder_ffn_dim=12, max_source_positions=6, max_target_positions=20,
        pad_token_id=0, bos_token_id=1, eos_token_id=2, decoder_start_token_id=3, begin_suppress_tokens=None)), draw)
    inputs = {
        "input_features": torch.randn((2, 5, 12), generator=draw),
        "decoder_input_ids": torch.randint(1, 20, (2, 7), generator=draw),
    }
    names = ("activation_function d_model decoder_attention_heads decoder_ffn_dim decoder_layers decoder_start_token_id "
             "encoder_attention_heads encoder_ffn_dim encoder_layers init_std max_source_positions max_target_positions model_type "
             "num_mel_bins scale_embedding tie_word_embeddings vocab_size")
    expected = {"logits": model(**inputs).logits}
    return fields(model.config.to_dict(), names), model, inputs, expected, {"features": features()}


def features():
    """What WhisperFeatureExtractor hears in 0.15 s of a rising tone and 0.05 s of silence, for both numbers of bands."""
    from transformers import WhisperFeatureExtractor

    time = numpy.arange(2400) / 16000
    chirp = 0.4 * numpy.sin(2 * numpy.pi * (150 * time + 20000 * time**2))
    heard = {}
    for bands in [80, 128]:
        extractor = WhisperFeatureExtractor(feature_size=bands)
        found = extractor(chirp, sampling_rate=16000, max_length=3200, return_tensors="pt").input_features
        heard[f"bands_{bands}"] = found[0]
    return heard


def diffusion(draw):
    """`sampled.safetensors`: noise, and what DDIM makes of it in some numbers of steps, without guidance and with."""
    from diffusers import DDIMScheduler, DiTTransformer2DModel

    model = DiTTransformer2DModel(num_attention_heads=2, attention_head_dim=4, in_channels=2, out_channels=4, num_layers=2,
                                  sample_size=6, patch_size=2, num_embeds_ada_norm=5, norm_type="ada_norm_zero")
    drawn(model, draw)
    inputs = {"hidden_states": torch.randn((3, 2, 6, 6), generator=draw), "timestep": torch.tensor([0, 431, 999]),
              "class_labels": torch.tensor([0, 5, 2])}
    noise, classes = torch.randn((2, 2, 6, 6), generator=draw), torch.tensor([1, 4])

    def sampled(steps, guidance):
        # As `DiTPipeline` does it, with the published models' scheduler.
        scheduler = DDIMScheduler(beta_start=1e-4, beta_end=2e-2, beta_schedule="linear", clip_sample=False)
        scheduler.set_timesteps(steps)
        x = noise
        for t in scheduler.timesteps:
            both = model(torch.cat([x, x]), timestep=t.expand(4), class_labels=torch.cat([classes, torch.full((2,), 5)])).sample
            with_class, without = both[:, :2].chunk(2)
            x = scheduler.step(without + guidance * (with_class - without), t, x).prev_sample
        return x

    samples = {"latents": noise, "class_labels": classes, "four_steps": sampled(4, 1.0), "seven_steps": sampled(7, 1.0),
               "guided": sampled(4, 3.0)}
    names = ("activation_fn attention_bias attention_head_dim in_channels norm_elementwise_affine norm_eps norm_type "
             "num_attention_heads num_embeds_ada_norm num_layers out_channels patch_size sample_size")
    return fields(model.config, names), model, inputs, {"sample": model(**inputs).sample}, {"sampled": samples}


def state_space(draw):
    """Three chunks, the last one padded, two groups of heads, and padding before a text."""
    from transformers import Mamba2Config, Mamba2ForCausalLM

    config = Mamba2Config(vocab_size=20, hidden_size=8, state_size=4, num_hidden_layers=2, expand=2, num_heads=4, head_dim=4,
                          n_groups=2, conv_kernel=4, chunk_size=4)
    model = drawn(Mamba2ForCausalLM(config), draw)
    inputs = {"input_ids": torch.randint(3, 20, (2, 11), generator=draw), "attention_mask": torch.ones(2, 11, dtype=torch.long)}
    inputs["attention_mask"][1, :3] = 0
    names = ("chunk_size conv_kernel expand head_dim hidden_act hidden_size initializer_range layer_norm_epsilon model_type n_groups "
             "num_heads num_hidden_layers state_size tie_word_embeddings time_step_limit use_bias use_conv_bias vocab_size")
    return fields(config.to_dict(), names), model, inputs, {"logits": model(**inputs).logits}, {}


SEEDS = {encoder_only: 5, encoder_decoder: 5, speech: 5, decoder_only: 5, mixture_of_experts: 5, vision: 5, vision_resnet: 5, vision_encoder_text_decoder: 5,
         multimodal: 5, diffusion: 6, state_space: 7}


def main():
    torch.manual_seed(0)
    for family, seed in SEEDS.items():
        name = family.__name__.replace("_", "-")
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        with torch.no_grad():
            config, model, inputs, expected, others = family(torch.Generator().manual_seed(seed))
        folder = pathlib.Path(__file__).parent / name
        folder.mkdir(exist_ok=True)
        (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
        # A tied tensor is stored once, as `save_pretrained` does.
        places = {}
        for name, tensor in model.state_dict().items():
            places.setdefault(tensor.data_ptr(), (name, tensor))
        state = dict(places.values())
        for file, tensors in {"model": state, "inputs": inputs, "expected": expected, **others}.items():
            save_file({k: t.clone().contiguous() for k, t in tensors.items()}, folder / f"{file}.safetensors")


if __name__ == "__main__":
    main()
