"""Gradients of the starter models in models/tessera, on short texts; their int8 weights are dequantised into PyTorch."""

import sys
from pathlib import Path

import onnx
import torch
from references.autodiff.export import forward_difference
from references.autodiff.index import replace_group
from references.autodiff.make_case import FORWARD_LIMIT
from references.autodiff.reference import captured_embedding, last_attention, targets, write_down
from references.autodiff.tiny_model import TASKS, call, outputs_of
from references.common.paths import GOLDEN_AUTODIFF, STARTERS
from references.common.store import write_json

from tokenizers import Tokenizer

sys.path.append(str(Path(__file__).parents[1] / "references"))
from references.common.starter_weights import load_starter

TEXTS = ["a warm, funny film.", "the plot is thin", "dull and far too long!"]
PAIRS = [
    ("where is the river?", "the river flows through leeds."),
    ("who sings?", "anna sings."),
    ("when?", "it opened in 1999."),
]
NAMES = ["angela merkel met paul in paris.", "we love london", "apple hired anna"]
LABELLED = {
    "sentiment-en": ("seqcls", TEXTS),
    "nli-en": ("seqcls", PAIRS),
    "qa-en": ("qa", PAIRS),
    "ner-en": ("tokcls", NAMES),
}


def encode(folder, texts):
    """Token ids of the folder's own tokenizer, padded to the longest row."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.enable_padding()
    rows = tokenizer.encode_batch(texts)
    return {
        "input_ids": torch.tensor([row.ids for row in rows]),
        "attention_mask": torch.tensor([row.attention_mask for row in rows]),
        "token_type_ids": torch.tensor([row.type_ids for row in rows]),
    }


def autograd(model, inputs, scalars):
    """Gradients at the embeddings and the last attention; `scalars(result)` → (outputs, {target: (text, value)})."""
    with captured_embedding(model) as caught:
        result = call(model, inputs, output_attentions=True)
    outputs, described = scalars(result)
    wanted = {"embeddings": caught["value"], "attention.last": last_attention(result)}
    found = {f"output/{name}": value.detach() for name, value in outputs.items()}
    found["value/attention.last"] = wanted["attention.last"].detach()
    for target, (_, scalar) in described.items():
        found[f"{target}/value"] = scalar.detach()
        seeds = torch.autograd.grad(scalar, list(outputs.values()), retain_graph=True)
        found |= {f"{target}/seed/{name}": seed for name, seed in zip(outputs, seeds)}
        kept = wanted if target != "loss" else {"embeddings": wanted["embeddings"]}
        grads = torch.autograd.grad(scalar, list(kept.values()), retain_graph=True)
        found |= {f"{target}/grad/{name}": grad for name, grad in zip(kept, grads)}
    return found


def labelled(name):
    task, texts = LABELLED[name]
    inputs = encode(STARTERS / name, texts)

    def scalars(result):
        outputs = {key: result[key] for key in outputs_of(task)}
        return outputs, targets(task, outputs, inputs)

    return inputs, scalars


def projected(name, texts):
    """Hidden states have no natural scalar: a fixed random projection of the unpadded ones."""
    inputs = encode(STARTERS / name, texts)

    def scalars(result):
        hidden = result.last_hidden_state
        direction = torch.randn(hidden.shape, generator=torch.Generator().manual_seed(3)).to(hidden.dtype)
        value = (hidden * direction * inputs["attention_mask"][..., None]).sum()
        return {"last_hidden_state": hidden}, {"projection": ("sum of last_hidden_state times the seed", value)}

    return inputs, scalars


def next_token(name, texts):
    inputs = encode(STARTERS / name, texts)
    del inputs["token_type_ids"]
    inputs["position_ids"] = (inputs["attention_mask"].cumsum(1) - 1).clamp(min=0)
    last = inputs["attention_mask"].sum(1) - 1

    def scalars(result):
        rows = result.logits[torch.arange(len(last)), last]  # [batch, vocabulary]
        value = rows.gather(1, rows.argmax(-1, keepdim=True)).sum()
        return {"logits": result.logits}, {
            "logit": ("sum over rows of the best next token's logit at the last unpadded position", value)
        }

    return inputs, scalars


def write(name, task, file, model, inputs, scalars, extra_feeds=None):
    single = autograd(model, inputs, scalars)
    double = autograd(model.double(), inputs, scalars)
    data = str(STARTERS / name / "onnx" / file)
    outputs = {key[len("output/") :]: value.numpy() for key, value in double.items() if key.startswith("output/")}
    difference = forward_difference(data, {**inputs, **(extra_feeds or {})}, outputs)
    if difference > FORWARD_LIMIT:
        raise ValueError(f"{name}: onnxruntime is {difference:.1e} away from torch")
    described = {key: text for key, (text, _) in scalars(call(model, inputs))[1].items()}
    golden = write_down(inputs, single, double, described, architecture=model.config.model_type, model=name)
    if name == "captions-en":  # 4,096 logits a token: the seed is one 1 per row, its place says enough
        for target in golden["targets"].values():
            target["seeds"] = {"logits": {"ones": single["logit/seed/logits"].nonzero().tolist()}}
        golden["outputs"] = {}
    write_json(GOLDEN_AUTODIFF / f"starter-{name}.json", golden)
    print(
        f"  {name}: {difference:.1e}, float32 {golden['float32Deviation']:.1e}, {list(golden['targets'])}", flush=True
    )
    return {
        "name": f"starter-{name}",
        "file": f"models/tessera/{name}/onnx/{file}",
        "architecture": model.config.model_type,
        "exporter": "legacy",
        "opset": 17,
        "attention": "eager",
        "task": task,
        "inputs": [*inputs, *(extra_feeds or {})],
        "of": list(outputs),
        "golden": f"starter-{name}.json",
    }


def main():
    cases = [
        write(name, TASKS[LABELLED[name][0]][1], "model.onnx", load_starter(name), *labelled(name)) for name in LABELLED
    ]
    sentence = load_starter("all-minilm-l6-v2", unfilled=["pooler.dense.weight", "pooler.dense.bias"])
    cases.append(
        write("all-minilm-l6-v2", "feature-extraction", "model.onnx", sentence, *projected("all-minilm-l6-v2", TEXTS))
    )
    captions = load_starter("captions-en", unfilled=["lm_head.weight"])
    past = {
        value.name: torch.zeros(3, 4, 0, 64)
        for value in onnx.load(str(STARTERS / "captions-en/onnx/model.onnx")).graph.input
        if value.name.startswith("past")
    }
    cases.append(
        write(
            "captions-en",
            "text-generation",
            "model.onnx",
            captions,
            *next_token("captions-en", ["A little girl", "Two dogs", "A man in a"]),
            past,
        )
    )
    replace_group("starter", cases, [])
