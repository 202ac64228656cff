"""Makes the family folder `encoder-only`: a BERT of 2,980 parameters and what transformers.BertModel gives.

    python -m venv .venv && .venv/bin/pip install torch==2.9.0 transformers safetensors
    .venv/bin/python fixture.py

Nothing is downloaded. The masks are the ones that are easily got wrong: padding at the end, padding alone.
"""

import json
import pathlib

import torch
from safetensors.torch import save_file
from transformers import BertConfig, BertModel

FIELDS = [
    "hidden_act", "hidden_size", "initializer_range", "intermediate_size", "layer_norm_eps", "max_position_embeddings",
    "model_type", "num_attention_heads", "num_hidden_layers", "type_vocab_size", "vocab_size",
]


def main():
    draw = torch.Generator().manual_seed(5)
    config = BertConfig(vocab_size=24, hidden_size=12, num_hidden_layers=2, num_attention_heads=3, intermediate_size=20,
                        max_position_embeddings=10, attn_implementation="eager")
    model = BertModel(config).eval().float()
    with torch.no_grad():
        for name, p in model.named_parameters():
            # No parameter keeps a default (zeros, ones), which would hide a mistake.
            norm_scale = "LayerNorm" in name and name.endswith("weight")
            p.copy_(1.0 + 0.1 * torch.randn(p.shape, generator=draw) if norm_scale else 0.2 * torch.randn(p.shape, generator=draw))
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

    folder = pathlib.Path(__file__).parent / "encoder-only"
    folder.mkdir(exist_ok=True)
    fields = {name: config.to_dict()[name] for name in FIELDS}
    (folder / "config.json").write_text(json.dumps(fields, indent=1) + "\n")
    for name, tensors in [("model", model.state_dict()), ("inputs", inputs), ("expected", expected)]:
        save_file({k: t.clone().contiguous() for k, t in tensors.items()}, folder / f"{name}.safetensors")


if __name__ == "__main__":
    main()
