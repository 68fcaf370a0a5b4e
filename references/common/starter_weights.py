"""Build the PyTorch models of models/tessera from their ONNX files: int8 weights are dequantised and mapped by name."""

import re

import onnx
import torch
import transformers
from onnx import numpy_helper
from references.common.paths import STARTERS


def graphs(graph):
    """The graph and the branches of its If nodes."""
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.GRAPH:
                yield from graphs(attribute.g)


def initialisers(path):
    """(all float initialisers by name, those behind DequantizeLinear too; module path -> transposed weight name)."""
    model = onnx.load(str(path))
    every = list(graphs(model.graph))
    raw = {tensor.name: torch.from_numpy(numpy_helper.to_array(tensor).copy()) for graph in every for tensor in graph.initializer}
    values = {name: tensor for name, tensor in raw.items() if tensor.dtype == torch.float32}
    for graph in every:
        for node in graph.node:
            if node.op_type == "DequantizeLinear":
                quantised, scale = raw[node.input[0]], raw[node.input[1]]
                axis = next((a.i for a in node.attribute if a.name == "axis"), 1)
                shape = [-1 if dim == axis % quantised.dim() else 1 for dim in range(quantised.dim())]
                values[node.output[0]] = quantised.float() * scale.reshape(shape)
    products = {}
    for graph in every:
        for node in graph.node:
            if node.op_type == "MatMul" and node.input[1] in values:
                scope = re.sub(r"^[np]_", "", node.name).rsplit("/", 1)[0].strip("/")
                products[re.sub(r"^m\.", "", scope.replace("/", "."))] = node.input[1]
    return values, products


def fill(model, paths):
    """Copy every weight found in the ONNX files into `model`; every parameter that the files know must be met."""
    model.tie_weights()
    state, filled = model.state_dict(), set()
    for path in paths:
        values, products = initialisers(path)
        plain = {re.sub(r"^(w_\d+_)?m\.", "", name): value for name, value in values.items()}
        plain |= {f"{module}.weight": values[name].T for module, name in products.items()}
        for name, value in plain.items():
            if name in state:
                assert state[name].shape == value.shape, (name, state[name].shape, value.shape)
                state[name].copy_(value)
                filled.add(name)
    shared = {state[name].data_ptr() for name in filled}
    return model.eval(), sorted(name for name in set(state) - filled if state[name].data_ptr() not in shared)


def load_starter(name, unfilled=()):
    """The torch model of one starter folder, in eval mode, eager attention. `unfilled`: ends of names the file lacks."""
    folder = STARTERS / name
    config = transformers.AutoConfig.from_pretrained(folder)
    model = getattr(transformers, config.architectures[0])._from_config(config, attn_implementation="eager")
    model, missing = fill(model, sorted((folder / "onnx").glob("*.onnx")))
    missing = [key for key in missing if not key.endswith(tuple(unfilled))]
    assert not missing, missing
    if (folder / "generation_config.json").exists():
        model.generation_config = transformers.GenerationConfig.from_pretrained(folder)
    return model
