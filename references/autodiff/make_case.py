"""One exported model: write it, check that it computes what torch computes, describe it for the index."""

import gzip

from references.autodiff.export import forward_difference
from references.autodiff.tiny_model import TASKS
from references.common.paths import GRAPHS
from references.common.store import unpack, write_gzip

FORWARD_LIMIT = 2e-5


def write_case(name, data, golden, golden_file, *, limit=FORWARD_LIMIT, **described):
    """Write the model and return its index entry; raises when onnxruntime's logits are not torch's."""
    inputs = {key: unpack(value) for key, value in golden["inputs"].items()}
    expected = {key: unpack(value).numpy() for key, value in golden["outputs"].items()}
    difference = forward_difference(data, inputs, expected)
    if not difference <= limit:
        raise ValueError(f"onnxruntime's outputs are {difference:.1e} away from torch's")
    path = GRAPHS / f"{name}.onnx.gz"
    write_gzip(path, data)
    print(
        f"  {name}: {len(gzip.decompress(path.read_bytes()))} → {path.stat().st_size} bytes, {difference:.1e}",
        flush=True,
    )
    return {
        "name": name,
        "file": path.name,
        **described,
        "task": TASKS[described["task"]][1],
        "inputs": list(inputs),
        "of": list(expected),
        "golden": golden_file,
    }


def reason(error):
    """First line of an error, without paths."""
    text = str(error).strip().splitlines() or [""]
    return f"{type(error).__name__}: {text[0][:200]}"
