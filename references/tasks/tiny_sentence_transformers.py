"""Two tiny sentence-transformer folders: mean + normalise, and (mean, max) + dense + normalise."""

import shutil

import torch
from references.common.export_onnx import export_encoder
from references.common.model_folder import write_config, write_folder
from references.common.paths import MODEL_FOLDERS
from references.common.random_weights import randomise
from references.tasks.tiny_configs import ARCHITECTURES
from references.tasks.tiny_encoders import build, seed_of
from safetensors.torch import save_file

HIDDEN, DENSE = 32, 24
PREFIX = "sentence_transformers.models."
# name: (architecture, max_seq_length, pooling modes, has a dense layer)
FOLDERS = {
    "bert-sentence": ("bert", 48, ["mean_tokens"], False),
    "mpnet-sentence-dense": ("mpnet", 40, ["mean_tokens", "max_tokens"], True),
}
ALL_MODES = ["cls_token", "mean_tokens", "max_tokens", "mean_sqrt_len_tokens"]


def dense_layer(name):
    return randomise(torch.nn.Sequential(torch.nn.Linear(2 * HIDDEN, DENSE), torch.nn.Tanh()), seed_of(name))


def write(name):
    arch, limit, modes, dense = FOLDERS[name]
    model, _, inputs, _ = build(arch, "embedding")
    _, tokenizer, tokenizer_class, tokens, _, _ = ARCHITECTURES[arch]
    folder = write_folder(name, model, tokenizer, tokenizer_class, tokens, 64)
    export_encoder(model, inputs, ["last_hidden_state"], folder / "onnx" / "model.onnx")
    parts = ["Transformer", "Pooling"] + (["Dense"] if dense else []) + ["Normalize"]
    paths = ["" if part == "Transformer" else f"{index}_{part}" for index, part in enumerate(parts)]
    write_config(folder / "modules.json", [{"idx": i, "name": str(i), "path": path, "type": PREFIX + part} for i, (part, path) in enumerate(zip(parts, paths, strict=True))])
    write_config(folder / "sentence_bert_config.json", {"max_seq_length": limit, "do_lower_case": False})
    write_config(folder / "1_Pooling" / "config.json", {"word_embedding_dimension": HIDDEN, **{f"pooling_mode_{mode}": mode in modes for mode in ALL_MODES}, "include_prompt": True})
    if dense:
        layer = dense_layer(name)[0]
        write_config(folder / "2_Dense" / "config.json", {"in_features": 2 * HIDDEN, "out_features": DENSE, "bias": True, "activation_function": "torch.nn.modules.activation.Tanh"})
        save_file({"linear.weight": layer.weight.detach().contiguous(), "linear.bias": layer.bias.detach().contiguous()}, str(folder / "2_Dense" / "model.safetensors"))
    return folder


def reference(name):
    """The same folder loaded by the sentence-transformers library itself, with the torch model put in."""
    from sentence_transformers import SentenceTransformer

    folder = MODEL_FOLDERS / name
    model, *_ = build(FOLDERS[name][0], "embedding")
    copy = folder.parent.parent / f".{name}"
    shutil.copytree(folder, copy, dirs_exist_ok=True)
    try:
        model.save_pretrained(copy)
        return SentenceTransformer(str(copy), device="cpu", local_files_only=True).eval()
    finally:
        shutil.rmtree(copy)


if __name__ == "__main__":
    torch.set_num_threads(1)
    for name in FOLDERS:
        print(write(name).name)
