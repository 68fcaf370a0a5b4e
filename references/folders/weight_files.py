"""Files of torch.save in both formats, and the activations of torch.nn: `python -m references.folders.weight_files`."""

import json

import torch
from references.common.paths import GOLDEN_FOLDERS
from references.common.store import provenance

ACTIVATIONS = (
    "Identity Tanh ReLU ReLU6 GELU Sigmoid SiLU ELU CELU SELU LeakyReLU Softplus Mish Softsign LogSigmoid Tanhshrink"
    " Hardtanh Hardsigmoid Hardswish"
).split()


def main():
    GOLDEN_FOLDERS.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(4)
    base = torch.randn(4, 3)
    state = {
        "linear.weight": base.t(),  # a view with strides of its own
        "linear.bias": torch.nn.Parameter(torch.randn(3)),
        "half": torch.randn(2, 2).half(),
        "brain": torch.randn(2).bfloat16(),
        "double": torch.randn(2).double(),
        "count": torch.tensor(7),
        "shared": base[1:],
    }
    torch.save(state, GOLDEN_FOLDERS / "torch-zip.bin")
    torch.save(state, GOLDEN_FOLDERS / "torch-stream.bin", _use_new_zipfile_serialization=False)
    torch.save({"linear.weight": torch.nn.Linear(2, 2)}, GOLDEN_FOLDERS / "torch-module.bin")
    tensors = {
        name: {"dims": list(value.shape), "values": value.detach().float().reshape(-1).tolist()}
        for name, value in state.items()
    }
    at = torch.tensor([-30, -7, -3, -2.5, -1, -0.5, -1e-3, 0, 1e-3, 0.7, 1, 2, 2.9, 3.5, 6.5, 21, 30], dtype=torch.float64)
    activations = {name: getattr(torch.nn, name)()(at).tolist() for name in ACTIVATIONS}
    golden = {
        "provenance": provenance("folders.weight_files", ("torch",)),
        "tensors": tensors,
        "at": at.tolist(),
        "activations": activations,
    }
    (GOLDEN_FOLDERS / "weight-files.json").write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()
