"""Makes the family folders of this folder: very small models with random weights, and what transformers gives.

    python -m venv .venv && .venv/bin/pip install torch==2.9.0 transformers safetensors
    .venv/bin/python fixture.py [FAMILY ...]

Nothing is downloaded. Each family is a function that gives a model, its inputs and what is expected of it.
"""

import json
import pathlib
import sys

import numpy
import torch
from safetensors.torch import save_file
from transformers import (
    BertConfig, BertModel, T5Config, T5ForConditionalGeneration, WhisperConfig, WhisperFeatureExtractor,
    WhisperForConditionalGeneration,
)

HERE = pathlib.Path(__file__).parent
# Of what a configuration says, what no model here depends on.
LEFT_OUT = {
    "_name_or_path", "add_cross_attention", "architectures", "attention_probs_dropout_prob", "bos_token_id", "chunk_size_feed_forward",
    "classifier_dropout", "dtype", "eos_token_id", "hidden_dropout_prob", "id2label", "is_decoder", "is_encoder_decoder", "label2id",
    "output_attentions", "output_hidden_states", "problem_type", "return_dict", "transformers_version", "use_cache",
}


def encoder_only(draw):
    """The masks are the ones that are easily got wrong: padding at the end, padding alone."""
    model = filled(BertModel(BertConfig(
        vocab_size=24, hidden_size=12, num_hidden_layers=2, num_attention_heads=3, intermediate_size=20,
        max_position_embeddings=10, attn_implementation="eager")), draw)
    inputs = {
        "input_ids": torch.randint(3, 24, (3, 7), generator=draw),
        "attention_mask": torch.ones(3, 7, dtype=torch.long),
        "token_type_ids": torch.zeros(3, 7, dtype=torch.long),
    }
    inputs["token_type_ids"][0, 4:] = 1
    inputs["attention_mask"][1, -3:] = 0
    inputs["attention_mask"][2, :] = 0
    output = model(**inputs)
    return model, inputs, {"last_hidden_state": output.last_hidden_state, "pooler_output": output.pooler_output}


def encoder_decoder(draw):
    """Heads that do not make up the width, halves of unlike depth, distances of all kinds, and padding."""
    model = filled(T5ForConditionalGeneration(T5Config(
        vocab_size=20, d_model=8, d_kv=3, d_ff=12, num_layers=1, num_decoder_layers=2, num_heads=2,
        relative_attention_num_buckets=6, relative_attention_max_distance=7, attn_implementation="eager",
        decoder_start_token_id=0)), draw)
    inputs = {
        "input_ids": torch.randint(1, 20, (2, 11), generator=draw),
        "attention_mask": torch.ones(2, 11, dtype=torch.long),
        "decoder_input_ids": torch.randint(1, 20, (2, 9), generator=draw),
    }
    inputs["attention_mask"][1, -4:] = 0
    return model, inputs, {"logits": model(**inputs).logits}


def speech(draw):
    """Halves that differ in everything but their width."""
    model = filled(WhisperForConditionalGeneration(WhisperConfig(
        vocab_size=20, num_mel_bins=5, d_model=8, encoder_layers=2, decoder_layers=1, encoder_attention_heads=4,
        decoder_attention_heads=2, encoder_ffn_dim=10, decoder_ffn_dim=12, max_source_positions=6, max_target_positions=20,
        pad_token_id=0, bos_token_id=1, eos_token_id=2, decoder_start_token_id=3, begin_suppress_tokens=None)), draw)
    inputs = {
        "input_features": torch.randn((2, 5, 12), generator=draw),
        "decoder_input_ids": torch.randint(1, 20, (2, 7), generator=draw),
    }
    return model, inputs, {"logits": model(**inputs).logits}


def features():
    """What WhisperFeatureExtractor hears in 0.15 s of a rising tone and 0.05 s of silence, for both numbers of bands."""
    time = numpy.arange(2400) / 16000
    chirp = 0.4 * numpy.sin(2 * numpy.pi * (150 * time + 20000 * time**2))
    heard = {}
    for bands in [80, 128]:
        extractor = WhisperFeatureExtractor(feature_size=bands)
        found = extractor(chirp, sampling_rate=16000, max_length=3200, return_tensors="pt").input_features
        heard[f"bands_{bands}"] = found[0]
    save(HERE / "speech" / "features.safetensors", heard)


FAMILIES = {"encoder-only": encoder_only, "encoder-decoder": encoder_decoder, "speech": speech}


def filled(model, draw):
    """No parameter keeps a default (zeros, ones), which would hide a mistake."""
    for name, p in model.named_parameters():
        norm_scale = "norm" in name.lower() and name.endswith("weight")
        drawn = torch.randn(p.shape, generator=draw)
        p.copy_(1.0 + 0.1 * drawn if norm_scale else 0.2 * drawn)
    return model.eval().float()


def save(path, tensors):
    save_file({name: tensor.clone().contiguous() for name, tensor in tensors.items()}, path)


def make(name, family):
    model, inputs, expected = family(torch.Generator().manual_seed(5))
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    fields = {key: value for key, value in model.config.to_dict().items() if key not in LEFT_OUT}
    (folder / "config.json").write_text(json.dumps(fields, indent=1, sort_keys=True) + "\n")
    for file, tensors in [("model", model.state_dict()), ("inputs", inputs), ("expected", expected)]:
        save(folder / f"{file}.safetensors", tensors)


def main():
    for name in sys.argv[1:] or FAMILIES:
        with torch.no_grad():
            make(name, FAMILIES[name])
    features()


if __name__ == "__main__":
    main()
