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


FAMILIES = [encoder_only, decoder_only, mixture_of_experts]


def write(folder, model, inputs, expected, fields):
    folder.mkdir(exist_ok=True)
    config = model.config.to_dict()
    chosen = {name: config[name] for name in sorted(fields)}
    (folder / "config.json").write_text(json.dumps(chosen, indent=1) + "\n")
    # A tied tensor is stored once, as `save_pretrained` does.
    state = model.state_dict()
    if config.get("tie_word_embeddings"):
        state.pop("lm_head.weight", None)
    for name, tensors in [("model", state), ("inputs", inputs), ("expected", expected)]:
        save_file({k: t.clone().contiguous() for k, t in tensors.items()}, folder / f"{name}.safetensors")


def main():
    for family in FAMILIES:
        name = family.__name__.replace("_", "-")
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        with torch.no_grad():
            write(pathlib.Path(__file__).parent / name, *family(torch.Generator().manual_seed(5)))


if __name__ == "__main__":
    main()
