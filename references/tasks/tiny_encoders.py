"""Build the tiny random encoders of test/fixtures/models. `build(arch, task)` gives the torch model the golden files use."""

import sys
import zlib

import torch
import transformers
from references.common.corpus import TRAINING_TEXT
from references.common.export_onnx import export_encoder
from references.common.model_folder import write_folder
from references.common.paths import TOKENIZERS
from references.common.random_weights import balance, randomise
from references.tasks.tiny_configs import ARCHITECTURES, ENTITIES, MAX_LENGTH, SENTIMENTS, label_maps

from tokenizers import Tokenizer

TASKS = {
    "sequence-classification": ("AutoModelForSequenceClassification", ["logits"], label_maps(SENTIMENTS)),
    "token-classification": ("AutoModelForTokenClassification", ["logits"], label_maps(ENTITIES)),
    "question-answering": ("AutoModelForQuestionAnswering", ["start_logits", "end_logits"], {}),
    "embedding": ("AutoModel", ["last_hidden_state"], {}),
    "multiple-choice": ("AutoModelForMultipleChoice", ["logits"], {}),
    "regression": ("AutoModelForSequenceClassification", ["logits"], {"num_labels": 1}),
}
MODELS = [(arch, task) for arch in ARCHITECTURES for task in list(TASKS)[:4]] + [("bert", "multiple-choice"), ("bert", "regression")]


def seed_of(name):
    return zlib.crc32(name.encode()) % 100_000


def build(arch, task):
    """The seeded torch model, its folder name, ONNX inputs and outputs."""
    make_config, tokenizer, _, _, has_types, has_pooler = ARCHITECTURES[arch]
    encode = Tokenizer.from_file(str(TOKENIZERS / f"{tokenizer}.json"))
    vocabulary = encode.get_vocab_size()
    auto, outputs, settings = TASKS[task]
    config = make_config(vocabulary)
    for key, value in settings.items():
        setattr(config, key, value)
    config._attn_implementation = "eager"
    torch.manual_seed(0)
    name = f"{arch}-{task}"
    model = randomise(getattr(transformers, auto).from_config(config, attn_implementation="eager"), seed_of(name))
    if task in ("sequence-classification", "token-classification"):
        bias = next(parameter for name, parameter in reversed(list(model.named_parameters())) if name.startswith("classifier") and name.endswith("bias"))
        balance(model, bias, [encode.encode(line).ids[:MAX_LENGTH] for line in sorted(set(TRAINING_TEXT))])
    if task == "token-classification":
        model.per_token = True
    if task == "embedding" and has_pooler:
        outputs = [*outputs, "pooler_output"]
    inputs = ["input_ids", "attention_mask"] + (["token_type_ids"] if has_types else [])
    return model, name, inputs, outputs


def write(arch, task):
    model, name, inputs, outputs = build(arch, task)
    _, tokenizer, tokenizer_class, tokens, _, _ = ARCHITECTURES[arch]
    folder = write_folder(name, model, tokenizer, tokenizer_class, tokens, MAX_LENGTH)
    export_encoder(model, inputs, outputs, folder / "onnx" / "model.onnx", choices=task == "multiple-choice")
    return folder


if __name__ == "__main__":
    torch.set_num_threads(1)
    for arch, task in MODELS:
        if len(sys.argv) < 2 or sys.argv[1] in f"{arch}-{task}":
            print(write(arch, task).name, flush=True)
