"""int8 forms of a model, and the float weights that they stand for."""

import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper


def weight_int8(data, per_channel=True):
    """Matrices behind DequantizeLinear: int8, symmetric, one scale per output channel (rows of embedding tables)."""
    model = onnx.load_from_string(data)
    graph = model.graph
    tables = {node.input[0] for node in graph.node if node.op_type == "Gather"}
    transposed = {node.input[1] for node in graph.node if node.op_type == "Gemm"}
    nodes = []
    for tensor in list(graph.initializer):
        values = numpy_helper.to_array(tensor)
        if values.ndim != 2 or values.dtype != np.float32 or min(values.shape) < 4:
            continue
        axis = 0 if tensor.name in tables | transposed else 1
        scale = np.abs(values).max(axis=1 - axis if per_channel else None) / np.float32(127)
        spread = np.expand_dims(scale, 1 - axis) if per_channel else scale
        whole = np.clip(np.round(values / spread), -127, 127).astype(np.int8)
        graph.initializer.remove(tensor)
        graph.initializer.append(numpy_helper.from_array(whole, f"{tensor.name}_q"))
        graph.initializer.append(numpy_helper.from_array(scale.astype(np.float32), f"{tensor.name}_scale"))
        named = {"axis": axis} if per_channel else {}
        nodes.append(
            helper.make_node(
                "DequantizeLinear",
                [f"{tensor.name}_q", f"{tensor.name}_scale"],
                [tensor.name],
                name=f"{tensor.name}_dequantise",
                **named,
            )
        )
    for position, node in enumerate(nodes):
        graph.node.insert(position, node)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def dequantised(data):
    """Float values of all int8/uint8 weights of a file with their largest step: [(values, step)]."""
    graph = onnx.load_from_string(data).graph
    raw = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    found = []
    for name, values in raw.items():
        if values.dtype not in (np.int8, np.uint8) or values.ndim < 2:
            continue
        stem = name.removesuffix("_q").removesuffix("_quantized")
        scale = raw[f"{stem}_scale"]
        zero = raw.get(f"{stem}_zero_point", np.zeros_like(scale, dtype=values.dtype))
        axis = next((a for a in range(values.ndim) if scale.size == values.shape[a] and scale.size > 1), None)
        if values.shape[0] == values.shape[1] == scale.size:
            axis = _axis_of(graph, name)
        shape = [-1 if a == axis else 1 for a in range(values.ndim)]
        real = (
            values.astype(np.int32) - zero.astype(np.int32).reshape(shape if zero.size > 1 else -1)
        ) * scale.reshape(shape if scale.size > 1 else -1)
        found.append((real.astype(np.float32), float(scale.max())))
    return found


def _axis_of(graph, name):
    for node in graph.node:
        if name in node.input and node.op_type == "DequantizeLinear":
            return next((a.i for a in node.attribute if a.name == "axis"), 1)
    return 1


def load_dequantised(model, data):
    """Put the rounded weights of an int8 file into the torch model that it was made from; gives their number."""
    met = 0
    with torch.no_grad():
        for values, step in dequantised(data):
            for weight in model.parameters():
                for form in (values, values.T):
                    if weight.shape == form.shape and np.abs(weight.numpy() - form).max() <= step * 0.51:
                        weight.copy_(torch.from_numpy(np.ascontiguousarray(form)))
                        met += 1
                        break
                else:
                    continue
                break
            else:
                raise ValueError("an int8 weight belongs to no parameter")
    return met
