"""Other forms of the same BERT: half precision, int8, optimised by onnxruntime, old and new opsets, external data."""

import collections
import tempfile
from pathlib import Path

import onnx
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers import optimizer
from onnxruntime.transformers.float16 import convert_float_to_float16
from onnxruntime.transformers.fusion_options import FusionOptions
from references.autodiff.classic_bert import ClassicBert
from references.autodiff.export import export, export_model, quiet, strip
from references.autodiff.index import replace_group
from references.autodiff.make_case import reason, write_case
from references.autodiff.quantised_weights import load_dequantised, weight_int8
from references.autodiff.reference import golden
from references.autodiff.tiny_model import build, inputs_of, randomise
from references.common.paths import GOLDEN_AUTODIFF, GRAPHS
from references.common.store import write_json

ROUNDED = 1e-3  # half precision rounds constants such as 1/√d too, not only the weights
QUANTISED_FORWARD = 0.3  # dynamic int8 also rounds activations; the golden is of float activations


def classic(relative=False, gelu="none"):
    def build_classic(*_):
        model = ClassicBert(relative=relative, gelu=gelu).eval()
        randomise(model)
        return model

    return build_classic


def export_classic(opset, relative=False):
    model = classic(relative)()
    return export_model(model, inputs_of("bert", batch=2, length=9, seed=9), ["logits"], "legacy", opset)


def transform(data, change):
    """Run a file-to-file tool over model bytes."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.onnx", Path(folder) / "out.onnx"
        source.write_bytes(data)
        with quiet():
            change(str(source), str(target))
        model = onnx.load(str(target))
    strip(model)
    return model.SerializeToString()


def dynamic_int8(data, weight_type, per_channel):
    return transform(
        data,
        lambda source, target: quantize_dynamic(
            source, target, weight_type=weight_type, per_channel=per_channel, extra_options={"DefaultTensorType": 1}
        ),
    )


def optimised(data, fast_gelu=False, half=False):
    def change(source, target):
        options = FusionOptions("bert")
        options.enable_gelu_approximation = fast_gelu
        model = optimizer.optimize_model(
            source, model_type="bert", num_heads=2, hidden_size=16, opt_level=0, optimization_options=options
        )
        if half:
            model.convert_float_to_float16(keep_io_types=True)
        model.save_model_to_file(target)

    return transform(data, change)


def half(data, keep_io):
    model = convert_float_to_float16(onnx.load_from_string(data), keep_io_types=keep_io)
    return model.SerializeToString()


def contrib(data):
    counted = collections.Counter(node.op_type for node in onnx.load_from_string(data).graph.node if node.domain)
    return dict(sorted(counted.items()))


class Stage:
    def __init__(self):
        self.cases, self.failures = [], []

    def add(self, name, make, reference, golden_file, *, limit=2e-5, **described):
        try:
            data = make()
            case = write_case(
                name,
                data,
                reference,
                golden_file,
                limit=limit,
                architecture=name.split("-seqcls")[0],
                task="seqcls",
                **described,
            )
            found = contrib(data)
            self.cases.append({**case, **({"contrib": found} if found else {})})
            return data
        except Exception as error:
            print(f"  {name} FAILED {reason(error)}", flush=True)
            self.failures.append({"name": name, "reason": reason(error)})

    def golden(self, name, build_model):
        reference = golden("bert", "seqcls", build_model, brief=True)
        write_json(GOLDEN_AUTODIFF / f"{name}.json", reference)
        return reference, f"{name}.json"


def main():
    stage = Stage()
    new_forms(stage)
    int8_forms(stage)
    classic_forms(stage)
    external_data(stage)
    replace_group("variant", stage.cases, stage.failures)


def new_forms(stage):
    """Same weights as the core BERT, hence the same golden."""
    reference = golden("bert", "seqcls"), "bert-seqcls.json"
    plain = export("bert", "seqcls", "legacy", 17, "eager")
    common = dict(exporter="legacy", opset=17, attention="eager")
    stage.add("bert-seqcls-fp16", lambda: half(plain, True), *reference, limit=0.02, tolerance=ROUNDED, **common)
    stage.add("bert-seqcls-fp16-io", lambda: half(plain, False), *reference, limit=0.02, tolerance=ROUNDED, **common)
    for opset in (20, 23, 24):
        for attention in ("eager", "sdpa"):
            make = lambda: export("bert", "seqcls", "dynamo", opset, attention)
            stage.add(
                f"bert-seqcls-dynamo{opset}-{attention}",
                make,
                *reference,
                exporter="dynamo",
                opset=opset,
                attention=attention,
            )
    for opset in (11, 12, 13, 15, 16):
        make = lambda: export("bert", "seqcls", "legacy", opset, "eager")
        stage.add(
            f"bert-seqcls-legacy{opset}-eager", make, *reference, exporter="legacy", opset=opset, attention="eager"
        )
    for name in ("modernbert", "deberta-v2", "distilbert"):
        other = golden(name, "seqcls"), f"{name}-seqcls.json"
        for opset in (20, 23) if name != "modernbert" else (20,):
            attention = "eager" if name == "deberta-v2" else "sdpa"
            make = lambda: export(name, "seqcls", "dynamo", opset, attention)
            stage.add(
                f"{name}-seqcls-dynamo{opset}-{attention}",
                make,
                *other,
                exporter="dynamo",
                opset=opset,
                attention=attention,
            )

    single = golden("modernbert", "seqcls", inputs=inputs_of("modernbert", batch=1), brief=True)
    write_json(GOLDEN_AUTODIFF / "modernbert-seqcls-single.json", single)
    make = lambda: export("modernbert", "seqcls", "dynamo", 23, "sdpa")
    note = "onnxruntime 1.30 runs this RotaryEmbedding with one row only"
    stage.add(
        "modernbert-seqcls-dynamo23-sdpa-single",
        make,
        single,
        "modernbert-seqcls-single.json",
        exporter="dynamo",
        opset=23,
        attention="sdpa",
        note=note,
    )


def int8_forms(stage):
    """Goldens of the rounded weights with float activations."""
    plain = export("bert", "seqcls", "legacy", 17, "eager")
    forms = {
        "weight-int8": (weight_int8(plain), 2e-5),
        "weight-int8-per-tensor": (weight_int8(plain, per_channel=False), 2e-5),
        "dynamic-int8": (dynamic_int8(plain, QuantType.QInt8, False), QUANTISED_FORWARD),
        "dynamic-uint8-per-channel": (dynamic_int8(plain, QuantType.QUInt8, True), QUANTISED_FORWARD),
        "dynamic-int8-per-channel": (dynamic_int8(plain, QuantType.QInt8, True), QUANTISED_FORWARD),
    }
    for form, (data, limit) in forms.items():

        def rounded(*_):
            model = build("bert", "seqcls")
            load_dequantised(model, data)
            return model

        name = f"bert-seqcls-{form}"
        note = {} if limit < 1e-3 else {"forwardTolerance": limit}
        stage.add(
            name,
            lambda: data,
            *stage.golden(name, rounded),
            limit=limit,
            exporter="legacy",
            opset=17,
            attention="eager",
            **note,
        )


def classic_forms(stage):
    reference = stage.golden("classic-bert-seqcls", classic())
    tanh = stage.golden("classic-bert-tanh-seqcls", classic(gelu="tanh"))  # FastGelu is the tanh approximation
    relative = stage.golden("classic-bert-relative-seqcls", classic(relative=True))
    for opset in (11, 12, 13, 14, 17):
        common = dict(exporter="legacy", opset=opset, attention="eager")
        plain = stage.add(f"classic-bert-seqcls-legacy{opset}", lambda: export_classic(opset), *reference, **common)
        if opset > 11:  # einsum came with opset 12
            stage.add(
                f"classic-bert-relative-seqcls-legacy{opset}", lambda: export_classic(opset, True), *relative, **common
            )
        if plain and opset in (11, 14, 17):
            stage.add(f"classic-bert-seqcls-legacy{opset}-optimised", lambda: optimised(plain), *reference, **common)
    common = dict(exporter="legacy", opset=14, attention="eager")
    plain = export_classic(14)
    stage.add("classic-bert-seqcls-optimised-fast-gelu", lambda: optimised(plain, fast_gelu=True), *tanh, **common)
    stage.add(
        "classic-bert-seqcls-optimised-fp16",
        lambda: optimised(plain, half=True),
        *reference,
        limit=0.02,
        tolerance=ROUNDED,
        **common,
    )
    stage.add(
        "bert-seqcls-optimised",
        lambda: optimised(export("bert", "seqcls", "legacy", 14, "eager")),
        golden("bert", "seqcls"),
        "bert-seqcls.json",
        **common,
    )
    quantised = dynamic_int8(optimised(plain), QuantType.QInt8, False)
    stage.add(
        "classic-bert-seqcls-optimised-int8",
        lambda: quantised,
        *reference,
        limit=QUANTISED_FORWARD,
        unsupported=True,
        note="QAttention, QEmbedLayerNormalization: a clear error is right",
        **common,
    )


def external_data(stage):
    """The one case of two plain files: model.onnx beside model.onnx.data."""
    name = "bert-seqcls-external"
    model = onnx.load_from_string(export("bert", "seqcls", "legacy", 17, "eager"))
    path = GRAPHS / f"{name}.onnx"
    path.with_suffix(".onnx.data").unlink(missing_ok=True)
    onnx.save_model(
        model,
        str(path),
        save_as_external_data=True,
        all_tensors_to_one_file=True,
        location=f"{name}.onnx.data",
        size_threshold=64,
    )
    stage.cases.append(
        {
            "name": name,
            "file": path.name,
            "data": f"{name}.onnx.data",
            "architecture": "bert",
            "exporter": "legacy",
            "opset": 17,
            "attention": "eager",
            "task": "sequence-classification",
            "inputs": ["input_ids", "attention_mask", "token_type_ids"],
            "of": ["logits"],
            "golden": "bert-seqcls.json",
        }
    )
