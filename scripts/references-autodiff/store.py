"""Where the fixtures and goldens lie, and how tensors are written down."""

import base64
import gzip
import json
import platform
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "test/fixtures/autodiff"
GOLDEN = ROOT / "test/golden/autodiff"

COMMAND = "python scripts/references-autodiff/build.py"


PACKAGES = ("torch", "transformers", "onnx", "onnxruntime", "onnxscript", "peft", "numpy")


def provenance(packages=PACKAGES, **more):
    """Everything needed to make the same numbers again."""
    return {
        "command": COMMAND,
        "python": platform.python_version(),
        **{name: version(name) for name in packages},
        **more,
    }


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
