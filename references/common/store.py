"""The store: how goldens are written down, tensors packed and provenance told."""

import base64
import gzip
import hashlib
import json
import platform
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from references.common.paths import ROOT

GRADIENT_PACKAGES = ("torch", "transformers", "onnx", "onnxruntime", "onnxscript", "peft", "numpy")
MODEL_PACKAGES = ("torch", "transformers", "tokenizers", "onnx", "sentence-transformers")


def provenance(module, packages=GRADIENT_PACKAGES, **more):
    """Everything needed to make the same numbers again; `module` is below `references`."""
    return {
        "command": f"python -m references.{module}",
        "python": platform.python_version(),
        **{name: version(name) for name in packages},
        **more,
    }


def model_provenance(module, argument, folder, seed, note):
    """Where the golden of a model folder comes from; `model_sha256` tells when the model was exported anew."""
    files = sorted(Path(folder).glob("onnx/*.onnx"))
    return {
        "command": f"python -m references.{module} {argument}",
        "reference": note,
        "seed": seed,
        "versions": {"python": platform.python_version(), **{name: version(name) for name in MODEL_PACKAGES}},
        "model_sha256": {file.name: sha256(file) for file in files},
    }


def sha256(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def pack(value):
    """Tensor → {dtype, shape, data}: float32 as little-endian base64, integers as plain numbers."""
    array = value.detach().cpu().numpy() if torch.is_tensor(value) else np.asarray(value)
    if array.dtype.kind in "iub":
        return {"dtype": "int64", "shape": list(array.shape), "data": [int(x) for x in array.reshape(-1)]}
    little = np.ascontiguousarray(array, dtype="<f4")
    data = base64.b64encode(little.tobytes()).decode()
    return {"dtype": "float32", "shape": list(array.shape), "data": data}


def unpack(tensor):
    """The inverse of pack."""
    if tensor["dtype"] == "int64":
        return torch.tensor(tensor["data"], dtype=torch.long).reshape(tensor["shape"])
    raw = np.frombuffer(base64.b64decode(tensor["data"]), dtype="<f4").reshape(tensor["shape"])
    return torch.from_numpy(raw.copy())


def write_json(path, value):
    """Indented, but with a tensor, a row of numbers or a flat list of words on one line each."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_lines(value, "") + "\n")


def _lines(value, margin):
    deeper = margin + " "
    if isinstance(value, dict) and value and "data" not in value:
        rows = [
            f"{deeper}{json.dumps(key, ensure_ascii=False)}: {_lines(inner, deeper)}" for key, inner in value.items()
        ]
        return "{\n" + ",\n".join(rows) + f"\n{margin}}}"
    if isinstance(value, list) and any(isinstance(inner, (dict, list)) for inner in value):
        return "[\n" + ",\n".join(deeper + _lines(inner, deeper) for inner in value) + f"\n{margin}]"
    return json.dumps(value, ensure_ascii=False)


def write_gzip(path, data):
    """Compress without a time stamp, so that equal models make equal files."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(data, 9, mtime=0))


def rounded(value, digits=7):
    """Plain lists and numbers, floats at `digits` significant digits."""
    if isinstance(value, torch.Tensor):
        value = value.detach().numpy()
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, float):
        return float(f"{value:.{digits}g}")
    if isinstance(value, (list, tuple)):
        return [rounded(item, digits) for item in value]
    if isinstance(value, dict):
        return {key: rounded(item, digits) for key, item in value.items()}
    return value


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def write_golden(path, document):
    """Rounded floats; `document["cases"]` is a list of objects, each of their fields on a line of its own."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    head = [f" {compact(key)}: {compact(rounded(value))}" for key, value in document.items() if key != "cases"]
    cases = [
        "  {\n" + ",\n".join(f"   {compact(key)}: {compact(rounded(value))}" for key, value in case.items()) + "\n  }"
        for case in document["cases"]
    ]
    text = "{\n" + ",\n".join(head) + ',\n "cases": [\n' + ",\n".join(cases) + "\n ]\n}\n"
    path.write_text(text, encoding="utf-8")
    return path.relative_to(ROOT), path.stat().st_size
