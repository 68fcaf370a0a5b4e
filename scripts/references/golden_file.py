"""Write golden files: rounded floats, provenance, one field a line."""

import hashlib
import json
import platform
from importlib.metadata import version
from pathlib import Path

import numpy
import torch

from model_folder import ROOT

PACKAGES = ("torch", "transformers", "tokenizers", "onnx", "sentence-transformers")


def rounded(value, digits=7):
    """Plain lists and numbers, floats at `digits` significant digits."""
    if isinstance(value, torch.Tensor):
        value = value.detach().numpy()
    if isinstance(value, numpy.ndarray):
        value = value.tolist()
    if isinstance(value, float):
        return float(f"{value:.{digits}g}")
    if isinstance(value, (list, tuple)):
        return [rounded(item, digits) for item in value]
    if isinstance(value, dict):
        return {key: rounded(item, digits) for key, item in value.items()}
    return value


def provenance(script, argument, folder, seed, note):
    """Where a file comes from; `model_sha256` tells when the model was exported anew."""
    files = sorted(Path(folder).glob("onnx/*.onnx"))
    return {
        "command": f"python scripts/references/{script} {argument}",
        "reference": note,
        "seed": seed,
        "versions": {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}},
        "model_sha256": {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files},
    }


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def write_golden(path, document):
    """`document["cases"]` is a list of objects; each of their fields gets a line of its own."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    head = [f" {compact(key)}: {compact(rounded(value))}" for key, value in document.items() if key != "cases"]
    cases = ["  {\n" + ",\n".join(f"   {compact(key)}: {compact(rounded(value))}" for key, value in case.items()) + "\n  }" for case in document["cases"]]
    path.write_text("{\n" + ",\n".join(head) + ',\n "cases": [\n' + ",\n".join(cases) + "\n ]\n}\n", encoding="utf-8")
    return path.relative_to(ROOT), path.stat().st_size
