"""PyTorch model → ONNX bytes, by either exporter."""

import contextlib
import io
import logging
import os
import sys
import types
import warnings

import numpy as np
import onnx
import onnxruntime
import torch
from references.autodiff.tiny_model import build, inputs_of, outputs_of

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)


def positional(model, names, outputs):
    """Give the model itself a positional forward, so that weights keep their own names in the file."""
    forward = type(model).forward

    def tuple_forward(self, *values):
        extra = {"use_cache": False} if "use_cache" in forward.__code__.co_varnames else {}
        result = forward(self, **dict(zip(names, values)), **extra, return_dict=True)
        return tuple(result[name] for name in outputs)

    model.forward = types.MethodType(tuple_forward, model)
    return model


def export(name, task, exporter, opset, attention):
    """Serialized ONNX bytes; exported at batch 2, length 9, both axes dynamic."""
    model = build(name, task, attention)
    return export_model(model, inputs_of(name, batch=2, length=9, seed=9), outputs_of(task), exporter, opset)


def export_model(model, inputs, outputs, exporter, opset, fold=True):
    names = list(inputs)
    model = positional(model, names, outputs)
    values = tuple(inputs.values())
    buffer = io.BytesIO()
    with torch.no_grad(), quiet():
        if exporter == "legacy":
            _legacy(model, values, names, outputs, opset, buffer, fold)
        else:
            _dynamo(model, values, names, outputs, opset, buffer)
    model_proto = onnx.load_from_string(buffer.getvalue())
    strip(model_proto)
    return model_proto.SerializeToString()


@contextlib.contextmanager
def quiet():
    """A failing export prints its whole graph from C++: send both streams elsewhere meanwhile."""
    sys.stdout.flush()
    kept = [(stream, os.dup(stream)) for stream in (1, 2)]
    with open(os.devnull, "w") as nowhere:
        for stream, _ in kept:
            os.dup2(nowhere.fileno(), stream)
        try:
            yield
        finally:
            sys.stdout.flush()
            for stream, copy in kept:
                os.dup2(copy, stream)
                os.close(copy)


def _legacy(model, values, names, outputs, opset, buffer, fold):
    axes = {name: {0: "batch_size", 1: "sequence_length"} for name in names}
    for name in outputs:
        axes[name] = {0: "batch_size"} if name == "logits" else {0: "batch_size", 1: "sequence_length"}
    torch.onnx.export(
        model,
        values,
        buffer,
        input_names=names,
        output_names=outputs,
        dynamic_axes=axes,
        opset_version=opset,
        do_constant_folding=fold,
        dynamo=False,
    )


def _dynamo(model, values, names, outputs, opset, buffer):
    batch = torch.export.Dim("batch_size", min=1, max=64)
    length = torch.export.Dim("sequence_length", min=2, max=24)
    program = torch.onnx.export(
        model,
        values,
        input_names=names,
        output_names=outputs,
        dynamic_shapes=(tuple({0: batch, 1: length} for _ in names),),
        opset_version=opset,
        dynamo=True,
        external_data=False,
        verbose=False,
    )
    buffer.write(program.model_proto.SerializeToString())


def strip(model):
    """Drop stack traces and paths of the exporting machine."""
    del model.metadata_props[:]
    graphs = [model.graph, *model.functions]
    for graph in graphs:
        del graph.metadata_props[:]
        for node in graph.node:
            node.doc_string = ""
            del node.metadata_props[:]
            for attribute in node.attribute:
                if attribute.type == onnx.AttributeProto.GRAPH:
                    graphs.append(attribute.g)
        for value in [*graph.value_info, *getattr(graph, "initializer", []), *graph.input, *graph.output]:
            if hasattr(value, "metadata_props"):
                del value.metadata_props[:]


def forward_difference(data, inputs, expected):
    """max |onnxruntime − torch| / max |torch| over the outputs: shows that the export itself is sound."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.disable_quant_qdq", "1")
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    known = {value.name for value in session.get_inputs()}
    feeds = {key: value.numpy() for key, value in inputs.items() if key in known}
    got = session.run(list(expected), feeds)
    worst = 0.0
    for value, reference in zip(got, expected.values()):
        reference = np.asarray(reference)
        if value.shape != reference.shape:
            raise ValueError(f"shape {value.shape} instead of {reference.shape}")
        if not np.isfinite(value).all():
            raise ValueError("onnxruntime's outputs are not finite")
        worst = max(worst, float(np.abs(value - reference).max() / np.abs(reference).max()))
    return worst
