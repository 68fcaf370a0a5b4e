"""Join two decoders, with and without a cache, into one graph: If(use_cache_branch), weights outside and shared."""

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

LARGE = 16  # smaller constants stay inside their branch


def branch(model, prefix, keep, shared):
    """Nodes of a branch with its own names prefixed; large initialisers are moved to `shared` (bytes -> tensor)."""
    names = {}
    constants = []
    for tensor in model.graph.initializer:
        if numpy.prod(tensor.dims, dtype=int) < LARGE:
            names[tensor.name] = prefix + tensor.name
            constants.append(helper.make_node("Constant", [], [names[tensor.name]], value=tensor))
        else:
            key = (tuple(tensor.dims), tensor.data_type, numpy_helper.to_array(tensor).tobytes())
            names[tensor.name] = shared.setdefault(key, f"weight_{len(shared)}_{tensor.name.replace('::', '_')}")
    for node in model.graph.node:
        node.name = prefix + node.name
        for index, name in enumerate(node.input):
            node.input[index] = name if not name or name in keep else names.get(name, prefix + name)
        for index, name in enumerate(node.output):
            node.output[index] = prefix + name
        assert not any(a.type == onnx.AttributeProto.GRAPH for a in node.attribute), node.op_type
    return constants + list(model.graph.node)


def value(name, kind, dims):
    return helper.make_tensor_value_info(name, kind, dims)


def shape_of(name, axes, known):
    """Dimension names of an input or output; `known` has (heads, width) or the fixed sizes of others."""
    dynamic = axes.get(name, {})
    if "past_key_values" in name or "present" in name:
        return [dynamic[0], known["heads"], dynamic[2], known["width"]]
    return [dynamic[0], dynamic[1], *known.get(name, [])]


def merge(first_path, later_path, inputs, outputs, axes, cache, target, dummy_source):
    first, later = onnx.load(str(first_path)), onnx.load(str(later_path))
    fixed = {v.name: [d.dim_value for d in v.type.tensor_type.shape.dim[2:]] for v in [*first.graph.input, *first.graph.output]}
    known = {**{name: dims for name, dims in fixed.items() if len(dims) == 1}, "heads": cache[0], "width": cache[1]}
    shared, keep = {}, set(inputs)
    no_nodes, yes_nodes = branch(first, "n_", keep, shared), branch(later, "p_", keep, shared)
    made = {v.name for v in later.graph.output}
    for name in outputs:
        if name in made:
            continue
        if dummy_source:
            empty = numpy_helper.from_array(numpy.zeros((0, cache[0], 1, cache[1]), dtype=numpy.float32))
            yes_nodes.append(helper.make_node("Constant", [], ["p_" + name], value=empty))
        else:
            yes_nodes.append(helper.make_node("Identity", [name.replace("present", "past_key_values")], ["p_" + name]))

    def graph(nodes, prefix, title):
        return helper.make_graph(nodes, title, [], [value(prefix + name, TensorProto.FLOAT, None) for name in outputs])

    node = helper.make_node("If", ["use_cache_branch"], outputs, name="branch", then_branch=graph(yes_nodes, "p_", "with_past"), else_branch=graph(no_nodes, "n_", "without_past"))
    kinds = dict.fromkeys(("encoder_attention_mask", "attention_mask", "input_ids", "position_ids"), TensorProto.INT64)
    graph_inputs = [value(name, kinds.get(name, TensorProto.FLOAT), shape_of(name, axes, known)) for name in inputs]
    graph_inputs.append(value("use_cache_branch", TensorProto.BOOL, [1]))
    weights = []
    for (dims, _, raw), name in shared.items():
        kind = next(k for k in shared if shared[k] == name)[1]
        weights.append(helper.make_tensor(name, kind, dims, raw, raw=True))
    graph_outputs = [value(name, TensorProto.FLOAT, shape_of(name, axes, known)) for name in outputs]
    model = helper.make_model(helper.make_graph([node], "decoder", graph_inputs, graph_outputs, weights), opset_imports=first.opset_import, ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, str(target))
