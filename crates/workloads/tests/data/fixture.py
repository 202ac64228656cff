"""Makes the family folders beside it: models of a few thousand parameters and what transformers computes of them.

    python -m venv .venv && .venv/bin/pip install torch==2.9.0 transformers safetensors
    .venv/bin/python fixture.py [FAMILY …]

Nothing is downloaded. A function a family gives a model, its inputs, what it gives, and the fields of `config.json`
that are written. Each model is one that is easily got wrong: nothing keeps its default.
"""

import json
import pathlib
import sys

import torch
from safetensors.torch import save_file


def encoder_only(draw):
    """The masks are the ones that are easily got wrong: padding at the end, padding alone."""
    from transformers import BertConfig, BertModel

    config = BertConfig(vocab_size=24, hidden_size=12, num_hidden_layers=2, num_attention_heads=3, intermediate_size=20,
                        max_position_embeddings=10, attn_implementation="eager")
    model = randomised(BertModel(config), draw)
    inputs = {
        "input_ids": torch.randint(3, 24, (3, 7), generator=draw),
        "attention_mask": torch.ones(3, 7, dtype=torch.long),
        "token_type_ids": torch.zeros(3, 7, dtype=torch.long),
    }
    inputs["token_type_ids"][0, 4:] = 1
    inputs["attention_mask"][1, -3:] = 0
    inputs["attention_mask"][2, :] = 0
    output = model(**inputs)
    fields = ["hidden_act", "hidden_size", "initializer_range", "intermediate_size", "layer_norm_eps",
              "max_position_embeddings", "model_type", "num_attention_heads", "num_hidden_layers", "type_vocab_size",
              "vocab_size"]
    expected = {"last_hidden_state": output.last_hidden_state, "pooler_output": output.pooler_output}
    return model, inputs, expected, fields


TEXT = ["head_dim", "hidden_act", "hidden_size", "initializer_range", "intermediate_size", "max_position_embeddings",
        "model_type", "num_attention_heads", "num_hidden_layers", "num_key_value_heads", "rms_norm_eps",
        "rope_parameters", "tie_word_embeddings", "vocab_size"]


def decoder_only(draw):
    """Biases everywhere, heads that do not make up the width, and texts longer than the rotary positions were made for."""
    from transformers import LlamaConfig, LlamaForCausalLM

    rope = {"rope_type": "llama3", "rope_theta": 100.0, "factor": 4.0, "low_freq_factor": 1.0, "high_freq_factor": 2.0,
            "original_max_position_embeddings": 6}
    config = LlamaConfig(vocab_size=24, hidden_size=12, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
                         head_dim=6, intermediate_size=20, max_position_embeddings=24, rms_norm_eps=1e-5,
                         attention_bias=True, mlp_bias=True, rope_parameters=rope, attn_implementation="eager")
    return text(LlamaForCausalLM(config), draw, TEXT + ["attention_bias", "mlp_bias"])


def mixture_of_experts(draw):
    """A window shorter than the text, more than two experts a token, and the embedding as head."""
    from transformers import MixtralConfig, MixtralForCausalLM

    config = MixtralConfig(vocab_size=24, hidden_size=12, num_hidden_layers=2, num_attention_heads=3,
                           num_key_value_heads=1, intermediate_size=8, num_local_experts=5, num_experts_per_tok=3,
                           max_position_embeddings=24, sliding_window=4, tie_word_embeddings=True,
                           rope_parameters={"rope_type": "default", "rope_theta": 100.0}, attn_implementation="eager")
    return text(MixtralForCausalLM(config), draw, TEXT + ["num_experts_per_tok", "num_local_experts", "sliding_window"])


VIT = ["hidden_act", "hidden_size", "image_size", "initializer_range", "intermediate_size", "layer_norm_eps", "model_type",
       "num_attention_heads", "num_channels", "num_hidden_layers", "patch_size", "qkv_bias"]


def vision(draw):
    """A ViT of images that are not square, in patches that are not square, without biases before the attention."""
    from transformers import ViTConfig, ViTForImageClassification

    config = ViTConfig(hidden_size=12, num_hidden_layers=2, num_attention_heads=3, intermediate_size=20, image_size=(8, 12),
                       patch_size=(4, 2), num_channels=2, qkv_bias=False, num_labels=5, attn_implementation="eager")
    inputs = {"pixel_values": torch.randn((2, 2, 8, 12), generator=draw)}
    model = randomised(ViTForImageClassification(config), draw)
    return model, inputs, {"logits": model(**inputs).logits}, VIT + ["id2label"]


def vision_resnet(draw):
    """A ResNet that halves its images wherever it can, and sees odd sides; norms that were trained on something."""
    from transformers import ResNetConfig, ResNetForImageClassification

    config = ResNetConfig(num_channels=1, embedding_size=4, hidden_sizes=[8, 12], depths=[1, 2], hidden_act="gelu", num_labels=5,
                          downsample_in_first_stage=True, downsample_in_bottleneck=True)
    inputs = {"pixel_values": torch.randn((2, 1, 17, 27), generator=draw)}
    model = randomised(ResNetForImageClassification(config), draw)
    for name, statistic in model.named_buffers():
        if name.endswith("running_mean"):
            statistic.copy_(0.3 * torch.randn(statistic.shape, generator=draw))
        if name.endswith("running_var"):
            statistic.copy_(0.5 + torch.rand(statistic.shape, generator=draw))
    fields = ["depths", "downsample_in_bottleneck", "downsample_in_first_stage", "embedding_size", "hidden_act",
              "hidden_sizes", "id2label", "layer_type", "model_type", "num_channels"]
    return model, inputs, {"logits": model(**inputs).logits}, fields


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
    model = randomised(model, draw, 0.6)
    # A decoder whose head is tied repeats its last token, unless the positions outweigh it.
    model.decoder.transformer.wpe.weight.mul_(4)
    inputs = {"pixel_values": torch.randn((2, 3, 8, 8), generator=draw),
              "decoder_input_ids": torch.randint(3, 24, (2, 7), generator=draw)}
    decoder = ["activation_function", "add_cross_attention", "initializer_range", "layer_norm_epsilon", "model_type",
               "n_embd", "n_head", "n_inner", "n_layer", "n_positions", "scale_attn_by_inverse_layer_idx",
               "scale_attn_weights", "tie_word_embeddings", "vocab_size"]
    fields = {"model_type": [], "encoder": VIT, "decoder": decoder}
    return model, inputs, {"logits": model(**inputs).logits}, fields


def multimodal(draw):
    """States of two layers, that of the whole image among them, and images at other places in each text."""
    from transformers import CLIPVisionConfig, LlamaConfig, LlavaConfig, LlavaForConditionalGeneration

    clip = CLIPVisionConfig(hidden_size=8, intermediate_size=12, num_hidden_layers=2, num_attention_heads=2, image_size=8,
                            patch_size=4)
    llama = LlamaConfig(vocab_size=24, hidden_size=8, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=1,
                        intermediate_size=12, max_position_embeddings=24, attn_implementation="eager")
    config = LlavaConfig(vision_config=clip, text_config=llama, image_token_index=20, vision_feature_layer=[-2, -1],
                         vision_feature_select_strategy="full")
    model = randomised(LlavaForConditionalGeneration(config), draw, 0.6)
    words, image = torch.randint(3, 20, (2, 5), generator=draw), torch.full((5,), 20)
    texts = [torch.cat([text[:at], image, text[at:]]) for text, at in zip(words, (1, 4))]
    inputs = {"input_ids": torch.stack(texts), "pixel_values": torch.randn((2, 3, 8, 8), generator=draw)}
    tower = ["hidden_act", "hidden_size", "image_size", "intermediate_size", "layer_norm_eps", "model_type",
             "num_attention_heads", "num_channels", "num_hidden_layers", "patch_size"]
    fields = {name: [] for name in ["image_token_index", "model_type", "multimodal_projector_bias", "projector_hidden_act",
                                    "vision_feature_layer", "vision_feature_select_strategy"]}
    fields |= {"vision_config": tower, "text_config": TEXT}
    return model, inputs, {"logits": model(**inputs).logits}, fields


def text(model, draw, fields):
    """A model that writes: the scores after every token of a prompt, and the eight tokens that it writes then."""
    inputs = {"input_ids": torch.randint(3, 24, (2, 7), generator=draw)}
    # With smaller weights, a model whose head is tied repeats its last token.
    model = randomised(model, draw, 0.6)
    written = inputs["input_ids"]
    for _ in range(8):
        best = model(input_ids=written).logits[:, -1].argmax(-1, keepdim=True)
        written = torch.cat([written, best], 1)
    return model, inputs, {"logits": model(**inputs).logits, "greedy_tokens": written[:, 7:]}, fields


def randomised(model, draw, deviation=0.2):
    """No parameter keeps a default (zeros, ones), which would hide a mistake."""
    for name, p in model.named_parameters():
        scale = "norm" in name.lower() and name.endswith("weight")
        noise = torch.randn(p.shape, generator=draw)
        p.copy_(1.0 + 0.1 * noise if scale else deviation * noise)
    return model.eval().float()


FAMILIES = [encoder_only, decoder_only, mixture_of_experts, vision, vision_resnet, vision_encoder_text_decoder,
            multimodal]


def write(folder, model, inputs, expected, fields):
    folder.mkdir(exist_ok=True)
    chosen = picked(model.config.to_dict(), fields)
    (folder / "config.json").write_text(json.dumps(chosen, indent=1) + "\n")
    # A tied tensor is stored once, as `save_pretrained` does.
    places = {}
    for name, tensor in model.state_dict().items():
        places.setdefault(tensor.data_ptr(), (name, tensor))
    state = dict(places.values())
    for name, tensors in [("model", state), ("inputs", inputs), ("expected", expected)]:
        save_file({k: t.clone().contiguous() for k, t in tensors.items()}, folder / f"{name}.safetensors")


def picked(config, fields):
    """These fields of a configuration; a configuration inside it has fields of its own."""
    inner = fields if isinstance(fields, dict) else {}
    return {name: picked(config[name], inner[name]) if inner.get(name) else config[name] for name in sorted(fields)}


def main():
    for family in FAMILIES:
        name = family.__name__.replace("_", "-")
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        with torch.no_grad():
            write(pathlib.Path(__file__).parent / name, *family(torch.Generator().manual_seed(5)))


if __name__ == "__main__":
    main()
