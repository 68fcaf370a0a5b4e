"""Export a transformers model to onnx/model.onnx with the legacy exporter: opset 17, dynamic axes, eval mode."""

import warnings
from pathlib import Path

import torch

OPSET = 17


class Wrapper(torch.nn.Module):
    """Takes tensors by position, gives tensors by position, so that the graph's names are ours."""

    def __init__(self, model, inputs, outputs):
        super().__init__()
        self.m, self.inputs, self.outputs = model, inputs, outputs

    def forward(self, *tensors):
        result = self.m(**dict(zip(self.inputs, tensors, strict=True)), return_dict=True)
        return tuple(result[name] for name in self.outputs)


def export(wrapper, example, inputs, outputs, axes, path):
    """Write one ONNX file. `axes` gives the names of the dynamic axes of each input and output."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    wrapper.eval()
    assert not any(module.training for module in wrapper.modules()), "export needs eval mode"
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(wrapper, example, str(path), input_names=inputs, output_names=outputs, dynamic_axes=axes, opset_version=OPSET, dynamo=False, do_constant_folding=True)


def export_encoder(model, inputs, outputs, path, choices=False):
    """Export an encoder; `outputs` are names in the model's output object, e.g. ["logits"]."""
    rows = ["batch_size", "num_choices"] if choices else ["batch_size"]
    ids = torch.arange(5, 5 + 22).reshape((1, 2, 11) if choices else (2, 11))
    mask = torch.ones_like(ids)
    mask[..., 1 if choices else 1, 8:] = 0
    tensors = {"input_ids": ids, "attention_mask": mask, "token_type_ids": torch.zeros_like(ids)}
    sequence = dict(enumerate([*rows, "sequence_length"]))
    axes = {name: sequence for name in inputs}
    for name in outputs:
        per_token = name in ("last_hidden_state", "start_logits", "end_logits") or (name == "logits" and hasattr(model, "per_token"))
        axes[name] = dict(enumerate(["batch_size", "sequence_length"])) if per_token else dict(enumerate(rows))
    export(Wrapper(model, inputs, outputs), tuple(tensors[name] for name in inputs), inputs, outputs, axes, path)
