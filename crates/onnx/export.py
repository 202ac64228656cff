"""Makes ONNX files of the models that `benches/onnx.rs` runs, and of checkpoints.

    python -m venv .venv && .venv/bin/pip install torch==2.9.0 transformers onnx safetensors
    .venv/bin/python export.py bert-tiny vit-tiny          # into models/, with weights drawn from a seed
    .venv/bin/python export.py --folder DIR MODEL.onnx     # of a Hugging Face folder

Nothing is downloaded. The configurations are those of the presets of the same name in `crates/workloads`.
"""

import argparse
import pathlib

import torch


def bert(layers, width, inner):
    from transformers import BertConfig, BertModel

    config = BertConfig(num_hidden_layers=layers, hidden_size=width, intermediate_size=inner, num_attention_heads=width // 64)
    return BertModel(config)


def vit(layers, width, inner, heads, patch=16):
    from transformers import ViTConfig, ViTForImageClassification

    config = ViTConfig(num_hidden_layers=layers, hidden_size=width, intermediate_size=inner, num_attention_heads=heads,
                       patch_size=patch, num_labels=1000)
    return ViTForImageClassification(config)


def resnet():
    from transformers import ResNetConfig, ResNetForImageClassification

    return ResNetForImageClassification(ResNetConfig(num_labels=1000))


def whisper(layers, width, heads):
    from transformers import WhisperConfig
    from transformers.models.whisper.modeling_whisper import WhisperEncoder

    config = WhisperConfig(encoder_layers=layers, d_model=width, encoder_attention_heads=heads, encoder_ffn_dim=4 * width)
    return WhisperEncoder(config)


MODELS = {
    "bert-tiny": lambda: bert(2, 128, 512),
    "bert-small": lambda: bert(4, 512, 2048),
    "bert-base": lambda: bert(12, 768, 3072),
    "vit-tiny": lambda: vit(12, 192, 768, 3),
    "vit-small": lambda: vit(12, 384, 1536, 6),
    "vit-base": lambda: vit(12, 768, 3072, 12),
    "resnet-50": resnet,
    "whisper-tiny": lambda: whisper(4, 384, 6),
    "whisper-base": lambda: whisper(6, 512, 8),
}

TOKENS = ["input_ids", "attention_mask", "token_type_ids"]


def example(model):
    """Inputs by name, and their dynamic axes."""
    kind = model.config.model_type
    if kind == "bert":
        length = min(8, model.config.max_position_embeddings)
        names = {name: torch.ones(2, length, dtype=torch.long) for name in TOKENS}
        names["token_type_ids"] *= 0
        return names, {name: {0: "batch_size", 1: "sequence_length"} for name in TOKENS}
    if kind in ("vit", "resnet"):
        size = getattr(model.config, "image_size", 224)
        height, width = size if isinstance(size, (list, tuple)) else (size, size)
        pixels = torch.zeros(2, model.config.num_channels, height, width)
        axes = {0: "batch_size"} | ({2: "height", 3: "width"} if kind == "resnet" else {})
        return {"pixel_values": pixels}, {"pixel_values": axes}
    if kind == "whisper":
        frames = 2 * model.config.max_source_positions
        return {"input_features": torch.zeros(2, model.config.num_mel_bins, frames)}, {"input_features": {0: "batch_size"}}
    raise SystemExit(f"the export of `{kind}` is not implemented")


def outputs(model):
    """Names of outputs, in their order."""
    if model.config.model_type == "bert":
        return ["last_hidden_state", "pooler_output"]
    return ["logits"] if hasattr(model, "classifier") else ["last_hidden_state"]


class Plain(torch.nn.Module):
    """The model with inputs by position, and a tuple of outputs."""

    def __init__(self, model, names):
        super().__init__()
        self.model, self.names = model, names

    def forward(self, *values):
        return self.model(**dict(zip(self.names, values)), return_dict=True).to_tuple()[: len(outputs(self.model))]


def export(model, path):
    model = model.eval().float()
    model.config._attn_implementation = "eager"
    inputs, axes = example(model)
    path.parent.mkdir(parents=True, exist_ok=True)
    names = outputs(model)
    axes |= {name: {0: "batch_size"} for name in names}
    with torch.no_grad():
        torch.onnx.export(Plain(model, list(inputs)), tuple(inputs.values()), str(path), input_names=list(inputs),
                          output_names=names, dynamic_axes=axes, opset_version=17, dynamo=False)
    print(path, path.stat().st_size, "bytes")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("names", nargs="*", metavar="MODEL", help=f"one of {', '.join(MODELS)}")
    arguments.add_argument("--folder", type=pathlib.Path, help="a Hugging Face folder; MODEL is then the file to write")
    given = arguments.parse_args()
    if given.folder:
        from transformers import AutoConfig, AutoModel, AutoModelForImageClassification

        kind = AutoConfig.from_pretrained(given.folder).model_type
        loader = AutoModelForImageClassification if kind in ("vit", "resnet") else AutoModel
        model, found = loader.from_pretrained(given.folder, attn_implementation="eager", output_loading_info=True)
        # A name that this version of transformers does not know would leave weights drawn at random.
        if found["missing_keys"] or found["unexpected_keys"]:
            raise SystemExit(f"{given.folder} does not fit: {found['missing_keys']} are missing, {found['unexpected_keys']} unknown")
        export(model.encoder if kind == "whisper" else model, pathlib.Path(given.names[0]))
        return
    for name in given.names or MODELS:
        if name not in MODELS:
            raise SystemExit(f"no model `{name}`; there are {', '.join(MODELS)}")
        torch.manual_seed(1)
        export(MODELS[name](), pathlib.Path(__file__).parent / "models" / f"{name}.onnx")


if __name__ == "__main__":
    main()
