"""LoRA adapters in PEFT's own files, and the logits of the merged models."""

import copy
import gzip
import json
import shutil
import tempfile
from pathlib import Path

import torch
from peft import PeftModel
from references.autodiff.export import export, export_model, forward_difference
from references.autodiff.lora_adapters import ADAPTERS, MISFITS, with_adapter
from references.autodiff.quantised_weights import load_dequantised, weight_int8
from references.autodiff.tiny_model import SEED, build, call, inputs_of
from references.common.paths import GOLDEN_AUTODIFF, GRAPHS
from references.common.store import pack, provenance, write_gzip, write_json
from safetensors.torch import load_file, save_file

FOLDER = GRAPHS / "lora"


def save(wrapped, folder):
    """adapter_config.json and adapter_model.safetensors, without the README and library versions that PEFT adds."""
    with tempfile.TemporaryDirectory() as scratch:
        wrapped.save_pretrained(scratch)
        config = json.loads((Path(scratch) / "adapter_config.json").read_text())
        tensors = load_file(Path(scratch) / "adapter_model.safetensors")
    config["base_model_name_or_path"] = f"tessera/{folder.parent.name}-seqcls"
    config = {
        key: sorted(value) if key == "target_modules" and isinstance(value, list) else value
        for key, value in config.items()
    }
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / "adapter_config.json", config)
    save_file(
        {key: value.contiguous() for key, value in sorted(tensors.items())},
        folder / "adapter_model.safetensors",
        metadata={"format": "pt"},
    )


def merged(base, folder):
    """PEFT's own merge of the files as they lie there, in float64."""
    model = PeftModel.from_pretrained(copy.deepcopy(base), str(folder)).eval()
    return model.double().merge_and_unload().eval()


def logits(model, inputs):
    with torch.no_grad():
        return call(model, inputs).logits


def averaged(base, folders):
    """Mean of the merged weights (an adapter that does not touch a weight counts with the base's)."""
    states = [merged(base, folder).state_dict() for folder in folders]
    model = copy.deepcopy(base).double()
    model.load_state_dict(
        {
            key: torch.stack([state[key].double() for state in states]).mean(0).to(states[0][key].dtype)
            for key in states[0]
        }
    )
    return model.eval()


def factor_averaged(base, folders):
    """Mean of the factors A and B themselves, possible when all shapes agree: (ΣA/n, ΣB/n)."""
    tensors = [load_file(folder / "adapter_model.safetensors") for folder in folders]
    with tempfile.TemporaryDirectory() as scratch:
        config = json.loads((folders[0] / "adapter_config.json").read_text())
        Path(scratch, "adapter_config.json").write_text(json.dumps(config))
        save_file(
            {key: torch.stack([t[key] for t in tensors]).mean(0) for key in tensors[0]},
            Path(scratch) / "adapter_model.safetensors",
            metadata={"format": "pt"},
        )
        return merged(base, Path(scratch))


def model_forms(name):
    """The files to merge into: {form: (file, base model)}; names of weights are kept, lost, or hidden behind int8."""
    base = build(name, "seqcls")
    forms = {"anonymous": (f"{name}-seqcls-legacy17-eager.onnx.gz", base)}
    if name != "gpt2":
        forms["dynamo"] = (f"{name}-seqcls-dynamo18-eager.onnx.gz", base)
    named = f"{name}-seqcls-legacy17-named.onnx.gz"
    data = export_model(
        build(name, "seqcls"), inputs_of(name, batch=2, length=9, seed=9), ["logits"], "legacy", 17, fold=False
    )
    write_gzip(GRAPHS / named, data)
    forms["named"] = (named, base)
    if name == "bert":
        data = weight_int8(export(name, "seqcls", "legacy", 17, "eager"))
        rounded = build(name, "seqcls")
        load_dequantised(rounded, data)
        forms["weight-int8"] = ("bert-seqcls-weight-int8.onnx.gz", rounded)
    return forms


def misfits():
    """Adapters that fit no tiny BERT."""
    base = lambda: build("bert", "seqcls")
    good = FOLDER / "bert" / "query-value"
    for name in MISFITS:
        folder = FOLDER / "misfit" / name
        if name == "weight-decomposed":
            save(
                with_adapter(base(), name, dict(r=4, lora_alpha=8, use_dora=True, target_modules=["query"]), 7), folder
            )
            continue
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(good / "adapter_config.json", folder / "adapter_config.json")
        tensors = load_file(good / "adapter_model.safetensors")
        if name == "wrong-shape":
            tensors = {
                key: torch.cat([value, value], 1) if "lora_A" in key else torch.cat([value, value], 0)
                for key, value in tensors.items()
            }
        else:
            tensors = {key.replace(".self.query.", ".self.query_proj."): value for key, value in tensors.items()}
        save_file(
            {key: value.contiguous() for key, value in tensors.items()},
            folder / "adapter_model.safetensors",
            metadata={"format": "pt"},
        )


def cases_of(name):
    inputs = inputs_of(name)
    folders = {adapter: FOLDER / name / adapter for adapter in ADAPTERS[name]}
    for number, (adapter, arguments) in enumerate(ADAPTERS[name].items()):
        save(with_adapter(build(name, "seqcls"), adapter, arguments, SEED + number), folders[adapter])
    cases = []
    for form, (file, base) in model_forms(name).items():
        plain = logits(copy.deepcopy(base).double(), inputs)
        difference = forward_difference(_open(file), inputs, {"logits": plain.numpy()})
        if difference > 1e-5:
            raise ValueError(f"{file}: {difference}")
        golden = {
            "base": pack(plain),
            "merged": {adapter: pack(logits(merged(base, folder), inputs)) for adapter, folder in folders.items()},
            "averages": averages(base, folders, inputs),
        }
        shift = min((logits(merged(base, folder), inputs) - plain).abs().max().item() for folder in folders.values())
        print(f"  {name} {form}: {difference:.1e}, smallest effect of an adapter {shift:.2f}", flush=True)
        cases.append({"form": form, "file": file, "logits": golden})
    return {
        "architecture": name,
        "folder": f"lora/{name}",
        "inputs": {key: pack(value) for key, value in inputs.items()},
        "models": cases,
    }


def averages(base, folders, inputs):
    """Every pair and all: [{adapters, logits}] of averaged merged weights, and of averaged factors where shapes agree."""
    names = list(folders)
    groups = [names[:2], names] if len(names) > 2 else [names]
    out = []
    for group in groups:
        chosen = [folders[name] for name in group]
        entry = {"adapters": group, "logits": pack(logits(averaged(base, chosen), inputs))}
        shapes = [
            {key: value.shape for key, value in load_file(folder / "adapter_model.safetensors").items()}
            for folder in chosen
        ]
        scalings = [json.loads((folder / "adapter_config.json").read_text())["lora_alpha"] for folder in chosen]
        if all(shape == shapes[0] for shape in shapes) and len(set(scalings)) == 1:
            entry["factorLogits"] = pack(logits(factor_averaged(base, chosen), inputs))
        out.append(entry)
    return out


def _open(file):
    return gzip.decompress((GRAPHS / file).read_bytes())


def main():
    torch.manual_seed(SEED)
    golden = {
        "provenance": provenance("autodiff.build", seed=SEED),
        "tolerance": 1e-5,
        "about": "logits of merge_and_unload in float64; averages: mean of the merged weights",
        "cases": [cases_of(name) for name in ADAPTERS],
        "misfits": [
            {"folder": f"lora/misfit/{name}", "file": "bert-seqcls-legacy17-eager.onnx.gz", "why": why}
            for name, why in MISFITS.items()
        ],
    }
    misfits()
    write_json(GOLDEN_AUTODIFF / "lora.json", golden)
